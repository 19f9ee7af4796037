"""Every structure of the catalogue is recognised, however it is written down; what is none is custom."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.match import conditions_hold, name_packages, resolve
from optlab.strategy.templates import parse_legs
from packages_of_shapes import every_template, leg, name_of, names_of, random_package

NEAR, FAR = "2026-11-27", "2026-12-30"


@settings(max_examples=25, deadline=None)
@given(random=st.randoms(use_true_random=True))
def test_every_structure_is_recognised(random: Random) -> None:
    """Whatever the numbers, strikes, dates, lots, multiplier, fills and order of the legs."""
    packages = {key: random_package(template, random) for key, _, template in every_template()}
    wanted = {key: structure.name for key, structure, _ in every_template()}
    found = names_of(packages)
    wrong = {key: (found.get(key), packages[key]) for key in wanted if found.get(key) != wanted[key]}
    assert wrong == {}


@settings(max_examples=10, deadline=None)
@given(random=st.randoms(use_true_random=True))
def test_the_other_side_is_the_mirror(random: Random) -> None:
    packages = {key: random_package(template, random) for key, _, template in every_template()}
    flipped = {key: [{**row, "quantity": -row["quantity"]} for row in legs] for key, legs in packages.items()}
    wanted = {key: structure.mirror for key, structure, _ in every_template()}
    found = names_of(flipped)
    wrong = {key: (found.get(key), flipped[key]) for key in wanted if found.get(key) != wanted[key]}
    assert wrong == {}


# --- ratios, lots and units --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [
        (1, -2, "call ratio spread 1x2"),
        (1, -4, "call ratio spread"),
        (2, -5, "call ratio spread"),
        (10, -25, "call ratio spread"),
        (-1, 2, "call backspread 2x1"),
        (-2, 5, "call backspread"),
        (2, -1, "call zebra"),
        (7, -7, "bull call spread"),
        (3, -1, "custom (2 legs)"),
        (0.1, -0.2, "call ratio spread 1x2"),
        (0.3, -0.9, "call ratio spread 1x3"),
        (0.3, -0.3, "bull call spread"),
    ],
)
def test_two_calls_are_named_by_their_ratio(low: float, high: float, name: str) -> None:
    """Listed ratios have names of their own, any other more sold than bought is a ratio spread."""
    assert name_of(leg(low, "call", 100, NEAR), leg(high, "call", 110, NEAR)) == name


def test_lots_that_differ_are_a_ratio() -> None:
    """Three straddles with five more puts are no straddles."""
    assert name_of(leg(3, "call", 100, NEAR), leg(5, "put", 100, NEAR)) == "ratio straddle"


@pytest.mark.parametrize(
    ("strikes", "name"),
    [
        ((95, 100, 105), "long call butterfly"),
        ((95, 100, 110), "call broken wing butterfly"),
        ((90, 100, 105), "debit call broken wing butterfly"),
        ((22.1, 22.2, 22.3), "long call butterfly"),
        ((0.07, 0.08, 0.09), "long call butterfly"),
    ],
)
def test_the_wings_of_a_butterfly_are_compared(strikes: tuple[float, ...], name: str) -> None:
    """Equal wings are equal in decimals, whatever the last bit says."""
    low, body, high = strikes
    legs = leg(1, "call", low, NEAR), leg(-2, "call", body, NEAR), leg(1, "call", high, NEAR)
    assert name_of(*legs) == name


def test_a_listed_ratio_at_other_gaps_falls_to_the_general_name() -> None:
    """One, three and two calls are a christmas tree only where a strike is skipped."""
    tree, other = (
        [leg(1, "call", low, NEAR), leg(-3, "call", 100, NEAR), leg(2, "call", 105, NEAR)] for low in (90, 95)
    )
    assert names_of({"tree": tree, "other": other}) == {
        "tree": "call christmas tree butterfly",
        "other": "ratio call butterfly",
    }


def test_contracts_of_two_sizes_compare_in_units() -> None:
    """Five contracts on ten units hedge one on fifty."""
    small = leg(5, "call", 100, NEAR) | {"multiplier": 10.0}
    large = leg(-1, "call", 110, NEAR) | {"multiplier": 50.0}
    assert name_of(small, large) == "bull call spread"
    assert name_of(small | {"quantity": 1}, large) == "call ratio spread"


# --- stock -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "name"),
    [
        (-400, "call versus underlying"),
        (-1, "call versus underlying"),
        (-333.3, "call versus underlying"),
        (-500, "long call synthetic straddle"),
        (-1000, "protective call"),
        (-1500, "custom (2 legs)"),
        (400, "custom (2 legs)"),
        (1000, "custom (2 legs)"),
    ],
)
def test_ten_calls_against_stock(shares: float, name: str) -> None:
    """Less than the units of the options is a hedge, but only against their direction."""
    assert name_of(leg(10, "call", 100, NEAR), leg(shares, "stock")) == name


def test_fractions_of_a_coin() -> None:
    """A tenth of a call on one coin, against less of the coin, the same, or none."""
    call = leg(0.1, "call", 60_000, NEAR) | {"multiplier": 1.0}
    assert name_of(call, leg(-0.04, "stock")) == "call versus underlying"
    assert name_of(call, leg(-0.1, "stock")) == "protective call"
    assert name_of(call) == "long call"


@pytest.mark.parametrize("shares", [-30, 30])
def test_a_straddle_may_be_hedged_either_way(shares: float) -> None:
    legs = leg(1, "call", 100, NEAR), leg(1, "put", 100, NEAR), leg(shares, "stock")
    assert name_of(*legs) == "straddle versus underlying"


def test_any_structure_may_be_held_against_a_part_of_stock() -> None:
    legs = [
        leg(2, "put", 95, NEAR),
        leg(-2, "put", 100, NEAR),
        leg(-2, "call", 110, NEAR),
        leg(2, "call", 115, NEAR),
    ]
    assert name_of(*legs, leg(37, "stock")) == "iron condor versus underlying"


def test_a_future_is_stock_of_its_own_size() -> None:
    """Two futures on fifty units cover one call on a hundred."""
    future = leg(2, "future", expiry=FAR) | {"multiplier": 50.0}
    assert name_of(leg(-1, "call", 100, NEAR), future) == "covered call"


def test_stock_and_a_future_together_are_custom() -> None:
    stock, future = leg(50, "stock"), leg(50, "future", expiry=FAR) | {"multiplier": 1.0}
    assert name_of(leg(-1, "call", 100, NEAR), stock, future) == "custom (3 legs)"
    assert name_of(stock, future) == "custom (2 legs)"


def test_stock_alone() -> None:
    future = leg(-3, "future", expiry=FAR) | {"multiplier": 50.0}
    assert names_of({"a": [leg(123.45, "stock")], "b": [future]}) == {"a": "long stock", "b": "short stock"}


# --- what has no name --------------------------------------------------------------------------------------


def test_legs_that_fit_nothing_are_custom() -> None:
    """Two puts bought, a call bought above and another sold further out in time."""
    odd = [leg(2, "put", 95, NEAR), leg(1, "call", 100, NEAR), leg(-1, "call", 130, FAR)]
    assert name_of(*odd) == "custom (3 legs)"


def test_more_legs_than_any_structure_has_are_custom() -> None:
    legs = [leg(1, "call", 100 + number, NEAR) for number in range(40)]
    assert name_of(*legs) == "custom (40 legs)"


def test_quantities_without_a_common_part_are_custom() -> None:
    assert name_of(leg(1, "call", 100, NEAR), leg(-0.317, "call", 110, NEAR)) == "custom (2 legs)"


def test_what_nets_to_nothing_is_not_named() -> None:
    """It has no legs left; whoever asks says that it is closed."""
    assert names_of(
        {"a": [leg(1, "call", 100, NEAR), leg(-1, "call", 100, NEAR)], "b": [leg(1, "stock")]}
    ) == {"b": "long stock"}


def test_no_packages_have_no_names() -> None:
    columns = ["strategy_id", "kind", "strike", "expiry", "size", "units", "count"]
    assert name_packages(pd.DataFrame(columns=columns)).empty


# --- shapes ------------------------------------------------------------------------------------------------


def test_a_shape_is_resolved_most_specific_first() -> None:
    """The three butterflies differ in their strikes alone; the general ratio takes no equal wings."""
    (template,) = parse_legs("+1C(K1,T1) -2C(K2,T1) +1C(K3,T1)")
    assert {structure.name for structure, _ in resolve(template.shape())} == {
        "long call butterfly",
        "call broken wing butterfly",
        "debit call broken wing butterfly",
    }


def test_lines_of_one_shape_exclude_each_other() -> None:
    """At any strikes at most one line of fixed numbers fits a package, so that their order does not matter."""
    grid = np.array(
        [(10, 10 + a, 10 + a + b, 10 + a + b + c) for a in (1, 2, 4) for b in (1, 2, 4) for c in (1, 2, 4)]
    )
    for structure in STRATEGIES.values():
        for template in structure.templates:
            if template.letters:
                continue
            count = max(leg.strike for leg in template.legs)
            strikes = np.unique(grid[:, :count], axis=0).astype("float64")
            if count > strikes.shape[1]:
                continue
            lines = [found for _, found in resolve(template.shape()) if not found.letters]
            fitting = sum(conditions_hold(found.conditions, strikes).astype(int) for found in lines)
            assert np.max(fitting) == 1, structure.name
