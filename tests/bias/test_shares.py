"""Shares of directions, families and views: what they are of, that they add up, and how they are rounded."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import FAR, NEAR, market, xiaomi
from optlab.bias import DIRECTIONS, SCOPES, percents, rounded, wilson
from optlab.bias.intervals import bootstrap
from optlab.bias.shares import parts_of, scopes, share, votes
from optlab.bias.weights import WEIGHTS
from optlab.book import Book, Valuation


def leaned(**columns: Any) -> pd.DataFrame:  # noqa: ANN401 - any column
    """Make four strategies, two of them bullish, of sizes 1 to 4."""
    ordinary = {
        "direction": ["bullish", "bearish", "neutral", "bullish"],
        "underlying": "MIU",
        "family": "vertical",
        "account": "",
        "day": "2026-10-02",
        "nearest_expiry": pd.Timestamp("2026-11-27T08:00:00Z"),
        "currency": "HKD",
        "to_one_currency": 1.0,
    }
    weights = {f"by_{name}": [1.0, 2.0, 3.0, 4.0] for name in WEIGHTS} | {"by_count": 1.0}
    return pd.DataFrame({**ordinary, **weights, **columns})


# --- directions ---------------------------------------------------------------------------------------------


def test_a_share_by_count_has_wilson_s_interval() -> None:
    """Two of four."""
    found = share(votes(leaned()), "count")
    assert [found[name] for name in DIRECTIONS] == [0.5, 0.25, 0.25, 0.0]
    assert (found["low"], found["high"]) == pytest.approx(wilson(0.5, 4))
    assert (found["n"], found["reason"]) == (4, "")


@pytest.mark.parametrize("weight", ["contracts", "premium", "delta", "vega"])
def test_a_weighted_share_has_the_bootstrap_s_interval(weight: str) -> None:
    """Sizes 1 and 4 of 10 are bullish."""
    found = share(votes(leaned()), weight)
    assert [found[name] for name in DIRECTIONS] == pytest.approx([0.5, 0.2, 0.3, 0.0])
    sizes, is_bullish = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, False, True])
    assert (found["low"], found["high"]) == bootstrap(sizes, is_bullish)


def test_unclassified_is_a_share_of_its_own() -> None:
    """So that shares add up to 1 where a rule cannot say."""
    found = share(
        votes(leaned(direction=["unclassified", "bullish", "bearish", "unclassified"])), "contracts"
    )
    assert [found[name] for name in DIRECTIONS] == pytest.approx([0.2, 0.3, 0.0, 0.5])


def test_without_a_weight_shares_are_empty_and_say_why() -> None:
    found = share(votes(leaned(by_vega=0.0)), "vega")
    assert all(math.isnan(found[name]) for name in (*DIRECTIONS, "low", "high"))  # type: ignore[arg-type]
    assert (found["n"], found["reason"]) == (4, "no weight")


def test_two_currencies_without_a_rate_are_empty_and_say_why() -> None:
    table = leaned(currency=["HKD", "HKD", "HKD", "USD"], to_one_currency=[1.0, 1.0, 1.0, math.nan])
    assert share(votes(table), "premium")["reason"] == "no exchange rate for USD"
    assert share(votes(table), "contracts")["bullish"] == 0.5


def test_two_currencies_with_a_rate_are_added() -> None:
    """Size 4 at 8.00 is 32 of 38."""
    table = leaned(currency=["HKD", "HKD", "HKD", "USD"], to_one_currency=[1.0, 1.0, 1.0, 8.0])
    assert share(votes(table), "premium")["bullish"] == pytest.approx(33 / 38)


# --- scopes -------------------------------------------------------------------------------------------------


def scope_sizes(table: pd.DataFrame, by: str) -> dict[str, int]:
    """Count the strategies in each scope, in order."""
    return {name: len(part) for name, part in scopes(votes(table, by))}


@pytest.mark.parametrize("by", ["underlying", "family", "account", "day"])
def test_scopes_are_in_order_and_the_whole_is_last(by: str) -> None:
    assert list(scope_sizes(leaned(**{by: ["b", "c", "a", "b"]}), by).items()) == [
        ("a", 1),
        ("b", 2),
        ("c", 1),
        ("book", 4),
    ]


def test_one_scope_needs_no_whole() -> None:
    assert scope_sizes(leaned(), "underlying") == {"MIU": 4}


def test_by_expiry_stock_has_a_scope_of_its_own() -> None:
    dates = ["2026-12-30T08:00:00Z", "", "2026-11-27T08:00:00Z", "2026-11-27T08:00:00Z"]
    table = leaned(nearest_expiry=pd.to_datetime(dates, utc=True))
    assert scope_sizes(table, "expiry") == {"2026-11-27": 2, "2026-12-30": 1, "no expiry": 1, "book": 4}


@pytest.mark.parametrize(("by", "scope"), [("account", "no account"), ("day", "no date")])
def test_what_has_no_account_or_date_is_called_so(by: str, scope: str) -> None:
    assert scope_sizes(leaned(**{by: ["", "a", "a", "a"]}), by) == {"a": 3, scope: 1, "book": 4}


def test_no_strategies_have_no_scopes() -> None:
    assert scope_sizes(leaned().iloc[:0], "underlying") == {}


@functools.cache
def mixed() -> Valuation:
    """Price six strategies over two underlyings, accounts, days and expiries; the stock has no date."""
    legs = xiaomi(
        *[(1, "call", 24, NEAR), (2, "call", 24, NEAR), (-2, "call", 27, NEAR), (1, "put", 24, FAR)],
        *[(1, "call", 24, FAR), (1, "put", 24, FAR), (500, "stock"), (-3, "put", 22, NEAR)],
        group=["a", "b", "b", "c", "d", "d", "e", "f"],
        account=["x", "x", "x", "y", "y", "y", "", "x"],
        traded_at=[
            *["2026-09-30T03:00:00Z", "2026-10-01T03:00:00Z", "2026-10-01T03:00:00Z", "2026-10-01T17:00:00Z"],
            *["2026-09-30T03:00:00Z", "2026-09-30T03:00:00Z", None, "2026-10-02T03:00:00Z"],
        ],
    )
    legs["underlying"] = ["MIU", "MIU", "MIU", "TCH", "TCH", "TCH", "TCH", "MIU"]
    return Book.of(legs).price(market())


@pytest.mark.parametrize("by", SCOPES)
def test_the_parts_of_a_book_add_up_to_the_book(by: str) -> None:
    """Every scope: the shares of each add up to 1, and the book's are their mean by the number of strategies."""
    shares = mixed().bias(by=by).shares
    parts, whole = shares.iloc[:-1], shares.iloc[-1]
    assert whole["scope"] == "book"
    assert parts["n"].sum() == whole["n"] == 6
    names = list(DIRECTIONS)
    np.testing.assert_allclose(shares[names].sum(axis=1), 1.0, rtol=1e-12)
    mean = parts[names].mul(parts["n"], axis=0).sum() / 6
    assert mean.tolist() == pytest.approx(whole[names].tolist())


def test_a_day_is_that_of_the_place_of_trade() -> None:
    """17:00 in London is one in the morning of the next day in Hong Kong."""
    shares = mixed().bias(by="day").shares
    assert dict(zip(shares["scope"], shares["n"], strict=True)) == {
        "2026-09-30": 2,
        "2026-10-01": 1,
        "2026-10-02": 2,
        "no date": 1,
        "book": 6,
    }


# --- parts of the book --------------------------------------------------------------------------------------


def test_parts_are_the_largest_first_and_say_what_is_in_them() -> None:
    """Diagonals are size 1 + 3 of 10, verticals 2 + 4."""
    table = leaned(family=["diagonal", "vertical", "diagonal", "vertical"])
    found = parts_of(votes(table), table["family"], "contracts")
    assert found["family"].tolist() == ["vertical", "diagonal"]
    assert found["share"].tolist() == pytest.approx([0.6, 0.4])
    assert found["n"].tolist() == [2, 2]
    assert found["bullish"].tolist() == pytest.approx([4 / 6, 1 / 4])
    assert found["bearish"].tolist() == pytest.approx([2 / 6, 0.0])


def test_parts_of_a_book_without_a_weight_are_empty() -> None:
    """The names are there, with how many they are."""
    table = leaned(by_premium=0.0, family=["a", "b", "b", "b"])
    found = parts_of(votes(table), table["family"], "premium")
    assert found["share"].isna().all()
    assert dict(zip(found["family"], found["n"], strict=True)) == {"a": 1, "b": 3}


def test_a_part_that_weighs_nothing_has_no_directions() -> None:
    table = leaned(by_vega=[0.0, 2.0, 3.0, 4.0], family=["stock", "b", "b", "b"])
    row = parts_of(votes(table), table["family"], "vega").set_index("family").loc["stock"]
    assert (row["n"], row["share"]) == (1, 0.0)
    assert row[list(DIRECTIONS)].isna().all()


# --- percents -----------------------------------------------------------------------------------------------


def test_percents_always_add_up_to_a_hundred() -> None:
    """Every split of up to twelve strategies over three directions; no percent is off by one or more."""
    for n in range(1, 13):
        for a in range(n + 1):
            for b in range(n + 1 - a):
                shares = {"bullish": a / n, "bearish": b / n, "neutral": (n - a - b) / n, "unclassified": 0.0}
                shown = percents(shares)
                assert sum(shown.values()) == 100
                assert all(abs(shown[name] - 100 * shares[name]) < 1 for name in shares)


def test_the_largest_remainder_is_rounded_up() -> None:
    """35.4, 32.5 and 32.1: one point is missing, and the half has it."""
    assert percents({"a": 0.354, "b": 0.325, "c": 0.321}) == {"a": 35, "b": 33, "c": 32}


def test_a_whole_percent_stays_what_it_is() -> None:
    """29 of 100 is 28.999999999999996 in doubles."""
    assert percents({"a": 0.29, "b": 0.71}) == {"a": 29, "b": 71}


def test_a_bar_of_twenty_cells_is_full() -> None:
    assert sum(percents({"a": 0.33, "b": 0.33, "c": 0.34}, 20).values()) == 20


def test_a_table_is_rounded_row_by_row() -> None:
    """Thirds; a row without shares stays empty."""
    table = pd.DataFrame([[1 / 3, 1 / 3, 1 / 3, 0.0], [math.nan] * 4], columns=list(DIRECTIONS))
    shown = rounded(table)
    assert shown.iloc[0].tolist() == [0.34, 0.33, 0.33, 0.0]
    assert shown.iloc[1].isna().all()
    assert table.loc[0, "bullish"] == 1 / 3
