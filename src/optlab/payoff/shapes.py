"""Breakevens, extremes and tails of a profit as a function of spot.

Where every option ends the profit is straight lines between the strikes, and everything here is exact: a zero is
where a line crosses, an extreme is at a strike, at spot zero, or without limit as the last line says. Where options
are left it is a curve: it is looked at on a grid that has every strike, each change of sign and each peak is
enclosed, and the enclosure is cut into ever smaller parts until nothing of it is left.

Checked by tests/payoff/test_shapes.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from optlab.payoff.position import Flags, Position
from optlab.pricing.black_scholes import Array

Profit = Callable[[Array], Array]

PARTS = 64
"""Into how many parts an enclosure is cut at a time."""

CUTS = 3
"""How often: what is left is so short that a line finds its zero to 1e-12 of spot, and a peak is as high as its ends."""

LEVEL = 1e-12
"""A profit below this part of the money at stake is none."""

MODEL_TAIL = 0.01
"""A tail that only yields, or the carry of futures, bend by less than this a year is the model's."""

FARTHEST = 3.0
"""A model's tail is looked at up to this many times spot, and every strike."""

REACHED = 1e-4
"""A curve that only approaches its extreme reaches it within this part of its whole range."""

DENSE, LIKELY = 601, 6.0
"""Of the nodes of a curve so many lie within this many deviations of spot, so that straight lines between are enough."""

WIDE, AROUND, FAR = 160, 25, 24
"""So many from zero to three times every strike, around each later strike, and beyond."""

FLAT, UP, DOWN, MODEL = "flat", "unlimited profit", "unlimited loss", "model tail"
TAILS = {
    FLAT: "beyond the last strike nothing changes",
    UP: "the profit grows with spot without limit",
    DOWN: "the loss grows with spot without limit",
    MODEL: "only a small yield or carry bends it: the model's, looked at up to three times spot and every strike",
}
"""Every word that ``right_tail`` can hold."""


class Extreme(NamedTuple):
    """The most or the least: the profit, infinite if unlimited, and from which spot to which it is reached."""

    profit: float
    low: float
    high: float


class Shape(NamedTuple):
    """What a profit looks like.

    Parameters
    ----------
    breakevens : tuple of float
        Spots, low to high, where it changes sides; the ends of a level stretch between the sides.
    highest, lowest : Extreme
    left_slope, right_slope : float
        Money per 1.00 of spot next to zero and far above every strike.
    right_tail : str
        One of `TAILS`.
    is_exact : bool
        Whether nothing in it depends on a model.
    nodes, profits : ndarray
        Spots and profits between which it is straight, or nearly.
    """

    breakevens: tuple[float, ...]
    highest: Extreme
    lowest: Extreme
    left_slope: float
    right_slope: float
    right_tail: str
    is_exact: bool
    nodes: Array
    profits: Array


def shape(position: Position, years: float) -> Shape:
    """Find breakevens, extremes and tails of a position's profit so many years from now."""

    def profit(S: Array) -> Array:
        return position.profit(S, years)

    slope, nominal = position.right_slope(years)
    tail = _tail(position, years, slope, nominal)
    slope = 0.0 if tail == FLAT else slope
    is_straight = position.is_straight(years)
    if is_straight:
        nodes = straight_nodes(position, years)
    else:
        nodes = curved_nodes(position, years, is_model_tail=tail == MODEL)
    profits = profit(nodes)
    nodes, profits = _to_the_last_zero(profit, nodes, profits, slope if tail in (UP, DOWN) else 0.0)
    scale = stake(position)
    found = _zeros(profit, nodes, profits, scale, is_straight=is_straight)
    if not is_straight:
        nodes, profits = _with_peaks(profit, nodes, profits)
    highest, lowest = _extremes(nodes, profits, tail, scale, is_straight=is_straight)
    left = (profits[1] - profits[0]) / (nodes[1] - nodes[0])
    is_exact = is_straight and not position.has_forwards(years)
    return Shape(found, highest, lowest, float(left), slope, tail, is_exact, nodes, profits)


def stake(position: Position) -> float:
    """Return the money that rounding is judged by: the largest leg at spot."""
    return float(np.abs(position.units).max(initial=0.0)) * max(position.spot, 1e-300)


def straight_nodes(position: Position, years: float) -> Array:
    """Return the spots between which the profit is straight: zero, every strike, and one beyond."""
    kinks = position.kinks(years)
    last = 2.0 * max(float(kinks.max(initial=0.0)), position.spot)
    return np.unique(np.concatenate([[0.0], kinks, [last]]))


def curved_nodes(position: Position, years: float, *, is_model_tail: bool = False) -> Array:
    """Return spots on which to look at a curve: dense where spot is likely to be and where later legs bend, every strike.

    The last is so far out that nothing changes beyond, ten deviations of the widest leg; a model's tail ends sooner.
    """
    lives = position.is_option & (position.option.years > years)
    strikes, vol = position.option.strike[lives], position.vol[lives]
    all_strikes = position.option.strike[position.is_option]
    widest = max(float((vol * np.sqrt(position.option.years[lives])).max()), 0.02)
    likely = max(float(vol.max()) * math.sqrt(years), 0.01) * np.linspace(-LIKELY, LIKELY, DENSE)
    left = (vol * np.sqrt(position.option.years[lives] - years))[:, None] * np.linspace(-3.0, 3.0, AROUND)
    top = FARTHEST * max(position.spot, float(all_strikes.max()))
    lowest = min(position.spot, float(all_strikes.min())) * math.exp(-min(LIKELY * widest, 5.0))
    wide = np.geomspace(lowest, top, WIDE)
    far = top * np.exp(np.linspace(0.0, min(10.0 * widest, 20.0), FAR))
    near = (position.spot * np.exp(likely), (strikes[:, None] * np.exp(left)).ravel())
    nodes = np.concatenate([[0.0, top], wide, *near, far, position.kinks(years), all_strikes])
    return np.unique(nodes[nodes <= top] if is_model_tail else nodes)


def _tail(position: Position, years: float, slope: float, nominal: float) -> str:
    """Say what becomes of the profit far above every strike."""
    gross = float(np.abs(position.units).max(initial=0.0))
    if abs(slope) <= LEVEL * 1e3 * gross:
        return FLAT
    if abs(nominal) <= LEVEL * 1e3 * gross and position.largest_bend(years) < MODEL_TAIL:
        return MODEL
    return UP if slope > 0 else DOWN


def _to_the_last_zero(profit: Profit, nodes: Array, profits: Array, slope: float) -> tuple[Array, Array]:
    """Reach beyond the last node to where the line of an unlimited tail meets zero, if it does."""
    if slope == 0.0 or profits[-1] * slope >= 0.0:
        return nodes, profits
    far = nodes[-1] + 2.0 * abs(profits[-1] / slope)
    return np.append(nodes, far), np.append(profits, profit(np.array([far])))


def _zeros(
    profit: Profit, nodes: Array, profits: Array, scale: float, *, is_straight: bool
) -> tuple[float, ...]:
    """Return where the profit changes sides."""
    side = np.where(np.abs(profits) <= LEVEL * scale, 0.0, np.sign(profits))
    crosses = np.flatnonzero(side[:-1] * side[1:] < 0)
    low, high = nodes[crosses], nodes[crosses + 1]
    if is_straight:
        before, after = profits[crosses], profits[crosses + 1]
        found = low - before * (high - low) / (after - before)
    else:
        found = _cut_to_zero(profit, low, high)
    return tuple(sorted({*found.tolist(), *_level_ends(nodes, side)}))


def _level_ends(nodes: Array, side: Array) -> list[float]:
    """Return the ends of each stretch without profit or loss that has a loss on one side and a profit on the other."""
    places = np.flatnonzero(side)
    before, after = places[:-1], places[1:]
    is_stretch = (after > before + 1) & (side[before] * side[after] < 0)
    return [float(nodes[end]) for end in (*(before[is_stretch] + 1), *(after[is_stretch] - 1))]


def _cut_to_zero(profit: Profit, low: Array, high: Array) -> Array:
    """Cut every enclosure of a zero into parts, keep the part where the side changes, and cross that on a line."""
    if not low.size:
        return low
    rows = np.arange(len(low))
    for _ in range(CUTS):
        grid = _parts(low, high)
        value = profit(grid.ravel()).reshape(grid.shape)
        is_beyond = (value > 0) != (value[:, :1] > 0)
        is_beyond[:, -1] = True
        place = is_beyond.argmax(axis=1)
        low, high = grid[rows, place - 1], grid[rows, place]
        before, after = value[rows, place - 1], value[rows, place]
    share = np.divide(before, before - after, out=np.full(len(low), 0.5), where=before != after)
    return np.asarray(low + np.clip(share, 0.0, 1.0) * (high - low))


def _with_peaks(profit: Profit, nodes: Array, profits: Array) -> tuple[Array, Array]:
    """Add the tops and bottoms between the nodes."""
    rise = np.diff(profits)
    turns = np.flatnonzero(rise[:-1] * rise[1:] < 0) + 1
    if not turns.size:
        return nodes, profits
    is_top = rise[turns - 1] > 0
    low, high = nodes[turns - 1], nodes[turns + 1]
    rows = np.arange(len(turns))
    for _ in range(CUTS):
        grid = _parts(low, high)
        value = profit(grid.ravel()).reshape(grid.shape)
        best = np.where(is_top, value.argmax(axis=1), value.argmin(axis=1))
        low, high = grid[rows, np.maximum(best - 1, 0)], grid[rows, np.minimum(best + 1, PARTS)]
    peaks, found = grid[rows, best], value[rows, best]
    is_new = np.where(
        is_top, found > profits[turns], found < profits[turns]
    )  # else the node itself is the peak
    peaks, found = peaks[is_new], found[is_new]
    every, first = np.unique(np.concatenate([nodes, peaks]), return_index=True)
    return every, np.concatenate([profits, found])[first]


def _parts(low: Array, high: Array) -> Array:
    """Cut each stretch into equal parts: (stretches, PARTS + 1) with both ends as they were."""
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, PARTS + 1)
    grid[:, -1] = high
    return grid


def _extremes(
    nodes: Array, profits: Array, tail: str, scale: float, *, is_straight: bool
) -> tuple[Extreme, Extreme]:
    """Return the most and the least, and where; beyond the last node a level tail goes on."""
    near = 1e-9 * scale, 0.0 if is_straight else REACHED * float(np.ptp(profits))
    highest = extreme(nodes, profits, *near, is_level=tail == FLAT)
    lowest = extreme(nodes, -profits, *near, is_level=tail == FLAT)
    lowest = lowest._replace(profit=-lowest.profit)
    if tail == UP:
        highest = Extreme(math.inf, math.inf, math.inf)
    if tail == DOWN:
        lowest = Extreme(-math.inf, math.inf, math.inf)
    return highest, lowest


def extreme(nodes: Array, profits: Array, same: float, near: float, *, is_level: bool) -> Extreme:
    """Return the largest profit, and the first stretch of spots on which it is reached: to within ``same``.

    Where a curve only approaches it towards the first or the last spot, from where it is within ``near``.
    """
    top, end = float(profits.max()), len(nodes) - 1
    first, last = _stretch(profits >= top - same)
    if first == 0:
        last = max(last, _stretch(profits >= top - near)[1])
    elif last == end and is_level:
        first = end - _stretch(profits[::-1] >= top - near)[1]
    return Extreme(top, float(nodes[first]), math.inf if is_level and last == end else float(nodes[last]))


def _stretch(reached: Flags) -> tuple[int, int]:
    """Return the first and the last place of the first stretch that is true."""
    first = int(reached.argmax())
    ends = np.flatnonzero(~reached[first:])
    return first, first + int(ends[0]) - 1 if ends.size else len(reached) - 1
