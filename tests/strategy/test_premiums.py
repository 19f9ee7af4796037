"""What strategies were bought or sold for: which price wins, per lot and unit of the underlying."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, market, xiaomi
from optlab.book import Book
from optlab.market import Market
from optlab.strategy.premiums import premiums

SPOT = 24.24
SPREAD = ((1, "call", 24, NEAR), (-1, "call", 27, NEAR))


def paid(*rows: tuple[Any, ...], quotes: Market | None = None, **columns: Any) -> pd.DataFrame:  # noqa: ANN401 - any column
    """Return the premiums of Xiaomi strategies; one group, unless the columns say another."""
    legs = xiaomi(*rows, **{"group": "g", **columns})
    return premiums(Book.of(legs).price(quotes or market()).legs)


def first(table: pd.DataFrame) -> tuple[object, str]:
    """Return the premium of the first strategy, and where it is from."""
    return float(table["premium"].iloc[0]), str(table["premium_source"].iloc[0])


# --- which price wins ---------------------------------------------------------------------------------------


def test_the_package_s_own_net_price_wins() -> None:
    table = paid(*SPREAD, net_price=1.02, entry=[1.79, 0.73], mark=[1.8, 0.7])
    assert first(table) == (1.02, "net_price")


def test_then_the_entries() -> None:
    assert first(paid(*SPREAD, entry=[1.79, 0.73], mark=[1.8, 0.7])) == (pytest.approx(1.06), "entry")


def test_then_the_marks() -> None:
    assert first(paid(*SPREAD, entry=[1.79, None], mark=[1.8, 0.7])) == (pytest.approx(1.1), "mark")


def test_then_the_model() -> None:
    legs = Book.of(xiaomi(*SPREAD, group="g", entry=[1.79, None], mark=[None, 0.7])).price(market()).legs
    premium, source = first(premiums(legs))
    assert premium == pytest.approx(legs["price"].iloc[0] - legs["price"].iloc[1])
    assert source == "model"


def test_where_nothing_is_known_of_some_option_there_is_no_premium() -> None:
    table = paid(*SPREAD, quotes=Market.of(as_of=AS_OF), entry=[1.79, None])
    assert first(table) == (pytest.approx(math.nan, nan_ok=True), "")
    assert math.isnan(table["premium_percent"].iloc[0])


def test_each_strategy_takes_the_best_that_it_has() -> None:
    table = paid(
        *SPREAD,
        (-1, "put", 22, NEAR),
        group=["a", "a", "b"],
        net_price=[1.02, 1.02, None],
        entry=[1.79, 0.73, 0.7],
    )
    assert table["premium_source"].tolist() == ["net_price", "entry"]
    assert table["premium"].tolist() == pytest.approx([1.02, -0.7])


# --- net prices that are not the options' -------------------------------------------------------------------


def test_a_credit_is_negative_and_nothing_paid_is_zero() -> None:
    assert first(paid(*SPREAD, net_price=-0.4, entry=[1.79, 0.73])) == (-0.4, "net_price")
    assert first(paid(*SPREAD, net_price=0.0, entry=[1.79, 0.73])) == (0.0, "net_price")


def test_two_net_prices_for_one_package_are_none() -> None:
    assert first(paid(*SPREAD, net_price=[1.02, 1.03], entry=[1.79, 0.73]))[1] == "entry"


def test_a_net_price_that_one_leg_states_is_the_package_s() -> None:
    assert first(paid(*SPREAD, net_price=[1.02, None], entry=[1.79, 0.73])) == (1.02, "net_price")


@pytest.mark.parametrize(("kind", "expiry"), [("stock", None), ("future", FAR)])
def test_a_net_price_that_pays_for_stock_too_is_passed_over(kind: str, expiry: str | None) -> None:
    rows = ((1000, kind, None, expiry), (-1, "call", 27, NEAR))
    table = paid(*rows, net_price=23.51, entry=[24.24, 0.73], multiplier=[1, 1000])
    assert first(table) == (-0.73, "entry")


def test_the_net_price_of_a_group_over_two_underlyings_is_of_neither() -> None:
    legs = xiaomi(*SPREAD, group="g", net_price=1.02, entry=[1.79, 0.73]).assign(underlying=["MIU", "TCH"])
    table = premiums(Book.of(legs).price(market()).legs)
    assert table["premium_source"].tolist() == ["entry", "entry"]


# --- per lot and unit ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lots", [1, 7, 200])
@pytest.mark.parametrize("multiplier", [1, 100, 1000])
def test_lots_and_multiplier_don_t_change_it(lots: int, multiplier: int) -> None:
    rows = [(quantity * lots, *rest) for quantity, *rest in SPREAD]
    assert first(paid(*rows, entry=[1.79, 0.73], multiplier=multiplier))[0] == pytest.approx(1.06)


def test_a_ratio_counts_each_leg_as_often_as_a_lot_has_it() -> None:
    table = paid((3, "call", 24, NEAR), (-6, "call", 27, NEAR), entry=[1.79, 0.73])
    assert first(table)[0] == pytest.approx(1.79 - 2 * 0.73)


def test_two_sizes_are_per_unit_of_the_larger() -> None:
    """Ten mini calls are one call."""
    table = paid((1, "call", 24, NEAR), (-10, "call", 27, NEAR), multiplier=[1000, 100], entry=[1.79, 0.73])
    assert first(table)[0] == pytest.approx(1.79 - 0.73)


def test_fills_are_weighed() -> None:
    table = paid((1, "call", 24, NEAR), (3, "call", 24, NEAR), entry=[1.70, 1.80])
    assert first(table)[0] == pytest.approx((1.70 + 3 * 1.80) / 4)


def test_stock_is_not_in_it() -> None:
    """Per covered call the call's price; stock by itself has no premium."""
    rows = ((4000, "stock"), (-4, "call", 27, NEAR), (500, "stock"))
    table = paid(*rows, group=["a", "a", "b"], multiplier=[1, 1000, 1], entry=[22.1, 0.73, 22.1])
    assert table["premium"].tolist() == pytest.approx([-0.73, math.nan], nan_ok=True)
    assert table["premium_source"].tolist() == ["entry", ""]


def test_stock_without_an_entry_is_no_gap() -> None:
    rows = ((1000, "stock"), (-1, "call", 27, NEAR))
    assert first(paid(*rows, multiplier=[1, 1000], entry=[None, 0.73])) == (-0.73, "entry")


def test_the_parts_of_a_split_row_have_the_row_s_price() -> None:
    """Ten calls of which four are covered and six in a spread."""
    rows = ((4000, "stock"), (-10, "call", 29, NEAR), (6, "call", 25, NEAR))
    table = paid(*rows, group="", multiplier=[1, 1000, 1000], entry=[22.1, 0.38, 1.34])
    assert sorted(table["premium"]) == pytest.approx([-0.38, 1.34 - 0.38])
    assert set(table["premium_source"]) == {"entry"}


# --- percent of spot ----------------------------------------------------------------------------------------


def test_percent_is_a_fraction_of_spot() -> None:
    assert paid(*SPREAD, entry=[1.79, 0.73])["premium_percent"].tolist() == pytest.approx([1.06 / SPOT])


def test_without_a_spot_there_is_no_percent() -> None:
    table = paid(*SPREAD, quotes=Market.of(as_of=AS_OF), entry=[1.79, 0.73])
    assert first(table) == (pytest.approx(1.06), "entry")
    assert table["premium_percent"].isna().all()


def test_cash_has_no_premium() -> None:
    legs = xiaomi((80_000, "cash"))
    table = premiums(Book.of(legs).price(market()).legs)
    assert table.columns.tolist() == ["premium", "premium_source", "premium_percent"]
    assert table.empty
