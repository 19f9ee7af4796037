"""The terms of what a strategy costs; the weights themselves are tuned elsewhere, and only looked up here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optlab.strategy.costs import WEIGHTS, cost, cost_terms

NAN = math.nan


def terms(
    *,
    rank: float = 1.0,
    naked: float = 0.0,
    strikes: object = (100.0,),
    days: object = (30.0,),
    times: float = 1,
) -> dict[str, float]:
    """Return the terms of one strategy."""
    found = cost_terms(
        np.array([rank]), np.array([naked]), np.array([strikes]), np.array([days]), np.array([times])
    )
    return {name: float(value[0]) for name, value in found.items()}


def test_a_single_covered_leg_costs_the_rank_of_its_name() -> None:
    found = terms(rank=1.6)
    assert found["rank"] == 1.6
    assert sum(found.values()) == 1.6


def test_an_uncovered_short_is_charged_once_and_for_each_contract() -> None:
    assert terms()["uncovered"] == 0
    one, three = (terms(naked=count)["uncovered"] for count in (1.0, 3.0))
    assert one == pytest.approx(WEIGHTS["uncovered"] + WEIGHTS["uncovered_contract"])
    assert three - one == pytest.approx(2 * WEIGHTS["uncovered_contract"])


def counted(apart: float) -> float:
    """Return what legs so far apart are charged: that, while it is small, and never more than 1."""
    return apart / (1 + apart**3) ** (1 / 3)


def test_strikes_are_compared_with_their_mean() -> None:
    found = terms(strikes=(90.0, 110.0), days=(30.0, 30.0))
    assert found["strikes"] == pytest.approx(counted(WEIGHTS["strikes"] * 0.2**2))
    assert terms(strikes=(9.0, 11.0), days=(30.0, 30.0)) == pytest.approx(found)


def test_the_gaps_between_strikes_are_averaged() -> None:
    """Two of a tenth and one of three tenths, whatever the order of the legs; a strike that occurs twice is one."""
    gaps = terms(strikes=(115.0, 75.0, 125.0, 85.0), days=(30.0,) * 4)
    assert gaps["strikes"] == pytest.approx(counted(WEIGHTS["strikes"] * (0.1**2 + 0.3**2 + 0.1**2) / 3))
    twice = terms(strikes=(90.0, 100.0, 100.0, 110.0), days=(30.0,) * 4)
    assert twice["strikes"] == pytest.approx(counted(WEIGHTS["strikes"] * 0.1**2))


def test_expiries_are_counted_in_months() -> None:
    """By the root: the fourth month costs less than the first."""
    found = terms(strikes=(100.0, 100.0), days=(10.0, 10.0 + 365.0 / 3))
    assert found["expiries"] == pytest.approx(counted(WEIGHTS["expiries"] * 2))
    assert found["strikes"] == 0


def test_however_far_apart_legs_lie_it_counts_less_than_a_name() -> None:
    found = terms(strikes=(1.0, 1000.0), days=(0.0, 4000.0))
    assert 0.9 < found["strikes"] + found["expiries"] < 1


def test_stock_has_neither_strike_nor_expiry() -> None:
    assert terms(strikes=(NAN, 100.0), days=(NAN, 30.0)) == terms()
    assert terms(strikes=(NAN,), days=(NAN,)) == terms()


@pytest.mark.parametrize(("times", "extra"), [(0, 0), (1, 0), (2, 1), (4, 3)])
def test_each_further_time_of_trade_is_charged(times: float, extra: float) -> None:
    """None is known, or all are one: nothing to charge."""
    assert terms(times=times)["occasions"] == pytest.approx(extra * WEIGHTS["occasions"])


def test_the_cost_is_the_sum_of_its_terms() -> None:
    columns = {
        "rank": np.array([1.0, 3.0]),
        "naked": np.array([0.0, 2.0]),
        "strikes": np.array([[90.0, 100.0], [95.0, NAN]]),
        "days": np.array([[30.0, 60.0], [30.0, NAN]]),
        "occasions": np.array([2.0, 0.0]),
    }
    assert cost(**columns) == pytest.approx(sum(cost_terms(**columns).values()))
    assert cost(**columns).shape == (2,)


def test_no_strategies_cost_nothing() -> None:
    empty = np.zeros(0)
    assert cost(empty, empty, np.zeros((0, 2)), np.zeros((0, 2)), empty).shape == (0,)


def test_every_weight_is_a_charge() -> None:
    """Nothing is cheaper for being spread out, uncovered or traded apart."""
    assert all(weight >= 0 for weight in WEIGHTS.values())
    assert sum(terms(naked=1.0, strikes=(90.0, 110.0), days=(1.0, 90.0), times=2).values()) > sum(
        terms().values()
    )
