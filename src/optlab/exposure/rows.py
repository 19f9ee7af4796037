"""One row per strategy: its legs, greeks, premium and horizon, and what it can be expected to move."""

from __future__ import annotations

import pandas as pd

from optlab.aggregate import why_unpriced
from optlab.exposure.moves import LEGS, moves
from optlab.exposure.volatility import vega_ratios
from optlab.legs import OPTIONS
from optlab.strategy import sizes
from optlab.strategy.premiums import premiums

MIXED_SPOTS = "legs have different spots"
MIXED_CURRENCIES = "legs have different currencies"

FIRST = (
    *("source_file", "strategy", "group", "account", "reading", "underlying", "root", "currency", "spot"),
    *("condition", "no_view"),
)
"""What every leg of a strategy has in common, so that its first leg's will do."""

NEEDED = (
    *(*LEGS, "source_line", "part", "status", "spot_source", "settlement", "effect", "traded_at"),
    *("gamma", "vega", "theta", "net_price", "entry", "mark", "price", *FIRST),
)
"""What is looked at of each leg, where it is there."""

CHUNK = 50_000
"""Strategies gathered at once: what is in between needs no more memory than these."""

IS_THERE = ("has_exposure", "has_vega")
"""False too where a strategy can't be judged."""

GREEKS = ("vega", "theta", "gamma_cash")


def exposures(valued: pd.DataFrame) -> pd.DataFrame:
    """Gather the legs of each strategy into one row.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.

    Returns
    -------
    DataFrame
        Indexed by ``strategy_id`` in order of appearance. ``status`` is ok, or the first reason why the strategy
        can't be judged; then the numbers are NaN. ``delta`` is that of the legs that are still alive:
        a near leg that expired today moves no more while a later one lives. ``vega``, ``theta`` and
        ``gamma_cash`` (per 1% of spot) are in position units, ``premium_cash`` is what the options cost in all, positive
        paid, and ``contracts`` counts option contracts.
    """
    legs, ids = numbered(valued)
    places = legs["strategy_id"].to_numpy()
    chunk = places // CHUNK
    parts = [_gathered(legs[chunk == number]) for number in range(len(ids) // CHUNK + 1)]
    return pd.concat(parts).set_axis(pd.Index(ids, name="strategy_id"))


def numbered(valued: pd.DataFrame, more: tuple[str, ...] = ()) -> tuple[pd.DataFrame, pd.Index]:
    """Put numbers in the place of the strategies' names, as every step groups by them; legs of none are left out.

    Returns
    -------
    tuple of DataFrame and Index
        The columns that are `NEEDED` and ``more``, where they are there, and the names by number.
    """
    legs = valued[[name for name in dict.fromkeys((*NEEDED, *more)) if name in valued.columns]]
    is_member = legs["strategy_id"] != ""
    legs = legs if is_member.all() else legs[is_member]
    places, ids = pd.factorize(legs["strategy_id"])
    return legs.assign(strategy_id=places), pd.Index(ids)


def _gathered(legs: pd.DataFrame) -> pd.DataFrame:
    legs = legs.assign(gamma_cash=legs["gamma"] * legs["spot"] ** 2 / 100.0)
    grouped = legs.groupby("strategy_id", sort=False)
    table = grouped[[name for name in FIRST if name in legs.columns]].first()
    table["traded_at"] = grouped["traded_at"].min()
    table["status"] = _strategy_status(legs)
    size = sizes(legs)
    table["settled"] = (legs["spot_source"] == "settle").groupby(legs["strategy_id"], sort=False).all()
    for effect in ("open", "close"):
        says = (legs["effect"] == effect).groupby(legs["strategy_id"], sort=False)
        table[f"{effect}s"], table[f"only_{effect}s"] = says.any(), says.all()
    table = table.join(size).join(_expiries(legs)).join(premiums(legs, size["lots"] * size["unit_size"]))
    table["premium_cash"] = table["premium"] * table["lots"] * table["unit_size"]
    is_ok = table["status"] == "ok"
    table[list(GREEKS)] = grouped[list(GREEKS)].sum().where(is_ok)
    judged = legs if is_ok.all() else legs[legs["strategy_id"].map(is_ok).to_numpy(dtype=bool)]
    table = table.join(moves(judged)).join(vega_ratios(judged))
    table[list(IS_THERE)] = table[list(IS_THERE)].eq(other=True)
    table["delta_per_lot"] = table["delta"] / (table["lots"] * table["unit_size"])
    table["delta_cash"] = table["delta"] * table["spot"]
    table["status"] = table["status"].mask(is_ok & table["delta_ratio"].isna(), "no_vol")
    return table


def _expiries(legs: pd.DataFrame) -> pd.DataFrame:
    """Return the nearest and the farthest expiry that is not over, or is over where all are."""
    options = legs[legs["kind"].isin(OPTIONS)]
    ids = options["strategy_id"]
    alive = options["expiry"].where(options["years"] > 0).groupby(ids).min()
    every = options["expiry"].groupby(ids)
    return pd.DataFrame({"nearest_expiry": alive.fillna(every.max()), "farthest_expiry": every.max()})


def _strategy_status(legs: pd.DataFrame) -> pd.Series:
    own = legs["spot"].where(legs["spot_source"] != "settle")
    spots = own.groupby(legs["strategy_id"], sort=False)
    is_mixed = spots.min() != spots.max()
    reasons = why_unpriced(legs).reindex(is_mixed.index)
    codes = pd.Series(pd.factorize(legs["currency"])[0], index=legs.index)
    currency = codes.groupby(legs["strategy_id"], sort=False)
    has_two = currency.min() != currency.max()
    reasons = reasons.fillna(has_two.map({True: MIXED_CURRENCIES}).where(has_two))
    return reasons.fillna((is_mixed & spots.count().gt(0)).map({True: MIXED_SPOTS, False: "ok"}))
