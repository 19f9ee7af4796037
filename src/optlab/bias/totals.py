"""The lean of the book as one position: net and gross delta cash, and the other greeks in money."""

from __future__ import annotations

import pandas as pd

from optlab.aggregate import beta_deltas, fx_factors
from optlab.bias.shares import WHOLE_BOOK
from optlab.market import Market

MONEY = ("delta_cash", "gross_delta_cash", "vega", "theta", "gamma_cash")
NEEDED = ("underlying", "currency", "delta_cash", "vega", "theta", "gamma_cash")
"""What is looked at of each strategy."""

TOTAL_COLUMNS = [
    *("scope", "currency", "delta_cash", "gross_delta_cash", "net_to_gross", "vega", "theta", "gamma_cash"),
]


def totals(
    table: pd.DataFrame, market: Market, *, currency: str | None = None, beta_to: str | None = None
) -> pd.DataFrame:
    """Total the greeks in money, per underlying and for the book.

    Parameters
    ----------
    table : DataFrame
        Strategies, with `NEEDED`; what has no value adds nothing.
    market : Market
        For exchange rates and betas.
    currency : str, optional
        Convert every amount to it; needed for the whole book if it holds several.
    beta_to : str, optional
        An index: adds ``beta_delta``, the position in units of that index; empty where a beta is missing.

    Returns
    -------
    DataFrame
        `TOTAL_COLUMNS` and ``beta_delta`` if asked for. ``gross_delta_cash`` adds the strategies' delta cash without
        its sign; ``net_to_gross`` is from -1, all bearish, to 1, all bullish. A book in several currencies has a
        row for each, unless it is converted.

    Raises
    ------
    MarketDataError
        If the index or an exchange rate to a ``currency`` that was asked for is missing.
    """
    amounts = table[list(NEEDED)].assign(gross_delta_cash=table["delta_cash"].abs())
    if beta_to is not None:
        amounts["beta_delta"] = beta_deltas(amounts, market, beta_to).mask(amounts["delta_cash"].isna(), 0.0)
    if currency is not None:
        factor = fx_factors(amounts["currency"], market, currency.upper())
        amounts[list(MONEY)] = amounts[list(MONEY)].mul(factor, axis=0)
        amounts["currency"] = currency.upper()
    own = _sums(amounts, ["underlying", "currency"]).rename(columns={"underlying": "scope"})
    whole = _sums(amounts, ["currency"]).assign(scope=WHOLE_BOOK)
    net = own if len(own) <= 1 else pd.concat([own, whole], ignore_index=True)
    net["net_to_gross"] = net["delta_cash"] / net["gross_delta_cash"].where(net["gross_delta_cash"] > 0)
    return net[[*TOTAL_COLUMNS, *(["beta_delta"] if beta_to is not None else [])]]


def _sums(amounts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add up money, and betas where none is missing."""
    grouped = amounts.groupby(by, sort=True)
    sums = grouped[list(MONEY)].sum(min_count=1)
    if "beta_delta" in amounts:
        sums["beta_delta"] = grouped["beta_delta"].sum(skipna=False)
    return sums.reset_index()
