"""How rare today is: the rank of a volatility among earlier ones, and what the underlying itself has realised."""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.errors import MarketDataError
from optlab.market import Market
from optlab.pricing.black_scholes import Array
from optlab.venues import expiry_instant, venue_of

WINDOWS = (10, 21, 63, 126, 252)
"""Trading days over which realised volatility is measured: two weeks, a month, a quarter, half a year, a year."""

TRADING_DAYS = 252.0
FEWEST_DAYS = 20
"""Earlier days below which a percentile says nothing."""

OLD_AFTER = 7
LONGEST_GAP = 10
LARGEST_MOVE = math.log(1.5)
CONE_COLUMNS = (
    *("underlying", "window", "realised", "minimum", "lower_quartile", "median", "upper_quartile", "maximum"),
    *("windows", "iv_less_realised", "why_missing"),
)


class Rank(NamedTuple):
    """Where a volatility stands among earlier ones.

    Parameters
    ----------
    percentile : float
        The share of earlier days below it, and half of those equal to it; NaN with a reason.
    iv_rank : float
        (today - lowest) / (highest - lowest) with today among them, so from 0 to 1; NaN if all are equal.
    days : int
        How many earlier days are counted.
    first, last : date or None
        The first and the last of them.
    reason : str
        Why there is no percentile.
    """

    percentile: float
    iv_rank: float
    days: int
    first: dt.date | None
    last: dt.date | None
    reason: str


def cut_off(market: Market, root: str, currency: str) -> tuple[dt.date, dt.date]:
    """Return the day that as_of is where the underlying trades, and the last day whose close is known then."""
    as_of = market.known_as_of
    if not isinstance(as_of, dt.datetime):
        return as_of, as_of
    venue = venue_of(root, currency)
    close = expiry_instant(pd.Timestamp(as_of).tz_convert(venue.timezone).date(), venue)
    day = pd.Timestamp(as_of).tz_convert(venue.timezone).date()
    return day, day if as_of >= close else day - dt.timedelta(days=1)


def as_history(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Give a table of earlier days the columns ``date iv close underlying``; names in any case, missing ones empty.

    Raises
    ------
    MarketDataError
        For what is no table with dates and volatilities or closes.
    """
    if table is None:
        return None
    fix = "Fix: give a DataFrame with date and iv or close, or what optlab.readers.read_history returns."
    if not isinstance(table, pd.DataFrame):
        raise MarketDataError(f"a history of type {type(table).__name__} is no table. {fix}")
    plain = table.rename(columns={name: str(name).strip().lower() for name in table.columns})
    if "date" not in plain or not {"iv", "close"} & set(plain):
        raise MarketDataError(f"the history has no date, or neither iv nor close. {fix}")
    plain = plain.assign(**{name: value for name, value in EMPTY.items() if name not in plain})
    return plain.assign(date=pd.to_datetime(plain["date"]))


EMPTY: dict[str, float | str] = {"iv": math.nan, "close": math.nan, "underlying": ""}
"""What stands in a history for a column that is not there."""


def of_underlying(history: pd.DataFrame, underlying: str) -> pd.DataFrame:
    """Keep an underlying's own rows, and those that name none."""
    return history[history["underlying"].isin((underlying, ""))].sort_values("date", kind="stable")


def rank(history: pd.DataFrame, today: dt.date, value: float) -> Rank:
    """Rank today's volatility among those of earlier days; today's own and later ones are not used.

    Parameters
    ----------
    history : DataFrame
        ``date iv``, of one underlying.
    today : date
        The day that is ranked.
    value : float
        Its volatility.
    """
    is_used = (history["date"] < pd.Timestamp(today)) & history["iv"].notna()
    used = history[is_used]
    days = len(used)
    if math.isnan(value):
        return Rank(math.nan, math.nan, days, None, None, "today's volatility is not known")
    if days < FEWEST_DAYS:
        reason = f"{days} earlier days with a volatility, and {FEWEST_DAYS} are needed"
        return Rank(math.nan, math.nan, days, None, None, reason)
    past = used["iv"].to_numpy(dtype=float)
    low, high = min(past.min(), value), max(past.max(), value)
    return Rank(
        percentile(past, value),
        (value - low) / (high - low) if high > low else math.nan,
        days,
        used["date"].iloc[0].date(),
        used["date"].iloc[-1].date(),
        "",
    )


def percentile(past: Array, value: float) -> float:
    """Return the share of numbers below a value, half of those equal to it counted.

    >>> percentile(np.array([0.1, 0.2, 0.2, 0.4]), 0.2)
    0.5
    """
    return float(((past < value).sum() + 0.5 * (past == value).sum()) / len(past))


def cone(history: pd.DataFrame, last_day: dt.date, iv: float, underlying: str) -> pd.DataFrame:
    """Measure realised volatility over several windows, beside all earlier windows of the same length.

    Parameters
    ----------
    history : DataFrame
        ``date close``, of one underlying, a row per trading day.
    last_day : date
        The last day whose close counts.
    iv : float
        Today's implied volatility, to set against the realised.
    underlying : str
        For its column.

    Returns
    -------
    DataFrame
        `CONE_COLUMNS`, a row per window. ``realised`` is the sample standard deviation (mean removed, n - 1) of the
        log returns of the window's days, times sqrt(252). Empty with a reason in ``why_missing`` where the
        closes are too few.
    """
    closes = _closes(history, last_day)
    returns = np.diff(np.log(closes["close"].to_numpy(dtype=float)))
    rows = [_window(returns, days) for days in WINDOWS]
    table = pd.DataFrame(rows).assign(underlying=underlying)
    table["iv_less_realised"] = iv - table["realised"]
    table = table.astype({"underlying": "str", "why_missing": "str"})
    return table[list(CONE_COLUMNS)]


def _window(returns: Array, days: int) -> dict[str, object]:
    if len(returns) < days:
        needed = f"{days + 1} closes are needed, {len(returns) + 1 if len(returns) else 0} are there"
        numbers = dict.fromkeys(CONE_COLUMNS[2:8], math.nan)
        return {"window": days, **numbers, "windows": 0, "why_missing": needed}
    rolling = realised(returns, days)
    quarters = np.quantile(rolling, [0.0, 0.25, 0.5, 0.75, 1.0])
    numbers = dict(zip(CONE_COLUMNS[3:8], quarters.tolist(), strict=True))
    own = {"window": days, "realised": float(rolling[-1]), "windows": len(rolling), "why_missing": ""}
    return {**own, **numbers}


def realised(returns: Array, days: int) -> Array:
    """Return the annualised standard deviation of every run of that many daily log returns.

    Parameters
    ----------
    returns : float64 array
        ln(close / close before), at least `days` of them.
    days : int
        The window.

    Returns
    -------
    float64 array
        One per window, the last one ends today.
    """
    runs = np.lib.stride_tricks.sliding_window_view(returns, days)
    return runs.std(axis=1, ddof=1) * math.sqrt(TRADING_DAYS)


def doubts(history: pd.DataFrame, last_day: dt.date, underlying: str) -> list[str]:
    """Say what makes a price history doubtful: that it is old, has holes, or moves that look like splits."""
    closes = _closes(history, last_day)
    if len(closes) < 2:
        return []
    days = closes["date"]
    found = []
    age = (pd.Timestamp(last_day) - days.iloc[-1]).days
    if age > OLD_AFTER:
        found.append(f"{underlying}: the last close is of {days.iloc[-1].date()}, {age} days old")
    gap = days.diff().dt.days
    if gap.max() > LONGEST_GAP:
        to = days[gap.idxmax()].date()
        found.append(f"{underlying}: {gap.max():.0f} days without a close before {to}; taken as one return")
    moves = np.log(closes["close"]).diff()
    largest = moves.abs().idxmax()
    if abs(moves[largest]) > LARGEST_MOVE:
        word = f"{math.expm1(moves[largest]):+.0%} on {days[largest].date()}"
        found.append(f"{underlying}: the close moved {word}: a split that is not adjusted for?")
    return found


def _closes(history: pd.DataFrame, last_day: dt.date) -> pd.DataFrame:
    is_used = (history["date"] <= pd.Timestamp(last_day)) & history["close"].notna()
    return history.loc[is_used, ["date", "close"]].reset_index(drop=True)
