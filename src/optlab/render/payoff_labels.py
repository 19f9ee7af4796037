"""Where the texts of a payoff picture stand, in inches: broken at the edge, side by side, and none over another.

Widths are those that characters have on average, so that no font and no canvas is asked: the same input then gives
the same picture in every format.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in inches from the plot's lower left corner."""

WIDTH, LEFT, RIGHT = 9.0, 1.05, 0.3
PLOT_WIDTH = WIDTH - LEFT - RIGHT
PLOT, LINE, GAP = 3.7, 0.18, 0.12
"""Inches of a panel and its plot across, of the plot down, of a line of text and of a gap."""
TITLE_SIZE, FACT_SIZE, SIZE, SMALL = 13.0, 10.5, 9.0, 8.0
CHARACTER, BOLD, PROSE = 0.64, 0.7, 0.57
"""Width of a digit of DejaVu Sans, of a bold one, and of the average letter of prose, as parts of its size."""
LEG, TIE, LONGEST_LEG = " / ", "\xa0", 30
MOST_NAME_ROWS = 4
FACT_GAP = 0.35


def text_width(text: str, size: float, character: float = CHARACTER) -> float:
    """Return about how many inches a line takes; rather too much, so that what fits by this does fit."""
    return len(text) * size * character / 72


def wrapped(texts: Sequence[str], size: float, character: float = CHARACTER) -> list[str]:
    """Break lines at the plot's right edge, between legs rather than within one."""
    most = int(PLOT_WIDTH / text_width("x", size, character))
    tied = [LEG.join(_tied(part) for part in printable(text).split(LEG)) for text in texts]
    return [line.replace(TIE, " ") for text in tied for line in textwrap.wrap(text, most)]


def _tied(part: str) -> str:
    """Keep the words of a leg together; what is longer is prose."""
    return part.replace(" ", TIE) if len(part) <= LONGEST_LEG else part


def printable(text: str) -> str:
    """Put a space in the place of each character that can't be printed, which no SVG may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def fact_rows(facts: Sequence[tuple[str, str]]) -> list[list[tuple[float, str, str]]]:
    """Set key figures side by side, on a new row where the last is full: left edge in inches, label and value."""
    rows: list[list[tuple[float, str, str]]] = []
    left = math.inf
    for label, value in facts:
        wide = max(text_width(label, SMALL), text_width(value, FACT_SIZE, BOLD)) + FACT_GAP
        if left + wide > PLOT_WIDTH + FACT_GAP:
            rows, left = [*rows, []], 0.0
        rows[-1].append((left, label, value))
        left += wide
    return rows


@dataclass(frozen=True, slots=True)
class Name:
    """What stands above a vertical line: its place in inches from the plot's left edge, and its lines."""

    middle: float
    lines: tuple[str, ...]
    is_spot: bool = False


def place_names(names: Sequence[Name], width: float) -> list[tuple[Name, float, int]]:
    """Set names in rows above the plot so that none covers another.

    Parameters
    ----------
    names : sequence of Name
        The most wanted first.
    width : float
        Inches of the plot.

    Returns
    -------
    list of (Name, float, int)
        Name, the middle of its text in inches, and the row of its last line counted from the plot. A name that has
        no room in the rows there are is left out; its line is still drawn.
    """
    placed: list[tuple[Name, float, int]] = []
    taken: list[tuple[float, float, int]] = []
    for name in names:
        half = max(text_width(line, SMALL) for line in name.lines) / 2
        middle = min(max(name.middle, half), width - half)
        free = [
            row
            for row in range(MOST_NAME_ROWS - len(name.lines) + 1)
            if not any(
                row <= other < row + len(name.lines) and left < middle + half and right > middle - half
                for left, right, other in taken
            )
        ]
        if free:
            placed.append((name, middle, free[0]))
            taken += [(middle - half, middle + half, free[0] + line) for line in range(len(name.lines))]
    return placed


def place_label(point: tuple[float, float], width: float, points: Floats, boxes: Sequence[Box]) -> Box:
    """Choose where beside a point its label covers the least of the curves and no other label.

    Parameters
    ----------
    point : (float, float)
        The point in inches from the plot's lower left corner.
    width : float
        Inches of the label.
    points : ndarray, shape (points, 2)
        Points of the curves, in inches; NaN where there is none.
    boxes : sequence of Box
        Where labels stand already.

    Returns
    -------
    Box
        Where the label stands; of equally free places the one to the upper right comes first, and near before far.
    """
    candidates = []
    for reach, side, end in itertools.product((0.09, 0.3, 0.5), (1, -1), (1, -1)):
        left = point[0] + reach * side if side > 0 else point[0] + reach * side - width
        low = point[1] + reach if end > 0 else point[1] - reach - LINE
        candidates.append((left, low, left + width, low + LINE))
    return min(candidates, key=lambda box: _covered(box, points, boxes))


def _covered(box: Box, points: Floats, boxes: Sequence[Box]) -> int:
    """Count the points that a label would cover; another label or the plot's edge counts as very many."""
    left, low, right, high = box
    inside = (points >= (left, low)) & (points <= (right, high))
    count = int(inside.all(axis=1).sum())
    is_outside = left < 0 or low < 0 or right > PLOT_WIDTH or high > PLOT
    others = sum(
        left < other[2] and right > other[0] and low < other[3] and high > other[1] for other in boxes
    )
    return count + 10_000 * (is_outside + others)
