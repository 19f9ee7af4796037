"""The canonical table: what is filled in, and the rules a row keeps."""

from __future__ import annotations

import pandas as pd
import pytest

from books import NEAR, xiaomi
from optlab.columns import COLUMNS, LEG_COLUMNS
from optlab.errors import ReadError
from optlab.legs import canonical, faults


def test_the_list_of_roots_fills_what_is_not_given() -> None:
    """A Xiaomi option is American, in dollars of Hong Kong, a thousand shares; an S&P weekly European, a hundred."""
    legs = canonical(
        pd.DataFrame(
            {"underlying": ["MIU", "SPX", "AAPL"], "root": ["MIU", "SPXW", ""], "kind": "call", "strike": [24, 6600, 250],
             "expiry": NEAR, "quantity": 1}
        )
    )  # fmt: skip
    assert legs["style"].tolist() == ["american", "european", "american"]
    assert legs["multiplier"].tolist() == [1000, 100, 100]
    assert legs["currency"].tolist() == ["HKD", "USD", "USD"]
    assert legs["root"].tolist() == ["MIU", "SPXW", "AAPL"]
    assert list(legs.columns) == list(LEG_COLUMNS)


def test_a_bare_date_is_the_market_s_close() -> None:
    legs = canonical(xiaomi((1, "call", 24, NEAR)))
    assert legs["expiry"][0] == pd.Timestamp("2026-11-27 08:00", tz="UTC")


def test_a_time_of_day_is_kept() -> None:
    legs = canonical(xiaomi((1, "call", 24, "2026-11-27T03:30:00Z")))
    assert legs["expiry"][0] == pd.Timestamp("2026-11-27 03:30", tz="UTC")


def test_stock_has_a_multiplier_of_one() -> None:
    assert canonical(xiaomi((500, "stock")))["multiplier"].tolist() == [1.0]


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(ReadError, match=r"columns colour are not leg columns\. Fix: drop them"):
        canonical(xiaomi((1, "stock"), colour="red"))


def test_a_column_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(ReadError, match="column quantity should hold number values"):
        canonical(xiaomi(("many", "stock")))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"kind": "warrant"}, "kind"),
        ({"underlying": ""}, "underlying"),
        ({"quantity": float("inf")}, "quantity"),
        ({"multiplier": 0.0}, "multiplier"),
        ({"strike": float("nan")}, "strike"),
        ({"strike": -5.0}, "strike"),
        ({"expiry": pd.NaT}, "expiry"),
        ({"style": "bermudan"}, "style"),
        ({"entry": -1.0}, "entry"),
        ({"mark": -1.0}, "mark"),
        ({"iv": 43.0}, "iv"),
        ({"iv": -0.1}, "iv"),
        ({"rate": 2.7}, "rate"),
        ({"dividend_yield": -3.0}, "dividend_yield"),
        ({"spot": 0.0}, "spot"),
    ],
)
def test_each_rule_names_its_column(change: dict[str, object], column: str) -> None:
    legs = canonical(xiaomi((1, "call", 24, NEAR), (1, "call", 25, NEAR)))
    for name, value in change.items():
        legs[name] = [legs[name][0], value]
    assert [(fault.row, fault.column) for fault in faults(legs)] == [(1, column)]


def test_a_good_leg_breaks_no_rule() -> None:
    assert (
        faults(canonical(xiaomi((1, "call", 24, NEAR), (100, "stock"), (-1, "future"), (5e4, "cash")))) == []
    )


def test_every_column_says_what_it_is() -> None:
    for name, column in COLUMNS.items():
        assert column.meaning, name
        assert column.type in ("text", "whole") or column.unit, name
