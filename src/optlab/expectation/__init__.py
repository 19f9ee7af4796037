"""What a strategy can be expected to gain at its horizon: the integrals behind the direction rules.

A strategy is worth V(S) at its horizon h, the nearest expiry among its legs: legs that expire there are worth
their intrinsic value, later ones are priced with their own volatility and remaining time. S is lognormal with
mean F, the forward to h. `gains` has every expectation of European legs as a formula, `exercise` adds what early
exercise is worth to later American ones, the only thing that is integrated numerically, and `crossings` finds where V
crosses V(F), which is all that the absolute value needs.
"""

from __future__ import annotations

from optlab.expectation.moves import Moves, expected_moves
from optlab.expectation.packages import Array, Flags, Packages

__all__ = ["Array", "Flags", "Moves", "Packages", "expected_moves"]
