"""What holds for any package of legs: its id, its netted contracts and lots, and its legs in one readable cell."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS

GIVEN = "group"
"""How a strategy was found that the file groups."""

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
    """Name the strategies that a net price can be the price of: whole groups, or a row alone, that don't net to nothing.

    The part of a group that lies in one of several underlyings was not traded at the group's price, nor was a part
    of a row, nor what was put together from several rows without a group. What nets to nothing has no lots to
    count.
    """
    groups = named.groupby(["source_file", "account", "group"])["underlying"].transform("nunique")
    is_split = (groups > 1) & (named["group"] != "")
    if "reading" in named:
        rows = named.groupby("strategy_id")["kind"].transform("size")
        is_part = named.duplicated(["source_file", "source_line"], keep=False)
        is_split |= (named["reading"] != GIVEN) & ((rows > 1) | is_part)
    return set(net(named)["strategy_id"]) - set(named.loc[is_split, "strategy_id"]) - {""}


def unit_sizes(named: pd.DataFrame) -> pd.Series:
    """Return what one contract of each strategy stands for: its largest option multiplier.

    Without options it is the largest multiplier, 1 for stock. Indexed by ``strategy_id`` in order of appearance.
    """
    sizes = (
        named["multiplier"].where(named["kind"].isin(OPTIONS)).groupby(named["strategy_id"], sort=False).max()
    )
    return sizes.fillna(named["multiplier"].groupby(named["strategy_id"], sort=False).max())


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
    count = netted["units"] / netted["size"]
    is_whole = (count - count.round()).abs() <= ROUNDING_OF_COUNTS * count.abs()
    netted = netted.assign(count=count.mask(is_whole, count.round()))
    netted["units"] = netted["count"] * netted["size"]
    return netted.sort_values(keys[:1] + keys[2:], na_position="first", kind="stable").drop(
        columns="strategy"
    )


ROUNDING = 1e-12
"""What is left of this part of the gross quantity is rounding, and nets to nothing."""

ROUNDING_OF_COUNTS = 1e-9
"""A count that is whole but for this part is whole: three contracts of a tenth are not 0.30000000000000004."""


def lots(named: pd.DataFrame) -> pd.Series:
    """Return how many times each strategy's package was traded: the greatest number that divides its contracts.

    Contracts are netted first. Stock counts where it comes to one unit per lot, else the options alone say how many
    lots there are, so that 250 shares and 3 calls are three lots. Parts of contracts have parts of lots; what
    has no common part is one lot, and so is what nets to nothing. Indexed by ``strategy_id`` in order of appearance.
    """
    everyone = pd.Index(named["strategy_id"].unique(), name="strategy_id")
    found = _divisors(net(named)).reindex(everyone, fill_value=1.0)
    return found.astype("int64") if (found % 1 == 0).all() else found


def _divisors(netted: pd.DataFrame) -> pd.Series:
    ids, starts = _starts(netted)
    if not len(ids):
        return pd.Series([], index=ids, dtype="float64")
    counts = netted["count"].abs().to_numpy()
    is_option = netted["kind"].isin(OPTIONS).to_numpy()
    package = np.repeat(np.arange(len(ids)), np.diff(np.append(starts, len(counts))))
    every = greatest_part(counts, starts)
    stock = np.add.reduceat(np.where(is_option, 0.0, counts), starts)
    has_options = np.logical_or.reduceat(is_option, starts)
    options = greatest_part(np.where(is_option | ~has_options[package], counts, 0.0), starts)
    is_unit = (np.abs(stock - every) < ROUNDING_OF_COUNTS * stock) & (options <= MOST_OPTIONS * every)
    is_one = ~has_options | (stock == 0) | is_unit
    found = np.where(is_one, every, options)
    return pd.Series(np.where(np.isnan(found), 1.0, found), index=ids)


def changes(values: np.ndarray) -> np.ndarray:
    """Say where a sorted column begins or changes."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


MOST_OPTIONS = 2
"""The most options that one unit of stock is counted with in a lot: a ratio write."""

MOST_PARTS = 12
"""Fractions of a contract are read as multiples of at most this part of the smallest leg."""


def greatest_part(amounts: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the greatest amount that goes a whole number of times into every amount of each package.

    Parameters
    ----------
    amounts : ndarray of float
        Not negative; those of one package stand together. Zeros are passed over.
    starts : ndarray of int
        Where each package begins.

    Returns
    -------
    ndarray of float
        NaN where there is none that is a twelfth of the smallest amount or more.
    """
    package = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(amounts))))
    is_whole = np.logical_and.reduceat((amounts == np.round(amounts)) & (amounts < 2**53), starts)
    whole = np.where(is_whole[package], amounts, 1.0).astype("int64")
    divisor = np.gcd.reduceat(whole, starts).astype("float64")
    smallest = np.minimum.reduceat(np.where(amounts > 0, amounts, np.inf), starts)
    part = np.where(is_whole & (divisor > 0), divisor, np.nan)
    for parts in range(1, MOST_PARTS + 1):
        multiple = amounts / smallest[package] * parts
        is_fit = np.abs(multiple - np.round(multiple)) <= ROUNDING_OF_COUNTS * np.maximum(multiple, 1.0)
        fits = np.isnan(part) & np.logical_and.reduceat(is_fit, starts)
        part = np.where(fits, smallest / parts, part)
    return part


def describe_legs(named: pd.DataFrame) -> pd.Series:
    """Write each strategy's netted legs in one cell, ``+1 27NOV26 24C / -1 30DEC26 27C``, near and low first.

    Quantities are per lot; what nets to nothing is empty. Indexed by ``strategy_id`` in order of appearance.
    """
    netted = net(named)
    per_lot = netted["count"] / netted["strategy_id"].map(_divisors(netted)).astype("float64")
    cells = [
        f"{number:+.4g} {name}" if number % 1 else f"{number:+.0f} {name}"
        for number, name in zip(per_lot, contract(netted), strict=True)
    ]
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
