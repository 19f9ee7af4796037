"""What legs are worth at any spot on any day: by hand, and against the kernels leg by leg."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.payoff.position import Skew, VolRule
from optlab.pricing import american, black_scholes
from optlab.pricing.models import LOWEST_VOL
from positions import HALF, QUARTER, RATE, SPOT, VOL, position

SPOTS = np.array([0.0, 60.0, 95.0, 100.0, 108.0, 180.0])


def test_at_its_expiry_an_option_is_worth_its_intrinsic_value() -> None:
    """A call, a put, both short too."""
    legs = position((2, "call", 100, QUARTER), (-1, "put", 95, QUARTER))
    expected = 2 * np.maximum(SPOTS - 100, 0) - np.maximum(95 - SPOTS, 0)
    assert legs.worth(SPOTS, QUARTER) == pytest.approx(expected)


def test_a_later_option_is_priced_with_the_time_that_is_left() -> None:
    """A diagonal on the day of its near leg."""
    legs = position((-1, "call", 105, QUARTER), (1, "call", 95, HALF), cost=7.0)
    far = black_scholes.prices(1, SPOTS, 95, HALF - QUARTER, RATE, 0.0, VOL)
    assert legs.profit(SPOTS, QUARTER) == pytest.approx(far - np.maximum(SPOTS - 105, 0) - 7.0, abs=1e-12)


def test_american_legs_are_priced_as_american() -> None:
    """A long put is never worth less than what exercise pays."""
    legs = position((1, "put", 100, HALF), american=True)
    expected = american.prices(-1, SPOTS, 100, HALF, RATE, 0.0, VOL)
    assert legs.worth(SPOTS, 0.0) == pytest.approx(expected, abs=1e-9)
    assert (legs.worth(SPOTS, 0.0) >= np.maximum(100 - SPOTS, 0)).all()


def test_stock_moves_with_spot_and_a_future_with_its_forward() -> None:
    """A future bought at 98 is worth its forward less 98; on its last day spot less 98."""
    assert position((3, "stock")).worth(SPOTS, 0.1) == pytest.approx(3 * SPOTS)
    future = position((2, "future", 98, HALF))
    assert future.worth(SPOTS, 0.0) == pytest.approx(2 * (SPOTS * np.exp(RATE * HALF) - 98))
    assert future.worth(SPOTS, HALF) == pytest.approx(2 * (SPOTS - 98))


def test_dividends_come_nearer_as_time_passes() -> None:
    """A future before the ex-date is worth less by the dividend, after it no more."""
    legs = position((1, "future", 100, HALF), dividends=[(0.1, 2.0)], rate=0.0)
    assert legs.worth(np.array([100.0]), 0.0) == pytest.approx([-2.0])
    assert legs.worth(np.array([100.0]), 0.2) == pytest.approx([0.0])


def test_legs_that_are_settled_keep_their_value() -> None:
    """What is over moves with no spot."""
    legs = position((1, "stock"), settled=5.0, cost=100.0)
    assert legs.profit(SPOTS, 0.0) == pytest.approx(SPOTS + 5.0 - 100.0)


def test_a_shift_moves_every_volatility_but_not_below_one_percent() -> None:
    """Five points up are a price at 35%; fifty points down leave 1%."""
    for shift, vol in ((0.05, 0.35), (-0.5, LOWEST_VOL)):
        legs = position((1, "call", 100, HALF), rule=VolRule(shift=shift))
        expected = black_scholes.prices(1, SPOTS, 100, HALF, RATE, 0.0, vol)
        assert legs.worth(SPOTS, 0.0) == pytest.approx(expected, abs=1e-12)


def test_sticky_moneyness_takes_the_change_along_the_smile() -> None:
    """Where spot has risen to 125, a strike of 100 has the volatility that 80 has now."""
    skew = Skew(np.array([80.0, 100.0, 120.0]), np.array([0.40, 0.30, 0.25]))
    legs = position((1, "put", 100, HALF), rule=VolRule("moneyness"), smiles={HALF: skew})
    S = np.array([100.0, 125.0])
    expected = [
        float(black_scholes.prices(-1, s, 100, HALF, RATE, 0.0, vol))
        for s, vol in zip(S, (0.30, 0.40), strict=True)
    ]
    assert legs.worth(S, 0.0) == pytest.approx(expected)


@pytest.mark.parametrize("american_style", [False, True])
def test_sticky_moneyness_on_a_level_smile_is_sticky_strike(*, american_style: bool) -> None:
    """Nothing changes along a smile that is flat."""
    level = Skew(np.array([80.0, 120.0]), np.array([VOL, VOL]))
    legs = (-1, "call", 105, QUARTER), (1, "put", 95, HALF)
    moved = position(*legs, american=american_style, rule=VolRule("moneyness"), smiles={HALF: level})
    kept = position(*legs, american=american_style)
    assert moved.worth(SPOTS, QUARTER) == pytest.approx(kept.worth(SPOTS, QUARTER), abs=1e-6)


@pytest.mark.parametrize(
    ("legs", "kwargs", "slope", "nominal"),
    [
        ([(1, "call", 100, QUARTER)], {}, 1.0, 1.0),
        ([(1, "put", 100, QUARTER)], {}, 0.0, 0.0),
        (
            [(-1, "call", 100, QUARTER), (1, "call", 100, HALF)],
            {"dividend_yield": 0.08},
            np.exp(-0.02) - 1,
            0.0,
        ),
        (
            [(-1, "call", 100, QUARTER), (1, "call", 100, HALF)],
            {"dividend_yield": 0.08, "american": True},
            0.0,
            0.0,
        ),
        ([(1, "stock"), (-1, "call", 100, QUARTER)], {}, 0.0, 0.0),
        ([(1, "future", 100, HALF)], {}, np.exp(RATE * QUARTER), 1.0),
    ],
    ids=["call", "put", "calendar", "American calendar", "covered call", "future"],
)
def test_slope_far_above_every_strike(
    legs: list[tuple[float, ...]], kwargs: dict[str, float], slope: float, nominal: float
) -> None:
    """By hand; and the slope of the values themselves there."""
    legs_then = position(*legs, **kwargs)
    assert legs_then.right_slope(QUARTER) == pytest.approx((slope, nominal), abs=1e-12)
    far = legs_then.worth(np.array([2000.0, 3000.0]), QUARTER)
    assert np.diff(far)[0] / 1000.0 == pytest.approx(slope, abs=1e-6)


def test_what_ends_when() -> None:
    """Expiries near to far, and the strikes at which the profit then bends."""
    legs = position((1, "call", 90, HALF), (1, "put", 110, QUARTER), (1, "stock"))
    assert legs.expiries == [QUARTER, HALF]
    assert legs.kinks(QUARTER).tolist() == [110.0]
    assert legs.kinks(HALF).tolist() == [90.0, 110.0]
    assert legs.is_straight(HALF)
    assert not legs.is_straight(QUARTER)
    assert position((1, "stock")).first == 0.0
    assert legs.spot == SPOT
