"""The profit of a strategy or a book drawn on a terminal: in fine dots of braille, or in plain characters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optlab.render.payoff_axes import LEAST, MoneyAxis, SpotAxis, money_axis

Floats = NDArray[np.float64]
Dots = NDArray[np.bool_]
Curve = tuple[str, Floats, Floats]
"""A name, spots from low to high, and the profit at each."""
Cell = tuple[str, str]
"""The colour code of a character, and the character."""

ROWS, FEWEST_ROWS, NARROWEST = 14, 5, 40
SAMPLES = 8
"""Points looked at for each column of dots, so that a peak between two columns is seen."""
GREEN, RED, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"
OTHERS = ("\x1b[36m", "\x1b[35m", "\x1b[33m")
"""Colours of the second and further curves."""
SPACING = (3, 5, 7)
"""Of the second and further curves one dot in so many is drawn."""
STRIKE, BREAKEVEN, SPOT = "|", "o", "^"
BRAILLE = 0x2800
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on the axis of spots.

    Parameters
    ----------
    strikes : sequence of float
        Strikes of the legs, in any order; one that is there twice is marked once.
    breakevens : sequence of float
        Spots at which the main curve changes sides.
    spot : float
        Spot now; NaN for none.
    """

    strikes: Sequence[float] = ()
    breakevens: Sequence[float] = ()
    spot: float = math.nan


@dataclass(frozen=True, slots=True)
class Pens:
    """The characters of a picture, with none to fill gains where that would not be clear, and a cell's dots."""

    zero: str
    wall: str
    corner: str
    gain: str
    across: int
    down: int
    samples: tuple[str, ...]


FINE = Pens("─", "│", "└", "░", 2, 4, ("⠒⠒⠒", "⠂⠐⠂", "⠂ ⠂", "⠄ ⠄"))
ASCII = Pens("-", "|", "+", "", 1, 1, ("***", "...", ". .", ".  "))


def chart(
    curves: Sequence[Curve],
    *,
    marks: Marks | None = None,
    width: int = 80,
    height: int = ROWS,
    colour: bool = False,
    ascii_only: bool = False,
) -> list[str]:
    """Draw profit against spot, and mark the strikes, the breakevens and spot now below.

    Parameters
    ----------
    curves : sequence of (str, ndarray, ndarray)
        Name, spots and profits. The first is the main one: its spots are the picture's, its profit side is lightly
        filled; further ones are dotted. A profit that is NaN leaves a gap.
    marks : Marks, optional
        Strikes, breakevens and spot; those outside the picture are counted in the legend.
    width : int
        The window's width in characters; below 40 it is taken as 40.
    height : int
        The most rows of the picture itself; below 5 it is taken as 5.
    colour : bool
        Whether to colour the main curve green where it gains and red where it loses, and others each their own.
    ascii_only : bool
        Draw with ``*``, ``.`` and ``-`` where dots of braille would not survive.

    Returns
    -------
    list of str
        Lines of at most `width` characters; escape codes only with `colour`.
    """
    marks, pens = marks or Marks(), ASCII if ascii_only else FINE
    width = max(width, NARROWEST)
    curves = [(name, at, np.where(np.abs(profits) < LEAST, 0.0, profits)) for name, at, profits in curves]
    money = money_axis([profits for _, _, profits in curves], max(height, FEWEST_ROWS))
    spots = SpotAxis.over(curves[0][1], width - money.width - 2)
    cells = _cells(curves, money, spots, pens)
    for breakeven in filter(spots.holds, marks.breakevens):
        cells[money.zero_row][spots.column(breakeven)] = ("", BREAKEVEN)
    lines = [
        f"{money.labels.get(row, ''):>{money.width}} {pens.wall}{_joined(line, colour=colour)}"
        for row, line in enumerate(cells)
    ]
    lines += _below(marks, spots, pens, money.width + 2)
    items = [*_curve_items(curves, pens, width, colour=colour), *_mark_items(marks, spots)]
    return [*(line.rstrip() for line in lines), *_legend(items, width)]


# --- the picture -------------------------------------------------------------------------------------------


def _cells(curves: Sequence[Curve], money: MoneyAxis, spots: SpotAxis, pens: Pens) -> list[list[Cell]]:
    """Return the picture's characters: curves over the fill over the zero line, the main curve on top."""
    layers = [
        _blocks(_path(curve, money, spots, pens)[:: _spacing(place, pens)], money, spots, pens)
        for place, curve in enumerate(curves)
    ]
    cells = [[("", pens.zero if row == money.zero_row else " ")] * spots.columns for row in range(money.rows)]
    sides = _sides(curves[0], money, spots)
    if pens.gain:
        _fill(cells, layers[0], money.zero_row, pens)
    together = np.logical_or.reduce(layers)
    for place in reversed(range(len(layers))):
        for row, column in zip(*np.nonzero(layers[place].any(axis=(2, 3))), strict=True):
            code = sides[row][column] if place == 0 else OTHERS[(place - 1) % len(OTHERS)]
            cells[row][column] = (code, _glyph(together[row, column], place, pens))
    return cells


def _spacing(place: int, pens: Pens) -> int:
    """Say which dots of a curve are drawn: all of the main one's, and all where a cell is one dot."""
    return 1 if place == 0 or pens.across == 1 else SPACING[(place - 1) % len(SPACING)]


def _path(curve: Curve, money: MoneyAxis, spots: SpotAxis, pens: Pens) -> list[tuple[int, int]]:
    """Return the dots of a curve from left to right, joined where it is steep, with gaps where it is NaN."""
    _, at, profits = curve
    fine = np.linspace(spots.low, spots.high, spots.columns * pens.across * SAMPLES)
    known = np.where(np.isfinite(profits), profits, np.nan)
    path: list[tuple[int, int]] = []
    before: int | None = None
    for place, profit in enumerate(np.interp(fine, at, known, left=np.nan, right=np.nan)):
        row = None if np.isnan(profit) else money.dot_row(float(profit), pens.down)
        path += [(between, place // SAMPLES) for between in _joining(before, row)]
        before = row
    return list(dict.fromkeys(path))


def _joining(before: int | None, row: int | None) -> range:
    """Return the rows from the one after `before` to `row`, or `row` alone where nothing was or nothing changed."""
    if row is None:
        return range(0)
    if before is None or before == row:
        return range(row, row + 1)
    step = 1 if row > before else -1
    return range(before + step, row + step, step)


def _blocks(path: Sequence[tuple[int, int]], money: MoneyAxis, spots: SpotAxis, pens: Pens) -> Dots:
    """Return which dots are set, by cell: shape (rows, columns, dots down, dots across)."""
    dots = np.zeros((money.rows * pens.down, spots.columns * pens.across), dtype=np.bool_)
    for row, column in path:
        dots[row, column] = True
    return dots.reshape(money.rows, pens.down, spots.columns, pens.across).transpose(0, 2, 1, 3)


def _glyph(block: Dots, place: int, pens: Pens) -> str:
    """Return the character of a cell's dots."""
    return (
        pens.samples[place % len(pens.samples)][0]
        if pens.down == 1
        else chr(BRAILLE + int((BITS * block).sum()))
    )


def _fill(cells: list[list[Cell]], main: Dots, zero_row: int, pens: Pens) -> None:
    """Fill the cells between zero's line and the main curve where it gains."""
    for column in range(main.shape[1]):
        drawn = np.flatnonzero(main[:, column].any(axis=(1, 2)))
        lowest = int(drawn[-1]) if len(drawn) else zero_row
        for row in range(lowest + 1, zero_row):
            cells[row][column] = (GREEN, pens.gain)


def _sides(main: Curve, money: MoneyAxis, spots: SpotAxis) -> list[list[str]]:
    """Return the colour code of each cell of the main curve; on zero's row its own sign decides."""
    _, at, profits = main
    middles = spots.low + (np.arange(spots.columns) + 0.5) * (spots.high - spots.low) / spots.columns
    signs = np.nan_to_num(np.interp(middles, at, profits))
    on_zero = [GREEN if sign > 0 else RED if sign < 0 else "" for sign in signs]
    above, below = [GREEN] * spots.columns, [RED] * spots.columns
    return [above] * money.zero_row + [on_zero] + [below] * (money.rows - money.zero_row - 1)


def _joined(line: Sequence[Cell], *, colour: bool) -> str:
    """Write a row of cells, with one code for each run of a colour."""
    runs = (
        (code if colour else "", "".join(text for _, text in run))
        for code, run in itertools.groupby(line, key=lambda cell: cell[0])
    )
    return "".join(f"{code}{text}{PLAIN}" if code else text for code, text in runs)


# --- below the picture -------------------------------------------------------------------------------------


def _below(marks: Marks, spots: SpotAxis, pens: Pens, margin: int) -> list[str]:
    """Draw the axis with a tick at each strike, then breakevens and spot, then the strikes' names."""
    strikes = sorted({strike for strike in marks.strikes if spots.holds(strike)})
    axis = [pens.zero] * spots.columns
    for strike in strikes:
        axis[spots.column(strike)] = STRIKE
    line = f"{' ' * (margin - 1)}{pens.corner}{''.join(axis)}"
    return [line, _breakevens_and_spot(marks, spots, margin), _names(strikes, spots, margin)]


def _breakevens_and_spot(marks: Marks, spots: SpotAxis, margin: int) -> str:
    """Set the signs of the breakevens and of spot, and beside each its number where there is room; spot first."""
    row = [" "] * (margin + spots.columns)
    found = [(at, sign) for at, sign in _signs(marks) if spots.holds(at)]
    for at, sign in reversed(found):
        row[margin + spots.column(at)] = sign
    for at, _ in found:
        place, text = margin + spots.column(at), spots.text(at)
        if _is_free(row, place + 1, place + len(text) + 2):
            row[place + 1 : place + 1 + len(text)] = text
        elif _is_free(row, place - len(text) - 1, place):
            row[place - len(text) : place] = text
    return "".join(row)


def _signs(marks: Marks) -> Iterator[tuple[float, str]]:
    yield marks.spot, SPOT
    yield from ((breakeven, BREAKEVEN) for breakeven in sorted(marks.breakevens))


def _names(strikes: Sequence[float], spots: SpotAxis, margin: int) -> str:
    """Write each strike under its tick where there is room, and the ends of the axis where there is still some."""
    row = [" "] * (margin + spots.columns)
    labels = [(margin + spots.column(strike), f"{strike:,.10g}") for strike in strikes]
    labels += [(margin, spots.text(spots.low)), (len(row) - 1, spots.text(spots.high))]
    for place, text in labels:
        start = min(max(place - len(text) // 2, 0), len(row) - len(text))
        if _is_free(row, start - 1, start + len(text) + 1):
            row[start : start + len(text)] = text
    return "".join(row)


def _is_free(row: Sequence[str], start: int, end: int) -> bool:
    """Say whether nothing stands at these places; one place beyond either edge is free too."""
    return start >= -1 and end <= len(row) + 1 and not "".join(row[max(start, 0) : end]).strip()


def _curve_items(
    curves: Sequence[Curve], pens: Pens, width: int, *, colour: bool
) -> Iterator[tuple[int, str]]:
    """Yield the legend of the curves, and of the fill: how wide, and what."""
    for place, (name, _, _) in enumerate(curves):
        sample = pens.samples[place % len(pens.samples)]
        cells = (
            [(OTHERS[(place - 1) % len(OTHERS)], sample)]
            if place
            else [(GREEN, sample[:2]), (RED, sample[2:])]
        )
        room = width - len(sample) - 1
        short = name if len(name) <= room else f"{name[: room - 3]}..."
        yield len(sample) + 1 + len(short), f"{_joined(cells, colour=colour)} {short}"
    if pens.gain:
        yield len(f"{pens.gain} profit"), f"{_joined([(GREEN, pens.gain)], colour=colour)} profit"


def _mark_items(marks: Marks, spots: SpotAxis) -> Iterator[tuple[int, str]]:
    """Yield the legend of the signs that are used, with spot's number and how many are outside the picture."""
    spot = [] if math.isnan(marks.spot) else [marks.spot]
    names = (
        (STRIKE, "strike", marks.strikes),
        (BREAKEVEN, "breakeven", marks.breakevens),
        (SPOT, f"spot {spots.text(marks.spot)}" if spot else "", spot),
    )
    for sign, name, places in names:
        outside = sum(not spots.holds(place) for place in set(places))
        text = f"{sign} {name}" + (f" ({outside} outside)" if outside else "")
        if places:
            yield len(text), text


def _legend(items: Sequence[tuple[int, str]], width: int) -> list[str]:
    """Set items side by side, three spaces apart, over as many lines as they need."""
    lines, used = [""], 0
    for length, text in items:
        if used and used + 3 + length > width:
            lines, used = [*lines, ""], 0
        lines[-1] += (" " * 3 if used else "") + text
        used += length + (3 if used else 0)
    return [line.rstrip() for line in lines]
