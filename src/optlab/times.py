"""When: the instant a leg is valued at, its years to expiry, and days as they are counted where it trades."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from optlab.columns import DTYPES
from optlab.legs import expiry_instants
from optlab.market import Market
from optlab.venues import expiry_instant, venue_of

SECONDS_PER_YEAR = 31_536_000.0


def as_of_instants(legs: pd.DataFrame, as_of: dt.date) -> pd.Series:
    """Return the instant at which each leg is valued: as_of, or its market's close for a bare date."""
    if isinstance(as_of, dt.datetime):
        return pd.Series(pd.Timestamp(as_of), index=legs.index).astype(DTYPES["time"])
    codes, distinct = markets_of(legs)
    instants = [expiry_instant(as_of, venue_of(root, currency)) for root, currency in distinct]
    column = pd.Series(pd.to_datetime(instants, utc=True)).astype(DTYPES["time"])
    return column.take(codes).set_axis(legs.index)


def years_to_expiry(legs: pd.DataFrame, market: Market) -> pd.Series:
    """Return seconds to expiry / 31,536,000: 0 once expired today, negative if on an earlier day."""
    as_of = market.known_as_of
    years = (legs["expiry"] - as_of_instants(legs, as_of)).dt.total_seconds() / SECONDS_PER_YEAR
    return years.mask((years < 0) & ~expired_earlier(legs, as_of), 0.0)


def expired_earlier(legs: pd.DataFrame, as_of: dt.date) -> pd.Series:
    """Say which legs expired before the as_of day, as that day is counted where they trade."""
    if isinstance(as_of, dt.datetime):
        now = pd.Series(pd.Timestamp(as_of), index=legs.index).astype(DTYPES["time"])
        return local_days(legs, legs["expiry"]) < local_days(legs, now)
    return local_days(legs, legs["expiry"]) < pd.Timestamp(as_of)


def local_days(legs: pd.DataFrame, times: pd.Series) -> pd.Series:
    """Return the day of each time as it is counted where the leg trades."""
    codes, distinct = markets_of(legs)
    zones = [venue_of(root, currency).timezone for root, currency in distinct]
    days = pd.Series(pd.NaT, index=legs.index, dtype="datetime64[us]")
    for zone in sorted(set(zones)):
        here = np.array([own == zone for own in zones])[codes]
        places, moments = pd.factorize(times[here], use_na_sentinel=False)
        local = pd.DatetimeIndex(moments).tz_convert(zone).tz_localize(None).normalize()
        days[here] = local.take(places).to_numpy()
    return days


def markets_of(legs: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Return the distinct pairs of root and currency, and which of them each leg has."""
    (root, roots), (currency, currencies) = (pd.factorize(legs[name]) for name in ("root", "currency"))
    codes, pairs = pd.factorize(root * max(len(currencies), 1) + currency)
    own, count = np.asarray(roots, dtype=object), len(currencies)
    return codes, [(str(own[pair // count]), str(currencies[pair % count])) for pair in pairs.tolist()]


def years_at(joined: pd.DataFrame, market: Market, days: pd.Series) -> pd.Series:
    """Return the years to expiry from the close of an earlier quote's day; from as_of where it is no earlier."""
    is_earlier = (days < pd.Timestamp(market.day)) & joined["expiry"].notna()
    years = joined["years"].copy()
    if is_earlier.any():
        legs = joined[is_earlier]
        then = expiry_instants(legs.assign(expiry=days[is_earlier], settlement="pm"))
        years[is_earlier] = (legs["expiry"] - then).dt.total_seconds() / SECONDS_PER_YEAR
    return years
