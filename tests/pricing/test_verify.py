"""The judges: who judges which option, a wrong number is found, and what is left out is said."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from books import FAR, NEAR, market, valued, xiaomi
from optlab.book import Book
from optlab.pricing import american, black_scholes, dividends, quantlib
from optlab.pricing import verify as module
from optlab.pricing.dividends import DividendModel, Dividends
from optlab.pricing.models import Models
from optlab.pricing.verify import NUMBERS, PY_VOLLIB, QUANTLIB, Verification, verify

PUT, CALL = (1, "put", 25, NEAR), (-3, "call", 25, NEAR)


def in_thirty_days(legs: pd.DataFrame, amount: float = 0.4) -> Dividends:
    """Give every leg a cash dividend in thirty days."""
    return Dividends(np.full((len(legs), 1), 30 / 365), np.full((len(legs), 1), amount))


def judges(verification: Verification) -> dict[tuple[str, str], str]:
    """Return who judged each (kind, number)."""
    table = verification.numbers[["kind", "number", "judge"]].to_numpy().tolist()
    return {(kind, number): judge for kind, number, judge in table}


def broken(engine: ModuleType, name: str, factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an engine's number wrong by a factor."""
    right = engine.evaluate

    def wrong(*inputs: object, **choices: object) -> object:
        found = right(*inputs, **choices)
        return found._replace(**{name: getattr(found, name) * factor})

    monkeypatch.setattr(engine, "evaluate", wrong)


@pytest.fixture(autouse=True)
def coarse_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let QuantLib be quick: half of its steps each way will do to see who judges what."""
    monkeypatch.setattr(quantlib, "GRID", tuple(steps // 2 for steps in quantlib.GRID))


# --- who judges ------------------------------------------------------------------------------------------


def test_early_exercise_is_judged_by_quantlib_and_all_else_by_py_vollib() -> None:
    """A call without yield is never exercised early: py_vollib knows it to the last digits."""
    verification = verify(valued(PUT, CALL, (100, "stock")).legs)
    expected = {("put", name): QUANTLIB for name in NUMBERS} | {("call", name): PY_VOLLIB for name in NUMBERS}
    assert judges(verification) == expected
    assert verification.agrees
    assert verification.not_judged.empty
    by_vollib = verification.numbers["judge"] == PY_VOLLIB
    assert verification.numbers.loc[by_vollib, "difference"].max() < 1e-12


def test_european_legs_are_py_vollibs() -> None:
    legs = Book.of(xiaomi(PUT, CALL)).price(market(), model="european").legs
    verification = verify(legs)
    assert set(judges(verification).values()) == {PY_VOLLIB}
    assert verification.agrees


@pytest.mark.parametrize(
    ("style", "model"), [("american", "spot"), ("american", "escrowed"), ("european", "spot")]
)
def test_cash_dividends_are_quantlibs(style: str, model: DividendModel) -> None:
    """All numbers agree with its grids; and the dividend is in both, as without it they would be others."""
    legs = valued(PUT, CALL).legs.assign(model=style)
    ahead, models = in_thirty_days(legs), Models(dividend_model=model)
    verification = verify(legs, ahead, models)
    assert set(judges(verification).values()) == {QUANTLIB}
    assert len(verification.numbers) == 12
    assert verification.agrees
    without = verify(legs).numbers
    prices = [
        table.loc[table["number"] == "price", "reference"].to_numpy()
        for table in (verification.numbers, without)
    ]
    assert (np.abs(prices[0] - prices[1]) > 0.05).all()


def test_european_escrowed_legs_are_judged_narrowly() -> None:
    """Both have formulas: prices are within 0.00001 of each other on a spot of 100."""
    legs = valued(PUT, CALL).legs.assign(model="european")
    verification = verify(legs, in_thirty_days(legs), Models(dividend_model="escrowed"))
    assert set(judges(verification).values()) == {QUANTLIB}
    prices = verification.numbers[verification.numbers["number"] == "price"]
    assert prices["tolerance"].max() < 1e-5
    assert verification.agrees


def test_a_dividend_after_expiry_does_not_count() -> None:
    legs = valued(CALL).legs
    late = Dividends(np.full((1, 1), 1.5), np.full((1, 1), 0.4))
    assert set(judges(verify(legs, late)).values()) == {PY_VOLLIB}


def test_a_contract_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty legs in one put and one call with dividends ask QuantLib about two."""
    legs = valued(*[PUT, CALL] * 20).legs
    asked, right = [], quantlib.evaluate

    def counted(*inputs: np.ndarray, **choices: object) -> object:
        asked.append(len(inputs[0]))
        return right(*inputs, **choices)  # type: ignore[arg-type]

    monkeypatch.setattr(quantlib, "evaluate", counted)
    verification = verify(legs, in_thirty_days(legs))
    assert asked == [2]
    assert len(verification.numbers) == 240
    assert verification.agrees
    assert verification.summary["legs"].tolist() == [40] * 6


def test_contracts_that_differ_by_their_dividend_alone_are_two() -> None:
    legs = valued(PUT, PUT).legs
    ahead = Dividends(np.full((2, 1), 30 / 365), np.array([[0.4], [0.8]]))
    verification = verify(legs, ahead)
    prices = verification.numbers.loc[verification.numbers["number"] == "price", "reference"]
    assert prices.nunique() == 2
    assert verification.agrees


# --- what is wrong is found ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NUMBERS)
def test_a_wrong_number_of_an_american_put_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three percent off in one number: that number differs, and no other."""
    legs = valued(PUT).legs
    broken(american, name, 1.03, monkeypatch)
    verification = verify(legs)
    wrong = verification.numbers[~verification.numbers["agrees"]]
    assert wrong[["number", "judge"]].to_numpy().tolist() == [[name, QUANTLIB]]
    assert not verification.agrees
    summary = verification.summary
    assert (summary["largest_difference"] > summary["tolerance"]).tolist() == [one == name for one in NUMBERS]
    assert summary["agrees"].tolist() == [one != name for one in NUMBERS]


def test_american_calls_that_wait_are_american_for_py_vollib_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with the engine for American options shows in a call that it prices by the formula."""
    legs = valued(CALL).legs
    broken(american, "rho", 1 + 1e-6, monkeypatch)
    assert verify(legs).numbers.query("not agrees")["number"].tolist() == ["rho"]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_wrong_number_with_dividends_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid is trusted less: ten percent off is found."""
    legs = valued(PUT).legs
    broken(dividends, name, 1.1, monkeypatch)
    wrong = verify(legs, in_thirty_days(legs)).numbers.query("not agrees")
    assert wrong["number"].tolist() == [name]


def test_a_millionth_is_found_by_py_vollib(monkeypatch: pytest.MonkeyPatch) -> None:
    legs = valued(CALL).legs
    broken(black_scholes, "delta", 1 + 1e-6, monkeypatch)
    wrong = verify(legs).numbers.query("not agrees")
    assert wrong[["number", "judge"]].to_numpy().tolist() == [["delta", PY_VOLLIB]]


def test_a_number_that_is_missing_does_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    legs = valued(PUT).legs
    broken(american, "vega", np.nan, monkeypatch)
    verification = verify(legs)
    assert not verification.agrees
    assert verification.summary.query("not agrees")["number"].tolist() == ["vega"]


# --- what is not judged ----------------------------------------------------------------------------------


def test_without_quantlib_the_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its legs are listed with what can be done."""
    monkeypatch.setitem(sys.modules, "QuantLib", None)
    verification = verify(valued(PUT, CALL).legs)
    assert set(judges(verification)) == {("call", name) for name in NUMBERS}
    assert verification.agrees
    left = verification.not_judged
    assert left["source_line"].tolist() == [1]
    assert left["numbers"].tolist() == ["all"]
    assert left["reason"].tolist() == ["QuantLib is not installed. Fix: pip install QuantLib"]


def test_near_its_boundary_an_option_is_judged_on_price_and_delta() -> None:
    """Gamma jumps at the exercise boundary; a hundredth of it away all numbers are judged again."""
    edge = valued(PUT).legs["exercise_boundary"].to_numpy()[0]
    for spot, judged in ((edge * 1.001, 2), (edge * 1.02, 6), (edge * 0.98, 6)):
        legs = Book.of(xiaomi(PUT)).price(market(spot=spot)).legs
        verification = verify(legs)
        assert verification.agrees, spot
        assert len(verification.numbers) == judged, spot
        assert verification.not_judged["numbers"].tolist() == ["gamma, vega, theta, rho"] * (judged == 2)
        assert verification.not_judged["reason"].tolist() == [module.AT_BOUNDARY] * (judged == 2)


def test_what_needs_no_model_or_has_no_price_is_listed() -> None:
    """Expired today, expired earlier, and without a volatility; each with its reason, in the order of the legs."""
    rows = (1, "call", 24, "2026-10-02"), (1, "call", 24, "2026-09-30"), CALL
    legs = valued(*rows).legs
    left = verify(legs).not_judged
    assert left["reason"].tolist() == [module.NOT_NEEDED, "expired_earlier"]
    assert left["source_line"].tolist() == [1, 2]


def test_a_tiny_vol_is_not_quantlibs() -> None:
    legs = Book.of(xiaomi((1, "put", 24, FAR))).price(market(vol=0.01)).legs
    verification = verify(legs)
    assert verification.numbers.empty
    assert verification.not_judged["reason"].tolist() == [module.TOO_CALM]


def test_no_options_agree() -> None:
    """A book of stock has nothing to compare, and its tables their columns."""
    verification = verify(valued((100, "stock")).legs)
    assert verification.agrees
    assert verification.numbers.empty
    assert list(verification.summary.columns) == [
        *("judge", "number", "legs", "largest_difference", "tolerance", "agrees")
    ]
    assert verification.not_judged.empty
