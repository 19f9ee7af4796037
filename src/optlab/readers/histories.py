"""Histories: a table of days with a volatility, a closing price or both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optlab.errors import ReadError
from optlab.readers.cells import clean
from optlab.readers.columns import Aliases, ColumnMap, has_needs, match_columns, missing_columns
from optlab.readers.contents import Content, raw_table
from optlab.readers.contracts import listed_underlying
from optlab.readers.dates import DATE_FIX, DateOrder
from optlab.readers.distinct import map_distinct
from optlab.readers.files import Source
from optlab.readers.refusals import SHOWN, refuse
from optlab.readers.rows import PRICE_FIX, Rows
from optlab.readers.tables import RawTable

HISTORY_ALIASES: Aliases = {
    "date": ("day", "quote_date", "as_of", "as_of_date", "trade_date", "trading_day", "timestamp", "datetime"),
    "iv": (
        "atm_iv", "atm_vol", "iv30", "iv_30", "iv30d", "iv_30d", "iv_1m", "iv1m", "one_month_iv", "one_month_vol",
        "implied_vol", "implied_volatility", "imp_vol", "volatility", "vol", "vix", "vhsi", "iv_index", "vol_index",
    ),
    "close": ("close_last", "price", "last", "spot", "closing_price", "close_price", "last_price", "settlement_price", "px_last"),
    "adjusted_close": ("adj_close", "adjclose", "adj_closing_price", "close_adjusted"),
    "underlying": ("ticker", "symbol", "underlying_symbol", "stock", "code", "stock_code"),
}  # fmt: skip
"""Column of a history -> the other names it goes by; an adjusted close is preferred to a plain one."""

HISTORY_NEEDS = (("date",), ("iv", "close", "adjusted_close"))
HISTORY_COLUMNS = ("date", "iv", "close", "underlying")
VOL_FIX = "write 0.43 or 43%, or name the column iv_pct if all of it is in percent"


def read_history(source: Source | Sequence[Source], *, date_order: DateOrder | None = None) -> pd.DataFrame:
    """Read a history of volatilities or closing prices, a row per day.

    Parameters
    ----------
    source : path or list of paths
        CSV, TSV, JSON, Parquet or XLSX with a column for the date and one for ``iv`` or ``close``; ``-`` is
        standard input. See `HISTORY_ALIASES` for the names that columns may have.
    date_order : {"mdy", "dmy"}, optional
        What 11/02/2026 means, where no date of the column proves it.

    Returns
    -------
    DataFrame
        ``date`` (a plain day), ``iv`` (0.43 is 43%), ``close`` and ``underlying`` (empty where the file has no such
        column), by underlying and date. Of several rows of one day the later number counts. What was assumed is
        in ``.attrs["notices"]``.

    Raises
    ------
    ReadError
        For a file that cannot be read, and for rows that cannot, with the first of them.
    """
    sources = [source] if isinstance(source, (str, bytes)) or not isinstance(source, Sequence) else source
    tables = [_read_file(one, date_order) for one in sources]
    history = pd.concat(tables, ignore_index=True)
    notices = [notice for table in tables for notice in table.attrs["notices"]]
    history, doubled = _one_a_day(history)
    if doubled:
        shown = ", ".join(doubled[:SHOWN]) + (
            f" and {len(doubled) - SHOWN} more" if len(doubled) > SHOWN else ""
        )
        names = ", ".join(str(one) for one in sources)
        notices.append(f"{names}: several rows of one day, and the later one counts: {shown}.")
    history.attrs["notices"] = tuple(notices)
    return history


def _read_file(source: Source, order: DateOrder | None) -> pd.DataFrame:
    found = Content(source)
    raw = raw_table(found, lambda header: has_needs(header, HISTORY_ALIASES, HISTORY_NEEDS))
    missing = missing_columns(raw.file, raw.header, HISTORY_ALIASES, HISTORY_NEEDS)
    if missing:
        raise missing
    columns = match_columns(raw.file, raw.header, HISTORY_ALIASES)
    table, rows = _parse(raw, columns, order)
    refuse([*raw.problems, *rows.problems(np.zeros(len(rows), dtype=bool))])
    is_empty = table["iv"].isna() & table["close"].isna()
    if is_empty.all():
        raise ReadError(f"{raw.file}: has no number in any row. Fix: fill the column iv or close.")
    notices = [*found.notices, *raw.notices]
    if is_empty.any():
        count = int(is_empty.sum())
        notices.append(f"{raw.file}: {count} row{'s' if count > 1 else ''} without a number left out.")
    table = table[~is_empty].reset_index(drop=True)
    table.attrs["notices"] = tuple(notices)
    return table


def _parse(raw: RawTable, columns: ColumnMap, order: DateOrder | None) -> tuple[pd.DataFrame, Rows]:
    """Turn the cells into a history, and blame what cannot be meant."""
    rows = Rows(raw, columns)
    numbers = [columns.positions[name] for name in ("iv", "close", "adjusted_close") if name in columns]
    rows.decimal = raw.decimal(numbers)
    days = pd.Series(rows.iso("date", order), dtype="str").str[:10]
    rows.blame(
        (days == "").to_numpy() & (rows.raw("date").str.strip() == "").to_numpy(),
        "date",
        "is missing",
        DATE_FIX,
    )
    iv = rows.numbers("iv")
    iv = np.where(iv == 0, np.nan, iv)  # zero is how vendors print what they don't have
    rows.blame(iv < 0, "iv", "is a negative volatility", VOL_FIX)
    rows.blame(iv > 5, "iv", "is a volatility above 500%", VOL_FIX)
    close = "adjusted_close" if "adjusted_close" in columns else "close"
    closes = rows.numbers(close)
    rows.blame(closes <= 0, close, "is not positive", PRICE_FIX)
    said = rows.text("underlying", lambda cell: clean(cell).upper())
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(days.where(days != "")).astype("datetime64[us]"),
            "iv": iv,
            "close": closes,
            "underlying": pd.Series(map_distinct(said, listed_underlying, object)).astype("str"),
        }
    )
    return table, rows


def _one_a_day(history: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Keep of each day its last numbers, and name the days that have several rows."""
    keys = ["underlying", "date"]
    doubled = history.loc[history.duplicated(keys), "date"].dt.strftime("%Y-%m-%d")
    if doubled.empty:
        return history.sort_values(keys, kind="stable").reset_index(drop=True), []
    last = history.groupby(keys, as_index=False, sort=True).last()
    return last[list(HISTORY_COLUMNS)], sorted(set(doubled))
