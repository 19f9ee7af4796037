"""Packages as lines: fills are merged, ratios are per lot, and packages of one shape are found together."""

from __future__ import annotations

import numpy as np

from optlab.tape.lines import alike, lines_of
from small_tapes import FAR, bought, prints_of


def test_fills_of_one_contract_are_one_line() -> None:
    prints = prints_of(bought("call", 660, 3), bought("call", 660, 7), bought("call", 670, 20))
    lines = lines_of(prints, np.zeros(3, dtype=np.int64))
    assert lines.amount.tolist() == [10.0, 20.0]
    assert lines.ratio.tolist() == [1.0, 2.0]
    assert lines.largest_ratio.tolist() == [2.0]
    assert lines.is_equal.tolist() == [False]


def test_both_sides_of_a_contract_are_two_lines() -> None:
    prints = prints_of(
        bought("call", 660, side="buy"), bought("call", 660, side="sell") | {"quantity": -10.0}
    )
    assert sorted(lines_of(prints, np.zeros(2, dtype=np.int64)).side.tolist()) == [-1, 1]


def test_packages_of_one_shape_are_found_together_whatever_their_strikes() -> None:
    """Two call spreads and a calendar: two shapes."""
    prints = prints_of(
        bought("call", 660, traded_at="14:30:00Z"),
        bought("call", 670, traded_at="14:30:00Z"),
        bought("call", 600, 5, traded_at="14:31:00Z"),
        bought("call", 650, 5, traded_at="14:31:00Z"),
        bought("call", 660, traded_at="14:32:00Z"),
        bought("call", 660, traded_at="14:32:00Z", expiry=FAR),
    )
    found = {group.shape.legs: group for group in alike(lines_of(prints, np.repeat([0, 1, 2], 2)))}
    spreads = found[(1, 1, 0, 1), (1, 2, 0, 1)]
    assert spreads.packages.tolist() == [0, 1]
    assert spreads.strikes.tolist() == [[660.0, 670.0], [600.0, 650.0]]
    assert found[(1, 1, 0, 1), (2, 1, 0, 1)].packages.tolist() == [2]


def test_stock_counts_in_units_of_the_options() -> None:
    """A hundred shares go with one contract."""
    stock = bought("stock", float("nan"), 100, expiry="", multiplier=1.0)
    lines = lines_of(prints_of(bought("call", 660, 1), stock), np.zeros(2, dtype=np.int64))
    assert sorted(lines.ratio.tolist()) == [1.0, 1.0]
    assert [group.shape.legs for group in alike(lines)] == [((0, 0, 2, 1), (1, 1, 0, 1))]
