"""What is said of single positions beside their numbers."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from books import market, xiaomi
from optlab.book import Book
from payoffs import BOTH, DIAGONAL, SPREAD, payoff

LATER = dt.date(2026, 12, 15)


def test_an_ordinary_book_needs_no_note() -> None:
    """Nothing was taken otherwise than asked for."""
    assert payoff().notes == ()


def test_what_is_not_analysed_is_named_with_its_leg_and_the_reason() -> None:
    """A strategy is whole or not at all."""
    quoted = BOTH.assign(iv=[0.43, 0.43, 0.43, float("nan")])
    (note,) = Book.of(quoted).price(market(vol=None)).payoff().notes
    assert note == "MIU-2: not analysed, no volatility from any source (30DEC26 24C)"


def test_an_underlying_goes_on_without_what_has_no_value() -> None:
    """And says without what."""
    quoted = BOTH.assign(iv=[0.43, 0.43, 0.43, float("nan")])
    found = Book.of(quoted).price(market(vol=None)).payoff(by="underlying")
    assert found.notes == ("MIU: without what has no value: 30DEC26 24C",)
    position = found.each[0].laid.position
    assert position is not None
    assert len(position.units) == 3


def test_a_roll_is_the_payoff_of_its_trades_alone() -> None:
    """What it closes was opened before."""
    rows = xiaomi((1, "put", 24, "2026-10-29"), (-1, "put", 22, "2026-11-27"), group="roll", multiplier=1000)
    found = payoff(rows.assign(effect=["close", "open"]))
    assert found.summary["strategy"].item().startswith("roll")
    assert found.notes[0].startswith("MIU-1: a roll closes what was opened before")


def test_a_day_after_the_first_expiry_is_not_taken_silently() -> None:
    """Nor stock that never expires, nor a law that the market does not have."""
    assert payoff(SPREAD, on=LATER).notes == (f"MIU-1: over before {LATER}, seen at the first expiry",)
    stock = xiaomi((100, "stock"), entry=24.0)
    assert payoff(stock).notes == ("MIU-1: never expires, seen in 30 days; --on says another day",)
    assert payoff(stock, on=LATER).notes == ()
    assert payoff(stock, on=LATER).summary["horizon_day"].item() == f"{LATER}"
    (note,) = payoff(SPREAD, law="smile").notes
    assert (
        note
        == "MIU-1: no smile of a chain for that day, or one that contradicts itself, so the law is lognormal"
    )


def test_volatilities_that_have_no_smile_to_move_along_are_named() -> None:
    """The far expiry has one strike alone; with a second in the book it has a smile."""
    (note,) = payoff(DIAGONAL, sticky="moneyness").notes
    assert note.startswith("MIU-1: no smile of two strikes for a later expiry")
    second = xiaomi((1, "call", 28, "2026-12-30"), group="b", multiplier=1000)
    both = pd.concat([DIAGONAL, second], ignore_index=True)
    assert payoff(both, "MIU-1", sticky="moneyness").notes == ()


def test_many_names_are_counted() -> None:
    """Five, and how many more."""
    stocks = pd.concat([xiaomi((100, "stock"), group=name) for name in "abcdefg"], ignore_index=True)
    (note,) = payoff(stocks).notes
    assert note.startswith("MIU-1, MIU-2, MIU-3, MIU-4, MIU-5 and 2 more: never expires")
