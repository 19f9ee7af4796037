"""Quotes and dividends: market files, exchange reports and published chains become a market."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.columns import DTYPES
from optlab.errors import ReadError
from optlab.legs import OPTIONS, expiry_instants
from optlab.market import QUOTE_COLUMNS, QUOTE_NUMBERS, Market, parse_as_of, quote_table
from optlab.payments import notice_of
from optlab.readers.cells import KIND_WORDS, clean, currency
from optlab.readers.chains import chain_reader
from optlab.readers.columns import (
    MARKET_ALIASES,
    MARKET_NEEDS,
    ColumnMap,
    has_needs,
    match_columns,
    missing_columns,
)
from optlab.readers.contents import Content, raw_table
from optlab.readers.contracts import CURRENCY_FIX, is_ticker, listed_root, listed_underlying, usual_currency
from optlab.readers.dates import DATE_FIX, DateOrder, moment, proven_order
from optlab.readers.distinct import map_distinct
from optlab.readers.ex_dates import (
    NO_DIVIDENDS,
    Dividends,
    add_dividends,
    blame_dividends,
    dividend_columns,
    has_dividend,
    is_quote,
    known_dividends,
)
from optlab.readers.files import Source
from optlab.readers.hkex import is_report, read_report
from optlab.readers.newest import newest_numbers
from optlab.readers.refusals import refuse
from optlab.readers.rows import DAY, FRACTION_FIX, LOCAL, PRICE_FIX, Moments, Rows
from optlab.readers.tables import RawTable
from optlab.symbols import Symbol, SymbolError, parse_symbol
from optlab.venues import CURRENCY_VENUES, is_currency_pair

_AS_OF_FIX = "write 2026-10-02 or 2026-10-02T15:30+08:00"


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
        Market files (CSV, TSV, JSON, Parquet, XLSX) of quotes, cash dividends or both, HKEX stock options daily
        reports, Cboe's delayed quote tables and LEAN's universe files, told apart by their content; ``-`` is standard
        input. Of several the first that has a quote or a dividend wins.
    as_of : str or date or aware datetime, optional
        When the market is seen; by default the newest time in each file. Of each number the newest at or before
        it counts, so that a row with only a spot leaves an earlier row's vol. A bare date is its market's close.
        A dividend counts as it was known then; one without a time always does.
    date_order : {"mdy", "dmy"}, optional
        What 11/02/2026 means, where no date of the column proves it.

    Returns
    -------
    Market
        Its ``as_of`` is the one given, else the newest of the quotes in the file (with its time if they have
        times), else None. A dividend's own time says when it was known, not when the market is.

    Raises
    ------
    ReadError
        For a file that cannot be read, and for rows that cannot, with the first of them.
    """
    sources = [source] if isinstance(source, (str, bytes)) or not isinstance(source, Sequence) else source
    when = parse_as_of(as_of) if as_of is not None else None
    files = [_read_file(one, date_order) for one in sources]
    quoted = next((one.quotes.newest for one in files if one.quotes.newest is not None), None)
    markets = [_at(one, when, quoted) for one in files]
    return markets[0] if len(markets) == 1 else Market.combine(markets)


class _Quotes(NamedTuple):
    """All quotes of one file, whatever their time."""

    table: pd.DataFrame
    seen: pd.Series
    """The instant of each quote, a bare date's at its market's close; NaT where the file does not say."""
    newest: dt.date | None
    notices: tuple[str, ...]


class _File(NamedTuple):
    """What one file says, whenever it did."""

    name: str
    quotes: _Quotes
    dividends: Dividends


def _read_file(source: Source, order: DateOrder | None) -> _File:
    found = Content(source)
    read_published = read_report if is_report(found.text) else chain_reader(found.file, found.text)
    if read_published is not None:
        report = read_published(found.file, found.text)
        seen = _limits(report.as_of, report.quotes)
        quotes = _Quotes(report.quotes, seen, report.as_of, report.notices)
        dividends = NO_DIVIDENDS
    else:
        table = raw_table(found, lambda header: has_needs(header, MARKET_ALIASES, MARKET_NEEDS))
        quotes, dividends = _parse(table, order)
    return _File(found.file, quotes._replace(notices=(*found.notices, *quotes.notices)), dividends)


def _at(file: _File, as_of: dt.date | None, quoted: dt.date | None) -> Market:
    """Keep, for each key, the last numbers at or before as_of, and the dividends that were known.

    Without an as_of, dividends count up to the file's own newest quote, else up to the other files' (``quoted``).
    """
    name, (table, seen, newest, notices), dividends = file
    if as_of is not None and len(table):
        is_known = ~(seen > _limits(as_of, table))
        if not is_known.any():
            first = _written(seen.min(), as_of)
            raise ReadError(
                f"{name}: has no quotes at or before {_text(as_of)}; the first are of {first}. "
                "Fix: give a later as-of, or an older file."
            )
        table, seen = table[is_known].reset_index(drop=True), seen[is_known].reset_index(drop=True)
    last, differing = newest_numbers(table, seen)
    when = as_of if as_of is not None else newest
    used = last["as_of"].max()
    notices += notice_of(f"{name}: rows of the same time differ, and the later row counts", differing)
    if when is not None and not pd.isna(used) and used < pd.Timestamp(_day(when)):
        notices = (*notices, f"{name}: the newest quotes at or before {_text(when)} are of {used.date()}.")
    paid, said = known_dividends(name, dividends, _is_later(dividends, quoted if when is None else when))
    return Market(last, when, notices=(*notices, *said), dividends=paid)


def _is_later(dividends: Dividends, when: dt.date | None) -> np.ndarray:
    """Say which dividends were not known yet."""
    if when is None or dividends.table.empty:
        return np.zeros(len(dividends.table), dtype=bool)
    return (dividends.seen > _limits(when, dividends.table)).to_numpy()


def _limits(as_of: dt.date, table: pd.DataFrame) -> pd.Series:
    """Return the instant up to which each quote counts: as_of, or its market's close for a bare date."""
    if isinstance(as_of, dt.datetime):
        return pd.Series(pd.Timestamp(as_of), index=table.index).astype(DTYPES["time"])
    return _closes(pd.Series(pd.Timestamp(as_of), index=table.index), table)


def _closes(days: pd.Series, table: pd.DataFrame) -> pd.Series:
    """Return the close of each quote's market on a day; where no market is known, New York's, the day's last.

    A pair of currencies keeps the hours of its second one, in which its price is.
    """
    is_pair = map_distinct(table["underlying"].to_numpy(object), is_currency_pair, bool)
    currency = table["currency"].mask(is_pair, table["underlying"].str[3:])
    currency = currency.where(currency.isin(list(CURRENCY_VENUES)), "USD")
    market = table[["root"]].assign(currency=currency, settlement="pm", expiry=days)
    closes = pd.Series(pd.NaT, index=table.index, dtype=DTYPES["time"])
    is_said = days.notna()
    closes[is_said] = expiry_instants(market[is_said])
    return closes


def _day(when: dt.date) -> dt.date:
    return when.astimezone(dt.UTC).date() if isinstance(when, dt.datetime) else when


def _text(when: dt.date) -> str:
    return when.isoformat(timespec="minutes") if isinstance(when, dt.datetime) else when.isoformat()


def _written(instant: pd.Timestamp, as_of: dt.date) -> str:
    """Write an instant as finely as it takes to see that it is after as_of."""
    is_fine = isinstance(as_of, dt.datetime) or instant.date() == as_of
    return _text(instant.to_pydatetime() if is_fine else instant.date())


def _parse(raw: RawTable, order: DateOrder | None) -> tuple[_Quotes, Dividends]:
    """Turn the rows of a market file into quotes and dividends; any fault is an error, with the first lines it is on."""
    missing = missing_columns(raw.file, raw.header, MARKET_ALIASES, MARKET_NEEDS)
    if missing:
        raise missing
    columns = dividend_columns(match_columns(raw.file, raw.header, MARKET_ALIASES))
    rows = Rows(raw, columns)
    table = pd.DataFrame({name: rows.numbers(name) for name in (*QUOTE_NUMBERS, "strike")})
    as_of, expiry = rows.moments("as_of", order), rows.moments("expiry", order)
    rows.blame(as_of.form == LOCAL, "as_of", "has a time but no zone", _AS_OF_FIX)
    table["as_of"], table["expiry"] = _days(as_of.clock), _days(expiry.clock)
    table["kind"] = rows.words("kind", KIND_WORDS, "is neither call nor put", "write call or put")
    table["currency"] = rows.text("currency", currency, CURRENCY_FIX)
    add_dividends(rows, table, order)
    _add_codes(rows, table)
    blame_dividends(rows, table)
    _blame_rules(rows, table)
    refuse([*raw.problems, *rows.problems(np.zeros(len(rows), dtype=bool))])
    table["source_file"], table["source_line"] = raw.file, raw.lines
    seen = _seen(as_of, table)
    quoted = is_quote(table)
    newest = _newest(_written_times(rows, order, quoted), as_of.form[quoted], seen[quoted])
    quotes = quote_table(table[quoted].reset_index(drop=True))
    paid = has_dividend(table)
    dividends = Dividends(table[paid].reset_index(drop=True), seen[paid].reset_index(drop=True))
    notices = (*raw.notices, *_unused(raw.file, columns))
    return _Quotes(quotes, seen[quoted].reset_index(drop=True), newest, notices), dividends


def _unused(file: str, columns: ColumnMap) -> tuple[str, ...]:
    """Name the columns that are not used, whatever their number."""
    ignored = [name for name in columns.ignored if name.strip() not in QUOTE_COLUMNS]
    return (f"{file}: columns that are not used: {', '.join(ignored)}.",) if ignored else ()


def _written_times(rows: Rows, order: DateOrder | None, quoted: np.ndarray) -> list[dt.date | None]:
    """Return the distinct times of the quotes, with their zones; a dividend's does not say when the market is."""
    cells = rows.raw("as_of")
    known = order or proven_order(cells.unique().tolist())
    parsed = rows.parse("as_of", lambda cell: moment(cell, known), None, DATE_FIX, cells.where(quoted, ""))
    return parsed.distinct


def _days(clock: np.ndarray) -> np.ndarray:
    return clock.astype("datetime64[D]").astype("datetime64[us]")


def _seen(moments: Moments, table: pd.DataFrame) -> pd.Series:
    """Return the instant of each quote."""
    clock = pd.Series(moments.clock)
    closes = _closes(clock.where(moments.form == DAY), table)
    return closes.where(moments.form == DAY, clock.dt.tz_localize("UTC").astype(DTYPES["time"]))


def _newest(distinct: list[dt.date | None], form: np.ndarray, seen: pd.Series) -> dt.date | None:
    """Return the newest as_of of the quotes: a bare day, or a time with its zone if that is how it is written."""
    times = [value for value in distinct if isinstance(value, dt.datetime)]
    last_close = seen[form == DAY].max()
    if times and (pd.isna(last_close) or max(times) > last_close):
        return max(times)
    days = [value for value in distinct if value is not None and not isinstance(value, dt.datetime)]
    return max(days, default=None)


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
    quoted = is_quote(table)
    has_strike = table["strike"].notna()
    is_series = quoted & (has_strike | (table["kind"] != ""))
    is_pair = quoted & table["underlying"].map(is_currency_pair).astype(bool)
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
