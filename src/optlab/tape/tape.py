"""From single prints to signed packages: what was traded together, and which way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optlab.columns import LEG_COLUMNS
from optlab.legs import canonical
from optlab.tape.cancels import FIRST, Cancelled, find_cancelled
from optlab.tape.conditions import COMPRESSION, COMPRESSION_TRADE, LATE, STOCK_TIED, read_conditions
from optlab.tape.durations import microseconds
from optlab.tape.packages import Grouped, group_prints
from optlab.tape.prints import NEVER, Prints, arrange
from optlab.tape.signs import Signed, sign_prints

REPORTED_LATE = "reported late"
TIED_TO_STOCK = "tied to stock: the stock is not on the tape"
LEGS_MISSING = "leg of a package: its other legs are not on the tape"

NO_VIEW = "no_view"
"""The column that says why a package carries no view."""


@dataclass(frozen=True, eq=False)
class Tape:
    """A tape of prints as packages that are signed.

    Parameters
    ----------
    legs : DataFrame
        The canonical columns and ``no_view``: cancelled prints are gone, ``quantity`` is signed, every print has a
        ``group`` (P1, P2, ... in order of time), and ``no_view`` is empty or says why the package carries no view. Its
        quantities then have the likeliest signs, or are positive.
    sentences : tuple of str
        What became of the prints, for the user to know.
    counts : mapping of str to int
        The numbers in them.
    """

    legs: pd.DataFrame
    sentences: tuple[str, ...]
    counts: Mapping[str, int]


def read_tape(legs: pd.DataFrame, *, within: float | str = "5ms") -> Tape:
    """Turn the single prints of a tape into packages, and say of each whether it was bought or sold.

    Cancelled prints are taken away. Prints are put together by the file's own ids, else by exchange, condition code,
    time and ratio of sizes; each package is signed by its net price against its legs' quotes.

    Parameters
    ----------
    legs : DataFrame
        A row per print, the canonical table or what `optlab.legs.canonical` makes one of: ``quantity`` is the size,
        ``entry`` the price, ``bid`` and ``ask`` the quotes at the print.
    within : float or str
        The longest time between two legs of a package: ``5ms``, ``500us``, ``1s``, or seconds.

    Returns
    -------
    Tape
        The order of the rows does not matter; those that are left stay in it.

    Raises
    ------
    PricingError
        If ``within`` is no duration.
    ReadError
        If a column that is needed is missing or of the wrong type.

    References
    ----------
    How much of a known truth comes back is measured in bench/bench_tape.py; see docs/methods/tape.md.
    """
    longest = microseconds(within)
    if not set(LEG_COLUMNS) <= set(legs.columns):
        legs = canonical(legs)
    conditions = read_conditions(legs["condition"])
    prints = arrange(legs, conditions)
    cancelled = find_cancelled(prints, conditions.code[prints.row] == FIRST)
    prints = prints.take(cancelled.is_left)
    grouped = group_prints(prints, longest)
    signed = sign_prints(prints, grouped.package)
    reason = _reasons(prints, grouped, signed)
    table = _table(legs, prints, grouped, signed, reason)
    counts = _counts(prints, grouped, cancelled, reason) | {"prints": len(legs)}
    return Tape(table, _sentences(counts, reason, grouped.package, conditions.unknown), counts)


def _reasons(prints: Prints, grouped: Grouped, signed: Signed) -> np.ndarray:
    """Say for each print why its package carries no view; empty where it does."""
    count = len(signed.reason)

    def any_of(holds: np.ndarray) -> np.ndarray:
        return np.bincount(grouped.package, weights=holds, minlength=count) > 0

    is_known = (prints.side != 0) & (prints.group >= 0)
    reason = np.select(
        [
            any_of(prints.condition == COMPRESSION),
            any_of(prints.condition == STOCK_TIED),
            any_of((prints.condition == LATE) & ~is_known),
            any_of(grouped.is_lonely),
        ],
        [COMPRESSION_TRADE, TIED_TO_STOCK, REPORTED_LATE, LEGS_MISSING],
        signed.reason,
    )
    return np.asarray(reason[grouped.package], dtype=object)


def _table(
    legs: pd.DataFrame, prints: Prints, grouped: Grouped, signed: Signed, reason: np.ndarray
) -> pd.DataFrame:
    """Write groups, signs and reasons into the rows that are left, in the order of the file."""
    order = np.argsort(prints.row, kind="stable")
    table = legs.iloc[prints.row[order]].reset_index(drop=True)
    label = _labels(prints, grouped)
    names = np.array([f"P{number + 1}" for number in range(int(label.max(initial=-1)) + 1)], dtype=object)
    table["group"] = pd.Series(names[label[order]], dtype="str")
    table["quantity"] = table["quantity"].abs() * signed.sign[order]
    table[NO_VIEW] = pd.Series(reason[order], dtype="str")
    return table


def _labels(prints: Prints, grouped: Grouped) -> np.ndarray:
    """Give a number to what is to be one group: the file's own, though it lies over several underlyings, or a package."""
    is_given = prints.group >= 0
    keys = np.where(is_given, prints.group, -1 - grouped.package)
    timeless = prints.time == NEVER
    order = np.argsort(timeless, kind="stable")  # prints without a time come last
    label = np.empty(len(prints), dtype=np.int64)
    label[order] = pd.factorize(keys[order])[0]
    return label


# --- what became of the prints ------------------------------------------------------------------------------


def _counts(prints: Prints, grouped: Grouped, cancelled: Cancelled, reason: np.ndarray) -> dict[str, int]:
    size = np.bincount(grouped.package, minlength=1)
    return {
        "packages": int((size > 1).sum()),
        "package_prints": int(size[size > 1].sum()),
        "single_prints": int((size == 1).sum()),
        "cancels": cancelled.cancels,
        "cancelled": cancelled.prints,
        "cancels_without_print": cancelled.without_print,
        "late": int((prints.condition == LATE).sum()),
        "sided": int((prints.side != 0).sum()),
        "cut_crowds": grouped.cut,
        "left_crowds": grouped.left,
        "no_view": len(np.unique(grouped.package[reason != ""])),
        "packages_by_name": len(np.unique(grouped.package[grouped.is_by_name])),
    }


def _sentences(
    counts: Mapping[str, int], reason: np.ndarray, package: np.ndarray, unknown: Mapping[str, int]
) -> tuple[str, ...]:
    """Say what became of the prints, the most important first."""
    first = np.unique(package, return_index=True)[1]
    reasons = Counter(word for word in reason[first] if word)
    said = [
        (
            f"{_many(counts['prints'], 'print')}: {_many(counts['packages'], 'package')} of "
            f"{_many(counts['package_prints'], 'print')}, and {_many(counts['single_prints'], 'single print')}"
        )
    ]
    if counts["sided"]:
        said.append(
            f"{_many(counts['sided'], 'print')} {'has its' if counts['sided'] == 1 else 'have their'} side from the file"
        )
    if counts["cancels"]:
        said.append(
            f"{_many(counts['cancels'], 'cancel')} took away {_many(counts['cancelled'], 'print')}; "
            f"{counts['cancels_without_print']} found none"
        )
    said += [
        f"{_many(number, 'package or single print', 'packages and single prints')} without a view: {word}"
        for word, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    ]
    if counts["packages_by_name"]:
        packages = _many(counts["packages_by_name"], "package")
        said.append(f"{packages} without condition codes: prints of equal times that have a name together")
    if counts["cut_crowds"]:
        crowds = _many(counts["cut_crowds"], "crowd")
        said.append(f"{crowds} of too many prints to try every reading: cut where the pauses are longest")
    if counts["left_crowds"]:
        crowds = _many(counts["left_crowds"], "moment")
        said.append(f"{crowds} with too many prints to find packages without condition codes: left alone")
    if unknown:
        words = ", ".join(f"{word} ({number})" for word, number in list(unknown.items())[:MOST_NAMED])
        more = ", ..." if len(unknown) > MOST_NAMED else ""
        said.append(f"condition codes that are not known, taken as none: {words}{more}")
    return tuple(said)


MOST_NAMED = 8


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {several or one + 's'}"
