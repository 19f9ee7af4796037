"""What a strategy says of volatility, premium and time, and which family it is of."""

from __future__ import annotations

import functools
import math
from typing import Any

import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, market, valued, xiaomi
from optlab.bias.views import add_views, family_of, volatility_reason
from optlab.book import Book
from optlab.strategy import STRATEGIES

VIEWED: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "long straddle": ([(1, "call", 24, NEAR), (1, "put", 24, NEAR)], "long"),
    "short strangle": ([(-1, "call", 27, NEAR), (-1, "put", 21, NEAR)], "short"),
    "iron condor": (
        [(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, NEAR)],
        "short",
    ),
    "butterfly": ([(1, "call", 21, NEAR), (-2, "call", 24, NEAR), (1, "call", 27, NEAR)], "short"),
    "backspread": ([(-1, "call", 24, NEAR), (2, "call", 27, NEAR)], "long"),
    "narrow vertical": ([(1, "call", 24, NEAR), (-1, "call", 25, NEAR)], "neutral"),
    "risk reversal": ([(1, "call", 26.5, NEAR), (-1, "put", 22, NEAR)], "neutral"),
    "box": (
        [(1, "call", 24, NEAR), (-1, "put", 24, NEAR), (-1, "call", 27, NEAR), (1, "put", 27, NEAR)],
        "neutral",
    ),
    "stock": ([(1000, "stock")], "neutral"),
    "expires now": ([(1, "call", 20, AS_OF)], "neutral"),
    "calendar at the money": ([(-1, "call", 24.24, NEAR), (1, "call", 24.24, FAR)], "neutral"),
    "calendar far away": ([(-1, "call", 30, NEAR), (1, "call", 30, "2027-06-29")], "long"),
}


@functools.cache
def viewed() -> pd.DataFrame:
    """Lean all of them at once, each a group of its name."""
    rows = [leg for legs, _ in VIEWED.values() for leg in legs]
    names = [name for name, (legs, _) in VIEWED.items() for _ in legs]
    return valued(*rows, group=names).bias().strategies.set_index("group")


# --- volatility ---------------------------------------------------------------------------------------------


def test_twelve_ordinary_positions_are_long_or_short_volatility_as_a_trader_says() -> None:
    assert viewed()["volatility_view"].to_dict() == {name: view for name, (_, view) in VIEWED.items()}


def test_a_straddle_near_the_money_has_a_ratio_near_one() -> None:
    assert 0.98 < viewed()["vega_ratio"]["long straddle"] < 1.0


def test_a_calendar_is_long_vega_and_short_gamma_and_yet_neutral_at_the_money() -> None:
    """Near volatility moves more: weighted by it, the two legs weigh the same. The raw vega is printed beside it."""
    row = viewed().loc["calendar at the money"]
    assert row["vega"] > 0
    assert row["gamma_cash"] < 0
    assert row["vega_ratio"] == pytest.approx(0.0, abs=0.005)


@pytest.mark.parametrize("name", ["stock", "expires now"])
def test_without_options_or_time_there_is_no_vega(name: str) -> None:
    assert viewed()["volatility_reason"][name] == "no vega"


def test_a_box_has_vegas_that_cancel() -> None:
    """But for what early exercise takes from the vega of the put in the money."""
    assert viewed()["vega_ratio"]["box"] == pytest.approx(-0.0028, abs=1e-4)


def described(**columns: Any) -> pd.DataFrame:  # noqa: ANN401 - any column
    """Make strategies that differ in what is named."""
    ordinary = {
        "vega_ratio": 0.0,
        "has_vega": True,
        "status": "ok",
        "premium_percent": 0.02,
        "days_nearest": 20.0,
        "days_farthest": 20.0,
        "strategy": "long call",
    }
    length = max((len(values) for values in columns.values() if isinstance(values, list)), default=1)
    return pd.DataFrame({**ordinary, **columns}, index=range(length))


def test_the_band_of_the_vega_ratio_has_its_border_outside() -> None:
    table = described(vega_ratio=[0.10, 0.0999, -0.0999, -0.10, math.nan])
    view = ["long", "neutral", "neutral", "short", "unclassified"]
    assert add_views(table)["volatility_view"].tolist() == view


def test_the_reason_of_a_volatility_view() -> None:
    table = described(
        vega_ratio=[0.5, -0.06, 0.0, math.nan],
        has_vega=[True, True, False, False],
        status=["ok", "ok", "ok", "no_vol"],
    )
    assert volatility_reason(table).tolist() == [
        "vega ratio +0.50 outside band 0.1",
        "vega ratio -0.06 inside band 0.1",
        "no vega",
        "no_vol",
    ]


# --- premium ------------------------------------------------------------------------------------------------


def test_what_costs_less_than_a_thousandth_of_spot_pays_for_itself() -> None:
    table = described(premium_percent=[0.001, 0.000999, 0.0, -0.000999, -0.001, math.nan])
    view = ["debit", "self-financing", "self-financing", "self-financing", "credit", "unclassified"]
    assert add_views(table)["premium_view"].tolist() == view


def test_the_threshold_of_self_financing_can_be_set() -> None:
    table = described(premium_percent=[0.004, -0.004])
    assert add_views(table, self_financing=0.005)["premium_view"].tolist() == ["self-financing"] * 2
    assert add_views(table, self_financing=0.0)["premium_view"].tolist() == ["debit", "credit"]


def test_stock_has_no_premium_at_all() -> None:
    table = described(premium_percent=math.nan, days_nearest=math.nan, days_farthest=math.nan)
    assert add_views(table)["premium_view"].tolist() == ["none"]


def test_the_premium_is_per_unit_and_spot_and_says_where_it_is_from() -> None:
    """Four call spreads on 24.24: a package price of nothing, entries, marks, and the model."""
    spread = [(2, "call", 24, NEAR), (-2, "call", 27, NEAR)]
    table = (
        valued(
            *spread * 4,
            group=["net", "net", "entry", "entry", "mark", "mark", "model", "model"],
            net_price=[0.0, 0.0, *[None] * 6],
            entry=[1.79, 0.73, 0.73, 1.79, *[None] * 4],
            mark=[None, None, None, None, 1.8, 0.7, None, None],
        )
        .bias()
        .strategies.set_index("group")
    )
    assert table["premium_source"].to_dict() == {"net": "net_price", "entry": "entry", "mark": "mark", "model": "model"}  # fmt: skip
    assert table["premium_view"].tolist() == ["self-financing", "credit", "debit", "debit"]
    assert table["premium_percent"]["entry"] == pytest.approx(-1.06 / 24.24)
    assert table["premium_cash"]["entry"] == pytest.approx(-2120.0)
    assert table["premium"]["mark"] == pytest.approx(1.1)


def test_a_premium_is_measured_against_the_row_s_own_spot() -> None:
    book = Book.of(xiaomi((1, "call", 24, NEAR), group="g", entry=2.5, spot=25.0))
    row = book.price(market(spot=None)).bias().strategies.iloc[0]
    assert row["premium_percent"] == pytest.approx(0.1)


# --- horizon and family -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0.0, "to a week"),
        (7.0, "to a week"),
        (7.01, "to a month"),
        (31.0, "to a month"),
        (31.01, "to a quarter"),
        (92.0, "to a quarter"),
        (92.01, "to a year"),
        (366.0, "to a year"),
        (366.01, "beyond"),
        (4000.0, "beyond"),
        (math.nan, "no expiry"),
    ],
)
def test_the_buckets_of_the_horizon_at_their_borders(days: float, bucket: str) -> None:
    """A longest week, month, quarter and year."""
    table = add_views(described(days_nearest=days, days_farthest=days))
    assert (table["nearest"].tolist(), table["farthest"].tolist()) == ([bucket], [bucket])


def test_a_calendar_has_two_horizons() -> None:
    """56 and 270 days ahead, and stock has none."""
    table = viewed()
    both = table["nearest"] + ", " + table["farthest"]
    assert both["calendar far away"] == "to a quarter, to a year"
    assert both["stock"] == "no expiry, no expiry"
    later = add_views(described(days_nearest=5.0, days_farthest=89.0))
    assert later[["nearest", "farthest"]].to_numpy().tolist() == [["to a week", "to a quarter"]]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("bull call spread", "vertical"),
        ("long straddle", "straddle/strangle"),
        ("iron condor", "condor"),
        ("bear call diagonal", "diagonal"),
        ("long call calendar", "calendar"),
        ("long box", "arbitrage"),
        ("roll out (short put)", "roll"),
        ("closed: nets to nothing", "closing"),
        ("straddle versus underlying", "delta-hedged"),
        ("custom (7 legs)", "custom"),
        ("", "custom"),
    ],
)
def test_the_family_of_a_name(name: str, family: str) -> None:
    assert family_of(name) == family
    assert add_views(described(strategy=name))["family"].tolist() == [family]


def test_every_name_of_the_catalogue_has_a_family() -> None:
    assert [name for name in STRATEGIES if not family_of(name)] == []
