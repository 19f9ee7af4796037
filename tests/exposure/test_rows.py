"""One row per strategy: sizes, greeks, premium and dates of its legs, and why it can't be judged."""

from __future__ import annotations

import functools
import math
from typing import Any

import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, market, valued, xiaomi
from optlab.book import Book
from optlab.exposure import exposures

GROUPS: dict[str, list[tuple[Any, ...]]] = {
    "three spreads": [(3, "call", 24, NEAR), (-3, "call", 27, NEAR)],
    "diagonal": [(-1, "call", 27, NEAR), (1, "call", 28, FAR)],
    "covered call": [(2000, "stock"), (-2, "call", 27, NEAR)],
    "stock": [(500, "stock")],
    "evening": [(-1, "call", 20, AS_OF), (1, "call", 24, NEAR)],
}


@functools.cache
def priced() -> pd.DataFrame:
    """Price all groups at once."""
    rows = [leg for legs in GROUPS.values() for leg in legs]
    names = [name for name, legs in GROUPS.items() for _ in legs]
    return valued(*rows, group=names).legs


@functools.cache
def rows() -> pd.DataFrame:
    """Gather them, a row per group."""
    return exposures(priced()).set_index("group")


def test_strategies_come_in_order_of_appearance() -> None:
    assert list(rows().index) == list(GROUPS)
    assert exposures(priced()).index.tolist() == [f"MIU-{number}" for number in range(1, 6)]


def test_lots_sizes_and_contracts() -> None:
    """Three lots are six contracts; stock has none."""
    sizes = rows()[["lots", "unit_size", "contracts"]].to_numpy().tolist()
    assert sizes == [[3, 1000, 6], [1, 1000, 2], [2, 1000, 2], [500, 1, 0], [1, 1000, 2]]
    assert rows()["legs"]["three spreads"] == "+1 27NOV26 24C / -1 27NOV26 27C"


def test_greeks_are_the_sums_of_the_legs() -> None:
    """Vega and theta as they are, gamma as the change of delta cash per 1% of spot."""
    legs = priced()[priced()["group"] == "diagonal"]
    row = rows().loc["diagonal"]
    assert row["vega"] == pytest.approx(legs["vega"].sum(), rel=1e-12)
    assert row["theta"] == pytest.approx(legs["theta"].sum(), rel=1e-12)
    assert row["gamma_cash"] == pytest.approx(legs["gamma"].sum() * 24.24**2 / 100, rel=1e-12)


def test_delta_in_units_per_lot_and_in_money() -> None:
    """Three spreads: the legs' delta, a third of a thousandth of it, and it times spot."""
    delta = priced().loc[priced()["group"] == "three spreads", "delta"].sum()
    row = rows().loc["three spreads"]
    assert row["delta"] == pytest.approx(delta, rel=1e-12)
    assert row["delta_per_lot"] == pytest.approx(delta / 3000, rel=1e-12)
    assert row["delta_cash"] == pytest.approx(delta * 24.24, rel=1e-12)


def test_the_delta_of_a_covered_call_has_its_stock() -> None:
    """A thousand shares for each short call, so between 0 and 1 a lot."""
    assert 0.6 < rows()["delta_per_lot"]["covered call"] < 0.75


def test_the_delta_is_that_of_the_legs_that_are_alive() -> None:
    """A short call that expires now deep in the money moves no more: the other call's delta is left."""
    legs = priced()[priced()["group"] == "evening"]
    assert rows()["delta"]["evening"] == pytest.approx(legs["delta"].iloc[1], rel=1e-12)


def test_the_nearest_expiry_is_the_nearest_that_is_not_over() -> None:
    """Days in the market's own time; stock has none."""
    days = rows()[["nearest_expiry", "farthest_expiry"]].apply(lambda column: column.dt.strftime("%Y-%m-%d"))
    assert days.loc["diagonal"].tolist() == [NEAR, FAR]
    assert days.loc["evening"].tolist() == [NEAR, NEAR]
    assert days.loc["stock"].isna().all()


def test_premium_cash_is_for_all_lots_and_for_the_options_alone() -> None:
    """Entries 1.79 and 0.73 on two lots, and a call sold on stock for 0.50."""
    table = exposures(
        valued(
            *[(2, "call", 24, NEAR), (-2, "call", 27, NEAR), (1000, "stock"), (-1, "call", 27, NEAR)],
            group=["a", "a", "b", "b"],
            entry=[1.79, 0.73, 24.0, 0.5],
        ).legs
    ).set_index("group")
    assert table["premium"].tolist() == pytest.approx([1.06, -0.5])
    assert table["premium_cash"].tolist() == pytest.approx([2120.0, -500.0])
    assert table["premium_percent"].tolist() == pytest.approx([1.06 / 24.24, -0.5 / 24.24])


def test_what_is_said_of_opening_and_closing() -> None:
    """A roll does both; without a word a package does neither."""
    table = exposures(
        valued(
            *[(1, "put", 22, NEAR), (-1, "put", 22, FAR), (-1, "call", 26, NEAR), (1, "call", 25, NEAR)],
            group=["roll", "roll", "close", "silent"],
            effect=["close", "open", "close", ""],
        ).legs
    ).set_index("group")
    assert table[["closes", "opens"]].to_numpy().tolist() == [[True, True], [True, False], [False, False]]


def test_one_leg_without_a_price_leaves_the_strategy_without_numbers() -> None:
    """The status is the first leg's that has a reason; the other strategy is not touched."""
    legs = xiaomi(
        *[(1, "call", 24, NEAR), (-1, "call", 27, FAR), (1, "put", 24, NEAR)],
        group=["a", "a", "b"],
        iv=[0.43, None, 0.43],
    )
    table = exposures(Book.of(legs).price(market(vol=None)).legs).set_index("group")
    assert table["status"].tolist() == ["no_vol", "ok"]
    numbers = ["delta", "delta_ratio", "scenario_lean", "vega", "theta", "gamma_cash", "delta_cash"]
    assert table.loc["a", numbers].isna().all()
    assert table.loc["b", numbers].notna().all()
    assert table.loc["a", "contracts"] == 2


def test_legs_at_two_spots_or_in_two_currencies_are_no_strategy_to_judge() -> None:
    spots = xiaomi((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="a", spot=[24.0, 30.0])
    money = xiaomi((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="b", spot=24.0)
    money["currency"] = ["HKD", "USD"]
    table = exposures(Book.of(pd.concat([spots, money])).price(market(spot=None)).legs)
    assert table["status"].tolist() == ["legs have different spots", "legs have different currencies"]
    assert table["delta_ratio"].isna().all()


def test_what_was_settled_earlier_is_marked() -> None:
    """All of it, or a part beside a leg that lives."""
    rows = [(1, "call", 20, "2026-09-30"), (1, "call", 20, "2026-09-30"), (-1, "call", 24, NEAR)]
    book = Book.of(xiaomi(*rows, group=["all", "part", "part"]))
    table = exposures(book.price(market().override(settle={"MIU": 23.0})).legs).set_index("group")
    assert table["settled"].to_dict() == {"all": True, "part": False}
    assert math.copysign(1, table["delta"]["part"]) == -1


def test_cash_belongs_to_no_strategy() -> None:
    legs = valued((50_000, "cash"), (1, "call", 24, NEAR)).legs
    assert exposures(legs)["strategy"].tolist() == ["long call"]
