"""Where gains change sign, against a close look at every strategy."""

from __future__ import annotations

import numpy as np
import pytest

from move_cases import packages, random_packages
from optlab.expectation.crossings import crossings
from optlab.expectation.gains import gain_at, gains_of


@pytest.mark.parametrize(("legs", "later"), [(2, 0), (4, 0), (2, 1), (3, 2), (4, 3)])
def test_signs_are_those_of_the_gains(legs: int, later: int) -> None:
    """On two thousand spots from -8 to 8 deviations, sign at the forward plus jumps up to there is the sign."""
    drawn = random_packages(40, legs, later, seed=21)
    gains = gains_of(drawn, later)
    found = crossings(gains)
    z = np.linspace(-8, 8, 2_001)[:, None]
    S = gains.F * np.exp(z * gains.deviation)
    gain = gain_at(gains, S)[0]
    sign = np.where(gains.F < S, found.above, found.below)
    for strategy, spot, direction, jump in zip(*found[2:], strict=True):
        is_beyond = direction * (S[:, strategy] - spot) > 0
        sign[is_beyond & (direction * (S[:, strategy] - gains.F[strategy]) > 0), strategy] += jump
    # Within a hair of a zero the sign is rounding.
    is_clear = np.abs(gain) > 1e-9 * np.maximum(S, gains.F) * np.abs(drawn.units).sum(axis=1)
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
