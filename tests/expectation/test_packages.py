"""What strategies are worth at their horizon."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from move_cases import RATE, YIELD, packages, random_packages, together
from optlab.expectation import Packages
from optlab.pricing import american
from optlab.pricing.black_scholes import prices

DIAGONAL = packages((-1, -1, 24, 0.1, 0.4), (2, -1, 30, 0.6, 0.4), horizon=0.1, vol=0.4)
SPOTS = np.array([[3.0, 12.0, 20.0, 24.0, 30.0, 45.0]])


def exercised(package: Packages, *, legs: bool | list[bool] = True) -> Packages:
    """Make some legs American."""
    return replace(package, american=np.array(legs))


def test_worth_adds_stock_payoffs_and_prices() -> None:
    """Stock counts as spot, a near leg as its payoff, a later one as its price with the time it has left."""
    mixed = packages(
        *((2, 0, np.nan, np.nan, np.nan), (-1, -1, 25, 0.1, 0.4), (3, 1, 24, 0.3, 0.5)), horizon=0.1, vol=0.4
    )
    S = np.array([[20.0, 24.0, 30.0]])
    later = prices(1.0, S, 24.0, 0.2, RATE, YIELD, 0.5)
    assert mixed.worth(S) == pytest.approx(2 * S - np.maximum(25 - S, 0) + 3 * later, rel=1e-14)


def test_a_later_american_leg_counts_as_its_american_price() -> None:
    """With the time that it has left at the horizon; the near leg, American too, as its payoff."""
    later = american.prices(-1.0, SPOTS, 30.0, 0.5, RATE, YIELD, 0.4)
    expected = 2 * later - np.maximum(24 - SPOTS, 0)
    assert exercised(DIAGONAL).worth(SPOTS) == pytest.approx(expected, rel=1e-12)
    assert exercised(DIAGONAL, legs=[False, True]).worth(SPOTS) == pytest.approx(expected, rel=1e-12)


def test_below_its_boundary_a_put_is_worth_what_exercise_pays() -> None:
    """At 3.00 the 30 put is worth 27.00, and a European one less."""
    deep = np.array([[3.0]])
    assert exercised(DIAGONAL).worth(deep)[0, 0] == 2 * 27.0 - 21.0
    assert DIAGONAL.worth(deep)[0, 0] < 2 * 27.0 - 21.0 - 0.3


def test_early_exercise_only_adds_to_what_is_held() -> None:
    """A long leg is worth no less at any spot, and at least what exercise pays."""
    drawn = random_packages(60, 2, 2, seed=6)
    long = replace(drawn, units=np.ones((60, 2)), rate=np.abs(drawn.rate))
    S = drawn.forward[:, None] * np.exp(np.linspace(-2, 2, 9) * np.minimum(drawn.horizon_vol, 1.0)[:, None])
    paid = sum(np.maximum(long.sign[:, [leg]] * (S - long.strike[:, [leg]]), 0.0) for leg in (0, 1))
    there, held = exercised(long).worth(S), long.worth(S)
    assert (there >= held).all()
    assert (there >= paid * (1 - 1e-14)).all()
    assert (there > held * 1.01).any()


def test_what_exercise_adds_nothing_to_is_european() -> None:
    """A later call without dividends keeps its value to the last bit, beside a put that doesn't."""
    calls = replace(
        packages((-1, 1, 24, 0.1, 0.4), (2, 1, 30, 0.6, 0.4), horizon=0.1, vol=0.4),
        dividend_yield=np.zeros((1, 2)),
    )
    both = exercised(together(calls, DIAGONAL))
    assert both.exercisable.tolist() == [[False, False], [False, True]]
    S = np.repeat(SPOTS, 2, axis=0)
    assert (both.worth(S)[0] == calls.worth(SPOTS)[0]).all()


def test_strategies_are_taken_with_their_legs_in_another_order() -> None:
    """Two of three, turned round: what they are worth stays."""
    drawn = exercised(random_packages(3, 2, 1, seed=2), legs=[False, True])
    rows = np.array([2, 0])
    turned = drawn.take(rows, np.array([[1, 0], [1, 0]]))
    S = drawn.forward[rows, None] * np.array([0.8, 1.1])
    assert turned.american.tolist() == [[True, False]] * 2
    assert turned.worth(S) == pytest.approx(drawn.take(rows).worth(S), rel=1e-12)
    assert turned.worth(S) == pytest.approx(drawn.worth(drawn.forward[:, None] * [0.8, 1.1])[rows], rel=1e-12)
