"""From content to cells and lines: delimiters, quotes, headers, ragged rows, JSON, Parquet and XLSX."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import openpyxl
import pandas as pd
import pytest

from optlab.book import Book
from optlab.errors import ReadError

Read = Callable[..., Book]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(delimiter: str, read_text: Read) -> None:
    lines = ["symbol,quantity,account", 'MIU 27NOV26 24 C,1,"a;b"', "MIU 27NOV26 25 C,-1,c"]
    book = read_text("\n".join(line.replace(",", delimiter) for line in lines))
    assert book.legs["quantity"].tolist() == [1.0, -1.0]
    assert book.problems == ()


def test_delimiters_inside_quotes_of_the_header_do_not_count(read_text: Read) -> None:
    book = read_text('symbol;quantity;"a,b,c,d,e"\nMIU 27NOV26 24 C;1;x\n')
    assert len(book.legs) == 1
    assert book.notices == ("book.csv: columns that are not used: a,b,c,d,e.",)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(newline: str, read_text: Read) -> None:
    book = read_text(newline.join(["symbol,quantity", "MIU 27NOV26 24 C,1", "AAPL,5", ""]))
    assert book.legs["source_line"].tolist() == [2, 3]


def test_lines_stay_right_over_quoted_newlines_blank_lines_and_comments(read_text: Read) -> None:
    book = read_text(
        "\n\n# exported today\nsymbol,quantity,account\n"
        'AAPL,1,"two\nlines"\n'
        "\n"
        "# a comment\n"
        "AAPL,2,x\n"
        ",,\n"
        "AAPL,three,x\n"
    )
    assert book.legs["source_line"].tolist() == [5, 9]
    assert [problem.line for problem in book.problems] == [11]
    assert book.files[0].rows == 3


def test_lines_before_the_header_are_skipped_with_a_notice(read_text: Read) -> None:
    book = read_text('Account,12345\n"Positions as of 2 Oct 2026"\n\nSymbol,Qty\nAAPL,5\n')
    assert book.legs["source_line"].tolist() == [5]
    assert book.notices[0] == "book.csv: 2 lines before the header were skipped."


def test_a_header_that_is_repeated_is_counted_as_ignored(read_text: Read) -> None:
    book = read_text("symbol,quantity\nAAPL,1\nsymbol,quantity\nAAPL,2\n")
    report = book.files[0]
    assert (report.rows, report.imported, dict(report.ignored)) == (3, 2, {"repeated header": 1})


def test_trailing_delimiters_are_tolerated(read_text: Read) -> None:
    book = read_text("symbol,quantity,\nAAPL,1,\nAAPL,2\nAAPL,3,,,\n")
    assert book.legs["quantity"].tolist() == [1.0, 2.0, 3.0]


def test_ragged_rows_are_problems(read_text: Read) -> None:
    book = read_text("symbol,quantity,account\nAAPL,1,x\nAAPL,1\nAAPL,1,234,x\n")
    assert [str(problem) for problem in book.problems] == [
        (
            "book.csv:3: 'AAPL,1' has 2 cells where the header has 3. "
            "Fix: write one cell per column, and quote a cell that holds the delimiter."
        ),
        (
            "book.csv:4: 'AAPL,1,234,x' has 4 cells where the header has 3. "
            "Fix: write one cell per column, and quote a cell that holds the delimiter."
        ),
    ]
    assert book.files[0].rows == 3


def test_a_quote_that_is_never_closed_costs_its_own_row_only(read_text: Read) -> None:
    book = read_text('symbol,quantity,account\nAAPL,1,"x\nAAPL,2,y\nAAPL,3,z\n')
    assert book.legs["quantity"].tolist() == [2.0, 3.0]
    assert [str(problem) for problem in book.problems] == [
        (
            "book.csv:2: 'AAPL,1,\"x' has a quote that is never closed. "
            "Fix: close the quote, or double it inside the cell."
        )
    ]


def test_cells_of_spreadsheet_errors_are_no_comments(read_text: Read) -> None:
    book = read_text("symbol,quantity\n#REF!,1\nAAPL,2\n")
    assert [problem.line for problem in book.problems] == [2]


def test_a_decimal_comma_is_proven_by_the_file(read_text: Read) -> None:
    book = read_text("symbol;quantity;entry;mark\nMIU 27NOV26 24 C;1;1,79;1.234\n")
    assert book.legs["entry"].tolist() == [1.79]
    assert book.legs["mark"].tolist() == [1234.0]
    book = read_text("symbol;quantity;entry;mark\nMIU 27NOV26 24 C;1;1.79;1.234\n")
    assert book.legs["mark"].tolist() == [1.234]


def test_a_semicolon_file_that_proves_nothing_is_not_guessed(read_text: Read) -> None:
    book = read_text("symbol;quantity;entry\nMIU 27NOV26 24 C;1;1.234\n")
    assert [str(problem) for problem in book.problems] == [
        "book.csv:2: entry: '1.234' could be 1.234 or 1234. Fix: write 1.2340 or 1234."
    ]


def test_json_in_every_shape(read_text: Read) -> None:
    row = '{"symbol": "MIU 27NOV26 24 C", "quantity": -2, "entry": 1.10, "iv": null}'
    for text, line in (
        (f"[{row}]", 1),
        (f'{{"legs": [{row}]}}', 1),
        (f"\n{row}\n{row}\n", 2),
        (row, 1),
    ):
        book = read_text(text, name="book.json")
        assert book.legs["entry"].tolist()[0] == 1.1
        assert book.legs["source_line"].tolist()[0] == line


def test_a_bad_value_in_json_is_a_problem_of_its_object(read_text: Read) -> None:
    book = read_text('[{"symbol": "AAPL", "quantity": 1}, {"symbol": "AAPL", "quantity": true}]')
    assert [str(problem) for problem in book.problems] == [
        "book.csv:2: quantity: 'true' is not a number. Fix: write a signed number, such as 2 or -2."
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"symbol": ]', r"book\.csv:1: is not JSON \(Expecting value at column 13\)"),
        ("[1, 2]", r"book\.csv:1: is '1', not an object"),
        ("[]", r"book\.csv: holds no objects with names"),
        ("[" * 100_000, r"book\.csv: is JSON nested too deep|is not JSON"),
    ],
)
def test_json_that_is_no_table_is_refused(text: str, message: str, read_text: Read) -> None:
    with pytest.raises(ReadError, match=message):
        read_text(text)


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "underlying": ["MIU", "AAPL"],
            "kind": ["call", "stock"],
            "strike": [24.0, float("nan")],
            "expiry": [pd.Timestamp("2026-11-27"), pd.NaT],
            "quantity": [-3, 100],
            "entry": [0.1 + 0.2, 231.4],
        }
    )


def test_parquet_is_read_with_its_numbers_in_full(read_text: Read) -> None:
    packed = io.BytesIO()
    _frame().to_parquet(packed)
    book = read_text(packed.getvalue(), name="book.parquet")
    assert book.legs["entry"].tolist() == [0.1 + 0.2, 231.4]
    assert book.legs["source_line"].tolist() == [1, 2]
    assert str(book.legs["expiry"][0]) == "2026-11-27 08:00:00+00:00"


def test_the_first_sheet_with_a_header_is_read_and_lines_are_rows(read_text: Read) -> None:
    workbook = openpyxl.Workbook()
    cover = workbook.worksheets[0]
    cover.append(["My positions"])
    sheet = workbook.create_sheet("Legs")
    sheet.append(["Exported on", pd.Timestamp("2026-10-02").to_pydatetime()])
    sheet.append([])
    sheet.append(list(_frame().columns))
    for row in _frame().itertuples(index=False):
        sheet.append([None if pd.isna(cell) else cell for cell in row])
    packed = io.BytesIO()
    workbook.save(packed)
    book = read_text(packed.getvalue(), name="book.xlsx")
    assert book.legs["source_line"].tolist() == [4, 5]
    assert book.legs["entry"].tolist() == [0.3, 231.4]
    assert str(book.legs["expiry"][0]) == "2026-11-27 08:00:00+00:00"
    assert book.notices[:2] == (
        "book.xlsx: of 2 sheets the sheet 'Legs' was read.",
        "book.xlsx: 1 line before the header was skipped.",
    )


@pytest.mark.parametrize(
    ("package", "name", "message"),
    [
        (
            "pyarrow",
            "book.parquet",
            r"reading Parquet needs pyarrow\. Fix: pip install 'optlab\[parquet\]'\.",
        ),
        ("openpyxl", "book.xlsx", r"reading XLSX needs openpyxl\. Fix: pip install 'optlab\[excel\]'\."),
    ],
)
def test_a_missing_package_names_the_command(
    package: str, name: str, message: str, read_text: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    if package == "pyarrow":
        _frame().to_parquet(packed)
    else:
        openpyxl.Workbook().save(packed)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ReadError, match=message):
        read_text(packed.getvalue(), name=name)
