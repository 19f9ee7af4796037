"""The first solution: what saves most is taken first, and nothing is left."""

from __future__ import annotations

import numpy as np
import pytest

from every_cover import held, read, taken
from loose_books import book, call, pool_of, put, random_book, stock
from optlab.strategy.candidates import Candidates, find_candidates
from optlab.strategy.cover import Reading
from optlab.strategy.greedy import take_greedily
from optlab.strategy.pool import Pool


def greedy(pool: Pool) -> Reading:
    """Return the first solution of a pool as a reading."""
    found = find_candidates(pool)
    lots = take_greedily(pool, found)
    return Reading(found.take(lots > 0), lots[lots > 0], -np.inf)


def lots_by_name(found: Candidates, lots: np.ndarray) -> dict[str, float]:
    """Return the lots of each name."""
    return dict(zip(found.names[lots > 0].tolist(), lots[lots > 0].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(24))
def test_everything_is_covered_exactly(seed: int) -> None:
    pool = pool_of(random_book(seed))
    assert taken(pool, greedy(pool)) == pytest.approx(held(pool))


@pytest.mark.parametrize("seed", range(24))
def test_it_costs_no_less_than_the_cheapest(seed: int) -> None:
    pool, cheapest = read(seed)
    assert greedy(pool).cost >= cheapest.cost - 1e-6


@pytest.mark.parametrize("seed", range(24))
def test_no_strategy_is_taken_that_costs_more_than_its_legs_alone(seed: int) -> None:
    pool = pool_of(random_book(seed))
    found, reading = find_candidates(pool), greedy(pool)
    singles = found.take((found.sources >= 0).sum(axis=1) == 1)
    alone = dict(zip(singles.sources[:, 0].tolist(), singles.cost.tolist(), strict=True))
    taken_on = zip(reading.candidates.sources, reading.candidates.cost, strict=True)
    for sources, cost in taken_on:
        assert cost <= sum(alone[int(source)] for source in sources if source >= 0) + 1e-6


def test_what_saves_most_is_taken_first() -> None:
    """An iron condor saves more than the two spreads that it is made of."""
    pool = pool_of(book(put(1, 90), put(-1, 95), call(-1, 105), call(1, 110)))
    found = find_candidates(pool)
    assert lots_by_name(found, take_greedily(pool, found)) == {"iron condor": 1}


def test_as_many_lots_as_there_are() -> None:
    pool = pool_of(book(call(5, 100), call(-3, 110)))
    found = find_candidates(pool)
    assert lots_by_name(found, take_greedily(pool, found)) == {"bull call spread": 3, "long call": 2}


def test_the_rest_of_the_stock_is_left_over_to_the_last_part() -> None:
    pool = pool_of(book(stock(250.5), call(-2, 110)))
    found = find_candidates(pool)
    lots = lots_by_name(found, take_greedily(pool, found))
    assert set(lots) == {"covered call", "long stock"}
    assert lots["long stock"] == pytest.approx(50.5)


def test_a_source_of_two_times_gives_from_both() -> None:
    legs = book(
        *[call(1, 100, traded_at="2026-10-01T15:00"), call(1, 100, traded_at="2026-10-02T15:00")],
        call(-2, 110, traded_at="2026-10-03T15:00"),
    )
    pool = pool_of(legs)
    assert taken(pool, greedy(pool)) == pytest.approx(held(pool))
