"""The early-exercise premium: what exercise earns while S is beyond a known boundary B.

It is Kim's integral,

    eps int [q S exp(-q u) N(eps d1) - r K exp(-r u) N(eps d2)] du,   d1,2 = d1,2(S / B(T - u), u),

over the time to expiry T, with eps = +1 for a call and -1 for a put, and its greeks: delta and gamma are derivatives
under the integral, vega and rho move the boundary along, theta is what the Black-Scholes equation leaves for it.
With u = (sin(a))^2 T the boundary is wanted at the same multiples of T for all contracts.

References
----------
Kim, I. J. (1990). The analytic valuation of American options. Review of Financial Studies 3(4), 547-572.
Checked by tests/pricing/test_premium.py and tests/pricing/test_american.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.pricing.black_scholes import RHO_UNIT, THETA_UNIT, VEGA_UNIT, Array, Greeks
from optlab.pricing.boundary import Boundary, interpolation, quadrature
from optlab.pricing.normal import distribution


class Rule(NamedTuple):
    """A quadrature over the time to expiry: sqrt(u / T), the weights of du / T, and what takes the boundary there."""

    root: Array
    weights: Array
    to_points: Array

    @classmethod
    def of(cls, points: int, power: int) -> Rule:
        """Make the rule of a number of points, crowded towards now by a power."""
        sin, cos, weights = quadrature(points, power)
        return cls(sin[:, None], (2.0 * sin * cos * weights)[:, None], interpolation(cos))


PRICES = Rule.of(18, 2)
GREEKS = Rule.of(48, 3)  # gamma close to the boundary needs points close to now


class Terms(NamedTuple):
    """American contracts with one boundary, each an array (contracts,), and the boundaries as puts of strike one."""

    sign: Array
    strike: Array
    years: Array
    rate: Array
    dividend_yield: Array
    vol: Array
    boundary: Boundary

    @property
    def level(self) -> Array:
        """The spot at which exercise is optimal now."""
        with np.errstate(over="ignore"):
            return self.strike * np.exp(-self.sign * (self.boundary.start + self.boundary.log[0]))

    def take(self, which: slice) -> Terms:
        """Return some of the contracts."""
        *numbers, boundary = self
        solved = Boundary._make(values[..., which] for values in boundary)
        return Terms._make([*(values[which] for values in numbers), solved])


class _Points(NamedTuple):
    """What the integrand needs at the points of a rule whatever the spot: (points, contracts, 1)."""

    log_boundary: Array
    s: Array  # sigma sqrt(u)
    u: Array
    asset: Array  # q exp(-q u) du
    cash: Array  # K exp(-r u) du


def prices(terms: Terms, S: Array) -> Array:
    """Return the premiums at spots, both of shape (contracts, spots)."""
    points = _points(terms, PRICES)
    sign = terms.sign[:, None]
    d = sign * _d(terms, points, S)
    (asset, cash), _ = distribution(d)
    asset *= points.asset * S
    cash *= points.cash * terms.rate[:, None]
    asset -= cash
    return sign * asset.sum(axis=0)


def greeks(terms: Terms, S: Array) -> Greeks:
    """Return the premiums and their greeks, in py_vollib's units, at spots: all of shape (contracts, spots)."""
    points = _points(terms, GREEKS)
    eps, r, q, sigma = (
        values[:, None] for values in (terms.sign, terms.rate, terms.dividend_yield, terms.vol)
    )
    d1, d2 = d = _d(terms, points, S)
    (N1, N2), (asset, cash) = distribution(eps * d)
    asset *= points.asset * S  # F phi(d1), F = q S exp(-q u) du
    cash *= points.cash * r  # X phi(d2), X = r K exp(-r u) du
    held, paid = points.asset * N1, points.cash * N2
    net = asset - cash
    by_vol, by_rate = (_moved(terms, slopes)[..., None] / points.s for slopes in _slopes(terms))
    premium = prices(terms, S)  # by its own rule, so that a price is one number wherever it is asked for
    delta = eps * held.sum(axis=0) + (net / points.s).sum(axis=0) / S
    bend = asset + cash - (asset * d1 - cash * d2) / points.s
    gamma = (bend / points.s).sum(axis=0) / (S * S)
    vega = (cash * (d1 / sigma + by_vol) - asset * (d2 / sigma + by_vol)).sum(axis=0)
    turned = net * (points.s / (sigma * sigma) - by_rate) - eps * paid * (1.0 - r * points.u)
    theta = r * premium - (r - q) * S * delta - 0.5 * (sigma * S) ** 2 * gamma
    rho = turned.sum(axis=0)
    return Greeks(premium, delta, gamma, vega * VEGA_UNIT, theta * THETA_UNIT, rho * RHO_UNIT)


def _points(terms: Terms, rule: Rule) -> _Points:
    T = terms.years
    side = -terms.sign
    level = np.log(terms.strike) + side * (terms.boundary.start + rule.to_points @ terms.boundary.log)
    s, u = rule.root * (terms.vol * np.sqrt(T)), np.square(rule.root) * T
    du = rule.weights * T
    asset = terms.dividend_yield * np.exp(-terms.dividend_yield * u) * du
    cash = terms.strike * np.exp(-terms.rate * u) * du
    return _Points(*(values[..., None] for values in (level, s, u, asset, cash)))


def _d(terms: Terms, points: _Points, S: Array) -> Array:
    """Return d1 and d2 of S against the boundary, (2, points, contracts, spots)."""
    d = np.empty((2, *np.broadcast_shapes(points.s.shape, S.shape)))
    drift = (terms.rate - terms.dividend_yield)[:, None] * points.u - points.log_boundary
    np.add(np.log(S), drift, out=d[0])
    d[0] /= points.s
    half = 0.5 * points.s
    np.subtract(d[0], half, out=d[1])
    d[0] += half
    return d


def _slopes(terms: Terms) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    boundary = terms.boundary
    return (np.zeros_like(boundary.start), boundary.log_by_vol), (
        boundary.start_by_rate,
        boundary.log_by_rate,
    )


def _moved(terms: Terms, slopes: tuple[Array, Array]) -> Array:
    """Return how ln B moves at the points of the rule, from its slopes at the nodes."""
    start, log = slopes
    return -terms.sign * (start + GREEKS.to_points @ log)
