"""Normal tails, and levels that are reached in time: against scipy and the reflection principle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from optlab.payoff.passage import first_passage, normal_tails


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
