"""The profit of a package drawn in plain characters, which survive a pipe and any terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optlab.strategy.examples import SPOT, Example

Floats = NDArray[np.float64]
Grid = list[list[str]]

COLUMNS, ROWS = 51, 9
LABEL_WIDTH = 8
NARROWEST = 15.0
"""Half the range of spots, at least."""
BEYOND_STRIKES = 1.5
"""How much further than the outermost strike the picture goes."""
CURVE, ZERO, AXIS, TICK = "*", "-", "-", "|"


def points(example: Example) -> tuple[Floats, Floats]:
    """Return spots, and the profit at each at the nearest expiry, one for every column of the picture."""
    reach = max((abs(strike - SPOT) for strike in example.strikes), default=0.0)
    half = max(NARROWEST, BEYOND_STRIKES * reach + 5)
    spots = np.linspace(SPOT - half, SPOT + half, COLUMNS)
    return spots, example.profit(spots)


def draw(spots: Floats, profits: Floats, strikes: Sequence[float]) -> list[str]:
    """Draw profit against spot: nine rows with a line at zero, and the strikes below.

    Parameters
    ----------
    spots, profits : ndarray
        One point for each column, spots evenly spaced.
    strikes : sequence of float
        Where to set marks; low to high.

    Returns
    -------
    list of str
        Lines of at most 60 characters.
    """
    profits = np.where(np.abs(profits) < 1e-9, 0.0, profits)
    top, bottom = max(profits.max(), 0.0), min(profits.min(), 0.0)
    if top - bottom < 0.01:
        top, bottom = 0.01, -0.01
    rows = np.rint((top - profits) / (top - bottom) * (ROWS - 1)).astype(int)
    zero = round(top / (top - bottom) * (ROWS - 1))
    grid = [[" "] * len(spots) for _ in range(ROWS)]
    grid[zero] = [ZERO] * len(spots)
    _trace(grid, [int(row) for row in rows])
    labels = {0: f"{top:+.2f}", ROWS - 1: f"{bottom:+.2f}", zero: "0"}
    if not profits.any():
        labels = {zero: "0"}
    lines = [f"{labels.get(row, ''):>{LABEL_WIDTH - 2}} |{''.join(grid[row])}" for row in range(ROWS)]
    return [*(line.rstrip() for line in lines), *_axis(spots, strikes)]


def _trace(grid: Grid, rows: list[int]) -> None:
    """Set the curve, and join points of neighbouring columns that are rows apart."""
    before = rows[0]
    for column, row in enumerate(rows):
        step = 1 if row >= before else -1
        for between in range(before + step if before != row else row, row + step, step):
            grid[between][column] = CURVE
        before = row


def _axis(spots: Floats, strikes: Sequence[float]) -> list[str]:
    """Mark the strikes, or the spot where there are none, under the picture."""
    marks = strikes or (SPOT,)
    line = [AXIS] * len(spots)
    names = [" "] * (len(spots) + LABEL_WIDTH)
    free = 0
    for mark in marks:
        column = round((mark - spots[0]) / (spots[-1] - spots[0]) * (len(spots) - 1))
        line[column] = TICK
        name = f"{mark:g}"
        start = max(column + LABEL_WIDTH - len(name) // 2, 0)
        if start >= free:
            names[start : start + len(name)] = name
            free = start + len(name) + 1
    return [" " * (LABEL_WIDTH - 1) + "+" + "".join(line), "".join(names).rstrip()]
