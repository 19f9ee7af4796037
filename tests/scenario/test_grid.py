"""The grid: exactly zero at rest, additive, and every node as py_vollib reprices it."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.errors import MarketDataError
from optlab.market import Market, quote_table
from optlab.pricing import american, reference
from optlab.scenario import Scenario

SAMPLES = Path(__file__).parents[2] / "sample_positions"
LEGS = ((2, "call", 24, NEAR), (-2, "call", 27, FAR), (1000, "stock"), (-1, "put", 22, NEAR))


def xiaomi_book() -> ol.Valuation:
    """Price the sample's 22 packages in Xiaomi."""
    book = ol.read(str(SAMPLES / "xiaomi_top_trades.csv"))
    return book.price(ol.read_market(str(SAMPLES / "xiaomi_market.csv")))


def us_book() -> ol.Valuation:
    """Price the retail account in dollars and euros."""
    book = ol.read(str(SAMPLES / "us_book.csv"))
    return book.price(ol.read_market(str(SAMPLES / "us_market.csv")))


def at(result: Scenario, **node: float) -> pd.Series:
    """Return the one row of a grid at a node."""
    table = result.long
    for name, size in node.items():
        table = table[np.isclose(table[name], size)]
    assert len(table) == 1
    return table.iloc[0]


# --- the laws ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spot", ["-20%:20%:5%", "-2s:2s:1s"])
def test_the_node_at_rest_is_exactly_zero(spot: str) -> None:
    """Not nearly: the same number is taken from itself, in a large book too."""
    for book in (xiaomi_book(), us_book()):
        result = book.scenario(spot=spot, days=[0, 7], rate=[-0.01, 0], by="strategy")
        table = result.long
        move = "spot_move" if "%" in spot else "spot_sigmas"
        rest = table[(table[[move, "vol_move", "days_ahead", "rate_move"]] == 0).all(axis=1)]
        assert len(rest) == len(result.groups) > 5
        assert (rest["profit"] == 0.0).all()
        assert (table["profit"] != 0.0).mean() > 0.9


def test_a_grid_without_the_node_at_rest_is_measured_from_it() -> None:
    """The same profit whether the grid has the node without a move or not."""
    whole = valued(*LEGS).scenario([-0.1, 0, 0.1], [0, 0.05], days=[0, 7])
    part = valued(*LEGS).scenario([-0.1], [0.05], days=[7])
    node = {"spot_move": -0.1, "vol_move": 0.05, "days_ahead": 7}
    assert at(part, **node)["profit"] == pytest.approx(at(whole, **node)["profit"], rel=1e-12)


@pytest.mark.parametrize("by", ["strategy", "underlying", "expiry", "account"])
def test_parts_add_up_to_the_book(by: str) -> None:
    """The grid by strategy, underlying, expiry or account sums to the grid of the book, currency by currency."""
    whole = us_book().scenario(days=[0, 30]).totals
    parts = us_book().scenario(days=[0, 30], by=by).totals
    assert set(whole) == set(parts) == {"USD", "EUR"}
    for currency, profits in whole.items():
        np.testing.assert_allclose(parts[currency], profits, rtol=1e-10, atol=1e-7)


def test_legs_add_up_to_the_book() -> None:
    """The full grid has a row for every leg at every node."""
    book = xiaomi_book()
    result = book.scenario([-0.1, 0, 0.1], [0, 0.1], full=True)
    assert len(result.long) == len(book.legs) * 6
    np.testing.assert_allclose(result.totals["HKD"], book.scenario([-0.1, 0, 0.1], [0, 0.1]).totals["HKD"])


def test_the_value_at_rest_is_the_book_s() -> None:
    """What the grid starts from is what `optlab greeks` totals, greeks among it."""
    book = us_book()
    row = at(book.scenario([0], [0], currency="USD", greeks=True), spot_move=0)
    total = book.greeks(currency="USD").iloc[0]
    for name in ("value", "delta_cash", "gamma_cash", "vega", "theta", "rho"):
        assert row[name] == pytest.approx(total[name], rel=1e-6), name


@pytest.mark.parametrize("kind", ["call", "put"])
def test_with_cash_dividends_the_value_at_rest_is_the_book_s_to_a_millionth(kind: str) -> None:
    """An American option is read off a grid at its node, and from a grid of its own in the totals; greeks are the same."""
    quotes = market().with_dividends({"MIU": [("2026-10-20", 1.5)]})
    book = ol.Book.of(xiaomi((1, kind, 20, FAR), (-1, kind, 24, FAR))).price(quotes)
    row, total = at(book.scenario([0], [0], greeks=True), spot_move=0), book.greeks().iloc[0]
    assert row["value"] == pytest.approx(total["value"], rel=5e-6)
    for name in ("delta_cash", "gamma_cash", "vega", "theta", "rho"):
        assert row[name] == pytest.approx(total[name], rel=1e-12), name


@settings(max_examples=5, deadline=None)
@given(
    quantities=st.lists(st.integers(-5, 5).filter(bool), min_size=2, max_size=4),
    factor=st.integers(-3, 3).filter(bool),
)
def test_a_book_of_several_times_the_size_gains_as_many_times(quantities: list[int], factor: int) -> None:
    kinds = itertools.cycle([("call", 24, NEAR), ("put", 23, FAR), ("stock",)])
    legs = [(quantity, *next(kinds)) for quantity in quantities]
    once = valued(*legs).scenario([-0.1, 0.1], [0.05]).profits
    often = valued(*((factor * quantity, *rest) for quantity, *rest in legs)).scenario([-0.1, 0.1], [0.05])
    np.testing.assert_allclose(often.profits, factor * once, rtol=1e-9, atol=1e-6)


# --- other people's numbers --------------------------------------------------------------------------------


def test_one_leg_is_repriced_by_py_vollib_at_every_node() -> None:
    """135 nodes of a European put: spot, volatility, days and rate moved, against py_vollib one by one."""
    book = valued((3, "put", 24, NEAR), style="european")
    result = book.scenario("-20%:20%:5%", "-10,0,+10", days="0,7,30", rate="-100bp,0")
    leg, theirs = book.legs.iloc[0], reference.load().price
    table = result.long
    expected = [
        theirs(
            flag="p",
            S=24.24 * (1 + row["spot_move"]),
            K=24.0,
            t=leg["years"] - row["days_ahead"] / 365,
            r=0.027 + row["rate_move"],
            sigma=0.43 + row["vol_move"],
            q=0.0,
        )
        for _, row in table.iterrows()
    ]
    worth = 3 * 1000 * (np.array(expected) - leg["price"])
    np.testing.assert_allclose(table["profit"], worth, rtol=0, atol=1e-7)
    assert len(table) == 9 * 3 * 3 * 2


def test_one_american_leg_is_repriced_by_its_own_model_at_every_node() -> None:
    result = valued((1, "put", 28, FAR)).scenario([-0.2, 0, 0.2], [-0.1, 0.1])
    years = result.seen.valued["years"].iloc[0]
    table = result.long
    S, vol = 24.24 * (1 + table["spot_move"].to_numpy()), 0.43 + table["vol_move"].to_numpy()
    theirs = american.prices(-1, S, 28.0, years, 0.027, 0.0, vol)
    np.testing.assert_allclose(table["value"], 1000 * theirs, atol=1e-5)


def test_a_node_by_hand() -> None:
    """The sample's first trade, 200 diagonals: 24 calls of 30DEC bought, 27 calls of 27NOV sold, spot down a tenth.

    Their settlement prices of 2.17 and 0.73 imply 41.56% and 43.74%. At a spot of 21.816 py_vollib prices them at
    1.0239 and 0.2227, so the trade of 1,000 shares each loses 200 x 1,000 x ((2.17 - 1.0239) - (0.73 - 0.2227)).
    """
    result = xiaomi_book().scenario([-0.1, 0], [0], by="strategy")
    row = result.long.query("strategy_id == 'MIU-1' and spot_move < 0").iloc[0]
    assert row["profit"] == pytest.approx(-127_760, abs=30)
    assert row["node_spot"] == pytest.approx(21.816)
    theirs = reference.load().price
    bought = theirs(flag="c", S=21.816, K=24.0, t=89 / 365, r=0.027, sigma=0.4156116, q=0.0)
    sold = theirs(flag="c", S=21.816, K=27.0, t=56 / 365, r=0.027, sigma=0.4373754, q=0.0)
    assert [bought, sold] == pytest.approx([1.0239, 0.2227], abs=1e-4)
    assert row["profit"] == pytest.approx(200_000 * ((bought - 2.17) - (sold - 0.73)), abs=0.5)


# --- what moves, and how -----------------------------------------------------------------------------------


def test_stock_moves_with_spot_and_cash_not_at_all() -> None:
    result = valued((1000, "stock"), (5000, "cash")).scenario([-0.1, 0, 0.2], [0, 0.1], days=[0, 30])
    table = result.long
    np.testing.assert_allclose(table["profit"], 24240 * table["spot_move"], atol=1e-9)
    np.testing.assert_allclose(table["value"], 29240 + 24240 * table["spot_move"])


def test_what_is_over_now_does_not_move() -> None:
    book = valued((1, "put", 25, "2026-10-02"))
    assert (book.scenario().long["profit"] == 0).all()
    assert set(book.scenario().long["value"].round(6)) == {760.0}


def test_an_expiry_on_the_way_is_settled_and_said() -> None:
    """The put that expires on 27 November is worth what exercise pays after 60 days."""
    result = valued((1, "put", 24, NEAR)).scenario([-0.1, 0.1], [0], days=[60])
    assert result.long["value"].tolist() == [pytest.approx(1000 * (24 - 21.816)), 0.0]
    assert result.notices[0].startswith("1 leg expires within 60 days: an option is then worth")
    assert valued((1, "put", 24, NEAR)).scenario(days=[7]).notices == ()


def test_volatilities_at_the_floor_are_counted() -> None:
    result = valued((1, "put", 24, NEAR), (1, "call", 24, NEAR)).scenario([0], [-0.43, 0])
    assert result.notices == (
        "2 legs are held at a volatility of 1%, or their own if lower, in the lowest moves",
    )


def test_beta_weighted_moves_say_so() -> None:
    """The index is the axis, the stock moves by its beta."""
    rows = [{"underlying": "MIU", "spot": 24.24, "beta": 2.0}, {"underlying": "HSI", "spot": 26000.0}]
    quotes = Market(quote_table(rows), dt.date(2026, 10, 2))
    book = ol.Book.of(xiaomi((1000, "stock"))).price(quotes)
    result = book.scenario([-0.1], [0], beta_to="hsi")
    assert result.long["profit"].tolist() == pytest.approx([-0.2 * 24240])
    assert result.notices == ("moves of spot are those of HSI: each underlying moves by beta times as much",)


def test_dividends_come_nearer_with_the_days() -> None:
    """A call loses less value to a dividend that has been paid by then: spot is that of the node."""
    quotes = market().with_dividends({"MIU": [("2026-10-20", 1.0)]})
    book = ol.Book.of(xiaomi((1, "call", 24, NEAR), style="european")).price(quotes)
    plain = ol.Book.of(xiaomi((1, "call", 24, NEAR), style="european")).price(market())
    paid = book.scenario([0], [0], days=[0, 20]).long["value"]
    free = plain.scenario([0], [0], days=[0, 20]).long["value"]
    assert paid[0] < free[0] - 100
    assert paid[1] == pytest.approx(free[1], abs=1e-6)


def test_stock_is_paid_its_dividends_on_the_way() -> None:
    """From the ex-date on a holder has spot and the cash, who is short owes it, and nobody has it before."""
    quotes = market().with_dividends({"MIU": [("2026-10-20", 1.5), ("2026-10-30", 0.5)]})
    for quantity in (1000, -200):
        book = ol.Book.of(xiaomi((quantity, "stock"))).price(quotes)
        table = book.scenario([-0.1, 0], [0], days=[0, 17, 18, 40]).long
        moved = table["profit"] - quantity * 24.24 * table["spot_move"]
        assert (moved / quantity).tolist() == pytest.approx([0, 0, 0, 0, 1.5, 1.5, 2, 2], abs=1e-9)


def test_stock_and_options_keep_parity_over_an_ex_date() -> None:
    """Stock, a put and a short call of one strike are worth the discounted strike and the dividend, paid or ahead.

    Without the dividend in the stock's profit the three would lose it at the ex-date.
    """
    quotes = market().with_dividends({"MIU": [("2026-10-20", 1.5)]})
    legs = xiaomi((1000, "stock"), (1, "put", 24, NEAR), (-1, "call", 24, NEAR), style="european")
    result = ol.Book.of(legs).price(quotes).scenario([-0.1, 0, 0.1], [0], days=[0, 10, 30])
    table, left = result.long, result.seen.valued["years"].max() - result.long["days_ahead"] / 365
    ahead = np.maximum(18 - 16 / 24 - table["days_ahead"], 0) / 365  # trades without it from midnight on
    worth = 1000 * (24 * np.exp(-0.027 * left) + 1.5 * np.exp(-0.027 * ahead))
    np.testing.assert_allclose(table["value"], worth, atol=0.05)
    assert table["profit"].abs().max() < 100


def test_what_is_over_at_a_node_has_no_greeks_there() -> None:
    """At the strike too, where an option that expires now would count half a share."""
    result = valued((1, "put", 24.24, NEAR), (1000, "stock")).scenario(
        [-0.1, 0], [0], days=[7, 60], greeks=True
    )
    later, earlier = result.long[result.long["days_ahead"] == 60], result.long[result.long["days_ahead"] == 7]
    assert later["delta_cash"].tolist() == pytest.approx([21816, 24240])
    assert not later[["gamma_cash", "vega", "theta", "rho"]].to_numpy().any()
    assert earlier["delta_cash"].max() < 20000


def test_an_index_without_a_price_is_refused_unless_it_is_held() -> None:
    """As in the totals: a name that neither the market nor the book knows is a slip of the pen."""
    quotes = Market(quote_table([{"underlying": "MIU", "spot": 24.24, "beta": 1.5}]), dt.date(2026, 10, 2))
    book = ol.Book.of(xiaomi((1000, "stock"))).price(quotes)
    message = r"no price of the index XXX. Fix: add it to the market, or say --spot XXX=PRICE."
    for run in (book.scenario, book.stress, book.greeks):
        with pytest.raises(MarketDataError, match=message):
            run(beta_to="XXX")
    said = ol.Book.of(xiaomi((1000, "stock"))).price(quotes.override(spot={"XXX": 100.0}))
    assert said.scenario([-0.1], [0], beta_to="XXX").profits.item() == pytest.approx(-0.15 * 24240)
    assert book.scenario([-0.1], [0], beta_to="MIU").profits.item() == pytest.approx(-0.1 * 24240)


def test_a_book_without_rows_has_a_grid_without_rows() -> None:
    empty = ol.Book.of(xiaomi((1, "stock")).head(0)).price(market())
    result = empty.scenario(greeks=True)
    assert [len(table) for table in result.tables.values()] == [0, 0, 0]
    assert len(empty.stress().table) == 0


def test_money_can_be_in_one_currency() -> None:
    dollars = us_book().scenario([-0.1], [0], currency="USD").totals["USD"]
    apart = us_book().scenario([-0.1], [0]).totals
    assert dollars.item() == pytest.approx(apart["USD"].item() + 1.17 * apart["EUR"].item())


def test_a_group_without_a_value_has_no_profit() -> None:
    """A leg without a volatility is counted, and is not taken for one that gains nothing."""
    quotes = Market.of(as_of="2026-10-02", spot=24.24, rate=0.03)
    book = ol.Book.of(xiaomi((1, "call", 24, NEAR), (100, "stock"), account=["a", "b"])).price(quotes)
    table = book.scenario([-0.1, 0], [0], by="account").long
    assert table.loc[table["account"] == "a", "profit"].isna().all()
    assert table.groupby("account")["unpriced"].first().tolist() == [1, 0]
    assert book.scenario([-0.1], [0]).long["profit"].tolist() == pytest.approx([-242.4])
