"""A smooth curve through the implied volatilities of one expiry, from strike zero to infinity.

Between the strikes ln(sigma) is the natural cubic spline of k = ln(K / F). It goes through every quote, cannot get
negative, and among all smooth curves through the quotes it bends least, and bending is what makes probabilities
negative. Beyond the last strikes its slope fades away exponentially, over one deviation, or as far as the strike is
from the forward if that is more: volatility gets flat, but not at once, which would bend a skew so much that
arbitrage came from nothing. With the second length a wing bends like one in which variance grows with log-moneyness.
A steep end fades sooner: volatility beyond it changes by less than two thirds.

Checked by tests/payoff/test_vol_curve.py.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from optlab.pricing.black_scholes import Array

LARGEST_FADE = 0.5
"""Beyond its last strikes ln(sigma) changes by no more than this."""

WIDEST = 10.0
"""The grid reaches so many deviations beyond the last strikes."""

FARTHEST = 500.0
"""And no farther than this, so that spot stays finite."""

INSIDE, BETWEEN, OUTSIDE = 512, 16, 256
"""Points of the grid: at least so many between the strikes, from one strike to the next, and in either wing."""


class VolCurve(NamedTuple):
    """Implied volatility at every log-moneyness.

    Parameters
    ----------
    knots : ndarray, shape (strikes,)
        k of each strike, rising.
    cubics : ndarray, shape (4, pieces)
        ln(sigma) between them, as `natural_cubics` gives it.
    highest : float
        The largest volatility of a strike.
    years : float
        To expiry, positive.
    """

    knots: Array
    cubics: Array
    highest: float
    years: float

    @classmethod
    def through(cls, knots: Array, vols: Array, years: float) -> Self:
        """Return the curve through positive volatilities at rising knots."""
        return cls(knots, natural_cubics(knots, np.log(vols)), float(vols.max()), years)

    def width(self, k: Array) -> tuple[Array, Array]:
        """Return s = sigma sqrt(T) and its slope ds/dk at any k, infinite ones too."""
        shape, k = np.shape(k), np.reshape(k, -1)
        inner = np.minimum(np.maximum(k, self.knots[0]), self.knots[-1])
        log_vol, slope = self._spline(inner)
        is_beyond = k != inner
        if is_beyond.any():
            log_vol[is_beyond], slope[is_beyond] = self._wing(
                k[is_beyond], inner[is_beyond], log_vol[is_beyond], slope[is_beyond]
            )
        s = np.sqrt(self.years) * np.exp(log_vol)
        return s.reshape(shape), (s * slope).reshape(shape)

    def _wing(self, k: Array, last: Array, log_vol: Array, slope: Array) -> tuple[Array, Array]:
        """Return ln(sigma) and its slope at k beyond the last strike, from those at it."""
        steepest = np.maximum(np.abs(slope), np.finfo(float).tiny)
        fade = np.maximum(np.exp(log_vol) * np.sqrt(self.years), np.abs(last))
        fade = np.minimum(fade, LARGEST_FADE / steepest)
        left_over = np.exp(-np.abs(k - last) / fade)
        return log_vol + slope * np.sign(k - last) * fade * (1.0 - left_over), slope * left_over

    def grid(self) -> Array:
        """Return rising k that show every turn of the curve: all strikes, points between them, and both wings."""
        gaps = len(self.knots) - 1
        parts = max(-(-INSIDE // max(gaps, 1)), BETWEEN)
        inside = np.interp(np.arange(gaps * parts + 1) / parts, np.arange(gaps + 1), self.knots)
        wing = WIDEST * self.highest * float(np.exp(LARGEST_FADE) * np.sqrt(self.years))
        wing = min(wing, FARTHEST)
        first, last = self.knots[0], self.knots[-1]
        outwards = np.square(np.arange(1, OUTSIDE + 1) / OUTSIDE)  # finest where the curve still bends
        left = first - outwards[::-1] * (first - min(first, 0.0) + wing)
        right = last + outwards * (max(last, 0.0) - last + wing)
        return np.concatenate([left, inside, right])

    def _spline(self, k: Array) -> tuple[Array, Array]:
        """Return ln(sigma) and its slope at k from the first knot to the last."""
        i = np.searchsorted(self.knots[1:-1], k, side="right")
        t, cubic = k - self.knots[i], self.cubics[:, i]
        bend, third = t * cubic[2], t * t * cubic[3]
        return cubic[0] + t * (cubic[1] + 0.5 * bend + third), cubic[1] + bend + 3.0 * third


def natural_cubics(x: Array, y: Array) -> Array:
    """Return value, slope, second derivative and a sixth of the third, at the start of each piece of the spline.

    Returns
    -------
    ndarray, shape (4, pieces)
        One piece less than points, but one piece for a single point: the constant.
    """
    if len(x) == 1:
        return np.array([[y[0]], [0.0], [0.0], [0.0]])
    widths, bends = np.diff(x), natural_bends(x, y)
    slopes = np.diff(y) / widths - widths * (2.0 * bends[:-1] + bends[1:]) / 6.0
    return np.stack([y[:-1], slopes, bends[:-1], np.diff(bends) / (6.0 * widths)])


def natural_bends(x: Array, y: Array) -> Array:
    """Return the second derivatives of the natural cubic spline at its knots, by elimination from left to right.

    Examples
    --------
    >>> natural_bends(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]))
    array([ 0., -3.,  0.])
    """
    bends = np.zeros(len(x))
    if len(x) < 3:
        return bends
    widths = np.diff(x)
    diagonal: list[float] = (2.0 * (widths[1:] + widths[:-1])).tolist()
    right: list[float] = (6.0 * np.diff(np.diff(y) / widths)).tolist()
    off: list[float] = widths[1:-1].tolist()
    for i, width in enumerate(off):
        share = width / diagonal[i]
        diagonal[i + 1] -= share * width
        right[i + 1] -= share * right[i]
    following = 0.0
    for i, width in reversed(list(enumerate([*off, 0.0]))):
        following = (right[i] - width * following) / diagonal[i]
        bends[i + 1] = following
    return bends
