"""Rolls: what closes, what opens, and which way it moved."""

from __future__ import annotations

import pandas as pd
import pytest

from loose_books import FAR, MIDDLE, NEAR, book, call, put, stock
from optlab.strategy import assign, recognize
from optlab.strategy.rolls import name_rolls
from packages_of_shapes import Row


def closing(*rows: Row) -> list[Row]:
    """Give up a position: trade its other side to close."""
    return [{**row, "quantity": -row["quantity"], "effect": "close"} for row in rows]


def opening(*rows: Row) -> list[Row]:
    """Take on a position."""
    return [{**row, "effect": "open"} for row in rows]


def rolled(*rows: Row) -> str:
    """Name one package as a roll; empty where it is none."""
    found = name_rolls(assign(book(*({**row, "group": "a"} for row in rows))))
    return str(found.iloc[0]) if len(found) else ""


# --- one leg -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (put(-1, 95), put(-1, 100), "roll up (short put)"),
        (put(-1, 95), put(-1, 90), "roll down (short put)"),
        (put(-1, 95), put(-1, 95, FAR), "roll out (short put)"),
        (put(-1, 95, FAR), put(-1, 95), "roll in (short put)"),
        (put(-1, 95), put(-1, 100, FAR), "roll up and out (short put)"),
        (put(-1, 95), put(-1, 90, FAR), "roll down and out (short put)"),
        (put(-1, 95, FAR), put(-1, 100), "roll up and in (short put)"),
        (put(-1, 95, FAR), put(-1, 90), "roll down and in (short put)"),
        (call(1, 100), call(1, 105), "roll up (long call)"),
        (call(-1, 100), call(-1, 105, FAR), "roll up and out (short call)"),
        (put(1, 100), put(1, 95), "roll down (long put)"),
    ],
)
@pytest.mark.parametrize("lots", [1, 20])
def test_one_leg_moves_up_down_out_and_in(old: Row, new: Row, name: str, lots: int) -> None:
    rows = [{**row, "quantity": row["quantity"] * lots} for row in (*closing(old), *opening(new))]
    assert rolled(*rows) == name
    assert rolled(*reversed(rows)) == name


def test_a_roll_into_the_same_contract_has_no_direction() -> None:
    assert rolled(*closing(put(-1, 95)), *opening(put(-1, 95))) == "roll (short put)"


# --- several legs ------------------------------------------------------------------------------------------


def test_a_spread_is_rolled_as_a_whole() -> None:
    old = closing(put(1, 90), put(-1, 95))
    assert rolled(*old, *opening(put(1, 90, FAR), put(-1, 95, FAR))) == "roll out (bull put spread)"
    assert rolled(*old, *opening(put(1, 85), put(-1, 90))) == "roll down (bull put spread)"
    assert rolled(*old, *opening(put(1, 95, FAR), put(-1, 100, FAR))) == "roll up and out (bull put spread)"


def test_an_iron_condor_is_rolled_out() -> None:
    condor = [put(1, 90), put(-1, 95), call(-1, 105), call(1, 110)]
    later = [{**leg, "expiry": pd.Timestamp(FAR)} for leg in condor]
    assert rolled(*closing(*condor), *opening(*later)) == "roll out (iron condor)"


def test_a_calendar_moves_up_with_both_legs() -> None:
    old, new = ([call(-1, strike), call(1, strike, FAR)] for strike in (100, 110))
    assert rolled(*closing(*old), *opening(*new)) == "roll up (long call calendar)"


def test_legs_that_move_apart_have_no_direction() -> None:
    """Up is when every strike is higher; a strangle that is widened goes neither way."""
    old, new = closing(put(-1, 95), call(-1, 105)), opening(put(-1, 90), call(-1, 110))
    assert rolled(*old, *new) == "roll (short strangle)"
    out = [{**leg, "expiry": pd.Timestamp(FAR)} for leg in new]
    assert rolled(*old, *out) == "roll out (short strangle)"


def test_only_one_of_two_strikes_moves() -> None:
    old, new = closing(put(1, 90), put(-1, 95)), opening(put(1, 85), put(-1, 95))
    assert rolled(*old, *new) == "roll (bull put spread)"


def test_a_covered_call_is_rolled_with_its_stock() -> None:
    """Stock has neither strike nor expiry, and keeps no roll from being up and out."""
    old, new = closing(stock(100), call(-1, 105)), opening(stock(100), call(-1, 110, FAR))
    assert rolled(*old, *new) == "roll up and out (covered call)"


# --- into something else -----------------------------------------------------------------------------------


def test_a_roll_into_something_else_says_what_becomes_of_what() -> None:
    condor = opening(put(1, 85), put(-1, 90), call(-1, 105), call(1, 110))
    assert rolled(*closing(put(-1, 95)), *condor) == "roll (short put to iron condor)"
    assert rolled(*closing(call(1, 100)), *opening(put(1, 100))) == "roll (long call to long put)"
    assert rolled(*closing(put(-1, 95)), *opening(put(1, 90), put(-1, 95, FAR))).startswith(
        "roll (short put to "
    )


def test_the_position_that_is_given_up_is_the_other_side_of_what_is_traded() -> None:
    """Buying to close and selling to open is a roll of what was sold."""
    buy, sell = {**call(1, 100), "effect": "close"}, {**call(-1, 105), "effect": "open"}
    assert rolled(buy, sell) == "roll up (short call)"


def test_more_lots_are_opened_than_closed() -> None:
    """The number of lots is no part of a name."""
    assert rolled(*closing(put(-2, 95)), *opening(put(-3, 90, FAR))) == "roll down and out (short put)"
    old, new = closing(put(2, 90), put(-2, 95)), opening(put(1, 85), put(-1, 90))
    assert rolled(*old, *new) == "roll down (bull put spread)"


def test_fills_of_one_leg_count_once() -> None:
    old = [*closing(put(-1, 95)), *closing(put(-2, 95))]
    assert rolled(*old, *opening(put(-3, 90))) == "roll down (short put)"


# --- what is no roll ---------------------------------------------------------------------------------------


def test_a_package_without_effects_is_never_a_roll() -> None:
    assert rolled(put(1, 95), put(-1, 90)) == ""


def test_a_package_that_only_opens_is_no_roll() -> None:
    assert rolled(*({**row, "effect": "open"} for row in (put(1, 95), put(-1, 90)))) == ""


def test_a_package_that_only_closes_says_what_is_closed() -> None:
    """Buying the upper put back and selling the lower one ends a bull put spread."""
    assert (
        rolled(*({**row, "effect": "close"} for row in (put(1, 95), put(-1, 90))))
        == "close (bull put spread)"
    )
    assert rolled({**put(1, 95), "effect": "close"}) == "close (short put)"


def test_a_package_with_a_leg_of_unknown_effect_is_no_roll() -> None:
    assert rolled(*closing(put(-1, 95)), *opening(put(-1, 90)), call(1, 110)) == ""


def test_what_closes_and_nets_to_nothing_gives_nothing_up() -> None:
    rows = [{**put(1, 95), "effect": "close"}, {**put(-1, 95), "effect": "close"}]
    assert rolled(*rows, *opening(put(-1, 90))) == ""


# --- in a book ---------------------------------------------------------------------------------------------


def test_rolls_are_named_in_a_book_of_groups() -> None:
    """Each by its own legs; what is no roll beside them has its own name."""
    rows = [
        *({**row, "group": "a"} for row in (*closing(put(-1, 95)), *opening(put(-1, 90, MIDDLE)))),
        *({**row, "group": "b"} for row in (call(1, 100), call(-1, 110))),
        *({**row, "group": "c"} for row in (*closing(call(1, 100, MIDDLE)), *opening(call(1, 100, NEAR)))),
    ]
    named = recognize(book(*rows)).drop_duplicates("strategy_id")
    assert named["strategy"].tolist() == [
        "roll down and out (short put)",
        "bull call spread",
        "roll in (long call)",
    ]


def test_legs_traded_together_are_a_roll_when_one_closes_and_the_other_opens() -> None:
    rows = [*closing(put(-1, 95)), *opening(put(-1, 90, MIDDLE))]
    named = recognize(book(*({**row, "traded_at": "2026-10-01T15:00"} for row in rows)))
    assert named["strategy"].unique().tolist() == ["roll down and out (short put)"]


def test_without_packages_nothing_is_a_roll() -> None:
    assert name_rolls(assign(book(call(1, 100)))).empty
