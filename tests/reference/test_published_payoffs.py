"""Breakevens, most and least of positions as brokers and textbooks print them, and others worked out by hand.

The numbers of a printed example are those of its package: where it prints no price, the price follows from what it
prints, and the test says how.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd
import pytest

from optlab.book import Book
from optlab.market import Market
from optlab.payoff import Payoff

INF = math.inf
NEAR, FAR = "2026-11-27", "2027-02-26"
Leg = tuple[Any, ...]  # quantity, kind, strike, entry, expiry


def payoff_of(*legs: Leg, spot: float = 100.0, style: str = "american", **choices: Any) -> Payoff:  # noqa: ANN401
    """Return the payoff of one strategy; options are on 100 shares."""
    rows = [(*leg, *(None,) * (5 - len(leg))) for leg in legs]
    table = pd.DataFrame(rows, columns=["quantity", "kind", "strike", "entry", "expiry"])
    is_option = table["kind"].isin(["call", "put"])
    table["expiry"] = table["expiry"].where(~is_option | table["expiry"].notna(), NEAR)
    table = table.assign(
        multiplier=is_option.map({True: 100.0, False: 1.0}),
        underlying="XYZ",
        currency="USD",
        group="a",
        style=style,
    )
    market = Market.of(as_of="2026-10-02", spot=spot, vol=0.3, rate=0.03)
    return Book.of(table).price(market).payoff(**choices)


def row_of(*legs: Leg, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as `payoff_of` has them
    """Return the one row of a payoff's summary, its breakevens with all their digits."""
    payoff = payoff_of(*legs, **more)
    (row,) = payoff.summary.to_dict("records")
    found = payoff.each[0].profile
    assert row["status"] == "ok"
    assert found is not None
    return {**{str(name): value for name, value in row.items()}, "breakevens": found.shape.breakevens}


# --- printed -----------------------------------------------------------------------------------------------


class Printed(NamedTuple):
    """A printed example: legs per lot, spot, and what is printed; NaN where nothing is."""

    legs: list[Leg]
    spot: float
    breakevens: tuple[float, ...]
    max_profit: float
    max_loss: float


# A net price is booked on legs whose entries differ by it; how it is parted between them does not matter.
PRINTED = {
    "bear call spread for a credit of 2.37": Printed(
        [(-1, "call", 390, 5.00), (1, "call", 394, 2.63)], 388.0, (392.37,), 237, -163
    ),
    "bull call spread for 1.30": Printed(
        [(1, "call", 404, 2.10), (-1, "call", 410, 0.80)], 400.0, (405.30,), 470, -130
    ),
    # 98 + debit = 100.49, and from 104 to 109 the profit is 110 - spot - debit: both say a debit of 2.49
    "broken wing butterfly 98/104/109": Printed(
        [(1, "call", 98, 7.00), (-2, "call", 104, 3.00), (1, "call", 109, 1.49)],
        103.0,
        (100.49, 107.51),
        351,
        -249,
    ),
    # 80 + debit = 81.17 and 90 - debit = 88.83: a debit of 1.17
    "butterfly 80/85/90": Printed(
        [(1, "call", 80, 6.17), (-2, "call", 85, 3.50), (1, "call", 90, 2.00)],
        84.0,
        (81.17, 88.83),
        383,
        -117,
    ),
    # between 40 and 48 nothing is paid, so the debit is 0.69; above 51 the calls pay 3, less the debit 2.31
    "reverse iron condor 38/40/48/51": Printed(
        [(-1, "put", 38, 0.60), (1, "put", 40, 1.00), (1, "call", 48, 0.59), (-1, "call", 51, 0.30)],
        44.0,
        (39.31, 48.69),
        231,
        -69,
    ),
    # the same with calls alone: between 40 and 48 they cost 2, so the credit is 1.31; above 51 they pay 1 besides
    "short call condor 38/40/48/51": Printed(
        [(-1, "call", 38, 6.60), (1, "call", 40, 5.00), (1, "call", 48, 0.59), (-1, "call", 51, 0.30)],
        44.0,
        (39.31, 48.69),
        231,
        -69,
    ),
    # the debit is what can be lost, 5.41; the width of 10 less 5.41 is 4.59
    "condor 170/180/200/210": Printed(
        [(1, "call", 170, 22.0), (-1, "call", 180, 14.59), (-1, "call", 200, 4.0), (1, "call", 210, 2.0)],
        190.0,
        (175.41, 204.59),
        459,
        -541,
    ),
}


@pytest.mark.parametrize("style", ["american", "european"])
@pytest.mark.parametrize("printed", PRINTED.values(), ids=list(PRINTED))
def test_a_printed_example_is_found_again(printed: Printed, style: str) -> None:
    row = row_of(*printed.legs, spot=printed.spot, style=style)
    assert row["max_profit"] == pytest.approx(printed.max_profit, abs=1e-9)
    assert row["max_loss"] == pytest.approx(printed.max_loss, abs=1e-9)
    assert (row["exactness"], row["entry_source"]) == ("exact", "entry")
    assert row["breakevens"] == pytest.approx(printed.breakevens, abs=1e-12 * printed.spot)


def test_a_net_price_says_what_the_package_cost() -> None:
    """The condor for 5.41 as one order: the legs' own prices are not known."""
    table = pd.DataFrame(
        [(1, 170), (-1, 180), (-1, 200), (1, 210)], columns=["quantity", "strike"], dtype=float
    ).assign(kind="call", expiry=NEAR, underlying="XYZ", currency="USD", group="a", net_price=5.41)
    market = Market.of(as_of="2026-10-02", spot=190.0, vol=0.3, rate=0.03)
    row = Book.of(table).price(market).payoff().summary.iloc[0]
    assert (row["entry_source"], row["entry_cost"]) == ("entry", pytest.approx(541))
    assert (row["max_loss"], row["max_profit"]) == (pytest.approx(-541), pytest.approx(459))


# --- by hand -----------------------------------------------------------------------------------------------


class ByHand(NamedTuple):
    """Legs, breakevens, then most and least with the spots where they are reached, and the slopes at both ends."""

    legs: list[Leg]
    breakevens: tuple[float, ...]
    most: tuple[float, float, float]
    least: tuple[float, float, float]
    slopes: tuple[float, float]


NOWHERE = math.nan  # no spot reaches what is unlimited
UNLIMITED, WITHOUT_FLOOR = (INF, NOWHERE, NOWHERE), (-INF, NOWHERE, NOWHERE)

BY_HAND = {
    "covered call": ByHand(
        [(100, "stock", None, 95.0), (-1, "call", 100, 3.0)],
        (92.0,),
        (800, 100, INF),
        (-9200, 0, 0),
        (100, 0),
    ),
    "collar: 100.50 paid, at least 95 and at most 105 back": ByHand(
        [(100, "stock", None, 100.0), (1, "put", 95, 2.0), (-1, "call", 105, 1.5)],
        (100.5,),
        (450, 105, INF),
        (-550, 0, 95),
        (0, 0),
    ),
    "long straddle": ByHand(
        [(1, "call", 100, 4.0), (1, "put", 100, 3.0)],
        (93.0, 107.0),
        UNLIMITED,
        (-700, 100, 100),
        (-100, 100),
    ),
    "short straddle": ByHand(
        [(-1, "call", 100, 4.0), (-1, "put", 100, 3.0)],
        (93.0, 107.0),
        (700, 100, 100),
        WITHOUT_FLOOR,
        (100, -100),
    ),
    "short strangle": ByHand(
        [(-1, "put", 90, 1.2), (-1, "call", 110, 1.5)],
        (87.3, 112.7),
        (270, 90, 110),
        WITHOUT_FLOOR,
        (100, -100),
    ),
    "naked call": ByHand([(-1, "call", 100, 3.0)], (103.0,), (300, 0, 100), WITHOUT_FLOOR, (0, -100)),
    "naked put: at zero it costs the strike less the credit": ByHand(
        [(-1, "put", 100, 4.0)], (96.0,), (400, 100, INF), (-9600, 0, 0), (100, 0)
    ),
    "long put: at zero it pays the strike": ByHand(
        [(1, "put", 100, 4.0)], (96.0,), (9600, 0, 0), (-400, 100, INF), (-100, 0)
    ),
    "call ratio spread 1x2": ByHand(
        [(1, "call", 100, 5.0), (-2, "call", 110, 2.0)],
        (101.0, 119.0),
        (900, 110, 110),
        WITHOUT_FLOOR,
        (0, -100),
    ),
    "put ratio spread 1x2: at zero 100 less 180 less 1": ByHand(
        [(1, "put", 100, 5.0), (-2, "put", 90, 2.0)],
        (81.0, 99.0),
        (900, 90, 90),
        (-8100, 0, 0),
        (100, 0),
    ),
    "call backspread": ByHand(
        [(-1, "call", 100, 5.0), (2, "call", 110, 2.0)],
        (101.0, 119.0),
        UNLIMITED,
        (-900, 110, 110),
        (0, 100),
    ),
    "jade lizard for as much as its call spread is wide: above it nothing, and no breakeven": ByHand(
        [(-1, "put", 95, 3.2), (-1, "call", 105, 2.6), (1, "call", 110, 0.8)],
        (90.0,),
        (500, 95, 105),
        (-9000, 0, 0),
        (100, 0),
    ),
    "jade lizard for less": ByHand(
        [(-1, "put", 95, 2.5), (-1, "call", 105, 2.0), (1, "call", 110, 0.8)],
        (91.3, 108.7),
        (370, 95, 105),
        (-9130, 0, 0),
        (100, 0),
    ),
    "box bought for 9.80": ByHand(
        [(1, "call", 95, 8.0), (-1, "call", 105, 3.0), (-1, "put", 95, 2.5), (1, "put", 105, 7.3)],
        (),
        (20, 0, INF),
        (20, 0, INF),
        (0, 0),
    ),
    "conversion": ByHand(
        [(100, "stock", None, 100.0), (1, "put", 100, 4.0), (-1, "call", 100, 4.3)],
        (),
        (30, 0, INF),
        (30, 0, INF),
        (0, 0),
    ),
    "iron butterfly": ByHand(
        [(1, "put", 90, 1.0), (-1, "put", 100, 4.0), (-1, "call", 100, 4.2), (1, "call", 110, 1.2)],
        (94.0, 106.0),
        (600, 100, 100),
        (-400, 0, 90),
        (0, 0),
    ),
    "risk reversal for nothing: even between its strikes, and both ends of that are breakevens": ByHand(
        [(1, "call", 110, 2.0), (-1, "put", 90, 2.0)], (90.0, 110.0), UNLIMITED, (-9000, 0, 0), (100, 100)
    ),
    "stock": ByHand([(100, "stock", None, 100.0)], (100.0,), UNLIMITED, (-10000, 0, 0), (100, 100)),
    "short stock": ByHand(
        [(-100, "stock", None, 100.0)], (100.0,), (10000, 0, 0), WITHOUT_FLOOR, (-100, -100)
    ),
}


@pytest.mark.parametrize("case", BY_HAND.values(), ids=list(BY_HAND))
def test_a_case_by_hand(case: ByHand) -> None:
    row = row_of(*case.legs)
    most = tuple(row[f"max_profit{end}"] for end in ("", "_from", "_to"))
    least = tuple(row[f"max_loss{end}"] for end in ("", "_from", "_to"))
    assert row["breakevens"] == pytest.approx(case.breakevens, abs=1e-10)
    assert most == pytest.approx(case.most, abs=1e-9, nan_ok=True)
    assert least == pytest.approx(case.least, abs=1e-9, nan_ok=True)
    assert (row["left_slope"], row["right_slope"]) == pytest.approx(case.slopes, abs=1e-9)
    assert row["exactness"] == "exact"


@pytest.mark.parametrize(
    ("quantity", "most", "least"), [(2, INF, -10000), (-2, 10000, -INF)], ids=["long", "short"]
)
def test_a_future_gains_from_its_entry_on(quantity: int, most: float, least: float) -> None:
    """Two futures on 50 units at 100: it costs nothing, and at zero 2 x 50 x 100 are lost."""
    table = pd.DataFrame({"quantity": [quantity], "kind": "future", "expiry": NEAR, "entry": 100.0})
    table = table.assign(multiplier=50.0, underlying="XYZ", currency="USD")
    market = Market.of(as_of="2026-10-02", spot=100.0, vol=0.3, rate=0.03)
    row = Book.of(table).price(market).payoff().summary.iloc[0]
    assert (row["status"], row["entry_cost"], row["breakevens"]) == ("ok", 0.0, "100")
    assert (row["max_profit"], row["max_loss"]) == (pytest.approx(most), pytest.approx(least))
    assert row["right_slope"] == pytest.approx(50 * quantity)


def test_without_an_entry_the_cost_is_the_models_value_now() -> None:
    """One leg's entry is missing, so that what was paid is not known: the value of both legs stands for it."""
    from vollib.black_scholes import black_scholes

    legs = [(1, "call", 100, 4.0), (-1, "call", 110, None)]
    row = row_of(*legs, style="european")
    years = (56 + 1 / 24) / 365  # clocks go back an hour on the way
    bought, sold = (black_scholes("c", 100.0, strike, years, 0.03, 0.3) for strike in (100.0, 110.0))
    value = 100 * (bought - sold)
    assert row["entry_source"] == "model"
    assert row["entry_cost"] == pytest.approx(value)
    assert row["max_loss"] == pytest.approx(-value)


# --- held to the last expiry ---------------------------------------------------------------------------------

DIAGONAL = [(1, "call", 95, 9.0, FAR), (-1, "call", 100, 3.0, NEAR)]
PUT_CALENDAR = [(1, "put", 100, 6.0, FAR), (-1, "put", 100, 4.0, NEAR)]

HELD = {
    # delivered at 100, the far call at 95 buys the shares back: the worst is that both end worthless
    "call diagonal, delivered": (DIAGONAL, "american", INF, -600),
    # cash is paid on the first day, and the far call may still end worthless
    "call diagonal, settled in cash": (DIAGONAL, "european", INF, -INF),
    # shares bought at 100 are protected by the far put and may rise without limit
    "put calendar, delivered": (PUT_CALENDAR, "american", INF, -200),
    # the near put costs up to 100 at spot zero, and spot may recover; or it ends worthless and the far one pays 100
    "put calendar, settled in cash": (PUT_CALENDAR, "european", 9800, -10200),
}


@pytest.mark.parametrize(("legs", "style", "most", "least"), HELD.values(), ids=list(HELD))
def test_what_is_held_on_meets_two_spots(legs: list[Leg], style: str, most: float, least: float) -> None:
    row = row_of(*legs, style=style, after="held")
    assert (row["max_profit"], row["max_loss"]) == (pytest.approx(most), pytest.approx(least))
    assert row["exactness"] == "model"  # of the first expiry's breakevens; what is held has no model
