"""The cheapest reading is compared with every exact cover of small books."""

from __future__ import annotations

from random import Random

import pytest

from every_cover import EveryCover, held, read, taken, written
from loose_books import FAR, MIDDLE, book, call, future, pool_of, put, random_book, stock
from optlab.strategy import cover
from optlab.strategy.candidates import find_candidates
from optlab.strategy.costs import WEIGHTS
from optlab.strategy.cover import cheapest
from optlab.strategy.greedy import take_greedily

SEEDS = range(64)
FEW = range(16)
EQUAL = 1e-6

# --- the cheapest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_no_exact_cover_costs_less(seed: int) -> None:
    _, reading = read(seed)
    assert reading.cost == pytest.approx(EveryCover(random_book(seed)).least(), abs=EQUAL)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_wrong_weight_is_seen(weight: str) -> None:
    """The comparison can fail: with any weight changed, some book costs something else."""
    wrong = {**WEIGHTS, weight: WEIGHTS[weight] + 0.1}
    assert any(
        abs(read(seed)[1].cost - EveryCover(random_book(seed), wrong).least()) > EQUAL for seed in SEEDS
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_contract_is_covered_once(seed: int) -> None:
    pool, reading = read(seed)
    assert taken(pool, reading) == pytest.approx(held(pool))
    assert (reading.lots > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_proven_reading_reaches_its_bound(seed: int) -> None:
    """Small books are all proven."""
    _, reading = read(seed)
    assert reading.is_proven
    assert reading.gap <= EQUAL
    assert reading.bound == pytest.approx(reading.cost, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_solution_is_no_cheaper(seed: int) -> None:
    pool, reading = read(seed)
    found = find_candidates(pool)
    lots = take_greedily(pool, found)
    assert found.cost[lots > 0].sum() >= reading.cost - EQUAL


# --- what must not matter ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(32))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    """Not even between readings that cost the same."""
    legs = random_book(seed)
    order = list(range(len(legs)))
    Random(seed).shuffle(order)  # noqa: S311 - drawn, not guarded
    shuffled = pool_of(legs.iloc[order].reset_index(drop=True))
    assert written(shuffled, cheapest(shuffled)) == written(*read(seed))


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("times", [3.0, 0.1])
def test_a_book_three_times_as_large_reads_the_same(seed: int, times: float) -> None:
    """Or a tenth of it; only its lots are more or fewer."""
    legs = random_book(seed)
    legs = legs[legs["kind"].isin(["call", "put"])].reset_index(drop=True)
    pool, other = pool_of(legs), pool_of(legs.assign(quantity=legs["quantity"] * times))
    assert written(other, cheapest(other)) == written(pool, cheapest(pool))


def test_round_lots_of_stock_scale_with_the_options() -> None:
    small = book(stock(300), call(-2, 110), put(1, 90))
    large = small.assign(quantity=small["quantity"] * 50)
    assert cheapest(pool_of(large)).cost == pytest.approx(cheapest(pool_of(small)).cost)


@pytest.mark.parametrize("seed", FEW)
def test_prices_in_another_unit_read_the_same(seed: int) -> None:
    """Only strikes relative to one another count: pence for pounds changes nothing."""
    legs = random_book(seed)
    pence = pool_of(legs.assign(strike=legs["strike"] * 100))
    assert written(pence, cheapest(pence), strikes=100) == written(*read(seed))


# --- what is charged ---------------------------------------------------------------------------------------


def test_a_strategy_is_charged_once_whatever_its_lots() -> None:
    one, fifty = (cheapest(pool_of(book(call(n, 100), call(-n, 110)))) for n in (1, 50))
    assert one.cost == pytest.approx(fifty.cost)
    assert (one.lots.tolist(), fifty.lots.tolist()) == ([1], [1])


def test_the_cost_of_a_book_of_two_underlyings_worth_of_parts_is_their_sum() -> None:
    """What shares no strategy is read apart."""
    near, far = [call(1, 100), call(-1, 105)], [call(2, 100, FAR, multiplier=10.0)]
    whole = cheapest(pool_of(book(*near, *far)))
    parts = [cheapest(pool_of(book(*rows))) for rows in (near, far)]
    assert whole.cost == pytest.approx(sum(part.cost for part in parts))
    assert whole.bound == pytest.approx(sum(part.bound for part in parts))


def test_what_is_uncovered_counts_in_units_of_the_underlying() -> None:
    assert cheapest(pool_of(book(call(-3, 110)))).naked == 300
    assert cheapest(pool_of(book(call(-3, 110, multiplier=10.0)))).naked == 30
    assert cheapest(pool_of(book(call(-3, 110), stock(200)))).naked == 100
    assert cheapest(pool_of(book(call(-2, 110), future(4, 50.0)))).naked == 0
    assert cheapest(pool_of(book(put(-1, 90, MIDDLE), put(1, 80, MIDDLE)))).naked == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_uncovered_of_a_reading_is_that_of_its_strategies(seed: int) -> None:
    _, reading = read(seed)
    assert reading.naked == pytest.approx((reading.candidates.naked * reading.lots).sum())
    assert reading.cost == pytest.approx(reading.candidates.cost.sum())


def test_a_single_leg_has_one_reading() -> None:
    pool = pool_of(book(call(3, 100)))
    reading = cheapest(pool)
    assert (reading.candidates.names.tolist(), reading.lots.tolist()) == (["long call"], [1])
    assert pool.unit == 3
    assert (reading.is_proven, reading.gap, reading.bound) == (True, 0.0, reading.cost)


# --- large books, part by part -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_a_book_that_is_read_part_by_part_is_covered_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As any large one is: it costs no less than the cheapest, its bound no more, and its gap says how far apart."""
    pool, best = read(seed)
    monkeypatch.setattr(cover, "EASY", -1)
    reading = cheapest(pool)
    assert taken(pool, reading) == pytest.approx(held(pool))
    assert reading.bound - EQUAL <= best.cost <= reading.cost + EQUAL
    assert reading.gap == pytest.approx((reading.cost - reading.bound) / reading.cost, abs=EQUAL)


def test_most_small_books_are_read_as_cheaply_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    best = {seed: read(seed)[1].cost for seed in FEW}
    monkeypatch.setattr(cover, "EASY", -1)
    missed = [seed for seed in FEW if cheapest(read(seed)[0]).cost > best[seed] + EQUAL]
    assert len(missed) <= 2


def test_a_book_of_twenty_rows_is_covered_once() -> None:
    """However far it is from proven, and the same whatever the order of its rows."""
    legs = random_book(1, largest=20, contracts=60)
    pool, other = pool_of(legs), pool_of(legs.iloc[::-1].reset_index(drop=True))
    reading = cheapest(pool)
    assert taken(pool, reading) == pytest.approx(held(pool))
    assert 0 <= reading.gap < 0.5
    assert written(other, cheapest(other)) == written(pool, reading)


# --- contracts bought at two times -------------------------------------------------------------------------

FIRST, SECOND, THIRD = "2026-10-01T15:00", "2026-10-02T15:00", "2026-10-03T15:00"
TWICE = (call(1, 100, traded_at=FIRST), call(2, 100, traded_at=SECOND))


def test_a_contract_bought_at_two_times_and_nothing_else() -> None:
    """Its contracts are held once, however many sources they can be taken from."""
    legs = book(*TWICE)
    pool, reading = pool_of(legs), cheapest(pool_of(legs))
    assert taken(pool, reading) == pytest.approx(held(pool))
    assert reading.cost == pytest.approx(EveryCover(legs).least())
    assert reading.is_proven


def test_a_contract_bought_at_two_times_beside_what_shares_no_strategy_with_it() -> None:
    legs = book(*TWICE, call(1, 100, multiplier=10.0), call(-1, 110, multiplier=10.0))
    reading = cheapest(pool_of(legs))
    assert reading.cost == pytest.approx(EveryCover(legs).least())
    assert reading.is_proven


def test_a_contract_bought_at_two_times_is_sold_against_at_a_third() -> None:
    """One spread of both, or one of each: whichever costs less, nothing is left over."""
    legs = book(*TWICE, call(-3, 110, traded_at=THIRD))
    pool, reading = pool_of(legs), cheapest(pool_of(legs))
    assert taken(pool, reading) == pytest.approx(held(pool))
    assert reading.cost == pytest.approx(EveryCover(legs).least())
