"""Crowds: prints of one moment that are several packages are taken apart at the least cost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from random import Random

import pytest

from optlab.tape.crowds import ALONE, ALONE_OF_PACKAGE, MOST_PRINTS, Crowds, Item

CALL, PUT = 0, 1
MONTH = 30 * 86_400_000_000


def item(
    kind: int, strike: float, size: float, *, expiry: int = 1, side: int = 0, code: int = 0, at: int = 0
) -> Item:
    contract = hash((kind, strike, expiry))
    return Item(expiry * MONTH, strike, kind, contract, side, size, code, at)


def taken(*items: Item, is_coded: bool = True, within: int = 5_000) -> set[frozenset[int]]:
    """Take a crowd apart, and return its packages and prints alone by their places."""
    return {frozenset(block) for block in Crowds(within, is_coded).take_apart(list(items))}


def blocks(*places: str) -> set[frozenset[int]]:
    return {frozenset(map(int, text)) for text in places}


def test_two_spreads_of_other_sizes_are_two() -> None:
    """Their sizes have no small ratio."""
    crowd = [item(CALL, 660, 10), item(CALL, 670, 10), item(PUT, 640, 7), item(PUT, 630, 7)]
    assert taken(*crowd) == blocks("01", "23")


def test_a_condor_is_one_package_and_not_two_spreads() -> None:
    crowd = [item(PUT, 630, 10), item(PUT, 640, 10), item(CALL, 670, 10), item(CALL, 680, 10)]
    assert taken(*crowd) == blocks("0123")


def test_a_butterfly_and_a_spread_whose_sizes_could_mix() -> None:
    """Ten, twenty, ten and ten, ten: the body of the butterfly is nobody else's."""
    crowd = [
        item(CALL, 650, 10), item(CALL, 660, 20), item(CALL, 670, 10),
        item(PUT, 600, 10, expiry=3), item(PUT, 590, 10, expiry=3),
    ]  # fmt: skip
    assert taken(*crowd) == blocks("012", "34")


def test_codes_tell_packages_apart_where_sizes_do_not() -> None:
    crowd = [
        item(CALL, 660, 1, code=1), item(CALL, 670, 1, code=2), item(CALL, 665, 1, code=1), item(CALL, 675, 1, code=2),
        item(PUT, 600, 3), item(PUT, 610, 3),
    ]  # fmt: skip
    assert taken(*crowd) == blocks("02", "13", "45")


def test_fills_of_one_leg_count_together() -> None:
    assert taken(item(CALL, 660, 6), item(CALL, 660, 4), item(CALL, 670, 10)) == blocks("012")


def test_no_coded_print_is_left_alone_that_can_be_placed() -> None:
    """Three calls in the ratio 1:1:3 have no name; they are one package all the same."""
    crowd = [item(CALL, 650, 2), item(CALL, 660, 2), item(PUT, 640, 6)]
    assert taken(*crowd) == blocks("012")


def test_without_codes_what_has_no_name_stays_alone() -> None:
    assert taken(item(CALL, 650, 10), item(PUT, 640, 70), is_coded=False) == blocks("0", "1")


def test_prints_too_far_apart_are_no_package() -> None:
    """Of a chain of three only neighbours are together; the third stays alone."""
    crowd = [item(CALL, 650, 5, at=0), item(CALL, 660, 5, at=4_000), item(CALL, 670, 5, at=8_000)]
    assert len(taken(*crowd)) == 2


def test_both_sides_of_one_contract_are_not_one_package() -> None:
    assert taken(item(CALL, 650, 5, side=1), item(CALL, 650, 5, side=-1)) == blocks("0", "1")


@pytest.mark.parametrize("sides", [(1, -1), (-1, 1), (1, 1), (0, -1)])
def test_stated_sides_are_kept_together(sides: tuple[int, int]) -> None:
    crowd = [item(CALL, 650, 5, side=sides[0]), item(CALL, 660, 5, side=sides[1])]
    assert taken(*crowd) == blocks("01")


def test_sizes_may_be_parts_of_contracts() -> None:
    crowd = [item(CALL, 660, 0.3), item(CALL, 670, 0.3), item(PUT, 640, 0.7), item(PUT, 630, 0.7)]
    assert taken(*crowd) == blocks("01", "23")


def partitions(places: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Yield every way to divide places into blocks."""
    if not places:
        yield []
        return
    first, *rest = places
    for count in range(len(rest) + 1):
        for others in itertools.combinations(rest, count):
            left = [place for place in rest if place not in others]
            for found in partitions(left):
                yield [(first, *others), *found]


@pytest.mark.parametrize("is_coded", [True, False])
def test_no_partition_costs_less_than_the_one_that_is_found(*, is_coded: bool) -> None:
    """Compared with all partitions, on random crowds of up to six prints."""
    random = Random(3)  # noqa: S311 - not a secret
    for _ in range(60):
        crowd = [
            item(random.choice([CALL, PUT]), 5.0 * random.randint(100, 106), random.choice([1, 2, 3, 5, 10]))
            for _ in range(random.randint(2, 6))
        ]
        crowds = Crowds(0, is_coded)
        prices = {
            frozenset(place for place in range(len(crowd)) if mask >> place & 1): price
            for mask, price in crowds._blocks(crowd)
        }
        alone = ALONE_OF_PACKAGE if is_coded else ALONE

        def cost(found: list[tuple[int, ...]], alone: float = alone, prices: dict = prices) -> float:  # type: ignore[type-arg]
            return sum(
                alone if len(block) == 1 else prices.get(frozenset(block), math.inf) for block in found
            )

        least = min(cost(found) for found in partitions(list(range(len(crowd)))))
        own = cost([tuple(block) for block in crowds.take_apart(crowd)])
        assert own == pytest.approx(least, abs=1e-4)


def test_the_largest_crowd_is_taken_apart_whole() -> None:
    """Five spreads of five sizes."""
    crowd = [
        item(CALL, 600 + 10 * place + 5 * leg, size)
        for place, size in enumerate((11, 13, 17, 19, 23))
        for leg in (0, 1)
    ]
    assert len(crowd) == MOST_PRINTS
    assert taken(*crowd) == blocks("01", "23", "45", "67", "89")
