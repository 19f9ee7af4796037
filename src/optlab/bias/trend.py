"""Trades over time: the share over a window of trading days, against the window before it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from optlab.bias.directions import DIRECTIONS
from optlab.bias.shares import WHOLE_BOOK, scopes, share
from optlab.columns import typed

WINDOW = 5
"""Trading days in a window, where a trend is asked for and nobody says how many."""

LEAST_REVERSAL = 0.10
"""Two windows' bullish-minus-bearish gaps of opposite signs must differ by more than this."""

BEFORE = ("n_before", "bullish_before", "bearish_before", "change", "p_value")
TREND_COLUMNS = ["scope", "day", "first_day", *DIRECTIONS, "n", "low", "high", *BEFORE, "reversal", "reason"]

NO_WINDOW_BEFORE = "no trades in the window before"


def trading_days(table: pd.DataFrame) -> list[str]:
    """List the days on which strategies were traded, in order; only what is in the file is a trading day."""
    return sorted(set(table["day"]) - {""})


def in_window(table: pd.DataFrame, days: list[str], last: int, window: int) -> pd.DataFrame:
    """Return the strategies traded on the ``window`` days that end with the day at place ``last``."""
    return table[table["day"].isin(days[max(last - window + 1, 0) : last + 1])]


def trend(cast: pd.DataFrame, days: list[str], *, window: int, weight: str, every_day: bool) -> pd.DataFrame:
    """Compare the share over a window of trading days with that over the window before it.

    Parameters
    ----------
    cast : DataFrame
        The strategies that carry a view, as `optlab.bias.shares.votes` returns them, by underlying.
    days : list of str
        The trading days, as `trading_days` returns them.
    window : int
        Trading days in a window.
    weight : str
        What each strategy counts for.
    every_day : bool
        A row for every day on which a window ends; else only for the last.

    Returns
    -------
    DataFrame
        `TREND_COLUMNS` per underlying and for the book: the shares over the window that ends on ``day``, and
        against the window before it ``change`` of the bullish share, Fisher's exact ``p_value`` on the number of
        bullish strategies against the rest, and ``reversal``: bullish or bearish, where the gap between the bullish
        and the bearish share changed its sign and moved by more than 10 points.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. JRSS 98, 39-82.
    """
    rows = [
        {"scope": scope, **row}
        for scope, part in (scopes(cast) if days else ())
        for row in _windows(part, days, window, weight, every_day=every_day)
    ]
    return typed(rows, TREND_COLUMNS)


def last_windows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the last window of each scope, the whole book first."""
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    last = {row["scope"]: row for row in rows}
    return sorted(last.values(), key=lambda row: row["scope"] != WHOLE_BOOK)


def _windows(
    part: pd.DataFrame, days: list[str], window: int, weight: str, *, every_day: bool
) -> Iterator[dict[str, object]]:
    for last in range(0 if every_day else len(days) - 1, len(days)):
        now = in_window(part, days, last, window)
        if len(now):
            before = in_window(part, days, last - window, window) if last >= window else now.iloc[:0]
            dates = {"day": days[last], "first_day": days[max(last - window + 1, 0)]}
            days_before = len(days[max(last - 2 * window + 1, 0) : max(last - window + 1, 0)])
            against = _against(before, now, weight)
            if against["reversal"] and days_before < window:
                against |= {"reversal": ""}
            if days_before < window and len(before):
                against |= {"reason": f"the window before has {days_before} of {window} days"}
            yield {**dates, **share(now, weight), **against}


def _against(before: pd.DataFrame, now: pd.DataFrame, weight: str) -> dict[str, object]:
    """Return what a window says beside the one before it."""
    then, here = share(before, weight, is_sure=False), share(now, weight, is_sure=False)
    if before.empty or then["reason"] or here["reason"]:
        reason = NO_WINDOW_BEFORE if before.empty else then["reason"] or here["reason"]
        return {**dict.fromkeys(BEFORE, math.nan), "n_before": len(before), "reversal": "", "reason": reason}
    gap, gap_before = (float(row["bullish"]) - float(row["bearish"]) for row in (here, then))  # type: ignore[arg-type]
    return {
        "n_before": len(before),
        "bullish_before": then["bullish"],
        "bearish_before": then["bearish"],
        "change": float(here["bullish"]) - float(then["bullish"]),  # type: ignore[arg-type]
        "p_value": fisher(*(_counts(part) for part in (now, before))),
        "reversal": reversal(gap_before, gap),
        "reason": "",
    }


def reversal(gap_before: float, gap: float) -> str:
    """Name the reversal between two bullish-minus-bearish gaps; empty if there is none.

    >>> reversal(-0.10, 0.20), reversal(0.30, -0.01), reversal(-0.02, 0.03), reversal(0.1, 0.4)
    ('bullish', 'bearish', '', '')
    """
    if gap * gap_before >= 0 or round(abs(gap - gap_before), 9) <= LEAST_REVERSAL:
        return ""
    return "bullish" if gap > 0 else "bearish"


def fisher(now: tuple[int, int], before: tuple[int, int]) -> float:
    """Return the two-sided p-value of Fisher's exact test on bullish and other strategies of two windows."""
    from scipy.stats import fisher_exact  # noqa: PLC0415 - half a second that only a trend pays for

    return float(fisher_exact(np.array([now, before])).pvalue)


def _counts(part: pd.DataFrame) -> tuple[int, int]:
    bullish = int((part["direction"] == "bullish").sum())
    return bullish, len(part) - bullish
