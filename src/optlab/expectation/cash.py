"""American options with cash dividends ahead, at any spot: one grid for each contract, read between its nodes.

A grid of `optlab.pricing.finite_differences` has the price at every node of log-spot, so that one march back from
expiry serves all spots of a contract, and every strategy that holds it. Prices are read by cubics through four
nodes; near the ends of the grid and beyond an option is a line in what diffuses, and no less than exercise pays.

Checked by tests/expectation/test_cash.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, present_value
from optlab.pricing.finite_differences import values
from optlab.pricing.grid import LEAST_VOL, Flags
from optlab.pricing.mesh import Integers, Options, efforts, mesh_of, starting_point, taken

TOGETHER = 256
"""Contracts marched at once, fewer where they have more nodes."""

MARGIN = 12
"""Nodes at either end of a grid, of which it knows little: half a deviation."""

_NEARLY_ZERO = 1e-12


class Grids(NamedTuple):
    """Prices of contracts on equal steps of the log of what diffuses.

    Parameters
    ----------
    sign, strike : ndarray, shape (contracts,)
    later : ndarray, shape (contracts,)
        What comes off spot before it diffuses: the dividends' present value in the escrowed model, else 0.
    lowest, step : ndarray, shape (contracts,)
        The log of what diffuses at the first node, and from node to node.
    first, nodes : int ndarray, shape (contracts,)
        Where in ``values`` a contract's prices begin, and how many there are; none where an input is NaN.
    values : ndarray, shape (all nodes,)
    """

    sign: Array
    strike: Array
    later: Array
    lowest: Array
    step: Array
    first: Integers
    nodes: Integers
    values: Array

    def take(self, contracts: Integers) -> Grids:
        """Return some contracts, or one of them several times; the prices are shared."""
        columns = {name: column[contracts] for name, column in self._asdict().items() if name != "values"}
        return Grids(**columns, values=self.values)

    def prices(self, S: Array) -> Array:
        """Return the American prices at spots S; both are (contracts, spots). NaN where an input was NaN."""
        sign, strike, later, lowest, step, first, nodes = (column[:, None] for column in self[:-1])
        is_known = nodes > 0
        last = np.where(is_known, nodes - 1 - MARGIN, MARGIN)
        X = np.maximum(S - later, _NEARLY_ZERO * strike)
        place = (np.log(X) - lowest) / step
        inside = np.clip(np.where(np.isfinite(place), place, MARGIN), MARGIN, last)
        node = np.minimum(np.floor(inside).astype(np.int64), last - 1)
        around = np.where(is_known, first + node, 1)[None] + np.arange(-1, 3)[:, None, None]
        four = self.values[around]
        price = (_cubic(inside - node) * four).sum(axis=0)
        beyond = X - np.exp(lowest + inside * step)
        width = np.exp(lowest + node * step) * np.expm1(step)
        price += np.where(place == inside, 0.0, beyond * (four[2] - four[1]) / width)
        price = np.maximum(price, np.maximum(sign * (S - strike), 0.0))
        return np.where(is_known & ~np.isnan(S), price, np.nan)


def grids(option: list[Array], dividends: Dividends, is_escrowed: Flags) -> Grids:
    """Lay out American options with cash dividends; equal ones are marched once.

    Parameters
    ----------
    option : list of ndarray, shape (options,)
        Sign, strike, years, rate, dividend yield beside the cash, and vol.
    dividends : Dividends
        A row per option; the days of one row differ.
    is_escrowed : bool ndarray, shape (options,)
        Whether spot less the present value of its dividends diffuses; if not, spot.

    Returns
    -------
    Grids
        In the order of the options.
    """
    dates, cash = _last_first(dividends, option[2])
    key = np.column_stack([*option, dates, cash, is_escrowed])
    _, places, back = np.unique(key, axis=0, return_index=True, return_inverse=True)
    options = _options([column[places] for column in option], dates[places], cash[places])
    return _marched(options, is_escrowed[places]).take(back.ravel())


def _last_first(dividends: Dividends, years: Array) -> tuple[Array, Array]:
    """Sort the dividends that count to the front, the last one first; zeros after them, one column at least."""
    dates, cash = dividends
    counts = (dates > 0) & (dates <= years[:, None]) & (cash > 0)
    order = np.argsort(np.where(counts, -dates, 0.0), axis=1, kind="stable")
    most = int(counts.sum(axis=1).max(initial=0))
    sorted_ = (np.take_along_axis(np.where(counts, column, 0.0), order, axis=1) for column in (dates, cash))
    dates, cash = (np.pad(column[:, :most], ((0, 0), (0, 1))) for column in sorted_)
    return dates, cash


def _options(option: list[Array], dates: Array, cash: Array) -> Options:
    """Put each grid's middle between the strike and the spot whose forward is the strike: the price bends there."""
    sign, K, T, r, q, vol = option
    paid = present_value(Dividends(dates, cash), T, r, q)
    middle = np.maximum(np.sqrt(K * (K * np.exp((q - r) * T) + paid)), 1.25 * paid)
    return Options(sign, middle, K, T, r, q, np.maximum(vol, LEAST_VOL), dates, cash)


def _marched(options: Options, is_escrowed: Flags) -> Grids:
    """March every option back to today, those alike together."""
    count = len(options.sign)
    lowest, step, later = (np.full(count, np.nan) for _ in range(3))
    first, nodes = np.zeros((2, count), dtype=np.int64)
    prices, size = [np.full(4, np.nan)], 4
    for rows in _alike(options, is_escrowed):
        width, escrowed = int((options.amounts[rows[0]] > 0).sum()) + 1, bool(is_escrowed[rows[0]])
        some = taken(options, rows)
        some = some._replace(ex_years=some.ex_years[:, :width], amounts=some.amounts[:, :width])
        mesh = mesh_of(some, is_american=True)
        found = values(some, mesh, is_escrowed=escrowed, is_american=True)
        lowest[rows] = np.log(starting_point(some, is_escrowed=escrowed)) - mesh.middle * mesh.step
        step[rows], later[rows] = mesh.step, some.present_value if escrowed else 0.0
        nodes[rows] = found.shape[1]
        first[rows] = size + np.arange(len(rows)) * found.shape[1]
        prices.append(found.ravel())
        size += found.size
    return Grids(options.sign, options.strike, later, lowest, step, first, nodes, np.concatenate(prices))


def _alike(options: Options, is_escrowed: Flags) -> Iterator[Integers]:
    """Yield options of one model, number of dividends and size of grid; a NaN would spoil its neighbours."""
    is_option = np.isfinite(np.sum(options[:7], axis=0)) & (options.strike > 0) & (options.years > 0)
    rows = np.flatnonzero(is_option)
    effort = efforts(taken(options, rows), is_american=True)
    kinds = np.column_stack([is_escrowed[rows], (options.amounts[rows] > 0).sum(axis=1), *effort])
    for kind in np.unique(kinds, axis=0):
        same = rows[(kinds == kind).all(axis=1)]
        most = max(TOGETHER >> int(kind[2]), 1)
        yield from (same[start : start + most] for start in range(0, len(same), most))


def _cubic(t: Array) -> Array:
    """Return the weights of four equal steps at -1, 0, 1, 2 for a place t; Lagrange's polynomial."""
    down, up, far = t + 1.0, t - 1.0, t - 2.0
    return np.stack([-t * up * far / 6.0, down * up * far / 2.0, -down * t * far / 2.0, down * t * up / 6.0])
