"""Cash dividends as tables: what a user says, and which counts where several markets have one."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from optlab.errors import MarketDataError
from optlab.venues import find_root, is_currency_pair

DIVIDEND_KEYS = ("underlying", "ex_date")
DIVIDEND_COLUMNS = (*DIVIDEND_KEYS, "amount", "currency", "source_file", "source_line")
"""``ex_date`` is a plain day (``datetime64[us]``), ``amount`` what one unit of the underlying is paid, ``currency``
empty where nobody says."""

DIVIDENDS_FIX = (
    'write ex-date and what one share is paid, such as {"AAPL": [("2026-11-09", 0.27)]} or '
    '{"MIU": [("2026-11-20", 0.5, "CNY")]}, or a table with underlying, ex_date and amount'
)

SHOWN = 5
"""How many cases a notice lists."""

SaidDividends = (
    Mapping[str, Sequence[tuple[str | dt.date, float] | tuple[str | dt.date, float, str]]] | pd.DataFrame
)
"""Cash dividends by underlying: each one's ex-date, what one share is paid, and the currency if it is another; or a
table with the columns underlying, ex_date, amount and perhaps currency."""


def listed_name(code: str) -> str:
    """Return the underlying of a listed root, such as MIU for 1810; any other code is its own."""
    listed = find_root(code)
    return listed.underlying if listed else code


def dividend_table(rows: Sequence[Mapping[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Build the table of cash dividends from rows that name only what they have, by underlying and ex-date."""
    table = pd.DataFrame(rows).reindex(columns=list(DIVIDEND_COLUMNS))
    table["ex_date"] = pd.to_datetime(table["ex_date"]).astype("datetime64[us]")
    table["amount"] = table["amount"].astype("float64")
    for name in ("underlying", "currency", "source_file"):
        table[name] = table[name].astype("object").where(table[name].notna(), "").astype("str")
    table["source_line"] = table["source_line"].fillna(0).astype("int64")
    return table.sort_values(list(DIVIDEND_KEYS), kind="stable", ignore_index=True)


def notice_of(text: str, cases: Sequence[str]) -> tuple[str, ...]:
    """Word a notice with the first few of its cases; no cases, no notice."""
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return (f"{text}: {', '.join(cases[:SHOWN])}{more}.",) if cases else ()


def first_dividends(tables: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Take each dividend from the first market that has it, and say where a later one has another amount."""
    kept, differing = dividend_table([]), []
    for table in tables:
        others = table.reset_index().merge(kept, on=list(DIVIDEND_KEYS), suffixes=("", "_first"))
        is_unsaid = (others["currency"] == "") | (others["currency_first"] == "")
        others = others[is_unsaid | (others["currency"] == others["currency_first"])]
        differing += [
            f"{row.underlying} {row.ex_date:%Y-%m-%d} {row.amount_first:g}, not {row.amount:g}"
            for row in others[others["amount"] != others["amount_first"]].itertuples()
        ]
        new = table[~table.index.isin(others["index"])]
        kept = pd.concat([kept, new], ignore_index=True)
    return dividend_table(kept), notice_of("of different dividends the first market's counts", differing)


def said_dividends(dividends: SaidDividends) -> pd.DataFrame:
    """Make the table of the cash dividends that the user says.

    Raises
    ------
    MarketDataError
        For an amount that is not positive, what is no day, a pair of currencies, or what is no list of dividends.
    """
    return dividend_table([_said(code, one) for code, several in _lists(dividends) for one in several])


def _lists(dividends: SaidDividends) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield each underlying with the dividends that the user says it pays."""
    if isinstance(dividends, pd.DataFrame):
        missing = [name for name in (*DIVIDEND_KEYS, "amount") if name not in dividends.columns]
        if missing:
            raise MarketDataError(f"the dividends have no column {missing[0]}. Fix: {DIVIDENDS_FIX}.")
        names = [*DIVIDEND_KEYS, "amount", *(["currency"] if "currency" in dividends.columns else [])]
        yield from ((str(code), [tuple(entry)]) for code, *entry in dividends[names].itertuples(index=False))
    elif isinstance(dividends, Mapping) and all(isinstance(own, (list, tuple)) for own in dividends.values()):
        yield from ((str(code), own) for code, own in dividends.items())
    else:
        raise MarketDataError(f"the dividends {dividends!r} can't be read. Fix: {DIVIDENDS_FIX}.")


def _said(code: str, entry: Sequence[Any]) -> dict[str, object]:
    """Make a row of a dividend that the user says."""
    fix = DIVIDENDS_FIX
    underlying = listed_name(code.strip().upper())
    try:
        if not 2 <= len(entry) <= 3:
            raise ValueError(entry)  # noqa: TRY301 - one answer for every shape that is none
        day, amount = _ex_date(entry[0]), float(entry[1])
    except (IndexError, TypeError, ValueError):
        raise MarketDataError(f"dividend {code}={entry!r} has no ex-date and amount. Fix: {fix}.") from None
    if underlying in ("", "*") or is_currency_pair(underlying):
        raise MarketDataError(
            f"dividend {code}={amount:g}@{day} is of no stock. Fix: name the one that pays it."
        )
    if not 0 < amount < math.inf:
        raise MarketDataError(f"dividend {code}={amount:g}@{day} is not positive. Fix: {fix}.")
    listed = find_root(underlying)
    usual = listed.currency if listed else ""
    currency = str(entry[2]).strip().upper() if len(entry) == 3 else usual
    return {"underlying": underlying, "ex_date": day, "amount": amount, "currency": currency}


def _ex_date(when: str | dt.date) -> dt.date:
    """Read a day; a time of day is none."""
    moment = dt.datetime.fromisoformat(when.strip()) if isinstance(when, str) else when
    if not isinstance(moment, dt.date) or pd.isna(moment):
        raise TypeError(when)
    if isinstance(moment, dt.datetime) and moment.time() != dt.time():
        raise ValueError(when)
    return moment.date() if isinstance(moment, dt.datetime) else moment
