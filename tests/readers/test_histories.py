"""Histories: days with a volatility, a close or both, in whatever order and spelling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from optlab.errors import ReadError
from optlab.readers.histories import HISTORY_COLUMNS, read_history

Read = Callable[..., pd.DataFrame]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Write text to history.csv and read it."""
    monkeypatch.chdir(tmp_path)

    def _read(text: str, **options: str) -> pd.DataFrame:
        Path("history.csv").write_text(text, encoding="utf-8")
        return read_history("history.csv", **options)  # type: ignore[arg-type]

    return _read


def refused(read: Read, text: str) -> str:
    """Return the message that a text is refused with."""
    with pytest.raises(ReadError) as caught:
        read(text)
    return str(caught.value)


def test_a_history_of_both_is_read_by_date(read: Read) -> None:
    table = read("date,iv,close\n2026-10-02,43%,24.24\n2026-10-01,0.42,24.00\n")
    assert tuple(table.columns) == HISTORY_COLUMNS
    assert table["date"].dt.strftime("%m-%d").tolist() == ["10-01", "10-02"]
    assert table["iv"].tolist() == [0.42, 0.43]
    assert table["close"].tolist() == [24.0, 24.24]
    assert table["underlying"].tolist() == ["", ""]
    assert table.attrs["notices"] == ()


@pytest.mark.parametrize(
    ("header", "cell", "iv"),
    [
        ("date,atm_iv", "0.43", 0.43),
        ("Day,IV30", "43%", 0.43),
        ("quote_date,IV (%)", "43.1", 0.431),
        ("as_of,iv_pct", "43.1", 0.431),
        ("Date,Implied Volatility", "43.1%", 0.431),
        ("date,VIX percent", "17.2", 0.172),
        ("date,one_month_vol", ".43", 0.43),
    ],
)
def test_volatility_columns_by_their_names(header: str, cell: str, iv: float, read: Read) -> None:
    assert read(f"{header}\n2026-10-01,{cell}\n")["iv"].tolist() == [iv]


def test_an_adjusted_close_is_preferred(read: Read) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2026-10-01,1,1,1,24.5,24.0,100\n"
    assert read(text)["close"].tolist() == [24.0]


@pytest.mark.parametrize("name", ["close", "Price", "last", "spot", "Close/Last"])
def test_closes_by_their_names(name: str, read: Read) -> None:
    assert read(f"date,{name}\n2026-10-01,$24.5\n")["close"].tolist() == [24.5]


def test_a_number_in_percent_without_a_word_of_it_is_refused(read: Read) -> None:
    assert refused(read, "date,iv\n2026-10-01,43.1\n2026-10-02,44\n") == (
        "history.csv:2: iv: '43.1' is a volatility above 500%. Fix: write 0.43 or 43%, or name the column iv_pct "
        "if all of it is in percent. (1 more problem, line 3)"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,iv\nsoon,0.4\n", "history.csv:2: date: 'soon' is not a date."),
        ("date,iv\n,0.4\n", "history.csv:2: date: '' is missing."),
        ("date,iv\n2026-10-01,high\n", "history.csv:2: iv: 'high' is not a number."),
        ("date,iv\n2026-10-01,-0.4\n", "history.csv:2: iv: '-0.4' is a negative volatility."),
        ("date,close\n2026-10-01,0\n", "history.csv:2: close: '0' is not positive."),
        (
            "date,iv,close\n2026-10-01,0.4\n",
            "history.csv:2: '2026-10-01,0.4' has 2 cells where the header has 3.",
        ),
        ("day,open\n2026-10-01,5\n", "history.csv: there is no column for iv or close or adjusted_close;"),
        ("date,iv\n2026-10-01,\n", "history.csv: has no number in any row."),
    ],
)
def test_faults_say_where_and_how_to_mend_them(text: str, message: str, read: Read) -> None:
    said = refused(read, text)
    assert said.startswith(message)
    assert ". Fix: " in said


def test_a_slash_date_is_proven_by_the_column_or_said(read: Read) -> None:
    text = "date,iv\n10/01/2026,0.4\n10/20/2026,0.5\n"
    assert read(text)["date"].dt.month.tolist() == [10, 10]
    assert "could be 2026-10-01 or 2026-01-10" in refused(read, "date,iv\n10/01/2026,0.4\n")
    assert read("date,iv\n10/01/2026,0.4\n", date_order="dmy")["date"].dt.month.tolist() == [1]


def test_of_a_day_with_several_rows_the_later_counts_and_is_said(read: Read) -> None:
    table = read("date,iv,close\n2026-10-01,0.40,24\n2026-10-02,0.5,\n2026-10-01,0.42,\n")
    assert table["iv"].tolist() == [0.42, 0.5]
    assert table["close"].tolist()[0] == 24.0, "an empty cell wipes nothing"
    assert table.attrs["notices"] == (
        "history.csv: several rows of one day, and the later one counts: 2026-10-01.",
    )


def test_days_without_a_number_are_left_out_and_counted(read: Read) -> None:
    table = read("date,iv\n2026-10-01,0.4\n2026-10-02,0\n2026-10-05,n/a\n")
    assert len(table) == 1
    assert table.attrs["notices"] == ("history.csv: 2 rows without a number left out.",)


def test_underlyings_are_kept_apart_and_known_by_the_list(read: Read) -> None:
    table = read("date,ticker,close\n2026-10-01,01810,24\n2026-10-01,tch,600\n")
    assert table["underlying"].tolist() == ["MIU", "TCH"]


def test_a_time_of_day_is_the_day_it_is_written_as(read: Read) -> None:
    """Midnight in Hong Kong is still that day, though it is the day before in UTC."""
    table = read("date,close\n2026-10-01T00:00+08:00,24\n2026-10-02 16:00,25\n")
    assert table["date"].dt.day.tolist() == [1, 2]


def test_a_semicolon_file_may_have_decimal_commas(read: Read) -> None:
    table = read("date;iv;close\n2026-10-01;0,42;24,5\n")
    assert table[["iv", "close"]].to_numpy().tolist() == [[0.42, 24.5]]


def test_json_and_several_files_are_read(tmp_path: Path) -> None:
    one, two = tmp_path / "a.json", tmp_path / "b.csv"
    one.write_text('[{"date": "2026-10-01", "iv": 0.4}]')
    two.write_text("date,close\n2026-10-01,24\n")
    table = read_history([one, two])
    assert table[["iv", "close"]].to_numpy().tolist() == [[0.4, 24.0]]
