"""One package, or a million: each named by its shape, so that packages alike are looked up once."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optlab.strategy.catalog import STRATEGIES, Structure
from optlab.strategy.packages import changes, greatest_part
from optlab.strategy.templates import PARTIAL_STOCK, Condition, Shape, ShapeLeg, Template

CLOSED = "closed"
"""The name of a package that nets to nothing."""

PART = 0.5
"""Stands in a shape for an amount of stock below one unit, whatever it is."""

DELTA_HEDGED = "delta-hedged"

Line = tuple[Structure, Template]
Floats = NDArray[np.float64]


def name_packages(netted: pd.DataFrame) -> pd.Series:
    """Name packages by their netted legs; what no template fits is custom.

    Parameters
    ----------
    netted : DataFrame
        A row per strategy and contract, as `optlab.strategy.packages.net` returns it.

    Returns
    -------
    Series
        The name, indexed by ``strategy_id``. The most specific template wins: numbers before letters, whole
        units of stock before parts, more conditions before fewer.
    """
    if netted.empty:
        return pd.Series([], index=pd.Index([], name="strategy_id"), dtype="str")
    legs = _Legs(netted)
    names = np.array([custom_name(int(count)) for count in legs.counts], dtype=object)
    is_open = np.ones(len(names), dtype=bool)
    for lot, is_partial in ((legs.whole_lot(), False), (legs.option_lot(), True)):
        for packages, shape in legs.shapes(lot, is_partial=is_partial, wanted=is_open):
            strikes = legs.strikes(packages)
            for (structure, _), fits in _fitting(resolve(shape), strikes, len(packages)):
                names[packages[fits]] = structure.name
                is_open[packages[fits]] = False
    return pd.Series(names, index=legs.ids, dtype="str")


def custom_name(count: int) -> str:
    """Name a package that no template fits.

    >>> custom_name(1), custom_name(3)
    ('custom (1 leg)', 'custom (3 legs)')
    """
    return f"custom ({count} leg{'' if count == 1 else 's'})"


def _fitting(
    lines: tuple[Line, ...], strikes: Floats, count: int
) -> Iterator[tuple[Line, NDArray[np.bool_]]]:
    """Yield each line with the packages that are the first to fit it."""
    is_open = np.ones(count, dtype=bool)
    for line in lines:
        fits = is_open & conditions_hold(line[1].conditions, strikes)
        is_open &= ~fits
        yield line, fits


def conditions_hold(conditions: tuple[Condition, ...], strikes: Floats) -> NDArray[np.bool_]:
    """Say for which packages all conditions on strikes hold; ``strikes`` has a row for each, low to high."""
    answer = np.ones(len(strikes), dtype=bool)
    values = {f"K{number + 1}": strikes[:, number] for number in range(strikes.shape[1])}
    for condition in conditions:
        if condition.is_on_strikes:
            answer &= condition.holds(values)
    return answer


# --- shapes ------------------------------------------------------------------------------------------------


class _Legs:
    """The netted legs of many packages as arrays, sorted by package, expiry, strike and kind."""

    def __init__(self, netted: pd.DataFrame) -> None:
        codes, ids = pd.factorize(netted["strategy_id"])
        self.package = codes
        self.ids = pd.Index(ids, name="strategy_id")
        self.starts = np.searchsorted(codes, np.arange(len(ids)))
        self.counts = np.diff(np.append(self.starts, len(codes)))
        self.kind = netted["kind"].map(LETTERS).to_numpy(dtype=object)
        self.is_stock = self.kind == "S"
        base = np.maximum.reduceat(np.where(self.is_stock, 0.0, netted["size"].to_numpy()), self.starts)
        base = np.where(base > 0, base, np.maximum.reduceat(netted["size"].to_numpy(), self.starts))
        self.amount = netted["units"].to_numpy() / base[codes]
        self.strike = netted["strike"].to_numpy()
        self.expiry_rank = self._ranks(netted["expiry"].dt.tz_localize(None).to_numpy())
        self.strike_rank = self._ranks(self.strike)
        self.has_one_stock = np.add.reduceat(self.is_stock.astype("int64"), self.starts) <= 1
        self.has_options = np.logical_or.reduceat(~self.is_stock, self.starts)

    def _ranks(self, values: NDArray[np.generic]) -> NDArray[np.int64]:
        """Rank the options' values within each package, from 1, equal ones alike; stock has rank 0."""
        ranks = np.zeros(len(values), dtype="int64")
        options = np.flatnonzero(~self.is_stock)
        order = options[np.lexsort((values[options], self.package[options]))]
        package, value = self.package[order], values[order]
        is_first = changes(package)
        is_new = changes(value) | is_first
        running = np.cumsum(is_new)
        before = np.maximum.accumulate(np.where(is_first, running - 1, 0))
        ranks[order] = running - before
        return ranks

    def whole_lot(self) -> Floats:
        """Return the greatest amount that goes into every leg of each package; NaN where there is none."""
        return greatest_part(np.abs(self.amount), self.starts)

    def option_lot(self) -> Floats:
        """Return the greatest amount that goes into every option of each package with stock, else NaN."""
        lot = greatest_part(np.where(self.is_stock, 0.0, np.abs(self.amount)), self.starts)
        return np.where(self.has_options & np.logical_or.reduceat(self.is_stock, self.starts), lot, np.nan)

    def shapes(
        self, lot: Floats, *, is_partial: bool, wanted: NDArray[np.bool_]
    ) -> Iterator[tuple[NDArray[np.int64], Shape]]:
        """Yield each shape that occurs, with the packages that have it."""
        usable = wanted & ~np.isnan(lot) & self.has_one_stock & (self.counts <= LONGEST_SHAPE)
        count = self.amount / np.where(usable, lot, 1.0)[self.package]
        if is_partial:
            is_part = self.is_stock & (np.abs(count) < 1)
            usable &= np.logical_or.reduceat(is_part, self.starts)
            count = np.where(is_part, np.sign(count) * PART, count)
        numbers = np.where(self.is_stock & is_partial, 2 * count, np.round(count)).astype("int64")
        kinds = np.searchsorted(np.array(list("CPS")), self.kind.astype("U1"))
        table = np.column_stack([self.expiry_rank, self.strike_rank, kinds, numbers])
        for length in np.unique(self.counts[usable]):
            packages = np.flatnonzero(usable & (self.counts == length))
            rows = table[self.starts[packages][:, None] + np.arange(length)].reshape(len(packages), -1)
            distinct, which = np.unique(rows, axis=0, return_inverse=True)
            order = np.argsort(which, kind="stable")
            borders = np.searchsorted(which[order], np.arange(len(distinct) + 1))
            for number, row in enumerate(distinct):
                members = packages[order[borders[number] : borders[number + 1]]]
                yield members, _shape(row.reshape(-1, 4), is_partial=is_partial)

    def strikes(self, packages: NDArray[np.int64]) -> Floats:
        """Return the distinct strikes of packages of one shape, a row for each, low to high."""
        places = self.starts[packages][:, None] + np.arange(self.counts[packages[0]])
        ranks = self.strike_rank[places[0]]
        columns = [int(np.flatnonzero(ranks == rank)[0]) for rank in range(1, ranks.max() + 1)]
        return self.strike[places[:, columns]]


LETTERS = {"call": "C", "put": "P", "stock": "S", "future": "S"}


def _shape(rows: NDArray[np.int64], *, is_partial: bool) -> Shape:
    legs = [
        ShapeLeg(
            int(expiry), int(strike), "CPS"[kind], PART * number if is_partial and kind == 2 else int(number)
        )
        for expiry, strike, kind, number in rows
    ]
    return tuple(sorted(legs))


# --- the lines of the catalogue that a shape can be ---------------------------------------------------------


@functools.lru_cache(maxsize=100_000)
def resolve(shape: Shape) -> tuple[Line, ...]:
    """Return the lines that a shape can be, the most specific first; only their conditions on strikes are open."""
    if any(leg.kind == "S" and abs(leg.count) == PART for leg in shape):
        return _against_stock(shape)
    literal = _literals().get(shape, ())
    if any(not template.conditions for _, template in literal):
        return literal
    return literal + tuple(line for line in _lettered().get(_signs(shape), ()) if _binds(line[1], shape))


@functools.cache
def _literals() -> dict[Shape, tuple[Line, ...]]:
    table: dict[Shape, list[Line]] = {}
    for line in _lines():
        if not line[1].letters:
            table.setdefault(line[1].shape(), []).append(line)
    return {shape: tuple(sorted(lines, key=_specific)) for shape, lines in table.items()}


@functools.cache
def _lettered() -> dict[Shape, tuple[Line, ...]]:
    table: dict[Shape, list[Line]] = {}
    for line in _lines():
        if line[1].letters:
            table.setdefault(_signs(line[1].shape()), []).append(line)
    return {signs: tuple(sorted(lines, key=_specific)) for signs, lines in table.items()}


def _lines() -> Iterator[Line]:
    return ((structure, template) for structure in STRATEGIES.values() for template in structure.templates)


def _specific(line: Line) -> int:
    return -len(line[1].conditions)


LONGEST_SHAPE = max(len(template.legs) for _, template in _lines())
"""A package with more legs has no name."""


def _signs(shape: Shape) -> Shape:
    return tuple(sorted(leg._replace(count=int(np.sign(leg.count))) for leg in shape))


def _binds(template: Template, shape: Shape) -> bool:
    """Say whether numbers for a template's letters make it this shape, and meet its conditions on them."""
    letters: dict[str, float] = {}
    counts = {(leg.expiry, leg.strike, leg.kind): abs(leg.count) for leg in shape}
    for leg in template.legs:
        count = counts[leg.expiry, leg.strike, leg.kind] / leg.number
        if letters.setdefault(leg.letter, count) != count or (not leg.letter and count != 1):
            return False
    numbers = {letter: np.float64(number) for letter, number in letters.items()}
    return all(
        bool(condition.holds(numbers)) for condition in template.conditions if not condition.is_on_strikes
    )


def _against_stock(shape: Shape) -> tuple[Line, ...]:
    """Name options held against less than a unit of stock per lot: <name> versus underlying."""
    stock = next(leg.count for leg in shape if leg.kind == "S")
    options = tuple(leg for leg in shape if leg.kind != "S")
    either = (*_lettered().get(_signs(shape), ()), *_lettered().get(_signs(_stock_flipped(shape)), ()))
    listed = [line for line in either if PARTIAL_STOCK in line[1].letters]
    own = tuple(line for line in listed if _is_whole(line[1], options) and _allows(line[1], stock))
    return own or tuple(
        (_versus_underlying(structure), template)
        for structure, template in resolve(options)
        if structure.direction != ("bullish" if stock > 0 else "bearish")
    )


def _stock_flipped(shape: Shape) -> Shape:
    return tuple(leg._replace(count=-leg.count) if leg.kind == "S" else leg for leg in shape)


def _is_whole(template: Template, options: Shape) -> bool:
    return tuple(leg for leg in template.shape() if leg.kind != "S") == options


def _allows(template: Template, stock: float) -> bool:
    """Say whether a template may hold this part of a unit of stock; its letter may be negative."""
    number = np.float64(stock / next(leg.sign * leg.number for leg in template.legs if leg.kind == "S"))
    return all(
        bool(condition.holds({PARTIAL_STOCK: number}))
        for condition in template.conditions
        if not condition.is_on_strikes
    )


def _versus_underlying(structure: Structure) -> Structure:
    return replace(
        structure,
        name=f"{structure.name} versus underlying",
        family=DELTA_HEDGED,
        direction="depends",
        mirror=f"{structure.mirror} versus underlying",
        is_group_only=True,
    )
