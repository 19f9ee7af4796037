"""The page of a payoff: what is on it, in words and numbers, and that it is never wider than the window."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from books import market, xiaomi
from optlab.book import Book
from optlab.render.payoff_page import extreme_words, headline, money, payoff_page
from payoffs import DIAGONAL, NAKED, SPREAD, payoff


def test_the_headline_says_it_all() -> None:
    """Cost, breakeven and its day, both extremes with where they are, and the chance."""
    found = payoff(strategy_id="MIU-1")
    said = headline(found, found.each[0])
    assert re.fullmatch(
        r"MIU-1 bull call spread: paid 810 HKD; breakeven 25\.81 on 2026-11-27; max profit \+2,190 from 28 on; "
        r"max loss -810 up to 25; \d+% chance of a profit",
        said,
    )


def test_what_is_unlimited_and_what_was_not_paid_is_said() -> None:
    """A credit is received; without entries the value now stands in for what was paid."""
    naked = payoff(NAKED)
    assert "received 4,500 HKD" in headline(naked, naked.each[0])
    assert "max loss unlimited" in headline(naked, naked.each[0])
    diagonal = payoff(DIAGONAL)
    assert ": worth " in headline(diagonal, diagonal.each[0])


def test_the_page_of_one_has_its_parts_in_order() -> None:
    """Headline, legs, picture, chances, levels, table, and the rules last."""
    page, dropped = payoff_page(payoff(strategy_id="MIU-2"))
    heads = [
        "MIU-2 bull call diagonal",
        "-1 27NOV26 27C / +1 30DEC26 24C",
        "o breakeven",
        "By 2026-11-27 (lognormal, volatility 43.0%)",
        "Percentiles of the profit",
        "P(touch)",
        "Profit by spot and day",
        "02OCT26",
        "Rules: as of 2026-10-02; all is closed at the first expiry",
    ]
    places = [page.index(head) for head in heads]
    assert places == sorted(places)
    assert not dropped
    assert "depend on it" in page[places[-1] :].replace("\n", " ")


def test_the_page_of_several_has_a_row_each() -> None:
    """And what had no room is named."""
    page, dropped = payoff_page(payoff(), width=100)
    rows = [line for line in page.splitlines() if line.startswith("MIU-")]
    assert len(rows) == 2
    assert "+2,190" in rows[0]
    assert "law" in dropped


def test_what_may_be_assigned_is_listed() -> None:
    """With the reason."""
    page, _ = payoff_page(payoff(NAKED))
    assert "- MIU-1 08OCT26 20C (-1): in the money with 6 days left" in page


def test_what_is_not_analysed_says_why() -> None:
    """A strategy without a volatility."""
    found = Book.of(SPREAD).price(market(vol=None)).payoff("MIU-1")
    page, _ = payoff_page(found)
    assert page.startswith("MIU-1 bull call spread: not analysed, no vol")


def test_a_book_of_two_underlyings_has_no_probabilities_and_says_so() -> None:
    """Every spot moves by the same percent."""
    other = SPREAD.assign(underlying="ABC", group="other")
    found = Book.of(pd.concat([SPREAD, other], ignore_index=True)).price(market()).payoff(by="book")
    page, _ = payoff_page(found)
    assert "% on 2026-11-27 of every spot now" in page.replace("\n", " ")
    assert "No probabilities: spots of several underlyings have no law in common." in page


def test_held_says_what_becomes_of_the_rest() -> None:
    """In the rules."""
    page, _ = payoff_page(payoff(strategy_id="MIU-2", after="held"))
    assert "held to the last; expired options are settled or delivered" in page.replace("\n", " ")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("strategy_id", [None, "MIU-1", "MIU-2"])
def test_no_line_is_wider_than_the_window(width: int, strategy_id: str | None) -> None:
    """The table of several, and the pages of one."""
    page, _ = payoff_page(payoff(strategy_id=strategy_id), width=width)
    assert max(map(len, page.splitlines())) <= width
    assert "\x1b" not in page


def test_colour_is_there_when_asked_for() -> None:
    """Escape codes in the picture and the heat map."""
    page, _ = payoff_page(payoff(strategy_id="MIU-1"), colour=True)
    assert "\x1b[32m" in page
    assert "\x1b[38;5;" in page or "\x1b[48;5;" in page


@pytest.mark.parametrize(
    ("number", "low", "high", "words"),
    [
        (237.0, 0.0, 390.0, "+237 up to 390"),
        (-163.0, 394.0, float("inf"), "-163 from 394 on"),
        (3.51, 104.0, 104.0, "+3.51 at 104"),
        (12.5, 22.0, 27.0, "+12.50 from 22 to 27"),
        (103_508.0, 28.35449, 28.35449, "+103,508 at 28.35"),
        (float("inf"), float("nan"), float("nan"), "unlimited"),
        (float("nan"), float("nan"), float("nan"), "not looked for: too many paths"),
    ],
)
def test_extremes_say_where_they_are_reached(number: float, low: float, high: float, words: str) -> None:
    """At a spot, from or up to one, between two."""
    row = {"max_profit": number, "max_profit_from": low, "max_profit_to": high}
    assert extreme_words(row, "max_profit") == words


def test_a_book_without_legs_has_nothing_to_analyse() -> None:
    """Cash alone; no table and no rules."""
    assert payoff_page(payoff(xiaomi((5000, "cash")))) == ("no legs to analyse\n", [])


def test_money_has_cents_where_they_matter() -> None:
    """Small amounts that are no whole numbers."""
    assert (money(2.5), money(1234.5), money(-3.0, sign=True)) == ("2.50", "1,234", "-3")
