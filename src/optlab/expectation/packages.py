"""Strategies as arrays, and what they are worth at their horizon."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optlab.expectation.cash import Grids, grids
from optlab.pricing.american import Exercise, exercise
from optlab.pricing.black_scholes import prices
from optlab.pricing.dividends import Dividends
from optlab.pricing.exercise import NEVER, region

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


def _none(shape: int | tuple[int, ...] = ()) -> Array:
    return np.zeros(shape)


def _no() -> Flags:
    return np.zeros((), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Packages:
    """Strategies with one number of legs; what is no option has ``sign`` 0 and counts as units of spot.

    Parameters
    ----------
    units, sign, strike, years, rate, dividend_yield, vol : ndarray, shape (strategies, legs)
        Signed quantity x multiplier, +1 call / -1 put / 0 else, and the legs' own model inputs. What a leg does
        not need may be NaN: all but the units without an option, the last three at the horizon.
    spot, horizon, forward, horizon_vol : ndarray, shape (strategies,)
        Spot now, years to the horizon, the forward there, and the volatility of S up to there.
    american : bool ndarray, optional
        Which legs may be exercised before they expire; broadcasts against the legs. None may without it.
    ex_years, amounts : ndarray, shape (strategies, legs, dividends), optional
        Years from now to the ex-dates of each leg's cash dividends, and the cash; NaN and 0 where there are fewer.
        They count for American legs that expire later, whose ``dividend_yield`` must then lead to their forward.
    own_yield : ndarray, shape (strategies, legs), optional
        The dividend yield that such a leg has besides the cash.
    escrowed : bool ndarray, optional
        Whether such a leg is priced by the escrowed model; if not, by the spot model.
    """

    units: Array
    sign: Array
    strike: Array
    years: Array
    rate: Array
    dividend_yield: Array
    vol: Array
    spot: Array
    horizon: Array
    forward: Array
    horizon_vol: Array
    american: Flags = field(default_factory=_no)
    ex_years: Array = field(default_factory=lambda: _none(0))
    amounts: Array = field(default_factory=lambda: _none(0))
    own_yield: Array = field(default_factory=_none)
    escrowed: Flags = field(default_factory=_no)

    def __post_init__(self) -> None:
        """Lay out as the legs are what has one value for all of them."""
        shape = self.sign.shape
        for name in ("american", "own_yield", "escrowed"):
            object.__setattr__(self, name, np.broadcast_to(getattr(self, name), shape))
        for name in ("ex_years", "amounts"):
            values = getattr(self, name)
            object.__setattr__(self, name, np.broadcast_to(values, (*shape, values.shape[-1])))

    def take(self, rows: Indices, order: Indices | None = None) -> Packages:
        """Return some strategies, with their legs in another order if one is given, (strategies, legs)."""
        legs = rows if order is None else (rows[:, None], order)
        columns = (getattr(self, column.name) for column in fields(self))
        return Packages(*(values[rows] if values.ndim == 1 else values[legs] for values in columns))

    @property
    def exercisable(self) -> Flags:
        """Which legs still live at the horizon and may be worth more exercised there than held."""
        if not self.american.any():
            return self.american
        is_later = (self.sign != 0) & (self.years > self.horizon[:, None])
        is_worth_it = region(self.sign, self.rate, self.dividend_yield) != NEVER
        return self.american & is_later & (is_worth_it | self.is_paid)

    @property
    def is_paid(self) -> Flags:
        """Which American legs have cash dividends between the horizon and their expiry."""
        if not self.ex_years.shape[-1]:
            return np.zeros(self.sign.shape, dtype=np.bool_)
        is_ahead = (self.ex_years > self.horizon[:, None, None]) & (self.ex_years <= self.years[..., None])
        return self.american & (self.sign != 0) & (is_ahead & (self.amounts > 0)).any(axis=-1)

    def worth(self, S: Array) -> Array:
        """Return V(S) at the horizon; S is (strategies, nodes)."""
        total = np.zeros_like(S)
        for leg in range(self.units.shape[1]):
            total += self.units[:, leg, None] * self._leg_worth(leg, S)
        return total

    def later(self, rows: Flags | Indices, legs: Indices | int) -> tuple[Array, ...]:
        """Return some later legs as options at the horizon: sign, strike, years left, rate, dividend yield, vol."""
        left = self.years[rows, legs] - self.horizon[rows]
        sign, strike, *rest = (
            values[rows, legs]
            for values in (self.sign, self.strike, self.rate, self.dividend_yield, self.vol)
        )
        return sign, strike, left, *rest

    def grids(self, rows: Flags | Indices, legs: Indices | int) -> Grids:
        """Return the American prices at the horizon of some later legs with cash dividends ahead."""
        sign, strike, left, rate, _, vol = self.later(rows, legs)
        option = [sign, strike, left, rate, self.own_yield[rows, legs], vol]
        ahead = self.ex_years[rows, legs] - self.horizon[rows][:, None]
        return grids(option, Dividends(ahead, self.amounts[rows, legs]), self.escrowed[rows, legs])

    def _leg_worth(self, leg: int, S: Array) -> Array:
        sign = self.sign[:, leg, None]
        worth: Array = np.where(sign == 0, S, np.maximum(sign * (S - self.strike[:, leg, None]), 0.0))
        is_early = self.exercisable[:, leg]
        is_later = (self.sign[:, leg] != 0) & (self.years[:, leg] > self.horizon) & ~is_early
        if is_later.any():
            sign, *option = (values[:, None] for values in self.later(is_later, leg))
            worth[is_later] = prices(sign, S[is_later], *option)
        for where, contracts in self._contracts.get(leg, ()):
            worth[where] = contracts.prices(S[where])
        return worth

    @cached_property
    def _contracts(self) -> dict[int, list[tuple[Flags, Exercise | Grids]]]:
        """Solve the later American legs in each place, once for all spots: those without cash ahead, those with it."""
        found: dict[int, list[tuple[Flags, Exercise | Grids]]] = {}
        is_early, is_paid = self.exercisable, self.is_paid
        for leg in np.flatnonzero(is_early.any(axis=0)).tolist():
            plain, paid = is_early[:, leg] & ~is_paid[:, leg], is_early[:, leg] & is_paid[:, leg]
            found[leg] = []
            if plain.any():
                option = (values[:, None] for values in self.later(plain, leg))
                found[leg].append((plain, exercise(*option, with_slopes=False)))
            if paid.any():
                found[leg].append((paid, self.grids(paid, leg)))
        return found
