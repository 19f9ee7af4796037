"""The listed series of one underlying as legs, so that every stage that reads legs can read a chain."""

from __future__ import annotations

import pandas as pd

from optlab.errors import MarketDataError
from optlab.legs import OPTIONS, canonical
from optlab.market import Market
from optlab.times import local_days, years_to_expiry

KEYS = ["root", "expiry", "strike", "kind"]
CARRIED = ("settlement_price", "bid", "ask", "iv", "volume", "open_interest", "open_interest_change")
ENOUGH_STRIKES = 3
"""So many strikes of one expiry make a chain; fewer are a few contracts."""

CHAIN_FIX = (
    "give a chain, a row per listed option with underlying, expiry, strike, kind and settlement_price, bid and "
    "ask or iv, or an HKEX stock options daily report"
)


def is_chain(market: Market, underlying: str) -> bool:
    """Say whether a market holds enough of an underlying's listed series for a context.

    Parameters
    ----------
    market : Market
        A market without a date holds no chain: nobody knows which series still live.
    underlying : str
        Such as MIU.

    Returns
    -------
    bool
        Whether one expiry that has not passed has three strikes with a price or a volatility.
    """
    if market.as_of is None:
        return False
    rows = _series_rows(market, underlying)
    is_priced = (rows[["settlement_price", "bid", "ask", "iv"]] > 0).any(axis=1)
    strikes = rows[is_priced & (rows["expiry"] >= pd.Timestamp(market.day))].groupby("expiry")["strike"]
    return int(strikes.nunique().max() if len(strikes) else 0) >= ENOUGH_STRIKES


def chain_underlyings(market: Market) -> list[str]:
    """Return the underlyings that have listed series, in order."""
    table = market.quotes
    return sorted(set(table.loc[_is_series(table), "underlying"]))


def which(market: Market, underlying: str) -> str:
    """Return the underlying whose chain is meant: the one that is said, else the only one.

    Raises
    ------
    MarketDataError
        If there is no chain, none of that name, or several and nobody said which.
    """
    found = chain_underlyings(market)
    if not found:
        raise MarketDataError(f"the market lists no options, only prices of underlyings. Fix: {CHAIN_FIX}.")
    listed = ", ".join(found)
    if underlying:
        if underlying.upper() not in found:
            raise MarketDataError(f"the chain has no options on {underlying}. Fix: say one of {listed}.")
        return underlying.upper()
    if len(found) > 1:
        raise MarketDataError(f"the chain has options on {listed}. Fix: say which one, or read them all.")
    return found[0]


def listed_legs(market: Market, underlying: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the series that live at ``as_of`` as legs, long one contract, with the numbers they are quoted at.

    Returns
    -------
    DataFrame
        The canonical columns, ``day`` (the local day of expiry), ``quoted_on`` and `CARRIED` under their own
        names, where a leg column has the name with ``series_`` before it.
    list of str
        What was left out: series that have expired, and those whose quotes are older than the newest.

    Raises
    ------
    MarketDataError
        If nothing is left.
    """
    # Of several markets the first that has a number wins, as everywhere.
    rows = _series_rows(market, underlying).groupby(KEYS, as_index=False, sort=True).first()
    newest = rows["as_of"].max()
    is_old = rows["as_of"] < newest
    day = "" if pd.isna(newest) else str(newest.date())
    notices = [_left_out(underlying, int(is_old.sum()), f"quoted before {day}", "is", "are")]
    rows = rows[~is_old].reset_index(drop=True)
    legs = canonical(rows[["underlying", *KEYS, "currency"]].assign(quantity=1.0))
    legs["day"], legs["quoted_on"] = local_days(legs, legs["expiry"]), rows["as_of"]
    for name in CARRIED:
        legs[f"series_{name}"] = rows[name]
    is_past = years_to_expiry(legs, market) <= 0
    notices.append(_left_out(underlying, int(is_past.sum()), "expired", "has", "have"))
    if is_past.all():
        raise MarketDataError(
            f"every option on {underlying} has expired at {market.known_as_of}. "
            "Fix: give a newer chain, or an earlier --as-of."
        )
    return legs[~is_past].reset_index(drop=True), [notice for notice in notices if notice]


def _series_rows(market: Market, underlying: str) -> pd.DataFrame:
    table = market.quotes
    return table[(table["underlying"] == underlying) & _is_series(table)]


def _is_series(table: pd.DataFrame) -> pd.Series:
    return table["expiry"].notna() & table["strike"].notna() & table["kind"].isin(OPTIONS)


def _left_out(underlying: str, count: int, why: str, one: str, many: str) -> str:
    if not count:
        return ""
    return f"{underlying}: {count} series {one if count == 1 else many} {why}: left out"
