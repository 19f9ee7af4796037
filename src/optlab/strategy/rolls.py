"""Packages that close a position, and rolls, which open another one with it: named by what was held."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.strategy.match import name_packages
from optlab.strategy.packages import net


def name_rolls(members: pd.DataFrame) -> pd.Series:
    """Name the packages that close a position, and those of which some legs close and the others open.

    The legs that close are the other side of the position that is given up: buying back a short put is
    ``close (short put)``. Where the position that is opened has the same name, the roll says how they differ,
    ``roll up and out (short put)``: up when every strike is higher, down when every strike is lower, out when every
    expiry is later, in when every expiry is earlier. Else it says what becomes of what.

    Parameters
    ----------
    members : DataFrame
        Legs with their ``strategy_id``.

    Returns
    -------
    Series
        Names, indexed by ``strategy_id``; packages that only open, or do not say so for every leg, are not in it.
    """
    if not (members["effect"] == "close").any():
        return pd.Series([], index=members["strategy_id"].iloc[:0], dtype="str")
    members = members[_is_said(members)]
    is_closing = members["effect"] == "close"
    given_up = net(members[is_closing].assign(quantity=-members["quantity"]))
    taken_on = net(members[~is_closing])
    before, after = name_packages(given_up), name_packages(taken_on)
    opens = before.index.isin(members.loc[~is_closing, "strategy_id"])
    closed = "close (" + before[~opens] + ")"
    rolled = before.index.intersection(after.index)
    old, new = (
        dict(list(table[table["strategy_id"].isin(rolled)].groupby("strategy_id")))
        for table in (given_up, taken_on)
    )
    names = [_roll_name(before[number], after[number], old[number], new[number]) for number in rolled]
    return pd.concat([closed, pd.Series(names, index=rolled, dtype="str")])


def _is_said(members: pd.DataFrame) -> pd.Series:
    """Say which legs belong to a package of which every leg says whether it opens or closes, and one closes."""
    ids = members["strategy_id"]
    closes = (members["effect"] == "close").groupby(ids).transform("any")
    is_said: pd.Series = closes & members["effect"].isin(["open", "close"]).groupby(ids).transform("all")
    return is_said


def _roll_name(before: str, after: str, old: pd.DataFrame, new: pd.DataFrame) -> str:
    if before != after:
        return f"roll ({before} to {after})"
    moves = [
        *_moved(old["strike"].to_numpy(), new["strike"].to_numpy(), "up", "down"),
        *_moved(_days(old), _days(new), "out", "in"),
    ]
    return f"roll {' and '.join(moves)} ({before})".replace("roll  ", "roll ")


def _days(legs: pd.DataFrame) -> np.ndarray:
    expiry = legs["expiry"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return np.where(np.isnat(expiry), np.nan, expiry.astype("float64"))


def _moved(old: np.ndarray, new: np.ndarray, more: str, less: str) -> list[str]:
    """Say which way every leg moved that has a strike or an expiry."""
    if len(old) != len(new):
        return []
    change = np.sort(new) - np.sort(old)
    change = change[~np.isnan(change)]
    if len(change) and (change > 0).all():
        return [more]
    return [less] if len(change) and (change < 0).all() else []
