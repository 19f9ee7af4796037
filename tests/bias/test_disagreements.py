"""Where the rules disagree about a strategy, and the leg that makes the difference."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd
import pytest

from books import FAR, NEAR, market, valued, xiaomi
from optlab.bias.disagreements import DISAGREEMENT_COLUMNS
from optlab.book import Book

DISAGREED: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "straddle far above": ([(1, "call", 27, NEAR), (1, "put", 27, NEAR)], "+1 27NOV26 27P"),
    "straddle far below": ([(1, "call", 21, NEAR), (1, "put", 21, NEAR)], "+1 27NOV26 21C"),
    "call calendar far above": ([(-1, "call", 30, NEAR), (1, "call", 30, FAR)], "+1 30DEC26 30C"),
    "short strangle far above": ([(-1, "call", 30, NEAR), (-1, "put", 26, NEAR)], "-1 27NOV26 26P"),
    "call ratio spread": ([(1, "call", 24, NEAR), (-2, "call", 27, NEAR)], "-2 27NOV26 27C"),
    "diagonal without delta": ([(-1, "call", 27, NEAR), (1, "call", 28, FAR)], "-1 27NOV26 27C"),
}
"""Strategies about which the rules disagree, and the leg that a trader would point at."""

AGREED: dict[str, list[tuple[Any, ...]]] = {
    "call": [(1, "call", 24, NEAR)],
    "spread": [(1, "put", 24, NEAR), (-1, "put", 22, NEAR)],
    "condor": [(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, NEAR)],
    "box": [(1, "call", 24, NEAR), (-1, "put", 24, NEAR), (-1, "call", 27, NEAR), (1, "put", 27, NEAR)],
    "stock": [(1000, "stock")],
    "custom": [(3, "call", 24, NEAR), (1, "call", 27, NEAR), (2, "call", 30, FAR), (5, "call", 20, FAR)],
}


@functools.cache
def listed() -> pd.DataFrame:
    """List the disagreements of all of them in one book, by group."""
    groups = {name: legs for name, (legs, _) in DISAGREED.items()} | AGREED
    rows = [leg for legs in groups.values() for leg in legs]
    lean = valued(*rows, group=[name for name, legs in groups.items() for _ in legs]).bias()
    assert list(lean.disagreements.columns) == DISAGREEMENT_COLUMNS
    names = lean.strategies.set_index("strategy_id")["group"]
    return lean.disagreements.assign(group=lean.disagreements["strategy_id"].map(names)).set_index("group")


def test_only_strategies_about_which_the_rules_disagree_are_listed() -> None:
    """In order of appearance; a custom package has no name to disagree with, and a box no exposure."""
    assert list(listed().index) == list(DISAGREED)


@pytest.mark.parametrize("name", DISAGREED)
def test_the_leg_that_makes_the_difference(name: str) -> None:
    """The one in the money, the later one, the one sold twice."""
    assert listed()["leg"][name] == DISAGREED[name][1]


def test_a_name_against_the_numbers_says_the_deltas() -> None:
    """The 27 straddle with spot at 24.24: its put is most of a short share."""
    row = listed().loc["straddle far above"]
    said = [row[f"direction_{rule}"] for rule in ("delta", "scenario", "name")]
    assert said == ["bearish", "bearish", "neutral"]
    assert row["reason"] == (
        "the textbook says neutral; here +1 27NOV26 27P has a delta of -0.71 per lot, the other legs +0.30: "
        "delta ratio -0.56"
    )


def test_delta_against_scenario_says_what_the_leg_counts_in_each() -> None:
    """Today the sold calls weigh down the ratio spread; at the horizon it gains up to 27 and beyond."""
    row = listed().loc["call ratio spread"]
    assert (row["direction_delta"], row["direction_scenario"]) == ("neutral", "bullish")
    assert row["reason"].startswith(
        "delta ratio -0.10 today, scenario lean +0.42 at the horizon: -2 27NOV26 27C adds -2.10 to the one"
    )


def test_lots_change_neither_the_leg_nor_the_words() -> None:
    """Seven straddles are one straddle, seven times."""
    rows = [(lots, kind, 27, NEAR) for lots in (1, 7) for kind in ("call", "put")]
    found = valued(*rows, group=["one", "one", "seven", "seven"]).bias().disagreements
    words = found.drop(columns=["strategy_id", "delta_ratio", "scenario_lean"]).to_numpy().tolist()
    assert words[0] == words[1]


def test_a_strategy_without_a_value_disagrees_with_nobody() -> None:
    """The name could say, the numbers can't."""
    book = Book.of(xiaomi((1, "call", 24, NEAR), group="g")).price(market(spot=None))
    found = book.bias().disagreements
    assert (list(found.columns), len(found)) == (DISAGREEMENT_COLUMNS, 0)
