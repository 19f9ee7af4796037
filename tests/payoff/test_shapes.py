"""Breakevens, extremes and tails: by hand where lines are straight, against dense search where they are not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from optlab.payoff.shapes import DOWN, FLAT, MODEL, UP, Extreme, shape
from positions import HALF, QUARTER, position


def of(*legs: tuple[Any, ...], cost: float, **changed: Any) -> Any:  # noqa: ANN401 - any field
    """Return the shape at the first expiry."""
    return shape(position(*legs, cost=cost, **changed), QUARTER)


def near(*legs: tuple[Any, ...], cost: float) -> Any:  # noqa: ANN401 - a shape
    """Return the shape of legs of one expiry, (units, kind, strike)."""
    return of(*((*leg, QUARTER) if len(leg) == 3 else leg for leg in legs), cost=cost)


@pytest.mark.parametrize(
    ("cost", "legs", "expected"),
    [
        (1.06, [(1, "call", 24), (-1, "call", 27)], [25.06]),
        (-1.1, [(1, "put", 21), (-1, "put", 24)], [22.9]),
        (2.3, [(1, "call", 24), (1, "put", 24)], [21.7, 26.3]),
        (-1.5, [(-1, "call", 27), (-1, "put", 21)], [19.5, 28.5]),
        (-0.7, [(1, "put", 20), (-1, "put", 22), (-1, "call", 27), (1, "call", 29)], [21.3, 27.7]),
        (0.8, [(1, "call", 21), (-2, "call", 24), (1, "call", 27)], [21.8, 26.2]),
        (-0.4, [(1, "call", 24), (-2, "call", 27)], [30.4]),
        (0.5, [(1, "call", 24), (-2, "call", 27)], [24.5, 29.5]),
        (24.24 - 0.9, [(1, "stock"), (-1, "call", 27)], [23.34]),
        (24.24, [(1, "stock")], [24.24]),
        (-24.24, [(-1, "stock")], [24.24]),
        (400.0, [(1, "call", 24)], [424.0]),
    ],
    ids=[
        *("bull call spread", "bull put spread", "straddle", "short strangle", "iron condor", "butterfly"),
        *("ratio spread for a credit", "ratio spread for a debit", "covered call", "stock", "short stock"),
        "far above every strike",
    ],
)
def test_breakevens_of_one_expiry_by_hand(
    cost: float, legs: list[tuple[Any, ...]], expected: list[float]
) -> None:
    """Strikes plus and minus what was paid, to the last digit."""
    found = near(*legs, cost=cost)
    assert found.breakevens == pytest.approx(expected, rel=1e-14)
    assert found.is_exact


def test_extremes_of_one_expiry_say_where_they_are_reached() -> None:
    """A bear call spread keeps its credit up to the lower strike and loses the rest from the upper one on."""
    found = near((-1, "call", 390), (1, "call", 394), cost=-2.37)
    assert found.highest == pytest.approx(Extreme(2.37, 0.0, 390.0))
    assert found.lowest == pytest.approx(Extreme(-1.63, 394.0, math.inf))
    assert (found.left_slope, found.right_slope, found.right_tail) == (0.0, 0.0, FLAT)


def test_a_naked_call_loses_without_limit_and_a_naked_put_down_to_zero() -> None:
    """The put's worst case is a spot of nothing, not the edge of a picture."""
    call, put = near((-1, "call", 100), cost=-2.0), near((-1, "put", 100), cost=-2.0)
    assert call.lowest.profit == -math.inf
    assert (call.right_tail, call.right_slope) == (DOWN, -1.0)
    assert put.lowest == pytest.approx(Extreme(-98.0, 0.0, 0.0))
    assert put.left_slope == pytest.approx(1.0)


def test_a_long_call_gains_without_limit() -> None:
    """And loses what was paid, at and below the strike."""
    found = near((1, "call", 100), cost=3.0)
    assert found.highest.profit == math.inf
    assert found.right_tail == UP
    assert found.lowest == pytest.approx(Extreme(-3.0, 0.0, 100.0))


def test_a_stretch_of_zero_between_loss_and_profit_has_two_ends() -> None:
    """A spread that was free: no profit and no loss between the strikes and the sides."""
    found = near((1, "call", 105), (-1, "put", 95), cost=0.0)
    assert found.breakevens == pytest.approx([95.0, 105.0])


def test_a_box_has_no_breakeven_and_one_profit() -> None:
    """The same at every spot."""
    found = near((1, "call", 95), (-1, "call", 105), (-1, "put", 95), (1, "put", 105), cost=9.9)
    assert found.breakevens == ()
    assert found.highest.profit == pytest.approx(0.1)
    assert found.lowest.profit == pytest.approx(0.1)
    assert (found.highest.low, found.highest.high) == (0.0, math.inf)


@pytest.mark.parametrize("american", [False, True])
@pytest.mark.parametrize("kind", ["call", "put"])
def test_breakevens_of_a_calendar_agree_with_a_root_finder(kind: str, *, american: bool) -> None:
    """Both sides of the strike, to ten digits."""
    legs = position((-1, kind, 100, QUARTER), (1, kind, 100, HALF), cost=2.5, american=american)
    found = shape(legs, QUARTER)
    assert len(found.breakevens) == 2
    assert not found.is_exact

    def profit(spot: float) -> float:
        return float(legs.profit(np.array([spot]), QUARTER)[0])

    for at, bracket in zip(found.breakevens, ((60, 100), (100, 160)), strict=True):
        assert at == pytest.approx(brentq(profit, *bracket, xtol=1e-13), rel=1e-9)


@pytest.mark.parametrize(
    "legs",
    [
        ((-1, "call", 100, QUARTER), (1, "call", 108, HALF), (1, "put", 90, HALF)),
        ((1, "call", 90, QUARTER), (-2, "call", 100, HALF), (1, "call", 115, QUARTER)),
        ((-1, "put", 95, QUARTER), (1, "put", 95, HALF), (-1, "call", 120, QUARTER), (1, "call", 120, HALF)),
        ((-1, "call", 100, HALF), (2, "call", 110, HALF), (1, "put", 100, QUARTER), (-1, "call", 111, HALF)),
    ],
)
def test_peaks_and_bottoms_agree_with_a_dense_search(legs: tuple[tuple[Any, ...], ...]) -> None:
    """Between strikes too, where the far legs bend the curve."""
    own = position(*legs, cost=1.0)
    found = shape(own, QUARTER)
    S = np.unique(np.concatenate([np.linspace(0, found.nodes[-1], 400_001), own.kinks(QUARTER)]))
    values = own.profit(S, QUARTER)
    assert found.profits.max() == pytest.approx(values.max(), abs=1e-6)
    assert found.profits.min() == pytest.approx(values.min(), abs=1e-6)
    changes = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    assert found.breakevens == pytest.approx(S[changes], abs=0.01)


@pytest.mark.parametrize(
    ("dividend_yield", "american", "tail"),
    [(0.0, False, FLAT), (0.005, False, MODEL), (0.05, False, DOWN), (0.05, True, FLAT)],
)
def test_tails_of_a_calendar(dividend_yield: float, tail: str, *, american: bool) -> None:
    """A yield bends the far call: a little is the model's alone, much is an unlimited loss, none if exercised early."""
    found = of(
        (-1, "call", 100, QUARTER), (1, "call", 100, HALF),
        cost=2.0, dividend_yield=dividend_yield, american=american,
    )  # fmt: skip
    assert found.right_tail == tail
    assert math.isinf(found.lowest.profit) == (tail == DOWN)
    if tail == MODEL:
        assert found.nodes[-1] == pytest.approx(300.0)
        assert found.lowest.profit == pytest.approx(found.profits.min())


def test_a_european_calendar_can_lose_more_than_its_debit_with_a_high_yield() -> None:
    """Far above the strike the far call is worth less than the near one that is owed."""
    found = of((-1, "call", 100, QUARTER), (1, "call", 100, HALF), cost=2.0, dividend_yield=0.08)
    assert found.profits[-1] < -2.0
    assert found.right_slope == pytest.approx(math.exp(-0.02) - 1.0)


def test_nodes_are_dense_enough_for_straight_lines_between_them() -> None:
    """Halfway between neighbours the curve is within a ten-thousandth of spot of the line."""
    legs = position((-1, "call", 105, QUARTER), (1, "call", 95, HALF), cost=7.0)
    found = shape(legs, QUARTER)
    middle = 0.5 * (found.nodes[1:] + found.nodes[:-1])
    line = 0.5 * (found.profits[1:] + found.profits[:-1])
    assert np.abs(legs.profit(middle, QUARTER) - line)[found.nodes[1:] > 40].max() < 0.01
