"""Which strategies lose most: the greatest loss first, three of them, none that gains."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from books import NEAR, market, valued
from optlab.pricing import Models
from optlab.scenario.causes import Seen, causes, losers, profits_in, told
from optlab.scenario.holdings import holdings
from optlab.scenario.shocks import Shock, at_no_shock

GROUPS = pd.DataFrame({"strategy_id": list("abcde"), "strategy": "long call", "unpriced": [0, 2, 0, 0, 0]})


def fall(part: float) -> Shock:
    """Move one underlying's spot."""
    return at_no_shock(1)._replace(factors=np.array([[1.0 + part]]))


def test_the_greatest_losses_come_first() -> None:
    found = losers(GROUPS, np.array([-1.0, -5.0, 3.0, -2.0, -4.0]))
    assert [row["strategy_id"] for row in found] == ["b", "e", "d"]
    assert found[0] == {"strategy_id": "b", "strategy": "long call", "profit": -5.0, "unpriced": 2}


def test_who_gains_or_has_no_value_is_no_cause() -> None:
    found = losers(GROUPS, np.array([1.0, 0.0, math.nan, 2.0, -1.0]))
    assert [row["strategy_id"] for row in found] == ["e"]
    assert losers(GROUPS, np.array([1.0, 0.0, math.nan, 2.0, 1.0])) == []


def test_a_strategy_that_lacks_legs_is_marked() -> None:
    """Its profit is not that of the whole strategy, and a reader has to know."""
    cause = {"strategy_id": "AAPL-1", "strategy": "covered call"}
    assert told({**cause, "unpriced": 0}) == "AAPL-1 covered call"
    assert told({**cause, "unpriced": 1}) == "AAPL-1 covered call (a leg is missing)"
    assert told({**cause, "unpriced": 3}) == "AAPL-1 covered call (3 legs are missing)"
    assert told({"strategy_id": "", "strategy": "", "unpriced": 0}) == "legs of no strategy"


def test_profits_are_measured_from_no_shock() -> None:
    """A shock that moves nothing gives exactly nothing."""
    held = holdings(valued((1000, "stock"), (1, "put", 24, NEAR)).legs, market())
    found = profits_in(held, [fall(0.0), fall(-0.1)], Models())
    assert found[0, 0] == 0.0
    assert -2424 < found[0, 1] < 0


def test_each_currency_has_its_own_worst_state() -> None:
    book = valued((1000, "stock"), group="g")
    seen = Seen(book.legs, market(), Models(), None, ("MIU",), np.ones((1, 1)))
    found = causes(seen, {"HKD": fall(-0.1)})
    assert found["HKD"][0]["profit"] == pytest.approx(-2424)


def test_where_none_loses_one_row_without_words_stands() -> None:
    book = valued((1000, "stock"))
    seen = Seen(book.legs, market(), Models(), None, ("MIU",), np.ones((1, 1)))
    (row,) = causes(seen, {"HKD": fall(0.1)})["HKD"]
    assert (row["strategy_id"], row["strategy"], row["unpriced"]) == ("", "", 0)
    assert math.isnan(float(str(row["profit"])))
