"""What is said on the command line: numbers of days, cash, and dividends."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest import mock

import pytest

from command import optlab
from optlab.cli.run import market_of
from optlab.errors import MarketDataError
from optlab.options import Quotes
from optlab.readers import parse_days, parse_overrides
from optlab.readers.overrides import parse_dividends


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7d", 7),
        ("2w", 14),
        ("7", 7),
        ("0", 0),
        ("0d", 0),
        ("1.5w", 10.5),
        ("0.5d", 0.5),
        ("7D", 7),
        ("2W", 14),
        (" 7d ", 7),
        ("007", 7),
        ("1000w", 7000),
    ],
)
def test_a_number_of_days(text: str, days: float) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "d",
        "w",
        "nonsense",
        "-7d",
        "+7d",
        "7 days",
        "7m",
        "1y",
        "7dw",
        "1w2d",
        "1e3",
        "nan",
        ".",
        "1,5w",
    ],
)
def test_what_is_no_number_of_days(text: str) -> None:
    with pytest.raises(MarketDataError, match=r"is no number of days\. Fix: write 7d, 2w or 7\.") as refused:
        parse_days(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("fix", ["7d", "2w", "7"])
def test_the_fix_works(fix: str) -> None:
    assert parse_days(fix) > 0


def test_cash_is_said_of_a_currency() -> None:
    said = parse_overrides({"cash": ["HKD=100000", "USD=1,000.50"]})
    assert said == {"cash": {"HKD": 100_000.0, "USD": 1000.5}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1000", "names no currency"),
        ("=1000", "names no currency"),
        ("nonsense", "names no currency"),
        ("HKD=", "gives no number"),
        ("HKD=lots", "is not a number"),
        ("HKD,USD=5", "names several at once"),
        ("HKD=5=6", "names several at once"),
    ],
)
def test_what_is_no_cash(text: str, reason: str) -> None:
    with pytest.raises(MarketDataError) as refused:
        parse_overrides({"cash": [text]})
    assert (
        str(refused.value) == f"--cash {text!r} {reason}. Fix: write HKD=100000; say --cash again for more."
    )


def test_nothing_said_is_nothing() -> None:
    assert parse_overrides({"cash": []}) == {}


@pytest.mark.parametrize("text", ["AAPL=0.27@2026-11-09", " AAPL = $0.27 @ 9 Nov 2026 ", "AAPL=.27@20261109"])
def test_a_dividend_is_an_amount_on_a_day(text: str) -> None:
    assert parse_dividends([text]) == {"AAPL": [(dt.date(2026, 11, 9), 0.27)]}


def test_several_dividends_are_kept_by_their_stock() -> None:
    said = parse_dividends(["AAPL=0.27@2026-11-09", "MIU=0.5@2026-11-20", "AAPL=0.28@2027-02-09"])
    assert said == {
        "AAPL": [(dt.date(2026, 11, 9), 0.27), (dt.date(2027, 2, 9), 0.28)],
        "MIU": [(dt.date(2026, 11, 20), 0.5)],
    }
    assert parse_dividends([]) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0.27@2026-11-09", "names no underlying"),
        ("=0.27@2026-11-09", "names no underlying"),
        ("AAPL=0.27", "gives no ex-date"),
        ("AAPL=0.27@", "gives no ex-date"),
        ("AAPL=@2026-11-09", "gives no amount"),
        ("AAPL=lots@2026-11-09", "is not a number"),
        ("AAPL=1%@2026-11-09", "is a percentage, and a plain number is wanted"),
        ("AAPL=0@2026-11-09", "is not positive"),
        ("AAPL=-0.27@2026-11-09", "is not positive"),
        ("AAPL=0.27@soon", "is not a date"),
        ("AAPL=0.27@2026-11-31", "is not in the calendar"),
        ("AAPL=0.27@11/09/2026", "could be 2026-11-09 or 2026-09-11"),
        ("AAPL=0.27@2026-11-09T16:00", "has a time of day, and an ex-date is a day"),
        ("AAPL,MSFT=0.27@2026-11-09", "names several at once"),
        ("AAPL=0.27@2026-11-09,MSFT=0.8@2026-11-19", "names several at once"),
    ],
)
def test_what_is_no_dividend(text: str, reason: str) -> None:
    with pytest.raises(MarketDataError) as refused:
        parse_dividends([text])
    assert str(refused.value) == (
        f"--dividend {text!r} {reason}. Fix: write AAPL=0.27@2026-11-09, the amount of one share and its ex-date; "
        "say --dividend again for more."
    )


def test_a_dividend_of_the_command_line_replaces_the_file_s(tmp_path: Path) -> None:
    path = tmp_path / "market.csv"
    path.write_text(
        "as_of,underlying,spot,ex_date,amount\n2026-10-02,AAPL,231,2026-11-09,0.26\n,AAPL,,2027-02-09,0.26\n"
    )
    seen = Quotes(dividend=["AAPL=0.27@2026-11-09", "01810=0.5@2026-11-20"])
    market = market_of(mock.Mock(), [str(path)], seen)
    assert market.dividends[["underlying", "amount", "currency"]].to_numpy().tolist() == [
        ["AAPL", 0.27, ""],
        ["AAPL", 0.26, ""],
        ["MIU", 0.5, "HKD"],
    ]
    assert market.as_of == dt.date(2026, 10, 2)


def test_a_bad_dividend_of_the_command_line_is_one_line() -> None:
    run = optlab("price - --as-of 2026-10-02 --dividend AAPL=0.27", stdin="symbol,quantity\nAAPL,1\n")
    assert run.err.startswith(
        "optlab: --dividend 'AAPL=0.27' gives no ex-date. Fix: write AAPL=0.27@2026-11-09"
    )
    assert (run.err.count("\n"), run.out, run.status) == (1, "", 1)
