"""A package's net price beside its legs' entries: two statements of one cost that have to agree."""

from __future__ import annotations

import pandas as pd

from optlab.strategy import assign, lots, priceable, unit_sizes

TICK = 0.01
"""How far a net price may lie from what the entries make: the tick of most markets."""

FIX = "correct the one that is wrong, or leave net_price empty"


def disagreements(legs: pd.DataFrame) -> pd.Series:
    """Say what is wrong with the net price of each leg whose package contradicts itself.

    A package of several legs states one net price, on one row or on all; where all its legs have an entry, they
    have to make that price to a tick. Per lot and unit of underlying, positive paid. The index is that of the
    legs at fault.
    """
    grouped = legs[legs["group"] != ""]
    if not grouped["net_price"].notna().any():
        return pd.Series(dtype="str")
    named = assign(grouped)
    ids = named["strategy_id"]
    stated = named["net_price"].groupby(ids)
    paid = (named["quantity"] * named["multiplier"] * named["entry"]).groupby(ids)
    made = paid.sum(min_count=1).where(paid.count() == paid.size()) / (lots(named) * unit_sizes(named))
    is_package = (paid.size() > 1) & paid.size().index.isin(priceable(named))
    is_split = is_package & (stated.min() != stated.max()) & stated.max().notna()
    is_off = is_package & ((made - stated.max()).abs() > TICK + 1e-9)
    reasons = made.map("disagrees with the legs' entries, which make {:.4g}".format)
    reasons = reasons.mask(is_split, "is not the only net price in its package")[is_off | is_split]
    found = ids.map(reasons)[named["net_price"].notna() & ids.isin(reasons.index)]
    return found.astype("str")
