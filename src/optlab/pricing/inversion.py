"""Implied volatility where a price is known only as a function: American options, cash dividends.

The price rises with volatility from a floor, the value without randomness, to a ceiling. The search starts at a
guess, goes on by secants, never leaves the bracket that it has, and bisects where a secant is of no use; each step
prices only what is still open. Checked by tests/pricing/test_inversion.py.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from optlab.pricing import american, dividends
from optlab.pricing import implied as european
from optlab.pricing.black_scholes import Array, columns
from optlab.pricing.dividends import DividendModel, Dividends, present_value
from optlab.pricing.exercise import NEVER, certain, region
from optlab.pricing.implied import (
    ABOVE_MAXIMUM,
    BELOW_INTRINSIC,
    NO_TIME_VALUE,
    NOT_A_NUMBER,
    OK,
    STATUSES,
    Implied,
)

Codes = npt.NDArray[np.intp]

NO_VALUE = 1e-8
"""A price that is above what exercise pays by no more than this part of spot or strike has no time value."""

GRID_NOISE = 100.0
"""Prices from a grid are less smooth by so much."""

LOWEST, HIGHEST = 1e-4, 20.0
"""Volatilities are looked for from 0.01% to 2,000%."""

FIRST_GUESS = 0.3
SETTLED = 1e-10
"""A step of this part of the volatility ends the search."""
STEPS = 100


class Pricer(Protocol):
    """What prices some of the options, by their places, at given volatilities."""

    def __call__(self, places: Codes, vol: Array, /) -> Array:
        """Return their prices."""


class Bounds(NamedTuple):
    """What a price lies between, its value without volatility and at any, and how near the floor none is left."""

    floor: Array
    ceiling: Array
    slack: Array


def invert(price: Array, pricer: Pricer, bounds: Bounds, guess: Array) -> tuple[Array, Codes]:
    """Find the volatilities at which options have these prices.

    Parameters
    ----------
    price : float64 array, shape (options,)
        Currency per unit of the underlying; NaN where an option can't be priced.
    pricer : callable
        Prices options at volatilities; must not fall as volatility rises.
    bounds : Bounds
        Of each option.
    guess : float64 array
        Where to start; NaN where nothing is known.

    Returns
    -------
    tuple of float64 array and int array
        Volatilities, NaN where there is none, and codes of `optlab.pricing.implied.STATUSES`.
    """
    with np.errstate(invalid="ignore"):
        code = _codes(price, bounds)
    vol = np.full(price.shape, np.nan)
    places = np.flatnonzero(code == OK)
    start = np.where(np.isfinite(guess) & (guess > 0), guess, FIRST_GUESS)[places]
    bottom = (bounds.floor - price)[places]
    found, is_found = _search(
        lambda at, x: pricer(places[at], x) - price[places[at]], np.minimum(start, HIGHEST), bottom
    )
    code[places[~is_found]] = ABOVE_MAXIMUM
    code[places[is_found & (found < LOWEST)]] = NO_TIME_VALUE
    vol[places] = np.where(code[places] == OK, found, np.nan)
    return vol, code


def implied(
    price: npt.ArrayLike,
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
) -> Implied:
    """Find the volatility at which American options have these prices.

    Parameters
    ----------
    price, sign, spot, strike, years, rate, dividend_yield : array_like
        As for `optlab.pricing.implied.implied`.

    Returns
    -------
    Implied
        ``vol`` and ``status``, of the inputs' broadcast shape. The status is

        - ``ok``: `american.prices` at the vol is the price;
        - ``below_intrinsic``: the price is below what exercise at the best time, without any volatility, pays;
        - ``above_maximum``: the price is the spot (call), the strike (put) or more, or needs more than 2,000%;
        - ``no_time_value``: the price is that value without volatility, within 1e-8 of spot or strike: any
          volatility up to some level gives it; or ``years`` is 0 or less;
        - ``not_a_number``: an input is NaN or infinite, or spot or strike is not positive.

    Notes
    -----
    Where exercise is never optimal this is the European volatility, exactly. Elsewhere that is the first guess, and
    an upper bound.

    Examples
    --------
    >>> found = implied([6.0904, 20.0], -1, [100, 80], 100, 1.0, 0.05, 0.0)
    >>> found.vol.round(4), found.status
    (array([0.2, nan]), array(['ok', 'no_time_value'], dtype=object))
    """
    inputs, shape = columns(price, sign, spot, strike, years, rate, dividend_yield)
    size = math.prod(shape)
    quote, *option = (np.broadcast_to(values, size) for values in inputs)
    guess = european.implied(quote, *option)
    places = np.flatnonzero(region(option[0], option[4], option[5]) != NEVER)
    part = tuple(values[places] for values in option)

    def price_at(at: Codes, vol: Array) -> Array:
        eps, S, K, T, r, q = (values[at] for values in part)
        return american.prices(eps, S, K, T, r, q, vol)

    with np.errstate(all="ignore"):
        bounds = _bounds(certain(*part).price, *part)
    found = invert(quote[places], price_at, bounds, guess.vol[places])
    vol, names = _put(guess, places, found, part[3])
    return Implied(vol.reshape(shape), names.reshape(shape))


def implied_with_dividends(
    price: Array,
    sign: Array,
    spot: Array,
    strike: Array,
    years: Array,
    rate: Array,
    dividend_yield: Array,
    paid: Dividends,
    *,
    model: DividendModel,
    is_american: npt.NDArray[np.bool_],
) -> Implied:
    """Find the volatility at which options on an asset with cash dividends have these prices.

    Parameters
    ----------
    price, sign, spot, strike, years, rate, dividend_yield : float64 array, shape (options,)
        As for `optlab.pricing.implied.implied`.
    paid, model
        As for `optlab.pricing.dividends.evaluate`.
    is_american : bool array, shape (options,)
        Whether each can be exercised at any time.

    Returns
    -------
    Implied
        As for `implied`; of European options in the escrowed model, Black-Scholes' at what the dividends leave of
        spot.
    """
    left = spot - present_value(paid, years, rate, dividend_yield)
    guess = european.implied(price, sign, left, strike, years, rate, dividend_yield)
    places = np.flatnonzero(is_american | (model == "spot"))
    part = tuple(values[places] for values in (sign, spot, strike, years, rate, dividend_yield))
    own, flags = Dividends(*(values[places] for values in paid)), is_american[places]

    def price_at(at: Codes, vol: Array) -> Array:
        eps, S, K, T, r, q = (values[at] for values in part)
        ahead = Dividends(*(values[at] for values in own))
        return dividends.prices(eps, S, K, T, r, q, vol, ahead, model=model, american=flags[at])

    with np.errstate(all="ignore"):
        bounds = _bounds(dividends.certain(part, own, flags).price, *part)
        bounds = bounds._replace(slack=bounds.slack * GRID_NOISE)
    found = invert(price[places], price_at, bounds, guess.vol[places])
    return Implied(*_put(guess, places, found, part[3]))


def _bounds(floor: Array, sign: Array, S: Array, K: Array, T: Array, r: Array, q: Array) -> Bounds:
    floor = np.where((S > 0) & (K > 0) & np.isfinite(sign), floor, np.nan)
    asset, cash = S * np.maximum(np.exp(-q * T), 1.0), K * np.maximum(np.exp(-r * T), 1.0)
    slack = np.where(floor > 0, NO_VALUE * np.maximum(S, K), 0.0)
    return Bounds(floor, np.where(sign > 0, asset, cash), slack)


def _put(
    guess: Implied, places: Codes, found: tuple[Array, Codes], years: Array
) -> tuple[Array, npt.NDArray[np.object_]]:
    """Put what was found in the place of the guesses that needed more."""
    vol, names = guess.vol.copy(), guess.status.copy()
    vols, code = found
    code[(years <= 0) & (code != NOT_A_NUMBER)] = NO_TIME_VALUE
    vol[places] = np.where(code == OK, vols, np.nan)
    names[places] = np.array(STATUSES, dtype=np.object_)[code]
    return vol, names


def _codes(price: Array, bounds: Bounds) -> Codes:
    code = np.full(price.shape, OK)
    code[price >= bounds.ceiling * (1.0 - NO_VALUE)] = ABOVE_MAXIMUM
    code[price <= bounds.floor + bounds.slack] = NO_TIME_VALUE
    code[price < bounds.floor - bounds.slack] = BELOW_INTRINSIC
    code[~np.isfinite(price + bounds.floor + bounds.ceiling)] = NOT_A_NUMBER
    return code


def _search(miss_of: Pricer, x: Array, bottom: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return where the misses are zero, from first guesses and the misses at 0; False where it is too high."""
    low, high = np.zeros_like(x), np.full_like(x, np.inf)
    before, miss_before = np.zeros_like(x), bottom
    is_found = np.ones(x.shape, dtype=bool)
    at = np.arange(x.size)
    for _ in range(STEPS):
        if not at.size:
            break
        here = x[at]
        miss = miss_of(at, here)
        is_above = miss >= 0
        high[at], low[at] = np.where(is_above, here, high[at]), np.where(is_above, low[at], here)
        there = _following(here, miss, before[at], miss_before[at], low[at], high[at])
        before[at], miss_before[at] = here, miss
        x[at] = np.where(miss == 0, here, there)
        is_too_high = ~is_above & (here >= HIGHEST)
        is_found[at[is_too_high]] = False
        at = at[~(is_too_high | (miss == 0) | (np.abs(there - here) <= SETTLED * here))]
    return x, is_found


def _following(x: Array, miss: Array, before: Array, miss_before: Array, low: Array, high: Array) -> Array:
    """Return where to look next: along the secant, else in the middle of the bracket, or twice as high."""
    with np.errstate(all="ignore"):
        secant = x - miss * (x - before) / (miss - miss_before)
    middle = np.where(np.isfinite(high), 0.5 * (low + high), np.minimum(2.0 * x, HIGHEST))
    return np.where(
        (secant > low) & (secant < np.minimum(high, np.minimum(2.0 * x, HIGHEST))), secant, middle
    )
