"""Ladders of spots against each node alone, against laws, and at their edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import erfcx

from optlab.pricing import american, black_scholes, dividends
from optlab.pricing import ladders as module
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import DividendModel, Dividends
from optlab.pricing.exercise import American
from optlab.pricing.ladders import Ladder, ladder
from optlab.pricing.models import Models, Option, evaluate

SPOTS = np.array([60.0, 90.0, 100.0, 112.0, 150.0])
MODELS: tuple[DividendModel, ...] = ("spot", "escrowed")
VOL = np.array([0.2, 0.3, 0.4, 0.25] * 2)
IS_PAID = np.repeat([False, True], 4)


def book() -> Option:
    """Return a European and an American call and put without cash dividends, and the same with two of them."""
    sign, is_american = np.array([1.0, -1.0, 1.0, -1.0] * 2), np.array([False, False, True, True] * 2)
    columns = (np.full(8, number) for number in (math.nan, 100.0, 0.7, 0.05, 0.02))
    paid = Dividends(np.tile([0.1, 0.4], (8, 1)), np.where(IS_PAID[:, None], [2.0, 1.5], 0.0))
    return Option._make([sign, *columns, paid, is_american])


def at_each_node(option: Option, vol: Array, S: Array, models: Models) -> American:
    """Evaluate the options at each spot alone; (options, spots)."""
    nodes = [evaluate(option._replace(spot=column), vol, models) for column in S.T]
    return American(*np.stack([np.stack(node) for node in nodes], axis=-1))


def plain(count: int, seed: int, *, american: bool = False, widest: float = 0.8) -> tuple[Option, Array]:
    """Draw options without cash dividends as an exchange lists them, and their vols."""
    rng = np.random.default_rng(seed)
    spot = rng.uniform(10, 500, count)
    columns = [rng.choice([-1.0, 1.0], count), spot, spot * rng.uniform(0.6, 1.5, count)]
    columns += [rng.uniform(low, high, count) for low, high in ((0.01, 3), (-0.02, 0.08), (-0.01, 0.05))]
    option = Option._make([*columns, Dividends(*np.zeros((2, count, 0))), np.full(count, american)])
    return option, rng.uniform(0.05, widest, count)


@pytest.mark.parametrize("model", MODELS)
def test_prices_are_those_of_each_spot_alone(model: DividendModel) -> None:
    """To the last digits by formulas and boundaries; on a grid, which is another one at each spot, to 0.0005."""
    models, S = Models(dividend_model=model), np.tile(SPOTS, (8, 1))
    found, expected = ladder(book(), VOL, models).prices(SPOTS), at_each_node(book(), VOL, S, models).price
    is_gridded = IS_PAID & (book().is_american | (model == "spot"))
    assert found[~is_gridded] == pytest.approx(expected[~is_gridded], rel=1e-12)
    assert found[is_gridded] == pytest.approx(expected[is_gridded], abs=5e-4)
    assert is_gridded.sum() == {"spot": 4, "escrowed": 2}[model]
    assert (found[4:, 2] != found[:4, 2]).all()  # the dividends count


@pytest.mark.parametrize("model", MODELS)
def test_greeks_are_those_of_each_spot_alone(model: DividendModel) -> None:
    """With premium and boundary; also at spots of each option's own."""
    models, S = Models(dividend_model=model), SPOTS[1:4] * np.linspace(0.95, 1.05, 8)[:, None]
    found, expected = ladder(book(), VOL, models).evaluate(S), at_each_node(book(), VOL, S, models)
    for name, ours, theirs in zip(American._fields, found, expected, strict=True):
        assert ours.shape == (8, 3), name
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11, err_msg=name)
    assert np.isfinite(found.boundary[[2, 3]]).all()
    assert (found.premium[[3, 7]] > 0).all()


@pytest.mark.parametrize("model", MODELS)
def test_calls_rise_with_spot_and_puts_fall(model: DividendModel) -> None:
    """By no more than spot itself, and prices are convex, from where spot can pay its dividends on."""
    S = np.linspace(5, 300, 600)
    prices = ladder(book(), VOL, Models(dividend_model=model)).prices(S)
    slopes = book().sign[:, None] * np.diff(prices) / np.diff(S)
    assert slopes.min() > -1e-9
    assert slopes.max() < 1 + 1e-9
    assert np.diff(prices, 2).min() > -1e-6
    assert (prices >= 0).all()
    assert (prices.max(axis=1) > 80).all()


@pytest.mark.parametrize("model", MODELS)
def test_at_a_spot_of_nothing(model: DividendModel) -> None:
    """A call is worth nothing, a put its strike: at expiry if it is European, at once if American."""
    laid = ladder(book(), VOL, Models(dividend_model=model))
    later = 100 * math.exp(-0.035)
    expected = [0, later, 0, 100] * 2
    assert laid.prices([0.0])[:, 0] == pytest.approx(expected, rel=1e-5)
    assert laid.prices([0.0])[:4, 0] == pytest.approx(expected[:4], rel=1e-14)
    assert laid.prices_at_moves(100.0, [0.0, 1.0])[:, 0] == pytest.approx(expected, rel=1e-5)


def test_without_time_left_options_are_worth_what_exercise_pays() -> None:
    """They need no rate, yield and vol; the greeks are those of the payoff, at the strike half of delta."""
    over = book()._replace(
        years=np.tile([0.0, -0.5], 4), rate=np.full(8, np.nan), dividend_yield=np.full(8, np.nan)
    )
    laid = ladder(over, np.full(8, np.nan), Models())
    payoff = np.maximum(over.sign[:, None] * (SPOTS - 100.0), 0.0)
    assert laid.prices(SPOTS).tolist() == payoff.tolist()
    assert laid.prices_at_moves(100.0, SPOTS / 100.0) == pytest.approx(payoff, abs=1e-12)
    found = laid.evaluate(SPOTS)
    assert found.price.tolist() == payoff.tolist()
    assert found.delta.tolist() == (0.5 * (over.sign[:, None] + np.sign(SPOTS - 100.0))).tolist()
    assert not np.stack(found[2:7]).any()
    assert np.isnan(found.boundary).all()


@pytest.mark.parametrize("model", MODELS)
def test_without_volatility_options_are_exercised_at_the_best_time(model: DividendModel) -> None:
    """As at each spot alone, with cash dividends and without."""
    models, S = Models(dividend_model=model), np.tile(SPOTS, (8, 1))
    laid, vol = ladder(book(), np.zeros(8), models), np.zeros(8)
    expected = at_each_node(book(), vol, S, models)
    assert laid.prices(SPOTS) == pytest.approx(expected.price, rel=1e-13)
    assert laid.prices_at_moves(100.0, SPOTS / 100) == pytest.approx(expected.price, rel=1e-12)
    np.testing.assert_allclose(np.stack(laid.evaluate(SPOTS)), np.stack(expected), rtol=1e-13)
    assert expected.price[6, 3] > expected.price[4, 3]  # the call is exercised before a dividend


@pytest.mark.parametrize("name", ["sign", "strike", "years", "rate", "dividend_yield", "vol"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_missing_makes_its_own_option_missing(model: DividendModel, name: str) -> None:
    """Each kind of option alone, and no other."""
    models, whole = (
        Models(dividend_model=model),
        ladder(book(), VOL, Models(dividend_model=model)).prices(SPOTS),
    )
    for row in range(0, 8, 3):
        option, vol = book(), VOL.copy()
        column = vol if name == "vol" else getattr(option, name)
        column[row] = np.nan
        laid, others = ladder(option, vol, models), np.arange(8) != row
        for found in (laid.prices(SPOTS), laid.prices_at_moves(100.0, SPOTS / 100)):
            assert np.isnan(found[row]).all()
            assert found[others] == pytest.approx(whole[others], abs=1e-10)
        assert all(np.isnan(numbers[row]).all() for numbers in laid.evaluate(SPOTS[:1])[:6])


def test_a_missing_spot_is_missing_alone() -> None:
    """In a ladder, and as the spot that is moved; a negative spot is none either."""
    laid = ladder(book(), VOL, Models(dividend_model="escrowed"))
    S = np.tile(SPOTS, (8, 1))
    S[:, 1], S[:, 3] = np.nan, -1.0
    assert np.isnan(laid.prices(S)).tolist() == [[False, True, False, True, False]] * 8
    spot = np.array([100.0, math.nan] * 4)
    assert np.isnan(laid.prices_at_moves(spot, [0.9, 1.1]))[:, 0].tolist() == [False, True] * 4
    assert np.isnan(laid.prices_at_moves(100.0, [math.nan, 1.0])).tolist() == [[True, False]] * 8


@pytest.mark.parametrize("model", MODELS)
def test_moves_are_the_ladder_of_their_products(model: DividendModel) -> None:
    """For every kind of option, each from a spot of its own."""
    laid = ladder(book(), VOL, Models(dividend_model=model))
    spot, factors = np.linspace(80, 120, 8), np.array([0.7, 0.95, 1.0, 1.2])
    found, expected = laid.prices_at_moves(spot, factors), laid.prices(spot[:, None] * factors)
    assert found.shape == expected.shape == (8, 4)
    assert found == pytest.approx(expected, abs=1e-12)
    assert (found[:, 0] != found[:, 3]).all()


@pytest.mark.parametrize("moves", [1, 3, 40])
def test_moves_of_european_books_are_black_and_scholes(moves: int) -> None:
    """Over several blocks, with deviations up to 2 and beyond: to 1e-13 of the larger of spot and strike."""
    option, vol = plain(12_000, seed=1, widest=1.6)
    factors = np.linspace(0.3, 2.5, moves)
    found = ladder(option, vol, Models()).prices_at_moves(option.spot, factors)
    sign, S, K, T, r, q = (column[:, None] for column in option.inputs)
    expected = black_scholes.prices(sign, S * factors, K, T, r, q, vol[:, None])
    assert np.max(np.abs(found - expected) / np.maximum(S * factors, option.strike[:, None])) < 1e-13
    assert (found >= 0).all()
    assert (vol * np.sqrt(option.years)).max() > module.DEVIATIONS[1]
    assert option.sign.size * moves > module.BLOCK / 2


def test_hard_moves_are_black_and_scholes_too() -> None:
    """An hour to expiry or thirty years, vols of 0.1% to 500%, and spots a thousandth and a thousand times as high."""
    rng = np.random.default_rng(5)
    n = 4000
    years = np.exp(rng.uniform(math.log(1 / 8760), math.log(30), n))
    vol = np.exp(rng.uniform(math.log(0.001), math.log(5), n))
    option, _ = plain(n, seed=2)
    option, factors = option._replace(years=years), np.array([1e-3, 0.5, 0.99, 1.0, 1.01, 2.0, 1e3])
    found = ladder(option, vol, Models()).prices_at_moves(option.spot, factors)
    sign, S, K, T, r, q = (column[:, None] for column in option.inputs)
    expected = black_scholes.prices(sign, S * factors, K, T, r, q, vol[:, None])
    scale = np.maximum(S * factors * np.exp(-q * T), K * np.exp(-r * T))
    assert np.max(np.abs(found - expected) / scale) < 1e-13


def test_nothing_moves_by_a_factor_of_one() -> None:
    """What European options are worth there is the same to the last digit beside any other factors and options."""
    option, vol = plain(9000, seed=3, widest=1.6)
    laid = ladder(option, vol, Models())
    alone = laid.prices_at_moves(option.spot, [1.0])[:, 0]
    for others in (1, 2, 20, 33):
        beside = laid.prices_at_moves(option.spot, [*np.linspace(0.7, 1.4, others), 1.0])[:, -1]
        assert (beside == alone).all()
    assert (laid.prices_at_moves(option.spot, [0.0, 1.0, math.nan])[:, 1] == alone).all()
    is_chosen = np.arange(9000) % 7 == 3
    few = ladder(option.take(is_chosen), vol[is_chosen], Models())
    assert (few.prices_at_moves(option.spot[is_chosen], [1.0])[:, 0] == alone[is_chosen]).all()


def test_american_moves_by_a_factor_of_one_differ_by_rounding() -> None:
    """Beside few other factors and many."""
    option, vol = plain(150, seed=4, american=True)
    laid = ladder(option, vol, Models())
    alone = laid.prices_at_moves(option.spot, [1.0])[:, 0]
    for others in (2, 20, 300):
        beside = laid.prices_at_moves(option.spot, [*np.linspace(0.7, 1.4, others), 1.0])[:, -1]
        assert np.max(np.abs(beside - alone) / option.spot) < 1e-14
    assert (alone > 0).all()


def test_american_options_that_are_never_exercised_early_are_european() -> None:
    """A call without a yield at a positive rate, and a put at a negative rate; a put at a positive rate is not."""
    option, vol = plain(60, seed=7, american=True)
    rate = np.where(np.arange(60) % 3 == 0, 0.03, 0.02 * option.sign)
    never = option._replace(rate=rate, dividend_yield=np.minimum(0.0, rate))
    factors = [0.8, 1.0, 1.3]
    early, held = (
        ladder(never._replace(is_american=np.full(60, american)), vol, Models()).prices_at_moves(
            option.spot, factors
        )
        for american in (True, False)
    )
    is_put = never.sign < 0
    assert (early == held).all(axis=1).tolist() == (~(is_put & (rate > 0))).tolist()
    each = at_each_node(never, vol, option.spot[:, None] * factors, Models()).price
    assert early == pytest.approx(each, rel=1e-9, abs=1e-11)
    assert 5 < (is_put & (rate > 0)).sum() < 55


def test_mills_ratio_is_scipys() -> None:
    """By the error of a price that it makes, and falling everywhere, so that no time value is negative."""
    z = np.linspace(-1, 40, 200_001)
    found, scratch = np.empty_like(z), np.empty_like(z)
    module._mills(z + 1.0, found, scratch)
    exact = math.sqrt(math.pi / 2) * erfcx(z / math.sqrt(2))
    assert np.max(np.abs(found - exact) * np.exp(-0.5 * z * z)) < 2e-14
    assert np.max(np.abs(found / exact - 1)) < 2e-9
    assert (np.diff(found) < 0).all()


def test_each_contract_is_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often prices are asked for; slopes of boundaries only where greeks are."""
    solved: list[bool] = []

    original = american.exercise

    def exercise(*option: Array, with_slopes: bool) -> american.Exercise:
        solved.append(with_slopes)
        return original(*option, with_slopes=with_slopes)

    monkeypatch.setattr(american, "exercise", exercise)
    laid = ladder(*plain(5, seed=6, american=True), Models())
    for _ in range(3):
        laid.prices(SPOTS)
        laid.prices_at_moves(100.0, [0.9, 1.0])
    assert solved == [False]
    laid.evaluate(SPOTS)
    assert solved == [False, True]


def test_european_options_in_the_spot_model_are_quantlibs() -> None:
    """A year's put and call around a dividend of 7; the numbers are those of tests/pricing/test_dividends.py."""
    option = (
        book()
        .take(np.arange(8) < 1)
        ._replace(
            strike=np.array([100.0]),
            years=np.array([1.0]),
            dividend_yield=np.zeros(1),
            dividends=Dividends(np.array([[182 / 365]]), np.array([[7.0]])),
        )
    )
    found = ladder(option, np.array([0.3]), Models()).prices([80.0, 100.0, 120.0])
    assert found[0, 1] == pytest.approx(10.69138, abs=1e-3)
    paid = dividends.present_value(option.dividends, 1.0, 0.05, 0.0)
    put = ladder(option._replace(sign=-option.sign), np.array([0.3]), Models()).prices([80.0, 100.0, 120.0])
    parity = np.array([80.0, 100.0, 120.0]) - paid - 100 * math.exp(-0.05)
    assert found[0] - put[0] == pytest.approx(parity, abs=1e-3)


def test_no_options_and_no_spots() -> None:
    """Nothing asked is nothing answered."""
    none = ladder(book().take(np.zeros(8, dtype=np.bool_)), np.empty(0), Models())
    assert none.prices(SPOTS).shape == (0, 5)
    assert none.prices_at_moves(np.empty(0), [1.0]).shape == (0, 1)
    assert none.evaluate(SPOTS).price.shape == (0, 5)
    whole: Ladder = ladder(book(), VOL, Models())
    assert whole.prices(np.empty(0)).shape == whole.prices_at_moves(100.0, np.empty(0)).shape == (8, 0)
