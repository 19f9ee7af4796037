"""What a book holds, each contract once: groups, sizes, what does not move, and sums in blocks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.errors import MarketDataError, PricingError
from optlab.market import Market, quote_table
from optlab.scenario import holdings as laid_out
from optlab.scenario.holdings import group_keys, holdings
from optlab.scenario.shocks import Contracts

LEGS = ((2, "call", 24, NEAR), (-3, "call", 24, NEAR), (1, "put", 22, FAR), (500, "stock"))


def ones(contracts: Contracts) -> np.ndarray:
    """Give every contract one unit of worth."""
    return np.ones(len(contracts.vol))


def test_a_contract_that_comes_twice_is_priced_once() -> None:
    """The two trades in one call are one contract, held minus one time."""
    held = holdings(valued(*LEGS).legs, market())
    assert len(held.contracts.vol) == 3
    assert sorted(held.legs.tolist()) == [1, 1, 2]
    assert sorted(held.pairs.size.tolist()) == [-1000.0, 500.0, 1000.0]


def test_legs_with_other_volatilities_are_other_contracts() -> None:
    legs = xiaomi(*LEGS[:2]).assign(iv=[0.40, 0.45])
    quotes = Market.of(as_of="2026-10-02", spot=24.24, rate=0.027)
    assert holdings(ol.Book.of(legs).price(quotes).legs, quotes).contracts.vol.tolist() == [0.40, 0.45]


def test_sums_are_of_units_by_group() -> None:
    """A kernel of ones adds up quantity times multiplier."""
    held = holdings(valued(*LEGS, account=["a", "b", "a", "b"]).legs, market(), by=["account"])
    assert held.groups["account"].tolist() == ["a", "b"]
    assert held.add_up(ones, ()).tolist() == [3000.0, -2500.0]


def test_sums_do_not_depend_on_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two contracts at a time, or all at once."""
    rows = [(place + 1, "call", 20 + place, NEAR) for place in range(7)]
    held = holdings(valued(*rows).legs, market(), by=["strike"])

    def strikes(contracts: Contracts) -> np.ndarray:
        return np.stack([contracts.option.strike, -contracts.option.strike], axis=1)

    whole = held.add_up(strikes, (2,))
    monkeypatch.setattr(laid_out, "LEAST", 2)
    monkeypatch.setattr(laid_out, "BLOCK", 1)
    np.testing.assert_array_equal(held.add_up(strikes, (2,)), whole)
    assert whole[:, 0].tolist() == [1000.0 * (place + 1) * (20 + place) for place in range(7)]


def test_what_does_not_move_stays_in_the_value() -> None:
    """Cash, and what is over: here a put that expires on the day, in the money."""
    book = valued((100, "cash"), (1, "put", 25, "2026-10-02"), (1, "call", 24, NEAR))
    held = holdings(book.legs, market())
    assert held.fixed.tolist() == [pytest.approx(100 + 1000 * (25 - 24.24))]
    assert len(held.contracts.vol) == 1


def test_a_future_is_entered_at_its_price() -> None:
    book = valued((2, "future", None, NEAR), entry=24.0)
    held = holdings(book.legs, market())
    assert held.fixed.tolist() == [-48.0]
    assert held.contracts.option.sign.tolist() == [0.0]


def test_a_future_without_a_spot_starts_from_its_mark() -> None:
    """Its mark says where its underlying is: e^((r - q) T) below it."""
    legs = xiaomi((1, "future", None, NEAR), entry=24.0, mark=24.6)
    quotes = Market.of(as_of="2026-10-02", rate=0.027)
    held = holdings(ol.Book.of(legs).price(quotes).legs, quotes)
    option = held.contracts.option
    assert option.spot * np.exp(option.rate * option.years) == pytest.approx([24.6])


def test_a_price_without_time_value_has_no_volatility() -> None:
    legs = xiaomi((1, "call", 10, NEAR), mark=14.25)
    book = ol.Book.of(legs).price(Market.of(as_of="2026-10-02", spot=24.24, rate=0.0))
    assert book.legs["status"].tolist() in (["no_time_value"], ["ok"])
    assert np.isfinite(holdings(book.legs, market()).contracts.vol).all()


def test_legs_without_a_value_are_counted_and_left_out() -> None:
    book = ol.Book.of(xiaomi(*LEGS)).price(Market.of(as_of="2026-10-02", spot=24.24))
    held = holdings(book.legs, market())
    assert held.groups[["leg_count", "unpriced"]].to_numpy().tolist() == [[4, 3]]
    assert held.add_up(ones, ()).tolist() == [500.0]


def test_every_leg_can_be_a_group() -> None:
    held = holdings(valued(*LEGS).legs, market(), each_leg=True)
    assert held.groups["quantity"].tolist() == [2, -3, 1, 500]
    assert held.add_up(ones, ()).tolist() == [2000.0, -3000.0, 1000.0, 500.0]


def test_currencies_are_kept_apart_or_converted() -> None:
    other = pd.DataFrame({"underlying": ["SPY"], "kind": "stock", "quantity": 10, "currency": "USD"})
    rows = [
        {"underlying": "MIU", "spot": 24.24, "vol": 0.43, "currency": "HKD"},
        {"underlying": "SPY", "spot": 668.0, "currency": "USD"},
        {"underlying": "USDHKD", "spot": 7.8},
    ]
    quotes = Market(quote_table(rows), dt.date(2026, 10, 2))
    book = ol.Book.of(pd.concat([xiaomi((100, "stock")), other])).price(quotes)
    assert holdings(book.legs, quotes).add_up(ones, ()).tolist() == [100.0, 10.0]
    assert holdings(book.legs, quotes, currency="hkd").add_up(ones, ()).tolist() == [178.0]
    with pytest.raises(MarketDataError, match="no exchange rate"):
        holdings(book.legs, market(), currency="HKD")


def test_a_strategy_is_its_id_and_its_name() -> None:
    assert group_keys(["strategy", "account"]) == ["strategy_id", "strategy", "account"]
    held = holdings(valued(*LEGS).legs, market(), by=["strategy"])
    assert list(held.groups.columns[:3]) == ["strategy_id", "strategy", "currency"]


def test_a_column_that_is_no_key_is_refused() -> None:
    with pytest.raises(PricingError, match=r"can't group by delta. Fix: group by underlying, strategy"):
        holdings(valued(*LEGS).legs, market(), by=["delta"])
