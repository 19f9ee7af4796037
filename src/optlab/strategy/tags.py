"""What dates, cash and prices add to a name: LEAPS, poor man's covered call, zero cost, no risk above, ...."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.strategy.coverage import CASH_SECURED
from optlab.strategy.packages import ROUNDING
from optlab.strategy.pool import Bools, Floats

LEAPS_DAYS = 365.0
FAR_DAYS = 60.0
"""A poor man's covered call has its long leg at least so far away."""

DEEP_DELTA = 0.70
ZERO_COST = 0.001
"""A premium below this part of spot is no cost."""

HEDGED = 0.10
"""A package is delta-hedged when the stock leaves less than this part of its options' delta."""

WIDE_BODY = 8.0
"""An albatross is a condor whose body is so many times as wide as its wider wing."""


class Packages(NamedTuple):
    """Strategies of one name: a row for each, a column per contract, near and low first, stock before all."""

    is_call: Bools
    strike: Floats
    days: Floats
    delta: Floats
    lots: Floats
    spot: Floats
    premium: Floats
    premium_percent: Floats
    cover: np.ndarray
    together: Bools

    @property
    def in_the_money(self) -> Bools:
        """Which options are in the money."""
        return np.where(self.is_call, self.strike < self.spot[:, None], self.strike > self.spot[:, None])


def tags(valued: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Return what can be said beside the name of each strategy, several joined by a comma.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values.
    table : DataFrame
        Indexed by ``strategy_id``: ``strategy spot premium premium_percent cover``.

    Returns
    -------
    Series
        Text, indexed as ``table``; empty where nothing holds or prices are missing.
    """
    found = pd.Series("", index=table.index, dtype="str")
    contracts = _contracts(valued[valued["strategy_id"] != ""])
    for names, tag, holds in TAGS:
        mine = table[_bears(table["strategy"], names)]
        legs = contracts[contracts["strategy_id"].isin(mine.index)]
        counts = legs.groupby("strategy_id", sort=False).size()
        for count in counts.unique():
            ids = counts.index[counts == count]
            packages = _packages(legs[legs["strategy_id"].isin(ids)], mine.loc[ids], int(count))
            with np.errstate(invalid="ignore"):
                tagged = ids[np.asarray(holds(packages), dtype=bool)]
            found[tagged] += found[tagged].map(lambda before, tag=tag: f", {tag}" if before else tag)
    return found


def _bears(strategies: pd.Series, names: tuple[str, ...]) -> pd.Series:
    """Say which strategies bear one of these names; one that ends a name stands for all that end so."""
    ends = tuple(name.removeprefix("*") for name in names if name.startswith("*"))
    bears: pd.Series = strategies.isin(names) | (strategies.str.endswith(ends) if ends else False)
    return bears


def _contracts(legs: pd.DataFrame) -> pd.DataFrame:
    """Gather the fills of each contract that is left, near and low first, stock before all."""
    units = legs["quantity"] * legs["multiplier"]
    keys = ["strategy_id", "expiry", "strike", "kind"]
    table = legs.assign(units=units, gross=units.abs()).groupby(keys, dropna=False, sort=False)
    summed = table.agg(
        units=("units", "sum"),
        gross=("gross", "sum"),
        delta=("delta", "sum"),
        days=("days", "first"),
        traded_at=("traded_at", "max"),
    )
    is_known = table["delta"].count() == table.size()
    summed = summed.assign(delta=summed["delta"].where(is_known), traded_first=table["traded_at"].min())
    summed = summed.reset_index()
    summed = summed[summed["units"].abs() > ROUNDING * summed["gross"]]
    summed = summed.assign(is_stock=~summed["kind"].isin(OPTIONS))
    order = ["strategy_id", "is_stock", "expiry", "strike", "kind"]
    return summed.sort_values(
        order, ascending=[True, False, True, True, True], na_position="first", kind="stable"
    )


def _packages(legs: pd.DataFrame, table: pd.DataFrame, count: int) -> Packages:
    def grid(values: pd.Series) -> np.ndarray:
        return values.to_numpy().reshape(-1, count)

    rows = table.loc[legs["strategy_id"].to_numpy()[::count]]
    units = grid(legs["units"])
    last, first = (grid(legs[name].dt.tz_localize(None)) for name in ("traded_at", "traded_first"))
    return Packages(
        is_call=grid(legs["kind"] == "call"),
        strike=grid(legs["strike"]),
        days=grid(legs["days"]),
        delta=grid(legs["delta"]) / units,
        lots=units,
        spot=rows["spot"].to_numpy(),
        premium=rows["premium"].to_numpy(),
        premium_percent=rows["premium_percent"].to_numpy(),
        cover=rows["cover"].to_numpy(dtype=object),
        together=(last.max(axis=1) == first.min(axis=1)),
    )


# --- the rules ----------------------------------------------------------------------------------------------


def _is_leaps(one: Packages) -> Bools:
    return one.days[:, 0] > LEAPS_DAYS


def _is_cash_secured(one: Packages) -> Bools:
    return one.cover == CASH_SECURED


def _is_poor_mans(one: Packages) -> Bools:
    """Near leg sold out of the money, far leg bought deep in the money."""
    is_deep = (np.abs(one.delta[:, 1]) >= DEEP_DELTA) & (one.days[:, 1] >= FAR_DAYS)
    return is_deep & ~one.in_the_money[:, 0] & one.in_the_money[:, 1]


def _is_free(one: Packages) -> Bools:
    return np.abs(one.premium_percent) < ZERO_COST


def _has_no_risk_above(one: Packages) -> Bools:
    """Compare the credit with the width of the call spread, the two highest strikes."""
    strikes = np.sort(one.strike, axis=1)
    return -one.premium >= strikes[:, -1] - strikes[:, -2] - 1e-9


def _has_no_risk_below(one: Packages) -> Bools:
    strikes = np.sort(one.strike, axis=1)
    return -one.premium >= strikes[:, 1] - strikes[:, 0] - 1e-9


def _is_hedged(one: Packages) -> Bools:
    is_option = ~np.isnan(one.strike)
    options = (one.delta * one.lots * is_option).sum(axis=1)
    return np.abs((one.delta * one.lots).sum(axis=1)) <= HEDGED * np.abs(options)


def _is_traded_together(one: Packages) -> Bools:
    return one.together


def _is_wide(one: Packages) -> Bools:
    low, middle, high = (one.strike[:, place + 1] - one.strike[:, place] for place in range(3))
    return middle >= WIDE_BODY * np.maximum(low, high)


def _is_in_the_money(one: Packages) -> Bools:
    return one.in_the_money[:, -1]


TAGS: tuple[tuple[tuple[str, ...], str, Callable[[Packages], Bools]], ...] = (
    (("long call", "long put"), "LEAPS", _is_leaps),
    (("short put",), "cash-secured put", _is_cash_secured),
    (("bull call diagonal",), "poor man's covered call", _is_poor_mans),
    (("bear put diagonal",), "poor man's covered put", _is_poor_mans),
    (("collar", "calendar collar", "bullish risk reversal", "bearish risk reversal"), "zero cost", _is_free),
    (("jade lizard", "big lizard"), "no risk above", _has_no_risk_above),
    (("reverse jade lizard", "reverse big lizard"), "no risk below", _has_no_risk_below),
    (("* versus underlying",), "delta-hedged", _is_hedged),
    (("covered call",), "buy-write", _is_traded_together),
    (("protective put",), "married put", _is_traded_together),
    (("iron condor", "long call condor", "long put condor"), "albatross", _is_wide),
    (("long call", "long put", "short call", "short put", "covered call"), "in the money", _is_in_the_money),
)
"""Which names a tag may stand beside, the tag, and when it does."""
