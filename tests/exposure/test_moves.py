"""What strategies can be expected to move: closed forms, a second integration, horizons, and no exposure."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
import QuantLib as ql  # noqa: N813 # its own documentation says ql
from scipy.integrate import quad
from scipy.interpolate import CubicSpline
from scipy.stats import norm

from books import AS_OF, FAR, NEAR, market, valued, xiaomi
from optlab.book import Book
from optlab.expectation import Packages
from optlab.exposure.moves import MOVES, horizons, moves, packages_of

YEARS = 56 / 365
FORWARD = 24.24 * np.exp(0.027 * YEARS)
DEVIATION = 0.43 * np.sqrt(YEARS)


def moved(groups: dict[str, list[tuple[Any, ...]]], *, style: str = "european") -> pd.DataFrame:
    """Integrate groups of Xiaomi legs; a row per group, in position money."""
    rows = [leg for legs in groups.values() for leg in legs]
    names = [name for name, legs in groups.items() for _ in legs]
    return by_group(valued(*rows, group=names, style=style).legs)


def by_group(legs: pd.DataFrame) -> pd.DataFrame:
    """Integrate the groups of priced legs."""
    found = moves(legs)
    return found.set_axis(
        legs.drop_duplicates("strategy_id").set_index("strategy_id").loc[found.index, "group"]
    )


def test_one_leg_in_closed_form() -> None:
    """A call's expected gain is its undiscounted price at the forward, to either side; the stock's is E|S - F|."""
    at_the_money = FORWARD * (2 * norm.cdf(DEVIATION / 2) - 1)
    found = moved({"call": [(1, "call", FORWARD, NEAR)], "put": [(1, "put", FORWARD, NEAR)]})
    assert found["expected_move"].tolist() == pytest.approx([1000 * at_the_money] * 2, rel=1e-9)
    assert found["scenario_lean"].tolist() == pytest.approx([1.0, -1.0], abs=1e-12)
    # The ratio is delta E|S - F| / E[(S - F)+], twice the delta.
    delta = norm.cdf(DEVIATION / 2)
    assert found["delta_ratio"].tolist() == pytest.approx([2 * delta, 2 * (delta - 1)], rel=1e-9)


def test_a_straddle_at_the_forward_leans_nowhere() -> None:
    """It gains as much above as below; its ratio is its own small delta."""
    row = moved({"g": [(1, "call", FORWARD, NEAR), (1, "put", FORWARD, NEAR)]}).iloc[0]
    assert row["scenario_lean"] == pytest.approx(0.0, abs=1e-12)
    assert row["delta_ratio"] == pytest.approx(2 * norm.cdf(DEVIATION / 2) - 1, rel=1e-9)


def black_scholes(S: float, K: float, years: float) -> float:
    """Price a call without dividends; the textbook formula."""
    d1 = (np.log(S / K) + (0.027 + 0.5 * 0.43**2) * years) / (0.43 * np.sqrt(years))
    return float(S * norm.cdf(d1) - K * np.exp(-0.027 * years) * norm.cdf(d1 - 0.43 * np.sqrt(years)))


def test_a_diagonal_and_a_condor_against_a_second_integration() -> None:
    """By scipy over the lognormal density, kinks and sign changes given."""
    left = 33 / 365

    def diagonal(S: float) -> float:
        return black_scholes(S, 28, left) - max(S - 27, 0)

    def condor(S: float) -> float:
        return max(20 - S, 0) - max(22 - S, 0) - max(S - 27, 0) + max(S - 29, 0)

    found = moved(
        {
            "diagonal": [(-1, "call", 27, NEAR), (1, "call", 28, FAR)],
            "condor": [(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, NEAR)],
        }
    )  # fmt: skip
    for name, worth in (("diagonal", diagonal), ("condor", condor)):
        base = worth(FORWARD)

        def at(z: float, worth: Any = worth, base: float = base) -> float:  # noqa: ANN401 - a function
            return worth(FORWARD * np.exp(DEVIATION * z - 0.5 * DEVIATION**2)) - base

        middle = 0.5 * DEVIATION
        kinks = [np.log(K / FORWARD) / DEVIATION + middle for K in (20, 22, 27, 28, 29)]
        options: Any = {"limit": 500, "epsabs": 1e-10}
        below = quad(lambda z: at(z) * norm.pdf(z), -9, middle, points=kinks[:2], **options)[0]
        above = quad(lambda z: at(z) * norm.pdf(z), middle, 9, points=kinks[2:], **options)[0]
        move = quad(lambda z: abs(at(z)) * norm.pdf(z), -9, 9, points=[*kinks, middle], **options)[0]
        assert found["expected_move"][name] == pytest.approx(1000 * move, rel=1e-6)
        assert found["scenario_lean"][name] == pytest.approx((above - below) / move, abs=1e-6)


def quantlib_puts(S: np.ndarray, strike: float, days: int, rate: float, vol: float) -> np.ndarray:
    """Price American puts without dividends, by QuantLib's collocation."""
    start, counts = ql.Date(1, 1, 2026), ql.Actual365Fixed()
    ql.Settings.instance().evaluationDate = start
    quote = ql.SimpleQuote(strike)
    flat = [ql.YieldTermStructureHandle(ql.FlatForward(start, r, counts)) for r in (0.0, rate)]
    smile = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(start, ql.NullCalendar(), vol, counts))
    process = ql.BlackScholesMertonProcess(ql.QuoteHandle(quote), *flat, smile)
    put = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Put, strike), ql.AmericanExercise(start, start + days)
    )
    put.setPricingEngine(ql.QdFpAmericanEngine(process))
    found = []
    for spot in S.tolist():
        quote.setValue(spot)
        found.append(put.NPV())
    return np.array(found)


def test_a_later_american_put_is_worth_its_american_price_at_the_horizon() -> None:
    """By scipy over the payoff beside prices from QuantLib, at 15%: deep in the money it is not the European one."""
    forward = 24.24 * np.exp(0.15 * YEARS)
    spots = forward * np.exp(DEVIATION * np.linspace(-6, 6, 121))
    later = CubicSpline(spots, quantlib_puts(spots, 30.0, 307, 0.15, 0.43))

    def gain(S: float) -> float:
        return float(later(S) - later(forward) - max(24 - S, 0) + max(24 - forward, 0))

    def weighed(z: float, power: int) -> float:
        here = gain(forward * np.exp(DEVIATION * z - 0.5 * DEVIATION**2))
        return float(norm.pdf(z) * (abs(here) if power else here))

    middle, strike = 0.5 * DEVIATION, np.log(24 / forward) / DEVIATION + 0.5 * DEVIATION
    borders = [-5.5, strike, middle, 5.5]
    below_strike, below, above = (
        quad(weighed, *ends, args=(0,), limit=200)[0] for ends in itertools.pairwise(borders)
    )
    move = sum(quad(weighed, *ends, args=(1,), limit=200)[0] for ends in itertools.pairwise(borders))
    legs = Book.of(xiaomi((-1, "put", 24, NEAR), (1, "put", 30, "2027-09-30"), group="g"))
    row = by_group(legs.price(market(rate=0.15)).legs).iloc[0]
    assert row["expected_move"] == pytest.approx(1000 * move, rel=1e-4)
    assert row["scenario_lean"] == pytest.approx((above - below - below_strike) / move, abs=1e-4)
    european = by_group(legs.price(market(rate=0.15), model="european").legs).iloc[0]
    assert abs(european["expected_move"] / row["expected_move"] - 1) > 0.02


def test_exercise_changes_no_strategy_of_one_expiry_and_no_later_call_without_dividends() -> None:
    """What a vertical and a call calendar can be expected to move is the same for both styles, to the last bit."""
    groups: dict[str, list[tuple[Any, ...]]] = {
        "vertical": [(1, "put", 24, NEAR), (-1, "put", 21, NEAR)],
        "calendar": [(-1, "call", 24, NEAR), (1, "call", 24, FAR)],
        "diagonal": [(-1, "put", 24, NEAR), (1, "put", 30, FAR)],
    }
    american, european = moved(groups, style="american"), moved(groups)
    same = american["expected_move"] == european["expected_move"]
    assert same.to_dict() == {"vertical": True, "calendar": True, "diagonal": False}


# --- cash dividends -----------------------------------------------------------------------------------------


def paying(*paid: tuple[str, float]) -> pd.DataFrame:
    """Price a call and a calendar, European, with such dividends."""
    rows = [(1, "call", 27, NEAR), (-1, "call", 27, NEAR), (1, "call", 27, FAR)]
    book = Book.of(xiaomi(*rows, group=["call", "calendar", "calendar"], style="european"))
    return book.price(market(dividends={"MIU": paid})).legs


def laid_out(legs: pd.DataFrame) -> dict[int, Packages]:
    return {length: packages_of(part, length) for length, part in horizons(legs)}


def test_cash_before_the_horizon_comes_off_the_forward_there() -> None:
    """0.50 paid in October leaves the call's own forward, and the calendar's later leg loses nothing more."""
    legs = paying(("2026-10-20", 0.5))
    laid = laid_out(legs)
    paid = 0.5 * np.exp(0.027 * (YEARS - 18 / 365))
    for packages in laid.values():
        assert packages.forward[0] == pytest.approx(FORWARD - paid, rel=1e-4)
        assert packages.forward[0] == legs["forward"].iloc[0]
    assert laid[2].dividend_yield[0].tolist() == [0.0, 0.0]


def test_cash_between_the_expiries_is_the_yield_with_the_same_forward() -> None:
    """0.50 paid in December: at the horizon all is as without, and the later call has the yield that it takes."""
    legs = paying(("2026-12-10", 0.5))
    laid = laid_out(legs)
    assert [packages.forward[0] for packages in laid.values()] == pytest.approx([FORWARD] * 2, rel=1e-14)
    later = legs["forward"].iloc[2]
    left = 33 / 365
    assert FORWARD * np.exp((0.027 - laid[2].dividend_yield[0, 1]) * left) == pytest.approx(later, rel=1e-12)
    assert later == pytest.approx(24.24 * np.exp(0.027 * 89 / 365) - 0.5, rel=1e-3)


def test_without_dividends_the_words_about_them_change_no_bit() -> None:
    """Legs from before there were forwards and models are leaned as European ones."""
    legs = paying()
    bare = legs.drop(columns=["forward", "model", "dividend_model"])
    pd.testing.assert_frame_equal(moves(legs), moves(bare), check_exact=True)


def test_stock_is_all_direction() -> None:
    """Long, short, and two accounts' worth: the ratio is the sign, over thirty days."""
    found = moved({"long": [(300, "stock")], "short": [(-5, "stock")], "twice": [(1, "stock"), (2, "stock")]})
    assert found["delta_ratio"].tolist() == [1.0, -1.0, 1.0]
    assert found["scenario_lean"].tolist() == [1.0, -1.0, 1.0]
    assert found["horizon"].tolist() == pytest.approx([30.0] * 3)
    assert found["delta"].tolist() == [300.0, -5.0, 3.0]


def test_stock_without_a_volatility_leans_too() -> None:
    """The ratio of a line needs none."""
    legs = Book.of(xiaomi((300, "stock"), group="g")).price(market(vol=None)).legs
    row = moves(legs).iloc[0]
    assert (row["delta_ratio"], row["scenario_lean"], row["has_exposure"]) == (1.0, 1.0, True)


def test_the_horizon_is_the_nearest_expiry_that_is_not_over() -> None:
    """56 days; 89 once the near leg is settled; one day where all expire now."""
    found = moved(
        {
            "calendar": [(-1, "call", 24, NEAR), (1, "call", 24, FAR)],
            "settled": [(-1, "call", 24, AS_OF), (1, "call", 24, FAR)],
            "now": [(1, "call", 20, AS_OF)],
            "covered": [(1000, "stock"), (-1, "call", 27, FAR)],
        }
    )
    assert found["horizon"].to_dict() == pytest.approx(
        {"calendar": 56, "settled": 89, "now": 1, "covered": 89}
    )


def test_boxes_and_conversions_have_no_exposure() -> None:
    """Numbers that would be noise divided by noise are zero."""
    found = moved(
        {
            "box": [(1, "call", 24, NEAR), (-1, "put", 24, NEAR), (-1, "call", 27, NEAR), (1, "put", 27, NEAR)],
            "conversion": [(1000, "stock"), (-1, "call", 24, NEAR), (1, "put", 24, NEAR)],
            "flat": [(100, "stock"), (-100, "stock")],
            "call": [(1, "call", 24, NEAR)],
        }
    )  # fmt: skip
    assert found["has_exposure"].tolist().count(True) == 1
    assert found["has_exposure"]["call"]
    flat = found.drop(index="call")[["delta_ratio", "scenario_lean"]]
    assert (flat == 0.0).all(axis=None)


def test_no_strategies_have_no_moves() -> None:
    found = moves(valued((1, "call", 24, NEAR)).legs.iloc[:0])
    assert (list(found.columns), len(found)) == (list(MOVES), 0)


def test_legs_are_laid_out_by_their_number_and_none_is_lost() -> None:
    """One, two and four legs; a settled near leg is not laid out."""
    rows = [(1, "call", 24, NEAR)] * 7 + [(-1, "call", 24, AS_OF), (1, "call", 24, FAR)]
    legs = valued(*rows, group=["one", *["two"] * 2, *["four"] * 4, *["late"] * 2]).legs
    laid = {length: part["strategy_id"].tolist() for length, part in horizons(legs)}
    assert laid == {1: ["MIU-1", "MIU-4"], 2: ["MIU-2"] * 2, 4: ["MIU-3"] * 4}
