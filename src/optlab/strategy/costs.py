"""What a strategy costs in the reading of a book: one declared sum, and its weights in one table."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

WEIGHTS = MappingProxyType(
    {
        "uncovered": 0.12,  # once, if it holds an uncovered short
        "uncovered_contract": 0.05,  # for each uncovered contract of one lot
        "strikes": 5.0,  # x mean square of the gaps between neighbouring strikes, as fractions of the mean strike
        "expiries": 0.2,  # x square root of the months between first and last expiry
        "occasions": 0.5,  # for each extra distinct traded_at among its legs
        "stock_alone": 0.05,  # once, for whole lots of stock that no option goes with
    }
)
"""The weights, beside the rank of the name. docs/methods/recognition.md has the reasoning and what they recover."""

DAYS_PER_MONTH = 365.0 / 12.0

Floats = NDArray[np.float64]


def cost_terms(
    rank: Floats, naked: Floats, strikes: Floats, days: Floats, occasions: Floats
) -> dict[str, Floats]:
    """Return each term of the cost of strategies, a row for each.

    What lies apart in strikes and dates, d, counts d / (1 + d^3)^(1/3), which is d while it is small and never more
    than 1: far legs are unlikely to belong together, but no more unlikely than that they are two strategies.

    Parameters
    ----------
    rank, naked, occasions : ndarray
        The rank of the name, the uncovered contracts of one lot, the distinct times of trade (0 where unknown).
    strikes, days : ndarray
        A column per leg, NaN for stock: strikes, and expiries in days from any day.
    """
    strikes_apart = WEIGHTS["strikes"] * _mean_square_gap(strikes)
    dates_apart = WEIGHTS["expiries"] * np.sqrt(_range(days) / DAYS_PER_MONTH)
    apart = np.cbrt(1.0 + (strikes_apart + dates_apart) ** 3)
    return {
        "rank": np.asarray(rank, dtype=np.float64),
        "uncovered": WEIGHTS["uncovered"] * (naked > 0) + WEIGHTS["uncovered_contract"] * naked,
        "strikes": strikes_apart / apart,
        "expiries": dates_apart / apart,
        "occasions": WEIGHTS["occasions"] * np.maximum(occasions - 1.0, 0.0),
    }


def cost(rank: Floats, naked: Floats, strikes: Floats, days: Floats, occasions: Floats) -> Floats:
    """Return the cost of strategies: the sum of `cost_terms`."""
    total: Floats = np.sum(list(cost_terms(rank, naked, strikes, days, occasions).values()), axis=0)
    return total


def _range(values: Floats) -> Floats:
    """Return the largest less the smallest of each row; a row without numbers has none."""
    low = np.where(np.isnan(values), np.inf, values).min(axis=1, initial=np.inf)
    high = np.where(np.isnan(values), -np.inf, values).max(axis=1, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        return np.where(high >= low, high - low, 0.0)


def _mean_square_gap(values: Floats) -> Floats:
    """Return the mean square of the gaps between neighbouring distinct values of each row, relative to their mean."""
    legs = (~np.isnan(values)).sum(axis=1)
    mean = np.nansum(values, axis=1) / np.maximum(legs, 1)
    gaps = np.nan_to_num(np.diff(np.sort(values, axis=1), axis=1)) / np.where(legs > 0, mean, 1.0)[:, None]
    return (gaps**2).sum(axis=1) / np.maximum((gaps > 0).sum(axis=1), 1)
