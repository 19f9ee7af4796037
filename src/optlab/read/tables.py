"""From a file's content to a raw table: the header, text cells, and the line of each row.

Whatever the format, cells become text (numbers in full, times in ISO form), so that one way of parsing serves
all. A line is the line of the text; in a workbook the row; in JSON and Parquet the record, counted from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from optlab.errors import Problem
from optlab.read.cells import Decimal, proven_decimal

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
    file: str, header: Sequence[str], records: Sequence[Sequence[str]], lines: Sequence[int]
) -> RawTable:
    """Make a raw table of records that fit the header."""
    columns = list(zip(*records, strict=True)) if records else [() for _ in header]
    cells = pd.DataFrame({place: pd.Series(column, dtype="str") for place, column in enumerate(columns)})
    return RawTable(file, tuple(header), cells, np.asarray(lines, dtype="int64"), len(records))
