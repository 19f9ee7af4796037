"""Which way each strategy leans, by three rules side by side, and which strategies carry no view."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.strategy import STRATEGIES
from optlab.tape.conditions import COMPRESSION_TRADE, is_compression

DIRECTIONS = ("bullish", "bearish", "neutral", "unclassified")
NOT_COUNTED = "not counted"
"""The direction of a strategy that carries no view: a roll, or one that only closes."""

NEUTRAL_BAND = 0.20

ROLLS = ("exclude", "include")
"""Whether rolls and packages that only close count."""

NO_EXPOSURE = "no exposure"
NO_DIRECTION = "the name has no direction of its own"
LOST_A_LEG = "lost a leg to a problem"


DIRECTION_TYPE = pd.CategoricalDtype(list(DIRECTIONS))

NUMBERS = {"delta": ("delta_ratio", "delta ratio"), "scenario": ("scenario_lean", "scenario lean")}
"""The rules that look at a number: its column, and what it is called."""

RULES = (*NUMBERS, "name")


def direction_of(table: pd.DataFrame, rule: str, neutral: float) -> pd.Series:
    """Say the direction of each strategy by one rule.

    Parameters
    ----------
    table : DataFrame
        Strategies, as `optlab.exposure.exposures` returns them.
    rule : {"delta", "scenario", "name"}
        By the delta ratio, the scenario lean, or the textbook direction of the name.
    neutral : float
        The neutral band of the first two.

    Returns
    -------
    Series
        Categories of `DIRECTIONS`. Without exposure a strategy is neutral, without a value unclassified; so is
        a name whose textbook direction depends on the strikes.
    """
    if rule == "name":
        known = {name: textbook_direction(name) for name in table["strategy"].unique()}
        said = table["strategy"].map(known).mask(table["status"] == LOST_A_LEG, "unclassified")
        return said.astype(DIRECTION_TYPE)
    number = table[NUMBERS[rule][0]]
    is_up, is_down = (number >= neutral) & (number > 0), (number <= -neutral) & (number < 0)
    sides = [number.isna(), ~table["has_exposure"], is_up, is_down]
    code = np.select(sides, [3, 2, 0, 1], 2)
    return pd.Series(pd.Categorical.from_codes(code, dtype=DIRECTION_TYPE), index=table.index)


def reason_of(table: pd.DataFrame, rule: str, neutral: float) -> pd.Series:
    """Say why the direction of each strategy is what it is by one rule; arguments as `direction_of` has them."""
    if rule == "name":
        direction = direction_of(table, rule, neutral).astype("str")
        reason = ("textbook: " + direction).mask(direction == "unclassified", NO_DIRECTION)
        return reason.mask(table["status"] == LOST_A_LEG, LOST_A_LEG)
    column, words = NUMBERS[rule]
    reason = band_words(words, table[column], neutral)
    return reason.mask(~table["has_exposure"], NO_EXPOSURE).mask(table[column].isna(), table["status"])


def band_words(words: str, number: pd.Series, band: float) -> pd.Series:
    """Say of each number, with two decimals, whether it is inside a band; numbers alike are written once."""
    hundredths = np.rint(100.0 * number.fillna(0.0).to_numpy()).astype("int64")
    is_outside = (number.abs() >= band).to_numpy()
    cells, distinct = pd.factorize(2 * hundredths + is_outside)
    texts = [
        f"{words} {cell // 2 / 100:+.2f} {'outside' if cell % 2 else 'inside'} band {band:g}"
        for cell in distinct
    ]
    return pd.Series(texts, dtype="str").reindex(cells).set_axis(number.index)


def textbook_direction(name: str) -> str:
    """Return the textbook direction of a name; unclassified where it depends, or there is no textbook.

    >>> textbook_direction("iron condor"), textbook_direction("custom (3 legs)")
    ('neutral', 'unclassified')
    """
    direction = STRATEGIES[name].direction if name in STRATEGIES else "unclassified"
    return direction if direction in DIRECTIONS else "unclassified"


def is_sideless(table: pd.DataFrame) -> pd.Series:
    """Say which strategies have no side of their own: unsigned prints of a tape, and compression trades."""
    is_unsigned = table["no_view"] != "" if "no_view" in table else pd.Series(data=False, index=table.index)
    return is_unsigned | is_compression(table["condition"])


def no_view(table: pd.DataFrame, rolls: str = "exclude") -> pd.Series:
    """Say why a strategy carries no view; empty where it carries one.

    Packages that net to nothing, expired earlier, have no side on a tape or are compression trades never do;
    rolls and packages that only close do with ``rolls="include"``.
    """
    never = (
        (table["legs"] == "", "closed: nets to nothing"),
        ((table["status"] == "expired_earlier") | table["settled"], "expired earlier"),
        (is_compression(table["condition"]), COMPRESSION_TRADE),
    )
    by_effect = (
        (table["closes"] & table["opens"], "roll: closes one leg and opens another"),
        (table["only_closes"], "closes a position"),
    )
    reason = table["no_view"] if "no_view" in table else pd.Series("", index=table.index, dtype="str")
    for is_apart, words in (*never, *(by_effect if rolls == "exclude" else ())):
        reason = reason.mask(is_apart & (reason == ""), words)
    return reason
