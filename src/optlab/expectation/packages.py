"""Strategies as arrays, and what they are worth at their horizon."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optlab.pricing.american import Exercise, exercise
from optlab.pricing.black_scholes import prices
from optlab.pricing.exercise import NEVER, region

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


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
    american: Flags = field(default_factory=lambda: np.zeros((), dtype=np.bool_))

    def __post_init__(self) -> None:
        """Lay the flags out as the legs are."""
        object.__setattr__(self, "american", np.broadcast_to(self.american, self.sign.shape))

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
        return self.american & is_later & (region(self.sign, self.rate, self.dividend_yield) != NEVER)

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

    def _leg_worth(self, leg: int, S: Array) -> Array:
        sign = self.sign[:, leg, None]
        worth: Array = np.where(sign == 0, S, np.maximum(sign * (S - self.strike[:, leg, None]), 0.0))
        is_early = self.exercisable[:, leg]
        is_later = (self.sign[:, leg] != 0) & (self.years[:, leg] > self.horizon) & ~is_early
        if is_later.any():
            sign, *option = (values[:, None] for values in self.later(is_later, leg))
            worth[is_later] = prices(sign, S[is_later], *option)
        if is_early.any():
            worth[is_early] = self._exercises[leg].prices(S[is_early])
        return worth

    @cached_property
    def _exercises(self) -> dict[int, Exercise]:
        """Solve the exercise boundaries of the legs in each place, once for all spots."""
        return {
            leg: exercise(
                *(values[:, None] for values in self.later(self.exercisable[:, leg], leg)), with_slopes=False
            )
            for leg in np.flatnonzero(self.exercisable.any(axis=0)).tolist()
        }
