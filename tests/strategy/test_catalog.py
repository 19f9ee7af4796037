"""The catalogue: every line is sound, no two are the same, and every name finds its structure."""

from __future__ import annotations

import csv
import importlib.resources
import math
import re

import pytest

from optlab.errors import PricingError
from optlab.strategy.catalog import (
    FLIPPED,
    STRATEGIES,
    Structure,
    find_structure,
    find_structures,
    named_by_venues,
    venue_name,
    venues,
)
from optlab.strategy.templates import PARTIAL_STOCK, Template, uncovered

LINES = list(STRATEGIES.values())
NAMES = list(STRATEGIES)
Signature = tuple[object, ...]


def listed() -> list[dict[str, str]]:
    """Return the catalogue as it stands in the file."""
    source = importlib.resources.files("optlab.strategy").joinpath("catalog.csv")
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def signature(template: Template) -> Signature:
    """Return what makes two templates the same: legs in order without a common divisor, and the conditions."""
    divisor = math.gcd(*(leg.number for leg in template.legs))
    legs = sorted(
        (leg.expiry, leg.strike, leg.kind, leg.sign * leg.number // divisor, leg.letter)
        for leg in template.legs
    )
    return *legs, *sorted(condition.text for condition in template.conditions)


# --- lines -------------------------------------------------------------------------------------------------


def test_the_file_lists_each_name_once() -> None:
    names = [line["name"] for line in listed()]
    assert len(names) == len(set(names))
    assert set(names) <= set(STRATEGIES)


def test_no_two_lines_are_the_same_package() -> None:
    seen: dict[Signature, str] = {}
    for line in LINES:
        for template in line.templates:
            assert seen.setdefault(signature(template), line.name) == line.name


@pytest.mark.parametrize("name", NAMES)
def test_strikes_and_expiries_are_numbered_without_gaps(name: str) -> None:
    """K1 is the lowest strike and T1 the nearest expiry, and every one between is used."""
    for template in STRATEGIES[name].templates:
        options = [leg for leg in template.legs if leg.kind != "S"]
        for numbers in ({leg.strike for leg in options}, {leg.expiry for leg in options}):
            assert numbers == set(range(1, len(numbers) + 1))
        assert len({(leg.kind, leg.strike, leg.expiry) for leg in template.legs}) == len(template.legs)


@pytest.mark.parametrize("name", NAMES)
def test_conditions_speak_of_the_legs(name: str) -> None:
    for template in STRATEGIES[name].templates:
        known = {f"K{leg.strike}" for leg in template.legs} | template.letters | {""}
        assert {symbol for rule in template.conditions for symbol in rule.weights} <= known


@pytest.mark.parametrize("name", NAMES)
def test_words_are_known_words(name: str) -> None:
    line = STRATEGIES[name]
    assert line.rank in {1.0, 1.6, 3.0}
    assert line.direction in {"bullish", "bearish", "neutral", "depends"}
    assert line.volatility in {"long", "short", "neutral", "depends"}
    assert re.fullmatch(r"[a-z]+([-/][a-z]+)?", line.family)
    assert line.name == line.name.strip().lower()


@pytest.mark.parametrize("name", [line.name for line in LINES if line.templates[0].letters])
def test_letters_are_only_looked_for_in_packages_that_are_given(name: str) -> None:
    """A book could be cut into ratios of any numbers in too many ways."""
    assert STRATEGIES[name].is_group_only


# --- the other side ----------------------------------------------------------------------------------------


def flips(line: Structure, other: Structure) -> bool:
    """Say whether a structure's views are the other's mirrored."""
    return all(
        FLIPPED.get(mine, mine) == theirs
        for mine, theirs in ((line.direction, other.direction), (line.volatility, other.volatility))
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_mirror_has_every_leg_flipped(name: str) -> None:
    line = STRATEGIES[name]
    other = STRATEGIES[line.mirror]
    assert other.mirror == name
    assert other.family == line.family
    assert other.is_group_only == line.is_group_only
    flipped = {signature(template.flipped()) for template in line.templates}
    assert flipped == {signature(template) for template in other.templates}


@pytest.mark.parametrize("name", NAMES)
def test_the_mirror_s_views_are_mirrored_or_the_note_says_why(name: str) -> None:
    line = STRATEGIES[name]
    assert flips(line, STRATEGIES[line.mirror]) or "mirror" in line.note


def test_a_view_that_is_not_mirrored_is_seen() -> None:
    assert not flips(STRATEGIES["call ratio spread 1x2"], STRATEGIES["call backspread 2x1"])
    assert flips(STRATEGIES["bull call spread"], STRATEGIES["bear call spread"])


def test_both_sides_of_a_listed_line_are_there() -> None:
    assert {line.mirror for line in LINES} == set(STRATEGIES)


def test_naked_lines_say_what_they_are() -> None:
    """A single sold option is uncovered, a covered call is not."""
    open_calls = {
        name: uncovered(STRATEGIES[name].templates[0].shape())[0] for name in ("short call", "covered call")
    }
    assert open_calls == {"short call": 1, "covered call": 0}


def test_stock_comes_in_whole_units_or_in_a_part_d() -> None:
    for line in LINES:
        for leg in (leg for template in line.templates for leg in template.legs):
            assert leg.kind == "S" or leg.letter != PARTIAL_STOCK, line.name


# --- names -------------------------------------------------------------------------------------------------


def test_no_name_claims_two_structures() -> None:
    """An alias holds everywhere; names that differ by venue stand with their venue."""
    claims: dict[str, set[str]] = {}
    for line in LINES:
        for name in (line.name, *line.aliases):
            claims.setdefault(re.sub(r"[\s_-]+", " ", name).casefold(), set()).add(line.name)
    assert {name: lines for name, lines in claims.items() if len(lines) > 1} == {}


@pytest.mark.parametrize("line", LINES, ids=NAMES)
def test_every_name_finds_its_structure(line: Structure) -> None:
    for name in (line.name, *line.aliases):
        for spelling in (name, name.upper(), name.replace(" ", "-"), f"  {name} "):
            assert find_structures(spelling) == [line]
    for venue, name in line.venue_names.items():
        for one in name.split(" or "):
            assert line in find_structures(f"{venue}:{one}")
            assert line in named_by_venues(one)[venue]


def test_a_venue_s_name_can_cover_several_structures() -> None:
    assert [line.name for line in find_structures("Put Diagonal")] == [
        "bear put diagonal",
        "bull put diagonal",
    ]
    assert len(find_structures("Call Butterfly")) == 3
    assert find_structure("Put Diagonal").name == "bear put diagonal"


def test_optlab_s_own_name_wins_over_an_alias_and_that_over_a_venue_s() -> None:
    """The double diagonal is another package at Fidelity."""
    assert [line.name for line in find_structures("double diagonal")] == ["double diagonal"]
    assert [line.name for line in find_structures("fidelity:double diagonal")] == [
        "straddle-strangle double diagonal"
    ]
    assert [line.name for line in find_structures("short iron condor")] == ["iron condor"]
    assert {line.name for line in named_by_venues("short iron condor")["lean"]} == {"reverse iron condor"}


def test_the_sold_side_of_a_name_is_the_mirror() -> None:
    """So that every name a venue's column can hold finds its structure."""
    assert [line.name for line in find_structures("sold Call Spread")] == ["bear call spread"]
    for line in LINES:
        for venue, names in line.venue_names.items():
            for one in names.split(" or "):
                assert STRATEGIES[line.mirror] in find_structures(f"sold {venue}:{one}")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        PricingError, match=r"no structure is called 'irn condr'\. Fix: did you mean iron condor or"
    ):
        find_structures("irn condr")
    with pytest.raises(PricingError, match="optlab catalog lists them all"):
        find_structure("xyzzy")


def test_venues_and_their_names() -> None:
    assert {"hkex", "cme", "eurex", "liffe", "deribit"} <= set(venues())
    assert venue_name("bull call spread", "hkex") == "Call Spread"
    assert venue_name("bear call spread", "hkex") == "sold Call Spread"
    assert venue_name("jade lizard", "hkex") == ""
    assert venue_name("custom (2 legs)", "hkex") == ""


def test_several_names_at_one_venue_are_joined() -> None:
    """An alias with a colon is a venue's; 2:1 is a number."""
    for line in LINES:
        assert not any(re.match(r"[a-z]+:", alias) for alias in line.aliases)


def test_hkex_names_every_strategy_of_its_list_once_or_by_strikes() -> None:
    """The names of the HKEX tailor-made combinations stand for packages, and none for its own mirror."""
    named = [line for line in LINES if "hkex" in line.venue_names]
    assert len(named) >= 20
    assert not [line.name for line in named if "hkex" in STRATEGIES[line.mirror].venue_names]
