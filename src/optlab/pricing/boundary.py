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
LOOSE, MORE_STEPS = 0.02, 3
"""Where the last step but one still moved ln b by more, so many more are taken."""
CHUNK = 256
"""Contracts per pass: their scratch then stays in the processor's cache."""

LARGEST_STEP = 0.3
"""Of h, in one step of Newton's method."""
SMALLEST = 1e-10
"""The boundary stays this much (relative) below where it starts."""


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
    is_yielding = contracts.q.any() or (direction is not None and direction[1].any())
    equation = _Equation.of(contracts, is_yielding=bool(is_yielding))
    h = _approached(contracts, equation)
    residual, jacobian, terms = equation.linear(h)
    if direction is None:
        return equation.start, _stepped(h, np.linalg.solve(jacobian, residual.T[..., None])[..., 0].T)
    _, r, q, _ = contracts
    by_start = np.where((q > r) & (q > 0), direction[0] / r - direction[1] / q, 0.0)
    by_parameter = equation.by_vol(terms), equation.by_rate(terms, by_start, direction)
    moves = np.linalg.solve(jacobian, np.stack([residual, *by_parameter], axis=-1).swapaxes(0, 1))
    step, by_vol, by_rate = np.moveaxis(moves, (2, 1), (0, 1))
    return equation.start, _stepped(h, step), -by_vol, -by_rate, by_start


def _approached(contracts: Contracts, equation: _Equation) -> Array:
    """Return h but for the last step: the few contracts that are still on their way take more."""
    h = np.minimum(qd_plus(contracts, _TAU * contracts.T) - equation.start, -SMALLEST)
    for _ in range(NEWTON_STEPS - 2):
        h = equation.closer(h)
    before, h = h, equation.closer(h)
    is_loose = np.asarray((np.abs(h - before) > LOOSE).any(axis=0))
    if is_loose.any():
        loose = contracts.take(is_loose)
        own, rest = _Equation.of(loose, is_yielding=equation.asset is not None), h[:, is_loose]
        for _ in range(MORE_STEPS):
            rest = own.closer(rest)
        h[:, is_loose] = rest
    return h


def _stepped(h: Array, step: npt.NDArray[np.floating[Any]]) -> Array:
    limit = LARGEST_STEP * h
    return np.minimum(h - np.clip(step, limit, -limit), -SMALLEST)


class _Terms(NamedTuple):
    """The parts of the equation at some h that its derivatives need too."""

    d2: Array  # (ORDER, POINTS, contracts)
    cash: Array  # the summands of N, but for their common factor
    cash_d2: Array  # these times d2
    held: Array | None  # the summands of D; None where no contract has a yield
    asset: Array | None  # those of them with the density
    asset_d2: Array | None
    own1: Array  # (ORDER, contracts): d1(b), d2(b), phi(d1(b)), phi(d2(b)), N and D
    own2: Array
    phi1: Array
    phi2: Array
    N: Array
    D: Array


class _Equation(NamedTuple):
    """The collocation equation of some contracts: what does not depend on h, at the nodes and at the points."""

    contracts: Contracts
    start: Array
    carry: Array  # (r - q) tau
    s: Array
    scale: Array  # of the integrals
    sv: Array  # (ORDER, POINTS, contracts): sigma v
    drift: Array  # of d2
    cash: Array  # weights of the integral in N
    asset: Array | None  # and of those in D; None where no contract has a yield

    @classmethod
    def of(cls, contracts: Contracts, *, is_yielding: bool) -> _Equation:
        """Lay out what stays the same over all steps."""
        T, r, q, sigma = contracts
        root = np.sqrt(T)
        asset = None
        if is_yielding:
            asset = np.exp(q * T * _U)
            asset *= _DV
        cash = np.exp(r * T * _U)
        cash *= _DV
        sv = _V * (sigma * root)
        drift = sv * ((r - q) / (sigma * sigma) - 0.5)
        return cls(
            contracts,
            starts(contracts),
            (r - q) * T * _TAU,
            sigma * root * NODES[:, None],
            2.0 * root / sigma,
            sv,
            drift,
            cash,
            asset,
        )

    def closer(self, h: Array) -> Array:
        """Return h after a step of Newton's method."""
        residual, jacobian, _ = self.linear(h)
        return _stepped(h, np.linalg.solve(jacobian, residual.T[..., None])[..., 0].T)

    def linear(self, h: Array) -> tuple[Array, Array, _Terms]:
        """Return the residual and its derivatives by h at all nodes, (contracts, ORDER, ORDER)."""
        terms = self._terms(h)
        own, by_u = self._derivatives(terms)
        jacobian = (by_u.transpose(0, 2, 1) @ _TO_POINTS.reshape(ORDER, POINTS, ORDER)).transpose(1, 0, 2)
        jacobian[:, _DIAGONAL, _DIAGONAL] += own.T
        return self.start + h - np.log(terms.N) + np.log(terms.D) + self.carry, jacobian, terms

    def _terms(self, h: Array) -> _Terms:
        _, r, q, _ = self.contracts
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
        N, D = phi2 / self.s + r * self.scale * cash.sum(axis=1), phi1 / self.s + Phi1
        held = asset = asset_d2 = None
        if self.asset is not None:
            held, asset = distribution(d2 + self.sv)
            asset *= self.asset
            held *= self.asset
            held *= self.sv
            held += asset
            D += q * self.scale * held.sum(axis=1)
            asset_d2 = asset * d2
        return _Terms(d2, cash, cash * d2, held, asset, asset_d2, own1, own2, phi1, phi2, N, D)

    def _derivatives(self, terms: _Terms) -> tuple[Array, Array]:
        """Return the residual's derivatives by ln b at the node itself, and by ln b at the points."""
        _, r, q, _ = self.contracts
        by_u = terms.cash_d2 * (-r * self.scale / terms.N)[:, None]
        if terms.asset_d2 is not None:
            by_u += terms.asset_d2 * (q * self.scale / terms.D)[:, None]
        by_u /= self.sv
        own = 1.0 + terms.own2 / (self.s * self.s) * (terms.phi2 / terms.N - terms.phi1 / terms.D)
        own += -by_u.sum(axis=1)
        return own, by_u

    def by_vol(self, terms: _Terms) -> Array:
        """Return the residual's derivative by volatility: d1 changes by -d2 / sigma, d2 by -d1 / sigma."""
        T, r, q, sigma = self.contracts
        own1, own2 = terms.own1, terms.own2
        bent = _along(terms.cash_d2, terms.d2) + sigma * np.sqrt(T) * _over(terms.cash_d2, _V)
        N = terms.phi2 / self.s * (own1 * own2 - 1.0) + r * self.scale * (bent - terms.cash.sum(axis=1))
        D = terms.phi1 / self.s * (own2 * own2 - 1.0)
        if terms.asset is not None and terms.asset_d2 is not None:
            D += q * self.scale * (_along(terms.asset_d2, terms.d2) - terms.asset.sum(axis=1))
        return (D / terms.D - N / terms.N) / sigma

    def by_rate(self, terms: _Terms, by_start: Array, direction: tuple[Array, Array]) -> Array:
        """Return the residual's derivative along a direction of rate and yield."""
        T, r, q, sigma = self.contracts
        up, down = direction
        moved = by_start + (up - down) * T * _TAU
        tilt = (up - down) * np.sqrt(T) / sigma
        N = -terms.own2 * terms.phi2 * moved / (self.s * self.s)
        N += self.scale * (
            up * (terms.cash.sum(axis=1) + r * T * _over(terms.cash, _U))
            - r * tilt * _over(terms.cash_d2, _V)
        )
        D = -terms.own2 * terms.phi1 * moved / (self.s * self.s)
        if terms.held is not None and terms.asset_d2 is not None:
            D += self.scale * (
                down * (terms.held.sum(axis=1) + q * T * _over(terms.held, _U))
                - q * tilt * _over(terms.asset_d2, _V)
            )
        return moved - N / terms.N + D / terms.D


def _along(x: Array, y: Array) -> Array:
    return np.einsum("ijn,ijn->in", x, y)


def _over(x: Array, constant: Array) -> Array:
    """Sum over the points with weights that are the same for all contracts."""
    return (constant.transpose(0, 2, 1) @ x)[:, 0]
