"""Options with cash dividends ahead, at any spot: one grid for each contract, read between its nodes.

A grid of `optlab.pricing.finite_differences` has the price at every node of log-spot, so that one march back from
expiry serves all spots of a contract, and every strategy that holds it. Prices are read by cubics through four
nodes; near the ends of the grid and beyond an option is a line in what diffuses. None is worth less than nothing, a
put no more than its strike at the better of today and expiry, and an American option no less than exercise pays.

Of 300 contracts with up to three dividends, at spots up to two deviations from the strike, all were within 4e-4 of the
strike of a grid around each spot, 3e-8 typically. Spots of less than twice the dividends that they pay are the weak
place of both: in the spot model they were up to 1% of the strike apart there.

Checked by tests/pricing/test_cash_grids.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, present_value
from optlab.pricing.finite_differences import values
from optlab.pricing.grid import CHUNK
from optlab.pricing.mesh import (
    LEAST_VOL,
    Flags,
    Integers,
    Mesh,
    Options,
    alike,
    last_first,
    mesh_of,
    starting_point,
)

MARGIN = 12
"""Nodes at either end of a grid, of which it knows little: half a deviation."""

_NEARLY_ZERO = 1e-12


class Grids(NamedTuple):
    """Prices of contracts on equal steps of the log of what diffuses.

    Parameters
    ----------
    sign, strike : ndarray, shape (contracts,)
    is_american : bool ndarray, shape (contracts,)
    most : ndarray, shape (contracts,)
        What the contract is never worth more than: a put's strike, discounted where that is more or it is European.
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
    is_american: Flags
    most: Array
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
        """Return the prices at spots S, not negative; both are (contracts, spots). NaN where an input was NaN."""
        sign, strike, is_american, most, *_, nodes = (column[:, None] for column in self[:-1])
        price = np.minimum(np.maximum(self._read(S), 0.0), most)
        price = np.maximum(price, np.where(is_american, sign * (S - strike), 0.0))
        return np.where((nodes > 0) & (S >= 0) & np.isfinite(S), price, np.nan)

    def _read(self, S: Array) -> Array:
        """Read between the nodes, and along a line beyond them."""
        strike, later, lowest, step, first, nodes = (
            column[:, None]
            for column in (self.strike, self.later, self.lowest, self.step, self.first, self.nodes)
        )
        is_known = nodes > 0
        last = np.where(is_known, nodes - 1 - MARGIN, MARGIN)
        X = np.maximum(S - later, _NEARLY_ZERO * strike)
        place = (np.log(X) - lowest) / step
        inside = np.clip(np.where(np.isfinite(place), place, MARGIN), MARGIN, last)
        node = np.minimum(np.floor(inside).astype(np.int64), last - 1)
        around = np.where(is_known, first + node, 1)[None] + np.arange(-1, 3)[:, None, None]
        four = self.values[around]
        price: Array = (_cubic(inside - node) * four).sum(axis=0)
        beyond = X - np.exp(lowest + inside * step)
        width = np.exp(lowest + node * step) * np.expm1(step)
        return price + np.where(place == inside, 0.0, beyond * (four[2] - four[1]) / width)


def grids(option: list[Array], dividends: Dividends, is_escrowed: Flags, is_american: Flags) -> Grids:
    """Lay out options with cash dividends, once for all spots; equal ones are marched once.

    Parameters
    ----------
    option : list of ndarray, shape (options,)
        Sign, strike, years, rate, dividend yield beside the cash, and vol.
    dividends : Dividends
        A row per option.
    is_escrowed : bool ndarray, shape (options,)
        Whether spot less the present value of its dividends diffuses; if not, spot.
    is_american : bool ndarray, shape (options,)
        Whether it can be exercised at any time; if not, only at expiry.

    Returns
    -------
    Grids
        In the order of the options.
    """
    dates, cash = last_first(*dividends, option[2])
    key = np.column_stack([*option, dates, cash, is_escrowed, is_american])
    _, places, back = np.unique(key, axis=0, return_index=True, return_inverse=True)
    options = _options([column[places] for column in option], dates[places], cash[places])
    return _marched(options, is_escrowed[places], is_american[places]).take(back.ravel())


def _options(option: list[Array], dates: Array, cash: Array) -> Options:
    """Put each grid's middle between the strike and the spot whose forward is the strike: the price bends there."""
    sign, K, T, r, q, vol = option
    paid = present_value(Dividends(dates, cash), T, r, q)
    middle = np.maximum(np.sqrt(K * (K * np.exp((q - r) * T) + paid)), 1.25 * paid)
    return Options(sign, middle, K, T, r, q, np.maximum(vol, LEAST_VOL), dates, cash)


def _marched(options: Options, is_escrowed: Flags, is_american: Flags) -> Grids:
    """March every option back to today, those alike together; a NaN would spoil its neighbours."""
    count = len(options.sign)
    lowest, step, later = (np.full(count, np.nan) for _ in range(3))
    first, nodes = np.zeros((2, count), dtype=np.int64)
    prices, size = [np.full(4, np.nan)], 4
    is_live = np.isfinite(np.sum(options[:7], axis=0)) & (options.strike > 0) & (options.years > 0)
    for rows, some in alike(options, is_live, is_american, is_escrowed, size=CHUNK):
        escrowed, american = bool(is_escrowed[rows[0]]), bool(is_american[rows[0]])
        mesh = mesh_of(some, is_american=american)
        found = values(some, mesh, is_escrowed=escrowed, is_american=american)
        lowest[rows], step[rows] = _lowest(some, mesh, is_escrowed=escrowed), mesh.step
        later[rows] = some.present_value if escrowed else 0.0
        nodes[rows] = found.shape[1]
        first[rows] = size + np.arange(len(rows)) * found.shape[1]
        prices.append(found.ravel())
        size += found.size
    contract = options.sign, options.strike, is_american, _most(options, is_american)
    return Grids(*contract, later, lowest, step, first, nodes, np.concatenate(prices))


def _lowest(options: Options, mesh: Mesh, *, is_escrowed: bool) -> Array:
    return np.asarray(np.log(starting_point(options, is_escrowed=is_escrowed)) - mesh.middle * mesh.step)


def _most(options: Options, is_american: Flags) -> Array:
    """Return what an option is worth at most, at any spot: a line read far below the grid does not know it."""
    at_expiry = np.exp(-options.rate * options.years)
    share = np.where(is_american, np.maximum(at_expiry, 1.0), at_expiry)
    return np.where(options.sign < 0, share * options.strike, np.inf)


def _cubic(t: Array) -> Array:
    """Return the weights of four equal steps at -1, 0, 1, 2 for a place t; Lagrange's polynomial."""
    down, up, far = t + 1.0, t - 1.0, t - 2.0
    return np.stack([-t * up * far / 6.0, down * up * far / 2.0, -down * t * far / 2.0, down * t * up / 6.0])
