"""American implied volatility, and the search beneath it on functions of which the answer is known."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from optlab.pricing import american
from optlab.pricing import implied as european
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends
from optlab.pricing.exercise import NEVER, SINGLE, region
from optlab.pricing.implied import ABOVE_MAXIMUM, BELOW_INTRINSIC, NO_TIME_VALUE, NOT_A_NUMBER, OK, STATUSES
from optlab.pricing.inversion import HIGHEST, Bounds, Codes, implied, implied_with_dividends, invert


def drawn(n: int, seed: int, kind: int) -> tuple[Array, ...]:
    """Draw options of a region: sign, S, K, T, r, q and vol; a day to 5 years, 3% to 200%, deep in and out."""
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1.0, 1.0], n)
    years = np.exp(rng.uniform(np.log(0.003), np.log(5), n))
    vol = np.exp(rng.uniform(np.log(0.03), np.log(2), n))
    rate, dividend_yield = rng.uniform(-0.02, 0.10, (2, n))
    width = np.minimum(1.5 * vol * np.sqrt(years), 0.8)
    spot = 100 * np.exp(rng.uniform(-1.5, 1.5, n) * width)
    wanted = np.flatnonzero(region(sign, rate, dividend_yield) == kind)
    option = (sign, spot, np.full(n, 100.0), years, rate, dividend_yield, vol)
    return tuple(values[wanted] for values in option)


# --- American options --------------------------------------------------------------------------------------


def test_round_trip() -> None:
    """2,000 American prices are given back within 1e-9, and their vols within 1e-8 where vega is not tiny."""
    option = drawn(3000, seed=1, kind=SINGLE)
    contract, vol = option[:-1], option[-1]
    sign, S, K, T, *_ = contract
    price = american.prices(*option)
    found = implied(price, *contract)
    is_solved = found.status == "ok"
    assert is_solved.sum() > 1800
    again = american.prices(*(values[is_solved] for values in (*contract, found.vol)))
    np.testing.assert_allclose(again, price[is_solved], rtol=0, atol=1e-9)
    vega = american.evaluate(*option).vega * 100
    is_clear = vega > 0.01 * K * np.sqrt(T)
    assert is_clear.sum() > 1700
    assert is_solved[is_clear].all()
    np.testing.assert_allclose(found.vol[is_clear], vol[is_clear], rtol=0, atol=1e-8)
    # a status is only for what is worth no more than exercise
    paid = np.maximum(sign * (S - K), 0)
    assert (price - paid < 1e-5)[~is_solved].all()
    assert set(found.status[~is_solved]) <= {"no_time_value"}
    assert np.isnan(found.vol[~is_solved]).all()


def test_it_is_the_european_vol_where_exercise_is_never_optimal() -> None:
    """To the bit, statuses too."""
    option = drawn(1000, seed=2, kind=NEVER)
    contract = option[:-1]
    price = american.prices(*option)
    price[::7] *= 0.2
    found, expected = implied(price, *contract), european.implied(price, *contract)
    np.testing.assert_array_equal(found.vol, expected.vol)
    np.testing.assert_array_equal(found.status, expected.status)
    assert len(set(found.status)) > 1


def test_the_right_to_exercise_explains_some_of_the_price() -> None:
    """The European vol of the same price is higher, or the same."""
    option = drawn(2000, seed=3, kind=SINGLE)
    contract = option[:-1]
    price = american.prices(*option)
    found, upper = implied(price, *contract), european.implied(price, *contract)
    both = (found.status == "ok") & (upper.status == "ok")
    assert both.sum() > 500
    difference = (upper.vol - found.vol)[both]
    assert difference.min() > -1e-9
    assert (difference > 1e-3).sum() > 100


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ((10.0, -1, 90, 100, 1, 0.05, 0), "no_time_value"),  # exactly what exercise pays
        ((10.0 + 5e-7, -1, 90, 100, 1, 0.05, 0), "no_time_value"),
        ((10.0 - 5e-7, -1, 90, 100, 1, 0.05, 0), "no_time_value"),
        ((9.99, -1, 90, 100, 1, 0.05, 0), "below_intrinsic"),
        ((10.0, 1, 110, 100, 1, 0.02, 0.05), "no_time_value"),
        ((9.99, 1, 110, 100, 1, 0.02, 0.05), "below_intrinsic"),
        ((0.0, -1, 110, 100, 1, 0.05, 0), "no_time_value"),
        ((-0.1, -1, 110, 100, 1, 0.05, 0), "below_intrinsic"),
        ((11.0, 1, 110, 100, 1, 0.05, 0.01), "below_intrinsic"),  # without vol it is held and worth 13.78
        ((100.0, -1, 90, 100, 1, 0.05, 0), "above_maximum"),  # a put can't exceed its strike
        ((120.0, -1, 90, 100, 1, 0.05, 0), "above_maximum"),
        ((110.0, 1, 110, 100, 1, 0.02, 0.05), "above_maximum"),  # nor a call its stock
        ((200.0, 1, 110, 100, 1, 0.02, 0.05), "above_maximum"),
        ((100 - 1e-5, -1, 90, 100, 0.001, 0.05, 0), "above_maximum"),  # more than 2,000%
        ((12.0, -1, 90, 100, 0, 0.05, 0), "no_time_value"),
        ((12.0, -1, 90, 100, -1, 0.05, 0), "no_time_value"),
        ((math.nan, -1, 90, 100, 1, 0.05, 0), "not_a_number"),
        ((12.0, math.nan, 90, 100, 1, 0.05, 0), "not_a_number"),
        ((12.0, -1, math.nan, 100, 1, 0.05, 0), "not_a_number"),
        ((12.0, -1, 90, math.inf, 1, 0.05, 0), "not_a_number"),
        ((12.0, -1, 90, 100, math.nan, 0.05, 0), "not_a_number"),
        ((12.0, -1, 90, 100, 1, math.nan, 0), "not_a_number"),
        ((12.0, -1, 90, 100, 1, 0.05, math.nan), "not_a_number"),
        ((12.0, -1, 0, 100, 1, 0.05, 0), "not_a_number"),
        ((12.0, -1, 90, -100, 1, 0.05, 0), "not_a_number"),
    ],
)
def test_prices_without_a_vol(quote: tuple[float, ...], status: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = implied(*quote)
    assert found.status.item() == status
    assert math.isnan(found.vol.item())


def test_just_above_what_exercise_pays_there_is_a_vol() -> None:
    """Ten times the slack above intrinsic the price has a vol, and it is given back to 1e-9."""
    found = implied(10.0 + 1e-5, -1, 90, 100, 1, 0.05, 0)
    assert found.status.item() == "ok"
    again = american.prices(-1, 90, 100, 1, 0.05, 0, found.vol.item())
    assert again == pytest.approx(10.0 + 1e-5, abs=1e-9)


def test_two_boundaries_are_inverted_too() -> None:
    """A put with q < r < 0, priced on the grid, comes back."""
    price = american.prices(-1, 95, 100, 0.5, -0.01, -0.03, 0.25)
    assert implied(price, -1, 95, 100, 0.5, -0.01, -0.03).vol == pytest.approx(0.25, abs=1e-6)


def test_shapes_are_broadcast() -> None:
    """Strikes along one axis and expiries along another; nothing in is nothing out."""
    strikes, years = np.array([90.0, 100.0, 110.0]), np.array([[0.25], [1.0]])
    price = american.prices(-1, 100, strikes, years, 0.05, 0.02, 0.3)
    found = implied(price, -1, 100, strikes, years, 0.05, 0.02)
    assert found.vol.shape == found.status.shape == (2, 3)
    np.testing.assert_allclose(found.vol, 0.3, atol=1e-8)
    assert implied(np.empty(0), -1, 100, 100, 1, 0.05, 0.02).vol.shape == (0,)


Function = Callable[[float], float]

# --- the search --------------------------------------------------------------------------------------------


class Counted:
    """A pricer of given functions of vol, one per option, that counts what it prices."""

    def __init__(self, *functions: Function) -> None:
        self.functions = functions
        self.asked = np.zeros(len(functions), dtype=int)

    def __call__(self, places: Codes, vol: Array, /) -> Array:
        """Price some options."""
        assert (vol > 0).all()
        assert (vol <= HIGHEST).all()
        self.asked[places] += 1
        return np.array([self.functions[at](x) for at, x in zip(places, vol, strict=True)])


def unbounded(n: int) -> Bounds:
    """Return bounds that leave everything from 0 to 100 open."""
    return Bounds(np.zeros(n), np.full(n, 100.0), np.zeros(n))


SHAPES: dict[str, Function] = {
    "a line": lambda x: 10 * x,
    "a parabola": lambda x: 10 * x * x,
    "a root": lambda x: 10 * math.sqrt(x),
    "flat, then steep": lambda x: 50 * max(x - 0.2, 0.0),
    "flat at the end": lambda x: 60 * (1 - math.exp(-3 * x)),
    "out of the money": lambda x: 60 * math.exp(-0.5 / (x * x)),
    "a step of a normal": lambda x: 30 * (1 + math.erf((x - 0.7) * 40)),
}


@pytest.mark.parametrize("vol", [0.21, 0.3, 0.7, 0.75, 1.9])
@pytest.mark.parametrize("guess", [math.nan, 0.01, 0.3, 5.0])
def test_invert_finds_roots_of_any_shape(vol: float, guess: float) -> None:
    """Flat, steep and bent functions, from good guesses, bad ones and none: the price comes back."""
    functions = list(SHAPES.values())
    target = np.array([function(vol) for function in functions])
    pricer = Counted(*functions)
    n = len(functions)
    found, code = invert(target, pricer, unbounded(n), np.full(n, guess))
    is_open = target > 0
    again = np.array([function(x) for function, x in zip(functions, found, strict=True)])
    assert (code[is_open] == OK).all()
    np.testing.assert_allclose(again[is_open], target[is_open], rtol=0, atol=1e-8)
    assert pricer.asked.max() <= 60


def test_a_guess_that_is_right_is_priced_once_or_twice() -> None:
    """Only what is still open is priced again."""
    pricer = Counted(lambda x: 10 * x, lambda x: 10 * x**3)
    found, _ = invert(np.array([3.0, 0.27]), pricer, unbounded(2), np.array([0.3, 2.0]))
    np.testing.assert_allclose(found, 0.3, rtol=1e-9)
    assert pricer.asked[0] <= 2 < pricer.asked[1]


def test_what_no_vol_reaches_is_above_the_maximum() -> None:
    """A function that levels off below the price, and one that needs more than 2,000%."""
    pricer = Counted(lambda x: 5 * (1 - math.exp(-x)), lambda x: 0.1 * x)
    found, code = invert(np.array([6.0, 3.0]), pricer, unbounded(2), np.full(2, math.nan))
    assert code.tolist() == [ABOVE_MAXIMUM, ABOVE_MAXIMUM]
    assert np.isnan(found).all()


def test_invert_prices_nothing_outside_the_bounds() -> None:
    """Floor, slack and ceiling decide before any pricing."""
    pricer = Counted(*([lambda x: 10 * x] * 6))
    bounds = Bounds(np.full(6, 2.0), np.full(6, 8.0), np.full(6, 0.1))
    price = np.array([1.5, 1.95, 2.05, 8.0, math.nan, 5.0])
    found, code = invert(price, pricer, bounds, np.full(6, math.nan))
    expected = [BELOW_INTRINSIC, NO_TIME_VALUE, NO_TIME_VALUE, ABOVE_MAXIMUM, NOT_A_NUMBER, OK]
    assert code.tolist() == expected
    assert pricer.asked[:5].sum() == 0
    assert found[5] == pytest.approx(0.5)
    assert len(STATUSES) == 5


@pytest.mark.parametrize("model", ["spot", "escrowed"])
@pytest.mark.parametrize(
    ("price", "status"),
    [
        (84.30, "below_intrinsic"),
        (335 * math.exp(-0.04 * 10 / 365) - 250 + 1e-6, "no_time_value"),
        (84.70, "ok"),
    ],
)
def test_a_put_before_a_dividend_has_no_time_value_at_what_exercise_after_it_pays(
    model: Any,  # noqa: ANN401
    price: float,
    status: str,
) -> None:
    """330 put on 250, 5 paid in ten days, 4%: 335 discounted ten days less 250, at 1% volatility and at 10% alike."""
    paid = Dividends(np.array([[10 / 365]]), np.array([[5.0]]))
    sign, spot, strike, years, rate, none = (np.array([x]) for x in (-1.0, 250.0, 330.0, 49 / 365, 0.04, 0.0))
    found = implied_with_dividends(
        np.array([price]),
        sign,
        spot,
        strike,
        years,
        rate,
        none,
        paid,
        model=model,
        is_american=np.array([True]),
    )
    assert found.status.tolist() == [status]
