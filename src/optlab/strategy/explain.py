"""Why a strategy has its name, and what else its contracts could be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optlab.errors import PricingError
from optlab.legs import OPTIONS
from optlab.strategy.candidates import Candidates, find_candidates
from optlab.strategy.catalog import STRATEGIES, Structure
from optlab.strategy.costs import WEIGHTS, cost_terms
from optlab.strategy.cover import PART, Reading, reading_of
from optlab.strategy.match import LETTERS
from optlab.strategy.packages import GIVEN, describe_legs, lots, net
from optlab.strategy.pool import Bools, Pool, PoolLegs, expiry_days
from optlab.strategy.program import TOLERANCE, Rules, solve
from optlab.strategy.recognize import TOGETHER, name_parts, pool_keys, share_out
from optlab.strategy.templates import ShapeLeg, uncovered

MORE = 1.5
"""Strategies that cost so much more than their parts are looked at as alternatives."""

READINGS = 3
"""Other readings that are shown."""

READING_COLUMNS = ("reading", "cost", "strategy", "lots", "legs", "naked", "is_here")


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a strategy has its name, and what else it could be.

    Parameters
    ----------
    strategy_id, strategy, legs, found : str
        The strategy: its id, name, legs per lot, and how it was found.
    structure : Structure or None
        The line of the catalogue that it fits; None for custom packages, rolls and the like.
    terms : mapping of str to float
        What it costs, term by term, as a strategy of its own; empty without a structure.
    readings : DataFrame
        This reading and the next best ones of its contracts and their neighbours', a row per strategy:
        ``reading cost strategy lots legs naked is_here``. ``cost`` is that of the whole reading,
        ``naked`` what the strategy itself leaves uncovered, in units; ``is_here`` whether the strategy is part of
        the present reading too.
    """

    strategy_id: str
    strategy: str
    legs: str
    found: str
    structure: Structure | None
    terms: dict[str, float]
    readings: pd.DataFrame


def explain(named: pd.DataFrame, strategy_id: str) -> Explanation:
    """Explain one strategy of a book.

    A strategy that the file or its trader put together is compared with other readings of its own legs; one that was
    found, with other readings of its contracts and those of its neighbours, up to fourteen.

    Raises
    ------
    PricingError
        If there is no such strategy.
    """
    mine = named[named["strategy_id"].str.casefold() == strategy_id.strip().casefold()]
    if mine.empty:
        ids = named.loc[named["strategy_id"] != "", "strategy_id"].unique()
        known = ", ".join(ids[:5]) + (", ..." if len(ids) > 5 else "")
        raise PricingError(
            f"no strategy is called {strategy_id!r}. Fix: use one of {known or 'none: the book is empty'}."
        )
    first = mine.iloc[0]
    structure = STRATEGIES.get(first["strategy"])
    return Explanation(
        str(first["strategy_id"]),
        str(first["strategy"]),
        str(describe_legs(mine).iloc[0]),
        str(first["reading"]),
        structure,
        _terms(named, mine, structure) if structure else {},
        _readings(_neighbourhood(named, mine)),
    )


def _terms(named: pd.DataFrame, mine: pd.DataFrame, structure: Structure) -> dict[str, float]:
    """Return what a strategy costs, term by term; the uncovered contracts are those of one lot of its own legs."""
    if _is_odd_lot(named, mine):
        return {}
    legs = net(mine)
    is_option = legs["kind"].isin(OPTIONS)
    counts = legs["count"] / float(lots(mine).iloc[0])
    ranks = pd.factorize(legs["expiry"], sort=True)[0]
    shape = [
        ShapeLeg(int(rank), 0, LETTERS[kind], count)
        for rank, kind, count in zip(ranks, legs["kind"], counts, strict=True)
    ]
    terms = cost_terms(
        np.array([structure.rank]),
        np.array([sum(uncovered(tuple(shape)))]),
        legs["strike"].to_numpy()[None, :],
        np.where(is_option, expiry_days(legs), np.nan)[None, :],
        np.array([float(mine.loc[mine["kind"].isin(OPTIONS), "traded_at"].nunique())]),
    )
    alone = 0.0 if is_option.any() else WEIGHTS["stock_alone"]
    return {**{name: float(values[0]) for name, values in terms.items()}, "stock_alone": alone}


def _is_odd_lot(named: pd.DataFrame, mine: pd.DataFrame) -> bool:
    """Say whether a strategy is shares that are too few for any option beside them; these cost nothing."""
    near = named[(pool_keys(named) == pool_keys(mine).iloc[0]).all(axis=1) & named["kind"].isin(OPTIONS)]
    is_shares = bool((mine["kind"] == "stock").all()) and mine["reading"].iloc[0] != GIVEN
    return is_shares and float(mine["quantity"].abs().sum()) < near["multiplier"].min()


def _neighbourhood(named: pd.DataFrame, mine: pd.DataFrame) -> pd.DataFrame:
    """Return the legs whose readings are compared: a package's own, or those of the nearest strategies."""
    if mine["reading"].iloc[0] in (GIVEN, TOGETHER) or (mine["quantity"] == 0).all():
        return mine
    same = (pool_keys(named) == pool_keys(mine).iloc[0]).all(axis=1)
    near = named[same & ~named["reading"].isin([GIVEN, TOGETHER]) & (named["quantity"] != 0)]
    places = near.groupby("strategy_id", sort=False).agg(strike=("strike", "mean"), expiry=("expiry", "mean"))
    size = near.groupby("strategy_id", sort=False).size()
    days = (places["expiry"] - places["expiry"].min()).dt.total_seconds()
    table = pd.DataFrame({"strike": places["strike"], "days": days}).fillna(0.0)
    spread = (table.max() - table.min()).replace(0.0, 1.0)
    distance = (
        ((table - table.loc[mine["strategy_id"].iloc[0]]).abs() / spread)
        .sum(axis=1)
        .sort_values(kind="stable")
    )
    chosen = distance.index[size[distance.index].cumsum() <= PART].union([mine["strategy_id"].iloc[0]])
    return near[near["strategy_id"].isin(chosen)]


def _readings(legs: pd.DataFrame) -> pd.DataFrame:
    """Return the cheapest reading of some legs and the next ones, and one with less uncovered if there is any."""
    legs = legs[legs["quantity"] != 0].reset_index(drop=True)
    if legs.empty:
        return pd.DataFrame(columns=list(READING_COLUMNS))
    pool = PoolLegs.of(legs).pool(np.arange(len(legs)))
    found = find_candidates(pool, keep_covers=True, slack=MORE)
    readings: list[tuple[Reading, Bools]] = []
    for _ in range(READINGS + 1):
        readings += _next(pool, found, Rules(other_than=tuple(chosen for _, chosen in readings)))
    if not readings:
        return pd.DataFrame(columns=list(READING_COLUMNS))
    best = readings[0][0]
    if all(other.naked > best.naked - TOLERANCE for other, _ in readings) and best.naked > 0:
        readings += _next(pool, found, Rules(naked=best.naked * (1 - 1e-6) - 2 * TOLERANCE))
    return _table(legs, pool, [reading for reading, _ in readings])


def _next(pool: Pool, found: Candidates, rules: Rules) -> list[tuple[Reading, Bools]]:
    """Return the cheapest reading that keeps to some rules, with the candidates in it, or nothing."""
    amounts, bound = solve(pool, found, rules)
    if np.isnan(amounts).any():
        return []
    return [(reading_of(found, amounts, bound), amounts > 0)]


def _table(legs: pd.DataFrame, pool: Pool, readings: list[Reading]) -> pd.DataFrame:
    """Write readings down, a row per strategy; what stands in the legs as they are now is marked."""
    rows = []
    present = set(zip(describe_legs(legs), lots(legs), strict=True))
    for number, reading in enumerate(readings, start=1):
        quantity = legs["quantity"].to_numpy(dtype=np.float64)
        parts = share_out(pool, reading, quantity, np.abs(quantity))
        named = name_parts(legs, parts)
        words, sizes = describe_legs(named), lots(named)
        names = named.drop_duplicates("strategy_id").set_index("strategy_id")["strategy"]
        order = dict(zip(named["strategy_id"], parts.strategy.tolist(), strict=True))
        naked = np.append(reading.candidates.naked * reading.lots, np.zeros(len(names)))
        rows += [
            (
                number,
                reading.cost,
                names[name],
                sizes[name],
                words[name],
                naked[order[name]],
                (words[name], sizes[name]) in present,
            )
            for name in names.index
        ]
    return pd.DataFrame(rows, columns=list(READING_COLUMNS))
