"""Option strategies and what they are worth, found leg by leg: what payoffs are compared with.

Black and Scholes' formula or the American kernel price a leg until its expiry; then it is what exercise pays. The market
has one volatility, and HKD, whose clocks never change, so that a day is 1 / 365 of a year.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from optlab.book import Book
from optlab.market import Market
from optlab.payoff.profile import Profile
from optlab.pricing import american, black_scholes
from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.examples import example_of

Array = npt.NDArray[np.float64]

NOW = dt.date(2026, 10, 2)
SPOT, VOL, RATE = 100.0, 0.30, 0.03
SIZE = 100.0
SIGN = {"call": 1.0, "put": -1.0}


class Leg(NamedTuple):
    """One leg: lots of 100 units, kind, strike, and days to expiry; stock has neither."""

    lots: float
    kind: str
    strike: float = math.nan
    days: int = 0


class Setting(NamedTuple):
    """How the legs are exercised, and in which market."""

    style: str = "european"
    dividend_yield: float = 0.0
    vol: float = VOL

    def price(self, leg: Leg, S: Array, days: float) -> Array:
        """Price one unit of an option at spots S so many days from now."""
        kernel = american.prices if self.style == "american" else black_scholes.prices
        years = (leg.days - days) / 365.0
        return kernel(SIGN[leg.kind], S, leg.strike, years, RATE, self.dividend_yield, self.vol)


Legs = Sequence[Leg]


def table_of(legs: Legs, style: str = "european", **columns: Any) -> pd.DataFrame:  # noqa: ANN401
    """Make legs of XYZ as a user would."""
    rows = [
        {
            "quantity": leg.lots * (1.0 if leg.kind in SIGN else SIZE),
            "kind": leg.kind,
            "strike": leg.strike,
            "expiry": NOW + dt.timedelta(days=leg.days) if leg.days else None,
            "multiplier": SIZE if leg.kind in SIGN else 1.0,
        }
        for leg in legs
    ]
    fixed = {"underlying": "XYZ", "currency": "HKD", "style": style, "group": "a"}
    return pd.DataFrame(rows).assign(**{**fixed, **columns})


def market_of(setting: Setting = Setting(), **more: Any) -> Market:  # noqa: ANN401, B008 - it is frozen
    """Make the market of a setting."""
    values = {"spot": SPOT, "vol": setting.vol, "rate": RATE, "dividend_yield": setting.dividend_yield}
    return Market.of(**{"as_of": NOW.isoformat(), **values, **more})


def profiles_of(
    packages: Mapping[str, Legs],
    setting: Setting = Setting(),  # noqa: B008 - it is frozen
    **choices: Any,  # noqa: ANN401
) -> dict[str, Profile]:
    """Analyse strategies at fair prices in one book, with a lognormal law."""
    tables = [table_of(legs, setting.style, group=name) for name, legs in packages.items()]
    valuation = Book.of(pd.concat(tables, ignore_index=True)).price(market_of(setting))
    names = dict(zip(valuation.legs["strategy_id"], valuation.legs["group"], strict=True))
    each = valuation.payoff(**{"law": "lognormal", **choices}).each
    found = {str(names[one.laid.key]): one.profile for one in each}
    assert set(found) == set(packages)
    return {name: one for name, one in found.items() if one is not None}


def profile_of(legs: Legs, setting: Setting = Setting(), **choices: Any) -> Profile:  # noqa: ANN401, B008
    """Analyse one strategy; see `profiles_of`."""
    return profiles_of({"a": legs}, setting, **choices)["a"]


def worth(legs: Legs, S: Array, days: float, setting: Setting) -> Array:
    """Return what the legs are worth so many days from now, every earlier expiry having met the same spot."""
    total = np.zeros(S.shape)
    for leg in legs:
        units = SIZE * leg.lots
        if leg.kind == "stock":
            total += units * S
        elif leg.days <= days:
            total += units * np.maximum(SIGN[leg.kind] * (S - leg.strike), 0.0)
        else:
            total += units * setting.price(leg, S, days)
    return total


def profit(legs: Legs, S: Array, days: float, setting: Setting) -> Array:
    """Return the profit of what was bought at fair prices; see `worth`."""
    return worth(legs, S, days, setting) - fair_cost(tuple(legs), setting)


@functools.cache
def fair_cost(legs: tuple[Leg, ...], setting: Setting) -> float:
    """Return what the legs are worth now."""
    return float(worth(legs, np.array([SPOT]), 0.0, setting)[0])


def last_days(legs: Legs) -> list[int]:
    """Return the days of all expiries, near to far."""
    return sorted({leg.days for leg in legs if leg.kind in SIGN})


@functools.cache
def catalogue() -> dict[str, list[Leg]]:
    """Return an example of every structure that has options."""
    every = {
        name: [
            Leg(leg.count, leg.kind, leg.strike or math.nan, (leg.expiry - NOW).days if leg.expiry else 0)
            for leg in example_of(structure).legs
        ]
        for name, structure in STRATEGIES.items()
    }
    return {name: legs for name, legs in every.items() if last_days(legs)}


def of_expiries(*counts: int) -> list[str]:
    """Name the structures with so many expiries."""
    return [name for name, legs in catalogue().items() if len(last_days(legs)) in counts]


def of_kinds(kind: str, *legs: tuple[float, float, int]) -> list[Leg]:
    """Make options of one kind from (lots, strike, days)."""
    return [Leg(lots, kind, strike, days) for lots, strike, days in legs]
