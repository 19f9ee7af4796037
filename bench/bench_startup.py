"""Cold start: whole processes, beside a bare import of pandas."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "sample_positions"
ROUNDS = 9


def main() -> None:
    """Print the fastest of several interleaved rounds, and the ratio to the bare import."""
    with tempfile.TemporaryDirectory() as folder:
        ten_legs = Path(folder) / "ten.csv"
        lines = (SAMPLES / "xiaomi_top_trades.csv").read_text(encoding="utf-8").splitlines()
        ten_legs.write_text("\n".join(lines[:11]) + "\n", encoding="utf-8")
        commands = {
            "python -c 'import pandas'": [sys.executable, "-c", "import pandas"],
            "optlab --help": [sys.executable, "-m", "optlab", "--help"],
            "optlab bias, 10 legs": [
                *(sys.executable, "-m", "optlab", "bias", str(ten_legs)),
                *("-m", str(SAMPLES / "xiaomi_market.csv")),
            ],
        }
        fastest = _fastest(commands)
    bare = next(iter(fastest.values()))
    print(f"{'process':<28}{'ms':>8}{'ratio':>8}")
    for name, seconds in fastest.items():
        print(f"{name:<28}{1000 * seconds:>8.0f}{seconds / bare:>8.2f}")


def _fastest(commands: dict[str, list[str]]) -> dict[str, float]:
    fastest = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            fastest[name] = min(fastest[name], time.perf_counter() - start)
    return fastest


if __name__ == "__main__":
    main()
