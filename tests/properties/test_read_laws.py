"""Laws of reading: what is written in any layout is read back equal, and our own exports lose nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optlab.book import Book
from optlab.readers import read
from optlab.readers.columns import LEG_ALIASES

EXPIRIES = st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31))
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z", "Cf"]), max_size=8)
LABELS = TEXT.filter(lambda text: not text.startswith(("'", "=", "#")))

CONTRACTS = st.fixed_dictionaries(
    {
        "underlying": st.sampled_from(["MIU", "TCH", "SPX", "AAPL", "MAR", "C", "P"]),
        "kind": st.sampled_from(["call", "put"]),
        "strike": st.integers(1, 1_000_000).map(lambda cents: cents / 100),
        "expiry": EXPIRIES,
        "quantity": st.integers(-9999, 9999).filter(bool),
        "entry": st.integers(0, 1_000_000).map(lambda cents: cents / 100),
        "iv": st.one_of(st.none(), st.integers(1, 499).map(lambda percent: percent / 100)),
        "account": LABELS,
    }
)
LAYOUTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t"]),
        "decimal": st.sampled_from([".", ","]),
        "date": st.sampled_from(["%Y-%m-%d", "%d%b%y", "%d-%b-%Y", "%Y%m%d", "%d.%m.%Y"]),
        "newline": st.sampled_from(["\n", "\r\n"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
        "names": st.fixed_dictionaries(
            {
                name: st.sampled_from((name, *LEG_ALIASES[name])).map(
                    lambda alias: alias.replace("_", " ").title()
                )
                for name in ("underlying", "kind", "strike", "expiry", "quantity", "entry", "iv", "account")
            }
        ),
    }
)


def _written(rows: list[dict[str, Any]], layout: dict[str, Any]) -> bytes:
    """Write a book by hand, with two decimals, as spreadsheets do."""

    def cell(value: Any) -> str:  # noqa: ANN401
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{value:.2f}".replace(".", layout["decimal"])
        return str(value.strftime(layout["date"])) if isinstance(value, dt.date) else str(value)

    out = io.StringIO()
    writer = csv.writer(out, delimiter=layout["delimiter"], lineterminator=layout["newline"])
    writer.writerow(layout["names"].values())
    writer.writerows([cell(row[name]) for name in layout["names"]] for row in rows)
    return out.getvalue().encode(layout["encoding"])


@given(rows=st.lists(CONTRACTS, min_size=1, max_size=8), layout=LAYOUTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_book_in_any_layout_is_read_back_equal(
    rows: list[dict[str, Any]], layout: dict[str, Any], tmp_path: Path
) -> None:
    if layout["delimiter"] == ",":
        layout = {**layout, "decimal": "."}
    path = tmp_path / "book.csv"
    path.write_bytes(_written(rows, layout))
    book = read(path)
    assert book.problems == ()
    for name in ("underlying", "kind", "strike", "quantity", "entry", "account"):
        assert book.legs[name].tolist() == [row[name] for row in rows], name
    assert book.legs["iv"].astype(object).where(book.legs["iv"].notna(), None).tolist() == [
        row["iv"] for row in rows
    ]
    assert book.legs["expiry"].dt.date.tolist() == [row["expiry"] for row in rows]


@given(rows=st.lists(CONTRACTS, min_size=1, max_size=8), labels=st.lists(TEXT, min_size=8, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_export_and_import_lose_nothing(
    rows: list[dict[str, Any]], labels: list[str], tmp_path: Path
) -> None:
    """Also of numbers without end and of text that looks like something else."""
    table = pd.DataFrame(rows).assign(group=[labels[place].lstrip("'") for place in range(len(rows))])
    table["expiry"] = pd.to_datetime(table["expiry"])
    table["entry"] = table["entry"] / 3
    table["traded_at"] = pd.Timestamp("2026-10-02T07:30:00.000001Z")
    legs = Book.of(table.assign(source_file="x.csv")).legs
    path = tmp_path / "export.csv"
    legs.to_csv(path, index=False)
    pd.testing.assert_frame_equal(read(path).legs, legs)
