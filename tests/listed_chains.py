"""Chains made from a known smile, so that what is read back can be compared with it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from optlab.market import Market, quote_table
from optlab.pricing.vanilla import greeks, price

AS_OF = dt.date(2026, 10, 2)
SPOT, RATE, DIVIDEND_YIELD = 100.0, 0.03, 0.01
STRIKES = tuple(range(60, 145, 5))

Smile = Callable[[float], float]
"""A volatility by log-moneyness."""


def flat(vol: float) -> Smile:
    """Make a smile of the same volatility everywhere."""
    return lambda _: vol


def skewed(vol: float, slope: float, bend: float) -> Smile:
    """Make a smile that is a parabola in log-moneyness."""
    return lambda k: vol + slope * k + bend * k * k


def forward(days: float) -> float:
    """Return the forward of the chain's spot, rate and yield."""
    return SPOT * math.exp((RATE - DIVIDEND_YIELD) * days / 365)


def wing_strike(smile: Smile, days: float, kind: str) -> float:
    """Find the strike whose option has a delta of a quarter, by halving."""
    low, high = (forward(days), 3 * SPOT) if kind == "call" else (SPOT / 3, forward(days))
    for _ in range(200):
        strike = (low + high) / 2
        vol = smile(math.log(strike / forward(days)))
        delta = greeks(kind, SPOT, strike, days / 365, RATE, vol, DIVIDEND_YIELD).delta
        is_far = abs(delta) < 0.25
        low, high = (low, strike) if is_far == (kind == "call") else (strike, high)
    return strike


def rows_of(
    smile: Smile,
    days: float,
    strikes: Sequence[float] = STRIKES,
    *,
    kinds: Sequence[str] = ("call", "put"),
    worth: Callable[..., float] = price,
    **more: Any,  # noqa: ANN401
) -> list[dict[str, Any]]:
    """List calls and puts of one expiry at the prices of a smile, European ones unless another price is asked."""
    expiry = AS_OF + dt.timedelta(days=days)
    found = []
    for strike in strikes:
        for kind in kinds:
            vol = smile(math.log(strike / forward(days)))
            asked = worth(kind, SPOT, strike, days / 365, RATE, vol, DIVIDEND_YIELD)
            own = {"expiry": expiry, "strike": float(strike), "kind": kind, "settlement_price": asked}
            found.append({**own, **more})
    return found


def listed(*rows: dict[str, Any], underlying: str = "HSI", **spot: Any) -> Market:  # noqa: ANN401
    """Make a market of series, in Hong Kong where no clock is changed, with the chain's spot and rate."""
    own = {"spot": SPOT, "rate": RATE, "dividend_yield": DIVIDEND_YIELD} | spot
    named = [{"underlying": underlying, "currency": "HKD", "as_of": AS_OF, **row} for row in (own, *rows)]
    return Market(quote_table(named), AS_OF)


def daily(
    numbers: npt.ArrayLike, column: str, *, last: str = "2026-10-01", underlying: str = ""
) -> pd.DataFrame:
    """Make a history of business days that ends on a day."""
    values = np.asarray(numbers, dtype=float)
    days = pd.bdate_range(end=last, periods=len(values)).astype("datetime64[us]")
    empty = np.full(len(values), np.nan)
    table = pd.DataFrame({"date": days, "iv": empty, "close": empty, "underlying": underlying})
    return table.assign(**{column: values})
