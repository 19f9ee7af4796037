"""Breakevens at the horizon: by hand where one expiry is held, against scipy where a later one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from books import FAR, NEAR, market, xiaomi
from optlab.book import Book
from optlab.expectation import Packages
from optlab.payoff import breakevens
from optlab.pricing import american

SIGNS = {"call": 1.0, "put": -1.0, "stock": 0.0}
SPOT, VOL, RATE, YEARS = 24.24, 0.43, 0.027, 56 / 365


def package(*legs: tuple[Any, ...]) -> Packages:
    """Lay out one strategy of (units, kind, strike) or (units, kind, strike, years later)."""
    full = [(*leg, *(np.nan, 0.0)[len(leg) - 2 :]) for leg in legs]
    units, kinds, strikes, later = zip(*full, strict=True)

    def row(values: Any) -> np.ndarray:  # noqa: ANN401 - numbers
        return np.array([values], dtype=np.float64)

    return Packages(
        units=row(units),
        sign=row([SIGNS[kind] for kind in kinds]),
        strike=row(strikes),
        years=row([YEARS + more if kind != "stock" else np.nan for kind, more in zip(kinds, later, strict=True)]),
        rate=row([RATE] * len(legs)),
        dividend_yield=row([0.0] * len(legs)),
        vol=row([VOL] * len(legs)),
        spot=np.array([SPOT]),
        horizon=np.array([YEARS]),
        forward=np.array([SPOT * np.exp(RATE * YEARS)]),
        horizon_vol=np.array([VOL]),
    )  # fmt: skip


def even(cost: float, *legs: tuple[Any, ...]) -> list[float]:
    """Return the breakevens of one strategy that cost so much."""
    return breakevens(package(*legs), np.array([cost]))[0]


# --- one expiry, by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "legs", "expected"),
    [
        (1.06, [(1, "call", 24), (-1, "call", 27)], [25.06]),
        (-1.1, [(1, "put", 21), (-1, "put", 24)], [22.9]),
        (2.3, [(1, "call", 24), (1, "put", 24)], [21.7, 26.3]),
        (-1.5, [(-1, "call", 27), (-1, "put", 21)], [19.5, 28.5]),
        (-0.7, [(1, "put", 20), (-1, "put", 22), (-1, "call", 27), (1, "call", 29)], [21.3, 27.7]),
        (0.8, [(1, "call", 21), (-2, "call", 24), (1, "call", 27)], [21.8, 26.2]),
        (-0.4, [(1, "call", 24), (-2, "call", 27)], [30.4]),
        (0.5, [(1, "call", 24), (-2, "call", 27)], [24.5, 29.5]),
        (24.24 - 0.9, [(1, "stock"), (-1, "call", 27)], [23.34]),
        (24.24, [(1, "stock")], [24.24]),
        (-24.24, [(-1, "stock")], [24.24]),
        (24.24 + 0.9 - 0.7, [(1, "stock"), (1, "put", 22), (-1, "call", 27)], [24.44]),
    ],
    ids=[
        *("bull call spread", "bull put spread", "straddle", "short strangle", "iron condor", "butterfly"),
        *("ratio spread for a credit", "ratio spread for a debit", "covered call", "stock", "short stock"),
        "collar",
    ],
)
def test_breakevens_of_one_expiry_by_hand(
    cost: float, legs: list[tuple[Any, ...]], expected: list[float]
) -> None:
    """Strikes plus and minus what was paid."""
    assert even(cost, *legs) == pytest.approx(expected, abs=1e-9)


def test_lots_and_contract_sizes_do_not_move_a_breakeven() -> None:
    """Three spreads of a thousand shares at 1.06."""
    assert even(3_180.0, (3000, "call", 24), (-3000, "call", 27)) == pytest.approx([25.06], abs=1e-9)


def test_several_strategies_at_once_have_their_own_breakevens() -> None:
    """A spread at two prices."""
    one = package((1, "call", 24), (-1, "call", 27))
    both = Packages(**{name: np.repeat(values, 2, axis=0) for name, values in vars(one).items()})
    assert [row[0] for row in breakevens(both, np.array([1.06, 0.5]))] == pytest.approx([25.06, 24.5])


# --- no breakeven, and borders ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "legs"),
    [
        (0.0, [(1, "call", 24), (-1, "call", 27)]),
        (-0.2, [(1, "call", 24), (-1, "call", 27)]),
        (3.2, [(1, "call", 24), (-1, "call", 27)]),
        (2.95, [(1, "call", 24), (-1, "put", 24), (-1, "call", 27), (1, "put", 27)]),
        (-0.5, [(1, "call", 24), (1, "put", 24)]),
    ],
    ids=["free", "paid to take it", "dearer than it can pay", "box", "straddle for a credit"],
)
def test_what_never_changes_sides_has_no_breakeven(cost: float, legs: list[tuple[Any, ...]]) -> None:
    """It can't lose, or can't win."""
    assert even(cost, *legs) == []


def test_touching_zero_is_no_breakeven() -> None:
    """A butterfly for all that it can pay at its middle, and a straddle for nothing: neither changes sides."""
    assert even(3.0, (1, "call", 21), (-2, "call", 24), (1, "call", 27)) == []
    assert even(0.0, (1, "call", 24), (1, "put", 24)) == []


def test_a_change_of_sides_at_a_strike_is_found_once() -> None:
    """A synthetic for nothing: below its strike it loses, above it wins."""
    assert even(0.0, (1, "call", 24), (-1, "put", 24)) == pytest.approx([24.0])


def test_a_free_risk_reversal_breaks_even_at_both_strikes() -> None:
    """It loses below 22, wins above 26, and is worth what it cost in between."""
    assert even(0.0, (-1, "put", 22), (1, "call", 26)) == pytest.approx([22.0, 26.0])


def test_a_breakeven_near_zero_is_found() -> None:
    """A put sold for almost all of its strike."""
    assert even(-21.99, (-1, "put", 22)) == pytest.approx([0.01], abs=1e-9)


def test_a_breakeven_far_above_the_market_is_found() -> None:
    """Stock bought at 120 that is at 24 now."""
    assert even(120.0, (1, "stock")) == pytest.approx([120.0])


# --- later expiries, against scipy --------------------------------------------------------------------------


def black_scholes(sign: float, S: float, K: float, years: float) -> float:
    """Price an option without dividends; the textbook formula."""
    d1 = (np.log(S / K) + (RATE + 0.5 * VOL**2) * years) / (VOL * np.sqrt(years))
    d2 = d1 - VOL * np.sqrt(years)
    return float(sign * (S * norm.cdf(sign * d1) - K * np.exp(-RATE * years) * norm.cdf(sign * d2)))


def test_the_breakevens_of_a_calendar_are_where_its_value_is_its_cost() -> None:
    """The far call is worth Black-Scholes on the near expiry, 33 days before its own."""
    cost, left = 0.42, 33 / 365

    def profit(S: float) -> float:
        return black_scholes(1, S, 24, left) - max(S - 24, 0) - cost

    expected = [brentq(profit, 18, 24, xtol=1e-13), brentq(profit, 24, 34, xtol=1e-13)]
    assert even(cost, (-1, "call", 24), (1, "call", 24, left)) == pytest.approx(expected, abs=1e-9)


def test_the_breakevens_of_a_put_diagonal() -> None:
    """Short near 24, long far 22, for a credit: profits above, and near zero the far put is worth less than 2.00."""
    credit, left = 0.6, 33 / 365

    def profit(S: float) -> float:
        return black_scholes(-1, S, 22, left) - max(24 - S, 0) + credit

    expected = [brentq(profit, 15, 24, xtol=1e-13)]
    assert even(-credit, (-1, "put", 24), (1, "put", 22, left)) == pytest.approx(expected, abs=1e-9)


def test_a_calendar_that_cost_more_than_it_can_be_worth_has_none() -> None:
    assert even(2.5, (-1, "call", 24), (1, "call", 24, 33 / 365)) == []


def test_the_breakevens_of_an_american_put_diagonal_are_where_american_prices_are_its_cost() -> None:
    """Long the far 30, short the near 24 put at a rate of 15%: it is worth 6.00 wherever both are exercised."""
    left, rate = 1.0, 0.15
    diagonal = replace(
        package((-1, "put", 24), (1, "put", 30, left)),
        rate=np.full((1, 2), rate),
        american=np.array([True, True]),
    )

    def profit(S: float, cost: float) -> float:
        return float(american.prices(-1.0, S, [30.0], left, rate, 0.0, VOL)[0]) - max(24 - S, 0) - cost

    between, at_once = 6.1, 5.9
    expected = [brentq(profit, 18, 24, args=(between,)), brentq(profit, 24, 40, args=(between,))]
    assert breakevens(diagonal, np.array([between]))[0] == pytest.approx(expected, abs=1e-6)
    # Below 6.00 there is only the upper one. The European diagonal is worth so much at no spot.
    found = breakevens(diagonal, np.array([at_once]))[0]
    assert found == pytest.approx([brentq(profit, 24, 40, args=(at_once,))], abs=1e-6)
    european = replace(diagonal, american=np.zeros((), dtype=np.bool_))
    assert breakevens(european, np.array([at_once]))[0] == []


def test_a_model_s_far_tail_has_no_breakeven() -> None:
    """A far call's dividend yield bends it under its cost at many times the spot: nobody means that."""
    book = Book.of(xiaomi((1, "call", 22, FAR), (-1, "call", 27, NEAR), group="g", entry=[3.4, 0.73]))
    row = book.price(market(dividend_yield=0.01)).bias().stand_outs.iloc[0]
    found = [float(spot) for spot in row["breakevens"].split(" / ")]
    assert found
    assert max(found) < 3 * 27
