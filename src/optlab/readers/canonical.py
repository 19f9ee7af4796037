"""The dialect of our own exports: read back, they give the same legs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab import legs as leg_table
from optlab.columns import COLUMNS, LEG_COLUMNS
from optlab.errors import ReadError
from optlab.readers.cells import unguard
from optlab.readers.columns import is_canonical, later_columns, match_canonical
from optlab.readers.dates import DateOrder
from optlab.readers.generic import Parsed, finish
from optlab.readers.rows import DAY, INSTANT, LOCAL, Moments, Rows
from optlab.readers.tables import RawTable

OWN_QUOTES = ("spot", "rate", "dividend_yield")
"""Columns that are the leg's own only where their source says so; a later stage fills them from the market."""


def parse_canonical(table: RawTable, order: DateOrder | None) -> Parsed:
    """Turn an export of our own back into the legs it was written from.

    File and line stay those of the first reading, signs are final, and the columns of later stages are left
    out quietly: ``price`` is the model's, not an entry.

    Raises
    ------
    ReadError
        If it is no export of our own.
    """
    if not is_canonical(table.header):
        raise ReadError(
            f"{table.file}: is no export of optlab: source_file, source_line, kind or quantity is not there. "
            "Fix: leave the dialect out, or write generic."
        )
    rows = Rows(table, match_canonical(table.header))
    columns = {name: _column(rows, name) for name in LEG_COLUMNS if COLUMNS[name].type != "time"}
    legs = leg_table.canonical(pd.DataFrame(columns))
    legs["expiry"] = rows.instants("expiry", _in_utc(rows.moments("expiry", order)), legs)
    traded = rows.moments("traded_at", order)
    traded = Moments(traded.clock, np.where(traded.form == DAY, INSTANT, _in_utc(traded).form))
    legs["traded_at"] = rows.instants("traded_at", traded, legs.assign(settlement="pm"))
    unknown = later_columns([name for name in table.header if name.strip()])
    notices = (f"{table.file}: columns that are not used: {', '.join(unknown)}.",) if unknown else ()
    return finish(rows, legs, (*table.notices, *notices))


def _in_utc(moments: Moments) -> Moments:
    """Our own exports write times in UTC without saying so, as spreadsheets want them."""
    return Moments(moments.clock, np.where(moments.form == LOCAL, INSTANT, moments.form))


def _column(rows: Rows, name: str) -> np.ndarray:
    if COLUMNS[name].type == "text":
        return rows.text(name, unguard if rows.table.delimiter else str)
    numbers = rows.numbers(name)
    if name in OWN_QUOTES and f"{name}_source" in rows.columns:
        return np.where(rows.text(f"{name}_source") == "leg", numbers, np.nan)
    if COLUMNS[name].type == "whole":
        return np.where(np.isfinite(numbers), numbers, 0).astype("int64")
    return numbers
