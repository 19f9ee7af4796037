"""Implied volatility: exact where the price determines it, a status where it does not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from optlab.pricing import implied as module
from optlab.pricing import reference
from optlab.pricing.black_scholes import Array, evaluate, prices
from optlab.pricing.implied import STATUSES, Implied, implied

# price, sign, S, K, T, r, q | sigma: prices from mpmath 1.4.1 with 60 digits, rounded to a double.
EXACT = (
    (0.0042624373874335504, 1, 100, 100, 1 / 8760, 0, 0, 0.01),
    (5.817252588284903e-12, 1, 100, 200, 0.25, 0.03, 0.01, 0.2),
    (1.4151856176802685e-12, -1, 100, 50, 0.25, 0.03, 0.01, 0.2),
    (7.75953392684542e-52, 1, 100, 260, 0.1, 0.02, 0, 0.2),
    (5.1712726437046887e-106, -1, 100, 33, 0.08, 0.02, 0.04, 0.18),
    (3.8186982245487504e-81, 1, 100, 100.2, 1 / 8760, 0.05, 0, 0.01),
    (2.1871169283220141e-24, -1, 100, 99.95, 1 / 8760, 0, 0, 0.005),
    (5.2056734920954577e-115, 1, 1.5, 4.5, 0.2, 0.0, 0.05, 0.11),
    (280.56205650424092, -1, 100, 400, 2, 0.04, 0.06, 0.3),
    (1.4973316690973755, -1, 100, 101, 0.02, -0.01, 0.03, 0.15),
    (86.059002622506206, 1, 100, 1000, 10, 0.02, 0.01, 1.5),
    (1.5172809895970347e-23, 1, 60000, 250000, 0.05, 0, 0, 0.6),
    (0.7187427761921657, 1, 24.24, 27, 57 / 365, 0.027, 0, 0.43),
)


def random_options(seed: int, n: int) -> tuple[Array, ...]:
    """Sign, S, K, T, r, q and sigma from 1 hour to 10 years, 1% to 500%, deep in and out of the money."""
    rng = np.random.default_rng(seed)
    years = np.exp(rng.uniform(math.log(1 / 8760), math.log(10), n))
    vol = np.exp(rng.uniform(math.log(0.01), math.log(5), n))
    spot = np.exp(rng.uniform(math.log(0.5), math.log(5000), n))
    near = rng.normal(0, 3, n) * vol * np.sqrt(years)
    strike = spot * np.exp(np.clip(np.where(rng.random(n) < 0.8, near, rng.uniform(-3, 3, n)), -3, 3))
    rates = rng.uniform(-0.02, 0.10, n), rng.uniform(0, 0.08, n)
    return rng.choice([-1.0, 1.0], n), spot, strike, years, *rates, vol


def solve(options: tuple[Array, ...]) -> tuple[Array, Implied]:
    """Price and solve again."""
    sign, S, K, T, r, q, vol = options
    price = prices(sign, S, K, T, r, q, vol)
    return price, implied(price, sign, S, K, T, r, q)


@pytest.mark.parametrize("row", EXACT)
def test_exact_prices(row: tuple[float, ...]) -> None:
    """From prices of 1e-115 and from an hour to ten years the vol comes back to 1e-11."""
    *quote, vol = row
    found = implied(*quote)
    assert found.status.item() == "ok"
    assert found.vol.item() == pytest.approx(vol, rel=1e-11)


def test_round_trip_of_hard_options() -> None:
    """20,000 hard options come back within 1e-6, or with a status; none is silently wrong."""
    options = random_options(seed=11, n=20_000)
    price, found = solve(options)
    is_solved = found.status == "ok"
    assert 0.6 < is_solved.mean() < 0.95
    assert (np.abs(found.vol - options[-1])[is_solved] < 1e-6).all()
    assert np.isnan(found.vol[~is_solved]).all()
    assert set(found.status) <= set(STATUSES)
    # Where four units in the last place of price, forward or strike move the vol by 1e-9, a status is no excuse.
    _, S, K, T, r, q, _ = options
    largest = np.maximum(price, np.maximum(S * np.exp(-q * T), K * np.exp(-r * T)))
    vega = evaluate(*options).vega * 100
    is_determined = (price > 1e-303) & (4 * np.spacing(largest) < 1e-9 * vega)
    assert is_determined.sum() > 10_000
    assert is_solved[is_determined].all()
    assert (np.abs(found.vol - options[-1])[is_determined] < 1e-8).all()


def test_vollib_agrees_where_it_is_determined() -> None:
    """Both engines solve the same prices to the same vols."""
    options = random_options(seed=12, n=500)
    price, found = solve(options)
    theirs = reference.implied(price, *options[:-1])
    both = (found.status == "ok") & (theirs.status == "ok")
    assert both.sum() > 300
    assert (np.abs(found.vol - theirs.vol)[both] < 1e-6).all()


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ((9.0, 1, 100, 90, 1, 0, 0), "below_intrinsic"),
        ((-0.1, 1, 100, 110, 1, 0, 0), "below_intrinsic"),
        ((10.0, 1, 100, 90, 1, 0.05, 0), "below_intrinsic"),  # intrinsic value of the forward is 14.39
        ((10.0, 1, 100, 90, 1, 0, 0), "no_time_value"),
        ((100 * math.exp(-0.02) - 90 * math.exp(-0.05), 1, 100, 90, 1, 0.05, 0.02), "no_time_value"),
        ((0.0, 1, 100, 110, 1, 0, 0), "no_time_value"),
        ((0.0, -1, 100, 100, 1, 0, 0), "no_time_value"),
        ((5.0, 1, 100, 110, 0, 0, 0), "no_time_value"),
        ((5.0, 1, 100, 110, -1, 0, 0), "no_time_value"),
        ((100.0, 1, 100, 110, 1, 0, 0), "above_maximum"),
        ((1e9, 1, 100, 110, 1, 0, 0), "above_maximum"),
        ((110.0, -1, 100, 110, 1, 0.05, 0), "above_maximum"),  # a European put can't exceed K exp(-rT)
        ((math.nan, 1, 100, 110, 1, 0, 0), "not_a_number"),
        ((5.0, 1, math.nan, 110, 1, 0, 0), "not_a_number"),
        ((5.0, 1, 100, math.inf, 1, 0, 0), "not_a_number"),
        ((5.0, 1, 100, -110, 1, 0, 0), "not_a_number"),
        ((5.0, 1, 0, 110, 1, 0, 0), "not_a_number"),
    ],
)
def test_prices_without_a_vol(quote: tuple[float, ...], status: str) -> None:
    found = implied(*quote)
    assert found.status.item() == status
    assert math.isnan(found.vol.item())


def test_the_smallest_price_has_a_vol() -> None:
    """A price of 1e-305 still has a vol; at 1e-310 doubles lose their digits, and so would the vol."""
    price = 1e-305
    found = implied(price, 1, 100, 110, 1, 0, 0)
    assert found.status.item() == "ok"
    assert prices(1, 100, 110, 1, 0, 0, found.vol.item()).item() == pytest.approx(price, rel=1e-9)
    assert implied(1e-310, 1, 100, 110, 1, 0, 0).status.item() == "no_time_value"


def test_minutes_to_expiry_at_the_money() -> None:
    """Where the textbook form of the guess cancels: total volatilities down to 1e-6 near the money."""
    x = np.array([0.0, 1e-12, 1e-9, 1e-7, 1e-6, 3e-6])[:, None]
    total = np.array([1e-6, 1e-5, 1e-4, 1e-3])
    strike = 100 * np.exp(x + 0 * total)
    found = implied(prices(1, 100, strike, 1e-4, 0, 0, total * 100), 1, 100, strike, 1e-4, 0, 0)
    assert (found.status == "ok").all()
    np.testing.assert_allclose(found.vol, np.broadcast_to(total * 100, found.vol.shape), rtol=1e-6)


def test_two_steps_settle_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bracket is a safeguard: on 20,000 hard options it has nothing to do."""

    def refuse(*_: object) -> npt.NDArray[Any]:
        raise AssertionError("bracketed")

    monkeypatch.setattr(module, "_bracketed", refuse)
    solve(random_options(seed=13, n=20_000))


def test_the_bracket_alone_solves_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the steps declared unsettled the bracket finds the same vols."""
    options = random_options(seed=14, n=2000)
    price, stepped = solve(options)
    monkeypatch.setattr(module, "SETTLED", -1.0)
    bracketed = implied(price, *options[:-1])
    np.testing.assert_array_equal(bracketed.status, stepped.status)
    is_solved = stepped.status == "ok"
    np.testing.assert_allclose(bracketed.vol[is_solved], stepped.vol[is_solved], rtol=1e-6)


def test_shapes_broadcast() -> None:
    """One price against a row of strikes is a row; nothing in, nothing out."""
    found = implied(5.0, 1, 100, [100, 110, 120], 1, 0, 0)
    assert found.vol.shape == found.status.shape == (3,)
    assert implied([], 1, 100, 100, 1, 0, 0).status.shape == (0,)
    assert implied(5.0, 1, 100, 100, 1, 0, 0).vol.shape == ()
