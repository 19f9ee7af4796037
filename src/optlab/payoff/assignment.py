"""Short American options that may be assigned soon: in the money near a dividend or the expiry, or without time value.

Checked by tests/payoff/test_assignment.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.pricing import PRICED
from optlab.pricing.dividends import Dividends
from optlab.strategy import contract
from optlab.times import SECONDS_PER_YEAR, local_days

SOON = 7.0
"""Days to the expiry from which an option in the money is about to be assigned."""

NEAR = 0.01
"""Within this part of the strike nobody knows on which side an option ends."""

NO_TIME_VALUE = 1e-4
"""Of the strike: less time value is none, and exercise costs its holder nothing."""

ASSIGNMENT_COLUMNS = (
    *("strategy_id", "underlying", "contract", "quantity", "days", "moneyness", "extrinsic", "dividend"),
    *("ex_day", "why"),
)


def assignments(valued: pd.DataFrame, ahead: Dividends) -> pd.DataFrame:
    """List the short American options that may be assigned soon, each with the first reason that holds.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    ahead : Dividends
        The cash dividends ahead of each leg.

    Returns
    -------
    DataFrame
        `ASSIGNMENT_COLUMNS`: ``extrinsic`` and ``dividend`` per unit of the underlying, the dividend that a call's holder
        would miss on ``ex_day``.
    """
    is_short = (valued["quantity"] < 0) & valued["kind"].isin(OPTIONS) & (valued["style"] == "american")
    chosen = is_short & valued["status"].isin(PRICED) & (valued["years"] > 0)
    legs = valued[chosen]
    own = Dividends(*(values[chosen.to_numpy()] for values in ahead))
    dividend, ex_day = _next_dividends(legs, own)
    table = legs.assign(contract=contract(legs), dividend=dividend, ex_day=ex_day)
    table["why"] = _reasons(table)
    return table.loc[table["why"] != "", list(ASSIGNMENT_COLUMNS)].reset_index(drop=True)


def _next_dividends(legs: pd.DataFrame, ahead: Dividends) -> tuple[np.ndarray, pd.Series]:
    """Return the next cash dividend before each leg's expiry and the day of it; NaN where there is none."""
    years = legs["years"].to_numpy(dtype=float)
    counts = ahead.counting(years)
    if not counts.any():
        return np.full(len(legs), np.nan), pd.Series("", index=legs.index, dtype="str")
    times = np.where(counts, ahead.years, np.inf)
    first = times.argmin(axis=1)
    rows = np.arange(len(legs))
    has_one = counts.any(axis=1)
    seconds = np.where(has_one, years - times[rows, first], 0.0) * SECONDS_PER_YEAR
    days = local_days(legs, legs["expiry"] - pd.to_timedelta(np.round(seconds), unit="s"))
    day = days.dt.strftime("%Y-%m-%d")
    amount = np.where(has_one, ahead.amounts[rows, first], np.nan)
    return amount, day.where(pd.Series(has_one, index=legs.index), "").astype("str")


def _reasons(table: pd.DataFrame) -> pd.Series:
    """Say why each may be assigned; empty where nothing speaks for it."""
    if table.empty:
        return pd.Series(dtype="str")
    sign = table["kind"].map({"call": 1.0, "put": -1.0})
    inside = sign * (table["spot"] - table["strike"])
    is_inside = inside > 0
    is_soon = table["days"] <= SOON
    misses = is_inside & (sign > 0) & (table["extrinsic"] < table["dividend"])
    is_spent = is_inside & (table["extrinsic"] <= NO_TIME_VALUE * table["strike"])
    is_pinned = is_soon & (inside.abs() <= NEAR * table["strike"])
    rules = [
        (misses, table.apply(_misses, axis=1)),
        (is_spent, "no time value is left: its holder loses nothing by exercising now"),
        (
            is_pinned,
            table["days"].map("{:.0f} days left and within 1% of the strike: open until the close".format),
        ),
        (is_inside & is_soon, table["days"].map("in the money with {:.0f} days left".format)),
    ]
    why = pd.Series("", index=table.index, dtype="object")
    for holds, words in reversed(rules):
        why = why.mask(holds, words)
    return why.astype("str")


def _misses(leg: pd.Series) -> str:
    return (
        f"a time value of {leg['extrinsic']:.4g} is less than the dividend of {leg['dividend']:.4g}: "
        f"exercise before {leg['ex_day']}"
    )
