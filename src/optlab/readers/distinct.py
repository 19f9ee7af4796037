"""Columns of text cells: each distinct cell is parsed once, and its value or fault goes to all its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from optlab.readers.cells import CellError


class Fault(NamedTuple):
    """Rows whose cells cannot be read, for one reason."""

    rows: np.ndarray
    reason: str
    fix: str


class Parsed(NamedTuple):
    """The values of a column's distinct cells, which of them each row has, and the faults."""

    codes: np.ndarray
    distinct: list[Any]
    faults: list[Fault]

    def spread(self, dtype: Any) -> np.ndarray:  # noqa: ANN401  (whatever numpy calls a dtype)
        """Return one value per row."""
        return np.array(self.distinct, dtype=dtype)[self.codes]


def parse_distinct(cells: pd.Series, parse: Callable[[str], Any], missing: object) -> Parsed:
    """Parse each distinct cell once; a cell that fails has the value `missing` and is listed with its rows."""
    codes, distinct = pd.factorize(cells)
    values: list[Any] = []
    failed: list[tuple[int, CellError]] = []
    for code, cell in enumerate(distinct.tolist()):
        try:
            values.append(parse(cell))
        except CellError as error:
            values.append(missing)
            failed.append((code, error))
    return Parsed(codes, values, _faults(codes, failed))


def _faults(codes: np.ndarray, failed: list[tuple[int, CellError]]) -> list[Fault]:
    if not failed:
        return []
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], [code for code, _ in failed], side="left")
    ends = np.searchsorted(codes[order], [code for code, _ in failed], side="right")
    return [
        Fault(order[start:end], error.reason, error.fix)
        for start, end, (_, error) in zip(starts, ends, failed, strict=True)
    ]


def combine(*columns: np.ndarray | pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Give a number to each distinct combination of several columns; return also the first place of each.

    >>> combine(np.array(["a", "b", "a"]), np.array([1, 1, 1]))
    (array([0, 1, 0]), array([0, 1]))
    """
    codes = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        more, distinct = pd.factorize(column, use_na_sentinel=False)
        codes, _ = pd.factorize(codes * (len(distinct) + 1) + more)
    _, first = np.unique(codes, return_index=True)
    return codes, first


def map_distinct(values: np.ndarray, read: Callable[[str], Any], dtype: Any) -> np.ndarray:  # noqa: ANN401
    """Apply a function to each distinct text."""
    codes, distinct = pd.factorize(values)
    return np.array([read(value) for value in distinct], dtype=dtype)[codes]
