"""The page of a chain's context: what is on it, and that it is never wider than the window."""

from __future__ import annotations

import numpy as np
import pytest

from listed_chains import daily, flat, listed, rows_of
from optlab.context import Context, context
from optlab.render.context_page import BAR_CALLS, BAR_PUTS, LONGEST_BAR, MOST_STRIKES, context_page


def noted(*, closes: int = 70) -> Context:
    """Describe a chain of one expiry with open interest that falls with the strike, and closes."""
    calls = rows_of(flat(0.3), 30, (90, 100, 110), kinds=["call"], open_interest=300.0)
    puts = rows_of(flat(0.3), 30, (90, 100, 110), kinds=["put"], open_interest=150.0)
    lone = {"expiry": "2026-11-01", "strike": 80.0, "kind": "put", "open_interest": 1.0}
    walk = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.02, closes)))
    return context(listed(*calls, *puts, lone), prices=daily(walk, "close"))


def test_the_page_has_its_parts_in_order() -> None:
    page = context_page(noted())
    heads = [
        "HSI 100: 1m ATM IV 30.0%",
        "Term structure",
        "Open interest by strike, all expiries",
        "Realised volatility, and all earlier windows",
        "126 days: 127 closes are needed, 70 are there",
        "Assumed and left out",
    ]
    places = [page.index(head) for head in heads]
    assert places == sorted(places)


def test_calls_stand_left_and_puts_right_of_the_strike() -> None:
    """In proportion to the largest, and what is more than nothing is seen."""
    lines = {
        line.split(BAR_PUTS)[0].split()[-1]: line
        for line in context_page(noted()).splitlines()
        if BAR_PUTS in line
    }
    assert lines["100"].count(BAR_CALLS) == 2 * lines["100"].count(BAR_PUTS)
    assert lines["100"].index(BAR_CALLS) < lines["100"].index(BAR_PUTS)
    assert (lines["80"].count(BAR_CALLS), lines["80"].count(BAR_PUTS)) == (0, 1)


def test_many_strikes_are_cut_to_the_largest_and_counted() -> None:
    rows = rows_of(flat(0.3), 30, range(80, 120), kinds=["call"], open_interest=5.0)
    page = context_page(context(listed(*rows)))
    assert page.count(BAR_CALLS * LONGEST_BAR) == MOST_STRIKES
    assert "and 25 strikes with less" in page


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_window(width: int) -> None:
    assert max(map(len, context_page(noted(), width=width).splitlines())) <= width


def test_what_is_not_known_has_no_part() -> None:
    page = context_page(context(listed(*rows_of(flat(0.3), 30))))
    assert "Open interest" not in page
    assert "Realised" not in page


def test_columns_without_room_are_named() -> None:
    assert "not shown: " in context_page(noted(), width=60)


def test_colour_is_asked_for() -> None:
    assert "\x1b[" not in context_page(noted())
    assert "\x1b[" in context_page(noted(), colour=True)
