"""Delimited text: CSV with comma, semicolon, tab or bar, quoted or not, with or without lines before the header."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.errors import Problem, ReadError
from optlab.readers.tables import IsHeader, RawTable, build_table, skipped_notice

DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 60
"""Lines at the top of a file among which the header is looked for."""
_QUOTE_FIX = "close the quote, or double it inside the cell"
_EXCEL_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|FIELD!)")


class _Header(NamedTuple):
    delimiter: str
    cells: tuple[str, ...]
    start: int
    """The line, counted from 0, on which the data starts."""
    skipped: int
    """Lines with text before the header."""


def read_delimited(file: str, text: str, is_header: IsHeader) -> RawTable:
    """Split delimited text into a raw table.

    The header is the first line that `is_header` knows, else the first that holds anything. Blank lines and
    lines that start with # are skipped; empty cells beyond the header's width are dropped.
    """
    lines = io.StringIO(text, newline="").readlines()
    header = _find_header(file, lines, is_header)
    notices = skipped_notice(file, header.skipped)
    body = "".join(lines[header.start :])
    is_repeated = lines[header.start - 1].strip() in body
    cells = None if is_repeated else _fast_cells(body, len(header.cells), header.delimiter)
    if cells is not None:
        numbers = np.arange(len(cells), dtype="int64") + header.start + 1
        return RawTable(
            file, header.cells, cells, numbers, len(cells), notices=notices, delimiter=header.delimiter
        )
    problems: list[Problem] = []
    records = _records(file, lines, header, problems)
    return build_table(
        file, header.cells, records, problems=problems, notices=notices, delimiter=header.delimiter
    )


def _find_header(file: str, lines: list[str], is_header: IsHeader) -> _Header:
    top = lines[:HEADER_WITHIN]
    for delimiter in DELIMITERS:
        for skipped, (record, start) in enumerate(_top_records(top, delimiter)):
            names = _trim(record)
            if is_header(names):
                return _Header(delimiter, tuple(names), start, skipped)
    return _first_line(file, top)


def _first_line(file: str, top: list[str]) -> _Header:
    """Take the first line that holds anything, split by the delimiter it has most of."""
    first = next((line for line in top if line.strip() and not _is_comment(line)), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    delimiter = max(DELIMITERS, key=unquoted.count)
    for record, start in _top_records(top, delimiter):
        return _Header(delimiter, tuple(_trim(record)), start, 0)
    raise ReadError(f"{file}: holds no header line. Fix: name the columns in the first line.")


def _top_records(lines: list[str], delimiter: str) -> Iterator[tuple[list[str], int]]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for record in reader:
            if any(cell.strip() for cell in record) and not _is_comment(record[0]):
                yield [cell.strip() for cell in record], reader.line_num
    except csv.Error:
        return


def _is_comment(text: str) -> bool:
    return text.startswith("#") and not _EXCEL_ERROR.match(text)


def _trim(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _fast_cells(body: str, width: int, delimiter: str) -> pd.DataFrame | None:
    """Split a body without quotes, comments, blank or ragged lines at once; None if it is not that plain."""
    if (
        '"' in body
        or "\n#" in body
        or body[:1] == "#"
        or "\x00" in body
        or body.count("\r") != body.count("\r\n")
        or not body
    ):
        return None
    bytes_ = np.frombuffer(body.encode("utf-8"), dtype="uint8")
    ends = np.flatnonzero(bytes_ == 10)
    if not len(ends) or ends[-1] != len(bytes_) - 1:
        ends = np.append(ends, len(bytes_))
    per_line = np.diff(np.searchsorted(np.flatnonzero(bytes_ == ord(delimiter)), ends), prepend=0)
    shortest = width + 1 if "\r" in body else width
    if (per_line != width - 1).any() or (np.diff(ends, prepend=-1) <= shortest).any():
        return None
    return pd.read_csv(
        io.StringIO(body),
        sep=delimiter,
        header=None,
        dtype="str",
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        skip_blank_lines=False,
        index_col=False,
        engine="c",
    )


def _records(
    file: str, lines: list[str], header: _Header, problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    """Give every record with its first line; a quote that is never closed costs its own line only."""
    start = header.start
    has_comments = "source_file" not in header.cells  # our own exports have none, but perhaps a file #1.csv
    while start < len(lines):
        place, cells = start, None
        for place, cells in _until_error(lines, start, header.delimiter):
            if cells is None or not any(cell.strip() for cell in cells):
                continue
            if not (has_comments and _is_comment(cells[0])):
                yield place + 1, cells
        if cells is not None:
            return
        reason = "has a quote that is never closed"
        problems.append(Problem(file, place + 1, "", lines[place].rstrip(), reason, _QUOTE_FIX))
        start = place + 1


def _until_error(lines: list[str], start: int, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Give records with the place of their first line; the last one has no cells if it cannot be split."""
    reader = csv.reader(itertools.islice(lines, start, None), delimiter=delimiter)
    first = start
    try:
        for cells in reader:
            if start + reader.line_num >= len(lines) and _is_open(lines[first:], delimiter):
                yield first, None
                return
            yield first, cells
            first = start + reader.line_num
    except csv.Error:
        yield first, None


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Say whether the last record of a file ends inside a quote."""
    if not any('"' in line for line in lines):
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
