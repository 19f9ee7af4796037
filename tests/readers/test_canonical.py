"""Our own exports are read back without loss."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import optlab as ol
from optlab import legs as leg_table
from optlab.book import Book
from optlab.errors import ReadError

Read = Callable[..., Book]

SOURCE = """symbol,account,group,side,quantity,entry,net_price,iv,traded_at,currency,strategy
MIU 27NOV26 24 C,'=x,A,sell,1,0.1,0.45,43%,2026-10-02 15:30:00.123456,,"collar, wide"
MIU 27NOV26 27 C,'=x,A,sell,-1,0.30000000000000004,0.45,,2026-10-02,,
SPXW260116C06000000, acct ,,buy,2,1e-05,,,,,
AAPL,,,,-100,231.4,,,,USD,
HSI 29DEC26 27000 P,,,,3,,,,,,"line
break"
"""


def test_export_then_import_gives_the_same_legs(read_text: Read) -> None:
    """Sides are not applied again, and file and line stay those of the first reading."""
    legs = read_text(SOURCE, name="first.csv").legs
    again = read_text(legs.to_csv(index=False), name="export.csv")
    assert again.files[0].dialect == "canonical"
    assert again.notices == ()
    pd.testing.assert_frame_equal(again.legs, legs)
    assert set(again.legs["source_file"]) == {"first.csv"}


def test_other_formats_bring_the_same_legs_back_too(read_text: Read, tmp_path: Path) -> None:
    legs = read_text(SOURCE, name="first.csv").legs
    legs.to_parquet(tmp_path / "export.parquet")
    legs.to_json(
        tmp_path / "export.json", orient="records", date_format="iso", date_unit="us", double_precision=15
    )
    legs.assign(
        expiry=legs["expiry"].dt.tz_localize(None).astype(str), traded_at=legs["traded_at"].astype(str)
    ).to_csv(tmp_path / "export.tsv", sep="\t", index=False)
    packed = (tmp_path / "export.parquet").read_bytes()
    pd.testing.assert_frame_equal(read_text(packed, name="export.parquet").legs, legs)
    text = (tmp_path / "export.json").read_bytes()
    pd.testing.assert_frame_equal(read_text(text, name="export.json").legs, legs, check_exact=False)


def test_columns_of_later_stages_are_left_out_quietly(read_text: Read) -> None:
    """The model's price is no entry, and the vol that was used is no iv of the leg."""
    legs = read_text(SOURCE, name="first.csv").legs
    priced = legs.assign(
        strategy_id="MIU-1", vol=0.4, vol_source="underlying", price=9.9, delta=0.5, status="ok"
    )
    again = read_text(priced.to_csv(index=False), name="export.csv")
    assert again.notices == ()
    pd.testing.assert_frame_equal(again.legs, legs)


def test_quotes_that_came_from_the_market_do_not_become_the_leg_s_own(read_text: Read) -> None:
    legs = read_text(SOURCE, name="first.csv").legs
    priced = legs.assign(spot=24.24, spot_source="underlying", rate=0.03, rate_source="leg")
    again = read_text(priced.to_csv(index=False), name="export.csv").legs
    assert again["spot"].isna().all()
    assert (again["rate"] == 0.03).all()


def test_a_column_of_one_s_own_is_named(read_text: Read) -> None:
    legs = read_text(SOURCE, name="first.csv").legs
    again = read_text(legs.assign(remark="x").to_csv(index=False), name="export.csv")
    assert again.notices == ("export.csv: columns that are not used: remark.",)


def test_text_that_is_guarded_against_formulas_is_unguarded(read_text: Read) -> None:
    text = "source_file,source_line,underlying,kind,quantity,symbol\nx.csv,7,AAPL,stock,5,'-AAL241220P13.5\n"
    assert read_text(text).legs["symbol"].tolist() == ["-AAL241220P13.5"]


def test_a_bare_date_in_an_export_is_the_market_s_close(read_text: Read) -> None:
    text = (
        "source_file,source_line,underlying,kind,strike,expiry,quantity\nx.csv,7,MIU,call,24,2026-11-27,5\n"
    )
    leg = read_text(text).legs.iloc[0]
    assert str(leg["expiry"]) == "2026-11-27 08:00:00+00:00"
    assert (leg["multiplier"], leg["currency"]) == (1000.0, "HKD")


def test_a_row_spoiled_by_hand_is_a_problem_of_the_export(read_text: Read) -> None:
    text = (
        "source_file,source_line,underlying,kind,strike,expiry,quantity\nx.csv,7,MIU,call,2x,2026-11-27,5\n"
    )
    assert [str(problem) for problem in read_text(text, name="export.csv").problems] == [
        "export.csv:2: strike: '2x' is not a number. Fix: write a price such as 105 or 105.00."
    ]


def test_a_dialect_can_be_forced_and_an_unknown_one_is_refused(read_text: Read) -> None:
    text = "source_file,source_line,underlying,kind,quantity\nx.csv,7,AAPL,stock,5\n"
    assert read_text(text, dialect="generic").legs["source_line"].tolist() == [2]
    with pytest.raises(ReadError, match="is no export of optlab"):
        read_text("symbol,quantity\nAAPL,1\n", dialect="canonical")
    with pytest.raises(ReadError, match="dialect 'ibkr' is not known"):
        read_text(text, dialect="ibkr")


@pytest.mark.parametrize(
    ("expiry", "instant"),
    [
        ("2026-10-16", "2026-10-16 20:00"),
        (dt.date(2026, 10, 16), "2026-10-16 20:00"),
        (pd.Timestamp("2026-10-16"), "2026-10-16 20:00"),
        ("2026-10-16T00:00:00Z", "2026-10-16 20:00"),
        (pd.Timestamp("2026-10-16", tz="UTC"), "2026-10-16 20:00"),
        ("2026-10-15T20:00:00-04:00", "2026-10-16 00:00"),
        (pd.Timestamp("2026-10-15 20:00", tz="America/New_York"), "2026-10-16 00:00"),
    ],
)
def test_only_a_midnight_that_is_written_is_a_bare_day(expiry: object, instant: str) -> None:
    """Whether the column is text, dates or times, alone or beside others."""
    leg = {"underlying": "AAPL", "kind": "call", "strike": 150, "quantity": 1}
    stock = {"underlying": "AAPL", "kind": "stock", "quantity": 1}
    for rows in (
        [{**leg, "expiry": expiry}],
        [stock, {**leg, "expiry": expiry}, {**leg, "expiry": "2027-01-15"}],
    ):
        legs = leg_table.canonical(pd.DataFrame(rows))
        assert instant in legs["expiry"].dt.strftime("%Y-%m-%d %H:%M").tolist()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json", ".parquet"])
def test_an_expiry_at_midnight_comes_back_as_it_went(suffix: str, read_text: Read, tmp_path: Path) -> None:
    """Beside one at the close, which is written as a bare date."""
    legs = read_text(
        "symbol,expiry,underlying,kind,strike,quantity\n"
        ",2026-10-15T20:00:00-04:00,AAPL,call,150,1\n,2026-10-16,AAPL,call,150,1\nAAPL,,,,,1\n"
    ).legs
    ol.write(ol.Book(legs), tmp_path / f"export{suffix}")
    again = ol.read(tmp_path / f"export{suffix}")
    assert again.problems == ()
    assert again.legs["expiry"].dropna().astype(str).tolist() == [
        "2026-10-16 00:00:00+00:00",
        "2026-10-16 20:00:00+00:00",
    ]
