"""The newest numbers of quotes that come again and again: a later row adds to an earlier one, it does not wipe it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.market import QUOTE_KEYS, QUOTE_NUMBERS
from optlab.readers.distinct import combine

TOGETHER = ("settlement_price", "bid", "ask", "iv")
"""Numbers that say one thing, a series' price: an older one is stale as soon as a newer row has any of them."""


def newest_numbers(table: pd.DataFrame, seen: pd.Series) -> tuple[pd.DataFrame, list[str]]:
    """Keep one row for each key, in each column its newest number; name the numbers that stand against it.

    Parameters
    ----------
    table : DataFrame
        Quotes, with the index 0, 1, ...
    seen : Series
        The instant of each; NaT, older than any other, where it is not known.

    Returns
    -------
    DataFrame
        A row for each key, the newest one with what it lacks filled from those before it.
    list of str
        Such as ``spot of MIU``: where rows of the same instant have different numbers, and the later row's was
        taken.
    """
    key, first = combine(*(table[name] for name in QUOTE_KEYS))
    if len(first) == len(table):
        return table, []
    ranks, _ = pd.factorize(seen, sort=True)  # NaT has the rank -1
    order = np.argsort(ranks, kind="stable")
    ordered, key, ranks = table.iloc[order], key[order], ranks[order]
    numbers = ordered[list(QUOTE_NUMBERS)]
    ages = numbers.notna().mul(ranks + 2, axis=0)  # 0 where there is no number
    newest = ages.groupby(key).transform("max")
    together = list(TOGETHER)
    newest[together] = np.repeat(newest[together].max(axis=1).to_numpy()[:, None], len(together), axis=1)
    groups = numbers.where(ages == newest).groupby(key)
    is_split = (groups.min() < groups.max()).to_numpy()
    whose = ordered["underlying"].groupby(key).last()
    differing = [
        f"{numbers.columns[column]} of {whose[own]}" for own, column in np.argwhere(is_split).tolist()
    ]
    currency = ordered["currency"].mask(ordered["currency"] == "").groupby(key).last().fillna("")
    last = ordered.groupby(key).tail(1)
    own_key = key[ordered.index.get_indexer(last.index)]
    filled = groups.last().assign(currency=currency).loc[own_key].set_index(last.index)
    last = last.assign(**{str(name): filled[name] for name in filled})
    return last.sort_index().reset_index(drop=True), differing
