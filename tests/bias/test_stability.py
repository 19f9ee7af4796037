"""How much the answer depends on the choice: every rule and weight, and the band halved and doubled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from books import FAR, NEAR, valued
from optlab.bias import DIRECTIONS, WEIGHTS
from optlab.bias.stability import STABILITY_COLUMNS, stability


def counted(**columns: Any) -> pd.DataFrame:  # noqa: ANN401 - any column
    """Make three strategies: a call by every rule, one that only delta calls bullish, and a custom package."""
    ordinary = {
        "direction": ["bullish", "bullish", "neutral"],
        "delta_ratio": [0.9, 0.3, -0.15],
        "scenario_lean": [1.0, -0.1, -0.5],
        "has_exposure": True,
        "status": "ok",
        "strategy": ["long call", "iron condor", "custom (3 legs)"],
        "underlying": "MIU",
        "day": "",
        "currency": "HKD",
        "to_one_currency": 1.0,
    }
    weights = {f"by_{name}": [1.0, 2.0, 5.0] for name in WEIGHTS} | {"by_count": 1.0}
    return pd.DataFrame({**ordinary, **weights, **columns})


def test_a_row_for_every_rule_band_and_weight() -> None:
    """Two rules with three bands and one without: 7 x 5."""
    table = stability(counted(), 0.20)
    assert list(table.columns) == STABILITY_COLUMNS
    choices = table[["rule", "band"]].fillna(0.0).drop_duplicates().to_numpy().tolist()
    assert choices == [
        *[["delta", band] for band in (0.1, 0.2, 0.4)],
        *[["scenario", band] for band in (0.1, 0.2, 0.4)],
        ["name", 0.0],
    ]
    assert len(table) == 7 * len(WEIGHTS)
    assert table["n"].eq(3).all()


def bullish(table: pd.DataFrame, weight: str) -> list[float]:
    """Return the bullish share of every rule and band by one weight."""
    return [float(share) for share in table.loc[table["weight"] == weight, "bullish"]]


def test_the_bullish_share_of_three_strategies_under_every_choice() -> None:
    """Delta at 0.1, 0.2, 0.4, scenario at the same, and the name."""
    table = stability(counted(), 0.20)
    assert bullish(table, "count") == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3])
    assert bullish(table, "premium") == pytest.approx([3 / 8, 3 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 8])


def test_what_a_name_cannot_say_is_unclassified() -> None:
    table = stability(counted(), 0.20)
    row = table[(table["rule"] == "name") & (table["weight"] == "contracts")].iloc[0]
    assert list(row[list(DIRECTIONS)]) == pytest.approx([1 / 8, 0, 2 / 8, 5 / 8])


def test_a_band_is_never_wider_than_one() -> None:
    assert sorted(set(stability(counted(), 0.6)["band"].dropna())) == [0.3, 0.6, 1.0]
    assert sorted(set(stability(counted(), 1.0)["band"].dropna())) == [0.5, 1.0]
    assert sorted(set(stability(counted(), 0.0)["band"].dropna())) == [0.0]


def test_a_weight_that_nothing_has_is_empty_with_its_reason() -> None:
    """The other weights are not touched."""
    table = stability(counted(by_vega=0.0), 0.20)
    assert table.loc[table["weight"] == "vega", "reason"].eq("no weight").all()
    assert table.loc[table["weight"] == "vega", "bullish"].isna().all()
    assert table.loc[table["weight"] != "vega", "reason"].eq("").all()


def test_each_row_is_what_that_choice_would_have_answered() -> None:
    """Two choices of rule, weight and band on four packages, intervals included."""
    book = valued(
        *[(2, "call", 24, NEAR), (-2, "call", 27, NEAR), (-1, "call", 27, NEAR), (1, "call", 28, FAR)],
        *[(1, "call", 27, NEAR), (1, "put", 27, NEAR), (-3, "put", 22, NEAR)],
        group=["a", "a", "b", "b", "c", "c", "d"],
    )
    table = book.bias(neutral=0.15).stability
    columns = [*DIRECTIONS, "n", "low", "high"]
    for rule, weight, band in (("scenario", "delta", 0.3), ("name", "count", None)):
        asked = book.bias(rule=rule, weight=weight, neutral=band or 0.15).shares.iloc[-1]
        is_band = table["band"].isna() if band is None else np.isclose(table["band"], band)
        row = table[(table["rule"] == rule) & (table["weight"] == weight) & is_band]
        assert row[columns].to_numpy().tolist() == [asked[columns].tolist()]
