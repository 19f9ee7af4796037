"""The sentences of an analysis: the headline, its last word, and the range of the stability table."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from optlab.bias.directions import DIRECTIONS
from optlab.bias.shares import percents

ROUNDING = 1e-9

WORDS = ((40, "strongly bullish"), (10, "bullish"), (-10, "balanced"), (-40, "bearish"))
"""The headline's word by bullish minus bearish share in points: the first row reached from above."""

EVERY_WORD = (*(word for _, word in WORDS), "strongly bearish")

PLURALS = {
    "straddle/strangle": "straddles and strangles",
    "butterfly": "butterflies",
    "single": "single options",
    "stock": "positions with stock",
    "delta-hedged": "delta-hedged packages",
    "custom": "custom packages",
    "roll": "rolls",
    "closing": "closing packages",
    "arbitrage": "arbitrage packages",
}
"""What a headline calls the strategies of a family; others take an s."""

NOTHING = "nothing to lean: no strategy is counted"


def lean_word(bullish: float, bearish: float, unclassified: float = 0.0) -> str:
    """Name the lean by the bullish minus the bearish share, all fractions.

    >>> lean_word(0.55, 0.35), lean_word(0.35, 0.35), lean_word(0.1, 0.8), lean_word(0, 0, 1)
    ('bullish', 'balanced', 'strongly bearish', 'nothing could be leaned')
    """
    if unclassified >= 1 - ROUNDING:
        return "nothing could be leaned"
    points = round(100.0 * (bullish - bearish), 9)
    for least, word in WORDS:
        if points >= least if least > 0 else points > least:
            return word
    return "strongly bearish"


def headline(row: Mapping[str, Any], extras: str = "") -> str:
    """Write one row of shares as a sentence, with what else stands out at its end.

    Parameters
    ----------
    row : mapping
        A row of `Bias.shares`.
    extras : str
        Such as ``40% diagonals, 60% long volatility``.
    """
    if row.get("reason"):
        return f"{row['scope']}: no share by {row['weight']}: {row['reason']}"
    shown = percents({name: float(row[name]) for name in DIRECTIONS})
    parts = [f"{shown[name]}% {name}" for name in DIRECTIONS if name != "unclassified" or shown[name]]
    low, high = (round(100 * float(row[end])) for end in ("low", "high"))
    noun = "strategy" if row["n"] == 1 else "strategies"
    basis = f"n={row['n']} {noun}, 95% {low}-{high}%; {row['rule']} rule, by {row['weight']}"
    word = lean_word(*(float(row[name]) for name in ("bullish", "bearish", "unclassified")))
    return f"{row['scope']}: {', '.join(parts)} ({basis}) - {word}{'; ' if extras else ''}{extras}"


def extras(families: pd.DataFrame, views: pd.DataFrame) -> str:
    """Say the largest family, the volatility view and what pays for itself, each with its share.

    Parameters
    ----------
    families, views : DataFrame
        As `Bias.families` and `Bias.views`.
    """
    if families.empty or math.isnan(families["share"][0]):
        return ""
    shares: dict[Hashable, Any] = views.set_index(["view", "answer"])["share"].to_dict()
    volatility = {name: shares.get(("volatility", name), 0.0) for name in ("long", "short", "neutral")}
    widest = max(volatility, key=lambda name: volatility[name])
    said = [(families["share"][0], plural(families["family"][0]))]
    if volatility[widest] > 0:
        said.append(
            (volatility[widest], f"{widest} volatility" if widest != "neutral" else "volatility-neutral")
        )
    said.append((shares.get(("premium", "self-financing"), 0.0), "self-financing"))
    return ", ".join(f"{100 * share:.0f}% {words}" for share, words in said if share >= 0.005)


def plural(family: str) -> str:
    """Say what the strategies of a family are called.

    >>> plural("diagonal"), plural("butterfly")
    ('diagonals', 'butterflies')
    """
    return PLURALS.get(family, f"{family}s")


def stability_range(stability: pd.DataFrame) -> str:
    """Say between which shares the bullish share lies under every rule, weight and band."""
    known = stability[stability["unclassified"] < 1 - ROUNDING]
    if known.empty:
        return ""
    low, high = 100 * known["bullish"].min(), 100 * known["bullish"].max()
    said = {lean_word(*row) for row in known[["bullish", "bearish"]].to_numpy(dtype=np.float64).tolist()}
    words = [word for word in EVERY_WORD if word in said]
    span = words[0] if len(words) == 1 else f"the words go from {words[-1]} to {words[0]}"
    silent = len(stability) - len(known)
    where = f"by {len(known)} of {len(stability)} choices" if silent else "under every choice"
    rest = "; the others say nothing" if silent else ""
    return f"The bullish share lies between {low:.0f}% and {high:.0f}% {where} of rule, weight and band{rest}: {span}."


def trend_sentence(row: Mapping[str, Any]) -> str:
    """Say how the last window differs from the one before it; ``row`` is one of `Bias.trend`.

    >>> trend_sentence({"scope": "MIU", "first_day": "2026-09-28", "day": "2026-09-30", "reason": "no trades before"})
    'MIU, 2026-09-28 to 2026-09-30: nothing to compare with: no trades before'
    """
    when = f"{row['scope']}, {row['first_day']} to {row['day']}"
    if row["reason"] and math.isnan(row.get("change", math.nan)):
        return f"{when}: nothing to compare with: {row['reason']}"
    moved = ", ".join(
        f"{name} {100 * row[name]:.0f}%, was {100 * row[f'{name}_before']:.0f}%"
        for name in ("bullish", "bearish")
    )
    turned = f"; {row['reversal']} trend reversal" if row["reversal"] else ""
    note = f"; {row['reason']}" if row["reason"] else ""
    return f"{when}: {moved} (n {row['n']} against {row['n_before']}, Fisher p {row['p_value']:.2f}){turned}{note}"
