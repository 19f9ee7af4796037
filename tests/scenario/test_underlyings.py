"""How far each underlying goes: percent, standard deviations of its own volatility, beta times an index."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.errors import MarketDataError
from optlab.market import Market, quote_table
from optlab.scenario.moves import axis
from optlab.scenario.underlyings import factors, refuse_unpriced_index, spot_vols

DAY = dt.date(2026, 10, 2)
QUOTES = Market(
    quote_table(
        [
            {"underlying": "AAA", "spot": 50.0, "vol": 0.40, "beta": 1.5},
            {"underlying": "BBB", "spot": 20.0, "vol": 0.20, "beta": -0.5},
            {"underlying": "SPY", "spot": 600.0, "vol": 0.16},
        ]
    ),
    DAY,
)
NAMES = ["AAA", "BBB"]


def book() -> ol.Valuation:
    """Hold stock of two underlyings."""
    legs = pd.DataFrame({"underlying": NAMES, "kind": "stock", "quantity": 100})
    return ol.Book.of(legs).price(QUOTES)


def sized(moves: str, **choices: object) -> list[list[float]]:
    """Return the factors of both."""
    return factors(book().legs, QUOTES, NAMES, axis("spot", moves), **choices).tolist()  # type: ignore[arg-type]


def test_percent_is_of_spot() -> None:
    assert sized("-20%,0,5%") == [[0.8, 1.0, 1.05], [0.8, 1.0, 1.05]]


def test_a_standard_deviation_is_each_underlying_s_own() -> None:
    """S exp(x vol sqrt(n / 252)), one trading day unless it is said otherwise."""
    found = sized("-2s,0,1s")
    assert found[0] == pytest.approx([math.exp(-2 * 0.4 / math.sqrt(252)), 1, math.exp(0.4 / math.sqrt(252))])
    assert found[1] == pytest.approx([math.exp(-2 * 0.2 / math.sqrt(252)), 1, math.exp(0.2 / math.sqrt(252))])
    assert sized("1s", sigma_days=10.0)[0] == pytest.approx([math.exp(0.4 * math.sqrt(10 / 252))])


def test_beta_weighted_moves_are_the_index_s_times_beta() -> None:
    """A stock with beta 1.5 falls 15% when the index falls 10%, one with beta -0.5 rises 5%."""
    assert sized("-10%,0", beta_to="SPY") == [pytest.approx([0.85, 1.0]), pytest.approx([1.05, 1.0])]


def test_beta_weighted_deviations_are_the_index_s() -> None:
    move = math.expm1(2 * 0.16 / math.sqrt(252))
    assert sized("2s", beta_to="SPY") == [pytest.approx([1 + 1.5 * move]), pytest.approx([1 - 0.5 * move])]


def test_nothing_falls_by_more_than_all() -> None:
    assert sized("-80%", beta_to="SPY")[0] == [0.0]


def test_no_move_is_exactly_none() -> None:
    for moves, choices in (
        ("0", {}),
        ("0s,1s", {}),
        ("0", {"beta_to": "SPY"}),
        ("0s,1s", {"beta_to": "SPY"}),
    ):
        assert [own[0] for own in sized(moves, **choices)] == [1.0, 1.0]


def test_without_a_move_nobody_needs_a_beta_or_a_volatility() -> None:
    bare = Market(QUOTES.quotes.assign(beta=np.nan, vol=np.nan), DAY)
    for moves, beta_to in (("0", "SPY"), ("0s", "SPY"), ("0s", None)):
        found = factors(book().legs, bare, NAMES, axis("spot", moves), beta_to=beta_to)
        assert found.tolist() == [[1.0], [1.0]]
    assert factors(book().legs, bare, [], axis("spot", "-2s"), beta_to="SPY").shape == (0, 1)


def test_an_index_is_known_by_a_price_or_by_being_held() -> None:
    legs = book().legs
    for name in ("SPY", "AAA", None):
        refuse_unpriced_index(legs, QUOTES, name)
    unquoted = Market(QUOTES.quotes.assign(spot=np.nan), DAY)
    refuse_unpriced_index(legs, unquoted, "AAA")
    refuse_unpriced_index(legs, unquoted.override(spot={"SPY": 600.0}), "SPY")
    with pytest.raises(MarketDataError, match=r"no price of the index SPY. Fix: add it to the market"):
        refuse_unpriced_index(legs, unquoted, "SPY")


def test_an_underlying_without_a_beta_is_refused() -> None:
    """A missing beta is never taken as 1."""
    quotes = Market(QUOTES.quotes.assign(beta=[1.5, np.nan, np.nan]), DAY)
    with pytest.raises(MarketDataError, match=r"no beta of BBB to SPY. Fix: add it to the column beta"):
        factors(book().legs, quotes, NAMES, axis("spot", "5%"), beta_to="SPY")


def test_an_index_without_a_volatility_is_refused_for_deviations_alone() -> None:
    quotes = Market(QUOTES.quotes.assign(vol=[0.4, 0.2, np.nan]), DAY)
    with pytest.raises(
        MarketDataError, match=r"no volatility of SPY to measure standard deviations by. Fix: "
    ):
        factors(book().legs, quotes, NAMES, axis("spot", "1s"), beta_to="SPY")
    assert factors(book().legs, quotes, NAMES, axis("spot", "10%"), beta_to="SPY").shape == (2, 1)


def test_what_the_user_says_wins_over_the_quote() -> None:
    said = QUOTES.override(vol={"AAA": 0.5})
    assert spot_vols(book().legs, said, NAMES).tolist() == [0.5, 0.2]
    assert spot_vols(book().legs, QUOTES.override(vol=0.3), NAMES).tolist() == [0.3, 0.3]


def test_without_a_quote_the_nearest_option_says_it() -> None:
    """The strike nearest to spot in the nearest expiry that is at least a week away."""
    rows = [
        (1, "call", 24, "2026-10-05"),
        (1, "call", 29, NEAR),
        (1, "put", 25, NEAR),
        (1, "call", 24, FAR),
    ]
    legs = xiaomi(*rows).assign(iv=[0.9, 0.5, 0.44, 0.41])
    quotes = Market.of(as_of="2026-10-02", spot=24.24, rate=0.027)
    assert spot_vols(ol.Book.of(legs).price(quotes).legs, quotes, ["MIU"]).tolist() == [0.44]
    only = ol.Book.of(legs.head(1)).price(quotes)
    assert spot_vols(only.legs, quotes, ["MIU"]).tolist() == [0.9]


def test_stock_alone_without_a_volatility_is_refused_and_the_fix_works() -> None:
    legs = ol.Book.of(xiaomi((100, "stock"))).price(Market.of(as_of="2026-10-02", spot=24.24)).legs
    bare = Market.of(as_of="2026-10-02", spot=24.24)
    with pytest.raises(MarketDataError, match=r"say --vol MIU=30%, or move spot by percent"):
        spot_vols(legs, bare, ["MIU"])
    assert spot_vols(legs, bare.override(vol={"MIU": 0.3}), ["MIU"]).tolist() == [0.3]


def test_a_volatility_for_one_expiry_is_not_the_underlying_s() -> None:
    rows = [
        {"underlying": "MIU", "vol": 0.9, "expiry": NEAR},
        {"underlying": "MIU", "spot": 24.24, "vol": 0.43},
    ]
    assert spot_vols(valued((1, "stock")).legs, Market(quote_table(rows), DAY), ["MIU"]).tolist() == [0.43]
    assert market().day == DAY
