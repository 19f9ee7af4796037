"""The sign of a quantity: from the number, the side, and the other rows of the package."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from optlab.book import Book

Read = Callable[..., Book]


def _book(read_text: Read, rows: str) -> Book:
    """Rows of group, side and quantity, all of one contract."""
    lines = [f"MIU 27NOV26 {20 + place} C,{row}" for place, row in enumerate(rows.split())]
    return read_text("symbol,group,side,quantity\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("rows", "quantities"),
    [
        (",,2 ,,-2", [2, -2]),
        (",buy,2 ,sell,2", [2, -2]),
        (",sell,-2", [-2]),
        ("A,buy,1 A,sell,1", [1, -1]),
        ("A,buy,1 A,sell,-1", [1, -1]),
        ("A,sell,1 A,sell,1", [-1, -1]),
        ("A,sell,-1 A,sell,-1", [-1, -1]),
        ("A,sell,1 A,sell,-1", [-1, 1]),
        ("A,buy,1 A,buy,-1", [1, -1]),
        ("A,buy,-1 A,buy,-1", [-1, -1]),
        ("A,,1 A,,-1", [1, -1]),
        ("A,sell,1 A,,1", [-1, 1]),
        ("A,sell,1 B,buy,1 A,sell,-1 B,buy,-1", [-1, 1, 1, -1]),
        ("A,sell,1", [-1]),
        ("A,sell,-1", [-1]),
    ],
)
def test_the_sign_of_every_combination(rows: str, quantities: list[float], read_text: Read) -> None:
    """A package that all says sell is written from the buyer's view, unless it is already all negative."""
    book = _book(read_text, rows)
    assert book.problems == ()
    assert book.legs["quantity"].tolist() == quantities


@pytest.mark.parametrize("rows", [",buy,-1", "A,buy,-1", "A,buy,-1 A,sell,1"])
def test_a_row_that_buys_a_negative_quantity_contradicts_itself(rows: str, read_text: Read) -> None:
    book = _book(read_text, rows)
    assert [str(problem) for problem in book.problems] == [
        "book.csv:2: quantity: '-1' is negative on a row that buys. Fix: write sell, or a positive quantity."
    ]


def test_a_group_is_one_within_its_account_only(read_text: Read) -> None:
    """Group 1 of account x is sold as a whole, group 1 of account y has two sides."""
    book = read_text(
        "symbol,account,group,side,quantity\n"
        "MIU 27NOV26 24 C,x,1,sell,1\nMIU 27NOV26 25 C,x,1,sell,-1\n"
        "MIU 27NOV26 24 C,y,1,buy,1\nMIU 27NOV26 25 C,y,1,sell,1\n"
    )
    assert book.legs["quantity"].tolist() == [-1, 1, 1, -1]


def test_a_sold_package_turns_its_net_price_too(read_text: Read) -> None:
    """Positive is paid: who sells the package at 0.45 receives it."""
    book = read_text(
        "symbol,group,side,quantity,net_price\n"
        "MIU 27NOV26 24 C,1,sell,1,0.45\nMIU 27NOV26 25 C,1,sell,-1,0.45\n"
        "MIU 27NOV26 24 C,2,buy,1,0.45\nMIU 27NOV26 25 C,2,sell,1,0.45\n"
    )
    assert book.legs["net_price"].tolist() == [-0.45, -0.45, 0.45, 0.45]


def test_a_side_may_say_the_effect(read_text: Read) -> None:
    book = read_text("symbol,action,quantity\nMIU 27NOV26 24 C,Sell to Open,1\nMIU 27NOV26 24 C,BTC,1\n")
    assert book.legs[["side", "effect", "quantity"]].to_numpy().tolist() == [
        ["sell", "open", -1.0],
        ["buy", "close", 1.0],
    ]


def test_a_side_that_is_neither_is_a_problem(read_text: Read) -> None:
    book = _book(read_text, ",roll,1")
    assert [str(problem) for problem in book.problems] == [
        "book.csv:2: side: 'roll' is neither buy nor sell. Fix: write buy or sell."
    ]
