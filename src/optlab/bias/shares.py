"""Shares of directions, views, families and names: per scope, and rounded so that they add up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np
import pandas as pd

from optlab.bias.directions import DIRECTION_TYPE, DIRECTIONS
from optlab.bias.intervals import bootstrap, wilson
from optlab.bias.weights import WEIGHTS, weigh, weight_column

WHOLE_BOOK = "book"
SCOPES = ("underlying", "family", "expiry", "account", "day")
"""What shares can be taken by."""

NONE = {"expiry": "no expiry", "account": "no account", "day": "no date"}
"""What a scope is called that nothing is known of."""


VOTES = (*(weight_column(name) for name in WEIGHTS), "currency", "to_one_currency")


def votes(table: pd.DataFrame, by: str = "underlying") -> pd.DataFrame:
    """Keep of strategies only what a share needs: ``direction`` as categories, weights, and the ``scope``.

    Parameters
    ----------
    table : DataFrame
        Strategies with their ``direction`` and weights.
    by : {"underlying", "family", "expiry", "account", "day"}
        What the scope is.
    """
    scope = table["nearest_expiry"].dt.strftime("%Y-%m-%d") if by == "expiry" else table[by]
    scope = scope.astype("str").fillna("").replace("", NONE.get(by, ""))
    narrow = table[[*VOTES, "day"]].assign(scope=scope.astype("category"))
    return narrow.assign(direction=table["direction"].astype(DIRECTION_TYPE))


def scopes(cast: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the parts of some votes by their scope, in order, and all of them last if there are several."""
    parts = list(cast.groupby("scope", sort=True, observed=True))
    for name, part in parts:
        yield str(name), part
    if len(parts) > 1:
        yield WHOLE_BOOK, cast


def share(cast: pd.DataFrame, weight: str, *, is_sure: bool = True) -> dict[str, object]:
    """Return the share of each direction in some strategies, how many they are, and the interval.

    Parameters
    ----------
    cast : DataFrame
        What `votes` returns, or a part of it.
    weight : str
        Which weight.
    is_sure : bool
        Whether to find the 95% interval of the bullish share: Wilson's for counts, else the bootstrap's.

    Returns
    -------
    dict
        `DIRECTIONS` as fractions that add up to 1, ``n low high``, and ``reason``: why they are empty, if so.
    """
    amounts, reason = weigh(cast, weight)
    empty = {**dict.fromkeys(DIRECTIONS, math.nan), "n": len(cast), "low": math.nan, "high": math.nan}
    if reason:
        return {**empty, "reason": reason}
    code = cast["direction"].cat.codes.to_numpy()
    sums = np.bincount(code, weights=amounts, minlength=len(DIRECTIONS))
    found = dict(zip(DIRECTIONS, (sums / sums.sum()).tolist(), strict=True))
    if is_sure:
        low, high = (
            wilson(found["bullish"], len(cast)) if weight == "count" else bootstrap(amounts, code == 0)
        )
        found |= {"low": low, "high": high}
    return {**empty, **found, "reason": ""}


def parts_of(cast: pd.DataFrame, values: pd.Series, weight: str) -> pd.DataFrame:
    """Return how much of the book each value of a column is, and the directions in it; the largest first.

    Parameters
    ----------
    cast : DataFrame
        What `votes` returns.
    values : Series
        The column: a value per strategy.
    weight : str
        Which weight.

    Returns
    -------
    DataFrame
        The column by its name, ``n share`` and `DIRECTIONS`: ``share`` is of the whole book, directions are of the
        part; empty where nothing weighs anything.
    """
    amounts, reason = weigh(cast, weight)
    place, names = pd.factorize(values, sort=True)
    cell = place * len(DIRECTIONS) + cast["direction"].cat.codes.to_numpy()
    shape = (len(names), len(DIRECTIONS))
    sums = np.bincount(cell, weights=amounts, minlength=shape[0] * shape[1]).reshape(shape)
    total = sums.sum(axis=1)
    whole = math.nan if reason else sums.sum()
    inside = sums / np.where(total > 0, total, math.nan)[:, None]
    found = pd.DataFrame(inside, columns=list(DIRECTIONS))
    found.insert(0, "share", total / whole)
    found.insert(0, "n", np.bincount(place, minlength=len(names)))
    found.insert(0, str(values.name), names)
    return found.sort_values(["share", "n"], ascending=False, kind="stable", ignore_index=True)


Name = TypeVar("Name")


def percents(shares: Mapping[Name, float], whole: int = 100) -> dict[Name, int]:
    """Round shares to whole percents that add up to 100, by the largest remainder; ties to the first.

    Another ``whole`` gives parts of that: the cells of a bar, say.

    >>> percents({"bullish": 1 / 3, "bearish": 1 / 3, "neutral": 1 / 3})
    {'bullish': 34, 'bearish': 33, 'neutral': 33}
    """
    exact = {name: whole * value for name, value in shares.items()}
    floors = {name: math.floor(value + 1e-9) for name, value in exact.items()}
    missing = whole - sum(floors.values())
    by_remainder = sorted(exact, key=lambda name: floors[name] - exact[name])
    return {name: floor + (name in by_remainder[:missing]) for name, floor in floors.items()}


def rounded(table: pd.DataFrame, columns: tuple[str, ...] = DIRECTIONS) -> pd.DataFrame:
    """Round each row's shares to whole percents that add up to 100, as fractions; empty rows stay empty."""
    shown = table.copy()
    for place, row in zip(table.index, table[list(columns)].to_numpy(dtype=np.float64), strict=True):
        if not np.isnan(row).any():
            whole = percents(dict(zip(columns, row.tolist(), strict=True)))
            shown.loc[place, list(columns)] = [value / 100.0 for value in whole.values()]
    return shown
