"""Cash dividends in market files: rows of their own or among quotes, when they were known, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from optlab.errors import ReadError
from optlab.market import Market
from optlab.payments import DIVIDEND_COLUMNS
from optlab.readers import read, read_market

ReadQuotes = Callable[..., Market]
ReadFiles = Callable[..., Market]


@pytest.fixture
def read_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadFiles:
    """Write texts to 1.csv, 2.csv, ... and read them as one market."""
    monkeypatch.chdir(tmp_path)

    def _read(*texts: str, **options: str) -> Market:
        names = [f"{place}.csv" for place in range(1, len(texts) + 1)]
        for name, text in zip(names, texts, strict=True):
            Path(name).write_text(text, encoding="utf-8")
        return read_market(names, **options)  # type: ignore[arg-type]

    return _read


def paid(market: Market) -> list[tuple[str, str, float, str]]:
    """Return underlying, ex-date, amount and currency of each dividend."""
    table = market.dividends.assign(ex_date=market.dividends["ex_date"].dt.strftime("%Y-%m-%d"))
    return list(table[["underlying", "ex_date", "amount", "currency"]].itertuples(index=False, name=None))


DIVIDENDS = """underlying,ex_date,amount,currency
MIU,2026-11-20,0.5,
AAPL,2027-02-09,0.27,USD
AAPL,2026-11-09,0.26,
"""


# --- where they stand ---------------------------------------------------------------------------------------


def test_a_file_of_dividends_alone_is_a_market_without_quotes_or_a_date(read_quotes: ReadQuotes) -> None:
    market = read_quotes(DIVIDENDS)
    assert tuple(market.dividends.columns) == DIVIDEND_COLUMNS
    assert paid(market) == [
        ("AAPL", "2026-11-09", 0.26, ""),
        ("AAPL", "2027-02-09", 0.27, "USD"),
        ("MIU", "2026-11-20", 0.5, "HKD"),
    ]
    assert market.dividends["source_line"].tolist() == [4, 3, 2]
    assert set(market.dividends["source_file"]) == {"market.csv"}
    assert market.dividends.dtypes[["ex_date", "amount"]].tolist() == ["datetime64[us]", "float64"]
    assert (len(market.quotes), market.as_of, market.notices) == (0, None, ())


def test_quotes_without_dividends_have_an_empty_table_of_the_same_types(read_quotes: ReadQuotes) -> None:
    some, none = read_quotes(DIVIDENDS), read_quotes("underlying,spot\nMIU,24.24\n")
    assert len(none.dividends) == 0
    pd.testing.assert_series_equal(none.dividends.dtypes, some.dividends.dtypes)


def test_dividends_stand_among_quotes_and_beside_them(read_quotes: ReadQuotes) -> None:
    """One row is a quote, one is both, one is only a dividend: two quotes and two dividends."""
    market = read_quotes(
        "as_of,underlying,spot,ex_date,amount,currency\n"
        "2026-10-02,AAPL,231.4,,,\n"
        "2026-10-02,MIU,24.24,2026-11-20,0.5,\n"
        ",MIU,,2027-05-20,0.3,CNY\n"
    )
    assert market.quotes[["underlying", "spot", "currency"]].to_numpy().tolist() == [
        ["AAPL", 231.4, ""],
        ["MIU", 24.24, "HKD"],
    ]
    assert paid(market) == [("MIU", "2026-11-20", 0.5, "HKD"), ("MIU", "2027-05-20", 0.3, "CNY")]
    assert (market.as_of, market.notices) == (dt.date(2026, 10, 2), ())


@pytest.mark.parametrize("code", ["MIU", "01810", "1810.HK"])
def test_a_stock_code_is_its_listed_underlying(code: str, read_quotes: ReadQuotes) -> None:
    assert paid(read_quotes(f"underlying,ex_date,amount\n{code},2026-11-20,0.5\n")) == [
        ("MIU", "2026-11-20", 0.5, "HKD")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ticker,Ex-Dividend Date,Cash Amount ($),pay_date\nAAPL,2026-11-09,$0.27,2026-11-12\n",
        "symbol;exdate;dividend\nAAPL;09.11.2026;0,27\n",
        "symbol;Ex. Date;dividend\nAAPL;2026-11-09;0.27\n",
        '[{"ticker": "AAPL", "ex_div_date": "2026-11-09", "div_amount": 0.27}]',
    ],
)
def test_columns_and_numbers_are_read_as_people_write_them(text: str, read_quotes: ReadQuotes) -> None:
    assert paid(read_quotes(text)) == [("AAPL", "2026-11-09", 0.27, "")]


def test_slash_dates_take_an_order(read_quotes: ReadQuotes) -> None:
    text = "underlying,ex_date,amount\nAAPL,11/09/2026,0.27\n"
    assert paid(read_quotes(text, date_order="mdy")) == [("AAPL", "2026-11-09", 0.27, "")]
    with pytest.raises(ReadError, match="could be 2026-11-09 or 2026-09-11"):
        read_quotes(text)


# --- what only looks like one ----------------------------------------------------------------------------------


def test_money_traded_is_no_dividend(read_quotes: ReadQuotes) -> None:
    """A table of prices may have a column amount: without ex-dates it is the turnover."""
    market = read_quotes("underlying,spot,amount\nMIU,24.24,1234567890\n")
    assert len(market.dividends) == 0
    assert market.notices == ("market.csv: columns that are not used: amount.",)


def test_a_dividend_in_percent_is_no_amount(read_quotes: ReadQuotes) -> None:
    market = read_quotes("underlying,spot,Dividend %\nMIU,24.24,1.5\n")
    assert len(market.dividends) == 0
    assert market.notices == ("market.csv: columns that are not used: Dividend %.",)


def test_pence_are_refused(read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError, match=r"'Dividend \(pence\)' is in cents\. Fix: divide it by 100"):
        read_quotes("underlying,ex_date,Dividend (pence)\nVOD,2026-11-20,4.5\n")


# --- when they were known --------------------------------------------------------------------------------------

DECLARED = """as_of,underlying,spot,ex_date,amount
2026-10-02,MIU,24.24,,
2026-10-05,MIU,25.00,,
2026-10-01,MIU,,2026-11-20,0.5
2026-10-05,MIU,,2026-11-20,0.6
2026-10-09,MIU,,2026-11-20,0.7
,MIU,,2026-11-20,0.1
,MIU,,2027-05-20,0.2
"""


@pytest.mark.parametrize(
    ("as_of", "amount"),
    [
        ("2026-10-02", 0.5),
        ("2026-10-05", 0.6),
        ("2026-10-05T15:59+08:00", 0.5),
        ("2026-10-30", 0.7),
        (None, 0.6),
    ],
)
def test_what_was_known_last_counts(as_of: str | None, amount: float, read_quotes: ReadQuotes) -> None:
    """By default it is what was known at the newest quote; a dividend without a time is the oldest word on its day."""
    market = read_quotes(DECLARED, as_of=as_of)
    assert paid(market) == [("MIU", "2026-11-20", amount, "HKD"), ("MIU", "2027-05-20", 0.2, "HKD")]
    if as_of is None:
        assert market.as_of == dt.date(2026, 10, 5), "a dividend's time is not the market's"


def test_a_later_word_in_another_currency_replaces_the_earlier_one(read_quotes: ReadQuotes) -> None:
    text = "as_of,underlying,ex_date,amount,currency\n2026-10-01,MIU,2026-11-20,0.5,CNY\n2026-10-02,MIU,2026-11-20,0.55,HKD\n"
    assert paid(read_quotes(text)) == [("MIU", "2026-11-20", 0.55, "HKD")]


def test_a_file_of_dividends_takes_its_time_from_the_quotes_of_another(read_files: ReadFiles) -> None:
    quotes = "as_of,underlying,spot\n2026-10-02,MIU,24.24\n"
    dividends = (
        "as_of,underlying,ex_date,amount\n2026-10-01,MIU,2026-11-20,0.5\n2026-10-05,MIU,2026-11-20,0.6\n"
    )
    for texts in ((quotes, dividends), (dividends, quotes)):
        market = read_files(*texts)
        assert market.as_of == dt.date(2026, 10, 2)
        assert paid(market) == [("MIU", "2026-11-20", 0.5, "HKD")]
        assert market.notices == ()
    assert paid(read_files(quotes, dividends, as_of="2026-10-05"))[0][2] == 0.6


def test_old_dividends_are_no_old_quotes(read_files: ReadFiles) -> None:
    """The note on quotes older than as_of is of quotes."""
    market = read_files(
        "as_of,underlying,ex_date,amount\n2026-01-01,MIU,2026-11-20,0.5\n", as_of="2026-10-02"
    )
    assert (market.as_of, market.notices) == (dt.date(2026, 10, 2), ())


def test_dividends_of_which_none_was_known_are_said(read_quotes: ReadQuotes) -> None:
    text = "as_of,underlying,ex_date,amount\n2026-10-05,MIU,2026-11-20,0.5\n"
    market = read_quotes(text, as_of="2026-10-02")
    assert len(market.dividends) == 0
    assert market.notices == (
        "market.csv: none of its dividends was known yet; the first was at 2026-10-05T08:00+00:00.",
    )


# --- several of one day -------------------------------------------------------------------------------------


def test_the_same_dividend_twice_counts_once(read_quotes: ReadQuotes) -> None:
    """Its currency may be said in one of the rows alone."""
    market = read_quotes(DIVIDENDS + "AAPL,2027-02-09,0.27,\n")
    assert paid(market)[:2] == [("AAPL", "2026-11-09", 0.26, ""), ("AAPL", "2027-02-09", 0.27, "USD")]
    assert len(market.dividends) == 3
    assert market.notices == ("market.csv: rows that repeat a dividend count once: AAPL 2027-02-09.",)


def test_an_ordinary_and_a_special_dividend_are_added_up(read_quotes: ReadQuotes) -> None:
    market = read_quotes(DIVIDENDS + "MIU,2026-11-20,2,HKD\nMIU,2026-11-20,0.25,HKD\nMIU,2026-11-20,2,HKD\n")
    assert paid(market)[-1] == ("MIU", "2026-11-20", 2.75, "HKD")
    assert market.notices == (
        "market.csv: rows that repeat a dividend count once: MIU 2026-11-20.",
        "market.csv: different dividends of one day are added up: MIU 2026-11-20 0.5 + 2 + 0.25.",
    )


def test_two_currencies_are_never_added(read_quotes: ReadQuotes) -> None:
    market = read_quotes(DIVIDENDS + "MIU,2026-11-20,0.1,CNY\n")
    assert paid(market)[-2:] == [("MIU", "2026-11-20", 0.5, "HKD"), ("MIU", "2026-11-20", 0.1, "CNY")]
    assert market.notices == ()


def test_of_several_files_the_first_that_has_a_dividend_wins(read_files: ReadFiles) -> None:
    market = read_files(
        "underlying,ex_date,amount\nAAPL,2026-11-09,0.26\n",
        "underlying,ex_date,amount,currency\nAAPL,2026-11-09,0.3,USD\nAAPL,2027-02-09,0.27,USD\n",
    )
    assert paid(market) == [("AAPL", "2026-11-09", 0.26, ""), ("AAPL", "2027-02-09", 0.27, "USD")]
    assert market.dividends["source_file"].tolist() == ["1.csv", "2.csv"]
    assert market.notices == (
        "of different dividends the first market's counts: AAPL 2026-11-09 0.26, not 0.3.",
    )


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("AAPL,,0.27,,,", "ex_date: '' is missing for a dividend. Fix: write the first day without"),
        ("AAPL,2026-11-09,,,,", "amount: '' is missing for a dividend. Fix: write what one share is paid"),
        ("AAPL,2026-11-09,0,,,", "amount: '0' is not positive. Fix: write what one share is paid"),
        ("AAPL,2026-11-09,-0.27,,,", "amount: '-0.27' is not positive. Fix: write what"),
        ("AAPL,2026-11-09,lots,,,", "amount: 'lots' is not a number. Fix: write what one share is paid"),
        ("AAPL,2026-11-09,1%,,,", "amount: '1%' is a percentage, and a plain number is wanted. Fix:"),
        ("AAPL,2026-11-31,0.27,,,", "ex_date: '2026-11-31' is not in the calendar. Fix: write a date"),
        ("AAPL,soon,0.27,,,", "ex_date: 'soon' is not a date. Fix: write a date"),
        (
            "AAPL,2026-11-09T00:00+08:00,0.27,,,",
            "ex_date: '2026-11-09T00:00+08:00' has a time of day, and an ex-date is a day. Fix: write the",
        ),
        (",2026-11-09,0.27,,,", "underlying: '' names no underlying. Fix: write its ticker"),
        (
            "USDHKD,2026-11-09,0.27,,,",
            "underlying: 'USDHKD' is a pair of currencies, which pays no dividend. Fix: write the underlying",
        ),
        (
            "AAPL,2026-11-09,0.27,150,,",
            "strike: '150' is an option's, and a dividend belongs to the underlying. Fix: leave it empty.",
        ),
        (
            "AAPL,2026-11-09,0.27,,2026-11-27,",
            "expiry: '2026-11-27' is an option's, and a dividend belongs to the underlying. Fix: leave it",
        ),
        (
            "AAPL,2026-11-09,0.27,,,call",
            "kind: 'call' is an option's, and a dividend belongs to the underlying. Fix: leave it empty.",
        ),
        (
            "AAPL260116C00150000,2026-11-09,0.27,,,",
            "underlying: 'AAPL260116C00150000' is an option's, and a dividend belongs to the underlying. Fix:",
        ),
    ],
)
def test_a_bad_dividend_is_one_error(row: str, message: str, read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError) as caught:
        read_quotes(f"underlying,ex_date,amount,strike,expiry,kind\nMIU,2026-11-20,0.5,,,\n{row}\n")
    assert str(caught.value).startswith(f"market.csv:3: {message}")
    assert "more problem" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "column"),
    [("spot,ex_date\nAAPL,231,2026-11-09", "amount"), ("spot,dividend\nAAPL,231,0.27", "ex_date")],
)
def test_half_a_dividend_without_the_other_column_is_refused(
    text: str, column: str, read_quotes: ReadQuotes
) -> None:
    with pytest.raises(ReadError, match=rf"^market\.csv:2: {column}: '' is missing for a dividend\. Fix: "):
        read_quotes(f"underlying,{text}\n")


def test_a_series_may_say_what_its_stock_pays(read_quotes: ReadQuotes) -> None:
    """Chains repeat the next dividend in every row: one dividend, and the series' quotes as they are."""
    market = read_quotes(
        "underlying,strike,expiry,kind,bid,ask,ex_date,amount\n"
        "AAPL,230,2026-11-20,call,9,9.2,2026-11-09,0.27\n"
        "AAPL,230,2026-11-20,put,8,8.2,2026-11-09,0.27\n"
    )
    assert market.quotes["kind"].tolist() == ["call", "put"]
    assert paid(market) == [("AAPL", "2026-11-09", 0.27, "")]


def test_a_file_of_dividends_is_no_book(tmp_path: Path) -> None:
    """Its amounts would pass for shares."""
    path = tmp_path / "dividends.csv"
    path.write_text("underlying,ex_date,amount\nAAPL,2026-11-09,0.27\n")
    with pytest.raises(
        ReadError, match=r"these are dividends, no positions\. Fix: give it as a market, with -m\."
    ):
        read(str(path))
