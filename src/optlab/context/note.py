"""The context of a chain as a research note gives it: one sentence, and the tables behind it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from optlab.context import history as past
from optlab.context.chain import chain_underlyings, is_chain, which
from optlab.context.open_interest import by_expiry, by_strike
from optlab.context.surface import surface
from optlab.context.term import NEAREST, called, shape, tenors, term
from optlab.market import Market
from optlab.pricing import Models

__all__ = ["Context", "context", "contexts", "is_chain"]

SUMMARY_COLUMNS = (
    *("underlying", "spot", "one_month_vol", "percentile", "iv_rank", "history_days", "three_month_vol"),
    *("slope", "shape", "risk_reversal", "butterfly", "realised", "iv_less_realised"),
    *("open_interest_calls", "open_interest_puts", "put_call_ratio"),
)
NO_HISTORY = "no history of volatilities was given"
MONTH_OF_DAYS = 21
"""Trading days of the realised volatility that is set against the one-month implied."""


@dataclass(frozen=True, eq=False)
class Context:
    """What a chain says of its underlying, and how it compares with the past.

    Parameters
    ----------
    underlying : str
        Such as MIU.
    as_of : date or aware datetime
        When the quotes hold.
    sentence : str
        The note in one line; what is not known is left out of it.
    summary : DataFrame
        One row with the numbers of the sentence.
    term : DataFrame
        A row per expiry: forward, volatility at the money and at the wings, open interest.
    tenors : DataFrame
        Volatility, risk reversal and butterfly at one and three months, and the expiries they are from.
    strikes : DataFrame
        Open interest by strike over all expiries, the largest first; empty where nobody gave any.
    smile : DataFrame
        The volatility of each expiry and strike, of the option out of the money.
    cone : DataFrame
        Realised volatility by window with its past quartiles; without rows where no prices were given.
    rank : Rank
        Where the one-month volatility stands in its history.
    notices : tuple of str
        What was left out or assumed.
    """

    underlying: str
    as_of: dt.date
    sentence: str
    summary: pd.DataFrame
    term: pd.DataFrame
    tenors: pd.DataFrame
    strikes: pd.DataFrame
    smile: pd.DataFrame
    cone: pd.DataFrame
    rank: past.Rank
    notices: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name, the summary first."""
        names = ("summary", "term", "tenors", "strikes", "smile", "cone")
        return {name: getattr(self, name) for name in names}


def contexts(
    market: Market,
    *,
    underlying: str = "",
    history: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    models: Models | None = None,
) -> dict[str, Context]:
    """Describe every underlying that has a chain, or the one that is named.

    Parameters
    ----------
    market, underlying, history, prices, models
        As for `context`.

    Returns
    -------
    dict of str to Context
        By underlying, in order: those with a chain, or all that have options where none has one.

    Raises
    ------
    MarketDataError
        If the market lists no options, or those of an underlying have all expired.
    """
    if underlying:
        return {
            underlying: context(market, underlying=underlying, history=history, prices=prices, models=models)
        }
    listed = chain_underlyings(market) or [which(market, "")]
    names = [name for name in listed if is_chain(market, name)] or listed
    return {
        name: context(market, underlying=name, history=history, prices=prices, models=models)
        for name in names
    }


def context(
    market: Market,
    *,
    underlying: str = "",
    history: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    models: Models | None = None,
) -> Context:
    """Describe the chain of one underlying: its volatility, skew, term structure and open interest.

    Parameters
    ----------
    market : Market
        With listed series, as `optlab.read_market` reads a chain, and ``as_of``.
    underlying : str
        Which one; not needed where the market has the options of one only.
    history : DataFrame, optional
        Earlier volatilities, ``date iv close underlying``, as `optlab.readers.histories.read_history` returns
        them. Closes in it serve where there are no `prices`, and the other way round.
    prices : DataFrame, optional
        Earlier closes, of the same form.
    models : Models, optional
        How options are priced.

    Returns
    -------
    Context
        Numbers that are not known are NaN, and the reason is in its notices.

    Raises
    ------
    MarketDataError
        If the market lists no options, not of that underlying, of several and nobody said which, if all have
        expired, or if neither a spot nor a forward is known.
    """
    name = which(market, underlying)
    history, prices = past.as_history(history), past.as_history(prices)
    listed = surface(market, name, models)
    table = term(listed.series, listed.smile, by_expiry(listed.series))
    months = tenors(table)
    earlier = _earlier(market, listed.series, _number(months, 0, "atm_vol"), history, prices)
    strikes = by_strike(listed.series)
    summary = _summary(listed.series, months, earlier.rank, earlier.cone)
    sentence = _sentence(summary, months, table, strikes)
    notices = (*listed.notices, *_of_tenors(months, name), *_of_files(history, prices), *earlier.notices)
    tables = (summary, table, months, strikes, listed.smile, earlier.cone)
    return Context(name, market.known_as_of, sentence, *tables, earlier.rank, notices)


class _Earlier(NamedTuple):
    """Today beside the past."""

    rank: past.Rank
    cone: pd.DataFrame
    notices: list[str]


def _earlier(
    market: Market,
    series: pd.DataFrame,
    month: float,
    history: pd.DataFrame | None,
    prices: pd.DataFrame | None,
) -> _Earlier:
    """Rank the one-month volatility, and measure what the underlying has realised."""
    own = series.iloc[0]
    name = str(own["underlying"])
    today, last_day = past.cut_off(market, str(own["root"]), str(own["currency"]))
    vols, closes = _own(history, prices, "iv", name), _own(prices, history, "close", name)
    reason = NO_HISTORY if history is None else f"the history has no volatility of {name}"
    placed = past.Rank(math.nan, math.nan, 0, None, None, reason)
    cone = pd.DataFrame(columns=list(past.CONE_COLUMNS))
    notices: list[str] = []
    if vols is not None:
        placed = past.rank(vols, today, month)
    if history is not None or vols is not None:
        notices = _of_rank(placed, name)
    if closes is not None:
        cone = past.cone(closes, last_day, month, name)
        notices += past.doubts(closes, last_day, name)
    return _Earlier(placed, cone, notices)


def _own(
    first: pd.DataFrame | None, second: pd.DataFrame | None, column: str, underlying: str
) -> pd.DataFrame | None:
    """Take a column's rows of one underlying from the first table that has any."""
    for table in (first, second):
        if table is not None:
            rows = past.of_underlying(table, underlying)
            if rows[column].notna().any():
                return rows
    return None


def _number(table: pd.DataFrame, row: int, column: str) -> float:
    return float(table[column].iloc[row])


def _summary(
    series: pd.DataFrame, months: pd.DataFrame, placed: past.Rank, cone: pd.DataFrame
) -> pd.DataFrame:
    slope = _number(months, 1, "atm_vol") - _number(months, 0, "atm_vol")
    slope = math.nan if _number(months, 0, "days") == _number(months, 1, "days") else slope
    month = cone[cone["window"] == MONTH_OF_DAYS]
    interest = {
        kind: series.loc[series["kind"] == kind, "series_open_interest"].sum(min_count=1)
        for kind in ("call", "put")
    }
    is_quoted = series["spot_source"] != "expiry_forward"
    row = {
        "underlying": series["underlying"].iloc[0],
        "spot": series["spot"].where(is_quoted).dropna().head(1).sum(min_count=1),
        "one_month_vol": _number(months, 0, "atm_vol"),
        "percentile": placed.percentile,
        "iv_rank": placed.iv_rank,
        "history_days": placed.days,
        "three_month_vol": _number(months, 1, "atm_vol"),
        "slope": slope,
        "shape": shape(slope),
        "risk_reversal": _number(months, 0, "risk_reversal"),
        "butterfly": _number(months, 0, "butterfly"),
        "realised": month["realised"].sum(min_count=1),
        "iv_less_realised": month["iv_less_realised"].sum(min_count=1),
        "open_interest_calls": interest["call"],
        "open_interest_puts": interest["put"],
        "put_call_ratio": interest["put"] / interest["call"] if interest["call"] > 0 else math.nan,
    }
    return pd.DataFrame([row])[list(SUMMARY_COLUMNS)]


# --- the sentence ------------------------------------------------------------------------------------------


def _sentence(summary: pd.DataFrame, months: pd.DataFrame, table: pd.DataFrame, strikes: pd.DataFrame) -> str:
    """Write the note in one line; what is not known is left out."""
    row = summary.iloc[0]
    spot = "" if math.isnan(row["spot"]) else f" {row['spot']:,.10g}"
    parts = [_levels(row, months), _wings(row, months), _realised(row), _interest(row, table, strikes)]
    said = "; ".join(part for part in parts if part)
    return f"{row['underlying']}{spot}: {said or 'no volatility and no open interest is known'}"


def _levels(row: pd.Series, months: pd.DataFrame) -> str:
    if math.isnan(row["one_month_vol"]):
        return ""
    near, far = (float(days) for days in months["days"])
    text = f"{called('1m', near)} ATM IV {row['one_month_vol']:.1%}"
    if not math.isnan(row["percentile"]):
        text += f" ({ordinal(round(100 * row['percentile']))} percentile of {row['history_days']} days)"
    if not math.isnan(row["slope"]):
        text += f", {called('3m', far)} {row['three_month_vol']:.1%}: {row['shape']} {points(row['slope'])}"
    return text


def _wings(row: pd.Series, months: pd.DataFrame) -> str:
    said = {"risk reversal": row["risk_reversal"], "butterfly": row["butterfly"]}
    known = [f"{name} {points(number)}" for name, number in said.items() if not math.isnan(number)]
    if not known:
        return ""
    own = called("1m", float(months["wing_days"].iloc[0]))
    is_same = own == called("1m", float(months["days"].iloc[0]))
    return f"{'' if is_same else f'{own} '}25-delta {', '.join(known)}"


def _realised(row: pd.Series) -> str:
    if math.isnan(row["realised"]):
        return ""
    text = f"{MONTH_OF_DAYS}-day realised {row['realised']:.1%}"
    gap = row["iv_less_realised"]
    return text if math.isnan(gap) else f"{text} (IV {points(gap)})"


def _interest(row: pd.Series, table: pd.DataFrame, strikes: pd.DataFrame) -> str:
    sides = {"calls": row["open_interest_calls"], "puts": row["open_interest_puts"]}
    known = [f"{number:,.0f} {name}" for name, number in sides.items() if not math.isnan(number)]
    if not known:
        return ""
    ratio = row["put_call_ratio"]
    text = f"open interest {' / '.join(known)}"
    text += "" if math.isnan(ratio) else f" (put/call {ratio:.2f})"
    by_day = table[["open_interest_calls", "open_interest_puts"]].sum(axis=1)
    if strikes.empty or not by_day.max() > 0:
        return text
    expiry = table["expiry"].iloc[int(by_day.to_numpy().argmax())]
    written = f"{expiry:%d%b%y}".upper()
    return f"{text}, most at {written} and strike {strikes['strike'].iloc[0]:g}"


def points(number: float) -> str:
    """Write a difference of volatilities in volatility points, with its sign.

    >>> points(0.0094), points(-0.0001)
    ('+0.9', '0.0')
    """
    text = f"{100 * number:+.1f}"
    return text if text.strip("+-0.") else "0.0"


def ordinal(number: int) -> str:
    """Write a number as a place in a row.

    >>> ordinal(62), ordinal(11), ordinal(3), ordinal(100)
    ('62nd', '11th', '3rd', '100th')
    """
    is_teen = 10 <= number % 100 <= 20
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


# --- notices -----------------------------------------------------------------------------------------------


def _of_tenors(months: pd.DataFrame, underlying: str) -> list[str]:
    """Say which expiry stands for a tenor that is not within the listed ones, and what no expiry has."""
    found = []
    if months["atm_vol"].isna().all():
        found.append(f"{underlying}: no expiry has strikes around its forward: no volatility at the money")
    elif months["risk_reversal"].isna().all():
        found.append(
            f"{underlying}: no expiry reaches 25 delta on both sides: no risk reversal, no butterfly"
        )
    month = months.head(1)
    for rows, name, source in ((months, "ATM", "tenor_source"), (month, "25-delta", "wing_source")):
        for row in rows[rows[source].str.endswith(NEAREST)].to_dict("records"):
            expiry = row[source].removesuffix(f" {NEAREST}")
            found.append(
                f"{underlying}: {row['tenor']} {name} volatility lies outside the expiries that have it; "
                f"{expiry} stands for it"
            )
    return found


def _of_rank(placed: past.Rank, underlying: str) -> list[str]:
    if placed.reason:
        return [f"{underlying}: no percentile: {placed.reason}"]
    span = f"{placed.days} days from {placed.first} to {placed.last}"
    return [f"{underlying}: ranked among {span}, as the history has them"]


def _of_files(*tables: pd.DataFrame | None) -> list[str]:
    found = [notice for table in tables if table is not None for notice in table.attrs.get("notices", ())]
    return list(dict.fromkeys(found))
