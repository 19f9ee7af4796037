"""One axis of moves, as it is typed or given: -20%:20%:5%, -2s:2s:1s, -10,0,+10, 0,7,30.

A move of zero is written without a unit or with it; otherwise the unit says what is meant, and where a bare number
could mean two things it is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from optlab.errors import PricingError

Name = Literal["spot", "vol", "rate", "days"]
Unit = Literal["percent", "sigmas", "points", "relative", "rate", "days"]

MOST_MOVES = 401
"""More on one axis is a slip of the step."""


class _Suffix(NamedTuple):
    """What a suffix means: the unit, and how much of it one is."""

    unit: Unit
    size: Decimal


SUFFIXES: Mapping[Name, Mapping[str, _Suffix]] = {
    "spot": {
        "%": _Suffix("percent", Decimal("0.01")),
        "s": _Suffix("sigmas", Decimal(1)),
        "sigma": _Suffix("sigmas", Decimal(1)),
    },
    "vol": {
        "": _Suffix("points", Decimal("0.01")),
        "pt": _Suffix("points", Decimal("0.01")),
        "%": _Suffix("relative", Decimal("0.01")),
    },
    "rate": {"bp": _Suffix("rate", Decimal("0.0001")), "%": _Suffix("rate", Decimal("0.01"))},
    "days": {
        "": _Suffix("days", Decimal(1)),
        "d": _Suffix("days", Decimal(1)),
        "w": _Suffix("days", Decimal(7)),
    },
}
"""How each axis is typed."""

RANGES: Mapping[Unit, tuple[float, float, str]] = {
    "percent": (-1.0, 10.0, "is outside -100% to 1000%"),
    "sigmas": (-100.0, 100.0, "is more than 100 standard deviations"),
    "points": (-5.0, 5.0, "is more than 500 volatility points"),
    "relative": (-1.0, 10.0, "is outside -100% to 1000%"),
    "rate": (-1.0, 1.0, "is more than 100%"),
    "days": (0.0, 36_500.0, "is no number of days from today on"),
}
"""What a move may be, and what to say when it is not."""

FIXES: Mapping[Name, str] = {
    "spot": "write moves such as -20%:20%:5% or -10%,0,+10%, or standard deviations such as -2s:2s:1s",
    "vol": "write points such as -10,0,+10, or parts of each volatility such as -20%,0,+20%",
    "rate": "write moves such as -100bp,0,+100bp or -1%",
    "days": "write days from today such as 0,7,30 or 0:30:5",
}

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)) *([a-z%]*)")
_DASHES = str.maketrans("\u2212\u2013\u2012\uff0d", "----")


@dataclass(frozen=True)
class Axis:
    """Moves along one axis, from low to high, each once.

    Parameters
    ----------
    unit : {"percent", "sigmas", "points", "relative", "rate", "days"}
        What a size is: a fraction of spot (0.05 is 5% up); standard deviations of spot; volatility up by so much
        (0.10 is ten points); volatility up by a fraction of itself; the rate up by so much; calendar days.
    sizes : tuple of float
        The moves.
    """

    unit: Unit
    sizes: tuple[float, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Each move as people write it."""
        return tuple(text_of(self.unit, size) for size in self.sizes)


def text_of(unit: Unit, size: float) -> str:
    """Write one move as people do.

    >>> text_of("percent", -0.05), text_of("sigmas", 2), text_of("points", 0.1), text_of("rate", -0.01), text_of("days", 7)
    ('-5%', '+2s', '+10', '-100bp', '7d')
    """
    if unit == "days":
        return f"{size:g}d"
    factor, suffix = {
        "percent": (100.0, "%"),
        "sigmas": (1.0, "s"),
        "points": (100.0, ""),
        "relative": (100.0, "%"),
        "rate": (1e4, "bp"),
    }[unit]
    return f"{factor * size:+.6g}{suffix}" if size else f"0{suffix}"


def axis(
    name: Name, given: str | Sequence[float] | Axis, *, unit: Unit | None = None, label: str = ""
) -> Axis:
    """Make an axis of what a user gives: text, numbers, or an axis itself.

    Parameters
    ----------
    name : {"spot", "vol", "rate", "days"}
        Which axis.
    given : str, sequence of float or Axis
        Text is read by `parse_axis`. Numbers are fractions of spot, absolute volatilities (0.10 is ten points), rates
        and calendar days.
    unit : str, optional
        The unit of numbers, if it is another.
    label : str, optional
        What to call it in a message, such as ``--spot``.

    Raises
    ------
    PricingError
        For what is no axis; the message says how to write one.
    """
    label = label or f"{name} moves"
    if isinstance(given, Axis):
        return given
    if isinstance(given, str):
        return parse_axis(name, given, label=label)
    unit = unit or next(iter(SUFFIXES[name].values())).unit
    try:
        sizes = [float(size) for size in given]
    except (TypeError, ValueError):
        raise PricingError(f"{label} {given!r} are no numbers. Fix: {FIXES[name]}.") from None
    return _checked(name, unit, sizes, label)


def typed_axis(name: Name, texts: Sequence[str], label: str) -> Axis:
    """Read the moves of an option that quotes are said by too; what could be a quote is refused.

    Parameters
    ----------
    name : {"spot", "vol", "rate", "days"}
        Which axis.
    texts : sequence of str
        What was said, once or several times.
    label : str
        The option, such as ``--vol``.

    Raises
    ------
    PricingError
        As `parse_axis`, and for a single volatility such as 43%.
    """
    text = ",".join(texts)
    plain = text.strip()
    if name == "vol" and re.fullmatch(r"[\d.]+ *%|0?\.\d+", plain):
        move = f"+{plain}" if "%" in plain else _plain(100 * Decimal(plain))
        raise PricingError(
            f"{label} {plain!r} could be a quote or a move. Fix: write NAME={plain} for a quote, {move} for a move of "
            f"{'that part of each volatility' if '%' in plain else 'so many points'}."
        )
    return parse_axis(name, text, label=label)


def parse_axis(name: Name, text: str, *, label: str = "") -> Axis:
    """Read an axis: moves and ranges low:high:step, with commas between them.

    >>> parse_axis("spot", "-10%:10%:5%").sizes
    (-0.1, -0.05, 0.0, 0.05, 0.1)
    >>> parse_axis("vol", "-10,0,+10")
    Axis(unit='points', sizes=(-0.1, 0.0, 0.1))

    Raises
    ------
    PricingError
        For what is no move, could be two, or mixes units.
    """
    label = label or f"{name} moves"
    found = [move for part in text.split(",") for move in _part(name, part, f"{label} {text!r}")]
    units = sorted({unit for unit, size in found if size and unit})
    if len(units) > 1:
        raise PricingError(f"{label} {text!r} mixes {' and '.join(units)}. Fix: {FIXES[name]}.")
    unit = units[0] if units else next((own for own, _ in found if own), None)
    unit = unit or next(iter(SUFFIXES[name].values())).unit
    return _checked(name, unit, [float(size) for _, size in found], f"{label} {text!r}:")


_Move = tuple[Unit | None, Decimal]


def _part(name: Name, text: str, where: str) -> list[_Move]:
    """Read one move, or a range of them."""
    if ":" not in text:
        return [_move(name, text, where)]
    ends = [_move(name, end, where) for end in text.split(":")]
    if len(ends) != 3:
        raise PricingError(f"{where}: {text.strip()!r} is no range low:high:step. Fix: {FIXES[name]}.")
    if len({unit for unit, size in ends if size}) > 1:
        raise PricingError(f"{where}: {text.strip()!r} mixes units. Fix: {FIXES[name]}.")
    (_, low), (_, high), (unit, step) = ends
    if step <= 0 or high < low:
        raise PricingError(
            f"{where}: {text.strip()!r} does not go up from low to high. Fix: {FIXES[name]}, with a step above 0."
        )
    if (high - low) / step >= MOST_MOVES:
        raise PricingError(f"{where} has more than {MOST_MOVES} moves. Fix: take a larger step.")
    return [(unit, low + step * place) for place in range(int((high - low) / step) + 1)]


def _move(name: Name, text: str, where: str) -> _Move:
    """Read one move."""
    plain = text.translate(_DASHES).strip().casefold()
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise PricingError(f"{where}: {text.strip()!r} is no move. Fix: {FIXES[name]}.")
    number, word = Decimal(match[1]), match[2].removesuffix("s") if name == "vol" else match[2]
    suffix = SUFFIXES[name].get(word)
    if not number and (suffix is None and not word):
        return None, number
    if suffix is None:
        reason = f"has the unit {word!r}" if word else "has no unit"
        raise PricingError(f"{where}: {text.strip()!r} {reason}. Fix: {_unit_fix(name, match[1], word)}.")
    if name == "vol" and not word and 0 < abs(number) < 1:
        raise PricingError(
            f"{where}: {text.strip()!r} could be {_plain(number)} or {_plain(100 * number)} points. Fix: write "
            f"{_plain(100 * number)} for points, {_plain(number)}pt for that part of one, or {_plain(100 * number)}% for "
            "that part of each volatility."
        )
    return suffix.unit, number * suffix.size


def _unit_fix(name: Name, number: str, word: str) -> str:
    """Say how a number without a unit that is known can be written."""
    if name == "spot" and not word:
        return f"write {number}% for percent, {number}s for standard deviations; a quote is NAME={number.lstrip('+')}"
    if name == "rate" and not word:
        return f"write {number}bp for basis points, or {number}%"
    return FIXES[name]


def _plain(number: Decimal) -> str:
    return f"{float(number):+g}"


def _checked(name: Name, unit: Unit, sizes: Sequence[float], label: str) -> Axis:
    """Order the moves, and refuse what cannot be meant."""
    if not sizes:
        raise PricingError(f"{label} hold no move. Fix: {FIXES[name]}.")
    if len(sizes) > MOST_MOVES:
        raise PricingError(f"{label} are more than {MOST_MOVES} moves. Fix: take fewer.")
    low, high, complaint = RANGES[unit]
    for size in sizes:
        if math.isnan(size) or not low <= size <= high:
            raise PricingError(f"{label} {text_of(unit, size)} {complaint}. Fix: {FIXES[name]}.")
    return Axis(unit, tuple(sorted({size + 0.0 for size in sizes})))  # + 0.0: -0.0 is 0
