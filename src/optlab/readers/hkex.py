"""The HKEX stock options daily market report: closing prices, settlement prices and printed volatilities.

The exchange publishes it as a page of preformatted text, and the same rows as CSV in an archive; both are read.
It prints volatilities as whole percent, cut off and not rounded, so that half a point is added; 0 and N/A are
missing. A settlement price of 0 is no price.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import re
from typing import Any, NamedTuple

import pandas as pd

from optlab.errors import ReadError
from optlab.market import quote_table
from optlab.symbols import MONTHS
from optlab.venues import find_root

TITLE = "STOCK OPTIONS DAILY MARKET REPORT"
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_DATE = re.compile(rf"{TITLE}\s+AS\s+AT\s+(\d{{1,2}})\s+([A-Z]{{3}})[A-Z]*\s+(\d{{4}})", re.IGNORECASE)
_CLASS = re.compile(
    rf"CLASS\s+(?P<root>[A-Z0-9]+)\s+-\s+(?P<name>.*?)\s+CLOSING PRICE\s+HK\$\s*(?P<close>{_NUMBER}|N/A|-)"
)
_SUMMARY = re.compile(
    rf"(?P<root>[A-Z0-9]{{2,6}})\s+\S.*\((?P<code>\d+)\)(?:\s+{_NUMBER}){{6}}\s+(?P<iv>\d+|N/A|-)"
)
_SERIES = re.compile(
    r"(?P<expiry>(?:\d\d)?[A-Z]{3}\d\d)\s+"
    rf"(?P<strike>{_NUMBER})\s+(?P<kind>[CP])\s+"
    rf"(?:(?:{_NUMBER}|N/A|-)\s+){{3}}(?P<settlement>{_NUMBER}|N/A|-)\s+(?:[+-]?{_NUMBER}|N/A|-)\s+"
    rf"(?P<iv>\d+|N/A|-)\s+(?P<volume>{_NUMBER}|-)\s+(?P<interest>{_NUMBER}|-)\s+(?P<change>[+-]?{_NUMBER}|-)"
)
_CSV_LINE = re.compile(r'"?(?:CONTRACT|HKATS CODE|\d\d[A-Z]{3}\d\d)"?,')
_FURNITURE = re.compile(
    r"(CONTRACT|OPENING|PRICE#?|INTEREST|HKATS|CODE|TOTAL|DAILY MARKET REPORT|END OF|PAGE|NOTES?|REMARKS?)\b"
    r"|PRICE#|[-=_*# ]+$|\*|#",
    re.IGNORECASE,
)


class Report(NamedTuple):
    """The quotes of a report, its day, and what the user should know of it."""

    quotes: pd.DataFrame
    as_of: dt.date
    notices: tuple[str, ...]


def is_report(text: str) -> bool:
    """Say whether a file is this report, by its title."""
    return TITLE in text[:20_000].upper() and _DATE.search(text[:20_000]) is not None


def read_report(file: str, text: str) -> Report:
    """Turn a report into quotes.

    Parameters
    ----------
    file : str
        The name for ``source_file``.
    text : str
        The page, with or without its HTML tags, or the CSV of the archive.

    Returns
    -------
    Report
        A quote per class (spot, and vol where the summary has one) and per series (settlement price, iv,
        volume, open interest); lines that could not be read are in the notices.

    Raises
    ------
    ReadError
        If no class could be read.
    """
    lines = _lines(text)
    as_of = _as_of(file, text)
    reading = _Reading(file, as_of)
    for number, line in enumerate(lines, start=1):
        reading.take(number, line)
    if not reading.classes:
        raise ReadError(f"{file}: is a market report without classes. Fix: download the whole report.")
    table = quote_table(pd.DataFrame([*reading.underlyings(), *reading.series]))
    return Report(table, as_of, reading.notices())


def _lines(text: str) -> list[str]:
    """Return the report's lines as text: tags off, cells of CSV side by side."""
    if "<" in text:
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_csv = any(_CSV_LINE.match(line) for line in lines)
    return [" ".join(next(csv.reader([line]), [])) for line in lines] if is_csv else lines


def _as_of(file: str, text: str) -> dt.date:
    match = _DATE.search(text)
    day, month, year = match.groups() if match is not None else ("0", "", "0")
    try:
        return dt.date(int(year), MONTHS.index(month.upper()) + 1, int(day))
    except ValueError:
        raise ReadError(f"{file}: has no readable AS AT date. Fix: download the report again.") from None


class _Reading:
    """The state while a report is read line by line."""

    def __init__(self, file: str, as_of: dt.date) -> None:
        self.file = file
        self.as_of = as_of
        self.root = ""
        self.vols: dict[str, float] = {}
        self.classes: dict[str, dict[str, Any]] = {}
        self.series: list[dict[str, Any]] = []
        self.unread: list[int] = []
        self.without_day = 0

    def take(self, number: int, line: str) -> None:
        """Read one line: a class's head, one of its series, or a line of the summary before them."""
        text = line.strip()
        head = _CLASS.match(text)
        if head is not None:
            self.root = head["root"]
            self.classes[self.root] = {**self._at(number), "spot": _positive(head["close"])}
        elif not self.root:
            summary = _SUMMARY.fullmatch(text)
            if summary is not None:
                self.vols[summary["root"]] = _vol(summary["iv"])
        elif text and not _FURNITURE.match(text):
            self._take_series(number, text)

    def _take_series(self, number: int, text: str) -> None:
        match = _SERIES.fullmatch(text)
        expiry = self._expiry(match["expiry"]) if match is not None else None
        if match is None or expiry is None:
            self.unread.append(number)
            return
        self.series.append(
            {
                **self._at(number),
                "expiry": expiry,
                "strike": _number(match["strike"]),
                "kind": "call" if match["kind"] == "C" else "put",
                "settlement_price": _positive(match["settlement"]),
                "iv": _vol(match["iv"]),
                "volume": _number(match["volume"]),
                "open_interest": _number(match["interest"]),
                "open_interest_change": _number(match["change"]),
            }
        )

    def _at(self, number: int) -> dict[str, Any]:
        listed = find_root(self.root)
        return {
            "as_of": self.as_of,
            "underlying": listed.underlying if listed else self.root,
            "root": self.root,
            "currency": "HKD",
            "source_file": self.file,
            "source_line": number,
        }

    def _expiry(self, text: str) -> dt.date | None:
        try:
            month, year = MONTHS.index(text[-5:-2]) + 1, 2000 + int(text[-2:])
            if len(text) == 7:
                return dt.date(year, month, int(text[:2]))
        except ValueError:
            return None
        self.without_day += 1
        return last_trading_day(year, month)

    def underlyings(self) -> list[dict[str, Any]]:
        """Return a quote for each class: its closing price, and the summary's volatility."""
        return [{**quote, "vol": self.vols.get(root)} for root, quote in self.classes.items()]

    def notices(self) -> tuple[str, ...]:
        """Say what was not read, and what was assumed."""
        found = []
        if self.unread:
            lines = "1 line" if len(self.unread) == 1 else f"{len(self.unread)} lines"
            found.append(
                f"{self.file}: {lines} of the report could not be read, the first is {self.unread[0]}."
            )
        if self.without_day:
            found.append(
                f"{self.file}: {self.without_day} series name only the month of expiry; the business day before "
                "the month's last was taken, holidays not considered."
            )
        return tuple(found)


def last_trading_day(year: int, month: int) -> dt.date:
    """Return the business day before the last one of a month, weekends considered and holidays not.

    >>> last_trading_day(2026, 11)
    datetime.date(2026, 11, 27)
    """
    day = dt.date(year + month // 12, month % 12 + 1, 1)
    for _ in range(2):
        day -= dt.timedelta(days=1)
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
    return day


def _number(text: str) -> float:
    return float("nan") if text in ("N/A", "-") else float(text.replace(",", ""))


def _positive(text: str) -> float:
    value = _number(text)
    return value if value > 0 else float("nan")


def _vol(text: str) -> float:
    return (_positive(text) + 0.5) / 100
