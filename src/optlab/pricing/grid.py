"""European and American options with cash dividends, by finite differences: price, greeks and when to exercise.

The grid gives price, delta and gamma at once. Theta follows from the equation that the price solves,

    theta = r V - (r - q) S delta - sigma^2 X^2 gamma / 2,    X = S, or S - PV(dividends) in the escrowed model,

vega and rho from prices at a slightly other vol and rate on the same nodes and steps, so that the grid's error
cancels. It is the engine for what has no closed form and no simpler boundary: cash dividends, and options with two
exercise boundaries (q < r < 0 for a put, r < q < 0 for a call).

On spot near 100 and up to eight dividends, 300 options were within 0.001 of four times the nodes and ten times the
steps, 0.0001 to 0.0002 typically. From a day to ten years, with vols of 1% to 300% and rates and yields of -5% to 15%,
800 options without dividends were within 0.0026 of collocation, 0.0002 typically.

References
----------
Wilmott, P., Dewynne, J. and Howison, S. (1993). Option Pricing: Mathematical Models and Computation: jump
conditions at ex-dates.
Haug, E. G., Haug, J. and Lewis, A. (2003). Back to basics: a new approach to the discrete dividend problem. Wilmott
magazine, September: the spot and the escrowed model.
Checked by tests/pricing/test_grid.py and tests/pricing/test_dividends.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing import black_scholes
from optlab.pricing.black_scholes import RHO_UNIT, THETA_UNIT, VEGA_UNIT, Array
from optlab.pricing.exercise import American
from optlab.pricing.finite_differences import values
from optlab.pricing.mesh import (
    LEAST_VOL,
    Flags,
    Integers,
    Mesh,
    Options,
    alike,
    last_first,
    mesh_of,
    starting_point,
    taken,
)

DividendModel = Literal["spot", "escrowed"]

CHUNK = 256  # options marched at once, fewer where they have more nodes
VOL_BUMP = 0.01  # times vol
RATE_BUMP = 0.0001  # small: the best day to exercise can jump with the rate
NOTHING = 1e-10  # times the strike: less than this above what exercise pays is nothing


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividends: tuple[Array, Array] | None = None,
    *,
    model: DividendModel = "spot",
    american: npt.ArrayLike = True,
) -> American:
    """Price options on a grid with greeks, early-exercise premium and today's exercise boundary.

    Parameters
    ----------
    sign, spot, strike, years, rate, dividend_yield, vol : array_like
        As for `optlab.pricing.black_scholes.evaluate`.
    dividends : pair of float64 arrays (options, dividends), optional
        Years to each ex-date and cash per unit. Only 0 < years at ex-date <= years at expiry and amount > 0 count.
    model : "spot" or "escrowed"
        What diffuses between ex-dates: spot, or spot less the present value of the dividends until expiry.
    american : bool or array_like of bool
        Whether each can be exercised at any time, just before an ex-date too, or only at expiry.

    Returns
    -------
    American
        Of the inputs' broadcast shape. NaN in any input and what is no option is NaN, silently. At ``years = 0`` as
        Black-Scholes. The premium is 0 and the boundary NaN for European options.

    Notes
    -----
    A vol below 0.01% is taken as 0.01%, a spot below a hundred-millionth of the strike as that; a spot worth less
    than its dividends is, in the escrowed model, worth nothing beyond them. Where exercise now is optimal delta is
    1 or -1 and the other greeks are 0. A put with two boundaries has its upper one, a call its lower one.
    """
    asked = _asked((sign, spot, strike, years, rate, dividend_yield, vol), dividends, american)
    is_escrowed = model == "escrowed"
    out = np.full((8, asked.is_american.size), np.nan)
    out[:6] = _expired(asked)
    out[6, asked.is_expired] = 0.0
    for rows, options in _alike(asked, CHUNK // 5 + 1):
        is_american = bool(asked.is_american[rows[0]])
        out[:, rows] = _numbers(options, is_escrowed=is_escrowed, is_american=is_american)
    return American(*out.reshape(8, *asked.shape))


def prices(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividends: tuple[Array, Array] | None = None,
    *,
    model: DividendModel = "spot",
    american: npt.ArrayLike = True,
) -> Array:
    """Price options on a grid without greeks, at a sixth of the time: arguments and edges as for `evaluate`."""
    asked = _asked((sign, spot, strike, years, rate, dividend_yield, vol), dividends, american)
    is_escrowed = model == "escrowed"
    out = _expired(asked)[0]
    for rows, options in _alike(asked, CHUNK):
        is_american = bool(asked.is_american[rows[0]])
        mesh = mesh_of(options, is_american=is_american)
        U = values(options, mesh, is_escrowed=is_escrowed, is_american=is_american)
        out[rows] = _price(options, mesh, U, is_escrowed=is_escrowed, is_american=is_american)
    return out.reshape(asked.shape)


# --- what is asked -----------------------------------------------------------------------------------------


class Flat(NamedTuple):
    """The inputs, one row per option: seven columns of numbers, dates and cash of the dividends, style."""

    columns: tuple[Array, ...]
    dates: Array
    cash: Array
    is_american: Flags
    shape: tuple[int, ...]


def flat(
    inputs: tuple[npt.ArrayLike, ...], dividends: tuple[Array, Array] | None, american: npt.ArrayLike
) -> Flat:
    """Broadcast everything to one shape, dividends without their last axis, and flatten it."""
    arrays = [np.asarray(values, dtype=np.float64) for values in inputs]
    dates, cash = np.broadcast_arrays(*(np.empty((2, 0)) if dividends is None else dividends))
    flags = np.asarray(american, dtype=np.bool_)
    shape = np.broadcast_shapes(*(a.shape for a in arrays), dates.shape[:-1], flags.shape)
    size, most = math.prod(shape), dates.shape[-1]
    dates, cash = (np.broadcast_to(a, (*shape, most)).reshape(size, most) for a in (dates, cash))
    columns = tuple(np.broadcast_to(a, shape).reshape(size) for a in arrays)
    return Flat(columns, dates, cash, np.broadcast_to(flags, shape).reshape(size), shape)


class _Asked(NamedTuple):
    """What is to be priced."""

    options: Options
    is_american: Flags
    is_live: Flags
    is_expired: Flags
    shape: tuple[int, ...]


def _asked(
    inputs: tuple[npt.ArrayLike, ...], dividends: tuple[Array, Array] | None, american: npt.ArrayLike
) -> _Asked:
    columns, dates, cash, is_american, shape = flat(inputs, dividends, american)
    sign, S, K, T, r, q, sigma = columns
    with np.errstate(invalid="ignore"):
        is_option = (
            np.isfinite(sign + S + K + T + r + q + sigma) & (S >= 0) & (K > 0) & (T >= 0) & (sigma >= 0)
        )
    options = Options(sign, S, K, T, r, q, np.maximum(sigma, LEAST_VOL), *last_first(dates, cash, T))
    return _Asked(options, is_american, is_option & (T > 0), is_option & (T == 0), shape)


def _alike(asked: _Asked, size: int) -> Iterator[tuple[Integers, Options]]:
    one_model = np.zeros_like(asked.is_american)
    return alike(asked.options, asked.is_live, asked.is_american, one_model, size=size)


def _expired(asked: _Asked) -> Array:
    """Return what expired options are worth, with greeks; NaN for all others."""
    where = asked.is_expired
    out = np.full((6, where.size), np.nan)
    if where.any():
        out[:, where] = black_scholes.evaluate(*(column[where] for column in asked.options[:7]))
    return out


# --- from values at the nodes to numbers -------------------------------------------------------------------


def _numbers(options: Options, *, is_escrowed: bool, is_american: bool) -> Array:
    """Return the eight rows of `American`."""
    n = len(options.spot)
    mesh = mesh_of(options, is_american=is_american)
    stacked, meshes = _bumped(options), taken(mesh, np.tile(np.arange(n), 5))
    U = values(stacked, meshes, is_escrowed=is_escrowed, is_american=is_american)
    price, more_vol, less_vol, more_rate, less_rate = _price(
        stacked, meshes, U, is_escrowed=is_escrowed, is_american=is_american
    ).reshape(5, n)
    delta, gamma = _slopes(options, mesh, U[:n], is_escrowed=is_escrowed)
    vega = (more_vol - less_vol) / (2 * VOL_BUMP * options.vol) * VEGA_UNIT
    rho = (more_rate - less_rate) / (2 * RATE_BUMP) * RHO_UNIT
    _, S, K, _, r, q, sigma, *_ = options
    X = starting_point(options, is_escrowed=is_escrowed)
    theta = (r * price - (r - q) * S * delta - 0.5 * (sigma * X) ** 2 * gamma) * THETA_UNIT
    out = np.array([price, delta, gamma, vega, theta, rho, np.zeros(n), np.full(n, np.nan)])
    if is_american:
        is_now = (price - _exercise(options) <= NOTHING * K) & (_carry(options, S) > 0)
        out[1:6, is_now] = 0.0
        out[1, is_now] = options.sign[is_now]
        european = _european(options, mesh, is_escrowed=is_escrowed)
        out[6] = np.maximum(price - european, 0.0)
        out[7] = _boundary_anywhere(options, mesh, U[:n], is_escrowed=is_escrowed)
    return out


def _bumped(options: Options) -> Options:
    """Stack the options with themselves at more and less vol, and at a higher and lower rate."""
    rows = np.tile(np.arange(len(options.spot)), 5)
    vol, rate = (np.tile(column, (5, 1)) for column in (options.vol, options.rate))
    vol[1] *= 1 + VOL_BUMP
    vol[2] *= 1 - VOL_BUMP
    rate[3] += RATE_BUMP
    rate[4] -= RATE_BUMP
    return taken(options, rows)._replace(vol=vol.ravel(), rate=rate.ravel())


def _price(options: Options, mesh: Mesh, U: Array, *, is_escrowed: bool, is_american: bool) -> Array:
    """Read today's value at spot; an American option is worth no less than what has a closed form."""
    price = np.maximum(U[np.arange(len(U)), mesh.middle], 0.0)
    if is_american:
        price = np.maximum(price, _exercise(options))
        if _has_closed_form(options, is_escrowed=is_escrowed):
            price = np.maximum(price, _european(options, mesh, is_escrowed=is_escrowed))
    return price


def _has_closed_form(options: Options, *, is_escrowed: bool) -> bool:
    return is_escrowed or options.amounts.shape[1] == 1


def _european(options: Options, mesh: Mesh, *, is_escrowed: bool) -> Array:
    if not _has_closed_form(options, is_escrowed=is_escrowed):
        U = values(options, mesh, is_escrowed=is_escrowed, is_american=False)
        return _price(options, mesh, U, is_escrowed=is_escrowed, is_american=False)
    X = starting_point(options, is_escrowed=is_escrowed)
    return black_scholes.prices(options.sign, X, *options[2:7])


def _exercise(options: Options) -> Array:
    return options.sign * (options.spot - options.strike)


def _carry(options: Options, S: Array) -> Array:
    """Return what exercise at a spot earns per year against waiting, if nothing moved: yield less interest."""
    sign, _, K, _, r, q, *_ = (column if column.ndim == S.ndim else column[:, None] for column in options[:6])
    return np.asarray(sign * (q * S - r * K))


def _slopes(options: Options, mesh: Mesh, U: Array, *, is_escrowed: bool) -> tuple[Array, Array]:
    """Return delta and gamma at spot by differences of fourth order."""
    around = mesh.middle[:, None] + np.arange(-2, 3)
    two_down, down, here, up, two_up = np.take_along_axis(U, around, axis=1).T
    first = (8 * (up - down) - (two_up - two_down)) / (12 * mesh.step)
    second = (16 * (up + down) - (two_up + two_down) - 30 * here) / (12 * mesh.step**2)
    X = starting_point(options, is_escrowed=is_escrowed)
    return first / X, (second - first) / X**2


# --- when to exercise --------------------------------------------------------------------------------------


def _boundary_anywhere(options: Options, mesh: Mesh, U: Array, *, is_escrowed: bool) -> Array:
    """Find today's exercise boundary on the grid around spot or, failing that, around where it would be."""
    found = _boundary(options, mesh, U, is_escrowed=is_escrowed, margin=U.shape[1] // 5)
    sign, _, K, _, r, q, *_ = options
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where((q > 0) & (r > 0), K * r / q, K)  # where exercise neither earns nor costs
    level = np.where(sign > 0, np.maximum(level, K), np.minimum(level, K))
    is_possible = np.where(sign > 0, (q > 0) | (r < 0), (r > 0) | (q < 0))
    again = np.flatnonzero(np.isnan(found) & is_possible)
    if again.size:
        moved = taken(options, again)._replace(spot=level[again])
        other = mesh_of(moved, is_american=True)
        U = values(moved, other, is_escrowed=is_escrowed, is_american=True)
        found[again] = _boundary(moved, other, U, is_escrowed=is_escrowed, margin=3)
    return found


def _boundary(options: Options, mesh: Mesh, U: Array, *, is_escrowed: bool, margin: int) -> Array:
    """Find where the value leaves what exercise pays, which it does like a parabola.

    NaN where it does not, or less than `margin` nodes from the edge, of which the grid knows little.
    """
    nodes = U.shape[1]
    sign, K = options.sign[:, None], options.strike[:, None]
    X = starting_point(options, is_escrowed=is_escrowed)
    later = options.present_value if is_escrowed else np.zeros(len(X))
    S = X[:, None] * np.exp((np.arange(nodes) - mesh.middle[:, None]) * mesh.step[:, None]) + later[:, None]
    more = U - sign * (S - K)
    is_exercised = (more <= NOTHING * K) & (_carry(options, S) > 0)
    is_exercised, more, S = (np.where(sign > 0, a, a[:, ::-1]) for a in (is_exercised, more, S))
    first = is_exercised.argmax(axis=1)  # from the side where one waits
    row = np.arange(len(X))
    is_inside = is_exercised[row, first] & (first >= margin)
    near, far = (np.sqrt(np.maximum(more[row, np.maximum(first - k, 0)], 0.0)) for k in (2, 3))
    steps = np.clip(near / np.maximum(far - near, near / 3 + np.finfo(float).tiny), 0.0, 3.0)
    at = (S[row, np.maximum(first - 2, 0)] - later) * np.exp(options.sign * steps * mesh.step) + later
    return np.where(is_inside, at, np.nan)
