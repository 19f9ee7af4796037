"""Trades over time: windows of trading days, the window before, Fisher's exact test, reversals."""

from __future__ import annotations

import functools
from math import comb
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from books import NEAR, valued
from optlab.bias.shares import votes
from optlab.bias.trend import TREND_COLUMNS, fisher, in_window, reversal, trading_days, trend
from optlab.bias.weights import WEIGHTS
from optlab.book import Valuation

DAYS = ["2026-09-24", "2026-09-25", "2026-09-28", "2026-09-29", "2026-09-30"]
LETTERS = {"+": "bullish", "-": "bearish", "0": "neutral", "?": "unclassified"}


def traded(*days: str, underlying: Any = "MIU", size: Any = 1.0) -> pd.DataFrame:  # noqa: ANN401 - one or many
    """Make strategies from a word per day: ``++-`` is two bullish and a bearish one."""
    table = pd.DataFrame(
        [(day, LETTERS[letter]) for day, word in zip(DAYS, days, strict=False) for letter in word],
        columns=["day", "direction"],
    )
    weights = dict.fromkeys((f"by_{name}" for name in WEIGHTS), size) | {"by_count": 1.0}
    return votes(table.assign(underlying=underlying, currency="HKD", to_one_currency=1.0, **weights))


def windows(
    cast: pd.DataFrame, window: int, *, every_day: bool = False, weight: str = "count"
) -> pd.DataFrame:
    """Return the trend over the days that the strategies have."""
    return trend(cast, trading_days(cast), window=window, weight=weight, every_day=every_day)


# --- Fisher -------------------------------------------------------------------------------------------------


def test_the_lady_tasting_tea() -> None:
    """Fisher's own example: three of four cups right; (1 + 16 + 16 + 1) / 70 is as unlikely or more."""
    assert fisher((3, 1), (1, 3)) == pytest.approx(34 / 70, rel=1e-12)
    assert fisher((4, 0), (0, 4)) == pytest.approx(2 / 70, rel=1e-12)


@pytest.mark.parametrize(("now", "before"), [((11, 9), (5, 15)), ((0, 3), (4, 0)), ((40, 10), (22, 31)), ((2, 0), (7, 0))])  # fmt: skip
def test_fisher_against_the_hypergeometric_law_and_scipy(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    """The sum of all tables with these margins that are no likelier than this one."""
    hits, n, others = now[0] + before[0], sum(now), sum(before)
    chances = [comb(n, k) * comb(others, hits - k) for k in range(hits + 1)]
    expected = sum(chance for chance in chances if chance <= chances[now[0]]) / sum(chances)
    assert fisher(now, before) == pytest.approx(expected, rel=1e-9)
    assert fisher(now, before) == pytest.approx(fisher_exact(np.array([now, before])).pvalue, rel=1e-12)


# --- reversals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "word"),
    [
        (-0.30, 0.20, "bullish"),
        (0.30, -0.20, "bearish"),
        (-0.05, 0.06, "bullish"),
        (0.06, -0.05, "bearish"),
        (-0.04, 0.05, ""),
        (-0.05, 0.05, ""),
        (0.10, 0.90, ""),
        (-0.90, -0.10, ""),
        (0.0, 0.50, ""),
        (-0.50, 0.0, ""),
    ],
)
def test_a_reversal_changes_its_sign_by_more_than_ten_points(before: float, now: float, word: str) -> None:
    """Balanced to bullish is none."""
    assert reversal(before, now) == word


def test_exactly_ten_points_are_no_reversal_whatever_the_rounding() -> None:
    """From 19 bullish and 21 bearish of 40 to 21 and 19: -5 points to +5."""
    table = windows(traded("+" * 19 + "-" * 21, "+" * 21 + "-" * 19), 1)
    assert table["reversal"].tolist() == [""]
    assert windows(traded("+" * 18 + "-" * 22, "+" * 21 + "-" * 19), 1)["reversal"].tolist() == ["bullish"]


# --- windows ------------------------------------------------------------------------------------------------


def test_trading_days_are_those_in_the_file() -> None:
    """A weekend is none, and what has no date has no day."""
    table = pd.DataFrame({"day": ["2026-09-28", "", "2026-09-25", "2026-09-28"]})
    assert trading_days(table) == ["2026-09-25", "2026-09-28"]
    assert trading_days(table.iloc[1:2]) == []


def test_a_window_ends_with_its_day_and_starts_with_the_file_at_the_earliest() -> None:
    table = pd.DataFrame({"day": DAYS})
    assert in_window(table, DAYS, 4, 2)["day"].tolist() == DAYS[3:]
    assert in_window(table, DAYS, 2, 2)["day"].tolist() == DAYS[1:3]
    assert in_window(table, DAYS, 1, 5)["day"].tolist() == DAYS[:2]
    assert in_window(table, DAYS, 4, 1)["day"].tolist() == DAYS[4:]


def test_the_last_window_against_the_one_before() -> None:
    """Two days of 3 bullish in 4 after two days of 1 in 4; the fifth, earliest day is in neither."""
    row = windows(traded("++++++", "+-", "--", "++", "+-"), 2).iloc[0]
    assert (row["day"], row["first_day"]) == (DAYS[4], DAYS[3])
    assert (row["n"], row["n_before"]) == (4, 4)
    assert (row["bullish"], row["bullish_before"], row["bearish_before"]) == (0.75, 0.25, 0.75)
    assert row["change"] == pytest.approx(0.5)
    assert row["p_value"] == pytest.approx(34 / 70)
    assert (row["reversal"], row["reason"]) == ("bullish", "")


def test_fisher_counts_strategies_whatever_the_weight() -> None:
    """Sizes move the shares, not the test; what is unclassified is among the rest."""
    cast = traded("+--?", "+++0", size=[9.0, 1, 1, 1, 1, 1, 1, 3])
    by_count, by_size = (windows(cast, 1, weight=weight).iloc[0] for weight in ("count", "contracts"))
    assert (by_size["bullish_before"], by_size["bullish"]) == (0.75, 0.5)
    assert by_size["change"] == pytest.approx(-0.25)
    assert by_size["p_value"] == by_count["p_value"] == pytest.approx(34 / 70)


def test_every_day_has_the_window_that_ends_there() -> None:
    """Windows of two over four days; the first two have none before them."""
    table = windows(traded("+", "-", "+", "+"), 2, every_day=True)
    assert list(table.columns) == TREND_COLUMNS
    assert table["day"].tolist() == DAYS[:4]
    assert table["first_day"].tolist() == [DAYS[0], DAYS[0], DAYS[1], DAYS[2]]
    assert table["n"].tolist() == [1, 2, 2, 2]
    assert table["bullish"].tolist() == [1.0, 0.5, 0.5, 1.0]
    assert table["n_before"].tolist() == [0, 0, 1, 2]
    short = "the window before has 1 of 2 days"
    assert table["reason"].tolist() == ["no trades in the window before"] * 2 + [short, ""]


def test_without_a_window_before_there_is_no_change() -> None:
    row = windows(traded("+-"), 1).iloc[0]
    assert row[["bullish_before", "bearish_before", "change", "p_value"]].isna().all()
    assert (row["n_before"], row["reversal"]) == (0, "")
    assert row["reason"] == "no trades in the window before"


def test_an_underlying_that_was_not_traded_before_has_nothing_to_compare() -> None:
    """Each underlying and the book have their own windows; one not traded in the last has no row."""
    cast = traded("+-", "++", underlying=["MIU", "OLD", "MIU", "NEW"])
    table = windows(cast, 1).set_index("scope")
    assert table.index.tolist() == ["MIU", "NEW", "book"]
    assert table["n_before"].to_dict() == {"MIU": 1, "NEW": 0, "book": 2}
    assert table["reason"].to_dict() == {"MIU": "", "NEW": "no trades in the window before", "book": ""}


def test_a_window_without_a_weight_says_so() -> None:
    row = windows(traded("+", "-", size=[0.0, 5.0]), 1, weight="vega").iloc[0]
    assert row["bearish"] == 1.0
    assert (row["reason"], row["reversal"]) == ("no weight", "")


def test_no_days_have_no_trend() -> None:
    table = trend(traded(), [], window=5, weight="count", every_day=True)
    assert (list(table.columns), len(table)) == (TREND_COLUMNS, 0)


# --- the whole way ------------------------------------------------------------------------------------------


@functools.cache
def tape() -> Valuation:
    """Trade on Friday, over the weekend's end, and on Tuesday in Hong Kong; one row without a date, one that closes."""
    return valued(
        *[(1, "put", 24, NEAR), (1, "put", 23, NEAR), (1, "call", 24, NEAR), (1, "call", 25, NEAR)],
        *[(1, "call", 26, NEAR), (1, "call", 27, NEAR)],
        group=list("abcdef"),
        traded_at=[
            *["2026-09-25T03:00:00Z", "2026-09-25T08:00:00Z", "2026-09-28T02:00:00Z", "2026-09-28T17:00:00Z"],
            *[None, "2026-09-29T02:00:00Z"],
        ],
        effect=[*["open"] * 5, "close"],
    )


def test_a_window_keeps_the_last_trading_days_of_the_file() -> None:
    """Monday and Tuesday; Friday alone is before, too short for a reversal; what is left out is said."""
    lean = tape().bias(window=2)
    assert lean.strategies["group"].tolist() == ["c", "d", "f"]
    assert lean.strategies["day"].tolist() == ["2026-09-28", "2026-09-29", "2026-09-29"]
    assert lean.shares["n"].tolist() == [2]
    row = lean.trend.iloc[0]
    assert (row["first_day"], row["day"]) == ("2026-09-28", "2026-09-29")
    assert (row["n"], row["n_before"], row["reversal"]) == (2, 2, "")
    assert row["reason"] == "the window before has 1 of 2 days"
    assert lean.left_out == (
        "1 not counted: closes a position",
        "2 traded before the window",
        "1 without a date of trade",
    )


def test_by_day_has_a_trend_for_each_day() -> None:
    """With the usual window of five days none has another before it."""
    lean = tape().bias(by="day")
    assert lean.trend["day"].tolist() == ["2026-09-25", "2026-09-28", "2026-09-29"]
    assert lean.trend["n"].tolist() == [2, 3, 4]
    assert lean.trend["n_before"].eq(0).all()


def test_without_a_window_there_is_no_trend() -> None:
    lean = tape().bias()
    assert lean.trend.empty
    assert lean.shares["n"].tolist() == [5]
