"""Dates and times as people write them. A slash date counts only where its order is proven or said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from optlab.readers.cells import NOTHING, CellError, clean
from optlab.symbols import MONTHS

DateOrder = Literal["mdy", "dmy"]
DATE_FIX = "write a date such as 2026-11-27"
LAST_YEAR = 2199
TIME_FIX = "write a time such as 15:30 or 15:30:05"

_MONTH_NUMBERS = {month: number for number, month in enumerate(MONTHS, start=1)}
_MONTH = rf"(?P<word>{'|'.join(MONTHS)})[A-Z]*\.?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)",
        r"(?P<year>\d{4})[/.](?P<month>\d\d?)[/.](?P<day>\d\d?)",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        rf"(?P<day>\d\d?)[ -]?{_MONTH}[ ,-]*(?P<year>\d{{4}}|\d\d)",
        rf"{_MONTH} ?(?P<day>\d\d?),? (?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[ -]?{_MONTH}[ -]?(?P<day>\d\d?)",
        r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4}|\d\d)",
    )
)
_EITHER = re.compile(r"(?P<first>\d\d?)([/-])(?P<second>\d\d?)\2(?P<year>\d{4}|\d\d)")
_WEEKDAY = re.compile(r"(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*,? +")
_ZONES = {
    "Z": "UTC",
    "UTC": "UTC",
    "GMT": "UTC",
    "HKT": "Asia/Hong_Kong",
    "ET": "America/New_York",
    "EST": "America/New_York",
    "EDT": "America/New_York",
}
_CLOCK = re.compile(
    r"(?P<hour>\d\d?):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?P<part>\.\d+)?)?"
    rf" ?(?P<half>[AP]M)? ?(?P<zone>{'|'.join(_ZONES)}|[+-]\d\d(?::?\d\d)?)?"
)
_TIME = re.compile(rf"(?P<date>.*?\d)(?:T|[ ,;]+){_CLOCK.pattern}")
_ISO_TIME = re.compile(
    r"(?:19[7-9]|20\d|21\d)\d-\d\d-\d\d[ T][012]\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?"
)
_EPOCH = re.compile(r"(\d{13}|\d{16}|\d{19})")
_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY_NUMBER = re.compile(r"[34567]\d{4}(?:\.\d+)?")


def moment(cell: str, order: DateOrder | None = None) -> dt.date | None:
    """Read a date, or a date and time, with or without its zone; None where the cell says nothing.

    Parameters
    ----------
    cell : str
        Such as ``2026-11-27``, ``27NOV26``, ``Nov 27, 2026``, ``2026-10-02 15:30:00+08:00``, or the time since 1970
        in 13 digits of milliseconds, 16 of microseconds or 19 of nanoseconds.
    order : {"mdy", "dmy"}, optional
        What ``11/02/2026`` means; without it such a date is refused.

    Returns
    -------
    date or datetime or None
        A datetime where the cell has a time of day; a time of 00:00 without a zone is a bare date. What is finer
        than a microsecond is cut off.

    Raises
    ------
    CellError
        If it is no date, could be two, or is not in the calendar.

    Examples
    --------
    >>> moment("27NOV26"), moment("10/02/2026 3:30 PM", "mdy")
    (datetime.date(2026, 11, 27), datetime.datetime(2026, 10, 2, 15, 30))
    """
    if _ISO_TIME.fullmatch(cell):
        return _fast(cell)
    text = " ".join(clean(cell).lstrip("'").upper().split())
    if text.lower() in NOTHING:
        return None
    if _EPOCH.fullmatch(text):
        return _since_start(text)
    text = _WEEKDAY.sub("", text, count=1)
    date = _date(text, order)
    if date is not None:
        return date
    match = _TIME.fullmatch(text)
    date = _date(match["date"], order) if match is not None else None
    if match is None or date is None:
        raise _no_date(text)
    return _at_time(date, match)


def iso(value: dt.date | None) -> str:
    """Write a date, or a date and time, the way that `moment` reads fastest; nothing as nothing."""
    if value is None:
        return ""
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()


def _fast(cell: str) -> dt.date:
    """Read the one form that files have by the million."""
    try:
        found = dt.datetime.fromisoformat(cell)
    except ValueError:
        raise CellError("is not in the calendar", DATE_FIX) from None
    return found.date() if found.tzinfo is None and found.time() == dt.time() else found


def _since_start(text: str) -> dt.datetime:
    """Read the time since 1970; how many digits it has says in which unit."""
    micro = int(text) * 1_000 if len(text) == 13 else int(text) // 10 ** (len(text) - 16)
    found = _START + dt.timedelta(microseconds=micro)
    if found.year > LAST_YEAR:
        raise CellError("is a year in which no contract trades", DATE_FIX)
    return found


def _date(text: str, order: DateOrder | None) -> dt.date | None:
    either = _EITHER.fullmatch(text)
    if either is not None:
        return _either(either, order)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            parts = match.groupdict()
            month = int(parts["month"]) if parts.get("month") else _MONTH_NUMBERS[parts["word"]]
            return _day(parts["year"], month, int(parts["day"]))
    return None


def _either(match: re.Match[str], order: DateOrder | None) -> dt.date:
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if first == second or (first > 12) != (second > 12):
        return _day(year, *((second, first) if first > 12 else (first, second)))
    if order is None and first <= 12:
        month_first, day_first = _day(year, first, second), _day(year, second, first)
        raise CellError(
            f"could be {month_first} or {day_first}",
            f"write {month_first} or {day_first}, or say --date-order mdy or dmy",
        )
    return _day(year, *((first, second) if order == "mdy" else (second, first)))


def _day(year: str, month: int, day: int) -> dt.date:
    try:
        date = dt.date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    except ValueError:
        raise CellError("is not in the calendar", DATE_FIX) from None
    if not 1970 <= date.year <= LAST_YEAR:
        raise CellError("is a year in which no contract trades", DATE_FIX)
    return date


def _at_time(date: dt.date, match: re.Match[str]) -> dt.date:
    time = _clock(match, DATE_FIX)
    if match["zone"] is None and time == dt.time():
        return date
    moment = dt.datetime.combine(date, time)
    return moment.replace(tzinfo=_zone(match["zone"])) if match["zone"] else moment


def _clock(match: re.Match[str], fix: str) -> dt.time:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    try:
        if match["half"]:
            hour = dt.time(hour).hour % 12 + (12 if match["half"] == "PM" else 0)
        micro = int((match["part"] or ".").ljust(7, "0")[1:7])
        return dt.time(hour, minute, second, micro)
    except ValueError:
        raise CellError("has a time of day that is not on the clock", fix) from None


def time_of_day(cell: str) -> str:
    """Read a time of day and write it in full, with the zone that it names; empty where the cell says nothing.

    Raises
    ------
    CellError
        If it is no time, or one that is not on the clock.

    Examples
    --------
    >>> time_of_day("093105"), time_of_day("0931"), time_of_day("3:30 pm"), time_of_day("9:31 EDT")
    ('09:31:05', '09:31:00', '15:30:00', '09:31:00 EDT')
    """
    text = " ".join(clean(cell).lstrip("'").upper().split())
    if text.lower() in NOTHING:
        return ""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise CellError("is no time of day", TIME_FIX)
    time = _clock(match, TIME_FIX).isoformat()
    if match["zone"] is None:
        return time
    _zone(match["zone"])
    return f"{time} {match['zone']}"


def _zone(text: str) -> dt.tzinfo:
    if text in _ZONES:
        return ZoneInfo(_ZONES[text])
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    try:
        return dt.timezone(-offset if text[0] == "-" else offset)
    except ValueError:
        raise CellError("has a time zone that is not on earth", DATE_FIX) from None


def _no_date(text: str) -> CellError:
    if _DAY_NUMBER.fullmatch(text):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
        return CellError("is a spreadsheet's number for a day", f"format the column as a date: {day}")
    if re.fullmatch(rf"{_MONTH} ?-?(\d\d|\d{{4}})", text):
        return CellError("names a month but no day", DATE_FIX)
    return CellError("is not a date", DATE_FIX)


def proven_order(cells: Iterable[str]) -> DateOrder | None:
    """Return the order of slash dates that one cell proves by a number above 12; None if none or both do."""
    proven: set[DateOrder] = set()
    for cell in cells:
        match = _EITHER.match(clean(cell))
        if match is not None and (int(match["first"]) > 12) != (int(match["second"]) > 12):
            proven.add("dmy" if int(match["first"]) > 12 else "mdy")
    return proven.pop() if len(proven) == 1 else None
