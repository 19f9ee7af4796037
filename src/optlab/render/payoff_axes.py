"""The axes of a payoff picture: which money a row stands for, which spot a column, and round labels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NICE = (1.0, 2.0, 2.5, 5.0)
"""What steps of the money axis start with."""
LEAST = 1e-9
"""Profits below this are none: what is left of a subtraction."""
ROWS_PER_LABEL = (2, 3, 4)
SCALES = ((1e9, "bn"), (1e6, "M"))
"""Units of money labels where the largest has eight digits or more."""


@dataclass(frozen=True, slots=True)
class MoneyAxis:
    """The axis of profits: how much a row is worth, which row is zero, and what stands beside which row."""

    per_row: float
    zero_row: int
    rows: int
    labels: dict[int, str]

    @property
    def width(self) -> int:
        """Characters of the longest label."""
        return max(len(text) for text in self.labels.values())

    def dot_row(self, profit: float, down: int) -> int:
        """Return the row of dots of a profit, counted from the top; a gain is never below zero's line."""
        zero = self.zero_row * down + (down - 1) / 2
        row = round(zero - profit / self.per_row * down)
        row = min(row, math.floor(zero)) if profit >= 0 else max(row, math.ceil(zero))
        return min(max(row, 0), self.rows * down - 1)


@dataclass(frozen=True, slots=True)
class SpotAxis:
    """The axis of spots: from where to where, over how many columns."""

    low: float
    high: float
    columns: int

    @classmethod
    def over(cls, spots: Floats, columns: int) -> Self:
        """Reach over all spots; a single one gets 1.00 on either side."""
        low, high = float(spots.min()), float(spots.max())
        return cls(low, high, columns) if high > low else cls(low - 1.0, high + 1.0, columns)

    def holds(self, spot: float) -> bool:
        """Say whether a spot is in the picture; NaN is not."""
        return self.low <= spot <= self.high

    def column(self, spot: float) -> int:
        """Return the column of a spot that is in the picture."""
        part = (spot - self.low) / (self.high - self.low)
        return min(int(part * self.columns), self.columns - 1)

    def text(self, spot: float) -> str:
        """Write a spot with as many decimals as the picture can tell apart, and with cents below 10,000."""
        return price_text(spot, self.high - self.low)


def money_axis(profits: Sequence[Floats], most_rows: int) -> MoneyAxis:
    """Choose the finest rows with round labels that hold every profit and zero.

    Parameters
    ----------
    profits : sequence of ndarray
        Profits of all curves; what is not finite is passed over.
    most_rows : int
        How many rows there may be.

    Returns
    -------
    MoneyAxis
        Labels at every second to fourth row, zero among them; only zero where there is no profit at all.
    """
    finite = np.concatenate([*(some[np.isfinite(some)] for some in profits), np.zeros(1)])
    top, bottom = float(finite.max()), float(-finite.min())
    if top + bottom < LEAST:
        return MoneyAxis(1.0, 2, 5, {2: "0"})
    per_row, between, step = min(
        (step / between, between, step)
        for between, step in itertools.product(ROWS_PER_LABEL, _round_steps(top + bottom))
        if _rows(top, step / between) + _rows(bottom, step / between) < most_rows
    )
    above, below = _rows(top, per_row), _rows(bottom, per_row)
    places = range(-(below // between), above // between + 1)
    texts = money_texts([place * step for place in places], step)
    labels = {above - place * between: text for place, text in zip(places, texts, strict=True)}
    return MoneyAxis(per_row, above, above + below + 1, labels)


def _round_steps(span: float) -> list[float]:
    """Return the round steps that may divide a range of money: some too fine, some too coarse."""
    power = math.floor(math.log10(span))
    return [nice * 10.0**exponent for exponent in range(power - 2, power + 2) for nice in NICE]


def _rows(amount: float, per_row: float) -> int:
    """Return how many rows beside zero's an amount takes; the last one is used to its outer edge."""
    return max(math.ceil(amount / per_row - 0.5), 0)


def money_texts(amounts: Sequence[float], step: float) -> list[str]:
    """Write the amounts of an axis with sign and thousands separators, in millions where they are long."""
    largest = max(map(abs, amounts))
    unit, suffix = next(((unit, name) for unit, name in SCALES if largest >= 10 * unit), (1.0, ""))
    digits = range(15)
    decimals = next((n for n in digits if math.isclose(round(step / unit, n), step / unit, rel_tol=1e-9)), 15)
    return [f"{amount / unit:+,.{decimals}f}{suffix}" if amount else "0" for amount in amounts]


def price_text(price: float, span: float) -> str:
    """Write a price with the decimals that a picture over `span` can tell apart, and with cents below 10,000."""
    decimals = min(max(math.ceil(-math.log10(span / 500)), 0), 8)
    return f"{price:,.{max(decimals, 2) if abs(price) < 10_000 else decimals}f}"
