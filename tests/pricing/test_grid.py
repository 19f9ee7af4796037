"""The grid's prices, greeks and boundaries against QuantLib, by laws, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 # its own documentation says ql

from optlab.pricing import black_scholes, grid
from optlab.pricing.black_scholes import Array

Row = tuple[float, ...]
Options = tuple[Array, Array, Array, Array, Array, Array, Array]

# sign, S, K, days, r, q, sigma | QuantLib 1.44, FdBlackScholesVanillaEngine, tGrid 1200, xGrid 2000
TWO_BOUNDARIES = (
    ((-1, 100, 100, 365, -0.01, -0.03, 0.10), 3.28313),
    ((-1, 100, 110, 730, -0.02, -0.06, 0.20), 14.60271),
    ((-1, 100, 95, 180, -0.005, -0.04, 0.30), 5.39077),
    ((-1, 60, 100, 730, -0.01, -0.02, 0.10), 40.0),
    ((-1, 100, 130, 90, -0.02, -0.03, 0.25), 30.03500),
    ((1, 100, 90, 730, -0.06, -0.02, 0.20), 13.80465),
    ((1, 130, 100, 365, -0.03, -0.01, 0.15), 30.0),
    ((1, 100, 105, 180, -0.04, -0.005, 0.30), 5.76594),
)


# sign, S, K, days, r, q, sigma: steep drifts, then wide distributions, then much to earn by exercise
EXTREMES = (
    (-1, 100.06, 100, 3213, 0.1105, 0.0433, 0.0298),
    (-1, 99.896, 100, 613, 0.069, 0, 0.0152),
    (1, 100, 100, 730, -0.0389, 0, 0.0111),
    (-1, 100, 100, 3614, 0.1133, -0.01721, 0.0219),
    (1, 117.86, 100, 1487, -0.00094, 0, 1.859),
    (1, 97.26, 100, 1442, -0.00017, 0, 1.725),
    (1, 79.29, 100, 1863, 0.1073, 0.0171, 2.6052),
    (1, 91.01, 100, 3090, -0.0085, -0.0141, 2.5253),
    (1, 123.87, 100, 314, -0.042, 0.11, 0.307),
    (-1, 111.5, 100, 1866, 0.1329, -0.0489, 0.2647),
)


def plain_options(seed: int, n: int) -> Options:
    """Options of a week to two years in whole days, without dividends."""
    rng = np.random.default_rng(seed)
    days = np.floor(np.exp(rng.uniform(math.log(7), math.log(730), n)))
    spot, strike = np.full(n, 100.0), rng.uniform(70, 130, n)
    rate, dividend_yield = rng.uniform(0, 0.08, n), rng.uniform(0, 0.04, n)
    return (
        rng.choice([-1.0, 1.0], n),
        spot,
        strike,
        days / 365,
        rate,
        dividend_yield,
        rng.uniform(0.1, 0.8, n),
    )


def hard_options(seed: int, n: int) -> tuple[Options, tuple[Array, Array]]:
    """Options from five minutes to five years, vols of 1% to 300%, strikes from a fifth to five times spot."""
    rng = np.random.default_rng(seed)
    years = np.exp(rng.uniform(math.log(1e-5), math.log(5), n))
    strike = 100 * np.exp(rng.uniform(-math.log(5), math.log(5), n))
    rate, dividend_yield = rng.uniform(-0.03, 0.12, n), rng.uniform(-0.02, 0.1, n)
    vol = np.exp(rng.uniform(math.log(0.01), math.log(3), n))
    ex_years = rng.random((n, 12)) * years[:, None]
    amounts = np.where(np.arange(12) < rng.integers(0, 13, n)[:, None], rng.uniform(0, 5, (n, 12)), 0)
    sign, spot = rng.choice([-1.0, 1.0], n), np.full(n, 100.0)
    return (sign, spot, strike, years, rate, dividend_yield, vol), (ex_years, amounts)


def quantlib_price(sign: float, S: float, K: float, T: float, r: float, q: float, sigma: float) -> float:
    """Price an American option by QuantLib's collocation, high precision scheme."""
    today = ql.Settings.instance().evaluationDate = ql.Date(1, 1, 2026)
    day_count = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(S)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, q, day_count)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, r, day_count)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), sigma, day_count)),
    )
    kind = ql.Option.Call if sign > 0 else ql.Option.Put
    exercise = ql.AmericanExercise(today, today + round(T * 365))
    option = ql.VanillaOption(ql.PlainVanillaPayoff(kind, K), exercise)
    option.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
    return float(option.NPV())


def test_american_prices_are_quantlibs() -> None:
    """60 American options without dividends are within 0.0015 of QuantLib's collocation, 0.0003 typically."""
    options = plain_options(seed=11, n=60)
    theirs = [quantlib_price(*row) for row in np.transpose(options).tolist()]
    error = grid.prices(*options) - theirs
    assert np.abs(error).max() < 1.5e-3
    assert np.sqrt(np.mean(error**2)) < 3e-4


def test_extremes_are_quantlibs() -> None:
    """Where 192 nodes and 96 steps would be off by 0.005 to 18, all are within 0.002 of QuantLib's collocation."""
    theirs = [quantlib_price(sign, S, K, days / 365, r, q, v) for sign, S, K, days, r, q, v in EXTREMES]
    sign, S, K, days, r, q, sigma = np.transpose(EXTREMES)
    np.testing.assert_allclose(grid.prices(sign, S, K, days / 365, r, q, sigma), theirs, rtol=0, atol=2e-3)


@pytest.mark.parametrize(("option", "expected"), TWO_BOUNDARIES)
def test_two_boundaries(option: Row, expected: float) -> None:
    """With q < r < 0 a put, and with r < q < 0 a call, is within 0.0015 of QuantLib's finite differences."""
    sign, S, K, days, r, q, sigma = option
    assert grid.prices(sign, S, K, days / 365, r, q, sigma) == pytest.approx(expected, abs=1.5e-3)


def test_with_two_boundaries_deep_puts_wait() -> None:
    """Between the boundaries a put is worth what exercise pays, above and below more."""
    spots = np.array([20.0, 40.0, 70.0, 80.0, 110.0])
    found = grid.evaluate(-1, spots, 100, 2, -0.01, -0.02, 0.05)
    more = found.price - np.maximum(100 - spots, 0)
    np.testing.assert_allclose(more[2:4], 0, atol=1e-9)
    assert (more[[0, 1]] > 0.3).all()
    np.testing.assert_array_equal(found.delta[2:4], [-1, -1])
    np.testing.assert_allclose(found.boundary, found.boundary[3], rtol=2e-3)
    assert 80 < found.boundary[3] < 100


def test_european_on_the_grid_is_black_scholes() -> None:
    """Without dividends the European grid has Black-Scholes' price and greeks, no premium and no boundary."""
    options = plain_options(seed=12, n=60)
    ours, exact = grid.evaluate(*options, american=False), black_scholes.evaluate(*options)
    for name, tolerance in {"price": 3e-4, "delta": 1e-5, "gamma": 1e-5, "vega": 5e-5, "theta": 5e-5}.items():
        np.testing.assert_allclose(getattr(ours, name), getattr(exact, name), rtol=0, atol=tolerance)
    np.testing.assert_allclose(ours.rho, exact.rho, rtol=0, atol=1e-4)
    assert (ours.premium == 0).all()
    assert np.isnan(ours.boundary).all()


def test_calls_and_puts_mirror_each_other() -> None:
    """A call is the put with spot and strike, and rate and yield, in each other's place."""
    _, S, K, T, r, q, sigma = plain_options(seed=13, n=40)
    np.testing.assert_allclose(
        grid.prices(1, S, K, T, r, q, sigma), grid.prices(-1, K, S, T, q, r, sigma), rtol=0, atol=2e-3
    )


def test_exercise_is_where_the_boundary_says() -> None:
    """Just inside the boundary a put is worth what exercise pays, a little outside more; also seen from afar."""
    K, T, r, q, sigma = 100, 1.0, 0.05, 0.0, 0.2
    spots = np.array([50.0, 81.0, 100.0, 300.0])
    boundary = grid.evaluate(-1, spots, K, T, r, q, sigma).boundary
    np.testing.assert_allclose(boundary, 80.875, atol=0.1)  # by collocation
    inside, outside = grid.prices(-1, [79.0, 83.0], K, T, r, q, sigma) - [21.0, 17.0]
    assert inside == pytest.approx(0, abs=1e-9)
    assert outside > 0.01


def test_exercise_now_has_the_greeks_of_the_spot() -> None:
    """Deep in the money a put that should be exercised has delta -1 and no other greek."""
    found = grid.evaluate(-1, 60.0, 100, 1.0, 0.05, 0.0, 0.2)
    assert found.price == pytest.approx(40, abs=1e-12)
    assert [found.delta, found.gamma, found.vega, found.theta, found.rho] == [-1, 0, 0, 0, 0]


@pytest.mark.parametrize("american", [True, False])
def test_greeks_are_bumps(american: bool) -> None:  # noqa: FBT001 # parametrized
    """Each greek is the change of price that it stands for, with two dividends on the way."""
    sign, S, K, T, r, q, sigma = (
        np.array([1, -1, 1, -1]),
        100.0,
        np.array([90, 105, 110, 95]),
        0.7,
        0.04,
        0.01,
        0.3,
    )
    days, cash = np.array([[0.2, 0.6]]), np.array([[1.5, 2.0]])

    def price(S: float, T: float, r: float, sigma: float, later: float = 0.0) -> Array:
        dividends = days + later, cash
        return grid.prices(sign, S, K, T + later, r, q, sigma, dividends, american=american)

    found = grid.evaluate(sign, S, K, T, r, q, sigma, (days, cash), american=american)
    day = 1 / 365
    np.testing.assert_allclose(found.price, price(S, T, r, sigma), rtol=1e-12)
    up, down = price(S + 0.5, T, r, sigma), price(S - 0.5, T, r, sigma)
    np.testing.assert_allclose(found.delta, up - down, atol=3e-4)
    np.testing.assert_allclose(found.gamma, 4 * (up + down - 2 * found.price), atol=1e-3)
    vega = (price(S, T, r, sigma + 0.005) - price(S, T, r, sigma - 0.005)) / 1
    np.testing.assert_allclose(found.vega, vega, atol=2e-4)
    np.testing.assert_allclose(
        found.theta, (price(S, T, r, sigma, -day) - price(S, T, r, sigma, day)) / 2, atol=2e-4
    )
    np.testing.assert_allclose(
        found.rho, price(S, T, r + 0.005, sigma) - price(S, T, r - 0.005, sigma), atol=1e-3
    )


def test_hard_options_are_sane() -> None:
    """Extreme inputs raise and warn nothing: intrinsic <= American >= European, all numbers finite."""
    options, dividends = hard_options(seed=21, n=150)
    found = grid.evaluate(*options, dividends)
    european = grid.prices(*options, dividends, american=False)
    for number in found[:7]:
        assert np.isfinite(number).all()
    sign, S, K, *_ = options
    assert (found.price >= np.maximum(sign * (S - K), 0)).all()
    assert (found.price >= european - 1e-5).all()
    assert (found.premium > 0.01).sum() > 20


def test_a_vol_of_zero_is_the_best_certain_exercise() -> None:
    """Without randomness an American option earns the best of exercise now, at expiry and just before a drop."""
    dividends = np.array([[0.5]]), np.array([[10.0]])
    S, K, T, r = 100.0, 95.0, 1.0, 0.05
    call = grid.prices(1, S, K, T, r, 0, 0, dividends)
    assert call == pytest.approx([S - K * math.exp(-r * 0.5)], abs=2e-3)
    put = grid.prices(-1, S, 105.0, T, r, 0, 0, dividends)
    after_drop = 105 * math.exp(-r * 0.5) - (S - 10 * math.exp(-r * 0.5))
    assert put == pytest.approx([after_drop], abs=2e-3)


def test_at_expiry() -> None:
    """At T = 0 all is as for Black-Scholes, whatever the style."""
    found = grid.evaluate([1, -1], 100, [90, 100], 0, 0.05, 0.02, 0.3, american=[True, False])
    exact = black_scholes.evaluate([1, -1], 100, [90, 100], 0, 0.05, 0.02, 0.3)
    np.testing.assert_array_equal(np.array(found[:6]), np.array(exact))
    np.testing.assert_array_equal(found.premium, [0, 0])


def test_a_worthless_asset() -> None:
    """At S = 0 a call is worth nothing, a put its strike: now if American, discounted if European."""
    found = grid.prices([1, -1, -1], 0, 100, 2.0, 0.05, 0.01, 0.3, american=[True, True, False])
    np.testing.assert_allclose(found, [0, 100, 100 * math.exp(-0.1)], atol=1e-5)


@pytest.mark.parametrize("position", range(7))
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_a_number_stays_so(position: int, value: float) -> None:
    """NaN or infinity in any input is NaN in all eight numbers of that element only."""
    option = np.tile(np.array([-1.0, 100, 95, 0.5, 0.03, 0.01, 0.25])[:, None], 2)
    option[position, 1] = value
    sign, S, K, T, r, q, sigma = option
    found = np.array(grid.evaluate(sign, S, K, T, r, q, sigma))
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[:, 0]).all()


@pytest.mark.parametrize(("position", "value"), [(1, -1.0), (2, 0.0), (3, -0.1), (6, -0.2)])
def test_what_is_no_option_is_nan(position: int, value: float) -> None:
    option = np.array([1.0, 100, 95, 0.5, 0.03, 0.01, 0.25])
    option[position] = value
    sign, S, K, T, r, q, sigma = option
    assert np.isnan(np.array(grid.evaluate(sign, S, K, T, r, q, sigma))).all()


def test_shapes_broadcast() -> None:
    """A column of strikes against a row of spots is a table; one row of dividends serves all; nothing in or out."""
    dividends = np.array([[0.5]]), np.array([[1.0]])
    table = grid.evaluate(1, np.array([90, 100, 110]), np.array([[95], [105]]), 1, 0, 0, 0.2, dividends)
    assert table.price.shape == (2, 3)
    assert table.price[1, 2] == pytest.approx(grid.prices(1, 110, 105, 1, 0, 0, 0.2, dividends)[0], rel=1e-12)
    assert grid.evaluate(1, [], [], 1, 0, 0, 0.2).delta.shape == (0,)
    assert grid.evaluate(1, 100, 100, 1, 0, 0, 0.2).theta.shape == ()


def test_prices_are_the_prices_of_evaluate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both entry points give the same prices, in passes of any size."""
    options, dividends = hard_options(seed=22, n=40)
    full = grid.evaluate(*options, dividends).price
    monkeypatch.setattr(grid, "CHUNK", 7)
    np.testing.assert_allclose(grid.prices(*options, dividends), full, rtol=1e-10, atol=1e-12)
