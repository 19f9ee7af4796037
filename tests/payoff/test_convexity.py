"""Convex minorants against scipy's hull, and the lines that mend a curve whose tangents are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from optlab.payoff.convexity import NO_GAPS, agreeing, convex_minorant, find_gaps
from optlab.pricing.black_scholes import Array


def test_the_minorant_is_the_lower_side_of_scipys_hull() -> None:
    rng = np.random.default_rng(5)
    x, y = np.sort(rng.random(500)), rng.random(500)
    hull = convex_minorant(x, y)
    equations = ConvexHull(np.column_stack([x, y])).equations
    lower = equations[equations[:, 1] < 0]
    floor = np.max(-(lower[:, :1] * x + lower[:, 2:]) / lower[:, 1:2], axis=0)
    assert np.interp(x, x[hull], y[hull]) == pytest.approx(floor, abs=1e-12)
    assert len(hull) > 5


def wavy(K: Array) -> tuple[Array, Array]:
    """Return calls whose slope is that of a cubic around 2: symmetric, so that the line touches at 2 -+ sqrt(0.03).

    P(S <= K) = 1/2 + 10 (x^3 - 0.03 x) with x = K - 2, which falls between x = -0.1 and x = 0.1.
    """
    x = K - 2.0
    below = 0.5 + 10.0 * (x**3 - 0.03 * x)
    area = 10.0 * (0.25 * x**4 - 0.015 * x**2)
    return below, 1.0 - 0.5 * x + area


def test_a_gap_ends_where_the_line_touches_the_curve() -> None:
    """By symmetry the line has the slope at the centre, where the cubic is zero again at x^2 = 0.03."""
    gaps = find_gaps(np.linspace(1.65, 2.35, 83), wavy)
    assert gaps.start == pytest.approx([2.0 - 0.03**0.5], abs=1e-9)
    assert gaps.end == pytest.approx([2.0 + 0.03**0.5], abs=1e-9)
    assert gaps.below == pytest.approx([0.5], abs=1e-12)
    call, start = float(wavy(gaps.start)[1][0]), float(gaps.start[0])
    assert gaps.mean_above == pytest.approx([call + start * 0.5], rel=1e-12)


def test_convex_calls_have_no_gaps() -> None:
    def square(K: Array) -> tuple[Array, Array]:
        return 0.5 * K, 0.25 * np.square(2.0 - K)

    assert find_gaps(np.linspace(0.0, 2.0, 101), square) is NO_GAPS


def test_the_dearer_of_quotes_that_contradict_each_other_is_left_out() -> None:
    strikes = np.array([80.0, 90.0, 100.0, 110.0, 120.0])
    assert agreeing(strikes, np.array([21.0, 13.0, 7.0, 3.0, 1.0]), 100.0).all()
    assert agreeing(strikes, np.array([21.0, 13.0, 8.5, 3.0, 1.0]), 100.0).tolist() == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_a_last_call_dearer_than_the_one_before_is_left_out() -> None:
    kept = agreeing(np.array([90.0, 100.0, 110.0]), np.array([13.0, 7.0, 7.5]), 100.0)
    assert kept.tolist() == [True, True, False]


def test_calls_that_are_worth_nothing_or_certain_to_pay_do_not_contradict() -> None:
    strikes = np.array([10.0, 20.0, 30.0, 100.0, 300.0, 400.0, 500.0])
    calls = np.array([90.0, 80.0, 70.0, 5.0, 0.0, 0.0, 0.0])
    assert agreeing(strikes, calls, 100.0).all()
