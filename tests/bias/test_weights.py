"""What each strategy counts for: sizes, money in two currencies, and published premium-weighted shares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import NEAR, valued
from optlab.bias import percents
from optlab.bias.weights import WEIGHTS, add_weights, weigh, weight_column
from optlab.market import Market

PUBLISHED = {
    "first": (445, 315, 59, 41),
    "second": (7_700, 3_300, 70, 30),
    "third": (228, 19, 92, 8),
    "fourth": (133, 8, 94, 6),
}
"""Thousands of premium in bullish and in bearish options on 20 March 2019, and the shares as they were printed."""


def test_published_premium_weighted_shares() -> None:
    """Calls bought for 445K and puts for 315K are 59% bullish and 41% bearish, and so on."""
    legs = [
        leg for calls, puts, *_ in PUBLISHED.values() for leg in ((calls, "call", 24, NEAR), (puts, "put", 24, NEAR))
    ]  # fmt: skip
    accounts = [name for name in PUBLISHED for _ in range(2)]
    book = valued(*legs, account=accounts, group=list("ab") * 4, entry=1.0)
    shares = book.bias(weight="premium", by="account").shares.set_index("scope").drop(index="book")
    shown = {
        name: tuple(percents(row[["bullish", "bearish"]].to_dict()).values())
        for name, row in shares.iterrows()
    }
    assert shown == {name: (bullish, bearish) for name, (*_, bullish, bearish) in PUBLISHED.items()}
    assert shares["n"].tolist() == [2, 2, 2, 2]


def sized(**columns: Any) -> pd.DataFrame:  # noqa: ANN401 - any column
    """Make two strategies with sizes, and what is named."""
    ordinary = {
        "contracts": [2.0, 6.0],
        "premium_cash": [1000.0, -3000.0],
        "delta_cash": [-500.0, 1500.0],
        "vega": [-10.0, 40.0],
        "currency": "HKD",
    }
    return pd.DataFrame({**ordinary, **columns})


NO_RATES = Market.of(as_of="2026-10-02")
RATES = Market.of(as_of="2026-10-02", spot={"USDHKD": 8.0})


def test_a_weight_is_the_size_of_its_number() -> None:
    """A credit counts as much as a debit."""
    weighed = add_weights(sized(), NO_RATES)
    assert {name: weighed[weight_column(name)].tolist() for name in WEIGHTS} == {
        "count": [1.0, 1.0],
        "contracts": [2.0, 6.0],
        "premium": [1000.0, 3000.0],
        "delta": [500.0, 1500.0],
        "vega": [10.0, 40.0],
    }


@pytest.mark.parametrize("weight", WEIGHTS)
def test_one_currency_needs_no_exchange_rate(weight: str) -> None:
    weighed = add_weights(sized(currency="USD"), NO_RATES)
    amounts, reason = weigh(weighed, weight)
    assert (amounts.tolist(), reason) == (weighed[weight_column(weight)].tolist(), "")


@pytest.mark.parametrize("weight", ["premium", "delta", "vega"])
def test_money_in_two_currencies_is_added_in_the_one_of_most_strategies(weight: str) -> None:
    """Two strategies in HKD and one in USD at 8.00."""
    table = pd.concat([sized(), sized(currency="USD").iloc[:1]], ignore_index=True)
    weighed = add_weights(table, RATES)
    plain = weighed[weight_column(weight)].to_numpy()
    amounts, reason = weigh(weighed, weight)
    assert (amounts.tolist(), reason) == ([plain[0], plain[1], 8 * plain[2]], "")


def test_the_currency_can_be_chosen() -> None:
    """In USD the same shares."""
    table = sized(currency=["HKD", "USD"])
    in_hkd, in_usd = (
        weigh(add_weights(table, RATES, currency=code), "premium")[0] for code in ("HKD", "usd")
    )
    assert in_hkd.tolist() == [1000.0, 24_000.0]
    assert (8 * in_usd).tolist() == in_hkd.tolist()


@pytest.mark.parametrize("weight", ["premium", "delta", "vega"])
def test_without_an_exchange_rate_money_in_two_currencies_is_not_added(weight: str) -> None:
    """The reason names the currency that lacks one."""
    amounts, reason = weigh(add_weights(sized(currency=["HKD", "USD"]), NO_RATES), weight)
    assert (amounts.tolist(), reason) == ([0.0, 0.0], "no exchange rate for USD")


@pytest.mark.parametrize("weight", ["count", "contracts"])
def test_strategies_and_contracts_are_counted_in_any_currency(weight: str) -> None:
    weighed = add_weights(sized(currency=["HKD", "USD"]), NO_RATES)
    amounts, reason = weigh(weighed, weight)
    assert (amounts.tolist(), reason) == (weighed[weight_column(weight)].tolist(), "")


def test_a_tie_of_currencies_goes_to_the_first_of_the_alphabet() -> None:
    """Whatever comes first in the book."""
    for order in (["USD", "HKD"], ["HKD", "USD"]):
        factors = add_weights(sized(currency=order), RATES)["to_one_currency"]
        assert dict(zip(order, factors, strict=True)) == {"HKD": 1.0, "USD": 8.0}


def test_what_is_not_known_counts_for_nothing() -> None:
    weighed = add_weights(sized(premium_cash=[math.nan, 3.0]), NO_RATES)
    assert np.isnan(weighed["by_premium"][0])
    assert weigh(weighed, "premium")[0].tolist() == [0.0, 3.0]


@pytest.mark.parametrize("nothing", [0.0, math.nan])
def test_a_total_of_zero_is_no_weight(nothing: float) -> None:
    assert weigh(add_weights(sized(vega=nothing), NO_RATES), "vega")[1] == "no weight"


def test_no_strategies_have_no_weight() -> None:
    assert weigh(add_weights(sized(), NO_RATES).iloc[:0], "count")[1] == "no weight"


def test_stock_has_no_contracts_no_premium_and_no_vega() -> None:
    """Its share of those is empty, and the headline says so."""
    lean = valued((500, "stock"), group="g").bias(weight="premium")
    assert lean.shares["reason"].tolist() == ["no weight"]
    assert lean.headline == "MIU: no share by premium: no weight"
    reasons = lean.stability.drop_duplicates("weight").set_index("weight")["reason"].to_dict()
    assert reasons == {
        "count": "",
        "delta": "",
        **dict.fromkeys(("contracts", "premium", "vega"), "no weight"),
    }


def test_a_package_that_pays_for_itself_weighs_nothing_whatever_the_rounding() -> None:
    """A call for 0.30 paid by calls sold for 0.10 and 0.20: in doubles that leaves 3e-17, and no share."""
    legs = [(1, "call", 24, NEAR), (-1, "call", 27, NEAR), (-1, "call", 26, NEAR)]
    lean = valued(*legs, group="g", entry=[0.3, 0.1, 0.2]).bias(weight="premium")
    assert lean.strategies["premium_view"].tolist() == ["self-financing"]
    assert lean.strategies["premium_cash"].tolist() == pytest.approx([0.0], abs=1e-9)
    assert lean.shares["reason"].tolist() == ["no weight"]
