"""Totals: what may be added and what may not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.errors import MarketDataError, PricingError
from optlab.market import Market, quote_table

MIXED = pd.concat(
    [
        xiaomi((2, "call", 24, NEAR), (-2, "call", 27, FAR), (1000, "stock"), entry=1.0),
        pd.DataFrame({"underlying": "SPY", "kind": ["put", "stock"], "strike": [640, np.nan], "expiry": [NEAR, None],
                      "quantity": [-1, 10], "currency": "USD", "entry": [5.0, 650.0]}),
    ]
)  # fmt: skip
QUOTES = Market(
    quote_table(
        [
            {"underlying": "MIU", "spot": 24.24, "vol": 0.43, "rate": 0.027, "beta": 0.5, "currency": "HKD"},
            {"underlying": "SPY", "spot": 668.0, "vol": 0.16, "rate": 0.0375, "currency": "USD"},
            {"underlying": "USDHKD", "spot": 7.8},
        ]
    ),
    dt.date(2026, 10, 2),
)
TOTALS = ["value", "cost", "profit", "delta_cash", "gamma_cash", "vega", "theta", "rho"]


def mixed() -> ol.Valuation:
    """Price a book in two currencies."""
    return ol.Book.of(MIXED).price(QUOTES)


def test_currencies_stay_apart() -> None:
    assert mixed().greeks()["currency"].tolist() == ["HKD", "USD"]


def test_the_parts_add_up_to_the_whole() -> None:
    """By underlying and kind, summed again, is the total per currency."""
    parts = mixed().greeks(by=["underlying", "kind"]).groupby("currency")[TOTALS].sum()
    whole = mixed().greeks().set_index("currency")[TOTALS]
    pd.testing.assert_frame_equal(parts, whole, rtol=1e-12)


def test_conversion_multiplies_every_amount() -> None:
    apart = mixed().greeks().set_index("currency")[TOTALS]
    together = mixed().greeks(currency="HKD").iloc[0]
    for name in TOTALS:
        assert together[name] == pytest.approx(apart[name]["HKD"] + 7.8 * apart[name]["USD"], rel=1e-12)
    assert together["currency"] == "HKD"


def test_conversion_without_a_rate_is_refused() -> None:
    with pytest.raises(
        MarketDataError, match=r"no exchange rate from HKD to EUR\. Fix: add the row underlying=HKDEUR"
    ):
        mixed().greeks(currency="EUR")


def test_cash_greeks_are_as_defined() -> None:
    """Delta cash = delta x spot, gamma cash = gamma x spot^2 / 100."""
    legs = mixed().legs
    total = mixed().greeks(by="underlying").set_index("underlying").loc["MIU"]
    mine = legs[legs["underlying"] == "MIU"]
    assert total["delta_cash"] == pytest.approx((mine["delta"] * 24.24).sum())
    assert total["gamma_cash"] == pytest.approx((mine["gamma"] * 24.24**2 / 100).sum())


def test_shares_of_different_companies_are_not_added() -> None:
    """Delta in units is empty over two underlyings, and full within one."""
    assert mixed().greeks(currency="USD")[["delta", "gamma"]].isna().all(axis=None)
    assert mixed().greeks(by="underlying")[["delta", "gamma"]].notna().all(axis=None)


def test_a_missing_entry_empties_profit_and_is_counted() -> None:
    total = valued((1, "call", 24, NEAR), (1, "call", 27, NEAR), entry=[1.0, np.nan]).greeks().iloc[0]
    assert np.isnan(total["cost"])
    assert np.isnan(total["profit"])
    assert total["no_entry"] == 1


def test_what_has_no_price_is_counted_and_in_no_sum() -> None:
    both = valued((1, "call", 24, NEAR), (1, "call", 24, "2026-09-29"), entry=1.0).greeks().iloc[0]
    alone = valued((1, "call", 24, NEAR), entry=1.0).greeks().iloc[0]
    assert (both["leg_count"], both["unpriced"]) == (2, 1)
    assert both[TOTALS].tolist() == alone[TOTALS].tolist()


def test_by_expiry_keeps_stock_in_a_row_of_its_own() -> None:
    totals = mixed().greeks(by="expiry")
    assert totals["expiry"].isna().sum() == 2
    assert totals["leg_count"].sum() == 5


def test_beta_weighted_delta_is_beta_times_delta_cash_over_the_index() -> None:
    """Xiaomi's dollars of Hong Kong become dollars first; the index itself has beta one."""
    totals = mixed().greeks(by="underlying", beta_to="SPY").set_index("underlying")
    assert totals["beta_delta"]["MIU"] == pytest.approx(0.5 * totals["delta_cash"]["MIU"] / 7.8 / 668.0)
    assert totals["beta_delta"]["SPY"] == pytest.approx(totals["delta"]["SPY"])


def test_a_missing_beta_is_never_one() -> None:
    """It empties the sum and is named."""
    quotes = Market(QUOTES.quotes.assign(beta=np.nan), QUOTES.as_of)
    valuation = ol.Book.of(MIXED).price(quotes)
    assert np.isnan(valuation.greeks(currency="USD", beta_to="SPY")["beta_delta"][0])
    assert valuation.missing_betas("SPY") == ("MIU",)


def test_an_index_without_a_price_is_refused() -> None:
    with pytest.raises(
        MarketDataError,
        match=r"no price of the index HSI\. Fix: add it to the market, or say --spot HSI=PRICE",
    ):
        mixed().greeks(beta_to="HSI")


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(PricingError, match=r"can't total by sector\. Fix: total by columns"):
        mixed().greeks(by="sector")


def test_the_order_of_rows_does_not_matter() -> None:
    shuffled = ol.Book.of(MIXED.sample(frac=1, random_state=1)).price(QUOTES)
    pd.testing.assert_frame_equal(
        shuffled.greeks(by=["underlying", "kind"]), mixed().greeks(by=["underlying", "kind"]), rtol=1e-12
    )


def test_an_expired_market_still_totals() -> None:
    """A book whose legs are all unpriced has empty sums, not zeros."""
    total = ol.Book.of(xiaomi((1, "call", 24, NEAR))).price(market(spot=None)).greeks().iloc[0]
    assert np.isnan(total["value"])
    assert total["unpriced"] == 1


def test_a_net_price_is_the_package_s_cost() -> None:
    """Three lots at a debit of 0.80 on a thousand shares cost 2,400; the legs' own entries don't count."""
    legs = [(3, "call", 24, NEAR), (-3, "call", 27, FAR)]
    for entry in (np.nan, 1.0):
        total = valued(*legs, group="g", net_price=0.8, entry=entry).greeks(by="strategy_id").iloc[0]
        assert total["cost"] == pytest.approx(2400)
        assert total["profit"] == pytest.approx(total["value"] - 2400)
        assert total["no_entry"] == 0


def test_a_net_price_can_t_be_parted() -> None:
    """By expiry the package falls apart, and its legs have no entry of their own."""
    totals = valued((3, "call", 24, NEAR), (-3, "call", 27, FAR), group="g", net_price=0.8).greeks(
        by="expiry"
    )
    assert totals["cost"].isna().all()
    assert totals["no_entry"].tolist() == [1, 1]


def test_partial_fills_cost_what_one_order_costs() -> None:
    """Two fills of one lot at a net 0.80 are two lots."""
    legs = [(1, "call", 24, NEAR), (-1, "call", 27, NEAR)] * 2
    assert valued(*legs, group="g", net_price=0.8).greeks()["cost"][0] == pytest.approx(1600)


def test_a_net_price_may_stand_on_one_row() -> None:
    """The first leg's row states it, as brokers print packages; the ratio makes it two lots."""
    legs = [(4, "call", 24, NEAR), (-2, "call", 27, NEAR)]
    total = valued(*legs, group="g", net_price=[5.0, np.nan], entry=[4.0, np.nan]).greeks().iloc[0]
    assert (total["cost"], total["no_entry"]) == (pytest.approx(10_000), 0)


def test_a_package_with_an_unpriced_leg_has_no_cost_and_no_profit() -> None:
    """Its net price is for the whole, and the value for a part."""
    legs = xiaomi((1, "call", 24, NEAR), (-1, "call", 27, FAR), group="g", net_price=0.8, iv=[None, 0.4])
    total = ol.Book.of(legs).price(market(vol=None)).greeks().iloc[0]
    assert np.isnan(total["cost"])
    assert np.isnan(total["profit"])
    assert (total["unpriced"], total["no_entry"]) == (1, 1)


def test_an_index_of_unknown_currency_is_refused_for_a_book_in_two() -> None:
    legs = MIXED.assign(underlying=MIXED["underlying"].replace("SPY", "T"))
    quotes = QUOTES.override(spot={"IDX": 500.0, "T": 20.0})
    with pytest.raises(
        MarketDataError, match="the currency of the index IDX is not known, and the book has HKD, USD"
    ):
        ol.Book.of(legs).price(quotes).greeks(currency="USD", beta_to="IDX")


def test_a_net_price_is_not_charged_to_a_part_of_its_group() -> None:
    """A group over two underlyings, and one that lost a leg, have no cost but their entries."""
    legs = xiaomi((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="g", net_price=0.8)
    split = ol.Book.of(legs.assign(underlying=["MIU", "TCH"])).price(market())
    assert split.greeks(by="underlying")["cost"].isna().all()


def test_a_net_price_of_a_closed_package_is_no_cost() -> None:
    """What nets to nothing has no lots to count."""
    closed = valued((10, "call", 24, NEAR), (-10, "call", 24, NEAR), group="g", net_price=0.79)
    assert np.isnan(closed.greeks()["cost"][0])
