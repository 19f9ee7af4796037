"""Results as files, written whole or not at all; the suffix says the format."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from optlab.bias import Bias
from optlab.columns import COLUMNS
from optlab.errors import ReadError
from optlab.payoff import Payoff
from optlab.render.csv_text import UTC, CsvStyle, csv_text, is_bare_midnight, is_close, said
from optlab.render.payoff_figure import SUFFIXES as PICTURES
from optlab.render.payoff_figure import figure_bytes
from optlab.render.payoff_records import drawings, payoff_records
from optlab.render.records import records
from optlab.render.tables import Result, tables_of

FIRST_ROW_FROZEN = (1, 0)
WIDEST_COLUMN = 48
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575
"""Of a sheet, below its heading."""


def write(
    result: Result, path: str | Path, *, style: CsvStyle | None = None, keep: Collection[Path] = ()
) -> list[Path]:
    """Write a result to a file: ``.csv .json .parquet .xlsx`` by its suffix.

    A result of several tables becomes one document in JSON and one sheet each in XLSX; in CSV and Parquet the
    main table takes the name and each other one stands beside it: ``bias.csv`` and ``bias.shares.csv``. In a
    folder each table is a CSV file of its name.

    Parameters
    ----------
    result : Book, Valuation, Bias or DataFrame
        What to write: a book's or a valuation's legs, a bias's tables, or any table.
    path : str or Path
        Where to, or a folder that exists; an old file is replaced.
    style : CsvStyle, optional
        How CSV is written: for Excel, with decimal commas, without the guard against formulas.
    keep : collection of Path
        Files that must not be written over, such as the inputs.

    Returns
    -------
    list of Path
        The files written. Each is written beside its place first and then renamed, so that a reader never
        sees half a file.

    Raises
    ------
    ReadError
        For a suffix that is no format, or a place that can't be written.
    """
    contents = _contents(result, Path(path), style)
    kept = {Path(name).resolve() for name in keep}
    for place in contents:
        if place.resolve() in kept:
            raise ReadError(f"{place}: is one of the files that are read. Fix: write to another name.")
    for place, content in contents.items():
        _replace(place, content)
    return list(contents)


def _contents(result: Result, path: Path, style: CsvStyle | None) -> dict[Path, bytes]:
    """Return what goes into which file."""
    if path.is_dir():
        return {path / f"{name}.csv": _csv(table, style) for name, table in tables_of(result).items()}
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return {path: _picture(result, path, suffix)}
    if suffix not in WRITERS:
        endings = (*WRITERS, *(PICTURES if isinstance(result, Payoff) else ()))
        raise ReadError(
            f"{path}: {suffix or 'no suffix'} is no output format. Fix: end in {', '.join(endings)}, or name a folder "
            "that exists."
        )
    if suffix in ONE_DOCUMENT:
        return {path: WRITERS[suffix](result, style)}
    found = tables_of(result)
    main = next(iter(found))
    return {
        path if name == main else path.with_suffix(f".{name}{path.suffix}"): WRITERS[suffix](table, style)
        for name, table in found.items()
    }


def _replace(path: Path, content: bytes) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ReadError(
            f"{path}: {error.strerror}. Fix: write to a folder that exists and is yours."
        ) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise ReadError(f"{path}: {error.strerror}. Fix: write to a file that can be replaced.") from error


def json_text(result: Result) -> str:
    """Write a result as JSON: a list of records, or for a bias one document; missing numbers are null."""
    found = tables_of(result)
    document: object = {name: records(table) for name, table in found.items()}
    if isinstance(result, Bias):
        document = {
            "headline": result.headline,
            "range": result.range,
            **{name: records(table) for name, table in result.tables.items()},
            "left_out": list(result.left_out),
        }
    elif isinstance(result, Payoff):
        document = payoff_records(result)
    elif len(found) == 1:
        document = records(next(iter(found.values())))
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _picture(result: Result, path: Path, suffix: str) -> bytes:
    if not isinstance(result, Payoff):
        raise ReadError(
            f"{path}: only a payoff can be drawn. Fix: end in {', '.join(WRITERS)}, or optlab payoff."
        )
    return figure_bytes(suffix, drawings(result))


def _csv(table: Result, style: CsvStyle | None) -> bytes:
    return csv_text(_only(table), style).encode("utf-8")


def _json(result: Result, _: CsvStyle | None) -> bytes:
    return json_text(result).encode("utf-8")


def _parquet(table: Result, _: CsvStyle | None) -> bytes:
    buffer = io.BytesIO()
    with _needs("parquet"):
        _only(table).to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def _xlsx(result: Result, _: CsvStyle | None) -> bytes:
    """Write sheets of typed cells: frozen header, filter, widths, number formats, no formulas and no links."""
    buffer = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with (
        _needs("excel"),
        pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": safe}) as writer,
    ):
        writer.book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - same bytes, no zone
        for name, table in tables_of(result).items():
            _sheet(writer, name, table)
    return buffer.getvalue()


def _sheet(writer: pd.ExcelWriter, name: str, table: pd.DataFrame) -> None:
    if len(table) > MOST_ROWS:
        raise ReadError(
            f"{name} has {len(table):,} rows, and a sheet holds {MOST_ROWS:,}. Fix: write CSV or Parquet."
        )
    plain = said(_spreadsheet_times(table))
    for column in plain.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in plain.dtypes]]:
        if plain[column].astype("str").str.len().max() > LONGEST_CELL:
            raise ReadError(
                f"a cell of {column} is too long for a spreadsheet. Fix: write CSV, JSON or Parquet."
            )
    plain.to_excel(writer, sheet_name=name, index=False)
    workbook: Any = writer.book
    sheet = writer.sheets[name]
    sheet.freeze_panes(*FIRST_ROW_FROZEN)
    if len(table.columns):
        sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)
    for place, column in enumerate(table.columns):
        form = _number_format(str(column))
        shown = workbook.add_format({"num_format": form}) if form else None
        width = max([len(str(column)), *(len(str(cell)) for cell in plain[column].head(200))])
        sheet.set_column(place, place, min(width + 1, WIDEST_COLUMN), shown)


def _spreadsheet_times(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the zone, which a spreadsheet has no room for; an expiry at the market's close is its bare date."""
    times = [name for name in table.columns if isinstance(table[name].dtype, pd.DatetimeTZDtype)]
    plain = table.assign(**{str(name): table[name].dt.tz_localize(None) for name in times})
    if "expiry" in times:
        day = plain["expiry"].dt.normalize()
        plain["expiry"] = plain["expiry"].mask(is_close(table), day)
        is_text = is_bare_midnight(table)
        if is_text.any():
            plain["expiry"] = (
                plain["expiry"].astype(object).mask(is_text, day.astype(str) + " 00:00:00" + UTC)
            )
    return plain


def _number_format(name: str) -> str:
    """Return how a spreadsheet shows a column: percents, ratios with two decimals, money with cents, else as it comes."""
    if name in COLUMNS and COLUMNS[name].unit.startswith("fraction"):
        return "0.00%"
    if name in COLUMNS and COLUMNS[name].unit == "ratio":
        return "0.00"
    if name in COLUMNS and COLUMNS[name].unit.startswith("currency"):
        return "#,##0.00"
    return ""


def _only(result: Result) -> pd.DataFrame:
    return next(iter(tables_of(result).values()))


@contextmanager
def _needs(extra: str) -> Iterator[None]:
    """Turn a missing optional package into one line that says how to get it."""
    try:
        yield
    except ImportError as error:
        raise ReadError(
            f"this format needs a package that is not there. Fix: pip install 'optlab[{extra}]'."
        ) from error


WRITERS: Mapping[str, Callable[[Result, CsvStyle | None], bytes]] = {
    ".csv": _csv,
    ".json": _json,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
}
ONE_DOCUMENT = (".json", ".xlsx")
"""Formats that hold several tables in one file."""
