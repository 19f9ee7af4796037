"""Which leg makes a strategy lean: parts that add up to the delta ratio and the scenario lean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, valued
from optlab.exposure import contributions, exposures

CASES: dict[str, list[tuple[Any, ...]]] = {
    "call": [(2, "call", 24, NEAR)],
    "vertical": [(3, "call", 24, NEAR), (-3, "call", 27, NEAR)],
    "condor": [(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, NEAR)],
    "diagonal": [(-1, "call", 27, NEAR), (1, "call", 28, FAR)],
    "two later legs": [(-2, "put", 22, NEAR), (1, "put", 21, FAR), (1, "call", 26, "2027-03-30")],
    "covered call": [(1000, "stock"), (-1, "call", 27, NEAR)],
    "stock": [(500, "stock")],
    "settled near leg": [(-1, "call", 24, AS_OF), (1, "call", 24, NEAR)],
}
IDS = {name: f"MIU-{number}" for number, name in enumerate(CASES, start=1)}


def legs() -> pd.DataFrame:
    """Price all cases, each a group."""
    rows = [leg for members in CASES.values() for leg in members]
    return valued(*rows, group=[name for name, members in CASES.items() for _ in members]).legs


def test_the_parts_add_up() -> None:
    """To the delta per lot, the delta ratio and the scenario lean of every case."""
    priced = legs()
    parts = contributions(priced).groupby("strategy_id")[["delta", "by_delta", "by_scenario"]].sum()
    whole = exposures(priced)[["delta_per_lot", "delta_ratio", "scenario_lean"]]
    np.testing.assert_allclose(parts.loc[whole.index].to_numpy(), whole.to_numpy(), rtol=1e-10, atol=1e-12)


def test_legs_are_named_per_lot_and_what_is_settled_has_no_part() -> None:
    """Three lots of a vertical have one of each leg; a calendar on the evening of its near expiry is its far leg."""
    parts = contributions(legs())
    names = {key: sorted(part["leg"]) for key, part in parts.groupby("strategy_id")}
    assert names[IDS["vertical"]] == ["+1 27NOV26 24C", "-1 27NOV26 27C"]
    assert names[IDS["settled near leg"]] == ["+1 27NOV26 24C"]
    assert names[IDS["call"]] == ["+1 27NOV26 24C"]
    assert "-1 27NOV26 27C" in names[IDS["covered call"]]
    assert names[IDS["two later legs"]] == ["+1 30DEC26 21P", "+1 30MAR27 26C", "-2 27NOV26 22P"]


def test_a_bought_call_has_a_bullish_part_and_a_bought_put_a_bearish_one() -> None:
    """In both numbers, and the other way round where they are sold."""
    parts = contributions(legs())
    side = np.where(parts["leg"].str.endswith("P"), -1, 1) * np.where(parts["leg"].str.startswith("-"), -1, 1)
    assert (np.sign(parts["by_delta"]) == side).all()
    assert (np.sign(parts["by_scenario"]) == side).all()


def test_a_leg_of_its_own_gives_all_that_there_is() -> None:
    """A call alone leans by 1."""
    parts = contributions(legs()).set_index("strategy_id")
    assert parts.loc[IDS["call"], "by_scenario"] == pytest.approx(1.0)
    assert parts.loc[IDS["stock"], "by_scenario"] == pytest.approx(1.0)
    assert parts.loc[IDS["stock"], "by_delta"] == pytest.approx(1.0)
