"""What a payoff hands out: a row for each position, its curves, its table of spots and dates, and what may be touched.

Checked by tests/payoff/test_results.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from optlab.columns import typed
from optlab.payoff import held
from optlab.payoff.chances import Chances
from optlab.payoff.choices import LAWS, STORIES, Choices
from optlab.payoff.layout import KEYS, Laid
from optlab.payoff.position import Position
from optlab.payoff.profile import Profile, horizon, profile, touches
from optlab.payoff.shapes import Extreme
from optlab.pricing.black_scholes import Array

CHANCES = Chances._fields
NAMES = ("strategy", "underlying", "currency", "lots", "legs")
SUMMARY = (
    *("spot", "horizon_day", "days_nearest", "entry_cost", "entry_source", "breakevens"),
    *("max_profit", "max_profit_from", "max_profit_to", "max_loss", "max_loss_from", "max_loss_to"),
    *("left_slope", "right_slope", "right_tail", "exactness", "after", *CHANCES, "law", "law_vol", "status"),
)

CURVE_POINTS, TABLE_ROWS, TABLE_DATES = 121, 13, 6
WIDTH = 2.5
"""Pictures reach so many standard deviations of spot, or to the outermost strike and breakeven."""

EXACT, MODEL = "exact", "model"
TODAY = "today"


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
            moment = when + pd.Timedelta(seconds=round((years - first) * 31_536_000.0))
        return f"{moment:%Y-%m-%d}"


@dataclass(frozen=True, eq=False)
class Payoff:
    """The payoff of each position that was asked for.

    Parameters
    ----------
    each : tuple of Analysed
        In order of appearance.
    choices : Choices
    assignments : DataFrame
        Short options that may be assigned soon; see `optlab.payoff.assignment`.
    as_of : str
        The day of today's curves.
    """

    each: tuple[Analysed, ...]
    choices: Choices
    assignments: pd.DataFrame
    as_of: str

    @property
    def key(self) -> str:
        """The column that names what a payoff is of."""
        return KEYS[self.choices.by]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the numbers hold under, a sentence each."""
        drift = "rate less yield" if self.choices.drift is None else f"{self.choices.drift:.1%} a year"
        laws = sorted({word for word in self.summary["law"] if word})
        of_spot = [f"law of spot: {' and '.join(LAWS[word] for word in laws)}, drift {drift}"] if laws else []
        return (STORIES[self.choices.after], self.choices.rule.words, *of_spot)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row for each: entry cost, breakevens, extremes, tails, probabilities; money is the position's."""
        return typed(
            [self._row(one) for one in self.each],
            [self.key, *(name for name in NAMES if name != self.key), *SUMMARY],
        )

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Profit against spot: today, on the day, at each expiry; ``least`` and ``most`` over earlier expiries, if held."""
        rows = [part for one in self.each for part in self._curves(one)]
        names = [self.key, "curve", "curve_day", "spot", "move", "profit", "least", "most"]
        return pd.concat(rows, ignore_index=True) if rows else typed([], names)

    @cached_property
    def dates(self) -> pd.DataFrame:
        """The profit by spot and day, from today to the horizon."""
        rows = [part for one in self.each for part in self._dates(one)]
        names = [self.key, "spot", "move", "curve_day", "profit"]
        return pd.concat(rows, ignore_index=True) if rows else typed([], names)

    @cached_property
    def touched(self) -> pd.DataFrame:
        """The breakevens and short strikes, with the probability of touching each by the day, and of ending beyond."""
        rows = [row for one in self.each for row in self._touches(one)]
        return typed(rows, [self.key, "level", "level_of", "probability_of_touch", "probability_beyond"])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name, the main one first."""
        return {
            "payoff": self.summary,
            "curves": self.curves,
            "dates": self.dates,
            "touched": self.touched,
            "assignments": self.assignments,
        }

    def _row(self, one: Analysed) -> dict[str, Any]:
        laid, found = one.laid, one.profile
        row: dict[str, Any] = {
            self.key: laid.key,
            **laid.names,
            "status": laid.status,
            "after": self.choices.after,
        }
        if laid.position is None or found is None:
            texts = ("horizon_day", "entry_source", "breakevens", "right_tail", "exactness", "law")
            return {**dict.fromkeys([*NAMES, *SUMMARY], math.nan), **dict.fromkeys(texts, ""), **row}
        shape = found.shape
        return {
            **row,
            "spot": laid.position.spot,
            "horizon_day": one.day_of(found.years) or self._later(found.years),
            "days_nearest": 365.0 * found.years,
            "entry_cost": laid.position.cost,
            "entry_source": laid.entry_source,
            "breakevens": " / ".join(f"{spot:.6g}" for spot in shape.breakevens),
            **_extreme("max_profit", found.highest),
            **_extreme("max_loss", found.lowest),
            "left_slope": shape.left_slope,
            "right_slope": shape.right_slope,
            "right_tail": shape.right_tail,
            "exactness": EXACT if shape.is_exact or self._is_held_on(one) else MODEL,
            **self._chances(one),
        }

    def _is_held_on(self, one: Analysed) -> bool:
        position = one.laid.position
        return self.choices.after == "held" and position is not None and len(position.expiries) > 1

    def _later(self, years: float) -> str:
        return f"{pd.Timestamp(self.as_of) + pd.Timedelta(days=round(365.0 * years)):%Y-%m-%d}"

    def _chances(self, one: Analysed) -> dict[str, Any]:
        found = one.profile
        if found is None or found.chances is None or found.law is None:
            return {**dict.fromkeys(CHANCES, math.nan), "law": "", "law_vol": math.nan}
        return {**found.chances._asdict(), "law": found.law.word, "law_vol": one.law_vol}

    def _moments(self, one: Analysed) -> list[tuple[str, float]]:
        """Return the curves' names and times: today, the horizon, and each expiry that is held to."""
        position, found = one.laid.position, one.profile
        if position is None or found is None:
            return []
        last = position.expiries[-1:] if self.choices.after == "held" else []
        ends = [years for years in position.expiries if years <= max([horizon(position), *last])]
        times = sorted({found.years, *(ends or [horizon(position)])})
        return [
            (TODAY, 0.0),
            *((one.day_of(years) or self._later(years), years) for years in times if years > 0),
        ]

    def _curves(self, one: Analysed) -> Iterator[pd.DataFrame]:
        position = one.laid.position
        for name, years in self._moments(one):
            if position is None:
                return
            S = self._spots(one, CURVE_POINTS, years)
            profit = position.profit(S, years)
            band = held.band(position, S, years) if years > position.first else (profit, profit)
            least, most = band if band is not None else (np.full_like(S, np.nan), np.full_like(S, np.nan))
            yield pd.DataFrame(
                {
                    self.key: one.laid.key,
                    "curve": name,
                    "curve_day": self.as_of if name == TODAY else name,
                    "spot": S,
                    "move": S / position.spot - 1.0,
                    "profit": profit,
                    "least": least,
                    "most": most,
                }
            )

    def _spots(self, one: Analysed, points: int, years: float) -> Array:
        """Return spots for a picture: evenly spaced, with spot, strikes and breakevens among them."""
        position, found = one.laid.position, one.profile
        if position is None or found is None:
            return np.zeros(0)
        low, high = one.window
        marks = np.concatenate([[position.spot], position.kinks(years), found.shape.breakevens])
        return np.unique(
            np.concatenate([np.linspace(low, high, points), marks[(marks >= low) & (marks <= high)]])
        )

    def _dates(self, one: Analysed) -> Iterator[pd.DataFrame]:
        position, found = one.laid.position, one.profile
        if position is None or found is None:
            return
        low, high = one.window
        S = np.unique(np.append(round_spots(low, high, TABLE_ROWS), position.spot))
        for years in dict.fromkeys(np.linspace(0.0, found.years, TABLE_DATES).tolist()):
            day = self.as_of if years == 0 else one.day_of(years) or self._later(years)
            yield pd.DataFrame(
                {
                    self.key: one.laid.key,
                    "spot": S,
                    "move": S / position.spot - 1.0,
                    "curve_day": day,
                    "profit": position.profit(S, years),
                }
            )

    def _touches(self, one: Analysed) -> Iterator[dict[str, Any]]:
        position, found = one.laid.position, one.profile
        if position is None or found is None or found.law is None:
            return
        shorts = _short_options(one.laid, position)
        levels = sorted({*((spot, "breakeven") for spot in found.shape.breakevens if spot > 0), *shorts})
        if not levels:
            return
        touch, beyond = touches(np.array([level for level, _ in levels]), found.law)
        for (level, what), by_then, at_end in zip(levels, touch, beyond, strict=True):
            yield {
                self.key: one.laid.key,
                "level": level,
                "level_of": what,
                "probability_of_touch": float(by_then),
                "probability_beyond": float(at_end),
            }


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


def _short_options(laid: Laid, position: Position) -> list[tuple[float, str]]:
    """Return the strike and name of each option that is short, all legs together."""
    net: dict[tuple[float, str], float] = {}
    legs = zip(position.option.strike, laid.contracts, position.units, position.is_option, strict=True)
    for strike, name, units, is_option in legs:
        if is_option:
            net[float(strike), name] = net.get((float(strike), name), 0.0) + float(units)
    return [(strike, f"short {name}") for (strike, name), units in net.items() if units < 0]


def round_spots(low: float, high: float, count: int) -> Array:
    """Return about so many round numbers from low to high.

    >>> round_spots(18.3, 31.2, 7)
    array([20., 22., 24., 26., 28., 30.])
    """
    rough = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(
        size for size in (power, 2 * power, 2.5 * power, 5 * power, 10 * power) if size >= rough * 0.999
    )
    count = math.floor(high / step) - math.ceil(low / step) + 1
    return np.asarray((math.ceil(low / step) + np.arange(count)) * step)


def _extreme(name: str, found: Extreme | None) -> dict[str, float]:
    """Return the columns of an extreme; where it is unlimited no spot reaches it."""
    if found is None:
        return {name: math.nan, f"{name}_from": math.nan, f"{name}_to": math.nan}
    is_reached = math.isfinite(found.profit)
    return {
        name: found.profit,
        f"{name}_from": found.low if is_reached else math.nan,
        f"{name}_to": found.high if is_reached else math.nan,
    }
