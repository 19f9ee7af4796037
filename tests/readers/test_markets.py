"""Market files: quotes by underlying, expiry and series, several days, and rows that are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from optlab.errors import ReadError
from optlab.market import QUOTE_COLUMNS, Market
from optlab.readers import read_market

ReadQuotes = Callable[..., Market]

TEXT = """as_of,underlying,spot,rate,dividend_yield,vol,beta,currency
2026-10-02,MIU,24.24,2.7%,0,43%,1.2,HKD
2026-10-02,AAPL,231.40,0.04,0.5%,0.25,1.1,
2026-10-02,USDHKD,7.8,,,,,
"""


def test_a_market_file_is_read_in_fractions(read_quotes: ReadQuotes) -> None:
    market = read_quotes(TEXT)
    assert tuple(market.quotes.columns) == QUOTE_COLUMNS
    assert market.as_of == dt.date(2026, 10, 2)
    miu = market.quotes.iloc[0]
    assert (miu["spot"], miu["rate"], miu["vol"], miu["currency"]) == (24.24, 0.027, 0.43, "HKD")
    assert market.fx == {"USDHKD": 7.8}
    assert market.quotes["source_line"].tolist() == [2, 3, 4]


def test_expiries_and_series_are_told_by_their_columns(read_quotes: ReadQuotes) -> None:
    market = read_quotes(
        "underlying,root,expiry,strike,type,forward,bid,ask,iv,settlement\n"
        "SPX,,2026-12-18,,,6010,,,,\n"
        "SPX,SPXW,2026-12-18,6000,C,,99,101,18%,100\n"
        "SPXW261218P06000000,,,,,,98,100,,\n"
    )
    assert market.as_of is None
    assert market.quotes["underlying"].tolist() == ["SPX", "SPX", "SPX"]
    assert market.quotes["root"].tolist() == ["SPX", "SPXW", "SPXW"]
    assert market.quotes["kind"].tolist() == ["", "call", "put"]
    assert market.quotes["currency"].tolist() == ["USD", "USD", "USD"]
    assert market.quotes["expiry"].tolist() == [pd.Timestamp("2026-12-18")] * 3
    assert market.quotes["strike"].tolist()[1:] == [6000.0, 6000.0]


def test_stock_codes_are_their_listed_underlying(read_quotes: ReadQuotes) -> None:
    quote = read_quotes("underlying,spot\n01810,24.24\n").quotes.iloc[0]
    assert (quote["underlying"], quote["root"], quote["currency"]) == ("MIU", "MIU", "HKD")


DAYS = """as_of,underlying,spot
2026-10-01,MIU,24.00
2026-10-02,MIU,24.24
2026-10-05,MIU,25.00
2026-10-01,AAPL,230
,TCH,600
"""


@pytest.mark.parametrize(
    ("as_of", "spots", "seen"),
    [
        (None, {"MIU": 25.0, "AAPL": 230.0, "TCH": 600.0}, dt.date(2026, 10, 5)),
        ("2026-10-02", {"MIU": 24.24, "AAPL": 230.0, "TCH": 600.0}, dt.date(2026, 10, 2)),
        ("2026-10-04", {"MIU": 24.24, "AAPL": 230.0, "TCH": 600.0}, dt.date(2026, 10, 4)),
    ],
)
def test_of_several_days_the_last_at_or_before_as_of_counts(
    as_of: str | None, spots: dict[str, float], seen: dt.date, read_quotes: ReadQuotes
) -> None:
    market = read_quotes(DAYS, as_of=as_of)
    assert dict(zip(market.quotes["underlying"], market.quotes["spot"], strict=True)) == spots
    assert market.as_of == seen


def test_quotes_older_than_as_of_are_said(read_quotes: ReadQuotes) -> None:
    assert read_quotes(TEXT, as_of="2026-10-09").notices == (
        "market.csv: the newest quotes at or before 2026-10-09 are of 2026-10-02.",
    )


def test_quotes_that_are_all_later_than_as_of_are_refused(read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError) as caught:
        read_quotes(TEXT, as_of="2026-10-01")
    assert str(caught.value) == (
        "market.csv: has no quotes at or before 2026-10-01; the first are of 2026-10-02. "
        "Fix: give a later as-of, or an older file."
    )


def test_a_time_with_its_zone_is_the_market_s_as_of(read_quotes: ReadQuotes) -> None:
    market = read_quotes("as_of,underlying,spot\n2026-10-02T15:30+08:00,MIU,24.24\n")
    assert market.as_of == dt.datetime(2026, 10, 2, 7, 30, tzinfo=dt.UTC)


TIMES = """as_of,underlying,spot
2026-10-01,AAPL,80
2026-10-02T20:00Z,AAPL,100
2026-10-02T15:00Z,AAPL,90
"""


@pytest.mark.parametrize(
    ("as_of", "spot"),
    [
        (None, 100.0),
        ("2026-10-02", 100.0),
        ("2026-10-02T23:59+04:00", 90.0),
        ("2026-10-02T15:00Z", 90.0),
        ("2026-10-02T14:59Z", 80.0),
        ("2026-10-01T16:00-04:00", 80.0),
    ],
)
def test_quotes_of_one_day_are_told_apart_by_their_times(
    as_of: str | None, spot: float, read_quotes: ReadQuotes
) -> None:
    """The newest at or before as_of counts, wherever it stands in the file; a bare date is the market's close."""
    market = read_quotes(TIMES, as_of=as_of)
    assert market.quotes["spot"].tolist() == [spot]
    if as_of is None:
        assert market.notices == ()
        assert market.as_of == dt.datetime(2026, 10, 2, 20, tzinfo=dt.UTC)


def test_a_close_is_not_known_before_the_close(read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError) as caught:
        read_quotes(TIMES, as_of="2026-10-01T15:59-04:00")
    assert str(caught.value) == (
        "market.csv: has no quotes at or before 2026-10-01T15:59-04:00; the first are of 2026-10-01T20:00+00:00. "
        "Fix: give a later as-of, or an older file."
    )
    assert read_quotes(TIMES, as_of="2026-10-01T20:00+00:00").quotes["spot"].tolist() == [80.0], (
        "the fix works"
    )


def test_each_market_has_its_own_close(read_quotes: ReadQuotes) -> None:
    """At half past four in Hong Kong its close is known, and so is its currency's; New York has not opened."""
    text = "as_of,underlying,spot\n2026-10-02,MIU,24.24\n2026-10-02,USDHKD,7.8\n2026-10-01,AAPL,80\n2026-10-02,AAPL,90\n"
    quotes = read_quotes(text, as_of="2026-10-02T16:30+08:00").quotes
    assert dict(zip(quotes["underlying"], quotes["spot"], strict=True)) == {
        "MIU": 24.24,
        "USDHKD": 7.8,
        "AAPL": 80.0,
    }


@pytest.mark.parametrize(
    ("second", "as_of"),
    [
        ("2026-10-02", dt.date(2026, 10, 2)),
        ("2026-10-02T15:00+08:00", dt.date(2026, 10, 2)),
        ("2026-10-02T16:30+08:00", dt.datetime(2026, 10, 2, 8, 30, tzinfo=dt.UTC)),
    ],
)
def test_the_newest_quote_says_when_the_market_is(
    second: str, as_of: dt.date, read_quotes: ReadQuotes
) -> None:
    market = read_quotes(f"as_of,underlying,spot\n2026-10-02,MIU,1\n{second},TCH,2\n")
    assert market.as_of == as_of
    assert isinstance(market.as_of, dt.datetime) == isinstance(as_of, dt.datetime)


def test_two_rows_of_one_day_are_one_quote(read_quotes: ReadQuotes) -> None:
    market = read_quotes("as_of,underlying,spot,vol\n2026-10-02,MIU,24.24,\n2026-10-02,MIU,,30%\n")
    assert market.quotes[["spot", "vol"]].to_numpy().tolist() == [[24.24, 0.3]]
    assert market.notices == ()


def test_a_newer_spot_leaves_an_older_vol(read_quotes: ReadQuotes) -> None:
    text = "as_of,underlying,spot,vol\n2026-10-05,MIU,26,\n2026-10-02,MIU,24,43%\n2026-10-06,MIU,27,50%\n,MIU,1,1%\n"
    market = read_quotes(text, as_of="2026-10-05")
    assert market.quotes[["spot", "vol", "source_line"]].to_numpy().tolist() == [[26.0, 0.43, 2.0]]
    assert market.quotes["as_of"].tolist() == [pd.Timestamp("2026-10-05")]
    assert market.notices == ()


def test_different_numbers_of_the_same_time_are_said(read_quotes: ReadQuotes) -> None:
    """The later row counts; the same number twice, or a difference that a newer row settles, is no news."""
    same = "as_of,underlying,spot,vol\n2026-10-02,MIU,1,43%\n2026-10-02,MIU,24.24,43%\n"
    market = read_quotes(same)
    assert market.quotes["spot"].tolist() == [24.24]
    assert market.notices == (
        "market.csv: rows of the same time differ, and the later row counts: spot of MIU.",
    )
    assert read_quotes(same + "2026-10-05,MIU,25,\n").notices == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2026-10-02,MIU,24,,,43,,", "vol: '43' is a volatility above 500%"),
        ("2026-10-02,MIU,24,2.7,,,,", "rate: '2.7' is above 100%"),
        ("2026-10-02,MIU,x,,,,,", "spot: 'x' is not a number"),
        ("2026-10-02,MIU,0,,,,,", "spot: '0' is not positive"),
        ("2026-10-02,MIU,-1,,,,,", "spot: '-1' is not positive"),
        ("2026-10-02,,24,,,,,", "underlying: '' names no underlying"),
        ("2026-02-30,MIU,24,,,,,", "as_of: '2026-02-30' is not in the calendar"),
        ("2026-10-02 15:30,MIU,24,,,,,", "as_of: '2026-10-02 15:30' has a time but no zone"),
        ("2026-10-02,USDHKD,,,,,,", "spot: '' is missing for a pair of currencies"),
        ("2026-10-02,MIU,24", "'2026-10-02,MIU,24' has 3 cells where the header has 8"),
    ],
)
def test_a_bad_quote_is_an_error(row: str, message: str, read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError) as caught:
        read_quotes(TEXT + row + "\n")
    assert str(caught.value).startswith(f"market.csv:5: {message}. Fix: ")


def test_a_series_needs_expiry_strike_and_kind(read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError) as caught:
        read_quotes("underlying,strike,kind,settlement_price\nMIU,24,,1.79\n")
    assert str(caught.value) == (
        "market.csv:2: expiry: '' is missing for a series. Fix: write a date such as 2026-11-27. "
        "(1 more problem, line 2)"
    )


def test_several_bad_quotes_are_counted_with_their_lines(read_quotes: ReadQuotes) -> None:
    rows = "".join(f"2026-10-02,MIU,{'x' * place},,,,,\n" for place in range(1, 9))
    with pytest.raises(
        ReadError, match=r"^market\.csv:5: .* \(7 more problems, lines 6, 7, 8, 9, 10, \.\.\.\)$"
    ):
        read_quotes(TEXT + rows)


def test_a_file_without_quotes_names_what_is_missing(read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError, match="there is no column for spot or forward or rate"):
        read_quotes("underlying,colour\nMIU,red\n")


def test_of_several_files_the_first_that_has_a_quote_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text("as_of,underlying,spot\n2026-10-02,MIU,24.24\n", encoding="utf-8")
    Path("two.csv").write_text(TEXT, encoding="utf-8")
    market = read_market(["one.csv", "two.csv"])
    assert market.quotes.drop_duplicates("underlying")["source_file"].tolist() == [
        "one.csv",
        "two.csv",
        "two.csv",
    ]


def test_markets_come_in_the_same_formats_as_books(read_quotes: ReadQuotes) -> None:
    text = '[{"as_of": "2026-10-02", "underlying": "MIU", "spot": 24.24, "vol": "43%"}]'
    assert read_quotes(text, name="market.json").quotes["vol"].tolist() == [0.43]
    semicolons = "as_of;underlying;spot;vol\n02.10.2026;MIU;24,24;43%\n"
    assert read_quotes(semicolons).quotes["spot"].tolist() == [24.24]


def test_slash_dates_take_an_order(read_quotes: ReadQuotes) -> None:
    text = "as_of,underlying,spot\n10/02/2026,MIU,24.24\n"
    assert read_quotes(text, date_order="mdy").as_of == dt.date(2026, 10, 2)
    with pytest.raises(ReadError, match="could be 2026-10-02 or 2026-02-10"):
        read_quotes(text)
