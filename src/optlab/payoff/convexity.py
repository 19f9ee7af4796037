"""Where call prices are not convex in the strike, and the straight lines that mend them with the least change.

The slope of undiscounted calls is P(S <= K) - 1, so that calls which are not convex imply negative probabilities. The
greatest convex function below them is the curve itself, but for straight lines that touch it at both ends. Spot has
no mass along such a line, the mean stays the forward, and nothing changes elsewhere.

Checked by tests/payoff/test_convexity.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Array

Flags = npt.NDArray[np.bool_]
Curve = Callable[[Array], tuple[Array, Array]]
"""P(S <= K) and E[(S - K)+] at spots K, as the quotes imply them."""

DROP = 1e-11
"""Probabilities that fall by less only round."""

EXCESS = 1e-10
"""Calls above the line between their neighbours by less, as a part of the forward, only round."""

BEYOND = 1e12
"""At so many times the last strike a call is worth nothing."""

INWARDS = 0.75
"""An end moves into the gap by less than this part of a step of the grid, so that a gap of few steps stays one."""

ROUNDS = 20
"""Steps towards the ends of a line; three or four are enough where the density is not nearly zero."""


class Gaps(NamedTuple):
    """Intervals of spot without mass, low to high.

    Parameters
    ----------
    start, end : ndarray, shape (gaps,)
        In the unit of spot.
    below : ndarray, shape (gaps,)
        The probability of ending at start or below, and so at any spot of the gap.
    mean_above : ndarray, shape (gaps,)
        E[S; S > start], and so beyond any spot of the gap.
    """

    start: Array
    end: Array
    below: Array
    mean_above: Array


NO_GAPS = Gaps(*np.empty((4, 0)))


def find_gaps(grid: Array, curve: Curve) -> Gaps:
    """Find the intervals in which the probability that quotes imply falls as spot rises, and those it spreads to.

    Parameters
    ----------
    grid : ndarray
        Rising spots to look at; what happens between two neighbours is not seen.
    curve : callable
        What the quotes imply: smooth, with all mass within the grid.
    """
    below, calls = curve(grid)
    fallen = np.maximum.accumulate(np.maximum(below, 0.0)) - below
    if not np.any(fallen > DROP):
        return NO_GAPS
    hull = itertools.pairwise(convex_minorant(grid, calls))
    edges = [(i, j) for i, j in hull if np.any(fallen[i + 1 : j] > DROP)]
    return _tangents(grid, below, np.array(edges, dtype=np.intp), curve) if edges else NO_GAPS


def agreeing(strikes: Array, calls: Array, forward: float) -> Flags:
    """Say which quotes are no arbitrage with the others: their calls are on a convex curve that falls to zero.

    Of quotes that contradict each other the cheaper calls are right.

    Parameters
    ----------
    strikes, calls : ndarray, shape (quotes,)
        Rising strikes, and undiscounted calls that are each within their bounds.
    forward : float
        What the call with a strike of zero is worth.

    Returns
    -------
    ndarray of bool, shape (quotes,)
        Never all False.
    """
    x = np.concatenate([[0.0], strikes, [BEYOND * strikes[-1]]])
    y = np.concatenate([[forward], calls, [0.0]])
    hull = convex_minorant(x, y)
    return calls - np.interp(strikes, x[hull], y[hull]) <= EXCESS * forward


def convex_minorant(x: Array, y: Array) -> list[int]:
    """Return the points that the greatest convex function below all points goes through; x rises.

    Examples
    --------
    >>> convex_minorant(np.array([0.0, 1.0, 2.0, 3.0]), np.array([3.0, 2.5, 0.0, 0.0]))
    [0, 2, 3]
    """
    kept: list[int] = []
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    for place, (right, high) in enumerate(points):
        while len(kept) > 1:
            (x0, y0), (x1, y1) = points[kept[-2]], points[kept[-1]]
            if (y1 - y0) * (right - x1) < (high - y1) * (x1 - x0):
                break
            kept.pop()
        kept.append(place)
    return kept


def _tangents(grid: Array, below: Array, edges: npt.NDArray[np.intp], curve: Curve) -> Gaps:
    """Move the ends of the gaps from the grid to where the line touches the curve.

    There the slope of the curve is that of the line, and the line's hardly depends on where it touches. So each end is
    looked for by itself, with the density just outside the gap, and not beyond the neighbours on the grid.
    """
    outer = np.clip(edges + np.array([-1, 1]), 0, len(grid) - 1)
    ends = grid[edges]
    inner = ends + INWARDS * (grid[edges + np.array([1, -1])] - ends)
    least, most = np.minimum(grid[outer], inner), np.maximum(grid[outer], inner)
    with np.errstate(all="ignore"):
        density = (below[outer] - below[edges]) / (grid[outer] - grid[edges])
    density = np.where(density > 0, density, np.inf)
    for _ in range(ROUNDS):
        at_ends, calls = curve(ends)
        level = 1.0 + np.diff(calls, axis=1) / np.diff(ends, axis=1)
        found = Gaps(ends[:, 0], ends[:, 1], level[:, 0], calls[:, 0] + ends[:, 0] * (1.0 - level[:, 0]))
        ends = np.clip(ends + (level - at_ends) / density, least, most)
    return found
