"""What holding the underlying costs and brings until a leg expires: cash dividends ahead, and forwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.market import Market
from optlab.pricing.dividends import Dividends, forward, present_value
from optlab.times import SECONDS_PER_YEAR, as_of_instants
from optlab.venues import venue_of

STEPS = 8
"""To a yield that goes with a forward and cash dividends: each leaves a few percent of the error before it."""


def dividends_ahead(legs: pd.DataFrame, market: Market) -> Dividends:
    """Lay the cash dividends of its underlying beside each option, future and stock, in years from as_of.

    A stock trades without a dividend from the first moment of the ex-date where it is listed.

    Returns
    -------
    Dividends
        A row per leg, in the leg's currency; as many columns as the longest list, none if nothing pays. Those
        after the expiry are among them, and past ones back to the oldest quote, with negative years.

    Raises
    ------
    MarketDataError
        If a dividend is in another currency than the leg and no exchange rate leads there.
    """
    pays = legs["underlying"].isin(market.dividends["underlying"].unique())
    places = np.flatnonzero((pays & legs["kind"].isin((*OPTIONS, "future", "stock"))).to_numpy())
    if not places.size:
        return Dividends(*np.zeros((2, len(legs), 0)))
    own = legs.iloc[places]
    codes, listings = pd.factorize(pd.MultiIndex.from_frame(own[["underlying", "root", "currency"]]))
    _, first = np.unique(codes, return_index=True)
    now = as_of_instants(own.iloc[first], market.known_as_of).reset_index(drop=True)
    market = replace(market, dividends=_of_days_that_count(market))
    lists = [_ahead(market, listing, now[place]) for place, listing in enumerate(listings.to_list())]
    width = max(len(years) for years, _ in lists)
    table = np.zeros((2, len(lists), width))
    table[0] = np.nan
    for place, one in enumerate(lists):
        table[:, place, : len(one[0])] = one
    out = np.zeros((2, len(legs), width))
    out[0] = np.nan
    out[:, places] = table[:, codes]
    return Dividends(*out)


def _of_days_that_count(market: Market) -> pd.DataFrame:
    """Leave out dividends that were paid before the oldest quote: nothing was priced with them ahead."""
    oldest = market.quotes["as_of"].min()
    first = min(oldest, pd.Timestamp(market.day)) if pd.notna(oldest) else pd.Timestamp(market.day)
    return market.dividends[market.dividends["ex_date"] >= first]


def _ahead(market: Market, listing: tuple[str, str, str], now: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Return years to the ex-dates and amounts of one listing."""
    underlying, root, currency = listing
    paid = market.cash_dividends(underlying, currency)
    starts = paid["ex_date"].dt.tz_localize(venue_of(root, currency).timezone)
    years = (starts - now).dt.total_seconds() / SECONDS_PER_YEAR
    return years.to_numpy(dtype=float), paid["amount"].to_numpy(dtype=float)


def forwards(joined: pd.DataFrame, ahead: Dividends) -> pd.Series:
    """Return the underlying's forward for each leg's expiry; NaN for what does not expire, or earlier did."""
    spot, years, rate, dividend_yield = _columns(joined)
    found = pd.Series(forward(spot, years, rate, dividend_yield, ahead), index=joined.index)
    return found.where((joined["years"] >= 0) & joined["kind"].isin((*OPTIONS, "future")))


def spots_below(forward_price: pd.Series, joined: pd.DataFrame, ahead: Dividends) -> pd.Series:
    """Return the spot that leads to a forward; ``joined`` has years, rate and dividend_yield."""
    _, years, rate, dividend_yield = _columns(joined.assign(spot=np.nan))
    grown = np.exp((rate - dividend_yield) * years)
    return forward_price / grown + present_value(ahead, years, rate, dividend_yield)


def yields_between(
    spot: pd.Series, forward_price: pd.Series, years: pd.Series, rate: pd.Series, ahead: Dividends
) -> pd.Series:
    """Return the dividend yield that, with the cash dividends, leads from spot to the forward."""
    found = rate - np.log(forward_price / spot) / years
    if not ahead.amounts.shape[1]:
        return found
    for _ in range(STEPS):
        paid = present_value(ahead, years.to_numpy(float), rate.to_numpy(float), found.to_numpy(float))
        found = rate - np.log(forward_price / (spot - paid)) / years
    return found


def _columns(joined: pd.DataFrame) -> tuple[np.ndarray, ...]:
    return tuple(joined[name].to_numpy(dtype=float) for name in ("spot", "years", "rate", "dividend_yield"))
