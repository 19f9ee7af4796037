"""Long or short volatility: a strategy's vega beside the vega its legs would have at the money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS

DAY, MONTH = 1.0 / 365.0, 30.0 / 365.0

ROUNDING = 1e-9
"""A vega of this part of the legs' at the money is rounding: a box has none."""


def vega_ratios(legs: pd.DataFrame) -> pd.DataFrame:
    """Return the volatility ratio of each strategy that has options.

    The ratio is the sum of n m vega w over the sum of |n| m vegaATM w: n contracts of size m, w = sqrt(30d / T)
    with T at least a day, and vegaATM the vega of an option struck at the forward of the leg's own expiry,
    with the leg's own volatility. Contracts bought and sold in one strategy are netted first. A near leg counts
    for more, as near volatility moves more.

    Parameters
    ----------
    legs : DataFrame
        Legs with their strategies and values; every strategy has a value.

    Returns
    -------
    DataFrame
        Indexed by ``strategy_id``: ``vega_ratio``, from -1 to 1, 0 where there is no vega at all, and
        ``has_vega``. Legs that expire now have none, nor has a box.
    """
    options = legs[legs["kind"].isin(OPTIONS)]
    ids = options["strategy_id"]
    scale = np.sqrt(MONTH / options["years"].clip(lower=DAY))
    weighted = (options["vega"] * scale).groupby(ids, sort=False).sum()
    units = options["quantity"] * options["multiplier"]
    gross = (
        (_netted(options, units).abs() * _vega_at_the_money(options) * scale).groupby(ids, sort=False).sum()
    )
    has_vega = weighted.abs() > ROUNDING * gross
    ratio = (weighted / gross.where(has_vega)).fillna(0.0)
    table = pd.DataFrame({"vega_ratio": ratio, "has_vega": has_vega})
    everyone = pd.Index(legs["strategy_id"].unique(), name="strategy_id")
    return pd.DataFrame(
        {
            "vega_ratio": table["vega_ratio"].reindex(everyone, fill_value=0.0),
            "has_vega": table["has_vega"].reindex(everyone, fill_value=False),
        }
    )


def _netted(options: pd.DataFrame, units: pd.Series) -> pd.Series:
    """Give the first row of each contract in a strategy what is left of it, and the others nothing."""
    keys = ["strategy_id", "kind", "strike", "expiry", "multiplier"]
    is_again = options.duplicated(keys)
    if not is_again.any():
        return units
    net = units.groupby([options[name] for name in keys], sort=False).transform("sum")
    return net.mask(is_again, 0.0)


def _vega_at_the_money(options: pd.DataFrame) -> pd.Series:
    """Return the vega, per volatility point and unit, of an option struck at its forward.

    Cash dividends before its expiry have been taken off the forward.

    Reference: Black-Scholes with K = F, so that d1 = vol sqrt(T) / 2; tests/exposure/test_volatility.py compares it
    with py_vollib.
    """
    years = options["years"].clip(lower=0.0)
    root = np.sqrt(years)
    density = np.exp(-0.125 * options["vol"] ** 2 * years) / np.sqrt(2.0 * np.pi)
    vega = _discounted_forward(options, years) * density * root / 100.0
    return vega.fillna(0.0)


def _discounted_forward(options: pd.DataFrame, years: pd.Series) -> pd.Series:
    """Return F exp(-r T): spot less its yield, or what the forward says where cash dividends are paid."""
    by_yield = options["spot"] * np.exp(-options["dividend_yield"] * years)
    if "dividend_model" not in options:
        return by_yield
    is_paid = options["dividend_model"].isin(["spot", "escrowed"])
    return by_yield.mask(is_paid, options["forward"] * np.exp(-options["rate"] * years))
