"""What the user says of the market on the command line: MIU=24.24, 43%, 0.03."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from optlab.errors import MarketDataError
from optlab.market import EVERY
from optlab.readers.cells import CellError, number

FRACTIONS = ("vol", "rate", "dividend_yield")
EXAMPLES = {
    "cash": "100000",
    "spot": "24.24",
    "vol": "0.43",
    "rate": "0.03",
    "dividend_yield": "0.01",
    "settle": "24.2",
}
NAMED = {"settle": "MIU", "cash": "HKD"}
"""What is always said of one underlying or currency, with an example."""

LENGTHS = {"": 1, "d": 1, "w": 7}


def parse_overrides(said: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Read numbers that the user gives for one underlying or, without a name, for all.

    >>> parse_overrides({"spot": ["MIU=24.24"], "vol": ["43%"]})
    {'spot': {'MIU': 24.24}, 'vol': {'*': 0.43}}

    Raises
    ------
    MarketDataError
        For what is no number, or no sensible one; the message says how to write it.
    """
    return {name: dict(_entry(name, text) for text in texts) for name, texts in said.items() if texts}


def _entry(name: str, text: str) -> tuple[str, float]:
    code, _, figure = text.rpartition("=")
    if "=" in code or "," in code:
        raise _refused(name, text, "names several at once")
    if name in NAMED and not code:
        raise _refused(name, text, "names no underlying" if name == "settle" else "names no currency")
    try:
        value = number(figure, percent="sign" if name in FRACTIONS else "refuse")
    except CellError as error:
        raise _refused(name, text, error.reason) from error
    if math.isnan(value):
        raise _refused(name, text, "gives no number")
    if name == "cash" and value < 0:
        raise _refused(name, text, "is a debt")
    code = code.strip().upper() if name == "cash" else code.strip()
    return code or EVERY, value


def _refused(name: str, text: str, reason: str) -> MarketDataError:
    option, example = name.replace("_", "-"), EXAMPLES[name]
    percent = f", or {float(example):.0%}" if name in FRACTIONS else ""
    every = "" if name in NAMED else f", or {example} for every underlying{percent}"
    return MarketDataError(
        f"--{option} {text!r} {reason}. Fix: write {NAMED.get(name, 'MIU')}={example}{every}; say --{option} again for more."
    )


def parse_days(text: str) -> float:
    """Read a number of days: 7d, 2w or 7.

    >>> parse_days("7d"), parse_days("2w")
    (7.0, 14.0)

    Raises
    ------
    MarketDataError
        For anything else.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([dw]?)", text.strip().casefold())
    if found is None:
        raise MarketDataError(f"--expiring {text!r} is no number of days. Fix: write 7d, 2w or 7.")
    return float(found[1]) * LENGTHS[found[2]]
