"""The normal distribution, its tails with their relative accuracy: arrays in, arrays out."""

from __future__ import annotations

import numpy as np

from optlab.pricing.black_scholes import LARGEST_D, PHI_0, Array, mills_ratio


def density(d: Array) -> Array:
    """Return phi(d)."""
    phi = np.square(d)
    phi *= -0.5
    np.exp(phi, out=phi)
    phi *= PHI_0
    return phi


def distribution(d: Array) -> tuple[Array, Array]:
    """Return N(d), the probability below d, and phi(d); NaN stays NaN.

    Examples
    --------
    >>> N, phi = distribution(np.array([-10.0, 0.0, 10.0]))
    >>> N, phi[1].round(4)
    (array([7.61985302e-24, 5.00000000e-01, 1.00000000e+00]), np.float64(0.3989))
    """
    phi = density(d)
    z = np.minimum(np.abs(d), LARGEST_D)
    tail, scratch = np.empty_like(z), np.empty_like(z)
    mills_ratio(z, tail, scratch)
    tail *= phi
    return np.where(d > 0, 1.0 - tail, tail), phi
