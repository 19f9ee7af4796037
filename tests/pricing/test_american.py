"""American options against QuantLib, in every shape, and at the edges."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest

import american_rows
from american_rows import Rows, drawn, kept, quantlib_greeks, quantlib_prices
from optlab.pricing import american, black_scholes
from optlab.pricing.american import evaluate, exercise, prices
from optlab.pricing.black_scholes import Array
from optlab.pricing.exercise import American

GREEKS = american_rows.GREEKS


# --- against QuantLib --------------------------------------------------------------------------------------


def assert_close_to(theirs: Array, rows: Rows) -> None:
    """Hold prices to the accuracy that `evaluate` states for a spot of 100, and their rms to a tenth of that."""
    error = prices(*rows.kernel) - theirs
    assert np.abs(error).max() < 2e-4
    assert np.sqrt(np.square(error).mean()) < 2e-5


def test_two_thousand_options_are_quantlibs() -> None:
    """Prices of 2,000 drawn calls and puts are within 0.0002 of QuantLib's collocation; measured: 0.00009."""
    rows, (theirs,) = kept("american_prices.csv")
    assert len(theirs) == 2000
    assert (rows.sign > 0).sum() > 900 < (rows.sign < 0).sum()
    assert_close_to(theirs, rows)
    early = theirs - black_scholes.prices(*rows.kernel)
    assert (early > 0.01).sum() > 1000  # else this would be a test of Black-Scholes


def test_a_hundred_options_are_quantlibs_of_today() -> None:
    rows = drawn(100, seed=4)
    assert_close_to(quantlib_prices(rows), rows)


def test_greeks_are_quantlibs_bumps() -> None:
    """All five greeks of 40 options are within a thousandth of central bumps of QuantLib's prices."""
    rows, theirs = kept("american_greeks.csv")
    found = evaluate(*rows.kernel)
    assert rows.sign.size == 40
    assert (found.premium > 0.01).sum() > 20
    for greek, bumps in zip(GREEKS, theirs, strict=True):
        small = 1e-4 if greek == "rho" else 1e-5
        np.testing.assert_allclose(getattr(found, greek), bumps, rtol=1e-3, atol=small, err_msg=greek)


def test_the_kept_numbers_are_what_quantlib_says() -> None:
    """Every hundredth price and every twentieth option's greeks, anew; the rows are those that the seed draws."""
    rows, (theirs,) = kept("american_prices.csv")
    for one, other in zip(rows, drawn(2000, american_rows.SEED), strict=True):
        np.testing.assert_array_equal(one, other)
    some = np.arange(0, 2000, 100)
    np.testing.assert_allclose(quantlib_prices(rows.take(some)), theirs[some], rtol=0, atol=1e-6)
    rows, greeks = kept("american_greeks.csv")
    some = np.arange(0, 40, 20)
    np.testing.assert_allclose(quantlib_greeks(rows.take(some)), greeks[:, some], rtol=1e-5, atol=1e-6)


def test_the_files_can_be_written_anew(tmp_path: Path) -> None:
    american_rows.keep(tmp_path, priced=2, bumped=1)
    for name, lines in (("american_prices.csv", 4), ("american_greeks.csv", 3)):
        written = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert written[:2] == (american_rows.FOLDER / name).read_text(encoding="utf-8").splitlines()[:2]
        assert len(written) == lines


# --- shapes ------------------------------------------------------------------------------------------------


def one_by_one(*inputs: npt.ArrayLike) -> Array:
    """Evaluate every element by itself: (8, *shape)."""
    arrays = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in inputs))
    rows = [np.array(evaluate(*row)).reshape(8) for row in zip(*(a.reshape(-1) for a in arrays), strict=True)]
    return np.array(rows).T.reshape(8, *arrays[0].shape)


@pytest.mark.parametrize(
    ("spots", "contracts"),
    [((40, 1), (5,)), ((5,), (5,)), ((5,), (3, 1)), ((4, 1, 1), (3, 2)), ((4, 1, 2), (3, 1)), ((2, 3), ())],
)
def test_a_ladder_of_spots_is_one_by_one(spots: tuple[int, ...], contracts: tuple[int, ...]) -> None:
    """Spots along an axis of their own share boundaries, and give what each option by itself gives."""
    rng = np.random.default_rng(3)
    S = rng.uniform(60, 150, spots)
    sign, K = rng.choice([-1.0, 1.0], contracts), rng.uniform(80, 120, contracts)
    years, rate = rng.uniform(0, 2, contracts), rng.uniform(-0.02, 0.06, contracts)
    expected = one_by_one(sign, S, K, years, rate, 0.02, 0.3)
    found = evaluate(sign, S, K, years, rate, 0.02, 0.3)
    for name, numbers, alone in zip(American._fields, found, expected, strict=True):
        # vega and rho have the boundary's slope from a bump of 1e-5, which turns 1e-16 into 1e-11
        close = 1e-9 if name in {"vega", "rho"} else 1e-12
        np.testing.assert_allclose(numbers, alone, rtol=close, atol=close, err_msg=name)
    np.testing.assert_allclose(
        exercise(sign, K, years, rate, 0.02, 0.3).prices(S),
        prices(sign, S, K, years, rate, 0.02, 0.3),
        rtol=1e-12,
    )


def test_more_contracts_and_spots_than_one_pass() -> None:
    """The passes of 256 spots and 128 contracts leave no seam."""
    n = 3 * american.CHUNK + 7
    strikes, spots = np.linspace(80, 120, n), np.linspace(70, 130, n)
    of_contracts = prices(-1, 95, strikes, 0.5, 0.05, 0.02, 0.3)
    of_spots = prices(-1, spots, 100, 0.5, 0.05, 0.02, 0.3)
    some = [0, 127, 128, 255, 256, 257, 511, 512, n - 1]
    for i in some:
        assert of_contracts[i] == pytest.approx(
            prices(-1, 95, strikes[i], 0.5, 0.05, 0.02, 0.3).item(), abs=1e-12
        )
        assert of_spots[i] == pytest.approx(prices(-1, spots[i], 100, 0.5, 0.05, 0.02, 0.3).item(), abs=1e-12)


def test_a_scalar_in_is_a_scalar_out() -> None:
    """As for European options; and the boundary of one contract is one number."""
    assert prices(-1, 95, 100, 0.5, 0.05, 0.02, 0.3).shape == ()
    assert {numbers.shape for numbers in evaluate(-1, 95, 100, 0.5, 0.05, 0.02, 0.3)} == {()}
    assert exercise(-1, 100, 0.5, 0.05, 0.02, 0.3).level.shape == ()


@pytest.mark.parametrize(
    ("spots", "contracts", "shape"),
    [((0,), (3, 1), (3, 0)), ((0, 1), (5,), (0, 5)), ((3,), (0, 1), (0, 3)), ((0,), (0,), (0,))],
)
def test_nothing_asked_is_nothing_answered(
    spots: tuple[int, ...], contracts: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    found = evaluate(-1, np.full(spots, 95.0), np.full(contracts, 100.0), 0.5, 0.05, 0.02, 0.3)
    assert {numbers.shape for numbers in found} == {shape}


def test_prices_are_those_of_evaluate() -> None:
    """The quick price and the one with greeks agree within a millionth of the strike; measured: 8e-8."""
    rows = drawn(2000, seed=8)
    found = evaluate(*rows.kernel)
    np.testing.assert_allclose(prices(*rows.kernel), found.price, rtol=0, atol=1e-6 * 100)
    np.testing.assert_allclose(found.price - found.premium, black_scholes.prices(*rows.kernel), atol=1e-12)


def test_slopes_change_no_price() -> None:
    """Without vega and rho asked for, boundary and prices are the same."""
    with_slopes, without = (exercise(-1, 100, 1, 0.05, 0.02, 0.3, with_slopes=flag) for flag in (True, False))
    assert with_slopes.level == pytest.approx(without.level, rel=1e-12)
    assert with_slopes.prices(95) == pytest.approx(without.prices(95), rel=1e-12)


# --- edges -------------------------------------------------------------------------------------------------


def one(*inputs: float) -> SimpleNamespace:
    """Evaluate one option: its numbers by their names."""
    return SimpleNamespace(**{name: n.item() for name, n in evaluate(*inputs)._asdict().items()})


def numbers(*inputs: float) -> list[float]:
    """Evaluate one option: its numbers in a row."""
    return list(vars(one(*inputs)).values())


@pytest.mark.parametrize("place", range(7))
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_gives_none(place: int, bad: float) -> None:
    """NaN or infinity in one of the options is NaN in all its numbers, without a warning; the others stay."""
    option = [-1.0, 95.0, 100.0, 0.5, 0.05, 0.02, 0.3]
    two = [np.array([number, bad if i == place else number]) for i, number in enumerate(option)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = np.array(evaluate(*two))
        quick = prices(*two)
    assert np.isnan(found[:, 1]).all()
    assert np.isnan(quick[1])
    np.testing.assert_allclose(found[:, 0], numbers(*option), rtol=1e-9)


@pytest.mark.parametrize(("place", "bad"), [(1, -1.0), (2, -100.0), (2, 0.0), (3, -0.5), (6, -0.3)])
def test_what_is_no_option_gives_no_number(place: int, bad: float) -> None:
    option = [-1.0, 95.0, 100.0, 0.5, 0.05, 0.02, 0.3]
    option[place] = bad
    assert all(math.isnan(number) for number in numbers(*option))


def test_expired() -> None:
    """At years = 0 an option is what exercise pays, and half a delta exactly at the strike."""
    spots = np.array([90.0, 100.0, 110.0])
    call, put = (evaluate(sign, spots, 100, 0, 0.05, 0.02, 0.3) for sign in (1, -1))
    assert call.price.tolist() == [0, 0, 10]
    assert put.price.tolist() == [10, 0, 0]
    assert call.delta.tolist() == [0, 0.5, 1]
    assert put.delta.tolist() == [-1, -0.5, 0]
    for found in (call, put):
        assert not np.array(found[2:7]).any()
        assert np.isnan(found.boundary).all()


def test_without_volatility() -> None:
    """A put in the money is exercised now; a call is held while interest on the strike exceeds the yield."""
    put = one(-1, 90, 100, 1, 0.05, 0.02, 0)
    assert (put.price, put.delta, put.theta, put.rho) == (10, -1, 0, 0)
    call = one(1, 110, 100, 1, 0.05, 0.0, 0)
    assert call.price == pytest.approx(110 - 100 * math.exp(-0.05))
    assert (call.delta, call.premium) == (1, 0)


def test_a_tiny_volatility_is_none() -> None:
    """As vol falls prices tend to those without: no jump where the kernels change."""
    for sign, spot in ((-1, 90), (-1, 99.9), (1, 110), (1, 101), (1, 99)):
        for rate, dividend_yield in ((0.05, 0.02), (0.02, 0.05), (0.05, 0), (0.0, 0.05)):
            still = prices(sign, spot, 100, 0.5, rate, dividend_yield, 0)
            assert prices(sign, spot, 100, 0.5, rate, dividend_yield, 1e-4) == pytest.approx(
                still.item(), abs=5e-3
            )


def test_a_tiny_time_is_none() -> None:
    """A second before expiry the price is what exercise pays, and delta 1 or 0."""
    second = 1 / 31_536_000
    for sign, spot, pays in ((1, 110, 10), (1, 90, 0), (-1, 90, 10), (-1, 110, 0)):
        found = one(sign, spot, 100, second, 0.05, 0.02, 0.3)
        assert found.price == pytest.approx(pays, abs=1e-6)
        assert found.delta == pytest.approx(sign * (pays > 0), abs=1e-6)


def test_a_worthless_underlying() -> None:
    """At spot = 0 a put is worth its strike, now; a call nothing."""
    put, call = (one(sign, 0, 100, 1, 0.05, 0.02, 0.3) for sign in (-1, 1))
    assert (put.price, put.delta, put.gamma) == (100, -1, 0)
    assert (call.price, call.delta, call.gamma) == (0, 0, 0)


def test_where_exercise_is_optimal_only_spot_counts() -> None:
    """Beyond the boundary: intrinsic value, delta -1 or 1, all other greeks 0; at the boundary too."""
    for sign, beyond in ((-1, 0.9), (1, 1.1)):
        options = exercise(sign, 100, 1, 0.05, 0.05, 0.3)
        level = options.level.item()
        found = options.evaluate([level, level * beyond])
        np.testing.assert_array_equal(found.price, sign * (np.array([level, level * beyond]) - 100))
        np.testing.assert_array_equal(found.delta, sign)
        assert not np.array(found[2:6]).any()
        np.testing.assert_allclose(found.boundary, level)


def test_close_to_the_boundary_the_price_is_no_less_than_exercise_pays() -> None:
    """2,000 contracts, from a ten-millionth to a hundredth of a standard deviation on the side where one waits."""
    rows = drawn(2000, seed=9)
    _, _, strike, years, rate, dividend_yield, vol = rows.kernel
    options = exercise(rows.sign, strike, years, rate, dividend_yield, vol, with_slopes=False)
    room = (rows.sign * vol * np.sqrt(years)) * np.geomspace(1e-7, 1e-2, 6)[:, None]
    spots = np.where(np.isnan(options.level), 100, options.level * np.exp(-room))
    paid = rows.sign * (spots - strike)
    assert (options.prices(spots) >= paid).all()
    assert (options.prices(spots) == paid).any()


@pytest.mark.parametrize(
    ("sign", "rate", "dividend_yield"),
    [(1, 0.05, 0.0), (1, 0.0, 0.0), (1, 0.05, -0.02), (-1, 0.0, 0.0), (-1, -0.01, 0.02), (-1, -0.01, -0.01)],
)
def test_what_is_never_exercised_is_european(sign: int, rate: float, dividend_yield: float) -> None:
    """To the bit: price and greeks; no premium and no boundary."""
    spots = np.linspace(50, 200, 31)
    found = evaluate(sign, spots, 100, 1, rate, dividend_yield, 0.3)
    european = black_scholes.evaluate(sign, spots, 100, 1, rate, dividend_yield, 0.3)
    for name in ("price", *GREEKS):
        np.testing.assert_array_equal(getattr(found, name), getattr(european, name), err_msg=name)
    assert not found.premium.any()
    assert np.isnan(found.boundary).all()


def test_a_put_held_for_centuries_is_the_perpetual_put() -> None:
    """After 200 years at 5% price, delta and boundary are Merton's closed form within 0.005% of the strike.

    Eight nodes for two centuries of the boundary leave that much; a put of two years is ten times better.
    """
    r, q, sigma = 0.05, 0.02, 0.3
    tilt = (r - q) / sigma**2 - 0.5
    power = -tilt - math.sqrt(tilt**2 + 2 * r / sigma**2)
    level = 100 * power / (power - 1)
    spots = np.array([60.0, 90.0, 100.0, 150.0, 400.0])
    value = (100 - level) * (spots / level) ** power
    found = evaluate(-1, spots, 100, 200, r, q, sigma)
    np.testing.assert_allclose(found.price, value, atol=5e-3)
    np.testing.assert_allclose(found.delta, value * power / spots, atol=2e-4)
    np.testing.assert_allclose(found.boundary, level, rtol=2e-4)
    call = evaluate(1, 100 * 100 / spots, 100, 200, q, r, sigma)  # the same contract seen from the cash
    np.testing.assert_allclose(call.price * spots / 100, value, atol=5e-3)


def test_two_boundaries_are_priced() -> None:
    """A put with q < r < 0 is worth more than European and less than with q = 0's one boundary at r = 0."""
    spots = np.array([60.0, 80.0, 90.0, 100.0, 110.0])
    put = evaluate(-1, spots, 100, 1, -0.01, -0.03, 0.2)
    european = black_scholes.prices(-1, spots, 100, 1, -0.01, -0.03, 0.2)
    assert (put.price >= european).all()
    assert put.premium.max() > 0.05
    np.testing.assert_allclose(prices(-1, spots, 100, 1, -0.01, -0.03, 0.2), put.price, atol=1e-6)
    call = evaluate(1, 100 * 100 / spots, 100, 1, -0.03, -0.01, 0.2)
    np.testing.assert_allclose(call.price * spots / 100, put.price, atol=2e-3)


def test_a_book_mixes_all_regions() -> None:
    """Never, once, twice and without randomness side by side are what each is alone."""
    book = [
        (1, 100, 100, 1, 0.05, 0.0, 0.3),
        (-1, 90, 100, 1, 0.05, 0.0, 0.3),
        (-1, 90, 100, 1, -0.01, -0.03, 0.2),
        (-1, 90, 100, 0, 0.05, 0.0, 0.3),
        (1, 100, 100, 1, 0.02, 0.04, 0.0),
        (-1, math.nan, 100, 1, 0.05, 0.0, 0.3),
        (1, 130, 100, 2, 0.01, 0.04, 0.2),
    ]
    columns = np.array(book, dtype=np.float64).T
    together = np.array(evaluate(*columns))
    for place, option in enumerate(book):
        np.testing.assert_allclose(together[:, place], numbers(*option), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        ((-1, 100, 100, 9.901369863, 0.1133, -0.01721, 0.0219), 0.0676),
        ((-1, 100.06, 100, 3213 / 365, 0.1105, 0.0433, 0.0298), 0.22024),
        ((-1, 99.896, 100, 613 / 365, 0.069, 0.0, 0.0152), 0.11457),
    ],
)
def test_a_put_that_drifts_away_from_its_boundary_is_nearly_perpetual(
    option: tuple[float, ...], wanted: float
) -> None:
    """Low volatility and a large carry for years: QuantLib's QdFp, high precision."""
    assert prices(*option).item() == pytest.approx(wanted, abs=1e-4)
    sign, spot, strike, years, *rates = option
    assert prices(sign, spot, strike, 2 * years, *rates).item() == pytest.approx(wanted, abs=1e-4)
