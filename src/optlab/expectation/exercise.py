"""What early exercise adds to later American legs at the horizon: premiums as polynomials, and their means.

A later American leg is worth its European price and a premium pi(S) more: smooth, but for its second derivative at
the exercise boundary. Beyond the boundary it is the payoff less the European price. So pi is laid out on panels
in the normal deviate z of S that meet at the boundary, as a Legendre polynomial on each; so is pi times the density,
whose integral, the mean of pi up to any spot, is a polynomial again. Deviates are turned to y = -eps z, so that
exercise is at low y for puts and calls alike.

References
----------
Kim, I. J. (1990). The analytic valuation of American options. Review of Financial Studies 3(4), 547-572: the
premium as something added to the European price.
Checked by tests/expectation/test_exercise.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre

from optlab.expectation.normal import cdf
from optlab.expectation.packages import Array, Indices, Packages
from optlab.pricing.american import Exercise, exercise
from optlab.pricing.black_scholes import PHI_0, prices

REACH = 6.5
"""Deviations of S that are looked at: beyond lies 1e-10 of the probability."""

EXERCISED, HELD = 4, 2
"""Panels on the two sides of the boundary; those where the option is held need American prices."""

POINTS, FINE_POINTS = 10, 20
"""Of each panel: where pi is asked for, and where its polynomial is weighed with the density, which is steeper."""

AROUND_STRIKE, FAR_FROM_STRIKE = 4.0, 6.0
"""In the leg's own deviations: where its European price bends, and where nothing is left of its premium."""

AROUND_CASH = (-2.0, -0.7, 0.0, 0.7, 2.0)
"""Where the panels of a leg with cash dividends meet, around the strike, in its own deviations."""

LAYERS = 6.0
"""Next to the boundary the premium falls by a factor e over vol^2 / 2r in ln S: the first held panel has so many."""

LEAST_VOL = 1e-4
"""A later leg without volatility has the premium of this one: smooth, and off by as much of the strike at most."""

_NEARLY_ZERO = 1e-100


def _to_coefficients(x: Array, weights: Array) -> Array:
    """Return what takes values at the points of a Gauss rule to the Legendre coefficients of their polynomial."""
    return (np.arange(len(x))[:, None] + 0.5) * legendre.legvander(x, len(x) - 1).T * weights


_X, _WEIGHTS = legendre.leggauss(POINTS)
_FINE_X, _FINE_WEIGHTS = legendre.leggauss(FINE_POINTS)
_TO_VALUES = _to_coefficients(_X, _WEIGHTS)
_TO_FINE = legendre.legvander(_FINE_X, POINTS - 1)
_TO_MASSES = legendre.legint(_to_coefficients(_FINE_X, _FINE_WEIGHTS), lbnd=-1.0)


_PANELS = EXERCISED + HELD
_FRONTS = (), (), (), (_PANELS + 1,), (POINTS, _PANELS), (FINE_POINTS + 1, _PANELS)


class Premiums(NamedTuple):
    """Premiums of later legs at the horizon; legs without one have zeros.

    Parameters
    ----------
    sign, at_forward, total : ndarray, shape (later legs, strategies)
        +1 call / -1 put, pi(F) and E[pi].
    edges : ndarray, shape (panels + 1, later legs, strategies)
        Of the panels in y, rising.
    values, masses : ndarray, shape (degrees, panels, later legs, strategies)
        Legendre coefficients on each panel: of pi, and of E[pi 1{below y}].
    """

    sign: Array
    at_forward: Array
    total: Array
    edges: Array
    values: Array
    masses: Array

    def take(self, strategies: Indices) -> Premiums:
        """Return some strategies, or one of them several times."""
        return Premiums(*(values[..., strategies] for values in self))


def premiums_of(packages: Packages, later: int) -> Premiums | None:
    """Lay out the premiums of the last ``later`` legs of every strategy; None where no leg has any."""
    first = packages.sign.shape[1] - later
    is_early, is_paid = packages.exercisable[:, first:], packages.is_paid[:, first:]
    if not is_early.any():
        return None
    shape = later, len(packages.forward)
    whole = Premiums(*(np.zeros((*front, *shape)) for front in _FRONTS))
    for where, lay_out in ((is_early & ~is_paid, _of_boundaries), (is_early & is_paid, _of_cash)):
        strategy, leg = np.nonzero(where)
        if len(leg):
            for values, found in zip(whole, lay_out(packages, strategy, leg + first), strict=True):
                values[..., leg, strategy] = found
    return whole


def premiums_at(premiums: Premiums, z: Array, per_spot: Array) -> tuple[Array, Array]:
    """Return pi and its slope in S.

    Parameters
    ----------
    premiums : Premiums
    z : ndarray, shape (..., strategies)
        The normal deviate of S.
    per_spot : ndarray, shape (..., strategies)
        How z changes with S, 1 / (S deviation).

    Returns
    -------
    tuple of ndarray, shape (..., later legs, strategies)
    """
    panel, x, scale = _place(premiums.edges, -premiums.sign * z[..., None, :])
    value, slope = _sums(premiums.values, panel, x, 1)
    return value, slope * (scale * -premiums.sign * per_spot[..., None, :])


def premiums_beyond(premiums: Premiums, z: Array, direction: Array | float) -> Array:
    """Return E[(pi(S) - pi(F)) 1{beyond z}] of each later leg: above z for a direction of +1, below it for -1.

    ``z`` and ``direction`` are (strategies,), the means (later legs, strategies).
    """
    panel, x, _ = _place(premiums.edges, -premiums.sign * z)
    (below,) = _sums(premiums.masses, panel, x, 0)
    beyond = np.where(premiums.sign * direction > 0, below, premiums.total - below)
    return beyond - premiums.at_forward * cdf(-direction * z)


def _of_boundaries(packages: Packages, strategy: Indices, leg: Indices) -> Premiums:
    """Lay out the premiums of some legs without cash dividends ahead."""
    option, F, deviation = _options(packages, strategy, leg)
    sign, K = option[:2]
    contracts = exercise(*(values[:, None] for values in option), with_slopes=False)

    def added(S: Array) -> Array:
        worth = sign * (S - K)  # (points, panels, options)
        held = S[:, EXERCISED:]
        worth[:, EXERCISED:] = contracts.prices(held.reshape(-1, len(F)).T).T.reshape(held.shape)
        return np.maximum(worth - prices(sign, S, *option[1:]), 0.0)

    return _premiums(sign, F, deviation, _edges(option, contracts, F, deviation), added)


def _of_cash(packages: Packages, strategy: Indices, leg: Indices) -> Premiums:
    """Lay out what legs with cash dividends ahead are worth more, or less, than European ones with their yield.

    That also mends what the yield gets wrong of the European price: a yield takes more from a higher spot.
    """
    option, F, deviation = _options(packages, strategy, leg)
    sign = option[0]
    contracts = packages.grids(strategy, leg)

    def added(S: Array) -> Array:
        worth = contracts.prices(S.reshape(-1, len(F)).T).T.reshape(S.shape)
        return worth - prices(sign, S, *option[1:])

    return _premiums(sign, F, deviation, _edges_around_strike(option, F, deviation), added)


def _options(packages: Packages, strategy: Indices, leg: Indices) -> tuple[list[Array], Array, Array]:
    """Return some later legs as options at the horizon, the forwards there and the deviations; all (options,)."""
    deviation = packages.horizon_vol[strategy] * np.sqrt(packages.horizon[strategy])
    *option, vol = packages.later(strategy, leg)
    option.append(np.maximum(vol, LEAST_VOL))
    return option, packages.forward[strategy], np.maximum(deviation, _NEARLY_ZERO)


def _premiums(
    sign: Array, F: Array, deviation: Array, edges: Array, added: Callable[[Array], Array]
) -> Premiums:
    """Lay out what is added at spots (points, panels, options); so are the last axes of what is returned."""
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges, axis=0)
    S = F * np.exp(-sign * deviation * (middle + half * _X[:, None, None]) - 0.5 * deviation * deviation)
    values = np.tensordot(_TO_VALUES, added(S), 1)
    density = (PHI_0 * half) * np.exp(-0.5 * np.square(middle + half * _FINE_X[:, None, None]))
    masses = np.tensordot(_TO_MASSES, np.tensordot(_TO_FINE, values, 1) * density, 1)
    below = np.cumsum(masses.sum(axis=0), axis=0)  # every polynomial is 1 at the end of its panel
    masses[0, 1:] += below[:-1]
    panel, x, _ = _place(edges, -0.5 * sign * deviation)
    return Premiums(sign, _sums(values, panel, x, 0)[0], below[-1], edges, values, masses)


def _edges_around_strike(option: list[Array], F: Array, deviation: Array) -> Array:
    """Return the ends of the panels in y: finer within `AROUND_CASH` of the leg's own deviations of the strike."""
    sign, K, left, _, _, vol = option
    at_strike = -sign * (np.log(K / F) / deviation + 0.5 * deviation)
    own = vol * np.sqrt(left) / deviation
    low = -REACH - np.where(sign > 0, deviation, 0.0)
    inner = [np.clip(at_strike + part * own, low, REACH) for part in AROUND_CASH]
    return np.stack([low, *inner, np.full_like(low, REACH)])


def _edges(option: list[Array], contracts: Exercise, F: Array, deviation: Array) -> Array:
    """Return the ends of the panels in y: exercise pays in the first ones, the option is held in the last.

    Where there is no boundary, or there are two, all of the reach is in the last ones.
    """
    sign, K, left, rate, dividend_yield, vol = option

    def turned(S: Array) -> Array:
        return -sign * (np.log(S / F) / deviation + 0.5 * deviation)

    own, drift = vol * np.sqrt(left), (rate - dividend_yield) * left
    low = -REACH - np.where(sign > 0, deviation, 0.0)  # a call's premium grows with S
    high = np.full_like(low, REACH)
    level = contracts.level[:, 0]
    is_single = np.isfinite(level)
    boundary = np.where(is_single, np.clip(turned(level), low, high), low)
    over = FAR_FROM_STRIKE * own + 0.5 * own * own + np.abs(drift)
    end = np.where(is_single, np.clip(turned(K) + over / deviation, boundary, high), high)
    bend, around = turned(K * np.exp(-drift)), AROUND_STRIKE * own / deviation
    inner = np.clip([bend - around, 0.5 * (low + boundary), bend + around], low, boundary)
    falls = LAYERS * 0.5 * vol * vol / np.maximum(np.where(sign > 0, dividend_yield, rate), _NEARLY_ZERO)
    split = boundary + np.minimum(0.5 * (end - boundary), falls / deviation)
    return np.stack([low, *np.sort(inner, axis=0), boundary, split, end])


def _place(edges: Array, y: Array) -> tuple[Indices, Array, Array]:
    """Return the panel of each y, where in it y is, from -1 to 1, and how that changes with y."""
    panel = np.zeros(y.shape, dtype=np.intp)
    for edge in edges[1:-1]:
        panel += y >= edge
    size = edges[0].size
    panel *= size
    panel += np.arange(size).reshape(edges.shape[1:])
    left, right = edges[:-1].ravel()[panel], edges[1:].ravel()[panel]
    scale = 2.0 / np.maximum(right - left, _NEARLY_ZERO)
    return panel, np.clip((y - left) * scale - 1.0, -1.0, 1.0), scale


def _sums(coefficients: Array, panel: Indices, x: Array, orders: int) -> list[Array]:
    """Return sums of Legendre polynomials at x, and their first derivatives, by the recurrence of both."""
    sums, before, here = ([np.zeros_like(x) for _ in range(orders + 1)] for _ in range(3))
    here[0] = np.ones_like(x)
    for degree, row in enumerate(coefficients.reshape(len(coefficients), -1)):
        coefficient = row[panel]
        for order, polynomial in enumerate(here):
            sums[order] += coefficient * polynomial
        n = degree + 0.5
        following = [(2.0 * n * x * here[0] - degree * before[0]) / (degree + 1)]
        following += [b + 2.0 * n * h for b, h in zip(before[1:], here[:-1], strict=True)]
        before, here = here, following
    return sums
