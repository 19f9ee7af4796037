"""Files: whole or not at all, typed cells, no formulas."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import optlab as ol
from books import NEAR, valued, xiaomi
from optlab.errors import ReadError
from optlab.render import files


def test_xlsx_has_typed_cells_and_no_formulas(tmp_path: Path) -> None:
    """Text that looks like a formula stays text; numbers and dates are numbers and dates."""
    valuation = ol.Book.of(xiaomi((1, "call", 24, NEAR), group="=1+1")).price(
        ol.Market.of(as_of="2026-10-02", spot=24.24, vol=0.43)
    )
    path = tmp_path / "legs.xlsx"
    ol.write(valuation, path)
    sheet = openpyxl.load_workbook(path)["legs"]
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, sheet[2], strict=True))
    assert (row["group"].value, row["group"].data_type) == ("=1+1", "s")
    assert row["price"].data_type == "n"
    assert isinstance(row["expiry"].value, dt.datetime)
    assert row["mark"].value is None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None


def test_a_bias_is_one_document_or_a_file_per_table(tmp_path: Path) -> None:
    """Sheets in XLSX, keys in JSON, files beside each other in CSV."""
    bias = valued((1, "call", 24, NEAR), group="g").bias()
    others = [tmp_path / f"bias.{name}.csv" for name in bias.tables if name != "strategies"]
    assert ol.write(bias, tmp_path / "bias.csv") == [tmp_path / "bias.csv", *others]
    ol.write(bias, tmp_path / "bias.xlsx")
    assert openpyxl.load_workbook(tmp_path / "bias.xlsx").sheetnames == list(bias.tables)
    ol.write(bias, tmp_path / "bias.json")
    document = json.loads((tmp_path / "bias.json").read_text())
    assert list(document) == ["headline", "range", *bias.tables, "left_out"]
    assert document["shares"][0]["n"] == 1
    assert document["strategies"][0]["legs"] == "+1 27NOV26 24C"


def test_missing_numbers_are_null_in_json() -> None:
    records = json.loads(files.json_text(valued((1, "stock")).legs))
    assert records[0]["strike"] is None
    assert records[0]["expiry"] is None


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills up while the new file is written."""
    path = tmp_path / "legs.csv"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ReadError, match="No space left on device"):
        ol.write(valued((1, "stock")), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path], "nothing is left behind"


def test_a_written_file_has_ordinary_rights(tmp_path: Path) -> None:
    """Not the private rights of a temporary file."""
    plain, written = tmp_path / "plain", tmp_path / "legs.csv"
    plain.touch()
    ol.write(valued((1, "stock")), written)
    assert written.stat().st_mode == plain.stat().st_mode


def test_an_empty_table_is_a_header(tmp_path: Path) -> None:
    for suffix in files.WRITERS:
        ol.write(pd.DataFrame({"a": pd.Series(dtype=float)}), tmp_path / f"empty{suffix}")
    assert (tmp_path / "empty.csv").read_text() == "a\n"


def test_a_missing_package_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(ReadError, match=r"Fix: pip install 'optlab\[excel\]'"):
        ol.write(valued((1, "stock")), tmp_path / "legs.xlsx")


def test_a_cell_too_long_for_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"a cell of group is too long for a spreadsheet\. Fix: write CSV"):
        ol.write(valued((1, "stock"), group="x" * 40_000), tmp_path / "long.xlsx")


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the formats that hold them."""
    monkeypatch.setattr(files, "MOST_ROWS", 3)
    ol.write(pd.DataFrame({"a": [1, 2, 3]}), tmp_path / "three.xlsx")
    with pytest.raises(ol.ReadError, match="table has 4 rows, and a sheet holds 3"):
        ol.write(pd.DataFrame({"a": [1, 2, 3, 4]}), tmp_path / "four.xlsx")
    assert not (tmp_path / "four.xlsx").exists()
