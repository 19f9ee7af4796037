"""Markets: quotes, what the user says on top, dates, exchange rates and cash dividends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from optlab.errors import MarketDataError
from optlab.market import Market, parse_as_of, quote_table
from optlab.payments import DIVIDEND_COLUMNS, dividend_table

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


# --- cash dividends ------------------------------------------------------------------------------------------

APPLE = {"AAPL": [("2027-02-09", 0.27), ("2026-11-09", 0.26)]}


def paid(market: Market) -> list[tuple[str, str, float, str]]:
    """Return underlying, ex-date, amount and currency of each dividend."""
    table = market.dividends.assign(ex_date=market.dividends["ex_date"].dt.strftime("%Y-%m-%d"))
    return list(table[["underlying", "ex_date", "amount", "currency"]].itertuples(index=False, name=None))


def dividends(*rows: tuple[str, str, float, str]) -> Market:
    """Return a market that has these dividends and nothing else."""
    names = ("underlying", "ex_date", "amount", "currency")
    return Market(
        quote_table([]), dividends=dividend_table([dict(zip(names, row, strict=True)) for row in rows])
    )


def test_dividends_are_said_by_underlying_in_any_order() -> None:
    market = Market.of(as_of="2026-10-02", dividends={**APPLE, "01810": [(dt.date(2026, 11, 20), 0.5)]})
    assert paid(market) == [
        ("AAPL", "2026-11-09", 0.26, ""),
        ("AAPL", "2027-02-09", 0.27, ""),
        ("MIU", "2026-11-20", 0.5, "HKD"),
    ]
    assert tuple(market.dividends.columns) == DIVIDEND_COLUMNS


def test_a_market_without_dividends_has_a_table_of_the_same_types() -> None:
    none = Market.of(spot=24.24)
    assert len(none.dividends) == 0
    pd.testing.assert_series_equal(none.dividends.dtypes, Market.of(dividends=APPLE).dividends.dtypes)


def test_said_dividends_replace_those_of_their_day_and_leave_the_old_market_alone() -> None:
    first = dividends(
        ("AAPL", "2026-11-09", 0.2, "USD"), ("AAPL", "2026-11-09", 0.3, "EUR"), ("X", "2027-01-04", 1, "")
    )
    second = first.with_dividends(APPLE)
    assert paid(second) == [
        ("AAPL", "2026-11-09", 0.26, ""),
        ("AAPL", "2027-02-09", 0.27, ""),
        ("X", "2027-01-04", 1.0, ""),
    ]
    assert len(first.dividends) == 3
    assert paid(first.with_dividends({})) == paid(first)


def test_another_time_and_other_numbers_keep_the_dividends() -> None:
    market = Market.of(dividends=APPLE)
    assert paid(market.at("2026-10-05").override(spot=1.0)) == paid(market)
    assert len(market.dividends) == 2


def test_combined_markets_have_the_dividends_of_both_and_the_first_wins() -> None:
    one = dividends(("AAPL", "2026-11-09", 0.26, "USD"), ("MIU", "2026-11-20", 0.5, "HKD"))
    two = dividends(
        ("AAPL", "2026-11-09", 0.3, ""), ("MIU", "2026-11-20", 0.5, "HKD"), ("MIU", "2026-11-20", 0.4, "CNY")
    )
    both = Market.combine([one, Market.of(rate=0.03), two])
    assert paid(both) == [
        ("AAPL", "2026-11-09", 0.26, "USD"),
        ("MIU", "2026-11-20", 0.5, "HKD"),
        ("MIU", "2026-11-20", 0.4, "CNY"),
    ]
    assert both.notices == (
        "of different dividends the first market's counts: AAPL 2026-11-09 0.26, not 0.3.",
    )
    assert both.as_of is None
    assert len(Market.combine([]).dividends) == 0


def test_a_notice_names_the_first_few() -> None:
    days = [f"2026-11-{day:02}" for day in range(1, 8)]
    one, two = (dividends(*[("AAPL", day, amount, "") for day in days]) for amount in (1.0, 2.0))
    (notice,) = Market.combine([one, two]).notices
    assert notice.endswith("AAPL 2026-11-05 1, not 2 and 2 more.")


def test_dividends_are_converted_at_today_s_exchange_rate() -> None:
    """Of two currencies on one day the amounts are added once they are of one currency."""
    paying = dividends(
        ("MIU", "2027-05-20", 1.0, "USD"),
        ("MIU", "2026-11-20", 0.5, "HKD"),
        ("MIU", "2026-11-20", 0.1, "USD"),
        ("AAPL", "2026-11-09", 9.0, "USD"),
    )
    market = Market.combine([FX, paying])
    table = market.cash_dividends("01810", "HKD")
    assert table.columns.tolist() == ["ex_date", "amount"]
    assert table["ex_date"].tolist() == [pd.Timestamp("2026-11-20"), pd.Timestamp("2027-05-20")]
    assert table["amount"].tolist() == pytest.approx([0.5 + 0.1 * 7.8, 7.8])
    assert market.cash_dividends("MIU", "USD")["amount"].tolist() == pytest.approx([0.5 / 7.8 + 0.1, 1.0])


@pytest.mark.parametrize(("own", "wanted"), [("", "USD"), ("USD", ""), ("", ""), ("USD", "USD")])
def test_a_currency_that_nobody_says_is_the_same(own: str, wanted: str) -> None:
    market = dividends(("AAPL", "2026-11-09", 0.27, own))
    assert market.cash_dividends("AAPL", wanted)["amount"].tolist() == [0.27]


def test_a_dividend_without_an_exchange_rate_is_refused_with_the_row_to_add() -> None:
    market = dividends(("MIU", "2026-11-20", 0.5, "CNY"))
    with pytest.raises(
        MarketDataError, match=r"from CNY to HKD\. Fix: add the row underlying=CNYHKD, spot=HKD"
    ):
        market.cash_dividends("MIU", "HKD")
    mended = market.override(spot={"CNYHKD": 1.1})
    assert mended.cash_dividends("MIU", "HKD")["amount"].tolist() == pytest.approx([0.55]), "the fix works"


def test_an_underlying_without_dividends_has_none() -> None:
    table = Market.of(dividends=APPLE).cash_dividends("MSFT", "USD")
    assert len(table) == 0
    assert table.dtypes.tolist() == ["datetime64[us]", "float64"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"AAPL": ("2026-11-09", 0.27)}, "dividend AAPL='2026-11-09' has no ex-date and amount. Fix: write"),
        ({"AAPL": [("2026-11-09",)]}, "has no ex-date and amount. Fix: write ex-date and what one"),
        ({"AAPL": [("soon", 0.27)]}, "dividend AAPL=('soon', 0.27) has no ex-date and amount. Fix:"),
        ({"AAPL": [(dt.datetime(2026, 11, 9, 16), 0.27)]}, "has no ex-date and amount. Fix:"),  # noqa: DTZ001
        ({"AAPL": [(20261109, 0.27)]}, "has no ex-date and amount. Fix:"),
        ({"AAPL": [(pd.NaT, 0.27)]}, "has no ex-date and amount. Fix:"),
        ({"AAPL": [("2026-11-09", 0)]}, "dividend AAPL=0@2026-11-09 is not positive. Fix:"),
        ({"AAPL": [("2026-11-09", float("nan"))]}, "dividend AAPL=nan@2026-11-09 is not positive. Fix:"),
        ({"USDHKD": [("2026-11-09", 1)]}, "dividend USDHKD=1@2026-11-09 is of no stock. Fix: name"),
        ({"*": [("2026-11-09", 1)]}, "dividend *=1@2026-11-09 is of no stock. Fix: name"),
        (
            {"01810": [("2026-11-20", 1)], "MIU": [("2026-11-20", 2)]},
            "dividend MIU is said more than once for 2026-11-20. Fix: say the sum of that day.",
        ),
    ],
)
def test_what_is_no_dividend_is_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(MarketDataError) as caught:
        Market.of(dividends=said)
    assert message in str(caught.value)


def test_the_fix_is_a_dividend() -> None:
    assert paid(Market.of(dividends={"AAPL": [("2026-11-09", 0.27)]})) == [("AAPL", "2026-11-09", 0.27, "")]
