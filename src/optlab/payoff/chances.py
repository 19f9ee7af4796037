"""How likely a profit is, and how large: of a profit that is straight between its nodes, under a law of spot.

On a stretch from a to b where the profit is p + beta (S - a), its probability is P(a < S <= b) and its share of the
mean is (p - beta a) P(a < S <= b) + beta E[S; a < S <= b]. So everything is a sum over stretches, which are cut where
the profit passes the level in question; nothing is drawn at random.

References
----------
Acerbi, C. and Tasche, D. (2002). On the coherence of expected shortfall. Journal of Banking and Finance 26, 1487-1503,
definition 2.6: the mean of the worst part, with as much of an atom at its border as fits.
Checked by tests/payoff/test_chances.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.payoff.laws import POINTS, Law, inverse
from optlab.pricing.black_scholes import Array

Places = npt.NDArray[np.intp]

LEVEL = 1e-12
"""A profit below this part of the largest, or of the money at stake, is none."""

WORST = 0.05
"""The part of all outcomes that expected shortfall is the mean of."""

PERCENTILES = np.array([WORST, 0.25, 0.50, 0.75, 0.95])

STRAIGHT = 1e-6
"""On so small a part of its middle half a distribution is as good as straight: what it bends is the square of that."""

LEAST_WIDTH = 1e-200
"""Two nodes at one spot, where a cut hits a node, are as good as this far apart."""

NEARLY_ALL = 0.9999
"""Nodes double until one is exceeded less often than one minus this: no percentile is above it."""


class Chances(NamedTuple):
    """How a position may end, in the unit of its profit.

    Parameters
    ----------
    probability_of_profit, probability_of_loss, probability_of_even : float
        P(profit > 0), P(profit < 0), and the rest, which is not zero only if a stretch is without either.
    expected_profit : float
        The mean of the profit, losses included.
    expected_profit_if_profit, expected_loss_if_loss : float
        E[profit | profit > 0], and E[profit | profit < 0], which is negative; NaN where that has no probability.
    percentile_5, percentile_25, percentile_50, percentile_75, percentile_95 : float
        The least profit v with P(profit <= v) of at least so many percent.
    expected_shortfall : float
        The mean profit of the worst 5% of outcomes; negative if it is a loss.
    """

    probability_of_profit: float
    probability_of_loss: float
    probability_of_even: float
    expected_profit: float
    expected_profit_if_profit: float
    expected_loss_if_loss: float
    percentile_5: float
    percentile_25: float
    percentile_50: float
    percentile_75: float
    percentile_95: float
    expected_shortfall: float


def chances(
    nodes: npt.ArrayLike, profits: npt.ArrayLike, right_slope: float, law: Law, *, stake: float = 0.0
) -> Chances:
    """Say how likely profit and loss are, how large on average, and how large in good and in bad cases.

    Parameters
    ----------
    nodes : array_like, shape (nodes,)
        Spots, rising from 0, between which the profit is straight.
    profits : array_like, shape (nodes,)
        The profit at each node.
    right_slope : float
        Profit per 1.00 of spot beyond the last node; 0 is a flat tail.
    law : Law
        The law of spot at the date.
    stake : float, optional
        The money that rounding is judged by, if that is more than the largest profit at a node.

    Returns
    -------
    Chances
        NaN in all if any input is NaN. If spot is certain, all mass is at the profit at the forward.

    Examples
    --------
    >>> from optlab.payoff.laws import Lognormal
    >>> law = Lognormal(spot=100.0, years=0.25, vol=0.2, forward=100.0)
    >>> spread = chances([0, 95, 105], [-5, -5, 5], 0.0, law)
    >>> round(spread.probability_of_profit, 4), round(spread.expected_profit, 4), spread.percentile_5
    (0.4801, -0.176, -5.0)
    """
    line = _Line.of(nodes, profits, right_slope, law, stake)
    if law.is_certain:
        return _certain(float(line.at(law.forward)))
    cells = line.cut(0.0).cells(law)
    if not np.isfinite(cells.gain.sum()):
        return Chances._make(np.full(len(Chances._fields), np.nan).tolist())
    is_profit, is_loss = cells.middle > 0, cells.middle < 0
    won, lost = float(cells.mass[is_profit].sum()), float(cells.mass[is_loss].sum())
    gained, paid = float(cells.gain[is_profit].sum()), float(cells.gain[is_loss].sum())
    even = float(cells.mass[~(is_profit | is_loss)].sum())
    if_profit, if_loss = (gained / won if won else np.nan), (paid / lost if lost else np.nan)
    percentiles = _quantiles(cells, law, PERCENTILES)
    worst = _shortfall(line.cut(float(percentiles[0])).cells(law), float(percentiles[0]))
    parts = (won, lost, even, gained + paid, if_profit, if_loss)
    return Chances._make([*parts, *percentiles.tolist(), worst])


def probability_within(
    nodes: npt.ArrayLike, profits: npt.ArrayLike, right_slope: float, law: Law, low: float, high: float
) -> float:
    """Return the probability of a profit from low to high, both included; either may be infinite.

    The other arguments are those of `chances`.

    Examples
    --------
    >>> from optlab.payoff.laws import Lognormal
    >>> law = Lognormal(spot=100.0, years=0.25, vol=0.2, forward=100.0)
    >>> round(probability_within([0, 95, 105], [-5, -5, 5], 0.0, law, -5.0, -5.0), 4)  # below 95
    0.3217
    """
    line = _Line.of(nodes, profits, right_slope, law, 0.0)
    if law.is_certain:
        return float(low <= line.at(law.forward) <= high)
    cells = line.cut(low).cut(high).cells(law)
    return float(cells.mass[(cells.middle >= low) & (cells.middle <= high)].sum())


class _Cells(NamedTuple):
    """Stretches of spot with their profit: ends, probability, share of the mean profit, probability below them."""

    start: Array
    end: Array
    at_start: Array
    at_end: Array
    mass: Array
    gain: Array
    slope: Array
    below: Array

    @property
    def middle(self) -> Array:
        """Return a profit between those at both ends, infinite in an unlimited tail."""
        return 0.5 * (self.at_start + self.at_end)


class _Line(NamedTuple):
    """A profit that is straight between nodes."""

    nodes: Array
    profits: Array
    right_slope: float

    @classmethod
    def of(
        cls, nodes: npt.ArrayLike, profits: npt.ArrayLike, right_slope: float, law: Law, stake: float
    ) -> _Line:
        """Return the line with nodes until spot hardly gets there, and zero where there is only rounding."""
        nodes, profits = np.array(nodes, dtype=np.float64), np.array(profits, dtype=np.float64)
        least = LEVEL * max(float(np.abs(profits).max()), stake)
        profits[np.abs(profits) <= least] = 0.0
        far = [2.0 * max(float(nodes[-1]), law.forward)]
        if abs(right_slope) * far[0] <= least:
            return cls(nodes, profits, 0.0)
        while law.cdf(far[-1]) < NEARLY_ALL:
            far.append(2.0 * far[-1])
        beyond = profits[-1] + right_slope * (np.array(far) - nodes[-1])
        return cls(np.append(nodes, far), np.append(profits, beyond), float(right_slope))

    def at(self, spot: float) -> float:
        """Return the profit at a spot."""
        beyond = max(spot - float(self.nodes[-1]), 0.0)
        return float(np.interp(spot, self.nodes, self.profits)) + self.right_slope * beyond

    def cut(self, level: float) -> _Line:
        """Return the same with a node wherever the profit passes the level."""
        if not np.isfinite(level):
            return self
        above = self.profits - level
        place = np.flatnonzero(above[:-1] * above[1:] < 0)
        share = above[place] / (above[place] - above[place + 1])
        spots = self.nodes[place] + share * (self.nodes[place + 1] - self.nodes[place])
        if above[-1] * self.right_slope < 0:
            place = np.append(place, len(above) - 1)
            spots = np.append(spots, self.nodes[-1] - above[-1] / self.right_slope)
        order = np.argsort(np.append(np.arange(len(above)), place + 0.5))
        nodes, profits = np.append(self.nodes, spots), np.append(self.profits, np.full(len(spots), level))
        return _Line(nodes[order], profits[order], self.right_slope)

    def cells(self, law: Law) -> _Cells:
        """Return the stretches between the nodes, and the last one to infinity, with their probabilities."""
        end = np.append(self.nodes[1:], np.inf)
        limit = self.right_slope * np.inf if self.right_slope else self.profits[-1]
        at_end = np.append(self.profits[1:], limit)
        widths = np.maximum(np.diff(self.nodes), LEAST_WIDTH)
        slope = np.append(np.diff(self.profits) / widths, self.right_slope)
        mass, mean = law.cells(np.append(self.nodes, np.inf))
        gain = self.profits * mass + slope * (mean - self.nodes * mass)
        below = np.append(0.0, np.cumsum(mass[:-1]))
        return _Cells(self.nodes, end, self.profits, at_end, mass, gain, slope, below)


def _certain(profit: float) -> Chances:
    """Return the chances of a profit that is certain."""
    won, lost = float(profit > 0), float(profit < 0)
    if_profit, if_loss = (profit if won else np.nan), (profit if lost else np.nan)
    return Chances(won, lost, 1.0 - won - lost, profit, if_profit, if_loss, *(profit,) * 6)


def _shortfall(cells: _Cells, quantile: float) -> float:
    """Return the mean of the worst outcomes; the cells are cut at the profit that the best of them has.

    That is this profit less what is lost against it, so that as much of an atom at it counts as fits.
    """
    is_worse = cells.middle < quantile
    missed = cells.gain[is_worse] - quantile * cells.mass[is_worse]
    return quantile + float(missed.sum()) / WORST


def _quantiles(cells: _Cells, law: Law, p: Array) -> Array:
    """Return the least profit that is not exceeded with each probability.

    The profits at the nodes are looked at first: between two neighbouring ones no stretch begins or ends, so that
    the probability rises smoothly, and a flat stretch has its atom exactly at one of them. The atom is not in what
    is inverted, so that a probability which only the atom reaches ends at its level.
    """
    distribution = _Distribution.of(cells, law)
    place = distribution.first_level(p)
    high, low = distribution.levels[place], distribution.levels[np.maximum(place - 1, 0)]
    probability, middle_half = distribution.between_levels(low, high), float(high[3] - low[1])
    return inverse(probability, p, low, high, STRAIGHT * middle_half)


class _Distribution(NamedTuple):
    """P(profit <= v) as a function of v.

    Parameters
    ----------
    cells, law
        The stretches, and the law of spot.
    levels : ndarray
        All profits at nodes, rising.
    least, most : ndarray
        The smallest and the largest profit of each cell.
    surely, maybe : ndarray
        For each level: the mass of the cells that are not above it, and of those that are not all above it.
    """

    cells: _Cells
    law: Law
    levels: Array
    least: Array
    most: Array
    surely: Array
    maybe: Array

    @classmethod
    def of(cls, cells: _Cells, law: Law) -> _Distribution:
        """Sort the cells by their profits."""
        least, most = np.minimum(cells.at_start, cells.at_end), np.maximum(cells.at_start, cells.at_end)
        levels = np.unique(cells.at_start)
        surely, maybe = (_mass_up_to(levels, ends, cells.mass) for ends in (most, least))
        return cls(cells, law, levels, least, most, surely, maybe)

    def first_level(self, p: Array) -> Places:
        """Return the first level with P(profit <= level) of at least p, else the last one."""
        last = len(self.levels) - 1
        low = np.minimum(np.searchsorted(self.maybe, p), last) - 1
        high = np.minimum(np.searchsorted(self.surely, p), last)
        while np.any(high - low > 1):
            parts = low[:, None] + np.maximum((high - low)[:, None] * np.arange(1, POINTS) // POINTS, 1)
            parts = np.minimum(parts, high[:, None])
            places, where = np.unique(parts, return_inverse=True)
            is_enough = self.up_to(self.levels[places])[where.reshape(parts.shape)] >= p[:, None]
            low = np.where(is_enough, low[:, None], parts).max(axis=1)
            high = np.where(is_enough, parts, high[:, None]).min(axis=1)
        return high

    def up_to(self, levels: Array) -> Array:
        """Return P(profit <= level) of some of the levels."""
        row, cell = np.nonzero((self.least < levels[:, None]) & (levels[:, None] < self.most))
        part = self._part(cell, levels[row])
        whole = self.surely[np.searchsorted(self.levels, levels)]
        return whole + np.bincount(row, part, minlength=len(levels))

    def between_levels(self, low: Array, high: Array) -> Callable[[Array], Array]:
        """Return P(profit <= v) for rows of v between low and high, neighbouring levels; without the atom at high."""
        row, cell = np.nonzero((self.least < high[:, None]) & (low[:, None] < self.most))
        is_of_row = (row == np.arange(len(low))[:, None]).astype(np.float64)
        whole = self.surely[np.searchsorted(self.levels, low)]

        def probability(v: Array) -> Array:
            return whole[:, None] + is_of_row @ self._part(cell[:, None], v[row])

        return probability

    def _part(self, cell: Places, v: Array) -> Array:
        """Return the mass of a cell where the profit is not above v; v is within the cell's profits."""
        c = self.cells
        start, end, slope = c.start[cell], c.end[cell], c.slope[cell]
        spot = np.minimum(np.maximum(start + (v - c.at_start[cell]) / slope, start), end)
        cut = self.law.cdf(spot) - c.below[cell]
        return np.where(slope > 0, cut, c.mass[cell] - cut)


def _mass_up_to(levels: Array, ends: Array, mass: Array) -> Array:
    """Return the mass of the cells whose end is not above each level."""
    order = np.argsort(ends)
    total = np.append(0.0, np.cumsum(mass[order]))
    return total[np.searchsorted(ends[order], levels, side="right")]
