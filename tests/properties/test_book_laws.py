"""Laws of whole books: parts add up, order does not matter, exports come back."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import optlab as ol
from books import market
from optlab.render.csv_text import csv_text

AMOUNTS = ["value", "delta_cash", "gamma_cash", "vega", "theta", "rho"]

option = st.fixed_dictionaries(
    {
        "underlying": st.sampled_from(["MIU", "TCH"]),
        "account": st.sampled_from(["", "a", "b"]),
        "group": st.sampled_from(["", "g1", "g2", "=g3"]),
        "kind": st.sampled_from(["call", "put", "stock"]),
        "strike": st.sampled_from([18.0, 22.5, 24.0, 24.24, 30.0]),
        "expiry": st.sampled_from(["2026-09-30", "2026-10-02", "2026-10-09", "2026-12-30"]),
        "quantity": st.integers(-20, 20).filter(bool),
        "entry": st.one_of(st.none(), st.floats(0.01, 50)),
    }
)
books = st.lists(option, min_size=1, max_size=12)
laws = settings(max_examples=25, deadline=None, derandomize=True)


def legs_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make a table of legs; stock has neither strike nor expiry."""
    table = pd.DataFrame(rows).assign(currency="HKD", style="european")
    is_stock = table["kind"] == "stock"
    return table.assign(strike=table["strike"].mask(is_stock), expiry=table["expiry"].mask(is_stock))


@laws
@given(books, st.sampled_from(["underlying", "account", "kind", "expiry", "group", "strategy_id", "status"]))
def test_the_parts_add_up_to_the_whole(rows: list[dict[str, Any]], by: str) -> None:
    valuation = ol.Book.of(legs_of(rows)).price(market())
    parts, whole = valuation.greeks(by=by), valuation.greeks()
    np.testing.assert_allclose(parts[AMOUNTS].sum(), whole[AMOUNTS].fillna(0.0).sum(), rtol=1e-9, atol=1e-6)
    assert parts[["leg_count", "unpriced"]].sum().tolist() == whole[["leg_count", "unpriced"]].sum().tolist()


@laws
@given(books, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, Any]], random: Any) -> None:  # noqa: ANN401
    """Totals and shares of a shuffled book."""
    shuffled = random.sample(rows, len(rows))
    there, back = (ol.Book.of(legs_of(order)).price(market()) for order in (rows, shuffled))
    pd.testing.assert_frame_equal(
        there.greeks(by=["underlying", "kind"]), back.greeks(by=["underlying", "kind"])
    )
    columns = ["scope", "bullish", "bearish", "neutral", "unclassified", "n"]
    pd.testing.assert_frame_equal(there.bias().shares[columns], back.bias().shares[columns])


@laws
@given(books)
def test_every_strategy_is_in_exactly_one_place(rows: list[dict[str, Any]]) -> None:
    """Shares add up to one, and every leg belongs to one strategy."""
    valuation = ol.Book.of(legs_of(rows)).price(market())
    bias = valuation.bias()
    assert (valuation.legs["strategy_id"] != "").all()
    assert set(bias.strategies["strategy_id"]) == set(valuation.legs["strategy_id"])
    sums = bias.shares[["bullish", "bearish", "neutral", "unclassified"]].sum(axis=1)
    np.testing.assert_allclose(sums, 1.0, rtol=1e-12)
    counted = (bias.strategies["direction"] != "not counted").sum()
    assert counted == (bias.shares["n"].iloc[-1] if len(bias.shares) else 0)


@laws
@given(books)
def test_every_leg_has_a_value_or_a_reason(rows: list[dict[str, Any]]) -> None:
    """NaN never travels unexplained."""
    legs = ol.Book.of(legs_of(rows)).price(market(vol=None)).legs
    has_value = legs["value"].notna()
    assert (legs.loc[~has_value, "status"].isin(["no_vol", "expired_earlier"])).all()
    assert legs.loc[has_value, ["price", "delta", "gamma", "vega", "theta", "rho"]].notna().all(axis=None)


@laws
@given(books)
def test_the_csv_of_a_book_parses_as_csv(rows: list[dict[str, Any]]) -> None:
    """As many rows and columns as the table has, whatever the texts."""
    legs = ol.Book.of(legs_of(rows)).legs
    again = pd.read_csv(io.StringIO(csv_text(legs)), dtype=str, keep_default_na=False)
    assert again.shape == legs.shape
