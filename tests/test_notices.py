"""What a user is told of a valuation, and what not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import optlab as ol
from books import AS_OF, FAR, NEAR, market, xiaomi
from optlab.market import quote_table

CALLS = xiaomi((1, "call", 24, NEAR), (1, "call", 24, FAR), style="american")
PAID = {"MIU": [("2026-11-20", 0.5)]}


def told(quotes: ol.Market, legs: pd.DataFrame = CALLS, **choices: Any) -> list[str]:  # noqa: ANN401
    """Return the notices of a book."""
    return list(ol.Book.of(legs).price(quotes, **choices).notices)


def test_the_dividend_model_is_said_with_every_run() -> None:
    """And no yield is missed where the market has dividends."""
    assert told(market().with_dividends(PAID)) == [
        "cash dividends of MIU: the spot diffuses, and drops by each on its ex-date (--dividend-model spot)"
    ]
    escrowed = told(market().with_dividends(PAID), dividend_model="escrowed")
    assert [notice.split(" (")[1] for notice in escrowed] == ["--dividend-model escrowed)"]


def test_a_yield_beside_cash_dividends_counts_too_and_is_named() -> None:
    assert "MIU: cash dividends and a dividend yield, and both count" in told(
        market(dividend_yield=0.01).with_dividends(PAID)
    )


def test_a_dividend_of_a_fifth_of_spot_is_doubted() -> None:
    """Cents for dollars, most likely."""
    large = market().with_dividends({"MIU": [("2026-11-20", 5.0)]})
    assert told(large)[-1] == "cash dividends of MIU are more than a fifth of spot: check their amounts"


@pytest.mark.parametrize(
    ("day", "why"), [("2026-09-01", "passed"), (AS_OF, "passed"), ("2027-11-20", "after every expiry")]
)
def test_a_dividend_that_counts_for_nothing_is_named(day: str, why: str) -> None:
    assert told(market().with_dividends({"MIU": [(day, 0.5)]})) == [
        f"dividend of MIU on {day} is used for no leg: it is {why}"
    ]


def test_a_dividend_of_a_stock_that_nobody_holds_is_named() -> None:
    assert told(market(dividend_yield=0.0).with_dividends({"AAPL": [("2026-11-09", 0.27)]})) == [
        "dividend of AAPL is used for no leg: none is on AAPL"
    ]


def test_a_price_from_before_an_ex_date_is_named() -> None:
    """On the ex-date the dividend is out of the forward, and still in an older price."""
    rows = [
        {"underlying": "MIU", "as_of": pd.Timestamp("2026-11-18"), "spot": 24.24, "vol": 0.4, "rate": 0.03}
    ]
    seen = ol.Market(quote_table(rows)).at("2026-11-20").with_dividends(PAID)
    assert told(seen)[-1] == (
        "the price of MIU is of 2026-11-18, before its ex-date 2026-11-20: the dividend is still in it; "
        "give a newer price"
    )
    assert not any("ex-date" in notice for notice in told(seen.override(spot=23.7)))


def test_legs_that_py_vollib_can_t_price_are_counted() -> None:
    found = told(market(dividend_yield=0.0), engine="vollib")
    assert found == [
        "2 legs are American or with cash dividends: optlab's own numbers, py_vollib has European options alone"
    ]
    assert told(market(dividend_yield=0.0), engine="vollib", model="european") == []
