"""Timestamps as files have them by the million, read all at once; every other form is left to `optlab.readers.dates`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_CHUNK = 100_000
_SHORTEST, _LONGEST, _WIDTH = 13, 35, 42
_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_MARKS = {4: "-", 7: "-", 10: "T ", 13: ":", 16: ":"}
_EPOCHS = (13, 16, 19)
"""Digits of a time since 1970 in milliseconds, microseconds and nanoseconds."""

_END_OF_TIME = np.datetime64("2200-01-01", "us").astype(np.int64)


class Timestamps(NamedTuple):
    """A column of timestamps: the reading of the clock (in UTC where a zone is given), and which cells were read."""

    clock: NDArray[np.datetime64]
    has_zone: Bools
    is_read: Bools


def read_timestamps(cells: pd.Series) -> Timestamps:
    """Read cells such as 2026-10-02T13:30:00.123456Z, and times since 1970 of 13, 16 or 19 digits.

    What is finer than a microsecond is cut off. A cell in any other form, or not in the calendar, is not read.

    Examples
    --------
    >>> found = read_timestamps(pd.Series(["2026-10-02 15:30:00.5+08:00", "1790919000000", "27NOV26"]))
    >>> [str(clock) for clock in found.clock[:2]], found.is_read.tolist()
    (['2026-10-02T07:30:00.500000', '2026-10-02T05:30:00.000000'], [True, True, False])
    """
    clock = np.zeros(len(cells), dtype=np.int64)
    has_zone = np.zeros(len(cells), dtype=bool)
    is_read = np.zeros(len(cells), dtype=bool)
    length = cells.str.len().to_numpy(dtype=np.int64)
    is_likely = (length >= _SHORTEST) & (length <= _LONGEST)
    for start in range(0, len(cells), _CHUNK):
        chosen = start + np.flatnonzero(is_likely[start : start + _CHUNK])
        if len(chosen):
            text = cells.iloc[chosen].to_numpy(dtype=f"U{_WIDTH}")
            for read in (_iso, _epoch):
                found, zoned, fits = read(text)
                clock[chosen[fits]], has_zone[chosen[fits]] = found[fits], zoned[fits]
                is_read[chosen[fits]] = True
    return Timestamps(clock.astype("datetime64[us]"), has_zone, is_read)


def _iso(text: np.ndarray) -> tuple[Ints, Bools, Bools]:
    """Return microseconds, whether a zone is given, and whether each text is a date and time in ISO form."""
    letters = text.view(np.uint32).reshape(len(text), _WIDTH)
    number = letters.astype(np.int64) - ord("0")
    is_digit = (number >= 0) & (number <= 9)
    fits = is_digit[:, _DIGITS].all(axis=1)
    for place, marks in _MARKS.items():
        fits &= np.isin(letters[:, place], [ord(mark) for mark in marks])
    fields = [_number(number, *span) for span in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))]
    days, is_day = _days(*fields[:3])
    hour, minute, second = fields[3:]
    part, end = _fraction(letters, number, is_digit)
    offset, has_zone, is_zone = _zone(letters, number, is_digit, end)
    fits &= is_day & (hour < 24) & (minute < 60) & (second < 60) & is_zone
    clock = days * _DAY + hour * _HOUR + minute * _MINUTE + second * _SECOND + part - offset
    return clock, has_zone, fits


def _number(number: Ints, start: int, end: int) -> Ints:
    total = np.zeros(len(number), dtype=np.int64)
    for place in range(start, end):
        total = total * 10 + number[:, place]
    return total


def _days(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Bools]:
    """Return days since 1970, and whether each date is in the calendar and from 1970 to 2199."""
    is_day = (year >= 1970) & (year < 2200) & (month >= 1) & (month <= 12)
    months = np.where(is_day, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, is_day & (day >= 1) & (day <= length)


def _fraction(letters: np.ndarray, number: Ints, is_digit: Bools) -> tuple[Ints, Ints]:
    """Return the microseconds behind a point at the seconds, of at most nine digits, and where they end."""
    has_point = letters[:, 19] == ord(".")
    digits = np.cumprod(is_digit[:, 20:29], axis=1) * has_point[:, None]
    count = digits.sum(axis=1)
    part = ((number[:, 20:26] * digits[:, :6]) @ 10 ** np.arange(5, -1, -1)).astype(np.int64)
    return part, np.where(count > 0, 20 + count, 19)


def _zone(letters: np.ndarray, number: Ints, is_digit: Bools, start: Ints) -> tuple[Ints, Bools, Bools]:
    """Return each zone's offset in microseconds, whether there is one, and whether the text ends after it."""
    places = start[:, None] + np.arange(7)
    sign, *rest = np.take_along_axis(letters, places, axis=1).T
    digit = np.take_along_axis(number, places, axis=1)
    is_offset = np.take_along_axis(is_digit, places, axis=1)[:, [1, 2, 4, 5]].all(axis=1)
    is_offset &= np.isin(sign, (ord("+"), ord("-"))) & (rest[2] == ord(":")) & (rest[5] == 0)
    hour, minute = 10 * digit[:, 1] + digit[:, 2], 10 * digit[:, 4] + digit[:, 5]
    is_offset &= (hour < 24) & (minute < 60)
    is_utc = (sign == ord("Z")) & (rest[0] == 0)
    offset = np.where(is_offset, (hour * _HOUR + minute * _MINUTE) * np.where(sign == ord("-"), -1, 1), 0)
    return offset, is_offset | is_utc, is_offset | is_utc | (sign == 0)


def _epoch(text: np.ndarray) -> tuple[Ints, Bools, Bools]:
    """Return microseconds, whether a zone is given (it is UTC), and whether each text is a time since 1970."""
    length = np.char.str_len(text)
    fits = np.isin(length, _EPOCHS) & _is_digits(text)
    fits &= text < "9"  # more would not fit
    clock = np.zeros(len(text), dtype=np.int64)
    for digits in _EPOCHS:
        chosen = np.flatnonzero(fits & (length == digits))
        value = text[chosen].astype(f"U{digits}").astype(np.int64)
        clock[chosen] = value * 1_000 if digits == 13 else value // 10 ** (digits - 16)
    return clock, fits, fits & (clock < _END_OF_TIME)


def _is_digits(text: np.ndarray) -> Bools:
    letters = text.view(np.uint32).reshape(len(text), _WIDTH)
    return np.asarray(((letters == 0) | ((letters >= ord("0")) & (letters <= ord("9")))).all(axis=1))
