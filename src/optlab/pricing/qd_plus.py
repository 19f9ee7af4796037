"""Li's QD+ approximation of the exercise boundary of American puts: where the exact equation is solved from.

References
----------
Li, M. (2010). Analytical approximations for the critical stock prices of American options: a performance
comparison. Review of Derivatives Research 13, 75-99.
Bjerksund, P. and Stensland, G. (1993). Closed-form approximation of American options. Scandinavian Journal of
Management 9, S87-S99: the first guess.
Checked by tests/pricing/test_qd_plus.py.
"""

from __future__ import annotations

import numpy as np

from optlab.pricing.black_scholes import Array
from optlab.pricing.exercise import Contracts, starts
from optlab.pricing.normal import distribution

STEPS = 4
"""Of Newton's method."""

LARGEST_STEP = 0.7
"""Of ln b, in one of them."""

DEEPEST = 10.0
"""Deviations below its start that a boundary may lie: farther down nothing is left to exercise."""


def qd_plus(contracts: Contracts, tau: Array) -> Array:
    """Approximate the exercise boundaries of puts of strike one.

    Parameters
    ----------
    contracts : Contracts
        Puts with one boundary, arrays of shape (contracts,).
    tau : float64 array, shape (times, contracts)
        Times to expiry at which the boundaries are wanted, positive.

    Returns
    -------
    float64 array, shape (times, contracts)
        ln b, within a few percent; less well where rates are tiny against the variance, and matter little.

    Notes
    -----
    With K = 1, p and Theta the European put's value and its change per year at S = b, g = 1 - b - p and
    h = 1 - exp(-r tau), the boundary solves (1 - exp(-q tau) Phi(-d1)) b + (lambda + c0) g = 0.
    """
    _, r, q, sigma = contracts
    start = starts(contracts)
    s, variance = sigma * np.sqrt(tau), sigma * sigma
    X, yielded = np.exp(-r * tau), np.exp(-q * tau)
    shrunk = np.where(r > 0, r / -np.expm1(-r * tau), 1.0 / tau)  # r / h
    tilt = 2.0 * (r - q) / variance - 1.0
    root = np.sqrt(tilt * tilt + 8.0 * shrunk / variance)
    a = 2.0 * shrunk / variance
    c = -2.0 / (variance * root)
    b = -0.5 * (tilt + root) + X / root * (a - a * a / (root * root))
    x = _first_guess(contracts, start, tau)
    for _ in range(STEPS):
        B = np.exp(x)
        d1 = (x + (r - q) * tau) / s + 0.5 * s
        (tail1, tail2), (density, _) = distribution(np.stack([-d1, s - d1]))
        stock, density = yielded * tail1, yielded * density
        gap = 1.0 - B - X * tail2 + B * stock
        decay = r * X * tail2 - q * B * stock - 0.5 * B * density * variance / s
        value = (1.0 - stock) * B + b * gap + c * decay
        slope = 1.0 - stock + density / s - b * (1.0 - stock)
        slope += c * (density * ((q - r) / s - 0.5 * variance / s + 0.5 * d1 / tau) - q * stock)
        x = np.clip(x - np.clip(value / (slope * B), -LARGEST_STEP, LARGEST_STEP), start - DEEPEST * s, start)
    return x


def _first_guess(contracts: Contracts, start: Array, tau: Array) -> Array:
    """Return Bjerksund and Stensland's boundary, kept between where it starts and that of the perpetual put."""
    _, r, q, sigma = contracts
    tilt = 2.0 * (r - q) / (sigma * sigma) - 1.0
    power = -0.5 * (tilt + np.sqrt(tilt * tilt + 8.0 * r / (sigma * sigma)))
    perpetual = np.log(np.maximum(power / (power - 1.0), 1e-300))
    highest, lowest = np.exp(-perpetual), np.exp(-start)
    fading = np.expm1(-((q - r) * tau + 2.0 * sigma * np.sqrt(tau)) * lowest / (highest - lowest))
    guess = -np.log(lowest - (highest - lowest) * fading)
    is_between = (guess < start) & (guess > perpetual)
    s = sigma * np.sqrt(tau)
    near = start + np.maximum((perpetual - start) * -np.expm1(-2.0 * s / (start - perpetual)), -3.0 * s)
    return np.where(is_between, guess, near)
