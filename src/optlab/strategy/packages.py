"""What holds for any package of legs: its id, its netted contracts and lots, and its legs in one readable cell."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS

GROUP_KEYS = ["source_file", "account", "group", "underlying"]


def assign(legs: pd.DataFrame) -> pd.DataFrame:
    """Add ``strategy_id`` as the file groups the legs: those of one group are one strategy, any other stands alone.

    A group is unique within file, account, group id and underlying, so that one over several underlyings
    becomes one strategy for each. Cash belongs to no strategy.
    """
    is_member = (legs["kind"] != "cash").to_numpy()
    single = np.where(legs["group"] == "", np.arange(len(legs)), -1)
    codes, _ = pd.factorize(pd.MultiIndex.from_frame(legs[GROUP_KEYS].assign(single=single)))
    return legs.assign(strategy_id=number(legs, np.where(is_member, codes, -1)))


def number(legs: pd.DataFrame, strategy: np.ndarray) -> pd.Series:
    """Name strategies by their underlying and a number in order of appearance, MIU-1; what is -1 has no name."""
    ids = np.full(len(legs), "", dtype=object)
    is_member = strategy >= 0
    codes = pd.factorize(strategy[is_member])[0]
    underlying = legs.loc[is_member, "underlying"]
    first = underlying.iloc[np.unique(codes, return_index=True)[1]]
    order = first.groupby(first).cumcount() + 1
    ids[is_member] = (first + "-" + order.astype("str")).to_numpy(dtype=object)[codes]
    return pd.Series(ids, index=legs.index, dtype="str")


def split_groups(legs: pd.DataFrame) -> list[str]:
    """Name the groups that lie over several underlyings and so become several strategies."""
    grouped = legs[legs["group"] != ""]
    count = grouped.groupby(["source_file", "account", "group"])["underlying"].nunique()
    return [str(group) for _, _, group in count.index[count > 1]]


def priceable(named: pd.DataFrame) -> set[str]:
    """Name the strategies that a net price can be the price of: whole groups that don't net to nothing.

    The part of a group that lies in one of several underlyings was not traded at the group's price, and what
    nets to nothing has no lots to count.
    """
    groups = named.groupby(["source_file", "account", "group"])["underlying"].transform("nunique")
    is_split = (groups > 1) & (named["group"] != "")
    return set(net(named)["strategy_id"]) - set(named.loc[is_split, "strategy_id"]) - {""}


def unit_sizes(named: pd.DataFrame) -> pd.Series:
    """Return what one contract of each strategy stands for: its largest option multiplier, 1 without options.

    Indexed by ``strategy_id`` in order of appearance.
    """
    sizes = named["multiplier"].where(named["kind"].isin(OPTIONS), 1.0)
    return sizes.groupby(named["strategy_id"], sort=False).max()


def net(named: pd.DataFrame) -> pd.DataFrame:
    """Net each strategy by contract, so that partial fills and opposite trades count once.

    Returns
    -------
    DataFrame
        A row per strategy and contract that is left, near and low first: ``strategy_id kind strike expiry
        count``, with ``count`` in contracts; shares count in units of the strategy's options.
    """
    units = named["quantity"] * named["multiplier"]
    is_option = named["kind"].isin(OPTIONS)
    size = named["multiplier"].where(is_option, named["strategy_id"].map(unit_sizes(named)))
    ids = pd.factorize(named["strategy_id"])[0]
    keys = ["strategy", "strategy_id", "expiry", "strike", "kind", "size"]
    table = named[["strategy_id", "expiry", "strike", "kind"]].assign(strategy=ids, size=size)
    table = table.assign(units=units, gross=units.abs())
    netted = table.groupby(keys, dropna=False, sort=False)[["units", "gross"]].sum().reset_index()
    netted = netted[netted["units"].abs() > ROUNDING * netted["gross"]]
    netted = netted.assign(count=netted["units"] / netted["size"])
    return netted.sort_values(keys[:1] + keys[2:], na_position="first", kind="stable").drop(
        columns="strategy"
    )


ROUNDING = 1e-12
"""What is left of this part of the gross quantity is rounding, and nets to nothing."""


def lots(named: pd.DataFrame) -> pd.Series:
    """Return how many times each strategy's package was traded: the greatest common divisor of its contracts.

    Contracts are netted first; quantities that are no whole numbers are one lot, and so is what nets to nothing.
    Indexed by ``strategy_id`` in order of appearance.
    """
    everyone = pd.Index(named["strategy_id"].unique(), name="strategy_id")
    return _divisors(net(named)).reindex(everyone, fill_value=1)


def _divisors(netted: pd.DataFrame) -> pd.Series:
    counts = netted["count"].abs().to_numpy()
    is_whole = (counts == np.round(counts)) & (counts < 2**53)
    whole = np.where(is_whole, counts, 1.0).astype("int64")
    ids, starts = _starts(netted)
    return pd.Series(np.gcd.reduceat(whole, starts) if len(ids) else whole, index=ids)


def describe_legs(named: pd.DataFrame) -> pd.Series:
    """Write each strategy's netted legs in one cell, ``+1 27NOV26 24C / -1 30DEC26 27C``, near and low first.

    Quantities are per lot; what nets to nothing is empty. Indexed by ``strategy_id`` in order of appearance.
    """
    netted = net(named)
    per_lot = netted["count"] / netted["strategy_id"].map(_divisors(netted)).astype("float64")
    cells = [f"{number:+g} {name}" for number, name in zip(per_lot, contract(netted), strict=True)]
    ids, starts = _starts(netted)
    borders = [*starts, len(cells)]
    texts = [" / ".join(cells[start:end]) for start, end in itertools.pairwise(borders)]
    everyone = pd.Index(named["strategy_id"].unique(), name="strategy_id")
    return pd.Series(texts, index=ids, dtype="str").reindex(everyone, fill_value="")


def _starts(netted: pd.DataFrame) -> tuple[pd.Index, np.ndarray]:
    """Return the strategies of a table sorted by them, and where each one's rows start."""
    codes, ids = pd.factorize(netted["strategy_id"])
    return pd.Index(ids, name="strategy_id"), np.searchsorted(codes, np.arange(len(ids)))


def contract(legs: pd.DataFrame) -> pd.Series:
    """Name each contract as a trader writes it: 27NOV26 24C, or stock.

    >>> table = pd.DataFrame({"kind": ["put"], "strike": [22.5], "expiry": pd.to_datetime(["2026-10-09"])})
    >>> contract(table)[0]
    '09OCT26 22.5P'
    """
    codes, days = pd.factorize(legs["expiry"])
    written = [day.strftime("%d%b%y").upper() for day in days]
    day = pd.Series(written, dtype="str").reindex(codes, fill_value="").set_axis(legs.index)
    letter = legs["kind"].map({"call": "C", "put": "P"}).astype("str").fillna("")
    option = day + " " + legs["strike"].map("{:g}".format).astype("str") + letter
    other = legs["kind"].where(legs["kind"] != "future", "future " + day)
    return option.where(legs["kind"].isin(OPTIONS), other).str.strip()
