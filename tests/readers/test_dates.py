"""Dates and times, one cell at a time, and the order of slash dates."""

from __future__ import annotations

import datetime as dt

import pytest

from optlab.readers.cells import CellError
from optlab.readers.dates import moment, proven_order, time_of_day


@pytest.mark.parametrize(
    "cell",
    ["2026-11-27", "2026-11-27 00:00:00", "2026-11-27T00:00:00", "2026/11/27", "2026.11.27", "20261127", "27NOV26",
     "27nov2026", "27-Nov-2026", "27-Nov-26", "27 November 2026", "Nov 27, 2026", "November 27 2026", "Fri 27 Nov 2026",
     "2026-NOV-27", "27.11.2026", "27.11.26", "11/27/2026", "27/11/2026", "27-11-2026", "11/27/26", "'2026-11-27",
     '="2026-11-27"', " 2026-11-27 "],
)  # fmt: skip
def test_one_day_in_every_form(cell: str) -> None:
    assert moment(cell) == dt.date(2026, 11, 27)
    assert not isinstance(moment(cell), dt.datetime)


@pytest.mark.parametrize(
    "cell",
    ["2026-10-02 15:30:00", "2026-10-02T15:30:00", "2026-10-02 15:30", "2026-10-02, 15:30:00", "20261002;153000",
     "20261002 15:30:00", "2026-10-02 3:30 PM", "Oct 2, 2026 15:30", "02OCT26 15:30:00.000"],
)  # fmt: skip
def test_one_time_of_day_in_every_form(cell: str) -> None:
    assert moment(cell) == dt.datetime(2026, 10, 2, 15, 30)  # noqa: DTZ001  (no zone is the point)


@pytest.mark.parametrize(
    "cell",
    ["2026-10-02T15:30:00+08:00", "2026-10-02 15:30:00+08:00", "2026-10-02 07:30:00Z", "2026-10-02T07:30Z",
     "2026-10-02 15:30 HKT", "2026-10-02 03:30:00 EDT", "2026-10-02 07:30:00 UTC", "2026-10-02 15:30:00 +0800",
     "2026-10-02T07:30:00.000Z"],
)  # fmt: skip
def test_one_instant_in_every_form(cell: str) -> None:
    assert moment(cell) == dt.datetime(2026, 10, 2, 7, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("cell", ["", "--", "N/A", "NaT", "nan"])
def test_no_date_is_no_fault(cell: str) -> None:
    assert moment(cell) is None


@pytest.mark.parametrize(
    ("cell", "reason", "fix"),
    [
        ("2026-02-30", "is not in the calendar", "write a date such as 2026-11-27"),
        ("2026-02-30 10:00:00", "is not in the calendar", "write a date such as 2026-11-27"),
        ("31NOV26", "is not in the calendar", "write a date such as 2026-11-27"),
        ("13/13/2026", "is not in the calendar", "write a date such as 2026-11-27"),
        ("0026-11-27", "is a year in which no contract trades", "write a date such as 2026-11-27"),
        ("1926-11-27", "is a year in which no contract trades", "write a date such as 2026-11-27"),
        ("soon", "is not a date", "write a date such as 2026-11-27"),
        ("12", "is not a date", "write a date such as 2026-11-27"),
        ("NOV26", "names a month but no day", "write a date such as 2026-11-27"),
        ("46353", "is a spreadsheet's number for a day", "format the column as a date: 2026-11-27"),
        ("2026-11-27 25:00", "has a time of day that is not on the clock", "write a date such as 2026-11-27"),
        ("2026-11-27 10:00+99:00", "has a time zone that is not on earth", "write a date such as 2026-11-27"),
        (
            "11/02/2026",
            "could be 2026-11-02 or 2026-02-11",
            "write 2026-11-02 or 2026-02-11, or say --date-order mdy or dmy",
        ),
    ],
)
def test_what_is_no_date_says_why(cell: str, reason: str, fix: str) -> None:
    with pytest.raises(CellError) as caught:
        moment(cell)
    assert (caught.value.reason, caught.value.fix) == (reason, fix)


def test_the_order_of_a_slash_date_is_proven_by_its_column_or_given() -> None:
    assert proven_order(["11/02/2026", "11/27/2026"]) == "mdy"
    assert proven_order(["11/02/2026", "27/11/2026"]) == "dmy"
    assert proven_order(["11/02/2026", "2026-11-27"]) is None
    assert proven_order(["11/27/2026", "27/11/2026"]) is None
    assert moment("11/02/2026", "mdy") == dt.date(2026, 11, 2)
    assert moment("11/02/2026", "dmy") == dt.date(2026, 2, 11)
    assert moment("11/11/2026") == dt.date(2026, 11, 11)


@pytest.mark.parametrize(
    "cell", ["153005", "15:30:05", "3:30:05 PM", "'15:30:05", " 15:30:05.000 ", "33005PM"]
)
def test_one_time_of_day_by_itself_in_every_form(cell: str) -> None:
    assert time_of_day(cell) == "15:30:05"


@pytest.mark.parametrize("cell", ["25:00", "31:00 PM", "0961", "24:00:00"])
def test_a_time_that_is_not_on_the_clock_says_so(cell: str) -> None:
    with pytest.raises(CellError, match="is not on the clock"):
        time_of_day(cell)
