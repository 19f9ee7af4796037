"""What a book holds, laid out for revaluation: each contract once, and how much of it each group of legs has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from optlab.aggregate import fx_factors, is_key
from optlab.carry import dividends_ahead
from optlab.errors import PricingError
from optlab.legs import OPTIONS
from optlab.market import Market
from optlab.pricing import PRICED, options_of
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, present_value
from optlab.scenario.shocks import Contracts

BLOCK, LEAST, MOST = 1 << 19, 64, 4096
"""Numbers, and contracts, of one block: what it needs stays small, however large the book or the grid is."""

KEYS = {"strategy": ("strategy_id", "strategy")}
"""What a word to group by stands for, where it is not a column of its own."""

LEG = (
    *("source_file", "source_line", "part", "account", "strategy_id", "strategy", "underlying", "kind"),
    *("strike", "expiry", "quantity", "currency"),
)
"""The columns that say which leg a row is."""

TERMS = (
    *("underlying", "root", "currency", "kind", "model", "spot", "strike", "years", "rate"),
    *("dividend_yield", "vol"),
)
"""Legs that are alike in these are one contract."""

NEEDED = ("mark", "size", "currency_of_leg")
"""What else is looked at; the other columns of a large book are not copied."""

Indices = npt.NDArray[np.intp]
Kernel = Callable[[Contracts], Array]


@dataclass(frozen=True, eq=False)
class Pairs:
    """How much of each contract each group holds, in the order of contracts.

    Parameters
    ----------
    group, contract : int arrays, shape (pairs,)
        Places in the groups and in the contracts.
    size : ndarray, shape (pairs,)
        Units of the underlying, with the position's sign, in the groups' currency.
    """

    group: Indices
    contract: Indices
    size: Array


@dataclass(frozen=True, eq=False)
class Holdings:
    """A valued book by groups.

    Parameters
    ----------
    groups : DataFrame
        A row per group: its keys, currency, ``leg_count`` and ``unpriced``.
    contracts : Contracts
        What moves, each contract once.
    underlyings : tuple of str
        Their underlyings, by place.
    pairs : Pairs
        Who holds how much of what.
    fixed : ndarray, shape (groups,)
        What does not move: cash, contracts that are over, and what futures were entered at.
    legs : int array, shape (contracts,)
        How many legs hold each contract.
    """

    groups: pd.DataFrame
    contracts: Contracts
    underlyings: tuple[str, ...]
    pairs: Pairs
    fixed: Array
    legs: Indices

    def add_up(self, kernel: Kernel, shape: tuple[int, ...]) -> Array:
        """Sum a kernel's numbers over each group, block by block.

        Parameters
        ----------
        kernel : callable
            Contracts in, numbers per unit of underlying out: ``(contracts, *shape)``.
        shape : tuple of int
            The shape of one contract's numbers.

        Returns
        -------
        ndarray, shape (groups, *shape)
            Without ``fixed``.
        """
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only who revalues a book pays for it

        width = int(np.prod(shape, dtype=np.int64))
        out = np.zeros((len(self.groups), width))
        for block, own in self._blocks(min(max(BLOCK // max(width, 1), LEAST), MOST)):
            numbers = kernel(self.contracts.part(block)).reshape(block.stop - block.start, -1)
            rows, places = np.unique(self.pairs.group[own], return_inverse=True)
            columns = self.pairs.contract[own] - block.start
            sizes = csr_matrix((self.pairs.size[own], (places, columns)), (len(rows), len(numbers)))
            out[rows] += np.asarray(sizes @ numbers)
        return out.reshape(len(self.groups), *shape)

    def _blocks(self, size: int) -> Iterator[tuple[slice, slice]]:
        """Cut the contracts into blocks of one size, and the pairs with them."""
        count = len(self.contracts.vol)
        for first in range(0, count, size):
            last = min(first + size, count)
            ends = np.searchsorted(self.pairs.contract, [first, last])
            yield slice(first, last), slice(int(ends[0]), int(ends[1]))


def holdings(
    valued: pd.DataFrame,
    market: Market,
    *,
    by: Sequence[str] = (),
    currency: str | None = None,
    each_leg: bool = False,
) -> Holdings:
    """Lay out a valued book.

    Parameters
    ----------
    valued : DataFrame
        Legs as `optlab.pricing.value` returns them.
    market : Market
        For exchange rates and cash dividends.
    by : sequence of str
        Columns that say what a leg is, or ``strategy``; the currency is always among them.
    currency : str, optional
        Convert every amount to it.
    each_leg : bool
        Make every leg a group of its own.

    Raises
    ------
    PricingError
        For a column that does not say what a leg is.
    MarketDataError
        If an exchange rate is missing.
    """
    legs = valued.reset_index(drop=True)
    factor = 1.0 if currency is None else fx_factors(legs["currency"], market, currency.upper())
    legs = legs.assign(size=legs["quantity"] * legs["multiplier"] * factor, worth=legs["value"] * factor)
    if currency is not None:
        legs = legs.assign(currency_of_leg=legs["currency"], currency=currency.upper())
    codes, groups = _each_leg(legs) if each_leg else _grouped(legs, by)
    is_priced = legs["status"].isin(PRICED)
    is_moving = _is_moving(legs) & is_priced
    moving = legs.loc[is_moving, [name for name in (*TERMS, *NEEDED) if name in legs.columns]]
    first, contract = _distinct(moving)
    sizes = moving["size"].to_numpy(float)
    fixed = np.where(
        is_moving, -legs["entry"].where(legs["kind"] == "future", 0.0) * legs["size"], legs["worth"]
    )
    fixed = np.where(is_priced, fixed, 0.0)
    underlyings, names = pd.factorize(moving["underlying"].iloc[first])
    return Holdings(
        groups,
        _contracts(moving.iloc[first], market, underlyings),
        tuple(str(name) for name in names),
        _pairs(codes[is_moving.to_numpy()], contract, sizes),
        np.bincount(codes, weights=fixed, minlength=len(groups)).astype(np.float64),
        np.bincount(contract, minlength=len(first)),
    )


def _is_moving(legs: pd.DataFrame) -> pd.Series:
    """Say which legs move: not cash, and not what is over already."""
    return (legs["kind"] != "cash") & ~(legs["years"] <= 0)


def group_keys(by: Sequence[str]) -> list[str]:
    """Return the columns that words to group by stand for.

    >>> group_keys(["strategy", "account"])
    ['strategy_id', 'strategy', 'account']
    """
    return list(dict.fromkeys(column for word in by for column in KEYS.get(word, (word,))))


def _grouped(legs: pd.DataFrame, by: Sequence[str]) -> tuple[Indices, pd.DataFrame]:
    """Return each leg's group, and a row for each group."""
    keys = list(dict.fromkeys([*group_keys(by), "currency"]))
    unusable = [name for name in keys if name not in legs.columns or not is_key(name)]
    if unusable:
        raise PricingError(
            f"can't group by {', '.join(unusable)}. Fix: group by underlying, strategy, expiry, account, or another "
            "column that says what a leg is."
        )
    grouped = legs.groupby(keys, sort=True, dropna=False)
    codes: Indices = np.asarray(grouped.ngroup(), dtype=np.intp)
    is_bad = ~legs["status"].isin(PRICED)
    counts = {
        "leg_count": np.bincount(codes, minlength=grouped.ngroups),
        "unpriced": np.bincount(codes, weights=is_bad, minlength=grouped.ngroups).astype("int64"),
    }
    first = np.unique(codes, return_index=True)[1]
    rows = legs[keys].iloc[first].reset_index(drop=True)
    return codes, rows.assign(**counts)


def _each_leg(legs: pd.DataFrame) -> tuple[Indices, pd.DataFrame]:
    """Make every leg a group."""
    is_bad = (~legs["status"].isin(PRICED)).astype("int64")
    return np.arange(len(legs), dtype=np.intp), legs[list(LEG)].assign(leg_count=1, unpriced=is_bad)


def _distinct(moving: pd.DataFrame) -> tuple[Indices, Indices]:
    """Return the first row of each distinct contract, and the contract of each row."""
    names = [*TERMS, *(["currency_of_leg"] if "currency_of_leg" in moving.columns else [])]
    is_marked = (moving["kind"] == "future") & moving["spot"].isna()
    keys = [moving[name] for name in names]
    codes = moving.groupby([*keys, moving["mark"].where(is_marked)], sort=False, dropna=False).ngroup()
    _, first, places = np.unique(codes.to_numpy(), return_index=True, return_inverse=True)
    return first, places


def _contracts(own: pd.DataFrame, market: Market, underlyings: Indices) -> Contracts:
    """Lay out distinct contracts as arrays."""
    if "currency_of_leg" in own.columns:
        own = own.assign(currency=own["currency_of_leg"])
    ahead = dividends_ahead(own, market)
    is_option = own["kind"].isin(OPTIONS)
    own = own.assign(years=own["years"].fillna(0.0), spot=own["spot"].fillna(_below_mark(own, ahead)))
    option = options_of(own, ahead)
    option = option._replace(sign=np.where(is_option, option.sign, 0.0))
    return Contracts(option, own["vol"].where(is_option).fillna(0.0).to_numpy(float), underlyings)


def _below_mark(own: pd.DataFrame, ahead: Dividends) -> pd.Series:
    """Return the spot that leads to a future's mark, for futures on an underlying without a price."""
    years, rate, dividend_yield = (own[name].to_numpy(float) for name in ("years", "rate", "dividend_yield"))
    years = np.nan_to_num(years)
    below = own["mark"] * np.exp(-(rate - dividend_yield) * years)
    return below + present_value(ahead, years, rate, dividend_yield)


def _pairs(group: Indices, contract: Indices, size: Array) -> Pairs:
    """Add up what each group holds of each contract, in the order of contracts."""
    width = int(group.max(initial=0)) + 1
    keys, places = np.unique(contract.astype(np.int64) * width + group, return_inverse=True)
    total = np.bincount(places, weights=size, minlength=len(keys)).astype(np.float64)
    return Pairs(keys % width, keys // width, total)
