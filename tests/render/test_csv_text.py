"""CSV that spreadsheets read and never run, and that comes back as it went."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

import optlab as ol
from books import FAR, NEAR, valued, xiaomi
from optlab.columns import LEG_COLUMNS
from optlab.legs import canonical
from optlab.readers.cells import unguard
from optlab.render import tables
from optlab.render.csv_text import CsvStyle, csv_text, guard

BOOK = xiaomi(
    *[(1, "call", 24, NEAR), (-2, "put", 22.5, FAR), (500, "stock"), (1, "call", 24, "2026-11-27T03:30:00.250Z")],
    entry=[1.79, 0.1 + 0.2, None, 1e-17],
    group=["=cmd|' /C calc'!A0", "@SUM(A1)", "'already", "-12.5"],
    symbol=["-AAL241220P13.5", "+600", "/NQM22", "MAR 15"],
    account=["00700", "1E5", 'a, "quoted" one', "two\nlines"],
    traded_at=["2026-09-25 10:14:05+08:00", None, "2026-09-25", "2026-09-25 02:14:05.123456Z"],
    effect=["open", "close", "", ""],
    exchange=["''abc", "' '", "'-5", "x"],
    broker_strategy=["''=1+1", " =2+2", "\t=3", "|pipe"],
)  # fmt: skip


@pytest.mark.parametrize(
    "style",
    [
        CsvStyle(),
        CsvStyle(excel=True),
        CsvStyle(decimal_comma=True),
        CsvStyle(excel=True, decimal_comma=True),
    ],
)
def test_export_then_import_is_the_same_book(style: CsvStyle, tmp_path: Path) -> None:
    """Every bit of every number, every odd text, every time."""
    legs = canonical(BOOK)
    path = tmp_path / "book.csv"
    ol.write(ol.Book(legs), path)
    path.write_text(csv_text(legs, style), encoding="utf-8", newline="")
    again = ol.read(str(path))
    assert again.problems == ()
    pd.testing.assert_frame_equal(again.legs, legs, check_exact=True)


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx", ".json"])
def test_other_formats_come_back_too(suffix: str, tmp_path: Path) -> None:
    legs = canonical(BOOK)
    path = tmp_path / f"book{suffix}"
    ol.write(ol.Book(legs), path)
    if suffix == ".xlsx":  # a spreadsheet's times are good to the millisecond
        legs = legs.assign(**{name: legs[name].dt.floor("ms") for name in ("expiry", "traded_at")})
    pd.testing.assert_frame_equal(ol.read(str(path)).legs, legs, check_exact=suffix != ".xlsx")


def test_a_priced_table_reads_back_as_the_book_it_was(tmp_path: Path) -> None:
    """Results are not inputs: the model's price is not taken for an entry."""
    valuation = valued((1, "call", 24, NEAR), (-1, "call", 27, FAR), group="g")
    path = tmp_path / "priced.csv"
    ol.write(valuation, path)
    again = ol.read(str(path)).legs
    assert again["entry"].isna().all()
    assert again[["quantity", "strike"]].equals(valuation.legs[["quantity", "strike"]])


@pytest.mark.parametrize(
    "text", ["=1+1", "+1 27NOV26 24C", "-AAL241220P13.5", "@SUM(A1)", "\t=1", "|x", "%x", "\uff1d1"]
)
def test_text_that_would_run_is_guarded(text: str) -> None:
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.5", "+600", "1e-5", "-inf", "AAPL", "", "27NOV26", "it's"])
def test_numbers_and_plain_text_are_left_alone(text: str) -> None:
    assert guard(text) == text


def test_numbers_are_typed_and_never_touched() -> None:
    """A negative delta stays a number in every style."""
    table = pd.DataFrame({"delta": [-0.5, 1.5], "text": ["-x", "y"]})
    assert csv_text(table) == "delta,text\n-0.5,'-x\n1.5,y\n"
    assert csv_text(table, CsvStyle(raw=True)) == "delta,text\n-0.5,-x\n1.5,y\n"
    assert csv_text(table, CsvStyle(decimal_comma=True)) == "delta;text\n-0,5;'-x\n1,5;y\n"
    assert csv_text(table, CsvStyle(excel=True)) == "\ufeffdelta,text\r\n-0.5,'-x\r\n1.5,y\r\n"


@pytest.mark.parametrize(("style", "end"), [(CsvStyle(), "\n"), (CsvStyle(excel=True), "\r\n")])
def test_every_kind_of_line_break_in_a_text_is_quoted(style: CsvStyle, end: str) -> None:
    """On every Python: before 3.13 its csv module quotes only what ends its own lines."""
    cells = ["a\rb", "c\nd", "e\r\nf", "g\r\n", "plain"]
    text = csv_text(pd.DataFrame({"text": cells}), style).removeprefix("\ufeff")
    assert text == end.join(["text", '"a\rb"', '"c\nd"', '"e\r\nf"', '"g\r\n"', "plain", ""])


@pytest.mark.parametrize("style", [CsvStyle(), CsvStyle(excel=True, decimal_comma=True)])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json", ".parquet"])
def test_control_characters_come_back(style: CsvStyle, suffix: str, tmp_path: Path) -> None:
    texts = ["a\rb", "c\nd", "e\r\nf", "\tg", "h\x0bi\x1f", "_x00_ _x"]
    legs = canonical(xiaomi(*[(1, "call", 24, NEAR)] * len(texts), group=texts))
    path = tmp_path / f"book{suffix}"
    ol.write(ol.Book(legs), path, style=style)
    assert ol.read(path).legs["group"].tolist() == texts


def test_a_raw_export_is_for_other_programs() -> None:
    """An apostrophe of its own before a formula is taken for the guard that --raw leaves out."""
    assert "'=1" in csv_text(pd.DataFrame({"text": ["'=1"]}), CsvStyle(raw=True))
    assert unguard("'=1") == "=1"
    assert unguard(str(guard("'=1"))) == "'=1"


def test_missing_is_empty_and_dates_are_iso() -> None:
    """No nan, no NaT, no None; a bare date for an expiry at the close."""
    text = csv_text(canonical(BOOK))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["expiry"] for row in rows] == ["2026-11-27", "2026-12-30", "", "2026-11-27 03:30:00.250000"]
    assert rows[0]["traded_at"] == "2026-09-25 02:14:05"
    assert {row["mark"] for row in rows} == {""}
    assert "nan" not in text.lower()
    assert "NaT" not in text


def test_columns_come_in_the_published_order() -> None:
    """The leg, its strategy, each quote followed by its source, then results."""
    names = list(tables.in_order(valued((1, "call", 24, NEAR)).legs).columns)
    quotes = ["spot", "rate", "dividend_yield"]
    first = [name for name in LEG_COLUMNS if name not in quotes]
    paired = [column for name in [*quotes, "vol"] for column in (name, f"{name}_source")]
    carried = ["forward", "model", "dividend_model"]
    expected = [*first, "strategy_id", "strategy", "part", "reading", *paired, "years", *carried, "price"]
    assert names[: len(expected)] == expected
    assert set(names) <= set(ol.COLUMNS)
