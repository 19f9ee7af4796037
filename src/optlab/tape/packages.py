"""Which prints are one package: by the file's own ids, else by exchange, time and ratio of sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.strategy.packages import changes
from optlab.tape.conditions import (
    CANCEL,
    COMPRESSION,
    LATE,
    MULTI_LEG,
    MULTI_LEG_SINGLE,
    SINGLE,
    STOCK_TIED,
)
from optlab.tape.crowds import KIND_PLACES, LARGEST_RATIO, LARGEST_UNNAMED, MOST_PRINTS, Crowds, Item
from optlab.tape.lines import Lines, alike, lines_of
from optlab.tape.names import MOST_SIGNED, NO_NAME, ranks, with_stated
from optlab.tape.prints import NEVER, Bools, Floats, Ints, Prints, numbers

OF_PACKAGES = (MULTI_LEG, MULTI_LEG_SINGLE, STOCK_TIED)
"""Classes of conditions that say a print is a leg."""

NEVER_GROUPED = (CANCEL, LATE, COMPRESSION)

HUGE = 10
"""Crowds of so many times the most prints are cut in halves first."""

MOST_BY_NAME = 30
"""The most prints of one time that are looked for names where no code says which are legs: in more, anything is found."""

TRIO = 3
"""So many prints can't be two packages."""


class Grouped(NamedTuple):
    """Which prints are together.

    Parameters
    ----------
    package : ndarray of int
        A number per print, from 0 in order of each package's first print.
    is_lonely : ndarray of bool
        Prints whose code says that they are legs, and whose other legs were not found.
    is_by_name : ndarray of bool
        Prints in packages that no id and no code speaks for: equal times and a name.
    cut, left : int
        How many crowds were too large to try every reading, and so were cut, or left alone for want of codes.
    """

    package: Ints
    is_lonely: Bools
    is_by_name: Bools
    cut: int
    left: int


def in_coded_files(prints: Prints) -> Bools:
    """Say which prints are in a file whose condition codes tell legs of packages from single orders."""
    says = np.isin(prints.condition, (MULTI_LEG, MULTI_LEG_SINGLE, SINGLE))
    return np.isin(prints.file, np.unique(prints.file[says]))


def group_prints(prints: Prints, within: int) -> Grouped:
    """Put the prints of each package together.

    Prints with an id of the file's are a package by that id and underlying. Of the others, those that can belong
    together share file, exchange, account, underlying and class of code, and lie within a time of each other;
    without codes, they have equal times. Where they can be several packages, the names decide.

    Parameters
    ----------
    prints : Prints
        In order of time, cancels and cancelled prints taken away.
    within : int
        Microseconds.
    """
    package = np.arange(len(prints))
    by_id = np.flatnonzero(prints.group >= 0)
    package[by_id] = _first_of_each(by_id, prints.group[by_id], prints.underlying[by_id])
    is_leg = np.isin(prints.condition, OF_PACKAGES)
    is_timed = (prints.group < 0) & (prints.time != NEVER) & prints.is_option & (prints.size > 0)
    is_anything = ~is_leg & ~np.isin(prints.condition, NEVER_GROUPED) & ~in_coded_files(prints)
    cut = left = 0
    for chosen, crowds in ((is_leg, Crowds(within, is_coded=True)), (is_anything, Crowds(0, is_coded=False))):
        places = np.flatnonzero(is_timed & chosen)
        if len(places):
            package[places], *large = _by_time(prints.take(places), places, crowds)
            cut, left = cut + large[0], left + large[1]
    number = pd.factorize(package)[0].astype(np.int64)
    alone = np.bincount(number, minlength=1)[number] == 1
    return Grouped(number, alone & is_leg, ~alone & is_timed & is_anything, cut, left)


def _first_of_each(places: Ints, *keys: Ints) -> Ints:
    """Name each set of prints with equal keys by the place of its first print."""
    _, first, which = np.unique(numbers(*keys), return_index=True, return_inverse=True)
    return places[first[which]]


# --- prints that came together ------------------------------------------------------------------------------


def _by_time(prints: Prints, places: Ints, crowds: Crowds) -> tuple[Ints, int, int]:
    """Return the package of each print, as the place of one of its prints, and how many crowds were cut or left alone."""
    cluster = _clusters(prints, crowds.within)
    package = places.copy()
    is_crowded = np.bincount(cluster)[cluster] > 1
    is_open = is_crowded.copy()
    for by in (None, prints.code, prints.size):
        chosen = np.flatnonzero(is_open)
        if len(chosen):
            part = numbers(cluster[chosen], *([] if by is None else [by[chosen]]))
            clear, has_name = _clear_packages(prints.take(chosen), part, crowds)
            settled = _settled(cluster[chosen], part, clear, prints.size[chosen], crowds)
            package[chosen[settled]] = _first_of_each(places[chosen[settled]], part[settled])
            is_crowded[chosen[settled]] = False
            is_open[chosen] = ~settled & ~(has_name & (by is None))
    cut, left = _take_apart(prints, places, package, np.where(is_crowded, cluster, -1), crowds)
    return _with_fills(prints, cluster, package), cut, left


def _take_apart(
    prints: Prints, places: Ints, package: Ints, cluster: Ints, crowds: Crowds
) -> tuple[int, int]:
    """Write the packages of the clusters that are not -1, and return how many were cut, and left alone."""
    cut = left = 0
    crowded = np.flatnonzero(cluster >= 0)
    for crowd in _runs(crowded[np.argsort(cluster[crowded], kind="stable")], cluster):
        if not crowds.is_coded and len(crowd) > MOST_BY_NAME:
            left += 1
            continue
        pieces = _pieces(prints, crowd)
        cut += len(pieces) > 1
        for piece in pieces:
            for found in crowds.take_apart([_item(prints, place) for place in piece]):
                package[[piece[place] for place in found]] = places[piece[found[0]]]
    return cut, left


def _settled(cluster: Ints, part: Ints, clear: Bools, size: Floats, crowds: Crowds) -> Bools:
    """Say which prints are in clusters whose every part is a clear package.

    Without codes, one print may be alone whose size is in no small ratio to that of any other.
    """
    is_alone = np.bincount(part)[part] == 1
    alone = np.bincount(cluster, weights=is_alone)
    size_alone = np.asarray(np.bincount(cluster, weights=np.where(is_alone, size, 0.0))[cluster], np.float64)
    is_related = ~is_alone & (alone[cluster] > 0) & ~_is_apart(size, size_alone)
    excess = alone > (0 if crowds.is_coded else 1)
    doubts = np.bincount(cluster, weights=(~clear & ~is_alone) | is_related) + excess
    return np.asarray((doubts == 0)[cluster] & (np.bincount(cluster, weights=clear) > 0)[cluster])


def _is_apart(size: Floats, other: Floats) -> Bools:
    """Say where two sizes are in no small ratio; a fraction of a contract is in doubt."""
    is_whole = (size % 1 == 0) & (other % 1 == 0)
    one, two = (np.where(is_whole, values, 1.0).astype(np.int64) for values in (size, other))
    divisor = np.maximum(np.gcd(one, two), 1)
    return np.asarray(is_whole & (np.maximum(one, two) // divisor > LARGEST_RATIO))


def _with_fills(prints: Prints, cluster: Ints, package: Ints) -> Ints:
    """Join packages of one cluster that have the same contracts and ratios: they are fills of one order."""
    number = np.unique(package, return_inverse=True)[1]
    lines = lines_of(prints, number)
    ratio = np.round(lines.ratio / lines.per_package(lines.ratio, np.minimum)[lines.package], 6)
    contract = np.empty(len(ratio), dtype=np.int64)
    contract[lines.line] = prints.contract
    leg = numbers(contract, lines.side, np.nan_to_num(ratio, nan=-1.0))
    # The sum of a number drawn for each leg: packages of one cluster don't have equal sums by chance.
    drawn = np.random.default_rng(0).integers(1, 2**53, size=int(leg.max()) + 1)
    structure = lines.per_package(drawn[leg], np.add)
    structure = np.where(lines.counts > 1, structure, -1 - np.arange(len(structure)))
    return _first_of_each(package, cluster, structure[number])


def _clusters(prints: Prints, within: int) -> Ints:
    """Give a number to the runs of prints of one market and class in which no two neighbours lie further apart."""
    kinds = np.unique(prints.condition, return_inverse=True)[1]
    order = np.lexsort((prints.time, kinds, prints.market))
    is_new = changes(prints.market[order]) | changes(kinds[order])
    is_new |= np.diff(prints.time[order], prepend=prints.time[order][:1]) > within
    cluster = np.empty(len(prints), dtype=np.int64)
    cluster[order] = np.cumsum(is_new) - 1
    return cluster


def _clear_packages(prints: Prints, part: Ints, crowds: Crowds) -> tuple[Bools, Bools]:
    """Say for each print whether its part of the tape is beyond doubt one package, and whether it has a name at all.

    It is one where all legs have one size and the whole has a name, and where three legs or two, with codes, have
    a small ratio: they can't be several packages.
    """
    lines = lines_of(prints, part)
    named = commonest(lines) < NO_NAME
    ratio = np.nan_to_num(lines.largest_ratio, nan=np.inf)
    is_plain = (np.bincount(part) == lines.counts) & (lines.counts <= TRIO) & crowds.is_coded
    is_plain &= (ratio <= LARGEST_UNNAMED) | (named & (ratio <= LARGEST_RATIO))
    is_one = (lines.counts > 1) & ((lines.is_equal & named) | is_plain)
    order = np.argsort(part, kind="stable")
    starts = np.flatnonzero(changes(part[order]))
    span = np.maximum.reduceat(prints.time[order], starts) - np.minimum.reduceat(prints.time[order], starts)
    codes = [reduce.reduceat(prints.code[order], starts) for reduce in (np.minimum, np.maximum)]
    is_one &= (span <= crowds.within) & (codes[0] == codes[1])
    return np.asarray(is_one[part]), np.asarray((named & (lines.counts > 1))[part])


def commonest(lines: Lines) -> Floats:
    """Return the rank of the commonest name that each package can have, `NO_NAME` where there is none."""
    found = np.full(len(lines.starts), NO_NAME)
    for packages, shape, strikes, places in alike(lines):
        if 1 < len(shape.legs) <= MOST_SIGNED:
            found[packages] = with_stated(ranks(shape, strikes), lines.side[places]).min(axis=1)
    return found


def _runs(places: Ints, cluster: Ints) -> Iterator[Ints]:
    if len(places):
        yield from np.split(places, np.flatnonzero(changes(cluster[places]))[1:])


def _pieces(prints: Prints, crowd: Ints) -> list[list[int]]:
    """Cut a crowd that is too large where the time between two prints is longest, else by size, else in halves."""
    pieces, left = [], [crowd]
    while left:
        piece = left.pop()
        if len(piece) <= MOST_PRINTS:
            pieces.append(sorted(piece.tolist()))
            continue
        is_one_time = np.ptp(prints.time[piece]) == 0
        by = prints.size if is_one_time else prints.time
        piece = piece[np.argsort(by[piece], kind="stable")]
        gaps = np.diff(by[piece])
        is_huge = len(piece) > HUGE * MOST_PRINTS
        cut = len(piece) // 2 if is_huge or not gaps.any() else int(gaps.argmax()) + 1
        left += [piece[cut:], piece[:cut]]
    return pieces


def _item(prints: Prints, place: int) -> Item:
    return Item(
        int(prints.expiry[place]),
        float(prints.strike[place]),
        KIND_PLACES[str(prints.kind[place])],
        int(prints.contract[place]),
        int(prints.side[place]),
        float(prints.size[place]),
        int(prints.code[place]),
        int(prints.time[place]),
    )
