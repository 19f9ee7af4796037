"""A table of amounts as a heat map: gains and losses shaded by their size, and plain numbers without colour."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAP = 1
"""Spaces between columns, shaded with the number on their right."""
DIGITS = 3
"""Significant digits of the largest amount; the others have as many decimals."""
MOST_DECIMALS = 8

GAINS = (194, 157, 120, 77, 34)
LOSSES = (224, 217, 210, 203, 160)
"""Shades of green and red in the palette of 256 colours, faint to strong."""
BLACK, WHITE, WHITE_FROM = 16, 231, 5
"""The colour of the numbers: white on the strongest shade."""
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def heat_map(
    values: Floats,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    *,
    width: int,
    colour: bool,
    corner: str = "",
    mark: tuple[int, int] | None = None,
) -> list[str]:
    """Draw amounts in rows and columns, each with its sign, on a shade that grows with its size.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        Amounts; NaN is an empty cell.
    row_labels, column_labels : sequence of str
        What stands before each row and above each column.
    width : int
        The window's width in characters. Columns that have no room are dropped evenly, never the first, the last or
        the marked one, and a last line counts those that are shown.
    colour : bool
        Whether to shade: green for gains, red for losses, five steps up to the largest amount.
    corner : str
        What stands above the row labels.
    mark : (int, int), optional
        Row and column of the cell to set in brackets, which is where the market is now.

    Returns
    -------
    list of str
        A line of column labels, then one for each row. No line is wider than `width` as long as one column fits.
    """
    texts = _texts(values)
    if mark is not None:
        texts[mark[0]][mark[1]] = f"[{texts[mark[0]][mark[1]].strip()}]"
    first = max(map(len, [corner, *row_labels]))
    cell = max(map(len, [*column_labels, *(text for row in texts for text in row)]), default=0) + GAP
    room = max((width - first) // cell, 1)
    kept = kept_columns(len(column_labels), room, None if mark is None else mark[1])
    shades = _shades(values) if colour else np.zeros(values.shape, dtype=np.int64)
    lines = [f"{corner:>{first}}" + "".join(f"{column_labels[column]:>{cell}}" for column in kept)]
    for row, label in enumerate(row_labels):
        cells = (
            _shaded(
                f"{texts[row][column]:>{cell}}",
                int(shades[row, column]),
                is_marked=colour and mark == (row, column),
            )
            for column in kept
        )
        lines.append(f"{label:>{first}}" + "".join(cells))
    return [
        *(line.rstrip() for line in lines),
        *_dropped(len(column_labels) - len(kept), len(column_labels), width),
    ]


def kept_columns(count: int, room: int, marked: int | None = None) -> list[int]:
    """Choose which of many columns are shown: the first, the last, the marked one, and others evenly between.

    Parameters
    ----------
    count : int
        How many columns there are.
    room : int
        How many may be shown. With room for one it is the marked column, else the first; with room for two it is
        the marked and the last.
    marked : int, optional
        A column that is always shown.

    Returns
    -------
    list of int
        Columns in their order; all when there is room.
    """
    if room >= count:
        return list(range(count))
    marked = 0 if marked is None else marked
    if room == 1:
        return [marked]
    is_inside = 0 < marked < count - 1
    if room == 2:
        return [marked, count - 1] if is_inside else [0, count - 1]
    if not is_inside:
        return _evenly(0, count - 1, room)
    before = min(max(round((room - 1) * marked / (count - 1)), 1), room - 2)
    before = min(max(before, room - 1 - (count - 1 - marked)), marked)
    return [*_evenly(0, marked, before + 1), *_evenly(marked, count - 1, room - before)[1:]]


def _evenly(first: int, last: int, count: int) -> list[int]:
    return [round(place) for place in np.linspace(first, last, count)]


def _texts(values: Floats) -> list[list[str]]:
    """Write amounts with sign, thousands separators, and as many decimals as the largest needs for three digits."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    decimals = 0 if largest == 0 else min(max(DIGITS - 1 - math.floor(math.log10(largest)), 0), MOST_DECIMALS)
    return [[_text(float(value), decimals) for value in row] for row in values]


def _text(value: float, decimals: int) -> str:
    if math.isnan(value):
        return ""
    text = f"{value:+,.{decimals}f}"
    return text if text.strip("+-0.,") else "0"


def _shades(values: Floats) -> NDArray[np.int64]:
    """Return the step of each amount, 1 to 5 for a gain and -1 to -5 for a loss, 0 for nothing and for NaN."""
    sizes = np.abs(np.nan_to_num(values, posinf=0.0, neginf=0.0))
    largest = max(float(sizes.max(initial=0.0)), np.finfo(np.float64).tiny)
    steps = np.ceil(sizes / largest * len(GAINS))
    return (np.sign(np.nan_to_num(values)) * np.where(np.isinf(values), len(GAINS), steps)).astype(np.int64)


def _shaded(text: str, step: int, *, is_marked: bool) -> str:
    """Set a cell on its shade; a marked one is bold."""
    codes = BOLD if is_marked else ""
    if step:
        shade = (GAINS if step > 0 else LOSSES)[abs(step) - 1]
        codes += f"\x1b[38;5;{WHITE if -step >= WHITE_FROM else BLACK};48;5;{shade}m"
    return f"{codes}{text}{PLAIN}" if codes else text


def _dropped(dropped: int, count: int, width: int) -> list[str]:
    """Say how many columns have no room."""
    if not dropped:
        return []
    return textwrap.wrap(
        f"{count - dropped} of {count} columns are shown; a wider window shows more.", max(width, 20)
    )
