"""Expected moves against integration, closed forms and laws."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from american_moves import american_packages
from move_cases import RATE, SPOT, YIELD, integrated, packages, random_packages, sizes, together
from optlab.expectation import Packages, expected_moves
from optlab.pricing.black_scholes import prices

DIAGONAL = packages((-1, 1, 27, 0.15, 0.44), (1, 1, 24, 0.24, 0.42), horizon=0.15, vol=0.44)
PUT_CALENDAR = packages((-1, -1, 23, 0.07, 0.43), (1, -1, 23, 0.15, 0.43), horizon=0.07, vol=0.43)
CONDOR = packages(
    *((1, -1, 20, 0.15, 0.47), (-1, -1, 22, 0.15, 0.44), (-1, 1, 27, 0.15, 0.43), (1, 1, 29, 0.15, 0.44)),
    horizon=0.15,
    vol=0.43,
)
COVERED_CALL = packages((1, 0, np.nan, np.nan, np.nan), (-1, 1, 27, 0.15, 0.43), horizon=0.15, vol=0.43)
LONG_AND_WILD = packages((1, 1, 30, 10.0, 5.0), (-1, 1, 20, 4.0, 3.0), horizon=4.0, vol=3.0)


MIXES = [(1, 0), (2, 0), (3, 0), (4, 0), (1, 1), (2, 1), (2, 2), (3, 1), (4, 2), (4, 3), (6, 4)]


@pytest.mark.parametrize(("legs", "later"), MIXES)
def test_moves_equal_integration(legs: int, later: int) -> None:
    """A day to five years, vol 1% to 400%, strikes to three deviations: all three to 1e-9 of the legs' size."""
    drawn = random_packages(30, legs, later, seed=legs * 10 + later)
    moves = expected_moves(drawn)
    found = np.stack([moves.strategy, moves.spot, moves.lean])
    expected = np.array([integrated(drawn, row) for row in range(30)]).T
    assert np.max(np.abs(found - expected) / sizes(drawn)) < 1e-10


@pytest.mark.parametrize(("legs", "later"), [(2, 1), (2, 2), (3, 1), (4, 2)])
def test_moves_with_early_exercise_equal_integration(legs: int, later: int) -> None:
    """Of American prices at thousands of spots: to 0.0001 of the expected move, most to a billionth."""
    drawn = american_packages(12, legs, later, seed=legs * 10 + later)
    assert drawn.exercisable.any(axis=1).sum() >= 9
    moves = expected_moves(drawn)
    expected = np.array([integrated(drawn, row, panels=100) for row in range(12)]).T
    found = np.stack([moves.strategy, moves.spot, moves.lean])
    assert np.max(np.abs(found - expected) / expected[0]) < 1e-4
    european = expected_moves(changed(drawn, american=np.zeros((), dtype=np.bool_)))
    assert np.max(np.abs(european.strategy - expected[0]) / expected[0]) > 0.01


def test_a_put_diagonal_at_a_high_rate_leans_as_integration_says() -> None:
    """Short the 24, long the 30 put a year later at 15%: its early exercise is a tenth of the lean."""
    diagonal = changed(
        packages((-1, -1, 24, 0.15, 0.43), (1, -1, 30, 1.15, 0.43), horizon=0.15, vol=0.43),
        rate=np.full((1, 2), 0.15),
        american=np.array([[True, True]]),
    )
    found = expected_moves(diagonal)
    expected = integrated(diagonal, 0, panels=500)
    assert [found.strategy[0], found.spot[0], found.lean[0]] == pytest.approx(expected, rel=5e-6)
    as_european = expected_moves(changed(diagonal, american=np.zeros((), dtype=np.bool_)))
    assert abs(as_european.lean[0] / found.lean[0] - 1) > 0.05


def test_european_strategies_are_unchanged_beside_american_ones() -> None:
    """To the last bit; so are calls without dividends, and legs that end at the horizon."""
    drawn = random_packages(40, 3, 1, seed=8)
    drawn = changed(drawn, sign=np.abs(drawn.sign), dividend_yield=np.zeros((40, 3)), rate=np.abs(drawn.rate))
    whole = expected_moves(drawn)
    mixed = together(
        changed(drawn, american=np.ones((40, 3), dtype=np.bool_)), american_packages(9, 3, 1, seed=9)
    )
    assert mixed.exercisable.any(axis=1).sum() >= 6
    found = expected_moves(mixed)
    assert (found.strategy[:40] == whole.strategy).all()
    assert (found.legs[:40] == whole.legs).all()


@pytest.mark.parametrize(
    "package",
    [DIAGONAL, PUT_CALENDAR, CONDOR, COVERED_CALL, LONG_AND_WILD],
    ids=["diagonal", "put calendar", "condor", "covered call", "long and wild"],
)
def test_known_strategies_equal_integration(package: Packages) -> None:
    """Everyday strategies, and one that spreads its mass over fifteen deviations."""
    moves = expected_moves(package)
    found = [moves.strategy[0], moves.spot[0], moves.lean[0]]
    assert found == pytest.approx(integrated(package, 0), rel=1e-9)


def test_a_call_struck_at_the_forward() -> None:
    """It gains the call's price above and nothing below: M and lean are both that price."""
    forward = SPOT * np.exp((RATE - YIELD) * 0.1)
    moves = expected_moves(packages((100, 1, forward, 0.1, 0.4), horizon=0.1, vol=0.4))
    price = 100 * prices(1.0, [forward], forward, 0.1, 0.0, 0.0, 0.4)[0]
    assert [moves.strategy[0], moves.lean[0]] == pytest.approx([price, price], rel=1e-13)


def test_a_covered_call_by_hand() -> None:
    """Below the call's strike it is stock: M = E|S - F| less the call, as the cap lies above the forward."""
    moves = expected_moves(COVERED_CALL)
    call = prices(1.0, COVERED_CALL.forward, 27.0, 0.15, 0.0, 0.0, 0.43)[0]
    assert moves.legs[0] == pytest.approx([moves.spot[0], -call], rel=1e-13)
    assert moves.strategy[0] == pytest.approx(moves.spot[0] - call, rel=1e-13)


def test_a_box_has_no_move() -> None:
    """Two synthetic forwards against each other are worth the same wherever spot goes."""
    long = (1, 1, 20, 0.15, 0.4), (-1, -1, 20, 0.15, 0.4)
    short = (-1, 1, 27, 0.15, 0.4), (1, -1, 27, 0.15, 0.4)
    moves = expected_moves(packages(*long, *short, horizon=0.15, vol=0.4))
    assert abs(moves.strategy[0]) < 1e-13
    assert abs(moves.lean[0]) < 1e-13


def test_put_call_parity_deep_in_the_money() -> None:
    """Synthetic stock from a pair of options moves as stock does, a thousandth or a thousand times the spot away."""
    for strike in (SPOT / 1000, SPOT, SPOT * 1000):
        pair = packages((1, 1, strike, 0.1, 0.4), (-1, -1, strike, 0.1, 0.4), horizon=0.1, vol=0.4)
        moves = expected_moves(pair)
        assert [moves.strategy[0], moves.lean[0]] == pytest.approx([moves.spot[0]] * 2, rel=1e-13)


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
    assert expected_moves(straddle).lean[0] == pytest.approx(0.0, abs=1e-15)


def test_many_strategies_at_once_equal_one_at_a_time() -> None:
    """Chunks, and neighbours of another kind, change nothing."""
    parts = (DIAGONAL, PUT_CALENDAR, COVERED_CALL)
    moves = expected_moves(together(*parts), chunk=2)
    alone = [expected_moves(part) for part in parts]
    assert moves.strategy == pytest.approx([one.strategy[0] for one in alone], rel=1e-14)
    assert moves.legs == pytest.approx(np.concatenate([one.legs for one in alone]), rel=1e-14)


def test_no_strategies_give_empty_answers() -> None:
    """An empty book is no error."""
    empty = Packages(**{name: values[:0] for name, values in vars(DIAGONAL).items()})
    assert expected_moves(empty).strategy.shape == (0,)
    assert expected_moves(empty).legs.shape == (0, 2)


@pytest.fixture(params=["one expiry", "two later legs", "two American legs"])
def drawn(request: pytest.FixtureRequest) -> Packages:
    """Five hundred random strategies."""
    if request.param == "two American legs":
        return american_packages(500, 4, 2, seed=7)
    return (
        random_packages(500, 3, 0, seed=7)
        if request.param == "one expiry"
        else random_packages(500, 4, 2, seed=7)
    )


def changed(package: Packages, **columns: Any) -> Packages:  # noqa: ANN401 - arrays of numbers or flags
    return replace(package, **columns)


def test_flipping_every_leg_turns_the_lean_and_keeps_the_move(drawn: Packages) -> None:
    """There is no side of its own in it, to the last bit of the lean."""
    there, back = expected_moves(drawn), expected_moves(changed(drawn, units=-drawn.units))
    assert (back.lean == -there.lean).all()
    assert (back.legs == -there.legs).all()
    by_steps = 1e-8 if drawn.american.any() else 1e-15  # the zeros of American gains are found to a millionth
    assert back.strategy == pytest.approx(there.strategy, rel=by_steps)


def test_lots_scale_everything(drawn: Packages) -> None:
    """Eight lots move eight times as far."""
    one, eight = expected_moves(drawn), expected_moves(changed(drawn, units=8 * drawn.units))
    for name in ("strategy", "lean", "legs"):
        assert getattr(eight, name) == pytest.approx(8 * getattr(one, name), rel=1e-15)


def test_the_order_of_legs_changes_nothing(drawn: Packages) -> None:
    """The legs' parts move with their legs."""
    there = expected_moves(drawn)
    turned = {name: values[:, ::-1] for name, values in vars(drawn).items() if values.ndim == 2}
    back = expected_moves(changed(drawn, **turned))
    scale = sizes(drawn)
    assert np.max(np.abs(back.strategy - there.strategy) / scale) < 1e-12
    assert np.max(np.abs(back.legs[:, ::-1] - there.legs) / scale[:, None]) < 1e-15


def test_leans_add_up(drawn: Packages) -> None:
    """The lean is the sum of the legs' parts, and each part is the lean of that leg held alone."""
    moves = expected_moves(drawn)
    assert np.max(np.abs(moves.legs.sum(axis=1) - moves.lean) / sizes(drawn)) < 1e-15
    for leg in range(drawn.units.shape[1]):
        alone = {
            name: values[:, leg : leg + 1] if values.ndim > 1 else values
            for name, values in vars(drawn).items()
        }
        assert expected_moves(Packages(**alone)).lean == pytest.approx(
            moves.legs[:, leg], rel=1e-13, abs=1e-13
        )


def test_nothing_leans_more_than_it_moves(drawn: Packages) -> None:
    """|lean| <= M <= what the legs' gains can be at most."""
    moves = expected_moves(drawn)
    assert (np.abs(moves.lean) <= moves.strategy).all()
    assert (moves.strategy <= np.abs(moves.legs).sum(axis=1) * (1 + 1e-12) + 1e-12 * sizes(drawn)).all()


@pytest.mark.parametrize("later", [0, 1, 2])
@pytest.mark.parametrize("draw", [random_packages, american_packages])
def test_without_any_deviation_nothing_moves(later: int, draw: Callable[..., Packages]) -> None:
    """No volatility, and no time, leave spot at the forward; nearly none is finite and nearly nothing."""
    drawn = draw(50, 3, later, seed=3)
    for name, tiny in (("horizon_vol", 0.0), ("horizon_vol", 1e-12), ("horizon", 0.0), ("horizon", 1e-18)):
        moves = expected_moves(changed(drawn, **{name: np.full(50, tiny)}))
        for found in (moves.strategy, moves.spot, moves.lean):
            assert np.max(np.abs(found) / sizes(drawn)) < 1e-8


@pytest.mark.parametrize("draw", [random_packages, american_packages])
def test_later_legs_without_volatility_are_worth_their_discounted_payoff(
    draw: Callable[..., Packages],
) -> None:
    """A limit, not a division by zero: vol 0 equals vol 0.000001."""
    drawn = draw(50, 2, 1, seed=4)
    still, nearly = (expected_moves(changed(drawn, vol=np.full((50, 2), vol))) for vol in (0.0, 1e-6))
    assert np.max(np.abs(still.strategy - nearly.strategy) / sizes(drawn)) < 1e-6
    assert np.isfinite(still.legs).all()


@pytest.mark.parametrize("draw", [random_packages, american_packages])
@pytest.mark.parametrize(
    "name", ["units", "strike", "years", "vol", "rate", "horizon", "horizon_vol", "forward"]
)
def test_what_is_missing_makes_its_own_strategy_missing(name: str, draw: Callable[..., Packages]) -> None:
    """NaN in one strategy is NaN there, warns nobody, and leaves its neighbours alone."""
    drawn = draw(9, 3, 2, seed=5)
    whole, values = expected_moves(drawn), vars(drawn)[name].copy()
    values[4, ...] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        moves = expected_moves(changed(drawn, **{name: values}))
    assert np.flatnonzero(np.isnan(moves.strategy)).tolist() == [4]
    assert np.flatnonzero(np.isnan(moves.lean)).tolist() == [4]
    others = np.arange(9) != 4
    assert moves.legs[others] == pytest.approx(whole.legs[others], rel=1e-14)
