"""Where the rules disagree about a strategy, and which of its legs makes the difference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.exposure import LEGS, contributions

SIDES = {"bullish": 1.0, "neutral": 0.0, "bearish": -1.0}

BY_RULE = ("direction_delta", "direction_scenario", "direction_name")
DISAGREEMENT_COLUMNS = [
    *("strategy_id", "strategy", "legs", *BY_RULE),
    *("delta_ratio", "scenario_lean", "leg", "reason"),
]


def disagreements(counted: pd.DataFrame, legs: pd.DataFrame) -> pd.DataFrame:
    """List the strategies about which the three rules do not all say the same.

    A rule that cannot say is not asked. The leg that makes the difference between delta and scenario is the one
    whose parts of the two numbers lie farthest apart in the direction of the difference; between a name and the
    numbers it is the leg that pulls the number farthest away from what the name says.

    Parameters
    ----------
    counted : DataFrame
        Strategies that carry a view, indexed by ``strategy_id``, with `BY_RULE`.
    legs : DataFrame
        Their legs with values.

    Returns
    -------
    DataFrame
        `DISAGREEMENT_COLUMNS` in order of appearance; ``leg`` as +1 27NOV26 24C, ``reason`` a sentence.
    """
    sides = counted[list(BY_RULE)].apply(lambda said: said.map(SIDES).astype("float64"))
    found = counted[(sides.max(axis=1) > sides.min(axis=1)) & counted["delta_ratio"].notna()]
    if found.empty:
        return found.reset_index().assign(leg="", reason="")[DISAGREEMENT_COLUMNS]
    columns = [name for name in LEGS if name in legs]
    parts = contributions(legs[columns][legs["strategy_id"].isin(found.index)])
    parts = parts.join(found[[*BY_RULE, "delta_ratio", "scenario_lean", "delta_per_lot"]], on="strategy_id")
    is_between_numbers = parts["direction_delta"] != parts["direction_scenario"]
    pull = np.where(is_between_numbers, _between_numbers(parts), _against_name(parts))
    order = np.lexsort((-pull, pd.factorize(parts["strategy_id"])[0]))
    made = parts.iloc[order].drop_duplicates("strategy_id").set_index("strategy_id").reindex(found.index)
    reasons = _sentences(made)
    answer = found.assign(leg=made["leg"], reason=pd.Series(reasons, index=found.index, dtype="str"))
    return answer.reset_index()[DISAGREEMENT_COLUMNS]


def _between_numbers(parts: pd.DataFrame) -> pd.Series:
    """Return how much each leg makes of the difference between the scenario lean and the delta ratio."""
    side = np.where(parts["scenario_lean"] >= parts["delta_ratio"], 1.0, -1.0)
    return (parts["by_scenario"] - parts["by_delta"]) * side


def _against_name(parts: pd.DataFrame) -> pd.Series:
    """Return how far each leg pulls the delta ratio away from what the name says; delta and scenario agree."""
    side = parts["direction_delta"].map(SIDES) - parts["direction_name"].map(SIDES)
    return parts["by_delta"] * np.sign(side.astype("float64"))


def _sentences(made: pd.DataFrame) -> list[str]:
    """Write the reason of each row: the numbers of the strategy, and of the leg that makes the difference."""
    columns = ("leg", "delta_ratio", "scenario_lean", "by_delta", "by_scenario", "direction_name", "delta")
    rest = made["delta_per_lot"] - made["delta"]
    is_between_numbers = made["direction_delta"] != made["direction_scenario"]
    return [
        _numbers_sentence(*row[:5]) if between else _name_sentence(*row)
        for between, *row in zip(is_between_numbers, *(made[name] for name in columns), rest, strict=True)
    ]


def _numbers_sentence(leg: str, ratio: float, lean: float, by_delta: float, by_scenario: float) -> str:
    return (
        f"delta ratio {ratio:+.2f} today, scenario lean {lean:+.2f} at the horizon: {leg} adds {by_delta:+.2f} to "
        f"the one and {by_scenario:+.2f} to the other"
    )


def _name_sentence(
    leg: str, ratio: float, _: float, __: float, ___: float, textbook: str, delta: float, rest: float
) -> str:
    return (
        f"the textbook says {textbook}; here {leg} has a delta of {delta:+.2f} per lot, the other legs {rest:+.2f}: "
        f"delta ratio {ratio:+.2f}"
    )
