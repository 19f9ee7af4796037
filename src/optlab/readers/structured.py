"""JSON, JSON lines, Parquet and XLSX as raw tables. A missing optional package is an error that names it."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from optlab.errors import ReadError
from optlab.readers.tables import IsHeader, RawTable, build_table, skipped_notice

_CODE = re.compile("_x([0-9A-Fa-f]{4})_")
_LIST_NAMES = ("legs", "positions", "trades", "quotes", "rows", "data")


def read_json(file: str, text: str) -> RawTable:
    """Read a list of objects, an object that holds such a list, or one object per line.

    The line of a row is the object's number, counted from 1; in JSON lines it is the line.
    """
    numbered = _json_objects(file, text)
    names = list(dict.fromkeys(name for _, row in numbered for name in row))
    if not names:
        raise ReadError(f"{file}: holds no objects with names. Fix: write a list such as [{{...}}, {{...}}].")
    return build_table(
        file, names, [(line, [_cell(row.get(name)) for name in names]) for line, row in numbered]
    )


def _json_objects(file: str, text: str) -> list[tuple[int, Mapping[str, Any]]]:
    try:
        found = list(enumerate(_list_of(_loads(text)), start=1))
    except json.JSONDecodeError as error:
        found = _json_lines(file, text, error)
    except RecursionError:
        raise ReadError(f"{file}: is JSON nested too deep. Fix: write a list of flat objects.") from None
    for line, row in found:
        if not isinstance(row, dict):
            raise ReadError(
                f"{file}:{line}: is {_cell(row)!r:.60}, not an object. Fix: write {{...}} for a row."
            )
    return found


def _loads(text: str) -> Any:  # noqa: ANN401  (JSON holds anything)
    """Load JSON with its numbers as the text they are."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _list_of(loaded: Any) -> list[Any]:  # noqa: ANN401
    if isinstance(loaded, dict):
        named = {str(name).casefold(): value for name, value in loaded.items()}
        for name in _LIST_NAMES:
            if isinstance(named.get(name), list):
                return list(named[name])
        return [loaded]
    return list(loaded) if isinstance(loaded, list) else [loaded]


def _json_lines(file: str, text: str, whole: json.JSONDecodeError) -> list[tuple[int, Any]]:
    try:
        rows = [(place, _loads(line)) for place, line in enumerate(text.split("\n"), 1) if line.strip()]
    except (json.JSONDecodeError, RecursionError):
        raise ReadError(
            f"{file}:{whole.lineno}: is not JSON ({whole.msg} at column {whole.colno}). "
            "Fix: export it again, or save it as CSV."
        ) from None
    return rows


def read_parquet(file: str, data: bytes) -> RawTable:
    """Read a Parquet file; the line of a row is its number, counted from 1."""
    try:
        import pyarrow as pa  # noqa: PLC0415  (optional and slow to import)
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise _missing(file, "Parquet", "pyarrow", "parquet") from None
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ReadError(f"{file}: is not a readable Parquet file ({reason}). Fix: write it again.") from None
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return build_table(file, table.column_names, enumerate(zip(*columns, strict=True), start=1))


def read_xlsx(file: str, data: bytes, is_header: IsHeader) -> RawTable:
    """Read the first sheet of a workbook that has a header the reader knows; the line is the row."""
    try:
        import openpyxl  # noqa: PLC0415  (optional and slow to import)
    except ImportError:
        raise _missing(file, "XLSX", "openpyxl", "excel") from None
    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = {sheet.title: _rows(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    except Exception as error:  # noqa: BLE001  (openpyxl raises whatever a damaged archive provokes)
        raise ReadError(
            f"{file}: is not a readable workbook ({type(error).__name__}). Fix: save it again as XLSX or CSV."
        ) from None
    return _first_sheet(file, sheets, is_header)


def _rows(rows: Iterable[Sequence[object]]) -> list[tuple[int, list[str]]]:
    numbered = ((line, [_workbook_cell(value) for value in row]) for line, row in enumerate(rows, start=1))
    return [(line, cells) for line, cells in numbered if any(cell.strip() for cell in cells)]


def _workbook_cell(value: object) -> str:
    """Turn a cell into text; what XML can't hold stands in a workbook as its code, a carriage return as _x000D_."""
    return _CODE.sub(lambda code: chr(int(code[1], 16)), _cell(value))


def _first_sheet(
    file: str, sheets: Mapping[str, list[tuple[int, list[str]]]], is_header: IsHeader
) -> RawTable:
    for title, rows in sheets.items():
        for place, (_, cells) in enumerate(rows[:60]):
            if is_header(cells):
                return _sheet_table(file, title, rows[place:], place, len(sheets))
    for title, rows in sheets.items():
        if rows:
            return _sheet_table(file, title, rows, 0, len(sheets))
    raise ReadError(f"{file}: has no sheet with cells in it. Fix: put the rows on the first sheet.")


def _sheet_table(
    file: str, title: str, rows: list[tuple[int, list[str]]], skipped: int, sheets: int
) -> RawTable:
    header = rows[0][1]
    width = max(place for place, name in enumerate(header, start=1) if name.strip())
    records = [(line, cells + [""] * (width - len(cells))) for line, cells in rows[1:]]
    chosen = (f"{file}: of {sheets} sheets the sheet {title!r} was read.",) if sheets > 1 else ()
    return build_table(file, header[:width], records, notices=(*chosen, *skipped_notice(file, skipped)))


def _missing(file: str, what: str, package: str, extra: str) -> ReadError:
    return ReadError(f"{file}: reading {what} needs {package}. Fix: pip install 'optlab[{extra}]'.")


def _cell(value: object) -> str:
    """Turn a typed cell into text that loses nothing."""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (str, str),
    (type(None), lambda _: ""),
    (bool, lambda value: "true" if value else "false"),
    (
        (float, np.floating),
        lambda value: "" if np.isnan(value) else _number(value) if np.isfinite(value) else str(value),
    ),
    (dt.datetime, lambda value: value.isoformat(sep=" ")),
    (dt.date, lambda value: value.isoformat()),
    ((dict, list), lambda value: json.dumps(value, ensure_ascii=False)),
)
