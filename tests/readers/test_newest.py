"""What is left of quotes that come again: number by number the newest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.market import quote_table
from optlab.readers.newest import newest_numbers

SERIES = {"underlying": "MIU", "expiry": "2026-11-27", "strike": 24.0, "kind": "call"}
FIRST, SECOND = pd.Timestamp("2026-10-01T08:00Z"), pd.Timestamp("2026-10-02T08:00Z")


def _seen(*instants: pd.Timestamp | None) -> pd.Series:
    return pd.Series(instants, dtype="datetime64[us, UTC]")


def test_a_series_old_price_does_not_outlive_its_new_one() -> None:
    """Yesterday's settlement price beside today's spot would give a volatility that never was."""
    table = quote_table(
        [{**SERIES, "settlement_price": 1.79, "open_interest": 7}, {**SERIES, "bid": 2.0, "ask": 2.1}]
    )
    last, differing = newest_numbers(table, _seen(FIRST, SECOND))
    assert last[["bid", "ask", "open_interest"]].to_numpy().tolist() == [[2.0, 2.1, 7.0]]
    assert np.isnan(last["settlement_price"][0])
    assert differing == []
    same, _ = newest_numbers(table, _seen(SECOND, SECOND))
    assert same[["settlement_price", "bid", "ask"]].to_numpy().tolist() == [[1.79, 2.0, 2.1]]


def test_levels_are_kept_apart() -> None:
    table = quote_table([{"underlying": "MIU", "spot": 24.0}, SERIES, {**SERIES, "kind": "put"}])
    last, _ = newest_numbers(table, _seen(FIRST, FIRST, FIRST))
    pd.testing.assert_frame_equal(last, table)


def test_the_currency_is_filled_too() -> None:
    table = quote_table(
        [{"underlying": "X", "spot": 1.0, "currency": "EUR"}, {"underlying": "X", "spot": 2.0}]
    )
    last, _ = newest_numbers(table, _seen(FIRST, None))
    assert last[["spot", "currency"]].to_numpy().tolist() == [[1.0, "EUR"]]


def test_no_quotes_are_no_quotes() -> None:
    last, differing = newest_numbers(quote_table([]), _seen())
    assert (len(last), differing) == (0, [])
