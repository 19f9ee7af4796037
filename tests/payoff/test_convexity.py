"""Wrong quotes, low and high, against all selections; minorants against scipy's hull, and lines of known tangents."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from optlab.payoff.convexity import NO_GAPS, Flags, agreeing, best_before, convex_minorant, find_gaps
from optlab.payoff.laws import Smile
from optlab.pricing.black_scholes import Array, prices
from optlab.pricing.implied import implied


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


STRIKES = np.array([80.0, 85.0, 90.0, 95.0, 100.0, 105.0, 110.0, 115.0, 120.0])
VOLS = np.array([0.29, 0.27, 0.25, 0.235, 0.22, 0.21, 0.2, 0.195, 0.195])


def left_out(vols: Array, strikes: Array = STRIKES, forward: float = 101.0, years: float = 0.25) -> list[int]:
    """Return the places of the quotes that contradict the others."""
    calls = prices(1.0, forward, strikes, years, 0.0, 0.0, vols)
    return np.flatnonzero(~agreeing(strikes, calls, vols, forward)).tolist()


def changed(vols: Array, **quotes: float) -> Array:
    """Return other volatilities at some places: v4=0.05 is the fifth."""
    vols = vols.copy()
    for place, vol in quotes.items():
        vols[int(place[1:])] = vol
    return vols


def test_quotes_that_agree_are_all_kept() -> None:
    assert left_out(VOLS) == []


@pytest.mark.parametrize("place", range(len(STRIKES)))
@pytest.mark.parametrize("factor", [0.1, 0.2, 3.0, 5.0])
def test_one_wrong_quote_is_left_out_and_no_other_wherever_it_is(place: int, factor: float) -> None:
    """Too low as well as too high. Too low as the last, its call is worth nothing, which contradicts no other."""
    wrong = changed(VOLS, **{f"v{place}": factor * VOLS[place]})
    assert left_out(wrong) == ([] if place == 8 and factor < 1 else [place])


@pytest.mark.parametrize("factor", [0.3, 3.0])
@pytest.mark.parametrize("place", range(1, 7))
def test_two_wrong_neighbours_are_left_out_and_no_other(place: int, factor: float) -> None:
    wrong = VOLS.copy()
    wrong[place : place + 2] *= factor
    assert left_out(wrong) == [place, place + 1]


def test_a_low_and_a_high_quote_are_left_out_together() -> None:
    assert left_out(changed(VOLS, v2=0.6, v6=0.02)) == [2, 6]
    assert left_out(changed(VOLS, v4=0.6, v5=0.02)) == [4, 5]


@pytest.mark.parametrize("wrong", [0.02, 0.9])
def test_of_three_quotes_the_wrong_one_in_the_middle_is_left_out(wrong: float) -> None:
    strikes, vols = np.array([95.0, 100.0, 105.0]), np.array([0.23, wrong, 0.21])
    assert left_out(vols, strikes) == [1]


def test_of_two_that_contradict_each_other_one_stays() -> None:
    """The call of the second is dearer than the first: one has to go."""
    assert left_out(np.array([0.2, 0.9]), np.array([100.0, 101.0])) in ([0], [1])


def test_the_fewest_are_left_out() -> None:
    """Against all 512 selections of nine calls that are disturbed at random, of which all differ in two ways."""
    rng = np.random.default_rng(11)
    counts = []
    selections = np.array(list(itertools.product([False, True], repeat=len(STRIKES))))
    for _ in range(12):
        vols = VOLS * np.exp(0.4 * rng.standard_normal(len(VOLS)))
        calls = prices(1.0, 101.0, STRIKES, 0.25, 0.0, 0.0, vols)
        kept = agreeing(STRIKES, calls, vols, 101.0)
        most = max(chosen.sum() for chosen in selections if falls(chosen, calls) < 1e-9)
        assert most <= kept.sum() <= most + 1
        assert falls(kept, calls) < 0.02
        counts.append(int(most))
    assert len(set(counts)) > 2


def falls(chosen: Flags, calls: Array) -> float:
    """Add up the negative probability of the chosen calls."""
    x = np.concatenate([[0.0], STRIKES[chosen], [1e12]])
    y = np.concatenate([[101.0], calls[chosen], [0.0]])
    return float(np.maximum(-np.diff(np.diff(y) / np.diff(x)), 0.0).sum())


def test_what_comes_before_a_step_is_weighed_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    slopes, values, onward = rng.random(40), 5 * rng.random(40), rng.random(30)
    expected = (values - np.maximum(slopes - onward[:, None], 0.0) / 0.05).max(axis=1)
    assert best_before(slopes, values, onward, 0.05) == pytest.approx(expected, rel=1e-12)


def in_ticks(strikes: Array, forward: float, years: float, vols: Array, tick: float) -> Array:
    """Return the volatilities of options out of the money whose prices are in whole ticks, one at least."""
    calls = prices(1.0, forward, strikes, years, 0.0, 0.0, vols)
    parity = np.maximum(forward - strikes, 0.0)
    quoted = np.maximum(np.round((calls - parity) / tick), 1.0) * tick + parity
    return implied(quoted, 1.0, forward, strikes, years, 0.0, 0.0)[0]


def test_prices_in_whole_ticks_leave_nothing_out_where_strikes_are_far_apart() -> None:
    """As of Hong Kong's settlement prices: ticks of 0.01, strikes 1.00 apart, of a share at 24.35."""
    strikes = np.arange(18.0, 34.0)
    vols = in_ticks(strikes, 24.35, 56 / 365, 0.43 + 0.3 * np.square(np.log(strikes / 24.35)), 0.01)
    assert left_out(vols, strikes, 24.35, 56 / 365) == []


def test_prices_in_whole_ticks_on_narrow_strikes_are_noise_and_no_wrong_quotes() -> None:
    """As of a large fund: 160 strikes 1.00 apart, where a tick is a hundredth of probability; and one wrong quote."""
    strikes, years = np.arange(580.0, 740.0), 60 / 365
    k = np.log(strikes / 659.0)
    smooth = 0.15 - 0.4 * k + 0.8 * k * k
    wandering = smooth + 1.5e-4 * np.random.default_rng(9).uniform(-1.0, 1.0, len(k))
    vols = in_ticks(strikes, 659.0, years, wandering, 0.01)
    slopes = np.diff(prices(1.0, 659.0, strikes, years, 0.0, 0.0, vols))
    assert np.mean(np.diff(slopes) < -1e-6) > 0.2
    clean, law = Smile(659.0, years, 659.0, strikes, smooth), Smile(659.0, years, 659.0, strikes, vols)
    assert law.used_share > 0.85
    wrong = Smile(659.0, years, 659.0, strikes, changed(vols, v80=0.05))
    assert wrong.used_share > 0.85
    assert not wrong.is_used[80]
    for found in (law, wrong):
        assert found.cdf(strikes) == pytest.approx(clean.cdf(strikes), abs=0.02)


def test_calls_that_are_worth_nothing_or_certain_to_pay_do_not_contradict() -> None:
    strikes = np.array([10.0, 20.0, 30.0, 100.0, 300.0, 400.0, 500.0])
    calls = np.array([90.0, 80.0, 70.0, 5.0, 0.0, 0.0, 0.0])
    assert agreeing(strikes, calls, np.full(7, 0.1), 100.0).all()
