"""What an exchange decides for a contract: closing times, and what its roots stand for.

`roots.csv` lists the contract roots that need a word of their own; a root that is not there is its own
underlying, trades where its currency trades, and is American.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import importlib.resources
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from optlab.errors import MarketDataError


@dataclass(frozen=True, slots=True)
class Venue:
    """A market's time zone and the local times at which contracts expire on their last day."""

    timezone: str
    close: dt.time
    open: dt.time


VENUES: dict[str, Venue] = {
    "HKEX": Venue("Asia/Hong_Kong", dt.time(16), dt.time(9, 30)),
    "US": Venue("America/New_York", dt.time(16), dt.time(9, 30)),
    "DERIBIT": Venue("UTC", dt.time(8), dt.time(8)),
    "TMX": Venue("America/Toronto", dt.time(16), dt.time(9, 30)),
    "EUREX": Venue("Europe/Berlin", dt.time(17, 30), dt.time(9)),
    "SIX": Venue("Europe/Zurich", dt.time(17, 20), dt.time(9)),
    "LSE": Venue("Europe/London", dt.time(16, 30), dt.time(8)),
    "JPX": Venue("Asia/Tokyo", dt.time(15, 45), dt.time(9)),
    "NSE": Venue("Asia/Kolkata", dt.time(15, 30), dt.time(9, 15)),
    "ASX": Venue("Australia/Sydney", dt.time(16), dt.time(10)),
    "SGX": Venue("Asia/Singapore", dt.time(17), dt.time(9)),
    "KRX": Venue("Asia/Seoul", dt.time(15, 45), dt.time(9)),
}

CURRENCY_VENUES: dict[str, str] = {
    "HKD": "HKEX",
    "CNH": "HKEX",
    "CNY": "HKEX",
    "USD": "US",
    "BTC": "DERIBIT",
    "ETH": "DERIBIT",
    "USDC": "DERIBIT",
    "USDT": "DERIBIT",
    "CAD": "TMX",
    "EUR": "EUREX",
    "CHF": "SIX",
    "GBP": "LSE",
    "JPY": "JPX",
    "INR": "NSE",
    "AUD": "ASX",
    "SGD": "SGX",
    "KRW": "KRX",
}
"""The venue whose closing time a currency's contracts keep, where the root says nothing."""

DEFAULT_MULTIPLIERS: dict[str, float] = {"USD": 100.0, "CAD": 100.0}
"""Contract sizes that hold for a whole market; anywhere else the file has to give it."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the exchange's list says of one contract root."""

    root: str
    underlying: str
    venue: str
    currency: str
    multiplier: float
    style: str
    settlement: str


_STOCK_CODE = re.compile(r"0*([1-9][0-9]{0,4})(?:[. ]HK)?")
"""A Hong Kong stock code as it is written: 700, 00700, 0700.HK, 700 HK."""


@functools.cache
def roots() -> dict[str, Root]:
    """Return every listed root by its code, and by each of its aliases."""
    text = importlib.resources.files("optlab").joinpath("roots.csv").read_text(encoding="utf-8")
    listed: dict[str, Root] = {}
    for row in csv.DictReader(text.splitlines()):
        root = Root(
            row["root"],
            row["underlying"],
            row["venue"],
            row["currency"],
            float(row["multiplier"]),
            row["style"],
            row["settlement"],
        )
        for code in (root.root, *filter(None, row["aliases"].split(";"))):
            listed[code] = root
    return listed


def find_root(code: str) -> Root | None:
    """Look a root, an underlying or a Hong Kong stock code up in the list; None where it is not listed.

    >>> find_root("SPXW").underlying, find_root("01810.HK").underlying, find_root("AAPL")
    ('SPX', 'MIU', None)
    """
    stock = _STOCK_CODE.fullmatch(code)
    return roots().get(stock[1] if stock else code)


def venue_of(root: str, currency: str) -> Venue:
    """Name the market of a contract: by its root where that is listed, else by its currency.

    Raises
    ------
    MarketDataError
        If neither is known.
    """
    listed = find_root(root)
    name = listed.venue if listed else CURRENCY_VENUES.get(currency.upper())
    if name is None:
        raise MarketDataError(
            f"currency {currency!r} of {root} belongs to no market whose closing time is known. "
            f"Fix: write one of {', '.join(CURRENCY_VENUES)}, or give the expiry with its time and zone."
        )
    return VENUES[name]


def expiry_instant(day: dt.date, venue: Venue, settlement: str = "") -> dt.datetime:
    """Return the UTC instant at which a contract of this market expires on a day.

    >>> expiry_instant(dt.date(2026, 11, 27), VENUES["HKEX"]).isoformat()
    '2026-11-27T08:00:00+00:00'
    """
    local = venue.open if settlement == "am" else venue.close
    return dt.datetime.combine(day, local, ZoneInfo(venue.timezone)).astimezone(dt.UTC)


def is_currency(code: str) -> bool:
    """Say whether three letters are a currency that optlab knows a market for."""
    return code.upper() in CURRENCY_VENUES


def is_currency_pair(code: str) -> bool:
    """Say whether a name is an fx pair such as USDHKD: HKD per one USD."""
    return len(code) == 6 and is_currency(code[:3]) and is_currency(code[3:])
