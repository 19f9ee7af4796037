"""What is said on the command line: numbers of days, and cash."""

from __future__ import annotations

import pytest

from optlab.errors import MarketDataError
from optlab.readers import parse_days, parse_overrides


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
