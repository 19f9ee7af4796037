"""What a strategy can be expected to gain at its horizon: the integral behind the direction rules.

A strategy is worth V(S) at its horizon h, the nearest expiry among its legs: legs that expire there are worth
their intrinsic value, later ones are priced with their own volatility and remaining time. S is lognormal with
mean F, the forward to h. Everything here is per strategy, vectorised over strategies with the same number of
legs; arrays are (strategies, legs), nodes (strategies, nodes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optlab.pricing.black_scholes import prices

Array = NDArray[np.float64]

ORDER = 12
"""Gauss-Legendre nodes per panel: with panels at most two standard deviations wide, good to 1e-10."""

FIXED_PANELS = np.linspace(-9.0, 9.0, 10)
"""Panel borders in standard deviations; beyond nine lies 1e-19 of the probability."""

ROOT_STEPS = 12
"""Illinois steps; one is exact where V is linear, as it is for a single expiry."""


@dataclass(frozen=True, eq=False)
class Packages:
    """Strategies with one number of legs; what is no option has ``sign`` 0 and counts as units of spot.

    Parameters
    ----------
    units, sign, strike, years, rate, dividend_yield, vol : ndarray, shape (strategies, legs)
        Signed quantity x multiplier, +1 call / -1 put / 0 else, and the legs' own model inputs.
    spot, horizon, forward, horizon_vol : ndarray, shape (strategies,)
        Spot now, years to the horizon, the forward there, and the volatility of S up to there.
    """

    units: Array
    sign: Array
    strike: Array
    years: Array
    rate: Array
    dividend_yield: Array
    vol: Array
    spot: Array
    horizon: Array
    forward: Array
    horizon_vol: Array

    def worth(self, S: Array) -> Array:
        """Return V(S) at the horizon; S is (strategies, nodes)."""
        total = np.zeros_like(S)
        for leg in range(self.units.shape[1]):
            total += self.units[:, leg, None] * self._leg_worth(leg, S)
        return total

    def _leg_worth(self, leg: int, S: Array) -> Array:
        sign = self.sign[:, leg, None]
        worth: Array = np.where(sign == 0, S, np.maximum(sign * (S - self.strike[:, leg, None]), 0.0))
        remaining = self.years[:, leg] - self.horizon
        is_later = (self.sign[:, leg] != 0) & (remaining > 0)
        if is_later.any():
            columns = [
                values[is_later, None]
                for values in (
                    self.strike[:, leg],
                    remaining,
                    self.rate[:, leg],
                    self.dividend_yield[:, leg],
                    self.vol[:, leg],
                )
            ]
            worth[is_later] = prices(sign[is_later], S[is_later], *columns)
        return worth


@dataclass(frozen=True, eq=False)
class Moves:
    """Expectations over S at the horizon, one per strategy.

    Parameters
    ----------
    strategy : ndarray
        M = E|V(S) - V(F)|, what the strategy can be expected to move.
    spot : ndarray
        E|S - F|, what one unit of the underlying can be expected to move.
    lean : ndarray
        E[(V - V(F)) 1{S > F}] - E[(V - V(F)) 1{S <= F}], what it gains above the forward less below.
    """

    strategy: Array
    spot: Array
    lean: Array


def expected_moves(packages: Packages, *, chunk: int = 512) -> Moves:
    """Integrate the moves of many strategies, splitting at F, at every strike and where V crosses V(F)."""
    parts = [
        _moves(_rows(packages, slice(start, start + chunk))) for start in range(0, len(packages.spot), chunk)
    ]
    if not parts:
        return Moves(np.empty(0), np.empty(0), np.empty(0))
    return Moves(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("strategy", "spot", "lean"))
    )


def _rows(packages: Packages, rows: slice) -> Packages:
    return Packages(**{name: values[rows] for name, values in vars(packages).items()})


def _moves(packages: Packages) -> Moves:
    deviation = packages.horizon_vol * np.sqrt(packages.horizon)
    at_forward = packages.worth(packages.forward[:, None])
    borders = _borders(packages, deviation)
    roots = _roots(packages, deviation, borders, at_forward)
    borders = np.sort(np.concatenate([borders, roots], axis=1), axis=1)
    z, weight = _nodes(borders)
    S = _spot_at(packages, deviation, z)
    gain = packages.worth(S) - at_forward
    side = np.where(packages.forward[:, None] < S, 1.0, -1.0)
    return Moves(
        (weight * np.abs(gain)).sum(axis=1),
        (weight * np.abs(S - packages.forward[:, None])).sum(axis=1),
        (weight * gain * side).sum(axis=1),
    )


def _spot_at(packages: Packages, deviation: Array, z: Array) -> Array:
    shift = deviation[:, None]
    return packages.forward[:, None] * np.exp(shift * z - 0.5 * shift**2)


def _borders(packages: Packages, deviation: Array) -> Array:
    """Panel borders in z: a fixed grid, the forward, and every strike; nine deviations to either side."""
    width = np.maximum(deviation, 1e-12)[:, None]
    with np.errstate(invalid="ignore"):
        strikes = np.log(packages.strike / packages.forward[:, None]) / width + 0.5 * width
    forward = 0.5 * width
    grid = np.broadcast_to(FIXED_PANELS, (len(width), len(FIXED_PANELS)))
    shifted = grid + width  # seen from S itself the mass sits one deviation higher
    borders = np.concatenate([grid, shifted, forward, np.where(np.isfinite(strikes), strikes, 0.0)], axis=1)
    ordered: Array = np.sort(np.clip(borders, FIXED_PANELS[0], FIXED_PANELS[-1] + width), axis=1)
    return ordered


def _roots(packages: Packages, deviation: Array, borders: Array, at_forward: Array) -> Array:
    """Where V crosses V(F) inside a panel, in z, by the Illinois method; padded with the last border."""
    gain = packages.worth(_spot_at(packages, deviation, borders)) - at_forward
    crosses = gain[:, :-1] * gain[:, 1:] < 0
    count = int(crosses.sum(axis=1).max(initial=0))
    if count == 0:
        return np.empty((len(borders), 0))
    order = np.argsort(~crosses, axis=1, kind="stable")[:, :count]
    is_root = np.take_along_axis(crosses, order, axis=1)
    low = _spot_at(packages, deviation, np.take_along_axis(borders[:, :-1], order, axis=1))
    high = _spot_at(packages, deviation, np.take_along_axis(borders[:, 1:], order, axis=1))
    S = _illinois(
        packages,
        at_forward,
        (low, high),
        (np.take_along_axis(gain[:, :-1], order, axis=1), np.take_along_axis(gain[:, 1:], order, axis=1)),
    )
    width = np.maximum(deviation, 1e-12)[:, None]
    S = np.where(is_root, S, packages.forward[:, None])
    z = np.log(S / packages.forward[:, None]) / width + 0.5 * width
    return np.where(is_root, z, borders[:, -1:])


def _illinois(
    packages: Packages, at_forward: Array, ends: tuple[Array, Array], gains: tuple[Array, Array]
) -> Array:
    """Find the zero of V(S) - V(F) between two ends of opposite sign, all at once."""
    (a, b), (at_a, at_b) = ends, gains
    S = a
    for _ in range(ROOT_STEPS):
        spread = at_b - at_a
        S = np.where(spread == 0, a, b - at_b * (b - a) / np.where(spread == 0, 1.0, spread))
        here = packages.worth(S) - at_forward
        flips = here * at_b < 0
        a, at_a = np.where(flips, b, a), np.where(flips, at_b, 0.5 * at_a)
        b, at_b = S, here
    return S


_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(ORDER)


def _nodes(borders: Array) -> tuple[Array, Array]:
    """Gauss-Legendre nodes in z over all panels, and their weights times the normal density."""
    half = 0.5 * np.diff(borders, axis=1)[:, :, None]
    middle = 0.5 * (borders[:, :-1] + borders[:, 1:])[:, :, None]
    z = (middle + half * _POINTS).reshape(len(borders), -1)
    weight = (half * _WEIGHTS).reshape(len(borders), -1)
    return z, weight * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
