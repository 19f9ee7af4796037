"""The early-exercise premium against adaptive quadrature of Kim's integral, and its greeks against bumps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, interpolate, stats

from optlab.pricing import premium
from optlab.pricing.black_scholes import Array
from optlab.pricing.boundary import NODES, solve
from optlab.pricing.exercise import Contracts, put_rates
from optlab.pricing.premium import GREEKS, PRICES, Rule, Terms, greeks, prices

OPTIONS = (  # sign, strike, years, rate, dividend yield, vol
    (-1.0, 100.0, 1.0, 0.05, 0.05, 0.25),
    (1.0, 100.0, 1.0, 0.05, 0.05, 0.25),
    (-1.0, 40.0, 0.5, 0.0488, 0.0, 0.3),
    (1.0, 100.0, 0.5, 0.03, 0.07, 0.4),
    (-1.0, 100.0, 2.0, 0.03, 0.07, 1.2),
    (1.0, 100.0, 2.0, -0.01, 0.02, 0.15),
    (-1.0, 100.0, 0.02, 0.08, -0.02, 0.5),
)
HELD = np.array([0.02, 0.1, 0.5, 1.0, 2.0])
"""How far spots are from the boundary, in standard deviations until expiry: on the side where one waits."""


def terms_of(*options: tuple[float, ...]) -> Terms:
    """Solve the boundaries of options."""
    sign, strike, years, rate, dividend_yield, vol = np.array(options).T
    own, other = put_rates(sign, rate, dividend_yield)
    is_put = (sign < 0).astype(np.float64)
    boundary = solve(Contracts(years, own, other, vol), (is_put, 1 - is_put))
    return Terms(sign, strike, years, rate, dividend_yield, vol, boundary)


def held(terms: Terms) -> Array:
    """Return spots (contracts, len(HELD)) at which one waits."""
    width = (terms.sign * terms.vol * np.sqrt(terms.years))[:, None]
    return np.asarray(terms.level[:, None] * np.exp(-width * HELD))


def kim(option: tuple[float, ...], S: float) -> float:
    """Integrate what exercise earns, by adaptive Gauss over sqrt(u), the boundary interpolated by scipy."""
    eps, K, T, r, q, sigma = option
    boundary = terms_of(option).boundary
    log = interpolate.BarycentricInterpolator(np.append(NODES, 0.0), np.append(boundary.log[:, 0], 0.0))
    start = boundary.start.item()

    def earned(root: float) -> float:
        u = root * root
        B = K * math.exp(-eps * (start + float(log(math.sqrt(max(1 - u / T, 0.0))))))
        d1 = (math.log(S / B) + (r - q + sigma**2 / 2) * u) / (sigma * root)
        N1, N2 = (float(stats.norm.cdf(eps * d)) for d in (d1, d1 - sigma * root))
        return float(2 * root * eps * (q * S * math.exp(-q * u) * N1 - r * K * math.exp(-r * u) * N2))

    whole = math.sqrt(T)
    near = whole / 20  # where most of it happens if spot is near the boundary
    return sum(
        integrate.quad(earned, *ends, epsabs=1e-10, epsrel=1e-10, limit=200)[0]
        for ends in ((1e-12, near), (near, whole))
    )


@pytest.mark.parametrize("option", OPTIONS)
def test_premium_is_kims_integral(option: tuple[float, ...]) -> None:
    """Both rules are within 1e-6 of the strike of adaptive quadrature, near the boundary and far from it."""
    terms = terms_of(option)
    spots = held(terms)
    expected = np.array([[kim(option, spot) for spot in spots[0]]])
    assert expected.max() > 1e-3 * option[1] * option[2]
    np.testing.assert_allclose(prices(terms, spots), expected, rtol=0, atol=1e-6 * option[1])
    np.testing.assert_allclose(greeks(terms, spots).price, expected, rtol=0, atol=2e-7 * option[1])


def test_contracts_side_by_side_are_each_alone() -> None:
    terms = terms_of(*OPTIONS)
    spots = held(terms)
    together = np.array(greeks(terms, spots))
    for place, option in enumerate(OPTIONS):
        alone = np.array(greeks(terms_of(option), spots[place : place + 1]))
        np.testing.assert_allclose(together[:, place], alone[:, 0], rtol=1e-9, atol=1e-11)
        part = terms.take(slice(place, place + 1))
        assert part.level.item() == terms.level[place]


def test_level_is_the_boundary_now() -> None:
    """Below the strike for puts, above it for calls; a mirrored call's is the put's, turned over."""
    terms = terms_of((-1.0, 100.0, 1.0, 0.05, 0.02, 0.25), (1.0, 100.0, 1.0, 0.02, 0.05, 0.25))
    put, call = terms.level
    assert put < 100 < call
    assert put * call == pytest.approx(100.0**2, rel=1e-12)


def fourth_order(values: list[Array], step: Array | float) -> Array:
    """Central difference from values at -2, -1, 1 and 2 steps."""
    two_down, down, up, two_up = values
    return np.asarray((two_down - 8 * down + 8 * up - two_up) / (12 * step))


def test_delta_and_gamma_are_bumps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derivatives under the integral are those of the integral by the same points, and of delta."""
    monkeypatch.setattr(premium, "PRICES", GREEKS)
    terms = terms_of(*OPTIONS)
    spots = held(terms)
    found = greeks(terms, spots)
    step = 2e-3 * (terms.vol * np.sqrt(terms.years))[:, None] * spots
    moved = [greeks(terms, spots + k * step) for k in (-2, -1, 1, 2)]
    np.testing.assert_allclose(
        found.delta, fourth_order([g.price for g in moved], step), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(
        found.gamma, fourth_order([g.delta for g in moved], step), rtol=1e-5, atol=1e-9
    )


@pytest.mark.parametrize(("name", "place", "greek"), [("vol", 5, "vega"), ("rate", 3, "rho")])
def test_vega_and_rho_move_the_boundary_along(name: str, place: int, greek: str) -> None:
    """They are bumps with boundaries solved anew; with the old boundary they would be far off."""
    terms = terms_of(*OPTIONS)
    spots = held(terms)
    step = 1e-4
    anew, old = [], []
    for k in (-2, -1, 1, 2):
        options = [(*o[:place], o[place] + k * step, *o[place + 1 :]) for o in OPTIONS]
        anew.append(prices(terms_of(*options), spots))
        old.append(prices(terms._replace(**{name: getattr(terms, name) + k * step}), spots))
    found = getattr(greeks(terms, spots), greek)
    scale = 0.01 * (terms.strike * np.sqrt(terms.years))[:, None]
    off = np.abs(found - 0.01 * fourth_order(anew, step)) / scale
    assert off.max() < 5e-4
    assert (np.abs(found - 0.01 * fourth_order(old, step)) / scale).max() > 0.02


def test_theta_is_the_bump_in_time() -> None:
    """What the Black-Scholes equation leaves for theta is the change with a shorter life, boundary and all."""
    terms = terms_of(*OPTIONS)
    spots = held(terms)
    step = 1e-3 * terms.years[:, None]
    moved = [
        prices(terms_of(*((*o[:2], o[2] * (1 + k * 1e-3), *o[3:]) for o in OPTIONS)), spots)
        for k in (-2, -1, 1, 2)
    ]
    scale = (terms.strike * terms.vol / np.sqrt(terms.years))[:, None] / 365
    off = np.abs(greeks(terms, spots).theta + fourth_order(moved, step) / 365) / scale
    assert off.max() < 1e-4


@pytest.mark.parametrize("rule", [PRICES, GREEKS, Rule.of(16, 1)])
def test_rules_integrate_over_time(rule: Rule) -> None:
    """The weights are those of u / T from 0 to 1: powers of sqrt(u / T) have the integrals 2 / (k + 2)."""
    for k in range(7):
        assert (rule.weights * rule.root**k).sum() == pytest.approx(2 / (k + 2), rel=1e-11)


def test_rules_find_the_boundary_when_it_is_met() -> None:
    """At u from now the boundary counts with T - u to go: its polynomial is read at sqrt(1 - u / T)."""
    at = np.sqrt(1 - np.square(PRICES.root[:, 0]))
    for degree in (1, 2, 5):
        np.testing.assert_allclose(PRICES.to_points @ NODES**degree, at**degree, atol=1e-12)
