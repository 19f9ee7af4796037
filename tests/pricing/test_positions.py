"""One model per leg, scaled to the position, with a status that says how."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from books import AS_OF, NEAR, market, valued, xiaomi
from optlab.errors import PricingError
from optlab.market import Market, quote_table
from optlab.pricing import FIXES, PRICED, STATUSES
from optlab.pricing.positions import GREEKS


def test_numbers_are_py_vollib_s_times_quantity_and_multiplier() -> None:
    """Short three calls on a thousand shares."""
    from vollib.black_scholes_merton import black_scholes_merton
    from vollib.black_scholes_merton.greeks import analytical

    leg = valued((-3, "call", 25, NEAR)).legs.iloc[0]
    model = {"S": 24.24, "K": 25.0, "t": 56 / 365, "r": 0.027, "sigma": 0.43, "q": 0.0}
    assert leg["price"] == pytest.approx(black_scholes_merton("c", **model), abs=1e-12)
    assert leg["value"] == pytest.approx(-3000 * black_scholes_merton("c", **model), abs=1e-8)
    for name in GREEKS:
        assert leg[name] == pytest.approx(-3000 * getattr(analytical, name)("c", **model), abs=1e-8), name


def test_stock_is_its_spot_with_delta_one() -> None:
    leg = valued((500, "stock")).legs.iloc[0]
    assert leg[["price", "value", "delta", "gamma", "vega", "theta", "rho"]].tolist() == [
        24.24,
        12120,
        500,
        0,
        0,
        0,
        0,
    ]
    assert leg["status"] == "ok"


def test_cash_is_worth_itself() -> None:
    leg = valued((50_000, "cash")).legs.iloc[0]
    assert leg[["value", "delta", "cost", "profit"]].tolist() == [50_000, 0, 50_000, 0]


def test_a_future_is_worth_its_gain_since_entry() -> None:
    """Long two on 50: the mark 26,000 against 25,500 is 50,000, with delta 100 and no cost."""
    leg = valued((2, "future"), multiplier=50, entry=25_500.0, mark=26_000.0).legs.iloc[0]
    assert leg[["price", "value", "delta", "cost", "profit"]].tolist() == [26_000, 50_000, 100, 0, 50_000]


def test_a_future_without_mark_is_priced_at_the_forward() -> None:
    leg = valued((1, "future", None, NEAR), entry=24.0).legs.iloc[0]
    assert leg["price"] == pytest.approx(24.24 * np.exp(0.027 * 56 / 365), rel=1e-12)


@pytest.mark.parametrize(
    ("row", "columns", "quotes", "status"),
    [
        ((1, "call", 24, NEAR), {"style": "european"}, {}, "ok"),
        ((1, "call", 24, NEAR), {"style": "american"}, {}, "ok"),
        ((1, "call", 24, AS_OF), {}, {}, "expired"),
        ((1, "call", 24.24, AS_OF), {}, {}, "at_strike_expiry"),
        ((1, "call", 24, "2026-09-30"), {}, {}, "expired_earlier"),
        ((1, "call", 24, NEAR), {}, {"spot": None}, "no_spot"),
        ((1, "call", 24, NEAR), {}, {"vol": None}, "no_vol"),
        ((1, "call", 24, NEAR), {"mark": 0.10}, {"vol": None}, "below_intrinsic"),
        ((1, "call", 24, NEAR), {"mark": 30.0}, {"vol": None}, "above_maximum"),
        ((1, "call", 24, NEAR), {"mark": 0.0}, {"vol": None}, "below_intrinsic"),
        ((1, "call", 40, NEAR), {"mark": 0.0}, {"vol": None}, "no_time_value"),
        ((1, "future", None, NEAR), {}, {}, "no_entry"),
        ((1, "future", None, NEAR), {}, {"spot": None}, "no_spot"),
        ((1, "stock"), {}, {"spot": None}, "no_spot"),
    ],
)
def test_each_status(
    row: tuple[object, ...], columns: dict[str, object], quotes: dict[str, object], status: str
) -> None:
    """A leg without a value keeps its row, with NaN and the reason; the fix for each exists."""
    leg = ol.Book.of(xiaomi(row, **columns)).price(market(**quotes)).legs.iloc[0]
    assert leg["status"] == status
    assert status in STATUSES
    assert np.isnan(leg["value"]) == (status not in PRICED)
    assert (status in FIXES) == (status not in PRICED)


@pytest.mark.parametrize(
    ("kind", "strike", "delta", "value"), [("call", 20, 1, 4.24), ("call", 25, 0, 0), ("put", 25, -1, 0.76)]
)
def test_at_expiry_a_leg_is_its_intrinsic_value(kind: str, strike: float, delta: float, value: float) -> None:
    """After the close of its last day, whatever its vol."""
    leg = ol.Book.of(xiaomi((1, kind, strike, AS_OF))).price(market(vol=None)).legs.iloc[0]
    assert (leg["price"], leg["delta"]) == (pytest.approx(value), 1000 * delta)
    assert leg[["gamma", "vega", "theta", "rho"]].tolist() == [0, 0, 0, 0]


def test_exactly_at_the_strike_delta_is_a_half() -> None:
    legs = valued((1, "call", 24.24, AS_OF), (1, "put", 24.24, AS_OF)).legs
    assert legs["delta"].tolist() == [500, -500]


def test_an_earlier_expiry_is_valued_once_its_settlement_is_said() -> None:
    """The fix that the status names."""
    book = ol.Book.of(xiaomi((1, "call", 24, "2026-09-30")))
    leg = book.price(market().override(settle={"MIU": 25.5})).legs.iloc[0]
    assert (leg["status"], leg["value"]) == ("expired", 1500)


def test_the_rest_goes_on_when_a_leg_has_no_price() -> None:
    book = ol.Book.of(xiaomi((1, "call", 24, NEAR), (1, "stock")).assign(underlying=["TCH", "MIU"]))
    quotes = Market(quote_table([{"underlying": "MIU", "spot": 24.24}])).at(AS_OF)
    valuation = book.price(quotes)
    assert valuation.legs["status"].tolist() == ["no_spot", "ok"]
    assert valuation.unpriced["fix"].tolist() == ["add the underlying to the market, or say --spot TCH=PRICE"]


def test_what_a_trader_reads_beside_the_price() -> None:
    leg = valued((-2, "put", 26, NEAR), entry=2.5).legs.iloc[0]
    assert leg["days"] == pytest.approx(56)
    assert leg["moneyness"] == pytest.approx(24.24 / 26 - 1)
    assert leg["intrinsic"] == pytest.approx(1.76)
    assert leg["extrinsic"] == pytest.approx(leg["price"] - 1.76)
    assert leg["cost"] == -5000
    assert leg["profit"] == pytest.approx(leg["value"] + 5000)
    assert leg["profit_percent"] == pytest.approx(100 * leg["profit"] / 5000)


def test_without_an_entry_cost_and_profit_are_empty() -> None:
    leg = valued((1, "call", 24, NEAR)).legs.iloc[0]
    assert leg[["cost", "profit", "profit_percent"]].isna().all()


def test_both_engines_agree_to_their_tolerance() -> None:
    """py_vollib itself, leg by leg."""
    legs = xiaomi((1, "call", 24, NEAR), (-1, "put", 22, NEAR), (100, "stock"), (1, "call", 20, AS_OF))
    ours, theirs = (ol.Book.of(legs).price(market(), engine=engine).legs for engine in ("numpy", "vollib"))
    for name in ("price", *GREEKS):
        pd.testing.assert_series_equal(ours[name], theirs[name], rtol=0, atol=1e-6)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(PricingError, match=r"engine 'excel' is not known\. Fix: use one of numpy, vollib\."):
        ol.Book.of(xiaomi((1, "call", 24, NEAR))).price(market(), engine="excel")  # type: ignore[arg-type]


def test_what_settled_earlier_moves_no_more() -> None:
    """It has its value, no greeks, and no lean."""
    book = ol.Book.of(xiaomi((1, "call", 24, "2026-09-30")))
    valuation = book.price(market().override(settle={"MIU": 25.5}))
    assert valuation.legs[list(GREEKS)].iloc[0].tolist() == [0, 0, 0, 0, 0]
    assert list(valuation.bias().strategies["reason"]) == ["expired earlier"]


def test_a_future_that_is_over_is_worth_its_settlement() -> None:
    """Settled on an earlier day at 26.00: no stale mark, no delta."""
    book = ol.Book.of(xiaomi((2, "future", None, "2026-09-18"), multiplier=50, entry=24.0, mark=25.0))
    leg = book.price(market().override(settle={"MIU": 26.0})).legs.iloc[0]
    assert (leg["status"], leg["price"], leg["value"], leg["delta"]) == ("expired", 26.0, 200.0, 0.0)


def test_a_leg_without_time_value_is_worth_its_price() -> None:
    """A put at intrinsic value: no volatility is named, and it moves as the stock does."""
    legs = xiaomi((1, "put", 30, NEAR), style="american", mark=30 - 24.24)
    leg = ol.Book.of(legs).price(market(vol=None)).legs.iloc[0]
    assert (leg["status"], np.isnan(leg["vol"])) == ("no_time_value", True)
    assert leg[["price", "value", "delta"]].tolist() == [pytest.approx(5.76), pytest.approx(5760), -1000]
    assert leg[["gamma", "vega", "theta", "rho"]].tolist() == [0, 0, 0, 0]


def test_dividends_of_more_than_the_spot_leave_no_forward() -> None:
    """A slip of the decimal point; the leg says why it has no value, and the stock keeps its own."""
    paid = market().with_dividends({"MIU": [("2026-11-20", 50.0)]})
    legs = ol.Book.of(xiaomi((1, "call", 24, NEAR), (100, "stock"))).price(paid).legs
    assert legs["status"].tolist() == ["no_forward", "ok"]
    assert FIXES["no_forward"].format(underlying="MIU") == "check ex_date and amount of MIU's dividends"


def test_many_equal_contracts_are_priced_as_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a thousand American legs on equal ones are priced once; the numbers are the same."""
    from optlab.pricing import positions

    paid = market().with_dividends({"MIU": [("2026-11-20", 0.5)]})
    book = ol.Book.of(
        xiaomi(*[(n, "put", strike, NEAR) for n in (1, -2, 3) for strike in (24, 26)], style="american")
    )
    one_by_one = book.price(paid).legs
    monkeypatch.setattr(positions, "MANY", 1)
    pd.testing.assert_frame_equal(book.price(paid).legs, one_by_one)
