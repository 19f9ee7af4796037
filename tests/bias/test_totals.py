"""The book as one position: net and gross delta cash, the ratio, beta, and two currencies."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from books import AS_OF, NEAR, market, valued, xiaomi
from optlab.bias.lean import Bias
from optlab.bias.totals import TOTAL_COLUMNS
from optlab.book import Book
from optlab.errors import MarketDataError
from optlab.market import Market, quote_table


def test_net_gross_and_their_ratio_by_hand() -> None:
    """1,000 shares long and 400 short in two accounts: 600 net of 1,400 gross."""
    row = valued((1000, "stock"), (-400, "stock"), account=["a", "b"]).bias().totals.iloc[0]
    assert row["delta_cash"] == pytest.approx(600 * 24.24)
    assert row["gross_delta_cash"] == pytest.approx(1400 * 24.24)
    assert row["net_to_gross"] == pytest.approx(600 / 1400)
    assert row[["vega", "theta", "gamma_cash"]].tolist() == [0.0, 0.0, 0.0]


def test_one_way_books_have_a_ratio_of_one() -> None:
    """Bought calls and sold puts on one underlying, sold calls and bought puts on the other."""
    legs = xiaomi(
        *[(1, "call", 24, NEAR), (-1, "put", 22, NEAR), (-1, "call", 24, NEAR), (1, "put", 22, NEAR)],
        group=list("abcd"),
    ).assign(underlying=["MIU", "MIU", "XYZ", "XYZ"], multiplier=1000)
    table = Book.of(legs).price(market()).bias().totals
    assert table["net_to_gross"].tolist() == pytest.approx([1.0, -1.0, 0.0])


def test_gross_is_over_strategies_not_legs() -> None:
    """A spread is one bet: its two deltas are netted first."""
    lean = valued((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="g").bias()
    assert lean.totals["gross_delta_cash"].tolist() == lean.strategies["delta_cash"].tolist()


def in_two_markets(*, currency: str, **quotes: Any) -> Book:  # noqa: ANN401 - any column
    """Make a call on MIU in HKD and a put on XYZ in a currency."""
    legs = xiaomi((1, "call", 24, NEAR), (2, "put", 24, NEAR), group=["a", "b"], **quotes)
    return Book.of(legs.assign(underlying=["MIU", "XYZ"], currency=["HKD", currency]))


SPOTS = {"MIU": 24.24, "XYZ": 24.24}


@functools.cache
def one_currency() -> Bias:
    """Lean a call and two puts on two underlyings in HKD."""
    return in_two_markets(currency="HKD").price(market(spot=SPOTS)).bias()


def test_a_row_per_underlying_and_one_for_the_book() -> None:
    """Every column of the book is the sum of the two, but for the ratio."""
    table = one_currency().totals
    assert list(table.columns) == TOTAL_COLUMNS
    assert table["scope"].tolist() == ["MIU", "XYZ", "book"]
    sums = ["delta_cash", "gross_delta_cash", "vega", "theta", "gamma_cash"]
    assert list(table[sums][:2].sum()) == pytest.approx(list(table[sums].iloc[2]))
    net = table["delta_cash"] / table["gross_delta_cash"]
    assert table["net_to_gross"].tolist() == pytest.approx(net.tolist())


def test_totals_are_the_sums_of_the_strategies() -> None:
    lean = one_currency()
    sums = ["delta_cash", "vega", "theta", "gamma_cash"]
    assert list(lean.strategies[sums].sum()) == pytest.approx(list(lean.totals[sums].iloc[2]))


def test_two_currencies_are_never_added_without_being_asked() -> None:
    """A row for each currency, in its own money."""
    table = in_two_markets(currency="USD").price(market(spot={**SPOTS, "USDHKD": 8.0})).bias().totals
    assert list(zip(table["scope"], table["currency"], strict=True)) == [
        *[("MIU", "HKD"), ("XYZ", "USD")],
        *[("book", "HKD"), ("book", "USD")],
    ]
    assert table["delta_cash"].tolist() == pytest.approx([*table["delta_cash"][:2]] * 2)
    assert table["gross_delta_cash"].tolist() == pytest.approx(table["delta_cash"].abs().tolist())


def test_an_exchange_rate_makes_one_book_of_two_currencies() -> None:
    """Puts in USD at 8.00; lower case will do."""
    priced = in_two_markets(currency="USD").price(market(spot={**SPOTS, "USDHKD": 8.0}))
    own, table = priced.bias().totals, priced.bias(currency="hkd").totals
    assert table["currency"].tolist() == ["HKD"] * 3
    net = own["delta_cash"][0] + 8 * own["delta_cash"][1]
    gross = own["gross_delta_cash"][0] + 8 * own["gross_delta_cash"][1]
    assert table["delta_cash"][2] == pytest.approx(net)
    assert table["gross_delta_cash"][2] == pytest.approx(gross)
    assert table["net_to_gross"][2] == pytest.approx(net / gross)


def test_a_currency_that_no_rate_leads_to_is_said() -> None:
    priced = in_two_markets(currency="USD").price(market(spot=SPOTS))
    with pytest.raises(MarketDataError, match="no exchange rate from USD to HKD"):
        priced.bias(currency="HKD")


def quoted(*rows: dict[str, object]) -> Market:
    """Make a market of rows, on the day of all tests."""
    return Market(quote_table(list(rows)), market().as_of).override(vol=0.43, rate=0.027)


def test_beta_says_how_much_of_an_index_the_book_is() -> None:
    """Beta 1.5 on 24,240 of stock against an index at 20,000: 1.818 units; the index's own beta is 1."""
    quotes = quoted(
        {"underlying": "MIU", "spot": 24.24, "beta": 1.5},
        {"underlying": "XYZ", "spot": 100.0, "beta": 0.5},
        {"underlying": "IDX", "spot": 20_000.0, "currency": "HKD"},
    )
    legs = xiaomi((1000, "stock"), (-100, "stock"), (2, "stock"))
    legs["underlying"] = ["MIU", "XYZ", "IDX"]
    table = Book.of(legs).price(quotes).bias(beta_to="IDX").totals
    expected = {"IDX": 2.0, "MIU": 1.5 * 24_240 / 20_000, "XYZ": -0.5 * 10_000 / 20_000}
    assert table.set_index("scope")["beta_delta"].to_dict() == pytest.approx(
        {**expected, "book": sum(expected.values())}
    )
    assert list(table.columns) == [*TOTAL_COLUMNS, "beta_delta"]


def test_a_missing_beta_leaves_the_total_empty_and_a_missing_index_is_said() -> None:
    """A number that lacks an underlying would be too small without saying so."""
    quotes = quoted({"underlying": "MIU", "spot": 24.24}, {"underlying": "IDX", "spot": 20_000.0})
    priced = Book.of(xiaomi((1000, "stock"))).price(quotes)
    assert priced.bias(beta_to="IDX").totals["beta_delta"].isna().all()
    with pytest.raises(MarketDataError, match="no price of the index OTHER"):
        priced.bias(beta_to="OTHER")


def test_what_closes_is_still_a_position() -> None:
    """Not counted in the shares, yet held until it is closed: the totals have it."""
    lean = valued((-1, "call", 24, NEAR), group="g", effect="close").bias()
    assert lean.shares.empty
    assert lean.totals["delta_cash"].tolist() == lean.strategies["delta_cash"].tolist()


def test_compression_trades_have_no_side_and_are_in_no_total() -> None:
    """One call that was bought, and five that nobody chose."""
    lean = valued(
        (1, "call", 24, NEAR), (5, "call", 24, NEAR), group=["a", "b"], condition=["", "MCTP"]
    ).bias()
    assert lean.totals["delta_cash"].tolist() == lean.strategies["delta_cash"].tolist()[:1]
    assert lean.totals["gross_delta_cash"].tolist() == lean.strategies["delta_cash"].tolist()[:1]


def test_a_flat_book_has_no_ratio() -> None:
    """An option that expired worthless today: nothing net, nothing gross."""
    table = valued((1, "call", 30, AS_OF), group="g").bias().totals
    assert table["delta_cash"].tolist() == [0.0]
    assert table["net_to_gross"].isna().all()
