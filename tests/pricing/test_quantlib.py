"""The second opinion itself: that its clock changes nothing, its units, and where it has no answer."""

from __future__ import annotations

import sys
from typing import Literal

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 # its own documentation says ql

from optlab.pricing import black_scholes, quantlib
from optlab.pricing.black_scholes import Greeks
from optlab.pricing.dividends import Dividends

NONE = Dividends(np.zeros((1, 0)), np.zeros((1, 0)))
TODAY = ql.Date(2, 10, 2026)


def asked(
    sign: float,
    strike: float,
    days: float,
    dividends: Dividends = NONE,
    *,
    model: Literal["spot", "escrowed"] = "spot",
    american: bool = True,
    rate: float = 0.05,
    dividend_yield: float = 0.01,
    vol: float = 0.3,
) -> Greeks:
    """Ask about one option on a spot of 100."""
    inputs = ([sign], [100.0], [strike], [days / 365], [rate], [dividend_yield], [vol])
    return quantlib.evaluate(*inputs, dividends, model=model, american=[american])


def process_of_days(rate: float = 0.05, dividend_yield: float = 0.01) -> ql.BlackScholesMertonProcess:
    """Return QuantLib's process as its manual has it, in real days, on a spot of 100 with a vol of 30%."""
    day_count = ql.Actual365Fixed()
    return ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(100.0)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, dividend_yield, day_count)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, day_count)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), 0.3, day_count)),
    )


def option_of_days(strike: float, days: int) -> ql.VanillaOption:
    """Return an American put that expires so many real days from now."""
    payoff = ql.PlainVanillaPayoff(ql.Option.Put, strike)
    return ql.VanillaOption(payoff, ql.AmericanExercise(TODAY, TODAY + days))


@pytest.mark.parametrize("strike", [90.0, 100.0, 115.0])
def test_the_long_clock_changes_no_price(strike: float) -> None:
    """A put of 180 days is worth the same in real days, where QuantLib can count those."""
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = TODAY
        put = option_of_days(strike, 180)
        scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
        put.setPricingEngine(ql.QdFpAmericanEngine(process_of_days(), scheme))
        expected = put.NPV()
    assert expected > 1
    assert asked(-1, strike, 180).price == pytest.approx([expected], abs=1e-7)


@pytest.mark.parametrize("model", ["spot", "escrowed"])
def test_the_long_clock_changes_no_price_with_dividends(model: Literal["spot", "escrowed"]) -> None:
    """Dividends on days 60 and 151 of 180: in real days the same, but for the grid's own error."""
    engine = ql.FdBlackScholesVanillaEngine
    kind = {"spot": engine.Spot, "escrowed": engine.Escrowed}[model]
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = TODAY
        put = option_of_days(100.0, 180)
        paid = ql.DividendVector([TODAY + 60, TODAY + 151], [1.5, 1.5])
        scheme, tail = ql.FdmSchemeDesc.TrBDF2(), (False, -1.0, kind)
        put.setPricingEngine(engine(process_of_days(), paid, *quantlib.GRID, 0, scheme, *tail))
        expected = put.NPV()
    dividends = Dividends(np.array([[60, 151]]) / 365, np.array([[1.5, 1.5]]))
    found = asked(-1, 100.0, 180, dividends, model=model).price
    assert expected > asked(-1, 100.0, 180).price[0] + 0.5
    assert found == pytest.approx([expected], abs=1e-4)


def test_units_are_those_of_black_scholes() -> None:
    """A call without yield is never exercised early: its greeks are Black-Scholes's, by bumps."""
    found = asked(1, 105.0, 100, dividend_yield=0.0)
    expected = black_scholes.evaluate(1, 100, [105.0], 100 / 365, 0.05, 0.0, 0.3)
    for name in Greeks._fields:
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=2e-4), name


def test_units_with_dividends() -> None:
    """A European escrowed call is Black-Scholes's at 100 less what the dividends are worth; rho and theta have more."""
    dividends = Dividends(np.array([[0.1, 0.2, 0.9]]), np.array([[1.0, 2.0, 50.0]]))
    found = asked(1, 95.0, 100, dividends, model="escrowed", american=False)
    carry = 0.05 - 0.01
    worth = 1.0 * np.exp(-carry * 0.1) + 2.0 * np.exp(-carry * 0.2)
    expected = black_scholes.evaluate(1, 100 - worth, [95.0], 100 / 365, 0.05, 0.01, 0.3)
    for name in ("price", "delta", "gamma", "vega"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-4), name
    slope = expected.delta[0]
    assert found.theta[0] == pytest.approx(expected.theta[0] - slope * carry * worth / 365, rel=1e-3)
    later = 0.1 * 1.0 * np.exp(-carry * 0.1) + 0.2 * 2.0 * np.exp(-carry * 0.2)
    assert found.rho[0] == pytest.approx(expected.rho[0] + slope * later / 100, rel=1e-3)


def test_hours_and_seconds_count() -> None:
    """Half an hour is not rounded to a day: at the money it is worth 0.4 standard deviations of spot."""
    found = asked(-1, 100.0, 1 / 48, rate=0.01, dividend_yield=0.0)
    assert found.price == pytest.approx([0.3989 * 100 * 0.3 * np.sqrt(1 / 48 / 365)], rel=1e-3)


def test_beyond_the_boundary_it_is_exercised() -> None:
    found = asked(-1, 300.0, 365)
    np.testing.assert_allclose(np.array(found)[:, 0], [200, -1, 0, 0, 0, 0], atol=1e-8)


def test_two_boundaries_go_to_the_grid() -> None:
    """A put at -1% with a yield of -3%: QuantLib's collocation refuses it, its grid does not."""
    found = asked(-1, 100.0, 365, rate=-0.01, dividend_yield=-0.03, vol=0.1)
    assert found.price == pytest.approx([3.28313], abs=1e-3)
    assert np.isfinite(np.array(found)).all()


def test_what_it_is_not_asked_about() -> None:
    """Options without randomness, and those whose vol is tiny beside the rate."""
    years, vols = [1.0, 0.0, 1.0, 1.0, 1.0], [0.2, 0.2, 0.01, 0.0, 0.03]
    answered = quantlib.judged(100, 100, years, 0.05, 0.0, vols)
    assert answered.tolist() == [True, False, False, False, True]


def test_where_it_refuses_there_is_nan() -> None:
    """Five hundred rates per vol squared: why `judged` says no before."""
    assert np.isnan(asked(-1, 100.0, 365, dividend_yield=0.0, vol=0.01).price).all()


def test_nobodys_date_is_moved() -> None:
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = TODAY
        asked(-1, 100.0, 30)
        assert ql.Settings.instance().evaluationDate == TODAY


def test_no_options_have_no_numbers() -> None:
    none = Dividends(np.zeros((0, 0)), np.zeros((0, 0)))
    found = quantlib.evaluate(*([],) * 7, none, model="spot", american=[])
    assert [row.shape for row in found] == [(0,)] * 6


def test_it_says_whether_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert quantlib.is_installed()
    monkeypatch.setitem(sys.modules, "QuantLib", None)
    assert not quantlib.is_installed()
