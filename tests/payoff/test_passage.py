"""Normal tails, and levels that are reached in time: against scipy and the reflection principle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from optlab.payoff.laws import Smile
from optlab.payoff.passage import falling_away, first_passage, normal_tails
from optlab.pricing.black_scholes import Array


def test_both_tails_have_their_own_accuracy() -> None:
    """Far out too, where one minus the other would be nothing."""
    d = np.array([-30.0, -8.0, -1.0, 0.0, 0.5, 8.0, 30.0])
    below, above, density = normal_tails(d)
    assert below == pytest.approx(norm.sf(d), rel=1e-12)
    assert above == pytest.approx(norm.cdf(d), rel=1e-12)
    assert density == pytest.approx(norm.pdf(d), rel=1e-12)
    assert np.isnan(normal_tails(np.array([np.nan]))[0]).all()


def test_without_drift_a_level_is_reached_twice_as_often_as_it_is_passed() -> None:
    """The reflection principle: growth of s^2 / 2 leaves the logarithm no drift."""
    s, h = np.full(4, 0.2), np.array([0.1, 0.5, -0.1, -0.5])
    found = first_passage(h, 0.02, s)
    assert found == pytest.approx(2.0 * norm.sf(np.abs(h) / 0.2), rel=1e-12)


def test_the_textbook_formula_and_what_is_certain() -> None:
    """With drift; and without randomness a level is reached if the drift leads there."""
    s, growth, h = 0.3, 0.05, 0.2
    m = growth - s * s / 2
    expected = norm.cdf((m - h) / s) + math.exp(2 * m * h / s**2) * norm.cdf((-m - h) / s)
    assert first_passage(np.array([h]), growth, np.array([s])) == pytest.approx([expected], rel=1e-12)
    with np.errstate(all="ignore"):
        certain = first_passage(np.array([0.04, 0.06, -0.01]), growth, np.zeros(3))
    assert certain.tolist() == [1.0, 0.0, 0.0]


def test_what_rises_away_from_spot_is_as_likely_as_the_farthest_top() -> None:
    """From 10 upwards there is a top at 14, downwards one at 7; between points what is found stands if it falls."""
    points = np.array([6.0, 7.0, 8.0, 9.0, 11.0, 12.0, 13.0, 14.0, 15.0])
    found = np.array([0.1, 0.4, 0.3, 0.6, 0.7, 0.4, 0.3, 0.5, 0.2])
    levels = np.array([5.0, 6.5, 7.5, 8.5, 9.0, 11.5, 13.0, 13.5, 14.5, 20.0])
    by_themselves = np.array([0.05, 0.2, 0.35, 0.5, 0.6, 0.6, 0.3, 0.35, 0.3, 0.01])
    outwards = falling_away(levels, by_themselves, 10.0, points, found)
    assert outwards.tolist() == [0.05, 0.2, 0.4, 0.5, 0.6, 0.6, 0.5, 0.5, 0.3, 0.01]


def test_a_level_is_never_likelier_than_the_next_point_nearer_to_spot() -> None:
    outwards = falling_away(
        np.array([11.5, 8.5]), np.array([0.9, 0.9]), 10.0, np.array([8.0, 9.0, 11.0]), np.full(3, 0.5)
    )
    assert outwards.tolist() == [0.5, 0.5]


def by_level(law: Smile, levels: Array) -> Array:
    """Return the probability to touch levels, with each level's own volatility and nothing else."""
    s = law.vol_at(levels) * law.years**0.5
    with np.errstate(over="ignore", invalid="ignore"):
        return first_passage(np.log(levels / law.spot), math.log(law.forward / law.spot), s)


def random_smile(rng: np.random.Generator) -> Smile:
    """Make the law of a skew with a bend, with noise, and sometimes with a quote that is wrong."""
    years, noise = rng.choice([0.02, 0.1, 0.5, 2.0]), rng.choice([0.0, 0.01, 0.05])
    strikes = 100.0 * np.exp(np.sort(rng.uniform(-1.0, 1.0, rng.integers(3, 30))) * 2.5 * 0.3 * years**0.5)
    k = np.log(strikes / 100.0) / years**0.5
    vols = np.maximum(0.25 - rng.uniform(-0.1, 0.3) * k + rng.uniform(0.0, 0.5) * k * k, 0.05)
    vols = vols * np.exp(noise * rng.standard_normal(len(strikes)))
    vols[rng.integers(len(vols))] *= rng.choice([1.0, 1.0, 0.2, 3.0])
    return Smile(100.0, years, 100.0 * np.exp(rng.uniform(-0.05, 0.05)), strikes, vols)


def test_a_level_farther_away_is_never_likelier_to_be_touched() -> None:
    """On 200 smiles, good and bad, to either side of spot; and never less likely than to finish beyond."""
    rng = np.random.default_rng(20)
    out = np.geomspace(1.0, 4.0, 1001)[1:]
    turned = repaired = 0
    for law in (random_smile(rng) for _ in range(200)):
        up, down = law.touch(100.0 * out), law.touch(100.0 / out)
        assert max(np.diff(up).max(), np.diff(down).max()) <= 1e-12
        assert np.all(up >= law.mass(100.0 * out, np.inf) - 1e-12)
        assert np.all(down >= law.cdf(100.0 / out) - 1e-12)
        assert np.diff(law.touch(100.0 * out, 0.1)).max() <= 1e-12
        assert law.touch(100.0 * out[::97]) == pytest.approx(up[::97], rel=1e-12)
        turned += any(np.diff(by_level(law, levels)).max() > 1e-6 for levels in (100.0 * out, 100.0 / out))
        repaired += law.is_repaired
    assert turned > 20
    assert 50 < repaired < 200
