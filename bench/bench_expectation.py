"""How long it takes to lean a tape of strategies, how much memory, and how exact it is.

The tape is what exchanges report: 60% single options, 30% two legs and 5% three or four legs of one expiry, 5%
calendars and diagonals. Exactness is against Gauss-Legendre panels split at every kink and at every zero, as the
tests have them.
"""

from __future__ import annotations

import platform
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np

from optlab.expectation import Packages, expected_moves

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

STRATEGIES = 400_000
ROUNDS = 5
CHECKED = 200

CLASSES = {
    "single options": (1, 0, 0.60),
    "two legs, one expiry": (2, 0, 0.30),
    "three legs, one expiry": (3, 0, 0.025),
    "four legs, one expiry": (4, 0, 0.025),
    "calendars, diagonals": (2, 1, 0.05),
    "double diagonals": (4, 2, 0.0),
}
"""Legs, how many of them expire later, and the share of the tape."""


def main() -> None:
    """Print microseconds per strategy of each class, seconds and memory for a tape, and the largest errors."""
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, one thread")
    print(f"\n{'us per strategy, best of ' + str(ROUNDS):30}{'strategies':>12}{'us':>8}")
    for name, (legs, later, share) in CLASSES.items():
        drawn = listed_packages(int(share * STRATEGIES) or 10_000, legs, later)
        count = len(drawn.spot)
        print(f"{name:30}{count:12,}{best_of(drawn) / count * 1e6:8.2f}")
    tape()
    accuracy()


def listed_packages(count: int, legs: int, later: int, seed: int = 1) -> Packages:
    """Draw strategies as exchanges list them: a week to a year, vol 10% to 80%, strikes within 1.5 deviations."""
    rng = np.random.default_rng(seed)
    shape = (count, legs)
    spot, horizon, vol = (
        rng.uniform(10, 500, count),
        rng.uniform(0.02, 1, count),
        rng.uniform(0.1, 0.8, count),
    )
    rate, dividend_yield = rng.uniform(0, 0.05, count), rng.uniform(0, 0.03, count)
    years = np.tile(horizon[:, None], legs)
    years[:, legs - later :] += rng.choice([7, 30, 61, 91], (count, 1)) / 365
    deviation = (vol * np.sqrt(horizon))[:, None]
    return Packages(
        units=100 * rng.choice([-1.0, 1.0], shape),
        sign=rng.choice([-1.0, 1.0], shape),
        strike=spot[:, None] * np.exp(deviation * rng.uniform(-1.5, 1.5, shape)),
        years=years,
        rate=np.tile(rate[:, None], legs),
        dividend_yield=np.tile(dividend_yield[:, None], legs),
        vol=vol[:, None] * rng.uniform(0.9, 1.1, shape),
        spot=spot,
        horizon=horizon,
        forward=spot * np.exp((rate - dividend_yield) * horizon),
        horizon_vol=vol,
    )


def best_of(drawn: Packages) -> float:
    """Return the seconds of the best round."""
    best = np.inf
    for _ in range(ROUNDS):
        start = time.perf_counter()
        expected_moves(drawn)
        best = min(best, time.perf_counter() - start)
    return best


def tape() -> None:
    """Print the time for a whole tape, and the memory beyond its inputs."""
    parts = [listed_packages(int(share * STRATEGIES), *mix) for *mix, share in CLASSES.values() if share]
    count = sum(len(part.spot) for part in parts)
    seconds = sum(best_of(part) for part in parts)
    tracemalloc.start()
    kept = [expected_moves(part) for part in parts]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    results = sum(values.nbytes for moves in kept for values in vars(moves).values())
    print(
        f"\nA tape of {count:,} strategies: {seconds:.2f} s, {peak / 1e6:.0f} MB at most beyond the inputs, "
        f"{results / 1e6:.0f} MB of it results"
    )


def accuracy() -> None:
    """Print the largest errors of hard strategies, relative to what their legs are worth."""
    from move_cases import integrated, random_packages, sizes

    print(f"\nLargest error, {CHECKED} hard strategies each: a day to five years, vol 1% to 400%")
    print(f"{'':30}{'E|V-V(F)|':>12}{'E|S-F|':>12}{'lean':>12}")
    for name, (legs, later, _) in CLASSES.items():
        drawn = random_packages(CHECKED, legs, later, seed=2)
        moves = expected_moves(drawn)
        expected = np.array([integrated(drawn, row) for row in range(CHECKED)]).T
        found = np.stack([moves.strategy, moves.spot, moves.lean])
        errors = np.max(np.abs(found - expected) / sizes(drawn), axis=1)
        print(f"{name:30}" + "".join(f"{error:12.0e}" for error in errors))


if __name__ == "__main__":
    main()
