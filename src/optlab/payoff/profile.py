"""The whole analysis of one position: its shape on a day, what is probable then, and what is likely to be touched.

Checked by tests/payoff/test_profile.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.payoff import held, laws
from optlab.payoff.chances import Chances, chances
from optlab.payoff.laws import Law
from optlab.payoff.position import Position
from optlab.payoff.shapes import Extreme, Shape, shape, stake
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, forward

STOCK_HORIZON = 30.0 / 365.0
"""Years until what never expires is looked at."""

LEAST_STRIKES = 3
"""A smile of fewer strikes makes no law."""


class Profile(NamedTuple):
    """One position on one day.

    Parameters
    ----------
    years : float
        From now to the day.
    shape : Shape
        Breakevens, extremes and tails then, if all is closed then.
    highest, lowest : Extreme or None
        The extremes of the story that was asked for: those of the shape, or of what is held to the last expiry over
        all paths; None if there are too many paths.
    law : Law or None
        The law of spot then; None where there is none.
    chances : Chances or None
    """

    years: float
    shape: Shape
    highest: Extreme | None
    lowest: Extreme | None
    law: Law | None
    chances: Chances | None


def profile(
    position: Position,
    *,
    on: float | None = None,
    is_held: bool = False,
    law: str = "auto",
    drift: float | None = None,
    has_law: bool = True,
) -> Profile:
    """Analyse a position.

    Parameters
    ----------
    position : Position
    on : float, optional
        Years from now to the day; None: the first expiry, 30 days where nothing expires. No later than that.
    is_held : bool
        Whether the extremes are those of what is held to the last expiry.
    law : {"auto", "lognormal", "smile"}
    drift : float, optional
        Growth of spot per year instead of its forward's.
    has_law : bool
        False where the axis is of several underlyings, that have no law in common.
    """
    years = horizon(position) if on is None else min(on, horizon(position))
    found = shape(position, years)
    highest, lowest = _extremes(position, found, is_held=is_held)
    of_spot = law_of(position, years, law, drift) if has_law else None
    chance = None
    if of_spot is not None:
        chance = chances(found.nodes, found.profits, found.right_slope, of_spot, stake=stake(position))
    return Profile(years, found, highest, lowest, of_spot, chance)


def horizon(position: Position) -> float:
    """Return the years to the first expiry, 30 days where nothing expires."""
    return position.first if position.expiries else STOCK_HORIZON


def _extremes(position: Position, found: Shape, *, is_held: bool) -> tuple[Extreme | None, Extreme | None]:
    """Return the extremes of the story; with one expiry there is but one story."""
    if not is_held or len(position.expiries) < 2:
        return found.highest, found.lowest
    both = held.extremes(position, position.expiries[-1])
    return (None, None) if both is None else both


def law_of(position: Position, years: float, word: str, drift: float | None) -> Law | None:
    """Return the law of spot on a day; None without a volatility.

    The volatility of the lognormal law is that of the option whose strike is nearest the forward, of those that
    end first after the day. A smile is the law of its expiry alone.
    """
    leg = _nearest_leg(position, years)
    option = position.option
    one = Dividends(*(values[leg : leg + 1] for values in option.dividends))
    rate, dividend_yield = float(option.rate[leg]), float(option.dividend_yield[leg])
    by_carry = float(forward(np.array([position.spot]), np.array([years]), rate, dividend_yield, one)[0])
    mean = by_carry if drift is None else position.spot * float(np.exp(drift * years))
    smile = position.smiles.get(years)
    if word != "lognormal" and smile is not None and smile.is_listed and len(smile.strikes) >= LEAST_STRIKES:
        return laws.Smile(position.spot, years, mean, smile.strikes * mean / by_carry, smile.vols)
    vol = float(position.vol[leg])
    if np.isnan(vol) or not mean > 0:
        return None
    return laws.Lognormal(position.spot, years, vol, mean)


def _nearest_leg(position: Position, years: float) -> int:
    """Return the place of the option that spot's law is taken from; without options, of the first leg."""
    option = position.option
    if not position.is_option.any():
        return 0
    ends = np.where(position.is_option & (option.years >= years), option.years, np.inf)
    if np.isinf(ends).all():
        ends = np.where(position.is_option, option.years, np.inf)
    carry = np.exp((option.rate - option.dividend_yield) * years)
    distance = np.where(ends == ends.min(), np.abs(option.strike - position.spot * carry), np.inf)
    return int(distance.argmin())


def touches(levels: Array, of_spot: Law) -> tuple[Array, Array]:
    """Return the probabilities that spot touches levels by the day, and that it ends beyond them, seen from now."""
    below = of_spot.cdf(levels)
    return of_spot.touch(levels), np.where(levels >= of_spot.spot, 1.0 - below, below)
