"""Cash dividends laid beside legs, and the forwards that follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from books import FAR, NEAR, market, xiaomi
from optlab.carry import dividends_ahead, forwards, spots_below, yields_between
from optlab.errors import MarketDataError
from optlab.legs import canonical
from optlab.market import Market
from optlab.pricing.dividends import Dividends

MIDNIGHT = 8 / 24  # from the close in Hong Kong to the first moment of the next day, in days


def test_an_ex_date_begins_at_midnight_where_the_stock_is_listed() -> None:
    """From the close of 2 October to 20 November: 48 days and eight hours."""
    paid = market().with_dividends({"MIU": [("2026-11-20", 0.5)]})
    ahead = dividends_ahead(canonical(xiaomi((1, "call", 24, NEAR))), paid)
    assert ahead.years.tolist() == [[pytest.approx((48 + MIDNIGHT) / 365, rel=1e-13)]]
    assert ahead.amounts.tolist() == [[0.5]]


def test_each_leg_has_the_dividends_of_its_own_underlying() -> None:
    """Stock has them too, another underlying has another list; what is missing is 0 at no time."""
    legs = canonical(
        pd.concat(
            [
                xiaomi((1, "call", 24, NEAR), (100, "stock")),
                xiaomi((1, "put", 24, FAR)).assign(underlying="TCH"),
            ]
        )
    )
    paid = market().with_dividends(
        {"MIU": [("2026-11-20", 0.5), ("2027-11-20", 0.6)], "TCH": [("2026-12-01", 3.0)]}
    )
    ahead = dividends_ahead(legs, paid)
    assert ahead.amounts.tolist() == [[0.5, 0.6], [0.5, 0.6], [3.0, 0.0]]
    assert np.isnan(ahead.years).tolist() == [[False, False], [False, False], [False, True]]


def test_a_past_dividend_has_negative_years() -> None:
    paid = market().with_dividends({"MIU": [("2026-10-02", 0.5)]})
    assert dividends_ahead(canonical(xiaomi((1, "call", 24, NEAR))), paid).years[0, 0] < 0


def test_without_dividends_there_are_no_columns() -> None:
    assert dividends_ahead(canonical(xiaomi((1, "call", 24, NEAR))), market()).years.shape == (1, 0)


def test_a_dividend_in_another_currency_is_converted_or_refused() -> None:
    """Hong Kong companies pay in yuan or dollars."""
    legs = canonical(xiaomi((1, "call", 24, NEAR)))
    paid = market().with_dividends({"MIU": [("2026-11-20", 0.5)]})
    foreign = Market(paid.quotes, paid.as_of, paid.overrides, dividends=paid.dividends.assign(currency="USD"))
    with pytest.raises(MarketDataError, match=r"no exchange rate from USD to HKD\. Fix: add the row"):
        dividends_ahead(legs, foreign)
    assert dividends_ahead(legs, foreign.override(spot={"USDHKD": 7.8})).amounts.tolist() == [
        [pytest.approx(3.9)]
    ]


ONE = Dividends(np.array([[0.1, 0.2]]), np.array([[1.0, 2.0]]))


def carried(**columns: float) -> pd.DataFrame:
    return pd.DataFrame(
        [{"kind": "call", "spot": 100.0, "years": 0.5, "rate": 0.04, "dividend_yield": 0.01, **columns}]
    )


def test_spot_and_forward_lead_to_each_other() -> None:
    forward = forwards(carried(), ONE)
    by_hand = (100 - np.exp(-0.003) - 2 * np.exp(-0.006)) * np.exp(0.015)
    assert forward[0] == pytest.approx(by_hand, rel=1e-14)
    assert spots_below(forward, carried(), ONE)[0] == pytest.approx(100, rel=1e-14)
    table = carried()
    found = yields_between(table["spot"], forward, table["years"], table["rate"], ONE)
    assert found[0] == pytest.approx(0.01, abs=1e-12)


@pytest.mark.parametrize(("column", "value"), [("kind", "stock"), ("years", -0.1)])
def test_what_does_not_expire_any_more_has_no_forward(column: str, value: float) -> None:
    assert np.isnan(forwards(carried(**{column: value}), ONE)[0])
