"""The moves that strategies can be expected to make by their horizon."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from optlab.expectation.crossings import crossings
from optlab.expectation.gains import Gains, gains_of, mean_beyond, means_beyond_forward
from optlab.expectation.packages import Array, Indices, Packages

EARLY = 8
"""The scratch of a strategy with early exercise is so many times larger."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Expectations over S at the horizon, one per strategy.

    Parameters
    ----------
    strategy : ndarray, shape (strategies,)
        M = E|V(S) - V(F)|, what the strategy can be expected to move.
    spot : ndarray, shape (strategies,)
        E|S - F|, what one unit of the underlying can be expected to move.
    lean : ndarray, shape (strategies,)
        E[(V - V(F)) 1{S > F}] - E[(V - V(F)) 1{S <= F}], what it gains above the forward less below.
    legs : ndarray, shape (strategies, legs)
        The same for each leg alone, in the packages' order: they add up to the lean, and say which leg makes it.
    """

    strategy: Array
    spot: Array
    lean: Array
    legs: Array


def expected_moves(packages: Packages, *, chunk: int = 4096) -> Moves:
    """Say what strategies can be expected to gain or lose by their horizon, in which direction, and by which leg.

    Parameters
    ----------
    packages : Packages
        Strategies with one number of legs.
    chunk : int, optional
        How many strategies at a time: so many that the scratch stays in the processor's cache. It changes nothing
        but the time it takes.

    Returns
    -------
    Moves
        Exact to 1e-14 of what the units are worth if all legs end at the horizon, with later legs to 1e-10 at
        worst, and with later American legs to 1e-4 of the strategy's own move, typically 1e-9. NaN in what a
        strategy needs makes that strategy NaN; a deviation of zero makes it zero.

    Notes
    -----
    E|V - V(F)| is the sum of E[(V - V(F)) 1{beyond}] over the spots where V - V(F) changes sign, times each change;
    for the formulas and their sources see `optlab.expectation.gains`. Checked by tests/expectation/test_moves.py.
    """
    count = len(packages.spot)
    moves = Moves(np.empty(count), np.empty(count), np.empty(count), np.empty(packages.units.shape))
    is_later = (packages.sign != 0) & (packages.years > packages.horizon[:, None])
    later, is_early = is_later.sum(axis=1), packages.exercisable.any(axis=1)
    for number, early in itertools.product(np.unique(later).tolist(), (False, True)):
        strategies = np.flatnonzero((later == number) & (is_early == early))
        size = max(chunk // EARLY, 1) if early else chunk
        for start in range(0, len(strategies), size):
            rows = strategies[start : start + size, None]
            order = np.argsort(is_later[rows[:, 0]], axis=1, kind="stable")
            with np.errstate(all="ignore"):
                _write(moves, rows, order, gains_of(packages.take(rows[:, 0], order), number))
    return moves


def _write(moves: Moves, rows: Indices, order: Indices, gains: Gains) -> None:
    """Write the expectations of some strategies to their rows."""
    at_the_money, above, below = means_beyond_forward(gains)
    legs = above - below
    lean = legs.sum(axis=0)
    move = np.abs(lean) if len(legs) == 1 else _mean_absolute(gains, above.sum(axis=0), below.sum(axis=0))
    moves.strategy[rows[:, 0]] = np.maximum(move, np.abs(lean))
    moves.spot[rows[:, 0]] = 2.0 * at_the_money
    moves.lean[rows[:, 0]] = lean
    moves.legs[rows, order] = legs.T


def _mean_absolute(gains: Gains, above: Array, below: Array) -> Array:
    """Return E|V - V(F)| from its means above and below the forward; one leg alone never crosses."""
    found = crossings(gains)
    beyond = mean_beyond(gains.take(found.strategy), found.S, found.direction)
    extra = np.bincount(found.strategy, found.jump * beyond, minlength=len(above))
    return found.above * above + found.below * below + extra
