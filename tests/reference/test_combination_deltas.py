"""Deltas of combinations on a future, as a textbook of exchange options prints them.

Black-76 with F 6.60, volatility 16%, half a year, rate 6.5%. On a future the dividend yield is the rate.
"""

from __future__ import annotations

import pytest

import optlab as ol


@pytest.mark.parametrize(
    ("put_strike", "call_strike", "delta"), [(6.50, 6.50, 0.147), (6.75, 6.75, -0.109), (6.50, 6.75, 0.019)]
)
def test_straddles_and_a_strangle(put_strike: float, call_strike: float, delta: float) -> None:
    """The 6.50 straddle, the 6.75 straddle, and the 6.50/6.75 strangle."""
    legs = ol.greeks(["put", "call"], 6.60, [put_strike, call_strike], 0.5, 0.065, 0.16, dividend_yield=0.065)
    assert legs.delta.sum() == pytest.approx(delta, abs=0.0006)
