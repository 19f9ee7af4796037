"""One position analysed: which day, which law, which story."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optlab.payoff.laws import Lognormal, Smile
from optlab.payoff.position import Skew
from optlab.payoff.profile import STOCK_HORIZON, horizon, law_of, profile, touches
from positions import HALF, QUARTER, RATE, SPOT, VOL, position

DIAGONAL = (-1, "call", 105, QUARTER), (1, "call", 95, HALF)


def test_the_day_is_the_first_expiry_or_the_one_asked_for() -> None:
    """Never later than the first expiry; thirty days for stock."""
    own = position(*DIAGONAL, cost=8.0)
    assert profile(own).years == QUARTER
    assert profile(own, on=0.1).years == 0.1
    assert profile(own, on=HALF).years == QUARTER
    assert horizon(position((1, "stock"))) == STOCK_HORIZON


def test_the_lognormal_law_has_the_forward_as_its_mean() -> None:
    """By rate and yield, by cash dividends, or by the drift that is asked for."""
    own = position(*DIAGONAL, dividend_yield=0.01)
    law = law_of(own, QUARTER, "auto", None)
    assert isinstance(law, Lognormal)
    assert (law.spot, law.years, law.vol) == (SPOT, QUARTER, VOL)
    assert law.forward == pytest.approx(SPOT * math.exp((RATE - 0.01) * QUARTER))
    drifted = law_of(own, QUARTER, "auto", 0.10)
    assert drifted is not None
    assert drifted.forward == pytest.approx(SPOT * math.exp(0.10 * QUARTER))
    paid = law_of(position(*DIAGONAL, dividends=[(0.1, 2.0)]), QUARTER, "auto", None)
    assert paid is not None
    assert paid.forward == pytest.approx((SPOT - 2.0 * math.exp(-RATE * 0.1)) * math.exp(RATE * QUARTER))


def test_its_volatility_is_that_of_the_option_nearest_the_forward() -> None:
    """Of those that end first after the day: the near leg's, not the far one's."""
    legs = position(
        (-1, "call", 105, QUARTER), (1, "put", 90, QUARTER), (1, "call", 100, HALF), vol=[0.31, 0.33, 0.2]
    )
    law = law_of(legs, QUARTER, "auto", None)
    assert isinstance(law, Lognormal)
    assert law.vol == 0.31


SKEW = Skew(np.array([80.0, 95.0, 105.0, 125.0]), np.array([0.36, 0.32, 0.30, 0.29]), is_listed=True)


def test_a_chain_s_smile_is_the_law_of_its_expiry_alone() -> None:
    """Not of an earlier day, not if lognormal is asked for, and not if it is only the legs' own."""
    own = position(*DIAGONAL, smiles={QUARTER: SKEW})
    assert isinstance(law_of(own, QUARTER, "auto", None), Smile)
    assert isinstance(law_of(own, 0.1, "auto", None), Lognormal)
    assert isinstance(law_of(own, QUARTER, "lognormal", None), Lognormal)
    legs_alone = Skew(SKEW.strikes, SKEW.vols)
    assert isinstance(
        law_of(position(*DIAGONAL, smiles={QUARTER: legs_alone}), QUARTER, "auto", None), Lognormal
    )


def test_a_smile_that_contradicts_itself_is_no_law() -> None:
    """Three of seven quotes can't be right."""
    strikes = np.array([80.0, 90.0, 95.0, 100.0, 105.0, 110.0, 125.0])
    vols = np.array([0.30, 1.5, 0.02, 0.30, 2.0, 0.30, 0.30])
    broken = Skew(strikes, vols, is_listed=True)
    assert isinstance(law_of(position(*DIAGONAL, smiles={QUARTER: broken}), QUARTER, "auto", None), Lognormal)


def test_a_smile_moves_along_with_the_drift() -> None:
    """The volatilities belong to the same moneyness, and the mean is the drift's."""
    own = position(*DIAGONAL, smiles={QUARTER: SKEW})
    at_rest, moved = (law_of(own, QUARTER, "smile", drift) for drift in (None, 0.20))
    assert at_rest is not None
    assert moved is not None
    ratio = math.exp((0.20 - RATE) * QUARTER)
    assert moved.forward == pytest.approx(at_rest.forward * ratio)
    assert moved.cdf(100.0 * ratio) == pytest.approx(at_rest.cdf(100.0), abs=1e-9)


def test_without_a_volatility_there_are_no_probabilities() -> None:
    """Stock whose volatility nobody knows; and an axis of several underlyings."""
    bare = profile(position((1, "stock"), cost=100.0, vol=np.nan))
    assert (bare.law, bare.chances) == (None, None)
    assert bare.shape.breakevens == (100.0,)
    assert profile(position(*DIAGONAL), has_law=False).chances is None


def test_held_takes_the_extremes_of_all_paths() -> None:
    """Breakevens and probabilities stay those of the first expiry."""
    own = position(*DIAGONAL, cost=8.0)
    closed, held = profile(own), profile(own, is_held=True)
    assert held.shape.breakevens == closed.shape.breakevens
    assert held.chances == closed.chances
    assert held.highest is not None
    assert held.lowest is not None
    assert held.highest.profit == math.inf
    assert held.lowest.profit == pytest.approx(-8.0)
    one_expiry = position((-1, "call", 105, QUARTER), (1, "call", 95, QUARTER), cost=8.0)
    assert profile(one_expiry, is_held=True).highest == profile(one_expiry).highest


def test_expected_profit_at_fair_value_is_its_carry() -> None:
    """With one volatility for all legs: V0 (exp(rT) - 1)."""
    for legs in (DIAGONAL, ((1, "put", 100, QUARTER),), ((1, "call", 100, QUARTER), (-2, "call", 110, HALF))):
        fair = float(position(*legs).worth(np.array([SPOT]), 0.0)[0])
        found = profile(position(*legs, cost=fair)).chances
        assert found is not None
        assert found.expected_profit == pytest.approx(fair * math.expm1(RATE * QUARTER), abs=2e-5 * SPOT)


def test_a_level_is_touched_at_least_as_often_as_it_is_passed_at_the_end() -> None:
    """Above spot and below."""
    law = Lognormal(SPOT, QUARTER, VOL, 101.0)
    touch, beyond = touches(np.array([85.0, 95.0, 105.0, 130.0]), law)
    assert (touch > beyond).all()
    assert beyond == pytest.approx(
        [float(law.cdf(85)), float(law.cdf(95)), 1 - float(law.cdf(105)), 1 - float(law.cdf(130))]
    )


def test_a_leg_without_a_volatility_tells_no_law() -> None:
    """Marked at intrinsic value it has none: another option does, or nobody."""
    legs = (-1, "put", 140, QUARTER), (1, "call", 110, HALF)
    law = law_of(position(*legs, vol=[0.0, 0.33]), QUARTER, "auto", None)
    assert isinstance(law, Lognormal)
    assert law.vol == 0.33
    alone = profile(position(legs[0], vol=0.0, cost=-40.0))
    assert (alone.law, alone.chances) == (None, None)
    beside_stock = profile(position(legs[0], (-1, "stock"), vol=[0.0, 0.25], cost=-140.0))
    assert beside_stock.law is not None
    assert beside_stock.chances is not None
