"""The picture of a profit: the right height everywhere, a zero line, marks at the strikes, and plain characters."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.render.payoff_picture import LABEL_WIDTH, ROWS, draw, points
from optlab.strategy.catalog import STRATEGIES, find_structure
from optlab.strategy.examples import example_of

SPOTS = np.linspace(80.0, 120.0, 51)


def picture(name: str) -> list[str]:
    """Draw a structure's example."""
    example = example_of(find_structure(name))
    return draw(*points(example), example.strikes)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_structure_has_a_picture_that_survives_a_pipe(name: str) -> None:
    lines = picture(name)
    assert len(lines) == ROWS + 2
    assert max(len(line) for line in lines) <= 60
    assert all(line.isascii() and line == line.rstrip() for line in lines)
    assert sum(line[:LABEL_WIDTH].split()[:1] == ["0"] for line in lines[:ROWS]) == 1


def test_a_straddle_is_a_v() -> None:
    lines = draw(SPOTS, np.abs(SPOTS - 100) - 8, (100.0,))
    assert lines == [
        "+12.00 |**                                               **",
        "       |  ***                                         ***",
        "       |     ***                                   ***",
        "       |        ***                             ***",
        "       |           ****                     ****",
        "     0 |---------------***---------------***---------------",
        "       |                  ***         ***",
        "       |                     ***   ***",
        " -8.00 |                        ***",
        "       +-------------------------|-------------------------",
        "                                100",
    ]


def test_steep_parts_are_joined() -> None:
    """Points that are rows apart are joined, so that a digital payoff has no gap."""
    lines = draw(SPOTS, np.where(SPOTS > 100, 5.0, -5.0), (100.0,))
    assert all("*" in line for line in lines[:ROWS])


def test_no_profit_anywhere_is_the_zero_line() -> None:
    lines = draw(SPOTS, np.full(51, 1e-12), ())
    assert [line for line in lines if "*" in line] == ["     0 |" + "*" * 51]
    assert lines[-1].strip() == "100"


def test_a_profit_that_cannot_be_negative_has_zero_at_the_bottom() -> None:
    lines = draw(SPOTS, SPOTS - 80, (90.0,))
    assert lines[0].startswith("+40.00 |")
    assert lines[ROWS - 1].startswith("     0 |")


def test_every_strike_has_a_mark_and_names_do_not_touch() -> None:
    axis, names = draw(SPOTS, SPOTS - 100, (95.0, 97.5, 99.0, 105.0))[-2:]
    assert axis.count("|") == 4
    assert names.split() == ["95", "99", "105"]


def test_the_picture_goes_beyond_the_strikes() -> None:
    spots, profits = points(example_of(find_structure("iron condor")))
    assert (spots[0], spots[-1]) == (80.0, 120.0)
    assert len(profits) == len(spots) == 51
