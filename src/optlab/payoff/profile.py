"""The whole analysis of one position: its shape on a day, what is probable then, and what is likely to be touched.

Checked by tests/payoff/test_profile.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.payoff import held, laws
from optlab.payoff.chances import Chances, chances
from optlab.payoff.laws import Law
from optlab.payoff.position import Position, Skew
from optlab.payoff.shapes import Extreme, Shape, shape, stake
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends, forward

STOCK_HORIZON = 30.0 / 365.0
"""Years until what never expires is looked at."""

LEAST_STRIKES, LEAST_USED = 3, 0.8
"""A smile of fewer strikes makes no law, nor one of which more quotes contradict the others."""


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
        Years from now to the day; None: the first expiry, 30 days where nothing expires. No later than the
        first expiry.
    is_held : bool
        Whether the extremes are those of what is held to the last expiry.
    law : {"auto", "lognormal", "smile"}
    drift : float, optional
        Growth of spot per year instead of its forward's.
    has_law : bool
        False where the axis is of several underlyings, that have no law in common.
    """
    years = horizon(position)
    if on is not None:
        years = min(on, years) if position.expiries else on
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
    have one and end first after the day; without options, that of the first leg. A smile is the law of its expiry
    alone.
    """
    leg = _nearest_leg(position, years)
    if leg is None:
        return None
    option, skew = position.option, position.skew(leg)
    one = Dividends(*(values[leg : leg + 1] for values in option.dividends))
    rate, dividend_yield = float(option.rate[leg]), float(option.dividend_yield[leg])
    by_carry = float(forward(np.array([position.spot]), np.array([years]), rate, dividend_yield, one)[0])
    mean = by_carry if drift is None else position.spot * float(np.exp(drift * years))
    if not mean > 0:
        return None
    if word != "lognormal" and skew is not None and skew.is_listed and option.years[leg] == years:
        law = _smile(position.spot, years, mean, skew.scaled(mean / by_carry))
        if law is not None:
            return law
    return laws.Lognormal(position.spot, years, float(position.vol[leg]), mean)


def _smile(spot: float, years: float, mean: float, skew: Skew) -> Law | None:
    """Return the law of a smile that has enough strikes, of which few contradict the others."""
    if len(skew.strikes) < LEAST_STRIKES:
        return None
    law = laws.Smile(spot, years, mean, skew.strikes, skew.vols)
    return law if law.used_share >= LEAST_USED else None


def _nearest_leg(position: Position, years: float) -> int | None:
    """Return the place of the leg that spot's law is taken from; a leg without a volatility tells none."""
    option, has_vol = position.option, position.vol > 0
    of_options = position.is_option & has_vol
    if not of_options.any():
        others = np.flatnonzero(has_vol)
        return int(others[0]) if others.size else None
    ends = np.where(of_options & (option.years >= years), option.years, np.inf)
    if np.isinf(ends).all():
        ends = np.where(of_options, option.years, np.inf)
    carry = np.exp((option.rate - option.dividend_yield) * years)
    distance = np.where(ends == ends.min(), np.abs(option.strike - position.spot * carry), np.inf)
    return int(distance.argmin())


def touches(levels: Array, of_spot: Law) -> tuple[Array, Array]:
    """Return the probabilities that spot touches levels by the day, and that it ends beyond them, seen from now."""
    below = of_spot.cdf(levels)
    return of_spot.touch(levels), np.where(levels >= of_spot.spot, 1.0 - below, below)
