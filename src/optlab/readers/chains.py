"""Option chains in the layouts of those who publish them: Cboe's delayed quote table, LEAN's universe files.

Cboe sets the call and the put of a strike side by side, under two lines with the underlying's price and the time. A
LEAN file has the underlying's own bar in its first row; which underlying and which day only its name says.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from optlab.errors import Problem, ReadError
from optlab.market import quote_table
from optlab.readers.cells import CellError, number
from optlab.readers.contracts import listed_underlying
from optlab.readers.dates import moment
from optlab.readers.refusals import refuse
from optlab.readers.rows import PRICE_FIX
from optlab.symbols import MONTHS, SymbolError, parse_symbol

CBOE_HEADER = "Expiration Date,Calls,"
LEAN_HEADER = "#expiry,strike,right,"
DERIBIT_WORDS = ("instrument_name", "estimated_delivery_price")
TOP = 2_000
NEW_YORK = ZoneInfo("America/New_York")
CLOSE = dt.time(16)
NO_VOL = 1e-4
"""A printed volatility of that or less is how vendors say that they found none."""

CBOE_NUMBERS = {"bid": "Bid", "ask": "Ask", "iv": "IV", "volume": "Volume", "open_interest": "Open Interest"}
LEAN_NUMBERS = {
    "strike": "strike",
    "settlement_price": "close",
    "iv": "implied_volatility",
    "volume": "volume",
    "open_interest": "open_interest",
}
"""A quote's number -> the file's name for it."""

_LAST = re.compile(r"Last:\s*([\d,.]+)")
_SEEN = re.compile(r"Date:\s*([A-Za-z]{3})[a-z]*\s+(\d+),\s*(\d{4})\s+at\s+(\d+):(\d\d)\s*([AP])M")
_NAMED = re.compile(r"(?:(?P<root>[A-Za-z.]+)[_-])?(?P<day>(?:19|20)\d{6})$")
_LEAN_FIX = "name it as LEAN does, such as spxw/20230623.csv, or with both in its name: SPXW_20230623.csv"


class Chain(NamedTuple):
    """The quotes of a chain, when they hold, and what the user should know of them."""

    quotes: pd.DataFrame
    as_of: dt.date
    notices: tuple[str, ...]


def chain_reader(file: str, text: str) -> Callable[[str, str], Chain] | None:
    """Return what reads a file of this layout; None where it is no published chain.

    Raises
    ------
    ReadError
        For a layout that is known and not read.
    """
    top = text[:TOP]
    if CBOE_HEADER in top.replace('"', ""):
        return read_cboe
    if top.startswith(LEAN_HEADER):
        return read_lean
    if all(word in top.partition("\n")[0] for word in DERIBIT_WORDS):
        raise ReadError(
            f"{file}: is a summary of coin-settled options, whose prices are in coins. Fix: give a chain in dollars, "
            "each price times underlying_price, with the columns underlying, expiry, strike, kind, bid and ask."
        )
    return None


def read_cboe(file: str, text: str) -> Chain:
    """Read Cboe's delayed quote table: a call and a put on each row.

    Parameters
    ----------
    file : str
        The name for ``source_file``.
    text : str
        The CSV as it is downloaded.

    Returns
    -------
    Chain
        A quote for the underlying and one for each series. ``as_of`` is the time that the table names; the day
        alone, and so its close, if that is after the close.

    Raises
    ------
    ReadError
        For a table without a time or a price, and for rows that cannot be read, with the first of them.
    """
    records = list(_records(text))
    start = next(i for i, (_, cells) in enumerate(records) if ",".join(cells).startswith(CBOE_HEADER))
    preamble = " ".join(cell for _, cells in records[:start] for cell in cells)
    last, seen = _LAST.search(preamble), _SEEN.search(preamble)
    if last is None or seen is None:
        raise ReadError(f"{file}: has no price or no time above its header. Fix: download the table again.")
    quotes = _Quotes(file)
    header = records[start][1]
    for line, cells in records[start + 1 :]:
        for side in ("Calls", "Puts"):
            own = header.index(side)
            # The names after the symbol's are the same on both sides: the first after it is its own.
            quotes.add(line, dict(reversed(list(zip(header[own:], cells[own:], strict=False)))), side)
    return quotes.chain(_cboe_time(seen), {"spot": number(last[1])})


def _cboe_time(seen: re.Match[str]) -> dt.date:
    """Return when the table was drawn: a day after its close, else a time."""
    month = MONTHS.index(seen[1].upper()) + 1
    hour = int(seen[4]) % 12 + 12 * (seen[6] == "P")
    day, time = dt.date(int(seen[3]), month, int(seen[2])), dt.time(hour, int(seen[5]))
    return day if time >= CLOSE else dt.datetime.combine(day, time, NEW_YORK)


def read_lean(file: str, text: str) -> Chain:
    """Read a universe file of LEAN: a row per series, the underlying's bar in the first.

    Parameters
    ----------
    file : str
        The name for ``source_file``; it says which underlying, and which day.
    text : str
        The CSV.

    Returns
    -------
    Chain
        A quote for the underlying and one for each series, its close as settlement price, at the day's close.

    Raises
    ------
    ReadError
        If the name does not say what and when, and for rows that cannot be read, with the first of them.
    """
    root, day = _named(file)
    quotes = _Quotes(file)
    records = list(_records(text))
    header = records[0][1]
    spot = math.nan
    for line, cells in records[1:]:
        row = dict(zip(header, cells, strict=False))
        if row["#expiry"]:
            quotes.add_lean(line, row, root)
        else:
            spot = quotes.number(line, row, "close")
    return quotes.chain(day, {"spot": spot, "root": root})


def _named(file: str) -> tuple[str, dt.date]:
    path = Path(file)
    found = _NAMED.search(path.name.partition(".")[0])
    root = found["root"] or path.parent.name if found is not None else ""
    try:
        day = dt.date.fromisoformat(found["day"]) if found is not None else None
    except ValueError:
        day = None
    if day is None or not re.fullmatch(r"[A-Za-z.]+", root):
        raise ReadError(f"{file}: does not say which underlying and day it is of. Fix: {_LEAN_FIX}.")
    return root.upper(), day


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each line that holds anything, with its number."""
    reader = csv.reader(text.splitlines())
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


class _Quotes:
    """The series of a chain while they are read, and what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: list[dict[str, Any]] = []
        self.problems: list[Problem] = []

    def add(self, line: int, row: Mapping[str, str], side: str) -> None:
        """Take the side of a Cboe row."""
        try:
            symbol = parse_symbol(row.get(side, ""))
        except SymbolError as error:
            self._blame(line, side, row.get(side, ""), error.reason, error.fix)
            return
        own = {"root": symbol.root, "expiry": symbol.expiry, "strike": symbol.strike, "kind": symbol.kind}
        self._take(line, row, own, CBOE_NUMBERS)

    def add_lean(self, line: int, row: Mapping[str, str], root: str) -> None:
        """Take a row of a LEAN file."""
        try:
            expiry = moment(row["#expiry"], None)
        except CellError as error:
            self._blame(line, "expiry", row["#expiry"], error.reason, error.fix)
            return
        kind = {"C": "call", "P": "put"}.get(row["right"].upper(), "")
        if not kind:
            self._blame(line, "right", row["right"], "is neither call nor put", "write C or P")
        self._take(line, row, {"root": root, "expiry": expiry, "kind": kind}, LEAN_NUMBERS)

    def _take(
        self, line: int, row: Mapping[str, str], own: Mapping[str, Any], names: Mapping[str, str]
    ) -> None:
        numbers = {name: self.number(line, row, spelled) for name, spelled in names.items()}
        if numbers["iv"] <= NO_VOL:
            numbers["iv"] = math.nan
        self.rows.append({**own, **numbers, "source_line": line})

    def number(self, line: int, row: Mapping[str, str], name: str) -> float:
        """Return the number of a cell; NaN where there is none, and where it is blamed."""
        cell = row.get(name, "")
        try:
            found = number(cell)
        except CellError as error:
            self._blame(line, name, cell, error.reason, error.fix or PRICE_FIX)
            return math.nan
        if found < 0:
            self._blame(line, name, cell, "is negative", PRICE_FIX)
        return found

    def _blame(self, line: int, column: str, cell: str, reason: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line, column, cell, reason, fix))

    def chain(self, as_of: dt.date, underlying: Mapping[str, Any]) -> Chain:
        """Return the quotes, the underlying's first.

        Raises
        ------
        ReadError
            For rows that cannot be read, and where there are none.
        """
        refuse(self.problems)
        if not self.rows:
            raise ReadError(f"{self.file}: lists no options. Fix: download the table again.")
        names = [listed_underlying(row["root"]) for row in self.rows]
        first = {"root": names[0], "source_line": 1, **underlying}
        table = pd.DataFrame([first, *self.rows]).assign(underlying=[names[0], *names])
        day = as_of.date() if isinstance(as_of, dt.datetime) else as_of
        quotes = quote_table(table.assign(as_of=day, currency="USD", source_file=self.file))
        return Chain(quotes, as_of, ())
