"""Totals by any columns, never over two currencies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optlab.columns import COLUMNS
from optlab.errors import MarketDataError, PricingError
from optlab.market import EVERY, Market
from optlab.pricing import PRICED
from optlab.strategy import lots, priceable, unit_sizes
from optlab.venues import find_root

UNITS = ("delta", "gamma")
"""Greeks in units of one underlying: they can't be added over several."""

MONEY = ("value", "cost", "profit", "delta_cash", "gamma_cash", "vega", "theta", "rho")
"""Amounts in the leg's currency."""


def total(
    valued: pd.DataFrame,
    market: Market,
    *,
    by: Sequence[str] = (),
    currency: str | None = None,
    beta_to: str | None = None,
) -> pd.DataFrame:
    """Sum value, cost, profit and greeks, one row per group and currency.

    Parameters
    ----------
    valued : DataFrame
        Legs as `optlab.pricing.value` returns them.
    market : Market
        For exchange rates and betas.
    by : sequence of str
        Columns to total by; none gives one row per currency.
    currency : str, optional
        Convert every amount to this currency instead of keeping currencies apart.
    beta_to : str, optional
        An index: adds ``beta_delta``, the position in units of that index with the same exposure.

    Returns
    -------
    DataFrame
        ``by``, ``currency``, ``leg_count unpriced no_entry``, then the sums. Legs that could not be priced are
        counted in ``unpriced`` and are in no sum. cost and profit are empty where a leg has no entry
        (``no_entry`` counts them), delta and gamma where a group lies over several underlyings.

    Raises
    ------
    PricingError
        If a column to total by does not exist.
    MarketDataError
        If an exchange rate or the index's spot is missing.
    """
    keys = list(dict.fromkeys([*by, "currency"]))
    unusable = [name for name in keys if name not in valued.columns or not is_key(name)]
    if unusable:
        raise PricingError(
            f"can't total by {', '.join(unusable)}. Fix: total by columns that say what a leg is, such as "
            "underlying, expiry, strike, kind, group, account, strategy_id, status."
        )
    currency = currency.upper() if currency else None
    amounts = _leg_amounts(_with_net_prices(valued, keys), market, currency, beta_to)
    grouped = amounts.groupby(keys, sort=True, dropna=False)
    sums = grouped[[*MONEY, *UNITS]].sum(min_count=1)
    counts = grouped[["unpriced", "no_entry"]].sum()
    table = pd.concat([grouped.size().rename("leg_count"), counts, sums], axis=1)
    table[["cost", "profit"]] = table[["cost", "profit"]].mask(table["no_entry"] > 0)
    underlyings = grouped["exposure"].nunique()
    table[list(UNITS)] = table[list(UNITS)].mask(underlyings > 1)
    order = ["leg_count", "unpriced", "no_entry", "value", "cost", "profit", "delta", "delta_cash"]
    order += ["gamma", "gamma_cash", "vega", "theta", "rho"]
    if beta_to is not None:
        table["beta_delta"] = grouped["beta_delta"].agg(lambda column: column.sum(skipna=False))
        order.append("beta_delta")
    return table[order].reset_index()


def why_unpriced(valued: pd.DataFrame) -> pd.Series:
    """Return the status of the first leg without a price, by ``strategy_id``; strategies without one are not in it."""
    bad = valued[~valued["status"].isin(PRICED)]
    first: pd.Series = bad.drop_duplicates("strategy_id").set_index("strategy_id")["status"]
    return first


def is_key(name: str) -> bool:
    """Say whether a column tells what a leg is, so that legs can be grouped by it: text, times, and the strike.

    >>> is_key("expiry"), is_key("delta")
    (True, False)
    """
    return name in COLUMNS and (COLUMNS[name].type in ("text", "time") or name == "strike")


def _with_net_prices(valued: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Let a package's net price be its cost, where the whole package is priced and lies in one group.

    The net price wins over the legs' entries. It says nothing of the single legs, so it is booked on the
    first and the others cost nothing; totals that would part the package keep the legs' own entries.
    """
    if valued["net_price"].isna().all():
        return valued
    price = valued["net_price"].where(valued["strategy_id"].isin(priceable(valued)))
    stated = price.groupby(valued["strategy_id"])
    codes = pd.Series(valued.groupby(keys, dropna=False).ngroup()).groupby(valued["strategy_id"])
    is_whole = (codes.min() == codes.max()) & (stated.min() == stated.max())
    is_whole &= valued["status"].isin(PRICED).groupby(valued["strategy_id"]).all()
    booked = (stated.max() * lots(valued) * unit_sizes(valued))[is_whole]
    cost = valued["strategy_id"].map(booked).where(~valued["strategy_id"].duplicated(), 0.0)
    cost = cost.where(valued["strategy_id"].isin(booked.index), valued["cost"])
    return valued.assign(cost=cost, profit=valued["value"] - cost)


def _leg_amounts(
    valued: pd.DataFrame, market: Market, currency: str | None, beta_to: str | None
) -> pd.DataFrame:
    """Each leg's summands, in the wanted currency; what has no price has none."""
    is_priced = valued["status"].isin(PRICED)
    spot = valued["spot"].fillna(valued["price"])
    amounts = valued.assign(
        delta_cash=(valued["delta"] * spot).where(valued["kind"] != "cash", 0.0),
        gamma_cash=(valued["gamma"] * spot**2 / 100.0).where(valued["kind"] != "cash", 0.0),
        unpriced=(~is_priced).astype("int64"),
        no_entry=(is_priced & valued["cost"].isna()).astype("int64"),
        exposure=valued["underlying"].where(is_priced & (valued["kind"] != "cash")),
    )
    amounts[["cost", "profit"]] = amounts[["cost", "profit"]].where(is_priced)
    if beta_to is not None:
        has_none = (amounts["kind"] == "cash") | ~is_priced
        amounts["beta_delta"] = beta_deltas(amounts, market, beta_to).mask(has_none, 0.0)
    if currency is not None:
        factor = fx_factors(amounts["currency"], market, currency)
        amounts[list(MONEY)] = amounts[list(MONEY)].mul(factor, axis=0)
        amounts["currency"] = currency
    return amounts


def fx_factors(currencies: pd.Series, market: Market, target: str) -> pd.Series:
    """Return how much of the target currency one unit of each currency is.

    Raises
    ------
    MarketDataError
        If no exchange rate leads to it.
    """
    rates = {source: market.fx_rate(source, target) for source in sorted(set(currencies))}
    return currencies.map(rates).astype("float64")


def betas(market: Market, beta_to: str) -> pd.Series:
    """Return the beta of each underlying that has one, by name; the index's own is 1."""
    quoted = market.quotes.dropna(subset=["beta"]).drop_duplicates("underlying")
    known = quoted.set_index("underlying")["beta"]
    known[beta_to] = 1.0
    return known


def beta_deltas(amounts: pd.DataFrame, market: Market, beta_to: str) -> pd.Series:
    """Return each delta cash in units of an index: beta x delta cash / index price; NaN without a beta.

    Needs ``underlying currency delta_cash``.

    Raises
    ------
    MarketDataError
        If the index has no price or no currency, or an exchange rate is missing.
    """
    index = market.quotes[(market.quotes["underlying"] == beta_to)].dropna(subset=["spot"])
    said = market.overrides.get("spot", {})
    spot = said.get(beta_to, said.get(EVERY, index["spot"].iloc[0] if len(index) else np.nan))
    if not spot > 0:
        raise MarketDataError(
            f"no price of the index {beta_to}. Fix: add it to the market, or say --spot {beta_to}=PRICE."
        )
    target = _index_currency(amounts, index, beta_to)
    money = amounts["delta_cash"] * fx_factors(amounts["currency"], market, target)
    return amounts["underlying"].map(betas(market, beta_to)).astype("float64") * money / spot


def _index_currency(amounts: pd.DataFrame, index: pd.DataFrame, beta_to: str) -> str:
    """Return the index's currency: as quoted, as listed, or that of a book that has only one."""
    quoted = "" if index.empty else str(index["currency"].iloc[0])
    listed = find_root(beta_to)
    held = sorted(set(amounts["currency"]))
    currency = quoted or (listed.currency if listed else "") or (held[0] if len(held) == 1 else "")
    if not currency:
        raise MarketDataError(
            f"the currency of the index {beta_to} is not known, and the book has {', '.join(held)}. "
            f"Fix: add the row underlying={beta_to} with its spot and currency to the market file."
        )
    return currency
