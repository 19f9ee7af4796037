"""The table of strategies: a row for each, and what its columns hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import optlab as ol
from books import AS_OF, FAR, NEAR, market, xiaomi
from optlab.book import Book, Valuation
from optlab.columns import DTYPES
from optlab.errors import PricingError
from optlab.market import Market
from optlab.readers import read, read_market
from optlab.strategies import STRATEGY_COLUMNS, UNKNOWN_VIEW
from optlab.strategy import STRATEGIES, venue_name, venues

SAMPLES = Path(__file__).parents[1] / "sample_positions"
NOTHING = Market.of(as_of=AS_OF)


def valued(*rows: tuple[Any, ...], quotes: Market | None = None, **columns: Any) -> Valuation:  # noqa: ANN401 - any column
    """Price one Xiaomi package, unless the columns say otherwise."""
    return Book.of(xiaomi(*rows, **{"group": "g", **columns})).price(quotes or market())


def row(*rows: tuple[Any, ...], venue: str = "", **columns: Any) -> pd.Series:  # noqa: ANN401 - any column
    """Describe one Xiaomi package."""
    return valued(*rows, **columns).strategies(venue=venue).iloc[0]


@pytest.fixture(scope="module")
def loose() -> Valuation:
    """Price the account as a broker lists it in the sample market."""
    return read(f"{SAMPLES}/loose_legs.csv").price(read_market(f"{SAMPLES}/xiaomi_market.csv"))


# --- its shape ----------------------------------------------------------------------------------------------


def test_every_column_is_published() -> None:
    assert set(STRATEGY_COLUMNS) - set(ol.COLUMNS) == set()
    assert len(set(STRATEGY_COLUMNS)) == len(STRATEGY_COLUMNS)


@pytest.mark.parametrize(
    "rows",
    [
        ((1, "call", 24, NEAR), (-1, "call", 27, NEAR)),
        ((1000, "stock"),),
        ((80_000, "cash"),),
        (),
    ],
)
@pytest.mark.parametrize("quotes", [market(), NOTHING])
def test_the_columns_are_always_the_same(rows: tuple[tuple[Any, ...], ...], quotes: Market) -> None:
    """In name, order and type; of nothing, of cash alone, and without a market."""
    table = valued(*rows, quotes=quotes).strategies(venue="hkex", cash={"HKD": 1.0})
    assert tuple(table.columns) == STRATEGY_COLUMNS
    assert table.index.tolist() == list(range(len(table)))
    for name in STRATEGY_COLUMNS:
        if ol.COLUMNS[name].type == "text":
            assert not table[name].isna().any(), name
            assert len(table) == 0 or table[name].dtype == DTYPES["text"], name
        elif len(table):
            assert pd.api.types.is_numeric_dtype(table[name]), name


def test_a_book_of_cash_or_of_nothing_has_no_strategies() -> None:
    assert len(valued((80_000, "cash")).strategies()) == len(valued().strategies()) == 0


def test_strategies_stand_in_order_of_appearance_with_their_accounts(loose: Valuation) -> None:
    rows = ((1, "call", 24, NEAR), (100, "stock"), (-1, "put", 22, NEAR), (5, "cash"))
    table = valued(*rows, group=["x", "", "y", ""], account=["b", "a", "a", "a"]).strategies()
    assert table["strategy_id"].tolist() == ["MIU-1", "MIU-2", "MIU-3"]
    assert table["account"].tolist() == ["b", "a", "a"]
    assert table["group"].tolist() == ["x", "", "y"]
    ids = loose.legs.loc[loose.legs["strategy_id"] != "", "strategy_id"].unique()
    assert loose.strategies()["strategy_id"].tolist() == ids.tolist()


# --- names and views ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "name", "direction", "volatility"),
    [
        (((1, "call", 24, NEAR), (-1, "call", 27, NEAR)), "bull call spread", "bullish", "neutral"),
        (((-1, "call", 24, NEAR), (-1, "put", 24, NEAR)), "short straddle", "neutral", "short"),
        (((1, "put", 24, NEAR),), "long put", "bearish", "long"),
        (((1000, "stock"),), "long stock", "bullish", "neutral"),
        (
            ((3, "call", 24, NEAR), (-1, "call", 20, NEAR), (4, "put", 20, FAR), (1, "put", 18, NEAR)),
            "custom (4 legs)",
            UNKNOWN_VIEW,
            UNKNOWN_VIEW,
        ),
        (((1, "call", 24, NEAR), (-1, "call", 24, NEAR)), "closed", UNKNOWN_VIEW, UNKNOWN_VIEW),
    ],
)
def test_the_textbook_view_of_the_name(
    rows: tuple[tuple[Any, ...], ...], name: str, direction: str, volatility: str
) -> None:
    found = row(*rows)
    assert (found["strategy"], found["textbook_direction"], found["textbook_volatility"]) == (
        name,
        direction,
        volatility,
    )


def test_a_roll_has_no_textbook_view() -> None:
    found = row((1, "put", 24, NEAR), (-1, "put", 22, FAR), effect=["close", "open"])
    assert found["strategy"] == "roll down and out (short put)"
    assert (found["textbook_direction"], found["textbook_volatility"]) == (UNKNOWN_VIEW, UNKNOWN_VIEW)


@pytest.mark.parametrize(
    ("venue", "side", "name"),
    [("hkex", 1, "Call Spread"), ("hkex", -1, "sold Call Spread"), ("", 1, ""), ("", -1, "")],
)
def test_the_venue_s_own_name(venue: str, side: int, name: str) -> None:
    """The other side of what HKEX lists is sold; without a venue there is none."""
    assert row((side, "call", 24, NEAR), (-side, "call", 27, NEAR), venue=venue)["venue_name"] == name


def test_a_venue_has_no_name_for_what_it_does_not_list() -> None:
    assert row((1, "call", 24, NEAR), venue="hkex")["venue_name"] == venue_name("long call", "hkex")
    custom = ((3, "call", 24, NEAR), (-1, "call", 20, NEAR), (4, "put", 20, FAR), (1, "put", 18, NEAR))
    assert row(*custom, venue="hkex")["venue_name"] == ""


@pytest.mark.parametrize("venue", venues())
def test_every_venue_is_known(venue: str) -> None:
    assert row((1, "call", 24, NEAR), venue=venue)["venue_name"] in {
        "",
        *STRATEGIES["long call"].venue_names.values(),
    }


@pytest.mark.parametrize("unknown", ["nonsense", "hong kong"])
def test_an_unknown_venue_is_refused_with_the_known_ones(unknown: str) -> None:
    with pytest.raises(PricingError, match=rf"venue '{unknown}' is not known\. Fix: use one of .*hkex"):
        valued((1, "call", 24, NEAR)).strategies(venue=unknown)


def test_a_venue_is_known_in_any_case() -> None:
    assert row((1, "call", 24, NEAR), (-1, "call", 27, NEAR), venue=" HKEX")["venue_name"] == "Call Spread"


# --- dates, lots and legs -----------------------------------------------------------------------------------


def test_expiries_are_written_once_each_near_first() -> None:
    found = row((1, "call", 24, FAR), (-1, "call", 24, NEAR), (-1, "put", 22, NEAR))
    assert found["expiries"] == "27NOV26 30DEC26"
    assert (found["days_nearest"], found["days"]) == (pytest.approx(56), pytest.approx(89))


def test_stock_and_futures_have_no_expiry() -> None:
    stock = row((1000, "stock"))
    assert stock["expiries"] == ""
    assert pd.isna(stock["days_nearest"])
    assert pd.isna(stock["days"])
    future = row((1, "future", None, FAR), (-1, "call", 27, NEAR), multiplier=1000)
    assert (future["strategy"], future["expiries"]) == ("covered call", "27NOV26")


def test_lots_and_legs_per_lot() -> None:
    found = row((200, "call", 24, NEAR), (-400, "call", 27, NEAR))
    assert (found["lots"], found["legs"]) == (200, "+1 27NOV26 24C / -2 27NOV26 27C")


def test_premium_cover_and_tag_come_together() -> None:
    rows = ((1000, "stock"), (1, "put", 22, NEAR), (-1, "call", 27, NEAR))
    found = row(*rows, multiplier=[1, 1000, 1000], entry=[24.0, 0.72, 0.70])
    assert (found["strategy"], found["tag"], found["cover"]) == ("collar", "zero cost", "covered")
    assert (found["premium"], found["premium_source"]) == (pytest.approx(0.02), "entry")
    assert found["premium_percent"] == pytest.approx(0.02 / 24.24)


def test_cash_that_is_said_secures_a_put() -> None:
    valuation = valued((-1, "put", 22, NEAR), multiplier=1000)
    assert valuation.strategies()["cover"].tolist() == ["naked"]
    secured = valuation.strategies(cash={"HKD": 22_000})
    assert secured[["cover", "tag"]].to_numpy().tolist() == [["cash-secured", "cash-secured put"]]


# --- money --------------------------------------------------------------------------------------------------


def test_value_and_profit_are_those_of_the_totals(loose: Valuation) -> None:
    """Of loose legs with a split row, and of the groups of the other sample."""
    groups = read(f"{SAMPLES}/us_book.csv").price(read_market(f"{SAMPLES}/us_market.csv"))
    for valuation in (loose, groups):
        table = valuation.strategies().set_index("strategy_id")
        totals = valuation.greeks(by="strategy_id").set_index("strategy_id")
        for name in ("value", "profit"):
            wanted = totals.loc[table.index, name]
            pd.testing.assert_series_equal(table[name], wanted, check_exact=False, rtol=1e-9, atol=1e-6)


def test_a_net_price_is_the_cost() -> None:
    valuation = valued((2, "call", 24, NEAR), (-2, "call", 27, NEAR), net_price=1.0, multiplier=1000)
    found = valuation.strategies().iloc[0]
    assert found["profit"] == pytest.approx(found["value"] - 2 * 1000 * 1.0)


def test_without_entries_there_is_a_value_and_no_profit() -> None:
    found = row((1, "call", 24, NEAR), (-1, "call", 27, NEAR))
    assert found["value"] > 0
    assert pd.isna(found["profit"])
    assert found["status"] == "no_entry"


def test_a_strategy_in_two_currencies_has_no_value() -> None:
    rows = ((1, "call", 24, NEAR), (-1, "call", 27, NEAR))
    legs = xiaomi(*rows, group="g", entry=1.0).assign(currency=["HKD", "CNY"])
    found = Book.of(legs).price(market()).strategies().iloc[0]
    assert pd.isna(found["value"])
    assert pd.isna(found["profit"])
    assert pd.isna(found["premium"])
    assert found["status"] == "two_currencies"


# --- without a market ---------------------------------------------------------------------------------------


def test_without_a_market_there_are_names_and_a_reason() -> None:
    """Names, legs, lots, premium and cover need no prices."""
    rows = ((1, "call", 24, NEAR), (-1, "call", 27, NEAR))
    found = row(*rows, quotes=NOTHING, entry=[1.79, 0.73])
    assert (found["strategy"], found["cover"], found["status"]) == ("bull call spread", "covered", "no_spot")
    assert found["premium"] == pytest.approx(1.06)
    assert found[["value", "profit", "premium_percent"]].isna().all()


@pytest.mark.parametrize(
    ("quotes", "status"),
    [
        (market(), "no_entry"),
        (Market.of(as_of=AS_OF, spot=24.24, rate=0.0), "no_vol"),
        (NOTHING, "no_spot"),
    ],
)
def test_the_status_says_why_a_value_is_missing(quotes: Market, status: str) -> None:
    found = row((1, "call", 24, NEAR), (-1, "call", 27, NEAR), quotes=quotes)
    assert found["status"] == status
    assert pd.isna(found["value"]) == (status != "no_entry")


def test_one_leg_without_a_price_leaves_no_half_a_value() -> None:
    quotes = Market.of(as_of=AS_OF, spot=24.24, rate=0.0)
    found = row((1, "call", 24, NEAR), (-1, "call", 27, NEAR), quotes=quotes, iv=[0.43, None], entry=1.0)
    assert found["status"] == "no_vol"
    assert found[["value", "profit"]].isna().all()


def test_one_strategy_without_a_price_leaves_the_others() -> None:
    rows = ((1, "call", 24, NEAR), (1, "call", 27, NEAR))
    quotes = Market.of(as_of=AS_OF, spot=24.24, rate=0.0)
    table = valued(*rows, group=["a", "b"], quotes=quotes, iv=[0.43, None]).strategies()
    assert table["status"].tolist() == ["no_entry", "no_vol"]
    assert table["value"].isna().tolist() == [False, True]


# --- a whole account ----------------------------------------------------------------------------------------


def test_the_account_of_the_sample(loose: Valuation) -> None:
    """Ten short calls of which four are covered by stock and six in a spread; cash for the short puts."""
    table = loose.strategies()
    assert table["reading"].unique().tolist() == ["proven"]
    assert table["naked_calls"].eq(0).all()
    secured = table[table["strategy"] == "short put"].iloc[0]
    assert (secured["cover"], secured["tag"], secured["naked_puts"]) == (
        "cash-secured",
        "cash-secured put",
        3000,
    )
    legs = loose.legs.assign(units=loose.legs["quantity"] * loose.legs["multiplier"])
    by_line = legs.groupby("source_line")["units"].sum()
    assert by_line.tolist() == [4000, -10_000, 6000, 10_000, -10_000, 6000, -6000, -3000, 80_000]


def test_what_expired_earlier_is_explained_without_the_living() -> None:
    """The dead call took no part in the reading of the stock, and takes none in the readings beside it."""
    legs = xiaomi((1000, "stock"), (-1, "call", 25, "2026-09-11"), (-1, "call", 27, NEAR))
    valuation = Book.of(legs).price(market())
    living = valuation.strategies().set_index("strategy")
    readings = valuation.explain(str(living.loc["covered call", "strategy_id"])).readings
    assert readings["legs"].iloc[0] == "+1 stock / -1 27NOV26 27C"
    assert not readings["legs"].str.contains("11SEP26").any()
