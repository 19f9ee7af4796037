"""The curve through a smile against scipy's spline, and what becomes of it beyond the last strikes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from optlab.payoff.vol_curve import LARGEST_FADE, VolCurve

KNOTS = np.array([-0.4, -0.25, -0.2, -0.05, 0.0, 0.1, 0.3])
VOLS = np.array([0.35, 0.30, 0.27, 0.22, 0.21, 0.20, 0.21])
YEARS = 0.25


def test_between_the_strikes_it_is_scipys_natural_spline_of_the_logarithm() -> None:
    known = CubicSpline(KNOTS, np.log(VOLS), bc_type="natural")
    k = np.linspace(-0.4, 0.3, 501)
    s, slope = VolCurve.through(KNOTS, VOLS, YEARS).width(k)
    assert s == pytest.approx(0.5 * np.exp(known(k)), rel=1e-13)
    assert slope == pytest.approx(0.5 * np.exp(known(k)) * known(k, 1), abs=1e-13)


def test_its_slope_is_the_difference_of_its_values_everywhere_and_has_no_steps() -> None:
    curve = VolCurve.through(KNOTS, VOLS, YEARS)
    k = np.linspace(-2.0, 2.0, 40_001)
    up, down = curve.width(k + 1e-6)[0], curve.width(k - 1e-6)[0]
    slope = curve.width(k)[1]
    assert slope == pytest.approx((up - down) / 2e-6, abs=2e-5)
    assert np.max(np.abs(np.diff(slope))) < 1e-3


def test_beyond_the_last_strikes_it_gets_flat_far_out() -> None:
    curve = VolCurve.through(KNOTS, VOLS, YEARS)
    s, slope = curve.width(np.array([-np.inf, -5.0, -3.0, -0.4, 0.3, 3.0, np.inf]))
    assert s[1:3] == pytest.approx(s[0], rel=1e-3)
    assert 1.1 * s[3] < s[0] < np.exp(LARGEST_FADE) * s[3]
    assert s[-2] == pytest.approx(s[-1], rel=1e-3)
    assert slope[[0, -1]].tolist() == [0.0, 0.0]


def test_a_steep_last_quote_does_not_run_away() -> None:
    """Going on as steeply for one deviation, volatility would be several times as high."""
    steep = VolCurve.through(np.array([0.0, 0.02, 0.04]), np.array([0.2, 0.2, 0.3]), YEARS)
    s, slope = steep.width(np.array([0.04, np.inf]))
    assert slope[0] / s[0] > 10.0
    assert np.log(s[1] / s[0]) == pytest.approx(LARGEST_FADE, rel=1e-12)


@pytest.mark.parametrize("count", [1, 2])
def test_one_quote_is_flat_and_two_are_a_line(count: int) -> None:
    curve = VolCurve.through(KNOTS[:count], VOLS[:count], YEARS)
    s, _ = curve.width(np.array([-0.4, -0.325, -0.25]))
    expected = np.exp(np.interp([-0.4, -0.325, -0.25], KNOTS[:count], np.log(VOLS[:count])))
    assert s == pytest.approx(0.5 * expected, rel=1e-14)


def test_its_grid_rises_has_every_strike_and_reaches_far_into_both_wings() -> None:
    grid = VolCurve.through(KNOTS, VOLS, YEARS).grid()
    assert np.diff(grid).min() > 0
    assert np.abs(grid[:, None] - KNOTS).min(axis=0).max() < 1e-15
    assert grid[0] < -0.4 - 10 * 0.35 * 0.5
    assert grid[-1] > 0.3 + 10 * 0.35 * 0.5
