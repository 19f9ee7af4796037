"""Positions and trades: files of any dialect become one book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from optlab.book import Book, FileReport
from optlab.errors import ReadError
from optlab.readers.canonical import parse_canonical
from optlab.readers.columns import LEG_ALIASES, POSITION_NEEDS, has_needs, is_canonical
from optlab.readers.contents import Content, raw_table
from optlab.readers.dates import DateOrder
from optlab.readers.files import Source
from optlab.readers.generic import Parsed, parse_generic
from optlab.readers.hkex import is_report
from optlab.readers.tables import RawTable

DialectName = Literal["auto", "generic", "canonical"]


class Dialect(NamedTuple):
    """A layout of files: the header it is known by, and its parser."""

    name: str
    accepts: Callable[[Sequence[str]], bool]
    parse: Callable[[RawTable, DateOrder | None], Parsed]


def _is_generic(header: Sequence[str]) -> bool:
    return has_needs(header, LEG_ALIASES, POSITION_NEEDS)


DIALECTS: tuple[Dialect, ...] = (
    Dialect("canonical", is_canonical, parse_canonical),
    Dialect("generic", _is_generic, parse_generic),
)
"""Every dialect, the most particular first; the last one takes what no other knows, and says what it lacks."""


def read(
    source: Source | Sequence[Source], *, dialect: DialectName = "auto", date_order: DateOrder | None = None
) -> Book:
    """Read positions or trades.

    Parameters
    ----------
    source : path or list of paths
        CSV, TSV, JSON, Parquet or XLSX, also gzipped; ``-`` is standard input.
    dialect : {"auto", "generic", "canonical"}
        The files' layout; found from the header by default.
    date_order : {"mdy", "dmy"}, optional
        What 11/02/2026 means, where no date of the column proves it.

    Returns
    -------
    Book
        Its `legs`, and in `files` what became of every row; rows that cannot be read are in its `problems`.

    Raises
    ------
    ReadError
        For a file that cannot be read at all.
    """
    if date_order not in (None, "mdy", "dmy"):
        raise ReadError(f"date order {date_order!r} is not known. Fix: write mdy or dmy.")
    sources = [source] if isinstance(source, (str, bytes)) or not isinstance(source, Sequence) else source
    parts = [_read_file(one, dialect, date_order) for one in sources]
    if not parts:
        raise ReadError("no file is named. Fix: name at least one.")
    tables = [legs for legs, _, _ in parts if len(legs)]
    legs = pd.concat(tables, ignore_index=True) if tables else parts[0][0]
    notices = dict.fromkeys(notice for _, _, found in parts for notice in found)
    return Book(legs, tuple(report for _, report, _ in parts), tuple(notices))


def _read_file(
    source: Source, name: DialectName, order: DateOrder | None
) -> tuple[pd.DataFrame, FileReport, tuple[str, ...]]:
    found = Content(source)
    if is_report(found.text):
        raise ReadError(f"{found.file}: is a market report. Fix: pass it with -m.")
    table = raw_table(found, lambda header: any(one.accepts(header) for one in DIALECTS))
    chosen = _choose(name, table)
    parsed = chosen.parse(table, order)
    report = FileReport(
        file=table.file,
        dialect=chosen.name,
        rows=table.rows,
        imported=len(parsed.legs),
        ignored=dict(parsed.ignored),
        problems=parsed.problems,
        broken_groups=parsed.broken_groups,
    )
    return parsed.legs, report, (*found.notices, *parsed.notices)


def _choose(name: DialectName, table: RawTable) -> Dialect:
    named = {one.name: one for one in DIALECTS}
    if name != "auto":
        if name not in named:
            raise ReadError(f"dialect {name!r} is not known. Fix: write one of auto, {', '.join(named)}.")
        return named[name]
    return next((one for one in DIALECTS if one.accepts(table.header)), DIALECTS[-1])
