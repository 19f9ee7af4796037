"""What is left after the first expiry, held on: every spot that each expiry may meet on its own.

An option that is settled in cash pays by the spot of its own expiry, whatever comes later. One that delivers, if it
ends in the money, leaves shares bought or sold at its strike. Shares and cash that are there when the last expiry comes
are a `State`; what the last legs pay is straight lines, so the most and the least over all paths are exact.

Checked by tests/payoff/test_held.py.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from optlab.payoff.position import Flags, Position
from optlab.payoff.shapes import Extreme, extreme, stake
from optlab.pricing.black_scholes import Array

MOST_STATES = 5_000
"""Of more, no extremes are looked for: a book of many expiries and strikes."""


class State(NamedTuple):
    """What earlier expiries left: shares, and cash from the least to the most that paths with these shares have."""

    shares: float
    least: float
    most: float


def states(position: Position, years: float) -> list[State] | None:
    """Return what the expiries before a time can have left; None if there are too many to follow."""
    found = {0.0: (0.0, 0.0)}
    for expiry in position.expiries:
        if expiry >= years:
            break
        outcomes = _outcomes(position, expiry)
        found = _together(found, outcomes)
        if len(found) > MOST_STATES:
            return None
    return [State(shares, *cash) for shares, cash in sorted(found.items())]


def extremes(position: Position, years: float) -> tuple[Extreme, Extreme] | None:
    """Return the most and the least at the last expiry over all paths; None if there are too many states.

    ``low`` and ``high`` of an extreme are the spots of the last expiry.
    """
    left = states(position, years)
    if left is None:
        return None
    kinks = np.unique(position.option.strike[position.is_option & (position.option.years == years)])
    nodes = np.unique(
        np.concatenate([[0.0], kinks, [2.0 * max(float(kinks.max(initial=0.0)), position.spot)]])
    )
    own = _of_the_last(position, nodes, years)
    slope, _ = position.right_slope(years)
    slope -= _settled_slope(position, years)
    found = [_of_state(state, nodes, own, slope, stake(position)) for state in left]
    highest = max((most for most, _ in found), key=lambda one: (one.profit, one.high - one.low))
    lowest = min((least for _, least in found), key=lambda one: (one.profit, one.low - one.high))
    return highest, lowest


def band(position: Position, S: Array, years: float) -> tuple[Array, Array] | None:
    """Return the least and the most profit at spots S so many years from now, over what the expiries before met."""
    left = states(position, years)
    if left is None:
        return None
    own = _of_the_last(position, S, years)
    with np.errstate(invalid="ignore"):
        least = np.min([own + state.shares * S + state.least for state in left], axis=0)
        most = np.max([own + state.shares * S + state.most for state in left], axis=0)
    return least, most


def _of_the_last(position: Position, S: Array, years: float) -> Array:
    """Return the profit at a time without the options that ended before."""
    before = position.ends & (position.option.years < years)
    return np.asarray(position.profit(S, years) - position.units[before] @ position.settlements(S, before))


def _settled_slope(position: Position, years: float) -> float:
    """Return what calls and futures that ended before a time add to the slope, as if they met the same spot."""
    before = position.ends & (position.option.years < years) & (position.option.sign >= 0)
    return float(position.units[before].sum())


def _outcomes(position: Position, expiry: float) -> list[State]:
    """Return what one expiry can leave: between two strikes the shares are the same, the cash on a line."""
    here = position.ends & (position.option.years == expiry)
    own, units = position.option.take(here), position.units[here]
    is_option = own.sign != 0
    sign, strike = np.where(is_option, own.sign, 1.0), np.where(is_option, own.strike, position.entry[here])
    delivers = (np.ones_like(is_option) if position.delivers is None else position.delivers[here]) & is_option
    strikes = np.unique(own.strike[is_option])
    edges = np.concatenate([[0.0], strikes, [math.inf]])
    return [
        _between(sign, strike, units, ~is_option, delivers, low, high)
        for low, high in itertools.pairwise(edges.tolist())
    ]


def _between(
    sign: Array, strike: Array, units: Array, is_future: Flags, delivers: Flags, low: float, high: float
) -> State:
    """Return shares, and the least and most cash, if the expiry meets a spot between two neighbouring strikes.

    A future is a call that pays below its entry too, and is settled in cash.
    """
    middle = 0.5 * (low + high) if math.isfinite(high) else low + 1.0
    pays = (sign * (middle - strike) > 0) | is_future
    delivered, settled = pays & delivers, pays & ~delivers
    shares = float((units * sign)[delivered].sum())
    cash = -float((units * sign * strike)[delivered].sum())
    slope = float((units * sign)[settled].sum())
    level = cash - float((units * sign * strike)[settled].sum())
    at_low = level + slope * low
    at_high = level + slope * high if math.isfinite(high) else at_low + (slope * math.inf if slope else 0.0)
    return State(shares, min(at_low, at_high), max(at_low, at_high))


def _together(
    found: dict[float, tuple[float, float]], outcomes: list[State]
) -> dict[float, tuple[float, float]]:
    """Follow every state through one more expiry; those with the same shares become one."""
    after: dict[float, tuple[float, float]] = {}
    for shares, (least, most) in found.items():
        for outcome in outcomes:
            held = round(shares + outcome.shares, 9)
            low, high = after.get(held, (math.inf, -math.inf))
            after[held] = min(low, least + outcome.least), max(high, most + outcome.most)
    return after


def _of_state(state: State, nodes: Array, own: Array, slope: float, scale: float) -> tuple[Extreme, Extreme]:
    """Return the most and the least of straight lines with some shares more; the last line goes on."""
    profits, tail = own + state.shares * nodes, slope + state.shares
    is_level = abs(tail) <= 1e-9 * scale / max(nodes[-1], 1e-300)
    most = extreme(nodes, profits, 1e-9 * scale, 0.0, is_level=is_level)
    least = extreme(nodes, -profits, 1e-9 * scale, 0.0, is_level=is_level)
    most = most._replace(profit=most.profit + state.most)
    least = least._replace(profit=state.least - least.profit)
    if tail > 0 and not is_level:
        most = Extreme(math.inf, math.inf, math.inf)
    if tail < 0 and not is_level:
        least = Extreme(-math.inf, math.inf, math.inf)
    return most, least
