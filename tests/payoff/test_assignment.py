"""Which short options may be assigned soon, and why, by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from books import xiaomi
from optlab.book import Book
from optlab.carry import dividends_ahead
from optlab.market import Market
from optlab.payoff.assignment import assignments

AS_OF = "2026-10-02"
SOON, LATER = "2026-10-08", "2026-12-30"


def of(*rows: tuple[Any, ...], dividends: dict[str, Any] | None = None, **quoted: Any) -> pd.DataFrame:  # noqa: ANN401
    """Return the notes of some Xiaomi legs in a market of round numbers."""
    numbers = {"as_of": AS_OF, "spot": 24.24, "vol": 0.43, "rate": 0.027, **quoted}
    market = Market.of(**numbers, dividends=dividends)
    valued = Book.of(xiaomi(*rows)).price(market)
    return assignments(valued.legs, dividends_ahead(valued.legs, market))


def test_a_call_with_less_time_value_than_the_dividend() -> None:
    """Its holder would miss 1.50 and give up less: the ex-date is named."""
    notes = of((-1, "call", 20, LATER), dividends={"MIU": [("2026-11-09", 1.5)]})
    assert notes["why"].item().endswith("is less than the dividend of 1.5: exercise before 2026-11-09")
    assert (notes["dividend"].item(), notes["ex_day"].item()) == (1.5, "2026-11-09")
    assert notes["extrinsic"].item() < 1.5


def test_a_dividend_that_is_smaller_than_the_time_value_says_nothing() -> None:
    """Nor does a put mind the dividend, nor a call that is held, nor one that is out of the money."""
    paid = {"MIU": [("2026-11-09", 0.1)]}
    assert of((-1, "call", 20, LATER), dividends=paid).empty
    large = {"MIU": [("2026-11-09", 1.5)]}
    rows = (1, "call", 20, LATER), (-1, "call", 30, LATER), (-1, "put", 26, LATER)
    assert of(*rows, dividends=large).empty


@pytest.mark.parametrize(
    ("leg", "why"),
    [
        ((-1, "call", 22, SOON), "in the money with 6 days left"),
        ((-1, "put", 26, SOON), "in the money with 6 days left"),
        ((-1, "call", 24.3, SOON), "6 days left and within 1% of the strike: open until the close"),
        ((-1, "put", 60, LATER), "no time value is left: its holder loses nothing by exercising now"),
    ],
)
def test_near_the_expiry_and_without_time_value(leg: tuple[Any, ...], why: str) -> None:
    """In the money, at the strike, and a put so deep that waiting costs interest."""
    assert of(leg)["why"].tolist() == [why]


def test_far_from_everything_nothing_is_said() -> None:
    """Ordinary short options with months to go, and none at all."""
    assert of((-1, "call", 26, LATER), (-1, "put", 22, LATER)).empty
    assert of((1, "stock")).empty


def test_european_options_are_not_assigned_early() -> None:
    """Nor are they listed."""
    market = Market.of(as_of=AS_OF, spot=24.24, vol=0.43, rate=0.027)
    valued = Book.of(xiaomi((-1, "put", 60, LATER), style="european")).price(market)
    assert assignments(valued.legs, dividends_ahead(valued.legs, market)).empty
