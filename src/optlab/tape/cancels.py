"""Prints that take back an earlier print: both leave the tape."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.tape.conditions import CANCEL
from optlab.tape.prints import Bools, Prints

DAY = 86_400_000_000
"""Microseconds."""

FIRST = "E"
"""The code that takes back the first such print of the day; every other takes back the latest before it."""


class Cancelled(NamedTuple):
    """Which prints are left, how many cancels there were, how many prints they took, and how many found none."""

    is_left: Bools
    cancels: int
    prints: int
    without_print: int


def find_cancelled(prints: Prints, is_first: Bools) -> Cancelled:
    """Match each cancel, in order of time, with the print that it takes back.

    That is the print of its trade id, where an earlier one of the contract and exchange has it; else one of the same
    contract, exchange, price and size: the first of the day where the code says so, or the latest before the
    cancel. A cancel means a print of its own day, and no print is taken back twice.

    Parameters
    ----------
    prints : Prints
        In order of time.
    is_first : ndarray of bool
        Which cancels mean the first print.
    """
    is_cancel = np.asarray(prints.condition == CANCEL)
    is_left = ~is_cancel
    cancels = np.flatnonzero(is_cancel)
    candidates = _candidates(prints, is_cancel)
    for cancel in cancels.tolist():
        place = _taken(prints, cancel, candidates, is_left, is_first=bool(is_first[cancel]))
        if place is not None:
            is_left[place] = False
    taken = int(len(prints) - len(cancels) - is_left.sum())
    return Cancelled(is_left, len(cancels), taken, len(cancels) - taken)


def _candidates(prints: Prints, is_cancel: Bools) -> dict[tuple[int, int], list[int]]:
    """List the prints of every contract and exchange that has a cancel, in order of time."""
    keys = prints.contract * (prints.exchange.max(initial=0) + 1) + prints.exchange
    wanted = np.flatnonzero(~is_cancel & np.isin(keys, keys[is_cancel]))
    found: dict[tuple[int, int], list[int]] = {}
    for place in wanted.tolist():
        found.setdefault((int(prints.contract[place]), int(prints.exchange[place])), []).append(place)
    return found


def _taken(
    prints: Prints,
    cancel: int,
    candidates: dict[tuple[int, int], list[int]],
    is_left: Bools,
    *,
    is_first: bool,
) -> int | None:
    """Find the print that one cancel takes back."""
    key = int(prints.contract[cancel]), int(prints.exchange[cancel])
    before = [
        place
        for place in candidates.get(key, [])
        if is_left[place]
        and prints.time[place] <= prints.time[cancel]
        and prints.time[place] // DAY == prints.time[cancel] // DAY
    ]
    trade = prints.trade[cancel]
    alike = [place for place in before if trade >= 0 and prints.trade[place] == trade] or [
        place
        for place in before
        if prints.price[place] == prints.price[cancel] and prints.size[place] == prints.size[cancel]
    ]
    if not alike:
        return None
    return alike[0] if is_first else alike[-1]
