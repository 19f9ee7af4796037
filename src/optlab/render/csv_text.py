"""CSV for spreadsheets: typed numbers, ISO dates, empty for missing, and no cell that a spreadsheet would run.

A spreadsheet evaluates a text cell that begins like a formula, whatever its quotes. Such cells get a leading
apostrophe; numbers are never touched. optlab's own reader takes that apostrophe off again, so that export
and import give the same book. Source: OWASP, CSV Injection; CWE-1236.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optlab.columns import DTYPES
from optlab.legs import expiry_instants

_RISKY = re.compile("'?\\s*[=+\\-@|%\t\r\n\0\uff1d\uff0b\uff0d\uff20]|'\\s*'")
"""Text that runs as a formula, full-width forms too; and text that looks as if it were guarded already."""

UNLIMITED = "unlimited"
"""How a number that is infinite is written, everywhere."""

UTC = "+00:00"
"""Written where an instant without its zone would be read as something else."""


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """How the file is written.

    Parameters
    ----------
    excel : bool
        A byte order mark and CRLF, so that a double click in Windows reads it as UTF-8.
    decimal_comma : bool
        1,5 and semicolons, as spreadsheets in most of Europe expect.
    raw : bool
        Leave cells that look like formulas as they are.
    """

    excel: bool = False
    decimal_comma: bool = False
    raw: bool = False


def csv_text(table: pd.DataFrame, style: CsvStyle | None = None) -> str:
    """Write a table as CSV text; see `CsvStyle`. Lines end with a line feed, or CRLF for Excel."""
    style = style or CsvStyle()
    plain = said(plain_times(table))
    if not style.raw:
        is_text = [name for name in plain.columns if not pd.api.types.is_numeric_dtype(plain[name])]
        plain = plain.assign(**{name: plain[name].map(guard, na_action="ignore") for name in is_text})
    written = _Lines("\r\n" if style.excel else "\n")
    plain.to_csv(
        written,
        index=False,
        sep=";" if style.decimal_comma else ",",
        decimal="," if style.decimal_comma else ".",
        lineterminator="\r\n",
    )
    text = written.getvalue()
    return "\ufeff" + text if style.excel else text


def said(table: pd.DataFrame) -> pd.DataFrame:
    """Write infinite numbers in a word: no spreadsheet has them."""
    numbers = table.select_dtypes("float")
    endless = [name for name in numbers.columns if np.isinf(numbers[name]).any()]
    words = {name: table[name].astype("object").mask(np.isinf(table[name]), UNLIMITED) for name in endless}
    return table.assign(**words)


class _Lines(io.StringIO):
    """Records as `csv` writes them, one at a time, with another end.

    Python before 3.13 quotes a carriage return or a line feed only where it is part of the line's end. So every
    version writes CRLF, and what stands at the end of a record, not inside it, is replaced.
    """

    def __init__(self, end: str) -> None:
        super().__init__(newline="")
        self.end = end

    def write(self, record: str, /) -> int:
        """Take one record."""
        return super().write(record.removesuffix("\r\n") + self.end)


def guard(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    >>> guard("=1+1"), guard("-AAL241220P13.5"), guard("-12.5"), guard("AAPL")
    ("'=1+1", "'-AAL241220P13.5", '-12.5', 'AAPL')
    """
    if not isinstance(cell, str) or not _RISKY.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def plain_times(table: pd.DataFrame) -> pd.DataFrame:
    """Write times as spreadsheets read them: an expiry at the market's close as its date, else UTC."""
    plain = table.copy()
    for name in plain.columns:
        if not pd.api.types.is_datetime64_any_dtype(plain[name]):
            continue
        text = plain[name].dt.strftime("%Y-%m-%d %H:%M:%S.%f").str.removesuffix(".000000")
        if name == "expiry":
            text = text.mask(is_close(table), plain[name].dt.strftime("%Y-%m-%d"))
            text = text.mask(is_bare_midnight(table), text + UTC)
        plain[name] = text
    return plain


def is_bare_midnight(table: pd.DataFrame) -> pd.Series:
    """Say which expiries would be taken for a bare date though they are not their market's close."""
    return (table["expiry"] == table["expiry"].dt.normalize()) & ~is_close(table)


def is_close(table: pd.DataFrame) -> pd.Series:
    """Say which expiries are their market's close, so that a bare date says the same."""
    needed = ("root", "currency", "settlement")
    if not all(name in table.columns for name in needed):
        return table["expiry"].notna()  # totals by expiry show the day
    has_expiry = table["expiry"].notna()
    close = pd.Series(pd.NaT, index=table.index, dtype=DTYPES["time"])
    close[has_expiry] = expiry_instants(table[has_expiry])
    return close == table["expiry"]
