"""Which way a book leans: the direction of each strategy, and the share of each direction.

The unit is the strategy, not the leg. The delta rule: with M = E|V - V(F)| what the strategy can be expected
to move by its nearest expiry, and D its delta now, the ratio d = D E|S - F| / M is the part of that move
that the net delta explains. It is bullish from +band, bearish from -band, else neutral.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from optlab.errors import PricingError
from optlab.expectation import Array, Packages, expected_moves
from optlab.legs import OPTIONS
from optlab.pricing import PRICED
from optlab.strategy import describe_legs, lots

DIRECTIONS = ("bullish", "bearish", "neutral", "unclassified")
NOT_COUNTED = "not counted"
"""The direction of a strategy that carries no view: a roll, or one that only closes."""

NEUTRAL_BAND = 0.20
NO_EXPOSURE = 1e-4
"""A strategy that moves less than this x spot x its largest leg has no exposure: a box, a conversion."""

STOCK_HORIZON = 30.0 / 365.0
EXPIRY_HORIZON = 1.0 / 365.0
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
    provisional : str
        How many legs are counted singly for want of a group; empty where none are.
    """

    headline: str
    shares: pd.DataFrame
    strategies: pd.DataFrame
    left_out: tuple[str, ...] = ()
    provisional: str = ""


def bias(
    valued: pd.DataFrame, *, rule: str = "delta", weight: str = "count", neutral: float = NEUTRAL_BAND
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
    table = strategies(valued)
    decided = classify(table, neutral)
    table = table.assign(direction_delta=decided["direction"]) if rule == "delta" else table
    table = table.assign(direction=decided["direction"], reason=decided["reason"])
    table = _set_aside(table)
    shares = _shares(table, weigh(table)).assign(rule=rule, weight=weight)[SHARE_COLUMNS]
    provisional = _provisional(valued)
    whole = shares.iloc[-1:].to_dict("records")
    sentence = headline(whole[0]) if whole else "nothing to lean: no strategy is counted"
    return Bias(
        headline=f"{sentence}; {provisional}" if provisional else sentence,
        shares=shares,
        strategies=_arrange(table),
        left_out=_left_out(table),
        provisional=provisional,
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


# --- one row per strategy ----------------------------------------------------------------------------------


def strategies(valued: pd.DataFrame) -> pd.DataFrame:
    """Gather the legs of each strategy into one row: its greeks, delta ratio, horizon and expected move.

    Returns
    -------
    DataFrame
        Indexed by ``strategy_id`` in order of appearance. ``status`` is ok, or the first reason why a leg has
        no value; then the numbers are NaN.
    """
    legs = valued[valued["strategy_id"] != ""]
    grouped = legs.groupby("strategy_id", sort=False)
    table = grouped.agg(
        strategy=("strategy", "first"),
        group=("group", "first"),
        underlying=("underlying", "first"),
        traded_at=("traded_at", "min"),
        spot=("spot", "first"),
    )
    table["status"] = _strategy_status(legs)
    table["settled"] = (legs["spot_source"] == "settle").groupby(legs["strategy_id"], sort=False).all()
    for effect in ("open", "close"):
        table[f"{effect}s"] = (legs["effect"] == effect).groupby(legs["strategy_id"], sort=False).any()
    table["lots"] = lots(legs)
    table["legs"] = describe_legs(legs)
    is_ok = table["status"] == "ok"
    for name in ("delta", "vega"):
        table[name] = grouped[name].sum().where(is_ok)
    size = legs["multiplier"].groupby(legs["strategy_id"]).max()
    table["delta_per_lot"] = table["delta"] / (table["lots"] * size)
    table["delta_cash"] = table["delta"] * table["spot"]
    return table.join(_moves(legs[legs["strategy_id"].map(is_ok).astype(bool)]))


def _strategy_status(legs: pd.DataFrame) -> pd.Series:
    bad = legs[~legs["status"].isin(PRICED)]
    first = bad.drop_duplicates("strategy_id").set_index("strategy_id")["status"]
    ids = legs["strategy_id"].drop_duplicates()
    return first.reindex(ids).fillna("ok")


def _moves(legs: pd.DataFrame) -> pd.DataFrame:
    """Integrate every strategy; those with the same number of legs at once."""
    legs = _at_horizon(legs).sort_values(
        ["strategy_id", "years", "strike", "kind", "quantity"], kind="stable", na_position="last"
    )
    count = legs.groupby("strategy_id")["kind"].transform("size")
    parts = [_moves_of_length(part, int(length)) for length, part in legs.groupby(count)]
    columns = ["delta_ratio", "expected_move", "horizon", "has_exposure", "lean"]
    return pd.concat(parts) if parts else pd.DataFrame(columns=columns, dtype="float64")


def _at_horizon(legs: pd.DataFrame) -> pd.DataFrame:
    """Add each strategy's horizon in years, and drop the legs that are over before it begins."""
    is_option = legs["kind"].isin(OPTIONS)
    is_live = is_option & (legs["years"] > 0)
    nearest = legs["years"].where(is_live).groupby(legs["strategy_id"]).transform("min")
    has_options = is_option.groupby(legs["strategy_id"]).transform("any")
    horizon = nearest.fillna(has_options.map({True: EXPIRY_HORIZON, False: STOCK_HORIZON}))
    # A near leg that expired today is settled: with a later leg alive it moves no more.
    is_over = is_option & ~is_live & nearest.notna()
    return legs.assign(horizon=horizon)[~is_over]


def _moves_of_length(legs: pd.DataFrame, length: int) -> pd.DataFrame:
    def grid(name: str) -> Array:
        return legs[name].to_numpy(dtype=np.float64).reshape(-1, length)

    signs = legs["kind"].map({"call": 1.0, "put": -1.0}).fillna(0.0)
    sign = np.asarray(signs, dtype=np.float64).reshape(-1, length)
    units = grid("quantity") * grid("multiplier")
    spot, horizon = grid("spot")[:, 0], grid("horizon")[:, 0]
    carry = grid("rate")[:, 0] - grid("dividend_yield")[:, 0]
    forward = spot * np.exp(carry * horizon)
    vol = _horizon_vol(grid, sign, forward, horizon)
    packages = Packages(
        units,
        sign,
        grid("strike"),
        grid("years"),
        grid("rate"),
        grid("dividend_yield"),
        grid("vol"),
        spot,
        horizon,
        forward,
        vol,
    )
    moves = expected_moves(packages)
    delta = grid("delta").sum(axis=1)
    largest = np.abs(units).max(axis=1)
    has_exposure = moves.strategy >= NO_EXPOSURE * largest * spot
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(has_exposure, delta * moves.spot / moves.strategy, 0.0)
        lean = np.where(has_exposure, moves.lean / moves.strategy, 0.0)
    # Without options V is linear, and the ratio is the sign of the position whatever the vol.
    is_linear = (sign == 0).all(axis=1)
    return pd.DataFrame(
        {
            "delta_ratio": np.where(is_linear, np.sign(units.sum(axis=1)), ratio),
            "expected_move": moves.strategy,
            "horizon": 365.0 * horizon,
            "has_exposure": has_exposure | is_linear,
            "lean": np.where(is_linear, np.sign(units.sum(axis=1)), lean),
        },
        index=pd.Index(legs["strategy_id"].to_numpy()[::length], name="strategy_id"),
    )


def _horizon_vol(grid: Callable[[str], Array], sign: Array, forward: Array, horizon: Array) -> Array:
    """Take the vol of the option leg nearest the forward at the horizon; without one, of the first leg."""
    years, vol = grid("years"), grid("vol")
    is_near = (sign != 0) & ((years <= horizon[:, None]) | (years == years.min(axis=1, keepdims=True)))
    distance = np.where(is_near, np.abs(grid("strike") - forward[:, None]), np.inf)
    nearest: Array = np.take_along_axis(vol, distance.argmin(axis=1)[:, None], axis=1)[:, 0]
    return nearest


# --- rules and weights: a later rule is one entry ------------------------------------------------------------


def by_delta(table: pd.DataFrame, neutral: float) -> pd.DataFrame:
    """Classify by the delta ratio; a strategy without exposure is neutral, one without a value unclassified."""
    ratio = table["delta_ratio"]
    sides = [ratio.isna(), ratio >= neutral, ratio <= -neutral]
    direction = np.select(sides, ["unclassified", "bullish", "bearish"], "neutral")
    is_flat = table["has_exposure"].eq(False)  # noqa: FBT003 - missing values are not flat
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


def _provisional(valued: pd.DataFrame) -> str:
    loose = int(((valued["group"] == "") & (valued["strategy_id"] != "")).sum())
    if not loose:
        return ""
    return f"provisional: {loose} {'leg' if loose == 1 else 'legs'} without a group"


def _left_out(table: pd.DataFrame) -> tuple[str, ...]:
    aside = table[table["direction"] == NOT_COUNTED]
    counts = aside.groupby("reason", sort=True).size()
    return tuple(f"{count} not counted: {reason}" for reason, count in counts.items())
