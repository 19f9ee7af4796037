"""Where a strategy breaks even at its horizon: its worth there against what it cost."""

from __future__ import annotations

import numpy as np

from optlab.expectation import Array, Packages

WIDEST, NODES = 8.0, 801
"""The search reaches eight standard deviations to either side, on a grid of so many points and every strike."""

HALVINGS = 60
FARTHEST = 3.0
"""With later legs, a breakeven beyond this many times the forward and every strike is the model's alone."""

LEVEL = 1e-12
"""A profit below this part of the cost is none."""


def breakevens(packages: Packages, cost: Array) -> list[list[float]]:
    """Find the spots at which each strategy is worth its cost when its nearest options expire.

    Options that expire later are valued there with their own volatility and exercise style, so that the breakevens
    of a calendar or diagonal are the model's; those of one expiry are exact.

    Parameters
    ----------
    packages : Packages
        Strategies with one number of legs.
    cost : ndarray, shape (strategies,)
        What each cost, in position money; positive paid.

    Returns
    -------
    list of list of float
        The breakevens of each strategy from low to high; none where it never changes sides.
    """
    return [_of_one(packages, place, float(paid)) for place, paid in enumerate(cost)]


def _of_one(packages: Packages, place: int, paid: float) -> list[float]:
    one = packages.take(np.array([place]))
    has_later = bool(((one.sign != 0) & (one.years > one.horizon[:, None])).any())
    grid = _within_reach(one, _grid(one)) if has_later else _with_tail(one, _grid(one), paid)
    profit = one.worth(grid[None, :])[0] - paid
    side = np.where(np.abs(profit) <= LEVEL * max(abs(paid), 1.0), 0.0, np.sign(profit))
    crosses = side[:-1] * side[1:] < 0
    found = _bisect(one, paid, grid[:-1][crosses], grid[1:][crosses])
    return sorted({*found.tolist(), *_level_ends(grid, side)})


def _level_ends(grid: Array, side: Array) -> list[float]:
    """Return the ends of each stretch without profit or loss that has a loss on one side and a profit on the other."""
    places = np.flatnonzero(side)
    before, after = places[:-1], places[1:]
    is_stretch = (after > before + 1) & (side[before] * side[after] < 0)
    return [float(grid[end]) for end in (*(before[is_stretch] + 1), *(after[is_stretch] - 1))]


def _grid(one: Packages) -> Array:
    """Return spots to look at: zero, a wide range around the forward, and every strike."""
    deviation = float(one.horizon_vol[0] * np.sqrt(one.horizon[0]))
    forward = float(one.forward[0])
    width = min(WIDEST * max(deviation if np.isfinite(deviation) else 0.0, 0.02), 5.0)
    strikes = one.strike[0][np.isfinite(one.strike[0])]
    highest = max(forward * np.exp(width), 4.0 * float(strikes.max(initial=forward)))
    around = forward * np.exp(np.linspace(-width, width, NODES))
    return np.unique(np.concatenate([[0.0], around, strikes, [highest]]))


def _within_reach(one: Packages, grid: Array) -> Array:
    """Leave out spots far from all strikes, where a model's dividend yield alone bends the value of a later leg."""
    strikes = one.strike[0][np.isfinite(one.strike[0])]
    return grid[grid <= FARTHEST * max(float(one.forward[0]), float(strikes.max(initial=0.0)))]


def _with_tail(one: Packages, grid: Array, paid: float) -> Array:
    """Reach beyond the last spot to where the straight line of the tail meets the cost, if it does."""
    last = grid[-2:]
    worth = one.worth(last[None, :])[0]
    slope = (worth[1] - worth[0]) / (last[1] - last[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        meets = last[1] + (paid - worth[1]) / slope
    return np.append(grid, 2.0 * meets) if np.isfinite(meets) and meets > last[1] else grid


def _bisect(one: Packages, paid: float, low: Array, high: Array) -> Array:
    """Halve each bracket until nothing is left of it."""
    rises = one.worth(high[None, :])[0] > paid
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        is_above = (one.worth(middle[None, :])[0] > paid) == rises
        low, high = np.where(is_above, low, middle), np.where(is_above, middle, high)
    return 0.5 * (low + high)
