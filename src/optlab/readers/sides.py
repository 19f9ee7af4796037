"""Which way each leg goes: the sign of its quantity from the number and the side together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.readers.distinct import combine


class Signed(NamedTuple):
    """Quantities with their final sign, net prices likewise, and the rows that contradict themselves."""

    quantity: np.ndarray
    net_price: np.ndarray
    is_contradiction: np.ndarray


def sign_quantities(table: pd.DataFrame) -> Signed:
    """Give quantities their final sign.

    A row by itself, and the rows of a group whose sides differ: sell makes a positive quantity negative and
    leaves a negative one; buy and a negative quantity contradict each other. A group of several rows that all
    say buy stands as it is. One whose rows all say sell stands if every quantity is negative; otherwise it is
    written from the buyer's view, and all its legs turn, and with them the package's net price.

    Parameters
    ----------
    table : DataFrame
        ``account group side quantity net_price``, a row per leg; quantity NaN where it could not be read.

    Returns
    -------
    Signed
        Arrays, a value per row.
    """
    quantity, net_price = table["quantity"].to_numpy(float), table["net_price"].to_numpy(float)
    is_sell, is_buy = (table["side"] == "sell").to_numpy(), (table["side"] == "buy").to_numpy()
    packages = _packages(table)
    is_package = packages >= 0
    all_sell = is_package & _throughout(packages, is_sell)
    all_buy = is_package & _throughout(packages, is_buy)
    stands = all_buy | (all_sell & _throughout(packages, ~(quantity > 0)))
    turns = all_sell & ~stands
    by_row = ~is_package | ~(all_sell | all_buy)
    flips = turns | (by_row & is_sell & (quantity > 0))
    turns_price = turns | (~is_package & is_sell & (quantity > 0))
    return Signed(
        np.where(flips, -quantity, quantity),
        np.where(turns_price, -net_price, net_price),
        by_row & is_buy & (quantity < 0),
    )


def _packages(table: pd.DataFrame) -> np.ndarray:
    """Give a number to each group of several rows; -1 for a row that is by itself."""
    codes, _ = combine(table["account"], table["group"])
    count = np.bincount(codes)
    is_alone = (table["group"] == "").to_numpy() | (count[codes] == 1)
    return np.where(is_alone, -1, codes)


def _throughout(packages: np.ndarray, holds: np.ndarray) -> np.ndarray:
    """Say for each row whether something holds for every row of its package."""
    exceptions = np.bincount(packages + 1, weights=~holds)
    return exceptions[packages + 1] == 0
