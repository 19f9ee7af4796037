"""Years to expiry, and days as they are counted where a contract trades."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from books import AS_OF, NEAR, market, xiaomi
from optlab.legs import canonical
from optlab.times import as_of_instants, expired_earlier, local_days, years_at, years_to_expiry

YEARS = 56 / 365


def years(as_of: str, expiry: str = NEAR) -> float:
    """Return the years to the expiry of a Xiaomi call."""
    legs = canonical(xiaomi((1, "call", 24, expiry)))
    return float(years_to_expiry(legs, market(as_of=as_of))[0])


def test_years_are_seconds_between_the_two_closes() -> None:
    """From 16:00 on 2 October to 16:00 on 27 November in Hong Kong are 56 days."""
    assert years(AS_OF) == pytest.approx(YEARS, abs=1e-15)


def test_as_of_may_be_an_instant() -> None:
    """Half past three in Hong Kong is half an hour before the close."""
    assert years("2026-10-02T15:30+08:00") == pytest.approx(YEARS + 1800 / 31_536_000, abs=1e-15)


def test_a_bare_date_is_each_market_s_own_close() -> None:
    """A New York leg of the same date has the same whole days to expiry."""
    legs = canonical(pd.DataFrame({"underlying": ["MIU", "AAPL"], "kind": "call", "strike": 24.0, "expiry": "2026-10-16",
                                   "quantity": 1}))  # fmt: skip
    assert years_to_expiry(legs, market()).tolist() == pytest.approx([14 / 365] * 2, abs=1e-15)
    assert as_of_instants(legs, market().day).dt.hour.tolist() == [8, 20]  # UTC


@pytest.mark.parametrize(
    ("as_of", "expiry", "wanted"),
    [
        (AS_OF, AS_OF, 0.0),
        ("2026-10-02T18:00+08:00", AS_OF, 0.0),
        ("2026-10-02T15:00+08:00", AS_OF, 3600 / 31_536_000),
        (AS_OF, "2026-09-30", -2 / 365),
        ("2026-10-03T00:30+08:00", AS_OF, -8.5 / 8760),
    ],
)
def test_expired_today_is_zero_and_earlier_is_negative(as_of: str, expiry: str, wanted: float) -> None:
    """The day is counted where the contract trades: half past midnight in Hong Kong is the day after."""
    assert years(as_of, expiry) == pytest.approx(wanted, abs=1e-12)
    legs = canonical(xiaomi((1, "call", 24, expiry)))
    assert expired_earlier(legs, market(as_of=as_of).known_as_of)[0] == (wanted < 0)


def test_a_day_begins_at_midnight_where_the_contract_trades() -> None:
    """Six in the evening of 2 October in London is 3 October in Hong Kong, and 2 October in New York."""
    legs = canonical(pd.DataFrame({"underlying": ["MIU", "AAPL"], "kind": "stock", "quantity": 1}))
    moment = pd.Series(pd.Timestamp("2026-10-02T18:00Z"), index=legs.index)
    assert local_days(legs, moment).dt.day.tolist() == [3, 2]


@pytest.mark.parametrize(("day", "wanted"), [("2026-10-01", 57), ("2026-10-02", 56), ("2026-10-05", 56)])
def test_an_earlier_quote_has_its_own_years(day: Any, wanted: float) -> None:  # noqa: ANN401
    legs = canonical(xiaomi((1, "call", 24, NEAR))).assign(years=YEARS)
    days = pd.Series(pd.Timestamp(day), index=legs.index)
    assert years_at(legs, market(), days)[0] == pytest.approx(wanted / 365, abs=1e-12)
