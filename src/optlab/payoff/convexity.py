"""Which quotes of a smile contradict the others, and the straight lines that mend what is left with the least change.

The slope of undiscounted calls is P(S <= K) - 1, so that calls which are not convex imply negative probabilities. That
is a butterfly with a negative price; with two more points, the forward at a strike of zero and nothing at infinity, it
is also a call spread that is worth less than nothing or more than its width, and a call below its intrinsic value.

A wrong quote is left out, too dear or too cheap: `agreeing` keeps the most quotes that agree. What then still falls, in
the curve between quotes or by the rounding of prices, is mended by the greatest convex function below the calls: the
curve itself, but for straight lines that touch it at both ends (`find_gaps`). Spot has no mass along such a line, the
mean stays the forward, and nothing changes elsewhere.

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

TOLERANCES = (0.001, 0.005, 0.02)
"""So much negative probability is borne rather than a quote left out; more of it where many contradict a little."""

MANY = 0.15
"""Where a greater part of the quotes would have to go, and more than one, they are as likely noisy as wrong."""

TURN = 0.05
"""What it costs, in quotes, if ln(vol) moves by one from a quote to the next: the wilder one of two is left out."""

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


def agreeing(strikes: Array, calls: Array, vols: Array, forward: float) -> Flags:
    """Say which quotes agree with each other: the most whose calls are on a convex curve that falls to zero.

    Parameters
    ----------
    strikes, calls, vols : ndarray, shape (quotes,)
        Rising strikes, undiscounted calls that are each within their bounds, and their volatilities.
    forward : float
        What the call with a strike of zero is worth.

    Returns
    -------
    ndarray of bool, shape (quotes,)
        Never all False. All True, and found without a search, where no more than the least of `TOLERANCES` is wrong.

    Notes
    -----
    Of all selections of quotes the best is taken, not the best next step, so that several wrong ones can't cover for
    each other. A selection is worth its number of quotes, less its negative probability (every fall of the slope from
    one quote to the next, added up) over a tolerance, less `TURN` for each unit that ln(vol) moves: by that the quote
    with the odd volatility goes where either of two would do, as at the ends.

    The tolerance is a tenth of a percent. Prices in whole ticks on narrow strikes have small contradictions
    everywhere; rather than to leave out more than `MANY` of the quotes for them, the tolerance is raised, to 2% at
    most.

    The time is O(n^2 log n): for 300 quotes about 10 ms for each tolerance.
    """
    x = np.concatenate([[0.0], strikes, [BEYOND * strikes[-1]]])
    y = np.concatenate([[forward], calls, [0.0]])
    kept = np.full(len(strikes), fill_value=True)
    if np.maximum(-np.diff(np.diff(y) / np.diff(x)), 0.0).sum() <= TOLERANCES[0]:
        return kept
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.subtract.outer(y, y) / np.subtract.outer(x, x)
    log_vols = np.log(vols)[np.concatenate([[0], np.arange(len(vols)), [-1]])]
    worth = 1.0 - TURN * np.abs(np.subtract.outer(log_vols, log_vols))
    worth[0], worth[:, -1] = 1.0, 0.0  # the two that are no quotes
    for tolerance in TOLERANCES:
        kept = _best_selection(slopes, worth, tolerance)
        if np.sum(~kept) <= max(1.0, MANY * len(kept)):
            break
    return kept


def _best_selection(slopes: Array, worth: Array, tolerance: float) -> Flags:
    """Return the inner points of the most valuable way from the first point to the last.

    Parameters
    ----------
    slopes, worth : ndarray, shape (points, points)
        Of the step from a point (row) to a later one (column).
    tolerance : float
        A fall of the slope by so much costs one.
    """
    best = np.full_like(slopes, -np.inf)  # of all ways that end with this step
    best[0] = worth[0]
    for i in range(1, len(slopes) - 1):
        after = best_before(slopes[:i, i], best[:i, i], slopes[i, i + 1 :], tolerance)
        best[i, i + 1 :] = worth[i, i + 1 :] + after
    is_on_way = np.full(len(slopes), fill_value=False)
    i, j = int(best[:-1, -1].argmax()), len(slopes) - 1
    while i > 0:
        is_on_way[i] = True
        falls = np.maximum(slopes[:i, i] - slopes[i, j], 0.0)
        i, j = int((best[:i, i] - falls / tolerance).argmax()), i
    return is_on_way[1:-1]


def best_before(slopes: Array, values: Array, onward: Array, tolerance: float) -> Array:
    """Return for each onward slope the most of value - max(slope - onward, 0) / tolerance, over all steps before it.

    The steps are sorted by slope, so that those which are no steeper cost nothing, and of the others the best is the
    same for every onward slope.

    Examples
    --------
    >>> best_before(np.array([-0.5, -0.2]), np.array([1.0, 2.0]), np.array([-0.6, -0.3, -0.1]), 0.2)
    array([0.5, 1.5, 2. ])
    """
    order = np.argsort(slopes)
    slopes, values = slopes[order], values[order]
    flatter = np.maximum.accumulate(np.append(-np.inf, values))
    steeper = np.maximum.accumulate(np.append(values - slopes / tolerance, -np.inf)[::-1])[::-1]
    place = np.searchsorted(slopes, onward, side="right")
    return np.maximum(flatter[place], steeper[place] + onward / tolerance)


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
