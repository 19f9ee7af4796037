"""Prints that came together and are several packages: taken apart so that the sum of what the packages cost is least.

A crowd is small, and the names of shapes alike are looked up once. What a package costs here says how readily prints
are read as one: names are cheap, uneven sizes, mixed condition codes, time and distance between the legs are not.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optlab.strategy.costs import WEIGHTS
from optlab.strategy.packages import greatest_part
from optlab.tape.names import KINDS, MOST_SIGNED, NO_NAME, UnsignedShape, is_listed, ranks, with_stated

MOST_PRINTS = 10
"""The most prints of a crowd that every reading is tried for; larger ones are cut where the time between prints is longest."""

LARGEST_RATIO, LARGEST_UNNAMED = 8, 3
"""The most contracts of a leg per lot, in a package with a name and in one without: complex order books take ratios
from one-to-three to three-to-one."""

MOST_UNNAMED = 4
"""The most legs of a package without a name that is found in a crowd."""

ALONE_OF_PACKAGE = 50.0
ALONE = 1.0
"""What a print costs that is left alone: where its code says that it is a leg, and where nothing says so."""

COSTS = {
    "unnamed": 4.0,  # in place of the rank of a name
    "uneven": 0.3,  # once, if not all legs have the same size
    "codes": 1.5,  # once, if the prints have several condition codes
    "time": 0.5,  # x time from first to last print / the longest
}
MICROSECONDS_PER_MONTH = 86_400e6 * 365.0 / 12.0

WHOLE = 1e-6


Leg = tuple[int, float, int, int, int]
"""What prints share that are fills of one leg: expiry, strike, kind, contract and side."""


Place = tuple[int, int, int]
"""Where a leg stands among others: the ranks of expiry and strike, and the kind."""


class Item(NamedTuple):
    """One print of a crowd: its contract, as numbers that can be compared, its side, size, code and time."""

    expiry: int
    strike: float
    kind: int
    contract: int
    side: int
    size: float
    code: int
    time: int

    @property
    def leg(self) -> Leg:
        """The leg that it is a fill of."""
        return self[:5]


@dataclass(frozen=True)
class Crowds:
    """What is the same for all crowds of a tape, and what was found for those before.

    Parameters
    ----------
    within : int
        The longest time between two prints of a package, in microseconds.
    is_coded : bool
        Whether the prints' codes say that they are legs of packages; else only names make a package.
    """

    within: int
    is_coded: bool
    known_ranks: dict[tuple[object, ...], float] = field(default_factory=dict)

    def take_apart(self, items: list[Item]) -> list[list[int]]:
        """Divide a crowd into packages and prints alone, each a list of places: the partition of least cost.

        Parameters
        ----------
        items : list of Item
            At most `MOST_PRINTS`, in an order of their own: the first of several equal readings is taken.
        """
        alone = ALONE_OF_PACKAGE if self.is_coded else ALONE
        blocks: list[list[tuple[int, float]]] = [[(1 << place, alone)] for place in range(len(items))]
        for mask, price in self._blocks(items):
            blocks[_lowest(mask)].append((mask, price))
        least = [0.0] + [math.inf] * ((1 << len(items)) - 1)
        chosen = [0] * (1 << len(items))
        for mask in range(1, 1 << len(items)):
            for block, price in blocks[_lowest(mask)]:
                if block & mask == block and least[mask ^ block] + price < least[mask] - WHOLE:
                    least[mask], chosen[mask] = least[mask ^ block] + price, block
        return list(_unfold(chosen, len(items)))

    def _blocks(self, items: list[Item]) -> Iterator[tuple[int, float]]:
        """Yield each subset of prints that can be one package, as bits, and what it costs to read it as one."""
        legs = sorted({item.leg for item in items})
        places = _places(legs)
        subsets = _Subsets.of(items, legs)
        most = subsets.largest // np.maximum(subsets.lot, 1)
        is_possible = (subsets.count > 1) & (subsets.count <= MOST_SIGNED) & ~subsets.is_twice
        is_possible &= (subsets.span <= self.within) & (most <= LARGEST_RATIO)
        for mask in np.flatnonzero(is_possible).tolist():
            lot = int(subsets.lot[mask])
            ratios = [size // lot for size in subsets.sizes[mask].tolist()]
            held = [place for place, ratio in enumerate(ratios) if ratio]
            shape = _listed(tuple(places[place] for place in held))
            rank = NO_NAME
            if shape is not None:
                rank = self._rank(shape, [(legs[place], ratios[place]) for place in held])
            if rank == NO_NAME:
                if not self.is_coded or most[mask] > LARGEST_UNNAMED or len(held) > MOST_UNNAMED:
                    continue
                rank = COSTS["unnamed"]
            yield (
                mask,
                rank
                + COSTS["uneven"] * (most[mask] > 1)
                + COSTS["codes"] * bool(subsets.is_mixed[mask])
                + COSTS["time"] * float(subsets.span[mask]) / max(self.within, 1)
                + _apart([legs[place] for place in held]),
            )

    def _rank(self, listed: tuple[Place, ...], held: list[tuple[Leg, int]]) -> float:
        """Return the rank of the commonest name that legs of a listed shape can have."""
        strikes = sorted({leg[1] for leg, _ in held})
        gap = strikes[-1] - strikes[0]
        places = tuple(round((strike - strikes[0]) / gap, 9) for strike in strikes) if gap else ()
        shape = tuple((*place, ratio) for place, (_, ratio) in zip(listed, held, strict=True))
        sides = tuple(leg[4] for leg, _ in held)
        key = (shape, places, sides)
        if key not in self.known_ranks:
            found = ranks(UnsignedShape(shape), np.array([strikes]))
            self.known_ranks[key] = float(with_stated(found, np.array([sides])).min())
        return self.known_ranks[key]


@dataclass(frozen=True, eq=False)
class _Subsets:
    """Every subset of a crowd, a row for each, by its bits.

    ``sizes`` has a column per leg, in whole multiples of a common part; ``lot`` is their common divisor, ``span`` the
    time from first to last print, ``is_mixed`` whether there are several codes, ``is_twice`` whether one
    contract is in it twice: bought and sold, or under two roots.
    """

    sizes: NDArray[np.int64]
    count: NDArray[np.int64]
    lot: NDArray[np.int64]
    largest: NDArray[np.int64]
    span: NDArray[np.int64]
    is_mixed: NDArray[np.bool_]
    is_twice: NDArray[np.bool_]

    @classmethod
    def of(cls, items: list[Item], legs: list[Leg]) -> _Subsets:
        bits = _bits(len(items))
        places = {leg: place for place, leg in enumerate(legs)}
        leg_of = np.array([places[item.leg] for item in items])
        held = np.zeros((len(items), len(legs)), dtype=np.int64)
        held[np.arange(len(items)), leg_of] = _whole([item.size for item in items])
        sizes = bits @ held
        time = np.array([item.time for item in items])
        code = np.array([item.code for item in items])
        return cls(
            sizes=sizes,
            count=(sizes > 0).sum(axis=1),
            lot=np.gcd.reduce(sizes, axis=1),
            largest=sizes.max(axis=1),
            span=_range(bits, time - time.min()),
            is_mixed=_range(bits, np.unique(code, return_inverse=True)[1]) > 0,
            is_twice=_holds_twice(sizes > 0, legs),
        )


@functools.cache
def _bits(count: int) -> NDArray[np.int64]:
    """Return the members of every subset, a row for each."""
    return np.arange(1 << count)[:, None] >> np.arange(count) & 1


def _range(bits: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the largest less the smallest value of each subset; values are not negative."""
    high = (bits * values).max(axis=1)
    return high - np.where(bits == 1, values, high[:, None]).min(axis=1)


def _holds_twice(is_held: NDArray[np.bool_], legs: list[Leg]) -> NDArray[np.bool_]:
    found = np.zeros(len(is_held), dtype=bool)
    for one, other in itertools.combinations(range(len(legs)), 2):
        if legs[one][:3] == legs[other][:3]:
            found |= is_held[:, one] & is_held[:, other]
    return found


def _whole(sizes: list[float]) -> NDArray[np.int64]:
    """Write sizes as whole multiples of the greatest part that goes into all, or of next to nothing."""
    amounts = np.array(sizes)
    if (amounts % 1 == 0).all():
        return amounts.astype(np.int64)
    part = greatest_part(amounts, np.array([0]))[0]
    part = amounts.min() * WHOLE if np.isnan(part) else part
    return np.round(amounts / part).astype(np.int64)


def _places(legs: list[Leg]) -> list[Place]:
    """Return the ranks of each leg's expiry and strike in the crowd, and its kind."""
    days = sorted({leg[0] for leg in legs})
    strikes = sorted({leg[1] for leg in legs})
    return [(days.index(leg[0]), strikes.index(leg[1]), leg[2]) for leg in legs]


@functools.lru_cache(maxsize=1_000_000)
def _listed(places: tuple[Place, ...]) -> tuple[Place, ...] | None:
    """Return the ranks within some legs of a crowd, from 1, if the catalogue has packages of such legs."""
    days = sorted({place[0] for place in places})
    strikes = sorted({place[1] for place in places})
    dense = tuple((days.index(day) + 1, strikes.index(strike) + 1, kind) for day, strike, kind in places)
    return dense if is_listed(dense) else None


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _unfold(chosen: list[int], count: int) -> list[list[int]]:
    """Return the blocks of the least partition, by their first print."""
    blocks, left = [], (1 << count) - 1
    while left:
        block = chosen[left]
        blocks.append([place for place in range(count) if block >> place & 1])
        left ^= block
    return blocks


def _apart(legs: list[Leg]) -> float:
    """Return what distance costs between strikes and dates, as in the reading of a book."""
    strikes = sorted({leg[1] for leg in legs})
    mean = sum(leg[1] for leg in legs) / len(legs)
    gaps = [(high - low) / mean for low, high in itertools.pairwise(strikes)]
    square = sum(gap * gap for gap in gaps) / max(len(gaps), 1)
    months = (max(leg[0] for leg in legs) - min(leg[0] for leg in legs)) / MICROSECONDS_PER_MONTH
    far = WEIGHTS["strikes"] * square + WEIGHTS["expiries"] * math.sqrt(months)
    return float(far / (1.0 + far**3) ** (1 / 3))


KIND_PLACES = {str(kind): place for place, kind in enumerate(KINDS)}
