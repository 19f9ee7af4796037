"""How long a grid takes: a million legs beside plain numpy and scipy, and books of real sizes."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import optlab as ol
from optlab.pricing.black_scholes import Array

SEED = 30
LEGS = 1_000_000
SPOTS, VOLS = np.linspace(-0.2, 0.2, 21), np.linspace(-0.1, 0.1, 5)
CHUNK = 100_000
KILOBYTE = 1024 if sys.platform == "linux" else 1
SAMPLES = Path(__file__).parents[1] / "sample_positions"
AS_OF = "2026-10-02"


def main() -> None:
    """Print seconds, seconds of CPU, and peak memory of each, every one in a process of its own."""
    nodes = len(SPOTS) * len(VOLS)
    print(
        f"{LEGS:,} European legs, all different, x {len(SPOTS)} spots x {len(VOLS)} vols = {LEGS * nodes:,} prices"
    )
    print(f"{'':36}{'seconds':>8}{'of CPU':>8}{'ns of CPU/price':>17}{'MB before':>11}{'MB peak':>9}")
    sums = {}
    for name, work in (("optlab, sums", ours), ("numpy + scipy.special.ndtr, sums", peer)):
        seconds, spent, before, peak, total = _in_a_process(work)
        sums[name] = total
        each = spent / LEGS / nodes * 1e9
        print(f"{name:36}{seconds:8.1f}{spent:8.1f}{each:17.1f}{before / 1e6:11.0f}{peak / 1e6:9.0f}")
    one, other = sums.values()
    print(
        f"largest difference of the sums, as a part of the largest: {np.abs(one - other).max() / np.abs(other).max():.1e}"
    )
    print("\nbooks of real sizes, the default grid of 9 spots x 3 vols with the worst node and its causes")
    for name, build in BOOKS.items():
        seconds, legs, contracts = _in_a_process(real, build)
        print(f"{name:44}{seconds:8.2f} s{legs:9,} legs{contracts:8,} contracts")


def _in_a_process(work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - whatever it returns
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as runner:
        return runner.submit(work, *arguments).result()


def _peak() -> float:
    return float(KILOBYTE * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def drawn(count: int, *, style: str, listed: bool, underlyings: int = 2) -> pd.DataFrame:
    """Draw legs: each a contract of its own, or of a listed chain in which contracts come again."""
    random = np.random.default_rng(SEED)
    strikes = 5.0 * random.integers(12, 29, count) if listed else random.uniform(60, 140, count)
    days = random.choice([14, 42, 77, 168], count) if listed else random.integers(7, 700, count)
    vol = 0.2 + 0.001 * np.abs(strikes - 100) + (0.0 if listed else random.uniform(0, 0.4, count))
    table = {
        "underlying": [f"U{place}" for place in random.integers(0, underlyings, count)],
        "kind": np.where(random.random(count) < 0.5, "call", "put"),
        "strike": strikes,
        "expiry": pd.Timestamp(AS_OF) + pd.to_timedelta(days, unit="D"),
        "quantity": random.integers(1, 10, count) * random.choice([-1, 1], count),
    }
    return pd.DataFrame(table).assign(currency="USD", style=style, iv=vol, group="one")


def valued(legs: pd.DataFrame, dividends: dict[str, list[tuple[str, float]]] | None = None) -> ol.Valuation:
    """See legs in a market of round numbers."""
    market = ol.Market.of(as_of=AS_OF, spot=100.0, rate=0.03, dividend_yield=0.0, dividends=dividends)
    return ol.Book.of(legs).price(market)


def ours() -> tuple[float, float, float, float, Array]:
    """Time optlab: the grid of the whole book from its valued legs."""
    book = valued(drawn(LEGS, style="european", listed=False))
    before, start, spent = _peak(), time.perf_counter(), time.process_time()
    totals = book.scenario(list(SPOTS), list(VOLS)).totals
    return time.perf_counter() - start, time.process_time() - spent, before, _peak(), totals["USD"][0, 0]


def peer() -> tuple[float, float, float, float, Array]:
    """Time the formula as one writes it, node by node, a hundred thousand legs at a time."""
    from scipy.special import ndtr

    legs = valued(drawn(LEGS, style="european", listed=False)).legs
    sign = np.where(legs["kind"] == "call", 1.0, -1.0)
    K, T, sigma, size = (legs[name].to_numpy(float) for name in ("strike", "years", "vol", "quantity"))
    size = size * legs["multiplier"].to_numpy(float)
    before, start, spent = _peak(), time.perf_counter(), time.process_time()
    worth, now = np.zeros((len(VOLS), len(SPOTS))), 0.0
    for first in range(0, LEGS, CHUNK):
        part = slice(first, first + CHUNK)
        own = sign[part], K[part], T[part]
        now += size[part] @ _plain(ndtr, *own, sigma[part], 100.0)
        for place in np.ndindex(worth.shape):
            vol, spot = sigma[part] + VOLS[place[0]], 100.0 * (1.0 + SPOTS[place[1]])
            worth[place] += size[part] @ _plain(ndtr, *own, vol, float(spot))
    return time.perf_counter() - start, time.process_time() - spent, before, _peak(), worth - now


def _plain(ndtr: Callable[[Array], Array], sign: Array, K: Array, T: Array, vol: Array, S: float) -> Array:
    """Black and Scholes as in the textbook."""
    root = vol * np.sqrt(T)
    d1 = (np.log(S / K) + (0.03 + vol**2 / 2) * T) / root
    return np.asarray(sign * (S * ndtr(sign * d1) - K * np.exp(-0.03 * T) * ndtr(sign * (d1 - root))))


def real(build: Callable[[], ol.Valuation]) -> tuple[float, int, int]:
    """Time the default grid of a book with its worst node."""
    from optlab.scenario.holdings import holdings

    book = build()
    start = time.perf_counter()
    assert len(book.scenario().worst) > 0  # noqa: S101 - the causes are computed when they are asked for
    seconds = time.perf_counter() - start
    return seconds, len(book.legs), len(holdings(book.legs, book.market).contracts.vol)


def xiaomi() -> ol.Valuation:
    """Price the sample's 22 packages."""
    market = ol.read_market(str(SAMPLES / "xiaomi_market.csv"))
    return ol.read(str(SAMPLES / "xiaomi_top_trades.csv")).price(market)


def american() -> ol.Valuation:
    """Draw 1,000 American legs of 20 underlyings."""
    return valued(drawn(1000, style="american", listed=True, underlyings=20))


def tape() -> ol.Valuation:
    """Draw 100,000 American legs of 20 underlyings, in which contracts come again."""
    return valued(drawn(100_000, style="american", listed=True, underlyings=20))


def paying() -> ol.Valuation:
    """Draw 200 American legs of two underlyings with a cash dividend each."""
    ahead = {f"U{place}": [("2026-11-05", 0.5)] for place in range(2)}
    return valued(drawn(200, style="american", listed=True), ahead)


BOOKS: dict[str, Callable[[], ol.Valuation]] = {
    "the sample's Xiaomi book, American": xiaomi,
    "1,000 American legs": american,
    "100,000 American legs of a tape": tape,
    "200 American legs with cash dividends": paying,
}


if __name__ == "__main__":
    main()
