"""Percentiles by hand, realised volatility against numpy's own, and days that must not be used."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from listed_chains import AS_OF, daily, flat, listed, rows_of
from optlab.columns import COLUMNS
from optlab.context.history import (
    CONE_COLUMNS,
    WINDOWS,
    cone,
    cut_off,
    doubts,
    of_underlying,
    percentile,
    rank,
    realised,
)

TWENTY = [0.30 + 0.01 * step for step in range(20)]  # 30% to 49%


# --- the rank of a volatility ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "share", "iv_rank"),
    [(0.345, 5 / 20, 4.5 / 19), (0.29, 0.0, 0.0), (0.60, 1.0, 1.0), (0.30, 0.5 / 20, 0.0)],
)
def test_a_percentile_is_the_share_of_days_below(value: float, share: float, iv_rank: float) -> None:
    """Half of the equal days count; beyond the range of the past today is its own end."""
    found = rank(daily(TWENTY, "iv"), AS_OF, value)
    assert [found.percentile, found.iv_rank] == pytest.approx([share, iv_rank])
    assert (found.days, found.first, found.last) == (20, dt.date(2026, 9, 4), dt.date(2026, 10, 1))


def test_percentile_by_hand() -> None:
    assert percentile(np.array([0.1, 0.2, 0.2, 0.3, 0.4]), 0.2) == (1 + 0.5 * 2) / 5


def test_today_and_later_days_are_not_used() -> None:
    """Twenty days that end on as_of are nineteen, and what came after was not known."""
    assert rank(daily(TWENTY, "iv", last="2026-10-02"), AS_OF, 0.4).days == 19
    with_later = pd.concat([daily(TWENTY, "iv"), daily([9.0] * 5, "iv", last="2026-10-09")])
    assert rank(with_later, AS_OF, 0.4) == rank(daily(TWENTY, "iv"), AS_OF, 0.4)


def test_too_few_days_have_no_percentile_but_a_reason() -> None:
    found = rank(daily(TWENTY[:19], "iv"), AS_OF, 0.4)
    assert math.isnan(found.percentile)
    assert found.reason == "19 earlier days with a volatility, and 20 are needed"


def test_an_unknown_volatility_has_no_rank() -> None:
    assert rank(daily(TWENTY, "iv"), AS_OF, math.nan).reason == "today's volatility is not known"


def test_a_past_that_never_moved_has_a_percentile_and_no_range() -> None:
    found = rank(daily([0.3] * 20, "iv"), AS_OF, 0.3)
    assert found.percentile == 0.5
    assert math.isnan(found.iv_rank)


# --- realised volatility -----------------------------------------------------------------------------------


def closes(days: int = 300) -> pd.DataFrame:
    """Walk at random with a fixed seed, which ends on as_of."""
    steps = np.random.default_rng(7).normal(0.0005, 0.02, days)
    return daily(100 * np.exp(np.cumsum(steps)), "close", last="2026-10-02")


def test_realised_volatility_is_numpy_s_standard_deviation() -> None:
    history = closes()
    returns = np.diff(np.log(history["close"]))
    table = cone(history, AS_OF, 0.4, "HSI")
    for window, seen in zip(table["window"], table["realised"], strict=True):
        assert seen == pytest.approx(np.std(returns[-window:], ddof=1) * math.sqrt(252), abs=1e-12)
    assert table["iv_less_realised"].tolist() == pytest.approx((0.4 - table["realised"]).tolist())
    assert tuple(table.columns) == CONE_COLUMNS
    assert tuple(table["window"]) == WINDOWS


def test_the_cone_is_of_every_window_there_was() -> None:
    history = closes(40)
    returns = np.diff(np.log(history["close"]))
    all_of_them = [np.std(returns[i : i + 21], ddof=1) * math.sqrt(252) for i in range(len(returns) - 20)]
    table = cone(history, AS_OF, 0.4, "HSI")
    row = table[table["window"] == 21]
    names = ["minimum", "lower_quartile", "median", "upper_quartile", "maximum"]
    assert row[names].to_numpy()[0] == pytest.approx(np.quantile(all_of_them, [0, 0.25, 0.5, 0.75, 1]))
    assert row["windows"].tolist() == [len(all_of_them)] == [19]


def test_a_steady_drift_is_no_volatility() -> None:
    """The mean is removed: one percent every day is a trend."""
    assert realised(np.full(30, 0.01), 10) == pytest.approx(0.0, abs=1e-12)


def test_too_few_closes_leave_the_window_empty_with_the_reason() -> None:
    table = cone(closes(22), AS_OF, 0.4, "HSI").set_index("window")
    assert table["realised"].notna().tolist() == [True, True, False, False, False]
    assert table.loc[63, "why_missing"] == "64 closes are needed, 22 are there"
    assert table.loc[21, "why_missing"] == ""
    assert table.loc[63, "windows"] == 0


def test_later_closes_change_nothing() -> None:
    later = daily([1e3, 1e-3], "close", last="2026-10-06")
    with_later = pd.concat([closes(), later], ignore_index=True)
    pd.testing.assert_frame_equal(cone(with_later, AS_OF, 0.4, "HSI"), cone(closes(), AS_OF, 0.4, "HSI"))


def test_prices_in_another_unit_change_nothing() -> None:
    scaled = closes().assign(close=lambda table: 10 * table["close"])
    seen, wanted = (cone(table, AS_OF, 0.4, "HSI")["realised"] for table in (scaled, closes()))
    assert seen.tolist() == pytest.approx(wanted.tolist(), abs=1e-12)


@pytest.mark.parametrize("name", CONE_COLUMNS)
def test_every_column_is_published(name: str) -> None:
    assert name in COLUMNS


# --- what is known when ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "today", "last_close"),
    [
        ("2026-10-02", "2026-10-02", "2026-10-02"),
        ("2026-10-02T16:00+08:00", "2026-10-02", "2026-10-02"),
        ("2026-10-02T15:59+08:00", "2026-10-02", "2026-10-01"),
        ("2026-10-02T20:00Z", "2026-10-03", "2026-10-02"),
    ],
)
def test_a_close_is_known_from_the_close_on(as_of: str, today: str, last_close: str) -> None:
    """In the evening of London it is the next day in Hong Kong, whose close is to come."""
    market = listed(*rows_of(flat(0.3), 30)).at(as_of)
    assert cut_off(market, "HSI", "HKD") == (dt.date.fromisoformat(today), dt.date.fromisoformat(last_close))


def test_rows_of_other_underlyings_are_not_used() -> None:
    own, other = daily([0.3], "iv", underlying="HSI"), daily([0.4], "iv", underlying="ABC")
    nameless = daily([0.5], "iv", last="2026-09-30")
    found = of_underlying(pd.concat([own, other, nameless]), "HSI")
    assert found["iv"].tolist() == [0.5, 0.3]


def test_a_history_that_is_old_has_holes_or_a_split_is_doubted() -> None:
    history = daily([100.0, 101.0, 50.0], "close", last="2026-09-16")
    history.loc[0, "date"] = pd.Timestamp("2026-08-14")
    assert doubts(history, AS_OF, "HSI") == [
        "HSI: the last close is of 2026-09-16, 16 days old",
        "HSI: 32 days without a close before 2026-09-15; taken as one return",
        "HSI: the close moved -50% on 2026-09-16: a split that is not adjusted for?",
    ]
    assert doubts(closes(), AS_OF, "HSI") == []
    assert doubts(history.head(1), AS_OF, "HSI") == []
