"""Quotes: market files and exchange reports become a market."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.errors import Problem, ReadError
from optlab.legs import OPTIONS
from optlab.market import QUOTE_COLUMNS, QUOTE_KEYS, QUOTE_NUMBERS, Market, parse_as_of, quote_table
from optlab.readers.cells import KIND_WORDS, clean, currency
from optlab.readers.columns import MARKET_ALIASES, MARKET_NEEDS, has_needs, match_columns, missing_columns
from optlab.readers.contents import Content, raw_table
from optlab.readers.contracts import CURRENCY_FIX, is_ticker, listed_root, listed_underlying, usual_currency
from optlab.readers.dates import DateOrder
from optlab.readers.distinct import map_distinct
from optlab.readers.files import Source
from optlab.readers.hkex import is_report, read_report
from optlab.readers.rows import FRACTION_FIX, LOCAL, PRICE_FIX, Rows
from optlab.readers.tables import RawTable
from optlab.symbols import Symbol, SymbolError, parse_symbol
from optlab.venues import is_currency_pair

_AS_OF_FIX = "write 2026-10-02 or 2026-10-02T15:30+08:00"
SHOWN = 5
"""How many faulty lines an error message lists."""


def read_market(
    source: Source | Sequence[Source],
    *,
    as_of: str | dt.date | None = None,
    date_order: DateOrder | None = None,
) -> Market:
    """Read quotes.

    Parameters
    ----------
    source : path or list of paths
        Market files (CSV, TSV, JSON, Parquet, XLSX) and HKEX stock options daily reports, told apart by their
        content; ``-`` is standard input. Of several the first that has a quote wins.
    as_of : str or date or aware datetime, optional
        When the market is seen. Of quotes for several days the last at or before it counts; by default the
        newest day of each file.
    date_order : {"mdy", "dmy"}, optional
        What 11/02/2026 means, where no date of the column proves it.

    Returns
    -------
    Market
        Its ``as_of`` is the one given, else the newest in the file, else None.

    Raises
    ------
    ReadError
        For a file that cannot be read, and for rows that cannot, with the first of them.
    """
    sources = [source] if isinstance(source, (str, bytes)) or not isinstance(source, Sequence) else source
    when = parse_as_of(as_of) if as_of is not None else None
    markets = [_read_file(one, when, date_order) for one in sources]
    return markets[0] if len(markets) == 1 else Market.combine(markets)


class _Quotes(NamedTuple):
    """All quotes of one file, whatever their day."""

    table: pd.DataFrame
    newest: dt.date | None
    notices: tuple[str, ...]


def _read_file(source: Source, as_of: dt.date | None, order: DateOrder | None) -> Market:
    found = Content(source)
    if is_report(found.text):
        report = read_report(found.file, found.text)
        quotes = _Quotes(report.quotes, report.as_of, report.notices)
    else:
        table = raw_table(found, lambda header: has_needs(header, MARKET_ALIASES, MARKET_NEEDS))
        quotes = _parse(table, order)
    return _at(found.file, quotes._replace(notices=(*found.notices, *quotes.notices)), as_of)


def _at(file: str, quotes: _Quotes, as_of: dt.date | None) -> Market:
    """Keep, for each key, the last quote at or before as_of."""
    table, newest, notices = quotes
    when = as_of if as_of is not None else newest
    day = pd.Timestamp(_day(when)) if when is not None else None
    if day is not None:
        is_known = table["as_of"].isna() | (table["as_of"] <= day)
        if len(table) and not is_known.any():
            raise ReadError(
                f"{file}: has no quotes at or before {day.date()}; the first are of "
                f"{table['as_of'].min().date()}. Fix: give a later as-of, or an older file."
            )
        table = table[is_known]
    ordered = table.sort_values("as_of", kind="stable", na_position="first")
    if ordered.duplicated(["as_of", *QUOTE_KEYS]).any():
        count = int(ordered.duplicated(["as_of", *QUOTE_KEYS]).sum())
        notices = (*notices, f"{file}: quotes that a later row of the same day replaces: {count}.")
    last = ordered.drop_duplicates(list(QUOTE_KEYS), keep="last").sort_index()
    used = last["as_of"].max()
    if day is not None and not pd.isna(used) and used < day:
        notices = (*notices, f"{file}: the newest quotes at or before {day.date()} are of {used.date()}.")
    return Market(last.reset_index(drop=True), when, notices=notices)


def _day(when: dt.date) -> dt.date:
    return when.date() if isinstance(when, dt.datetime) else when


def _parse(raw: RawTable, order: DateOrder | None) -> _Quotes:
    """Turn the rows of a market file into quotes; any fault is an error, with the first lines it is on."""
    missing = missing_columns(raw.file, raw.header, MARKET_ALIASES, MARKET_NEEDS)
    if missing:
        raise missing
    columns = match_columns(raw.file, raw.header, MARKET_ALIASES)
    rows = Rows(raw, columns)
    table = pd.DataFrame({name: rows.numbers(name) for name in (*QUOTE_NUMBERS, "strike")})
    as_of, expiry = rows.moments("as_of", order), rows.moments("expiry", order)
    rows.blame(as_of.form == LOCAL, "as_of", "has a time but no zone", _AS_OF_FIX)
    table["as_of"], table["expiry"] = _days(as_of.clock), _days(expiry.clock)
    table["kind"] = rows.words("kind", KIND_WORDS, "is neither call nor put", "write call or put")
    table["currency"] = rows.text("currency", currency, CURRENCY_FIX)
    _add_codes(rows, table)
    _blame_rules(rows, table)
    _raise([*raw.problems, *rows.problems(np.zeros(len(rows), dtype=bool))])
    table["source_file"], table["source_line"] = raw.file, raw.lines
    ignored = [name for name in columns.ignored if name.strip() not in QUOTE_COLUMNS]
    unused = (f"{raw.file}: columns that are not used: {', '.join(ignored)}.",) if ignored else ()
    return _Quotes(quote_table(table), _newest(rows, order), (*raw.notices, *unused))


def _days(clock: np.ndarray) -> np.ndarray:
    return clock.astype("datetime64[D]").astype("datetime64[us]")


def _newest(rows: Rows, order: DateOrder | None) -> dt.date | None:
    """Return the newest as_of of the file: a bare day, or a time with its zone if that is how it is written."""
    found = [value for value in rows.dates("as_of", order) if value is not None]
    return max(found, key=lambda value: (_day(value), str(value))) if found else None


def _add_codes(rows: Rows, table: pd.DataFrame) -> None:
    """Set underlying, root and currency from the list of roots, and a series' terms from its symbol."""
    said = rows.text("underlying", lambda cell: clean(cell).upper())
    own_root = rows.text("root", lambda cell: clean(cell).upper())
    for place, text in enumerate(said):
        symbol = _series(text)
        if symbol is not None:
            said[place] = symbol.root
            table.loc[place, "expiry"] = pd.Timestamp(symbol.expiry)
            table.loc[place, "strike"] = symbol.strike
            table.loc[place, "kind"] = symbol.kind
    root = np.where(own_root != "", own_root, said)
    table["underlying"] = map_distinct(said, listed_underlying, object)
    table["root"] = map_distinct(root, listed_root, object)
    usual = map_distinct(root, usual_currency, object)
    table["currency"] = np.where(table["currency"] != "", table["currency"], usual)


def _series(text: str) -> Symbol | None:
    """Read an option's symbol where the underlying should stand: chains name their series so."""
    if is_currency_pair(text) or is_ticker(text):
        return None
    try:
        return parse_symbol(text)
    except SymbolError:
        return None


def _blame_rules(rows: Rows, table: pd.DataFrame) -> None:
    has_strike = table["strike"].notna()
    is_series = has_strike | (table["kind"] != "")
    is_pair = table["underlying"].map(is_currency_pair).astype(bool)
    checks = [
        (
            table["underlying"] == "",
            "underlying",
            "names no underlying",
            "write its ticker, such as MIU or AAPL",
        ),
        (
            is_series & table["expiry"].isna(),
            "expiry",
            "is missing for a series",
            "write a date such as 2026-11-27",
        ),
        (is_series & ~has_strike, "strike", "is missing for a series", PRICE_FIX),
        (is_series & ~table["kind"].isin(OPTIONS), "kind", "is missing for a series", "write call or put"),
        (table["strike"] <= 0, "strike", "is not positive", PRICE_FIX),
        (table["spot"] <= 0, "spot", "is not positive", PRICE_FIX),
        (table["forward"] <= 0, "forward", "is not positive", PRICE_FIX),
        (
            is_pair & table["spot"].isna(),
            "spot",
            "is missing for a pair of currencies",
            "write its rate, such as 7.8",
        ),
        *((table[name] < 0, name, "is negative", PRICE_FIX) for name in ("settlement_price", "bid", "ask")),
        *((table[name] < 0, name, "is a negative volatility", FRACTION_FIX) for name in ("vol", "iv")),
        *((table[name] > 5, name, "is a volatility above 500%", FRACTION_FIX) for name in ("vol", "iv")),
        *(
            (table[name].abs() > 1, name, "is above 100%", FRACTION_FIX)
            for name in ("rate", "dividend_yield")
        ),
    ]
    for broken, name, reason, fix in checks:
        rows.blame(np.asarray(broken, dtype=bool), name, reason, fix)


def _raise(problems: list[Problem]) -> None:
    if not problems:
        return
    first = sorted(problems, key=lambda problem: problem.line)
    lines = list(dict.fromkeys(problem.line for problem in first[1:]))
    shown = ", ".join(str(line) for line in lines[:SHOWN]) + (", ..." if len(lines) > SHOWN else "")
    count = f"{len(first) - 1} more problem{'s' if len(first) > 2 else ''}"
    where = f" ({count}, line{'s' if len(lines) > 1 else ''} {shown})"
    raise ReadError(f"{first[0]}{where if lines else ''}")
