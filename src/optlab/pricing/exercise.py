"""Early exercise: what an American option has beside a European one, and when exercising early can pay at all.

A call on S struck at K at the rate r and the yield q is worth what a put on K struck at S is worth at the rate q
and the yield r (McDonald and Schroder). So everything here is said of puts, whose rates are the call's swapped.
A put of strike K earns r K and loses q S for each year that it has been exercised:

* ``NEVER``: r <= 0 and q >= r. It never earns anything: the American put is the European one.
* ``SINGLE``: r > 0, or r = 0 > q. It is exercised at or below one boundary, which starts at
  K min(1, r / q) at expiry, or at K where q <= 0.
* ``DOUBLE``: q < r < 0. It is exercised between two boundaries, which start at K and at K r / q.

References
----------
McDonald, R. and Schroder, M. (1998). A parity result for American options. Journal of Computational Finance 1(3),
5-13.
Andersen, L. and Lake, M. (2021). Fast American option pricing: the double-boundary case. Wilmott 2021(116), 30-41.
Checked by tests/pricing/test_exercise.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import RHO_UNIT, THETA_UNIT, Array

NEVER, SINGLE, DOUBLE = range(3)

FARTHEST = 6.0
"""Standard deviations."""

FAINT, STEEP = 1e-3, 2.0
"""A rate of less than this part of the negative yield's size is next to none, and a drift of so many deviations steep."""


class American(NamedTuple):
    """Price and greeks of single American options, long one unit, in py_vollib's units; and when to exercise.

    Parameters
    ----------
    price : float64 array
        Currency per unit of the underlying.
    delta, gamma, vega, theta, rho : float64 array
        As `optlab.pricing.black_scholes.Greeks` has them. Where exercise now is optimal they are those of
        the spot alone: delta 1 or -1, all others 0.
    premium : float64 array
        Early-exercise premium: the price less that of the European option; not negative.
    boundary : float64 array
        The spot at which exercise is optimal now: a put at or below it, a call at or above it. NaN where
        exercise now is optimal at no spot, as of a call that had better wait for the day before an ex-date, and where
        there are two such spots.
    """

    price: Array
    delta: Array
    gamma: Array
    vega: Array
    theta: Array
    rho: Array
    premium: Array
    boundary: Array


class Contracts(NamedTuple):
    """Puts of strike one, each array of one shape: years, rate, yield and volatility, per year."""

    T: Array
    r: Array
    q: Array
    sigma: Array

    def take(self, which: slice | npt.NDArray[np.bool_ | np.intp]) -> Contracts:
        """Return some of the contracts."""
        return Contracts._make(values[which] for values in self)


def put_rates(sign: Array, rate: Array, dividend_yield: Array) -> tuple[Array, Array]:
    """Return rate and yield of the put that an option is: its own for a put, swapped for a call.

    Examples
    --------
    >>> put_rates(np.array([1.0, -1.0]), np.array([0.03, 0.03]), np.array([0.01, 0.01]))
    (array([0.01, 0.03]), array([0.03, 0.01]))
    """
    is_put = sign < 0
    return np.where(is_put, rate, dividend_yield), np.where(is_put, dividend_yield, rate)


def region(sign: Array, rate: Array, dividend_yield: Array) -> npt.NDArray[np.int8]:
    """Say for each option whether early exercise can pay: ``NEVER``, below or above one boundary, or between two.

    Examples
    --------
    >>> call, put = np.array([1.0]), np.array([-1.0])
    >>> region(call, 0.03, 0.0).item() == NEVER, region(put, 0.03, 0.0).item() == SINGLE
    (True, True)
    >>> region(put, -0.01, -0.02).item() == DOUBLE
    True
    """
    own, other = put_rates(sign, rate, dividend_yield)
    earns = (own > 0) | ((own == 0) & (other < 0))
    return np.where(earns, SINGLE, np.where((own < 0) & (other < own), DOUBLE, NEVER)).astype(np.int8)


def has_equation(puts: Contracts) -> npt.NDArray[np.bool_]:
    """Say which puts with one boundary can be solved for it.

    With next to no rate and a negative yield both sides of the equation vanish where the spot drifts away from the
    boundary by more than two standard deviations.
    """
    T, r, q, sigma = puts
    return np.asarray((r >= FAINT * -q) | (np.abs(r - q) * np.sqrt(T) <= STEEP * sigma))


def has_boundary(sign: Array, T: Array, r: Array, q: Array, sigma: Array) -> npt.NDArray[np.bool_]:
    """Say which options have one boundary that can be solved for; of all others that pay early there is a grid."""
    with np.errstate(all="ignore"):
        is_solved = has_equation(Contracts(T, *put_rates(sign, r, q), sigma))
    return np.asarray((region(sign, r, q) == SINGLE) & is_solved)


def horizons(puts: Contracts) -> Array:
    """Return how many of its years matter to a put's early exercise.

    Where the spot drifts away from the boundary by six standard deviations it does not come back (1e-8): the put is
    the perpetual one from there on, and eight nodes are better spent on the years before.
    """
    T, r, q, sigma = puts
    drift = r - q - 0.5 * sigma * sigma
    with np.errstate(all="ignore"):
        return np.where(drift > 0, np.minimum(T, np.square(FARTHEST * sigma / drift)), T)


def starts(contracts: Contracts) -> Array:
    """Return ln b(0+), where the boundary of a put of strike one starts at expiry: 0, or ln(r / q) where q > r."""
    _, r, q, _ = contracts
    return np.where((q > r) & (q > 0), np.log(r / np.where(q > 0, q, 1.0)), 0.0)


def certain(sign: Array, S: Array, K: Array, T: Array, r: Array, q: Array) -> American:
    """Value American options without randomness: exercised at the best time along the forward curve.

    The gain from exercise at t, eps (S exp(-q t) - K exp(-r t)), has one turning point; the best time is that,
    now, or expiry. Greeks are those of the gain at that time; half of delta at expiry exactly at the strike.
    """
    with np.errstate(all="ignore"):
        turn = np.log((r * K) / (q * S)) / (r - q)
        turn = np.where((turn > 0) & (turn < T), turn, 0.0)
        times = np.stack(np.broadcast_arrays(0.0 * T, turn, T))
        gains = sign * (S * np.exp(-q * times) - K * np.exp(-r * times))
    best = gains.argmax(axis=0)
    t = np.take_along_axis(times, best[None], axis=0)[0]
    gain = np.take_along_axis(gains, best[None], axis=0)[0]
    F, X = S * np.exp(-q * t), K * np.exp(-r * t)
    side = np.where(gain > 0, sign, np.where(gain == 0, 0.5 * sign, 0.0))
    zero = np.zeros_like(gain)
    is_at_end = (t > 0) & (t == T)
    theta = np.where(is_at_end, side * (q * F - r * X) * THETA_UNIT, 0.0)
    european = np.maximum(gains[2], 0.0)
    price = np.maximum(gain, 0.0)
    return American(
        price + 0.0,
        side * np.exp(-q * t) + 0.0,
        zero,
        zero,
        theta + 0.0,
        side * X * t * RHO_UNIT + 0.0,
        price - european,
        np.full_like(gain, np.nan),
    )
