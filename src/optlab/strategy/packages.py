"""What holds for any package of legs: its id, its netted contracts and lots, and its legs in one readable cell."""

from __future__ import annotations

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
    codes, ids = pd.factorize(named["strategy_id"])
    is_option = named["kind"].isin(OPTIONS).to_numpy()
    own = named["multiplier"].to_numpy(dtype=np.float64)
    size = np.where(is_option, own, unit_sizes(named).to_numpy(dtype=np.float64)[codes])
    units = named["quantity"].to_numpy(dtype=np.float64) * own
    kind, kinds = pd.factorize(named["kind"], sort=True)
    strike, expiry = (
        named["strike"].to_numpy(dtype=np.float64),
        named["expiry"].to_numpy(dtype="datetime64[us]"),
    )
    keys = (codes, expiry.astype("int64"), np.where(np.isnan(strike), -np.inf, strike), kind, size)
    order = np.lexsort(keys[::-1])
    first = np.logical_or.reduce([changes(key[order]) for key in keys])
    starts, rows = np.flatnonzero(first), order[first]
    total, gross = (_sums(amount[order], starts) for amount in (units, np.abs(units)))
    count = total / size[rows]
    is_whole = np.abs(count - np.round(count)) <= ROUNDING_OF_COUNTS * np.abs(count)
    count = np.where(is_whole, np.round(count), count)
    table = pd.DataFrame(
        {
            "strategy_id": ids.take(codes[rows]),
            "expiry": named["expiry"].array.take(rows),
            "strike": strike[rows],
            "kind": kinds.take(kind[rows]),
            "size": size[rows],
            "units": count * size[rows],
            "gross": gross,
            "count": count,
        }
    )
    return table[np.abs(total) > ROUNDING * gross]


def _sums(amounts: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return np.add.reduceat(amounts, starts) if len(starts) else np.zeros(0)


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
    return _whole(_divisors(net(named)).reindex(everyone, fill_value=1.0))


def _whole(lots: pd.Series) -> pd.Series:
    """Return lots as whole numbers where all of them are."""
    return lots.astype("int64") if (lots % 1 == 0).all() else lots


def sizes(named: pd.DataFrame) -> pd.DataFrame:
    """Return how large each strategy is: ``lots unit_size contracts`` and its ``legs`` in words.

    As `lots`, `unit_sizes` and `describe_legs` have them; ``contracts`` counts option contracts, bought or sold,
    after netting. Indexed by ``strategy_id`` in order of appearance.
    """
    netted = net(named)
    unit_size = unit_sizes(named)
    divisors = _divisors(netted)
    count = netted["count"].abs().where(netted["kind"].isin(OPTIONS), 0.0)
    return pd.DataFrame(
        {
            "lots": _whole(divisors.reindex(unit_size.index, fill_value=1.0)),
            "unit_size": unit_size,
            "contracts": count.groupby(netted["strategy_id"], sort=False)
            .sum()
            .reindex(unit_size.index, fill_value=0.0),
            "legs": _words(netted, divisors).reindex(unit_size.index, fill_value=""),
        }
    )


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
    everyone = pd.Index(named["strategy_id"].unique(), name="strategy_id")
    return _words(netted, _divisors(netted)).reindex(everyone, fill_value="")


def _words(netted: pd.DataFrame, divisors: pd.Series) -> pd.Series:
    """Write the legs of each netted strategy in one cell; cells alike are written once."""
    ids, starts = _starts(netted)
    ends = np.append(starts[1:], len(netted))
    per_lot = netted["count"].to_numpy() / np.repeat(
        divisors.reindex(ids).to_numpy(dtype=np.float64), ends - starts
    )
    codes, names = _contracts(netted)
    places, numbers = pd.factorize(per_lot)
    cells, distinct = pd.factorize(codes * max(len(numbers), 1) + places)
    written = [f"{_signed(numbers[cell % len(numbers)])} {names[cell // len(numbers)]}" for cell in distinct]
    legs = np.array(written, dtype=object)[cells] if len(cells) else np.empty(0, dtype=object)
    texts = legs[starts]
    for place in np.flatnonzero(ends - starts > 1):
        texts[place] = " / ".join(legs[starts[place] : ends[place]])
    return pd.Series(texts, index=ids, dtype="str")


def _signed(number: float) -> str:
    return f"{number:+.4g}" if number % 1 else f"{number:+.0f}"


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
    codes, names = _contracts(legs)
    return pd.Series(names, dtype="str").reindex(codes).set_axis(legs.index)


def _contracts(legs: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Return which contract each leg is of, and the contracts' names."""
    (kind, kinds), (expiry, days), (strike, strikes) = (
        pd.factorize(legs[name], use_na_sentinel=False) for name in ("kind", "expiry", "strike")
    )
    codes, distinct = pd.factorize((kind * max(len(days), 1) + expiry) * max(len(strikes), 1) + strike)
    names = [
        _contract(
            str(kinds[cell // len(strikes) // len(days)]),
            days[cell // len(strikes) % len(days)],
            strikes[cell % len(strikes)],
        )
        for cell in distinct.tolist()
    ]
    return codes, names


def _contract(kind: str, expiry: pd.Timestamp, strike: float) -> str:
    day = "" if pd.isna(expiry) else expiry.strftime("%d%b%y").upper()
    if kind in OPTIONS:
        return f"{day} {strike:g}{kind[0].upper()}".strip()
    return f"future {day}".strip() if kind == "future" else str(kind)
