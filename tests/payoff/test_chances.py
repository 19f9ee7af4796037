"""Probabilities of profit against simulation, against formulas of the textbook, and what must hold of any position."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import ndtr

from optlab.payoff.chances import Chances, chances, probability_within
from optlab.payoff.laws import Law, Lognormal, Smile
from optlab.pricing.black_scholes import Array, prices

LAW = Lognormal(spot=100.0, years=0.25, vol=0.2, forward=101.0)
SMILE = Smile(100.0, 0.25, 101.0, [70, 80, 90, 100, 110, 120], [0.33, 0.29, 0.25, 0.22, 0.2, 0.2])


class Line(NamedTuple):
    """A profit as `chances` takes it."""

    nodes: list[float]
    profits: list[float]
    right_slope: float

    def at(self, S: Array) -> Array:
        """Return the profit at spots S, by numpy."""
        beyond = np.maximum(S - self.nodes[-1], 0.0)
        return np.interp(S, self.nodes, self.profits) + self.right_slope * beyond


POSITIONS = {
    "stock": Line([0.0], [-100.0], 1.0),
    "short stock": Line([0.0], [100.0], -1.0),
    "call spread": Line([0, 95, 105], [-5, -5, 5], 0.0),
    "iron condor": Line([0, 85, 90, 110, 115], [-4, -4, 1, 1, -4], 0.0),
    "call ratio 1x2": Line([0, 100, 105], [-1, -1, 4], -1.0),
    "straddle": Line([0, 100], [92, -8], 1.0),
    "short straddle": Line([0, 100], [-92, 8], -1.0),
    "short call": Line([0, 105], [2, 2], -1.0),
    "flat at zero below 100": Line([0, 100], [0, 0], 1.0),
}


@pytest.fixture(scope="module")
def spots() -> Array:
    z = np.random.default_rng(11).standard_normal(1_000_000)
    return 101.0 * np.exp(0.1 * z - 0.005)


def within(simulated: Array, exact: float) -> bool:
    """Say whether the mean of draws is within three of its standard errors, or rounding, of the exact mean."""
    return bool(abs(simulated.mean() - exact) <= 3 * simulated.std() / math.sqrt(len(simulated)) + 1e-9)


# against simulation


@pytest.mark.parametrize("name", POSITIONS)
def test_probabilities_and_means_are_those_of_a_million_draws(name: str, spots: Array) -> None:
    line = POSITIONS[name]
    profit = line.at(spots)
    found = chances(*line, LAW)
    assert within((profit > 1e-12).astype(np.float64), found.probability_of_profit)
    assert within((profit < -1e-12).astype(np.float64), found.probability_of_loss)
    assert within((np.abs(profit) <= 1e-12).astype(np.float64), found.probability_of_even)
    assert within(profit, found.expected_profit)
    assert within(profit[profit > 1e-12], found.expected_profit_if_profit)
    if found.probability_of_loss:
        assert within(profit[profit < -1e-12], found.expected_loss_if_loss)


@pytest.mark.parametrize("name", POSITIONS)
def test_percentiles_have_their_probability_among_a_million_draws(name: str, spots: Array) -> None:
    """So many draws are below each percentile, or less, and so many are not above it, or more."""
    profit = POSITIONS[name].at(spots)
    found = chances(*POSITIONS[name], LAW)
    for p, value in zip((0.05, 0.25, 0.5, 0.75, 0.95), found[6:11], strict=True):
        error = 3 * math.sqrt(p * (1 - p) / len(profit))
        assert np.mean(profit < value - 1e-9) <= p + error
        assert np.mean(profit <= value + 1e-9) >= p - error


@pytest.mark.parametrize("name", POSITIONS)
def test_expected_shortfall_is_the_mean_of_the_worst_draws(name: str, spots: Array) -> None:
    """Its variance over draws is that of what is below the percentile, and no part of it comes from the border."""
    profit = POSITIONS[name].at(spots)
    found = chances(*POSITIONS[name], LAW)
    worst = np.minimum(profit - found.percentile_5, 0.0) / 0.05
    assert within(worst, found.expected_shortfall - found.percentile_5)
    count = len(profit) // 20
    assert np.partition(profit, count)[:count].mean() == pytest.approx(
        found.expected_shortfall, abs=4 * worst.std() / math.sqrt(len(profit)) + 1e-9
    )


def test_a_smile_is_summed_as_its_own_draws_are() -> None:
    line = POSITIONS["iron condor"]
    profit = line.at(SMILE.quantile((np.arange(20_000) + 0.5) / 20_000))
    found = chances(*line, SMILE)
    assert np.mean(profit > 0) == pytest.approx(found.probability_of_profit, abs=1e-4)
    assert profit.mean() == pytest.approx(found.expected_profit, abs=1e-4)
    assert np.sort(profit)[:1000].mean() == pytest.approx(found.expected_shortfall, abs=1e-3)
    assert found[6:11] == pytest.approx(np.quantile(profit, [0.05, 0.25, 0.5, 0.75, 0.95]), abs=1e-3)


# laws and formulas


@pytest.mark.parametrize("law", [LAW, SMILE])
@pytest.mark.parametrize("name", POSITIONS)
def test_probabilities_add_up_and_so_do_means(name: str, law: Law) -> None:
    found = chances(*POSITIONS[name], law)
    total = found.probability_of_profit + found.probability_of_loss + found.probability_of_even
    assert total == pytest.approx(1.0, abs=1e-14)
    won = found.probability_of_profit * found.expected_profit_if_profit
    lost = found.probability_of_loss * found.expected_loss_if_loss if found.probability_of_loss else 0.0
    assert won + lost == pytest.approx(found.expected_profit, abs=1e-13)
    assert found.expected_shortfall <= found.percentile_5
    assert list(found[6:11]) == sorted(found[6:11])


@pytest.mark.parametrize("law", [LAW, SMILE])
def test_a_call_and_a_put_differ_by_the_forward(law: Law) -> None:
    call = chances([0, 95], [0, 0], 1.0, law)
    put = chances([0, 95], [95, 0], 0.0, law)
    assert call.expected_profit == pytest.approx(float(law.call(95.0)), rel=1e-13)
    assert call.expected_profit - put.expected_profit == pytest.approx(101.0 - 95.0, abs=1e-13)
    assert call.probability_of_profit + put.probability_of_profit == pytest.approx(1.0, abs=1e-14)


def test_a_call_bought_at_its_price_earns_nothing_beyond_interest() -> None:
    """The mean of what it pays is its price, carried to the date."""
    rate, years = 0.04, 0.25
    price = float(prices(1, 100.0, [105.0], years, rate, 0.0, 0.2)[0])
    law = Lognormal(100.0, years, 0.2, 100.0 * math.exp(rate * years))
    found = chances([0, 105], [-price, -price], 1.0, law)
    assert found.expected_profit == pytest.approx(price * (math.exp(rate * years) - 1.0), abs=1e-13)


def test_a_long_calls_chances_are_the_textbooks() -> None:
    """Above the breakeven of 107; half of all outcomes lose the premium of 2, so that the median is an atom."""
    found = chances([0, 105], [-2, -2], 1.0, LAW)
    d2 = math.log(101.0 / 107.0) / 0.1 - 0.05
    assert found.probability_of_profit == pytest.approx(ndtr(d2), rel=1e-12)
    assert found[6:9] == (-2.0, -2.0, -2.0)
    assert found.percentile_95 == pytest.approx(float(LAW.quantile(0.95)) - 107.0, abs=1e-9)
    assert found.expected_shortfall == -2.0
    assert found.expected_profit == pytest.approx(float(LAW.call(105.0)) - 2.0, abs=1e-13)


def test_percentiles_and_shortfall_of_stock_are_those_of_spot() -> None:
    """E[S; S <= q] of a lognormal is F N(z - s) with q at z deviations."""
    found = chances(*POSITIONS["stock"], LAW)
    assert found[6:11] == pytest.approx(LAW.quantile([0.05, 0.25, 0.5, 0.75, 0.95]) - 100.0, abs=1e-9)
    z = -1.6448536269514722
    assert found.expected_shortfall == pytest.approx(101.0 * ndtr(z - 0.1) / 0.05 - 100.0, abs=1e-9)


def test_a_short_position_has_the_percentiles_of_the_long_one_turned_round() -> None:
    long, short = chances(*POSITIONS["straddle"], LAW), chances(*POSITIONS["short straddle"], LAW)
    assert short[6:11] == pytest.approx([-value for value in reversed(long[6:11])], abs=1e-9)
    assert short.probability_of_profit == pytest.approx(long.probability_of_loss, abs=1e-14)


def test_many_nodes_are_the_same_position_as_few() -> None:
    line = POSITIONS["call ratio 1x2"]
    nodes = np.union1d(np.linspace(0.0, 180.0, 501), line.nodes)
    assert chances(nodes, line.at(nodes), -1.0, LAW) == pytest.approx(chances(*line, LAW), abs=2e-9)


def test_a_position_with_many_waves_has_its_percentiles_too() -> None:
    """A zigzag over 200 nodes: at each percentile many stretches are cut, and its probability is summed directly."""
    rng = np.random.default_rng(2)
    nodes, profits = np.linspace(0.0, 200.0, 201), rng.normal(size=201)
    found = chances(nodes, profits, 0.0, LAW)
    for p, value in zip((0.05, 0.25, 0.5, 0.75, 0.95), found[6:11], strict=True):
        assert probability_within(nodes, profits, 0.0, LAW, -np.inf, value) == pytest.approx(p, abs=1e-10)


@pytest.mark.parametrize("name", POSITIONS)
def test_profits_from_low_to_high_have_the_mass_between_their_spots(name: str) -> None:
    line = POSITIONS[name]
    parts = [
        probability_within(*line, LAW, low, high)
        for low, high in ((-np.inf, -2.5), (-2.5, 3.5), (3.5, np.inf))
    ]
    assert sum(parts) == pytest.approx(1.0, abs=1e-14)
    spots = LAW.quantile((np.arange(100_000) + 0.5) / 100_000)
    assert np.mean(line.at(spots) <= -2.5) == pytest.approx(parts[0], abs=3e-5)


def test_a_percentile_in_a_level_stretch_is_exactly_its_level() -> None:
    assert chances(*POSITIONS["iron condor"], LAW)[8:11] == (1.0, 1.0, 1.0)
    assert chances(*POSITIONS["call spread"], LAW).percentile_75 == 5.0


def test_a_breakeven_far_beyond_the_last_node_is_not_missed() -> None:
    """Beyond 405, fourteen deviations away."""
    found = chances([0, 105], [-300, -300], 1.0, LAW)
    assert found.probability_of_profit == pytest.approx(float(LAW.mass(405.0, np.inf)), rel=1e-9, abs=0)
    assert 0.0 < found.probability_of_profit < 1e-40


def test_percentiles_of_wild_stock_are_those_of_spot() -> None:
    wild = Lognormal(spot=100.0, years=1.0, vol=2.0, forward=100.0)
    expected = wild.quantile([0.05, 0.25, 0.5, 0.75, 0.95]) - 100.0
    assert chances(*POSITIONS["stock"], wild)[6:11] == pytest.approx(expected, abs=1e-8)


def test_a_level_stretch_counts_where_it_is_the_border() -> None:
    line = POSITIONS["iron condor"]
    assert probability_within(*line, LAW, 1.0, 1.0) == pytest.approx(float(LAW.mass(90, 110)), abs=1e-14)
    assert probability_within(*line, LAW, 0.0, np.inf) == chances(*line, LAW).probability_of_profit


# edges


def test_a_stretch_without_profit_or_loss_is_neither() -> None:
    found = chances([0, 90, 110], [-90, 0, 0], 1.0, LAW)
    assert found.probability_of_even == pytest.approx(float(LAW.mass(90, 110)), abs=1e-15)
    assert found.probability_of_profit == pytest.approx(1 - float(LAW.cdf(110)), abs=1e-15)
    assert found.percentile_50 == 0.0


def test_two_nodes_at_one_spot_do_no_harm() -> None:
    twice = chances([0, 95, 95, 105], [-5, -5, -5, 5], 0.0, LAW)
    assert twice == pytest.approx(chances([0, 95, 105], [-5, -5, 5], 0.0, LAW), abs=1e-12)
    step = chances([0, 95, 95], [-5, -5, 5], 0.0, LAW)
    assert step.probability_of_loss == pytest.approx(float(LAW.cdf(95.0)), abs=1e-15)
    assert step.percentile_25 == -5.0
    assert step.percentile_75 == 5.0


def test_rounding_is_neither_profit_nor_loss() -> None:
    box = chances([0, 95, 105], [1e-14, -2e-14, 1e-14], 1e-18, LAW, stake=100.0)
    assert box.probability_of_even == pytest.approx(1.0, abs=1e-15)
    found = chances([0, 90, 110], [-90, 3e-14, -2e-14], 1.0, LAW)
    assert found.probability_of_even == pytest.approx(float(LAW.mass(90, 110)), abs=1e-15)


def test_a_profit_that_never_changes_has_no_conditional_means_on_the_other_side() -> None:
    found = chances([0.0], [3.0], 0.0, LAW)
    assert found[:5] == (1.0, 0.0, 0.0, 3.0, 3.0)
    assert math.isnan(found.expected_loss_if_loss)
    assert found[6:] == (3.0,) * 6


@pytest.mark.parametrize(
    "law",
    [
        Lognormal(100.0, 0.0, 0.2, 101.0),
        Lognormal(100.0, 0.5, 0.0, 101.0),
        Smile(100.0, 0.0, 101.0, [100.0], [0.2]),
    ],
)
def test_a_certain_spot_has_a_certain_profit(law: Law) -> None:
    found = chances(*POSITIONS["stock"], law)
    assert found[:5] == (1.0, 0.0, 0.0, 1.0, 1.0)
    assert math.isnan(found.expected_loss_if_loss)
    assert found[6:] == (1.0,) * 6
    assert chances([0, 101], [-1, 0], 1.0, law).probability_of_even == 1.0
    assert chances(*POSITIONS["short stock"], law).expected_loss_if_loss == -1.0
    assert probability_within(*POSITIONS["stock"], law, 0.5, 1.5) == 1.0


def test_hardly_any_volatility_is_nearly_certain() -> None:
    found = chances(*POSITIONS["straddle"], Lognormal(100.0, 0.25, 1e-6, 101.0))
    assert found.probability_of_loss == pytest.approx(1.0)
    assert found[6:] == pytest.approx([-7.0] * 6, abs=1e-3)


@pytest.mark.parametrize(
    ("profits", "slope", "law"),
    [
        ([-5.0, np.nan, 5.0], 0.0, LAW),
        ([-5.0, -5.0, 5.0], np.nan, LAW),
        ([-5.0, -5.0, 5.0], 1.0, Lognormal(100.0, 0.25, np.nan, 101.0)),
        ([-5.0, -5.0, 5.0], 1.0, Lognormal(100.0, 0.25, 0.2, np.nan)),
    ],
)
def test_a_number_that_is_missing_makes_all_missing(profits: list[float], slope: float, law: Law) -> None:
    found = chances([0.0, 95.0, 105.0], profits, slope, law)
    assert np.isnan(found).all()
    assert len(found) == len(Chances._fields)
