"""Options for users without files: numbers, lists or arrays in, numbers or arrays out.

The formulas are those of `optlab.pricing.black_scholes`, `optlab.pricing.american`, `optlab.pricing.implied` and
`optlab.pricing.inversion`; this module reads ``kind`` and checks shapes. One option gives plain floats, anything else float64 arrays.
Checked by tests/pricing/test_vanilla.py.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from optlab.errors import PricingError
from optlab.pricing.american import evaluate as evaluate_american
from optlab.pricing.black_scholes import Array, evaluate, prices
from optlab.pricing.implied import implied
from optlab.pricing.inversion import implied as implied_american

Numbers: TypeAlias = Any
"""A float for one option, a float64 array for several; `Any` for type checkers, as numpy's own functions are."""

SOLVERS = {"european": implied, "american": implied_american}
SIGNS = {"call": 1.0, "c": 1.0, "put": -1.0, "p": -1.0}


class OptionGreeks(NamedTuple):
    """Price and greeks of options, long one unit, in py_vollib's units.

    Parameters
    ----------
    price : float or float64 array
        Currency per unit of the underlying.
    delta : float or float64 array
        Change of price per 1.00 of spot; negative for puts.
    gamma : float or float64 array
        Change of delta per 1.00 of spot.
    vega : float or float64 array
        Change of price per volatility point (0.01).
    theta : float or float64 array
        Change of price per calendar day that passes; mostly negative.
    rho : float or float64 array
        Change of price per 1% (0.01) of rate; negative for puts.
    """

    price: Numbers
    delta: Numbers
    gamma: Numbers
    vega: Numbers
    theta: Numbers
    rho: Numbers


class AmericanGreeks(NamedTuple):
    """Price and greeks of American options, long one unit, in py_vollib's units, and what early exercise brings.

    Parameters
    ----------
    price, delta, gamma, vega, theta, rho : float or float64 array
        As in `OptionGreeks`; where exercise now is optimal those of the spot alone: delta 1 or -1, the others 0.
    premium : float or float64 array
        Early-exercise premium: the price less that of the European option; not negative.
    boundary : float or float64 array
        The spot at which exercise now is optimal: a put at or below it, a call at or above it. NaN where there is no
        such spot.
    """

    price: Numbers
    delta: Numbers
    gamma: Numbers
    vega: Numbers
    theta: Numbers
    rho: Numbers
    premium: Numbers
    boundary: Numbers


class ImpliedVol(NamedTuple):
    """Implied volatility, and why there is none.

    Parameters
    ----------
    vol : float or float64 array
        Per square root of a year, 0.25 is 25%; NaN where the status is not ``ok``.
    status : str or array of str objects
        ``ok``, ``below_intrinsic``, ``above_maximum``, ``no_time_value`` or ``not_a_number``.
    """

    vol: Numbers
    status: Any


def price(
    kind: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividend_yield: npt.ArrayLike = 0.0,
) -> Numbers:
    """Price European options by Black-Scholes-Merton.

    Parameters
    ----------
    kind : str or array_like of str
        "call" or "put", or "c" or "p", in any case.
    spot, strike : array_like
        Currency per unit, positive.
    years : array_like
        Time to expiry in years; 0 is expiry itself.
    rate, dividend_yield : array_like
        Continuously compounded per year, 0.05 is 5%; any sign.
    vol : array_like
        Volatility per square root of a year, 0.25 is 25%.

    Returns
    -------
    float or float64 array
        Currency per unit, of the inputs' broadcast shape; a float if no input is an array or list. NaN where an
        input is NaN, infinite or out of range; discounted intrinsic value where years or vol is 0.

    Raises
    ------
    PricingError
        If ``kind`` is not a call or put, or the shapes don't fit each other.

    References
    ----------
    Merton, R. C. (1973). Theory of rational option pricing. Bell Journal of Economics 4, 141-183.
    Checked by tests/reference/test_published_prices.py.

    Examples
    --------
    >>> round(price("call", spot=60, strike=65, years=0.25, rate=0.08, vol=0.30), 4)
    2.1334
    >>> price(["call", "put"], 42, 40, 0.5, 0.10, 0.20).round(2)
    array([4.76, 0.81])
    """
    inputs = _inputs(kind, spot, strike, years, rate, dividend_yield, vol)
    return _as_given(prices(*inputs), inputs)


def greeks(
    kind: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividend_yield: npt.ArrayLike = 0.0,
) -> OptionGreeks:
    """Price European options with delta, gamma, vega, theta and rho.

    NaN and errors are as for `price`.

    Parameters
    ----------
    kind, spot, strike, years, rate, vol, dividend_yield : array_like
        As for `price`; they broadcast against each other.

    Returns
    -------
    OptionGreeks
        ``.price .delta .gamma .vega .theta .rho`` of one unit held long: vega per volatility point, theta per
        calendar day, rho per 1% of rate. At expiry exactly at the strike a call's delta is 0.5, a put's -0.5
        and the other greeks 0; an expired option has no theta and no rho.

    References
    ----------
    Haug, E. G. (2007). The Complete Guide to Option Pricing Formulas, 2nd ed., chapter 2.
    Checked by tests/pricing/test_vanilla.py and tests/reference/test_published_prices.py.

    Examples
    --------
    >>> found = greeks("call", spot=49, strike=50, years=20 / 52, rate=0.05, vol=0.20)
    >>> round(found.delta, 3), round(found.gamma, 3), round(found.vega, 3)
    (0.522, 0.066, 0.121)
    """
    inputs = _inputs(kind, spot, strike, years, rate, dividend_yield, vol)
    return OptionGreeks(*(_as_given(number, inputs) for number in evaluate(*inputs)))


def american(
    kind: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividend_yield: npt.ArrayLike = 0.0,
) -> AmericanGreeks:
    """Price American options with greeks, early-exercise premium and exercise boundary.

    NaN and errors are as for `price`.

    Parameters
    ----------
    kind, spot, strike, years, rate, vol, dividend_yield : array_like
        As for `price`; they broadcast against each other. Spots along an axis that nothing else has share one
        exercise boundary per contract: a ladder of a hundred spots costs little more than one.

    Returns
    -------
    AmericanGreeks
        ``.price .delta .gamma .vega .theta .rho .premium .boundary`` of one unit held long. Where exercise is never
        optimal, as of a call without a dividend yield, they are the European numbers.

    References
    ----------
    Andersen, L., Lake, M. and Offengenden, D. (2016). High-performance American option pricing. Journal of
    Computational Finance 20(1), 39-87.
    Checked by tests/pricing/test_vanilla.py and tests/reference/test_published_american_prices.py.

    Examples
    --------
    >>> put = american("put", spot=100, strike=100, years=1, rate=0.05, vol=0.20)
    >>> round(put.price, 3), round(put.premium, 3), round(put.boundary, 2)
    (6.09, 0.517, 80.88)
    >>> american("put", [80, 100, 120], 100, 1, 0.05, 0.20).price.round(2)
    array([20.  ,  6.09,  1.37])
    """
    inputs = _inputs(kind, spot, strike, years, rate, dividend_yield, vol)
    return AmericanGreeks(*(_as_given(number, inputs) for number in evaluate_american(*inputs)))


def implied_vol(
    price: npt.ArrayLike,
    kind: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike = 0.0,
    *,
    style: Literal["european", "american"] = "european",
) -> ImpliedVol:
    """Find the volatility that an option's price implies.

    Parameters
    ----------
    price : array_like
        Currency per unit of the underlying.
    kind, spot, strike, years, rate, dividend_yield
        As for `price`.
    style : {"european", "american"}, optional
        How it is exercised: whether the vol is that at which `price` or `american` gives the price.

    Returns
    -------
    ImpliedVol
        ``.vol``, and ``.status``: ``ok``, ``below_intrinsic``, ``above_maximum``, ``no_time_value`` (the price
        says nothing about the vol, such as an American option's at intrinsic value) or ``not_a_number``. A price
        that has no vol is a status, not an exception.

    Raises
    ------
    PricingError
        If ``kind`` is not a call or put, ``style`` is neither, or the shapes don't fit each other.

    References
    ----------
    Jaeckel, P. (2015). Let's be rational. Wilmott 2015(75), 40-53.
    Checked by tests/pricing/test_implied.py.

    Examples
    --------
    >>> found = implied_vol(2.1334, "call", spot=60, strike=65, years=0.25, rate=0.08)
    >>> round(found.vol, 4), found.status
    (0.3, 'ok')
    >>> implied_vol([21.0, 1.0], "call", 60, [40, 50], 0.25, 0).status
    array(['ok', 'below_intrinsic'], dtype=object)
    >>> round(implied_vol(6.0904, "put", 100, 100, 1, 0.05, style="american").vol, 4)
    0.2
    """
    if style not in SOLVERS:
        raise PricingError(f"style {style!r} is not known. Fix: use one of {', '.join(SOLVERS)}.")
    quoted = _floats("price", price)
    inputs = _inputs(kind, spot, strike, years, rate, dividend_yield, price=quoted)
    found = SOLVERS[style](quoted, *inputs)
    return ImpliedVol(_as_given(found.vol, (quoted, *inputs)), _as_given(found.status, (quoted, *inputs)))


def sign_of(kind: npt.ArrayLike) -> Array:
    """Turn calls and puts into +1.0 and -1.0.

    Parameters
    ----------
    kind : str or array_like of str
        "call", "put", "c" or "p", in any case.

    Returns
    -------
    float64 array
        Of the same shape.

    Raises
    ------
    PricingError
        If anything else is among them.

    Examples
    --------
    >>> sign_of(["call", "P", "put"])
    array([ 1., -1., -1.])
    """
    kinds = np.asarray(kind)
    if kinds.ndim == 0:
        return np.array(_sign(kinds.item()))
    if kinds.dtype.kind in "US":
        return _signs_of_text(kinds)
    known: dict[Any, float] = {}
    flat = [known[k] if k in known else known.setdefault(k, _sign(k)) for k in kinds.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(kinds.shape)


def _signs_of_text(kinds: npt.NDArray[Any]) -> Array:
    """Compare whole arrays, one spelling at a time: faster than a lookup for each option."""
    signs = np.full(kinds.shape, np.nan)
    for spelling, sign in SIGNS.items():
        signs[kinds == np.array(spelling, dtype=kinds.dtype.kind)] = sign
    for other in np.unique(kinds[np.isnan(signs)]).tolist():
        signs[kinds == other] = _sign(other)
    return signs


def _sign(kind: object) -> float:
    text = kind.decode(errors="replace") if isinstance(kind, bytes) else kind
    try:
        return SIGNS[text.lower()]  # type: ignore[attr-defined] # what has no lower() is no kind either
    except (AttributeError, KeyError):
        raise PricingError(f"kind {text!r} is not an option. Fix: write call or put, or c or p.") from None


def _floats(name: str, values: npt.ArrayLike) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise PricingError(
            f"{name} {values!r} is not numbers. Fix: give a number, or an array of numbers."
        ) from None


def _inputs(
    kind: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike | None = None,
    price: Array | None = None,
) -> tuple[Array, ...]:
    """Make the kernels' arguments, and refuse shapes that don't fit."""
    named = {"spot": spot, "strike": strike, "years": years, "rate": rate, "dividend_yield": dividend_yield}
    if vol is not None:
        named["vol"] = vol
    arrays = {"kind": sign_of(kind)} | {name: _floats(name, values) for name, values in named.items()}
    checked = arrays if price is None else {"price": price} | arrays
    try:
        np.broadcast_shapes(*(array.shape for array in checked.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in checked.items() if array.ndim)
        raise PricingError(
            f"shapes do not fit: {shapes}. Fix: give arrays of one length, or numbers."
        ) from None
    return tuple(arrays.values())


def _as_given(result: npt.NDArray[Any], inputs: tuple[Array, ...]) -> Numbers:
    """Return a plain number if nothing that came in was an array."""
    return result if any(array.ndim for array in inputs) else result.item()
