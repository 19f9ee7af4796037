"""Every strategy that a pool could hold and that the cheapest reading could need.

The templates of the catalogue stand in a tree, leg by leg, so that what two of them begin with is looked for once; a
leg is joined to the partial matches by array comparisons. A match that costs more than pairs and single legs of
itself can be replaced by those in any reading, and is left out: the cheapest reading stays.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optlab.strategy.catalog import STRATEGIES, Structure
from optlab.strategy.costs import WEIGHTS, cost
from optlab.strategy.match import conditions_hold, resolve
from optlab.strategy.pool import Bools, Floats, Ints, Pool
from optlab.strategy.templates import Shape, uncovered

Block = tuple[int, ...]
"""A leg of a shape by its place, or two legs by their places and the ratio of their counts."""

SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Candidates:
    """Strategies that a pool could hold, a row for each.

    Parameters
    ----------
    sources : ndarray of int
        Rows by legs: the source of each leg, -1 where there are no more.
    counts : ndarray of float
        What one lot takes from each: contracts in units of the pool, shares of stock.
    cost : ndarray of float
        See `optlab.strategy.costs`.
    naked_calls, naked_puts : ndarray of float
        Uncovered units of the underlying in one lot.
    most : ndarray of float
        The most lots that there can be.
    is_share : ndarray of bool
        Whether lots need not be whole: stock by itself.
    names : ndarray of object
        The name of each.
    """

    sources: Ints
    counts: Floats
    cost: Floats
    naked_calls: Floats
    naked_puts: Floats
    most: Floats
    is_share: Bools
    names: NDArray[np.object_]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.cost)

    @property
    def naked(self) -> Floats:
        """Uncovered calls and puts in one lot, in units of the underlying."""
        return self.naked_calls + self.naked_puts

    @property
    def is_once(self) -> Bools:
        """Which of them can only be there once or not at all."""
        return (self.most == 1) & ~self.is_share

    def take(self, chosen: Ints | Bools) -> Candidates:
        """Return some of them."""
        return Candidates(
            self.sources[chosen],
            self.counts[chosen],
            self.cost[chosen],
            self.naked_calls[chosen],
            self.naked_puts[chosen],
            self.most[chosen],
            self.is_share[chosen],
            self.names[chosen],
        )


# --- the tree of templates ----------------------------------------------------------------------------------


@dataclass(eq=False)
class _Node:
    """A leg in the tree: what it is, how it lies to the legs before it, and the shape that ends here, if any."""

    kind: str
    count: int
    relations: tuple[tuple[int, int], ...]
    shape: Shape = ()
    children: dict[tuple[object, ...], _Node] = field(default_factory=dict)


@functools.cache
def _tree() -> _Node:
    """Build the tree of all shapes that may be looked for in a book."""
    root = _Node("", 0, ())
    for structure in STRATEGIES.values():
        for template in structure.templates:
            if not structure.is_group_only and not template.letters:
                _plant(root, template.shape())
    return root


def _plant(root: _Node, shape: Shape) -> None:
    node = root
    legs = search_order(shape)
    for place, leg in enumerate(legs):
        relations = tuple(
            (_compare(leg.strike, other.strike), _compare(leg.expiry, other.expiry)) for other in legs[:place]
        )
        node = node.children.setdefault(
            (leg.kind, leg.count, relations), _Node(leg.kind, int(leg.count), relations)
        )
    node.shape = shape


def search_order(shape: Shape) -> Shape:
    """Order a shape's legs for the search: stock last."""
    return tuple(sorted(shape, key=lambda leg: (leg.kind == "S", leg)))


def _compare(one: int, other: int) -> int:
    return (one > other) - (one < other)


# --- finding ------------------------------------------------------------------------------------------------


def find_candidates(pool: Pool, *, keep_covers: bool = False, slack: float = SLACK) -> Candidates:
    """Find every strategy that the cheapest reading of a pool could need, in a fixed order.

    With ``keep_covers``, also those that cost more than their parts but leave less uncovered; with ``slack``, those
    that cost up to so much more.
    """
    sizes = np.unique(pool.size[~pool.is_stock])
    parts = [_Search(pool, float(size), keep_covers=keep_covers, slack=slack).found() for size in sizes]
    return join([*parts, _stock_alone(pool)])


def join(parts: list[Candidates]) -> Candidates:
    """Put candidates together."""
    width = max(part.sources.shape[1] for part in parts)
    height = sum(len(part) for part in parts)
    sources = np.full((height, width), -1, dtype="int64")
    counts = np.zeros((height, width))
    start = 0
    for part in parts:
        rows, columns = slice(start, start + len(part)), slice(part.sources.shape[1])
        sources[rows, columns] = part.sources
        counts[rows, columns] = part.counts
        start += len(part)
    return Candidates(
        sources,
        counts,
        np.concatenate([part.cost for part in parts]),
        np.concatenate([part.naked_calls for part in parts]),
        np.concatenate([part.naked_puts for part in parts]),
        np.concatenate([part.most for part in parts]),
        np.concatenate([part.is_share for part in parts]),
        np.concatenate([part.names for part in parts]),
    )


def _stock_alone(pool: Pool) -> Candidates:
    """Return stock by itself: a lot is a share, or what a future stands for.

    What is over whole lots of the options, an odd lot of shares, costs nothing: it can't go with any.
    """
    sources = np.flatnonzero(pool.is_stock)
    names = np.where(pool.side[sources] > 0, "long stock", "short stock").astype(object)
    ranks = np.array([STRATEGIES[name].rank for name in names], dtype=np.float64) + WEIGHTS["stock_alone"]
    size, held = pool.size[sources], pool.quantity[sources]
    smallest = pool.size[~pool.is_stock].min(initial=np.inf)
    odd = np.where((size == 1.0) & (smallest < np.inf), np.fmod(held, smallest), 0.0)
    whole, over = np.flatnonzero(odd < held - SLACK), np.flatnonzero(odd > SLACK)
    rows = np.concatenate([whole, over])
    none = np.zeros(len(rows))
    return Candidates(
        sources[rows][:, None],
        size[rows][:, None],
        np.concatenate([ranks[whole], np.zeros(len(over))]),
        none,
        none,
        np.concatenate([held[whole] / size[whole], odd[over]]),
        np.ones(len(rows), dtype=bool),
        names[rows],
    )


class _Search:
    """The candidates of a pool whose options have one size."""

    def __init__(self, pool: Pool, size: float, *, keep_covers: bool, slack: float) -> None:
        self.keep_covers, self.slack = keep_covers, slack
        self.pool = pool
        self.size = size
        is_usable = pool.is_stock | (pool.size == size)
        lot = size * pool.unit
        self.lots = np.where(is_usable, np.where(pool.is_stock, pool.quantity / lot, pool.quantity), 0.0)
        is_divisible = (np.abs(lot / pool.size - np.round(lot / pool.size)) < SLACK) | (pool.size == 1.0)
        self.lots = np.where(pool.is_stock & ~is_divisible, 0.0, np.floor(self.lots + SLACK))
        self.by_strike = _signs(pool.strike)
        self.by_day = _signs(pool.day)
        self.single = np.full(len(pool.kind), np.inf)
        self.usable: dict[tuple[str, int], Ints] = {}
        self.pairs: dict[tuple[int, int], Floats] = {}

    def found(self) -> Candidates:
        """Return the candidates: single legs, then pairs, then what is cheaper than these."""
        by_length: dict[int, list[tuple[Shape, Ints]]] = {}
        for shape, sources in self._matches(_tree(), np.zeros((1, 0), dtype="int64")):
            by_length.setdefault(len(shape), []).append((shape, sources))
        parts = [
            part
            for length in sorted(by_length)
            for shape, sources in by_length[length]
            for part in self._named(shape, sources)
        ]
        return join(parts)

    def _matches(self, node: _Node, partial: Ints) -> Iterator[tuple[Shape, Ints]]:
        """Walk down the tree, and yield each shape with the sources of its legs, short ones first."""
        for child in node.children.values():
            usable = self._usable(child.kind, child.count)
            grown = self._grow(child, partial, usable) if len(usable) else partial[:0]
            if not len(grown):
                continue
            if child.shape and not (len(child.shape) == 1 and child.kind == "S"):
                yield child.shape, grown
            yield from self._matches(child, grown)

    def _grow(self, node: _Node, partial: Ints, usable: Ints) -> Ints:
        """Join a leg to the partial matches."""
        fits = np.ones((len(partial), len(usable)), dtype=bool)
        if node.kind != "S":
            for place, (strike, day) in enumerate(node.relations):
                before = partial[:, place][:, None]
                fits &= (self.by_strike[usable, before] == strike) & (self.by_day[usable, before] == day)
        rows, columns = np.nonzero(fits)
        return np.column_stack([partial[rows], usable[columns]])

    def _usable(self, kind: str, count: int) -> Ints:
        """Return the sources that so many contracts of a kind can be taken from."""
        key = (kind, count)
        if key not in self.usable:
            pool, side = self.pool, 1 if count > 0 else -1
            is_usable = (pool.kind == kind) & (pool.side == side) & (self.lots >= abs(count))
            self.usable[key] = np.flatnonzero(is_usable)
        return self.usable[key]

    def _named(self, shape: Shape, sources: Ints) -> Iterator[Candidates]:
        """Name the matches of one shape, and keep what can't be replaced by less."""
        strikes = self._distinct_strikes(shape, sources)
        is_open = np.ones(len(sources), dtype=bool)
        for structure, template in resolve(shape):
            fits = is_open & conditions_hold(template.conditions, strikes)
            is_open &= ~fits
            if fits.any() and not structure.is_group_only:
                yield self._kept(structure, shape, sources[fits])

    def _distinct_strikes(self, shape: Shape, sources: Ints) -> Floats:
        ranks = np.array([leg.strike for leg in search_order(shape)])
        places = [int(np.flatnonzero(ranks == rank)[0]) for rank in range(1, ranks.max(initial=0) + 1)]
        return self.pool.strike[sources[:, places]]

    def _kept(self, structure: Structure, shape: Shape, sources: Ints) -> Candidates:
        found = self._priced(structure, shape, sources)
        self._remember(shape, found)
        return found.take(found.cost <= self._cost_of_parts(shape, sources) + self.slack)

    def _priced(self, structure: Structure, shape: Shape, sources: Ints) -> Candidates:
        counts = np.array([abs(leg.count) for leg in search_order(shape)])
        calls, puts = uncovered(shape)
        count = len(sources)
        taken = np.where(self.pool.is_stock[sources], self.size * self.pool.unit, 1.0) * counts
        occasions = self.pool.times[sources].any(axis=1).sum(axis=1)
        price = cost(
            np.full(count, structure.rank),
            np.full(count, calls + puts),
            self.pool.strike[sources],
            self.pool.day[sources],
            occasions.astype("float64"),
        )
        units = self.size * self.pool.unit
        return Candidates(
            sources,
            taken,
            price,
            np.full(count, calls * units),
            np.full(count, puts * units),
            np.floor((self.lots[sources] / counts).min(axis=1)),
            np.zeros(count, dtype=bool),
            np.full(count, structure.name, dtype=object),
        )

    def _remember(self, shape: Shape, found: Candidates) -> None:
        """Keep what single legs and pairs cost, for the comparison with longer ones."""
        if len(shape) == 1:
            self.single[found.sources[:, 0]] = found.cost
        elif len(shape) == 2:
            one, other = found.sources.T
            first, second = (int(abs(leg.count)) for leg in search_order(shape))
            self._pair_costs(first, second)[one, other] = found.cost
            self._pair_costs(second, first)[other, one] = found.cost

    def _pair_costs(self, first: int, second: int) -> Floats:
        """Return what pairs cost of so many contracts of one source and so many of another; infinite if unnamed."""
        shape = (len(self.single), len(self.single))
        return self.pairs.setdefault((first, second), np.full(shape, np.inf))

    def _cost_of_parts(self, shape: Shape, sources: Ints) -> Floats:
        """Return the least that single legs and pairs of each match cost which leave no more uncovered."""
        best = np.full(len(sources), np.inf)
        for blocks in _partitions(shape, keep_covers=self.keep_covers):
            total = np.zeros(len(sources))
            for block in blocks:
                one = sources[:, block[0]]
                if len(block) == 1:
                    total += self._single(one)
                else:
                    total += self._pair_costs(*block[2:])[one, sources[:, block[1]]]
            best = np.minimum(best, total)
        return best

    def _single(self, sources: Ints) -> Floats:
        """Return what a leg costs by itself; stock is always there."""
        return np.where(self.pool.is_stock[sources], STRATEGIES["long stock"].rank, self.single[sources])


def _signs(values: Floats) -> NDArray[np.int8]:
    """Return the sign of each value less each other, equal where they are the same price or instant."""
    with np.errstate(invalid="ignore"):
        return np.sign(np.nan_to_num(values[:, None] - values[None, :])).astype("int8")


# --- parts of a shape ---------------------------------------------------------------------------------------

Part = tuple[tuple[int, int], ...]
"""The places of one or two legs, each with the contracts that it gives."""


@functools.cache
def _partitions(shape: Shape, *, keep_covers: bool) -> tuple[tuple[Block, ...], ...]:
    """Return the ways to take a shape apart into pairs and single legs; with ``keep_covers``, none that uncovers.

    A block that occurs twice is charged once, as is a strategy of several lots.
    """
    legs = search_order(shape)
    counts = tuple(int(abs(leg.count)) for leg in legs)
    limit = sum(uncovered(shape)) if keep_covers else math.inf
    kept = {
        tuple(sorted({_block(part) for part in way}))
        for way in _ways(counts)
        if len(way[0]) < len(legs) and sum(_uncovered_in(legs, part) for part in way) <= limit
    }
    return tuple(sorted(kept))


def _ways(counts: tuple[int, ...], before: tuple[Part, ...] = ()) -> Iterator[tuple[Part, ...]]:
    """Yield every way to share out what is left of each leg among pairs and single legs."""
    place = next((place for place, count in enumerate(counts) if count), None)
    if place is None:
        yield before
        return
    mine = counts[place]
    yield from _ways(_less(counts, {place: mine}), (*before, ((place, mine),)))
    for other in range(place + 1, len(counts)):
        both = min(mine, counts[other])
        for given in {(both, both), (mine, counts[other])} if both else ():
            part = ((place, given[0]), (other, given[1]))
            yield from _ways(_less(counts, dict(part)), (*before, part))


def _less(counts: tuple[int, ...], given: dict[int, int]) -> tuple[int, ...]:
    return tuple(count - given.get(place, 0) for place, count in enumerate(counts))


def _block(part: Part) -> Block:
    if len(part) == 1:
        return (part[0][0],)
    divisor = math.gcd(part[0][1], part[1][1])
    return (part[0][0], part[1][0], part[0][1] // divisor, part[1][1] // divisor)


def _uncovered_in(legs: Shape, part: Part) -> float:
    return sum(
        uncovered(
            tuple(legs[place]._replace(count=np.sign(legs[place].count) * count) for place, count in part)
        )
    )
