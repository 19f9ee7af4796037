"""One grid for all spots of a contract, against one grid for each spot."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.expectation.cash import grids
from optlab.pricing.dividends import DividendModel, Dividends, prices

COUNT = 12
RNG = np.random.default_rng(3)
SIGN = RNG.choice([-1.0, 1.0], COUNT)
K, T = RNG.uniform(50, 400, COUNT), RNG.uniform(0.05, 1.5, COUNT)
RATE, YIELD, VOL = (
    RNG.uniform(-0.01, 0.08, COUNT),
    RNG.choice([0.0, 0.02], COUNT),
    RNG.uniform(0.15, 0.7, COUNT),
)
PAID = Dividends(
    RNG.uniform(-0.2, 1.2, (COUNT, 2)) * T[:, None], RNG.uniform(0.005, 0.03, (COUNT, 2)) * K[:, None]
)
OPTION = [SIGN, K, T, RATE, YIELD, VOL]


@pytest.mark.parametrize("model", ["spot", "escrowed"])
def test_prices_at_all_spots_are_those_of_a_grid_around_each(model: DividendModel) -> None:
    """Within three deviations of the strike, to 0.0001 of it."""
    S = K[:, None] * np.exp(np.linspace(-3, 3, 7) * (VOL * np.sqrt(T))[:, None])
    found = grids(OPTION, PAID, np.full(COUNT, model == "escrowed")).prices(S)
    sign, strike, years, rate, dividend_yield, vol = (column[:, None] for column in OPTION)
    ahead = Dividends(*(column[:, None, :] for column in PAID))
    expected = prices(sign, S, strike, years, rate, dividend_yield, vol, ahead, model=model, american=True)
    assert np.max(np.abs(found - expected) / K[:, None]) < 1e-4
    assert np.max(found - np.maximum(sign * (S - K[:, None]), 0.0)) > 1.0


def test_equal_contracts_share_a_grid_and_a_missing_number_spoils_no_other() -> None:
    """Three of one contract, one without a vol."""
    option = [np.full(4, number) for number in (-1.0, 270.0, 0.33, 0.04, 0.0, 0.3)]
    option[-1][2] = np.nan
    found = grids(option, Dividends(np.full((4, 1), 0.05), np.full((4, 1), 5.0)), np.zeros(4, dtype=np.bool_))
    assert found.first[0] == found.first[1] == found.first[3]
    at_250 = found.prices(np.full((4, 1), 250.0))[:, 0]
    assert np.isnan(at_250).tolist() == [False, False, True, False]
    assert at_250[0] == at_250[3] > 20.0
