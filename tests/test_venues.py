"""Closing times and contract roots."""

from __future__ import annotations

import datetime as dt

import pytest

from optlab.errors import MarketDataError
from optlab.venues import VENUES, expiry_instant, find_root, is_currency_pair, roots, venue_of


def test_the_close_follows_daylight_saving() -> None:
    """New York closes at 20:00 UTC in summer and 21:00 in winter."""
    assert expiry_instant(dt.date(2026, 7, 17), VENUES["US"]).hour == 20
    assert expiry_instant(dt.date(2026, 12, 18), VENUES["US"]).hour == 21


def test_am_settlement_is_the_open() -> None:
    assert (
        expiry_instant(dt.date(2026, 12, 18), VENUES["US"], "am").isoformat() == "2026-12-18T14:30:00+00:00"
    )


def test_no_listed_close_or_open_falls_on_another_day_in_utc() -> None:
    """The join counts days in UTC; this is why it may."""
    for venue in VENUES.values():
        for day in (dt.date(2026, 1, 15), dt.date(2026, 7, 15)):
            assert expiry_instant(day, venue).date() == day


def test_roots_and_stock_codes_lead_to_the_underlying() -> None:
    """SPXW options are on SPX, and 01810 is Xiaomi."""
    assert {code: find_root(code).underlying for code in ("SPXW", "01810", "1810.HK", "MHI")} == {  # type: ignore[union-attr]
        "SPXW": "SPX",
        "01810": "MIU",
        "1810.HK": "MIU",
        "MHI": "HSI",
    }
    assert find_root("AAPL") is None


def test_every_listed_root_is_complete() -> None:
    for root in roots().values():
        assert root.venue in VENUES
        assert root.multiplier > 0
        assert root.style in ("american", "european")
        assert root.settlement in ("am", "pm")


def test_an_unknown_currency_is_refused_with_the_fix() -> None:
    with pytest.raises(
        MarketDataError, match=r"currency 'XXX' of FOO belongs to no market .* Fix: write one of HKD"
    ):
        venue_of("FOO", "XXX")


def test_currency_pairs() -> None:
    assert is_currency_pair("USDHKD")
    assert not is_currency_pair("GOOGLE")
