"""The normal distribution against scipy's, to nine digits and far into the tails."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from optlab.pricing.normal import density, distribution


def test_density() -> None:
    d = np.linspace(-38, 38, 4001)
    np.testing.assert_allclose(density(d), stats.norm.pdf(d), rtol=1e-13)
    assert density(np.array([0.0])).item() == 1 / math.sqrt(2 * math.pi)


def test_distribution_keeps_its_digits_in_the_tail() -> None:
    """Relative accuracy down to 1e-300, where 1 - N(-d) would have none."""
    d = np.linspace(-37, 8, 9001)
    N, phi = distribution(d)
    np.testing.assert_allclose(N, special.ndtr(d), rtol=5e-10)
    np.testing.assert_array_equal(phi, density(d))


def test_distribution_is_symmetric() -> None:
    d = np.linspace(0, 10, 1001)
    np.testing.assert_allclose(distribution(d)[0] + distribution(-d)[0], 1, rtol=0, atol=2.3e-16)


def test_distribution_has_no_step_at_zero() -> None:
    """A price that is a sum of it can be differenced."""
    N, _ = distribution(np.array([-1e-9, 0.0, 1e-9]))
    np.testing.assert_allclose(np.diff(N), 1e-9 / math.sqrt(2 * math.pi), rtol=1e-5)


def test_distribution_at_the_ends() -> None:
    """Infinity is certain, NaN stays NaN, and any shape goes."""
    N, phi = distribution(np.array([[-math.inf, math.inf], [math.nan, 0.0]]))
    np.testing.assert_allclose(N, np.array([[0.0, 1.0], [math.nan, 0.5]]), rtol=3e-16)
    np.testing.assert_array_equal(phi, [[0, 0], [math.nan, 1 / math.sqrt(2 * math.pi)]])
    assert distribution(np.empty((0, 3)))[0].shape == (0, 3)


def test_inputs_stay_as_they_are() -> None:
    """The kernels write into their own scratch, not into what they are given."""
    d = np.array([-1.0, 0.5])
    distribution(d)
    density(d)
    np.testing.assert_array_equal(d, [-1.0, 0.5])
