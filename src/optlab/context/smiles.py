"""The volatilities by strike that a market's listed series have, for whoever prices along them.

Checked by tests/context/test_smiles.py.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from optlab.context.chain import is_chain
from optlab.context.surface import surface
from optlab.errors import MarketDataError
from optlab.market import Market
from optlab.pricing import Models

SMILE_COLUMNS = ("underlying", "expiry", "strike", "vol")


def smiles(market: Market, underlyings: Iterable[str], models: Models | None = None) -> pd.DataFrame:
    """Return a row for each living expiry and strike that the market has a volatility of.

    Parameters
    ----------
    market : Market
        Must know its ``as_of``.
    underlyings : iterable of str
        Those without a chain, and those whose chain can't be read, have no rows.
    models : Models, optional
        How options are priced.

    Returns
    -------
    DataFrame
        `SMILE_COLUMNS`, by underlying, expiry and strike; the volatility of the option out of the money.
    """
    tables = [_of(market, name, models) for name in sorted(set(underlyings)) if is_chain(market, name)]
    empty = pd.DataFrame({name: pd.Series(dtype="object") for name in SMILE_COLUMNS})
    return pd.concat([table for table in tables if len(table)] or [empty], ignore_index=True)


def _of(market: Market, underlying: str, models: Models | None) -> pd.DataFrame:
    try:
        smile = surface(market, underlying, models).smile
    except MarketDataError:
        return pd.DataFrame(columns=list(SMILE_COLUMNS))
    named = smile.assign(underlying=underlying)[list(SMILE_COLUMNS)]
    return named.dropna().sort_values(list(SMILE_COLUMNS[:3]), kind="stable")
