"""Packages as lines, a line for each contract: prints of one contract are fills of it, and count together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optlab.strategy.packages import changes, greatest_part
from optlab.tape.names import KINDS, UnsignedShape
from optlab.tape.prints import Bools, Floats, Ints, Prints

ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Lines:
    """The contracts of many packages, sorted by package, expiry, strike and kind.

    Parameters
    ----------
    line : ndarray of int
        The line of each print.
    package, expiry, strike, kind, side : ndarray
        Of each line: its package from 0, the contract, and the side that the file states, or 0.
    amount : ndarray of float
        Of each line: units of the underlying, in those of the package's options.
    starts, counts : ndarray of int
        Of each package: its first line, and how many it has.
    ratio : ndarray of float
        Of each line: contracts per lot, NaN where the package has no common lot.
    """

    line: Ints
    package: Ints
    expiry: Ints
    strike: Floats
    kind: np.ndarray
    side: Ints
    amount: Floats
    starts: Ints
    counts: Ints
    ratio: Floats

    def per_package(self, values: np.ndarray, reduce: np.ufunc) -> np.ndarray:
        """Reduce a value per line to one per package."""
        return np.asarray(reduce.reduceat(values, self.starts))

    @property
    def is_equal(self) -> Bools:
        """Which packages have the same amount in every line."""
        highest = self.per_package(self.amount, np.maximum)
        return highest - self.per_package(self.amount, np.minimum) <= ROUNDING * highest

    @property
    def largest_ratio(self) -> Floats:
        """The most contracts per lot of any line, NaN where there is no common lot."""
        return self.per_package(self.ratio, np.maximum)


class Alike(NamedTuple):
    """Packages of one unsigned shape: their numbers, the shape, their distinct strikes and the places of their lines."""

    packages: Ints
    shape: UnsignedShape
    strikes: Floats
    places: Ints


def lines_of(prints: Prints, package: Ints) -> Lines:
    """Merge the prints of each package by contract and stated side.

    Parameters
    ----------
    prints : Prints
        At least one.
    package : ndarray of int
        The package of each print, numbered from 0 without gaps.
    """
    kind = np.searchsorted(KINDS, prints.kind)
    order = np.lexsort((prints.side, prints.contract, kind, prints.strike, prints.expiry, package))
    keys = (prints.side[order], prints.contract[order], package[order])
    is_new = np.logical_or.reduce([changes(key) for key in keys])
    first = order[is_new]
    line = np.empty(len(order), dtype=np.int64)
    line[order] = np.cumsum(is_new) - 1
    owner = package[first]
    starts = np.flatnonzero(changes(owner))
    units = np.bincount(line, weights=prints.size * prints.unit)
    base = np.maximum.reduceat(np.where(prints.kind[first] == "S", 0.0, prints.unit[first]), starts)
    base = np.where(base > 0, base, np.maximum.reduceat(prints.unit[first], starts))
    amount = units / base[owner]
    lot = greatest_part(amount, starts)
    return Lines(
        line=line,
        package=owner,
        expiry=prints.expiry[first],
        strike=prints.strike[first],
        kind=prints.kind[first],
        side=prints.side[first],
        amount=amount,
        starts=starts,
        counts=np.diff(np.append(starts, len(first))),
        ratio=amount / lot[owner],
    )


def alike(lines: Lines) -> Iterator[Alike]:
    """Yield each unsigned shape that occurs, with the packages that have it.

    The shape of a package without a common lot has no numbers, and no name.
    """
    is_option = lines.kind != "S"
    expiry = _ranks(lines.expiry, lines.package, is_option)
    strike = _ranks(lines.strike, lines.package, is_option)
    number = np.nan_to_num(np.round(lines.ratio), nan=0.0)
    table = np.column_stack([expiry, strike, np.searchsorted(KINDS, lines.kind), number]).astype(np.int64)
    for count in np.unique(lines.counts):
        packages = np.flatnonzero(lines.counts == count)
        places = lines.starts[packages][:, None] + np.arange(count)
        rows = table[places].reshape(len(packages), -1)
        distinct, which = np.unique(rows, axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        borders = np.searchsorted(which.ravel()[order], np.arange(len(distinct) + 1))
        for number_of, row in enumerate(distinct):
            members = order[borders[number_of] : borders[number_of + 1]]
            shape = UnsignedShape(tuple(map(tuple, row.reshape(-1, 4).tolist())))
            columns = shape.strike_places()
            yield Alike(packages[members], shape, lines.strike[places[members]][:, columns], places[members])


def _ranks(values: np.ndarray, package: Ints, is_option: Bools) -> Ints:
    """Rank the options' values within each package from 1, equal ones alike; what is no option has rank 0."""
    ranks = np.zeros(len(values), dtype=np.int64)
    options = np.flatnonzero(is_option)
    order = options[np.lexsort((values[options], package[options]))]
    is_first = changes(package[order])
    running = np.cumsum(changes(values[order]) | is_first)
    before = np.maximum.accumulate(np.where(is_first, running - 1, 0))
    ranks[order] = running - before
    return ranks
