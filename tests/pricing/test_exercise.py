"""When exercise can pay, where the boundary starts, and options without randomness."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize

from optlab.pricing import black_scholes
from optlab.pricing.black_scholes import Array
from optlab.pricing.exercise import (
    DOUBLE,
    NEVER,
    SINGLE,
    Contracts,
    certain,
    has_equation,
    horizons,
    put_rates,
    region,
    starts,
)

PUTS = [
    (0.05, 0.0, SINGLE),
    (0.05, 0.10, SINGLE),
    (0.05, -0.02, SINGLE),
    (0.0, -0.02, SINGLE),  # the strike earns nothing, but to hold the stock costs
    (0.0, 0.0, NEVER),
    (0.0, 0.03, NEVER),
    (-0.01, 0.02, NEVER),
    (-0.01, -0.01, NEVER),
    (-0.02, -0.01, NEVER),
    (-0.01, -0.02, DOUBLE),
]


@pytest.mark.parametrize(("rate", "dividend_yield", "expected"), PUTS)
def test_regions(rate: float, dividend_yield: float, expected: int) -> None:
    """A put's region by its rates, and the mirrored call's by the same rates swapped."""
    put, call = np.array([-1.0]), np.array([1.0])
    assert region(put, np.array(rate), np.array(dividend_yield)).item() == expected
    assert region(call, np.array(dividend_yield), np.array(rate)).item() == expected


def test_regions_say_where_exercise_earns_anything() -> None:
    """NEVER: r K - q S is positive at no S < K; SINGLE: at all low S; DOUBLE: only above some S, and below K."""
    spots = np.linspace(1e-4, 1 - 1e-4, 2000)
    levels = (-0.03, -0.02, -0.01, 0.0, 0.01, 0.02, 0.03)
    for r, q in itertools.product(levels, levels):
        earns = r - q * spots > 0
        kind = region(np.array([-1.0]), np.array(r), np.array(q)).item()
        expected = NEVER if not earns.any() else SINGLE if earns[0] else DOUBLE
        assert kind == expected, (r, q)


def test_put_rates_are_swapped_for_calls() -> None:
    own, other = put_rates(np.array([1.0, -1.0]), np.array([0.03, 0.03]), np.array([0.01, 0.01]))
    assert own.tolist() == [0.01, 0.03]
    assert other.tolist() == [0.03, 0.01]


def test_boundaries_start_at_the_strike_or_at_r_over_q() -> None:
    r = np.array([0.05, 0.05, 0.05, 0.05, 0.0])
    q = np.array([0.0, 0.02, 0.05, 0.10, -0.02])
    ones = np.ones(5)
    with np.errstate(divide="ignore"):  # where r = 0; its callers do so too
        found = starts(Contracts(ones, r, q, ones))
    np.testing.assert_allclose(np.exp(found), [1, 1, 1, 0.5, 1])


def test_contracts_are_taken_together() -> None:
    contracts = Contracts(*np.arange(20.0).reshape(4, 5))
    np.testing.assert_array_equal(contracts.take(slice(1, 3)).q, [11, 12])


# --- without randomness ------------------------------------------------------------------------------------

CERTAIN = list(
    itertools.product(
        (1.0, -1.0),
        (60.0, 95.0, 100.0, 105.0, 150.0),
        (0.1, 3.0, 30.0),
        (-0.02, 0.0, 0.05),
        (-0.03, 0.0, 0.02, 0.08),
    )
)


def best_by_search(sign: float, S: float, K: float, T: float, r: float, q: float) -> float:
    """Find the best time of exercise on a grid, refined around its best point."""

    def loss(t: float) -> float:
        return float(-sign * (S * np.exp(-q * t) - K * np.exp(-r * t)))

    times = np.linspace(0, T, 101)
    best = min(times, key=loss)
    step = times[1]
    around = (max(best - step, 0.0), min(best + step, T))
    refined = optimize.minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-10})
    return max(0.0, -loss(best), -float(refined.fun))


def test_certain_exercises_at_the_best_time() -> None:
    """360 options: the price is that of a search over all times, and the premium what it has over expiry."""
    sign, S, T, r, q = np.array(CERTAIN).T
    found = certain(sign, S, np.full(len(S), 100.0), T, r, q)
    searched = [best_by_search(*row[:2], 100.0, *row[2:]) for row in CERTAIN]
    np.testing.assert_allclose(found.price, searched, atol=1e-9)
    european = black_scholes.prices(sign, S, 100, T, r, q, 0)
    np.testing.assert_allclose(found.premium, found.price - european, atol=1e-12)
    turns = (found.price > np.maximum(sign * (S - 100), 0) + 1e-6) & (found.price > european + 1e-6)
    assert turns.sum() >= 3  # some are best exercised between now and expiry
    assert np.isnan(found.boundary).all()


def test_certain_greeks_are_bumps() -> None:
    """Delta, rho and theta of options that are worth something, away from where the best time jumps."""
    sign, S, T, r, q = np.array(CERTAIN).T
    option = {"sign": sign, "S": S, "K": np.full(len(S), 100.0), "T": T, "r": r, "q": q}
    found = certain(**option)
    step = 1e-5

    def slope(name: str) -> tuple[Array, npt.NDArray[np.bool_]]:
        up, down = (certain(**(option | {name: option[name] + side * step})).price for side in (1, -1))
        left, right = found.price - down, up - found.price
        return (left + right) / (2 * step), np.abs(right - left) < 1e-4 * step * 100

    for name, unit, greek in (("S", 1.0, "delta"), ("r", 0.01, "rho"), ("T", -1 / 365, "theta")):
        expected, is_smooth = slope(name)
        is_smooth &= found.price > 1e-3
        assert is_smooth.sum() > 100
        np.testing.assert_allclose(
            getattr(found, greek)[is_smooth], (expected * unit)[is_smooth], atol=2e-5, err_msg=greek
        )
    assert not found.gamma.any()
    assert not found.vega.any()


def test_certain_at_the_strike_at_expiry() -> None:
    """Half a delta, as for European options."""
    signs = np.array([1.0, -1.0])
    hundred, nothing = np.full(2, 100.0), np.zeros(2)
    found = certain(signs, hundred, hundred, nothing, nothing + 0.05, nothing)
    assert found.delta.tolist() == [0.5, -0.5]
    assert found.price.tolist() == [0, 0]


def puts(years: float, rate: float, dividend_yield: float, vol: float) -> Contracts:
    return Contracts._make(np.array([number]) for number in (years, rate, dividend_yield, vol))


@pytest.mark.parametrize(
    ("put", "years"),
    [
        ((2.0, 0.05, 0.0, 0.20), 2.0),  # a drift of 0.2 deviations in two years
        ((10.0, 0.05, 0.0, 0.01), (6 * 0.01 / 0.04995) ** 2),  # of 16
        ((10.0, 0.01, 0.06, 0.01), 10.0),  # as far, but towards the boundary
    ],
)
def test_years_in_which_the_spot_has_drifted_away_do_not_matter(put: tuple[float, ...], years: float) -> None:
    assert horizons(puts(*put)).item() == pytest.approx(years, rel=1e-12)


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        ((1.0, 0.0, -0.01, 0.20), True),  # no rate, and a small drift
        ((4.0, 0.0, -0.04, 0.01), False),  # no rate, and a drift of eight deviations
        ((4.0, 0.04, -0.04, 0.01), True),  # a rate
        ((4.0, 1e-6, 0.04, 0.01), True),  # a yield above it: the start of the boundary takes care of that
    ],
)
def test_without_a_rate_a_steep_drift_leaves_no_equation(put: tuple[float, ...], *, expected: bool) -> None:
    assert bool(has_equation(puts(*put)).item()) is expected
