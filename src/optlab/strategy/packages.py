"""Strategies as the file groups them: ids, lots, and the legs in one readable cell."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS

GROUP_KEYS = ["source_file", "account", "group", "underlying"]


def assign(legs: pd.DataFrame) -> pd.DataFrame:
    """Add ``strategy_id strategy part``: legs of one group are one strategy, any other leg is one by itself.

    A group is unique within file, account, group id and underlying, so that one over several underlyings
    becomes one strategy for each. Ids are the underlying and a number in order of appearance: MIU-1.
    Cash belongs to no strategy. ``strategy`` is the file's own name for it, else custom with its legs.
    """
    is_member = legs["kind"] != "cash"
    named = legs.assign(strategy_id="")
    named.loc[is_member, "strategy_id"] = _ids(legs[is_member])
    named["strategy_id"] = named["strategy_id"].astype("str")
    named["strategy"] = _names(named)
    named["part"] = 1
    return named


def _ids(legs: pd.DataFrame) -> np.ndarray:
    single = np.where(legs["group"] == "", np.arange(len(legs)), -1)
    codes, _ = pd.factorize(pd.MultiIndex.from_frame(legs[GROUP_KEYS].assign(single=single)))
    first = legs["underlying"].iloc[np.unique(codes, return_index=True)[1]]
    number = first.groupby(first).cumcount() + 1
    return (first + "-" + number.astype("str")).to_numpy(dtype=object)[codes]


def _names(named: pd.DataFrame) -> pd.Series:
    count = named.groupby("strategy_id")["kind"].transform("size")
    plural = np.where(count == 1, " leg)", " legs)")
    custom: pd.Series = "custom (" + count.astype("str") + plural
    return named["broker_strategy"].where(named["broker_strategy"] != "", custom).astype("str")


def split_groups(legs: pd.DataFrame) -> list[str]:
    """Name the groups that lie over several underlyings and so become several strategies."""
    grouped = legs[legs["group"] != ""]
    count = grouped.groupby(["source_file", "account", "group"])["underlying"].nunique()
    return [str(group) for _, _, group in count.index[count > 1]]


def lots(named: pd.DataFrame) -> pd.Series:
    """Return how many times each strategy's package was traded: the greatest common divisor of its legs.

    Shares count in units of the strategy's option multiplier. Quantities that are no whole numbers are one lot.
    The result is indexed by ``strategy_id``.
    """
    size = (
        named["multiplier"].where(named["kind"].isin(OPTIONS)).groupby(named["strategy_id"]).transform("max")
    )
    units = (named["quantity"] * named["multiplier"] / size.fillna(named["multiplier"])).abs()
    is_whole = (units == units.round()) & (units < 2**53)
    whole = units.where(is_whole, 1.0).to_numpy().astype("int64")
    ids, order, starts = _by_strategy(named)
    divisors = np.gcd.reduceat(whole[order], starts) if len(ids) else whole
    return pd.Series(np.maximum(divisors, 1), index=ids)


def _by_strategy(named: pd.DataFrame) -> tuple[pd.Index, np.ndarray, np.ndarray]:
    """Return the strategies in order of appearance, the rows sorted by them, and where each one's rows start."""
    codes, ids = pd.factorize(named["strategy_id"])
    order = np.argsort(codes, kind="stable")
    return pd.Index(ids, name="strategy_id"), order, np.searchsorted(codes[order], np.arange(len(ids)))


def describe_legs(named: pd.DataFrame) -> pd.Series:
    """Write each strategy's legs in one cell, ``+1 27NOV26 24C / -1 30DEC26 27C``, near and low first.

    Quantities are per lot. The result is indexed by ``strategy_id`` in order of appearance.
    """
    times = named["strategy_id"].map(lots(named)).astype("float64")
    named = named.assign(lots=times, size=_option_size(named))
    named["order_of_appearance"] = pd.factorize(named["strategy_id"])[0]
    by = ["order_of_appearance", "expiry", "strike", "kind"]
    named = named.sort_values(by, na_position="first", kind="stable")
    is_share = ~named["kind"].isin(OPTIONS) & named["size"].notna()
    shown = named["quantity"] / named["lots"] * (named["multiplier"] / named["size"]).where(is_share, 1.0)
    cells = [f"{number:+g} {name}" for number, name in zip(shown, contract(named), strict=True)]
    ids, _, starts = _by_strategy(named)
    borders = [*starts, len(cells)]
    texts = [" / ".join(cells[start:end]) for start, end in itertools.pairwise(borders)]
    return pd.Series(texts, index=ids, dtype="str")


def _option_size(named: pd.DataFrame) -> pd.Series:
    """Return the largest option multiplier of each leg's strategy; NaN without options."""
    sizes = named["multiplier"].where(named["kind"].isin(OPTIONS))
    return sizes.groupby(named["strategy_id"]).transform("max")


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
