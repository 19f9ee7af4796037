"""Premiums on panels against American less European prices, and their means against integration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from american_moves import american_packages
from optlab.expectation import Array, Packages
from optlab.expectation.exercise import Premiums, premiums_at, premiums_beyond, premiums_of
from optlab.pricing import american, black_scholes

LATER = 2


COUNT = 25
DRAWN = american_packages(COUNT, 3, LATER, seed=31)
DEVIATION = DRAWN.horizon_vol * np.sqrt(DRAWN.horizon)
SIZE = np.fmax(DRAWN.forward[:, None], DRAWN.strike)[:, -LATER:].T * np.minimum(DEVIATION, 1.0)


@pytest.fixture(scope="module")
def premiums() -> Premiums:
    found = premiums_of(DRAWN, LATER)
    assert found is not None
    return found


def spots(z: Array) -> Array:
    """Return the spots of deviates (..., strategies)."""
    return DRAWN.forward * np.exp(DEVIATION * z - 0.5 * DEVIATION**2)


def added(z: Array) -> Array:
    """Return what American prices add to European ones: (..., later legs, strategies)."""
    sign, *option = (
        values[:, -LATER:].T for values in (DRAWN.sign, DRAWN.strike, DRAWN.years, DRAWN.rate, DRAWN.dividend_yield, DRAWN.vol)
    )  # fmt: skip
    option[1] = option[1] - DRAWN.horizon
    S = spots(z)[..., None, :]
    by_all: Array = american.prices(sign, S, *option) - black_scholes.prices(sign, S, *option)
    return by_all


def test_premiums_are_american_less_european_prices(premiums: Premiums) -> None:
    """From -5 to 5 deviations, to 0.0001 of a deviation: whatever the boundary, the vols and the times."""
    z = np.linspace(-5.0, 5.0, 41)[:, None] + np.zeros(COUNT)
    value = premiums_at(premiums, z, np.ones_like(z))[0]
    assert np.max(added(z) / SIZE) > 0.5
    assert np.max(np.abs(value - added(z)) / SIZE) < 1e-4


def test_slopes_are_derivatives(premiums: Premiums) -> None:
    """In S, but at the ends of panels, where two polynomials meet."""
    z = np.linspace(-4.0, 4.0, 23)[:, None] + np.zeros(COUNT)
    slope = premiums_at(premiums, z, 1.0 / (spots(z) * DEVIATION))[1]
    low, high = (premiums_at(premiums, z + step, np.ones_like(z))[0] for step in (-1e-6, 1e-6))
    per_deviate = slope * (spots(z) * DEVIATION)[:, None, :]
    error = np.abs((high - low) / 2e-6 - per_deviate) / SIZE
    assert np.quantile(error, 0.99) < 1e-5


@pytest.mark.parametrize("border", [-2.5, 1.3])
def test_means_beyond_a_spot_equal_integration(premiums: Premiums, border: float) -> None:
    """Both sides, by two hundred points on each."""
    at_forward = added(0.5 * DEVIATION)
    x, weights = np.polynomial.legendre.leggauss(200)
    for direction in (1.0, -1.0):
        half = 0.5 * (direction * 8.0 + (DEVIATION if direction > 0 else 0.0) - border)
        z = border + half * (1.0 + x[:, None])
        expected = np.tensordot(weights, norm.pdf(z)[:, None, :] * (added(z) - at_forward), 1) * np.abs(half)
        found = premiums_beyond(premiums, np.full(COUNT, border), direction)
        assert np.max(np.abs(found - expected) / SIZE) < 1e-4


def test_two_sides_of_a_spot_are_all(premiums: Premiums) -> None:
    """Above and below together are E[pi] - pi(F), wherever they are divided."""
    for z in (-3.0, 0.2, 5.0):
        border = np.full(COUNT, z)
        both = premiums_beyond(premiums, border, 1.0) + premiums_beyond(premiums, border, -1.0)
        assert np.max(np.abs(both - (premiums.total - premiums.at_forward)) / SIZE) < 1e-13


def test_what_is_never_exercised_early_has_no_premium() -> None:
    """European legs, legs that end at the horizon, stock, and calls without dividends."""
    assert premiums_of(replace(DRAWN, american=np.zeros((), dtype=np.bool_)), LATER) is None
    assert premiums_of(replace(DRAWN, years=np.tile(DRAWN.horizon[:, None], 3)), LATER) is None
    calls = replace(DRAWN, sign=np.ones((COUNT, 3)), dividend_yield=np.zeros((COUNT, 3)))
    assert premiums_of(calls, LATER) is None


def test_a_leg_beside_one_with_a_premium_has_zeros() -> None:
    """Of a European and an American put one has something."""
    puts = replace(
        DRAWN,
        sign=-np.ones((COUNT, 3)),
        rate=np.full((COUNT, 3), 0.05),
        american=np.array([False, False, True]),
    )
    found = premiums_of(puts, LATER)
    assert found is not None
    assert (found.total[0] == 0.0).all()
    assert (found.total[1] > 0.0).mean() > 0.7


def test_a_put_far_below_its_boundary_gains_what_the_european_one_loses() -> None:
    """All of the reach is exercised: pi = K - S - V_E, so that E[pi] has a closed form."""
    option = {"sign": -1.0, "strike": 100.0, "years": 1.2, "rate": 0.1, "dividend_yield": 0.0, "vol": 0.2}
    legs = {name: np.full((1, 1), value) for name, value in option.items()}
    one = {"spot": 30.0, "horizon": 0.2, "forward": 30.0 * np.exp(0.02), "horizon_vol": 0.2}
    deep = Packages(
        units=np.ones((1, 1)),
        **legs,
        **{name: np.array([value]) for name, value in one.items()},
        american=np.ones((), dtype=np.bool_),
    )
    found = premiums_of(deep, 1)
    assert found is not None
    # The European put is a forward there: 100 exp(-0.1) - S.
    assert found.total[0, 0] == pytest.approx(100.0 * (1.0 - np.exp(-0.1)), rel=1e-7)
