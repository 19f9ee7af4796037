"""The template language: legs, letters, conditions, repeats, and what is uncovered."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.strategy.templates import Condition, ShapeLeg, parse_legs, uncovered


def condition(text: str) -> Condition:
    """Parse one condition."""
    return parse_legs(f"+1S [{text}]")[0].conditions[0]


def holds(text: str, **values: float) -> bool:
    """Say whether a condition is true of these numbers."""
    return bool(condition(text).holds({name: np.float64(value) for name, value in values.items()}))


# --- legs --------------------------------------------------------------------------------------------------


def test_signed_legs_in_strike_and_expiry_order() -> None:
    (template,) = parse_legs("-2C(K2,T1) +1P(K1,T2) +1S")
    assert template.shape() == (
        ShapeLeg(0, 0, "S", 1),
        ShapeLeg(1, 2, "C", -2),
        ShapeLeg(2, 1, "P", 1),
    )
    assert template.conditions == ()


def test_a_leg_without_a_number_is_one_contract() -> None:
    assert parse_legs("+C(K1,T1) -S")[0].shape() == parse_legs("+1C(K1,T1) -1S")[0].shape()


def test_letters_stand_for_numbers() -> None:
    (template,) = parse_legs("+aC(K1,T1) -bC(K2,T1) -aP(K1,T1) [a < b]")
    assert template.letters == {"a", "b"}
    assert [leg.count for leg in template.shape(a=2, b=5)] == [2, -2, -5]


def test_a_number_times_a_letter() -> None:
    assert parse_legs("-2aC(K1,T1)")[0].shape(a=3) == (ShapeLeg(1, 1, "C", -6),)


def test_a_part_of_stock() -> None:
    (template,) = parse_legs("+1C(K1,T1) -dS [0 < d; d < 1]")
    assert template.shape(d=0.4)[0] == ShapeLeg(0, 0, "S", -0.4)


def test_the_other_side_flips_every_sign() -> None:
    (template,) = parse_legs("+1C(K1,T1) -2C(K2,T1) +dS [K2 > K1]")
    flipped = template.flipped()
    assert [leg.count for leg in flipped.shape(d=0.5)] == [-leg.count for leg in template.shape(d=0.5)]
    assert flipped.conditions == template.conditions
    assert flipped.flipped() == template


# --- repeats -----------------------------------------------------------------------------------------------


def test_legs_that_repeat_are_a_template_for_each_number_of_expiries() -> None:
    templates = parse_legs("+1C(K1,T1) +1P(K1,T1) +1C(K1,T2) +1P(K1,T2) [repeat T 2..8]")
    assert [len(template.legs) for template in templates] == [4, 6, 8, 10, 12, 14, 16]
    assert {leg.expiry for leg in templates[-1].legs} == set(range(1, 9))


def test_a_repeat_keeps_the_other_conditions() -> None:
    templates = parse_legs("+aC(K1,T1) -bC(K2,T1) [repeat T 2..3; a < b]")
    assert [[rule.text for rule in template.conditions] for template in templates] == [["a < b"], ["a < b"]]


# --- conditions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "strikes", "is_true"),
    [
        ("K2-K1 = K3-K2", (95, 100, 105), True),
        ("K2-K1 = K3-K2", (22.1, 22.2, 22.3), True),
        ("K2-K1 = K3-K2", (95, 100, 105.01), False),
        ("K3-K2 > K2-K1", (95, 100, 105.01), True),
        ("K3-K2 > K2-K1", (22.1, 22.2, 22.3), False),
        ("K3-K2 < K2-K1", (90, 100, 105), True),
        ("K2-K1 = 2*(K3-K2)", (90, 100, 105), True),
        ("K2-K1 = 2*(K3-K2)", (90, 100, 106), False),
        ("K2-K1 != K3-K2", (90, 100, 105), True),
        ("K2-K1 = K3-K2", (0.0001, 0.0002, 0.0003), True),
        ("K2-K1 = K3-K2", (0.0001, 0.0002, 0.0004), False),
        ("K2-K1 = K3-K2", (60_000_000, 60_000_500, 60_001_000), True),
        ("K2-K1 = K3-K2", (60_000_000, 60_000_500, 60_001_001), False),
    ],
)
def test_conditions_on_strikes(text: str, strikes: tuple[float, float, float], *, is_true: bool) -> None:
    """Prices are equal when they are so in decimals."""
    low, middle, high = strikes
    assert condition(text).is_on_strikes
    assert holds(text, K1=low, K2=middle, K3=high) is is_true


def test_conditions_on_numbers_of_contracts() -> None:
    assert not condition("a+c = b").is_on_strikes
    assert holds("a+c = b", a=1, b=3, c=2)
    assert not holds("a+c = b", a=1, b=3, c=1)
    assert holds("d != 0", d=-0.5)
    assert holds("-1 < d", d=-0.5)
    assert not holds("-1 < d", d=-1)


def test_conditions_take_columns() -> None:
    """One row a package, so that a million are compared at once."""
    strikes = {"K1": np.array([90.0, 95.0]), "K2": np.array([100.0, 100.0]), "K3": np.array([105.0, 105.0])}
    assert condition("K2-K1 = K3-K2").holds(strikes).tolist() == [False, True]


# --- what is no template -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["1C(K1,T1)", "+1X(K1,T1)", "+1C(K1)", "+eC(K1,T1)", "+1C(K1,T1)-1P(K1,T1)"])
def test_what_is_no_leg_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="is no leg of a template"):
        parse_legs(word)


@pytest.mark.parametrize("rule", ["K2", "K2-K1", "repeat T 2"])
def test_what_is_no_comparison_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="is no condition of a template"):
        parse_legs(f"+1C(K1,T1) [{rule}]")


@pytest.mark.parametrize("rule", ["K1*K2 > 1", "open('x') = 1", "K1/2 = K2", "'K1' = K2"])
def test_what_is_no_sum_is_refused(rule: str) -> None:
    """A condition is read, never run."""
    with pytest.raises(ValueError, match="is no sum of strikes or letters"):
        parse_legs(f"+1C(K1,T1) [{rule}]")


# --- uncovered ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legs", "calls", "puts"),
    [
        ("-1C(K1,T1)", 1, 0),
        ("-1P(K1,T1)", 0, 1),
        ("+1C(K1,T1) -2C(K2,T1)", 1, 0),
        ("-1C(K1,T1) +1C(K2,T1)", 0, 0),
        ("+1S -1C(K1,T1)", 0, 0),
        ("+1S -2C(K1,T1)", 1, 0),
        ("-1S -1P(K1,T1)", 0, 0),
        ("+1S -1P(K1,T1)", 0, 1),
        ("-1C(K1,T1) +1C(K1,T2)", 0, 0),
        ("+1C(K1,T1) -1C(K1,T2)", 1, 0),
        ("+1C(K1,T1) -2C(K1,T2) +1C(K1,T3)", 1, 0),
        ("-2P(K1,T1) +1P(K2,T1) +1C(K3,T1) -2C(K4,T1)", 1, 1),
        ("+1C(K1,T1)", 0, 0),
        ("+1S", 0, 0),
    ],
)
def test_what_is_sold_uncovered(legs: str, calls: float, puts: float) -> None:
    """A bought option covers while it lives; stock covers at any time."""
    assert uncovered(parse_legs(legs)[0].shape()) == (calls, puts)
