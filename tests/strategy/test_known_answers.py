"""Books that a trader would read at a glance: what the weights and ranks were chosen by."""

from __future__ import annotations

from collections import Counter

import pytest

from loose_books import FAR, MIDDLE, book, call, put, stock
from optlab.strategy import recognize
from packages_of_shapes import Row

LEAPS = "2028-01-21"


def names(*rows: Row) -> Counter[str]:
    """Return the names of the strategies that loose legs make."""
    named = recognize(book(*rows))
    return Counter(named.drop_duplicates("strategy_id")["strategy"])


def box(side: int, low: float, high: float) -> list[Row]:
    """Return the legs of a box, bought or sold."""
    return [call(side, low), put(-side, low), call(-side, high), put(side, high)]


SPREADS: dict[str, tuple[list[Row], list[str]]] = {
    "overlapping spreads": (
        [call(1, 598), call(1, 600), call(-1, 603), call(-1, 605)],
        ["bull call spread"] * 2,
    ),
    "a condor with a wide wing": (
        [call(1, 500), call(-1, 550), call(-1, 600), call(1, 700)],
        ["call broken heart butterfly"],
    ),
    "an ordinary wide iron condor": (
        [put(1, 75), put(-1, 85), call(-1, 115), call(1, 125)],
        ["iron condor"],
    ),
    "unequal wings": (
        [put(1, 80), put(-1, 90), call(-1, 110), call(1, 115)],
        ["bullish unbalanced iron condor"],
    ),
    "a double diagonal": (
        [put(1, 85, FAR), put(-1, 90), call(-1, 110), call(1, 115, FAR)],
        ["double diagonal"],
    ),
    "a seagull": ([put(-1, 90), call(1, 100), call(-1, 115)], ["bull seagull"]),
    "a jade lizard": ([put(-1, 90), call(-1, 105), call(1, 110)], ["jade lizard"]),
    "a box": (box(1, 90, 110), ["long box"]),
    "a wide box": (box(1, 150, 350), ["long box"]),
    "a box that is sold": (box(-1, 90, 140), ["short box"]),
    "a wide strangle": ([put(1, 180), call(1, 320)], ["long strangle"]),
    "a LEAPS call and what it covers": ([call(2, 180, LEAPS), call(-2, 265)], ["bull call diagonal"]),
    "more bought than sold": ([call(5, 200), call(-3, 240)], ["bull call spread", "long call"]),
    "two calendars": (
        [call(-1, 95), call(1, 95, FAR), call(-1, 100), call(1, 100, FAR)],
        ["long call calendar"] * 2,
    ),
    "a spread and a short call beyond it": (
        [call(1, 95), call(-1, 100), call(-1, 100, FAR)],
        ["bull call spread", "short call"],
    ),
}

WITH_STOCK: dict[str, tuple[list[Row], list[str]]] = {
    "a collar": ([stock(100), put(1, 90), call(-1, 110)], ["collar"]),
    "a wide collar": ([stock(100), put(1, 70), call(-1, 140)], ["collar"]),
    "a conversion": ([stock(100), call(-1, 100), put(1, 100)], ["conversion"]),
    "a conversion and a call": (
        [stock(100), call(-1, 100), put(1, 100), call(1, 105)],
        ["conversion", "long call"],
    ),
    "a covered call and a spread are no stock repair": (
        [stock(100), call(1, 100), call(-2, 105)],
        ["covered call", "bull call spread"],
    ),
    "a covered call and an iron condor": (
        [stock(100), call(-1, 110, FAR), put(1, 90), put(-1, 95), call(-1, 105), call(1, 110)],
        ["covered call", "iron condor"],
    ),
    "an odd lot and more calls than it covers": (
        [stock(250), call(-3, 260)],
        ["covered call", "short call", "long stock"],
    ),
    "an odd lot and more puts than it needs": (
        [stock(250), put(3, 230)],
        ["protective put", "long put", "long stock"],
    ),
    "calls at eight strikes": (
        [stock(800), *(call(-1, 100 + 5 * place) for place in range(8))],
        ["covered call"] * 8,
    ),
}


@pytest.mark.parametrize("name", [*SPREADS, *WITH_STOCK])
def test_a_book_is_read_as_a_trader_reads_it(name: str) -> None:
    rows, expected = {**SPREADS, **WITH_STOCK}[name]
    assert names(*rows) == Counter(expected)


@pytest.mark.parametrize("strike", [85, 92.5, 95, 97.5])
def test_an_iron_condor_and_a_short_put_are_these(strike: float) -> None:
    """Not a jade lizard beside a bear spread."""
    condor = [put(1, 90), put(-1, 95), call(-1, 105), call(1, 110)]
    expected = Counter({"iron condor": 1, "short put": 1})
    assert names(*condor, put(-1, strike)) == expected


@pytest.mark.parametrize("days", [(MIDDLE, FAR, MIDDLE), (FAR, MIDDLE, FAR), (MIDDLE, FAR, FAR)])
def test_a_protective_put_keeps_its_stock(days: tuple[str, str, str]) -> None:
    """A short put and a long call beside it make no put diagonal of it."""
    found = names(stock(100), put(1, 95, days[0]), put(-1, 90, days[1]), call(1, 105, days[2]))
    assert not any("put diagonal" in name for name in found)


def test_no_naked_call_stands_beside_idle_stock() -> None:
    rows = [stock(1000), call(-2, 110), put(-2, 90), call(-3, 115, FAR)]
    assert names(*rows) == Counter({"covered short strangle": 1, "covered call": 1, "long stock": 1})
