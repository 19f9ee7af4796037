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
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Inputs = tuple[Array, ...]
Numbers = TypeVar("Numbers")

CHUNK = 4096  # options per pass: the scratch of one pass then stays in the processor's cache
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


class Greeks(NamedTuple, Generic[Numbers]):
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

    price: Numbers
    delta: Numbers
    gamma: Numbers
    vega: Numbers
    theta: Numbers
    rho: Numbers


class _Scratch:
    """The arrays that every pass writes over, named by what they hold at the end of `_legs`."""

    def __init__(self, size: int) -> None:
        self.pairs = np.empty((4, 2, size))
        self.singles = np.empty((5, size))

    def cut(self, size: int) -> _Scratch:
        """View of the first `size` columns, for the last and shorter pass."""
        view = object.__new__(_Scratch)
        view.pairs = self.pairs[:, :, :size]
        view.singles = self.singles[:, :size]
        return view


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Greeks[Array]:
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
    option, shape = _columns(sign, spot, strike, years, rate, dividend_yield, vol)
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
    option, shape = _columns(sign, spot, strike, years, rate, dividend_yield, vol)
    out = np.empty((1, math.prod(shape)))
    with np.errstate(all="ignore"):
        for part, target, work in _passes(option, out):
            e, z = _legs(part, work)
            np.subtract(e[0], e[1], out=target[0])
            if not _is_ordinary(part, work, z):
                _mend(part, target, z)
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


def _columns(*inputs: npt.ArrayLike) -> tuple[Inputs, tuple[int, ...]]:
    """Flatten the inputs to one common length; what is a single number stays one."""
    arrays = [np.asarray(values, dtype=np.float64) for values in inputs]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    flat = (a.reshape(1) if a.size == 1 else np.broadcast_to(a, shape).reshape(-1) for a in arrays)
    return tuple(flat), shape


def _passes(option: Inputs, out: Array) -> Iterator[tuple[Inputs, Array, _Scratch]]:
    """Cut options and results into passes of CHUNK and hand the same scratch to each."""
    n = out.shape[1]
    work = _Scratch(min(n, CHUNK))
    for start in range(0, n, CHUNK):
        stop = min(start + CHUNK, n)
        part = tuple(a if a.size == 1 else a[start:stop] for a in option)
        yield part, out[:, start:stop], work if stop - start == work.singles.shape[1] else work.cut(stop - start)


def _legs(option: Inputs, work: _Scratch) -> tuple[Array, Array]:
    """Compute e1 and e2, and leave F phi(d1), s and sqrt(T) in the scratch; returns (e, |d|)."""
    sign, S, K, T, r, q, sigma = option
    assets, d, z, tails = work.pairs
    v, s, root, h, _ = work.singles
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
    # F N(-|d1|) and X N(-|d2|); where eps d > 0 the leg is the whole asset less this tail.
    side = work.pairs[1]
    np.copysign(1.0, d, out=side)
    mills_ratio(z, tails, out2 := work.pairs[0] if False else _spare(work))
    del out2
    tails *= v
    tails *= side
    side += sign
    side *= 0.5
    assets *= side
    assets -= tails
    return assets, z


def _spare(work: _Scratch) -> Array:
    return np.empty_like(work.pairs[0])
