"""Strategies as arrays, and what they are worth at their horizon."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optlab.pricing.cash_grids import Grids, grids
from optlab.pricing.dividends import Dividends
from optlab.pricing.exercise import NEVER, region
from optlab.pricing.ladders import Ladder, ladder
from optlab.pricing.models import Models, Option

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
        S = np.broadcast_to(S[:, None], (*self.sign.shape, S.shape[1]))
        worth = S.copy()
        for legs, laid in self._ladders:
            worth[legs] = laid.prices(S[legs])
        return np.asarray((self.units[..., None] * worth).sum(axis=1))

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
        cash = Dividends(ahead, self.amounts[rows, legs])
        return grids(option, cash, self.escrowed[rows, legs], self.american[rows, legs])

    @cached_property
    def _ladders(self) -> list[tuple[Flags, Ladder]]:
        """Lay the options out at the horizon, once for all spots: those of each dividend model, and which they are.

        Cash counts for legs that may be exercised before; all others have the yield that leads to their forward.
        """
        is_paid, is_escrowed = self.is_paid, self.escrowed
        ahead = Dividends(
            self.ex_years - self.horizon[:, None, None], np.where(is_paid[..., None], self.amounts, 0.0)
        )
        dividend_yield = np.where(is_paid, self.own_yield, self.dividend_yield)
        left = self.years - self.horizon[:, None]
        numbers = self.sign, self.strike, self.strike, left, self.rate, dividend_yield
        options = Option(*numbers, ahead, self.exercisable)
        models = (
            (~is_escrowed, Models(dividend_model="spot")),
            (is_escrowed, Models(dividend_model="escrowed")),
        )
        found = [((self.sign != 0) & legs, model) for legs, model in models]
        return [
            (legs, ladder(options.take(legs), self.vol[legs], model)) for legs, model in found if legs.any()
        ]
