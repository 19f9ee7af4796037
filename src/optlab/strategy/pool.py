"""The contracts of one account in one underlying, from which strategies are made up."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optlab.strategy.match import LETTERS
from optlab.strategy.packages import changes, greatest_part

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FINEST = 10**8
"""Fractions of a contract are told apart down to one in this many."""

LARGEST = 200
"""A pool of more items is read in parts."""

PART = 30
"""The most items of a part."""

NO_TIME = np.iinfo("int64").min


@dataclass(frozen=True, eq=False)
class Pool:
    """Contracts to be shared out among strategies, in an order that is not that of the rows.

    An item is a contract on one side, traded at one time. A source is what one leg of a strategy is taken
    from: an item, or all items of a contract and side together. The first sources are the items, one each.

    Parameters
    ----------
    kind : ndarray of str
        C, P or S, for each source; and so the next six.
    side : ndarray of int
        1 long, -1 short.
    strike, day : ndarray of float
        NaN for stock and futures; the expiry in days from any day.
    size : ndarray of float
        Units per contract; for stock the shares that go together: 1, or what a future stands for.
    quantity : ndarray of float
        What there is of it, positive: options in whole numbers of ``unit`` contracts, stock in shares.
    items : tuple of tuple of int
        The items that it is made of.
    times : ndarray of bool
        Sources by known times of trade. Stock has none: it is held, whenever it was bought.
    unit : float
        The contracts that count as one: the common divisor of the options' quantities.
    rows : tuple of ndarray
        Of each item, the rows of the table that it came from, in order.
    """

    kind: NDArray[np.str_]
    side: Ints
    strike: Floats
    day: Floats
    size: Floats
    quantity: Floats
    items: tuple[tuple[int, ...], ...]
    times: Bools
    unit: float
    rows: tuple[Ints, ...]

    @property
    def item_count(self) -> int:
        """How many items there are."""
        return len(self.rows)

    @property
    def is_stock(self) -> Bools:
        """Which sources are stock or futures."""
        return self.kind == "S"


@dataclass(frozen=True, eq=False)
class PoolLegs:
    """The columns of a table of legs that pools are made from, as arrays; made once for all pools of a book."""

    kind: NDArray[np.str_]
    strike: Floats
    day: Floats
    size: Floats
    quantity: Floats
    time: Ints

    @classmethod
    def of(cls, legs: pd.DataFrame) -> PoolLegs:
        """Take what pools need from the canonical table."""
        kind = legs["kind"].map(LETTERS).to_numpy(dtype="U1")
        times = legs["traded_at"].dt.tz_localize(None).to_numpy().astype("int64")
        return cls(
            kind=kind,
            strike=legs["strike"].to_numpy(dtype=np.float64),
            day=expiry_days(legs),
            size=legs["multiplier"].to_numpy(dtype=np.float64),
            quantity=legs["quantity"].to_numpy(dtype=np.float64),
            time=np.where(
                (kind == "S") | np.isnat(legs["traded_at"].dt.tz_localize(None).to_numpy()), NO_TIME, times
            ),
        )

    def pool(self, rows: Ints) -> Pool:
        """Gather rows, each with a quantity and a kind that is no cash, into a pool."""
        side = np.sign(self.quantity[rows]).astype("int64")
        contract = [np.nan_to_num(self.strike[rows], nan=-1.0), np.nan_to_num(self.day[rows], nan=-1e6)]
        keys = [self.time[rows], side, self.size[rows], *contract, np.char.encode(self.kind[rows]).view("u1")]
        order = np.lexsort(keys)
        begins = [changes(key[order]) for key in keys]
        starts = np.flatnonzero(np.logical_or.reduce(begins))
        contract_starts = np.flatnonzero(np.logical_or.reduce(begins[1:]))
        groups = np.split(rows[order], starts[1:])
        return self._pool(tuple(np.sort(group) for group in groups), np.searchsorted(starts, contract_starts))

    def parts(self, pool: Pool) -> list[Pool]:
        """Cut a pool that is too large to be read at once, by time of trade, then expiry and strike."""
        if pool.item_count <= LARGEST:
            return [pool]
        first = np.array([rows[0] for rows in pool.rows])
        order = np.lexsort([self.strike[first], self.day[first], self.time[first]])
        is_stock = self.kind[first] == "S"
        cuts = np.array_split(order[~is_stock[order]], math.ceil(pool.item_count / PART))
        for item in order[is_stock[order]]:
            place = int(np.argmax([self._coverable_by(first[item], first[cut]) for cut in cuts]))
            cuts[place] = np.append(cuts[place], item)
        return [self.pool(np.concatenate([pool.rows[item] for item in cut])) for cut in cuts]

    def _coverable_by(self, stock: int, options: Ints) -> float:
        """Return how many of some options a holding of stock could cover."""
        kind = "C" if self.quantity[stock] > 0 else "P"
        return float(-np.minimum(self.quantity[options][self.kind[options] == kind], 0.0).sum())

    def _pool(self, rows: tuple[Ints, ...], contract_starts: Ints) -> Pool:
        first = np.array([group[0] for group in rows])
        is_stock = self.kind[first] == "S"
        contracts = np.array([np.abs(self.quantity[group]).sum() for group in rows])
        unit = common_divisor(np.append(contracts[~is_stock], self._coverable(first, contracts)))
        quantity = np.where(is_stock, contracts * self.size[first], np.round(contracts / unit))
        borders = [*contract_starts.tolist(), len(rows)]
        merged = [tuple(range(start, end)) for start, end in itertools.pairwise(borders) if end - start > 1]
        items = (*((number,) for number in range(len(rows))), *merged)
        sources = first[[source[0] for source in items]]
        times = self.time[first]
        known = np.unique(times[times != NO_TIME])
        return Pool(
            kind=self.kind[sources],
            side=np.sign(self.quantity[sources]).astype("int64"),
            strike=self.strike[sources],
            day=np.where(self.kind[sources] == "S", np.nan, self.day[sources]),
            size=self.size[sources],
            quantity=np.array([quantity[list(source)].sum() for source in items]),
            items=items,
            times=np.array([np.isin(known, times[list(source)]) for source in items]).reshape(
                len(items), len(known)
            ),
            unit=unit,
            rows=rows,
        )

    def _coverable(self, first: Ints, contracts: Floats) -> Floats:
        """Return how many whole contracts of each size each holding of stock stands for."""
        is_stock = self.kind[first] == "S"
        sizes = np.unique(self.size[first][~is_stock])
        units = (contracts * self.size[first])[is_stock]
        return np.floor(units[:, None] / sizes[None, :] + 1.0 / FINEST).ravel()


def expiry_days(legs: pd.DataFrame) -> Floats:
    """Return each leg's expiry in days from one day, the same for all; NaN where it has none."""
    expiry = legs["expiry"].dt.tz_localize(None).to_numpy()
    return (expiry - np.datetime64("2000-01-01", "us")) / np.timedelta64(1, "D")


def common_divisor(quantities: Floats) -> float:
    """Return the largest number that all quantities are whole multiples of; 1 where there are none.

    >>> common_divisor(np.array([200.0, 150.0])), common_divisor(np.array([0.1, 0.25]))
    (50.0, 0.05)
    """
    quantities = np.asarray(quantities, dtype=np.float64)
    quantities = quantities[quantities > 0]
    if len(quantities):
        part = float(greatest_part(quantities, np.array([0]))[0])
        if not math.isnan(part):
            return part
    whole = np.round(quantities * FINEST).tolist()
    divisor = math.gcd(*(int(number) for number in whole)) if whole else 0
    return divisor / FINEST if divisor else 1.0
