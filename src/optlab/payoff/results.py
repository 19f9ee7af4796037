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
from optlab.payoff.analysed import Analysed
from optlab.payoff.chances import Chances
from optlab.payoff.choices import LAWS, STORIES, Choices
from optlab.payoff.layout import KEYS
from optlab.payoff.notes import notes
from optlab.payoff.position import Position
from optlab.payoff.profile import Profile, horizon, touches
from optlab.payoff.shapes import DOWN, FLAT, UP, Extreme
from optlab.pricing.black_scholes import Array

CHANCES = Chances._fields
NAMES = ("strategy", "underlying", "currency", "lots", "legs")
SUMMARY = (
    *("spot", "horizon_day", "days_nearest", "entry_cost", "entry_source", "breakevens"),
    *("max_profit", "max_profit_from", "max_profit_to", "max_loss", "max_loss_from", "max_loss_to"),
    *("left_slope", "right_slope", "right_tail", "exactness", "after", *CHANCES, "law", "law_vol", "status"),
)

CURVE_POINTS, TABLE_ROWS, TABLE_DATES = 121, 13, 6
EXACT, MODEL = "exact", "model"
TODAY = "today"


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
        return (f"as of {self.as_of}", STORIES[self.choices.after], self.choices.rule.words, *of_spot)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of single positions, a sentence each."""
        return notes(self.each, self.choices)

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
            "horizon_day": self._day(one, found.years),
            "days_nearest": 365.0 * found.years,
            "entry_cost": laid.position.cost,
            "entry_source": laid.entry_source,
            "breakevens": " / ".join(f"{spot:.6g}" for spot in shape.breakevens),
            **_extreme("max_profit", found.highest),
            **_extreme("max_loss", found.lowest),
            "left_slope": shape.left_slope,
            "right_slope": shape.right_slope,
            "right_tail": _tail(found) if self._is_held_on(one) else shape.right_tail,
            "exactness": EXACT if shape.is_exact else MODEL,
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

    def _moments(self, one: Analysed) -> list[tuple[str, str, float]]:
        """Return each curve's name, day and time: today, the horizon, the day asked for, each expiry that is held to."""
        position, found = one.laid.position, one.profile
        if position is None or found is None:
            return []
        last = position.expiries[-1] if self.choices.after == "held" and position.expiries else found.years
        asked = [one.laid.on] if one.laid.on is not None and one.laid.on <= last else []
        ends = [years for years in position.expiries if years <= max(horizon(position), last)]
        times = [
            years for years in sorted({found.years, *asked, *(ends or [horizon(position)])}) if years > 0
        ]
        days = [self._day(one, years) for years in times]
        named = [
            f"{day}{one.clock(years)}" if days.count(day) > 1 else day
            for day, years in zip(days, times, strict=True)
        ]
        return [(TODAY, self.as_of, 0.0), *zip(named, days, times, strict=True)]

    def _curves(self, one: Analysed) -> Iterator[pd.DataFrame]:
        position = one.laid.position
        for name, day, years in self._moments(one):
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
                    "curve_day": day,
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
        for day, years in self._days(one, found.years).items():
            yield pd.DataFrame(
                {
                    self.key: one.laid.key,
                    "spot": S,
                    "move": S / position.spot - 1.0,
                    "curve_day": day,
                    "profit": position.profit(S, years),
                }
            )

    def _days(self, one: Analysed, last: float) -> dict[str, float]:
        """Return the days of the table and their years from now: today, the horizon, and days between."""
        times = np.linspace(0.0, last, TABLE_DATES).tolist()
        days = {self.as_of: 0.0}
        for years in times[1:-1]:
            days.setdefault(self._day(one, years), years)
        end = self._day(one, last)
        return days | {end if end not in days or not last else f"{end} at the end": last}

    def _day(self, one: Analysed, years: float) -> str:
        return one.day_of(years) or self._later(years)

    def _touches(self, one: Analysed) -> Iterator[dict[str, Any]]:
        position, found = one.laid.position, one.profile
        if position is None or found is None or found.law is None:
            return
        levels = _levels(one, position, found.shape.breakevens)
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


def _levels(one: Analysed, position: Position, breakevens: tuple[float, ...]) -> list[tuple[float, str]]:
    """Return the breakevens and the strikes of options that are short, all legs together, low to high with names."""
    net: dict[tuple[float, str], float] = {}
    legs = zip(position.option.strike, one.laid.contracts, position.units, position.is_option, strict=True)
    for strike, name, units, is_option in legs:
        if is_option:
            net[float(strike), name] = net.get((float(strike), name), 0.0) + float(units)
    named: dict[float, list[str]] = {spot: ["breakeven"] for spot in breakevens if spot > 0}
    for (strike, name), units in net.items():
        if units < 0:
            named.setdefault(strike, []).append(f"short {name}")
    return [(level, ", ".join(names)) for level, names in sorted(named.items())]


def _tail(found: Profile) -> str:
    """Say what has no limit in a story that is held to the end."""
    has_no_limit = {
        UP: found.highest is not None and math.isinf(found.highest.profit),
        DOWN: found.lowest is not None and math.isinf(found.lowest.profit),
    }
    return " and ".join(word for word, is_so in has_no_limit.items() if is_so) or FLAT


def round_spots(low: float, high: float, count: int) -> Array:
    """Return about so many round numbers from low to high.

    >>> round_spots(18.3, 31.2, 7)
    array([20. , 22.5, 25. , 27.5, 30. ])
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
