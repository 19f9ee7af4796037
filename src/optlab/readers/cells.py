"""One cell at a time: numbers and words as people write them. Each function returns a value or raises CellError.

A reader parses each distinct cell of a column once (`optlab.readers.distinct`), so these may take their time.
"""

from __future__ import annotations

import decimal as decimals
import math
import re
from collections.abc import Iterable, Mapping
from typing import Literal

Decimal = Literal[".", ",", "?"]
"""The decimal sign of a file; ``?`` is a semicolon file in which no cell proves which it is."""

NOTHING = frozenset({"", "-", "--", "n/a", "na", "#n/a", "nan", "null", "none", "nat", "<empty>"})
"""Cells, in lower case, that say there is no value."""


class CellError(Exception):
    """A cell that cannot be what its column holds: why, and what to write instead."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


_DASHES = str.maketrans("\u2212\u2013\u2012\uff0d", "----")
_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f\u200b\ufeff]")
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_GUARD = re.compile(r"'(?=\s*[=+\-@|%'\uff1d\uff0b\uff0d\uff20]|[\t\r\n\x00])")


def clean(cell: str) -> str:
    """Take off what spreadsheets put around a cell: spaces, ``="..."``, and a guarding apostrophe.

    >>> clean(' ="00700" '), clean("'-AAL241220P13.5"), clean("'+600")
    ('00700', '-AAL241220P13.5', '+600')
    """
    if cell.isascii() and cell[:1].isalnum() and not cell[-1:].isspace():
        return cell
    text = unguard(_SPACES.sub(" ", cell).strip())
    wrapped = _WRAPPED.fullmatch(text)
    return wrapped[1].strip() if wrapped else text.strip()


def unguard(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if _GUARD.match(cell) else cell


_SIGNS = re.compile(
    r"(?P<open>\()? *(?P<sign>[+-])? *(?:HK|US|AU|CA|NT|[ACS])?[$€£¥₹₩]? *(?P<inner>[+-])? *"
    r"(?P<digits>[0-9.,' ]*[0-9.](?:[eE][+-]?[0-9]+)?)(?:\.)? *(?P<percent>%)? *(?P<close>\))?"
)
_PLAIN = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(
    r"[0-9]{1,3}(?:[,' ][0-9]{3})+(?:\.[0-9]*)?|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?"
)
_SWAP = str.maketrans(".,", ",.")
_UNDECIDED = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def number(
    cell: str, decimal: Decimal = ".", *, percent: Literal["refuse", "sign", "always"] = "refuse"
) -> float:
    """Read a number as people write it; NaN where the cell says there is none.

    Parameters
    ----------
    cell : str
        Such as ``$1,234.50``, ``(12.5)``, ``-$421.30``, ``+5``, ``.53``, ``25%`` or ``1.234,5``.
    decimal : {".", ",", "?"}
        The file's decimal sign.
    percent : {"refuse", "sign", "always"}
        ``sign``: 25% is 0.25. ``always``: the column's name says percent, so that a plain 25 is 0.25 too.

    Raises
    ------
    CellError
        If it is no number, or could be two.

    Examples
    --------
    >>> number("$1,234.50"), number("(12.5)"), number("1.234,5", ","), number("25%", percent="sign")
    (1234.5, -12.5, 1234.5, 0.25)
    """
    if decimal == "." and percent != "always" and _PLAIN.fullmatch(cell):
        return _finite(float(cell))
    text = clean(cell).lstrip("'").translate(_DASHES)
    if text.lower() in NOTHING:
        return float("nan")
    match = _SIGNS.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["inner"]):
        raise CellError("is not a number")
    digits = _digits(match["digits"], decimal)
    if match["percent"] and percent == "refuse":
        raise CellError("is a percentage, and a plain number is wanted")
    is_percent = match["percent"] or percent == "always"
    # The point is moved in decimal: 2.7 / 100 is not quite 0.027 in binary.
    value = float(decimals.Decimal(digits).scaleb(-2)) if is_percent else float(digits)
    is_negative = bool(match["open"]) ^ (match["sign"] == "-" or match["inner"] == "-")
    return _finite(-value if is_negative else value)


def _finite(value: float) -> float:
    if math.isinf(value):
        raise CellError("is too large")
    return value


def _digits(text: str, decimal: Decimal) -> str:
    """Write digits the way Python does."""
    if decimal == "?":
        if _UNDECIDED.fullmatch(text):
            one, other = text.replace(",", "."), re.sub("[.,]", "", text)
            raise CellError(f"could be {one} or {other}", f"write {one}0 or {other}")
        decimal = ","
    western = text.translate(_SWAP) if decimal == "," else text
    if _PLAIN.fullmatch(western):
        return western
    if _GROUPED.fullmatch(western):
        return re.sub("[,' ]", "", western)
    raise CellError("is not a number")


_EXPONENT = re.compile(r"(?<=[0-9])[eE][+-]?[0-9]+$")
_SEPARATED = re.compile(r"[^0-9]*([0-9]*)([.,])([0-9]*)[^0-9]*")


def proven_decimal(cells: Iterable[str]) -> set[str]:
    """Return the decimal signs that the cells prove: ``1.234,5`` proves the comma, ``1.234`` nothing."""
    proven: set[str] = set()
    for cell in cells:
        text = _EXPONENT.sub("", clean(cell))
        last = max(text.rfind("."), text.rfind(","))
        if last < 0 or not any(character.isdigit() for character in text):
            continue
        other = "," if text[last] == "." else "."
        match = _SEPARATED.fullmatch(text)
        if match is None:
            is_mixed = other in text
            proven.add(text[last] if is_mixed and text.count(text[last]) == 1 else other)
        elif len(match[3]) != 3 or match[1] in ("", "0") or len(match[1]) > 3:
            proven.add(match[2])
    return proven


def word(cell: str, words: Mapping[str, str], reason: str) -> str:
    """Look a word up, whatever its case and punctuation; empty where the cell says nothing."""
    text = clean(cell).lower()
    if text in NOTHING:
        return ""
    found = words.get(re.sub(r"[^a-z0-9]", "", text))
    if found is None:
        raise CellError(reason)
    return found


KIND_WORDS = {
    **dict.fromkeys(("call", "c", "calls", "calloption", "ce", "co"), "call"),
    **dict.fromkeys(("put", "p", "puts", "putoption", "pe", "po"), "put"),
    **dict.fromkeys(
        ("stock", "stocks", "equity", "equities", "share", "shares", "etf", "etfs", "stk", "eq", "adr"),
        "stock",
    ),
    **dict.fromkeys(("commonstock", "underlying"), "stock"),
    **dict.fromkeys(("future", "futures", "fut"), "future"),
    **dict.fromkeys(("cash", "currency", "money"), "cash"),
    **dict.fromkeys(("option", "options", "opt", "equityoption", "stockoption", "indexoption"), "option"),
}
"""Words for a leg's kind; ``option`` leaves call or put to another column or the symbol."""

SIDE_WORDS = {
    **dict.fromkeys(("buy", "b", "bot", "bought", "buys", "long", "l", "purchase", "debit", "bid"), "buy"),
    **dict.fromkeys(
        ("sell", "s", "sld", "sold", "sells", "short", "sellshort", "ss", "credit", "ask"), "sell"
    ),
    **dict.fromkeys(("buytoopen", "bto", "buyopen"), "buy open"),
    **dict.fromkeys(("buytoclose", "btc", "buyclose", "buytocover", "cover"), "buy close"),
    **dict.fromkeys(("selltoopen", "sto", "sellopen"), "sell open"),
    **dict.fromkeys(("selltoclose", "stc", "sellclose"), "sell close"),
}
"""Words for a side, some of which say the effect too."""

EFFECT_WORDS = {
    **dict.fromkeys(("open", "o", "opening", "toopen"), "open"),
    **dict.fromkeys(("close", "c", "closing", "toclose", "closed"), "close"),
    **{said: both.partition(" ")[2] for said, both in SIDE_WORDS.items() if " " in both},
}

STYLE_WORDS = {
    **dict.fromkeys(("american", "a", "am", "amer", "us"), "american"),
    **dict.fromkeys(("european", "e", "eu", "euro"), "european"),
}

SETTLEMENT_WORDS = {
    **dict.fromkeys(("am", "amsettled", "open"), "am"),
    **dict.fromkeys(("pm", "pmsettled", "close"), "pm"),
    **dict.fromkeys(("cash", "physical", "delivery"), ""),
}
"""Words for the settlement's time of day; how it is settled, in cash or not, is no leg column."""

CURRENCY_WORDS = {"$": "USD", "US$": "USD", "HK$": "HKD", "€": "EUR", "£": "GBP", "¥": "JPY"}


def currency(cell: str) -> str:
    """Read a currency code or sign; empty where the cell says nothing.

    >>> currency("hkd"), currency("HK$")
    ('HKD', 'HKD')
    """
    text = clean(cell).upper()
    if text.lower() in NOTHING:
        return ""
    code = CURRENCY_WORDS.get(text, text)
    if not re.fullmatch(r"[A-Z]{3,5}", code):
        raise CellError("is no currency code")
    return code
