"""Expected moves against brute force, closed forms and laws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from optlab.expectation import Packages, expected_moves
from optlab.pricing.black_scholes import prices

SPOT, RATE, YIELD = 24.24, 0.027, 0.01


def packages(*legs: tuple[float, float, float, float, float], horizon: float, vol: float) -> Packages:
    """Make one strategy of legs (units, sign, strike, years, vol)."""
    units, sign, strike, years, vols = (np.array([column]) for column in zip(*legs, strict=True))
    return Packages(
        units=units,
        sign=sign,
        strike=strike,
        years=years,
        rate=np.full_like(units, RATE),
        dividend_yield=np.full_like(units, YIELD),
        vol=vols,
        spot=np.array([SPOT]),
        horizon=np.array([horizon]),
        forward=np.array([SPOT * np.exp((RATE - YIELD) * horizon)]),
        horizon_vol=np.array([vol]),
    )


def brute_force(package: Packages, nodes: int = 2_000_001) -> tuple[float, float, float]:
    """Integrate by the trapezoidal rule on a very fine grid."""
    deviation = package.horizon_vol[0] * np.sqrt(package.horizon[0])
    z = np.linspace(-9.0, 9.0 + deviation, nodes)
    S = package.forward[0] * np.exp(deviation * z - 0.5 * deviation**2)
    density = norm.pdf(z)
    gain = package.worth(S[None, :])[0] - package.worth(package.forward[:, None])[0, 0]
    side = np.where(package.forward[0] < S, 1.0, -1.0)
    return tuple(
        float(np.trapezoid(density * integrand, z))
        for integrand in (np.abs(gain), np.abs(S - package.forward[0]), gain * side)
    )  # type: ignore[return-value]


DIAGONAL = packages((-1, 1, 27, 0.15, 0.44), (1, 1, 24, 0.24, 0.42), horizon=0.15, vol=0.44)
PUT_CALENDAR = packages((-1, -1, 23, 0.07, 0.43), (1, -1, 23, 0.15, 0.43), horizon=0.07, vol=0.43)
CONDOR = packages(
    *((1, -1, 20, 0.15, 0.47), (-1, -1, 22, 0.15, 0.44), (-1, 1, 27, 0.15, 0.43), (1, 1, 29, 0.15, 0.44)),
    horizon=0.15,
    vol=0.43,
)
COVERED_CALL = packages((1, 0, np.nan, np.nan, np.nan), (-1, 1, 27, 0.15, 0.43), horizon=0.15, vol=0.43)
LONG_AND_WILD = packages((1, 1, 30, 10.0, 5.0), (-1, 1, 20, 4.0, 3.0), horizon=4.0, vol=3.0)


@pytest.mark.parametrize(
    "package",
    [DIAGONAL, PUT_CALENDAR, CONDOR, COVERED_CALL],
    ids=["diagonal", "put calendar", "condor", "covered call"],
)
def test_moves_equal_brute_force(package: Packages) -> None:
    """The split quadrature and two million trapezoids give the same three expectations."""
    moves = expected_moves(package)
    expected = brute_force(package)
    assert [moves.strategy[0], moves.spot[0], moves.lean[0]] == pytest.approx(expected, rel=2e-7, abs=1e-8)


def test_a_wild_long_dated_diagonal_is_still_right() -> None:
    """Three hundred percent vol over four years spreads the mass over fifteen deviations."""
    moves = expected_moves(LONG_AND_WILD)
    assert moves.strategy[0] == pytest.approx(brute_force(LONG_AND_WILD)[0], rel=1e-6)


def test_expected_move_of_spot_is_an_at_the_money_straddle() -> None:
    """E|S - F| is the undiscounted call and put struck at the forward."""
    moves = expected_moves(DIAGONAL)
    forward = DIAGONAL.forward
    call = prices(np.array([1.0]), forward, forward, np.array([0.15]), 0.0, 0.0, np.array([0.44]))
    assert moves.spot[0] == pytest.approx(2 * call[0], rel=1e-10)


def test_stock_moves_as_spot_does() -> None:
    """One unit of stock has M = E|S - F| and leans fully up."""
    stock = packages((1, 0, np.nan, np.nan, np.nan), horizon=30 / 365, vol=0.43)
    moves = expected_moves(stock)
    assert moves.strategy[0] == pytest.approx(moves.spot[0], rel=1e-14)
    assert moves.lean[0] == pytest.approx(moves.spot[0], rel=1e-14)


def test_a_straddle_at_the_forward_leans_nowhere_in_probability() -> None:
    """E[(V - V(F)) 1{S > F}] and the other side are each half of E|S - F|: the lean is zero."""
    strike = SPOT * np.exp((RATE - YIELD) * 0.1)
    straddle = packages((1, 1, strike, 0.1, 0.4), (1, -1, strike, 0.1, 0.4), horizon=0.1, vol=0.4)
    assert expected_moves(straddle).lean[0] == pytest.approx(0.0, abs=1e-12)


def test_many_strategies_at_once_equal_one_at_a_time() -> None:
    """Chunks and padding change nothing."""
    both = Packages(
        **{
            name: np.concatenate([vars(DIAGONAL)[name], vars(PUT_CALENDAR)[name], vars(COVERED_CALL)[name]])
            for name in vars(DIAGONAL)
        }
    )
    together = expected_moves(both, chunk=2)
    alone = [expected_moves(package).strategy[0] for package in (DIAGONAL, PUT_CALENDAR, COVERED_CALL)]
    assert together.strategy == pytest.approx(alone, rel=1e-9)


def test_no_strategies_give_empty_answers() -> None:
    """An empty book is no error."""
    empty = Packages(**{name: values[:0] for name, values in vars(DIAGONAL).items()})
    assert expected_moves(empty).strategy.shape == (0,)
