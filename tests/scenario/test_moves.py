"""Axes as they are typed: what is read, and what is refused because it could be two things."""

from __future__ import annotations

import pytest

from optlab.errors import PricingError
from optlab.scenario.moves import FIXES, MOST_MOVES, RANGES, SUFFIXES, Axis, axis, parse_axis, typed_axis


@pytest.mark.parametrize(
    ("name", "text", "unit", "sizes"),
    [
        ("spot", "-20%:20%:10%", "percent", (-0.2, -0.1, 0.0, 0.1, 0.2)),
        ("spot", "-10%:12%:5%", "percent", (-0.1, -0.05, 0.0, 0.05, 0.1)),
        ("spot", "-2s:2s:2s", "sigmas", (-2.0, 0.0, 2.0)),
        ("spot", "0, +1 sigma", "sigmas", (0.0, 1.0)),
        ("spot", "5%", "percent", (0.05,)),
        ("spot", "0", "percent", (0.0,)),
        ("spot", "10%,-10%,0,10%", "percent", (-0.1, 0.0, 0.1)),
        ("spot", "-20%:-10%:10%,0,10%:20%:10%", "percent", (-0.2, -0.1, 0.0, 0.1, 0.2)),
        ("spot", "\u221220%", "percent", (-0.2,)),
        ("vol", "-10,0,+10", "points", (-0.1, 0.0, 0.1)),
        ("vol", "2.5", "points", (0.025,)),
        ("vol", "0.05pt", "points", (0.0005,)),
        ("vol", "-20%,0,+20%", "relative", (-0.2, 0.0, 0.2)),
        ("rate", "-100bp,0,+100bp", "rate", (-0.01, 0.0, 0.01)),
        ("rate", "-1%,50bp", "rate", (-0.01, 0.005)),
        ("days", "0,7,30", "days", (0.0, 7.0, 30.0)),
        ("days", "1w,3d", "days", (3.0, 7.0)),
        ("days", "0:30:10", "days", (0.0, 10.0, 20.0, 30.0)),
    ],
)
def test_what_is_typed(name: str, text: str, unit: str, sizes: tuple[float, ...]) -> None:
    """Decimals are exact: a fifth and a tenth are the same numbers as in the source of a program."""
    assert parse_axis(name, text) == Axis(unit, sizes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("spot", "5", "has no unit"),
        ("spot", "24.24", "a quote is NAME=24.24"),
        ("spot", "-0.2", "has no unit"),
        ("spot", "10pt", "has the unit 'pt'"),
        ("spot", "-101%", "is outside -100% to 1000%"),
        ("spot", "-2s,5%", "mixes percent and sigmas"),
        ("spot", "-2s:5%:1s", "mixes units"),
        ("spot", "-20%:20%", "is no range low:high:step"),
        ("spot", "20%:-20%:5%", "does not go up"),
        ("spot", "-20%:20%:0", "does not go up"),
        ("spot", "-20%:20%:0.001%", "has more than"),
        ("spot", "", "is no move"),
        ("spot", "abc", "is no move"),
        ("vol", "0.05", "could be +0.05 or +5 points"),
        ("vol", "-.5", "could be -0.5 or -50 points"),
        ("vol", "600", "is more than 500 volatility points"),
        ("vol", "+10,+20%", "mixes points and relative"),
        ("rate", "1", "has no unit"),
        ("days", "-1", "is no number of days from today on"),
        ("days", "7x", "has the unit 'x'"),
    ],
)
def test_what_is_refused(name: str, text: str, reason: str) -> None:
    """The message says what and how to write it instead."""
    with pytest.raises(PricingError) as error:
        parse_axis(name, text, label=f"--{name}")  # type: ignore[arg-type]
    assert reason in str(error.value)
    assert " Fix: " in str(error.value)
    assert str(error.value).startswith(f"--{name}")


def test_the_fix_of_every_axis_can_be_typed() -> None:
    """What a message recommends is read without a complaint."""
    for name, fix in FIXES.items():
        examples = [word for word in fix.split() if any(sign.isdigit() for sign in word)]
        assert examples
        for example in examples:
            assert parse_axis(name, example.rstrip(",")).sizes


def test_an_ambiguous_volatility_can_be_mended_as_it_says() -> None:
    assert parse_axis("vol", "+5").sizes == (0.05,)
    assert parse_axis("vol", "+5%") == Axis("relative", (0.05,))
    assert parse_axis("vol", "+0.05pt").sizes == (0.0005,)


def test_one_volatility_without_a_sign_could_be_a_quote() -> None:
    """43% is how a quote is said everywhere else; with its sign it is a move, and in a list too."""
    with pytest.raises(PricingError, match=r"could be a quote or a move. Fix: write NAME=43% .*, \+43% for"):
        typed_axis("vol", ["43%"], "--vol")
    assert typed_axis("vol", ["+43%"], "--vol").sizes == (0.43,)
    assert typed_axis("vol", ["0,43%"], "--vol").sizes == (0.0, 0.43)


def test_moves_said_one_by_one_are_one_axis() -> None:
    assert typed_axis("spot", ["-10%", "10%", "0"], "--spot").sizes == (-0.1, 0.0, 0.1)


def test_numbers_are_fractions_points_days_and_rates() -> None:
    """In the library 0.05 is 5% of spot and five volatility points."""
    assert axis("spot", [0.05, -0.05]) == Axis("percent", (-0.05, 0.05))
    assert axis("vol", [0.05]) == Axis("points", (0.05,))
    assert axis("vol", [0.05], unit="relative") == Axis("relative", (0.05,))
    assert axis("rate", [0.01]) == Axis("rate", (0.01,))
    assert axis("days", [30, 0, 7]).sizes == (0.0, 7.0, 30.0)
    assert axis("spot", Axis("sigmas", (1.0,))) == Axis("sigmas", (1.0,))
    assert str(axis("spot", [-0.0]).sizes) == "(0.0,)"


@pytest.mark.parametrize("given", [[], [float("nan")], [-2.0], ["x"], 5, list(range(MOST_MOVES + 1))])
def test_numbers_that_are_no_moves_are_refused(given: object) -> None:
    with pytest.raises(PricingError, match=r"Fix: (write moves such as|take fewer)"):
        axis("spot", given)  # type: ignore[arg-type]


def test_what_is_written_is_read_back() -> None:
    """A move's text is the move."""
    for name, suffixes in SUFFIXES.items():
        for unit in {suffix.unit for suffix in suffixes.values()}:
            sizes = tuple(size for size in (-0.125, 0.0, 0.05, 1.0) if RANGES[unit][0] <= size)
            shown = Axis(unit, sizes).texts
            assert parse_axis(name, ",".join(text or "0" for text in shown)).sizes == pytest.approx(sizes)
