"""Axes of a payoff picture: round labels at even rows, room for every profit, and prices that can be told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.render.payoff_axes import SpotAxis, money_axis, money_texts, price_text

MONEY = st.floats(-1e12, 1e12).filter(lambda amount: amount == 0 or abs(amount) > 1e-6)


def number(text: str) -> float:
    """Read a label back."""
    scale = {"M": 1e6, "n": 1e9}.get(text[-1], 1.0)
    return scale * float(text.replace(",", "").rstrip("Mbn"))


@given(st.lists(MONEY, min_size=1, max_size=5), st.integers(5, 40))
def test_every_profit_is_within_the_rows_and_every_label_says_its_row(
    profits: list[float], most: int
) -> None:
    axis = money_axis([np.array(profits)], most)
    assert axis.rows <= most
    assert axis.labels[axis.zero_row] == "0"
    above, below = max(*profits, 0.0) / axis.per_row, -min(*profits, 0.0) / axis.per_row
    assert above <= (axis.zero_row + 0.5) * (1 + 1e-9)
    assert below <= (axis.rows - axis.zero_row - 0.5) * (1 + 1e-9)
    for row, text in axis.labels.items():
        assert number(text) == pytest.approx((axis.zero_row - row) * axis.per_row, rel=1e-9)


def test_rows_are_as_fine_as_round_labels_allow() -> None:
    """From -1,244 to +756 in 14 rows: 166.67 a row, with a label at every third."""
    axis = money_axis([np.array([-1244.0, 756.0])], 14)
    assert (axis.rows, axis.zero_row) == (13, 5)
    assert axis.labels == {2: "+500", 5: "0", 8: "-500", 11: "-1,000"}


def test_no_profit_anywhere_has_one_label() -> None:
    for nothing in (np.zeros(3), np.full(3, np.nan), np.array([1e-12, -np.inf])):
        assert money_axis([nothing], 14).labels == {2: "0"}


def test_dots_of_gains_and_losses_are_on_their_side_of_zero() -> None:
    axis = money_axis([np.array([-1000.0, 1000.0])], 9)
    zero = 4 * axis.zero_row
    assert [axis.dot_row(profit, 4) for profit in (0.01, 0.0, -0.01)] == [zero + 1, zero + 1, zero + 2]
    assert axis.dot_row(1000.0, 4) >= 0
    assert axis.dot_row(-1000.0, 4) < 4 * axis.rows


@pytest.mark.parametrize(
    ("amounts", "step", "texts"),
    [
        ([12300.0, 0.0, -4500.0], 100.0, ["+12,300", "0", "-4,500"]),
        ([0.5, 0.25, -0.25], 0.25, ["+0.50", "+0.25", "-0.25"]),
        ([20e6, 2.5e6], 2.5e6, ["+20.0M", "+2.5M"]),
        ([5e6], 5e6, ["+5,000,000"]),
        ([-30e9], 10e9, ["-30bn"]),
    ],
)
def test_money_is_written_with_sign_and_no_more_digits_than_its_step(
    amounts: list[float], step: float, texts: list[str]
) -> None:
    assert money_texts(amounts, step) == texts


@pytest.mark.parametrize(
    ("price", "span", "text"),
    [
        (25.4, 16.0, "25.40"),
        (6512.346, 2000.0, "6,512.35"),
        (64321.5, 50000.0, "64,322"),
        (64321.5, 200.0, "64,321.5"),
        (1.08531, 0.2, "1.0853"),
    ],
)
def test_a_price_has_the_decimals_that_its_picture_tells_apart(price: float, span: float, text: str) -> None:
    assert price_text(price, span) == text


def test_columns_of_spots() -> None:
    axis = SpotAxis.over(np.array([20.0, 25.0, 30.0]), 50)
    assert [axis.column(spot) for spot in (20.0, 25.0, 29.99, 30.0)] == [0, 25, 49, 49]
    assert [axis.holds(spot) for spot in (19.9, 20.0, 30.0, 30.1, math.nan)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_single_spot_still_has_an_axis() -> None:
    assert SpotAxis.over(np.array([20.0]), 10) == SpotAxis(19.0, 21.0, 10)
