"""Normal probabilities: N(x), and the mean of N(a + b z) over the part of z below a border.

References
----------
Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Ann. Math. Statist. 27, 1075-1090.
Owen, D. B. (1980). A table of normal integrals. Comm. Statist. B9, 389-419.
Checked by tests/expectation/test_normal.py against scipy.
"""

from __future__ import annotations

import math

import numpy as np

from optlab.expectation.packages import Array
from optlab.pricing.black_scholes import PHI_0, mills_ratio

FARTHEST = 40.0
"""Beyond forty deviations the density is zero in doubles."""

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(14)
_SQUARES = np.square(0.5 * (_POINTS + 1.0)).tolist()
_SHARES = (_WEIGHTS / (4.0 * math.pi)).tolist()

_NEARLY_ZERO = 1e-200


def cdf(x: Array) -> Array:
    """Return N(x), the probability below x; the tails keep their relative accuracy, NaN stays NaN."""
    z = np.minimum(np.abs(x), FARTHEST)
    tail, scratch = np.empty_like(z), np.empty_like(z)
    mills_ratio(z, tail, scratch)
    np.square(z, out=z)
    z *= -0.5
    np.exp(z, out=z)
    tail *= z
    tail *= PHI_0
    return np.where(x > 0, 1.0 - tail, tail)


def cdf_below(a: Array, b: Array, border: Array) -> Array:
    """Return E[N(a + b z) 1{z < border}] for a standard normal z.

    Parameters
    ----------
    a, b, border : ndarray
        Of one shape; finite.

    Notes
    -----
    It is the bivariate normal probability of y < a + b z and z < border, which Owen (1956) takes apart into two of
    his functions T. Absolute error below 1e-15 for abs(b) < 1, growing with 1e-16 abs(b).
    """
    border = np.where(border == 0, _NEARLY_ZERO, border)
    root = np.sqrt(1.0 + b * b)
    mean = a / root
    edge = a + b * border
    at_mean, at_border, at_edge, at_turn = cdf(
        np.stack([mean, border, edge, turn := (border + b * edge) / root])
    )
    total = 0.5 * (at_mean + at_border)
    total -= _owen(mean, turn, at_mean, at_turn)
    total -= _owen(border, edge, at_border, at_edge)
    total -= np.where((mean < 0) != (border < 0), 0.5, 0.0)
    return total


def _owen(h: Array, k: Array, at_h: Array, at_k: Array) -> Array:
    """Return Owen's T(h, k / h); N(h) and N(k) turn a slope above one into one below."""
    large, small = np.maximum(np.abs(h), np.abs(k)), np.minimum(np.abs(h), np.abs(k))
    with np.errstate(invalid="ignore"):
        slope = np.where(large > 0, small / large, 0.0)
    slope_square, minus_half = slope * slope, -0.5 * small * small
    total = np.zeros_like(slope)
    for share, square in zip(_SHARES, _SQUARES, strict=True):
        total += share * np.exp(square * minus_half) / (1.0 + square * slope_square)
    total *= slope * np.exp(-0.5 * large * large)
    is_steep = np.abs(k) > np.abs(h)
    total = np.where(is_steep, 0.25 - np.abs((at_h - 0.5) * (at_k - 0.5)) - total, total)
    return np.where((h < 0) != (k < 0), -total, total)
