"""A book in named shocks, the worst of them, and the strategies that cause it.

Spot, volatility and rate move at once and at today's date unless a scenario says how many days pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optlab.market import Market
from optlab.pricing import Models
from optlab.pricing.black_scholes import Array
from optlab.scenario.causes import CAUSES, losers, profits_in, told
from optlab.scenario.grid import notices
from optlab.scenario.holdings import Holdings, group_keys, holdings
from optlab.scenario.shocks import Shock
from optlab.scenario.stress_sets import Named, StressSet
from optlab.scenario.underlyings import factors, refuse_unpriced_index


@dataclass(frozen=True, eq=False)
class Stress:
    """A book in named scenarios.

    Parameters
    ----------
    table : DataFrame
        A row per scenario, group and currency: ``scenario``, the keys, ``currency profit unpriced causes about``; causes
        only for the whole book.
    causes : DataFrame
        ``scenario currency strategy_id strategy profit unpriced``, up to three strategies that lose most in each; no
        row where none does.
    totals : DataFrame
        The whole book's: ``scenario currency profit unpriced leg_count``.
    day : date
        The day that profits are measured from.
    unmoved : tuple of str
        The scenarios in which no leg gains or loses anything.
    notices : tuple of str
        What to know of it.
    """

    table: pd.DataFrame
    causes: pd.DataFrame
    totals: pd.DataFrame
    day: dt.date
    unmoved: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name, the main one first."""
        return {"stress": self.table, "causes": self.causes}

    @property
    def worst(self) -> dict[str, str]:
        """The scenario in which the book loses most, or gains least, by currency."""
        known = self.totals.dropna(subset=["profit"])
        places = known.groupby("currency")["profit"].idxmin()
        return dict(zip(places.index, known.loc[places, "scenario"], strict=True))


def stress(
    valued: pd.DataFrame,
    market: Market,
    models: Models,
    scenarios: StressSet,
    *,
    by: Sequence[str] = (),
    currency: str | None = None,
    beta_to: str | None = None,
) -> Stress:
    """Revalue a book in each of several named scenarios.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values.
    market : Market
        The market they were valued in.
    models : Models
        How options are priced.
    scenarios : tuple of Named
        As `read_stress` returns them.
    by, currency, beta_to
        As for `optlab.scenario.Grid`. Moves of single underlyings are not times beta.

    Raises
    ------
    MarketDataError, PricingError
        As for `optlab.scenario.scenario`.
    """
    beta_to = beta_to.strip().upper() if beta_to else None
    refuse_unpriced_index(valued, market, beta_to)
    held = holdings(valued, market, by=(*by, "strategy"), currency=currency)
    shocks = {one.name: _shock(one, valued, market, held.underlyings, beta_to=beta_to) for one in scenarios}
    profits = profits_in(held, list(shocks.values()), models)
    profits[held.groups["unpriced"] == held.groups["leg_count"]] = np.nan
    causes = _causes(held, shocks, profits)
    totals = _summed(held, shocks, profits, [])
    table = _summed(held, shocks, profits, group_keys(by)).drop(columns="leg_count")
    if not by:
        table["causes"] = _in_words(table, causes)
    table["about"] = table["scenario"].map({one.name: one.about for one in scenarios})
    unmoved = _unmoved(shocks, profits)
    said = (*_unused(scenarios, held.underlyings), *notices(valued, held, list(shocks.values())))
    return Stress(table, causes, totals, market.day, unmoved, (*said, *nothing_moves(unmoved)))


def _unmoved(shocks: Mapping[str, Shock], profits: Array) -> tuple[str, ...]:
    """Name the scenarios that move nothing, if anything has a value."""
    known = profits[np.isfinite(profits).all(axis=1)]
    return tuple(name for place, name in enumerate(shocks) if len(known) and not known[:, place].any())


def nothing_moves(names: Sequence[str]) -> tuple[str, ...]:
    """Say which scenarios move nothing; no names, no sentence.

    >>> nothing_moves(["crash", "calm"])
    ('crash, calm: nothing in this book moves',)
    """
    return (f"{', '.join(names)}: nothing in this book moves",) if names else ()


def _in_words(table: pd.DataFrame, causes: pd.DataFrame) -> list[str]:
    """Return the causes of each row in one cell; without a loss, that none loses, or that nothing moves."""
    words: dict[tuple[str, str], list[str]] = {}
    for cause in causes.to_dict("records"):
        row = {str(name): cell for name, cell in cause.items()}
        words.setdefault((row["scenario"], row["currency"]), []).append(told(row))
    keys = zip(table["scenario"], table["currency"], table["profit"], strict=True)
    return [", ".join(words.get((name, code), [_no_cause(profit)])) for name, code, profit in keys]


def _no_cause(profit: float) -> str:
    if np.isnan(profit):
        return "no leg has a value"
    return "no strategy loses" if profit else "nothing moves"


def _unused(scenarios: StressSet, underlyings: Sequence[str]) -> list[str]:
    """Name what is said of underlyings that are not held: a typing error, most likely."""
    return [
        f"{one.name}: the moves of {name} are used for no leg: none is on {name}"
        for one in scenarios
        for name in one.own
        if name not in underlyings
    ]


def _causes(held: Holdings, shocks: Mapping[str, Shock], profits: Array) -> pd.DataFrame:
    """Return the strategies that lose most in each scenario and currency."""
    names = ["strategy_id", "strategy", "currency"]
    by = [held.groups[name] for name in names]
    sums = pd.DataFrame(profits).groupby(by).sum(min_count=1)
    groups = held.groups["unpriced"].groupby(by).sum().reset_index()
    rows = [
        {"scenario": name, "currency": code, **cause}
        for place, name in enumerate(shocks)
        for code in sorted(set(groups["currency"]))
        for cause in losers(groups, np.where(groups["currency"] == code, sums.iloc[:, place], np.nan))
    ]
    return pd.DataFrame(rows, columns=["scenario", "currency", *CAUSES])


def _summed(held: Holdings, shocks: Mapping[str, Shock], profits: Array, keys: list[str]) -> pd.DataFrame:
    """Return a row per scenario and group, scenarios in the order of their file."""
    columns = [*keys, "currency"]
    counts = ["unpriced", "leg_count"]
    own = pd.concat([held.groups[[*columns, *counts]], pd.DataFrame(profits, columns=list(shocks))], axis=1)
    grouped = own.groupby(columns, sort=True, dropna=False)
    known = grouped[counts].sum().reset_index()
    sums = grouped[list(shocks)].sum(min_count=1).reset_index()
    parts = [known.assign(scenario=name, profit=sums[name]) for name in shocks]
    empty = known.assign(scenario="", profit=0.0).head(0)
    table = pd.concat(parts or [empty], ignore_index=True)
    return table[["scenario", *columns, "profit", *counts]]


def _shock(
    one: Named, valued: pd.DataFrame, market: Market, underlyings: Sequence[str], *, beta_to: str | None
) -> Shock:
    """Lay one scenario out by underlying; only who goes with all needs a beta, or a volatility to be moved by it."""
    every = [one.own.get(name, one.moves) for name in underlyings]
    goes_along = np.array([moves.spot is one.moves.spot for moves in every], dtype=bool)
    along = [name for name, goes in zip(underlyings, goes_along, strict=True) if goes]
    sized = np.ones((len(underlyings), 1))
    sized[goes_along] = factors(
        valued, market, along, one.moves.spot, beta_to=beta_to, sigma_days=one.sigma_days
    )
    for place in np.flatnonzero(~goes_along).tolist():
        own = every[place].spot
        sized[place] = factors(valued, market, [underlyings[place]], own, sigma_days=one.sigma_days)[0]
    points = [moves.vol.sizes[0] * (moves.vol.unit == "points") for moves in every]
    relative = [moves.vol.sizes[0] * (moves.vol.unit == "relative") for moves in every]
    rates = [moves.rate.sizes[0] for moves in every]
    return Shock(one.days, sized, np.array(points), np.array(relative), np.array(rates), one.vol_term)
