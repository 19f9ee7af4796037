"""Where a strategy's gain changes sign: all that its mean absolute value needs to know.

Between the forward, the strikes at the horizon and the ends the gain of a strategy is a line, if no leg is later,
and bends one way only, if one is: then two ends of opposite sign hold one zero, and two of the same sign hold none
or, around a turning point, two. Several later legs can bend both ways, and so can early exercise, so that a grid is
laid over them first. Everything is (points, strategies) in rising S.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from optlab.expectation.gains import Gains, curvature_at, gain_at, option_at
from optlab.expectation.packages import Array, Indices

FARTHEST = 9.0
"""Beyond nine deviations lies 1e-19 of the probability."""

WIDEST = 600.0
"""Of ln(S / F): exp of it is still a double."""

GRID = np.arange(-6.0, 6.5, 0.75)
"""Deviations of S where several later legs are looked at, besides those around each of their strikes."""

FINE_GRID = np.arange(-6.0, 6.5, 0.25)
"""With early exercise, which bends a gain in more ways than can be counted: a dip between its points is shallow."""

AROUND_STRIKES = (-3.0, -1.5, -0.5, 0.5, 1.5, 3.0)

NOISE = 1e-12
"""Of the forward: nearer to it the sign of a gain is rounding, and a point counts as the forward itself."""

STEPS = 100
FEW_STEPS = 12
"""With early exercise, where a zero off by a thousandth of a deviation does no harm: it moves the mean by a millionth."""

CLOSE = 1e-8
"""Of S: a zero off by this moves the mean by its square."""

Function = Callable[[Array, Indices], tuple[Array, Array]]


class Crossings(NamedTuple):
    """Sign changes of V - V(F), seen from the forward outwards.

    Parameters
    ----------
    above, below : ndarray, shape (strategies,)
        The sign just above the forward and just below.
    strategy, S, direction, jump : ndarray, shape (sign changes,)
        Which strategy and spot, +1 above the forward and -1 below, and the sign beyond less the sign before.
    """

    above: Array
    below: Array
    strategy: Indices
    S: Array
    direction: Array
    jump: Array


class _Zeros(NamedTuple):
    """Panels and strategies with a zero, where it is, and the change of sign as S rises."""

    strategy: Indices
    S: Array
    jump: Array


class _Dips(NamedTuple):
    """Panels and strategies where the gain turns back, where, and the gain there."""

    panel: Indices
    strategy: Indices
    S: Array
    gain: Array


def crossings(gains: Gains) -> Crossings:
    """Find where the gain of each strategy changes sign, within nine deviations of the forward."""
    points = _points(gains)
    gain, slope = gain_at(gains, points)
    dips = _dips(gains, points, gain, slope)
    left, right = np.sign(gain[:-1]), np.sign(gain[1:])
    starts, ends = np.where(left == 0, right, left), np.where(right == 0, left, right)
    at_dip = np.sign(dips.gain)
    for sides, signs in ((starts, left), (ends, right)):
        is_flat = signs[dips.panel, dips.strategy] == 0
        sides[dips.panel[is_flat], dips.strategy[is_flat]] = at_dip[is_flat]
    zeros = [*_zeros(gains, points, gain, dips), _kinks(points, starts, ends)]
    strategy, S, jump = (np.concatenate(parts) for parts in zip(*zeros, strict=True))
    direction = np.where(gains.F[strategy] < S, 1.0, -1.0)
    first = (points <= gains.F).sum(axis=0) - 1  # the last of the points at the forward starts the upper side
    last = (points < gains.F).sum(axis=0) - 1
    each = np.arange(len(gains.F))
    first, last = np.clip(first, 0, len(starts) - 1), np.clip(last, 0, len(starts) - 1)
    is_outside = gains.F[strategy] != S
    return Crossings(
        starts[first, each],
        ends[last, each],
        strategy[is_outside],
        S[is_outside],
        direction[is_outside],
        (direction * jump)[is_outside],
    )


def _points(gains: Gains) -> Array:
    """Return the ends, the forward and the strikes at the horizon; where a gain bends both ways a grid as well."""
    F, deviation = gains.F, gains.deviation
    reach = np.exp(np.minimum(FARTHEST * deviation + 0.5 * deviation**2, WIDEST))
    low, high = F / reach, F * reach
    points = [low, F, high, *gains.K[: gains.near]]
    is_early = gains.early is not None
    if len(gains.asset) > 1 or is_early:
        points += [F * np.exp(z * deviation) for z in (FINE_GRID if is_early else GRID)]
        strikes = gains.cash / gains.asset
        points += [*strikes, *(row for z in AROUND_STRIKES for row in strikes * np.exp(z * gains.s))]
    ordered = np.clip(np.stack(points), low, high)
    ordered = np.where(np.abs(ordered - F) <= NOISE * F, F, ordered)
    ordered.sort(axis=0)
    return _with_bends(gains, ordered) if len(gains.asset) > 1 and not is_early else ordered


def _with_bends(gains: Gains, points: Array) -> Array:
    """Add the spots where the gain of several later legs stops bending one way and bends the other."""
    way = np.sign(curvature_at(gains, points)[0])
    panel, strategy = np.nonzero(way[:-1] * way[1:] < 0)
    some = gains.take(strategy)
    low, high = points[panel, strategy], points[panel + 1, strategy]
    start, end = way[panel, strategy], way[panel + 1, strategy]
    S = _zero(lambda S, which: curvature_at(some.take(which), S), low, high, start, end)
    order = np.argsort(strategy, kind="stable")
    S, strategy = S[order], strategy[order]
    count = np.bincount(strategy, minlength=points.shape[1])
    place = np.arange(len(S)) - (np.cumsum(count) - count)[strategy]
    bends = np.broadcast_to(gains.F, (count.max(initial=0), points.shape[1])).copy()
    bends[place, strategy] = S
    return np.sort(np.concatenate([points, bends]), axis=0)


def _near_slope(gains: Gains, middle: Array) -> Array:
    """Return the slope of the lines and of the options that expire at the horizon; no kink is at ``middle``."""
    slope = np.broadcast_to(gains.line.sum(axis=0), middle.shape).copy()
    for leg in range(gains.near):
        slope += (
            gains.weight[leg]
            * np.maximum(np.sign(middle - gains.K[leg]) * gains.side[leg], 0.0)
            * gains.side[leg]
        )
    return slope


def _dips(gains: Gains, points: Array, gain: Array, slope: Array) -> _Dips:
    """Find the panels whose ends both lead towards zero, and where between them the gain turns back."""
    if not len(gains.asset):
        nothing = np.empty(0, dtype=np.intp)
        return _Dips(nothing, nothing, np.empty(0), np.empty(0))
    near = _near_slope(gains, 0.5 * (points[:-1] + points[1:]))
    start, end = slope[:-1] + near, slope[1:] + near
    up, down = (
        np.sign(start),
        np.sign(end),
    )  # the product of two tiny numbers may be zero, that of signs is not
    left, right = np.sign(gain[:-1]), np.sign(gain[1:])
    turns = (up * down < 0) & (left * right >= 0) & (left * up <= 0) & (right * down >= 0)
    panel, strategy = np.nonzero(turns)
    some, base = gains.take(strategy), near[panel, strategy]

    def bend(S: Array, which: Indices) -> tuple[Array, Array]:
        legs = some.take(which)
        weight = legs.weight[legs.near :]
        later = range(len(weight))
        delta = sum(weight[leg] * option_at(legs, leg, S)[1] for leg in later)
        return base[which] + delta, curvature_at(legs, S)[0]

    ends = points[panel, strategy], points[panel + 1, strategy], start[turns], end[turns]
    S = _zero(bend, *ends) if gains.early is None else _secant(*ends)
    return _Dips(panel, strategy, S, gain_at(some, S)[0])


def _zeros(gains: Gains, points: Array, gain: Array, dips: _Dips) -> list[_Zeros]:
    """Find the zero between every two neighbours of opposite sign, dips included."""
    panel, strategy = np.nonzero(np.sign(gain[:-1]) * np.sign(gain[1:]) < 0)
    at_low, at_high = gain[panel, strategy], gain[panel + 1, strategy]
    brackets = [(strategy, points[panel, strategy], points[panel + 1, strategy], at_low, at_high)]
    low, high = points[dips.panel, dips.strategy], points[dips.panel + 1, dips.strategy]
    before, after = gain[dips.panel, dips.strategy], gain[dips.panel + 1, dips.strategy]
    brackets.append((dips.strategy, low, dips.S, before, dips.gain))
    brackets.append((dips.strategy, dips.S, high, dips.gain, after))
    joined = [np.concatenate(parts) for parts in zip(*brackets, strict=True)]
    is_crossed = np.sign(joined[3]) * np.sign(joined[4]) < 0
    strategy, *ends = (part[is_crossed] for part in joined)
    jump = np.sign(ends[3]) - np.sign(ends[2])
    some = gains.take(strategy)
    if not len(gains.asset):
        return [_Zeros(strategy, _secant(*ends), jump)]

    def gain_and_slope(S: Array, which: Indices) -> tuple[Array, Array]:
        legs = some.take(which)
        value, slope = gain_at(legs, S)
        return value, slope + _near_slope(legs, S)

    steps = STEPS if gains.early is None else FEW_STEPS
    return [_Zeros(strategy, _zero(gain_and_slope, *ends, steps=steps), jump)]


def _kinks(points: Array, starts: Array, ends: Array) -> _Zeros:
    """Find the points themselves at which the sign changes: the gain is exactly zero there."""
    jump = starts[1:] - ends[:-1]
    point, strategy = np.nonzero(jump)
    return _Zeros(strategy, points[point + 1, strategy], jump[point, strategy])


def _secant(low: Array, high: Array, at_low: Array, at_high: Array) -> Array:
    """Return the zero of the line through two ends of opposite sign."""
    return low + (high - low) * (at_low / (at_low - at_high))


def _zero(
    function: Function, low: Array, high: Array, at_low: Array, at_high: Array, *, steps: int = STEPS
) -> Array:
    """Find the zero between two ends of opposite sign by Newton's steps, halved in ln S where they lead outside."""
    S = _secant(low, high, at_low, at_high)
    low, high = low.copy(), high.copy()
    which = np.arange(len(S))
    for _ in range(steps):
        if not len(which):
            break
        here = S[which]
        value, slope = function(here, which)
        is_low = (value > 0) == (at_low[which] > 0)
        low[which], high[which] = np.where(is_low, here, low[which]), np.where(is_low, high[which], here)
        with np.errstate(all="ignore"):
            step = here - value / slope
        is_inside = (low[which] < step) & (step < high[which])
        S[which] = np.where(is_inside, step, np.sqrt(low[which] * high[which]))
        which = which[np.abs(S[which] - here) > CLOSE * here]
    return S
