"""From a file's content to a raw table: the header, text cells, and the line of each row.

Whatever the format, cells become text (numbers in full, times in ISO form), so that one way of parsing serves
all. A line is the line of the text; in a workbook the row; in JSON and Parquet the record, counted from 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from optlab.errors import Problem
from optlab.readers.cells import Decimal, proven_decimal

_CHUNK = 20_000
_RAGGED_FIX = "write one cell per column, and quote a cell that holds the delimiter"

IsHeader = Callable[[Sequence[str]], bool]
"""Says whether a line of cells is a header that the reader knows."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """A file's rows before anything is understood.

    Parameters
    ----------
    file : str
        The file as it was named.
    header : tuple of str
        The column names as the file spells them.
    cells : DataFrame
        Text, one column per name of the header, numbered from 0.
    lines : array of int
        The line of each row.
    rows : int
        Data rows in the file, with those that are in `problems` or `ignored`.
    problems : tuple of Problem
        Rows that do not fit the header.
    ignored : mapping of str to int
        Rows that are no data, by class.
    notices : tuple of str
        What had to be assumed.
    delimiter : str
        What separates the cells; empty where the format itself does.
    """

    file: str
    header: tuple[str, ...]
    cells: pd.DataFrame
    lines: np.ndarray
    rows: int
    problems: tuple[Problem, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    delimiter: str = ""

    def decimal(self, positions: Sequence[int]) -> Decimal:
        """Find the decimal sign of a semicolon or tab file from the cells of its number columns."""
        if self.delimiter not in (";", "\t"):
            return "."
        proven: set[str] = set()
        for position in positions:
            proven |= proven_decimal(self.cells[position].unique().tolist())
        if len(proven) == 1:
            return "," if proven == {","} else "."
        if self.delimiter == "\t":
            return "."
        return "," if proven else "?"


def build_table(
    file: str,
    header: Sequence[str],
    records: Iterable[tuple[int, Sequence[str]]],
    *,
    problems: list[Problem] | None = None,
    notices: tuple[str, ...] = (),
    delimiter: str = "",
) -> RawTable:
    """Make a raw table of numbered records: those that do not fit the header become problems.

    Empty cells beyond the header's width are dropped, and so are repetitions of the header.
    `problems` may grow while the records are drawn.
    """
    names = list(header)
    found = problems if problems is not None else []
    chunks = [_no_cells(len(names))]
    numbers: list[int] = []
    repeated = 0
    numbered = iter(records)
    while chunk := list(itertools.islice(numbered, _CHUNK)):
        fitting: list[Sequence[str]] = []
        for line, cells in chunk:
            kept = cells if len(cells) == len(names) else _fit(cells, len(names))
            if len(kept) != len(names):
                found.append(_ragged(file, line, cells, len(names), delimiter or ","))
            elif kept[0].strip() == names[0] and [cell.strip() for cell in kept] == names:
                repeated += 1
            else:
                fitting.append(kept)
                numbers.append(line)
        columns = enumerate(zip(*fitting, strict=True)) if fitting else ()
        chunks.append(pd.DataFrame({place: pd.Series(column, dtype="str") for place, column in columns}))
    return RawTable(
        file,
        tuple(names),
        pd.concat([chunk for chunk in chunks if len(chunk)] or chunks[:1], ignore_index=True),
        np.array(numbers, dtype="int64"),
        len(numbers) + len(found) + repeated,
        tuple(sorted(found)),
        {"repeated header": repeated} if repeated else {},
        notices,
        delimiter,
    )


def skipped_notice(file: str, count: int) -> tuple[str, ...]:
    """Say how many lines stand before the header, if any."""
    if not count:
        return ()
    lines = "1 line before the header was" if count == 1 else f"{count} lines before the header were"
    return (f"{file}: {lines} skipped.",)


def _no_cells(width: int) -> pd.DataFrame:
    return pd.DataFrame({place: pd.Series([], dtype="str") for place in range(width)})


def _fit(cells: Sequence[str], width: int) -> Sequence[str]:
    return cells[:width] if len(cells) > width and not any(map(str.strip, cells[width:])) else cells


def _ragged(file: str, line: int, cells: Sequence[str], width: int, delimiter: str) -> Problem:
    reason = f"has {len(cells)} cells where the header has {width}"
    return Problem(file, line, "", delimiter.join(cells), reason, _RAGGED_FIX)
