"""Dividends beside legs, and what strategies over an ex-date can be expected to move, against integration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from optlab.book import Book, Valuation
from optlab.carry import dividends_ahead
from optlab.exposure import horizons, packages_of, with_cash
from optlab.market import Market
from optlab.pricing.dividends import DividendModel, Dividends, prices

SPOT, RATE, VOL = 250.0, 0.04, 0.3
SIGNS = {"call": 1.0, "put": -1.0}


def valued(kind: str, near: float, far: float, day: str, model: DividendModel = "spot") -> Valuation:
    """Price a short November and a long March option with 5.00 paid on a day in between."""
    legs = pd.DataFrame(
        [(-1, kind, near, "2026-11-20"), (1, kind, far, "2027-03-19")],
        columns=["quantity", "kind", "strike", "expiry"],
    ).assign(underlying="AAPL", currency="USD", group="g", multiplier=1, style="american")
    market = Market.of(as_of="2026-10-02", spot=SPOT, vol=VOL, rate=RATE)
    return Book.of(legs).price(market.with_dividends({"AAPL": [(day, 5.0)]}), dividend_model=model)


CASES = [
    ("put", 270.0, 270.0, "2026-12-09"),
    ("call", 230.0, 230.0, "2027-01-10"),
    ("put", 230.0, 270.0, "2026-12-09"),
    ("call", 260.0, 230.0, "2027-01-10"),
]


@pytest.mark.parametrize("model", ["spot", "escrowed"])
@pytest.mark.parametrize(("kind", "near", "far", "day"), CASES)
def test_moves_over_an_ex_date_are_what_american_prices_integrate_to(
    kind: str, near: float, far: float, day: str, model: DividendModel
) -> None:
    """Every spot at the horizon priced by a grid of its own, dividend and exercise included: to 0.001."""
    priced = valued(kind, near, far, day, model)
    horizon, expiry = priced.legs["years"]
    ex_date = float(dividends_ahead(priced.legs, priced.market).years[1, 0]) - horizon
    z = np.linspace(-5.0, 5.0, 401)
    deviation, F = VOL * np.sqrt(horizon), SPOT * np.exp(RATE * horizon)
    S = np.append(F * np.exp(deviation * z - 0.5 * deviation**2), F)
    paid = Dividends(np.array([ex_date]), np.array([5.0]))
    sign = SIGNS[kind]
    later = prices(sign, S, far, expiry - horizon, RATE, 0.0, VOL, paid, model=model, american=True)
    worth = later - np.maximum(sign * (S - near), 0.0)
    gain, weight = worth[:-1] - worth[-1], norm.pdf(z) * (z[1] - z[0])
    move = (weight * np.abs(gain)).sum()
    row = priced.bias().strategies.iloc[0]
    assert row["expected_move"] == pytest.approx(move, rel=1e-3)
    assert row["scenario_lean"] == pytest.approx((weight * gain * np.sign(S[:-1] - F)).sum() / move, abs=2e-3)


def test_dividends_lie_beside_the_legs_that_are_priced_with_them() -> None:
    """Only the March leg lives on the ex-date; its own yield stays none, and the one that the cash amounts to is not."""
    priced = valued(*CASES[0])
    legs = with_cash(priced.legs, dividends_ahead(priced.legs, priced.market))
    ((length, part),) = horizons(legs)
    laid = packages_of(part, length)
    assert laid.is_paid.sum() == 1
    assert laid.amounts[laid.is_paid].tolist() == [[5.0]]
    assert laid.own_yield[laid.is_paid].tolist() == [0.0]
    assert laid.dividend_yield[laid.is_paid][0] > 0.05
    assert laid.exercisable[laid.is_paid].all()


def test_nothing_is_laid_beside_legs_without_dividends() -> None:
    legs = valued(*CASES[0][:3], "2028-01-03").legs
    assert with_cash(legs, Dividends(*np.zeros((2, len(legs), 1)))) is legs
