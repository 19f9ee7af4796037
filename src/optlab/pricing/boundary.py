"""The exercise boundary of American puts, per unit of strike, by spectral collocation.

An American put is exercised when S falls to K b(tau), tau the time to expiry. Smooth pasting turns Kim's integral
equation for the value into one for the boundary alone (Andersen, Lake and Offengenden, their system A),

    b = exp(-(r - q) tau) N(b) / D(b),
    N = phi(d2(b)) / s + (2 r / sigma) int exp(r u) phi(d2(b / b(u))) dv,
    D = phi(d1(b)) / s + Phi(d1(b)) + 2 q int exp(q u) [v Phi(d1(b / b(u))) + phi(d1(b / b(u))) / sigma] dv,

with s = sigma sqrt(tau) and v = sqrt(tau - u) from 0 to sqrt(tau). h = ln(b / b(0+)) is a Chebyshev polynomial in
sqrt(tau), known by its values at `ORDER` nodes. With v = sqrt(tau) sin(a) and sqrt(u) = sqrt(tau) cos(a) every
quadrature point is the same multiple of the horizon for all contracts, so that interpolation is a product with one
constant matrix, and the whole system ln b - ln N + ln D + (r - q) tau = 0 is solved by Newton's method from Li's
QD+ approximation (`optlab.pricing.qd_plus`). Its Jacobian gives at the same time how the boundary moves with volatility and rates.

References
----------
Andersen, L., Lake, M. and Offengenden, D. (2016). High-performance American option pricing. Journal of
Computational Finance 20(1), 39-87.
Checked by tests/pricing/test_boundary.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Array
from optlab.pricing.exercise import Contracts, starts
from optlab.pricing.normal import density, distribution
from optlab.pricing.qd_plus import qd_plus

ORDER = 8
"""Nodes of the boundary; beside them stands expiry, where it is known."""
POINTS = 12
"""Points of each integral of the equation."""
NEWTON_STEPS = 3
CHUNK = 128
"""Contracts per pass: their scratch then stays in the processor's cache."""

LARGEST_STEP = 0.3
"""Of h, in one step of Newton's method."""
SMALLEST = 1e-10
"""The boundary stays this much (relative) below where it starts."""
BUMP = 1e-5
"""Of volatility and rate, relative, for their slopes."""


class Boundary(NamedTuple):
    """Exercise boundaries of puts of strike one.

    Parameters
    ----------
    start : float64 array, shape (contracts,)
        ln b(0+), where the boundary starts at expiry.
    log : float64 array, shape (ORDER, contracts)
        h = ln b - start at the nodes sqrt(tau / T) = `NODES`, the first of which is the whole time.
    log_by_vol, log_by_rate : float64 array, shape (ORDER, contracts)
        How h at the nodes changes per 1.00 of volatility, and of the rate that was asked for; empty if none was.
    start_by_rate : float64 array, shape (contracts,)
        How the start changes with that rate.
    """

    start: Array
    log: Array
    log_by_vol: Array
    log_by_rate: Array
    start_by_rate: Array


def quadrature(points: int, power: int) -> tuple[Array, Array, Array]:
    """Return sin(a), cos(a) and weights of a Gauss rule on 0 < a < pi / 2, its points crowded to 0 by a power."""
    x, weights = np.polynomial.legendre.leggauss(points)
    y = 0.5 * (x + 1.0)
    angle = 0.5 * np.pi * y**power
    return np.sin(angle), np.cos(angle), 0.25 * np.pi * power * y ** (power - 1) * weights


def interpolation(z: Array) -> Array:
    """Return the matrix that takes h from the nodes to z = sqrt(tau / T); h is 0 at z = 0 (barycentric)."""
    nodes = np.append(NODES, 0.0)
    weights = (-1.0) ** np.arange(ORDER + 1)
    weights[[0, -1]] *= 0.5
    gap = z[:, None] - nodes
    is_node = gap == 0
    shares = weights / np.where(is_node, 1.0, gap)
    matrix = shares / shares.sum(axis=1, keepdims=True)
    matrix = np.where(is_node.any(axis=1, keepdims=True), is_node, matrix)
    return np.ascontiguousarray(matrix[:, :ORDER])


NODES = 0.5 * (1.0 + np.cos(np.arange(ORDER) * np.pi / ORDER))
_SIN, _COS, _WEIGHTS = quadrature(POINTS, 1)
_TO_POINTS = interpolation(np.outer(NODES, _COS).ravel())
_TAU = np.square(NODES)[:, None]  # of the horizon
_V = np.outer(NODES, _SIN)[:, :, None]
_U = np.square(np.outer(NODES, _COS))[:, :, None]
_DV = np.outer(NODES, _COS * _WEIGHTS)[:, :, None]
_DIAGONAL = np.arange(ORDER)


def solve(contracts: Contracts, rate_direction: tuple[Array, Array] | None = None) -> Boundary:
    """Find the exercise boundaries of puts that have one, and how they move.

    Parameters
    ----------
    contracts : Contracts
        Puts of the region `SINGLE`; one-dimensional arrays, years and volatility positive.
    rate_direction : pair of arrays, optional
        By how much rate and yield change per unit of the rate that slopes are asked for: 1 and 0 for puts, 0 and
        1 for calls, whose rate is the put's yield. None: no slopes.

    Returns
    -------
    Boundary
        Prices from it are within 2e-6 of the strike for volatilities to 150% and two years.
    """
    n = contracts.T.size
    log, by_vol, by_rate = np.empty((3, ORDER, n))
    solved = Boundary(np.empty(n), log, by_vol, by_rate, np.empty(n))
    with np.errstate(all="ignore"):
        for first in range(0, n, CHUNK):
            part = slice(first, first + CHUNK)
            direction = (rate_direction[0][part], rate_direction[1][part]) if rate_direction else None
            for whole, found in zip(solved, _solve(contracts.take(part), direction), strict=False):
                whole[..., part] = found
    return solved


def _solve(contracts: Contracts, direction: tuple[Array, Array] | None) -> tuple[Array, ...]:
    """Return the start and h, and their slopes where a direction is given."""
    equation = _Equation.of(contracts)
    h = np.minimum(qd_plus(contracts, _TAU * contracts.T) - equation.start, -SMALLEST)
    for _ in range(NEWTON_STEPS - 1):
        residual, jacobian = equation.linear(h)
        h = _stepped(h, np.linalg.solve(jacobian, residual.T[..., None])[..., 0].T)
    residual, jacobian = equation.linear(h)
    if direction is None:
        return equation.start, _stepped(h, np.linalg.solve(jacobian, residual.T[..., None])[..., 0].T)
    by_start, by_parameter = _bumped(contracts, equation.start, h, residual, direction)
    moves = np.linalg.solve(jacobian, np.stack([residual, *by_parameter], axis=-1).swapaxes(0, 1))
    step, by_vol, by_rate = np.moveaxis(moves, (2, 1), (0, 1))
    return equation.start, _stepped(h, step), -by_vol, -by_rate, by_start


def _stepped(h: Array, step: npt.NDArray[np.floating[Any]]) -> Array:
    limit = LARGEST_STEP * h
    return np.minimum(h - np.clip(step, limit, -limit), -SMALLEST)


def _bumped(
    contracts: Contracts, start: Array, h: Array, residual: Array, direction: tuple[Array, Array]
) -> tuple[Array, tuple[Array, Array]]:
    """Return how b(0+) moves with the rate, and the residual with volatility and with the rate."""
    _, r, q, sigma = contracts
    by_vol = BUMP * sigma
    vol_up = _Equation.of(contracts._replace(sigma=sigma + by_vol))
    by_rate = BUMP * np.where(r > 0, r, np.abs(q))
    rate_up = _Equation.of(contracts._replace(r=r + direction[0] * by_rate, q=q + direction[1] * by_rate))
    return (rate_up.start - start) / by_rate, (
        (vol_up.residual(h) - residual) / by_vol,
        (rate_up.residual(h) - residual) / by_rate,
    )


class _Terms(NamedTuple):
    """The parts of the equation at some h that its derivatives need too."""

    d2: Array
    cash: Array  # (ORDER, POINTS, contracts): the summands of N
    asset: Array | None  # those of D with the density; None where no contract has a yield
    d1: Array | None
    own2: Array  # (ORDER, contracts): d2(b), phi(d1(b)), phi(d2(b)), N and D
    phi1: Array
    phi2: Array
    N: Array
    D: Array


class _Equation(NamedTuple):
    """The collocation equation of some contracts: what does not depend on h, at the nodes and at the points."""

    start: Array
    carry: Array  # (r - q) tau
    s: Array
    sv: Array  # (ORDER, POINTS, contracts): sigma v
    drift: Array  # of d2
    cash: Array  # weights of the integral in N
    asset: Array | None  # and of those in D; None where no contract has a yield

    @classmethod
    def of(cls, contracts: Contracts) -> _Equation:
        """Lay out what stays the same over all steps."""
        T, r, q, sigma = contracts
        root = np.sqrt(T)
        weight = _DV * (2.0 / sigma * root)
        asset = None
        if q.any():
            asset = np.exp(q * T * _U)
            asset *= q * weight
        cash = np.exp(r * T * _U)
        cash *= r * weight
        sv = _V * (sigma * root)
        drift = sv * ((r - q) / (sigma * sigma) - 0.5)
        return cls(
            starts(contracts), (r - q) * T * _TAU, sigma * root * NODES[:, None], sv, drift, cash, asset
        )

    def residual(self, h: Array) -> Array:
        """Return ln b - ln N + ln D + (r - q) tau at the nodes."""
        return self._residual(h, self._terms(h))

    def linear(self, h: Array) -> tuple[Array, Array]:
        """Return the residual and its derivatives by h at all nodes, (contracts, ORDER, ORDER)."""
        terms = self._terms(h)
        own, by_u = self._derivatives(terms)
        jacobian = (by_u.transpose(0, 2, 1) @ _TO_POINTS.reshape(ORDER, POINTS, ORDER)).transpose(1, 0, 2)
        jacobian[:, _DIAGONAL, _DIAGONAL] += own.T
        return self._residual(h, terms), jacobian

    def _residual(self, h: Array, terms: _Terms) -> Array:
        return self.start + h - np.log(terms.N) + np.log(terms.D) + self.carry

    def _terms(self, h: Array) -> _Terms:
        d2 = (_TO_POINTS @ h).reshape(self.sv.shape)
        np.subtract(h[:, None], d2, out=d2)
        d2 /= self.sv
        d2 += self.drift
        cash = density(d2)
        cash *= self.cash
        own1 = (self.start + h + self.carry) / self.s + 0.5 * self.s
        own2 = own1 - self.s
        Phi1, phi1 = distribution(own1)
        phi2 = density(own2)
        N, D = phi2 / self.s + cash.sum(axis=1), phi1 / self.s + Phi1
        d1 = asset = None
        if self.asset is not None:
            d1 = d2 + self.sv
            Phi, asset = distribution(d1)
            asset *= self.asset
            Phi *= self.asset
            Phi *= self.sv
            Phi += asset
            D += Phi.sum(axis=1)
        return _Terms(d2, cash, asset, d1, own2, phi1, phi2, N, D)

    def _derivatives(self, terms: _Terms) -> tuple[Array, Array]:
        """Return the residual's derivatives by ln b at the node itself, and by ln b at the points."""
        by_u = terms.cash
        by_u *= terms.d2
        by_u /= terms.N[:, None] * -self.sv
        if terms.asset is not None and terms.d1 is not None:
            slope = terms.d1
            slope /= self.sv
            slope -= 1.0
            slope *= terms.asset
            slope /= terms.D[:, None]
            by_u += slope
        own = 1.0 + terms.own2 / (self.s * self.s) * (terms.phi2 / terms.N - terms.phi1 / terms.D)
        own -= by_u.sum(axis=1)
        return own, by_u
