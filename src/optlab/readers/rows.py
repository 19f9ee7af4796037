"""The rows of one file on their way to legs: typed columns on demand, and every fault found on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from optlab.columns import DTYPES
from optlab.errors import MarketDataError, Problem
from optlab.legs import expiry_instants
from optlab.readers.cells import clean, number, word
from optlab.readers.columns import ColumnMap, says_percent
from optlab.readers.dates import DATE_FIX, DateOrder, iso, moment, proven_order
from optlab.readers.distinct import Parsed, combine, parse_distinct
from optlab.readers.tables import RawTable
from optlab.readers.timestamps import read_timestamps
from optlab.venues import CURRENCY_VENUES, venue_of

PRICE_FIX = "write a price such as 105 or 105.00"
FRACTION_FIX = "write it as a fraction or with a percent sign, such as 0.43 or 43%"
FIXES = {
    "quantity": "write a signed number, such as 2 or -2",
    "multiplier": "write the units per contract, such as 100",
    "source_line": "write the line's number",
    **dict.fromkeys(("iv", "rate", "dividend_yield", "vol"), FRACTION_FIX),
}
"""What to write in a number column; a price elsewhere."""

FRACTIONS = ("iv", "rate", "dividend_yield", "vol")
NUMBERS = (
    "strike", "quantity", "multiplier", "entry", "net_price", "mark", "bid", "ask", "spot", "forward", "beta",
    "settlement_price", "volume", "open_interest", "open_interest_change", *FRACTIONS,
)  # fmt: skip

MISSING, DAY, LOCAL, INSTANT = range(4)
"""What a moment is: not given, a bare day, a time in the market's zone, a time with its zone (kept in UTC)."""


class Moments(NamedTuple):
    """Dates and times of a column: the reading of the clock, and what it is (`DAY`, `LOCAL`, `INSTANT`)."""

    clock: np.ndarray
    form: np.ndarray


class Rows:
    """The rows of a raw table, with what was found wrong with them."""

    def __init__(self, table: RawTable, columns: ColumnMap) -> None:
        self.table = table
        self.columns = columns
        self.decimal = table.decimal([columns.positions[name] for name in NUMBERS if name in columns])
        self.found: dict[tuple[int, str], tuple[str, str]] = {}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.table.cells)

    def raw(self, name: str) -> pd.Series:
        """Return a column's cells as they stand in the file; empty where there is no such column."""
        if name not in self.columns:
            return pd.Series("", index=range(len(self)), dtype="str")
        return self.table.cells[self.columns.positions[name]]

    def parse(
        self,
        name: str,
        parse: Callable[[str], Any],
        missing: object,
        fix: str = "",
        cells: pd.Series | None = None,
    ) -> Parsed:
        """Parse a column's distinct cells (or others on its behalf), and blame the rows of those that fail."""
        if name not in self.columns:
            return Parsed(np.zeros(len(self), dtype="int64"), [parse("")], [])
        parsed = parse_distinct(self.raw(name) if cells is None else cells, parse, missing)
        for fault in parsed.faults:
            self.blame(fault.rows, name, fault.reason, fault.fix or fix)
        return parsed

    def text(self, name: str, parse: Callable[[str], str] = clean, fix: str = "") -> np.ndarray:
        """Return a column of text, each cell cleaned."""
        return self.parse(name, parse, "", fix).spread(object)

    def words(self, name: str, words: Mapping[str, str], reason: str, fix: str) -> np.ndarray:
        """Return a column whose words are looked up; empty where a cell says nothing."""
        return self.text(name, lambda cell: word(cell, words, reason), fix)

    def numbers(self, name: str) -> np.ndarray:
        """Return a column of numbers, NaN where there is none."""
        percent: Literal["refuse", "sign", "always"] = "refuse"
        if name in FRACTIONS:
            percent = "always" if says_percent(self.columns.spelled(name)) else "sign"
        fix = FIXES.get(name, PRICE_FIX)
        parsed = self.parse(name, lambda cell: number(cell, self.decimal, percent=percent), np.nan, fix)
        return parsed.spread(float)

    def moments(self, name: str, order: DateOrder | None, cells: pd.Series | None = None) -> Moments:
        """Return a column of dates and times; a slash date's order is proven by the column, or given."""
        cells = self.raw(name) if cells is None else cells
        plain = read_timestamps(cells)
        rest = to_moments(self._dates(name, order, cells.mask(plain.is_read, "")))
        is_day = ~plain.has_zone & (plain.clock == plain.clock.astype("datetime64[D]"))
        form = np.select([is_day, plain.has_zone], [DAY, INSTANT], LOCAL)
        return Moments(
            np.where(plain.is_read, plain.clock, rest.clock), np.where(plain.is_read, form, rest.form)
        )

    def dates(self, name: str, order: DateOrder | None) -> list[dt.date | None]:
        """Return the distinct dates and times of a column, as they are written."""
        return self._dates(name, order, None).distinct

    def iso(self, name: str, order: DateOrder | None) -> np.ndarray:
        """Return a column of dates and times as ISO text."""
        parsed = self._dates(name, order, None)
        return parsed._replace(distinct=[iso(value) for value in parsed.distinct]).spread(object)

    def _dates(self, name: str, order: DateOrder | None, cells: pd.Series | None) -> Parsed:
        cells = self.raw(name) if cells is None else cells
        known = order or proven_order(cells.unique().tolist())
        return self.parse(name, lambda cell: moment(cell, known), None, DATE_FIX, cells)

    def expiries(self, order: DateOrder | None) -> Moments:
        """Return the expiry column; 00:00 in UTC is how software writes a bare day."""
        parsed = self._dates("expiry", order, None)
        return to_moments(parsed._replace(distinct=[_without_midnight(value) for value in parsed.distinct]))

    def blame(self, rows: np.ndarray, name: str, reason: str, fix: str) -> None:
        """Note what is wrong with a column in some rows (a mask or places); the first word on a cell stays."""
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        for row in places.tolist():
            self.found.setdefault((row, name), (reason, fix))

    def is_blamed(self, *names: str) -> np.ndarray:
        """Say which rows have a fault, in any column or in those named."""
        blamed = np.zeros(len(self), dtype=bool)
        blamed[[row for row, name in self.found if not names or name in names]] = True
        return blamed

    def problems(self, excused: np.ndarray) -> list[Problem]:
        """Write the faults as problems, in row order, without the rows that are excused."""
        file, lines = self.table.file, self.table.lines.tolist()
        cells = {name: self.raw(name).tolist() for name in {name for _, name in self.found}}
        return [
            Problem(file, lines[row], self.columns.spelled(name), cells[name][row], reason, fix)
            for (row, name), (reason, fix) in sorted(self.found.items(), key=lambda item: item[0][0])
            if not excused[row]
        ]

    def instants(self, name: str, moments: Moments, market: pd.DataFrame) -> pd.Series:
        """Turn moments into UTC: a bare day is the market's close, a time without a zone the market's own.

        `market` has ``root currency settlement`` of each row; where neither root nor currency is known,
        the row is blamed.
        """
        if (moments.form == MISSING).all():
            return pd.Series(moments.clock).dt.tz_localize("UTC").astype(DTYPES["time"])
        zones = _zones(market)
        unknown = np.isin(moments.form, (DAY, LOCAL)) & (zones == "")
        self.blame(
            unknown,
            "currency",
            "belongs to no market whose closing time is known",
            f"write one of {', '.join(CURRENCY_VENUES)}, or give {name} with its time and zone",
        )
        return _in_utc(moments, market, zones)


def to_moments(parsed: Parsed) -> Moments:
    """Split parsed dates and times into the reading of the clock and what it is."""
    clocks = np.array([_clock(value) for value in parsed.distinct], dtype="datetime64[us]")
    forms = np.array([_form(value) for value in parsed.distinct], dtype="int8")
    return Moments(clocks[parsed.codes], forms[parsed.codes])


def _without_midnight(value: dt.date | None) -> dt.date | None:
    """Take 00:00 in UTC for a bare day; 20:00-04:00 is the same instant, and is meant."""
    if isinstance(value, dt.datetime) and value.time() == dt.time() and not value.utcoffset():
        return value.date()
    return value


def _clock(value: dt.date | None) -> dt.date | None:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _form(value: dt.date | None) -> int:
    if value is None:
        return MISSING
    if not isinstance(value, dt.datetime):
        return DAY
    return LOCAL if value.tzinfo is None else INSTANT


def _zones(market: pd.DataFrame) -> np.ndarray:
    """Return the time zone of each row's market, empty where it is not known."""
    codes, first = combine(market["root"], market["currency"])
    zones = []
    for root, currency in market[["root", "currency"]].iloc[first].itertuples(index=False):
        try:
            zones.append(venue_of(root, currency).timezone)
        except MarketDataError:
            zones.append("")
    return np.array(zones, dtype=object)[codes]


def _in_utc(moments: Moments, market: pd.DataFrame, zones: np.ndarray) -> pd.Series:
    """Turn each distinct moment of each market into UTC."""
    terms = market[["root", "currency", "settlement"]]
    codes, first = combine(moments.clock, moments.form, *(terms[name] for name in terms))
    distinct = Moments(moments.clock[first], moments.form[first])
    utc = _distinct_in_utc(distinct, terms.iloc[first].reset_index(drop=True), zones[first])
    return utc.take(codes).reset_index(drop=True)


def _distinct_in_utc(moments: Moments, market: pd.DataFrame, zones: np.ndarray) -> pd.Series:
    clock = pd.Series(moments.clock)
    utc = clock.where(moments.form == INSTANT).dt.tz_localize("UTC").astype(DTYPES["time"])
    days = (moments.form == DAY) & (zones != "")
    if days.any():
        utc[days] = expiry_instants(market[days].assign(expiry=clock[days]))
    for zone in sorted(set(zones[moments.form == LOCAL]) - {""}):
        here = (moments.form == LOCAL) & (zones == zone)
        is_summer = np.ones(here.sum(), dtype=bool)
        local = clock[here].dt.tz_localize(zone, ambiguous=is_summer, nonexistent="shift_forward")
        utc[here] = local.dt.tz_convert("UTC").astype(DTYPES["time"])
    return utc
