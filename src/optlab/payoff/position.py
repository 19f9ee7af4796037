"""Legs that hang on one spot, as arrays, and what they are worth at any spot on any day.

Until its expiry an option is priced by its own model, with its own volatility as `VolRule` moves it; from its expiry
on it is worth what exercise pays there. A future is worth its gain since entry. Stock is worth spot and the cash dividends
that it was paid on the way; a dividend yield is not counted, nor is interest.

Checked by tests/payoff/test_position.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, forwards_at
from optlab.pricing.ladders import Ladder, ladder
from optlab.pricing.models import Models, Option, floored

Flags = npt.NDArray[np.bool_]

STICKY = {
    "strike": "each leg keeps its own volatility (sticky strike)",
    "moneyness": "volatilities move along the smile with spot (sticky moneyness)",
}
"""What volatilities can do while spot moves."""


@dataclass(frozen=True)
class VolRule:
    """What volatilities do while spot moves and time passes.

    Parameters
    ----------
    sticky : {"strike", "moneyness"}
        A leg keeps its own volatility, or takes on the change along the smile of its expiry: that of strike x spot
        now / spot, less that of its strike.
    shift : float
        Added to every volatility, 0.05 is five points.
    relative : float
        Every volatility moves by this part of itself, before the shift.
    """

    sticky: str = "strike"
    shift: float = 0.0
    relative: float = 0.0

    @property
    def words(self) -> str:
        """Say it in a line."""
        moves = [f"{100 * self.shift:+.6g} points"] if self.shift else []
        moves += [f"{100 * self.relative:+.6g}% of itself"] if self.relative else []
        return ", ".join(
            [STICKY[self.sticky], *moves, *(["none below 1%, the law of spot as it is"] if moves else [])]
        )

    def moved(self, vol: Array) -> Array:
        """Return volatilities after the shift."""
        if not self.shift and not self.relative:
            return vol
        return floored(vol * (1.0 + self.relative) + self.shift, vol)


@dataclass(frozen=True, eq=False)
class Skew:
    """Volatilities by strike at one expiry, read on straight lines in the log of the strike and level outside."""

    strikes: Array
    vols: Array
    is_listed: bool = False
    """Whether it is of the chain's series; else it is of the legs themselves."""

    def scaled(self, factor: float) -> Skew:
        """Return the same volatilities at strikes times a factor."""
        return Skew(self.strikes * factor, self.vols, is_listed=self.is_listed)

    def at(self, strike: Array) -> Array:
        """Return the volatilities at these strikes."""
        return np.interp(np.log(np.maximum(strike, 1e-12)), np.log(self.strikes), self.vols)


@dataclass(frozen=True, eq=False)
class Position:
    """Legs on one spot; every array is (legs,), and every amount in one currency.

    Parameters
    ----------
    units : ndarray
        Signed quantity x multiplier.
    option : Option
        The legs; sign is 0 for what is no option. Years are NaN for what never ends.
    vol : ndarray
        NaN where none is needed.
    entry : ndarray
        What futures were bought at; NaN for all else.
    spot : float
        Spot now.
    cost : float
        What the position cost; positive paid.
    settled : float
        What legs that are over already were worth.
    models : Models
        How options are priced.
    rule : VolRule
        What volatilities do.
    skews : tuple of Skew or None
        The smile of each leg's expiry, for sticky moneyness and for the law of spot; empty for none.
    delivers : bool ndarray
        Which options end in delivery of the underlying; the others are settled in cash.
    """

    units: Array
    option: Option
    vol: Array
    entry: Array
    spot: float
    cost: float
    settled: float = 0.0
    models: Models = field(default_factory=Models)
    rule: VolRule = field(default_factory=VolRule)
    skews: tuple[Skew | None, ...] = ()
    delivers: Flags | None = None

    @property
    def is_option(self) -> Flags:
        """Which legs are options."""
        return self.option.sign != 0

    @property
    def is_future(self) -> Flags:
        """Which legs are futures."""
        return ~np.isnan(self.entry)

    def skew(self, leg: int) -> Skew | None:
        """Return the smile of a leg's expiry, if there is one."""
        return self.skews[leg] if self.skews else None

    @property
    def ends(self) -> Flags:
        """Which legs expire."""
        return self.is_option | self.is_future

    @cached_property
    def expiries(self) -> list[float]:
        """The years from now to each expiry, near to far."""
        years = self.option.years[self.ends]
        return sorted({float(value) for value in years if value >= 0})

    @property
    def first(self) -> float:
        """The years to the first expiry; 0 where nothing expires."""
        return self.expiries[0] if self.expiries else 0.0

    def kinks(self, years: float) -> Array:
        """Return the strikes of the options that end then or before, where the profit then bends."""
        is_over = self.is_option & (self.option.years <= years)
        return np.unique(self.option.strike[is_over])

    def is_straight(self, years: float) -> bool:
        """Say whether the profit then is straight lines between `kinks`: no option is left to be priced."""
        return not (self.is_option & (self.option.years > years)).any()

    def profit(self, S: Array, years: float) -> Array:
        """Return the profit at spots S, (spots,), so many years from now, every expiry before having met the same spot."""
        return self.worth(S, years) - self.cost

    def worth(self, S: Array, years: float) -> Array:
        """Return the value of all legs; see `profit`."""
        total = np.full(S.shape, self.settled)
        lives = self.is_option & (self.option.years > years)
        over = self.is_option & ~lives
        if over.any():
            total += self.units[over] @ self.settlements(S, over)
        if lives.any():
            total += self.units[lives] @ self._living(S, years, lives)
        stock = ~self.ends
        total += self.units[stock].sum() * S + self.units[stock] @ self.received(years)[stock]
        if self.is_future.any():
            gain = self._forwards(S, years) - self.entry[self.is_future, None]
            total += self.units[self.is_future] @ gain
        return total

    def settlements(self, S: Array, which: Flags) -> Array:
        """Return what one unit of legs that end pays at spots S, (legs, spots)."""
        own, entry = self.option.take(which), self.entry[which, None]
        paid = np.maximum(own.sign[:, None] * (S - own.strike[:, None]), 0.0)
        return np.where(own.sign[:, None] != 0, paid, S - entry)

    def received(self, years: float) -> Array:
        """Return the cash dividends with ex-dates until then, per unit of underlying, (legs,)."""
        ex_years, amounts = self.option.dividends
        return np.asarray(np.where((ex_years > 0) & (ex_years <= years), amounts, 0.0).sum(axis=1))

    def _living(self, S: Array, years: float, lives: Flags) -> Array:
        """Price the options that are left at a time, (options, spots)."""
        if self.rule.sticky == "strike":
            return self._ladder(years).prices(S)
        option, own = _at(self.option.take(lives), years), self._shifted(lives)
        moved = floored(own[:, None] + self._along_the_smile(S, lives), own[:, None])
        each = np.repeat(np.arange(len(own)), len(S))
        prices = ladder(_taken(option, each), moved.ravel(), self.models).prices(
            np.tile(S, len(own))[:, None]
        )
        return prices.reshape(len(own), len(S))

    def _ladder(self, years: float) -> Ladder:
        """Solve the options that are left at a time, once for all spots."""
        if years not in self._ladders:
            lives = self.is_option & (self.option.years > years)
            self._ladders[years] = ladder(
                _at(self.option.take(lives), years), self._shifted(lives), self.models
            )
        return self._ladders[years]

    @cached_property
    def _ladders(self) -> dict[float, Ladder]:
        return {}

    def _shifted(self, which: Flags) -> Array:
        return self.rule.moved(self.vol[which])

    def _along_the_smile(self, S: Array, which: Flags) -> Array:
        """Return the change of volatility along each leg's smile, (options, spots)."""
        change = np.zeros((int(which.sum()), len(S)))
        for row, place in enumerate(np.flatnonzero(which)):
            skew, strike = self.skew(int(place)), self.option.strike[place]
            if skew is not None:
                seen = strike * self.spot / np.maximum(S, 1e-9 * self.spot)
                change[row] = skew.at(seen) - skew.at(np.array([strike]))
        return change

    def _forwards(self, S: Array, years: float) -> Array:
        """Return the price of each future at a time, (futures, spots)."""
        own = _at(self.option.take(self.is_future), years)
        return forwards_at(S, own.years, own.rate, own.dividend_yield, own.dividends)

    def has_forwards(self, years: float) -> bool:
        """Say whether a future is left then, whose price is the model's forward."""
        return bool((self.is_future & (self.option.years > years)).any())

    def largest_bend(self, years: float) -> float:
        """Return by how much a year a later European call, or a future, moves off one unit of spot far out."""
        later = self.option.years > years
        option = self.option
        calls = later & (option.sign > 0) & ~option.is_american
        bends = [
            np.abs(option.dividend_yield[calls]),
            np.abs(option.rate - option.dividend_yield)[later & self.is_future],
        ]
        return float(np.concatenate([*bends, [0.0]]).max())

    def right_slope(self, years: float) -> tuple[float, float]:
        """Return how the profit then grows with spot far above every strike: as it is, and without yields.

        The second counts every call, share and future as one unit: what it is not, is the model's doing. A European
        call that is left has a slope of exp(-q left), an American one is exercised if that is below 1.
        """
        sign, left = self.option.sign, np.maximum(np.nan_to_num(self.option.years - years), 0.0)
        is_call, is_future = sign > 0, self.is_future
        held = np.exp(-self.option.dividend_yield * left)
        slope = np.where(self.option.is_american, np.maximum(held, 1.0), held)
        carry = np.exp((self.option.rate - self.option.dividend_yield) * left)
        slope = np.where(is_call, slope, np.where(is_future, carry, np.where(sign == 0, 1.0, 0.0)))
        one = (sign >= 0).astype(np.float64)
        return float(self.units @ slope), float(self.units @ one)


def _at(option: Option, years: float) -> Option:
    """Return options as they are so many years later."""
    ahead = option.dividends._replace(years=option.dividends.years - years)
    return option._replace(years=option.years - years, dividends=ahead)


def _taken(option: Option, places: npt.NDArray[np.intp]) -> Option:
    """Return options by their places."""
    *numbers, paid, flags = option
    return Option._make(
        [*(values[places] for values in numbers), Dividends(*(v[places] for v in paid)), flags[places]]
    )
