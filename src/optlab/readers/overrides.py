"""What the user says of the market on the command line: MIU=24.24, 43%, 0.03, AAPL=0.27@2026-11-09."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence

from optlab.errors import MarketDataError
from optlab.market import EVERY
from optlab.readers.cells import CellError, number
from optlab.readers.dates import moment

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


def parse_dividends(said: Sequence[str]) -> dict[str, list[tuple[str | dt.date, float]]]:
    """Read cash dividends that the user gives, each for one stock and ex-date; see `Market.with_dividends`.

    >>> parse_dividends(["AAPL=0.27@2026-11-09"])
    {'AAPL': [(datetime.date(2026, 11, 9), 0.27)]}

    Raises
    ------
    MarketDataError
        For what is no amount on a day; the message says how to write it.
    """
    found: dict[str, list[tuple[str | dt.date, float]]] = {}
    for text in said:
        code, day, amount = _dividend(text)
        found.setdefault(code, []).append((day, amount))
    return found


def _dividend(text: str) -> tuple[str, dt.date, float]:
    code, _, paid = text.rpartition("=")
    figure, _, when = paid.partition("@")
    try:
        amount, day = number(figure), moment(when)
    except CellError as error:
        raise _no_dividend(text, error.reason) from error
    faults = {
        "names several at once": "=" in code or "," in code,
        "names no underlying": not code.strip(),
        "gives no amount": math.isnan(amount),
        "is not positive": amount <= 0,
        "has a time of day, and an ex-date is a day": isinstance(day, dt.datetime),
    }
    for reason, is_so in faults.items():
        if is_so:
            raise _no_dividend(text, reason)
    if day is None:
        raise _no_dividend(text, "gives no ex-date")
    return code.strip(), day, amount


def _no_dividend(text: str, reason: str) -> MarketDataError:
    fix = "write AAPL=0.27@2026-11-09, the amount of one share and its ex-date; say --dividend again for more"
    return MarketDataError(f"--dividend {text!r} {reason}. Fix: {fix}.")


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


def parse_window(text: str) -> int:
    """Read a number of trading days: 5d or 5.

    >>> parse_window("5d")
    5

    Raises
    ------
    MarketDataError
        For anything else, none among it.
    """
    found = re.fullmatch(r"(\d+)d?", text.strip().casefold())
    if found is None or int(found[1]) == 0:
        raise MarketDataError(f"--window {text!r} is no number of trading days. Fix: write 5d.")
    return int(found[1])


def parse_day(option: str, text: str) -> dt.date:
    """Read a day: 2026-11-27 or 27NOV26.

    >>> parse_day("on", "27NOV26")
    datetime.date(2026, 11, 27)

    Raises
    ------
    MarketDataError
        For what is no day.
    """
    fix = "Fix: write a date such as 2026-11-27."
    try:
        day = moment(text)
    except CellError as error:
        raise MarketDataError(f"--{option} {text!r} {error.reason}. {fix}") from error
    if day is None or isinstance(day, dt.datetime):
        raise MarketDataError(f"--{option} {text!r} is no day. {fix}")
    return day


def parse_percent(option: str, text: str) -> float:
    """Read a fraction, with a percent sign or without: 0.1% or 0.001.

    >>> parse_percent("self-financing", "0.1%")
    0.001

    Raises
    ------
    MarketDataError
        For what is no number.
    """
    try:
        value = number(text, percent="sign")
    except CellError as error:
        raise MarketDataError(f"--{option} {text!r} {error.reason}. Fix: write 0.1% or 0.001.") from error
    if math.isnan(value):
        raise MarketDataError(f"--{option} {text!r} gives no number. Fix: write 0.1% or 0.001.")
    return value
