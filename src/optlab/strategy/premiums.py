"""What the options of a strategy were bought or sold for, per lot."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api.typing import SeriesGroupBy

from optlab.legs import OPTIONS
from optlab.strategy.packages import lots, priceable, unit_sizes

SOURCES = ("net_price", "entry", "mark", "model")
"""Where a premium may come from: the first that is known for the whole strategy wins."""


def premiums(valued: pd.DataFrame, lot_units: pd.Series | None = None) -> pd.DataFrame:
    """Return the net premium of each strategy's options, per lot and unit of underlying; positive paid.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    lot_units : Series, optional
        Lots x units per contract of each strategy, where they are known already.

    Returns
    -------
    DataFrame
        Indexed by ``strategy_id`` in order of appearance: ``premium``, ``premium_percent`` as a fraction of spot,
        and ``premium_source``: the package's own net price, else the legs' entries, else their marks, else the
        model's prices; empty, with NaN, where none of these is known for every option. Stock is not in it, and
        a net price that pays for stock too is passed over.
    """
    members = valued[valued["strategy_id"] != ""]
    ids = members["strategy_id"]
    table = pd.DataFrame(index=pd.Index(ids.unique(), name="strategy_id"))
    is_option = members["kind"].isin(OPTIONS)
    options = members[is_option]
    lot_units = lots(members) * unit_sizes(members) if lot_units is None else lot_units
    units = (
        options["quantity"] * options["multiplier"] / options["strategy_id"].map(lot_units).astype("float64")
    )
    has_stock = ~is_option.groupby(ids).all()
    table["premium"], table["premium_source"] = float("nan"), ""
    for source, column in zip(SOURCES, ("net_price", "entry", "mark", "price"), strict=True):
        if members[column].isna().all():
            continue
        if source == "net_price":
            stated = members[column].groupby(ids)
            is_one = (stated.min() == stated.max()) & ~has_stock & stated.max().index.isin(priceable(members))
            found = stated.max().where(is_one)
        else:
            paid = (units * options[column]).groupby(options["strategy_id"])
            found = _without_rounding(paid).where(paid.count() == paid.size())
        is_open = table["premium"].isna() & found.reindex(table.index).notna()
        table["premium"] = table["premium"].fillna(found)
        table["premium_source"] = table["premium_source"].mask(is_open, source)
    is_mixed = members.groupby("strategy_id")["currency"].nunique().reindex(table.index) > 1
    table["premium"] = table["premium"].mask(is_mixed)
    table["premium_source"] = table["premium_source"].mask(is_mixed, "")
    spot = members.groupby("strategy_id")["spot"].first()
    table["premium_percent"] = table["premium"] / spot.reindex(table.index)
    return table


ROUNDING = 1e-12
"""What is left of this part of the gross premium is rounding: 0.30 - 0.10 - 0.20 is nothing."""


def _without_rounding(paid: SeriesGroupBy[Any, Any]) -> pd.Series:
    """Add up what was paid for the legs of each strategy."""
    net, gross = paid.sum(min_count=1), paid.max().abs() + paid.min().abs()
    return net.mask(net.abs() <= ROUNDING * gross, 0.0)
