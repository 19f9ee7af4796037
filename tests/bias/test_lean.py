"""The delta rule on ordinary positions, and the shares that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import optlab as ol
from books import AS_OF, FAR, NEAR, market, valued, xiaomi
from optlab.errors import PricingError

ORDINARY: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "long call": ([(1, "call", 25, NEAR)], "bullish"),
    "long put": ([(1, "put", 24, NEAR)], "bearish"),
    "short put": ([(-1, "put", 22, NEAR)], "bullish"),
    "stock": ([(1000, "stock")], "bullish"),
    "short stock": ([(-1000, "stock")], "bearish"),
    "covered call": ([(1000, "stock"), (-1, "call", 27, NEAR)], "bullish"),
    "narrow bull call spread": ([(1, "call", 24, NEAR), (-1, "call", 25, NEAR)], "bullish"),
    "wide bear put spread": ([(1, "put", 25, NEAR), (-1, "put", 20, NEAR)], "bearish"),
    "risk reversal": ([(1, "call", 26, NEAR), (-1, "put", 22, NEAR)], "bullish"),
    "straddle": ([(1, "call", 24, NEAR), (1, "put", 24, NEAR)], "neutral"),
    "iron condor": (
        [(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, NEAR)],
        "neutral",
    ),
    "at-the-money call calendar": ([(-1, "call", 24, NEAR), (1, "call", 24, FAR)], "neutral"),
    "call diagonal, far leg lower": ([(1, "call", 22, FAR), (-1, "call", 27, NEAR)], "bullish"),
    "call diagonal, near leg lower": ([(-1, "call", 24, NEAR), (1, "call", 30, FAR)], "bearish"),
    "synthetic stock": ([(1, "call", 24, NEAR), (-1, "put", 24, NEAR)], "bullish"),
}


@pytest.mark.parametrize(("legs", "direction"), ORDINARY.values(), ids=ORDINARY)
def test_ordinary_positions_lean_as_a_trader_says(legs: list[tuple[Any, ...]], direction: str) -> None:
    """Fifteen everyday positions, each one group."""
    table = valued(*legs, group="one").bias().strategies
    assert list(table["direction"]) == [direction]


def test_flipping_every_quantity_swaps_bullish_and_bearish() -> None:
    """The rule has no side of its own."""
    for legs, _ in ORDINARY.values():
        there = valued(*legs, group="one").bias().strategies["delta_ratio"][0]
        flipped = [(-quantity, *rest) for quantity, *rest in legs]
        back = valued(*flipped, group="one").bias().strategies["delta_ratio"][0]
        assert back == pytest.approx(-there, abs=1e-12)


def test_lots_change_nothing_but_cash() -> None:
    """Ten times the package has the same ratio and delta per lot."""
    one = valued((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="g").bias().strategies.iloc[0]
    ten = valued((10, "call", 24, NEAR), (-10, "call", 27, NEAR), group="g").bias().strategies.iloc[0]
    assert ten["delta_ratio"] == pytest.approx(one["delta_ratio"], rel=1e-12)
    assert ten["delta_per_lot"] == pytest.approx(one["delta_per_lot"], rel=1e-12)
    assert ten["delta_cash"] == pytest.approx(10 * one["delta_cash"], rel=1e-12)
    assert (one["lots"], ten["lots"]) == (1, 10)


def test_the_ratios_seen_with_thirty_percent_and_thirty_days() -> None:
    """On 24.24: narrow verticals from 0.66 to 0.84, the 24 straddle about 0.14, the condor about 0.08."""
    expiry = "2026-11-01"
    legs = xiaomi(
        *[(1, "call", 24, expiry), (-1, "call", 25, expiry)],
        *[(1, "put", 24, expiry), (-1, "put", 23, expiry)],
        *[(1, "call", 24, expiry), (1, "put", 24, expiry)],
        *[(1, "put", 20, expiry), (-1, "put", 22, expiry), (-1, "call", 27, expiry), (1, "call", 29, expiry)],
        group=["calls"] * 2 + ["puts"] * 2 + ["straddle"] * 2 + ["condor"] * 4,
    )
    table = ol.Book.of(legs).price(market(vol=0.30)).bias().strategies.set_index("group")
    assert 0.66 < table["delta_ratio"]["calls"] < 0.84
    assert -0.84 < table["delta_ratio"]["puts"] < -0.66
    assert table["delta_ratio"]["straddle"] == pytest.approx(0.14, abs=0.04)
    assert abs(table["delta_ratio"]["condor"]) == pytest.approx(0.08, abs=0.03)


def test_a_straddle_ratio_in_closed_form() -> None:
    """Struck at the forward, V - V(F) = |S - F|, so the ratio is the straddle's own delta."""
    years = 56 / 365
    strike = 24.24 * np.exp(0.027 * years)
    legs = ((1, "call", strike, NEAR), (1, "put", strike, NEAR))
    row = valued(*legs, group="g", style="european").bias().strategies.iloc[0]
    delta = 2 * norm.cdf(0.5 * 0.43 * np.sqrt(years)) - 1
    assert row["delta_ratio"] == pytest.approx(delta, rel=1e-9)


def test_a_box_has_no_exposure() -> None:
    """Long box: worth 3.00 whatever happens."""
    box = [(1, "call", 24, NEAR), (-1, "put", 24, NEAR), (-1, "call", 27, NEAR), (1, "put", 27, NEAR)]
    row = valued(*box, group="box").bias().strategies.iloc[0]
    assert (row["direction"], row["reason"]) == ("neutral", "no exposure")


def test_a_conversion_has_no_exposure() -> None:
    """Stock, short call and long put at one strike."""
    legs = [(1000, "stock"), (-1, "call", 24, NEAR), (1, "put", 24, NEAR)]
    row = valued(*legs, group="c").bias().strategies.iloc[0]
    assert (row["direction"], row["reason"]) == ("neutral", "no exposure")


def test_an_unpriced_leg_leaves_its_strategy_unclassified_with_the_reason() -> None:
    """No spot: the rule can't say, and says why."""
    book = ol.Book.of(xiaomi((1, "call", 24, NEAR), group="g"))
    result = book.price(ol.Market.of(as_of=AS_OF, vol=0.4)).bias()
    assert list(result.strategies["direction"]) == ["unclassified"]
    assert list(result.strategies["reason"]) == ["no_spot"]
    assert "100% unclassified" in result.headline


def test_rolls_and_closing_packages_are_counted_apart() -> None:
    """One closes and one opens: no view; a package that only closes: no view."""
    legs = xiaomi(
        *[(1, "put", 24, NEAR), (-1, "put", 23, FAR), (1, "call", 25, NEAR), (1, "call", 26, NEAR)],
        group=["r", "r", "c", "o"],
        effect=["close", "open", "close", "open"],
    )
    result = ol.Book.of(legs).price(market()).bias()
    assert list(result.strategies["direction"]) == ["not counted", "not counted", "bullish"]
    assert result.shares["n"].tolist() == [1]
    assert result.left_out == (
        "1 not counted: closes a position",
        "1 not counted: roll: closes one leg and opens another",
    )


def test_loose_legs_are_leaned_as_the_strategies_that_they_make() -> None:
    """A long and a short call are one bull call spread, not one bullish and one bearish leg."""
    result = valued((1, "call", 24, NEAR), (-1, "call", 27, NEAR)).bias()
    assert list(result.strategies["strategy"]) == ["bull call spread"]
    assert list(result.strategies["direction"]) == ["bullish"]


def test_contracts_that_expired_earlier_are_out_of_the_lean() -> None:
    """They are listed, not counted."""
    result = valued((1, "call", 24, "2026-09-29"), (1, "call", 24, NEAR), group=["a", "b"]).bias()
    assert list(result.strategies["direction"]) == ["not counted", "bullish"]


def test_a_leg_expiring_now_still_leans_for_a_day() -> None:
    """At the close of expiry day an in-the-money call is stock for delivery."""
    row = valued((1, "call", 20, AS_OF), group="g").bias().strategies.iloc[0]
    assert row["direction"] == "bullish"
    assert row["horizon"] == pytest.approx(1.0)


def test_a_settled_near_leg_leaves_the_far_leg_s_lean() -> None:
    """A calendar on the evening of its near expiry is its far call."""
    calendar = valued((-1, "call", 24, AS_OF), (1, "call", 24, NEAR), group="g").bias().strategies.iloc[0]
    alone = valued((1, "call", 24, NEAR), group="g").bias().strategies.iloc[0]
    assert calendar["expected_move"] == pytest.approx(alone["expected_move"], rel=1e-12)


def test_shares_by_underlying_and_for_the_whole_book() -> None:
    """Two underlyings give three scopes."""
    legs = pd.concat(
        [xiaomi((1, "call", 24, NEAR), (1, "put", 24, NEAR), group=["a", "b"]),
         xiaomi((1, "call", 24, NEAR), group="c").assign(underlying="TCH")]
    )  # fmt: skip
    shares = ol.Book.of(legs).price(market()).bias().shares
    assert shares["scope"].tolist() == ["MIU", "TCH", "book"]
    assert shares["bullish"].tolist() == pytest.approx([1 / 2, 1, 2 / 3])


def test_the_neutral_band_moves_the_border() -> None:
    """A straddle's 0.08 is bullish once the band is narrower."""
    straddle = valued((1, "call", 24, NEAR), (1, "put", 24, NEAR), group="g")
    assert straddle.bias(neutral=0.05).strategies["direction"][0] == "bullish"
    assert straddle.bias(neutral=0.30).strategies["direction"][0] == "neutral"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neutral": 20.0}, "a neutral band of 20 can't be meant. Fix: use one from 0 to 1, such as 0.2."),
        ({"rule": "astrology"}, "rule 'astrology' is not known. Fix: use delta or scenario or name."),
        (
            {"weight": "mood"},
            "weight 'mood' is not known. Fix: use count or contracts or premium or delta or vega.",
        ),
    ],
)
def test_a_bad_call_says_the_fix(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(PricingError) as caught:
        valued((1, "call", 24, NEAR)).bias(**arguments)
    assert str(caught.value) == message


def test_the_order_of_rows_does_not_matter() -> None:
    """Shuffled legs give the same ratios."""
    legs = xiaomi(
        *[(1, "put", 20, NEAR), (-1, "put", 22, NEAR), (-1, "call", 27, NEAR), (1, "call", 29, FAR)],
        *[(2, "call", 24, NEAR), (-2, "call", 28, FAR), (1, "call", 26, NEAR)],
        group=["a"] * 4 + ["b"] * 3,
    )
    straight = ol.Book.of(legs).price(market()).bias().strategies.set_index("group")["delta_ratio"]
    shuffled = ol.Book.of(legs.sample(frac=1, random_state=3)).price(market()).bias()
    assert shuffled.strategies.set_index("group")["delta_ratio"][straight.index].tolist() == straight.tolist()


def test_the_band_s_border_is_outside() -> None:
    """A ratio equal to the band is bullish, its opposite bearish."""
    for sign, direction in ((1, "bullish"), (-1, "bearish")):
        position = valued((sign, "call", 24, NEAR), (sign, "put", 24, NEAR), group="g")
        ratio = position.bias().strategies["delta_ratio"][0]
        assert list(position.bias(neutral=abs(ratio)).strategies["direction"]) == [direction]


def test_no_exposure_is_measured_against_the_largest_leg() -> None:
    """A box of 1,000 lots with one call to spare moves less than 0.0001 of spot on its largest leg."""
    box = [
        (1000, "call", 24, NEAR),
        (-1000, "put", 24, NEAR),
        (-1000, "call", 27, NEAR),
        (1000, "put", 27, NEAR),
    ]
    spare = (0.5, "call", 30, NEAR)
    row = valued(*box, spare, group="g").bias().strategies.iloc[0]
    assert row["expected_move"] > 0.0001 * 24.24 * 0.5 * 1000
    assert row["reason"] == "no exposure"


def test_the_horizon_s_vol_is_that_of_the_option_nearest_the_forward() -> None:
    """With a rate of 90% the forward is 27.83: the 28 call is nearest, though spot stands at 24.24."""
    legs = xiaomi((1, "call", 24, NEAR), (-1, "call", 28, NEAR), group="g", iv=[0.9, 0.3])
    row = ol.Book.of(legs).price(market(rate=0.9, vol=None)).bias().strategies.iloc[0]
    swapped = xiaomi((1, "call", 24, NEAR), (-1, "call", 28, NEAR), group="g", iv=[0.3, 0.3])
    near = ol.Book.of(swapped).price(market(rate=0.9, vol=None)).bias().strategies.iloc[0]
    assert row["expected_move"] == pytest.approx(near["expected_move"], rel=1e-9)


def test_a_strategy_is_dated_by_its_first_fill() -> None:
    times = ["2026-09-28T03:00:00Z", "2026-09-25T03:00:00Z"]
    row = (
        valued((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="g", traded_at=times)
        .bias()
        .strategies.iloc[0]
    )
    assert row["traded_at"] == pd.Timestamp("2026-09-25T03:00:00Z")


def test_a_package_that_nets_to_nothing_is_closed() -> None:
    result = valued(
        (4, "call", 24, NEAR), (-4, "call", 24, NEAR), (1, "call", 25, NEAR), group=["a", "a", "b"]
    ).bias()
    assert next(iter(result.strategies["reason"])) == "closed: nets to nothing"
    assert result.shares["n"].tolist() == [1]


def test_shares_that_cancel_are_closed_whatever_the_rounding() -> None:
    result = valued((0.1, "stock"), (0.2, "stock"), (-0.3, "stock"), group="g").bias()
    assert list(result.strategies["direction"]) == ["not counted"]


def test_a_strategy_that_lost_a_leg_is_not_leaned_as_if_it_were_whole(tmp_path: Path) -> None:
    """A call spread whose short leg can't be read is no naked call."""
    path = tmp_path / "fills.csv"
    path.write_text("group,symbol,quantity\na,MIU 27NOV26 24 C,1\na,MIU 27NOV26 27 C,minus one\n")
    result = ol.read(str(path)).price(market()).bias()
    assert list(result.strategies["direction"]) == ["unclassified"]
    assert list(result.strategies["reason"]) == ["lost a leg to a problem"]


def test_legs_at_different_spots_are_no_strategy_to_lean() -> None:
    legs = xiaomi((1, "call", 24, NEAR), (-1, "call", 27, NEAR), group="g", spot=[24.0, 30.0])
    result = ol.Book.of(legs).price(market(spot=None)).bias()
    assert list(result.strategies["reason"]) == ["legs have different spots"]


def test_an_option_that_expires_today_without_a_vol_is_unclassified() -> None:
    """It has a value and a delta, and no law for tomorrow."""
    book = ol.Book.of(xiaomi((1, "call", 20, AS_OF), group="g"))
    row = book.price(market(vol=None)).bias().strategies.iloc[0]
    assert (row["direction"], row["reason"]) == ("unclassified", "no_vol")


def test_the_delta_shown_is_the_delta_judged() -> None:
    """A short near call that expired today in the money moves no more: the far call's delta is left."""
    row = valued((-1, "call", 20, AS_OF), (1, "call", 24, NEAR), group="g").bias().strategies.iloc[0]
    assert row["direction"] == "bullish"
    assert row["delta"] > 0


def test_a_leg_settled_earlier_is_left_out_of_its_package() -> None:
    """The live leg is leaned alone; the settlement price is no spot of today."""
    book = ol.Book.of(xiaomi((1, "call", 20, "2026-09-30"), (-1, "call", 24, NEAR), group="g"))
    row = book.price(market().override(settle={"MIU": 23.0})).bias().strategies.iloc[0]
    assert row["direction"] == "bearish"
