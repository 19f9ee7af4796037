"""One position with its names and its analysis.

Checked by tests/payoff/test_analysed.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from optlab.payoff.choices import Choices
from optlab.payoff.layout import Laid
from optlab.payoff.profile import Profile, profile
from optlab.times import SECONDS_PER_YEAR

WIDTH = 2.5
"""Pictures reach so many standard deviations of spot, or to the outermost strike and breakeven."""


@dataclass(frozen=True, eq=False)
class Analysed:
    """One position with its names and its analysis; None where the status says why not."""

    laid: Laid
    profile: Profile | None

    @cached_property
    def window(self) -> tuple[float, float]:
        """The spots from which to which a picture reaches."""
        position, found = self.laid.position, self.profile
        if position is None or found is None:
            return math.nan, math.nan
        marks = [position.spot, *position.option.strike[position.is_option], *found.shape.breakevens]
        spread = 0.2
        if found.law is not None and found.law.years > 0:
            spread = WIDTH * self.law_vol * math.sqrt(found.law.years)
        spread = min(max(spread, 0.05), 1.0)
        farthest = 3.0 * max(marks[: 1 + int(position.is_option.sum())])
        low = min(*marks, position.spot * math.exp(-spread)) * 0.97
        high = max(*(mark for mark in marks if mark <= farthest), position.spot * math.exp(spread)) * 1.03
        return max(low, 0.0), high

    @property
    def law_vol(self) -> float:
        """The volatility of the law at spot; NaN without one."""
        law = self.profile.law if self.profile is not None else None
        return math.nan if law is None else float(law.vol_at(law.spot))

    def day_of(self, years: float) -> str:
        """Return the day that lies so many years ahead: an expiry, or what was asked for."""
        moment = self.laid.days.get(years)
        if moment is None:
            first, when = next(iter(self.laid.days.items()), (0.0, None))
            if when is None:
                return ""
            moment = when + pd.Timedelta(seconds=round((years - first) * SECONDS_PER_YEAR))
        return f"{moment:%Y-%m-%d}"

    def clock(self, years: float) -> str:
        """Return the time of an expiry, to tell two of one day apart: of the open and of the close."""
        moment = self.laid.days.get(years)
        return "" if moment is None else f" {moment:%H:%M}Z"


def analyse(laid: Laid, choices: Choices) -> Analysed:
    """Analyse one position as it was asked for."""
    if laid.position is None:
        return Analysed(laid, None)
    found = profile(
        laid.position,
        on=laid.on,
        is_held=choices.after == "held",
        law=choices.law,
        drift=choices.drift,
        has_law=not laid.in_percent,
    )
    return Analysed(laid, found)
