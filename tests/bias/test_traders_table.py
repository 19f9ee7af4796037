"""What a trader says of fifty ordinary positions on Xiaomi at 24.24, beside the delta and the scenario rule.

Where a rule says something else, `OTHERWISE` says so, and docs/methods/bias.md says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from books import NEAR, market, xiaomi
from optlab.book import Book

FAR = "2027-02-26"
PAGE = Path(__file__).parents[2] / "docs" / "methods" / "bias.md"


class Position(NamedTuple):
    """A position, and which way a trader says it leans."""

    legs: tuple[tuple[Any, ...], ...]
    trader: str


def near(count: int, letter: str, strike: float) -> tuple[Any, ...]:
    return (count, {"C": "call", "P": "put"}[letter], strike, NEAR)


def far(count: int, letter: str, strike: float) -> tuple[Any, ...]:
    return (*near(count, letter, strike)[:3], FAR)


STOCK, SHORT_STOCK = (1000, "stock"), (-1000, "stock")

POSITIONS = {
    # single options and stock
    "long call": Position((near(1, "C", 25),), "bullish"),
    "long put": Position((near(1, "P", 24),), "bearish"),
    "cash-secured put": Position((near(-1, "P", 22),), "bullish"),
    "short call": Position((near(-1, "C", 27),), "bearish"),
    "deep in-the-money call": Position((near(1, "C", 16),), "bullish"),
    "deep in-the-money put": Position((near(1, "P", 34),), "bearish"),
    "far out-of-the-money call": Position((near(1, "C", 34),), "bullish"),
    "stock": Position((STOCK,), "bullish"),
    "short stock": Position((SHORT_STOCK,), "bearish"),
    "covered call": Position((STOCK, near(-1, "C", 27)), "bullish"),
    "in-the-money covered call": Position((STOCK, near(-1, "C", 21)), "bullish"),
    "protective put": Position((STOCK, near(1, "P", 22)), "bullish"),
    "collar": Position((STOCK, near(1, "P", 22), near(-1, "C", 27)), "bullish"),
    "synthetic stock": Position((near(1, "C", 24), near(-1, "P", 24)), "bullish"),
    "short synthetic stock": Position((near(-1, "C", 24), near(1, "P", 24)), "bearish"),
    "risk reversal": Position((near(1, "C", 26), near(-1, "P", 22)), "bullish"),
    # verticals
    "narrow bull call spread": Position((near(1, "C", 24), near(-1, "C", 25)), "bullish"),
    "wide bull call spread": Position((near(1, "C", 20), near(-1, "C", 30)), "bullish"),
    "narrow bear put spread": Position((near(1, "P", 24), near(-1, "P", 23)), "bearish"),
    "wide bear put spread": Position((near(1, "P", 30), near(-1, "P", 20)), "bearish"),
    "bull put spread": Position((near(-1, "P", 23), near(1, "P", 21)), "bullish"),
    "bear call spread": Position((near(-1, "C", 26), near(1, "C", 28)), "bearish"),
    "far bull call spread": Position((near(1, "C", 30), near(-1, "C", 32)), "bullish"),
    # condors, butterflies, straddles
    "iron condor": Position((near(1, "P", 20), near(-1, "P", 22), near(-1, "C", 27), near(1, "C", 29)), "neutral"),
    "iron condor above": Position((near(1, "P", 24), near(-1, "P", 26), near(-1, "C", 29), near(1, "C", 31)), "bullish"),
    "iron butterfly": Position((near(1, "P", 22), near(-1, "P", 24.5), near(-1, "C", 24.5), near(1, "C", 27)), "neutral"),
    "butterfly at spot": Position((near(1, "C", 22), near(-2, "C", 24.5), near(1, "C", 27)), "neutral"),
    "butterfly above": Position((near(1, "C", 26), near(-2, "C", 28), near(1, "C", 30)), "bullish"),
    "butterfly below": Position((near(1, "P", 22), near(-2, "P", 20), near(1, "P", 18)), "bearish"),
    "broken wing put butterfly": Position((near(1, "P", 24), near(-2, "P", 22), near(1, "P", 18)), "neutral"),
    "long straddle": Position((near(1, "C", 24), near(1, "P", 24)), "neutral"),
    "short strangle": Position((near(-1, "C", 28), near(-1, "P", 21)), "neutral"),
    "strap": Position((near(2, "C", 24), near(1, "P", 24)), "bullish"),
    "strip": Position((near(1, "C", 24), near(2, "P", 24)), "bearish"),
    # ratios, ladders, lizards
    "call ratio spread": Position((near(1, "C", 24), near(-2, "C", 27)), "bullish"),
    "call ratio spread below spot": Position((near(1, "C", 20), near(-2, "C", 22)), "bearish"),
    "put ratio spread": Position((near(1, "P", 24), near(-2, "P", 21)), "bearish"),
    "call backspread": Position((near(-1, "C", 24), near(2, "C", 27)), "bullish"),
    "put backspread": Position((near(-1, "P", 24), near(2, "P", 21)), "bearish"),
    "bull call ladder": Position((near(1, "C", 24), near(-1, "C", 27), near(-1, "C", 29)), "bullish"),
    "jade lizard": Position((near(-1, "P", 22), near(-1, "C", 26), near(1, "C", 28)), "bullish"),
    "reverse jade lizard": Position((near(-1, "C", 27), near(-1, "P", 23), near(1, "P", 21)), "bearish"),
    # calendars and diagonals
    "call calendar at spot": Position((near(-1, "C", 24), far(1, "C", 24)), "neutral"),
    "call calendar above": Position((near(-1, "C", 29), far(1, "C", 29)), "bullish"),
    "put calendar below": Position((near(-1, "P", 20), far(1, "P", 20)), "bearish"),
    "bull call diagonal": Position((near(-1, "C", 27), far(1, "C", 20)), "bullish"),
    "bear call diagonal": Position((near(-1, "C", 24), far(1, "C", 29)), "bearish"),
    "bear put diagonal": Position((near(-1, "P", 22), far(1, "P", 28)), "bearish"),
    "bull put diagonal": Position((near(-1, "P", 24), far(1, "P", 20)), "bullish"),
    "double diagonal": Position((near(-1, "P", 22), near(-1, "C", 27), far(1, "P", 21), far(1, "C", 28)), "neutral"),
    "box": Position((near(1, "C", 22), near(-1, "P", 22), near(-1, "C", 27), near(1, "P", 27)), "neutral"),
}  # fmt: skip

OTHERWISE = {
    ("short strangle", "delta"): "bearish",
    ("call ratio spread", "delta"): "neutral",
    ("call backspread", "delta"): "neutral",
    ("call backspread", "scenario"): "bearish",
    ("put backspread", "delta"): "bullish",
    ("put backspread", "scenario"): "bullish",
    ("broken wing put butterfly", "scenario"): "bearish",
    ("jade lizard", "scenario"): "neutral",
    ("reverse jade lizard", "scenario"): "neutral",
    ("double diagonal", "delta"): "bullish",
    ("double diagonal", "scenario"): "bullish",
}
"""Where a rule does not say what the trader says: what it says."""


@pytest.fixture(scope="module")
def leaned() -> pd.DataFrame:
    legs = pd.concat([xiaomi(*position.legs, group=name) for name, position in POSITIONS.items()])
    return Book.of(legs).price(market()).bias().strategies.set_index("group")


@pytest.mark.parametrize("rule", ["delta", "scenario"])
@pytest.mark.parametrize("name", POSITIONS)
def test_the_rules_agree_with_the_trader_or_the_page_says_why_not(
    leaned: pd.DataFrame, name: str, rule: str
) -> None:
    """One row of the table, by one rule."""
    said = leaned.loc[name, f"direction_{rule}"]
    assert said == OTHERWISE.get((name, rule), POSITIONS[name].trader)


@pytest.mark.parametrize("name", sorted({name for name, _ in OTHERWISE}))
def test_every_disagreement_is_explained(name: str) -> None:
    assert f"| {name} |" in PAGE.read_text(encoding="utf-8")


def test_there_are_at_least_forty_ordinary_positions() -> None:
    assert len(POSITIONS) >= 40
    assert {name for name, _ in OTHERWISE} <= set(POSITIONS)
