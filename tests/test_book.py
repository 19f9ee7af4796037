"""Book and Valuation, as a library user holds them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import optlab as ol
from books import AS_OF, NEAR, market, valued, xiaomi


def test_rows_make_a_book_as_a_table_does() -> None:
    """A list of mappings, as JSON gives it."""
    rows = xiaomi((1, "call", 24, NEAR)).to_dict("records")
    pd.testing.assert_frame_equal(ol.Book.of(rows).legs, ol.Book.of(pd.DataFrame(rows)).legs)  # type: ignore[arg-type]


def test_a_valuation_s_legs_make_the_same_book_again() -> None:
    """What later stages added falls off, and the market's numbers don't become the leg's own."""
    valuation = valued((1, "call", 24, NEAR), (100, "stock"), group="g", iv=[0.4, None])
    again = ol.Book.of(valuation.legs)
    pd.testing.assert_frame_equal(again.legs, valuation.book.legs)


def test_the_first_broken_row_is_named() -> None:
    with pytest.raises(
        ol.ReadError, match=r"row 1: strike is missing for an option\. Fix: write a price such as 105\."
    ):
        ol.Book.of(xiaomi((1, "call", 24, NEAR), (1, "call", None, NEAR)))


@pytest.mark.parametrize("wrong", ["market.csv", 24.24, pd.DataFrame()])
def test_what_is_no_market_is_refused(wrong: Any) -> None:  # noqa: ANN401
    with pytest.raises(
        ol.MarketDataError, match=r"is no Market\. Fix: optlab\.read_market\(path\), or Market\.of"
    ):
        ol.Book.of(xiaomi((1, "stock"))).price(wrong)


def test_without_a_market_the_legs_own_quotes_will_do() -> None:
    book = ol.Book.of(xiaomi((1, "call", 24, NEAR), spot=24.24, iv=0.43, rate=0.027))
    leg = book.price(ol.Market.of(as_of=AS_OF)).legs.iloc[0]
    assert leg["price"] == pytest.approx(1.7907, abs=1e-4)
    assert (leg["spot_source"], leg["vol_source"]) == ("leg", "leg_iv")


def test_notices_say_what_was_assumed() -> None:
    legs = xiaomi((1, "call", 24, NEAR), traded_at="2026-10-05T02:00:00Z")
    valuation = ol.Book.of(legs).price(ol.Market.of(as_of=AS_OF, spot={"MIU": 24, "TCH": 600}, vol=0.4))
    assert valuation.notices == (
        "spot of TCH is used for no leg: none is on TCH",
        "1 leg was traded after 2026-10-02, the time of the market",
        "no rate for MIU: taken as 0; add it to the market, or say --rate 3%",
        "no dividend yield for MIU: taken as 0; add it to the market, or say --dividend-yield 1%",
    )


def test_a_book_without_legs_is_worth_nothing() -> None:
    valuation = ol.Book.of(xiaomi()).price(market())
    assert len(valuation.legs) == len(valuation.greeks(by="underlying")) == len(valuation.unpriced) == 0
    bias = valuation.bias()
    assert bias.headline == "nothing to lean: no strategy is counted"
    assert list(bias.strategies.columns[:3]) == ["strategy_id", "strategy", "family"]
    assert valuation.verify().agrees


def test_everything_can_be_pickled_and_copied() -> None:
    """For workers of another process."""
    import copy
    import pickle

    valuation = valued((1, "call", 24, NEAR))
    for thing in (valuation, valuation.market, valuation.book, valuation.bias()):
        assert type(pickle.loads(pickle.dumps(thing))) is type(thing)  # noqa: S301 - our own bytes
        copy.deepcopy(thing)
