"""What the legs of a strategy gain from the forward on, at one spot or on average beyond one.

By put-call parity every leg is a line plus an out-of-the-money option, V_i(S) - V_i(F) = a_i (S - F) +
w_i (O_i(S) - O_i(F)): nothing large is subtracted from anything large, however deep in the money a leg is. For a
leg that expires at the horizon O is a payoff, and its mean beyond a spot is a gap option; for a later leg O is a
Black-Scholes price, and its mean beyond a spot is a partial compound option. Arrays are (legs, strategies).

References
----------
Rubinstein, M. and Reiner, E. (1991). Unscrambling the binary code. Risk 4 (9), 75-83: gap options.
Geske, R. (1979). The valuation of compound options. J. Financial Economics 7, 63-81.
Checked by tests/expectation/test_gains.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.expectation.exercise import Premiums, premiums_at, premiums_beyond, premiums_of
from optlab.expectation.normal import cdf, cdf_below
from optlab.expectation.packages import Array, Indices, Packages
from optlab.pricing.black_scholes import PHI_0, prices

SHARPEST = 1e-6
"""A later leg's own deviation counts as at least this share of the horizon's: that shifts a mean by less than
1e-12 of the deviation, and keeps the slopes of the integrals small enough for doubles."""

_NEARLY_ZERO = 1e-100


class Gains(NamedTuple):
    """Legs as lines and out-of-the-money options; the last ``len(asset)`` of them expire after the horizon.

    Parameters
    ----------
    F, deviation : ndarray, shape (strategies,)
        The forward, and the deviation of ln S at the horizon.
    line, weight, side, K : ndarray, shape (legs, strategies)
        Units of S - F, units of the option, its sign (+1 call, -1 put) and its strike.
    asset, cash, s, at_forward : ndarray, shape (later legs, strategies)
        The discount of the asset and the discounted strike from expiry back to the horizon, the deviation in
        between, and the option's price at the forward.
    early : Premiums, optional
        What early exercise adds to the later legs; None where it adds nothing to any.
    """

    F: Array
    deviation: Array
    line: Array
    weight: Array
    side: Array
    K: Array
    asset: Array
    cash: Array
    s: Array
    at_forward: Array
    early: Premiums | None

    @property
    def near(self) -> int:
        """How many legs expire at the horizon or never."""
        return len(self.K) - len(self.asset)

    def take(self, strategies: Indices) -> Gains:
        """Return some strategies, or one of them several times."""
        arrays = {name: values[..., strategies] for name, values in self._asdict().items() if name != "early"}
        return Gains(**arrays, early=self.early and self.early.take(strategies))


def gains_of(packages: Packages, later: int) -> Gains:
    """Take legs apart into lines and options; the last ``later`` legs of every strategy are the later ones."""
    F = packages.forward
    is_option = packages.sign.T != 0
    sign, units = packages.sign.T, np.ascontiguousarray(packages.units.T)
    K = np.where(is_option, np.where(np.isnan(packages.years.T), np.nan, packages.strike.T), F)
    side = np.where(K > F, 1.0, -1.0)
    line = np.where(is_option, 0.5 * (sign - side), 1.0) * units
    weight = np.where(is_option, units, 0.0)
    last = slice(len(K) - later, None)
    remaining = packages.years.T[last] - packages.horizon
    asset = np.exp(-packages.dividend_yield.T[last] * remaining)
    line[last] *= asset
    cash = np.exp(-packages.rate.T[last] * remaining) * K[last]
    s = np.maximum(packages.vol.T[last] * np.sqrt(remaining), _NEARLY_ZERO)
    deviation = packages.horizon_vol * np.sqrt(packages.horizon)
    empty = np.empty_like(s)
    gains = Gains(F, deviation, line, weight, side, K, asset, cash, s, empty, premiums_of(packages, later))
    for leg in range(later):
        empty[leg] = option_at(gains, leg, F)[0]
    return gains


def option_at(gains: Gains, leg: int, S: Array) -> tuple[Array, Array]:
    """Return a later leg's out-of-the-money option at the horizon, and its delta; S is (..., strategies)."""
    d = _later_d(gains, leg, S)
    side = gains.side[gains.near + leg]
    half = 0.5 * gains.s[leg]
    at_asset, at_cash = cdf(np.stack([side * (d + half), side * (d - half)]))
    delta = side * gains.asset[leg] * at_asset
    return delta * S - side * gains.cash[leg] * at_cash, delta


def curvature_at(gains: Gains, S: Array) -> tuple[Array, Array]:
    """Return the gamma of the later legs together at the horizon, and its slope in S."""
    total, slope = np.zeros_like(S), np.zeros_like(S)
    for leg, weight in enumerate(gains.weight[gains.near :]):
        s = gains.s[leg]
        d = _later_d(gains, leg, S) + 0.5 * s
        gamma = weight * gains.asset[leg] * PHI_0 * np.exp(-0.5 * d * d) / (S * s)
        total += gamma
        slope -= gamma * (1.0 + d / s) / S
    return total, slope


def _later_d(gains: Gains, leg: int, S: Array) -> Array:
    """Return the mean of d1 and d2: how many deviations the later forward is from the strike."""
    return np.log(S * (gains.asset[leg] / gains.cash[leg])) / gains.s[leg]


def gain_at(gains: Gains, S: Array) -> tuple[Array, Array]:
    """Return V(S) - V(F), and its slope in S without the legs that expire at the horizon."""
    total = gains.line.sum(axis=0) * (S - gains.F)
    slope = np.zeros_like(S)
    for leg in range(gains.near):
        total += gains.weight[leg] * np.maximum(gains.side[leg] * (S - gains.K[leg]), 0.0)
    for leg, weight in enumerate(gains.weight[gains.near :]):
        option, delta = option_at(gains, leg, S)
        total += weight * (option - gains.at_forward[leg])
        slope += weight * delta
    if gains.early is not None:
        added, delta = _exercise_at(gains, gains.early, S)
        total += added
        slope += delta
    return np.where(gains.F == S, 0.0, total), slope


def _exercise_at(gains: Gains, early: Premiums, S: Array) -> tuple[Array, Array]:
    """Return what early exercise adds to the gain at S and to its slope."""
    deviation = np.maximum(gains.deviation, _NEARLY_ZERO)
    z = np.log(S / gains.F) / deviation + 0.5 * deviation
    value, slope = premiums_at(early, z, 1.0 / (S * deviation))
    weight = gains.weight[gains.near :]
    return (weight * (value - early.at_forward)).sum(axis=-2), (weight * slope).sum(axis=-2)


def means_beyond_forward(gains: Gains) -> tuple[Array, Array, Array]:
    """Return E[(S - F)+], and each leg's E[gain 1{S > F}] and E[gain 1{S <= F}].

    For the legs that expire at the horizon these are Black's prices of the lines and options themselves.
    """
    F, deviation, near = gains.F, gains.deviation, gains.near
    plain = np.ones_like(F), 0.0, 0.0, deviation
    at_the_money = prices(-1.0, F, F, *plain)
    above, below = gains.line * at_the_money, gains.line * -at_the_money
    one, *rest = (np.broadcast_to(values, (near, len(F))) for values in plain)
    options = gains.weight[:near] * prices(
        gains.side[:near], np.broadcast_to(F, one.shape), gains.K[:near], one, *rest
    )
    is_above = gains.side[:near] > 0
    above[:near] += np.where(is_above, options, 0.0)
    below[:near] += np.where(is_above, 0.0, options)
    for leg, weight in enumerate(gains.weight[near:]):
        above[near + leg] += weight * _later_beyond(gains, leg, 1.0, 0.5 * deviation)
        below[near + leg] += weight * _later_beyond(gains, leg, -1.0, 0.5 * deviation)
    if gains.early is not None:
        above[near:] += gains.weight[near:] * premiums_beyond(gains.early, 0.5 * deviation, 1.0)
        below[near:] += gains.weight[near:] * premiums_beyond(gains.early, 0.5 * deviation, -1.0)
    return at_the_money, above, below


def mean_beyond(gains: Gains, S: Array, direction: Array) -> Array:
    """Return E[(V - V(F)) 1{beyond S}]: above S where ``direction`` is +1, below it where it is -1."""
    F, deviation = gains.F, gains.deviation
    border = _border(gains, S)
    line = gains.line.sum(axis=0)
    total = line * F * np.subtract(*cdf(np.stack([direction * (deviation - border), -direction * border])))
    for leg in range(gains.near):
        side, K = gains.side[leg], gains.K[leg]
        farther = np.where(side > 0, np.maximum(S, K), np.minimum(S, K))
        edge = _border(gains, farther)
        at_asset, at_cash = cdf(np.stack([side * (deviation - edge), -side * edge]))
        option = side * (F * at_asset - K * at_cash)
        total += np.where(side == direction, gains.weight[leg] * option, 0.0)
    for leg, weight in enumerate(gains.weight[gains.near :]):
        total += weight * _later_beyond(gains, leg, direction, border)
    if gains.early is not None:
        total += (gains.weight[gains.near :] * premiums_beyond(gains.early, border, direction)).sum(axis=0)
    return total


def _border(gains: Gains, S: Array) -> Array:
    """Return the normal deviate at which spot is S."""
    return np.log(S / gains.F) / gains.deviation + 0.5 * gains.deviation


def _later_beyond(gains: Gains, leg: int, direction: Array | float, border: Array) -> Array:
    """Return E[(O(S) - O(F)) 1{beyond}] of a later leg's option O, by the bivariate normal distribution."""
    F, deviation, side = gains.F, gains.deviation, gains.side[gains.near + leg]
    s = np.maximum(np.maximum(gains.s[leg], SHARPEST * deviation), _NEARLY_ZERO)
    asset, cash = F * gains.asset[leg], gains.cash[leg]
    middle, half = np.log(asset / cash), 0.5 * (deviation * deviation + s * s)
    slope = -direction * side * deviation / s
    at_asset = cdf_below(side * (middle + half) / s, slope, -direction * (border - deviation))
    at_cash = cdf_below(side * (middle - half) / s, slope, -direction * border)
    return side * (asset * at_asset - cash * at_cash) - gains.at_forward[leg] * cdf(-direction * border)
