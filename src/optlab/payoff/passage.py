"""Tails of the normal law, and how likely a Brownian motion is to reach a level in time.

Checked by tests/payoff/test_passage.py.
"""

from __future__ import annotations

import numpy as np

from optlab.pricing.black_scholes import LARGEST_D, PHI_0, Array, mills_ratio

FARTHEST = 40.0
"""Beyond forty deviations the density is zero in doubles."""


def normal_tails(d: Array) -> tuple[Array, Array, Array]:
    """Return N(-d), N(d) and phi(d), either tail with its relative accuracy; NaN stays NaN."""
    z = np.abs(np.atleast_1d(d))
    np.minimum(z, FARTHEST, out=z)
    tail, density = np.empty_like(z), np.empty_like(z)
    mills_ratio(z, tail, density)
    np.multiply(z, z, out=density)
    density *= -0.5
    np.exp(density, out=density)
    density *= PHI_0
    tail *= density
    tail, density = tail.reshape(np.shape(d)), density.reshape(np.shape(d))
    is_high, other = d > 0, 1.0 - tail
    return np.where(is_high, tail, other), np.where(is_high, other, tail), density


def first_passage(h: Array, growth: float, s: Array) -> Array:
    """Return the probability that a Brownian motion reaches h, from 0 and ending with ln E[exp] = growth."""
    m, distance = growth - 0.5 * s * s, np.abs(h)
    ahead = np.sign(h) * m
    z1, z2 = (distance - ahead) / s, (distance + ahead) / s
    _, straight, density = normal_tails(-z1)
    _, reflected, _ = normal_tails(-z2)
    ratio = np.atleast_1d(np.clip(z2, 0.0, LARGEST_D))
    mills = np.empty_like(ratio)
    mills_ratio(ratio, mills, np.empty_like(ratio))
    turned = np.where(
        z2 >= 0, density * mills.reshape(np.shape(z2)), np.exp(2.0 * m * h / (s * s)) * reflected
    )
    return np.where(s > 0, straight + turned, np.where(distance <= np.sign(h) * growth, 1.0, 0.0))


def falling_away(levels: Array, found: Array, spot: float, points: Array, at_points: Array) -> Array:
    """Return probabilities to reach levels of which none is less than that of a level farther away on its side.

    Parameters
    ----------
    levels, found : ndarray, any shape
        Levels, and the probability that was found for each by itself.
    spot : float
        Where the way begins.
    points, at_points : ndarray, shape (points,)
        Rising levels far to both sides, so close that what is found turns at most once from one to the next; and the
        probabilities found at them.

    Returns
    -------
    ndarray
        As found where that falls from spot outwards. Elsewhere the largest of what was found farther away, and never
        more than at the next point nearer to spot.
    """
    is_low, is_high = points < spot, points > spot
    low = np.maximum.accumulate(at_points[is_low])
    high = np.maximum.accumulate(at_points[is_high][::-1])[::-1]
    peaks = np.concatenate([[0.0], low, [1.0], high, [0.0]])
    points = np.concatenate([points[is_low], [spot], points[is_high]])
    before, after = np.searchsorted(points, levels, side="right"), np.searchsorted(points, levels) + 1
    farther = np.where(levels < spot, peaks[before], peaks[after])
    nearer = np.where(levels < spot, peaks[before + 1], peaks[after - 1])
    return np.minimum(np.maximum(found, farther), nearer)
