"""Where spot may be at a date: as one volatility says, or as the prices of a whole smile imply it.

Prices of calls that end at the date say what spot's law is: the undiscounted call is C(K) = E[(S - K)+], so that its
slope is -P(S > K). With Black's formula at the smile's own volatility sigma(K) and k = ln(K / F), s = sigma sqrt(T),

    P(S > K)    =  N(d2) - phi(d2) sqrt(T) dsigma/dk,      d1,2 = -k / s +- s / 2,
    E[S; S > K] = (N(d1) - phi(d1) sqrt(T) dsigma/dk) F.

One volatility is the case without slope. Both are tails, and the tails below are the same with the signs turned, so
that no small probability is computed as one minus a large one, and E[S] is F by construction.

References
----------
Breeden, D. T. and Litzenberger, R. H. (1978). Prices of state-contingent claims implicit in option prices. Journal of
Business 51, 621-651.
Reiner, E. and Rubinstein, M. (1991). Breaking down the barriers. Risk 4(8), 28-35.
Haug, E. G. (2007). The Complete Guide to Option Pricing Formulas, 2nd ed., section 4.17.
Checked by tests/payoff/test_laws.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.errors import PricingError
from optlab.payoff.convexity import NO_GAPS, Flags, Gaps, agreeing, find_gaps
from optlab.payoff.passage import falling_away, first_passage, normal_tails
from optlab.payoff.vol_curve import VolCurve
from optlab.pricing.black_scholes import Array, prices

SHARE, MONEY = 0.5, -0.5
"""What s is multiplied with in d1 and in d2: means are probabilities too, with a share as the unit of account."""

BOTH = np.array([[MONEY], [SHARE]])

COARSER = 4
"""One of so many points of the grid shows where touches turn: at least four from one strike to the next."""

POINTS, ROUNDS = 32, 4
"""An inverse cuts its bracket into so many parts, so many times: a million parts, and a line in the last."""


class Tails(NamedTuple):
    """Probabilities of S <= K and of S > K."""

    below: Array
    above: Array

    def between(self, other: Tails) -> Array:
        """Return the probability from here to there, by the tail that is the smaller one; not negative."""
        difference = np.where(other.below < 0.5, other.below - self.below, self.above - other.above)
        return np.maximum(difference, 0.0)


class Law(ABC):
    """The law of spot S at a date; all arguments are numbers or arrays of any shape, in the unit of spot.

    Negative levels count as zero, which spot never reaches. Without randomness all mass is at the forward.
    """

    spot: float
    years: float
    forward: float
    word: ClassVar[str]
    """What the law is called in tables."""

    @property
    def is_repaired(self) -> bool:
        """Whether the prices that it is taken from contradicted each other."""
        return False

    @property
    @abstractmethod
    def is_certain(self) -> bool:
        """Whether nothing is left that could move spot."""

    @abstractmethod
    def _width(self, k: Array) -> tuple[Array | float, Array | float]:
        """Return s = sigma sqrt(T) and sqrt(T) dsigma/dk at k = ln(K / F)."""

    def vol_at(self, K: npt.ArrayLike) -> Array:
        """Return the volatility that the law has at levels K, per square root of a year; NaN without time."""
        with np.errstate(all="ignore"):
            s, _ = self._width(np.log(np.asarray(K, dtype=np.float64) / self.forward))
            return np.asarray(s / np.sqrt(self.years) + np.zeros(np.shape(K)))

    @abstractmethod
    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return the spot that is not exceeded with probability p; 0 at p = 0, infinite at 1, else NaN outside."""

    def cdf(self, K: npt.ArrayLike) -> Array:
        """Return the probability P(S <= K)."""
        return self._tails(K, MONEY).below

    def call(self, K: npt.ArrayLike) -> Array:
        """Return E[(S - K)+], what a call is worth at the date on average, undiscounted."""
        K = np.asarray(K, dtype=np.float64)
        above, share_above = self._tails(K.reshape(-1), BOTH).above.reshape(2, *K.shape)
        with np.errstate(invalid="ignore"):
            worth = self.forward * share_above - K * above
        return np.where(above > 0, np.maximum(worth, 0.0), 0.0)

    def mass(self, a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
        """Return P(a < S <= b); 0 where b is not above a."""
        return self._tails(a, MONEY).between(self._tails(b, MONEY))

    def mean_between(self, a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
        """Return E[S; a < S <= b], the mean over this part alone, not divided by its probability; b may be infinite."""
        return self.forward * self._tails(a, SHARE).between(self._tails(b, SHARE))

    def cells(self, borders: Array) -> tuple[Array, Array]:
        """Return `mass` and `mean_between` of the intervals between neighbouring borders, low to high."""
        tails = self._tails(borders, BOTH)
        first = Tails(tails.below[:, :-1], tails.above[:, :-1])
        mass, share = first.between(Tails(tails.below[:, 1:], tails.above[:, 1:]))
        return mass, self.forward * share

    def touch(self, levels: npt.ArrayLike, drift: float | None = None) -> Array:
        """Return the probability that spot touches each level at any time from now to the date.

        Parameters
        ----------
        levels : array_like
            In the unit of spot.
        drift : float, optional
            How spot grows on average, per year and continuously; None: to its forward, ln(F / S) / years.

        Returns
        -------
        ndarray
            1 where the level is spot, and falling to either side. Never less than the probability to finish beyond
            the level, if no other drift is asked for.

        Notes
        -----
        Spot is a geometric Brownian motion with the volatility that the law has at the level; a smile does not say
        how it will move along the way, so that its touch is an approximation, and the largest of a level's own and of
        those farther away, to which it is passed. With h = ln(H / S), m = (drift -
        sigma^2 / 2) T and eta the sign of h, Reiner and Rubinstein (1991), Haug (2007) section 4.17.5:

            P = N(-z1) + exp(2 m h / s^2) N(-z2),   z1 = (|h| - eta m) / s,  z2 = (|h| + eta m) / s,

        where the second term is phi(z1) M(z2) with Mills' ratio M, which cannot overflow.
        """
        H = np.maximum(np.asarray(levels, dtype=np.float64), 0.0)
        growth = float(np.log(self.forward / self.spot)) if drift is None else drift * self.years
        return np.where(self.spot == H, 1.0, self._reached(H, growth, can_finish=drift is None))

    def _reached(self, H: Array, growth: float, *, can_finish: bool) -> Array:
        """Return the probability to touch levels, each by itself; not less than to finish beyond, if that counts."""
        with np.errstate(all="ignore"):
            s, _ = self._width(np.log(H / self.forward))
            reached = first_passage(np.log(H / self.spot), growth, np.broadcast_to(s, H.shape))
        if can_finish:
            tails = self._tails(H, MONEY)
            reached = np.maximum(reached, np.where(self.spot > H, tails.below, tails.above))
        return np.minimum(reached, 1.0)

    def _tails(self, K: npt.ArrayLike, measure: float | Array) -> Tails:
        """Return the probabilities of ending below and above K, with money or a share as the unit of account.

        With `BOTH` as the measure K has one axis, and the result a row for each measure.
        """
        K = np.maximum(np.asarray(K, dtype=np.float64), 0.0)
        with np.errstate(all="ignore"):
            k = np.log(K / self.forward)
            s, skew = self._width(k)
            d = np.where(k < 0, np.inf, -np.inf) + 0.0 * measure if self.is_certain else measure * s - k / s
            below, above, density = normal_tails(d)
            return Tails(below + density * skew, above - density * skew)


@dataclass(frozen=True)
class Lognormal(Law):
    """Spot at a date if its logarithm is normal: one volatility for all levels.

    Parameters
    ----------
    spot : float
        Today's; only `touch` looks at it.
    years : float
        From now to the date, not negative.
    vol : float
        Per square root of a year, not negative.
    forward : float
        The mean of spot at the date, positive.

    Examples
    --------
    >>> law = Lognormal(spot=100.0, years=0.25, vol=0.2, forward=101.0)
    >>> float(law.mass(95, 110).round(4)), float(law.touch(110).round(4)), law.quantile([0.05, 0.5]).round(2)
    (0.53, 0.3568, array([ 85.25, 100.5 ]))
    """

    word = "lognormal"
    spot: float
    years: float
    vol: float
    forward: float

    @property
    def is_certain(self) -> bool:
        """Whether nothing is left that could move spot."""
        return self.vol * self.years == 0

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return the spot that is not exceeded with probability p; 0 at p = 0, infinite at 1, NaN outside."""
        from statistics import NormalDist  # noqa: PLC0415 - slow to import, and only quantiles want it

        def deviations(p: float) -> float:
            return NormalDist().inv_cdf(p) if 0 < p < 1 else {0.0: -np.inf, 1.0: np.inf}.get(p, np.nan)

        s, _ = self._width(np.empty(0))
        with np.errstate(invalid="ignore"):
            z = np.vectorize(deviations, otypes=[np.float64])(p)
        return self.forward * (np.ones_like(z) if self.is_certain else np.exp(s * z - 0.5 * s * s))

    def _width(self, k: Array) -> tuple[float, float]:  # noqa: ARG002 - the same at every k
        return self.vol * float(np.sqrt(self.years)), 0.0


@dataclass(frozen=True, eq=False)
class Smile(Law):
    """Spot at a date as a smile of implied volatilities says it must be, if its prices are right.

    Parameters
    ----------
    spot, years, forward : float
        As in `Lognormal`.
    strikes : array_like, shape (strikes,)
        Positive and rising.
    vols : array_like, shape (strikes,)
        Implied volatility of each strike, per square root of a year.

    Raises
    ------
    PricingError
        If strikes do not rise, or volatilities are missing or not positive; all may be zero.

    Notes
    -----
    - **The curve** goes through every quote with a continuous slope, without which single spots would get a
      probability, and is flat far out: see `optlab.payoff.vol_curve`.
    - **Arbitrage.** The fewest quotes that contradict the others, too high or too low, are left out of the curve;
      `is_used` says which. Where the curve still implies that the cdf falls, between quotes or as prices are rounded,
      calls are replaced by the greatest convex function below them: `gaps` without mass. The mean stays the forward,
      and the cdf rises everywhere. `is_repaired` says whether any of this was done. See `optlab.payoff.convexity`.

    Examples
    --------
    >>> law = Smile(100.0, 0.25, 101.0, [80, 90, 100, 110, 120], [0.29, 0.25, 0.22, 0.20, 0.20])
    >>> law.cdf([80, 100]).round(4), float(law.call(90).round(4)), law.is_repaired
    (array([0.0396, 0.4318]), 12.147, False)
    """

    word = "smile"
    spot: float
    years: float
    forward: float
    strikes: npt.ArrayLike
    vols: npt.ArrayLike

    def __post_init__(self) -> None:
        """Refuse what is no smile."""
        strikes, vols = self._quotes
        if strikes.ndim != 1 or strikes.shape != vols.shape or not strikes.size:
            raise PricingError(
                "a smile's strikes and vols differ in number. Fix: give one vol for each strike."
            )
        if not (strikes[0] > 0 and np.all(np.diff(strikes) > 0)):
            raise PricingError(
                "a smile's strikes do not rise from above zero. Fix: sort them, and give each once."
            )
        if not (np.all(vols > 0) and np.all(np.isfinite(vols))) and np.any(vols):
            raise PricingError("a smile has a missing, zero or negative vol. Fix: leave out its strike.")

    @cached_property
    def is_certain(self) -> bool:
        """Whether nothing is left that could move spot."""
        return bool(self.years == 0 or not np.any(self.vols))

    @property
    def is_repaired(self) -> bool:
        """Whether the smile has arbitrage, so that some calls are worth less than their quotes say."""
        return len(self.gaps.start) > 0 or not bool(self.is_used.all())

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return the spot that is not exceeded with probability p; 0 at p = 0, infinite at 1, NaN outside."""
        p = np.asarray(p, dtype=np.float64)
        if self.is_certain:
            return np.full(p.shape, self.forward)
        grid = np.concatenate([[0.0], self._grid])
        flat = p.reshape(-1)
        place = np.clip(np.searchsorted(np.maximum.accumulate(self.cdf(grid)), flat), 1, len(grid) - 1)
        found = inverse(self.cdf, flat, grid[place - 1], grid[place])
        found = np.where(flat >= 1, np.where(flat == 1, np.inf, np.nan), found)
        return np.where(flat > 0, found, np.where(flat == 0, 0.0, np.nan)).reshape(p.shape)

    @cached_property
    def is_used(self) -> Flags:
        """Which quotes the curve goes through, shape (strikes,): the most that agree with each other."""
        strikes, vols = self._quotes
        if self.is_certain:
            return np.full(len(strikes), fill_value=True)
        calls = prices(1.0, self.forward, strikes, self.years, 0.0, 0.0, vols)
        return agreeing(strikes, calls, vols, self.forward)

    @property
    def used_share(self) -> float:
        """The share of the quotes that the curve goes through, over 0 and up to 1; a law of few of many is no law."""
        return float(self.is_used.mean())

    @cached_property
    def gaps(self) -> Gaps:
        """Intervals of spot without mass, where the quotes had arbitrage."""

        def below_and_calls(K: Array) -> tuple[Array, Array]:
            below, above = super(Smile, self)._tails(K.reshape(-1), BOTH)
            calls = self.forward * above[1] - K.reshape(-1) * above[0]
            return below[0].reshape(K.shape), calls.reshape(K.shape)

        return NO_GAPS if self.is_certain else find_gaps(self._grid, below_and_calls)

    def _reached(self, H: Array, growth: float, *, can_finish: bool) -> Array:
        """Return the probability to touch levels: what is likelier for one farther away counts on the way to it."""
        if self.is_certain:
            return super()._reached(H, growth, can_finish=can_finish)
        points = self._grid[::COARSER]
        levels = np.concatenate([H.reshape(-1), points])
        found, at_points = np.split(super()._reached(levels, growth, can_finish=can_finish), [H.size])
        return falling_away(H, found.reshape(H.shape), self.spot, points, at_points)

    def _tails(self, K: npt.ArrayLike, measure: float | Array) -> Tails:
        K = np.asarray(K, dtype=np.float64)
        below, above = (np.minimum(np.maximum(tail, 0.0), 1.0) for tail in super()._tails(K, measure))
        gaps = self.gaps
        if not len(gaps.start):
            return Tails(below, above)
        place = np.searchsorted(gaps.start, K, side="right")
        is_inside = np.append(-np.inf, gaps.end)[place] > K
        levels = np.where(measure == MONEY, gaps.below, 1.0 - gaps.mean_above / self.forward)
        edge = np.zeros_like(levels[..., :1])
        levels = np.concatenate([edge, levels, edge + 1.0], axis=-1)
        least, most = levels[..., place], np.where(is_inside, levels[..., place], levels[..., place + 1])
        below, above = np.clip(below, least, most), np.clip(above, 1.0 - most, 1.0 - least)
        return Tails(below, above)

    @cached_property
    def _quotes(self) -> tuple[Array, Array]:
        return np.asarray(self.strikes, dtype=np.float64), np.asarray(self.vols, dtype=np.float64)

    @cached_property
    def _grid(self) -> Array:
        """Spots to look for arbitrage at."""
        return self.forward * np.exp(self._curve.grid())

    @cached_property
    def _curve(self) -> VolCurve:
        strikes, vols = self._quotes
        kept = self.is_used
        return VolCurve.through(np.log(strikes[kept] / self.forward), vols[kept], self.years)

    def _width(self, k: Array) -> tuple[Array | float, Array | float]:
        return (0.0, 0.0) if self.is_certain else self._curve.width(k)


def inverse(
    rising: Callable[[Array], Array], targets: Array, low: Array, high: Array, straight: float = 0.0
) -> Array:
    """Find where a rising function passes each target, to 1e-12 of the bracket, or to 1e-6 where it jumps.

    Parameters
    ----------
    rising : callable
        Takes and returns arrays of shape (targets, points).
    targets, low, high : ndarray, shape (targets,)
        Each target with a bracket around it.
    straight : float, optional
        The function is as good as straight on a bracket of this width, which is cut no further.
    """
    steps = np.linspace(0.0, 1.0, POINTS + 1)
    rows = np.arange(len(targets))
    for _ in range(ROUNDS):
        grid = low[:, None] + (high - low)[:, None] * steps
        values = rising(grid)
        place = np.clip((values < targets[:, None]).sum(axis=1), 1, POINTS)
        low, high = grid[rows, place - 1], grid[rows, place]
        if np.all(high - low <= straight):
            break
    at_low, at_high = values[rows, place - 1], values[rows, place]
    with np.errstate(all="ignore"):
        share = (targets - at_low) / (at_high - at_low)
    return low + (high - low) * np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), 1.0)
