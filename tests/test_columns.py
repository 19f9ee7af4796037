"""The list of every column: complete, typed, and the same as what the stages add."""

from __future__ import annotations

from typing import get_args

import pytest

import optlab as ol
from books import FAR, NEAR, valued
from optlab.columns import COLUMNS, DTYPES, LEG_COLUMNS, Stage


def test_every_column_has_a_known_type_and_stage_and_a_meaning() -> None:
    for name, column in COLUMNS.items():
        assert column.type in DTYPES, name
        assert column.stage in get_args(Stage), name
        assert column.meaning, name
        assert column.meaning.endswith("...") or column.meaning[-1] != ".", name


def test_the_list_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        COLUMNS["new"] = COLUMNS["strike"]  # type: ignore[index]


def test_stages_stand_together_and_reading_comes_first() -> None:
    stages = [column.stage for column in COLUMNS.values()]
    assert stages[: len(LEG_COLUMNS)] == ["read"] * len(LEG_COLUMNS)
    assert COLUMNS is ol.COLUMNS


def test_what_a_lean_has_is_in_the_list() -> None:
    """Every column of every table, with its type."""
    lean = valued((1, "call", 24, NEAR), (-1, "call", 27, FAR), traded_at="2026-10-01T03:00:00Z").bias(
        window=1
    )
    for table in lean.tables.values():
        assert [str(name) for name in table.columns if name not in COLUMNS] == []
