"""Prints as arrays: their order, their numbers, and the sides that a file states."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from optlab.tape.prints import NEVER
from small_tapes import bought, prints_of, sold


def test_prints_are_in_order_of_time_whatever_the_order_of_the_file() -> None:
    rows = [bought("call", 650 + 5 * place, traded_at=f"14:30:0{place % 7}Z") for place in range(20)]
    one, other = prints_of(*rows), prints_of(*rows[::-1])
    assert (np.diff(one.time) >= 0).all()
    for field in fields(one):
        if field.name != "row":
            assert getattr(one, field.name).tolist() == getattr(other, field.name).tolist(), field.name


def test_a_print_without_a_time_comes_first_and_is_marked() -> None:
    prints = prints_of(bought("call", 650), bought("call", 655, traded_at=""))
    assert prints.row.tolist() == [1, 0]
    assert prints.time[0] == NEVER


def test_the_file_states_a_side_in_its_column_or_by_signs() -> None:
    """One negative quantity without a side says that the file's quantities have signs, so that positive ones are bought."""
    unsaid = prints_of(bought("call", 650), bought("call", 655))
    sided = prints_of(bought("call", 650, side="buy"), bought("call", 655))
    signed = prints_of(bought("call", 650), bought("call", 655) | {"quantity": -10.0})
    assert unsaid.side.tolist() == [0, 0]
    assert sided.side.tolist() == [1, 0]
    assert signed.side.tolist() == [1, -1]


def test_a_sold_side_leaves_the_others_unsaid() -> None:
    prints = prints_of(sold("call", 650, side="sell") | {"quantity": -10.0}, bought("call", 655))
    assert prints.side.tolist() == [-1, 0]


def test_a_package_id_of_zero_is_none() -> None:
    prints = prints_of(bought("call", 650, group="0"), bought("call", 655, group="7"), bought("call", 660))
    assert (prints.group >= 0).tolist() == [False, True, False]
