"""Rows as plain values for JSON."""

from __future__ import annotations

import math

import pandas as pd

from optlab.render.records import records


def test_times_are_text_missing_ones_none_and_endless_ones_a_word() -> None:
    """Whole seconds without decimals; the sign of infinity is the column's matter."""
    table = pd.DataFrame(
        {
            "expiry": pd.to_datetime(
                ["2026-11-27T08:00:00.0", "NaT", "2026-11-27T08:00:00.5"], utc=True, format="ISO8601"
            ),
            "number": [1.5, math.nan, -math.inf],
            "text": ["a", "", "b"],
        }
    )
    assert records(table) == [
        {"expiry": "2026-11-27T08:00:00Z", "number": 1.5, "text": "a"},
        {"expiry": None, "number": None, "text": ""},
        {"expiry": "2026-11-27T08:00:00.500000Z", "number": "unlimited", "text": "b"},
    ]
