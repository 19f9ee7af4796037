"""Curves of a payoff are what the book is worth in other markets, and payoffs add up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import optlab as ol
from books import AS_OF, FAR, NEAR, market, xiaomi
from optlab.book import Book, Valuation
from optlab.market import Market
from optlab.payoff import Payoff
from payoff_cases import Array

SPOT = 24.24
DIVIDENDS = {"MIU": [("2026-11-10", 0.4), ("2026-12-15", 0.3)]}
SAMPLE = "sample_positions/xiaomi_top_trades.csv"

AMERICAN_DIAGONAL = ((1, "put", 26, FAR), (-1, "put", 24, NEAR), (-1, "call", 25, FAR))


def curve(payoff: Payoff, name: str) -> tuple[Array, Array]:
    """Return spots and profits of the one curve of that name."""
    rows = payoff.curves[payoff.curves["curve"] == name]
    assert len(rows) > 50
    return rows["spot"].to_numpy(), rows["profit"].to_numpy()


def bought(*rows: tuple[Any, ...], **columns: Any) -> Book:  # noqa: ANN401
    """Make one strategy whose entries are known."""
    return Book.of(xiaomi(*rows, multiplier=1000.0, entry=1.0, group="a", **columns))


def profit_in(book: Book, seen: Market) -> float:
    """Return the profit of a book in a market."""
    totals = book.price(seen).greeks()
    assert len(totals) == 1
    return float(totals["profit"].iloc[0])


@pytest.mark.usefixtures("in_project")
def test_today_at_spot_is_the_profit_of_the_valuation() -> None:
    valuation = ol.read(SAMPLE).price(ol.read_market("sample_positions/xiaomi_market.csv"))
    curves = valuation.payoff(sticky="moneyness").curves
    today = curves[(curves["curve"] == "today") & (curves["move"].abs() < 1e-12)]
    found = today.set_index("strategy_id")["profit"]
    expected = valuation.greeks(by="strategy_id").set_index("strategy_id")["profit"]
    assert len(found) == 22
    assert found.to_dict() == pytest.approx(expected.to_dict(), abs=1e-5)


CASES = {
    "european diagonal": (bought((1, "call", 23, FAR), (-1, "call", 26, NEAR), style="european"), {}),
    "american diagonal": (bought(*AMERICAN_DIAGONAL), {}),
    "american diagonal with cash dividends": (bought(*AMERICAN_DIAGONAL), {"dividends": DIVIDENDS}),
    "future beside an option": (bought((1, "future", None, FAR), (-1, "call", 25, NEAR)), {}),
    "stock with a put": (bought((1000, "stock"), (1, "put", 23, FAR)), {}),
}


@pytest.mark.parametrize(("book", "more"), CASES.values(), ids=list(CASES))
@pytest.mark.parametrize(
    "day", ["2026-11-10", "2026-11-18", None], ids=["ex-date", "between", "first expiry"]
)
def test_a_curve_is_the_book_seen_at_those_spots_on_that_day(
    book: Book, more: dict[str, Any], day: str | None
) -> None:
    """Every leg keeps its volatility; a dividend of the day itself is paid already."""
    valuation = book.price(market(**more))
    payoff = valuation.payoff(on=dt.date.fromisoformat(day) if day else None)
    when = str(payoff.summary["horizon_day"].iloc[0])
    spots, profits = curve(payoff, when)
    for place in np.linspace(3, len(spots) - 4, 3).astype(int):
        seen = market(**{**more, "as_of": when, "spot": spots[place]})
        assert profits[place] == pytest.approx(profit_in(book, seen), abs=0.05)


@pytest.mark.parametrize("style", ["european", "american"])
def test_along_a_flat_smile_volatility_stays_where_it_is(style: str) -> None:
    valuation = bought((1, "put", 22, FAR), (-1, "put", 24, NEAR), style=style).price(market())
    strike, moneyness = (valuation.payoff(sticky=word).curves for word in ("strike", "moneyness"))
    assert moneyness["profit"].to_numpy() == pytest.approx(strike["profit"].to_numpy(), abs=1e-6)


def test_along_a_skew_volatility_moves_with_spot() -> None:
    """Low strikes are dear: if spot falls to 90%, the put at the money is as dear as that at 111% is now."""
    legs = xiaomi(
        (1, "put", 22, NEAR), (1, "put", 24, NEAR), (1, "put", 26, NEAR), multiplier=1000.0, group="a"
    )
    valuation = Book.of(legs.assign(iv=[0.50, 0.44, 0.40], style="european")).price(market(vol=None))
    position = valuation.payoff(sticky="moneyness").each[0].laid.position
    assert position is not None
    spot = SPOT * 24.0 / 26.0
    seen = [24.0 * SPOT / spot, 22.0 * SPOT / spot]
    vols = [
        0.44 + 0.40 - 0.44,
        0.50 + np.interp(np.log(seen[1]), np.log([22, 24, 26]), [0.5, 0.44, 0.4]) - 0.50,
    ]
    assert seen[0] == pytest.approx(26.0)
    moved = xiaomi((1, "put", 24, NEAR), (1, "put", 22, NEAR), (1, "put", 26, NEAR), multiplier=1000.0)
    moved = moved.assign(iv=[*vols, 0.40], style="european")
    expected = Book.of(moved).price(market(vol=None, spot=spot)).legs["value"].sum()
    assert position.worth(np.array([spot]), 0.0)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("style", ["european", "american"])
def test_a_shift_of_volatility_raises_a_straddle_by_its_vega(style: str) -> None:
    """Half a point, whose square does not count, at spot now."""
    valuation = bought((1, "call", 24, NEAR), (1, "put", 24, NEAR), style=style).price(market())
    spots, before = curve(valuation.payoff(), "today")
    after = curve(valuation.payoff(vol_shift=0.005), "today")
    at = int(np.abs(spots - SPOT).argmin())
    assert after[0][at] == spots[at] == SPOT
    vega = float(valuation.legs["vega"].sum())
    assert vega > 0
    assert after[1][at] - before[at] == pytest.approx(0.5 * vega, rel=0.005)
    assert (after[1] > before).all()


# --- sums ---------------------------------------------------------------------------------------------------


def two_underlyings() -> Valuation:
    """Return two strategies on each of two underlyings, in two currencies, with entries."""
    hong_kong = xiaomi(
        (5, "call", 24, FAR), (-5, "call", 27, NEAR), (-3, "put", 22, NEAR), multiplier=1000.0, entry=0.8
    ).assign(group=["a", "a", "b"])
    new_york = xiaomi((2, "put", 230, FAR), (-2, "put", 210, FAR), (-1, "call", 260, NEAR), entry=6.0)
    new_york = new_york.assign(underlying="AAPL", currency="USD", multiplier=100.0, group=["c", "c", "d"])
    seen = market(spot={"MIU": SPOT, "AAPL": 235.0, "USDHKD": 7.8}, dividends=DIVIDENDS)
    return Book.of(pd.concat([hong_kong, new_york], ignore_index=True)).price(seen)


def test_an_underlying_is_the_sum_of_its_strategies() -> None:
    valuation = two_underlyings()
    each = {one.laid.key: one.laid for one in valuation.payoff().each}
    assert len(each) == 4
    for whole in valuation.payoff(by="underlying").each:
        parts = [one for one in each.values() if one.names["underlying"] == whole.laid.key]
        assert len(parts) == 2
        assert whole.laid.position is not None
        S = whole.laid.position.spot * np.linspace(0.0, 2.5, 60)
        for years in (0.0, 0.1, whole.laid.position.first, whole.laid.position.expiries[-1]):
            total = sum(one.position.profit(S, years) for one in parts if one.position is not None)
            assert whole.laid.position.profit(S, years) == pytest.approx(total, abs=0.05)


@pytest.mark.parametrize("currency", ["HKD", "USD"])
def test_a_book_is_the_sum_of_its_underlyings_at_the_same_move(currency: str) -> None:
    """In either currency; American puts and cash dividends are priced in percent of spot then."""
    valuation = two_underlyings()
    (book,) = valuation.payoff(by="book", currency=currency).each
    parts = [one.laid for one in valuation.payoff(by="underlying").each]
    rate = {"HKD": {"HKD": 1.0, "USD": 7.8}, "USD": {"HKD": 1 / 7.8, "USD": 1.0}}[currency]
    position, moves = book.laid.position, np.linspace(0.0, 2.5, 60)
    assert position is not None
    assert book.laid.names["currency"] == currency
    for years in (0.0, 0.1, 0.2):
        total = np.zeros(60)
        for part in parts:
            assert part.position is not None
            own = part.position.profit(part.position.spot * moves, years)
            total += rate[part.names["currency"]] * own
        assert position.profit(position.spot * moves, years) == pytest.approx(total, abs=0.5)


def test_a_book_in_two_currencies_says_that_it_needs_one() -> None:
    with pytest.raises(ol.MarketDataError, match="money in HKD and USD can't be added"):
        two_underlyings().payoff(by="book")


def test_the_day_is_that_of_the_market() -> None:
    with pytest.raises(ol.OptlabError, match="lies before"):
        two_underlyings().payoff(on=dt.date.fromisoformat(AS_OF) - dt.timedelta(days=1))
