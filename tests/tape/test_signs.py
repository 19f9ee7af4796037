"""Which way a package was traded, by its net price against the composite market of its legs."""

from __future__ import annotations

import pytest

from small_tapes import FAR, Row, bought, packages, priced, read, sold


def no_view(*rows: Row) -> str:
    """Return why a tape of one package carries no view."""
    (reason,) = set(read(*rows).legs["no_view"])
    return str(reason)


@pytest.mark.parametrize(
    ("legs", "found"),
    [
        ((bought("call", 660), sold("call", 670)), "+10 C660, -10 C670"),
        ((sold("call", 660), bought("call", 670)), "-10 C660, +10 C670"),
        ((bought("call", 660), bought("put", 660)), "+10 C660, +10 P660"),
        ((bought("call", 680), sold("put", 640)), "-10 P640, +10 C680"),
        ((sold("call", 660), bought("call", 660, expiry=FAR)), "-10 C660, +10 C660Dec"),
        ((bought("call", 650), sold("call", 660, 20), bought("call", 670)), "+10 C650, -20 C660, +10 C670"),
    ],
    ids=["call spread", "sold call spread", "straddle", "risk reversal", "calendar", "butterfly"],
)
def test_at_the_ask_it_was_bought(legs: tuple[Row, ...], found: str) -> None:
    assert packages(read(*legs)) == [found]
    assert no_view(*legs) == ""


def test_beyond_the_quotes_is_bought_or_sold_as_well() -> None:
    assert packages(read(priced("call", 660, 3.0), priced("call", 670, -2.0))) == ["+10 C660, -10 C670"]


def test_inside_the_market_the_nearer_side_counts() -> None:
    """The net price is a quarter of the half spread above the mid, though one leg traded on the wrong side of its own."""
    legs = (priced("call", 660, 0.8), priced("call", 670, 0.3))
    assert packages(read(*legs)) == ["+10 C660, -10 C670"]


def test_a_name_decides_where_the_quotes_say_little() -> None:
    """Both legs were paid above mid, the second by a hair: a spread is likelier than two bought calls."""
    assert packages(read(priced("call", 660, 0.5), priced("call", 670, 0.1))) == ["+10 C660, -10 C670"]


def test_no_name_outweighs_legs_at_their_own_quotes() -> None:
    """Two calls of one expiry, both at the ask, were both bought."""
    assert packages(read(bought("call", 660), bought("call", 670))) == ["+10 C660, +10 C670"]


def test_the_midpoint_is_unsigned() -> None:
    """What one leg paid too much the other got back."""
    legs = (priced("call", 660, 0.4), priced("call", 670, 0.4))
    assert no_view(*legs) == "unsigned: net price at the midpoint"


def test_relative_signs_that_are_not_decided_are_unsigned() -> None:
    """The put traded at its mid: a bought straddle and a synthetic are equally likely."""
    assert no_view(bought("call", 660), priced("put", 660, 0.0)) == "unsigned: the quotes do not decide"


@pytest.mark.parametrize(
    "quotes",
    [{"bid": None}, {"ask": None}, {"bid": 0.0, "ask": 0.0}, {"bid": 5.2, "ask": 5.1}, {"entry": None}],
    ids=["no bid", "no ask", "zero", "crossed", "no price"],
)
def test_without_quotes_it_is_unsigned(quotes: Row) -> None:
    """One leg without is enough."""
    assert no_view(bought("call", 660), sold("call", 670) | quotes) == "unsigned: no quotes"


def test_a_bid_of_zero_is_a_quote() -> None:
    """Far options have no bid, and are sold at nothing or bought at the ask."""
    assert packages(read(bought("call", 900, mid=0.1, condition="I"))) == ["+10 C900"]


@pytest.mark.parametrize(("above", "quantity"), [(1, 10), (0.2, 10), (-0.2, -10), (-1, -10)])
def test_single_prints_are_signed_alike(above: float, quantity: float) -> None:
    assert read(priced("call", 660, above, condition="I")).legs["quantity"].tolist() == [quantity]


def test_a_single_print_at_the_midpoint_is_unsigned() -> None:
    assert no_view(priced("call", 660, 0.0, condition="I")) == "unsigned: net price at the midpoint"


def test_a_side_in_the_file_is_final() -> None:
    """Whatever the quotes say."""
    legs = (bought("call", 660, side="sell") | {"quantity": -10.0}, sold("call", 670, side="buy"))
    assert packages(read(*legs)) == ["-10 C660, +10 C670"]
    assert no_view(*legs) == ""


def test_quantities_with_signs_are_final() -> None:
    legs = (bought("call", 660), bought("call", 670) | {"quantity": -10.0})
    assert packages(read(*legs)) == ["+10 C660, -10 C670"]


def test_a_side_for_some_legs_only_is_no_view() -> None:
    legs = (bought("call", 660, side="buy"), sold("call", 670))
    assert no_view(*legs) == "unsigned: the file gives the side of some legs only"


def test_fills_count_with_their_average_price() -> None:
    """Nine of ten contracts paid the ask, one got the bid: bought."""
    tape = read(
        bought("call", 660, 9), sold("call", 660, 1), sold("call", 670, 10),
    )  # fmt: skip
    assert packages(tape) == ["+1 C660, +9 C660, -10 C670"]


def test_packages_of_more_legs_than_can_be_tried_are_signed_leg_by_leg() -> None:
    rows = [bought("call", 600 + 5 * place, group="M1") for place in range(10)]
    rows += [sold("put", 600 + 5 * place, group="M1") for place in range(2)]
    signs = read(*rows).legs["quantity"].tolist()
    assert signs == [10.0] * 10 + [-10.0] * 2
    assert no_view(*rows[:-1], priced("put", 610, 0.0, group="M1")) == "unsigned: the quotes do not decide"
