"""What comes out of a grid: tables long and wide, and the worst node with the strategies that cause it."""

from __future__ import annotations

import numpy as np
import pytest

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.columns import COLUMNS
from optlab.errors import PricingError
from optlab.scenario import Axes, Axis, Grid, axis

LEGS = ((2, "call", 24, NEAR), (-2, "put", 22, NEAR), (1000, "stock"))


def grouped() -> ol.Valuation:
    """Hold three strategies: a covered call, a short put and a long call."""
    rows = [(1000, "stock"), (-1, "call", 27, NEAR), (-2, "put", 22, NEAR), (3, "call", 24, FAR)]
    return ol.Book.of(xiaomi(*rows, group=["a", "a", "b", "c"])).price(market())


def test_the_long_table_has_a_row_for_every_group_and_node() -> None:
    """Spot moves fastest, and the moves are numbers."""
    result = valued(*LEGS).scenario([-0.1, 0.1], [0, 0.05], days=[0, 7], rate=[0, 0.01], by="underlying")
    table = result.long
    assert list(table.columns) == [
        *("underlying", "currency", "days_ahead", "rate_move", "vol_move", "spot_move"),
        *("node_spot", "value", "profit", "unpriced"),
    ]
    assert len(table) == 16
    assert table["spot_move"].tolist() == [-0.1, 0.1] * 8
    assert table["vol_move"].tolist() == [0, 0, 0.05, 0.05] * 4
    assert table["days_ahead"].tolist() == [0] * 8 + [7] * 8
    assert table["node_spot"].unique().tolist() == pytest.approx([21.816, 26.664])
    np.testing.assert_allclose(table["value"] - table["profit"], result.worth[0])


@pytest.mark.parametrize(
    ("choices", "columns"),
    [
        ({"spot": "-1s,0,1s", "vol": "-10%,0"}, {"spot_sigmas", "vol_relative"}),
        ({"spot": [-1, 1], "sigmas": True, "vol": [0.1], "relative_vol": True}, {"spot_sigmas", "vol_relative"}),
        ({"spot": "5%", "greeks": True}, {"spot_move", "vol_move", "delta_cash", "gamma_cash", "vega", "theta", "rho"}),
        ({"full": True}, {"source_line", "kind", "strike", "expiry", "quantity", "strategy_id"}),
    ],
)  # fmt: skip
def test_columns_say_what_they_hold(choices: dict[str, object], columns: set[str]) -> None:
    """Standard deviations, parts of a volatility, greeks and legs have columns of their own; all are published."""
    table = valued(*LEGS).scenario(**choices).long  # type: ignore[arg-type]
    assert columns <= set(table.columns)
    assert set(table.columns) <= set(COLUMNS)


def test_the_wide_table_has_a_column_for_every_move_of_spot() -> None:
    result = valued(*LEGS).scenario("-10%,0,10%", "0,+5", by="underlying")
    table = result.wide
    assert list(table.columns)[-4:] == ["unpriced", "-10%", "0%", "+10%"]
    assert table["vol_move"].tolist() == [0, 0.05]
    np.testing.assert_array_equal(table[["-10%", "0%", "+10%"]], result.profits[0, 0, 0])


def test_all_tables_have_names() -> None:
    assert list(valued(*LEGS).scenario().tables) == ["grid", "wide", "worst"]


def test_the_worst_node_is_named_with_its_causes() -> None:
    """Down a fifth, and the strategies that lose there in the order of their losses."""
    result = grouped().scenario("-20%:20%:10%", "-10,0,+10")
    worst = result.worst
    lowest = result.totals["HKD"].min()
    assert worst["book_profit"].tolist() == [lowest] * len(worst)
    assert worst["node"].unique().tolist() == ["spot -20%, vol -10"]
    by_strategy = grouped().scenario([-0.2], [-0.1], by="strategy").long.sort_values("profit")
    assert worst["strategy_id"].tolist() == by_strategy["strategy_id"].tolist()
    np.testing.assert_allclose(worst["profit"], by_strategy["profit"])
    assert worst["profit"].sum() == pytest.approx(lowest)


def test_legs_without_a_value_are_counted_in_every_table() -> None:
    """A covered call whose call has no volatility is stock alone, and each table says that a leg is missing."""
    legs = xiaomi((1000, "stock"), (-1, "call", 27, NEAR), group="a")
    book = ol.Book.of(legs).price(ol.Market.of(as_of="2026-10-02", spot=24.24, rate=0.027))
    tables = book.scenario([-0.1, 0], [0]).tables
    assert {name: set(table["unpriced"]) for name, table in tables.items()} == {
        "grid": {1},
        "wide": {1},
        "worst": {1},
    }
    assert tables["worst"]["profit"].tolist() == pytest.approx([-2424])


def test_where_nothing_loses_no_strategy_is_named() -> None:
    result = valued((1000, "stock")).scenario([0.1, 0.2], [0])
    assert result.worst[["node", "strategy_id"]].to_numpy().tolist() == [["spot +10%", ""]]
    assert result.worst["profit"].isna().all()


def test_a_spot_belongs_to_one_underlying() -> None:
    """Over two of them there is none to show."""
    legs = xiaomi((1000, "stock"), (1000, "stock")).assign(underlying=["MIU", "HSB"])
    result = ol.Book.of(legs).price(market()).scenario([0.1], [0])
    assert result.long["node_spot"].isna().all()


def test_a_node_is_named_by_what_moves() -> None:
    axes = Axes(
        Axis("days", (0.0, 7.0)), Axis("rate", (-0.01, 0.0)), Axis("points", (0.0,)), Axis("sigmas", (-2.0,))
    )
    assert axes.words((1, 0, 0, 0)) == "spot -2s, rate -100bp, in 7 days"
    assert axes.words((0, 1, 0, 0)) == "spot -2s, rate 0bp, today"
    still = Axes(*(Axis(unit, (0.0,)) for unit in ("days", "rate", "points", "percent")))
    assert still.words((0, 0, 0, 0)) == "now"


def test_a_grid_is_what_a_trader_asks_first_if_nothing_is_said() -> None:
    grid = Grid.of()
    assert grid.axes.shape == (1, 1, 3, 9)
    assert grid.axes.spot == axis("spot", "-20%:20%:5%")


def test_contradictions_are_refused() -> None:
    with pytest.raises(PricingError, match=r"full and by exclude each other"):
        Grid.of(full=True, by="underlying")
    for days in (0, -1, float("nan")):
        with pytest.raises(PricingError, match=r"is no number of trading days. Fix: write 1"):
            Grid.of(sigma_days=days)
