"""The strategies that a pool could hold: named, possible, and none dearer than what it could be taken apart into."""

from __future__ import annotations

import functools
import itertools
from collections import Counter

import numpy as np
import pytest

from loose_books import FAR, book, call, future, pool_of, put, random_book, stock
from optlab.strategy import STRATEGIES
from optlab.strategy.candidates import Candidates, find_candidates, join
from optlab.strategy.pool import Pool
from packages_of_shapes import Row

Legs = tuple[tuple[int, float], ...]
"""The sources of a strategy, and what one lot takes of each."""

BOOKS = range(24)


@functools.cache
def found_in(seed: int, *, keep_covers: bool = False) -> tuple[Pool, Candidates]:
    """Return a random book without times of trade as a pool, and its candidates."""
    pool = pool_of(random_book(seed).assign(traded_at=None).astype({"traded_at": "datetime64[us, UTC]"}))
    return pool, find_candidates(pool, keep_covers=keep_covers)


def legs_of(found: Candidates) -> list[Legs]:
    """List the legs of each candidate."""
    return [
        tuple(
            sorted(
                (int(source), float(count))
                for source, count in zip(sources, counts, strict=True)
                if source >= 0
            )
        )
        for sources, counts in zip(found.sources, found.counts, strict=True)
    ]


def names(*rows: Row, keep_covers: bool = False) -> Counter[str]:
    """Count the names of the candidates of a book."""
    return Counter(find_candidates(pool_of(book(*rows)), keep_covers=keep_covers).names.tolist())


# --- what is found -----------------------------------------------------------------------------------------


def test_every_pair_and_every_leg() -> None:
    assert names(call(1, 598), call(1, 600), call(-1, 603), call(-1, 605)) >= Counter(
        {"bull call spread": 4, "long call": 2, "short call": 2}
    )


def test_stock_is_found_with_options_and_alone() -> None:
    assert names(stock(100), call(-1, 110)) == {"covered call": 1, "short call": 1, "long stock": 1}
    assert names(stock(99), call(-1, 110)) == {"short call": 1, "long stock": 1}
    assert names(stock(-50)) == {"short stock": 1}


def test_a_future_is_found_where_its_units_are_those_of_whole_contracts() -> None:
    assert names(future(2, 50.0), call(-1, 110))["covered call"] == 1
    assert names(future(2, 60.0), call(-1, 110))["covered call"] == 0


def test_contracts_of_two_sizes_are_in_no_strategy_together() -> None:
    assert names(call(1, 100), call(-1, 110, multiplier=10.0)) == {"long call": 1, "short call": 1}


def test_what_has_only_a_name_in_a_group_is_not_looked_for() -> None:
    """Two long calls are two long calls."""
    assert names(call(1, 100), call(1, 110)) == {"long call": 2}
    assert not any(STRATEGIES[name].is_group_only for seed in BOOKS for name in found_in(seed)[1].names)


def test_lots_and_what_they_take() -> None:
    pool = pool_of(book(call(2, 100), call(-5, 110), stock(300)))
    found = find_candidates(pool)
    most = dict(zip(found.names.tolist(), found.most.tolist(), strict=True))
    assert most["bull call spread"] == 2
    assert most["covered call"] == 3
    assert most["ratio call write"] == 2
    assert most["short call"] == 5
    assert most["long stock"] == 300
    ratio = found.counts[found.names == "ratio call write"][0]
    assert sorted(ratio[ratio > 0].tolist()) == [2, 100]


@pytest.mark.parametrize("seed", BOOKS)
def test_no_candidate_takes_more_than_there_is(seed: int) -> None:
    pool, found = found_in(seed)
    for legs, most in zip(legs_of(found), found.most, strict=True):
        assert all(count * most <= pool.quantity[source] + 1e-9 for source, count in legs)
        assert most > 0


@pytest.mark.parametrize("seed", BOOKS)
def test_no_candidate_is_found_twice(seed: int) -> None:
    """But for stock alone: whole lots are charged, an odd lot is free."""
    _, found = found_in(seed)
    assert max(Counter(legs_of(found.take(~found.is_share))).values(), default=1) == 1
    assert set(found.cost[found.is_share & (found.cost == 0)].tolist()) <= {0.0}


@pytest.mark.parametrize("seed", BOOKS)
def test_every_contract_can_stand_alone(seed: int) -> None:
    pool, found = found_in(seed)
    singles = {legs[0][0] for legs in legs_of(found) if len(legs) == 1}
    assert singles == set(range(len(pool.items)))


def test_the_order_is_that_of_the_contracts() -> None:
    rows = [stock(100), call(-1, 110), put(1, 90), call(1, 100), put(-1, 95, FAR)]
    one, other = (find_candidates(pool_of(book(*order))) for order in (rows, rows[::-1]))
    assert one.names.tolist() == other.names.tolist()
    np.testing.assert_array_equal(one.sources, other.sources)
    np.testing.assert_array_equal(one.cost, other.cost)


# --- none dearer than its parts ----------------------------------------------------------------------------


def dearer_than_parts(found: Candidates, *, keep_covers: bool) -> list[str]:
    """Name the candidates that cost more than two others which take the same, and leave no more uncovered."""
    number_of = {legs: number for number, legs in enumerate(legs_of(found))}
    dear = []
    for legs, number in number_of.items():
        for size in range(1, len(legs) // 2 + 1):
            for part in itertools.combinations(legs, size):
                rest = tuple(leg for leg in legs if leg not in part)
                pair = [_like(number_of, one) for one in (part, rest)]
                if None in pair:
                    continue
                (one, lots), (other, more) = (answer for answer in pair if answer is not None)
                uncovered = found.naked[one] * lots + found.naked[other] * more
                is_covered = uncovered <= found.naked[number] + 1e-9 or not keep_covers
                if found.cost[one] + found.cost[other] < found.cost[number] - 1e-6 and is_covered:
                    dear.append(str(found.names[number]))
    return dear


def _like(number_of: dict[Legs, int], legs: Legs) -> tuple[int, int] | None:
    """Find a candidate of these legs, and how many lots of it they are."""
    for lots in (1, 2, 3):
        number = number_of.get(tuple((source, count / lots) for source, count in legs))
        if number is not None:
            return number, lots
    return None


@pytest.mark.parametrize("seed", BOOKS)
def test_no_candidate_costs_more_than_pairs_and_legs_of_itself(seed: int) -> None:
    """Of up to four legs; any reading could have those instead."""
    _, found = found_in(seed)
    short = found.take((found.sources >= 0).sum(axis=1) <= 4)
    assert dearer_than_parts(short, keep_covers=False) == []


@pytest.mark.parametrize("seed", BOOKS)
def test_with_covers_none_costs_more_than_parts_that_cover_as_much(seed: int) -> None:
    _, found = found_in(seed, keep_covers=True)
    short = found.take((found.sources >= 0).sum(axis=1) <= 4)
    assert dearer_than_parts(short, keep_covers=True) == []


@pytest.mark.parametrize("seed", BOOKS)
def test_covers_are_kept_beside_all_that_is_found_without(seed: int) -> None:
    few, more = (set(legs_of(found_in(seed, keep_covers=kept)[1])) for kept in (False, True))
    assert few <= more


def test_some_book_has_a_cover_that_costs_more_than_its_parts() -> None:
    """Else there would be nothing to keep."""
    counts = [[len(found_in(seed, keep_covers=kept)[1]) for kept in (False, True)] for seed in BOOKS]
    assert any(more > few for few, more in counts)


# --- tables ------------------------------------------------------------------------------------------------


def test_candidates_are_joined_and_taken() -> None:
    """Short and long ones fit side by side."""
    one = find_candidates(pool_of(book(call(1, 100))))
    other = find_candidates(pool_of(book(put(1, 90), put(-1, 95), call(-1, 105), call(1, 110))))
    both = join([one, other])
    assert len(both) == len(one) + len(other)
    assert both.sources.shape == both.counts.shape
    assert both.names.tolist() == [*one.names, *other.names]
    back = both.take(np.arange(len(one)))
    assert legs_of(back) == legs_of(one)
    assert back.cost.tolist() == one.cost.tolist()
