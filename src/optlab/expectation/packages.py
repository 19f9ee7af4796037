"""Strategies as arrays, and what they are worth at their horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optlab.pricing.black_scholes import prices

Array = NDArray[np.float64]


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

    def worth(self, S: Array) -> Array:
        """Return V(S) at the horizon; S is (strategies, nodes)."""
        total = np.zeros_like(S)
        for leg in range(self.units.shape[1]):
            total += self.units[:, leg, None] * self._leg_worth(leg, S)
        return total

    def _leg_worth(self, leg: int, S: Array) -> Array:
        sign = self.sign[:, leg, None]
        worth: Array = np.where(sign == 0, S, np.maximum(sign * (S - self.strike[:, leg, None]), 0.0))
        remaining = self.years[:, leg] - self.horizon
        is_later = (self.sign[:, leg] != 0) & (remaining > 0)
        if is_later.any():
            columns = [
                values[is_later, None]
                for values in (
                    self.strike[:, leg],
                    remaining,
                    self.rate[:, leg],
                    self.dividend_yield[:, leg],
                    self.vol[:, leg],
                )
            ]
            worth[is_later] = prices(sign[is_later], S[is_later], *columns)
        return worth
