"""Contract symbols: text that names one option, in the styles that exchanges and vendors write.

A style is one entry of `STYLES`: its name, its pattern, and what builds the symbol from the match. The grammar
is positional, so that tickers may be month words (MAR, DEC) or single letters (C, P). Two-digit years are
2000 + yy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from optlab.errors import ReadError, shorten

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
SYMBOL_FIX = "write it such as MIU 27NOV26 24 C or AAPL  260116C00150000"


class SymbolError(ReadError):
    """A text that names no option; `reason` and `fix` are its parts."""

    def __init__(self, text: str, reason: str, fix: str = SYMBOL_FIX) -> None:
        super().__init__(f"symbol {shorten(text)!r} {reason}. Fix: {fix}.")
        self.reason = reason
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Symbol:
    """One option as its symbol names it.

    Parameters
    ----------
    style : str
        The style it was written in: a name of `STYLES`.
    root : str
        The contract root, in capitals: MIU, SPXW, GREE1.
    expiry : date
        The last day, as it is written.
    kind : {"call", "put"}
        What it is.
    strike : float
        The strike, positive.

    Examples
    --------
    >>> print(parse_symbol("SPXW240105C01200000"))
    SPXW 05JAN24 1200 C
    """

    style: str
    root: str
    expiry: dt.date
    kind: str
    strike: float

    def __str__(self) -> str:
        """Write the symbol in the plain style: ``MIU 27NOV26 24 C``."""
        month = MONTHS[self.expiry.month - 1]
        day = f"{self.expiry:%d}{month}{self.expiry:%y}"
        return f"{self.root} {day} {self.strike:.12g} {self.kind[0].upper()}"


@dataclass(frozen=True, slots=True)
class Style:
    """One way of writing an option: a pattern for the whole text, in capitals, and its reading."""

    name: str
    pattern: re.Pattern[str]
    build: Callable[[re.Match[str]], tuple[str, dt.date, str, float]]


def _osi(match: re.Match[str]) -> tuple[str, dt.date, str, float]:
    digits = match["date"]
    expiry = dt.date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    return match["root"], expiry, match["kind"], int(match["strike"]) / 1000


def _plain(match: re.Match[str]) -> tuple[str, dt.date, str, float]:
    if match["iso"]:
        expiry = dt.date.fromisoformat(match["iso"])
    else:
        year = int(match["year"])
        expiry = dt.date(
            year if year > 99 else 2000 + year, MONTHS.index(match["month"]) + 1, int(match["day"])
        )
    return match["root"].strip(), expiry, match["kind"], float(match["strike"])


_ROOT = r"(?P<root>\^?[A-Z0-9][A-Z0-9./_^-]*(?: [A-Z]{1,2})?)"
_DATE = rf"(?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<day>\d\d?)(?P<month>{'|'.join(MONTHS)})(?P<year>\d\d(?:\d\d)?))"
_STRIKE = r"(?P<strike>\d+(?:\.\d*)?|\.\d+)"
_KIND = r"(?P<kind>C|P|CALL|PUT)"

STYLES: tuple[Style, ...] = (
    Style(
        "osi", re.compile(r"(?P<root>[A-Z0-9]{1,6}) +(?P<date>\d{6})(?P<kind>[CP])(?P<strike>\d{8})"), _osi
    ),
    Style(
        "compact", re.compile(r"(?P<root>[A-Z0-9]{1,6})(?P<date>\d{6})(?P<kind>[CP])(?P<strike>\d{8})"), _osi
    ),
    Style("plain", re.compile(f"{_ROOT} +{_DATE} +{_STRIKE} *{_KIND}"), _plain),
    Style("date last", re.compile(f"{_ROOT} +{_STRIKE} *{_KIND} +{_DATE}"), _plain),
)
"""Every style that is recognised, tried in this order; no text fits two of them."""


def parse_symbol(text: str) -> Symbol:
    """Read one contract symbol, in whatever style it is written.

    Parameters
    ----------
    text : str
        The symbol; case and outer spaces do not matter.

    Returns
    -------
    Symbol
        Root, expiry, kind and strike.

    Raises
    ------
    ReadError
        If the text is no option symbol, or its date or strike cannot be; a bare ticker is no option symbol.

    Examples
    --------
    >>> parse_symbol("MIU 27NOV26 24 C").expiry.isoformat()
    '2026-11-27'
    >>> parse_symbol("AAPL  260116C00150000").strike
    150.0
    """
    wanted = text.strip().upper()
    for style in STYLES:
        match = style.pattern.fullmatch(wanted)
        if match is not None:
            return _build(style, match, text)
    raise SymbolError(text, "is no contract symbol")


def _build(style: Style, match: re.Match[str], text: str) -> Symbol:
    try:
        root, expiry, kind, strike = style.build(match)
    except ValueError:
        raise SymbolError(text, "names a day that is not in the calendar") from None
    if not strike > 0:
        raise SymbolError(text, "has a strike of zero")
    return Symbol(style.name, root, expiry, "call" if kind.startswith("C") else "put", strike)
