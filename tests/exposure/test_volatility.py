"""The volatility ratio: vegas at the money against py_vollib, and what the ratio is of simple positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import AS_OF, FAR, NEAR, valued
from optlab.exposure.volatility import _vega_at_the_money, vega_ratios
from optlab.pricing import reference

YEARS = 56 / 365
FORWARD = 24.24 * np.exp(0.027 * YEARS)


def ratios(groups: dict[str, list[tuple[Any, ...]]]) -> pd.DataFrame:
    """Return the ratios of groups of Xiaomi legs."""
    rows = [leg for legs in groups.values() for leg in legs]
    group = [name for name, legs in groups.items() for _ in legs]
    legs = valued(*rows, group=group, style="european").legs
    found = vega_ratios(legs)
    names = legs.drop_duplicates("strategy_id").set_index("strategy_id")["group"]
    return found.set_axis(names.loc[found.index])


def test_the_vega_at_the_money_is_py_vollib_s_of_an_option_struck_at_the_forward() -> None:
    """Vols from 5% to 200%, a week to five years, rates and yields of both signs."""
    options = pd.DataFrame(
        {
            "spot": [24.24, 100.0, 6.6, 5000.0, 24.24],
            "years": [7 / 365, 0.5, 2.0, 5.0, 56 / 365],
            "rate": [0.027, 0.065, -0.01, 0.03, 0.0],
            "dividend_yield": [0.0, 0.065, 0.02, -0.01, 0.0],
            "vol": [0.43, 0.16, 2.0, 0.05, 0.8],
        }
    )
    forward = options["spot"] * np.exp((options["rate"] - options["dividend_yield"]) * options["years"])
    columns = [options[name].to_numpy() for name in ("years", "rate", "dividend_yield", "vol")]
    theirs = reference.evaluate(1, options["spot"].to_numpy(), forward.to_numpy(), *columns).vega
    assert _vega_at_the_money(options).tolist() == pytest.approx(theirs.tolist(), rel=1e-10)


def test_at_the_money_is_at_the_forward_after_cash_dividends() -> None:
    """0.80 is paid before the first expires: py_vollib with the yield that has the same forward. The second pays none."""
    years, rate = 0.5, 0.03
    forward = (24.24 - 0.8) * np.exp(rate * years)
    implied = rate - np.log(forward / 24.24) / years
    options = pd.DataFrame(
        {"spot": 24.24, "years": years, "rate": rate, "dividend_yield": 0.0, "vol": 0.43}, index=[0, 1]
    ).assign(forward=forward, dividend_model=["escrowed", ""])
    theirs = [
        reference.evaluate(1, 24.24, 24.24 * np.exp((rate - q) * years), years, rate, q, 0.43).vega.item()
        for q in (implied, 0.0)
    ]
    assert _vega_at_the_money(options).tolist() == pytest.approx(theirs, rel=1e-10)


def test_what_expires_now_or_has_no_vol_has_no_vega() -> None:
    options = pd.DataFrame(
        {"spot": 24.24, "years": [0.0, -0.1, 1.0], "dividend_yield": 0.0, "vol": [0.4, 0.4, np.nan]}
    )
    assert _vega_at_the_money(options).tolist() == [0.0, 0.0, 0.0]


def test_options_at_the_forward_have_a_ratio_of_one() -> None:
    """Long and short, one leg and two, whatever the lots."""
    found = ratios(
        {
            "straddle": [(1, "call", FORWARD, NEAR), (1, "put", FORWARD, NEAR)],
            "short straddle": [(-3, "call", FORWARD, NEAR), (-3, "put", FORWARD, NEAR)],
            "call": [(7, "call", FORWARD, NEAR)],
        }
    )
    assert found["vega_ratio"].tolist() == pytest.approx([1.0, -1.0, 1.0], rel=1e-9)


def test_a_call_and_a_put_of_one_strike_say_the_same() -> None:
    """So do the two sides of a synthetic, which cancel: nothing is left."""
    found = ratios(
        {
            "call": [(1, "call", 27, NEAR)],
            "put": [(1, "put", 27, NEAR)],
            "synthetic": [(1, "call", 27, NEAR), (-1, "put", 27, NEAR)],
        }
    )
    assert found["vega_ratio"]["call"] == pytest.approx(found["vega_ratio"]["put"], rel=1e-12)
    assert found["vega_ratio"]["synthetic"] == pytest.approx(0.0, abs=1e-12)
    assert found["has_vega"].tolist() == [True, True, False]


def test_near_options_count_for_more_by_the_root_of_time() -> None:
    """A spread of 27 against 24.24 over two expiries by hand: vega w / vegaATM w, w = sqrt(30 / days)."""
    legs = [(-1.0, 56, 24.24), (1.0, 89, 27.0)]
    weight = [np.sqrt(30 / days) for _, days, _ in legs]
    vega, at_the_money = (
        [
            reference.evaluate(1, 24.24, strike, days / 365, 0.027, 0.0, 0.43).vega.item()
            for _, days, strike in [(0, days, strike or 24.24 * np.exp(0.027 * days / 365)) for days, strike in of]
        ]
        for of in ([(56, 24.24), (89, 27.0)], [(56, None), (89, None)])
    )  # fmt: skip
    expected = (vega[1] * weight[1] - vega[0] * weight[0]) / sum(np.array(at_the_money) * weight)
    found = ratios({"g": [(-1, "call", 24.24, NEAR), (1, "call", 27, FAR)]})
    assert found["vega_ratio"]["g"] == pytest.approx(expected, rel=1e-9)


def test_contracts_bought_and_sold_in_one_strategy_are_netted_first() -> None:
    """Three bought and one sold of one call are two bought."""
    found = ratios(
        {
            "fills": [(3, "call", 24, NEAR), (-1, "call", 24, NEAR), (-2, "call", 27, NEAR)],
            "net": [(2, "call", 24, NEAR), (-2, "call", 27, NEAR)],
        }
    )
    assert found["vega_ratio"]["fills"] == pytest.approx(found["vega_ratio"]["net"], rel=1e-12)


@pytest.mark.parametrize("leg", [(1000, "stock"), (1, "call", 20, AS_OF)], ids=["stock", "expires now"])
def test_without_vega_the_ratio_is_zero(leg: tuple[Any, ...]) -> None:
    found = ratios({"g": [leg]})
    assert found.to_numpy().tolist() == [[0.0, False]]


def test_stock_beside_options_changes_no_ratio() -> None:
    """A covered call is as short volatility as its call."""
    found = ratios({"covered": [(1000, "stock"), (-1, "call", 27, NEAR)], "naked": [(-1, "call", 27, NEAR)]})
    assert found["vega_ratio"]["covered"] == found["vega_ratio"]["naked"]
