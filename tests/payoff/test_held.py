"""What is left after the first expiry, held on: by hand, and against every pair of spots on a grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from optlab.payoff import held
from optlab.payoff.held import State, band, extremes, states
from optlab.payoff.position import Position
from positions import HALF, QUARTER, position

LONG_CALENDAR = ((-1, "call", 100, QUARTER), (1, "call", 100, HALF))
SHORT_CALENDAR = ((1, "call", 100, QUARTER), (-1, "call", 100, HALF))
PUT_DIAGONAL = ((-1, "put", 90, QUARTER), (1, "put", 105, HALF))
DOUBLE = (*PUT_DIAGONAL, (-1, "call", 110, QUARTER), (1, "call", 100, HALF))
FUTURE = ((1, "future", 98, QUARTER), (-1, "call", 100, HALF))


def held_on(*legs: tuple[Any, ...], delivers: bool) -> Position:
    """Lay out legs for 2, that deliver or are settled in cash."""
    return position(*legs, cost=2.0, delivers=np.full(len(legs), delivers))


def test_a_delivered_call_leaves_shares_and_its_strike() -> None:
    """A short call at 100 in the money: one share short, 100 received."""
    assert states(held_on(*LONG_CALENDAR, delivers=True), HALF) == [
        State(-1.0, 100.0, 100.0),
        State(0.0, 0.0, 0.0),
    ]


def test_a_call_settled_in_cash_leaves_what_it_paid() -> None:
    """From nothing to a loss without limit."""
    assert states(held_on(*LONG_CALENDAR, delivers=False), HALF) == [State(0.0, -math.inf, 0.0)]


def test_a_short_call_calendar_held_loses_without_limit() -> None:
    """The far call is naked once the near one is over."""
    both = extremes(held_on(*SHORT_CALENDAR, delivers=True), HALF)
    assert both is not None
    assert both[1].profit == -math.inf
    assert both[0].profit == pytest.approx(-2.0)


def test_a_long_calendar_held_loses_its_debit_if_shares_are_delivered() -> None:
    """The far call covers the shares owed."""
    both = extremes(held_on(*LONG_CALENDAR, delivers=True), HALF)
    assert both is not None
    assert both[1].profit == pytest.approx(-2.0)
    assert both[0].profit == math.inf


FAR = 1e5


def brute(legs: Position, S: np.ndarray, *, delivers: bool) -> np.ndarray:
    """Return the profit for every pair of spots at the two expiries, (first, last), leg by leg; the first also far."""
    first, last = np.append(S, FAR)[:, None], S[None, :]
    total = np.full((len(S) + 1, len(S)), -legs.cost)
    option = legs.option
    for place in range(len(legs.units)):
        sign, strike, years = option.sign[place], option.strike[place], option.years[place]
        if sign == 0:
            total = total + legs.units[place] * (first - legs.entry[place])
            continue
        seen = first if years == QUARTER else last
        pays = sign * (seen - strike) > 0
        paid = sign * ((last if delivers else seen) - strike)
        total = total + legs.units[place] * np.where(pays, paid, 0.0)
    return total


@pytest.mark.parametrize("delivers", [False, True])
@pytest.mark.parametrize("legs", [LONG_CALENDAR, SHORT_CALENDAR, PUT_DIAGONAL, DOUBLE, FUTURE])
def test_band_and_extremes_agree_with_every_pair_of_spots(legs: Any, *, delivers: bool) -> None:  # noqa: ANN401
    """Where they have a limit; without one the pairs go on as far as they reach."""
    own = held_on(*legs, delivers=delivers)
    S = np.unique(np.concatenate([np.linspace(0.0, 400.0, 801), legs_edges(own)]))
    pairs = brute(own, S, delivers=delivers)
    least, most = band(own, S, HALF) or (None, None)
    for ours, theirs, sign in ((least, pairs.min(axis=0), -1), (most, pairs.max(axis=0), 1)):
        assert ours is not None
        has_limit = np.isfinite(ours)
        assert ours[has_limit] == pytest.approx(theirs[has_limit], abs=0.02)
        assert (sign * theirs[~has_limit] > 0.9 * FAR).all()
    both = extremes(own, HALF)
    assert both is not None
    for extreme, theirs in zip(both, (pairs.max(), pairs.min()), strict=True):
        if math.isfinite(extreme.profit):
            assert extreme.profit == pytest.approx(theirs, abs=0.02)
        else:
            assert abs(theirs) > 150


def legs_edges(own: Position) -> np.ndarray:
    """Return spots just off the strikes, where an option is exercised or not."""
    strikes = own.option.strike[own.is_option]
    return np.concatenate([strikes - 1e-3, strikes + 1e-3])


def test_three_expiries_follow_each_other() -> None:
    """Two near calls of different expiries: the shares of both add up."""
    legs = position((-1, "call", 100, 0.1), (-1, "call", 110, QUARTER), (2, "call", 100, HALF), cost=0.0)
    left = states(legs, HALF)
    assert left is not None
    assert [state.shares for state in left] == [-2.0, -1.0, 0.0]
    assert left[0] == State(-2.0, 210.0, 210.0)


def test_too_many_paths_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Better no extremes than wrong ones."""
    monkeypatch.setattr(held, "MOST_STATES", 1)
    legs = held_on(*LONG_CALENDAR, delivers=True)
    assert states(legs, HALF) is None
    assert extremes(legs, HALF) is None
    assert band(legs, np.array([100.0]), HALF) is None
