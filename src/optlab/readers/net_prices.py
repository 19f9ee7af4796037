"""A package's net price beside its legs' entries: two statements of one cost that have to agree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.strategy import assign, lots

TICK = 0.01
"""How far a net price may lie from what the entries make: the tick of most markets."""

FIX = "correct the one that is wrong, or leave net_price empty"


def disagreements(legs: pd.DataFrame) -> pd.Series:
    """Return, for each leg of a package whose net price disagrees, what its legs' entries make.

    Only packages of several legs that all have an entry are judged. Per lot and unit of underlying, positive
    paid; the index is that of the legs at fault.
    """
    has_both = (legs["group"] != "") & legs["net_price"].notna()
    if not has_both.any():
        return pd.Series(dtype="float64")
    named = assign(legs[has_both])
    ids = named["strategy_id"]
    size = named["multiplier"].where(named["kind"].isin(OPTIONS), 1.0).groupby(ids).max()
    paid = named["quantity"] * named["multiplier"] * named["entry"]
    made = paid.groupby(ids).sum(skipna=False) / (lots(named) * size)
    off = (ids.map(made) - named["net_price"]).abs() > TICK + 1e-9
    is_package = ids.map(ids.value_counts()) > 1
    return ids.map(made)[np.asarray(off & is_package)]
