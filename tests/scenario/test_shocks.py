"""One shock on contracts: time, volatility with its floor and its term rule, rate, dividends, and prices after it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optlab.pricing import Models, american, black_scholes, dividends
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, forward, forwards_at
from optlab.pricing.models import Option
from optlab.scenario.shocks import (
    GREEKS,
    Contracts,
    Shock,
    at_no_shock,
    greeks,
    is_held,
    is_settled,
    prices,
    shocked_vols,
)

SIGNS, YEARS, VOLS = np.array([1.0, -1.0, 0.0]), np.array([0.5, 10 / 365, 0.25]), np.array([0.30, 0.40, 0.0])
SPOT, STRIKE, RATE, YIELD = 100.0, 105.0, 0.03, 0.01


def contracts(*, paid: float = 0.0, is_american: bool = False) -> Contracts:
    """Lay out a call, a put and a future on one underlying; dividends come after a month."""
    ahead = Dividends(np.full((3, 1), 30 / 365), np.full((3, 1), paid))
    spot, strike, rate, dividend_yield = (np.full(3, value) for value in (SPOT, STRIKE, RATE, YIELD))
    flags = np.full(3, is_american) & (SIGNS != 0)
    option = Option(SIGNS, spot, strike, YEARS, rate, dividend_yield, ahead, flags)
    return Contracts(option, VOLS, np.zeros(3, dtype=np.intp))


def shock(
    *factors: float, days: float = 0.0, points: float = 0.0, relative: float = 0.0, rate: float = 0.0
) -> Shock:
    """Move the one underlying."""
    moves = np.array([factors or (1.0,)])
    vol, own, interest = (np.array([value]) for value in (points, relative, rate))
    return Shock(days, moves, vol, own, interest)


def european(spot: Array, *, years: Array = YEARS, vol: Array = VOLS, rate: float = RATE) -> Array:
    """Price the call and the put by the formula."""
    columns = (values[:2, None] for values in (SIGNS, years, vol))
    sign, T, sigma = columns
    return black_scholes.prices(sign, spot, STRIKE, T, rate, YIELD, sigma)


def test_every_input_moves_as_it_is_told() -> None:
    """Spot by a factor, time by days, rate and volatility by their moves, and nothing else."""
    after = shock(0.9, 1.1, days=3, points=0.05, rate=0.01)
    found = prices(contracts(), after, Models())
    spots = SPOT * np.array([0.9, 1.1])
    expected = european(spots, years=YEARS - 3 / 365, vol=VOLS + 0.05, rate=RATE + 0.01)
    np.testing.assert_allclose(found[:2], expected, rtol=0, atol=1e-11)


def test_a_future_is_its_forward_and_stock_its_spot() -> None:
    moved = prices(contracts(), shock(0.9, days=10), Models())[2, 0]
    assert moved == pytest.approx(90 * math.exp((RATE - YIELD) * (0.25 - 10 / 365)), abs=1e-12)
    stock = contracts()._replace(option=contracts().option._replace(years=np.zeros(3)))
    assert prices(stock, shock(0.9, days=10), Models())[2, 0] == 90.0


def test_a_future_loses_the_dividend_until_it_is_paid() -> None:
    """After the ex-date the dividend is no longer ahead."""
    before, after = (prices(contracts(paid=2.0), shock(1.0, days=days), Models())[2, 0] for days in (29, 31))
    growth = (RATE - YIELD) * (0.25 - 29 / 365)
    assert before == pytest.approx((100 - 2 * math.exp(-(RATE - YIELD) / 365)) * math.exp(growth), abs=1e-12)
    assert after == pytest.approx(100 * math.exp((RATE - YIELD) * (0.25 - 31 / 365)), abs=1e-12)


def test_a_future_is_never_worth_less_than_nothing() -> None:
    """Where the dividends ahead are worth more than the spot of the node; everywhere else it is the forward."""
    found = prices(contracts(paid=30.0), shock(0.1, 0.5), Models())[2]
    assert found[0] == 0.0
    left = 50 - 30 * math.exp(-(RATE - YIELD) * 30 / 365)
    assert found[1] == pytest.approx(left * math.exp((RATE - YIELD) * 0.25), abs=1e-12)


def test_forwards_at_many_spots_are_those_of_one_by_one() -> None:
    """Spots may be each contract's own or shared, and after delivery a forward is spot."""
    ahead = Dividends(np.full((2, 1), 0.1), np.array([[0.0], [2.0]]))
    years, rate, dividend_yield = np.array([0.25, -0.1]), np.full(2, 0.03), np.array([0.01, 0.02])
    own = np.array([[80.0, 100.0], [90.0, 110.0]])
    found = forwards_at(own, years, rate, dividend_yield, ahead)
    assert found[0] == pytest.approx(own[0] * math.exp(0.02 * 0.25))
    assert found[1].tolist() == [90.0, 110.0]
    shared = forwards_at(own[0], np.full(2, 0.25), rate, dividend_yield, ahead)
    for row in range(2):
        one = Dividends(*(values[row] for values in ahead))
        expected = [float(forward(S, 0.25, 0.03, dividend_yield[row], one)) for S in own[0]]
        assert shared[row] == pytest.approx(expected, abs=1e-12)


def test_stock_is_paid_what_goes_ex_on_the_way() -> None:
    """The day itself counts; a dividend of the past does not, and a future that expired later is paid none."""
    ahead = Dividends(np.array([[-5 / 365, 10 / 365, 40 / 365]] * 3), np.array([[9.0, 1.0, 2.0]] * 3))
    for days, paid in ((9.99, 0.0), (10, 1.0), (39, 1.0), (50, 3.0)):
        own = contracts().option._replace(
            years=np.array([0.5, 0.0, 9 / 365]), sign=np.zeros(3), dividends=ahead
        )
        found = prices(contracts()._replace(option=own), shock(0.9, days=days), Models())
        assert found[1, 0] == 90.0 + paid
        assert found[2, 0] == 90.0 or days < 9


def test_the_call_sees_dividends_come_nearer() -> None:
    """In the escrowed model European options are Black-Scholes at the spot less what is still to come."""
    models = Models(dividend_model="escrowed")
    found = prices(contracts(paid=2.0), shock(1.0, days=20), models)[0, 0]
    left = 100 - 2 * math.exp(-(RATE - YIELD) * 10 / 365)
    assert found == pytest.approx(european(np.array([left]), years=YEARS - 20 / 365)[0, 0], abs=1e-11)


def test_american_legs_are_priced_as_american_and_dividends_on_a_grid() -> None:
    found = prices(contracts(is_american=True), shock(0.8, 1.0), Models())
    expected = american.prices(-1, [80.0, 100.0], STRIKE, YEARS[1], RATE, YIELD, VOLS[1])
    np.testing.assert_allclose(found[1], expected, atol=1e-9)
    paid = contracts(paid=2.0, is_american=True)
    own = Dividends(*(values[:1] for values in paid.option.dividends))
    call = dividends.prices(1, 100.0, STRIKE, 0.5, RATE, YIELD, 0.3, own, model="spot", american=True)
    assert prices(paid, shock(1.0), Models())[0, 0] == pytest.approx(float(call.item()), abs=5e-3)


def test_an_option_that_expires_on_the_way_is_settled() -> None:
    """On the day of expiry and after it a put is worth what exercise pays at the spot of the node."""
    for days in (10.0, 40.0):
        assert prices(contracts(), shock(0.9, 1.1, days=days), Models())[1].tolist() == [15.0, 0.0]
    assert is_settled(contracts(), 10.0).tolist() == [False, True, False]
    assert is_settled(contracts(), 9.99).tolist() == [False, False, False]
    assert is_settled(contracts(), 100.0).tolist() == [False, True, True]


def test_prices_do_not_depend_on_which_other_underlyings_move_differently() -> None:
    """The way for moves that all share, and that for moves of each underlying, give the same."""
    own = contracts()._replace(underlying=np.array([0, 1, 1]))
    every = np.ones(2)
    apart = Shock(0.0, np.array([[0.9, 1.0], [1.1, 1.2]]), 0 * every, 0 * every, 0 * every)
    found = prices(own, apart, Models())
    np.testing.assert_allclose(found[0], prices(contracts(), shock(0.9, 1.0), Models())[0], atol=1e-11)
    np.testing.assert_allclose(found[1], prices(contracts(), shock(1.1, 1.2), Models())[1], atol=1e-11)


# --- volatility --------------------------------------------------------------------------------------------


def test_volatility_moves_by_points_or_by_a_part_of_itself() -> None:
    assert shocked_vols(contracts(), shock(points=0.1))[:2] == pytest.approx([0.40, 0.50])
    assert shocked_vols(contracts(), shock(relative=-0.5))[:2] == pytest.approx([0.15, 0.20])


def test_the_term_rule_moves_short_options_more() -> None:
    """By sqrt(30 days / T) with the time that is left now, however many days pass; at least a day."""
    scaled = shock(points=0.1, days=5)._replace(is_scaled=True)
    assert shocked_vols(contracts(), scaled)[0] == pytest.approx(0.30 + 0.1 * math.sqrt(30 / 365 / 0.5))
    assert shocked_vols(contracts(), scaled)[1] == pytest.approx(0.40 + 0.1 * math.sqrt(30 / 10))
    last = contracts()._replace(option=contracts().option._replace(years=np.full(3, 0.1 / 365)))
    assert shocked_vols(last, scaled)[1] == pytest.approx(0.40 + 0.1 * math.sqrt(30))


def test_volatility_has_a_floor() -> None:
    """1%, or its own where that is lower already; futures have none to hold."""
    low = contracts()._replace(vol=np.array([0.30, 0.005, 0.0]))
    down = shock(points=-0.5)
    assert shocked_vols(low, down).tolist() == [0.01, 0.005, 0.0]
    assert is_held(low, down).tolist() == [True, True, False]
    assert not is_held(low, shock(points=0.1)).any()


def test_no_shock_changes_no_bit() -> None:
    same = shocked_vols(contracts(), at_no_shock(1)._replace(is_scaled=True))
    assert same.tolist() == VOLS.tolist()


# --- greeks ------------------------------------------------------------------------------------------------


def test_greeks_are_the_slopes_of_the_prices() -> None:
    """Delta cash, gamma cash, vega, theta and rho of every contract, by differences of the prices at the node."""
    spots, step = (0.95, 1.05), 1e-4
    found = dict(zip(GREEKS, greeks(contracts(), shock(*spots, days=2), Models()), strict=True))
    up, mid, down = (
        prices(contracts(), shock(*(f * (1 + move) for f in spots), days=2), Models())
        for move in (step, 0, -step)
    )
    np.testing.assert_allclose(found["delta_cash"][:2], ((up - down) / (2 * step))[:2], rtol=1e-5, atol=1e-5)
    curvature = (up - 2 * mid + down) / step**2 / 100
    np.testing.assert_allclose(found["gamma_cash"][:2], curvature[:2], rtol=1e-3, atol=1e-5)
    bumped = prices(contracts(), shock(*spots, days=2, points=0.0001), Models()) - mid
    np.testing.assert_allclose(found["vega"][:2], (bumped * 100)[:2], rtol=1e-3, atol=1e-6)
    later = prices(contracts(), shock(*spots, days=2.001), Models()) - mid
    np.testing.assert_allclose(found["theta"][:2], (later * 1000)[:2], rtol=2e-3, atol=1e-5)
    dearer = prices(contracts(), shock(*spots, days=2, rate=1e-5), Models()) - mid
    np.testing.assert_allclose(found["rho"][:2], (dearer * 1000)[:2], rtol=1e-3, atol=1e-5)


def test_what_has_expired_on_the_way_has_no_greeks() -> None:
    """The put after 10 days, exactly at the strike and elsewhere, and the future after 92; the others have theirs."""
    found = greeks(contracts(), shock(0.9, 1.05, 1.1, days=10), Models())
    assert not found[:, 1].any()
    assert (found[0, [0, 2]] > 0).all()
    assert not greeks(contracts(), shock(1.0, days=92), Models())[:, 1:].any()


def test_a_future_counts_like_stock() -> None:
    """As in the totals: a delta of 1, and no other greek."""
    assert greeks(contracts(), shock(1.1), Models())[:, 2, 0].tolist() == pytest.approx([110, 0, 0, 0, 0])
