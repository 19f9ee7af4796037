"""Options on an asset that pays known cash on known days, and a continuous yield besides.

Both models have the same forward, F = (S - PV) exp((r - q) T) with PV the sum of D exp(-(r - q) t), and differ in
what moves:

- ``spot``: between ex-dates spot is a geometric Brownian motion, at each it drops by the dividend, or to 0.
- ``escrowed``: spot less the PV of the dividends until expiry is one; European options have Black-Scholes' formula
  at S - PV. The same vol then means a calmer spot, and the vol depends on the expiry.

References
----------
Merton, R. C. (1973). Theory of rational option pricing. Bell Journal of Economics 4, 141-183.
Haug, E. G., Haug, J. and Lewis, A. (2003). Back to basics: a new approach to the discrete dividend problem. Wilmott
magazine, September 2003, 37-51.
Hull, J. C. (2018). Options, Futures and Other Derivatives, 10th ed.: the escrowed formula.
Checked by tests/pricing/test_dividends.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing import black_scholes, grid
from optlab.pricing.black_scholes import RHO_UNIT, THETA_UNIT, Array
from optlab.pricing.exercise import American
from optlab.pricing.grid import DividendModel

__all__ = ["DividendModel", "Dividends", "evaluate", "forward", "forwards_at", "present_value", "prices"]


class Dividends(NamedTuple):
    """The cash dividends of each option's underlying; only 0 < years <= expiry and amount > 0 count.

    Parameters
    ----------
    years : float64 array (options, dividends)
        Time to each ex-date in years, in any order; NaN where an option has fewer.
    amounts : float64 array (options, dividends)
        Cash per unit of the underlying; 0 where an option has fewer.
    """

    years: Array
    amounts: Array

    def counting(self, expiry: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Say which of them fall between now and the expiry of each option, in years."""
        end = np.asarray(expiry, dtype=np.float64)[..., None]
        is_ahead = (self.years > 0) & (self.years <= end)
        return np.asarray(is_ahead & (self.amounts > 0) & np.isfinite(self.amounts))


def present_value(
    dividends: Dividends, years: npt.ArrayLike, rate: npt.ArrayLike, dividend_yield: npt.ArrayLike
) -> Array:
    """Value the dividends until expiry today: the sum of D exp(-(r - q) t).

    Parameters
    ----------
    dividends : Dividends
        A row per option.
    years, rate, dividend_yield : array_like
        As for `optlab.pricing.black_scholes.evaluate`; one number, or one per option.

    Returns
    -------
    float64 array
        Currency per unit of the underlying, one per option; 0 without dividends.

    Examples
    --------
    >>> quarterly = Dividends(np.array([[0.25, 0.5, 0.75]]), np.array([[1.0, 1.0, 1.0]]))
    >>> present_value(quarterly, 0.6, 0.04, 0.0).round(4)
    array([1.9702])
    """
    return _discounted(dividends, years, rate, dividend_yield).sum(axis=-1)


def forward(
    spot: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    dividends: Dividends,
) -> Array:
    """Return the price to agree on today for delivery at `years`: what is left of spot, grown by r - q.

    Examples
    --------
    >>> one = Dividends(np.array([[0.25]]), np.array([[2.0]]))
    >>> forward(100.0, 1.0, 0.05, 0.0, one).round(4)
    array([103.0507])
    """
    left = np.asarray(spot, dtype=np.float64) - present_value(dividends, years, rate, dividend_yield)
    carry = np.subtract(rate, dividend_yield) * np.asarray(years, dtype=np.float64)
    return np.asarray(left * np.exp(carry))


def forwards_at(S: Array, years: Array, rate: Array, dividend_yield: Array, ahead: Dividends) -> Array:
    """Return the forward of each contract at many spots: what its future is worth there, and not below nothing.

    Parameters
    ----------
    S : float64 array, shape (contracts, spots), (1, spots) or (spots,)
        Spots.
    years, rate, dividend_yield : float64 arrays, shape (contracts,)
        Years to delivery; spot itself where they are 0 or fewer.
    ahead : Dividends
        A row per contract.

    Returns
    -------
    float64 array, shape (contracts, spots)
        0 where the dividends ahead are worth more than the spot: nobody has to take delivery of less than nothing.

    Examples
    --------
    >>> one = Dividends(np.array([[0.25]]), np.array([[2.0]]))
    >>> forwards_at(np.array([100.0, 1.0]), np.array([1.0]), np.array([0.05]), np.array([0.0]), one).round(4)
    array([[103.0507,   0.    ]])
    """
    T, r, q = (values[:, None] for values in (np.maximum(years, 0.0), rate, dividend_yield))
    paid = Dividends(*(values[:, None] for values in ahead))
    return np.maximum(forward(S, T, r, q, paid), 0.0)


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividends: Dividends,
    *,
    model: DividendModel,
    american: npt.ArrayLike,
) -> American:
    """Price options on an asset with cash dividends, with greeks, premium and exercise boundary.

    Parameters
    ----------
    sign, spot, strike, years, rate, dividend_yield, vol : array_like
        As for `optlab.pricing.black_scholes.evaluate`.
    dividends : Dividends
        A row per option, or one row for all.
    model : "spot" or "escrowed"
        What diffuses; see above.
    american : bool or array_like of bool
        Whether each can be exercised at any time, or only at expiry.

    Returns
    -------
    American
        Of the broadcast shape. Exercise pays the full spot, just before an ex-date too; the premium is over the
        European option of the same model. Theta is a calendar day that passes at the same spot, the ex-dates coming
        nearer; rho leaves the yield as it is. The boundary is the spot of today. NaN as for Black-Scholes.

    Notes
    -----
    European options are closed forms in the escrowed model and wherever no dividend counts; all others are found on
    the grid of `optlab.pricing.grid`. A spot worth less than its dividends is taken, in the escrowed model, as worth
    nothing beyond them: a call is worth 0, a put its discounted strike.
    """
    case = _Case.of((sign, spot, strike, years, rate, dividend_yield, vol), dividends, american)
    is_closed = case.is_closed(model)
    out = np.full((8, is_closed.size), np.nan)
    if is_closed.any():
        out[:, is_closed] = _closed(case.taken(is_closed), model)
    if not is_closed.all():
        rest = case.taken(~is_closed)
        sign, S, K, T, r, q, sigma = rest.columns
        out[:, ~is_closed] = grid.evaluate(
            sign, S, K, T, r, q, sigma, rest.dividends, model=model, american=rest.is_american
        )
    return American(*out.reshape(8, *case.shape))


def prices(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividends: Dividends,
    *,
    model: DividendModel,
    american: npt.ArrayLike,
) -> Array:
    """Price options on an asset with cash dividends, without greeks: arguments and edges as for `evaluate`."""
    case = _Case.of((sign, spot, strike, years, rate, dividend_yield, vol), dividends, american)
    is_closed = case.is_closed(model)
    out = np.full(is_closed.size, np.nan)
    if is_closed.any():
        closed = case.taken(is_closed)
        _, S, *others = closed.columns
        out[is_closed] = black_scholes.prices(closed.columns[0], _left(closed, S, model), *others)
    if not is_closed.all():
        rest = case.taken(~is_closed)
        sign, S, K, T, r, q, sigma = rest.columns
        out[~is_closed] = grid.prices(
            sign, S, K, T, r, q, sigma, rest.dividends, model=model, american=rest.is_american
        )
    return out.reshape(case.shape)


def certain(option: tuple[Array, ...], paid: Dividends, is_american: npt.NDArray[np.bool_]) -> American:
    """Value options without randomness: exercised at expiry; if American, at the best of now and around each ex-date.

    A call is best exercised just before an ex-date, a put just after. Greeks are those of the gain at that time, but
    for theta and rho, which are left at 0.

    Parameters
    ----------
    option : tuple of float64 arrays, each of shape (options,)
        Sign, spot, strike, years, rate and dividend yield.
    paid : Dividends
        A row per option.
    is_american : bool array, shape (options,)
        Whether each can be exercised at any time.
    """
    sign, S, K, T, r, q = option
    times = np.concatenate([T[:, None], np.zeros((len(T), 1)), paid.years], axis=1)
    best, when, european = np.zeros_like(T), np.zeros_like(T), np.zeros_like(T)
    for column, t in enumerate(times.T):
        is_after = (sign < 0) | (t == T)
        is_paid = (paid.years < t[:, None]) | ((paid.years == t[:, None]) & is_after[:, None])
        before = paid._replace(amounts=np.where(is_paid, paid.amounts, 0.0))
        gain = sign * ((S - present_value(before, t, r, q)) * np.exp(-q * t) - K * np.exp(-r * t))
        is_better = ((column == 0) | (is_american & (t >= 0) & (t <= T))) & (gain > best)
        best, when = np.where(is_better, gain, best), np.where(is_better, t, when)
        european = best if column == 0 else european
    price = np.where(np.isfinite(S + K + T + r + q), best, np.nan)
    zero = np.zeros_like(price)
    delta = np.where(best > 0, sign * np.exp(-q * when), 0.0)
    return American(price, delta, zero, zero, zero, zero, price - european, np.full_like(price, np.nan))


class _Case(NamedTuple):
    """The inputs, flat: one row per option."""

    columns: tuple[Array, ...]
    dividends: Dividends
    is_american: npt.NDArray[np.bool_]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, inputs: tuple[npt.ArrayLike, ...], dividends: Dividends, american: npt.ArrayLike) -> _Case:
        """Flatten the inputs."""
        columns, dates, cash, is_american, shape = grid.flat(inputs, dividends, american)
        return cls(columns, Dividends(dates, cash), is_american, shape)

    def taken(self, where: npt.NDArray[np.bool_]) -> _Case:
        """Take some of the options."""
        return _Case(
            tuple(column[where] for column in self.columns),
            Dividends(*(a[where] for a in self.dividends)),
            self.is_american[where],
            (int(where.sum()),),
        )

    def is_closed(self, model: DividendModel) -> npt.NDArray[np.bool_]:
        """Say which have a closed form."""
        if model == "escrowed":
            return ~self.is_american
        return ~self.is_american & ~self.dividends.counting(self.columns[3]).any(axis=-1)


def _closed(case: _Case, model: DividendModel) -> Array:
    """Return the eight rows of European options by Black-Scholes at what is left of spot."""
    _, S, _, T, r, q, _ = case.columns
    out = np.full((8, len(S)), np.nan)
    left = _left(case, S, model)
    out[:6] = black_scholes.evaluate(case.columns[0], left, *case.columns[2:])
    worth = _discounted(case.dividends, T, r, q)
    moves = np.where((left > 0) & (T > 0), out[1], 0.0)
    # the PV grows at r - q while time passes, and shrinks by each dividend's time when the rate rises
    out[4] -= moves * (r - q) * worth.sum(axis=1) * THETA_UNIT
    out[5] += moves * (np.where(worth > 0, case.dividends.years, 0.0) * worth).sum(axis=1) * RHO_UNIT
    out[6] = 0.0 * out[0]  # no premium; NaN stays NaN
    return out


def _left(case: _Case, spot: Array, model: DividendModel) -> Array:
    """Return what diffuses."""
    if model == "spot":
        return spot
    _, _, _, T, r, q, _ = case.columns
    return np.where(spot < 0, spot, np.maximum(spot - present_value(case.dividends, T, r, q), 0.0))


def _discounted(
    dividends: Dividends, years: npt.ArrayLike, rate: npt.ArrayLike, dividend_yield: npt.ArrayLike
) -> Array:
    """Return each dividend's present value, 0 for those that don't count."""
    counts = dividends.counting(years)
    carry = np.asarray(np.subtract(rate, dividend_yield), dtype=np.float64)[..., None]
    dates, cash = (np.where(counts, a, 0.0) for a in dividends)
    return np.asarray(cash * np.exp(-carry * dates))
