"""Which way a book leans: the direction of each strategy, and the share of each direction.

The unit is the strategy, not the leg. The delta rule: with M = E|V - V(F)| what the strategy can be expected
to move by its nearest expiry, and D its delta now, the ratio d = D E|S - F| / M is the part of that move
that the net delta explains. It is bullish from +band, bearish from -band, else neutral.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from optlab.errors import PricingError
from optlab.exposure import exposures
from optlab.strategy import GIVEN

DIRECTIONS = ("bullish", "bearish", "neutral", "unclassified")
NOT_COUNTED = "not counted"
"""The direction of a strategy that carries no view: a roll, or one that only closes."""

NEUTRAL_BAND = 0.20
LOST_A_LEG = "lost a leg to a problem"
Z_95 = 1.959963984540054

WORDS = ((40, "strongly bullish"), (10, "bullish"), (-10, "balanced"), (-40, "bearish"))
"""The headline's word by bullish minus bearish share in points: the first row reached from above."""

WHOLE_BOOK = "book"


@dataclass(frozen=True, eq=False)
class Bias:
    """The lean of a book.

    Parameters
    ----------
    headline : str
        One sentence for the whole book, or for its only underlying.
    shares : DataFrame
        ``scope rule weight bullish bearish neutral unclassified n low high``: fractions that add up to 1, and
        the 95% interval of the bullish share; a row per underlying, and one for the whole book if it has
        several.
    strategies : DataFrame
        A row per strategy: its legs, direction, delta ratio, delta per lot and the reason.
    left_out : tuple of str
        What is not in the shares, and why, in words.
    """

    headline: str
    shares: pd.DataFrame
    strategies: pd.DataFrame
    left_out: tuple[str, ...] = ()


def bias(
    valued: pd.DataFrame,
    *,
    rule: str = "delta",
    weight: str = "count",
    neutral: float = NEUTRAL_BAND,
    broken: Collection[tuple[str, str]] = (),
) -> Bias:
    """Say which way each strategy leans, and the share of each direction.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    rule : {"delta"}
        How a direction is decided.
    weight : {"count"}
        What each strategy counts for in the shares.
    neutral : float
        The neutral band: a delta ratio inside (-neutral, neutral) is neutral.
    broken : collection of (file, group)
        Groups of which a row was set aside: what is left of them is not the strategy, and is unclassified.

    Raises
    ------
    PricingError
        For an unknown rule or weight, or a band outside [0, 1].
    """
    classify, weigh = _choice("rule", rule, RULES), _choice("weight", weight, WEIGHTS)
    if not 0 <= neutral <= 1:
        raise PricingError(
            f"a neutral band of {neutral} is no fraction. Fix: use one from 0 to 1, such as 0.2."
        )
    table = _without_broken(exposures(valued), broken)
    decided = classify(table, neutral)
    table = table.assign(direction_delta=decided["direction"]) if rule == "delta" else table
    table = table.assign(direction=decided["direction"], reason=decided["reason"])
    table = _set_aside(table)
    shares = _shares(table, weigh(table)).assign(rule=rule, weight=weight)[SHARE_COLUMNS]
    whole = shares.iloc[-1:].to_dict("records")
    sentence = headline(whole[0]) if whole else "nothing to lean: no strategy is counted"
    return Bias(
        headline=sentence,
        shares=shares,
        strategies=_arrange(table),
        left_out=_left_out(table),
    )


def _without_broken(table: pd.DataFrame, broken: Collection[tuple[str, str]]) -> pd.DataFrame:
    keys = zip(table["source_file"], table["group"], strict=True)
    is_broken = pd.Series([key in broken for key in keys], index=table.index, dtype=bool)
    is_broken &= table["reading"] == GIVEN
    return table.assign(
        status=table["status"].mask(is_broken, LOST_A_LEG), delta_ratio=table["delta_ratio"].mask(is_broken)
    )


SHARE_COLUMNS = ["scope", "rule", "weight", *DIRECTIONS, "n", "low", "high"]

STRATEGY_COLUMNS = [
    "strategy_id",
    "strategy",
    "group",
    "underlying",
    "lots",
    "legs",
    "direction",
    "direction_delta",
    "delta_ratio",
    "delta_per_lot",
    "delta",
    "delta_cash",
    "vega",
    "expected_move",
    "horizon",
    "traded_at",
    "status",
    "reason",
]


def _arrange(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index()[STRATEGY_COLUMNS]


Choice = TypeVar("Choice")


def _choice(what: str, name: str, table: Mapping[str, Choice]) -> Choice:
    if name not in table:
        raise PricingError(f"{what} {name!r} is not known. Fix: use {' or '.join(table)}.")
    return table[name]


# --- rules and weights: a later rule is one entry ------------------------------------------------------------


def by_delta(table: pd.DataFrame, neutral: float) -> pd.DataFrame:
    """Classify by the delta ratio; a strategy without exposure is neutral, one without a value unclassified."""
    ratio = table["delta_ratio"]
    sides = [ratio.isna(), ratio >= neutral, ratio <= -neutral]
    direction = np.select(sides, ["unclassified", "bullish", "bearish"], "neutral")
    is_flat = ratio.notna() & table["has_exposure"].eq(False)  # noqa: FBT003 - a missing value is not flat
    place = np.where(ratio.abs() >= neutral, " outside", " inside")
    reason = [
        f"delta ratio {number:+.2f}{side} band {neutral:g}" for number, side in zip(ratio, place, strict=True)
    ]
    return pd.DataFrame(
        {
            "direction": np.where(is_flat, "neutral", direction),
            "reason": np.where(ratio.isna(), table["status"], np.where(is_flat, "no exposure", reason)),
        },
        index=table.index,
    )


def by_count(table: pd.DataFrame) -> pd.Series:
    """Weigh every strategy the same."""
    return pd.Series(1.0, index=table.index)


RULES: dict[str, Callable[..., pd.DataFrame]] = {"delta": by_delta}
WEIGHTS: dict[str, Callable[..., pd.Series]] = {"count": by_count}


def _set_aside(table: pd.DataFrame) -> pd.DataFrame:
    """Mark what carries no view: rolls, packages that only close, and contracts already expired."""
    for is_apart, reason in (
        (table["legs"] == "", "closed: nets to nothing"),
        (table["closes"] & table["opens"], "roll: closes one leg and opens another"),
        (table["closes"] & ~table["opens"], "closes a position"),
        ((table["status"] == "expired_earlier") | table["settled"], "expired earlier"),
    ):
        table["direction"] = table["direction"].mask(is_apart, NOT_COUNTED)
        table["reason"] = table["reason"].mask(is_apart, reason)
    return table


# --- shares and words --------------------------------------------------------------------------------------


def _shares(table: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    counted = table[table["direction"] != NOT_COUNTED]
    scopes = [(str(name), part) for name, part in counted.groupby("underlying", sort=True)]
    if len(scopes) > 1:
        scopes.append((WHOLE_BOOK, counted))
    rows = [{"scope": scope, **_share(part, weights[part.index])} for scope, part in scopes]
    numbers = {**dict.fromkeys((*DIRECTIONS, "low", "high"), "float64"), "n": "int64"}
    return pd.DataFrame(rows, columns=["scope", *numbers]).astype(numbers)


def _share(part: pd.DataFrame, weights: pd.Series) -> dict[str, float]:
    sums = weights.groupby(part["direction"]).sum().reindex(list(DIRECTIONS), fill_value=0.0)
    shares = sums / weights.sum()
    low, high = wilson(float(shares["bullish"]), len(part))
    by_name = {name: float(shares[name]) for name in DIRECTIONS}
    return {**by_name, "n": len(part), "low": low, "high": high}


def wilson(share: float, n: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a share seen in n cases.

    Reference: Wilson, E. B. (1927), JASA 22, 209-212. Checked in tests/test_bias.py against scipy.

    >>> tuple(round(end, 2) for end in wilson(0.55, 20))
    (0.34, 0.74)
    """
    if n == 0:
        return math.nan, math.nan
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def percents(shares: Mapping[str, float]) -> dict[str, int]:
    """Round shares to whole percents that add up to 100, by the largest remainder; ties to the first.

    >>> percents({"bullish": 1 / 3, "bearish": 1 / 3, "neutral": 1 / 3})
    {'bullish': 34, 'bearish': 33, 'neutral': 33}
    """
    exact = {name: 100.0 * share for name, share in shares.items()}
    floors = {name: math.floor(value + 1e-9) for name, value in exact.items()}
    missing = 100 - sum(floors.values())
    by_remainder = sorted(exact, key=lambda name: floors[name] - exact[name])
    return {name: floor + (name in by_remainder[:missing]) for name, floor in floors.items()}


def lean_word(bullish: float, bearish: float, unclassified: float = 0.0) -> str:
    """Name the lean by the bullish minus the bearish share, all fractions.

    >>> lean_word(0.55, 0.35), lean_word(0.35, 0.35), lean_word(0.1, 0.8), lean_word(0, 0, 1)
    ('bullish', 'balanced', 'strongly bearish', 'nothing could be leaned')
    """
    if unclassified >= 1:
        return "nothing could be leaned"
    points = round(100.0 * (bullish - bearish), 9)
    for least, word in WORDS:
        if points >= least if least > 0 else points > least:
            return word
    return "strongly bearish"


def headline(row: Mapping[Hashable, Any]) -> str:
    """Write one row of shares as a sentence."""
    shown = percents({name: float(row[name]) for name in DIRECTIONS})
    parts = [f"{shown[name]}% {name}" for name in DIRECTIONS if name != "unclassified" or shown[name]]
    low, high = (round(100 * float(row[end])) for end in ("low", "high"))
    noun = "strategy" if row["n"] == 1 else "strategies"
    basis = f"n={row['n']} {noun}, 95% {low}-{high}%; {row['rule']} rule, by {row['weight']}"
    word = lean_word(*(float(row[name]) for name in ("bullish", "bearish", "unclassified")))
    return f"{row['scope']}: {', '.join(parts)} ({basis}) - {word}"


def _left_out(table: pd.DataFrame) -> tuple[str, ...]:
    aside = table[table["direction"] == NOT_COUNTED]
    counts = aside.groupby("reason", sort=True).size()
    return tuple(f"{count} not counted: {reason}" for reason, count in counts.items())
