"""Heat maps: every number with its sign, shades by size, and columns that drop evenly."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.render.heat import GAINS, LOSSES, heat_map, kept_columns

VALUES = np.array([[-1244.4, -80.0, 0.0], [12.0, np.nan, 756.2]])
ROWS, COLUMNS = ["24", "25.5"], ["today", "02OCT", "27NOV"]


def test_plain_numbers_with_signs_and_separators() -> None:
    assert heat_map(VALUES, ROWS, COLUMNS, width=80, colour=False, corner="spot") == [
        "spot  today  02OCT  27NOV",
        "  24 -1,244    -80      0",
        "25.5    +12          +756",
    ]


def test_small_amounts_have_decimals() -> None:
    lines = heat_map(VALUES / 1000, ROWS, COLUMNS, width=80, colour=False)
    assert lines[1].split() == ["24", "-1.24", "-0.08", "0"]
    lines = heat_map(VALUES / 1e6, ROWS, COLUMNS, width=80, colour=False)
    assert lines[1].split() == ["24", "-0.00124", "-0.00008", "0"]


def test_the_marked_cell_is_in_brackets() -> None:
    lines = heat_map(VALUES, ROWS, COLUMNS, width=80, colour=False, mark=(1, 0))
    assert [line.count("[") for line in lines] == [0, 0, 1]
    assert "[+12]" in lines[2]


def test_shades_grow_with_size() -> None:
    """A fifth of the largest amount is the faintest shade, the largest the strongest; nothing has none."""
    values = np.array(
        [[20.0, 40.0, 60.0, 80.0, 100.0], [-20.0, -40.0, -60.0, -80.0, -100.0], [0, np.nan, 0, 0, 0]]
    )
    lines = heat_map(values, ["a", "b", "c"], list("vwxyz"), width=80, colour=True)
    shades = [[int(shade) for shade in re.findall(r"48;5;(\d+)m", line)] for line in lines]
    assert shades == [[], list(GAINS), list(LOSSES), []]


def test_colour_changes_no_character() -> None:
    plain = heat_map(VALUES, ROWS, COLUMNS, width=80, colour=False, mark=(0, 1))
    coloured = heat_map(VALUES, ROWS, COLUMNS, width=80, colour=True, mark=(0, 1))
    assert not any("\x1b" in line for line in plain)
    assert coloured != plain
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_columns_without_room_are_dropped_and_counted(width: int) -> None:
    values = np.arange(75.0).reshape(3, 25) - 30
    names = [f"{day:02}OCT" for day in range(1, 26)]
    lines = heat_map(values, ["x", "y", "z"], names, width=width, colour=False, mark=(1, 7))
    shown = lines[0].split()
    assert all(len(line) <= width for line in lines)
    assert len(shown) == (width - 1) // 7
    assert {"08OCT", "25OCT"} <= set(shown)
    assert "01OCT" in shown or len(shown) == 2
    assert "[+2.0]" in lines[2]
    assert " ".join(lines[4:]) == f"{len(shown)} of 25 columns are shown; a wider window shows more."


def test_all_columns_need_no_word() -> None:
    assert len(heat_map(VALUES, ROWS, COLUMNS, width=80, colour=False)) == 3


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_kept_columns_are_even_and_hold_the_ends_and_the_mark(
    count: int, room: int, data: st.DataObject
) -> None:
    marked = data.draw(st.none() | st.integers(0, count - 1))
    kept = kept_columns(count, room, marked)
    assert kept == sorted(set(kept))
    assert len(kept) == min(count, room)
    assert marked is None or marked in kept
    if room >= 3:
        assert (kept[0], kept[-1]) == (0, count - 1)


def test_columns_are_evenly_spread() -> None:
    assert kept_columns(21, 5) == [0, 5, 10, 15, 20]
    assert kept_columns(21, 5, marked=4) == [0, 4, 9, 15, 20]
    assert kept_columns(21, 2, marked=4) == [4, 20]
    assert kept_columns(21, 1, marked=4) == [4]


def test_nothing_to_show_is_a_table_of_nothing() -> None:
    assert heat_map(np.full((1, 2), np.nan), ["a"], ["x", "y"], width=40, colour=True) == ["  x y", "a"]
    assert heat_map(np.zeros((1, 2)), ["a"], ["x", "y"], width=40, colour=True) == ["  x y", "a 0 0"]
