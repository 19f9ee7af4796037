"""What can go wrong, in one tree: a bad call is an exception, a bad row is a `Problem`."""

from __future__ import annotations

from dataclasses import dataclass


class OptlabError(Exception):
    """Every error that optlab raises on purpose: one line that says what, where and the fix."""


class ReadError(OptlabError, ValueError):
    """A file that cannot be read at all."""


class MarketDataError(OptlabError, LookupError):
    """Quotes that are missing or contradict each other."""


class PricingError(OptlabError, ValueError):
    """Arguments that can't be priced, totalled or leaned."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """A row that was set aside: where it stands, what is wrong with it, and how to mend it.

    Parameters
    ----------
    file : str
        The file as the user named it; ``-`` is standard input.
    line : int
        The line in the file, counted from 1; 0 when the problem is the file's as a whole.
    column : str
        The column as the file spells it; empty when the whole row is at fault.
    value : str
        The cell as it stands in the file.
    reason : str
        A predicate that follows the value: ``is not a number``.
    fix : str
        What to write instead, as an imperative sentence without its full stop.

    Examples
    --------
    >>> print(Problem("fills.csv", 7, "strike", "1O5", "is not a number", "write a price such as 105"))
    fills.csv:7: strike: '1O5' is not a number. Fix: write a price such as 105.
    """

    file: str
    line: int
    column: str
    value: str
    reason: str
    fix: str

    def __str__(self) -> str:
        """One line: where, what and the fix."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        column = f" {self.column}:" if self.column else ""
        value = f" {shorten(self.value)!r}" if self.value or self.column else ""
        return f"{where}:{column}{value} {self.reason}. Fix: {self.fix}."


def shorten(text: str, longest: int = 60) -> str:
    """Cut a cell that would flood the terminal, marking the cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
