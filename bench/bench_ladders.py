"""How fast and how exact ladders of spots are: scenario grids of European books, and options solved once.

Rounds of all ways are interleaved in one process, and the best round of each counts.
"""

from __future__ import annotations

import platform
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np

from optlab.pricing import black_scholes, dividends
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends
from optlab.pricing.ladders import ladder
from optlab.pricing.models import Models, Option

ROUNDS = 7
GRID = 1_000_000
VOLS = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
MOVES = np.linspace(0.8, 1.2, 21)
CONTRACTS = 64


def main() -> None:
    """Print ns per European price, a whole scenario grid, and microseconds per price of what is solved."""
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, one thread")
    european()
    scenario_grid()
    solved()


def listed(count: int, *, american: bool = False, cash: bool = False) -> tuple[Option, Array]:
    """Draw what an exchange lists: a week to two years, vol 10% to 80%, strikes within 30% of spot."""
    rng = np.random.default_rng(2)
    spot, years = rng.uniform(10, 500, count), rng.uniform(0.02, 2, count)
    sign, strike = rng.choice([-1.0, 1.0], count), spot * rng.uniform(0.7, 1.3, count)
    rate, dividend_yield = rng.uniform(0, 0.06, count), rng.uniform(0, 0.03, count)
    paid = Dividends(0.6 * years[:, None], 0.01 * spot[:, None] * cash)
    columns = sign, spot, strike, years, rate, dividend_yield
    return Option(*columns, paid, np.full(count, american)), rng.uniform(0.1, 0.8, count)


def european() -> None:
    """Print ns per price at so many moves of every spot, three ways, and the largest difference."""
    print(f"\nns per European price, best of {ROUNDS} interleaved rounds; largest difference per spot")
    print(f"{'legs':>10}{'moves':>7}{'broadcast':>11}{'prices':>9}{'at moves':>10}{'difference':>12}")
    for legs, count in ((200_000, 1), (200_000, 3), (200_000, 21), (40_000, 101), (1000, 21)):
        option, vol = listed(legs)
        moves = np.linspace(0.8, 1.2, count)
        laid, S = ladder(option, vol, Models()), option.spot[:, None] * moves
        sign, _, K, T, r, q = (column[:, None] for column in option.inputs)
        seconds = best_of(
            partial(black_scholes.prices, sign, S, K, T, r, q, vol[:, None]),
            partial(laid.prices, S),
            partial(laid.prices_at_moves, option.spot, moves),
        )
        error = np.max(
            np.abs(laid.prices(S) - laid.prices_at_moves(option.spot, moves)) / option.spot[:, None]
        )
        broadcast, prices, at_moves = (second / S.size * 1e9 for second in seconds)
        print(f"{legs:10,}{count:7}{broadcast:11.1f}{prices:9.1f}{at_moves:10.1f}{error:12.0e}")


def scenario_grid() -> None:
    """Print seconds and memory of a book's whole grid, summed, one vol at a time."""
    option, vol = listed(GRID)

    def totals() -> list[Array]:
        laid = (ladder(option, shock * vol, Models()) for shock in VOLS)
        return [one.prices_at_moves(option.spot, MOVES).sum(axis=0) for one in laid]

    (seconds,) = best_of(totals, rounds=2)
    tracemalloc.start()
    totals()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    count = GRID * len(MOVES) * len(VOLS)
    print(
        f"\n{GRID:,} European legs x {len(MOVES)} spots x {len(VOLS)} vols, summed: {seconds:.2f} s, "
        f"{seconds / count * 1e9:.1f} ns a price, {peak / 1e6:.0f} MB at most"
    )


def solved() -> None:
    """Print microseconds per price of contracts that are solved once, beside a grid for each spot."""
    print(f"\nus per price, {CONTRACTS} contracts at {len(MOVES)} spots")
    print(f"{'':36}{'solve and read':>16}{'read':>8}{'each spot alone':>17}")
    for name, american, cash in (
        ("american", True, False),
        ("american, cash dividend, spot model", True, True),
        ("european, cash dividend, spot model", False, True),
    ):
        option, vol = listed(CONTRACTS, american=american, cash=cash)
        S, kept = option.spot[:, None] * MOVES, ladder(option, vol, Models())
        kept.prices(S)
        sign, _, K, T, r, q = (column[:, None] for column in option.inputs)
        ahead = Dividends(*(values[:, None] for values in option.dividends))
        alone = partial(
            dividends.prices, sign, S, K, T, r, q, vol[:, None], ahead, model="spot", american=american
        )
        tasks = [partial(solve_and_read, option, vol, S), partial(kept.prices, S)]
        seconds = best_of(*tasks, *([alone] if cash else []), rounds=2)
        both, read, *each = (second / S.size * 1e6 for second in seconds)
        print(f"{name:36}{both:16.2f}{read:8.2f}" + "".join(f"{number:17.2f}" for number in each))


def solve_and_read(option: Option, vol: Array, S: Array) -> Array:
    """Price a new ladder."""
    return ladder(option, vol, Models()).prices(S)


def best_of(*tasks: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Time each task once per round, and return the best of each in seconds."""
    best = [np.inf] * len(tasks)
    for _ in range(rounds):
        for i, task in enumerate(tasks):
            start = time.perf_counter()
            task()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
