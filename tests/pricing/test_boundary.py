"""The exercise boundary: it solves Kim's equation between its nodes too, and moves as theory says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy import integrate, interpolate, stats

from optlab.pricing import boundary as module
from optlab.pricing.black_scholes import Array
from optlab.pricing.boundary import CHUNK, NODES, ORDER, interpolation, quadrature, solve
from optlab.pricing.exercise import Contracts


class Put(NamedTuple):
    """A put of strike one."""

    years: float
    rate: float
    dividend_yield: float
    vol: float


PUTS = (
    Put(1, 0.05, 0.05, 0.25),
    Put(0.5, 0.05, 0.0, 0.3),
    Put(2, 0.03, 0.07, 0.4),
    Put(1, 0.05, -0.02, 0.2),
    Put(0.1, 0.04, 0.01, 0.2),
    Put(2, 0.08, 0.02, 1.2),
    Put(0.02, 0.001, 0.002, 0.5),
)


def contracts(*puts: Put) -> Contracts:
    return Contracts(*np.array(puts, dtype=np.float64).T)


def boundary(put: Put) -> Callable[[float], float]:
    """Return b(tau) of the solved nodes, interpolated by scipy."""
    solved = solve(contracts(put))
    polynomial = interpolate.BarycentricInterpolator(np.append(NODES, 0.0), np.append(solved.log[:, 0], 0.0))
    start = solved.start.item()
    return lambda tau: math.exp(start + float(polynomial(math.sqrt(max(tau, 0.0) / put.years))))


# --- the equation ------------------------------------------------------------------------------------------


def left_over(put: Put, b: Callable[[float], float], tau: float) -> float:
    """Return by how much exercise at the boundary pays more than holding on is worth (Kim 1990), by adaptive Gauss.

    Holding is the European put and what later exercise below the boundary earns. This is the condition of matching
    values; the module solves another one, of matching slopes.
    """
    _, r, q, sigma = put
    S = b(tau)

    def tails(X: float, u: float) -> tuple[float, float]:
        d1 = (math.log(S / X) + (r - q + 0.5 * sigma**2) * u) / (sigma * math.sqrt(u))
        return stats.norm.cdf(-d1), stats.norm.cdf(sigma * math.sqrt(u) - d1)

    def earned(root: float) -> float:
        u = root * root
        if u == 0:
            return 0.0
        asset, cash = tails(b(tau - u), u)
        return 2 * root * (r * math.exp(-r * u) * cash - q * S * math.exp(-q * u) * asset)

    asset, cash = tails(1.0, tau)
    european = math.exp(-r * tau) * cash - S * math.exp(-q * tau) * asset
    premium, _ = integrate.quad(earned, 0, math.sqrt(tau), epsabs=1e-9, epsrel=1e-9, limit=100)
    return float(1 - S - european - premium)


@pytest.mark.parametrize("put", PUTS)
def test_the_boundary_solves_kims_equation(put: Put) -> None:
    """Between the nodes values match within 0.00002 of the strike, and at the horizon within 0.0000002."""
    b = boundary(put)
    off_nodes = (NODES[:-1] + NODES[1:]) / 2
    assert max(abs(left_over(put, b, put.years * z * z)) for z in off_nodes) < 2e-5
    assert abs(left_over(put, b, put.years)) < 2e-7


def test_another_boundary_does_not() -> None:
    """One percent lower or higher everywhere, and values part by more than a thousand times that."""
    put = PUTS[0]
    b = boundary(put)
    for factor in (0.99, 1.01):
        assert abs(left_over(put, lambda tau, factor=factor: factor * b(tau), 1.0)) > 2e-4  # type: ignore[misc]


# --- where it is, and where it moves -----------------------------------------------------------------------


def drawn(n: int, seed: int) -> Contracts:
    """Draw puts of a week to five years, r 0.5..10%, q -3..10%, vol 10..150%."""
    rng = np.random.default_rng(seed)
    years = np.exp(rng.uniform(np.log(0.02), np.log(5), n))
    return Contracts(years, rng.uniform(5e-3, 0.10, n), rng.uniform(-0.03, 0.10, n), rng.uniform(0.1, 1.5, n))


def perpetual(puts: Contracts) -> Array:
    """Return ln b of the put that never expires (Merton 1973)."""
    _, r, q, sigma = puts
    tilt = (r - q) / sigma**2 - 0.5
    power = -tilt - np.sqrt(tilt**2 + 2 * r / sigma**2)
    return np.asarray(np.log(power / (power - 1)))


def test_it_starts_at_the_strike_or_at_r_over_q() -> None:
    solved = solve(contracts(Put(1, 0.05, 0.0, 0.3), Put(1, 0.05, -0.02, 0.3), Put(1, 0.03, 0.06, 0.3)))
    np.testing.assert_allclose(np.exp(solved.start), [1, 1, 0.5])
    soon = solve(contracts(*(Put(1e-8, r, q, 0.3) for r, q in ((0.05, 0.0), (0.05, -0.02), (0.03, 0.06)))))
    np.testing.assert_allclose(np.exp(soon.start + soon.log[0]), [1, 1, 0.5], rtol=2e-4)


def test_it_falls_with_time_to_the_perpetual_puts() -> None:
    """500 boundaries fall from node to node, and stay above that of the put that never expires."""
    puts = drawn(500, seed=1)
    solved = solve(puts)
    assert (solved.log < 0).all()
    assert (np.diff(solved.log, axis=0) > 0).all()  # the first node is the longest time
    assert (solved.start + solved.log[0] > perpetual(puts) - 1e-6).all()


def test_after_centuries_it_is_the_perpetual_puts() -> None:
    puts = contracts(Put(300, 0.05, 0.0, 0.2), Put(300, 0.05, 0.02, 0.3), Put(300, 0.04, 0.06, 0.3))
    solved = solve(puts)
    np.testing.assert_allclose(solved.start + solved.log[0], perpetual(puts), atol=5e-4)


def test_a_longer_horizon_has_the_same_boundary() -> None:
    """The boundary of two years is, one year before expiry, that of one year."""
    one, two = PUTS[0], PUTS[0]._replace(years=2.0)
    for years in (0.05, 0.3, 0.8, 1.0):
        assert boundary(two)(years) == pytest.approx(boundary(one)(years), rel=1e-3)


def test_it_falls_with_vol_and_rises_with_the_rate() -> None:
    """Waiting is worth more in a wild market; cash sooner is worth more at a high rate."""
    puts = drawn(300, seed=2)
    lower = solve(puts._replace(sigma=1.1 * puts.sigma)).log[0]
    assert (lower < solve(puts).log[0]).all()
    higher = solve(puts._replace(r=1.1 * puts.r))
    here = solve(puts)
    assert (higher.start + higher.log[0] > here.start + here.log[0]).all()


@pytest.mark.parametrize("direction", [(1.0, 0.0), (0.0, 1.0)])
def test_slopes_are_bumps(direction: tuple[float, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """How h moves with vol and with a put's or a call's rate is what solving at a bumped one says.

    Settled by more steps of Newton's method than usual: bumps see what few steps leave, slopes do not.
    """
    monkeypatch.setattr(module, "NEWTON_STEPS", 12)
    puts = drawn(300, seed=3)
    is_apart = np.abs(puts.r - puts.q) > 2e-3  # the start has a kink at r = q
    puts = Contracts(*(values[is_apart] for values in puts))
    by_rate = tuple(np.full(puts.T.size, share) for share in direction)
    solved = solve(puts, (by_rate[0], by_rate[1]))
    step = 1e-5
    vol_up, vol_down = (solve(puts._replace(sigma=puts.sigma + side * step)).log for side in (1, -1))
    np.testing.assert_allclose(solved.log_by_vol, (vol_up - vol_down) / (2 * step), rtol=1e-3, atol=1e-4)
    up, down = (
        solve(puts._replace(r=puts.r + side * step * direction[0], q=puts.q + side * step * direction[1]))
        for side in (1, -1)
    )
    np.testing.assert_allclose(
        solved.start_by_rate, (up.start - down.start) / (2 * step), rtol=1e-3, atol=1e-6
    )
    np.testing.assert_allclose(solved.log_by_rate, (up.log - down.log) / (2 * step), rtol=3e-3, atol=1e-3)


def test_chunks_leave_no_seam() -> None:
    """More contracts than one pass holds are what each is alone."""
    puts = drawn(2 * CHUNK + 3, seed=4)
    together = solve(puts)
    for place in (0, CHUNK - 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 2):
        alone = solve(puts.take(slice(place, place + 1)))
        np.testing.assert_allclose(together.log[:, place], alone.log[:, 0], rtol=1e-11)
    nothing = solve(puts.take(slice(0, 0)))
    assert nothing.log.shape == (ORDER, 0)


# --- quadrature and interpolation --------------------------------------------------------------------------


@pytest.mark.parametrize("power", [1, 2, 3])
def test_quadrature_integrates_over_the_quarter_circle(power: int) -> None:
    """Known integrals of sines and cosines over 0 < a < pi / 2, with points crowded to 0 too."""
    sin, cos, weights = quadrature(24, power)
    np.testing.assert_allclose(sin**2 + cos**2, 1)
    for integrand, value in (
        (np.ones(24), math.pi / 2),
        (sin, 1.0),
        (cos, 1.0),
        (sin * cos, 0.5),
        (sin**4, 3 * math.pi / 16),
        (cos**3, 2 / 3),
        (np.exp(sin) * cos, math.e - 1),
    ):
        assert weights @ integrand == pytest.approx(value, rel=1e-12)


def test_a_higher_power_crowds_points_to_the_start() -> None:
    nearest = [quadrature(24, power)[0].min() for power in (1, 2, 3)]
    assert nearest[0] > 10 * nearest[1] > 100 * nearest[2]


def test_interpolation_reproduces_polynomials() -> None:
    """Polynomials of degree up to the number of nodes that are 0 at 0 are exact anywhere, and at the nodes too."""
    z = np.concatenate([np.linspace(0, 1, 41), NODES])
    matrix = interpolation(z)
    assert matrix.shape == (len(z), ORDER)
    for degree in range(1, ORDER + 1):
        np.testing.assert_allclose(matrix @ NODES**degree, z**degree, atol=1e-13)
    assert not np.allclose(matrix @ NODES ** (ORDER + 1), z ** (ORDER + 1), atol=1e-8)


def test_nodes_are_chebyshevs() -> None:
    """From the whole time towards expiry, the extrema of a Chebyshev polynomial on 0..1; expiry is the last one."""
    expected = 0.5 + 0.5 * np.cos(np.pi * np.arange(ORDER + 1) / ORDER)
    np.testing.assert_allclose(np.append(NODES, 0.0), expected, atol=1e-16)
