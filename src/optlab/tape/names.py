"""How common the names are that a package can have, whichever of its legs are bought and which are sold."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.match import LONGEST_SHAPE, conditions_hold, resolve
from optlab.strategy.templates import ShapeLeg

Floats = NDArray[np.float64]

KINDS = np.array(["C", "P", "S"])

NO_NAME = np.inf
"""The rank of a package that no line of the catalogue fits."""

MOST_SIGNED = min(8, LONGEST_SHAPE)
"""The most legs whose signs are tried in every combination."""


@dataclass(frozen=True)
class UnsignedShape:
    """A package without prices, dates, lots and signs: of each leg the ranks of expiry and strike, kind and number.

    The kind is its place in `KINDS`; the number is 0 where the package has no common lot.
    """

    legs: tuple[tuple[int, int, int, int], ...]

    def strike_places(self) -> list[int]:
        """Return, for each rank of strikes from 1, a leg that has it."""
        ranks = [leg[1] for leg in self.legs]
        return [ranks.index(rank) for rank in range(1, max(ranks) + 1)]


@functools.cache
def sign_patterns(count: int) -> NDArray[np.int64]:
    """Return every combination of bought and sold legs, a row for each: all bought first, its opposite last.

    >>> sign_patterns(2).tolist()
    [[1, 1], [1, -1], [-1, 1], [-1, -1]]
    """
    numbers = np.arange(2**count)[:, None] >> np.arange(count - 1, -1, -1)
    return 1 - 2 * (numbers & 1)


def ranks(shape: UnsignedShape, strikes: Floats) -> Floats:
    """Return how common the name is that each sign pattern gives to packages of one shape.

    Parameters
    ----------
    shape : UnsignedShape
        Of at most `MOST_SIGNED` legs.
    strikes : ndarray
        The distinct strikes of each package, low to high, a row for each.

    Returns
    -------
    ndarray
        A row per package, a column per row of `sign_patterns`: 1.0 everyday, 1.6 known, 3.0 rare, `NO_NAME`.
    """
    found = np.full((len(strikes), 2 ** len(shape.legs)), NO_NAME)
    if any(leg[3] <= 0 for leg in shape.legs):
        return found
    for signs in _listed_signs().get(tuple(leg[:3] for leg in shape.legs), ()):
        is_open = np.ones(len(strikes), dtype=bool)
        signed = [
            ShapeLeg(expiry, strike, str(KINDS[kind]), sign * number)
            for (expiry, strike, kind, number), sign in zip(shape.legs, signs, strict=True)
        ]
        for structure, template in resolve(tuple(sorted(signed))):
            fits = is_open & conditions_hold(template.conditions, strikes)
            found[fits, _column(signs)] = structure.rank
            is_open &= ~fits
    return found


def _column(signs: tuple[int, ...]) -> int:
    """Return the place of a combination among `sign_patterns`."""
    return sum((sign < 0) << place for place, sign in enumerate(reversed(signs)))


@functools.cache
def _listed_signs() -> dict[tuple[tuple[int, int, int], ...], tuple[tuple[int, ...], ...]]:
    """Return the sign patterns that the catalogue lists, by the legs without numbers and signs."""
    places = {str(kind): place for place, kind in enumerate(KINDS)}
    found: dict[tuple[tuple[int, int, int], ...], dict[tuple[int, ...], None]] = {}
    for structure in STRATEGIES.values():
        for template in structure.templates:
            legs = sorted((leg.expiry, leg.strike, places[leg.kind], leg.sign) for leg in template.legs)
            signs = found.setdefault(tuple((expiry, strike, kind) for expiry, strike, kind, _ in legs), {})
            signs[tuple(sign for *_, sign in legs)] = None
    return {legs: tuple(signs) for legs, signs in found.items()}


def is_listed(legs: tuple[tuple[int, int, int], ...]) -> bool:
    """Say whether the catalogue has packages of legs with these ranks and kinds, whatever their numbers and signs."""
    return legs in _listed_signs()


def with_stated(patterns_ranks: Floats, sides: NDArray[np.int64]) -> Floats:
    """Take away the names of sign patterns that contradict what the file says of a leg's side.

    Parameters
    ----------
    patterns_ranks : ndarray
        As `ranks` returns them.
    sides : ndarray
        Of each package's legs: 1 bought, -1 sold, 0 not said.
    """
    patterns = sign_patterns(sides.shape[1])
    contradicts = (patterns[None] * sides[:, None, :] < 0).any(axis=2)
    return np.where(contradicts, NO_NAME, patterns_ranks)
