"""American options on an asset that pays a continuous yield: arrays in, arrays out.

The price is the European one plus the early-exercise premium, an integral over the exercise boundary. `exercise`
solves the boundaries; they do not depend on the spot, so that one solution prices a whole ladder of spots.
`evaluate` and `prices` have the arguments of `optlab.pricing.black_scholes`, and solve each contract once too if
spots are given along an axis of their own.

Which way a contract goes:

* never optimal to exercise: the European price, exactly;
* one boundary: spectral collocation, `optlab.pricing.boundary` and `optlab.pricing.premium`;
* two boundaries (a put with q < r < 0, a call with r < q < 0), or one that next to no rate makes and a steep drift
  hides: finite differences, `optlab.pricing.grid`;
* no randomness (years or vol 0): the best time along the forward curve.

References
----------
Andersen, L., Lake, M. and Offengenden, D. (2016). High-performance American option pricing. Journal of
Computational Finance 20(1), 39-87.
Checked by tests/pricing/test_american.py and tests/properties/test_american_laws.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optlab.pricing import black_scholes, grid, premium
from optlab.pricing.black_scholes import Array, columns
from optlab.pricing.boundary import solve
from optlab.pricing.exercise import (
    NEVER,
    American,
    Contracts,
    certain,
    has_boundary,
    horizons,
    put_rates,
    region,
)
from optlab.pricing.premium import Terms

CHUNK = 256
"""Spots per pass: the scratch of one pass then stays in the processor's cache."""

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Exercise:
    """American contracts with their exercise boundaries: good for any spot.

    Parameters
    ----------
    option : tuple of float64 arrays, each of shape (contracts,)
        Sign, strike, years, rate, dividend yield and vol.
    shape : tuple of int
        The contracts' own shape, against which spots broadcast.
    single, hard, fixed : int arrays
        The contracts with one boundary, those left to the grid, and those without randomness.
    terms : Terms
        Those with one boundary.
    """

    option: tuple[Array, ...]
    shape: tuple[int, ...]
    single: Indices
    hard: Indices
    fixed: Indices
    terms: Terms

    @property
    def level(self) -> Array:
        """The spot at which exercise is optimal now, of the contracts' shape; NaN where there is none, or two."""
        level = np.full(len(self.option[0]), np.nan)
        level[self.single] = self.terms.level
        return level.reshape(self.shape)

    def prices(self, spot: npt.ArrayLike) -> Array:
        """Price the contracts at spots that broadcast against their shape; edges as for `evaluate`."""
        return self._at(spot, black_scholes.prices, rows=1)[0]

    def evaluate(self, spot: npt.ArrayLike) -> American:
        """Price the contracts at spots that broadcast against their shape, with greeks; see `evaluate`."""
        return American(*self._at(spot, black_scholes.evaluate, rows=8))

    def _at(self, spot: npt.ArrayLike, european: Callable[..., npt.ArrayLike], *, rows: int) -> list[Array]:
        """Return the first rows of `American` at these spots, from the European numbers."""
        S, back = _laid_out(np.asarray(spot, dtype=np.float64), self.shape)
        sign, *others = (values[:, None] for values in self.option)
        out = np.zeros((rows, *S.shape))
        out[:6] = european(sign, S, *others)
        is_number = np.isfinite(out[0])
        if rows > 7:
            out[7] = self.level.reshape(-1, 1)
        with np.errstate(all="ignore"):
            for terms, places, spots in self._passes(S.shape[1]):
                out[:, places, spots] = _exercisable(terms, S[places, spots], out[:, places, spots])
            if self.hard.size:
                out[:, self.hard] = self._on_grid(S[self.hard], rows)
            if self.fixed.size:
                eps, K, T, r, q, _ = (values[self.fixed, None] for values in self.option)
                out[:, self.fixed] = certain(eps, S[self.fixed], K, T, r, q)[:rows]
        if not is_number.all():
            out[:, ~is_number] = np.nan
        return [back(numbers) for numbers in out]

    def _on_grid(self, S: Array, rows: int) -> Sequence[Array] | Array:
        """Price the contracts that are left to the grid; at a spot of nothing nothing moves."""
        eps, K, T, r, q, sigma = (values[self.hard, None] for values in self.option)
        at_nothing = certain(eps, S, K, T, r, q)
        if rows == 1:
            return (np.where(S == 0, at_nothing.price, grid.prices(eps, S, K, T, r, q, sigma)),)
        found = grid.evaluate(eps, S, K, T, r, q, sigma)
        found = found._replace(boundary=np.full(S.shape, np.nan))  # there may be two
        return np.where(S == 0, at_nothing, found)

    def _passes(self, spots: int) -> Iterator[tuple[Terms, Indices, slice]]:
        """Cut the contracts with one boundary, and their spots, into passes."""
        wide = max(min(spots, CHUNK), 1)
        high = max(CHUNK // wide, 1)
        for first in range(0, self.single.size, high):
            part = slice(first, first + high)
            terms, places = self.terms.take(part), self.single[part]
            for left in range(0, spots, wide):
                yield terms, places, slice(left, left + wide)


def _exercisable(terms: Terms, S: Array, european: Array) -> Array:
    """Return the numbers of contracts with one boundary from their European ones; all (rows, contracts, spots)."""
    out = european.copy()
    sign, strike = terms.sign[:, None], terms.strike[:, None]
    added = premium.greeks(terms, S) if len(out) > 1 else (premium.prices(terms, S),)
    out[: len(added)] += np.where((S > 0) & (added[0] > 0), added, 0.0)
    paid = sign * (S - strike)
    is_beyond = sign * (S - terms.level[:, None]) >= 0
    np.copyto(out[0], paid, where=is_beyond | (out[0] < paid))
    np.copyto(out[1:2], sign, where=is_beyond)
    np.copyto(out[2:6], 0.0, where=is_beyond)
    out[6:7] = out[0] - european[0]
    return out


def exercise(
    sign: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
    *,
    with_slopes: bool = True,
) -> Exercise:
    """Solve the exercise boundaries of American contracts, once for all spots.

    Parameters
    ----------
    sign, strike, years, rate, dividend_yield, vol : array_like
        As for `optlab.pricing.black_scholes.evaluate`; they broadcast against each other.
    with_slopes : bool, optional
        How the boundaries move with volatility and rate too, which `Exercise.evaluate` needs for vega and rho.

    Examples
    --------
    >>> puts = exercise(-1, [90, 100], 0.5, 0.05, 0.0, 0.30)
    >>> puts.level.round(2)
    array([66.68, 74.09])
    >>> puts.prices([[90], [100]]).round(3)
    array([[ 6.655, 12.749],
           [ 3.345,  7.394]])
    """
    option, shape = columns(sign, strike, years, rate, dividend_yield, vol)
    size = math.prod(shape)
    option = tuple(np.broadcast_to(values, size) for values in option)
    eps, K, T, r, q, sigma = option
    is_sound = np.isfinite(K + T + r + q + sigma) & (np.abs(eps) == 1) & (K > 0) & (T >= 0) & (sigma >= 0)
    is_random = sigma * np.sqrt(np.maximum(T, 0.0)) > 0
    is_solved = has_boundary(eps, T, r, q, sigma)
    is_early = is_sound & is_random & (region(eps, r, q) != NEVER)
    single, hard = np.flatnonzero(is_early & is_solved), np.flatnonzero(is_early & ~is_solved)
    puts = Contracts(T, *put_rates(eps, r, q), sigma).take(single)
    puts = puts._replace(T=horizons(puts))
    is_put = (eps[single] < 0).astype(np.float64)
    boundary = solve(puts, (is_put, 1.0 - is_put) if with_slopes else None)
    terms = Terms(eps[single], K[single], puts.T, r[single], q[single], sigma[single], boundary)
    return Exercise(option, shape, single, hard, np.flatnonzero(is_sound & ~is_random), terms)


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> American:
    """Price American options with all five greeks, the early-exercise premium and the boundary.

    Parameters
    ----------
    sign, spot, strike, years, rate, dividend_yield, vol : array_like
        As for `optlab.pricing.black_scholes.evaluate`. Spots along an axis that no other input has cost one
        boundary per contract, not one per spot.

    Returns
    -------
    American
        float64 arrays of the inputs' broadcast shape. NaN in any input, an infinity, and a negative spot, years
        or vol give NaN in all, silently. Where exercise is never optimal the numbers are the European ones.

    Notes
    -----
    On a spot of 100, volatilities to 150% and two years the error is below 2e-4. Gamma jumps at the boundary;
    within a thousandth of a standard deviation of it, it is good to about 1%.

    Examples
    --------
    >>> evaluate(-1, 100, [100], 1.0, 0.05, 0.0, 0.20).price.round(4)
    array([6.0904])
    """
    return exercise(sign, strike, years, rate, dividend_yield, vol).evaluate(spot)


def prices(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Array:
    """Price American options without greeks: arguments, edges and accuracy as for `evaluate`.

    Examples
    --------
    >>> prices(-1, [[36], [40], [44]], [40], 1.0, 0.06, 0.0, 0.20).round(3)
    array([[4.487],
           [2.32 ],
           [1.113]])
    """
    return exercise(sign, strike, years, rate, dividend_yield, vol, with_slopes=False).prices(spot)


def _laid_out(spot: Array, shape: tuple[int, ...]) -> tuple[Array, Callable[[Array], Array]]:
    """Lay spots out as (contracts, spots of each), and return with them what puts numbers back into their shape."""
    full = np.broadcast_shapes(spot.shape, shape)
    padded = (1,) * (len(full) - len(shape)) + shape
    own = [axis for axis, length in enumerate(padded) if length == full[axis]]
    ladder = [axis for axis in range(len(full)) if axis not in own]
    order = (*own, *ladder)
    S = np.broadcast_to(spot, full).transpose(order)
    turned = S.shape

    def back(numbers: Array) -> Array:
        return np.array(numbers.reshape(turned).transpose(np.argsort(order)), order="C")

    return S.reshape(math.prod(shape), math.prod(turned[len(own) :])), back
