"""The days that a position is seen on, and the spots that its picture shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from books import market, xiaomi
from optlab.book import Book
from optlab.market import Market
from payoffs import BOTH, NAKED, payoff


def test_a_picture_shows_spot_strikes_breakevens_and_what_is_likely() -> None:
    """With a margin on both sides, never below zero."""
    for one in payoff().each:
        low, high = one.window
        assert one.profile is not None
        assert 0 <= low < min(24.24, *one.profile.shape.breakevens)
        assert high > max(24.24, *one.profile.shape.breakevens)
        assert one.law_vol == pytest.approx(0.43)


def test_what_is_not_analysed_has_no_picture() -> None:
    """Nor a volatility."""
    (one,) = Book.of(NAKED).price(market(vol=None)).payoff().each
    assert np.isnan(one.window).all()
    assert np.isnan(one.law_vol)


def test_days_are_those_of_the_expiries_and_between() -> None:
    """Counted from them."""
    _, diagonal = payoff(BOTH).each
    assert diagonal.day_of(56 / 365) == "2026-11-27"
    assert diagonal.day_of(28 / 365) == "2026-10-30"


def test_a_straddle_on_its_last_day_has_two_columns() -> None:
    """Now and the end of the day are not one: at spot it keeps all of its premium in the end."""
    legs = pd.DataFrame(
        {
            "underlying": "XYZ",
            "kind": ["call", "put"],
            "strike": 100.0,
            "expiry": "2026-10-02",
            "quantity": -1,
        }
    ).assign(entry=0.20, group="s")
    seen = Market.of(as_of="2026-10-02T15:30-04:00", spot=100.0, vol=0.25, rate=0.03)
    found = Book.of(legs).price(seen).payoff()
    at_spot = found.dates[found.dates["spot"] == 100.0]
    assert at_spot["curve_day"].tolist() == ["2026-10-02", "2026-10-02 at the end"]
    assert at_spot["profit"].tolist() == pytest.approx([24.94, 40.0], abs=0.05)


def test_a_horizon_of_three_days_has_each_day_once() -> None:
    """The last column is the expiry itself."""
    legs = xiaomi((-1, "call", 24, "2026-10-05"), entry=0.20, multiplier=1000)
    found = payoff(legs)
    days = found.dates["curve_day"].unique().tolist()
    assert days[0] == "2026-10-02"
    assert days[-1] == "2026-10-05"
    assert not found.dates.duplicated(["strategy_id", "spot", "curve_day"]).any()
    last = found.dates[(found.dates["curve_day"] == "2026-10-05") & (found.dates["spot"] == 24.0)]
    assert last["profit"].tolist() == pytest.approx([200.0])


def test_two_expiries_of_one_day_have_two_curves() -> None:
    """The morning's and the evening's, by their times."""
    legs = pd.DataFrame(
        {
            "underlying": "SPX",
            "root": ["SPX", "SPXW"],
            "kind": "call",
            "strike": 5100.0,
            "expiry": "2026-11-20",
        }
    ).assign(quantity=[-1, 1], group="c", entry=[100.0, 102.0])
    seen = Market.of(as_of="2026-10-02", spot=5000.0, vol=0.15, rate=0.03)
    found = Book.of(legs).price(seen).payoff(after="held")
    names = found.curves["curve"].unique().tolist()
    assert names == ["today", "2026-11-20 14:30Z", "2026-11-20 21:00Z"]
    assert not found.curves.duplicated(["strategy_id", "curve", "spot"]).any()
