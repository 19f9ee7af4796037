"""Black-Scholes-Merton kernels: arrays in, arrays out, no tables and no checks of spelling.

An option on an asset that pays a continuous yield is worth

    V = e1 - e2,   e1 = eps F N(eps d1),   e2 = eps X N(eps d2),
    F = S exp(-q T),  X = K exp(-r T),  d1,2 = ln(F / X) / s +- s / 2,  s = sigma sqrt(T),

with eps = +1 for a call and -1 for a put, and every greek is a short expression in e1, e2 and F phi(d1).
N(-z) is taken as phi(z) M(z) with Mills' ratio M, and F phi(d1) = X phi(d2), so one exponential serves both
terms and the small tail is never computed as one minus a large one.

References
----------
Merton, R. C. (1973). Theory of rational option pricing. Bell Journal of Economics 4, 141-183.
Haug, E. G. (2007). The Complete Guide to Option Pricing Formulas, 2nd ed., sections 1.1.6 and 2.
Checked by tests/pricing/test_black_scholes.py, tests/properties/test_pricing_laws.py and
tests/reference/test_published_prices.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Inputs = tuple[Array, ...]

CHUNK = 8192  # options per pass: the scratch of one pass then stays in the processor's cache
PHI_0 = 1.0 / math.sqrt(2.0 * math.pi)
VEGA_UNIT = 0.01  # per volatility point
RHO_UNIT = 0.01  # per 1% of rate
THETA_UNIT = 1.0 / 365.0  # per calendar day

# M(z) = N(-z) / phi(z) as a ratio of polynomials, lowest power first: the minimax fit of relative error on
# 0 <= z <= 40 by Remez's exchange in 60 digits, largest relative error 5.5e-17. Beyond 40 phi(z) is zero in
# doubles. All coefficients are positive, so nothing cancels in the sums.
MILLS_NUMERATOR = (
    357950.61203055566796,
    555182.23479193569271,
    425929.64553413471914,
    207599.09854614115322,
    70152.191174241771358,
    16975.260873713539535,
    2941.1363293360793619,
    353.0577241616335474,
    26.849158361092354243,
    0.99999999999731409869,
)
MILLS_DENOMINATOR = (
    285603.26686911677661,
    670849.77072224263539,
    732301.72940288102199,
    490466.95299393969159,
    223878.31146257875791,
    73039.625968970448529,
    17326.31871379093351,
    2967.9854846768718685,
    354.05772421487155879,
    26.849158360528794084,
)  # and 1.0 for the highest power
LARGEST_D = 1e30  # the tenth power of it is still a finite double


class Greeks(NamedTuple):
    """Price and greeks of single options, long one unit, in py_vollib's units.

    Parameters
    ----------
    price : float64 array
        Currency per unit of the underlying.
    delta : float64 array
        Change of price per 1.00 of spot; negative for puts.
    gamma : float64 array
        Change of delta per 1.00 of spot.
    vega : float64 array
        Change of price per volatility point (0.01).
    theta : float64 array
        Change of price per calendar day that passes (1/365 year); mostly negative.
    rho : float64 array
        Change of price per 1% (0.01) of rate; negative for puts.
    """

    price: Array
    delta: Array
    gamma: Array
    vega: Array
    theta: Array
    rho: Array


class _Scratch(NamedTuple):
    """The arrays that every pass writes over, named by what they hold at the end of `_legs`."""

    pairs: Array  # (5, 2, size): e1 and e2; sides; |d1| and |d2|; tails; spare
    v: Array  # F phi(d1)
    s: Array  # sigma sqrt(T)
    root: Array  # sqrt(T)
    h: Array  # ln(F / X) / s

    @classmethod
    def of(cls, size: int) -> _Scratch:
        """Uninitialised arrays for `size` options."""
        return cls(np.empty((5, 2, size)), *np.empty((4, size)))


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Greeks:
    """Price European options with all five greeks in one pass.

    Parameters
    ----------
    sign : array_like
        +1 for a call, -1 for a put.
    spot, strike : array_like
        Currency per unit; positive. A spot of 0 is allowed: the call is worth 0, the put its discounted strike.
    years : array_like
        Time to expiry in years, not negative.
    rate, dividend_yield : array_like
        Continuously compounded per year, 0.05 is 5%; any sign.
    vol : array_like
        Volatility per square root of a year, 0.25 is 25%; not negative.

    Returns
    -------
    Greeks
        float64 arrays of the inputs' broadcast shape, in py_vollib's units. NaN in any input, an infinity, and a
        negative spot, years or vol give NaN in all six, silently.

    Notes
    -----
    Where ``vol * sqrt(years)`` is 0 the payoff is certain: the price is the discounted forward's intrinsic value,
    the greeks are that payoff's, half of them exactly at the kink, gamma and vega 0. At ``years = 0`` theta and
    rho are 0 too: nothing is left to decay.

    Examples
    --------
    >>> evaluate(1, 60, [65], 0.25, 0.08, 0, 0.30).price.round(4)
    array([2.1334])
    """
    option, shape = columns(sign, spot, strike, years, rate, dividend_yield, vol)
    out = np.empty((6, math.prod(shape)))
    with np.errstate(all="ignore"):
        for part, target, work in _passes(option, out):
            _greeks(part, target, work)
    price, delta, gamma, vega, theta, rho = out.reshape(6, *shape)
    return Greeks(price, delta, gamma, vega, theta, rho)


def prices(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Array:
    """Price European options without greeks: arguments, edges and accuracy as for `evaluate`.

    Examples
    --------
    >>> prices(-1, 100, [95], 0.5, 0.10, 0.05, 0.20).round(4)
    array([2.4648])
    """
    option, shape = columns(sign, spot, strike, years, rate, dividend_yield, vol)
    out = np.empty((1, math.prod(shape)))
    with np.errstate(all="ignore"):
        for part, target, work in _passes(option, out):
            e1, e2 = _legs(part, work)
            np.subtract(e1, e2, out=target[0])
            if not _is_ordinary(part, work):
                _mend(part, target, work)
    return out.reshape(shape)


def mills_ratio(z: Array, out: Array, scratch: Array) -> None:
    """Write N(-z) / phi(z) to `out`, for 0 <= z <= 1e30, by Horner's rule in place; NaN stays NaN.

    Parameters
    ----------
    z, out, scratch : float64 arrays
        Of one shape and three different arrays.
    """
    np.multiply(z, MILLS_NUMERATOR[-1], out=out)
    for coefficient in MILLS_NUMERATOR[-2:0:-1]:
        out += coefficient
        out *= z
    out += MILLS_NUMERATOR[0]
    np.add(z, MILLS_DENOMINATOR[-1], out=scratch)
    for coefficient in MILLS_DENOMINATOR[-2::-1]:
        scratch *= z
        scratch += coefficient
    out /= scratch


def columns(*inputs: npt.ArrayLike) -> tuple[Inputs, tuple[int, ...]]:
    """Flatten the inputs to one common length; what is a single number stays one."""
    arrays = [np.asarray(values, dtype=np.float64) for values in inputs]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return tuple(_column(array, shape) for array in arrays), shape


def _column(array: Array, shape: tuple[int, ...]) -> Array:
    if array.size == 1:
        return array.reshape(1)
    return (array if array.shape == shape else np.broadcast_to(array, shape)).reshape(-1)


def _passes(option: Inputs, out: Array) -> Iterator[tuple[Inputs, Array, _Scratch]]:
    """Cut options and results into passes of CHUNK and hand the same scratch to each."""
    n = out.shape[1]
    work = _Scratch.of(min(n, CHUNK))
    for start in range(0, n, CHUNK):
        stop = min(start + CHUNK, n)
        if stop - start < work.s.size:  # the last and shorter pass
            work = _Scratch.of(stop - start)
        yield tuple(a if a.size == 1 else a[start:stop] for a in option), out[:, start:stop], work


def _legs(option: Inputs, work: _Scratch) -> Array:
    """Compute e1 and e2 (two rows); F phi(d1), s, sqrt(T) and the larger |d| stay in the scratch."""
    sign, S, K, T, r, q, sigma = option
    assets, d, z, tails, spare = work.pairs
    v, s, root, h = work.v, work.s, work.root, work.h
    np.multiply(q, T, out=assets[0])
    np.multiply(r, T, out=assets[1])
    np.divide(S, K, out=h)
    np.log(h, out=h)
    h += assets[1]
    h -= assets[0]
    np.negative(assets, out=assets)
    np.exp(assets, out=assets)
    assets[0] *= S
    assets[1] *= K
    np.sqrt(T, out=root)
    np.multiply(sigma, root, out=s)
    h /= s
    np.multiply(s, 0.5, out=v)
    np.add(h, v, out=d[0])
    np.subtract(h, v, out=d[1])
    np.square(d[0], out=v)
    v *= -0.5
    np.exp(v, out=v)
    v *= assets[0]
    v *= PHI_0
    np.abs(d, out=z)
    mills_ratio(z, tails, spare)
    # F N(-|d1|) and X N(-|d2|); a leg with eps d > 0 is the whole asset less this tail.
    tails *= v
    np.copysign(1.0, d, out=d)
    tails *= d
    d += sign
    d *= 0.5
    assets *= d
    assets -= tails
    return assets


def _greeks(option: Inputs, out: Array, work: _Scratch) -> None:
    """Write price, delta, gamma, vega, theta and rho of one pass to the six rows of `out`."""
    _, S, _, T, r, q, sigma = option
    e1, e2 = _legs(option, work)
    v, s, root, h = work.v, work.s, work.root, work.h
    price, delta, gamma, vega, theta, rho = out
    np.subtract(e1, e2, out=price)
    np.divide(e1, S, out=delta)
    np.multiply(v, root, out=vega)
    vega *= VEGA_UNIT
    np.multiply(e2, T, out=rho)
    rho *= RHO_UNIT
    np.divide(v, s, out=v)
    np.divide(v, S, out=gamma)
    gamma /= S
    # theta = q e1 - r e2 - F phi(d1) sigma / (2 sqrt(T)), and sigma / sqrt(T) = sigma^2 / s
    np.multiply(v, sigma, out=v)
    v *= sigma
    v *= 0.5
    np.multiply(q, e1, out=theta)
    theta -= v
    np.multiply(r, e2, out=h)
    theta -= h
    theta *= THETA_UNIT
    if not _is_ordinary(option, work):
        _mend(option, out, work)


def _is_ordinary(option: Inputs, work: _Scratch) -> bool:
    """Whether no element of this pass is NaN, out of range or without randomness: NaN fails every comparison."""
    sign, S, K = option[:3]
    return bool(
        sign.min() >= -1.0
        and sign.max() <= 1.0
        and S.min() > 0.0
        and K.min() > 0.0
        and work.s.min() > 0.0
        and work.pairs[2].max() < LARGEST_D
    )


def _mend(option: Inputs, out: Array, work: _Scratch) -> None:
    """Replace the elements that the formula cannot do: certain payoffs, and NaN for what is no option."""
    sign, S, K, T, r, q, sigma = np.broadcast_arrays(*option, work.s)[:7]
    valid = np.isfinite(sign + S + K + T + r + q + sigma)
    valid &= (S >= 0) & (K > 0) & (T >= 0) & (sigma >= 0)
    certain = valid & ((work.s == 0) | (S == 0) | ~(work.pairs[2].max(axis=0) < LARGEST_D))
    F, X = S * np.exp(-q * T), K * np.exp(-r * T)
    # eps N(eps d) at d = +-infinity, and its mean where the forward is exactly at the strike
    share = 0.5 * (np.sign(F - X) + sign)
    zero = np.zeros_like(S)
    theta = np.where(T > 0, share * (q * F - r * X) * THETA_UNIT, 0.0)
    rows = (share * (F - X), share * np.exp(-q * T), zero, zero, theta, share * X * T * RHO_UNIT)
    for row, value in zip(out, rows, strict=False):
        np.copyto(row, value + 0.0, where=certain)  # + 0.0 makes -0.0 a 0.0
        np.copyto(row, np.nan, where=~valid)
