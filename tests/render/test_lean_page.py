"""The page of an analysis: bars that read without colour, whole percents, and what many strategies leave out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.book import Valuation
from optlab.render.lean_page import GLYPHS, MOST_STRATEGIES, lean_page

SAMPLES = Path(__file__).parents[2] / "sample_positions"


def page_of(valuation: Valuation, *, width: int = 80, colour: bool = False, **choices: Any) -> str:  # noqa: ANN401 - any choice
    return lean_page(valuation.bias(**choices), valuation, width=width, colour=colour)[0]


def sample() -> Valuation:
    book = ol.read(str(SAMPLES / "xiaomi_top_trades.csv"))
    return book.price(ol.read_market(str(SAMPLES / "xiaomi_market.csv")))


def test_a_bar_has_a_sign_for_each_direction_in_proportion() -> None:
    """Two bullish, one bearish, one neutral of four: half, a quarter and a quarter of the bar."""
    legs = [(1, "call", 24, NEAR), (-1, "put", 22, NEAR), (1, "put", 24, NEAR), (1, "call", 24, NEAR)]
    book = xiaomi(*legs, (1, "put", 24, NEAR), group=["a", "b", "c", "d", "d"])
    bar = page_of(ol.Book.of(book).price(market())).splitlines()[3]
    counts = {name: bar.count(glyph) for name, glyph in GLYPHS.items()}
    room = 80 - len("MIU  ")
    assert sum(counts.values()) == room
    assert abs(counts["bullish"] - room / 2) < 1
    assert abs(counts["bearish"] - room / 4) < 1


def test_colour_only_adds_to_what_reads_without_it() -> None:
    lean = sample()
    coloured = page_of(lean, colour=True)
    assert "\x1b[32m" in coloured
    without = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in without.splitlines()] == page_of(lean).splitlines()


def test_no_line_is_wider_than_the_window() -> None:
    for width in (80, 100, 160):
        assert max(map(len, page_of(sample(), width=width, window=2).splitlines())) <= width


def test_every_section_of_a_full_analysis_is_there() -> None:
    page = page_of(sample(), window=2)
    for heading in (
        *("What they are", "most frequent", "volatility:", "premium:", "nearest expiry:", "farthest expiry:"),
        *("Bullish / bearish share in percent, by rule", "The bullish share lies between", "Stand out"),
        *("Where the rules disagree", "Fisher p ", "The book as one position", "Left out"),
    ):
        assert heading in page


def test_many_strategies_are_counted_not_printed() -> None:
    legs = xiaomi(
        *[(1, "call", 24, NEAR)] * (MOST_STRATEGIES + 3), group=[str(n) for n in range(MOST_STRATEGIES + 3)]
    )
    page = page_of(ol.Book.of(legs).price(market()))
    assert "... and 3 more; -o FILE.csv has all." in page
    assert f"MIU-{MOST_STRATEGIES + 1} " not in page


def test_a_trade_that_stands_out_says_what_it_implies() -> None:
    """Bought for 1.06, it is even at 25.06 and capped at 27."""
    page = page_of(valued((2, "call", 24, NEAR), (-2, "call", 27, NEAR), entry=[1.79, 0.73], group="g"))
    assert "MIU-1: 2 x bull call spread, +1 27NOV26 24C / -1 27NOV26 27C: largest" in page
    assert "paid 1.06 (4.4% of spot); breakeven 25.06; cap 27" in page.replace("\n   ", "")


def test_a_book_of_nothing_says_so() -> None:
    """Only a roll: nothing is counted, and it is listed as left out."""
    legs = xiaomi((1, "put", 24, NEAR), (-1, "put", 23, FAR), group="r", effect=["close", "open"])
    page = page_of(ol.Book.of(legs).price(market()))
    assert page.startswith("nothing to lean: no strategy is counted\n")
    assert "1 not counted: roll: closes one leg and opens another" in page


def test_a_share_that_cannot_be_taken_says_why() -> None:
    page = page_of(valued((1000, "stock")), weight="premium")
    assert page.startswith("MIU: no share by premium: no weight\n")
