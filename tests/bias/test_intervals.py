"""How sure a share is: Wilson's interval against scipy, the bootstrap against the laws that it must keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from optlab.bias.intervals import MANY, Z_95, bootstrap, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (5, 5), (11, 20), (1, 300), (299, 300), (0, 1), (1, 1)])
def test_wilson_equals_scipy(hits: int, n: int) -> None:
    interval = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert wilson(hits / n, n) == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_the_deviate_of_wilson_is_that_of_95_percent() -> None:
    from scipy.stats import norm

    assert pytest.approx(norm.ppf(0.975), abs=1e-15) == Z_95


def test_nobody_is_sure_of_nothing() -> None:
    assert all(math.isnan(end) for end in wilson(0.5, 0))


def lognormal_weights(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw sizes as trades have them, a few large and many small, about half of them bullish."""
    generator = np.random.default_rng(7)
    return generator.lognormal(0.0, 1.0, n), generator.random(n) < 0.55


def test_the_bootstrap_of_a_large_sample_is_the_normal_law_of_a_ratio() -> None:
    """3,000 strategies: p +- 1.96 sqrt(sum w^2 (b - p)^2) / sum w, to a tenth of its width."""
    weights, is_bullish = lognormal_weights(3_000)
    share = weights[is_bullish].sum() / weights.sum()
    half = 1.96 * math.sqrt(sum(weights**2 * (is_bullish - share) ** 2)) / weights.sum()
    low, high = bootstrap(weights, is_bullish)
    assert (low, high) == pytest.approx((share - half, share + half), abs=0.1 * half)


def test_the_bootstrap_of_equal_weights_is_binomial() -> None:
    """Of forty equal strategies twenty are bullish: the quantiles of a coin thrown forty times."""
    low, high = bootstrap(np.full(40, 3.0), np.arange(40) < 20)
    ends = [float(binom.ppf(chance, 40, 0.5)) / 40 for chance in (0.025, 0.975)]
    assert [low, high] == pytest.approx(ends, abs=1 / 40 + 1e-12)


def test_the_bootstrap_is_the_same_in_every_run() -> None:
    weights, is_bullish = lognormal_weights(50)
    assert bootstrap(weights, is_bullish) == bootstrap(weights, is_bullish)


@pytest.mark.parametrize("n", [9, 50, MANY + 50])
def test_the_order_of_strategies_does_not_matter(n: int) -> None:
    """Ties included: weights of whole contracts, in three orders."""
    weights, is_bullish = np.ceil(lognormal_weights(n)[0]), lognormal_weights(n)[1]
    straight = bootstrap(weights, is_bullish)
    for seed in (1, 2):
        order = np.random.default_rng(seed).permutation(n)
        assert bootstrap(weights[order], is_bullish[order]) == straight


def test_the_unit_of_the_weights_does_not_matter() -> None:
    """Dollars or thousands of dollars."""
    weights, is_bullish = lognormal_weights(60)
    assert bootstrap(1024 * weights, is_bullish) == pytest.approx(bootstrap(weights, is_bullish), rel=1e-12)


@pytest.mark.parametrize("weights", [[0.0, 0.0], []])
def test_where_nothing_weighs_there_is_no_interval(weights: list[float]) -> None:
    ends = bootstrap(np.array(weights), np.ones(len(weights), dtype=bool))
    assert all(math.isnan(end) for end in ends)


@pytest.mark.parametrize("n", [1, 20, MANY + 1])
def test_all_bullish_is_sure_and_so_is_none(n: int) -> None:
    weights = np.linspace(1.0, 2.0, n)
    assert bootstrap(weights, np.ones(n, dtype=bool)) == pytest.approx((1.0, 1.0), abs=1e-12)
    assert bootstrap(weights, np.zeros(n, dtype=bool)) == (0.0, 0.0)


def test_one_strategy_that_weighs_all_the_others_decides_alone() -> None:
    """Draws without it weigh nothing and are left out; with it the share is 1."""
    weights = np.array([0.0] * 9 + [5.0])
    assert bootstrap(weights, weights > 0) == (1.0, 1.0)


def test_one_large_strategy_makes_the_share_unsure() -> None:
    """Nine small bearish ones and a bullish one of the size of nine: it is drawn twice, or not at all."""
    low, high = bootstrap(np.array([1.0] * 9 + [9.0]), np.arange(10) == 9)
    assert low == 0.0
    assert 0.7 < high < 0.9


def test_the_limit_agrees_with_the_draws_just_below_it() -> None:
    """5,000 strategies are drawn, 5,001 are not."""
    weights, is_bullish = lognormal_weights(MANY + 1)
    drawn, limit = bootstrap(weights[:-1], is_bullish[:-1]), bootstrap(weights, is_bullish)
    width = limit[1] - limit[0]
    assert drawn == pytest.approx(limit, abs=0.05 * width)
