"""A whole tape: what is left of it, in which order, what is said, and how much of a known truth comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from drawn_tapes import draw_tape, recovery
from optlab.columns import LEG_COLUMNS
from optlab.errors import PricingError
from optlab.strategy import recognize
from optlab.tape import NO_VIEW, read_tape
from small_tapes import Row, bought, packages, priced, read, sold, table_of

SPREAD = (bought("call", 660), sold("call", 670))


def test_the_table_is_the_canonical_one_and_a_reason() -> None:
    """Prices, quotes and net prices are left as they are; every print has a group."""
    before = table_of(*SPREAD, sold("put", 640, condition="I", traded_at="14:29:00Z"))
    legs = read_tape(before).legs
    assert tuple(legs.columns) == (*LEG_COLUMNS, NO_VIEW)
    assert legs["group"].tolist() == ["P2", "P2", "P1"]
    changed = ["group", "quantity", NO_VIEW]
    pd.testing.assert_frame_equal(
        legs.drop(columns=changed), before.drop(columns=changed, errors="ignore").reset_index(drop=True)
    )
    assert legs[NO_VIEW].dtype == before["group"].dtype


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("D", "reported late"),
        ("n", "tied to stock: the stock is not on the tape"),
        ("u", "compression trade"),
        ("Buy Write", "tied to stock: the stock is not on the tape"),
    ],
)
def test_some_prints_carry_no_view(condition: str, reason: str) -> None:
    assert read(bought("call", 660, condition=condition)).legs[NO_VIEW].tolist() == [reason]


def test_late_prints_stay_alone() -> None:
    """Their time is not the time of the trade."""
    tape = read(*(row | {"condition": "D"} for row in SPREAD))
    assert len(packages(tape)) == 2
    assert tape.counts["late"] == 2


def test_a_late_print_whose_package_and_side_are_stated_carries_its_view() -> None:
    legs = [bought("call", 660, group="B1", side="buy"), sold("call", 670, group="B1", side="sell")]
    legs[1]["quantity"] = -10.0
    assert set(read(*(row | {"condition": "Late Trade"} for row in legs)).legs[NO_VIEW]) == {""}


def test_a_print_without_a_time_stands_alone_and_comes_last() -> None:
    tape = read(bought("call", 660, traded_at=""), *SPREAD)
    assert tape.legs["group"].tolist() == ["P2", "P1", "P1"]


def test_what_became_of_the_prints_is_said() -> None:
    tape = read(
        *SPREAD,
        priced("put", 640, 0.0, condition="I"),
        bought("put", 600, condition="what"),
        bought("put", 650, condition="D"),
        bought("put", 645, condition="I"),
        bought("put", 645, condition="A", traded_at="14:31:00Z"),
    )
    assert tape.sentences == (
        "7 prints: 1 package of 2 prints, and 3 single prints",
        "1 cancel took away 1 print; 0 found none",
        "1 package or single print without a view: reported late",
        "1 package or single print without a view: unsigned: net price at the midpoint",
        "condition codes that are not known, taken as none: what (1)",
    )
    assert tape.counts["prints"] == 7
    assert tape.counts["no_view"] == 2


def test_an_empty_tape_is_an_empty_tape() -> None:
    tape = read_tape(table_of(*SPREAD).head(0))
    assert len(tape.legs) == 0
    assert tape.sentences == ("0 prints: 0 packages of 0 prints, and 0 single prints",)


def test_a_tape_of_cancels_alone_is_empty() -> None:
    assert len(read(bought("call", 660, condition="A")).legs) == 0


def test_a_wrong_duration_is_an_error() -> None:
    with pytest.raises(PricingError, match="is no duration"):
        read(*SPREAD, within="soon")


def test_the_order_of_the_rows_does_not_matter() -> None:
    """The same packages, signs and names of groups, whatever the order."""
    legs = draw_tape(300, seed=5, improvement=0.5).legs
    whole = read_tape(legs)
    for seed in range(3):
        shuffled = legs.sample(frac=1.0, random_state=seed)
        other = read_tape(shuffled)
        restored = other.legs.set_index(shuffled.index).sort_index()
        pd.testing.assert_frame_equal(restored, whole.legs)
        assert other.sentences == whole.sentences


def test_nothing_is_lost_and_sizes_stay() -> None:
    drawn = draw_tape(300, seed=6, improvement=0.25)
    legs = read_tape(drawn.legs).legs
    assert np.array_equal(legs["quantity"].abs(), drawn.legs["quantity"])
    assert (legs["group"] != "").all()


def test_a_known_truth_comes_back_where_codes_and_quotes_decide() -> None:
    """At the touch, with codes: 99 of 100 packages have all their prints and no other, and every sign right."""
    drawn = draw_tape(2_000, seed=7)
    found = recovery(drawn, read_tape(drawn.legs))
    assert min(found.precision, found.recall, found.sign_precision, found.sign_recall) >= 0.99
    assert found.single_precision == 1.0


def test_without_codes_most_comes_back() -> None:
    drawn = draw_tape(1_000, seed=8, is_coded=False)
    found = recovery(drawn, read_tape(drawn.legs))
    assert min(found.precision, found.recall) >= 0.95


def test_files_are_not_mixed() -> None:
    """A strategy lies within one file: two legs in two files are two packages that lack their legs."""
    rows: list[Row] = [SPREAD[0] | {"source_file": "one.csv"}, SPREAD[1] | {"source_file": "two.csv"}]
    assert len(packages(read(*rows))) == 2


def test_the_sample_tape_is_read_as_it_was_made(in_project: Path) -> None:
    """Packages in two fills, two in one millisecond, single orders beside them, and four packages without a view."""
    assert in_project
    tape = read_tape(ol.read("sample_positions/us_prints.csv").legs)
    named = recognize(tape.legs.drop(columns=NO_VIEW)).drop_duplicates("group")
    several = tape.legs["group"].value_counts()
    packages_found = named[named["group"].map(several) > 1]
    assert packages_found["strategy"].value_counts().to_dict() == {
        "bull put spread": 2,
        "long straddle": 2,
        "bull call spread": 1,
        "iron condor": 1,
        "long call calendar": 1,
        "bullish risk reversal": 1,
        "bull call diagonal": 1,
        "bear put spread": 1,
        "bear call spread": 1,
        "long call butterfly": 1,
    }
    assert sorted(set(tape.legs[NO_VIEW]) - {""}) == [
        "compression trade",
        "reported late",
        "tied to stock: the stock is not on the tape",
        "unsigned: net price at the midpoint",
    ]
    assert tape.counts["cancelled"] == 1


def test_a_few_sold_prints_do_not_make_the_others_bought() -> None:
    """One negative size among thirty: it is sold, the others are signed by their quotes."""
    rows = [sold("call", 600 + strike, 10) for strike in range(30)]
    tape = read(*rows, {**bought("put", 640), "quantity": -5.0})
    assert (tape.legs["quantity"] < 0).all()
    assert "1 print has its side from the file" in tape.sentences


def test_a_cancel_s_negative_size_is_no_side() -> None:
    cancelled, other = bought("call", 640, condition="I"), sold("put", 640, condition="I")
    tape = read(cancelled, other, {**cancelled, "quantity": -10.0, "condition": "A"})
    assert tape.legs["quantity"].tolist() == [-10.0]


def test_a_leg_that_stands_alone_has_no_view_though_it_has_an_id() -> None:
    tape = read(bought("call", 640, condition="f", group="77"))
    assert tape.legs["no_view"].tolist() == ["leg of a package: its other legs are not on the tape"]
