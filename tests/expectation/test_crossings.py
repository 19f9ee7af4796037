"""Where gains change sign, against a close look at every strategy."""

from __future__ import annotations

import numpy as np
import pytest

from american_moves import american_packages
from move_cases import packages, random_packages
from optlab.expectation import Array
from optlab.expectation.crossings import crossings
from optlab.expectation.gains import Gains, gain_at, gains_of


def spots_and_signs(gains: Gains, reach: float) -> tuple[Array, Array]:
    """Return two thousand spots within some deviations, and the sign at the forward plus the jumps up to there."""
    found = crossings(gains)
    z = np.linspace(-reach, reach, 2_001)[:, None]
    S = gains.F * np.exp(z * gains.deviation)
    sign = np.where(gains.F < S, found.above, found.below)
    for strategy, spot, direction, jump in zip(*found[2:], strict=True):
        is_beyond = direction * (S[:, strategy] - spot) > 0
        sign[is_beyond & (direction * (S[:, strategy] - gains.F[strategy]) > 0), strategy] += jump
    return S, sign


@pytest.mark.parametrize(("legs", "later"), [(2, 0), (4, 0), (2, 1), (3, 2), (4, 3)])
def test_signs_are_those_of_the_gains(legs: int, later: int) -> None:
    """From -8 to 8 deviations."""
    drawn = random_packages(40, legs, later, seed=21)
    gains = gains_of(drawn, later)
    S, sign = spots_and_signs(gains, 8.0)
    gain = gain_at(gains, S)[0]
    # Within a hair of a zero the sign is rounding.
    is_clear = np.abs(gain) > 1e-9 * np.maximum(S, gains.F) * np.abs(drawn.units).sum(axis=1)
    assert (sign == np.sign(gain))[is_clear].all()


@pytest.mark.parametrize(("legs", "later"), [(2, 1), (2, 2), (4, 2)])
def test_signs_with_early_exercise_are_those_of_american_gains(legs: int, later: int) -> None:
    """From -5 to 5 deviations, but where the gain is below a thousandth of a deviation: there a dip may be missed."""
    drawn = american_packages(40, legs, later, seed=22)
    assert drawn.exercisable.any(axis=1).sum() > 20
    gains = gains_of(drawn, later)
    S, sign = spots_and_signs(gains, 5.0)
    gain = (drawn.worth(S.T) - drawn.worth(drawn.forward[:, None])).T
    scale = np.maximum(S, gains.F) * np.minimum(gains.deviation, 1.0) * np.abs(drawn.units).sum(axis=1)
    is_clear = np.abs(gain) > 1e-3 * scale
    assert is_clear.mean() > 0.8
    assert (sign == np.sign(gain))[is_clear].all()


def test_a_straddle_crosses_at_its_mirror() -> None:
    """Struck at 27 above the forward F, it gains again beyond 27 + (27 - F)."""
    straddle = packages((1, 1, 27, 0.1, 0.4), (1, -1, 27, 0.1, 0.4), horizon=0.1, vol=0.4)
    found = crossings(gains_of(straddle, 0))
    assert (found.above[0], found.below[0]) == (-1, 1)
    assert found.S.tolist() == pytest.approx([2 * 27 - straddle.forward[0]], rel=1e-14)
    assert (found.direction.tolist(), found.jump.tolist()) == ([1.0], [2.0])


def test_a_calendar_struck_above_the_forward_has_two_sides() -> None:
    """It gains up to its peak at the strike and some way beyond, and loses below the forward."""
    calendar = packages((-1, 1, 27, 0.1, 0.4), (1, 1, 27, 0.2, 0.4), horizon=0.1, vol=0.4)
    found = crossings(gains_of(calendar, 1))
    assert (found.above[0], found.below[0]) == (1, -1)
    assert (found.direction.tolist(), found.jump.tolist()) == ([1.0], [-2.0])
    assert found.S[0] > 27


def test_what_never_changes_sign_has_no_crossing() -> None:
    """A covered call gains above the forward and loses below it."""
    covered = packages((1, 0, np.nan, np.nan, np.nan), (-1, 1, 27, 0.15, 0.43), horizon=0.15, vol=0.43)
    found = crossings(gains_of(covered, 0))
    assert (found.above[0], found.below[0], len(found.S)) == (1, -1, 0)
