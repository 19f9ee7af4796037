"""The integer program: what a reading must keep to, beside covering every contract exactly once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from every_cover import EveryCover, held, read, taken
from loose_books import FAR, book, call, pool_of, put, random_book, stock
from optlab.strategy.candidates import Candidates, find_candidates
from optlab.strategy.cover import Reading
from optlab.strategy.pool import Bools, Pool
from optlab.strategy.program import Rules, relax, solve

SEEDS = range(40)
EQUAL = 1e-6


def solved(pool: Pool, found: Candidates, rules: Rules) -> Reading | None:
    """Return the cheapest reading that keeps to the rules, or None."""
    lots, bound = solve(pool, found, rules)
    if np.isnan(lots).any():
        return None
    return Reading(found.take(lots > 0), lots[lots > 0], bound)


# --- rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_no_cover_that_leaves_as_little_uncovered_costs_less(seed: int) -> None:
    """Half of what the cheapest leaves uncovered, a quarter, nothing: the cheapest such, or there is none."""
    pool, free = read(seed)
    every, found = EveryCover(random_book(seed)), find_candidates(pool, keep_covers=True)
    for limit in (free.naked * 0.5, free.naked * 0.25, 0.0) if free.naked else ():
        reading = solved(pool, found, Rules(naked=limit))
        least = every.least(limit)
        assert (reading is None) == math.isinf(least)
        if reading is not None:
            assert reading.naked <= limit + EQUAL
            assert reading.cost == pytest.approx(least, abs=EQUAL)
            assert taken(pool, reading) == pytest.approx(held(pool))


def test_a_limit_that_is_kept_changes_nothing() -> None:
    pool, free = read(0)
    limited = solved(pool, find_candidates(pool, keep_covers=True), Rules(naked=free.naked))
    assert limited is not None
    assert limited.cost == pytest.approx(free.cost)


def test_a_short_call_without_cover_can_not_be_covered() -> None:
    pool = pool_of(book(call(-1, 100), put(1, 90)))
    assert solved(pool, find_candidates(pool, keep_covers=True), Rules(naked=0.0)) is None


@pytest.mark.parametrize("seed", range(32))
def test_another_reading_is_another_and_costs_no_less(seed: int) -> None:
    pool, _ = read(seed)
    found = find_candidates(pool)
    first = solve(pool, found, Rules()).lots > 0
    second = solved(pool, found, Rules(other_than=(first,)))
    if second is not None:
        other = solve(pool, found, Rules(other_than=(first,))).lots > 0
        assert other.tolist() != first.tolist()
        assert second.cost >= found.cost[first].sum() - EQUAL
        assert taken(pool, second) == pytest.approx(held(pool))


def test_readings_come_one_after_the_other() -> None:
    """Two spreads that overlap can be paired in two ways, and their legs stand alone in more."""
    pool = pool_of(book(call(1, 598), call(1, 600), call(-1, 603), call(-1, 605)))
    found = find_candidates(pool)
    seen: list[Bools] = []
    for _ in range(5):
        seen.append(solve(pool, found, Rules(other_than=tuple(seen))).lots > 0)
    costs = [found.cost[is_in].sum() for is_in in seen]
    assert costs == sorted(costs)
    assert len({tuple(is_in) for is_in in seen}) == 5
    assert [sorted(found.names[is_in]) for is_in in seen[:2]] == [["bull call spread"] * 2] * 2


def test_several_lots_that_differ_from_themselves_are_no_other_reading() -> None:
    """A strategy of which nothing is taken is not there, whatever is paid for it."""
    pool = pool_of(book(call(2, 100), call(-2, 110), call(1, 100, FAR)))
    found = find_candidates(pool)
    first = solve(pool, found, Rules()).lots > 0
    second = solve(pool, found, Rules(other_than=(first,))).lots > 0
    assert second.any()
    assert second.tolist() != first.tolist()


def test_a_single_leg_has_no_other_reading() -> None:
    pool = pool_of(book(call(3, 100)))
    found = find_candidates(pool)
    assert solved(pool, found, Rules(other_than=(np.ones(len(found), dtype=bool),))) is None


# --- bounds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_no_reading_costs_less_than_parts_of_strategies_would(seed: int) -> None:
    pool, reading = read(seed)
    assert relax(pool, find_candidates(pool)).bound <= reading.cost + EQUAL


@pytest.mark.parametrize("seed", SEEDS)
def test_a_whole_book_is_solved_as_its_parts_are(seed: int) -> None:
    pool, reading = read(seed)
    whole = solved(pool, find_candidates(pool), Rules())
    assert whole is not None
    assert whole.cost == pytest.approx(reading.cost, abs=EQUAL)


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pool = pool_of(random_book(0))
    solve(pool, find_candidates(pool), Rules())
    assert capfd.readouterr() == ("", "")


def test_the_rest_of_a_stock_is_no_whole_number() -> None:
    """What is left of a share after two covered calls is long stock, to the last part."""
    pool = pool_of(book(stock(250.5), call(-2, 110)))
    reading = solved(pool, find_candidates(pool), Rules())
    assert reading is not None
    assert sorted(reading.candidates.names) == ["covered call", "long stock"]
    assert taken(pool, reading) == pytest.approx(held(pool))
