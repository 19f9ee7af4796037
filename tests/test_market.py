"""Markets: quotes, what the user says on top, dates and exchange rates."""

from __future__ import annotations

import datetime as dt

import pytest

from optlab.errors import MarketDataError
from optlab.market import Market, parse_as_of, quote_table

FX = Market(quote_table([{"underlying": "USDHKD", "spot": 7.8}, {"underlying": "EURUSD", "spot": 1.17}]))


def test_an_exchange_rate_its_inverse_and_one_step_through_a_third() -> None:
    assert FX.fx_rate("USD", "HKD") == 7.8
    assert FX.fx_rate("HKD", "USD") == pytest.approx(1 / 7.8)
    assert FX.fx_rate("EUR", "HKD") == pytest.approx(1.17 * 7.8)
    assert FX.fx_rate("HKD", "EUR") == pytest.approx(1 / (1.17 * 7.8))
    assert FX.fx_rate("JPY", "JPY") == 1.0


def test_a_missing_rate_is_refused_with_the_row_to_add() -> None:
    with pytest.raises(MarketDataError) as caught:
        FX.fx_rate("GBP", "HKD")
    assert str(caught.value) == (
        "no exchange rate from GBP to HKD. Fix: add the row underlying=GBPHKD, spot=HKD per GBP to the market file."
    )


def test_overrides_lie_on_top_and_leave_the_old_market_alone() -> None:
    first = Market.of(spot={"MIU": 24.0}, rate=0.03)
    second = first.override(spot={"MIU": 25.0, "01810": 26.0})
    assert first.overrides["spot"] == {"MIU": 24.0}
    assert second.overrides["spot"] == {"MIU": 26.0}, "a stock code is its class"
    assert second.overrides["rate"] == {"*": 0.03}


def test_only_what_a_model_takes_can_be_set() -> None:
    with pytest.raises(MarketDataError, match=r"mood can't be set\. Fix: set one of spot, vol"):
        Market.of().override(mood=1.0)


def test_the_first_market_wins() -> None:
    first = Market(quote_table([{"underlying": "MIU", "spot": 24.0}]), dt.date(2026, 10, 2))
    second = Market.of(as_of="2026-10-05", rate=0.03)
    both = Market.combine([first, second])
    assert both.as_of == dt.date(2026, 10, 2)
    assert both.overrides["rate"] == {"*": 0.03}
    assert Market.combine([]).as_of is None


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "02/10/2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(MarketDataError, match=r"is not a date\. Fix: write 2026-10-02"):
        parse_as_of(text)


def test_a_time_needs_a_zone() -> None:
    with pytest.raises(MarketDataError, match=r"has a time but no zone\. Fix: write 2026-10-02 or"):
        parse_as_of("2026-10-02 15:30")
    assert parse_as_of(dt.date(2026, 10, 2)) == dt.date(2026, 10, 2)
    assert parse_as_of("2026-10-02T15:30Z") == dt.datetime(2026, 10, 2, 15, 30, tzinfo=dt.UTC)
