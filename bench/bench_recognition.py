"""How much of a known truth comes back from a book without groups, and how long reading takes.

The books of `bench.mixing` say what they were made of. Every table is one run with fixed seeds; the tuning seed is
the one that weights and ranks were chosen on, the other was not looked at before.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from bench import mixing
from bench.mixing import Books, Draw, Found, Recovery
from numpy.random import Generator

from optlab.legs import canonical
from optlab.strategy.candidates import find_candidates
from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.greedy import take_greedily
from optlab.strategy.pool import PoolLegs
from optlab.strategy.recognize import PROVEN, recognize

TUNING, OTHER = 11, 12
BOOKS = 400
COUNTS = (1, 2, 3, 4, 5, 6)
ROUNDING = 1e-6
EXPIRIES = (7, 14, 30, 60, 90, 180)
KILOBYTE = 1024 if sys.platform == "linux" else 1


def main() -> None:
    """Print what comes back, then how long it takes."""
    recovery_table("desk", is_timed=False, seed=TUNING)
    for draw in ("desk", "uniform"):
        for is_timed in (False, True):
            recovery_table(draw, is_timed=is_timed, seed=OTHER)
    speed_table()


# --- what comes back ----------------------------------------------------------------------------------------


def recovery_table(draw: Draw, *, is_timed: bool, seed: int) -> None:
    """Print the share of books and legs that come back, by the number of packages in a book."""
    times = "each package at its own time" if is_timed else "no times"
    kind = "tuning" if seed == TUNING else "not used for tuning"
    print(f"\n{draw} draw, {times}; {BOOKS} books a row, seed {seed} ({kind}); percent")
    print(f"{'':9}{'cheapest reading':>38}{'greedy alone':>24}")
    print(
        f"{'packages':9}{'exact':>8}{'merged':>8}{'legs':>8}{'proven':>8}{'books/s':>8}{'exact':>8}{'legs':>8}"
    )
    for packages in COUNTS:
        books = mixing.draw_books(draw, BOOKS, packages, is_timed=is_timed, seed=seed)
        start = time.perf_counter()
        named = recognize(books.legs)
        seconds = time.perf_counter() - start
        own = compared(books, mixing.packages_of(named, "strategy_id"))
        greedy = compared(books, greedily(books))
        is_proven = named.groupby("underlying")["reading"].agg(_is_proven)
        check_costs(books, named, is_proven, is_timed=is_timed)
        shares = [
            *(_mean(own, field) for field in ("is_exact", "is_exact_merged", "legs")),
            100 * is_proven.mean(),
            BOOKS / seconds,
            *(_mean(greedy, field) for field in ("is_exact", "legs")),
        ]
        print(f"{packages:<9}" + "".join(f"{share:8.1f}" for share in shares), flush=True)


def _is_proven(readings: pd.Series) -> bool:
    return not readings.str.startswith(f"not {PROVEN}").any()


def _mean(found: list[Recovery], field: str) -> float:
    return 100 * float(np.mean([getattr(one, field) for one in found]))


def compared(books: Books, found: dict[str, tuple[Found, ...]]) -> list[Recovery]:
    """Compare the packages found in each book with its truth."""
    return [
        mixing.recovery(truth, [one.package for one in found[f"B{number}"]])
        for number, truth in enumerate(books.truth)
    ]


def greedily(books: Books) -> dict[str, tuple[Found, ...]]:
    """Read each book by taking what saves most, then the next, and so on, without the solver."""
    columns = PoolLegs.of(books.legs)
    found = {}
    for name, rows in books.legs.groupby("underlying").indices.items():
        pool = columns.pool(np.sort(rows))
        candidates = find_candidates(pool)
        found[str(name)] = mixing.packages_in(pool, candidates, take_greedily(pool, candidates))
    return found


def check_costs(books: Books, named: pd.DataFrame, is_proven: pd.Series, *, is_timed: bool) -> None:
    """Check that no proven reading costs more than what the book was made of.

    Books that were made of naked options beside stock alone are passed over: no reading may show that.

    Raises
    ------
    AssertionError
        If one does: then the proof is wrong.
    """
    found = mixing.packages_of(named, "strategy_id")
    for number, truth in enumerate(books.truth):
        name = f"B{number}"
        made_of = truth if is_timed else mixing.merged(truth)
        most = sum(mixing.package_cost(package) for package in made_of)
        own = sum(mixing.package_cost(one.package, one.occasions) for one in found[name])
        if is_proven[name] and own > most + ROUNDING and not mixing.leaves_idle(made_of):
            raise AssertionError(
                f"{name}: proven at {own:.4f}, but {most:.4f} is possible: {sorted(map(sorted, truth))}"
            )


# --- how long it takes --------------------------------------------------------------------------------------


class Timing(NamedTuple):
    """One run in a process of its own."""

    seconds: float
    reading: str
    peak: float


Task = tuple[str, Callable[[], pd.DataFrame]]


def speed_table() -> None:
    """Print seconds, proof and peak memory of one run each, every one in a process of its own."""
    print("\nspeed, one run each in a fresh process; peak is of the whole process")
    print(f"{'book':46}{'seconds':>9}{'peak MB':>9}  reading")
    for name, maker, arguments in _tasks():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as runner:
            timing = runner.submit(timed, maker, arguments).result()
        print(f"{name:46}{timing.seconds:9.2f}{timing.peak / 1e6:9.0f}  {timing.reading}", flush=True)


def _tasks() -> Iterator[tuple[str, Callable[..., pd.DataFrame], tuple[int, ...]]]:
    for contracts in (30, 60):
        for seed in range(1, 6):
            yield f"{contracts} random contracts, seed {seed}", random_book, (contracts, seed)
        for seed in range(1, 6):
            yield f"{contracts} contracts of mixed packages, seed {seed}", mixed_book, (contracts, seed)
    yield "1,000 underlyings of 8 legs", many_books, (1_000, 8, 1)
    yield "1,000,000 legs in 250,000 groups", grouped_book, (250_000, 1)


def timed(maker: Callable[..., pd.DataFrame], arguments: tuple[int, ...]) -> Timing:
    """Make a book, read it once, and say how long that took and what was proven."""
    recognize(random_book(4, 0))  # loads the solver
    legs = maker(*arguments)
    start = time.perf_counter()
    named = recognize(legs)
    seconds = time.perf_counter() - start
    readings = named["reading"].value_counts()
    text = ", ".join(f"{word}" for word in readings.index[:3]) + (" ..." if len(readings) > 3 else "")
    return Timing(seconds, text, KILOBYTE * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def random_book(contracts: int, seed: int) -> pd.DataFrame:
    """Draw different contracts of a chain of three to six expiries and 17 strikes, long and short at random."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.choice(EXPIRIES, size=int(rng.integers(3, 7)), replace=False))
    strikes = np.arange(80.0, 121.0, 2.5)
    chain = [(kind, strike, day) for kind in ("call", "put") for strike in strikes for day in days]
    rows = [_row(rng, *chain[place]) for place in rng.choice(len(chain), size=contracts, replace=False)]
    return canonical(pd.DataFrame(rows))


def _row(rng: Generator, kind: str, strike: float, day: int) -> dict[str, object]:
    return {
        "underlying": "XYZ",
        "kind": kind,
        "strike": strike,
        "expiry": mixing.START + pd.Timedelta(days=int(day)),
        "quantity": float(rng.choice(mixing.LOTS) * rng.choice([-1, 1])),
        "multiplier": mixing.MULTIPLIER,
    }


CONTRACT = ["kind", "strike", "expiry"]


def mixed_book(contracts: int, seed: int) -> pd.DataFrame:
    """Draw packages as a desk trades them until there are so many different contracts; the last may be cut."""
    for packages in range(contracts // 4, contracts + 1):
        legs = mixing.draw_books("desk", 1, packages, is_timed=False, seed=seed).legs
        number = legs.groupby(CONTRACT, dropna=False, sort=False).ngroup()
        if number.max() + 1 >= contracts:
            break
    return legs[number < contracts].reset_index(drop=True)


def many_books(count: int, size: int, seed: int) -> pd.DataFrame:
    """Draw packages as a desk trades them for many underlyings; of each the first so many legs."""
    legs = mixing.draw_books("desk", count, size, is_timed=False, seed=seed).legs
    return legs[legs.groupby("underlying").cumcount() < size].reset_index(drop=True)


FOURS = ("iron condor", "long call condor", "long box", "double calendar", "double diagonal")


def grouped_book(count: int, seed: int) -> pd.DataFrame:
    """Make many groups of four legs: a thousand different ones, again and again in 2,000 underlyings."""
    rng = np.random.default_rng(seed)
    kinds = [mixing.instance(rng, STRATEGIES[str(name)].templates[0]) for name in rng.choice(FOURS, 1_000)]
    table = pd.DataFrame([leg for package in kinds for leg in package])
    group = np.repeat(np.arange(count), 4)
    legs = table.iloc[np.tile(np.arange(len(table)), -(-len(group) // len(table)))[: len(group)]]
    texts = np.array([f"G{number}" for number in range(count)], dtype=object)
    names = np.array([f"U{number}" for number in range(2_000)], dtype=object)
    return canonical(legs.reset_index(drop=True).assign(group=texts[group], underlying=names[group % 2_000]))


if __name__ == "__main__":
    main()
