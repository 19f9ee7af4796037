"""Implied volatility of European options: prices in, volatilities and a status per element out.

Every price is turned into that of the out-of-the-money option by put-call parity, and divided by the smaller of
the discounted forward F and strike X. With x = -|ln(F / X)|, h = x / s, d1,2 = h +- s / 2 and Mills' ratio M,

    c(s) = N(d1) - exp(-x) N(d2),    dc/ds = phi(d1)

is solved for s = sigma sqrt(T) in one of two forms, split at c's inflection s = sqrt(2 |x|):

    below, d1 < 0:   ln c       = ln phi(d1) + ln D,   D = M(|d1|) - M(|d2|)
    above, d1 > 0:   ln (1 - c) = ln phi(d1) + ln D,   D = M(d1) + M(|d2|)

Neither needs an exponential, underflows, or cancels, and D is at the same time c / c' or (1 - c) / c'. Two
third-order Householder steps, on 1 / ln b below (b = c exp(x / 2)) and on ln (1 - c) above, from an explicit
guess reach what the price determines. What has not settled by then is bracketed.

References
----------
Jaeckel, P. (2015). Let's be rational. Wilmott 2015(75), 40-53: the objectives and Householder's steps.
Stefanica, D. and Radoicic, R. (2017). An explicit implied volatility formula. International Journal of
Theoretical and Applied Finance 20(7): the guess, here in a form that does not cancel near the money.
Checked by tests/pricing/test_implied.py.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import PHI_0, Array, Inputs, columns, mills_ratio

CHUNK = 8192
STATUSES = ("ok", "below_intrinsic", "above_maximum", "no_time_value", "not_a_number")
OK, BELOW_INTRINSIC, ABOVE_MAXIMUM, NO_TIME_VALUE, NOT_A_NUMBER = range(5)

ROUNDING = 4.0 * float(np.finfo(np.float64).eps)  # of price, F and X together, relative
SMALLEST = float(np.finfo(np.float64).tiny)  # below it doubles lose their digits one by one
WORST_VOL_ERROR = 1e-6  # a price that leaves the vol more uncertain than this does not determine it
STEPS = 2
SETTLED = 1e-3  # relative size of the last step; the error left is of the order of its fourth power
HALVINGS = 200
LN_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
KAPPA = 1.0 - 2.0 / math.pi  # of the guess


class Implied(NamedTuple):
    """Implied volatilities, and why there is none.

    Parameters
    ----------
    vol : float64 array
        Volatility per square root of a year, 0.25 is 25%; NaN where the status is not ``ok``.
    status : array of str objects
        ``ok``, ``below_intrinsic``, ``above_maximum``, ``no_time_value`` or ``not_a_number``.
    """

    vol: Array
    status: npt.NDArray[np.object_]


class _Target(NamedTuple):
    """What to solve, one element per option: out of the money, normalised."""

    c: Array  # price / min(F, X)
    x: Array  # -|ln(F / X)|
    grown: Array  # expm1(x)
    unit: Array  # rounding of c


def implied(
    price: npt.ArrayLike,
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
) -> Implied:
    """Find the volatility at which Black-Scholes-Merton gives these prices.

    Parameters
    ----------
    price : array_like
        Currency per unit of the underlying.
    sign : array_like
        +1 for a call, -1 for a put.
    spot, strike : array_like
        Currency per unit, positive.
    years : array_like
        Time to expiry in years.
    rate, dividend_yield : array_like
        Continuously compounded per year, 0.05 is 5%; any sign.

    Returns
    -------
    Implied
        ``vol`` and ``status``, of the inputs' broadcast shape. The status is

        - ``ok``: the vol is within 1e-6 of the exact one, half of them within 1e-14;
        - ``below_intrinsic``: the price is below max(0, sign (F - X)) by more than rounding;
        - ``above_maximum``: the price is F (call), X (put) or more, or so near that a double can't tell;
        - ``no_time_value``: the price is intrinsic value up to what a double resolves (any vol in a wide range
          gives the same double), or 0, or ``years`` is 0 or less;
        - ``not_a_number``: an input is NaN or infinite, or spot or strike is not positive.

    Examples
    --------
    >>> found = implied([2.1334, 0.5], [1, 1], 60, [65, 40], 0.25, 0.08, 0)
    >>> found.vol.round(4), found.status
    (array([0.3, nan]), array(['ok', 'below_intrinsic'], dtype=object))
    """
    inputs, shape = columns(price, sign, spot, strike, years, rate, dividend_yield)
    n = math.prod(shape)
    vol, code = np.empty(n), np.empty(n, dtype=np.intp)
    with np.errstate(all="ignore"):
        for start in range(0, n, CHUNK):
            stop = min(start + CHUNK, n)
            part = tuple(a if a.size == 1 else a[start:stop] for a in inputs)
            vol[start:stop], code[start:stop] = _solve(part, stop - start)
    names = np.array(STATUSES, dtype=np.object_)
    return Implied(vol.reshape(shape), names[code].reshape(shape))


def _solve(part: Inputs, n: int) -> tuple[Array, npt.NDArray[np.intp]]:
    """Solve one pass."""
    target, code = _normalise(part, n)
    root = np.sqrt(part[4])
    is_above = target.c > 0.5 - PHI_0 * mills_ratio_at(np.sqrt(-2.0 * target.x))
    s = _guess(target, is_above)
    goal = _goal(target, is_above)
    step, D = s, s
    for _ in range(STEPS):
        step, D = _householder(target.x, s, goal, is_above)
        s += step
    is_loose = ~(np.abs(step) < SETTLED * s) & (code == OK)
    if is_loose.any():
        s[is_loose] = _bracketed(target, goal, is_above, is_loose)
        D = _householder(target.x, s, goal, is_above)[1]
    # The price's rounding, as an error of the vol: dc / ds = c / D below and (1 - c) / D above.
    slope = np.where(is_above, 1.0 - target.c, target.c) * root
    is_vague = ~(target.unit * D < WORST_VOL_ERROR * slope) & (code == OK)
    if is_vague.any():
        code[is_vague] = np.where(target.c[is_vague] > 0.5, ABOVE_MAXIMUM, NO_TIME_VALUE)
    s /= root
    if code.any():
        s[code != OK] = np.nan
    return s, code


def mills_ratio_at(z: Array) -> Array:
    """Mills' ratio in new arrays."""
    out = np.empty_like(z)
    mills_ratio(z, out, np.empty_like(z))
    return out


def _normalise(part: Inputs, n: int) -> tuple[_Target, npt.NDArray[np.intp]]:
    """Turn prices into normalised out-of-the-money ones, and say which can't be solved."""
    price, sign, S, K, T, r, q = part
    F, X = S * np.exp(-q * T), K * np.exp(-r * T)
    gap = F - X
    low, high = np.minimum(F, X), np.maximum(F, X)
    inside = sign * gap
    np.maximum(inside, 0.0, out=inside)
    c = np.broadcast_to((price - inside) / low, n).copy()
    grown = np.broadcast_to(-np.abs(gap) / high, n)
    is_inside = inside > 0
    unit = ROUNDING * np.where(is_inside, high / low, c)
    code = np.zeros(n, dtype=np.intp)
    slack = np.where(is_inside, unit, SMALLEST)
    code[c >= 1.0 - ROUNDING] = ABOVE_MAXIMUM
    code[c <= slack] = NO_TIME_VALUE
    code[c < -slack] = BELOW_INTRINSIC
    is_expired = np.broadcast_to(T <= 0, n)
    code[is_expired] = NO_TIME_VALUE
    is_number = np.isfinite(price + sign + S + K + T + r + q) & (S > 0) & (K > 0)
    code[~np.broadcast_to(is_number, n)] = NOT_A_NUMBER
    c[code != OK] = 0.25  # anything harmless
    return _Target(c, np.broadcast_to(np.log1p(grown), n), grown, np.broadcast_to(unit, n)), code


def _guess(target: _Target, is_above: npt.NDArray[np.bool_]) -> Array:
    """Stefanica and Radoicic's explicit formula, with its differences of exponentials as expm1 and sinh."""
    c, x, E, _ = target
    forward = 1.0 + E
    grown = np.expm1(KAPPA * x)
    sinh_k = 0.5 * (grown + grown / (1.0 + grown))
    cosh_k = np.sqrt(1.0 + sinh_k * sinh_k)
    sinh = 0.5 * (E + E / forward)
    alpha = c * forward
    R = 2.0 * alpha - E
    A = 4.0 * sinh_k * sinh_k
    B = 4.0 * cosh_k * R * R / forward - 8.0 * sinh * sinh_k
    C = 16.0 * c * (alpha - E) * (1.0 - c) * (1.0 + alpha)
    beta = 2.0 * C / (B + np.sqrt(B * B + 4.0 * A * C))
    gamma = -0.5 * math.pi * np.log(beta)
    total = np.sqrt(np.maximum(gamma + x, 0.0)) + np.sqrt(gamma - x)
    # The two roots are total and 2 |x| / total; b(x, s) < b(0, s) < s / sqrt(2 pi) bounds s from below.
    above = np.maximum(total, math.sqrt(2.0 * math.pi) * c)
    return np.where(is_above, above, -2.0 * x / total)


def _goal(target: _Target, is_above: npt.NDArray[np.bool_]) -> Array:
    """Return ln b below the inflection, ln (1 - c) + x / 2 above."""
    return np.where(is_above, np.log1p(-target.c), np.log(target.c)) + 0.5 * target.x


def _householder(x: Array, s: Array, goal: Array, is_above: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """One third-order Householder step from s, and D at s."""
    value, D, h = _log_price(x, s, is_above)
    w = 1.0 / D
    eta = h * h / s - 0.25 * s
    slope = -3.0 * (h / s) ** 2 - 0.25
    side = np.where(is_above, 1.0, -1.0)
    u = eta + side * w
    e = np.where(is_above, 0.0, w / value)
    newton = (goal - value) * D * np.where(is_above, -1.0, value / goal)
    gamma = u - 2.0 * e
    delta = slope + side * w * u + u * u - 6.0 * e * (u - e)
    step = newton * (1.0 + 0.5 * gamma * newton) / (1.0 + newton * (gamma + delta * newton / 6.0))
    return step, D


def _log_price(x: Array, s: Array, is_above: npt.NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return the objective ln b or ln (b_max - b), D = M(|d1|) -+ M(|d2|), and h = x / s."""
    h = x / s
    d = np.empty((2, s.size))
    np.add(h, 0.5 * s, out=d[0])
    np.subtract(h, 0.5 * s, out=d[1])
    near, far = mills_ratio_at(np.minimum(np.abs(d), 1e30))
    D = near + np.where(is_above, far, -far)
    return np.log(D) - LN_SQRT_2PI - 0.5 * h * h - 0.125 * s * s, D, h


def _bracketed(
    target: _Target, goal: Array, is_above: npt.NDArray[np.bool_], which: npt.NDArray[np.bool_]
) -> Array:
    """Bisect the few elements that have not settled, in the logarithm of s."""
    x, goal, is_above, c = target.x[which], goal[which], is_above[which], target.c[which]
    inflection = np.sqrt(-2.0 * x)
    low = np.where(is_above, np.maximum(inflection, 2.0 * c), -x / 50.0)
    high = np.where(is_above, 100.0, inflection)
    for _ in range(HALVINGS):
        middle = np.sqrt(low) * np.sqrt(high)
        value = _log_price(x, middle, is_above)[0]
        is_low = np.where(is_above, value > goal, ~(value > goal))
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return middle
