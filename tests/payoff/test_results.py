"""The tables of a payoff: their columns, their numbers by hand, and that they agree with each other."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from books import FAR, NEAR, market, xiaomi
from optlab.book import Book
from optlab.columns import COLUMNS
from optlab.errors import PricingError
from optlab.payoff.results import round_spots
from payoffs import BOTH, payoff


def test_every_column_is_published() -> None:
    """With a unit and a meaning."""
    found = payoff()
    for name, table in found.tables.items():
        unknown = [column for column in table.columns if column not in COLUMNS]
        assert not unknown, (name, unknown)


def test_a_bull_call_spread_by_hand() -> None:
    """1,000 shares: 810 paid, 2,190 to win, even at 25.81."""
    row = payoff(strategy_id="MIU-1").summary.iloc[0]
    assert row["breakevens"] == "25.81"
    assert row["max_profit"] == pytest.approx(2190.0)
    assert (row["max_profit_from"], row["max_profit_to"]) == (28.0, math.inf)
    assert row["max_loss"] == pytest.approx(-810.0)
    assert (row["entry_cost"], row["entry_source"], row["exactness"]) == (
        pytest.approx(810.0),
        "entry",
        "exact",
    )
    assert (row["horizon_day"], row["days_nearest"], row["right_tail"]) == (NEAR, pytest.approx(56.0), "flat")
    assert (row["law"], row["law_vol"]) == ("lognormal", pytest.approx(0.43))


def test_a_diagonal_depends_on_the_model() -> None:
    """And says so."""
    row = payoff(strategy_id="MIU-2").summary.iloc[0]
    assert row["exactness"] == "model"
    assert row["max_profit_from"] == 27.0
    assert payoff(strategy_id="MIU-2", after="held").summary.iloc[0]["max_profit"] == math.inf


def test_curves_are_todays_the_horizon_s_and_what_is_held() -> None:
    """Today's at spot is the profit of the valuation; the horizon's passes zero at the breakeven."""
    valued = Book.of(BOTH).price(market())
    found = valued.payoff("MIU-2", after="held")
    assert found.curves["curve"].unique().tolist() == ["today", NEAR, FAR]
    today = found.curves[(found.curves["curve"] == "today") & np.isclose(found.curves["spot"], 24.24)]
    assert today["profit"].item() == pytest.approx(
        valued.strategies().set_index("strategy_id")["profit"]["MIU-2"]
    )
    then = found.curves[found.curves["curve"] == NEAR]
    (even,) = found.each[0].profile.shape.breakevens if found.each[0].profile else ()
    assert np.interp(even, then["spot"], then["profit"]) == pytest.approx(0.0, abs=1e-6)
    held = found.curves[found.curves["curve"] == FAR]
    assert (held["least"] <= held["profit"] + 1e-9).all()
    assert (held["profit"] <= held["most"] + 1e-9).all()
    assert (then["least"] == then["profit"]).all()


def test_the_table_of_dates_agrees_with_the_curves() -> None:
    """The first day is today, the last the horizon."""
    found = payoff(strategy_id="MIU-2")
    days = found.dates["curve_day"].unique()
    assert days[0] == "2026-10-02"
    assert days[-1] == NEAR
    assert len(days) == 6
    last = found.dates[found.dates["curve_day"] == NEAR]
    then = found.curves[found.curves["curve"] == NEAR]
    assert np.interp(last["spot"], then["spot"], then["profit"]) == pytest.approx(last["profit"], abs=10.0)
    assert 24.24 in last["spot"].to_numpy()


def test_breakevens_and_short_strikes_may_be_touched() -> None:
    """Each once, low to high, touched at least as often as passed."""
    found = payoff(strategy_id="MIU-1").touched
    assert found["level_of"].tolist() == ["breakeven", "short 27NOV26 28C"]
    assert found["level"].tolist() == pytest.approx([25.81, 28.0])
    assert (found["probability_of_touch"] >= found["probability_beyond"]).all()


def test_another_day_is_the_model_s() -> None:
    """A week from now: nothing has ended."""
    row = payoff(strategy_id="MIU-1", on=dt.date(2026, 10, 9)).summary.iloc[0]
    assert (row["horizon_day"], row["exactness"]) == ("2026-10-09", "model")
    assert -810 - 1e-6 < row["max_loss"] < -700


def test_all_of_an_underlying() -> None:
    """The profit of both strategies at each spot."""
    found = payoff(by="underlying")
    assert found.summary["underlying"].tolist() == ["MIU"]
    S = np.array([15.0, 24.0, 33.0])
    each = [one.laid.position for one in payoff().each]
    whole = found.each[0].laid.position
    assert whole is not None
    years = whole.first
    assert whole.profit(S, years) == pytest.approx(
        sum(one.profit(S, years) for one in each if one is not None)
    )


def test_what_cannot_be_analysed_says_why() -> None:
    """A row with its status and no numbers."""
    found = Book.of(BOTH.assign(group="")).price(market(vol=None)).payoff()
    assert set(found.summary["status"]) == {"no_vol"}
    assert found.summary["max_profit"].isna().all()
    assert found.curves.empty
    assert found.dates.empty
    assert found.touched.empty


def test_an_empty_book_has_empty_tables() -> None:
    """With their columns."""
    found = Book.of(xiaomi((5000, "cash"))).price(market()).payoff()
    assert found.summary.empty
    assert "max_profit" in found.summary.columns


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            {"strategy_id": "MIU-7"},
            "there is no strategy 'MIU-7'. Fix: optlab strategies lists their ids, such as MIU-1.",
        ),
        ({"on": dt.date(2026, 10, 1)}, "the day 2026-10-01 lies before 2026-10-02, the day of the market."),
    ],
)
def test_what_is_not_there_is_refused(choices: dict[str, Any], message: str) -> None:
    """With the fix."""
    with pytest.raises(PricingError) as refused:
        payoff(**choices)
    assert message in str(refused.value)


def test_the_rules_are_said() -> None:
    """What is closed or held, what volatilities do, and the law."""
    assert payoff(drift=0.05).rules == (
        "as of 2026-10-02",
        "all is closed at the first expiry: what is left is sold at model value",
        "each leg keeps its own volatility (sticky strike)",
        "law of spot: lognormal with one volatility, drift 5.0% a year",
    )


@pytest.mark.parametrize(
    ("low", "high", "step"), [(18.3, 31.2, 1.0), (180, 312, 10.0), (0.0, 1.0, 0.1), (99.0, 101.0, 0.2)]
)
def test_round_spots_are_evenly_spaced(low: float, high: float, step: float) -> None:
    """Inside the range, and round."""
    found = round_spots(low, high, 13)
    assert np.diff(found) == pytest.approx(np.full(len(found) - 1, found[1] - found[0]))
    assert low <= found[0]
    assert found[-1] <= high + 1e-9
    assert 0.5 * step <= found[1] - found[0] <= 2.5 * step
