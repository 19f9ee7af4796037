"""Lines and options against the strategies that they are taken from."""

from __future__ import annotations

import numpy as np
import pytest

from move_cases import random_packages, sizes
from optlab.expectation import Packages
from optlab.expectation.gains import Gains, curvature_at, gain_at, gains_of, mean_beyond, means_beyond_forward

LATER = 2
DRAWN = random_packages(200, 4, LATER, seed=11)


@pytest.fixture
def gains() -> Gains:
    return gains_of(DRAWN, LATER)


def spots(package: Packages, z: float) -> np.ndarray:
    deviation = package.horizon_vol * np.sqrt(package.horizon)
    return package.forward * np.exp(z * deviation)


@pytest.mark.parametrize("z", [-3.0, -0.5, 0.0, 0.7, 3.0])
def test_gain_is_worth_less_worth_at_the_forward(gains: Gains, z: float) -> None:
    """Taking legs apart by put-call parity changes no gain."""
    S = spots(DRAWN, z)
    expected = (DRAWN.worth(S[:, None]) - DRAWN.worth(DRAWN.forward[:, None]))[:, 0]
    scale = sizes(DRAWN) * np.maximum(1.0, S / DRAWN.forward)
    assert np.max(np.abs(gain_at(gains, S)[0] - expected) / scale) < 1e-14


def test_slope_and_curvature_are_derivatives(gains: Gains) -> None:
    """Of the later legs' part: the slope of their gain, the slope of that, and the slope of that again."""
    step = 1e-5 * np.min([gains.s.min(axis=0), np.ones(200)], axis=0)
    S = gains.cash[0] / gains.asset[0] * np.exp(0.3 * gains.s[0])
    low, high = S * (1 - step), S * (1 + step)
    curvature, change = curvature_at(gains, S)
    by_slope = (gain_at(gains, high)[1] - gain_at(gains, low)[1]) / (high - low)
    by_curvature = (curvature_at(gains, high)[0] - curvature_at(gains, low)[0]) / (high - low)
    assert np.max(np.abs(by_slope - curvature) * S * gains.s.min(axis=0)) < 1e-6
    assert np.max(np.abs(by_curvature - change) * (S * gains.s.min(axis=0)) ** 2) < 1e-6


def test_means_beyond_the_forward_are_means_beyond_a_spot(gains: Gains) -> None:
    """Black's prices and the gap options agree at the forward itself, above and below."""
    _, above, below = means_beyond_forward(gains)
    ones = np.ones(200)
    for direction, legs in ((ones, above), (-ones, below)):
        found = mean_beyond(gains, gains.F, direction)
        assert np.max(np.abs(found - legs.sum(axis=0)) / sizes(DRAWN)) < 1e-14


def test_beyond_everything_there_is_nothing(gains: Gains) -> None:
    """Thirty deviations out the mean is zero, on either side."""
    for direction in (1.0, -1.0):
        found = mean_beyond(gains, spots(DRAWN, 30.0 * direction), np.full(200, direction))
        assert np.max(np.abs(found) / sizes(DRAWN)) < 1e-14
