"""The payoff on a terminal: the right side of zero everywhere, marks where they belong, and never too wide."""

from __future__ import annotations

import re

import numpy as np
import pytest

from optlab.render.payoff_chart import BRAILLE, GREEN, RED, Curve, Marks, chart

SPOTS = np.linspace(18.0, 34.0, 161)
STRADDLE = 1000 * (np.abs(SPOTS - 25) - 3.6)
CONDOR = 1000 * (0.756 - np.clip(23 - SPOTS, 0, 2) - np.clip(SPOTS - 28, 0, 2))
TODAY = 0.1 * STRADDLE + 200
CURVES: list[Curve] = [("27NOV26", SPOTS, STRADDLE), ("today", SPOTS, TODAY)]
MARKS = Marks((25.0,), (21.4, 28.6), 26.2)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def picture(lines: list[str]) -> list[str]:
    """Return the rows right of the wall."""
    found = (re.match(r" *([+-]?\d[\d,.]*)? [│|](.*)", line) for line in lines)
    return [row[2] for row in found if row]


def is_dot(letter: str) -> bool:
    return BRAILLE < ord(letter) < BRAILLE + 256


def test_a_straddle_in_plain_characters() -> None:
    lines = chart(CURVES, marks=MARKS, width=60, height=9, ascii_only=True)
    assert lines == [
        "+5,000 |                                                ****",
        "       |*                                           *****",
        "+2,500 | ****                                   *****",
        "       |     ****                           *****       ....",
        "     0 |.........**o**..................**o**............---",
        "       |             *****          *****",
        "-2,500 |                 *****  *****",
        "       |                     ****",
        "       +----------------------|-----------------------------",
        "                   o21.40         ^26.20  o28.60",
        "      18.00                  25                        34.00",
        "*** 27NOV26   ... today   | strike   o breakeven",
        "^ spot 26.20",
    ]


def test_a_straddle_in_braille() -> None:
    lines = chart(CURVES[:1], marks=MARKS, width=60, height=9)
    assert lines == [
        "+5,000 │                                                ⢀⣠⠴⠚",
        "       │⣀                                           ⢀⣠⠴⠚⠉░░░",
        "+2,500 │⠈⠙⠲⢤⣀                                   ⢀⣠⠴⠚⠉░░░░░░░",
        "       │░░░░░⠉⠒⠤⣀⡀                          ⣀⡠⠔⠊⠁░░░░░░░░░░░",
        "     0 │─────────⠉⠓o⣄⡀──────────────────⣀⡤o⠋⠁───────────────",
        "       │             ⠉⠓⠦⣄⡀          ⣀⡤⠖⠋⠁",
        "-2,500 │                 ⠉⠓⠦⣄⡀  ⣀⡤⠖⠋⠁",
        "       │                     ⠉⠓⠋⠁",
        "       └──────────────────────|─────────────────────────────",
        "                   o21.40         ^26.20  o28.60",
        "      18.00                  25                        34.00",
        "⠒⠒⠒ 27NOV26   ░ profit   | strike   o breakeven",
        "^ spot 26.20",
    ]


@pytest.mark.parametrize("width", [40, 57, 80, 120, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_window(width: int, ascii_only: bool, colour: bool) -> None:  # noqa: FBT001 - cases
    lines = chart(CURVES, marks=MARKS, width=width, ascii_only=ascii_only, colour=colour)
    plain = [ESCAPE.sub("", line) for line in lines]
    assert all(len(line) <= width for line in plain)
    assert max(len(line) for line in plain) >= width - 1, "the window is used"
    assert len(picture(plain)) in range(10, 15)
    assert all(line == line.rstrip() for line in plain)
    assert not ascii_only or all(line.isascii() for line in lines)
    assert colour or plain == lines


def test_the_curve_is_at_its_money_everywhere() -> None:
    """Each column of the main curve, read back with the axis, is within a row of the profit at its spot."""
    lines = chart([("27NOV26", SPOTS, STRADDLE)], width=80, ascii_only=True)
    rows = picture(lines)
    labels = [line.split(" |")[0].replace(",", "").strip() for line in lines[: len(rows)]]
    (low, bottom), (high, top) = [(row, float(text)) for row, text in enumerate(labels) if text][:2]
    per_row = (bottom - top) / (high - low)
    zero = labels.index("0")
    width = 80 - lines[0].index("|") - 1
    for column in range(width):
        drawn = [(zero - row) * per_row for row, line in enumerate(rows) if line[column : column + 1] == "*"]
        profit = np.interp(18 + (column + 0.5) * 16 / width, SPOTS, STRADDLE)
        assert min(abs(money - profit) for money in drawn) <= per_row / 2 + 1e-9


def test_profit_is_filled_and_loss_is_not() -> None:
    rows = picture(chart([("27NOV26", SPOTS, CONDOR)]))
    zero = next(place for place, row in enumerate(rows) if "──" in row)
    filled = [place for place, row in enumerate(rows) if "░" in row]
    assert filled
    assert max(filled) < zero


def test_colours_say_the_side() -> None:
    """Green above zero and red below; the other curve has a colour of its own."""
    lines = chart(CURVES[:1], marks=MARKS, colour=True)
    rows = [line for line in lines if "│" in line]
    zero = next(place for place, row in enumerate(rows) if "──" in row)
    assert all(GREEN in row and RED not in row for row in rows[:zero])
    assert all(RED in row and GREEN not in row for row in rows[zero + 1 :])
    assert {GREEN, RED} < set(ESCAPE.findall("".join(chart(CURVES, marks=MARKS, colour=True))))


def test_without_colour_there_are_no_escape_codes() -> None:
    assert not any("\x1b" in line for line in chart(CURVES, marks=MARKS))
    assert any("\x1b" in line for line in chart(CURVES, marks=MARKS, colour=True))


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_mark_is_at_its_spot(ascii_only: bool) -> None:  # noqa: FBT001 - cases
    marks = Marks((21.0, 23.0, 28.0, 30.0), (22.25, 28.76), 25.4)
    lines = chart([("27NOV26", SPOTS, CONDOR)], marks=marks, ascii_only=ascii_only)
    axis, signs, names = lines[-4:-1]
    margin = axis.index("+" if ascii_only else "└") + 1
    columns = 80 - margin

    def spots_of(line: str, sign: str) -> list[float]:
        return [
            18 + (place - margin + 0.5) * 16 / columns for place, letter in enumerate(line) if letter == sign
        ]

    half = 8 / columns + 1e-9
    assert spots_of(axis, "|") == pytest.approx(marks.strikes, abs=half)
    assert spots_of(signs, "o") == pytest.approx(marks.breakevens, abs=half)
    assert spots_of(signs, "^") == pytest.approx([25.4], abs=half)
    assert signs.split() == ["o22.25", "^25.40", "o28.76"]
    assert names.split() == ["18.00", "21", "23", "28", "30", "34.00"]
    assert sum(line.count("o") for line in picture(lines)) == 2, "breakevens are on zero's line too"


def test_labels_that_do_not_fit_are_dropped_and_their_signs_stay() -> None:
    strikes = tuple(np.arange(20.0, 30.1, 0.5))
    lines = chart([("27NOV26", SPOTS, CONDOR)], marks=Marks(strikes, (25.0, 25.6, 26.0), 25.4))
    axis, signs, names = lines[-4:-1]
    assert axis.count("|") == 21
    assert "^" in signs
    assert "^ spot 25.40" in lines[-1]
    assert signs.count("o") == 3
    assert 3 <= len(names.split()) < 21
    assert not re.search(r"[\d.]{6,}", names), "names do not touch"


def test_marks_outside_the_picture_are_counted() -> None:
    lines = chart(CURVES, marks=Marks((25.0, 50.0, 60.0), (21.4,), 99.0), width=100)
    legend = lines[-1]
    assert "| strike (2 outside)" in legend
    assert legend.endswith("o breakeven   ^ spot 99.00 (1 outside)")
    assert "^" not in "".join(lines[:-1])


def test_the_second_curve_is_dotted() -> None:
    """A flat curve has a dot in every column when it is the main one, and in one of three when it is the second."""
    flat: Curve = ("flat", SPOTS, np.full(161, 900.0))
    zero: Curve = ("zero", SPOTS, np.full(161, -900.0))
    dots = {
        name: sum(
            (ord(letter) - BRAILLE).bit_count() for letter in picture(chart(curves))[0] if is_dot(letter)
        )
        for name, curves in (("main", [flat, zero]), ("second", [zero, flat]))
    }
    assert dots["second"] == pytest.approx(dots["main"] / 3, abs=1)
    assert dots["main"] > 140


def test_missing_profits_leave_a_gap() -> None:
    broken = np.where((SPOTS > 24) & (SPOTS < 26), np.nan, CONDOR)
    rows = picture(chart([("27NOV26", SPOTS, broken)], width=87))
    drawn = {column for row in rows for column, letter in enumerate(row) if is_dot(letter)}
    columns = len(max(rows, key=len))
    gap = [column for column in range(columns) if 24.2 < 18 + (column + 0.5) * 16 / columns < 25.8]
    assert gap
    assert not drawn & set(gap)
    assert min(drawn) == 0
    assert max(drawn) == columns - 1


@pytest.mark.parametrize("profits", [np.zeros(161), np.full(161, np.nan), np.full(161, 1e-13)])
def test_no_profit_anywhere_is_a_zero_line(profits: np.ndarray) -> None:
    lines = chart([("flat", SPOTS, profits)], marks=MARKS, colour=True)
    assert [line.split()[0] for line in lines[:5]] == ["│", "│", "0", "│", "│"]
    assert RED not in "".join(lines[:5])


def test_a_small_gain_is_above_zero_beside_a_large_loss() -> None:
    naked = 300 - 10_000 * np.clip(SPOTS - 28, 0, None)
    rows = picture(chart([("27NOV26", SPOTS, naked)], colour=True))
    zero = next(row for row in rows if "──" in row or "⠉" in row or "⠒" in row)
    assert GREEN in zero


def test_the_same_input_is_the_same_picture() -> None:
    assert chart(CURVES, marks=MARKS) == chart(CURVES, marks=MARKS)


def test_long_names_are_cut() -> None:
    lines = chart([("x" * 100, SPOTS, CONDOR)], width=40)
    assert "x" * 30 + "..." in lines[-2] + lines[-1]
    assert max(map(len, lines)) <= 40
