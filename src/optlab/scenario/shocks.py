"""A shock laid on contracts: what is left of their time, their volatility and rate, and their prices then.

The legs' own numbers are moved: a volatility that was solved from a mark stays what it was, plus the move. Arrays in,
arrays out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, forwards_at
from optlab.pricing.ladders import ladder
from optlab.pricing.models import Models, Option, floored

DAYS_PER_YEAR = 365.0
TERM = 30.0 / DAYS_PER_YEAR
"""With the term rule a move of volatility is that of an option with so many years left."""

SHORTEST = 1.0 / DAYS_PER_YEAR
"""An option with less time than that moves as if it had that much."""

MOMENT = 1e-9
"""Less than that many years is nothing: 7 days less 7 days."""

GREEKS = ("delta_cash", "gamma_cash", "vega", "theta", "rho")
"""What `greeks` returns per unit of underlying, in this order."""

Flags = npt.NDArray[np.bool_]


class Shock(NamedTuple):
    """One state: the moves, by underlying, of spot and what goes with it.

    Parameters
    ----------
    days : float
        Calendar days that have passed.
    factors : ndarray, shape (underlyings, spots)
        What each spot is multiplied by.
    points, relative : ndarray, shape (underlyings,)
        Volatility up by so much, and by that fraction of itself.
    rate : ndarray, shape (underlyings,)
        Rate up by so much.
    is_scaled : bool
        Whether moves of volatility are times sqrt(30 days / time left).
    """

    days: float
    factors: Array
    points: Array
    relative: Array
    rate: Array
    is_scaled: bool = False


def at_no_shock(underlyings: int) -> Shock:
    """Return the state in which nothing has moved."""
    none = np.zeros(underlyings)
    return Shock(0.0, np.ones((underlyings, 1)), none, none, none)


class Contracts(NamedTuple):
    """Contracts that move, as arrays: options first by their sign, stock and futures with a sign of 0.

    Parameters
    ----------
    option : Option
        All of them laid out as options; stock and futures have a sign of 0, and stock no time.
    vol : ndarray, shape (contracts,)
        Volatility; 0 where a price has no time value.
    underlying : int array
        The place of each contract's underlying in a shock's arrays.
    """

    option: Option
    vol: Array
    underlying: npt.NDArray[np.intp]

    def part(self, which: slice | npt.NDArray[np.intp]) -> Contracts:
        """Return some of them."""
        *numbers, paid, flags = self.option
        own = Dividends._make(values[which] for values in paid)
        option = Option._make([*(values[which] for values in numbers), own, flags[which]])
        return Contracts(option, self.vol[which], self.underlying[which])


def shocked_vols(contracts: Contracts, shock: Shock) -> Array:
    """Return the volatilities after a shock: moved, by the term rule if it is on, and not below the floor."""
    return floored(_moved(contracts, shock), contracts.vol)


def is_held(contracts: Contracts, shock: Shock) -> Flags:
    """Say which options' volatilities the floor holds."""
    moved = _moved(contracts, shock)
    held = moved < floored(moved, contracts.vol)
    return np.asarray(held & (contracts.option.sign != 0))


def _moved(contracts: Contracts, shock: Shock) -> Array:
    place, years = contracts.underlying, contracts.option.years
    scale = np.sqrt(TERM / np.maximum(years, SHORTEST)) if shock.is_scaled else 1.0
    return np.asarray(contracts.vol * (1.0 + shock.relative[place] * scale) + shock.points[place] * scale)


def is_settled(contracts: Contracts, days: float) -> Flags:
    """Say which options and futures expire within so many days."""
    years = contracts.option.years
    return np.asarray((years > 0) & (_left(years, days) == 0))


def _left(years: Array, days: float) -> Array:
    left = years - days / DAYS_PER_YEAR
    return np.where(left > MOMENT, left, 0.0) if days else years


def _after(contracts: Contracts, shock: Shock) -> tuple[Option, Array]:
    """Return the contracts and their volatilities as they are after a shock, still at their old spots."""
    option, place = contracts.option, contracts.underlying
    ahead = option.dividends._replace(years=option.dividends.years - shock.days / DAYS_PER_YEAR)
    moved = option._replace(
        years=_left(option.years, shock.days), rate=option.rate + shock.rate[place], dividends=ahead
    )
    return moved, shocked_vols(contracts, shock)


def spots_after(contracts: Contracts, shock: Shock) -> Array:
    """Return each contract's spots, (contracts, spots)."""
    return np.asarray(contracts.option.spot[:, None] * shock.factors[contracts.underlying])


def prices(contracts: Contracts, shock: Shock, models: Models) -> Array:
    """Price contracts after a shock, each at all its spots.

    Parameters
    ----------
    contracts : Contracts
        What is held.
    shock : Shock
        The state.
    models : Models
        How options are priced.

    Returns
    -------
    ndarray, shape (contracts, spots)
        Per unit of underlying. An option that expires on the way is worth what exercise pays at the spot of the node,
        a future is worth its forward, stock its spot and the cash dividends that it was paid on the way.
    """
    after, vol = _after(contracts, shock)
    is_option = after.sign != 0
    if is_option.all():
        return _option_prices(after, vol, shock.factors[contracts.underlying], models)
    carried = (after.years, after.rate, after.dividend_yield, after.dividends)
    out = forwards_at(spots_after(contracts, shock), *carried)  # stock is a future for now
    out += _received(contracts, shock)[:, None]
    if is_option.any():
        factors = shock.factors[contracts.underlying[is_option]]
        out[is_option] = _option_prices(after.take(is_option), vol[is_option], factors, models)
    return out


def _option_prices(option: Option, vol: Array, factors: Array, models: Models) -> Array:
    """Price options at their spots times factors (options, spots); where all share them, that is quicker."""
    solved = ladder(option, np.where(option.years > 0, vol, 0.0), models)
    if (factors == factors[0]).all():
        return solved.prices_at_moves(option.spot, factors[0])
    return solved.prices(option.spot[:, None] * factors)


def _received(contracts: Contracts, shock: Shock) -> Array:
    """Return the cash dividends that stock has been paid by then; what expires is paid none."""
    ex_years, amounts = contracts.option.dividends
    is_paid = (ex_years > 0) & (ex_years <= shock.days / DAYS_PER_YEAR)
    is_stock = (contracts.option.sign == 0) & (contracts.option.years == 0)
    return np.where(is_stock, np.where(is_paid, amounts, 0.0).sum(axis=1), 0.0)


def greeks(contracts: Contracts, shock: Shock, models: Models) -> Array:
    """Return `GREEKS` of contracts after a shock, per unit of underlying; shape (greeks, contracts, spots).

    Delta cash and gamma cash are at the spot of the node. Futures count like stock, with a delta of 1. Of what has
    expired on the way nothing is left, and every greek is 0.
    """
    after, vol = _after(contracts, shock)
    S = spots_after(contracts, shock)
    is_over = is_settled(contracts, shock.days)
    is_linear, is_option = (after.sign == 0) & ~is_over, (after.sign != 0) & ~is_over
    out = np.zeros((len(GREEKS), *S.shape))
    out[0, is_linear] = S[is_linear]
    if is_option.any():
        spot, sigma = S[is_option], vol[is_option]
        _, delta, gamma, *others = ladder(after.take(is_option), sigma, models).evaluate(spot)[:6]
        out[:, is_option] = [delta * spot, gamma * spot**2 / 100.0, *others]
    return out
