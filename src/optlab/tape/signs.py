"""Which way a package was traded: its net price against the quotes of its legs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optlab.tape.lines import Alike, Lines, alike, lines_of
from optlab.tape.names import MOST_SIGNED, NO_NAME, ranks, sign_patterns
from optlab.tape.prints import Bools, Floats, Ints, Prints

AT_MIDPOINT = "unsigned: net price at the midpoint"
NO_QUOTES = "unsigned: no quotes"
UNDECIDED = "unsigned: the quotes do not decide"
PARTLY_STATED = "unsigned: the file gives the side of some legs only"

RANK_COSTS = ((1.0, 0.0), (1.6, 0.3), (3.0, 1.0), (NO_NAME, 1.5))
"""What a sign pattern costs by the rank of its name: the first row whose rank is not below its own."""

NAME_WEIGHT = 0.6
"""How much of the composite half spread a unit of that cost is worth. docs/methods/tape.md has what it recovers."""

DECISIVE = 10.0
"""What a pattern is worth whose every leg lies at its own ask or bid: no name outweighs that."""

NOTHING = 1e-9


class Signed(NamedTuple):
    """The sign of each print, 1 bought and -1 sold, and for each package why it is unsigned, or nothing."""

    sign: Ints
    reason: np.ndarray


def sign_prints(prints: Prints, package: Ints) -> Signed:
    """Sign the prints of each package by its net price against the composite market of its legs.

    With the mid m, half spread h, price p and contracts per lot r of each leg, the net price of a pattern of signs s
    lies at e = sum s r (p - m) / sum r h: 1 is the ask of the composite market, -1 its bid. The pattern with the
    largest absolute e, less a little for an uncommon name is taken, and bought where e is positive. A side that the file
    states is final.

    Parameters
    ----------
    prints : Prints
        Fills of one contract count with their average price and quotes.
    package : ndarray of int
        The package of each print, numbered from 0 without gaps.
    """
    if not len(prints):
        return Signed(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object))
    lines = lines_of(prints, package)
    sign = np.ones(len(lines.package), dtype=np.int64)
    reason = np.full(len(lines.starts), "", dtype=object)
    market = _market(prints, lines)
    for group in alike(lines):
        signs, why = _choose(group, market)
        sign[group.places], reason[group.packages] = signs, why
    stated = lines.per_package(np.abs(lines.side), np.add)
    sign = np.where(lines.side != 0, lines.side, sign)
    reason[stated == lines.counts] = ""
    reason[(stated > 0) & (stated < lines.counts)] = PARTLY_STATED
    return Signed(sign[lines.line], reason)


class Market(NamedTuple):
    """Of each line: how far its price lies above the mid and half its spread, both times its contracts per lot."""

    above: Floats
    half: Floats
    has_quotes: Bools


def _market(prints: Prints, lines: Lines) -> Market:
    is_quoted = np.isfinite(prints.price) & (prints.bid >= 0) & (prints.ask > 0) & (prints.ask >= prints.bid)
    total = np.bincount(lines.line, weights=prints.size)

    def average(values: Floats) -> Floats:
        weights = np.where(is_quoted, values, 0.0) * prints.size
        return np.asarray(np.bincount(lines.line, weights=weights) / total)

    above = average(prints.price - (prints.bid + prints.ask) / 2)
    half = average((prints.ask - prints.bid) / 2)
    contracts = np.where(np.isnan(lines.ratio), lines.amount, lines.ratio)
    return Market(above * contracts, half * contracts, np.bincount(lines.line, weights=~is_quoted) == 0)


def _choose(group: Alike, market: Market) -> tuple[Ints, np.ndarray]:
    """Return the signs of packages of one shape, a row for each, and why they are unsigned."""
    above, half = market.above[group.places], market.half[group.places].sum(axis=1)
    has_quotes = np.asarray(market.has_quotes[group.places].all(axis=1))
    if above.shape[1] > MOST_SIGNED:
        is_open = (np.abs(above) <= NOTHING).any(axis=1)
        why = np.where(has_quotes, np.where(is_open, UNDECIDED, ""), NO_QUOTES)
        return np.where(above < 0, -1, 1), why.astype(object)
    patterns = sign_patterns(above.shape[1])
    pairs = len(patterns) // 2  # the second half is the other side of the first
    rank = ranks(group.shape, group.strikes)
    other = rank[:, ::-1][:, :pairs]
    cost = _cost(np.minimum(rank[:, :pairs], other))
    where = above @ patterns[:pairs].T / np.where(half > NOTHING, half, 1.0)[:, None]
    where = np.where(has_quotes[:, None], where, 0.0)
    score = np.abs(where) - NAME_WEIGHT * cost + DECISIVE * (np.abs(where) >= 1 - NOTHING)
    best = score.argmax(axis=1)
    rows = np.arange(len(best))
    place = where[rows, best]
    rivals = (score >= score[rows, best][:, None] - NOTHING).sum(axis=1)
    is_sold = np.where(np.abs(place) > NOTHING, place < 0, other[rows, best] < rank[rows, best])
    signs = patterns[best] * np.where(is_sold, -1, 1)[:, None]
    why = np.select(
        [~has_quotes, np.abs(place) <= NOTHING, rivals > 1], [NO_QUOTES, AT_MIDPOINT, UNDECIDED], ""
    )
    return signs, why.astype(object)


def _cost(rank: Floats) -> Floats:
    places = np.searchsorted([most for most, _ in RANK_COSTS], rank)
    return np.array([cost for _, cost in RANK_COSTS])[places]
