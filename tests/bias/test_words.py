"""The sentences of an analysis: headline, its last word, what stands out in it, and the range."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from books import NEAR, valued
from optlab.bias.words import extras, headline, lean_word, plural, stability_range
from optlab.strategy import STRATEGIES

ROW: dict[str, Any] = {
    "scope": "MIU",
    "rule": "delta",
    "weight": "count",
    "bullish": 0.55,
    "bearish": 0.35,
    "neutral": 0.10,
    "unclassified": 0.0,
    "n": 20,
    "low": 0.342,
    "high": 0.742,
    "reason": "",
}


def test_the_headline_of_the_specification() -> None:
    """Eleven bullish, seven bearish, two neutral of twenty."""
    assert headline(ROW, "40% diagonals, 60% long volatility, 25% self-financing") == (
        "MIU: 55% bullish, 35% bearish, 10% neutral (n=20 strategies, 95% 34-74%; delta rule, by count) - bullish; "
        "40% diagonals, 60% long volatility, 25% self-financing"
    )


def test_a_headline_without_extras_ends_with_its_word() -> None:
    assert headline(ROW).endswith("by count) - bullish")


def test_what_is_unclassified_is_said_only_where_there_is_some() -> None:
    row = {**ROW, "neutral": 0.0, "unclassified": 0.10}
    assert "35% bearish, 0% neutral, 10% unclassified" in headline(row)
    assert "unclassified" not in headline(ROW)


def test_the_percents_of_a_headline_add_up() -> None:
    """Three of nine each."""
    row = {**ROW, "bullish": 1 / 3, "bearish": 1 / 3, "neutral": 1 / 3, "n": 9}
    assert headline(row).startswith("MIU: 34% bullish, 33% bearish, 33% neutral (n=9 strategies")


def test_one_strategy_is_no_strategies() -> None:
    assert "(n=1 strategy, 95%" in headline({**ROW, "n": 1})


def test_a_share_that_is_empty_says_why() -> None:
    row = {**ROW, "bullish": math.nan, "weight": "premium", "reason": "no exchange rate for USD"}
    assert headline(row, "ignored") == "MIU: no share by premium: no exchange rate for USD"


@pytest.mark.parametrize(
    ("bullish", "bearish", "word"),
    [
        (0.7, 0.3, "strongly bullish"),
        (0.69, 0.30, "bullish"),
        (0.55, 0.45, "bullish"),
        (0.54, 0.45, "balanced"),
        (0.5, 0.41, "balanced"),
        (0.41, 0.5, "balanced"),
        (0.45, 0.55, "bearish"),
        (0.4, 0.5, "bearish"),
        (0.30, 0.69, "bearish"),
        (0.3, 0.7, "strongly bearish"),
        (0.0, 0.0, "balanced"),
        (1.0, 0.0, "strongly bullish"),
        (0.0, 1.0, "strongly bearish"),
    ],
)
def test_the_word_at_its_borders(bullish: float, bearish: float, word: str) -> None:
    """At least 40 and 10 points up, more than -10 and -40 down."""
    assert lean_word(bullish, bearish) == word


def test_nothing_leaned_has_no_word() -> None:
    assert lean_word(0.0, 0.0, 1.0) == "nothing could be leaned"
    assert lean_word(0.1, 0.0, 0.9) == "bullish"


# --- extras -------------------------------------------------------------------------------------------------


def families(**shares: float) -> pd.DataFrame:
    """Make the table of families, the largest first."""
    return pd.DataFrame({"family": list(shares), "share": list(shares.values())})


def views(**shares: float) -> pd.DataFrame:
    """Make the table of views from ``long short neutral self_financing``."""
    kinds = [
        ("premium" if name == "self_financing" else "volatility", name.replace("_", "-")) for name in shares
    ]
    return pd.DataFrame(kinds, columns=["view", "answer"]).assign(share=list(shares.values()))


def test_the_extras_of_the_specification() -> None:
    said = extras(families(diagonal=0.4, vertical=0.35), views(long=0.6, short=0.3, self_financing=0.25))
    assert said == "40% diagonals, 60% long volatility, 25% self-financing"


def test_volatility_is_neutral_where_most_is() -> None:
    assert (
        extras(families(vertical=1.0), views(long=0.2, neutral=0.8))
        == "100% verticals, 80% volatility-neutral"
    )


def test_what_rounds_to_nothing_is_not_said() -> None:
    """0.4% self-financing, and a volatility that is unclassified throughout."""
    assert extras(families(vertical=1.0), views(unclassified=1.0, self_financing=0.004)) == "100% verticals"


def test_there_are_no_extras_of_nothing() -> None:
    assert extras(families(), views()) == ""
    assert extras(families(vertical=math.nan), views(long=math.nan)) == ""


def test_every_family_has_a_plural_that_is_english() -> None:
    """None ends in -ys, and none is a plural twice over."""
    names = {plural(structure.family) for structure in STRATEGIES.values()}
    assert [name for name in names if name.endswith(("ys", "ss", "rflys"))] == []
    assert plural("vertical") == "verticals"
    assert plural("butterfly") == "butterflies"
    assert plural("straddle/strangle") == "straddles and strangles"


# --- the range ----------------------------------------------------------------------------------------------


def stable(*rows: tuple[float, float, float]) -> pd.DataFrame:
    """Make a table of stability from (bullish, bearish, unclassified)."""
    return pd.DataFrame(rows, columns=["bullish", "bearish", "unclassified"])


def test_the_range_where_the_choice_does_not_matter() -> None:
    said = stability_range(stable((0.48, 0.37, 0), (0.61, 0.39, 0)))
    assert (
        said
        == "The bullish share lies between 48% and 61% under every choice of rule, weight and band: bullish."
    )


def test_the_range_where_it_does() -> None:
    """From the most bullish word to the most bearish."""
    said = stability_range(stable((0.3, 0.6, 0), (0.48, 0.45, 0), (0.7, 0.1, 0)))
    assert said.endswith(
        "between 30% and 70% under every choice of rule, weight and band: the words go from bearish to strongly bullish."
    )


def test_choices_that_can_say_nothing_are_no_end_of_the_range() -> None:
    """A name rule over custom packages, and a weight that nothing has."""
    said = stability_range(stable((0.5, 0.2, 0), (0.0, 0.0, 1.0), (math.nan, math.nan, math.nan)))
    assert said.startswith("The bullish share lies between 50% and 50%")
    assert stability_range(stable((0.0, 0.0, 1.0))) == ""


def test_the_headline_of_a_book_and_of_its_only_underlying() -> None:
    """A bull call spread and a short put; and of nothing."""
    lean = valued(
        *[(1, "call", 24, NEAR), (-1, "call", 27, NEAR), (-1, "put", 22, NEAR)], group=["a", "a", "b"]
    ).bias()
    assert lean.headline.startswith(
        "MIU: 100% bullish, 0% bearish, 0% neutral (n=2 strategies, 95% 34-100%; "
    )
    assert "strongly bullish; 50% " in lean.headline
    assert lean.range.endswith(": strongly bullish.")
    assert valued((50_000, "cash")).bias().headline == "nothing to lean: no strategy is counted"


def test_a_share_that_is_one_but_for_rounding_is_one() -> None:
    assert lean_word(0.0, 0.0, 0.9999999999999998) == "nothing could be leaned"
