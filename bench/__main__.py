"""Run every benchmark of this folder, or those named: `python -m bench [pricing ...]`.

A benchmark is a module `bench_NAME.py` with a `main()` that prints its tables.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def main(names: list[str]) -> None:
    """Run the benchmarks one after another in this process."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}. Fix: choose from {', '.join(known)}.")
    for variable in ONE_THREAD:  # read when numpy is imported, which no benchmark has done yet
        os.environ.setdefault(variable, "1")
    for name in names or known:
        print(f"\n=== {name} ===")
        import_module(f"bench.bench_{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
