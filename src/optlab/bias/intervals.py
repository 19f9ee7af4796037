"""How sure a share is: Wilson's interval for counts, the bootstrap for weighted shares."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054

DRAWS, SEED = 2_000, 20_190_320
"""The bootstrap's draws, and the seed that makes them the same in every run."""

MANY = 5_000
"""With more strategies than this the bootstrap's limit stands for it: the normal law of a ratio of sums."""

CHUNK = 2_000_000
"""Numbers drawn at once."""

Floats = NDArray[np.float64]


def wilson(share: float, n: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a share seen in n cases.

    Reference: Wilson, E. B. (1927), JASA 22, 209-212. Checked in tests/bias/test_intervals.py against scipy.

    >>> tuple(round(end, 2) for end in wilson(0.55, 20))
    (0.34, 0.74)
    """
    if n == 0:
        return math.nan, math.nan
    share = min(max(share, 0.0), 1.0)
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low, high = (middle - half) / scale, (middle + half) / scale
    return (0.0 if share == 0 else max(0.0, low)), (1.0 if share == 1 else min(1.0, high))


def bootstrap(weights: Floats, is_bullish: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the 95% interval of a weighted bullish share, by drawing strategies again with replacement.

    Parameters
    ----------
    weights : ndarray, shape (strategies,)
        What each strategy counts for; not negative.
    is_bullish : ndarray of bool, shape (strategies,)
        Which of them are bullish.

    Returns
    -------
    tuple of float
        The 2.5% and the 97.5% quantile of 2,000 draws, the same in every run and for any order of the
        strategies. NaN where nothing weighs anything. Above 5,000 strategies it is the normal limit of the
        same draws, p +- 1.96 sqrt(sum w^2 (b - p)^2) / sum w.

    References
    ----------
    Efron, B. (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1-26.
    """
    total = float(weights.sum())
    if not total > 0:
        return math.nan, math.nan
    share = float(weights[is_bullish].sum()) / total
    if len(weights) > MANY:
        half = Z_95 * math.sqrt(float((weights**2 * (is_bullish - share) ** 2).sum())) / total
        return max(0.0, share - half), min(1.0, share + half)
    order = np.lexsort((is_bullish, weights))
    shares = _drawn_shares(weights[order], is_bullish[order])
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


def _drawn_shares(weights: Floats, is_bullish: NDArray[np.bool_]) -> Floats:
    """Return the bullish share of each draw; a draw in which nothing weighs anything is left out."""
    generator = np.random.default_rng(SEED)
    size = max(CHUNK // len(weights), 1)
    shares = []
    for start in range(0, DRAWS, size):
        chosen = generator.integers(0, len(weights), (min(size, DRAWS - start), len(weights)))
        total = weights[chosen].sum(axis=1)
        bullish = (weights * is_bullish)[chosen].sum(axis=1)
        shares.append(bullish[total > 0] / total[total > 0])
    return np.concatenate(shares)
