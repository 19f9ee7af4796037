"""Tables on a terminal."""

from __future__ import annotations

import pandas as pd
import pytest

from optlab.render import tables, terminal

TABLE = pd.DataFrame({"underlying": ["MIU", "AAPL"], "value": [-1234.5, 99.0], "vol": [0.43, float("nan")]})


def test_numbers_stand_to_the_right_with_sensible_digits() -> None:
    drawing, dropped = terminal.draw(TABLE, width=80)
    assert drawing.splitlines() == [
        "underlying      value    vol",
        "────────────────────────────",
        "MIU         -1,234.50  43.0%",
        "AAPL           +99.00",
    ]
    assert dropped == []


@pytest.mark.parametrize("width", range(10, 60))
def test_nothing_is_wider_than_the_window(width: int) -> None:
    """Columns that don't fit are left out from the end and named."""
    drawing, dropped = terminal.draw(TABLE, width=width)
    assert max(len(line) for line in drawing.splitlines()) <= width
    shown = [name for name in TABLE.columns if name not in dropped]
    assert shown == list(TABLE.columns[: len(shown)])


def test_totals_stand_under_the_table() -> None:
    totals = pd.DataFrame({"value": [-1135.5]})
    drawing, _ = terminal.draw(TABLE, width=80, totals=totals)
    assert drawing.splitlines()[-1] == "            -1,135.50"


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b[" not in terminal.draw(TABLE, width=80)[0]
    assert "\x1b[31m-1,234.50" in terminal.draw(TABLE, width=80, colour=True)[0]


def test_long_packages_stand_two_legs_to_a_line() -> None:
    table = pd.DataFrame({"legs": ["+1 27NOV26 20P / -1 27NOV26 22P / -1 27NOV26 27C"]})
    assert terminal.draw(table, width=80)[0].splitlines()[-2:] == [
        "+1 27NOV26 20P / -1 27NOV26 22P /",
        "-1 27NOV26 27C",
    ]


@pytest.mark.parametrize(
    ("name", "numbers", "shown"),
    [
        ("price", [1.79066, 0.01], ["1.7907", "0.0100"]),
        ("price", [248.3, 1.0], ["248.30", "1.00"]),
        ("price", [25_500.25, 1.0], ["25,500", "1"]),
        ("price", [5.0, 10.0], ["5", "10"]),
        ("value", [0.0, 1e-13], ["0", "0"]),
        ("value", [1790.66], ["+1,790.66"]),
        ("value", [-12_345.6], ["-12,346"]),
        ("delta_ratio", [-0.001, 0.2], ["0.00", "+0.20"]),
        ("vol", [0.4312], ["43.1%"]),
        ("quantity", [-2.0, 3.0], ["-2", "+3"]),
        ("profit", [float("nan"), 1.5], ["", "+1.50"]),
    ],
)
def test_how_numbers_are_written(name: str, numbers: list[float], shown: list[str]) -> None:
    assert tables.cells(name, pd.Series(numbers)) == shown
