"""Cash dividends: published prices, QuantLib's fine grids, quadrature, and laws, in both models."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest

from optlab.pricing import black_scholes
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, certain, evaluate, forward, present_value, prices

Options = tuple[Array, Array, Array, Array, Array, Array, Array]
Model = Literal["spot", "escrowed"]
MODELS: tuple[Model, ...] = ("spot", "escrowed")

# sign, S, K, days, r, q, sigma, ex-days, amounts | American spot, American escrowed, European spot, by
# QuantLib 1.44's FdBlackScholesVanillaEngine, tGrid 1200, xGrid 2000, Douglas. With half of both its own prices
# change by up to 0.0009.
QUANTLIB = (
    ((1, 100, 100, 365, 0.05, 0.0, 0.3, [182], [7.0]), (11.32030, 10.85384, 10.69138)),
    ((1, 100, 90, 180, 0.03, 0.0, 0.2, [60, 150], [1.5, 1.5]), (11.45421, 11.38393, 10.47937)),
    (
        (1, 100, 110, 500, 0.06, 0.01, 0.4, [45, 136, 227, 318, 410], [0.5, 0.5, 0.5, 0.5, 0.5]),
        (16.05543, 15.85495, 16.05541),
    ),
    ((-1, 100, 100, 365, 0.05, 0.0, 0.3, [182], [3.0]), (11.23504, 11.04656, 10.68297)),
    ((-1, 100, 120, 90, 0.08, 0.0, 0.25, [10, 80], [0.2, 0.8]), (20.00884, 20.00550, 19.15765)),
    (
        (-1, 98, 105, 700, 0.04, 0.02, 0.35, [30, 121, 212, 303, 394, 485, 576, 667], [0.6] * 8),
        (22.54127, 22.10162, 22.30859),
    ),
    ((-1, 100, 110, 30, 0.05, 0.0, 0.15, [7], [1.0]), (10.89420, 10.89415, 10.56216)),
    ((1, 100, 95, 14, 0.02, 0.0, 0.6, [13], [2.5]), (7.40660, 7.30569, 6.01740)),
    ((1, 100, 80, 365, 0.0, 0.03, 0.5, [1, 92, 183, 274], [0.3] * 4), (27.15649, 27.07332, 26.46972)),
    ((-1, 100, 130, 365, -0.005, 0.0, 0.2, [100, 200], [2.0, 2.0]), (35.29930, 35.25467, 35.29930)),
    ((1, 100, 75, 730, 0.07, 0.04, 0.1, [200, 565], [3.0, 3.0]), (25.65523, 25.65464, 21.84459)),
    ((-1, 102, 80, 730, 0.06, 0.0, 0.7, [90, 455], [1.0, 2.0]), (21.12948, 20.66391, 20.26247)),
)


def dividends_of(years: list[float], amounts: list[float]) -> Dividends:
    """Return one row of dividends."""
    return Dividends(np.array([years], dtype=float), np.array([amounts], dtype=float))


def table(rows: list[tuple[Any, ...]]) -> tuple[Options, Dividends]:
    """Lay the rows of QUANTLIB out as arrays; shorter rows of dividends end in NaN and 0."""
    sign, S, K, days, r, q, sigma = (np.array([row[i] for row in rows], dtype=float) for i in range(7))
    most = max(len(row[7]) for row in rows)
    dates = np.array([[*row[7], *[np.nan] * (most - len(row[7]))] for row in rows]) / 365
    cash = np.array([[*row[8], *[0.0] * (most - len(row[8]))] for row in rows])
    return (sign, S, K, days / 365, r, q, sigma), Dividends(dates, cash)


def chain() -> tuple[Options, Dividends]:
    """Return calls and puts near the money with two dividends before expiry and one after."""
    sign = np.tile([1.0, -1.0], 3)
    strike = np.repeat([90.0, 100.0, 112.0], 2)
    column = np.ones(6)
    options = sign, 101 * column, strike, 0.7 * column, 0.04 * column, 0.01 * column, 0.28 * column
    return options, Dividends(np.array([[0.15, 0.55, 0.9]]), np.array([[1.2, 1.4, 5.0]]))


def test_quantlibs_prices() -> None:
    """Twelve options with one to eight dividends are within 0.0012 of QuantLib's fine grid, 0.0004 typically."""
    options, dividends = table([row for row, _ in QUANTLIB])
    theirs = np.array([prices_ for _, prices_ in QUANTLIB]).T
    ours = np.array(
        [
            prices(*options, dividends, model="spot", american=True),
            prices(*options, dividends, model="escrowed", american=True),
            prices(*options, dividends, model="spot", american=False),
        ]
    )
    assert np.abs(ours - theirs).max() < 1.2e-3
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 4e-4


def test_roll_geske_whaleys_call() -> None:
    """Haug (2007), the Roll-Geske-Whaley formula: a call with one dividend is worth 4.3860, European 3.5107."""
    one = dividends_of([0.25], [4.0])
    found = prices(1, 80, 82, 1 / 3, 0.06, 0, 0.30, one, model="escrowed", american=[True, False])
    np.testing.assert_allclose(found, [4.3860, 3.5107], rtol=0, atol=1e-4)


def test_hulls_european_call() -> None:
    """Hull (2018), the chapter on Black-Scholes-Merton: dividends of 0.50 in two and five months, 3.67."""
    two = dividends_of([2 / 12, 5 / 12], [0.5, 0.5])
    assert prices(1, 40, 40, 0.5, 0.09, 0, 0.30, two, model="escrowed", american=False) == pytest.approx(
        [3.67], abs=0.005
    )


@pytest.mark.parametrize(("sign", "american"), [(1.0, True), (1.0, False), (-1.0, False)])
def test_one_dividend_by_quadrature(sign: float, american: bool) -> None:  # noqa: FBT001 # parametrized
    """In the spot model one dividend is one integral over spot on its day, where a call may be exercised.

    Haug, Haug and Lewis (2003). An American put would need its own boundary: only its European price is compared.
    """
    S, K, T, r, sigma, date, amount = 100.0, np.array([[85.0], [100.0], [115.0]]), 0.8, 0.05, 0.3, 0.5, 6.0
    z, dz = np.linspace(-9, 9, 20001, retstep=True)
    spot = S * np.exp((r - 0.5 * sigma**2) * date + sigma * math.sqrt(date) * z)
    after = black_scholes.prices(sign, np.maximum(spot - amount, 0), K, T - date, r, 0, sigma)
    value = np.maximum(after, sign * (spot - K)) if american else after
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    expected = math.exp(-r * date) * (value * density).sum(axis=1) * dz
    found = prices(
        sign, S, K[:, 0], T, r, 0, sigma, dividends_of([date], [amount]), model="spot", american=american
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-4)


def test_present_value_counts_until_expiry() -> None:
    """Dividends after expiry, on the day itself, of nothing, and without a date don't count; on expiry they do."""
    dividends = Dividends(np.array([[0.25, 0.5, 0.75, 0.0, np.nan, 0.1]]), np.array([[1.0, 2, 4, 8, 16, 0]]))
    expected = 1.0 * math.exp(-0.03 * 0.25) + 2.0 * math.exp(-0.03 * 0.5)
    np.testing.assert_allclose(present_value(dividends, 0.5, 0.04, 0.01), [expected], rtol=1e-15)
    np.testing.assert_allclose(
        forward(100, 0.5, 0.04, 0.01, dividends), [(100 - expected) * math.exp(0.03 * 0.5)], rtol=1e-15
    )


@pytest.mark.parametrize("model", MODELS)
def test_put_call_parity(model: Model) -> None:
    """A European call less its put is the discounted forward less strike, in both models."""
    (_, S, K, T, r, q, sigma), dividends = chain()
    call, put = (
        prices(sign, S, K, T, r, q, sigma, dividends, model=model, american=False) for sign in (1, -1)
    )
    expected = np.exp(-r * T) * (forward(S, T, r, q, dividends) - K)
    np.testing.assert_allclose(call - put, expected, rtol=0, atol=5e-5)


@pytest.mark.parametrize("model", MODELS)
def test_american_bounds(model: Model) -> None:
    """European <= American, what exercise pays <= American, and the premium is the difference."""
    options, dividends = chain()
    american = evaluate(*options, dividends, model=model, american=True)
    european = evaluate(*options, dividends, model=model, american=False)
    sign, S, K, *_ = options
    assert (american.price >= european.price).all()
    assert (american.price >= sign * (S - K)).all()
    assert (american.premium > 0.02).sum() >= 4
    np.testing.assert_allclose(american.premium, american.price - european.price, atol=1e-12)
    assert (european.premium == 0).all()
    assert np.isnan(european.boundary).all()


@pytest.mark.parametrize("model", MODELS)
def test_prices_scale(model: Model) -> None:
    """Spot, strike and dividends of twice the size make options of twice the price."""
    (sign, S, K, *rest), dividends = chain()
    T, r, q, sigma = rest
    twice = Dividends(dividends.years, 2 * dividends.amounts)
    np.testing.assert_allclose(
        prices(sign, 2 * S, 2 * K, T, r, q, sigma, twice, model=model, american=True),
        2 * prices(sign, S, K, T, r, q, sigma, dividends, model=model, american=True),
        rtol=1e-9,
    )


@pytest.mark.parametrize("model", MODELS)
def test_order_and_empty_dividends_do_not_matter(model: Model) -> None:
    """Dividends in another order, with others of nothing, without a date or after expiry between, price the same."""
    options, _ = chain()
    tidy = dividends_of([0.15, 0.55], [1.2, 1.4])
    untidy = dividends_of([0.9, 0.55, 0.3, np.nan, 0.15], [5.0, 1.4, 0.0, 3.0, 1.2])
    np.testing.assert_allclose(
        prices(*options, untidy, model=model, american=True),
        prices(*options, tidy, model=model, american=True),
        rtol=1e-12,
    )


def test_a_split_dividend_is_one() -> None:
    """Two halves on one day are one dividend."""
    options, _ = chain()
    for model in MODELS:
        whole = prices(*options, dividends_of([0.3], [2.0]), model=model, american=True)
        halves = prices(*options, dividends_of([0.3, 0.3], [1.0, 1.0]), model=model, american=True)
        np.testing.assert_allclose(halves, whole, rtol=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_without_dividends_european_is_black_scholes(model: Model) -> None:
    """European options without a counting dividend have the closed form's numbers to the last bit."""
    options, _ = chain()
    nothing = dividends_of([0.9], [5.0])
    found = evaluate(*options, nothing, model=model, american=False)
    np.testing.assert_array_equal(np.array(found[:6]), np.array(black_scholes.evaluate(*options)))


@pytest.mark.parametrize(("model", "american"), [("escrowed", False), ("escrowed", True), ("spot", True)])
def test_greeks_are_bumps(model: Model, american: bool) -> None:  # noqa: FBT001 # parametrized
    """Each greek is the change of price that it stands for; a day that passes brings the ex-dates nearer."""
    (sign, S, K, T, r, q, sigma), dividends = chain()
    day = 1 / 365

    def price(S: Array, r: Array, sigma: Array, passed: float = 0.0) -> Array:
        nearer = Dividends(dividends.years - passed, dividends.amounts)
        return prices(sign, S, K, T - passed, r, q, sigma, nearer, model=model, american=american)

    found = evaluate(sign, S, K, T, r, q, sigma, dividends, model=model, american=american)
    tolerance = 3e-4 if american else 2e-6
    up, down = price(S + 1, r, sigma), price(S - 1, r, sigma)
    np.testing.assert_allclose(found.delta, (up - down) / 2, atol=tolerance + 1e-4)
    np.testing.assert_allclose(found.gamma, up + down - 2 * found.price, atol=3e-4)
    vega = (price(S, r, sigma + 0.001) - price(S, r, sigma - 0.001)) / 0.2
    np.testing.assert_allclose(found.vega, vega, atol=tolerance)
    theta = (price(S, r, sigma, day / 4) - price(S, r, sigma, -day / 4)) * 2
    np.testing.assert_allclose(found.theta, theta, atol=tolerance)
    rho = (price(S, r + 0.001, sigma) - price(S, r - 0.001, sigma)) / 0.2
    np.testing.assert_allclose(found.rho, rho, atol=5 * tolerance)


def test_a_call_is_exercised_before_its_dividend() -> None:
    """A day before a large dividend a deep call is worth exercise and its boundary is below spot; a put waits."""
    found = evaluate(
        [1, -1],
        100,
        [70, 120],
        0.5,
        0.03,
        0,
        0.2,
        dividends_of([1 / 365], [5.0]),
        model="spot",
        american=True,
    )
    assert found.price[0] == pytest.approx(30, abs=0.01)
    assert found.delta[0] == pytest.approx(1, abs=1e-3)
    assert found.price[1] > 24.5
    assert np.isnan(found.boundary).all()  # today one waits: the call until tomorrow, the put for the drop


def test_worth_no_more_than_its_dividends() -> None:
    """In the escrowed model spot below the dividends' value leaves a call nothing and a put its strike."""
    found = evaluate(
        [1, -1], 3.0, 50, 1.0, 0.05, 0, 0.3, dividends_of([0.5], [4.0]), model="escrowed", american=False
    )
    np.testing.assert_allclose(found.price, [0, 50 * math.exp(-0.05)], rtol=1e-12)
    american = evaluate(
        [1, -1], 3.0, 50, 1.0, 0.05, 0, 0.3, dividends_of([0.5], [4.0]), model="escrowed", american=True
    )
    assert american.price[0] == pytest.approx(0, abs=1e-6)
    assert 47 <= american.price[1] <= 50


@pytest.mark.parametrize("model", MODELS)
def test_edges(model: Model) -> None:
    """At expiry an option is worth its payoff, NaN is NaN in its own row only, and shapes broadcast."""
    one = dividends_of([0.25], [1.0])
    years: npt.NDArray[np.float64] = np.array([[0.0], [0.5], [math.nan]])
    for american in (True, False):
        found = evaluate(
            1, 100, np.array([[80.0, 90.0]]), years, 0.03, 0, 0.2, one, model=model, american=american
        )
        assert found.price.shape == (3, 2)
        np.testing.assert_array_equal(found.price[0], [20, 10])
        assert (found.price[1] > [19, 9]).all()
        assert np.isnan(np.array(found)[:, 2]).all()
        assert evaluate(
            1,
            [],
            90,
            1,
            0,
            0,
            0.2,
            Dividends(np.empty((0, 2)), np.empty((0, 2))),
            model=model,
            american=american,
        ).price.shape == (0,)


def test_without_volatility_a_put_waits_for_the_dividend_and_a_call_does_not() -> None:
    """330 put on 250, 5 paid in ten days: exercised just after; the 200 call just before."""
    paid = Dividends(np.full((2, 1), 10 / 365), np.full((2, 1), 5.0))
    option = tuple(
        np.array(column)
        for column in ([-1.0, 1.0], [250.0] * 2, [330.0, 200.0], [0.13] * 2, [0.04] * 2, [0.0] * 2)
    )
    found = certain(option, paid, np.array([True, True]))
    shrunk = np.exp(-0.04 * 10 / 365)
    assert found.price.tolist() == pytest.approx(
        [335 * shrunk - 250 + 0 * shrunk, 250 - 200 * shrunk], abs=1e-12
    )
    assert found.delta.tolist() == [-1.0, 1.0]
    held = certain(option, paid, np.array([False, False]))
    by_hand = [330 * np.exp(-0.04 * 0.13) - 250 + 5 * shrunk, 250 - 5 * shrunk - 200 * np.exp(-0.04 * 0.13)]
    assert held.price.tolist() == pytest.approx(by_hand, abs=1e-12)
    assert (found.premium > 0).all()
