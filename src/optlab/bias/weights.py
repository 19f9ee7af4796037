"""What each strategy counts for in a share, in one currency where a share adds up several."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.errors import MarketDataError
from optlab.market import Market

WEIGHTS: dict[str, str] = {
    "count": "",
    "contracts": "contracts",
    "premium": "premium_cash",
    "delta": "delta_cash",
    "vega": "vega",
}
"""Each weight, and the column whose size it is; count is 1 for every strategy."""

MONEY_WEIGHTS = ("premium", "delta", "vega")


def add_weights(table: pd.DataFrame, market: Market, *, currency: str | None = None) -> pd.DataFrame:
    """Add what each strategy counts for, one column per weight; NaN where the number is not known.

    Amounts of money stay in the strategy's own currency; ``to_one_currency`` leads to ``currency``, or to that
    of most strategies, and is NaN where no exchange rate does.
    """
    weights = {
        weight_column(name): table[column].abs() if column else pd.Series(1.0, index=table.index)
        for name, column in WEIGHTS.items()
    }
    return table.assign(**weights, to_one_currency=_factors(table, market, currency))


def weight_column(weight: str) -> str:
    """Name the column that holds a weight."""
    return f"by_{weight}"


def _factors(table: pd.DataFrame, market: Market, currency: str | None) -> pd.Series:
    held = table["currency"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    target = currency.upper() if currency else (str(held.index[0]) if len(held) else "")
    rates = {source: _rate(market, str(source), target) for source in held.index}
    return table["currency"].map(rates).astype("float64")


def _rate(market: Market, source: str, target: str) -> float:
    try:
        return market.fx_rate(source, target)
    except MarketDataError:
        return float("nan")


def weigh(part: pd.DataFrame, weight: str) -> tuple[np.ndarray, str]:
    """Return what each strategy of a part of the book counts for, and why nothing does, if so.

    What is not known counts for nothing. Money in several currencies is added in one of them; without a rate
    there is no weight.
    """
    amounts = part[weight_column(weight)].fillna(0.0)
    if weight in MONEY_WEIGHTS and len(part["currency"].unique()) > 1:
        missing = sorted(set(part.loc[part["to_one_currency"].isna(), "currency"]))
        if missing:
            return np.zeros(len(part)), f"no exchange rate for {', '.join(missing)}"
        amounts = amounts * part["to_one_currency"]
    total = float(amounts.sum())
    return amounts.to_numpy(dtype=np.float64), "" if total > 0 else "no weight"
