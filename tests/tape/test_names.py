"""How common the names of a package are, for every combination of bought and sold legs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.match import conditions_hold, resolve
from optlab.strategy.templates import ShapeLeg
from optlab.tape.names import KINDS, NO_NAME, UnsignedShape, is_listed, ranks, sign_patterns, with_stated

CALL, PUT = 0, 1


def by_signs(shape: UnsignedShape, *strikes: float) -> dict[str, float]:
    """Return the rank of each pattern, written as signs, that has a name."""
    found = ranks(shape, np.array([strikes]))[0]
    signs = ["".join("+" if sign > 0 else "-" for sign in row) for row in sign_patterns(len(shape.legs))]
    return {text: rank for text, rank in zip(signs, found.tolist(), strict=True) if rank < NO_NAME}


def test_a_call_spread_is_everyday_whichever_leg_is_bought() -> None:
    shape = UnsignedShape(((1, 1, CALL, 1), (1, 2, CALL, 1)))
    found = by_signs(shape, 100.0, 105.0)
    assert (found["+-"], found["-+"]) == (1.0, 1.0)


def test_a_condor_has_two_good_patterns_among_sixteen() -> None:
    """Puts below, calls above: the iron condor and its other side."""
    shape = UnsignedShape(((1, 1, PUT, 1), (1, 2, PUT, 1), (1, 3, CALL, 1), (1, 4, CALL, 1)))
    found = by_signs(shape, 90.0, 95.0, 105.0, 110.0)
    assert found["+--+"] == 1.0
    assert all(rank > 1.0 for signs, rank in found.items() if signs not in ("+--+", "-++-"))


def test_strikes_decide_between_names() -> None:
    """Even gaps make a butterfly; uneven ones make a broken wing, which is less common."""
    shape = UnsignedShape(((1, 1, CALL, 1), (1, 2, CALL, 2), (1, 3, CALL, 1)))
    assert by_signs(shape, 95.0, 100.0, 105.0)["+-+"] == 1.0
    assert by_signs(shape, 95.0, 100.0, 110.0)["+-+"] > 1.0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_catalogue_is_asked_for_every_pattern(count: int) -> None:
    """The index of listed patterns gives what asking for each pattern gives, for all legs on three strikes and two dates."""
    contracts = list(itertools.product((1, 2), (1, 2, 3), (CALL, PUT)))
    strikes = np.array([[95.0, 100.0, 110.0]])
    for chosen in itertools.combinations(contracts, count):
        levels = sorted({leg[1] for leg in chosen})
        dates = sorted({leg[0] for leg in chosen})
        for numbers in itertools.product((1, 2), repeat=count):
            shape = UnsignedShape(
                tuple(
                    (dates.index(leg[0]) + 1, levels.index(leg[1]) + 1, leg[2], number)
                    for leg, number in zip(chosen, numbers, strict=True)
                )
            )
            at = strikes[:, [level - 1 for level in levels]]
            wanted = [_asked(shape, signs, at) for signs in sign_patterns(count).tolist()]
            assert ranks(shape, at)[0].tolist() == wanted


def _asked(shape: UnsignedShape, signs: list[int], strikes: np.ndarray) -> float:
    """Ask the catalogue for one pattern."""
    legs = [
        ShapeLeg(expiry, strike, str(KINDS[kind]), sign * number)
        for (expiry, strike, kind, number), sign in zip(shape.legs, signs, strict=True)
    ]
    fitting = (
        line.rank
        for line, template in resolve(tuple(sorted(legs)))
        if conditions_hold(template.conditions, strikes)[0]
    )
    return next(fitting, NO_NAME)


def test_what_the_file_states_takes_the_other_names_away() -> None:
    shape = UnsignedShape(((1, 1, CALL, 1), (1, 2, CALL, 1)))
    found = with_stated(ranks(shape, np.array([[100.0, 105.0]])), np.array([[0, -1]]))
    patterns = sign_patterns(2)
    assert np.isinf(found[0][patterns[:, 1] > 0]).all()
    assert found[0][(patterns == (1, -1)).all(axis=1)] == [1.0]


def test_every_line_of_the_catalogue_is_listed() -> None:
    places = {str(kind): place for place, kind in enumerate(KINDS)}
    for structure in STRATEGIES.values():
        for template in structure.templates:
            assert is_listed(
                tuple(sorted((leg.expiry, leg.strike, places[leg.kind]) for leg in template.legs))
            )
