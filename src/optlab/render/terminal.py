"""Tables on a terminal: numbers to the right, signs that read without colour, nothing wider than the window."""

from __future__ import annotations

import io
import textwrap
from typing import Literal

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optlab.render import tables

GAP = 2
LEGS_PER_LINE = 2
WRAPPED = "meaning"
"""The one column of prose: it takes the room that is left, over several lines."""
NARROWEST_PROSE = 24
COLOURS = {"bullish": "green", "bearish": "red"}


def draw(
    table: pd.DataFrame, *, width: int, colour: bool = False, totals: pd.DataFrame | None = None
) -> tuple[str, list[str]]:
    """Draw a table no wider than the window.

    Parameters
    ----------
    table : DataFrame
        What `tables.view` chose, the most wanted columns first.
    width : int
        The window's width in characters.
    colour : bool
        Whether to colour signs and directions.
    totals : DataFrame, optional
        Rows to set under a line; same columns.

    Returns
    -------
    tuple of str and list of str
        The drawing, and the columns that had no room.
    """
    rows = table if totals is None else pd.concat([table, _like(table, totals)])
    written = {name: _folded(name, texts) for name, texts in tables.texts(rows).items()}
    written = _wrapped(written, width)
    kept = _fitting(written, width)
    drawing = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1), show_edge=False)
    for name in kept:
        side: Literal["left", "right"] = "right" if tables.is_number(rows[name]) else "left"
        drawing.add_column(tables.label(name), justify=side, no_wrap=True)
    for row in range(len(rows)):
        is_last = totals is not None and row == len(table) - 1
        drawing.add_row(*(_coloured(name, written[name][row]) for name in kept), end_section=is_last)
    return _printed(drawing, width, colour=colour), [name for name in written if name not in kept]


def _like(table: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Give totals the table's columns and types; what they are not totalled by is empty."""
    same = totals.reindex(columns=table.columns)
    is_text = [name for name in same.columns if pd.api.types.is_string_dtype(table[name])]
    same = same.assign(**{name: same[name].astype("object").fillna("") for name in is_text})
    return same.astype(dict(table.dtypes))


def _fitting(written: dict[str, list[str]], width: int) -> list[str]:
    """Keep columns from the front as long as there is room; always the first."""
    kept: list[str] = []
    room = width
    for name, texts in written.items():
        lines = [line for text in (tables.label(name), *texts) for line in text.split("\n")]
        room -= max(len(line) for line in lines) + (GAP if kept else 0)
        if room < 0 and kept:
            break
        kept.append(name)
    return kept


def _wrapped(written: dict[str, list[str]], width: int) -> dict[str, list[str]]:
    """Break prose so that it ends at the window's edge."""
    if WRAPPED not in written:
        return written
    before = list(written)[: list(written).index(WRAPPED)]
    room = width - sum(max(map(len, (name, *written[name]))) + GAP for name in before)
    broken = ["\n".join(textwrap.wrap(text, max(room, NARROWEST_PROSE))) for text in written[WRAPPED]]
    return {**written, WRAPPED: broken}


def _folded(name: str, texts: list[str]) -> list[str]:
    """Set long packages two legs to a line."""
    return [_fold(text) for text in texts] if name == "legs" else texts


def _fold(text: str) -> str:
    legs = text.split(" / ")
    starts = range(0, len(legs), LEGS_PER_LINE)
    return " /\n".join(" / ".join(legs[start : start + LEGS_PER_LINE]) for start in starts)


def _coloured(name: str, text: str) -> Text:
    if name == "direction":
        return Text(text, style=COLOURS.get(text, ""))
    if tables.is_signed(name) and text[:1] in ("+", "-"):
        return Text(text, style="green" if text[0] == "+" else "red")
    return Text(text)


def _printed(drawing: Table, width: int, *, colour: bool) -> str:
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        legacy_windows=False,
    )
    console.print(drawing)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
