"""What a print's condition code says: a leg of a package, a single order, tied to stock, late, or taken back.

The codes are those of OPRA's last-sale messages, by letter, by name or by the id that data vendors give them, and the
words of HKEX's trade flags: `conditions.csv`.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
import re
from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd

CANCEL, LATE, COMPRESSION, STOCK_TIED = "cancel", "late", "compression", "stock_tied"
MULTI_LEG_SINGLE, MULTI_LEG = "multi_leg_single", "multi_leg"
SINGLE, EXTENDED, REGULAR = "single", "extended", "regular"

CLASSES = (
    CANCEL, LATE, COMPRESSION, STOCK_TIED, MULTI_LEG_SINGLE, MULTI_LEG, SINGLE, EXTENDED, REGULAR,
)  # fmt: skip
"""Every class of conditions, the most telling first: of several in one cell it is the one that counts."""

COMPRESSION_TRADE = "compression trade"
"""Why such a trade carries no view."""

NO_CODE = ""
"""The class of a print without a condition that is known."""


class Condition(NamedTuple):
    """One line of the table of conditions: its code as it is compared, and its class."""

    code: str
    kind: str


class Conditions(NamedTuple):
    """What the conditions of prints say, a value per print.

    ``kind`` is a class of `CLASSES` or empty, ``code`` the letter (or the name, where there is none) of the most
    telling condition, and ``unknown`` counts the prints of each word that the table does not have.
    """

    kind: np.ndarray
    code: np.ndarray
    unknown: dict[str, int]


def read_conditions(cells: pd.Series) -> Conditions:
    """Say what the condition of each print means; where a cell has several, the most telling one counts.

    Parameters
    ----------
    cells : Series of str
        Letters (``f`` and ``F`` differ), names in any case, vendor ids, or words; several are divided by
        semicolons, commas, bars or spaces.

    Examples
    --------
    >>> read_conditions(pd.Series(["f", "F", "mlet", "232;219", "Late Trade", "what", ""])).kind.tolist()
    ['multi_leg', 'late', 'multi_leg', 'multi_leg', 'late', '', '']
    """
    places, distinct = pd.factorize(cells)
    read = [_read_cell(str(cell)) for cell in distinct]
    times = np.bincount(places, minlength=len(distinct)).tolist()
    unknown: Counter[str] = Counter()
    for (_, words), count in zip(read, times, strict=True):
        unknown.update(dict.fromkeys(words, count))
    kinds = np.array([condition.kind for condition, _ in read], dtype=object)
    codes = np.array([condition.code for condition, _ in read], dtype=object)
    return Conditions(kinds[places], codes[places], dict(sorted(unknown.items())))


def is_compression(cells: pd.Series) -> np.ndarray:
    """Say which prints are compression trades: positions closed against each other, without a view.

    >>> is_compression(pd.Series(["u", "MCTP", "U", ""])).tolist()
    [True, True, False, False]
    """
    return np.asarray(read_conditions(cells).kind == COMPRESSION)


def conditions_by_class() -> dict[str, tuple[str, ...]]:
    """Return the codes of each class, the most telling class first, as ``f MLET`` or a word."""
    found: dict[str, list[str]] = {kind: [] for kind in CLASSES}
    for line in _lines():
        found[line["class"]].append(f"{line['letter']} {line['name']}".strip())
    return {kind: tuple(codes) for kind, codes in found.items()}


def _lines() -> list[dict[str, str]]:
    text = importlib.resources.files("optlab.tape").joinpath("conditions.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@functools.cache
def _table() -> dict[str, Condition]:
    """Return every condition by letter, by name and by vendor id."""
    table = {}
    for line in _lines():
        condition = Condition(line["letter"] or line["name"], line["class"])
        table[_plain(line["name"])] = condition
        table |= {key: condition for key in (line["letter"], line["vendor_id"]) if key}
    return table


def _plain(name: str) -> str:
    """Reduce a name to letters and digits of one case; the sign keeps it apart from a letter code."""
    return "=" + re.sub(r"[^a-z0-9]", "", name.casefold())


def _find(text: str) -> Condition | None:
    return _table().get(text) or _table().get(_plain(text))


def _read_cell(cell: str) -> tuple[Condition, list[str]]:
    """Return the most telling condition of a cell, and the words that are not known."""
    found: list[Condition] = []
    unknown: list[str] = []
    for phrase in re.split(r"[;,|\[\]\"']+", cell):
        whole = _find(phrase.strip())
        for word in [phrase.strip()] if whole else phrase.split():
            condition = _find(word)
            if condition is None:
                unknown.append(word)
            else:
                found.append(condition)
    most = min(found, key=lambda condition: CLASSES.index(condition.kind), default=Condition("", NO_CODE))
    return most, unknown
