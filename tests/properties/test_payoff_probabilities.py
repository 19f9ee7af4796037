"""Probabilities of payoffs beside simulation, and the laws that any probabilities obey.

Legs are worth what `payoff_cases` says, leg by leg; three standard errors are allowed to a simulation.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from optlab.book import Book
from optlab.payoff.chances import probability_within
from optlab.payoff.laws import Lognormal
from payoff_cases import (
    RATE,
    SIZE,
    SPOT,
    VOL,
    Array,
    Leg,
    Legs,
    Setting,
    fair_cost,
    last_days,
    market_of,
    of_kinds,
    profile_of,
    profiles_of,
    profit,
    table_of,
)

DRAWN = 1_000_000
INF = math.inf

SIMULATED: dict[str, list[Leg]] = {
    "condor": of_kinds("put", (1, 85, 56), (-1, 90, 56)) + of_kinds("call", (-1, 110, 56), (1, 115, 56)),
    "long calendar": of_kinds("call", (1, 100, 89), (-1, 100, 56)),
    "diagonal": of_kinds("call", (1, 95, 89), (-1, 105, 56)),
    "put ratio diagonal": of_kinds("put", (2, 92, 89), (-1, 100, 56)),
    "double diagonal": of_kinds("put", (1, 85, 89), (-1, 92, 56))
    + of_kinds("call", (-1, 108, 56), (1, 115, 89)),
    "three expiries": of_kinds("call", (1, 95, 56), (-2, 100, 89), (1, 105, 180)),
    "short strangle": of_kinds("put", (-1, 90, 56)) + of_kinds("call", (-1, 110, 56)),
}


def draw(years: float, count: int, seed: int) -> Array:
    """Draw spots so many years ahead, lognormal round the forward."""
    deviation = VOL * math.sqrt(years)
    z = np.random.default_rng(seed).standard_normal(count)
    return SPOT * np.exp(RATE * years - 0.5 * deviation**2 + deviation * z)


def is_near(drawn: Array, expected: float) -> bool:
    """Say whether the mean of what was drawn lies within three standard errors."""
    return bool(abs(drawn.mean() - expected) <= 3.0 * drawn.std() / math.sqrt(len(drawn)))


@pytest.mark.parametrize("legs", SIMULATED.values(), ids=list(SIMULATED))
def test_chances_are_those_of_a_simulation(legs: Legs) -> None:
    chances, days = profile_of(legs).chances, last_days(legs)[0]
    assert chances is not None
    drawn = profit(legs, draw(days / 365.0, DRAWN, seed=12), days, Setting())
    assert is_near((drawn > 0).astype(float), chances.probability_of_profit)
    assert is_near((drawn < 0).astype(float), chances.probability_of_loss)
    assert is_near(drawn, chances.expected_profit)
    assert is_near(drawn[drawn > 0], chances.expected_profit_if_profit)
    assert is_near(drawn[drawn < 0], chances.expected_loss_if_loss)


@pytest.mark.parametrize("legs", SIMULATED.values(), ids=list(SIMULATED))
def test_percentiles_are_those_of_a_simulation(legs: Legs) -> None:
    """No more than p per cent are below the percentile, and no less are not above it."""
    chances, days = profile_of(legs).chances, last_days(legs)[0]
    assert chances is not None
    drawn = profit(legs, draw(days / 365.0, DRAWN, seed=13), days, Setting())
    for p in (5, 25, 50, 75, 95):
        level, slack = getattr(chances, f"percentile_{p}"), 3.0 * math.sqrt(p / 100 * (1 - p / 100) / DRAWN)
        assert (drawn < level - 1e-6).mean() - slack <= p / 100 <= (drawn <= level + 1e-6).mean() + slack
    worst = np.sort(drawn)[: DRAWN // 20]
    error = math.hypot(worst.std(), worst.max() - worst.mean()) / math.sqrt(len(worst))
    assert chances.expected_shortfall == pytest.approx(worst.mean(), abs=3.0 * error + 1e-9)


def test_touches_are_those_of_a_simulation() -> None:
    """Between its ends a path passes a level with a probability known by reflection, so that none is missed."""
    years = 56 / 365.0
    legs = SIMULATED["condor"]
    payoff = Book.of(table_of(legs)).price(market_of()).payoff(law="lognormal")
    touched = payoff.touched
    assert len(touched) == 4
    end = np.log(draw(years, DRAWN, seed=14) / SPOT)
    for row in touched.to_dict("records"):
        h = math.log(row["level"] / SPOT)
        is_beyond = end * math.copysign(1.0, h) >= abs(h)
        bridge = np.exp(np.minimum(-2.0 * h * (h - end) / (VOL**2 * years), 0.0))
        assert is_near(np.where(is_beyond, 1.0, bridge), row["probability_of_touch"])
        assert is_near(is_beyond.astype(float), row["probability_beyond"])
        assert row["probability_of_touch"] >= row["probability_beyond"]


def random_legs(seed: int) -> list[Leg]:
    """Draw one to six options, on one to three expiries."""
    rng = np.random.default_rng(seed)
    days = rng.choice([30, 56, 89, 180, 400], rng.integers(1, 4), replace=False)
    return [
        Leg(
            float(rng.choice([-3, -2, -1, 1, 2, 3])),
            str(rng.choice(["call", "put"])),
            float(rng.integers(70, 131)),
            int(rng.choice(days)),
        )
        for _ in range(rng.integers(1, 7))
    ]


@pytest.mark.parametrize("dividend_yield", [0.0, 0.04])
def test_what_is_bought_at_its_value_is_expected_to_earn_interest(dividend_yield: float) -> None:
    """European legs of one volatility are fair bets: E[profit] = V (exp(r T) - 1), whatever they are."""
    setting = Setting(dividend_yield=dividend_yield)
    packages = {str(seed): random_legs(seed) for seed in range(40)}
    for name, found in profiles_of(packages, setting).items():
        legs = packages[name]
        values = [fair_cost((leg,), setting) for leg in legs]
        interest = sum(values) * math.expm1(RATE * last_days(legs)[0] / 365.0)
        assert found.chances is not None
        assert found.chances.expected_profit == pytest.approx(interest, abs=1e-4 * np.abs(values).sum())


def test_stock_is_expected_to_grow_by_the_rate() -> None:
    legs = [Leg(1, "stock"), Leg(-1, "call", 105, 56), Leg(1, "put", 95, 89)]
    chances = profile_of(legs).chances
    cost = fair_cost(tuple(legs), Setting())
    assert chances is not None
    assert chances.expected_profit == pytest.approx(cost * math.expm1(RATE * 56 / 365.0), abs=1e-4 * cost)


@pytest.mark.parametrize("legs", SIMULATED.values(), ids=list(SIMULATED))
def test_probabilities_of_intervals_add_up_to_one(legs: Legs) -> None:
    """Of spots, and of profits; and what is neither profit nor loss is the rest."""
    found = profile_of(legs)
    assert found.law is not None
    assert found.chances is not None
    borders = np.array([0.0, 60.0, 90.0, 99.0, 101.0, 130.0, 1e9])
    assert found.law.mass(borders[:-1], borders[1:]).sum() == pytest.approx(1.0, abs=1e-12)
    line = found.shape.nodes, found.shape.profits, found.shape.right_slope, found.law
    ends = [-INF, *np.linspace(-300.0, 300.0, 7), INF]
    parts = [probability_within(*line, low, high) for low, high in itertools.pairwise(ends)]
    ties = [probability_within(*line, level, level) for level in ends[1:-1]]
    assert sum(parts) - sum(ties) == pytest.approx(1.0, abs=1e-9)
    assert sum(found.chances[:3]) == pytest.approx(1.0, abs=1e-12)


def test_a_touch_is_never_less_likely_than_an_end_beyond() -> None:
    levels = SPOT * np.exp(np.linspace(-1.0, 1.0, 201))
    for drift in (-0.3, 0.0, 0.3):
        law = Lognormal(SPOT, 0.4, 0.25, SPOT * math.exp(0.4 * drift))
        touch, below = law.touch(levels), law.cdf(levels)
        assert (touch >= np.where(levels > SPOT, 1.0 - below, below) - 1e-15).all()
        assert (touch <= 1.0).all()
        assert touch[100] == pytest.approx(1.0)


def test_every_number_of_a_flat_profit_is_that_profit() -> None:
    """Two boxes and two conversions of different dates lock an amount in, which rounding must not take apart."""
    flat = {
        "box": of_kinds("call", (1, 95, 56), (-1, 105, 56)) + of_kinds("put", (-1, 95, 56), (1, 105, 56)),
        "jelly roll": of_kinds("call", (1, 100, 89), (-1, 100, 56))
        + of_kinds("put", (-1, 100, 89), (1, 100, 56)),
        "short jelly roll": of_kinds("call", (-1, 100, 89), (1, 100, 56))
        + of_kinds("put", (1, 100, 89), (-1, 100, 56)),
    }
    for name, found in profiles_of(flat).items():
        sure = float(profit(flat[name], np.array([SPOT]), 56, Setting())[0])
        assert found.chances is not None
        other = "expected_profit_if_profit" if sure < 0 else "expected_loss_if_loss"
        numbers = pd.Series(found.chances._asdict())[3:].drop(other)
        assert numbers.to_list() == pytest.approx([sure] * len(numbers), abs=1e-6 * SIZE), name
        assert found.chances.probability_of_even == 0.0
