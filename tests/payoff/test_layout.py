"""Legs laid out as positions: what each holds, what it cost, and why some have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import FAR, NEAR, market, xiaomi
from optlab.book import Book, Valuation
from optlab.carry import dividends_ahead
from optlab.market import Market, quote_table
from optlab.payoff import Choices, no_smiles
from optlab.payoff.layout import Laid, lay_out


def laid(valued: Valuation, smiles: pd.DataFrame | None = None, **choices: Any) -> list[Laid]:  # noqa: ANN401
    """Lay out a valuation."""
    ahead = dividends_ahead(valued.legs, valued.market)
    listed = no_smiles() if smiles is None else smiles
    return lay_out(valued.legs, valued.market, ahead, Choices(**choices), listed)


DIAGONAL = xiaomi((-2, "call", 27, NEAR), (2, "call", 24, FAR), group="a", multiplier=1000)


def test_a_strategy_becomes_a_position() -> None:
    """Signed units, own years, the cost of its entries."""
    (one,) = laid(Book.of(DIAGONAL.assign(entry=[0.73, 2.17])).price(market()))
    position = one.position
    assert position is not None
    assert position.units.tolist() == [-2000.0, 2000.0]
    assert position.option.strike.tolist() == [27.0, 24.0]
    assert position.cost == pytest.approx(2000 * (2.17 - 0.73))
    assert (one.entry_source, one.status, one.key) == ("entry", "ok", "MIU-1")
    assert one.names["strategy"] == "bull call diagonal"
    assert [f"{day:%Y-%m-%d}" for day in one.days.values()] == [NEAR, FAR]
    assert position.delivers is not None
    assert position.delivers.all()


def test_without_an_entry_the_value_now_is_the_cost() -> None:
    """So that today's profit at today's spot is zero."""
    (one,) = laid(Book.of(DIAGONAL).price(market()))
    assert one.entry_source == "model"
    assert one.position is not None
    assert one.position.profit(np.array([24.24]), 0.0) == pytest.approx([0.0], abs=1e-6)


def test_a_net_price_is_the_cost() -> None:
    """It wins over entries, as everywhere."""
    (one,) = laid(Book.of(DIAGONAL.assign(net_price=1.5)).price(market()))
    assert one.position is not None
    assert one.position.cost == pytest.approx(2 * 1000 * 1.5)


def test_all_legs_of_an_underlying_in_one() -> None:
    """Two strategies, four legs, one cost."""
    rows = pd.concat(
        [DIAGONAL, xiaomi((1, "put", 24, NEAR), (-1, "put", 22, NEAR), group="b", multiplier=1000)]
    )
    (one,) = laid(Book.of(rows.reset_index(drop=True)).price(market()), by="underlying")
    assert one.position is not None
    assert len(one.position.units) == 4
    assert (one.key, one.names["strategy"], one.in_percent) == ("MIU", "", False)


def two_underlyings() -> Valuation:
    """Value a call on a stock at 50 in dollars beside Xiaomi."""
    other = pd.DataFrame(
        {
            "underlying": ["ABC"],
            "kind": ["call"],
            "strike": [55.0],
            "expiry": [NEAR],
            "quantity": [3],
            "currency": "USD",
        }
    )
    quotes = [
        {"underlying": "MIU", "spot": 24.24, "vol": 0.43, "rate": 0.027},
        {"underlying": "ABC", "spot": 50.0, "vol": 0.30, "rate": 0.04},
        {"underlying": "USDHKD", "spot": 7.8},
    ]
    table = pd.concat([DIAGONAL, other], ignore_index=True).assign(group="")
    return Book.of(table).price(Market(quote_table(quotes)).at("2026-10-02"))


def test_a_book_of_two_underlyings_hangs_on_percent() -> None:
    """A strike of 55 on 50 is 110 percent, units are in money, converted."""
    valued = two_underlyings()
    (one,) = laid(valued, by="book", currency="HKD")
    assert one.in_percent
    assert one.position is not None
    assert one.position.spot == pytest.approx(100.0)
    assert 110.0 in one.position.option.strike.round(9)
    now = one.position.worth(np.array([100.0]), 0.0)
    assert now == pytest.approx(valued.greeks(currency="HKD")["value"].to_numpy())


def test_two_currencies_need_a_word() -> None:
    """Without it money can't be added."""
    (one,) = laid(two_underlyings(), by="book")
    assert (one.status, one.position) == ("two_currencies", None)


def test_a_leg_without_a_price_is_the_status() -> None:
    """No volatility from anywhere."""
    (one,) = laid(Book.of(DIAGONAL).price(Market.of(as_of="2026-10-02", spot=24.24)))
    assert (one.status, one.position) == ("no_vol", None)


def test_a_leg_that_is_over_keeps_its_value() -> None:
    """A near leg that expired today moves no more; the far one does."""
    (one,) = laid(Book.of(DIAGONAL).price(market(as_of=NEAR, spot=28.0)))
    assert one.position is not None
    assert one.position.settled == pytest.approx(-2000 * (28.0 - 27.0))
    assert one.position.option.strike.tolist() == [24.0]


def test_what_is_all_over_has_no_payoff() -> None:
    """Settled at a price of an earlier day."""
    seen = market(as_of="2027-01-04").override(settle={"MIU": 25.0})
    (one,) = laid(Book.of(DIAGONAL).price(seen))
    assert (one.status, one.position) == ("nothing_left", None)


def test_two_spots_of_one_underlying_are_refused() -> None:
    """A leg has its own, another none."""
    quoted = Market(quote_table([{"underlying": "MIU", "spot": 24.24, "vol": 0.43}])).at("2026-10-02")
    (one,) = laid(Book.of(DIAGONAL.assign(spot=[24.0, np.nan])).price(quoted))
    assert one.status == "mixed_spots"


def test_smiles_are_the_chain_s_or_the_legs_own() -> None:
    """By the years of the expiry; only the chain's are listed."""
    valued = Book.of(DIAGONAL).price(market())
    near, far = valued.legs["expiry"]
    smiles = pd.DataFrame(
        {"underlying": "MIU", "expiry": [near] * 2, "strike": [22.0, 27.0], "vol": [0.45, 0.42]}
    )
    (one,) = laid(valued, smiles)
    assert one.position is not None
    first, last = one.position.skews
    assert first is not None
    assert last is not None
    assert first.is_listed
    assert first.vols.tolist() == [0.45, 0.42]
    assert not last.is_listed
    assert last.vols == pytest.approx([0.43])
    assert far > near


def test_the_day_that_is_asked_for_lies_at_the_close() -> None:
    """In years from as_of; cash is in no position, and one strategy can be chosen."""
    import datetime as dt

    rows = pd.concat([DIAGONAL, xiaomi((5000, "cash"))], ignore_index=True)
    (one,) = laid(Book.of(rows).price(market()), on=dt.date(2026, 10, 9), strategy_id="MIU-1")
    assert one.on == pytest.approx(7 / 365)
    assert laid(Book.of(rows).price(market()), strategy_id="MIU-9") == []


def test_a_near_call_that_was_delivered_today_leaves_shares_if_the_rest_is_held() -> None:
    """Short stock at 27 beside the far call: it gains down to zero, and not without limit above."""
    valued = Book.of(DIAGONAL.assign(entry=[0.73, 2.17])).price(market(as_of=NEAR, spot=28.0))
    (one,) = laid(valued, after="held")
    assert one.position is not None
    assert one.contracts == ["30DEC26 24C", "shares of 27NOV26 27C"]
    assert one.position.units.tolist() == [2000.0, -2000.0]
    assert one.position.settled == pytest.approx(2000 * 27.0)
    years = one.position.expiries[-1]
    paid = 2000 * (2.17 - 0.73)
    assert one.position.profit(np.array([0.0, 24.0, 40.0]), years) == pytest.approx(
        [2000 * 27.0 - paid, 2000 * 3.0 - paid, 2000 * 3.0 - paid]
    )


def test_equal_contracts_of_an_underlying_are_one_leg() -> None:
    """Two strategies with the same call: its units add up."""
    rows = pd.concat([DIAGONAL, DIAGONAL.assign(group="b")], ignore_index=True)
    (one,) = laid(Book.of(rows).price(market()), by="underlying")
    assert one.position is not None
    assert one.position.units.tolist() == [-4000.0, 4000.0]
    assert one.contracts == ["27NOV26 27C", "30DEC26 24C"]


def test_smiles_are_taken_in_percent_too() -> None:
    """On an axis of several underlyings the strikes of a smile are in percent of spot, as the legs' are."""
    (one,) = laid(two_underlyings(), by="book", currency="HKD", sticky="moneyness")
    assert one.position is not None
    for place, skew in enumerate(one.position.skews):
        assert skew is not None
        assert skew.strikes == pytest.approx([one.position.option.strike[place]])


def test_a_stock_is_paid_its_cash_dividends() -> None:
    """Short stock pays them."""
    for quantity in (100, -100):
        stock = xiaomi((quantity, "stock"), entry=24.0)
        valued = Book.of(stock).price(market(dividends={"MIU": [("2026-10-20", 0.5)]}))
        (one,) = laid(valued)
        assert one.position is not None
        assert one.position.profit(np.array([24.0]), 30 / 365) == pytest.approx([quantity * 0.5])
        assert one.position.profit(np.array([24.0]), 10 / 365) == pytest.approx([0.0])
