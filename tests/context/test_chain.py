"""Which series of a market are a chain, and which of them live."""

from __future__ import annotations

import datetime as dt

import pytest

from listed_chains import AS_OF, flat, listed, rows_of
from optlab.context.chain import chain_underlyings, is_chain, listed_legs, which
from optlab.errors import MarketDataError
from optlab.market import Market, quote_table

SMILE = flat(0.3)


@pytest.mark.parametrize(("strikes", "is_enough"), [((95, 100, 105), True), ((95, 100), False)])
def test_three_priced_strikes_of_one_expiry_are_a_chain(strikes: tuple[float, ...], is_enough: bool) -> None:  # noqa: FBT001
    assert is_chain(listed(*rows_of(SMILE, 30, strikes, kinds=["call"])), "HSI") is is_enough


def test_a_call_here_and_a_put_there_are_no_chain() -> None:
    """Two strikes in each of two expiries are four contracts, not a smile."""
    rows = [*rows_of(SMILE, 30, (95, 100)), *rows_of(SMILE, 60, (95, 100))]
    assert not is_chain(listed(*rows), "HSI")


def test_what_has_expired_or_has_no_price_or_no_date_is_no_chain() -> None:
    gone = listed(*rows_of(SMILE, 30)).at("2027-01-01")
    bare = [{**row, "settlement_price": 0.0} for row in rows_of(SMILE, 30)]
    assert not is_chain(gone, "HSI")
    assert not is_chain(listed(*bare), "HSI")
    assert not is_chain(Market(listed(*rows_of(SMILE, 30)).quotes), "HSI")
    assert not is_chain(listed(*rows_of(SMILE, 30)), "ABC")


def test_the_only_underlying_need_not_be_said() -> None:
    one = listed(*rows_of(SMILE, 30))
    two = Market.combine([one, listed(*rows_of(SMILE, 30), underlying="ABC")])
    assert (which(one, ""), which(two, "abc")) == ("HSI", "ABC")
    assert chain_underlyings(two) == ["ABC", "HSI"]
    with pytest.raises(MarketDataError) as caught:
        which(two, "")
    assert str(caught.value) == "the chain has options on ABC, HSI. Fix: say which one, or read them all."


def test_an_underlying_without_options_is_refused() -> None:
    with pytest.raises(MarketDataError) as caught:
        which(listed(*rows_of(SMILE, 30)), "ABC")
    assert str(caught.value) == "the chain has no options on ABC. Fix: say one of HSI."


def test_a_market_of_prices_alone_is_told_what_a_chain_is() -> None:
    with pytest.raises(MarketDataError) as caught:
        which(listed(), "")
    assert str(caught.value) == (
        "the market lists no options, only prices of underlyings. Fix: give a chain, a row per listed option with "
        "underlying, expiry, strike, kind and settlement_price, bid and ask or iv, or an HKEX stock options daily "
        "report."
    )


def test_expired_and_stale_series_are_left_out_and_said() -> None:
    yesterday = AS_OF - dt.timedelta(days=1)
    rows = [*rows_of(SMILE, 0), *rows_of(SMILE, 30, (100,)), *rows_of(SMILE, 30, (90,), as_of=yesterday)]
    legs, notices = listed_legs(listed(*rows), "HSI")
    assert legs["strike"].tolist() == [100.0, 100.0]
    assert notices == [
        "HSI: 2 series are quoted before 2026-10-02: left out",
        "HSI: 34 series have expired: left out",
    ]


def test_a_chain_that_has_expired_altogether_is_refused() -> None:
    with pytest.raises(MarketDataError) as caught:
        listed_legs(listed(*rows_of(SMILE, 30)).at("2027-01-01"), "HSI")
    assert str(caught.value) == (
        "every option on HSI has expired at 2027-01-01. Fix: give a newer chain, or an earlier --as-of."
    )


def test_of_two_markets_the_first_number_of_a_series_wins() -> None:
    series = {"expiry": "2026-11-27", "strike": 24.0, "kind": "call"}
    first, second = ({**series, "open_interest": 7.0}, {**series, "open_interest": 9.0, "volume": 3.0})
    legs, _ = listed_legs(Market.combine([listed(first), listed(second)]), "HSI")
    assert legs[["series_open_interest", "series_volume"]].to_numpy().tolist() == [[7.0, 3.0]]


def test_no_quote_needs_a_day() -> None:
    """Quotes without as_of are of the market's day."""
    table = quote_table(
        [{"underlying": "HSI", "currency": "HKD", "expiry": "2026-11-27", "strike": 5, "kind": "put"}]
    )
    legs, notices = listed_legs(Market(table, AS_OF), "HSI")
    assert (len(legs), notices) == (1, [])
