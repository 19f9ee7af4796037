"""One grid for all spots of a contract, against one grid for each spot and QuantLib."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.pricing import quantlib
from optlab.pricing.cash_grids import grids
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


@pytest.mark.parametrize("american", [True, False])
@pytest.mark.parametrize("model", ["spot", "escrowed"])
def test_prices_at_all_spots_are_those_of_a_grid_around_each(model: DividendModel, *, american: bool) -> None:
    """Within three deviations of the strike, to 0.0001 of it."""
    S = K[:, None] * np.exp(np.linspace(-3, 3, 7) * (VOL * np.sqrt(T))[:, None])
    found = grids(OPTION, PAID, np.full(COUNT, model == "escrowed"), np.full(COUNT, american)).prices(S)
    sign, strike, years, rate, dividend_yield, vol = (column[:, None] for column in OPTION)
    ahead = Dividends(*(column[:, None, :] for column in PAID))
    expected = prices(
        sign, S, strike, years, rate, dividend_yield, vol, ahead, model=model, american=american
    )
    assert np.max(np.abs(found - expected) / K[:, None]) < 1e-4
    assert np.max(found - np.maximum(sign * (S - K[:, None]), 0.0)) > 1.0


def test_equal_contracts_share_a_grid_and_a_missing_number_spoils_no_other() -> None:
    """Three of one contract, one without a vol."""
    option = [np.full(4, number) for number in (-1.0, 270.0, 0.33, 0.04, 0.0, 0.3)]
    option[-1][2] = np.nan
    ahead, no = Dividends(np.full((4, 1), 0.05), np.full((4, 1), 5.0)), np.zeros(4, dtype=np.bool_)
    found = grids(option, ahead, no, ~no)
    assert found.first[0] == found.first[1] == found.first[3]
    at_250 = found.prices(np.full((4, 1), 250.0))[:, 0]
    assert np.isnan(at_250).tolist() == [False, False, True, False]
    assert at_250[0] == at_250[3] > 20.0


def test_european_and_american_prices_are_quantlibs_at_spots_far_apart() -> None:
    """Puts and a call with two dividends in the spot model, by its finite differences: within 0.002 on 100."""
    S = np.array([[80.0, 115.0]])
    ahead = Dividends(np.array([[0.2, 0.6]]), np.array([[2.0, 3.0]]))
    for sign, american in ((-1.0, False), (-1.0, True), (1.0, True)):
        option = [np.array([number]) for number in (sign, 100.0, 0.8, 0.04, 0.01, 0.3)]
        found = grids(option, ahead, np.array([False]), np.array([american])).prices(S)
        _, K, T, r, q, vol = (column.repeat(2) for column in option)
        each = Dividends(*(column.repeat(2, axis=0) for column in ahead))
        theirs = quantlib.evaluate(
            [sign] * 2, S[0], K, T, r, q, vol, each, model="spot", american=[american] * 2
        )
        assert found[0] == pytest.approx(theirs.price, abs=2e-3)


def test_far_below_the_grid_a_put_is_worth_its_strike() -> None:
    """Discounted if it is European: the line on which it lies above would lead to more, the dividend besides."""
    option = [np.full(2, number) for number in (-1.0, 100.0, 0.5, 0.05, 0.0, 0.05)]
    ahead, is_american = Dividends(np.full((2, 1), 0.25), np.full((2, 1), 4.0)), np.array([False, True])
    for model in (False, True):
        found = grids(option, ahead, np.full(2, model), is_american)
        at_nothing = found.prices(np.zeros((2, 1)))[:, 0]
        assert at_nothing == pytest.approx([100 * np.exp(-0.025), 100], rel=1e-6)
        assert found.prices(np.array([[60.0], [60.0]]))[0, 0] == pytest.approx(
            100 * np.exp(-0.025) - 60 + 4 * np.exp(-0.0125), abs=1e-3
        )
        calls = grids([np.ones(2), *option[1:]], ahead, np.full(2, model), is_american)
        assert calls.prices(np.array([[0.0, 1.0], [0.0, 1.0]])).tolist() == [[0, 0], [0, 0]]


def test_dividends_of_one_day_are_one() -> None:
    """Two of 2 are one of 4, in any order beside another day's; what has no spot has no price."""
    option = [np.full(2, number) for number in (1.0, 100.0, 0.5, 0.02, 0.0, 0.3)]
    dates, cash = (
        np.array([[0.4, 0.2, 0.4], [0.2, 0.4, np.nan]]),
        np.array([[2.0, 1.0, 2.0], [1.0, 4.0, 0.0]]),
    )
    found = grids(option, Dividends(dates, cash), np.zeros(2, dtype=np.bool_), np.ones(2, dtype=np.bool_))
    at_110, *odd = found.prices(np.array([[110.0, np.nan, -1.0, np.inf]] * 2)).T
    assert found.first[0] == found.first[1]
    assert at_110[0] == at_110[1] > 12.0
    assert np.isnan(odd).all()
