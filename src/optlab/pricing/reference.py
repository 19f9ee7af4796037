"""The same numbers from py_vollib itself, one option at a time: the second opinion, not the engine.

`py_vollib` 1.0.12 is a name; the code is `vollib`, whose traps are kept out here: its greeks take any flag that
is not "p" for a call, read a NaN volatility as zero, raise or warn at years = 0, write blank lines to standard
output at vol = 0, and load numba if it finds it. So it is only asked about what it can judge, by keyword, with
flags "c" and "p", and everything else is NaN. Checked by tests/pricing/test_reference.py.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Greeks, columns
from optlab.pricing.implied import Implied

Bools: TypeAlias = npt.NDArray[np.bool_]
Number: TypeAlias = Callable[..., float]

NOT_ANSWERED = (ValueError, ZeroDivisionError, OverflowError)
"""What vollib raises, beside its own exceptions, where it has no number."""


class Vollib(NamedTuple):
    """The functions and exceptions of vollib that are used here."""

    price: Number
    greeks: tuple[Number, ...]  # delta, gamma, vega, theta, rho
    implied: Number
    below_intrinsic: type[Exception]
    above_maximum: type[Exception]


def load() -> Vollib:
    """Import vollib, without numba even where numba is installed: importing that takes longer than the rest."""
    with _hidden("numba"):
        from py_lets_be_rational.exceptions import (  # noqa: PLC0415 - slow, and rarely asked for
            AboveMaximumException,
            BelowIntrinsicException,
        )
        from vollib.black_scholes_merton import black_scholes_merton  # noqa: PLC0415
        from vollib.black_scholes_merton.greeks import analytical  # noqa: PLC0415
        from vollib.black_scholes_merton.implied_volatility import implied_volatility  # noqa: PLC0415
    greeks = tuple(getattr(analytical, name) for name in Greeks._fields[1:])
    return Vollib(
        black_scholes_merton, greeks, implied_volatility, BelowIntrinsicException, AboveMaximumException
    )


def judged(
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Bools:
    """Say which options py_vollib can judge: all inputs finite, spot, strike, years and vol above 0.

    Arguments are those of `evaluate`; the result has their broadcast shape.

    Examples
    --------
    >>> judged(100, 100, [0, 1, 1], 0.05, 0, [0.2, 0.2, float("nan")])
    array([False,  True, False])
    """
    S, K, T, r, q, sigma = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (spot, strike, years, rate, dividend_yield, vol))
    )
    with np.errstate(all="ignore"):
        is_finite = np.isfinite(S + K + T + r + q + sigma)
        is_random = (T > 0) & (sigma > 0) & (sigma * np.sqrt(T) > 0)
        return np.asarray(is_finite & (S > 0) & (K > 0) & is_random)


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Greeks:
    """Price European options and their greeks with py_vollib, one by one.

    Arguments and units are those of `optlab.pricing.black_scholes.evaluate`. Every number is NaN where `judged`
    says no, except the price at years = 0 or vol = 0: py_vollib has that right, as intrinsic value.

    Examples
    --------
    >>> evaluate(1, 60, [65], 0.25, 0.08, 0, 0.30).price.round(4)
    array([2.1334])
    """
    option, shape = columns(sign, spot, strike, years, rate, dividend_yield, vol)
    n = math.prod(shape)
    sign, S, K, T, r, q, sigma = (np.broadcast_to(a, n) for a in option)
    is_judged = judged(S, K, T, r, q, sigma)
    is_certain = judged(S, K, np.where(T == 0, 1.0, T), r, q, np.where(sigma == 0, 1.0, sigma)) & ~is_judged
    vollib, out = load(), np.full((6, n), np.nan)
    names = ("S", "K", "t", "r", "q", "sigma")
    with np.errstate(all="ignore"):
        for i in np.flatnonzero((is_judged | is_certain) & (np.abs(sign) == 1)).tolist():
            arguments = {name: float(a[i]) for name, a in zip(names, (S, K, T, r, q, sigma), strict=True)}
            flag = "c" if sign[i] > 0 else "p"
            functions = (vollib.price, *vollib.greeks) if is_judged[i] else (vollib.price,)
            for row, function in enumerate(functions):
                out[row, i] = _answer(function, flag=flag, **arguments)
    price, delta, gamma, vega, theta, rho = out.reshape(6, *shape)
    return Greeks(price, delta, gamma, vega, theta, rho)


def implied(
    price: npt.ArrayLike,
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
) -> Implied:
    """Find implied volatilities with py_vollib, one by one.

    Arguments and statuses are those of `optlab.pricing.implied.implied`, but py_vollib decides: it also answers
    prices that leave the vol undetermined, and calls a price of exactly intrinsic value below intrinsic.

    Examples
    --------
    >>> found = implied([2.1334, 0.5], 1, 60, [65, 40], 0.25, 0.08, 0)
    >>> found.vol.round(4), found.status
    (array([0.3, nan]), array(['ok', 'below_intrinsic'], dtype=object))
    """
    quotes, shape = columns(price, sign, spot, strike, years, rate, dividend_yield)
    n = math.prod(shape)
    price, sign, S, K, T, r, q = (np.broadcast_to(a, n) for a in quotes)
    vollib, vol = load(), np.full(n, np.nan)
    status = np.full(n, "not_a_number", dtype=np.object_)
    is_number = judged(S, K, 1.0, r, q, 1.0) & np.isfinite(price + T) & (np.abs(sign) == 1)
    status[is_number & (T <= 0)] = "no_time_value"
    with np.errstate(all="ignore"):
        for i in np.flatnonzero(is_number & (T > 0)).tolist():
            quote = {name: float(a[i]) for name, a in zip("SKtrq", (S, K, T, r, q), strict=True)}
            flag = "c" if sign[i] > 0 else "p"
            vol[i], status[i] = _implied(vollib, price=float(price[i]), flag=flag, **quote)
    return Implied(vol.reshape(shape), status.reshape(shape))


def _implied(vollib: Vollib, **quote: float | str) -> tuple[float, str]:
    try:
        vol = float(vollib.implied(**quote))
    except vollib.below_intrinsic:
        return math.nan, "below_intrinsic"
    except vollib.above_maximum:
        return math.nan, "above_maximum"
    except NOT_ANSWERED:
        return math.nan, "no_time_value"
    return (vol, "ok") if 0 < vol < math.inf else (math.nan, "no_time_value")


def _answer(function: Number, **arguments: float | str) -> float:
    try:
        return float(function(**arguments))
    except NOT_ANSWERED:
        return math.nan


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Make `import name` fail for a while, then put back what was there."""
    missing = object()
    before: ModuleType | object = sys.modules.get(name, missing)
    sys.modules[name] = None  # type: ignore[assignment] # None is how Python marks a module as not importable
    try:
        yield
    finally:
        if before is missing:
            del sys.modules[name]
        else:
            sys.modules[name] = before  # type: ignore[assignment]
