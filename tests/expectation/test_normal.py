"""Normal probabilities against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr, owens_t

from optlab.expectation.normal import cdf, cdf_below


def test_cdf_equals_scipy_far_into_the_tails() -> None:
    x = np.linspace(-37, 37, 20_001)
    assert cdf(x) == pytest.approx(ndtr(x), rel=2e-13)
    assert cdf(np.array([-np.inf, np.inf])).tolist() == [0.0, 1.0]
    assert np.isnan(cdf(np.array([np.nan]))).all()


def test_cdf_below_equals_owens_formula_with_scipys_function() -> None:
    """Owen (1956) with scipy's T, on ordinary and on steep slopes."""
    rng = np.random.default_rng(0)
    a, b, border = rng.normal(0, 3, 50_000), rng.normal(0, 3, 50_000) ** 3, rng.normal(0, 2, 50_000)
    root = np.sqrt(1 + b * b)
    h = a / root
    expected = 0.5 * (ndtr(h) + ndtr(border)) - owens_t(h, border * root / h + b)
    expected -= owens_t(border, (a + b * border) / border) + np.where((h < 0) != (border < 0), 0.5, 0.0)
    assert np.max(np.abs(cdf_below(a, b, border) - expected)) < 1e-13


def test_cdf_below_at_the_origin_is_an_angle() -> None:
    """Both y < b z and z < 0 make a wedge of the plane: 1/4 - arctan(b) / 2 pi."""
    b = np.array([-5.0, -1.0, 0.0, 1.0, 5.0])
    assert cdf_below(0 * b, b, 0 * b) == pytest.approx(0.25 - np.arctan(b) / (2 * math.pi), abs=1e-15)


def test_cdf_below_a_far_border_is_the_whole_mean() -> None:
    """E[N(a + b z)] = N(a / sqrt(1 + b^2))."""
    a, b = np.array([-1.0, 0.3, 2.0]), np.array([0.5, -2.0, 10.0])
    assert cdf_below(a, b, np.full(3, 30.0)) == pytest.approx(ndtr(a / np.sqrt(1 + b * b)), abs=1e-15)
