"""Every structure has an example that bears its name, and a profit that says what it does."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import optlab as ol
from optlab.strategy.catalog import STRATEGIES, find_structure
from optlab.strategy.examples import EXPIRIES, OPENED, SPOT, VOL, day_text, example_of
from packages_of_shapes import leg, names_of

NEAR, FAR = EXPIRIES[:2]


def profit(name: str, *spots: float) -> list[float]:
    """Return the profit of a structure's example at the nearest expiry, in cents."""
    return np.round(example_of(find_structure(name)).profit(np.array(spots)), 2).tolist()


def test_every_example_has_the_name_of_its_structure() -> None:
    packages = {
        name: [
            leg(one.count * (100 if one.kind == "stock" else 1), one.kind, one.strike, str(one.expiry or ""))
            for one in example_of(structure).legs
        ]
        for name, structure in STRATEGIES.items()
    }
    assert names_of(packages) == {name: name for name in STRATEGIES}


def test_examples_are_written_as_traders_do() -> None:
    written = {name: str(example_of(find_structure(name))) for name in ("iron condor", "covered call")}
    assert written == {
        "iron condor": "+1 27NOV26 90P / -1 27NOV26 95P / -1 27NOV26 105C / +1 27NOV26 110C",
        "covered call": "+1 stock / -1 27NOV26 100C",
    }


def test_wings_that_must_differ_do() -> None:
    assert str(example_of(find_structure("call broken wing butterfly"))) == (
        "+1 27NOV26 95C / -2 27NOV26 100C / +1 27NOV26 110C"
    )


def test_a_call_spread_at_expiry() -> None:
    """Below the strikes the debit is lost, above them the distance is gained less the debit."""
    example = example_of(find_structure("bull call spread"))
    years = (NEAR - OPENED).days / 365
    debit = float(np.subtract(*ol.price("call", SPOT, [95, 105], years, 0.0, VOL)))
    assert example.cost == pytest.approx(debit)
    assert example.profit(np.array([80.0, 100.0, 120.0])) == pytest.approx([-debit, 5 - debit, 10 - debit])


def test_later_legs_keep_their_time_value_at_the_first_expiry() -> None:
    example = example_of(find_structure("long call calendar"))
    later = (FAR - NEAR).days / 365
    left = float(ol.price("call", 100.0, 100, later, 0.0, VOL))
    assert example.profit(np.array([100.0])) == pytest.approx([left - example.cost])
    assert example.first_expiry == NEAR


def test_stock_alone_has_no_expiry() -> None:
    assert example_of(find_structure("long stock")).first_expiry is None
    assert profit("long stock", 90, 100, 112) == [-10, 0, 12]


def test_arbitrage_gains_nothing_anywhere() -> None:
    """Without interest a conversion, a box and a jelly roll cost what they pay."""
    for name in ("conversion", "reverse conversion", "long box", "short jelly roll"):
        assert profit(name, 70, 100, 130) == [0, 0, 0]


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_mirror_s_example_loses_what_this_one_gains(name: str) -> None:
    example, mirror = example_of(STRATEGIES[name]), example_of(STRATEGIES[STRATEGIES[name].mirror])
    spots = np.linspace(70, 130, 13)
    assert mirror.profit(spots) == pytest.approx(-example.profit(spots))


def test_dates_are_fixed() -> None:
    assert all(day > OPENED for day in EXPIRIES)
    assert list(EXPIRIES) == sorted(EXPIRIES)
    assert day_text(dt.date(2026, 10, 9)) == "09OCT26"
