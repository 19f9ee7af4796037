"""Every exact cover of a small book, found and priced by other means than optlab's, and readings to compare."""

from __future__ import annotations

import functools
import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from loose_books import pool_of, random_book
from optlab.strategy import STRATEGIES, net
from optlab.strategy.costs import WEIGHTS
from optlab.strategy.cover import Reading, cheapest
from optlab.strategy.match import name_packages
from optlab.strategy.pool import Pool

Weights = Mapping[str, float]
State = tuple[int, ...]
"""What is left of each item: options in units of the book, stock in what it is counted in."""


class Item(NamedTuple):
    """A contract on one side, traded at one time; stock has no time."""

    kind: str
    side: int
    strike: float
    expiry: pd.Timestamp
    size: float
    time: pd.Timestamp | None

    @property
    def is_stock(self) -> bool:
        """Whether it is stock or a future."""
        return self.kind in ("stock", "future")

    @property
    def contract(self) -> tuple[object, ...]:
        """What may not stand twice in one strategy, on whichever side; of stock there is one."""
        return ("stock",) if self.is_stock else (self.kind, self.strike, self.expiry)


class Source(NamedTuple):
    """One item, or all items of one contract and side."""

    items: tuple[int, ...]
    times: frozenset[pd.Timestamp]
    like: Item


class Strategy(NamedTuple):
    """What one lot takes, as (items, amount), what it is charged, and the calls and puts it leaves uncovered."""

    takes: tuple[tuple[tuple[int, ...], int], ...]
    charge: float
    calls: float
    puts: float

    @property
    def naked(self) -> float:
        """All units that it leaves uncovered."""
        return self.calls + self.puts


class EveryCover:
    """All strategies of a book and all exact covers by them, by enumeration."""

    def __init__(self, legs: pd.DataFrame, weights: Weights = WEIGHTS) -> None:
        self.weights = weights
        held: Counter[Item] = Counter()
        for number in range(len(legs)):
            item = _item(legs, number)
            held[item] += int(abs(legs["quantity"].iloc[number]))
        self.items = sorted(held, key=str)
        self.unit = math.gcd(*_multiples(held))
        self.start = tuple(held[item] // (1 if item.is_stock else self.unit) for item in self.items)
        self.sources = self._sources()
        self.strategies = [strategy for size in self._sizes() for strategy in self._of_size(size)]

    def least(self, naked: float = math.inf) -> float:
        """Return what the cheapest cover costs that leaves no more units uncovered; infinite if none.

        No cover leaves naked calls beside whole lots of long stock that stand alone, nor naked puts beside short stock.
        """
        rules = itertools.product((True, False), repeat=2)
        return min(self._least(naked, calls=calls, puts=puts) for calls, puts in rules)

    def _least(self, naked: float, *, calls: bool, puts: bool) -> float:
        """Return the cheapest cover with naked calls and no idle long stock, or the other way round; so of puts."""
        usable = [one for one in self.strategies if (calls or not one.calls) and (puts or not one.puts)]
        holding: list[list[Strategy]] = [
            [strategy for strategy in usable if any(item in items for items, _ in strategy.takes)]
            for item in range(len(self.items))
        ]

        @functools.cache
        def least(left: State, naked: float) -> float:
            options = (n for n, item in enumerate(self.items) if left[n] and not item.is_stock)
            first = next(options, None)
            if first is None:
                over = [n for n in range(len(self.items)) if left[n]]
                charges = [self._stock_alone(n, left[n]) for n in over]
                is_one = len(self._sizes()) == 1
                idle = {
                    self.items[n].side
                    for n, charge in zip(over, charges, strict=True)
                    if charge and is_one and self.items[n].kind == "stock"
                }
                return math.inf if (calls and 1 in idle) or (puts and -1 in idle) else sum(charges)
            return min(
                (
                    strategy.charge + least(rest, naked - lots * strategy.naked)
                    for strategy in holding[first]
                    for lots, rest in _takings(strategy, left)
                    if rest[first] < left[first] and lots * strategy.naked <= naked
                ),
                default=math.inf,
            )

        return least(self.start, naked)

    def _sources(self) -> list[Source]:
        known = [frozenset() if item.time is None else frozenset([item.time]) for item in self.items]
        sources = [Source((n,), known[n], item) for n, item in enumerate(self.items)]
        by_contract: dict[Item, list[int]] = {}
        for n, item in enumerate(self.items):
            by_contract.setdefault(item._replace(time=None), []).append(n)
        merged = [
            Source(tuple(same), frozenset().union(*(known[n] for n in same)), item)
            for item, same in by_contract.items()
            if len(same) > 1
        ]
        return sources + merged

    def _sizes(self) -> list[float]:
        return sorted({item.size for item in self.items if not item.is_stock})

    def _amount(self, source: Source, size: float) -> int:
        """Return what one unit of a strategy on contracts of this size takes; 0 where it can't take whole ones."""
        units = size * self.unit
        if not source.like.is_stock:
            return int(source.like.size == size)
        return int(units / source.like.size) if units % source.like.size == 0 else 0

    def _most(self, source: Source, size: float) -> int:
        amount = self._amount(source, size)
        return sum(self.start[n] for n in source.items) // amount if amount else 0

    def _of_size(self, size: float) -> Iterator[Strategy]:
        """Yield every strategy whose options have one size."""
        packages = [
            (sources, counts)
            for sources in self._sets(size)
            for counts in itertools.product(
                *(range(1, min(self._most(source, size), LARGEST) + 1) for source in sources)
            )
            if math.gcd(*counts) == 1
        ]
        names = _names_of(packages)
        for n, (sources, counts) in enumerate(packages):
            structure = STRATEGIES.get(names[n])
            if structure is not None and not structure.is_group_only:
                yield self._priced(sources, counts, structure.rank, size)

    def _sets(self, size: float) -> Iterator[tuple[Source, ...]]:
        """Yield every set of sources that is no stock alone and holds no contract twice."""
        usable = [source for source in self.sources if self._most(source, size)]
        for length in range(1, LONGEST + 1):
            for sources in itertools.combinations(usable, length):
                distinct = {source.like.contract for source in sources}
                if len(distinct) == length and distinct != {("stock",)}:
                    yield sources

    def _priced(
        self, sources: tuple[Source, ...], counts: tuple[int, ...], rank: float, size: float
    ) -> Strategy:
        legs = list(zip(sources, counts, strict=True))
        takes = tuple((source.items, self._amount(source, size) * count) for source, count in legs)
        calls, puts = _uncovered([(source.like, count) for source, count in legs])
        units = size * self.unit
        return Strategy(takes, self._charge(sources, rank, calls + puts), calls * units, puts * units)

    def _charge(self, sources: tuple[Source, ...], rank: float, naked: int) -> float:
        options = [source.like for source in sources if not source.like.is_stock]
        times = frozenset().union(*(source.times for source in sources))
        total = rank
        if naked:
            total += self.weights["uncovered"] + self.weights["uncovered_contract"] * naked
        apart = self.weights["strikes"] * _mean_square_gap([item.strike for item in options])
        apart += self.weights["expiries"] * math.sqrt(_months([item.expiry for item in options]))
        total += apart / (1 + apart**3) ** (1 / 3)
        if len(times) > 1:
            total += self.weights["occasions"] * (len(times) - 1)
        return total

    def _stock_alone(self, number: int, left: int) -> float:
        """Charge for stock that no option takes; an odd lot of shares is free."""
        item = self.items[number]
        sizes = self._sizes()
        if sizes and item.kind == "stock" and left <= self.start[number] % min(sizes):
            return 0.0
        rank = STRATEGIES["long stock" if item.side > 0 else "short stock"].rank
        return rank + self.weights["stock_alone"]


def _mean_square_gap(strikes: list[float]) -> float:
    """Return the mean square of the gaps between neighbouring strikes, as fractions of the legs' mean strike."""
    mean = sum(strikes) / len(strikes)
    gaps = [(high - low) / mean for low, high in itertools.pairwise(sorted(set(strikes)))]
    return sum(gap * gap for gap in gaps) / len(gaps) if gaps else 0.0


def _months(expiries: list[pd.Timestamp]) -> float:
    """Return the months between first and last expiry."""
    return (max(expiries) - min(expiries)) / pd.Timedelta(days=365 / 12)


def _item(legs: pd.DataFrame, number: int) -> Item:
    row = {name: legs[name].iloc[number] for name in ("kind", "strike", "expiry", "multiplier", "traded_at")}
    is_option = row["kind"] in ("call", "put")
    return Item(
        str(row["kind"]),
        1 if legs["quantity"].iloc[number] > 0 else -1,
        float(row["strike"]) if is_option else 0.0,
        row["expiry"],
        float(row["multiplier"]),
        row["traded_at"] if is_option and not pd.isna(row["traded_at"]) else None,
    )


LOOKED_FOR = [
    template
    for line in STRATEGIES.values()
    for template in line.templates
    if not line.is_group_only and not template.letters
]
LONGEST = max(len(template.legs) for template in LOOKED_FOR)
LARGEST = max(leg.number for template in LOOKED_FOR for leg in template.legs)


def _multiples(held: Mapping[Item, int]) -> list[int]:
    """Return the contracts of each option, and those of each size that each holding of stock could cover."""
    sizes = {item.size for item in held if not item.is_stock}
    options = [count for item, count in held.items() if not item.is_stock]
    stocks = [count * item.size for item, count in held.items() if item.is_stock]
    return options + [int(units // size) for units in stocks for size in sizes]


def _takings(strategy: Strategy, left: State) -> Iterator[tuple[int, State]]:
    """Yield every way to take some lots of a strategy out of what is left."""
    lots = 1
    while all(sum(left[n] for n in items) >= lots * amount for items, amount in strategy.takes):
        shares = [list(_shared(lots * amount, items, left)) for items, amount in strategy.takes]
        for share in itertools.product(*shares):
            taken = dict(pair for part in share for pair in part)
            yield lots, tuple(count - taken.get(n, 0) for n, count in enumerate(left))
        lots += 1


def _shared(amount: int, items: tuple[int, ...], left: State) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield every way to take an amount from several items together."""
    if len(items) == 1:
        if left[items[0]] >= amount:
            yield ((items[0], amount),)
        return
    for taken in range(min(amount, left[items[0]]) + 1):
        for rest in _shared(amount - taken, items[1:], left):
            yield ((items[0], taken), *rest)


def _uncovered(legs: list[tuple[Item, int]]) -> tuple[int, int]:
    """Count the options sold that find no cover: each in turn, the last to expire first, takes the nearest."""
    shares = sum(count * item.side for item, count in legs if item.is_stock)
    found = []
    for kind, stock_cover in (("call", shares), ("put", -shares)):
        mine = [(item, count) for item, count in legs if item.kind == kind]
        sold = [item.expiry for item, count in mine if item.side < 0 for _ in range(count)]
        bought = [item.expiry for item, count in mine if item.side > 0 for _ in range(count)]
        uncovered = 0
        for expiry in sorted(sold, reverse=True):
            covers = [day for day in bought if day >= expiry]
            if covers:
                bought.remove(min(covers))
            else:
                uncovered += 1
        found.append(max(uncovered - max(stock_cover, 0), 0))
    return found[0], found[1]


def _names_of(packages: list[tuple[tuple[Source, ...], tuple[int, ...]]]) -> dict[int, str]:
    """Name packages as if a file had grouped them so."""
    rows = [
        (number, item.kind, item.strike, item.expiry, item.side * count, option_size)
        for number, (sources, counts) in enumerate(packages)
        for option_size in [next(source.like.size for source in sources if not source.like.is_stock)]
        for item, count in zip((source.like for source in sources), counts, strict=True)
    ]
    if not rows:
        return {}
    table = pd.DataFrame(rows, columns=["strategy_id", "kind", "strike", "expiry", "quantity", "multiplier"])
    is_stock = table["kind"].isin(["stock", "future"])
    table["expiry"] = pd.to_datetime(table["expiry"].mask(is_stock), utc=True)
    table["strike"] = table["strike"].mask(is_stock)
    return {int(str(number)): str(name) for number, name in name_packages(net(table)).items()}


# --- readings as they are compared -------------------------------------------------------------------------


def held(pool: Pool) -> dict[tuple[float, ...], float]:
    """Say how much a pool holds of each contract and side."""
    return _by_contract(pool, [(n, pool.quantity[n]) for n in range(pool.item_count)])


def taken(pool: Pool, reading: Reading) -> dict[tuple[float, ...], float]:
    """Say how much the strategies of a reading take of each contract and side."""
    table = reading.candidates
    return _by_contract(
        pool,
        [
            (int(source), count * lots)
            for sources, counts, lots in zip(table.sources, table.counts, reading.lots, strict=True)
            for source, count in zip(sources, counts, strict=True)
            if source >= 0
        ],
    )


def _by_contract(pool: Pool, amounts: list[tuple[int, float]]) -> dict[tuple[float, ...], float]:
    total: dict[tuple[float, ...], float] = {}
    for source, amount in amounts:
        contract = _contract(pool, source)
        total[contract] = total.get(contract, 0.0) + amount
    return total


def _contract(pool: Pool, source: int) -> tuple[float, ...]:
    place = "CPS".index(str(pool.kind[source]))
    strike, day = np.nan_to_num(pool.strike[source]), np.nan_to_num(pool.day[source])
    return (place, int(pool.side[source]), float(strike), float(day), float(pool.size[source]))


def written(pool: Pool, reading: Reading, *, strikes: float = 1.0) -> Counter[tuple[object, ...]]:
    """Write a reading so that two can be compared: names, lots, and legs without their rows."""
    table = reading.candidates
    lines: Counter[tuple[object, ...]] = Counter()
    for name, sources, counts, lots in zip(
        table.names, table.sources, table.counts, reading.lots, strict=True
    ):
        legs = []
        for source, count in zip(sources, counts, strict=True):
            if source >= 0:
                kind, side, strike, day, size = _contract(pool, int(source))
                dates = tuple(pool.times[source].tolist())
                legs.append((kind, side, round(strike / strikes, 6), day, size, dates, float(count)))
        lines[name, float(lots), tuple(sorted(legs))] += 1
    return lines


@functools.cache
def read(seed: int) -> tuple[Pool, Reading]:
    """Return a random book as a pool, and its cheapest reading."""
    pool = pool_of(random_book(seed))
    return pool, cheapest(pool)
