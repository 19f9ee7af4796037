"""Which quote each leg takes, and where it says it came from."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, market, xiaomi
from optlab import join
from optlab.book import Book
from optlab.errors import MarketDataError
from optlab.legs import canonical
from optlab.market import Market, quote_table
from optlab.pricing import Models
from optlab.pricing.vanilla import american, price

YEARS = 56 / 365


def joined(market: Market, *rows: tuple[Any, ...], **columns: Any) -> pd.Series:  # noqa: ANN401
    """Join the market to Xiaomi legs and return the first."""
    return join.quotes(canonical(xiaomi(*(rows or [(1, "call", 24, NEAR)]), **columns)), market).iloc[0]


def quoted(*rows: dict[str, Any], **overrides: Any) -> Market:  # noqa: ANN401
    """Make a market of quote rows for MIU on 2 October 2026."""
    table = quote_table([{"underlying": "MIU", **row} for row in rows])
    return Market(table, dt.date(2026, 10, 2)).override(**overrides)


SERIES = {"expiry": NEAR, "strike": 24.0, "kind": "call"}
EVERYTHING = (
    {"spot": 24.24, "vol": 0.10, "rate": 0.01, "dividend_yield": 0.02},
    {"expiry": NEAR, "vol": 0.20, "rate": 0.015, "spot": 24.3},
    {**SERIES, "settlement_price": 1.79, "bid": 1.6, "ask": 1.8, "iv": 0.425},
)


def without(position: int, *names: str) -> tuple[dict[str, Any], ...]:
    """Everything, less some quotes of one level."""
    rows = [dict(row) for row in EVERYTHING]
    for name in names:
        rows[position].pop(name)
    return tuple(rows)


def test_volatility_takes_the_first_source_there_is() -> None:
    """Command line, own iv, own mark, own mid, settlement, series mid, series iv, expiry, underlying, nothing."""
    said = {"vol": {"MIU": 0.5}}
    own = {"iv": 0.6, "mark": 1.9, "bid": 1.7, "ask": 1.8}
    seen = [
        joined(quoted(*EVERYTHING, **said), **own)["vol_source"],
        joined(quoted(*EVERYTHING), **own)["vol_source"],
        joined(quoted(*EVERYTHING), mark=1.9, bid=1.7, ask=1.8)["vol_source"],
        joined(quoted(*EVERYTHING), bid=1.7, ask=1.8)["vol_source"],
        joined(quoted(*EVERYTHING))["vol_source"],
        joined(quoted(*without(2, "settlement_price")))["vol_source"],
        joined(quoted(*without(2, "settlement_price", "bid")))["vol_source"],
        joined(quoted(*without(2, "settlement_price", "bid", "iv")))["vol_source"],
        joined(quoted(EVERYTHING[0]))["vol_source"],
        joined(quoted({"spot": 24.24}))["vol_source"],
    ]
    assert seen == [
        "command_line",
        "leg_iv",
        "leg_mark",
        "leg_mid",
        "series_settlement",
        "series_mid",
        "series_iv",
        "expiry",
        "underlying",
        "",
    ]
    assert set(seen) - {""} <= set(join.SOURCES)


def test_a_solved_volatility_gives_its_price_back() -> None:
    leg = joined(quoted({"spot": 24.24, "rate": 0.027}), mark=1.79)
    again = price("call", 24.24, 24, YEARS, 0.027, leg["vol"])
    assert again == pytest.approx(1.79, abs=1e-12)


def test_spot_rate_and_yield_take_the_first_source_there_is() -> None:
    names = ["spot_source", "rate_source", "dividend_yield_source"]
    said = {"spot": 25.0, "rate": 0.04, "dividend_yield": 0.0}
    own = {"spot": 24.0, "rate": 0.02, "dividend_yield": 0.01}
    assert list(joined(quoted(*EVERYTHING, **said), **own)[names]) == ["command_line"] * 3
    assert list(joined(quoted(*EVERYTHING), **own)[names]) == ["leg"] * 3
    assert list(joined(quoted(*EVERYTHING))[names]) == ["expiry", "expiry", "underlying"]
    assert list(joined(quoted(EVERYTHING[0]))[names]) == ["underlying"] * 3
    assert list(joined(quoted())[names]) == ["", "assumed_zero", "assumed_zero"]


def test_a_forward_gives_the_yield_that_leads_to_it() -> None:
    leg = joined(quoted({"spot": 24.24, "rate": 0.027}, {"expiry": NEAR, "forward": 24.0}))
    assert leg["dividend_yield_source"] == "expiry_forward"
    assert 24.24 * np.exp((leg["rate"] - leg["dividend_yield"]) * YEARS) == pytest.approx(24.0)


def test_a_forward_alone_gives_spot() -> None:
    leg = joined(quoted({"rate": 0.027}, {"expiry": NEAR, "forward": 24.0}))
    assert leg["spot_source"] == "expiry_forward"
    assert leg["spot"] == pytest.approx(24.0 * np.exp(-0.027 * YEARS))


def test_a_spot_said_on_the_command_line_moves_the_forward_too() -> None:
    """The carry is the market's; a what-if spot of 30 does not turn into a yield of 150%."""
    quotes: list[dict[str, Any]] = [{"spot": 24.24, "rate": 0.027}, {"expiry": NEAR, "forward": 24.0}]
    assert joined(quoted(*quotes, spot=30.0))["dividend_yield"] == joined(quoted(*quotes))["dividend_yield"]


def test_a_mark_that_cannot_be_solved_falls_through_to_the_next_source() -> None:
    """Quoted below intrinsic: the underlying's vol is used, and without one the reason stays."""
    assert joined(quoted(EVERYTHING[0]), mark=0.1)["vol_source"] == "underlying"
    leg = joined(quoted({"spot": 24.24}), mark=0.1)
    assert np.isnan(leg["vol"])
    assert leg["vol_source"] == "below_intrinsic"


def test_an_earlier_expiry_settles_at_the_price_the_user_gives() -> None:
    leg = joined(quoted({"spot": 24.24}, settle={"MIU": 25.0}), (1, "call", 24, "2026-09-30"))
    assert (leg["years"], leg["spot"], leg["spot_source"]) == (0.0, 25.0, "settle")


def test_a_quote_in_another_currency_is_not_used() -> None:
    leg = joined(quoted({"spot": 3.1, "currency": "USD"}))
    assert np.isnan(leg["spot"])
    assert leg["spot_source"] == "other_currency"


def test_a_market_without_a_date_is_refused() -> None:
    with pytest.raises(
        MarketDataError, match=r"has no date\. Fix: say when it holds, such as --as-of 2026-10-02"
    ):
        joined(Market.of(spot=24.24))


def test_every_fix_that_a_message_names_works() -> None:
    """--as-of, --spot and --vol as the messages say them."""
    leg = joined(Market.of(as_of="2026-10-02").override(spot={"MIU": 24.24}, vol={"MIU": 0.30}))
    assert (leg["spot"], leg["vol"]) == (24.24, 0.30)


def test_series_are_matched_by_root_and_day() -> None:
    """The far call doesn't take the near call's settlement."""
    market = quoted({"spot": 24.24, "vol": 0.4}, {**SERIES, "settlement_price": 1.79})
    assert joined(market, (1, "call", 24, FAR))["vol_source"] == "underlying"
    assert joined(market, (1, "put", 24, NEAR))["vol_source"] == "underlying"


def test_a_later_market_fills_what_an_earlier_one_lacks() -> None:
    """The exchange's report has spot and vols, the user's own file the rate and a spot that loses."""
    report = quoted({"spot": 24.24, "vol": 0.435, "currency": "HKD"})
    own = quoted({"spot": 99.0, "rate": 0.027, "dividend_yield": 0.001})
    leg = joined(Market.combine([report, own]))
    assert leg[["spot", "vol", "rate", "dividend_yield"]].tolist() == [24.24, 0.435, 0.027, 0.001]


def test_a_what_if_spot_keeps_the_volatility_that_the_market_s_price_implies() -> None:
    """A settlement price belongs to its own spot; at 26 the call is worth more, at the same vol."""
    quotes: list[dict[str, Any]] = [{"spot": 24.24, "rate": 0.027}, {**SERIES, "settlement_price": 1.79}]
    here, there = joined(quoted(*quotes)), joined(quoted(*quotes, spot=26.0))
    assert there["spot"] == 26.0
    assert there["vol"] == here["vol"]


def test_a_later_as_of_keeps_it_too() -> None:
    """The price of 2 October was made with 56 days to go, whatever day it is looked at."""
    quotes = quote_table(
        [
            {"as_of": AS_OF, "underlying": "MIU", "spot": 24.24, "rate": 0.027},
            {"as_of": AS_OF, "underlying": "MIU", **SERIES, "settlement_price": 1.79},
        ]
    )
    here = joined(Market(quotes, dt.date(2026, 10, 2)))
    later = joined(Market(quotes, dt.date(2026, 10, 26)))
    assert later["years"] == pytest.approx(32 / 365)
    assert later["vol"] == here["vol"]


def test_a_leg_s_own_mark_belongs_to_its_own_spot() -> None:
    leg = joined(quoted({"spot": 30.0, "rate": 0.027}, spot=26.0), spot=24.24, mark=1.79)
    assert leg["vol"] == pytest.approx(joined(quoted({"spot": 24.24, "rate": 0.027}), mark=1.79)["vol"])


def test_a_volatility_of_zero_is_none() -> None:
    """Vendors print 0 for what they don't have; the user's own word stands."""
    series = {**SERIES, "iv": 0.0}
    assert joined(quoted({"spot": 24.24, "vol": 0.3}, series))["vol_source"] == "underlying"
    assert joined(quoted({"spot": 24.24, "vol": 0.3}), iv=0.0)["vol_source"] == "underlying"
    assert joined(quoted({"spot": 24.24}, vol=0.0))["vol_source"] == "command_line"


def test_a_forward_comes_before_the_expiry_s_own_yield() -> None:
    leg = joined(quoted({"spot": 24.24}, {"expiry": NEAR, "forward": 24.0, "dividend_yield": 0.5}))
    assert leg["dividend_yield_source"] == "expiry_forward"
    assert (
        joined(quoted({"spot": 24.24}, {"expiry": NEAR, "dividend_yield": 0.5}))["dividend_yield_source"]
        == "expiry"
    )


def test_the_weekly_does_not_take_the_monthly_s_price() -> None:
    """SPX and SPXW may have the same day, strike and type; the root tells them apart."""
    legs = canonical(pd.DataFrame({"underlying": "SPX", "root": ["SPX", "SPXW"], "kind": "call", "strike": 6600.0,
                                   "expiry": "2026-10-16", "quantity": 1}))  # fmt: skip
    series = {"expiry": "2026-10-16", "strike": 6600.0, "kind": "call"}
    rows = [
        {"underlying": "SPX", "spot": 6600.0, "vol": 0.15},
        {"underlying": "SPX", "root": "SPX", **series, "settlement_price": 100.0},
        {"underlying": "SPX", "root": "SPXW", **series, "settlement_price": 120.0},
    ]
    vols = join.quotes(legs, Market(quote_table(rows), dt.date(2026, 10, 2)))["vol"]
    assert vols[1] > vols[0] * 1.1


def test_a_morning_expiry_in_sydney_is_counted_in_sydney() -> None:
    """The open of 15 October there is still 14 October in UTC."""
    legs = canonical(pd.DataFrame({"underlying": "XJO", "kind": "call", "strike": 9000.0, "expiry": ["2026-10-15"],
                                   "quantity": 1, "currency": "AUD", "settlement": "am"}))  # fmt: skip
    rows = [
        {"underlying": "XJO", "spot": 9000.0, "vol": 0.2},
        {"underlying": "XJO", "expiry": "2026-10-15", "vol": 0.5},
    ]
    table = quote_table(rows)
    assert join.quotes(legs, Market(table, dt.date(2026, 10, 15)))["years"][0] == 0.0
    assert join.quotes(legs, Market(table, dt.date(2026, 10, 2)))["vol"][0] == 0.5


def test_a_price_of_another_day_than_the_spot_is_not_solved() -> None:
    """Yesterday's settlement against today's spot says nothing: the next source is taken."""
    rows = [
        {"as_of": "2026-10-02", "underlying": "MIU", "spot": 24.24, "vol": 0.4},
        {"as_of": "2026-10-01", "underlying": "MIU", **SERIES, "settlement_price": 1.2},
    ]
    leg = joined(Market(quote_table(rows), dt.date(2026, 10, 2)))
    assert (leg["vol"], leg["vol_source"]) == (0.4, "underlying")


def test_the_quotes_of_an_earlier_trade_say_nothing_of_today_s_volatility() -> None:
    """A bid and an ask of last week, when the stock stood elsewhere: the market's volatility is taken."""
    legs = xiaomi((1, "call", 24, NEAR), bid=4.9, ask=5.1, traded_at="2026-09-25T03:00:00Z")
    leg = Book.of(legs).price(market()).legs.iloc[0]
    assert (leg["vol_source"], leg["vol"]) == ("command_line", 0.43)
    quotes = market(vol=None).override(vol=None)
    assert Book.of(legs).price(quotes).legs.iloc[0]["status"] == "no_vol"
    same_day = legs.assign(traded_at="2026-10-02T03:00:00Z", bid=1.7, ask=1.8)
    assert Book.of(same_day).price(quotes).legs.iloc[0]["vol_source"] == "leg_mid"


# --- exercise, cash dividends and forwards -----------------------------------------------------------------

PUT = (1, "put", 28, FAR)
PAID = {"MIU": [("2026-11-20", 0.5), ("2027-03-01", 0.5)]}
"""Half a dollar before both expiries, and one after them."""


def american_legs(**columns: Any) -> pd.DataFrame:  # noqa: ANN401
    return canonical(xiaomi(PUT, style="american", **columns))


@pytest.mark.parametrize(
    ("model", "words"), [("auto", ["american", "european", ""]), ("european", ["european"] * 2 + [""])]
)
def test_the_model_is_the_leg_s_style_or_one_for_all(model: Any, words: list[str]) -> None:  # noqa: ANN401
    legs = canonical(xiaomi(PUT, PUT, (100, "stock"), style=["american", "european", None]))
    found = join.quotes(legs, quoted({"spot": 24.24}), models=Models(model))
    assert found["model"].tolist() == words


def test_a_mark_is_solved_by_the_model_that_prices_the_leg() -> None:
    """An American put in the money has a lower volatility than a European one at the same price."""
    market = quoted({"spot": 24.24, "rate": 0.05})
    worth = american("put", 24.24, 28.0, 89 / 365, 0.05, 0.40).price
    found = join.quotes(american_legs(mark=worth), market)
    assert found["vol"][0] == pytest.approx(0.40, abs=1e-6)
    as_european = join.quotes(american_legs(mark=worth), market, models=Models("european"))
    assert as_european["vol"][0] > 0.415


def test_an_american_mark_at_intrinsic_value_tells_no_volatility() -> None:
    found = join.quotes(american_legs(mark=28 - 24.24), quoted({"spot": 24.24, "rate": 0.05}))
    assert (found["vol_source"][0], np.isnan(found["vol"][0])) == ("no_time_value", True)


def test_the_forward_is_spot_grown_less_the_dividends() -> None:
    """The dividend is worth 0.5 exp(-r t) now; the one after the expiry does not count."""
    market = quoted({"spot": 24.24, "rate": 0.027}).with_dividends(PAID)
    found = join.quotes(canonical(xiaomi((1, "call", 24, NEAR), (100, "stock"))), market)
    t = (48 + 8 / 24) / 365  # from 16:00 on 2 October to midnight before 20 November
    wanted = (24.24 - 0.5 * np.exp(-0.027 * t)) * np.exp(0.027 * 56 / 365)
    assert found["forward"][0] == pytest.approx(wanted, rel=1e-14)
    assert found["dividend_model"].tolist() == ["spot", ""]
    assert np.isnan(found["forward"][1])


def test_a_quoted_forward_and_cash_dividends_leave_the_yield_that_leads_there() -> None:
    """Forward and dividends together are what the leg is priced with."""
    rows = ({"spot": 24.24, "rate": 0.027}, {"expiry": NEAR, "forward": 23.7})
    found = joined(quoted(*rows).with_dividends(PAID))
    assert found["forward"] == pytest.approx(23.7, rel=1e-12)
    assert found["dividend_yield"] < joined(quoted(*rows))["dividend_yield"]


def test_a_spot_from_a_forward_puts_the_dividends_back() -> None:
    rows = ({"rate": 0.027}, {"expiry": NEAR, "forward": 23.7})
    found = joined(quoted(*rows).with_dividends(PAID))
    assert (found["spot_source"], found["forward"]) == ("expiry_forward", pytest.approx(23.7, rel=1e-12))
    assert found["spot"] == pytest.approx(joined(quoted(*rows))["spot"] + 0.498, abs=2e-3)


@pytest.mark.parametrize("model", ["spot", "escrowed"])
@pytest.mark.parametrize("style", ["european", "american"])
def test_a_mark_is_solved_with_the_dividends_ahead(model: Any, style: str) -> None:  # noqa: ANN401
    """Priced and solved with the same dividends the volatility comes back."""
    market = quoted({"spot": 24.24, "rate": 0.027}).with_dividends(PAID)
    legs = xiaomi((1, "call", 24, NEAR), (1, "put", 26, FAR), style=style)
    marks = Book.of(legs.assign(iv=0.43)).price(market, dividend_model=model).legs["price"]
    solved = join.quotes(canonical(legs.assign(mark=marks)), market, models=Models(dividend_model=model))
    assert solved["vol"].tolist() == pytest.approx([0.43, 0.43], abs=1e-6)


def test_an_earlier_price_is_solved_with_the_dividends_of_its_own_day() -> None:
    """On 2 October the dividend of 5 October was still ahead of the settlement price; today it is paid."""
    paid = {"MIU": [("2026-10-05", 2.0)]}
    rows = [
        {"underlying": "MIU", "as_of": pd.Timestamp("2026-10-02"), **row}
        for row in ({"spot": 24.24}, {**SERIES, "settlement_price": 1.2})
    ]
    then = Market(quote_table(rows), dt.date(2026, 10, 2)).with_dividends(paid)
    first, later = joined(then), joined(then.at("2026-10-07"))
    assert later["vol"] == pytest.approx(first["vol"], rel=1e-9)
    assert (first["dividend_model"], later["dividend_model"]) == ("spot", "")
