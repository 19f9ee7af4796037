"""A payoff as JSON records and as what a drawing needs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from books import market
from optlab.book import Book
from optlab.render.files import json_text
from optlab.render.payoff_records import drawings, payoff_records
from payoffs import BOTH, NAKED, payoff


def test_a_record_has_breakevens_as_numbers_and_what_is_unlimited_in_a_word() -> None:
    """Extremes are signed profits; levels, curves and notes stand inside."""
    (naked,) = payoff_records(payoff(NAKED))
    assert naked["breakevens"] == [pytest.approx(24.5)]
    assert naked["max_loss"] == "unlimited"
    assert naked["max_profit"] == pytest.approx(4500.0)
    assert naked["max_loss_from"] is None
    assert {level["level_of"] for level in naked["touched"]} == {"breakeven", "short 08OCT26 20C"}
    assert {point["curve"] for point in naked["curves"]} == {"today", "2026-10-08"}
    assert naked["assignments"][0]["why"] == "in the money with 6 days left"


def test_the_document_is_a_list_and_survives_json() -> None:
    """One record for each, no NaN and no infinity."""
    document = json.loads(json_text(payoff()))
    assert [record["strategy_id"] for record in document] == ["MIU-1", "MIU-2"]
    assert document[0]["probability_of_profit"] == pytest.approx(payoff().summary["probability_of_profit"][0])


def test_what_is_not_analysed_has_a_record_too() -> None:
    """With its status."""
    records = payoff_records(Book.of(BOTH).price(market(vol=None)).payoff())
    assert [record["status"] for record in records] == ["no_vol", "no_vol"]
    assert records[0]["breakevens"] == []


def test_a_drawing_has_the_horizon_s_curve_first_and_today_s_last() -> None:
    """On one ladder of spots, with strikes named as held."""
    _, diagonal = drawings(payoff(after="held"))
    names = [name for name, _ in diagonal.curves]
    assert (names[0], names[-1]) == ("2026-11-27", "today")
    assert diagonal.strikes == ((27.0, "short 27NOV26 27C"), (24.0, "long 30DEC26 24C"))
    assert all(len(profits) == len(diagonal.spots) for _, profits in diagonal.curves)
    assert diagonal.density is not None
    area = np.trapezoid(diagonal.density, diagonal.spots)
    assert area == pytest.approx(1.0, abs=0.05)
    assert math.isfinite(diagonal.probability_of_profit)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_pictures_are_written_by_their_suffix(tmp_path: Path, suffix: str, start: bytes) -> None:
    """The same bytes each time."""
    for name in ("one", "two"):
        ol.write(payoff(NAKED), tmp_path / f"{name}{suffix}")
    one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
    assert one.startswith(start)
    assert one == two


def test_only_a_payoff_is_drawn(tmp_path: Path) -> None:
    """A table has no picture."""
    with pytest.raises(
        ol.ReadError, match=r"only a payoff can be drawn\. Fix: end in \.csv, \.json, \.parquet, \.xlsx"
    ):
        ol.write(pd.DataFrame({"a": [1]}), tmp_path / "table.png")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_what_is_unlimited_is_written_in_a_word_but_stays_a_number_in_parquet(
    tmp_path: Path, suffix: str
) -> None:
    """In a spreadsheet an infinite number is none."""
    path = tmp_path / f"payoff{suffix}"
    ol.write(payoff(NAKED), path)
    if suffix == ".parquet":
        assert pd.read_parquet(path)["max_loss"].tolist() == [-math.inf]
        return
    read = pd.read_csv(path) if suffix == ".csv" else pd.read_excel(path)
    assert read["max_loss"].tolist() == ["unlimited"]
