"""How long a million prints take from the file to the lean, stage by stage, and the memory it needs."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import optlab as ol

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import drawn_tapes

SEED = 22
PRINTS = 1_000_000
PACKAGES = 275_000
KILOBYTE = 1024 if sys.platform == "linux" else 1


def main() -> None:
    """Print seconds per stage and the peak of the process, which reads the file and does nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        prints, market = Path(folder) / "prints.csv", Path(folder) / "market.csv"
        _in_a_process(write, prints, market)
        found: list[tuple[str, float, float]] = _in_a_process(stages, prints, market)
    print(f"{PRINTS:,} prints from a CSV file; seconds, and MB of the process at its peak so far")
    for stage, seconds, peak in found:
        print(f"{stage:34}{seconds:8.1f}{peak / 1e6:9.0f}")
    total = sum(seconds for stage, seconds, _ in found if not stage.startswith("read"))
    print(f"{'grouped, named, priced and leaned':34}{total:8.1f}")


def _in_a_process(work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - whatever it returns
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as runner:
        return runner.submit(work, *arguments).result()


def write(prints: Path, market: Path) -> None:
    """Draw a tape and the market it was drawn in."""
    legs = drawn_tapes.draw_tape(PACKAGES, seed=SEED).legs.head(PRINTS)
    named = legs.assign(underlying="US" + legs["underlying"].str[1:] + "X", multiplier=100)
    table = named.rename(columns={"traded_at": "time", "quantity": "size", "entry": "price"})
    names = ["time", "underlying", "kind", "strike", "expiry", "price", "size", "bid", "ask", "condition"]
    table[[*names, "exchange", "multiplier"]].to_csv(prints, index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")
    spot = named.groupby("underlying")["strike"].median().rename("spot").reset_index()
    spot.assign(as_of="2026-10-02", rate=0.04).to_csv(market, index=False)


def stages(prints: Path, market: Path) -> list[tuple[str, float, float]]:
    """Read, group, price and lean, and return the seconds and the peak in bytes after each."""
    found: list[tuple[str, float, float]] = []

    def clocked(stage: str, start: float) -> float:
        peak = KILOBYTE * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found.append((stage, time.perf_counter() - start, float(peak)))
        return time.perf_counter()

    start = time.perf_counter()
    book, quotes = ol.read(str(prints)), ol.read_market(str(market))
    start = clocked("read the file", start)
    book = book.tape()
    start = clocked("group and sign the prints", start)
    valuation = book.price(quotes)
    start = clocked("name and price", start)
    lean = valuation.bias()
    clocked(f"lean {len(lean.strategies):,} strategies", start)
    return found


if __name__ == "__main__":
    main()
