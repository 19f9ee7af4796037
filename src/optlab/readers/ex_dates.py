"""Cash dividends in market files: which rows have one, what they may not be, and which of several count.

A market file has quotes and dividends in any mixture: a row may be a quote, a dividend, or both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.columns import DTYPES
from optlab.market import QUOTE_NUMBERS
from optlab.payments import DIVIDEND_KEYS, dividend_table, notice_of
from optlab.readers.cells import number
from optlab.readers.columns import ColumnMap, normalized, says_percent
from optlab.readers.dates import DateOrder
from optlab.readers.rows import INSTANT, LOCAL, NUMBERS, Rows
from optlab.venues import is_currency_pair

AMOUNT_FIX = "write what one share is paid, such as 0.27"
EX_DATE_FIX = "write the first day without the dividend, such as 2026-11-20"
BELONGS = "is an option's, and a dividend belongs to the underlying"
UNDERLYING_FIX = "write the underlying that pays it, such as AAPL"


class Dividends(NamedTuple):
    """All cash dividends of one file, whenever they became known."""

    table: pd.DataFrame
    """`optlab.payments.DIVIDEND_COLUMNS` and ``root``, in the order of the file."""
    seen: pd.Series
    """The instant at which each became known; NaT where the file does not say."""


NO_DIVIDENDS = Dividends(dividend_table([]), pd.Series(dtype=DTYPES["time"]))


def dividend_columns(columns: ColumnMap) -> ColumnMap:
    """Leave out what only looks like the amounts of dividends.

    A column in percent is a yield, and without ex-dates a column ``amount`` is the money that was traded. They are
    named with the columns that are not used. An amount by any other name says dividend, and needs its ex-date.
    """
    name = columns.spelled("amount")
    is_turnover = "ex_date" not in columns and normalized(name) == "amount"
    if not (is_turnover or says_percent(name)):
        return columns
    return replace(columns, positions={own: at for own, at in columns.positions.items() if own != "amount"})


def add_dividends(rows: Rows, table: pd.DataFrame, order: DateOrder | None) -> None:
    """Add ``ex_date`` (a plain day) and ``amount`` (per unit of the underlying) to the numbers of a market's rows."""
    names = [name for name in (*NUMBERS, "amount") if name in rows.columns]
    decimal = rows.table.decimal([rows.columns.positions[name] for name in names])
    amounts = rows.parse("amount", lambda cell: number(cell, decimal), np.nan, AMOUNT_FIX)
    table["amount"] = amounts.spread(float)
    moments = rows.moments("ex_date", order)
    day = moments.clock.astype("datetime64[D]").astype("datetime64[us]")
    is_timed = (moments.form == LOCAL) | ((moments.form == INSTANT) & (moments.clock != day))
    rows.blame(is_timed, "ex_date", "has a time of day, and an ex-date is a day", EX_DATE_FIX)
    table["ex_date"] = day


def has_dividend(table: pd.DataFrame) -> np.ndarray:
    """Say which rows have a dividend, with a quote or without; half of one counts, and is blamed."""
    return np.asarray(table["amount"].notna() | table["ex_date"].notna(), dtype=bool)


def is_quote(table: pd.DataFrame) -> np.ndarray:
    """Say which rows are quotes: those with a number of a quote, and those that are no dividend either."""
    return np.asarray(table[list(QUOTE_NUMBERS)].notna().any(axis=1), dtype=bool) | ~has_dividend(table)


def blame_dividends(rows: Rows, table: pd.DataFrame) -> None:
    """Blame dividends that lack a part or cannot be meant, and those of an option."""
    paid, bare = has_dividend(table), ~is_quote(table)
    is_pair = table["underlying"].map(is_currency_pair).astype(bool)
    lacks_day, lacks_amount = table["ex_date"].isna(), table["amount"].isna()
    given = {
        "strike": table["strike"].notna(),
        "expiry": table["expiry"].notna(),
        "kind": table["kind"] != "",
    }
    terms = [(name, is_given & (rows.raw(name) != "")) for name, is_given in given.items()]
    is_symbol = given["strike"] & (rows.raw("strike") == "")
    checks = [
        (paid & lacks_day, "ex_date", "is missing for a dividend", EX_DATE_FIX),
        (paid & lacks_amount, "amount", "is missing for a dividend", AMOUNT_FIX),
        (table["amount"] <= 0, "amount", "is not positive", AMOUNT_FIX),
        (paid & is_pair, "underlying", "is a pair of currencies, which pays no dividend", UNDERLYING_FIX),
        *((bare & is_said, name, BELONGS, "leave it empty") for name, is_said in terms),
        (bare & is_symbol, "underlying", BELONGS, UNDERLYING_FIX),
    ]
    for broken, name, reason, fix in checks:
        rows.blame(np.asarray(broken, dtype=bool), name, reason, fix)


def known_dividends(
    file: str, dividends: Dividends, is_later: np.ndarray
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the dividends that count, and what the user should know of the others.

    Parameters
    ----------
    file : str
        The file as it was named.
    dividends : Dividends
        What the file says.
    is_later : array of bool
        Which of them were not known yet.

    Returns
    -------
    DataFrame
        `optlab.payments.DIVIDEND_COLUMNS`: for each underlying and ex-date what was known last, and of several rows of
        the same time what `one_a_day` makes of them.
    tuple of str
        Notices.
    """
    table, seen = dividends.table[~is_later], dividends.seen[~is_later]
    if is_later.any() and table.empty:
        first = dividends.seen.min().isoformat(timespec="minutes")
        notice = f"{file}: none of its dividends was known yet; the first was at {first}."
        return dividend_table([]), (notice,)
    keys = [table[name] for name in DIVIDEND_KEYS]
    ranks = pd.Series(pd.factorize(seen, sort=True)[0], index=table.index)  # NaT has the rank -1
    last = table[ranks == ranks.groupby(keys).transform("max")]
    once, notices = one_a_day(last)
    return dividend_table(once), tuple(f"{file}: {notice}" for notice in notices)


def one_a_day(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Make one dividend of several of the same underlying, ex-date and currency, and say so.

    The same amount again is the same dividend. Different amounts are an ordinary and a special dividend of one day, and
    are added up; the sum has the line of the first. A row without a currency has that of another row of its day.
    """
    days = list(DIVIDEND_KEYS)
    if not table.duplicated(days).any():
        return table, ()
    keys = [*days, "currency"]
    known = table["currency"].mask(table["currency"] == "")
    said = known.groupby([table[name] for name in days]).transform("first")
    table = table.assign(currency=known.fillna(said).fillna("").astype("str"))
    is_again = table.duplicated([*keys, "amount"])
    groups = table[~is_again].groupby(keys, sort=False)["amount"]
    totals = table[~is_again].assign(amount=groups.transform("sum")).drop_duplicates(keys)
    again = table[is_again].drop_duplicates(days)
    twice = [f"{code} {day:%Y-%m-%d}" for code, day in again[days].to_numpy()]
    added = [
        f"{code} {day:%Y-%m-%d} {' + '.join(f'{amount:g}' for amount in amounts)}"
        for (code, day, _), amounts in groups
        if len(amounts) > 1
    ]
    return totals, (
        *notice_of("rows that repeat a dividend count once", twice),
        *notice_of("different dividends of one day are added up", added),
    )
