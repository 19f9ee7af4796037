"""Texts of a payoff picture: broken at the edge, side by side, and none over another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.render.payoff_labels import (
    BOLD,
    FACT_SIZE,
    MOST_NAME_ROWS,
    PLOT,
    PLOT_WIDTH,
    PROSE,
    SIZE,
    SMALL,
    TITLE_SIZE,
    Box,
    Name,
    fact_rows,
    place_label,
    place_names,
    printable,
    text_width,
    wrapped,
)


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize(
    ("text", "size", "character", "weight"),
    [
        ("+1 27NOV26 25C / -1 27NOV26 28C", SIZE, None, "normal"),
        ("MIU long iron condor, 27NOV26", TITLE_SIZE, None, "bold"),
        ("-12,345,678 HKD", FACT_SIZE, BOLD, "bold"),
        ("European options by Black-Scholes; later legs at their own volatility.", SMALL, PROSE, "normal"),
    ],
)
def test_texts_are_no_wider_than_was_assumed(
    text: str, size: float, character: float | None, weight: str
) -> None:
    """The assumed widths hold in the font that the pictures are drawn in."""
    textpath = pytest.importorskip("matplotlib.textpath")
    font = pytest.importorskip("matplotlib.font_manager").FontProperties(
        family="DejaVu Sans", size=size, weight=weight
    )
    inches = textpath.TextPath((0, 0), text, prop=font).get_extents().width / 72
    assumed = text_width(text, size) if character is None else text_width(text, size, character)
    assert 0.75 * assumed < inches <= assumed


def test_lines_break_between_legs() -> None:
    legs = [f"+1 31DEC26 {strike}C" for strike in range(55_000, 65_000, 1_000)]
    lines = wrapped([" / ".join(legs), "short"], SIZE)
    assert len(lines) > 2
    assert lines[-1] == "short"
    assert [leg for line in lines[:-1] for leg in line.strip(" /").split(" / ")] == legs


def test_what_cannot_be_printed_is_a_space() -> None:
    assert printable("a\x00b\x1b[31mc\nd") == "a b [31mc d"
    assert wrapped([""], SIZE) == []


def test_key_figures_stand_side_by_side_and_then_below() -> None:
    facts = [("max profit", "+756"), ("max loss", "-1,244"), ("breakevens", "1, " * 20), ("x", "y")]
    rows = fact_rows(facts)
    assert [[label for _, label, _ in row] for row in rows] == [
        ["max profit", "max loss"],
        ["breakevens", "x"],
    ]
    assert [row[0][0] for row in rows] == [0.0, 0.0]
    assert rows[0][1][0] > text_width("max profit", SMALL)


@given(st.lists(st.tuples(st.floats(0, PLOT_WIDTH), st.integers(1, 3), st.integers(1, 20)), max_size=12))
def test_no_name_covers_another(wanted: list[tuple[float, int, int]]) -> None:
    names = [Name(middle, ("x" * letters,) * lines) for middle, lines, letters in wanted]
    placed = place_names(names, PLOT_WIDTH)
    boxes: list[Box] = []
    for name, middle, row in placed:
        half = text_width(name.lines[0], SMALL) / 2
        boxes.append((middle - half, row, middle + half, row + len(name.lines)))
    assert not any(overlap(one, other) for one, other in itertools.combinations(boxes, 2))
    assert all(
        left >= -1e-9 and right <= PLOT_WIDTH + 1e-9 and top <= MOST_NAME_ROWS
        for left, _, right, top in boxes
    )
    assert not names or placed[0][0] == names[0], "the most wanted has room"


def test_a_name_with_room_stands_right_above_its_line() -> None:
    names = [Name(2.0, ("-1 25C",)), Name(5.0, ("-1 28C", "+1 28P"))]
    assert [(middle, row) for _, middle, row in place_names(names, PLOT_WIDTH)] == [(2.0, 0), (5.0, 0)]


def test_a_number_stands_on_the_free_side_of_a_curve() -> None:
    """Above a falling line there is room to the upper right, above a rising one to the lower right."""
    across = np.linspace(0, PLOT_WIDTH, 800)
    falling = np.column_stack([across, PLOT - across / 2])
    rising = np.column_stack([across, across / 2])
    point = (3.0, 1.5)
    above = place_label((3.0, PLOT - 1.5), 0.4, falling, [])
    assert above[0] > 3.0
    assert above[1] > PLOT - 1.5
    below = place_label(point, 0.4, rising, [])
    assert below[0] > 3.0
    assert below[3] < 1.5


def test_numbers_of_near_breakevens_do_not_cover_each_other() -> None:
    nothing = np.full((1, 2), np.nan)
    boxes: list[Box] = []
    for middle in (3.0, 3.1, 3.2, 3.3):
        boxes.append(place_label((middle, 1.8), 0.4, nothing, boxes))
    assert not any(overlap(one, other) for one, other in itertools.combinations(boxes, 2))


def test_a_number_stays_in_the_picture() -> None:
    left, low, right, top = place_label((PLOT_WIDTH, PLOT), 0.4, np.full((1, 2), np.nan), [])
    assert left >= 0
    assert low >= 0
    assert right <= PLOT_WIDTH
    assert top <= PLOT
