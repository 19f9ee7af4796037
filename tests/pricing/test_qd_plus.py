"""Li's boundary beside the exact one, and at its limits."""

from __future__ import annotations

import numpy as np

from optlab.pricing.black_scholes import Array, evaluate
from optlab.pricing.boundary import NODES, solve
from optlab.pricing.exercise import Contracts, starts
from optlab.pricing.qd_plus import qd_plus


def drawn(n: int, seed: int) -> Contracts:
    """Draw puts with one boundary: a week to five years, r 1..10%, q -2..10%, vol 10..100%."""
    rng = np.random.default_rng(seed)
    years, vol = np.exp(rng.uniform(np.log(0.02), np.log(5), n)), rng.uniform(0.1, 1.0, n)
    return Contracts(years, rng.uniform(0.01, 0.10, n), rng.uniform(-0.02, 0.10, n), vol)


def approximated(contracts: Contracts) -> Array:
    with np.errstate(all="ignore"):
        return qd_plus(contracts, np.square(NODES)[:, None] * contracts.T)


def test_within_a_few_percent_of_the_exact_boundary() -> None:
    """2,000 boundaries at eight times each: half are within 0.5%, 99% within 4%, all within 10%."""
    contracts = drawn(2000, seed=1)
    exact = solve(contracts)
    off = np.abs(np.expm1(approximated(contracts) - exact.log - exact.start))
    assert np.median(off) < 0.005
    assert np.quantile(off, 0.99) < 0.04
    assert off.max() < 0.10
    assert off.max() > 1e-4  # else it would be the exact one, and this no test


def test_stays_below_where_the_boundary_starts_and_falls_with_time() -> None:
    contracts = drawn(500, seed=2)
    found = approximated(contracts)
    assert (found <= starts(contracts)).all()
    assert (np.diff(found, axis=0) > 0).all()  # the first node is the longest time


def test_centuries_before_expiry_it_is_the_perpetual_boundary() -> None:
    """Li's formula contains the perpetual put as its limit."""
    r, q, sigma = np.array([0.05, 0.08, 0.03]), np.array([0.0, 0.03, 0.06]), np.array([0.2, 0.4, 0.3])
    tilt = (r - q) / sigma**2 - 0.5
    power = -tilt - np.sqrt(tilt**2 + 2 * r / sigma**2)
    contracts = Contracts(np.full(3, 2000.0), r, q, sigma)
    np.testing.assert_allclose(np.exp(approximated(contracts)[0]), power / (power - 1), rtol=1e-6)


def test_seconds_before_expiry_it_is_the_start() -> None:
    contracts = drawn(200, seed=3)._replace(T=np.full(200, 1 / 31_536_000))
    np.testing.assert_allclose(approximated(contracts), starts(contracts) + np.zeros((8, 1)), atol=2e-3)


def test_the_boundary_solves_lis_equation() -> None:
    """The root, where Newton's four steps end, not one step before: a fifth step moves it by less than 0.1%."""
    contracts = drawn(500, seed=4)
    _, r, q, sigma = contracts
    tau = contracts.T
    with np.errstate(all="ignore"):
        x = qd_plus(contracts, tau[None])[0]
    up, down = (_left_over(x + side * 1e-3, tau, r, q, sigma) for side in (1, -1))
    assert (np.sign(up) != np.sign(down)).mean() > 0.99


def _left_over(x: Array, tau: Array, r: Array, q: Array, sigma: Array) -> Array:
    """Return the left side of his equation at ln b = x, with the European put's numbers from the pricing kernel."""
    b, h = np.exp(x), -np.expm1(-r * tau)
    european = evaluate(-1, b, 1, tau, r, q, sigma)
    gap = 1 - b - european.price
    theta = european.theta * 365
    omega = 2 * (r - q) / sigma**2
    root = np.sqrt((omega - 1) ** 2 + 8 * r / (sigma**2 * h))
    power = -(omega - 1 + root) / 2
    slope = 2 * r / (sigma**2 * h**2 * root)  # of the power, by h
    c0 = (
        -(1 - h)
        * (2 * r / sigma**2)
        / (2 * power + omega - 1)
        * (1 / h - theta * np.exp(r * tau) / (r * gap) + slope / (2 * power + omega - 1))
    )
    return np.asarray((1 + european.delta) * b + (power + c0) * gap)
