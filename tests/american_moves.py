"""Packages whose later legs are American, to be leaned in tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from move_cases import random_packages
from optlab.expectation import Packages


def american_packages(count: int, legs: int, later: int, seed: int) -> Packages:
    """Draw strategies whose later legs are American, most of them puts, where early exercise matters.

    Rates are 3% to 15%, yields 0 to 12%, vols 10% to 140%, strikes within 2.5 deviations; a day to 18 months to
    the horizon, and an hour to two years from there.
    """
    drawn, rng = random_packages(count, legs, later, seed), np.random.default_rng(seed)
    shape = (count, legs)
    rate, dividend_yield = rng.uniform(0.03, 0.15, shape), rng.uniform(0.0, 0.12, shape)
    vol, horizon = np.exp(rng.uniform(np.log(0.14), 0.0, count)), np.minimum(drawn.horizon, 1.5)
    forward = drawn.spot * np.exp((rate[:, 0] - dividend_yield[:, 0]) * horizon)
    deviations = (vol * np.sqrt(horizon))[:, None] * rng.uniform(-2.5, 2.5, shape)
    return replace(
        drawn,
        sign=np.where(drawn.sign == 0, 0.0, rng.choice([-1.0, 1.0], shape, p=[0.7, 0.3])),
        strike=forward[:, None] * np.exp(deviations),
        years=drawn.years - drawn.horizon[:, None] + horizon[:, None],
        rate=rate,
        dividend_yield=dividend_yield,
        vol=vol[:, None] * rng.uniform(0.7, 1.4, shape),
        horizon=horizon,
        forward=forward,
        horizon_vol=vol,
        american=np.ones((), dtype=np.bool_),
    )
