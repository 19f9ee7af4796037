"""Open interest by expiry and by strike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from listed_chains import listed
from optlab.context.open_interest import STRIKE_COLUMNS, by_expiry, by_strike
from optlab.context.surface import surface

NEAR, FAR = "2026-10-30", "2026-11-27"


def series(*rows: tuple[str, float, str, float | None, float | None]) -> pd.DataFrame:
    """Read series of (expiry, strike, kind, open interest, volume)."""
    names = ("expiry", "strike", "kind", "open_interest", "volume")
    quotes: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    return surface(listed(*quotes), "HSI").series


def test_sums_by_expiry_keep_calls_and_puts_apart() -> None:
    table = by_expiry(
        series(
            (NEAR, 95, "put", 30, 3),
            (NEAR, 100, "put", 10, None),
            (NEAR, 100, "call", 20, 5),
            (FAR, 100, "put", 7, 1),
        )
    )
    assert table["open_interest_calls"].tolist()[0] == 20
    assert table["open_interest_puts"].tolist() == [40, 7]
    assert table["put_call_ratio"].tolist()[0] == 2.0
    assert table["volume_puts"].tolist() == [3, 1]
    assert np.isnan(table["put_call_ratio"].tolist()[1]), "no calls: no ratio"


def test_the_largest_strike_comes_first_and_equal_ones_by_strike() -> None:
    table = by_strike(
        series(
            (NEAR, 105, "call", 15, 0),
            (NEAR, 95, "put", 10, 0),
            (FAR, 95, "put", 5, 0),
            (NEAR, 100, "call", 20, 0),
            (FAR, 100, "put", 60, 0),
        )
    )
    assert tuple(table.columns) == STRIKE_COLUMNS
    assert table["strike"].tolist() == [100, 95, 105]
    assert table["open_interest"].tolist() == [80, 15, 15]
    assert table["put_call_ratio"].tolist()[0] == 3.0


def test_what_nobody_gave_is_empty_and_not_zero() -> None:
    rows = series((NEAR, 100, "call", None, None), (NEAR, 105, "call", 4, None))
    assert by_strike(rows)["strike"].tolist() == [105]
    assert by_strike(rows.iloc[:1]).empty
    assert by_expiry(rows)[["volume_calls", "open_interest_puts"]].isna().all(axis=None)
