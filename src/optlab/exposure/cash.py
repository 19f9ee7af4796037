"""The cash dividends ahead of each leg, carried beside it in the table of legs.

Checked by tests/exposure/test_cash.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.expectation import Array
from optlab.pricing.dividends import Dividends

COLUMN = "cash_ahead"
"""Of each leg an array (2, dividends) of years from now and amounts; None where no cash counts."""

LISTING = ("underlying", "root", "currency")
"""Legs with these in common have the same dividends, and share one array."""


def with_cash(legs: pd.DataFrame, ahead: Dividends) -> pd.DataFrame:
    """Put the cash dividends ahead beside the legs that are priced with them; nothing changes where none is.

    Parameters
    ----------
    legs : DataFrame
        Valued legs, with their ``dividend_model``.
    ahead : Dividends
        A row per leg, as `optlab.carry.dividends_ahead` returns them.
    """
    is_paid = (legs["dividend_model"] != "").to_numpy()
    if not is_paid.any() or not ahead.amounts.shape[1]:
        return legs
    places = np.flatnonzero(is_paid)
    codes, _ = pd.factorize(pd.MultiIndex.from_frame(legs.iloc[places][[*LISTING]]))
    _, first = np.unique(codes, return_index=True)
    shared = np.empty(len(first), dtype=object)
    for code, place in enumerate(places[first]):
        shared[code] = np.stack([ahead.years[place], ahead.amounts[place]])
    column = np.full(len(legs), None, dtype=object)
    column[places] = shared[codes]
    return legs.assign(**{COLUMN: pd.Series(column, index=legs.index, dtype="object")})


def cash_of(legs: pd.DataFrame, length: int) -> tuple[Array, Array]:
    """Lay the dividends out beside strategies of one number of legs: (strategies, legs, dividends), both."""
    cells = legs[COLUMN].to_numpy()
    is_paid = np.array([cell is not None and not isinstance(cell, float) for cell in cells], dtype=bool)
    width = max((cell.shape[1] for cell in cells[is_paid]), default=0)
    out = np.zeros((2, len(legs), width))
    out[0] = np.nan
    for place in np.flatnonzero(is_paid):
        out[:, place, : cells[place].shape[1]] = cells[place]
    years, amounts = out.reshape(2, len(legs) // length, length, width)
    return years, amounts
