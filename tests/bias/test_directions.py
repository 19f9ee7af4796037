"""Which way a strategy leans by each of the three rules, and which strategies carry no view."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from books import FAR, NEAR, valued
from optlab.bias.directions import direction_of, is_sideless, no_view, reason_of, textbook_direction
from optlab.strategy import STRATEGIES


def judged(
    numbers: list[float], *, has_exposure: bool = True, status: str = "ok", strategy: str = "long call"
) -> pd.DataFrame:
    """Make strategies of delta ratios; the scenario lean of each is the opposite."""
    return pd.DataFrame(
        {
            "delta_ratio": numbers,
            "scenario_lean": [-number for number in numbers],
            "has_exposure": has_exposure,
            "status": status,
            "strategy": strategy,
        }
    )


# --- by numbers ---------------------------------------------------------------------------------------------


def test_the_band_s_border_is_outside() -> None:
    """From +0.20 bullish, from -0.20 bearish, in between neutral."""
    found = direction_of(judged([0.9, 0.20, 0.1999, 0.0, -0.1999, -0.20, -1.1]), "delta", 0.20)
    assert found.tolist() == [*["bullish"] * 2, *["neutral"] * 3, *["bearish"] * 2]


def test_the_scenario_rule_reads_its_own_number() -> None:
    found = direction_of(judged([0.9, -0.9, 0.1]), "scenario", 0.20)
    assert found.tolist() == ["bearish", "bullish", "neutral"]


def test_a_wider_band_makes_more_neutral() -> None:
    table = judged([0.15, 0.3, 0.7])
    bullish = [(direction_of(table, "delta", band) == "bullish").sum() for band in (0.1, 0.3, 1)]
    assert bullish == [3, 2, 0]


def test_the_reason_says_the_number_and_the_band() -> None:
    table = judged([0.305, -0.1])
    assert reason_of(table, "delta", 0.2).tolist() == [
        "delta ratio +0.30 outside band 0.2",
        "delta ratio -0.10 inside band 0.2",
    ]
    assert reason_of(table, "scenario", 0.25)[0] == "scenario lean -0.30 outside band 0.25"


def test_without_exposure_a_strategy_is_neutral_by_both_numbers() -> None:
    """What is left of a box is rounding, whatever its ratio; a band of zero changes nothing."""
    table = judged([0.0, 0.7], has_exposure=False)
    for rule in ("delta", "scenario"):
        assert direction_of(table, rule, 0.0).tolist() == ["neutral", "neutral"]
        assert reason_of(table, rule, 0.0).tolist() == ["no exposure", "no exposure"]


def test_without_a_value_a_strategy_is_unclassified_with_its_status() -> None:
    """Whether it has exposure is not known then."""
    table = judged([math.nan], has_exposure=False, status="no_spot")
    assert direction_of(table, "delta", 0.2).tolist() == ["unclassified"]
    assert reason_of(table, "delta", 0.2).tolist() == ["no_spot"]


# --- by name ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "direction"),
    [("bull call spread", "bullish"), ("bear put spread", "bearish"), ("iron condor", "neutral")],
)
def test_a_name_says_what_the_textbook_says(name: str, direction: str) -> None:
    """Whatever the numbers say."""
    table = judged([-0.9], strategy=name)
    assert direction_of(table, "name", 0.2).tolist() == [direction]
    assert reason_of(table, "name", 0.2).tolist() == [f"textbook: {direction}"]


@pytest.mark.parametrize("name", ["call spread swap", "custom (3 legs)", "roll out (short put)", ""])
def test_a_name_that_depends_on_the_strikes_says_nothing(name: str) -> None:
    table = judged([0.9], strategy=name)
    assert direction_of(table, "name", 0.2).tolist() == ["unclassified"]
    assert reason_of(table, "name", 0.2).tolist() == ["the name has no direction of its own"]


def test_what_lost_a_leg_has_not_the_direction_of_the_name_that_is_left() -> None:
    table = judged([math.nan], strategy="long call", status="lost a leg to a problem")
    assert direction_of(table, "name", 0.2).tolist() == ["unclassified"]
    assert reason_of(table, "name", 0.2).tolist() == ["lost a leg to a problem"]


def test_a_name_without_a_price_still_has_its_direction() -> None:
    """The textbook needs no spot."""
    table = judged([math.nan], has_exposure=False, status="no_spot")
    assert direction_of(table, "name", 0.2).tolist() == ["bullish"]


def test_every_direction_of_the_catalogue_is_one_that_can_be_counted() -> None:
    """A fifth word would be unclassified without anyone noticing; what depends is, on purpose."""
    said = {name: structure.direction for name, structure in STRATEGIES.items()}
    assert set(said.values()) == {"bullish", "bearish", "neutral", "depends"}
    assert {name: textbook_direction(name) for name in said} == {
        name: direction.replace("depends", "unclassified") for name, direction in said.items()
    }


# --- which carry no view ------------------------------------------------------------------------------------


def traded(**columns: object) -> pd.DataFrame:
    """Make one strategy that opens; what is named is different."""
    ordinary = {
        "legs": "+1 27NOV26 24C",
        "status": "ok",
        "settled": False,
        "condition": "",
        "closes": False,
        "only_closes": False,
        "opens": True,
    }
    return pd.DataFrame([{**ordinary, **columns}])


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, ""),
        ({"legs": ""}, "closed: nets to nothing"),
        ({"status": "expired_earlier"}, "expired earlier"),
        ({"settled": True}, "expired earlier"),
        ({"condition": "MCTP"}, "compression trade"),
        ({"condition": "MLET"}, ""),
        ({"closes": True}, "roll: closes one leg and opens another"),
        ({"closes": True, "only_closes": True, "opens": False}, "closes a position"),
        ({"opens": False}, ""),
        ({"no_view": "no side on the tape"}, "no side on the tape"),
    ],
)
def test_why_a_strategy_carries_no_view(columns: dict[str, object], reason: str) -> None:
    """Ten ways to trade a call."""
    assert no_view(traded(**columns)).tolist() == [reason]


def test_rolls_and_closing_packages_can_be_included() -> None:
    """What nets to nothing, is over or is a compression trade never can."""
    included = pd.concat([traded(closes=True), traded(closes=True, only_closes=True, opens=False)])
    assert no_view(included, "include").tolist() == ["", ""]
    never = pd.concat([traded(legs=""), traded(settled=True), traded(condition="u")])
    assert (no_view(never, "include") != "").all()


def test_the_first_reason_is_said() -> None:
    """A package that closes and nets to nothing is closed; the tape's own reason goes before both."""
    both = {"legs": "", "closes": True, "only_closes": True, "opens": False}
    assert no_view(traded(**both)).tolist() == ["closed: nets to nothing"]
    assert no_view(traded(**both, no_view="no side on the tape")).tolist() == ["no side on the tape"]


def test_unsigned_prints_and_compression_trades_have_no_side() -> None:
    table = pd.concat(
        [traded(no_view=""), traded(no_view="no side on the tape"), traded(no_view="", condition="MCTP")]
    )
    assert is_sideless(table).tolist() == [False, True, True]
    assert is_sideless(traded(closes=True)).tolist() == [False]


def test_included_rolls_are_leaned_like_any_other_package() -> None:
    """A put that rolls out, and a call that is sold to close."""
    rows = [(1, "put", 22, NEAR), (-1, "put", 22, FAR), (-1, "call", 26, NEAR)]
    book = valued(*rows, group=["roll", "roll", "close"], effect=["close", "open", "close"])
    taken = book.bias(rolls="include")
    assert "not counted" not in taken.strategies["direction"].tolist()
    assert taken.strategies["direction"].tolist() == taken.strategies["direction_delta"].tolist()
    assert (taken.shares["n"].tolist(), taken.left_out) == ([2], ())
