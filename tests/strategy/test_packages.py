"""Ids, lots and readable legs."""

from __future__ import annotations

import pandas as pd

from books import FAR, NEAR, xiaomi
from optlab.legs import canonical
from optlab.strategy import assign, describe_legs, lots, split_groups


def named(*rows: tuple[object, ...], **columns: object) -> pd.DataFrame:
    """Name the strategies of Xiaomi legs."""
    return assign(canonical(xiaomi(*rows, **columns)))


def test_a_group_is_one_strategy_and_a_loose_leg_another() -> None:
    legs = named(
        *[(1, "call", 24, NEAR), (1, "call", 25, NEAR), (-1, "call", 27, NEAR), (1, "call", 25, NEAR)],
        group=["a", "", "a", ""],
    )
    assert legs["strategy_id"].tolist() == ["MIU-1", "MIU-2", "MIU-1", "MIU-3"]


def test_the_same_group_id_in_another_account_is_another_strategy() -> None:
    legs = named((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="a", account=["x", "y"])
    assert legs["strategy_id"].tolist() == ["MIU-1", "MIU-2"]


def test_a_group_over_two_underlyings_is_a_strategy_for_each() -> None:
    legs = canonical(
        xiaomi((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="a").assign(underlying=["MIU", "TCH"])
    )
    assert assign(legs)["strategy_id"].tolist() == ["MIU-1", "TCH-1"]
    assert split_groups(legs) == ["a"]


def test_cash_belongs_to_no_strategy() -> None:
    assert named((50_000, "cash"), (1, "call", 24, NEAR))["strategy_id"].tolist() == ["", "MIU-1"]


def test_lots_are_the_greatest_common_divisor() -> None:
    assert lots(named((6, "call", 24, NEAR), (-9, "call", 27, NEAR), group="a"))["MIU-1"] == 3


def test_shares_count_in_units_of_the_options() -> None:
    """Two thousand shares and two calls on a thousand are two covered calls."""
    legs = named((2000, "stock"), (-2, "call", 27, NEAR), group="a")
    assert lots(legs)["MIU-1"] == 2
    assert describe_legs(legs)["MIU-1"] == "+1 stock / -1 27NOV26 27C"


def test_fractions_are_one_lot() -> None:
    assert lots(named((0.5, "stock"), (-1, "call", 27, NEAR), group="a"))["MIU-1"] == 1


def test_legs_are_written_near_and_low_first_whatever_their_order() -> None:
    legs = named((2, "call", 24, FAR), (-2, "call", 27, NEAR), (2, "put", 22.5, NEAR), group="a")
    assert describe_legs(legs)["MIU-1"] == "+1 27NOV26 22.5P / -1 27NOV26 27C / +1 30DEC26 24C"


def test_partial_fills_are_one_contract() -> None:
    """Two fills of one vertical each are two lots, as one order of two is."""
    fills = [(1, "call", 24, NEAR), (1, "call", 24, NEAR), (-1, "call", 27, NEAR), (-1, "call", 27, NEAR)]
    legs = named(*fills, group="a")
    assert lots(legs)["MIU-1"] == 2
    assert describe_legs(legs)["MIU-1"] == "+1 27NOV26 24C / -1 27NOV26 27C"


def test_what_nets_to_nothing_has_no_legs() -> None:
    legs = named((4, "call", 24, NEAR), (-4, "call", 24, NEAR), group="a")
    assert lots(legs)["MIU-1"] == 1
    assert describe_legs(legs)["MIU-1"] == ""


def test_rounding_does_not_leave_a_leg_behind() -> None:
    legs = named((0.1, "stock"), (0.2, "stock"), (-0.3, "stock"), group="a")
    assert describe_legs(legs)["MIU-1"] == ""
