"""What a pool holds: contracts by side and time, their units, and the rows that they came from."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from loose_books import FAR, NEAR, book, call, future, pool_of, put, random_book, stock
from optlab.strategy.pool import Pool, PoolLegs, common_divisor

FIRST, SECOND = "2026-10-01T15:00", "2026-10-02T15:00"


def contents(pool: Pool) -> list[tuple[str, int, float, float]]:
    """List a pool's items as kind, side, strike and quantity, sorted; stock has strike 0."""
    strikes = np.nan_to_num(pool.strike)
    return sorted(
        (str(pool.kind[n]), int(pool.side[n]), float(strikes[n]), float(pool.quantity[n]))
        for n in range(pool.item_count)
    )


# --- items -------------------------------------------------------------------------------------------------


def test_rows_of_one_contract_and_side_are_one_item() -> None:
    """Fills add up; what is bought and what is sold stay apart."""
    pool = pool_of(book(call(1, 100), call(2, 100), call(-2, 100), put(1, 100), call(5, 100, FAR)))
    assert contents(pool) == [("C", -1, 100, 2), ("C", 1, 100, 3), ("C", 1, 100, 5), ("P", 1, 100, 1)]
    assert sorted(rows.tolist() for rows in pool.rows) == [[0, 1], [2], [3], [4]]
    assert len(pool.items) == pool.item_count == 4


def test_contracts_of_two_sizes_are_two_items() -> None:
    pool = pool_of(book(call(1, 100), call(1, 100, multiplier=10.0)))
    assert sorted(pool.size.tolist()) == [10, 100]


def test_one_contract_at_two_times_is_two_items_and_a_third_source() -> None:
    """A strategy may take from either, or from both together."""
    pool = pool_of(book(call(1, 100, traded_at=FIRST), call(2, 100, traded_at=SECOND), put(1, 90)))
    assert pool.item_count == 3
    assert len(pool.items) == 4
    both = pool.items[3]
    assert len(both) == 2
    assert pool.quantity[3] == pool.quantity[list(both)].sum() == 3
    assert (pool.kind[3], pool.side[3], pool.strike[3]) == ("C", 1, 100)


def test_the_two_times_of_opposite_sides_stay_apart() -> None:
    pool = pool_of(book(call(1, 100, traded_at=FIRST), call(-1, 100, traded_at=SECOND)))
    assert len(pool.items) == pool.item_count == 2


def test_a_source_has_the_times_of_its_items() -> None:
    legs = book(
        call(1, 100, traded_at=FIRST), call(1, 100, traded_at=SECOND), put(1, 90), put(1, 80, traded_at=FIRST)
    )
    pool = pool_of(legs)
    assert pool.times.shape == (5, 2)
    of_row = {int(rows[0]): pool.times[n].tolist() for n, rows in enumerate(pool.rows)}
    assert of_row == {0: [True, False], 1: [False, True], 2: [False, False], 3: [True, False]}
    assert pool.times[4].tolist() == [True, True]


def test_stock_has_no_time() -> None:
    """It is held, whenever it was bought."""
    pool = pool_of(book(stock(100, traded_at=FIRST), stock(50, traded_at=SECOND), stock(-10), call(-1, 110)))
    assert contents(pool) == [("C", -1, 110, 1), ("S", -1, 0, 10), ("S", 1, 0, 150)]
    assert not pool.times.any()
    assert pool.is_stock.tolist() == (pool.kind == "S").tolist()


def test_a_future_is_counted_in_units_of_the_underlying() -> None:
    pool = pool_of(book(future(3, 50.0), call(-1, 110, multiplier=50.0)))
    assert contents(pool) == [("C", -1, 110, 1), ("S", 1, 0, 150)]
    assert np.isnan(pool.day[pool.is_stock]).all()


def test_a_pool_takes_only_the_rows_that_it_is_given() -> None:
    legs = book(call(1, 100), put(1, 90), call(-1, 110), put(-1, 80))
    pool = PoolLegs.of(legs).pool(np.array([1, 3]))
    assert contents(pool) == [("P", -1, 80, 1), ("P", 1, 90, 1)]
    assert sorted(rows.tolist() for rows in pool.rows) == [[1], [3]]


@pytest.mark.parametrize("seed", range(20))
def test_the_items_have_the_order_of_contracts_not_of_rows(seed: int) -> None:
    legs = random_book(seed)
    order = list(range(len(legs)))
    Random(seed).shuffle(order)  # noqa: S311 - drawn, not guarded
    one, other = pool_of(legs), pool_of(legs.iloc[order].reset_index(drop=True))
    for name in ("kind", "side", "strike", "day", "size", "quantity", "times"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.items, one.unit) == (other.items, other.unit)
    assert [sorted(order[row] for row in rows) for rows in other.rows] == [rows.tolist() for rows in one.rows]


# --- units -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantities", "divisor"),
    [
        ([200, 150], 50),
        ([7], 7),
        ([3, 5], 1),
        ([0.1, 0.25], 0.05),
        ([0.3, 0.1], 0.1),
        ([0.1 + 0.2, 0.3], 0.3),
        ([1e6, 1], 1),
        ([4, 0], 4),
        ([], 1),
        ([0], 1),
    ],
)
def test_the_common_divisor(quantities: list[float], divisor: float) -> None:
    """Whatever the last bit says; one where there is nothing to divide."""
    assert common_divisor(np.array(quantities, dtype="float64")) == pytest.approx(divisor)


@pytest.mark.parametrize(
    ("lots", "unit", "counts"), [((200, -150), 50, [3, 4]), ((3, -2), 1, [2, 3]), ((0.3, -0.1), 0.1, [1, 3])]
)
def test_options_count_in_their_common_divisor(
    lots: tuple[float, float], unit: float, counts: list[float]
) -> None:
    pool = pool_of(book(call(lots[0], 100), call(lots[1], 110)))
    assert pool.unit == pytest.approx(unit)
    assert sorted(pool.quantity.tolist()) == counts


def test_stock_can_cover_less_than_all_options() -> None:
    """Three calls and two hundred shares are counted one by one, so that two can be covered."""
    assert pool_of(book(call(-4, 110), stock(200))).unit == 2
    assert pool_of(book(call(-3, 110), stock(200))).unit == 1
    assert pool_of(book(call(-4, 110), stock(99))).unit == 4


def test_near_and_far_are_days_apart() -> None:
    pool = pool_of(book(call(1, 100, NEAR), call(1, 100, FAR)))
    assert np.ptp(pool.day) == pytest.approx(62, abs=0.1)
