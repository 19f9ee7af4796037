"""An example of each structure: ordinary strikes round a spot of 100, fixed dates, and its profit at the first expiry."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optlab.pricing import black_scholes
from optlab.strategy.catalog import Structure
from optlab.strategy.match import conditions_hold, resolve
from optlab.strategy.templates import PARTIAL_STOCK, Template, TemplateLeg

Floats = NDArray[np.float64]

SPOT, VOL = 100.0, 0.30
OPENED = dt.date(2026, 10, 2)
EXPIRIES = tuple(
    dt.date(*day)
    for day in (
        *((2026, 11, 27), (2026, 12, 30), (2027, 1, 28), (2027, 2, 25)),
        *((2027, 3, 30), (2027, 4, 29), (2027, 5, 28), (2027, 6, 29)),
    )
)
PART_OF_STOCK = 0.4
"""What stands for a part of a unit of stock."""
LARGEST_NUMBER = 4
GAPS, MIDDLE_GAPS = (5.0, 10.0, 15.0), (10.0, 20.0)
"""Between strikes, the most usual first; an even number of strikes has spot in the middle of one gap."""
DAYS_PER_YEAR = 365.0


class ExampleLeg(NamedTuple):
    """One leg: signed count, kind, strike and expiry; stock has neither and counts in units of one option."""

    count: float  # type: ignore[assignment] # tuple.count is of no use here
    kind: str
    strike: float
    expiry: dt.date | None

    def __str__(self) -> str:
        """Write it as a trader does: +1 27NOV26 95P, or -1 stock."""
        if self.expiry is None:
            return f"{self.count:+g} stock"
        return f"{self.count:+g} {day_text(self.expiry)} {self.strike:g}{self.kind[0].upper()}"


@dataclass(frozen=True, slots=True)
class Example:
    """A package opened on `OPENED` with spot at `SPOT`, at the prices of Black-Scholes without interest.

    Parameters
    ----------
    legs : tuple of ExampleLeg
        Near and low first, stock before them.
    """

    legs: tuple[ExampleLeg, ...]

    def __str__(self) -> str:
        """Write its legs in one line."""
        return " / ".join(str(leg) for leg in self.legs)

    @property
    def strikes(self) -> tuple[float, ...]:
        """The distinct strikes, low to high."""
        return tuple(sorted({leg.strike for leg in self.legs if leg.expiry is not None}))

    @property
    def first_expiry(self) -> dt.date | None:
        """The nearest expiry; None for stock alone."""
        return min((leg.expiry for leg in self.legs if leg.expiry is not None), default=None)

    @property
    def cost(self) -> float:
        """What one package costs to open, per unit of the underlying; negative for a credit."""
        return float(self._worth(np.array([SPOT]), OPENED)[0])

    def profit(self, spots: Floats) -> Floats:
        """Return the profit of one package at the nearest expiry, when later legs still have their time value."""
        return self._worth(spots, self.first_expiry or OPENED) - self.cost

    def _worth(self, spots: Floats, day: dt.date) -> Floats:
        total = np.zeros(len(spots))
        for leg in self.legs:
            if leg.expiry is None:
                total += leg.count * spots
            else:
                years = (leg.expiry - day).days / DAYS_PER_YEAR
                sign = 1.0 if leg.kind == "call" else -1.0
                total += leg.count * black_scholes.prices(sign, spots, leg.strike, years, 0.0, 0.0, VOL)
        return total


def day_text(day: dt.date) -> str:
    """Write a date as traders do: 27NOV26."""
    return day.strftime("%d%b%y").upper()


def example_of(structure: Structure) -> Example:
    """Return the first example of a structure that has no more specific name.

    >>> from optlab.strategy.catalog import find_structure
    >>> print(example_of(find_structure("bull put spread")))
    +1 27NOV26 95P / -1 27NOV26 105P
    """
    template = structure.templates[0]
    for numbers in _numbers(template):
        for strikes in _strikes(max(leg.strike for leg in template.legs)):
            if _is_named(structure, template, numbers, strikes):
                return Example(
                    tuple(sorted((_leg(leg, numbers, strikes) for leg in template.legs), key=_place))
                )
    raise ValueError(f"{structure.name} has no example at ordinary strikes")


def _place(leg: ExampleLeg) -> tuple[dt.date, float, str]:
    return leg.expiry or OPENED, leg.strike, leg.kind


def _leg(leg: TemplateLeg, numbers: Mapping[str, float], strikes: tuple[float, ...]) -> ExampleLeg:
    count = leg.sign * leg.number * numbers.get(leg.letter, 1)
    if leg.kind == "S":
        return ExampleLeg(count, "stock", 0.0, None)
    kind = "call" if leg.kind == "C" else "put"
    return ExampleLeg(count, kind, strikes[leg.strike - 1], EXPIRIES[leg.expiry - 1])


def _numbers(template: Template) -> Iterator[dict[str, float]]:
    """Yield numbers for the letters, small ones first, without a common divisor."""
    if PARTIAL_STOCK in template.letters:
        yield {PARTIAL_STOCK: PART_OF_STOCK}
        return
    letters = sorted(template.letters)
    choices = itertools.product(range(1, LARGEST_NUMBER + 1), repeat=len(letters))
    for chosen in sorted(choices, key=sum):
        if math.gcd(*chosen) <= 1:
            yield dict(zip(letters, map(float, chosen), strict=True))


def _strikes(count: int) -> Iterator[tuple[float, ...]]:
    """Yield that many strikes round spot, evenly spaced ones first."""
    if count == 0:
        yield ()
        return
    middle = count // 2 - 1 if count % 2 == 0 else None
    choices = [MIDDLE_GAPS if place == middle else GAPS for place in range(count - 1)]
    for gaps in sorted(itertools.product(*choices), key=sum):
        below = sum(gaps[: count // 2]) if middle is None else sum(gaps[:middle]) + gaps[middle] / 2
        yield tuple(itertools.accumulate(gaps, initial=SPOT - below))


def _is_named(
    structure: Structure, template: Template, numbers: Mapping[str, float], strikes: tuple[float, ...]
) -> bool:
    """Say whether a package with these numbers and strikes has this structure's name."""
    row = np.array([strikes])
    if PARTIAL_STOCK in numbers:
        return bool(conditions_hold(template.conditions, row)[0])
    lines = resolve(template.shape(**numbers))
    first = next((line.name for line, found in lines if conditions_hold(found.conditions, row)[0]), "")
    return first == structure.name
