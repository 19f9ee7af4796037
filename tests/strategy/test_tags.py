"""What stands beside a name: each tag where it just holds, and where it just does not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, market, xiaomi
from optlab.book import Book
from optlab.market import Market
from optlab.strategy.tags import TAGS

Legs = tuple[tuple[Any, ...], ...]
NO_TAG = ""
ONE_TIME, LATER = "2026-10-02T02:00:00Z", "2026-10-02T02:00:01Z"


def described(*rows: tuple[Any, ...], quotes: Market | None = None, **columns: Any) -> tuple[str, str]:  # noqa: ANN401 - any column
    """Return the name and the tags of one Xiaomi package, with contracts of 1000 where none is said."""
    sizes = [1000 if row[1] in ("call", "put") else 1 for row in rows]
    legs = xiaomi(*rows, **{"group": "g", "multiplier": sizes, **columns})
    row = Book.of(legs).price(quotes or market()).strategies().iloc[0]
    return str(row["strategy"]), str(row["tag"])


def in_days(days: int) -> str:
    """Return the day so many days after that of the market."""
    return str((pd.Timestamp(AS_OF) + pd.Timedelta(days=days)).date())


# --- dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "strike"), [("call", 30), ("put", 20)])
@pytest.mark.parametrize(("days", "tag"), [(366, "LEAPS"), (365, NO_TAG), (364, NO_TAG)])
def test_leaps_live_longer_than_a_year(kind: str, strike: float, days: int, tag: str) -> None:
    assert described((1, kind, strike, in_days(days))) == (f"long {kind}", tag)


def test_a_short_option_of_two_years_is_no_leaps() -> None:
    assert described((-1, "call", 30, in_days(730))) == ("short call", NO_TAG)


@pytest.mark.parametrize(
    ("stock", "call", "tag"),
    [
        (ONE_TIME, ONE_TIME, "buy-write"),
        (ONE_TIME, LATER, NO_TAG),
        (None, ONE_TIME, NO_TAG),
        (None, None, NO_TAG),
    ],
)
def test_a_buy_write_is_traded_at_one_time(stock: str | None, call: str | None, tag: str) -> None:
    """A call sold over stock that was held is no buy-write, and without times nobody knows."""
    rows: Legs = ((1000, "stock"), (-1, "call", 26, NEAR))
    assert described(*rows, traded_at=[stock, call]) == ("covered call", tag)


def test_a_buy_write_has_no_fill_at_another_time() -> None:
    rows: Legs = ((2000, "stock"), (-1, "call", 26, NEAR), (-1, "call", 26, NEAR))
    assert described(*rows, traded_at=[ONE_TIME, ONE_TIME, ONE_TIME]) == ("covered call", "buy-write")
    assert described(*rows, traded_at=[ONE_TIME, ONE_TIME, LATER]) == ("covered call", NO_TAG)
    assert described(*rows, traded_at=[LATER, ONE_TIME, LATER]) == ("covered call", NO_TAG)


@pytest.mark.parametrize(("put", "tag"), [(ONE_TIME, "married put"), (LATER, NO_TAG)])
def test_a_married_put_is_bought_with_its_stock(put: str, tag: str) -> None:
    rows: Legs = ((1000, "stock"), (1, "put", 22, NEAR))
    assert described(*rows, traded_at=[ONE_TIME, put]) == ("protective put", tag)


# --- cash ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("balance", "tag"), [(22_000, "cash-secured put"), (21_999, NO_TAG)])
def test_a_put_with_cash_for_its_strike(balance: float, tag: str) -> None:
    assert described((-1, "put", 22, NEAR), (balance, "cash")) == ("short put", tag)


def test_a_strangle_with_cash_is_no_cash_secured_put() -> None:
    rows: Legs = ((-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1e6, "cash"))
    assert described(*rows) == ("short strangle", NO_TAG)


# --- prices -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("near", "far", "tag"),
    [
        ((27, NEAR), (22, FAR), "poor man's covered call"),
        ((27, NEAR), (23, FAR), NO_TAG),
        ((27, NEAR), (21, in_days(60)), "poor man's covered call"),
        ((27, NEAR), (21, in_days(59)), NO_TAG),
        ((24, NEAR), (21, FAR), NO_TAG),
    ],
)
def test_a_poor_man_s_covered_call(near: tuple[float, str], far: tuple[float, str], tag: str) -> None:
    """The far call is deep in the money and has sixty days, and the near one is out of the money."""
    assert described((-1, "call", *near), (1, "call", *far)) == ("bull call diagonal", tag)


@pytest.mark.parametrize(
    ("near", "far", "tag"),
    [
        ((22, NEAR), (28, FAR), "poor man's covered put"),
        ((22, NEAR), (27, FAR), NO_TAG),
        ((22, NEAR), (29, in_days(60)), "poor man's covered put"),
        ((22, NEAR), (29, in_days(59)), NO_TAG),
        ((25, NEAR), (28, FAR), NO_TAG),
    ],
)
def test_a_poor_man_s_covered_put(near: tuple[float, str], far: tuple[float, str], tag: str) -> None:
    assert described((-1, "put", *near), (1, "put", *far)) == ("bear put diagonal", tag)


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (((1000, "stock"), (1, "put", 22, NEAR), (-1, "call", 27, NEAR)), "collar"),
        (((1000, "stock"), (1, "put", 22, FAR), (-1, "call", 27, NEAR)), "calendar collar"),
        (((1, "put", 22, NEAR), (-1, "call", 27, NEAR)), "bearish risk reversal"),
        (((-1, "put", 22, NEAR), (1, "call", 27, NEAR)), "bullish risk reversal"),
    ],
)
@pytest.mark.parametrize(
    ("put", "call", "tag"), [(0.72, 0.70, "zero cost"), (0.70, 0.72, "zero cost"), (0.73, 0.70, NO_TAG)]
)
def test_zero_cost_is_a_thousandth_of_spot(rows: Legs, name: str, put: float, call: float, tag: str) -> None:
    entries = {"stock": 24.0, "put": put, "call": call}
    assert described(*rows, entry=[entries[row[1]] for row in rows]) == (name, tag)


@pytest.mark.parametrize(
    ("rows", "name", "credit"),
    [
        (((1, "call", 28, NEAR), (-1, "call", 27, NEAR), (-1, "put", 22, NEAR)), "jade lizard", 1.0),
        (((1, "call", 26, NEAR), (-1, "call", 24, NEAR), (-1, "put", 24, NEAR)), "big lizard", 2.0),
        (((1, "put", 21, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR)), "reverse jade lizard", 1.0),
        (((1, "put", 22, NEAR), (-1, "put", 24, NEAR), (-1, "call", 24, NEAR)), "reverse big lizard", 2.0),
    ],
)
def test_a_lizard_has_no_risk_where_the_credit_pays_the_spread(rows: Legs, name: str, credit: float) -> None:
    tag = "no risk below" if "reverse" in name else "no risk above"
    assert described(*rows, entry=[0.2, 0.7, credit - 0.5]) == (name, tag)
    assert described(*rows, entry=[0.2, 0.7, credit - 0.51]) == (name, NO_TAG)


@pytest.mark.parametrize(("left", "tag"), [(0.09, "delta-hedged"), (-0.09, "delta-hedged"), (0.11, NO_TAG)])
def test_delta_hedged_means_that_a_tenth_is_left(left: float, tag: str) -> None:
    """Options and stock of a straddle; what the stock leaves of the options' delta may have either sign."""
    options: Legs = ((10, "call", 24, NEAR), (10, "put", 24, NEAR))
    legs = Book.of(xiaomi(*options, multiplier=1000)).price(market()).legs
    shares = -round(float(legs["delta"].sum()) * (1.0 - left), 1)
    assert described(*options, (shares, "stock")) == ("straddle versus underlying", tag)


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ((("put", 1), ("put", -1), ("call", -1), ("call", 1)), "iron condor"),
        ((("call", 1), ("call", -1), ("call", -1), ("call", 1)), "long call condor"),
        ((("put", 1), ("put", -1), ("put", -1), ("put", 1)), "long put condor"),
    ],
)
@pytest.mark.parametrize(
    ("strikes", "tag"), [((19, 20, 28, 29), "albatross"), ((20, 21, 28.5, 29.5), NO_TAG)]
)
def test_an_albatross_is_eight_wings_wide(
    rows: Legs, name: str, strikes: tuple[float, ...], tag: str
) -> None:
    legs = [(quantity, kind, strike, NEAR) for (kind, quantity), strike in zip(rows, strikes, strict=True)]
    assert described(*legs) == (name, tag)


@pytest.mark.parametrize(
    ("row", "is_inside"),
    [
        ((1, "call", 24, NEAR), True),
        ((1, "call", 24.24, NEAR), False),
        ((-1, "call", 25, NEAR), False),
        ((-1, "call", 20, NEAR), True),
        ((1, "put", 25, NEAR), True),
        ((-1, "put", 24.24, NEAR), False),
        ((-1, "put", 24, NEAR), False),
    ],
)
def test_in_the_money(row: tuple[Any, ...], is_inside: bool) -> None:  # noqa: FBT001 - a case
    assert described(row)[1] == ("in the money" if is_inside else NO_TAG)


def test_a_covered_call_is_in_the_money_by_its_call() -> None:
    assert described((1000, "stock"), (-1, "call", 22, NEAR)) == ("covered call", "in the money")


# --- several, none, and what has closed ---------------------------------------------------------------------


def test_several_tags_stand_side_by_side() -> None:
    assert described((1, "call", 20, in_days(500)))[1] == "LEAPS, in the money"
    assert described((-1, "put", 26, NEAR), (26_000, "cash"))[1] == "cash-secured put, in the money"


def test_strategies_of_one_name_are_told_apart() -> None:
    """Each by its own legs, whatever their order in the book."""
    rows: Legs = ((1, "call", 30, NEAR), (1, "call", 20, NEAR), (1, "call", 30, in_days(400)))
    legs = xiaomi(*rows, group=["a", "b", "c"])
    assert Book.of(legs).price(market()).strategies()["tag"].tolist() == [NO_TAG, "in the money", "LEAPS"]


@pytest.mark.parametrize(
    "closed", [((1, "call", 40, NEAR), (-1, "call", 40, NEAR)), ((-1, "put", 5, NEAR), (1, "put", 5, NEAR))]
)
def test_a_contract_that_nets_to_nothing_changes_no_tag(closed: Legs) -> None:
    covered: Legs = ((1000, "stock"), (-1, "call", 22, NEAR))
    assert described(*covered, *closed) == ("covered call", "in the money")
    lizard: Legs = ((1, "call", 28, NEAR), (-1, "call", 27, NEAR), (-1, "put", 22, NEAR))
    assert described(*lizard, *closed, entry=[0.2, 0.7, 0.5, 0.1, 0.1]) == ("jade lizard", "no risk above")


@pytest.mark.parametrize(
    "rows",
    [
        ((1, "call", 20, NEAR),),
        ((-1, "put", 26, NEAR),),
        ((-1, "call", 27, NEAR), (1, "call", 20, FAR)),
        ((1000, "stock"), (1, "put", 22, NEAR), (-1, "call", 27, NEAR)),
        ((10, "call", 24, NEAR), (10, "put", 24, NEAR), (-1330, "stock")),
        ((1, "call", 28, NEAR), (-1, "call", 27, NEAR), (-1, "put", 22, NEAR)),
        ((1000, "stock"), (-1, "call", 22, NEAR)),
    ],
)
def test_without_a_market_nothing_is_said_of_prices(rows: Legs) -> None:
    """And nobody warns of numbers that are missing."""
    assert described(*rows, quotes=Market.of(as_of=AS_OF))[1] == NO_TAG


def test_a_hedge_of_which_one_option_has_no_price_is_none() -> None:
    rows: Legs = ((10, "call", 24, NEAR), (10, "put", 24, NEAR), (-5660, "stock"))
    only_calls = Market.of(as_of=AS_OF, spot=24.24, rate=0.027)
    assert described(*rows, quotes=only_calls, iv=[0.43, None, None])[1] == NO_TAG


def test_what_needs_no_price_is_said_without_a_market() -> None:
    nothing = Market.of(as_of=AS_OF)
    assert described((1, "call", 20, in_days(400)), quotes=nothing)[1] == "LEAPS"
    assert described((-1, "put", 22, NEAR), (22_000, "cash"), quotes=nothing)[1] == "cash-secured put"


def test_every_tag_has_its_case_here() -> None:
    from pathlib import Path

    text = Path(__file__).read_text(encoding="utf-8")
    assert [tag for _, tag, _ in TAGS if f'"{tag}"' not in text] == []
