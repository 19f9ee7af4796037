"""Options at many spots: each contract is solved once, and read at every spot of its ladder.

| exercise | cash dividends | solved once |
| --- | --- | --- |
| over | any | nothing: what exercise pays |
| european | none, or escrowed | nothing: `black_scholes` at spot, or at spot less its dividends |
| american, never early | none | nothing: `black_scholes` |
| american, other | none | its exercise boundary, `american` |
| american, or european in the spot model | some | its grid, `cash_grids` |
| either, without volatility | some | nothing: `dividends.certain` |

Where the spots of a ladder are one spot per option times factors that all options share, a European price needs one
exponential and two Mills' ratios. With F and X the discounted spot and strike, s = sigma sqrt(T) and z = |ln F/X| / s,
the option is worth what it is worth without randomness, and its time value besides:

    V = max(eps (F - X), 0) + sqrt(F X) exp(-s^2 / 8) phi(z) (M(z - s / 2) - M(z + s / 2)),

which is Black and Scholes' formula by put-call parity. A factor f moves ln F/X by ln f, and multiplies sqrt(F X) by
sqrt(f): the logarithms and discounts are an option's or a factor's, not a price's.

References
----------
Merton, R. C. (1973). Theory of rational option pricing. Bell Journal of Economics 4, 141-183.
Checked by tests/pricing/test_ladders.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing import american, black_scholes, dividends
from optlab.pricing.american import Exercise
from optlab.pricing.black_scholes import PHI_0, Array
from optlab.pricing.cash_grids import Grids, grids
from optlab.pricing.dividends import Dividends
from optlab.pricing.exercise import NEVER, American, region
from optlab.pricing.models import Models, Option
from optlab.pricing.models import evaluate as evaluate_each

Flags = npt.NDArray[np.bool_]

BLOCK, MOVES = 16_000, 32
"""Prices at once, and of how many factors at most: seven arrays of so many doubles fit the processor's second cache.
No power of two, which would put them all into the same lines of it."""

DEVIATIONS = 1e-9, 2.0
"""The s of the formula above, up to a volatility of 200% for a year; others are left to `black_scholes`."""

# M(y - 1) = N(1 - y) / phi(1 - y) as a ratio of polynomials, lowest power first, fitted on 0 <= y <= 41 by reweighted
# least squares. What counts is the error times exp(-z^2 / 2), 1.9e-14 at most; the relative one, 2e-9 at most, only
# keeps M falling. All coefficients are positive, so nothing cancels in the sums.
NUMERATOR = (
    12653.47900663251,
    13259.267810375715,
    7988.100600407168,
    3139.3724211825424,
    847.2444536689809,
    154.80770346473741,
    17.749666830957896,
    0.99999972058843,
)
DENOMINATOR = (
    3639.1401945870416,
    8499.1218457269,
    9078.398040624257,
    5820.334793865826,
    2464.351127929528,
    711.1463409955966,
    138.05957442548245,
    16.749634564324474,
)  # and 1.0 for the highest power


@dataclass(frozen=True, eq=False)
class Ladder:
    """Options at one instant, good for any spot; made by `ladder`.

    Parameters
    ----------
    option : Option
        What they are; their ``spot`` is not looked at.
    vol : ndarray, shape (options,)
    models : Models
        How they are priced.
    """

    option: Option
    vol: Array
    models: Models

    def prices(self, S: npt.ArrayLike) -> Array:
        """Return the prices at spots S, (options, spots) or (spots,) for all of them alike; not negative.

        Returns
        -------
        ndarray, shape (options, spots)
            NaN where an input that counts is NaN. At a spot of 0 a call is worth 0, a European put its discounted
            strike, and an American put its strike, or the discounted one where the rate is negative.
        """
        S = self._laid_out(S)
        out = np.empty(S.shape)
        for rows, part in self._parts:
            out[rows] = part.prices(S[rows])
        return out

    def prices_at_moves(self, spot: npt.ArrayLike, factors: npt.ArrayLike) -> Array:
        """Return the prices at each option's own spot times factors that all options share: a scenario grid.

        Parameters
        ----------
        spot : array_like, shape (options,) or ()
            Where the factor is 1.
        factors : array_like, shape (moves,)
            0.9 is a fall by 10%.

        Returns
        -------
        ndarray, shape (options, moves)
            As ``prices(spot[:, None] * factors)``, to 1e-13 of spot. In memory it lies move by move.

        Notes
        -----
        European options without cash dividends take half the time of `prices`, and so do American ones that are never
        exercised early. What one is worth at a factor is the same to the last digit whatever the other factors are,
        so that the difference of two calls at 1 is exactly 0. Of other options it is the same but for rounding,
        1e-14 of spot.
        """
        f = np.asarray(factors, dtype=np.float64)
        S = np.broadcast_to(np.asarray(spot, dtype=np.float64), self.vol.shape)
        found = [(rows, _at_moves(part, S[rows], f)) for rows, part in self._parts]
        if len(found) == 1:
            return found[0][1].T
        out = np.empty((len(f), len(S)))
        for rows, prices in found:
            out[:, rows] = prices
        return out.T

    def evaluate(self, S: npt.ArrayLike) -> American:
        """Return prices with greeks, premium and boundary at spots S; each is (options, spots).

        They are those of `optlab.pricing.models.evaluate`. American options without cash dividends are solved once
        for all their spots. With cash dividends each spot has grids of its own, some milliseconds long.
        """
        S = self._laid_out(S)
        out = np.empty((8, *S.shape))
        is_early = self.option.is_american & ~self.option.has_cash
        if is_early.any():
            out[:, is_early] = self._exercise(is_early, with_slopes=True).evaluate(S[is_early])
        if not is_early.all():
            each = _at_each(self.option.take(~is_early), S[~is_early])
            vol = np.repeat(self.vol[~is_early], S.shape[1])
            out[:, ~is_early] = np.reshape(evaluate_each(each, vol, self.models), (8, -1, S.shape[1]))
        out[:, np.isnan(self.vol)] = np.nan
        return American(*out)

    def _laid_out(self, S: npt.ArrayLike) -> Array:
        S = np.asarray(S, dtype=np.float64)
        return np.broadcast_to(S, (len(self.vol), S.shape[-1]))

    @cached_property
    def _parts(self) -> list[tuple[Flags | slice, _Part]]:
        """Solve the options, each in its way, and say which rows go it."""
        sign, _, _, years, rate, dividend_yield, _, is_american = self.option
        is_over, is_cash = years == 0, self.option.has_cash
        is_certain = is_cash & (years * self.vol == 0)
        is_early = is_american & ~is_cash & (region(sign, rate, dividend_yield) != NEVER)
        has_formula = ~is_cash if self.models.dividend_model == "spot" else ~(is_cash & is_american)
        is_closed = has_formula & ~(is_early | is_certain | is_over)
        is_gridded = ~(is_closed | is_early | is_certain | is_over)
        ways = (
            (is_over, self._over),
            (is_closed, self._european),
            (is_early, self._exercise),
            (is_gridded, self._grids),
            (is_certain, self._certain),
        )
        return [(slice(None) if rows.all() else rows, way(rows)) for rows, way in ways if rows.any()]

    def _over(self, rows: Flags) -> _Over:
        return _Over(self.option.sign[rows, None], self.option.strike[rows, None])

    def _european(self, rows: Flags) -> _European:
        own = self.option.take(rows)
        sign, _, *rest = own.inputs
        return _European((sign, *rest, self.vol[rows]), dividends.present_value(own.dividends, *rest[1:]))

    def _exercise(self, rows: Flags, *, with_slopes: bool = False) -> Exercise:
        sign, _, *rest = self.option.take(rows).inputs
        columns = (values[:, None] for values in (sign, *rest, self.vol[rows]))
        return american.exercise(*columns, with_slopes=with_slopes)

    def _grids(self, rows: Flags) -> Grids:
        own = self.option.take(rows)
        sign, _, *rest = own.inputs
        is_escrowed = np.full(len(sign), self.models.dividend_model == "escrowed")
        return grids([sign, *rest, self.vol[rows]], own.dividends, is_escrowed, own.is_american)

    def _certain(self, rows: Flags) -> _Certain:
        return _Certain(self.option.take(rows))


def ladder(option: Option, vol: Array, models: Models) -> Ladder:
    """Lay options out for many spots.

    Parameters
    ----------
    option : Option
        What they are; their ``spot`` is not looked at. Without time left (years of 0 and less) they are worth what
        exercise pays, and need no rate, yield and vol: those may be NaN.
    vol : ndarray, shape (options,)
    models : Models
        How they are priced. Prices are always optlab's own, greeks are the chosen ``engine``'s.
    """
    is_over = option.years <= 0
    if is_over.any():
        years, rate, dividend_yield, vol = (
            np.where(is_over, 0.0, values)
            for values in (option.years, option.rate, option.dividend_yield, vol)
        )
        is_american = option.is_american & ~is_over
        option = option._replace(
            years=years, rate=rate, dividend_yield=dividend_yield, is_american=is_american
        )
    return Ladder(option, vol, models)


def _at_each(option: Option, S: Array) -> Option:
    """Repeat options for each of their spots, (options, spots)."""
    *columns, paid, flags = option._replace(spot=option.strike)
    columns = [np.repeat(values, S.shape[1]) for values in columns]
    ahead = Dividends(*(np.repeat(values, S.shape[1], axis=0) for values in paid))
    return Option._make([*columns, ahead, np.repeat(flags, S.shape[1])])._replace(spot=S.ravel())


def _at_moves(part: _Part, S: Array, f: Array) -> Array:
    """Return the prices at spots (options,) times factors (moves,), as (moves, options)."""
    return part.at_moves(S, f) if isinstance(part, _European) else part.prices(S[:, None] * f).T


class _Over(NamedTuple):
    """Options without time left, each array (options, 1)."""

    sign: Array
    strike: Array

    def prices(self, S: Array) -> Array:
        """Return what exercise pays at spots, (options, spots)."""
        gain = np.subtract(S, self.strike)
        gain *= self.sign
        np.maximum(gain, 0.0, out=gain)
        gain[~(S >= 0)] = np.nan
        return gain


class _Certain(NamedTuple):
    """Options with cash dividends and without volatility."""

    option: Option

    def prices(self, S: Array) -> Array:
        """Return the prices at spots, (options, spots)."""
        each = _at_each(self.option, S)
        return dividends.certain(each.inputs, each.dividends, each.is_american).price.reshape(S.shape)


class _European(NamedTuple):
    """Options with Black and Scholes' formula.

    Parameters
    ----------
    option : tuple of ndarray, each of shape (options,)
        Sign, strike, years, rate, dividend yield and vol.
    less : ndarray, shape (options,)
        What comes off spot before it diffuses: the present value of cash dividends in the escrowed model, else 0.
    """

    option: tuple[Array, ...]
    less: Array

    def prices(self, S: Array) -> Array:
        """Return the prices at spots, (options, spots); so many at once that what is laid out stays small."""
        out = np.empty(S.shape)
        high = max(BLOCK // max(S.shape[1], 1), 1)
        for start in range(0, len(S), high):
            part = slice(start, start + high)
            sign, *rest = (values[part, None] for values in self.option)
            less, X = self.less[part, None], S[part]
            left = np.where(X < 0, X, np.maximum(X - less, 0.0)) if less.any() else X
            np.maximum(black_scholes.prices(sign, left, *rest), 0.0, out=out[part])
        return out

    def at_moves(self, S: Array, f: Array) -> Array:
        """Return the prices at spots (options,) times factors (moves,), as (moves, options)."""
        _, K, T, _, _, vol = self.option
        s, is_move = vol * np.sqrt(T), (f > 0) & np.isfinite(f)
        is_product = (DEVIATIONS[0] <= s) & (s <= DEVIATIONS[1]) & (self.less == 0) & (K > 0)
        is_product &= (S > 0) & np.isfinite(S)
        if is_product.all() and is_move.all():
            return products(self.option, S, f)
        out = np.empty((len(f), len(S)))
        if not is_move.all():
            out[is_move] = self.at_moves(S, f[is_move])
            out[~is_move] = self.prices(S[:, None] * f[~is_move]).T
            return out
        out[:, is_product] = products(tuple(values[is_product] for values in self.option), S[is_product], f)
        others = _European(tuple(values[~is_product] for values in self.option), self.less[~is_product])
        out[:, ~is_product] = others.prices(S[~is_product, None] * f).T
        return out


_Part = _Over | _European | Exercise | Grids | _Certain
"""Options that go one way: each has ``prices`` at spots (options, spots)."""


# --- European options at products of spots and factors ---------------------------------------------------------


def products(option: tuple[Array, ...], S: Array, f: Array) -> Array:
    """Price European options at spots S (options,) times factors f (moves,), all positive; as (moves, options).

    Parameters
    ----------
    option : tuple of ndarray, each of shape (options,)
        Sign, strike, years, rate, dividend yield and vol, with sigma sqrt(T) within `DEVIATIONS`.
    """
    out = np.empty((len(f), len(S)))
    scratch = np.empty(7 * BLOCK)
    wide = BLOCK // max(min(len(f), MOVES), 1)
    with np.errstate(all="ignore"):
        for left in range(0, len(S), wide):
            legs = _legs(tuple(values[left : left + wide] for values in (S, *option)))
            for top in range(0, len(f), MOVES):
                block = out[top : top + MOVES, left : left + wide]
                work = scratch[: 7 * block.size].reshape(7, *block.shape)
                _write(legs, f[top : top + MOVES, None], work, block)
    return out


class _Legs(NamedTuple):
    """What is a leg's and not a price's in the formula above, each array (legs,)."""

    asset: Array  # eps F
    cash: Array  # eps X
    distance: Array  # ln F/X
    per_deviation: Array  # 1 / s
    half: Array  # s / 2
    level: Array  # sqrt(F X) exp(-s^2 / 8) / sqrt(2 pi)


def _legs(option: tuple[Array, ...]) -> _Legs:
    S, sign, K, T, r, q, sigma = option
    half = 0.5 * sigma * np.sqrt(T)
    F, X = S * np.exp(-q * T), K * np.exp(-r * T)
    level = PHI_0 * np.sqrt(F) * np.sqrt(X) * np.exp(-0.5 * half * half)
    return _Legs(sign * F, sign * X, np.log(S / K) + (r - q) * T, 0.5 / half, half, level)


def _write(legs: _Legs, f: Array, work: Array, out: Array) -> None:
    """Write a block of prices, (moves, legs); ``f`` is (moves, 1), ``work`` seven such blocks."""
    z, y, M, spare = work[0], work[1:3], work[3:5], work[5:7]
    np.add(np.log(f), legs.distance, out=z)
    z *= legs.per_deviation
    np.abs(z, out=z)
    np.add(z, 1.0 - legs.half, out=y[0])
    np.add(z, 1.0 + legs.half, out=y[1])
    _mills(y, M, spare)
    time_value = np.subtract(M[0], M[1], out=M[0])
    np.square(z, out=z)
    z *= -0.5
    np.exp(z, out=z)
    time_value *= z
    time_value *= legs.level
    time_value *= np.sqrt(f)
    certain = np.multiply(legs.asset, f, out=spare[0])
    certain -= legs.cash
    np.maximum(certain, 0.0, out=certain)
    np.add(certain, time_value, out=out)


def _mills(y: Array, out: Array, scratch: Array) -> None:
    """Write M(y - 1) to ``out``, by Horner's rule in place."""
    np.multiply(y, NUMERATOR[-1], out=out)
    for coefficient in NUMERATOR[-2:0:-1]:
        out += coefficient
        out *= y
    out += NUMERATOR[0]
    np.add(y, DENOMINATOR[-1], out=scratch)
    for coefficient in DENOMINATOR[-2::-1]:
        scratch *= y
        scratch += coefficient
    out /= scratch
