"""The trades that stand out: which, in what order, and what they imply."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd
import pytest

from books import FAR, NEAR, market, valued, xiaomi
from optlab.bias.lean import Bias
from optlab.bias.stand_outs import MEASURES, STAND_OUT_COLUMNS
from optlab.book import Book

NOV, DEC = "27NOV26", "30DEC26"

TRADES: dict[str, tuple[list[tuple[Any, ...]], list[float | None], tuple[str, str, str]]] = {
    "spread": ([(5, "call", 24, NEAR), (-5, "call", 27, NEAR)], [1.79, 0.73], ("25.06", f"27 {NOV}", "")),
    "strangle": ([(-3, "call", 27, NEAR), (-3, "put", 21, NEAR)], [0.8, 0.7], ("19.50 / 28.50", f"27 {NOV}", f"21 {NOV}")),
    "condor": (
        [(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, NEAR)],
        [0.2, 0.55, 0.75, 0.3],
        ("21.20 / 27.80", f"27 {NOV}", f"22 {NOV}"),
    ),
    "covered call": ([(1000, "stock"), (-1, "call", 27, FAR)], [24.0, 0.9], ("23.10", f"27 {DEC}", "")),
    "bought back": (
        [(-1, "call", 27, NEAR), (1, "call", 27, NEAR), (1, "call", 24, NEAR)],
        [0.8, 0.6, 1.5],
        ("25.30", "", ""),
    ),
    "two sold calls": (
        [(-1, "call", 29, NEAR), (-1, "call", 27, FAR), (2, "call", 24, NEAR)],
        [0.3, 1.4, 1.8],
        ("", f"27 {DEC}", ""),
    ),
    "two sold puts": ([(-1, "put", 21, NEAR), (-1, "put", 21, FAR)], [0.4, 0.6], ("", "", f"21 {NOV}")),
}  # fmt: skip
"""Trades with entries, and their breakevens, cap and floor by hand; those of two expiries are the model's."""


@functools.cache
def book() -> Bias:
    """Lean all trades in one book."""
    rows = [leg for legs, *_ in TRADES.values() for leg in legs]
    entries = [entry for _, entries, _ in TRADES.values() for entry in entries]
    return valued(
        *rows, group=[name for name, (legs, *_) in TRADES.items() for _ in legs], entry=entries
    ).bias(top=len(TRADES))


def by_group(largest_by: str) -> pd.DataFrame:
    """Return what stands out by one measure, with the group."""
    groups = book().strategies.set_index("strategy_id")["group"]
    table = book().stand_outs[book().stand_outs["largest_by"] == largest_by]
    return table.assign(group=table["strategy_id"].map(groups)).set_index("group")


@pytest.mark.parametrize("measure", MEASURES)
def test_the_largest_comes_first(measure: str) -> None:
    """By the size of delta cash, of the premium, and by contracts."""
    column = {"delta": "delta_cash", "premium": "premium_cash", "contracts": "contracts"}[measure]
    sizes = book().strategies.set_index("group")[column].abs()
    found = by_group(measure)
    assert sorted(found.index) == sorted(TRADES)
    assert sizes[found.index].tolist() == sorted(sizes, reverse=True)
    assert found["place"].tolist() == list(range(1, len(TRADES) + 1))


def test_so_many_by_each_measure() -> None:
    legs = [(quantity, "call", 24, NEAR) for quantity in (1, 4, 2, 3)]
    position = valued(*legs, group=list("abcd"))
    table = position.bias(top=2).stand_outs
    assert list(table.columns) == STAND_OUT_COLUMNS
    assert table["largest_by"].tolist() == [name for name in MEASURES for _ in range(2)]
    assert table["lots"].tolist() == [4, 3] * 3
    assert len(position.bias(top=0).stand_outs) == 0


def test_which_of_two_of_one_size_stands_out_does_not_hang_on_the_order_of_rows() -> None:
    """A call and a put of one contract each: whichever it is, it is the same one in both orders."""
    legs = xiaomi((1, "call", 24, NEAR), (1, "put", 22, NEAR), group=["call", "put"])
    there, back = (Book.of(table).price(market()).bias(top=1).stand_outs for table in (legs, legs.iloc[::-1]))
    assert there["legs"].tolist() == back["legs"].tolist()


@pytest.mark.parametrize("name", ["spread", "strangle", "condor", "covered call", "bought back"])
def test_breakevens_by_hand(name: str) -> None:
    """Strikes plus and minus what was paid; the covered call's is the stock less the call."""
    assert by_group("delta")["breakevens"][name] == TRADES[name][2][0]


@pytest.mark.parametrize("name", TRADES)
def test_the_cap_is_the_lowest_short_call_and_the_floor_the_highest_short_put(name: str) -> None:
    """Bought back is not short; of two at one strike the nearer is named."""
    assert list(by_group("delta").loc[name, ["cap", "floor"]]) == list(TRADES[name][2][1:])


def test_without_entries_a_trade_breaks_even_at_what_it_is_worth_now() -> None:
    """A put that is worth 1.5 has its breakeven 1.5 below the strike."""
    position = valued((1, "put", 24, NEAR), group="g")
    row = position.bias(top=1).stand_outs.iloc[0]
    assert float(row["breakevens"]) == pytest.approx(24 - position.legs["price"].iloc[0], abs=0.005)


def test_a_net_price_is_the_cost_of_the_package() -> None:
    """A spread bought at 1.02, whatever its legs' entries say."""
    legs = [(2, "call", 24, NEAR), (-2, "call", 27, NEAR)]
    row = valued(*legs, group="g", net_price=1.02, entry=[1.79, 0.73]).bias(top=1).stand_outs.iloc[0]
    assert (row["breakevens"], row["premium"], row["premium_source"]) == ("25.02", 1.02, "net_price")


def test_what_is_not_counted_does_not_stand_out() -> None:
    """A hundred lots that close are no view; one that opens is."""
    table = (
        valued((100, "call", 24, NEAR), (1, "call", 25, NEAR), group=["a", "b"], effect=["close", "open"])
        .bias()
        .stand_outs
    )
    assert table["lots"].tolist() == [1, 1, 1]


def test_stock_stands_out_by_its_delta_alone() -> None:
    """It has no premium and no contracts."""
    table = valued((500, "stock"), group="g", entry=24.0).bias().stand_outs
    assert table[["largest_by", "breakevens", "cap", "floor"]].to_numpy().tolist() == [
        ["delta", "24.00", "", ""]
    ]


def test_sizes_in_two_currencies_are_compared_in_one() -> None:
    """Two calls in USD at 8.00 are larger than nine in HKD."""
    legs = xiaomi((9, "call", 24, NEAR), (2, "call", 24, NEAR), group=["hkd", "usd"])
    legs = legs.assign(currency=["HKD", "USD"], underlying=["MIU", "XYZ"], multiplier=1000)
    quotes = market(spot={"MIU": 24.24, "XYZ": 24.24, "USDHKD": 8.0})
    table = Book.of(legs).price(quotes).bias(top=1).stand_outs.set_index("largest_by")
    assert table["lots"].to_dict() == {"delta": 2, "premium": 2, "contracts": 9}


def test_strategies_without_a_value_stand_out_by_contracts_alone() -> None:
    table = Book.of(xiaomi((1, "call", 24, NEAR), group="g")).price(market(spot=None)).bias().stand_outs
    assert table[["largest_by", "breakevens"]].to_numpy().tolist() == [["contracts", ""]]


def test_money_that_no_rate_connects_is_ranked_by_currency() -> None:
    """A large position in HKD and a small one in USD, without an exchange rate: each is the largest of its own."""
    legs = xiaomi((300, "call", 24, NEAR), (1, "call", 24, NEAR), group=["a", "b"])
    legs = legs.assign(underlying=["MIU", "XYZ"], currency=["HKD", "USD"], multiplier=100)
    table = Book.of(legs).price(market()).bias(top=1).stand_outs
    assert table[["largest_by", "currency", "place"]].to_numpy().tolist() == [
        *[["delta", "HKD", 1], ["delta", "USD", 1]],
        *[["premium", "HKD", 1], ["premium", "USD", 1]],
        ["contracts", "HKD", 1],
    ]
