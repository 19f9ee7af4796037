"""Laws of the directional analysis: sides, sizes, order, parts, and what is the same position written otherwise.

Each law is tried on a few books of many packages: a book costs as much as one package.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optlab as ol
from books import AS_OF, FAR, NEAR, market, valued, xiaomi
from optlab.bias import DIRECTIONS, SCOPES, WEIGHTS, Bias
from optlab.bias.directions import direction_of
from optlab.exposure import exposures

laws = settings(max_examples=2, deadline=None, derandomize=True)

EXPIRIES = ("2026-10-09", NEAR, FAR, "2027-06-29")

leg = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["call", "put", "call", "put", "stock"]),
        "strike": st.sampled_from([18.0, 21.0, 22.5, 24.0, 24.24, 25.0, 27.0, 30.0]),
        "expiry": st.sampled_from(EXPIRIES),
        "quantity": st.integers(-6, 6).filter(bool),
    }
)
package = st.fixed_dictionaries(
    {
        "legs": st.lists(leg, min_size=1, max_size=4),
        "underlying": st.sampled_from(["MIU", "TCH"]),
        "account": st.sampled_from(["x", "y"]),
        "day": st.integers(21, 30),
        "effect": st.sampled_from(["", "", "", "open", "close"]),
        "entry": st.one_of(st.none(), st.floats(0.05, 5.0)),
    }
)
packages = st.lists(package, min_size=12, max_size=20)


def tape(drawn: list[dict[str, Any]]) -> pd.DataFrame:
    """Make legs of packages, each a group of its own; a share counts as a thousand, as an option does."""
    rows = [
        {
            **{name: value for name, value in package.items() if name not in ("legs", "day")},
            **leg,
            "group": f"g{number}",
            "traded_at": f"2026-09-{package['day']}T03:00:00Z",
        }
        for number, package in enumerate(drawn)
        for leg in package["legs"]
    ]
    table = pd.DataFrame(rows).assign(currency="HKD", style="european")
    is_stock = table["kind"] == "stock"
    return table.assign(
        strike=table["strike"].mask(is_stock),
        expiry=table["expiry"].mask(is_stock),
        quantity=table["quantity"].where(~is_stock, 1000 * table["quantity"]),
    )


def lean(legs: pd.DataFrame, **choices: Any) -> Bias:  # noqa: ANN401 - any choice
    """Lean legs in the market of all tests."""
    return ol.Book.of(legs).price(market()).bias(**choices)


def rows(legs: pd.DataFrame) -> pd.DataFrame:
    """Gather the packages of some legs, a row per group."""
    return exposures(ol.Book.of(legs).price(market()).legs).set_index("group")


NAMES = ["strategy", "family", "lots", "legs", "day", "direction", "volatility_view", "premium_view"]
NAMES += ["nearest", "farthest", "status"]
"""What is said of a strategy in words, or counted."""

SWAPPED = {"bullish": "bearish", "bearish": "bullish"}


@laws
@given(packages)
def test_the_other_side_of_every_trade_is_the_other_lean(drawn: list[dict[str, Any]]) -> None:
    """Flipped quantities swap bullish and bearish and leave neutral, by delta and by scenario."""
    legs = tape(drawn)
    there, back = rows(legs), rows(legs.assign(quantity=-legs["quantity"]))
    for name in ("delta_ratio", "scenario_lean", "delta_cash", "vega_ratio", "vega"):
        np.testing.assert_allclose(back[name], -there[name], rtol=1e-9, atol=1e-9)
    for rule in ("delta", "scenario"):
        swapped = direction_of(there, rule, 0.2).astype("str").replace(SWAPPED)
        assert direction_of(back, rule, 0.2).astype("str").tolist() == swapped.tolist()


@laws
@given(packages, st.integers(2, 50))
def test_more_lots_change_only_what_is_money(drawn: list[dict[str, Any]], times: int) -> None:
    """The ratios, leans and so the shares by count stay; delta cash, vega and contracts are multiplied."""
    legs = tape(drawn)
    one, many = rows(legs), rows(legs.assign(quantity=times * legs["quantity"]))
    same = ["delta_ratio", "scenario_lean", "vega_ratio", "delta_per_lot", "premium", "premium_percent"]
    np.testing.assert_allclose(many[same], one[same], rtol=1e-9, atol=1e-9)
    grown = ["delta_cash", "vega", "theta", "gamma_cash", "premium_cash", "contracts", "expected_move"]
    np.testing.assert_allclose(many[grown], times * one[grown], rtol=1e-9, atol=1e-6)
    for rule in ("delta", "scenario", "name"):
        assert direction_of(many, rule, 0.2).tolist() == direction_of(one, rule, 0.2).tolist()


@laws
@given(packages, st.integers(1, 11))
def test_the_parts_of_a_book_make_the_book(drawn: list[dict[str, Any]], place: int) -> None:
    """Split between two packages, leaned apart and put together: the same rows, and shares that add up."""
    legs = tape(drawn)
    is_first = legs["group"].isin([f"g{number}" for number in range(place)])
    whole, *parts = (lean(part, weight="delta") for part in (legs, legs[is_first], legs[~is_first]))
    together = pd.concat([part.strategies for part in parts])
    there, back = (table.set_index("group")[NAMES] for table in (whole.strategies, together))
    pd.testing.assert_frame_equal(there, back)
    numbers = ["delta_ratio", "scenario_lean", "vega_ratio", "delta_cash", "premium_cash"]
    np.testing.assert_allclose(together[numbers], whole.strategies[numbers], rtol=1e-9, atol=1e-9)
    is_counted = whole.strategies["direction"] != "not counted"
    amounts = whole.strategies["delta_cash"].abs().where(is_counted, 0.0)
    bullish = amounts[whole.strategies["direction"] == "bullish"].sum()
    assert whole.shares["bullish"].iloc[-1] == pytest.approx(bullish / amounts.sum())


def by_contents(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Take ids off a table, and sort what is listed in order of appearance."""
    plain = table.drop(columns="strategy_id", errors="ignore")
    if name in ("strategies", "disagreements"):
        return plain.sort_values(list(plain.columns), ignore_index=True)
    return plain


@laws
@given(packages, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_digit(drawn: list[dict[str, Any]], random: Any) -> None:  # noqa: ANN401
    """Every table of a shuffled tape, but for ids and the order in which strategies appear."""
    legs = tape(drawn)
    order = random.sample(range(len(legs)), len(legs))
    choices = {"window": 3, "weight": "premium", "by": "family", "rolls": "include"}
    there, back = lean(legs, **choices), lean(legs.iloc[order], **choices)
    assert (back.headline, back.left_out, back.range) == (there.headline, there.left_out, there.range)
    for name, table in there.tables.items():
        pd.testing.assert_frame_equal(
            by_contents(name, back.tables[name]), by_contents(name, table), check_exact=False, rtol=1e-9, atol=1e-9
        )  # fmt: skip


@laws
@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from(EXPIRIES), st.integers(-5, 5).filter(bool)), min_size=15, max_size=25))  # fmt: skip
def test_a_call_is_a_put_with_stock(drawn: list[tuple[int, str, int]]) -> None:
    """At a rate of zero, verticals of calls are puts and stock written otherwise, and lean the same."""
    strikes = [18.0, 21.0, 22.5, 24.0, 24.24, 25.0, 27.0, 30.0]
    calls, twins, names, twin_names = [], [], [], []
    for number, (place, expiry, quantity) in enumerate(drawn):
        legs = [(2 * quantity, strikes[place], expiry), (-quantity, strikes[place - 3], expiry)]
        calls += [(count, "call", strike, day) for count, strike, day in legs]
        twins += [(count, "put", strike, day) for count, strike, day in legs] + [(1000 * quantity, "stock")]
        names += [f"g{number}"] * 2
        twin_names += [f"g{number}"] * 3
    there, back = (
        exposures(ol.Book.of(xiaomi(*legs, group=group, style="european")).price(market(rate=0.0)).legs)
        for legs, group in ((calls, names), (twins, twin_names))
    )
    for name in ("delta_ratio", "scenario_lean", "delta_cash", "vega_ratio", "expected_move"):
        np.testing.assert_allclose(back[name], there[name], rtol=1e-8, atol=1e-8)


@laws
@given(
    st.lists(
        st.tuples(
            *(st.floats(15, 35).map(lambda strike: round(strike, 2)) for _ in range(2)),
            st.sampled_from(EXPIRIES),
            st.integers(-50, 50).filter(bool),
        ),
        min_size=10,
        max_size=20,
    )
)
def test_boxes_and_conversions_have_no_exposure(drawn: list[tuple[float, float, str, int]]) -> None:
    """Any two strikes, any expiry, any size: what comes out is the same whatever spot does."""
    rows, names = [], []
    for number, (low, high, expiry, quantity) in enumerate(drawn):
        synthetic = [(quantity, "call", low, expiry), (-quantity, "put", low, expiry)]
        box = [*synthetic, (-quantity, "call", high, expiry), (quantity, "put", high, expiry)]
        rows += [*box, *synthetic, (-1000 * quantity, "stock")]
        names += [f"box {number}"] * 4 + [f"conversion {number}"] * 3
    is_flat = ol.Book.of(xiaomi(*rows, group=names, style="european")).price(market())
    table = exposures(is_flat.legs).set_index("group")
    differs = [low != high for low, high, *_ in drawn]
    boxes = table[table.index.str.startswith("box")][differs]
    conversions = table[table.index.str.startswith("conversion")]
    for part in (boxes, conversions):
        assert part["has_exposure"].tolist() == [False] * len(part)
        assert direction_of(part, "delta", 0.2).eq("neutral").all()


@laws
@given(packages, st.sampled_from(SCOPES), st.sampled_from(list(WEIGHTS)))
def test_the_shares_of_every_scope_add_up(drawn: list[dict[str, Any]], by: str, weight: str) -> None:
    """To 1 where there are any, in every table; and the parts of the book to the book."""
    found = lean(tape(drawn), by=by, weight=weight, window=4)
    for table in (found.shares, found.stability, found.trend, found.families, found.names):
        sums = table[list(DIRECTIONS)].dropna().sum(axis=1)
        np.testing.assert_allclose(sums, 1.0, rtol=1e-12)
    whole = found.shares.iloc[-1]
    for table in (found.families, found.names, *(part for _, part in found.views.groupby("view"))):
        assert whole["reason"] or table["share"].sum() == pytest.approx(1.0)
    parts = found.shares[found.shares["scope"] != "book"]
    assert parts["n"].sum() == whole["n"] == found.names["n"].sum()


def test_a_diagonal_without_delta_leans_by_scenario() -> None:
    """Sell the 27 call to November, buy the 28 to December on 24.24: delta -0.01 a lot, and yet it gains above.

    Today the two deltas cancel. At the near expiry the far call still has 33 days: between the forward and 27
    it is worth more the higher spot is, and below it nothing is lost but what the package cost.
    """
    row = valued((-1, "call", 27, NEAR), (1, "call", 28, FAR), group="g").bias().strategies.iloc[0]
    assert abs(row["delta_per_lot"]) < 0.02
    assert abs(row["delta_ratio"]) < 0.05
    assert row["scenario_lean"] == pytest.approx(0.36, abs=0.01)
    assert (row["direction_delta"], row["direction_scenario"]) == ("neutral", "bullish")


def test_the_market_of_these_laws_is_before_all_expiries() -> None:
    assert min(EXPIRIES) > AS_OF
