"""Cash dividends as a user says them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from optlab.errors import MarketDataError
from optlab.payments import dividend_table, first_dividends, listed_name, said_dividends


def said(dividends: Any) -> list[list[Any]]:  # noqa: ANN401
    table = said_dividends(dividends)
    return [[code, f"{day:%Y-%m-%d}", *rest] for code, day, *rest in table.iloc[:, :4].to_numpy().tolist()]


def test_lists_by_underlying() -> None:
    """Days as text or dates, in any order; the currency is the usual one, or is said."""
    found = said(
        {"AAPL": [("2027-02-08", 0.28), (dt.date(2026, 11, 9), 0.27)], "1810": [("2026-11-20", 0.5, "cny")]}
    )
    assert found == [
        ["AAPL", "2026-11-09", 0.27, ""],
        ["AAPL", "2027-02-08", 0.28, ""],
        ["MIU", "2026-11-20", 0.5, "CNY"],
    ]


def test_a_table_with_or_without_currency() -> None:
    table = pd.DataFrame({"underlying": ["MIU"], "ex_date": ["2026-11-20"], "amount": [0.5]})
    assert said(table) == [["MIU", "2026-11-20", 0.5, "HKD"]]
    assert said(table.assign(currency="USD", more=1)) == [["MIU", "2026-11-20", 0.5, "USD"]]


@pytest.mark.parametrize(
    "wrong",
    [
        [("AAPL", "2026-11-09", 0.27)],
        {"AAPL": 0.27},
        {"AAPL": [0.27]},
        {"AAPL": [("2026-11-09", 0.27, "USD", "x")]},
        pd.DataFrame({"underlying": ["AAPL"], "amount": [0.27]}),
    ],
)
def test_any_other_shape_is_refused_with_an_example(wrong: Any) -> None:  # noqa: ANN401
    with pytest.raises(
        MarketDataError, match=r"Fix: write ex-date and what one share is paid, such as \{\"AAPL\""
    ):
        said_dividends(wrong)


def test_of_several_tables_the_first_counts() -> None:
    mine, theirs = (said_dividends({"MIU": [("2026-11-20", amount)]}) for amount in (0.5, 0.6))
    found, notices = first_dividends([mine, dividend_table([]), theirs])
    assert found["amount"].tolist() == [0.5]
    assert notices == ("of different dividends the first market's counts: MIU 2026-11-20 0.5, not 0.6.",)


def test_a_listed_code_is_its_underlying() -> None:
    assert (listed_name("1810"), listed_name("AAPL")) == ("MIU", "AAPL")
