"""What a strategy says beside its direction: volatility, premium, horizon and family."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.bias.directions import band_words
from optlab.strategy import STRATEGIES

VOLATILITY_BAND = 0.10
SELF_FINANCING = 0.001
"""A premium below this part of spot, either way, pays for itself: 0.1%."""

BUCKETS = ("to a week", "to a month", "to a quarter", "to a year", "beyond", "no expiry")
BUCKET_ENDS = (7.0, 31.0, 92.0, 366.0, np.inf)
"""The longest week, month, quarter and year, in days."""

CUSTOM, ROLL, CLOSING = "custom", "roll", "closing"
HEDGED = "delta-hedged"


def add_views(table: pd.DataFrame, *, self_financing: float = SELF_FINANCING) -> pd.DataFrame:
    """Add the volatility view, the premium view, the horizon buckets and the family of each strategy.

    Parameters
    ----------
    table : DataFrame
        Strategies, as `optlab.exposure.exposures` returns them.
    self_financing : float
        A premium of a smaller part of spot is none, either way.

    Returns
    -------
    DataFrame
        The same rows with ``volatility_view`` (long from a vega ratio of +0.10, short from -0.10, else neutral),
        ``premium_view`` (debit, credit, self-financing; none without options), ``nearest`` and ``farthest``
        (`BUCKETS`) and ``family``. Unclassified where the number is not known.
    """
    return table.assign(
        volatility_view=_volatility(table),
        premium_view=_premium(table, self_financing),
        nearest=_bucket(table["days_nearest"]),
        farthest=_bucket(table["days_farthest"]),
        family=_families(table["strategy"]),
    )


def _volatility(table: pd.DataFrame) -> pd.Series:
    ratio = table["vega_ratio"]
    sides = [ratio.isna(), ratio >= VOLATILITY_BAND, ratio <= -VOLATILITY_BAND]
    view = np.select(sides, ["unclassified", "long", "short"], "neutral")
    return pd.Series(view, index=table.index, dtype="str")


def volatility_reason(table: pd.DataFrame) -> pd.Series:
    """Say why the volatility view of each strategy is what it is."""
    reason = band_words("vega ratio", table["vega_ratio"], VOLATILITY_BAND)
    return reason.mask(~table["has_vega"], "no vega").mask(table["vega_ratio"].isna(), table["status"])


def _premium(table: pd.DataFrame, self_financing: float) -> pd.Series:
    percent = table["premium_percent"]
    has_options = table["days_farthest"].notna()
    sides = [~has_options, percent.isna(), percent.abs() < self_financing, percent > 0]
    view = np.select(sides, ["none", "unclassified", "self-financing", "debit"], "credit")
    return pd.Series(view, index=table.index, dtype="str")


def _bucket(days: pd.Series) -> pd.Series:
    place = np.searchsorted(BUCKET_ENDS, days.fillna(0.0).to_numpy(), side="left")
    words = np.where(days.isna(), BUCKETS[-1], np.array(BUCKETS)[np.minimum(place, len(BUCKET_ENDS) - 1)])
    return pd.Series(words, index=days.index, dtype="str")


def _families(names: pd.Series) -> pd.Series:
    known = {name: family_of(name) for name in names.unique()}
    return names.map(known).astype("str")


def family_of(name: str) -> str:
    """Return the family of a name: vertical, diagonal, ...; custom for what has none.

    >>> family_of("bull call diagonal"), family_of("roll out (short put)"), family_of("custom (3 legs)")
    ('diagonal', 'roll', 'custom')
    """
    if name in STRATEGIES:
        return STRATEGIES[name].family
    if name.startswith("roll "):
        return ROLL
    if name.startswith("close"):
        return CLOSING
    return HEDGED if name.endswith(" versus underlying") else CUSTOM
