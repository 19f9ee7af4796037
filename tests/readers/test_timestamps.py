"""Timestamps read all at once mean what they mean one by one."""

from __future__ import annotations

import datetime as dt
import itertools

import pandas as pd
import pytest

from optlab.readers.cells import CellError
from optlab.readers.dates import moment
from optlab.readers.timestamps import read_timestamps

DAYS = ("2026-10-02", "1970-01-01", "2199-12-31", "2024-02-29", "2026-02-29", "2026-13-01", "1969-12-31", "2200-01-01", "2026-04-31")  # fmt: skip
TIMES = ("13:30:00", "00:00:00", "23:59:59", "24:00:00", "12:60:00", "12:00:60")
PARTS = ("", ".5", ".123", ".123456", ".123456789", ".999999999", ".000000", ".1234567890")
ZONES = ("", "Z", "+08:00", "-04:00", "+05:30", "+24:00", "+08:60", "+0800", " HKT", "x")


def one_by_one(cell: str) -> tuple[dt.datetime, bool] | None:
    """Read a cell by the slow way: the clock, in UTC where it has a zone; None where it can't be read."""
    try:
        value = moment(cell)
    except CellError:
        return None
    if not isinstance(value, dt.datetime):
        return None if value is None else (dt.datetime.combine(value, dt.time()), False)
    if value.tzinfo is None:
        return value, False
    return value.astimezone(dt.UTC).replace(tzinfo=None), True


def test_every_form_is_read_as_one_by_one_or_left_to_it() -> None:
    cells = [
        f"{day}{mark}{time}{part}{zone}"
        for day, mark, time, part, zone in itertools.product(DAYS, "T ", TIMES, PARTS, ZONES)
    ]
    found = read_timestamps(pd.Series(cells, dtype="str"))
    assert found.is_read.sum() > 300
    for cell, clock, zoned, is_read in zip(cells, *found, strict=True):
        if is_read:
            assert (clock.item(), bool(zoned)) == one_by_one(cell), cell


@pytest.mark.parametrize(
    "cell",
    ["", "-", "27NOV26", "2026-10-02", "13:30:00", "2026-10-02T13:30", "2026/10/02 13:30:00", "20261002", "1790919000",
     "17909190000000", "9999999999999999999", "2026-10-02T13:30:00.", "٢026-10-02T13:30:00", "2026-10-02T13:30:00Zulu",
     "x" * 60],
)  # fmt: skip
def test_other_forms_are_left_to_be_read_one_by_one(cell: str) -> None:
    assert not read_timestamps(pd.Series([cell], dtype="str")).is_read.any()


@pytest.mark.parametrize("digits", ["1790919000123", "1790919000123456", "1790919000123456789"])
def test_times_since_1970_say_their_unit_by_their_length(digits: str) -> None:
    """Milliseconds, microseconds, nanoseconds; what is finer than a microsecond is cut off."""
    found = read_timestamps(pd.Series([digits], dtype="str"))
    micro = int(digits.ljust(16, "0")[:16]) % 1_000_000
    expected = dt.datetime(2026, 10, 2, 5, 30, 0, micro)  # noqa: DTZ001  (in UTC)
    assert (found.clock[0].item(), bool(found.has_zone[0])) == (expected, True)
    assert one_by_one(digits) == (expected, True)


def test_microseconds_are_kept_to_the_last() -> None:
    """Every thousandth of a millisecond is itself: 0.000251 s is 251 microseconds."""
    cells = [f"02OCT26 13:30:00.{micro:06d}" for micro in range(0, 1_000_000, 997)]
    for micro, cell in zip(range(0, 1_000_000, 997), cells, strict=True):
        value = moment(cell)
        assert isinstance(value, dt.datetime)
        assert value.microsecond == micro


def test_more_rows_than_are_read_at_once() -> None:
    cells = pd.Series(["2026-10-02T13:30:00.000001Z", "n/a"] * 60_000, dtype="str")
    found = read_timestamps(cells)
    assert found.is_read.sum() == 60_000
    assert len(set(found.clock[found.is_read].tolist())) == 1


def test_an_empty_column() -> None:
    assert len(read_timestamps(pd.Series([], dtype="str")).clock) == 0
