"""Verbs that read files: what was read, and the canonical table."""

from __future__ import annotations

import typer

from optlab.cli.run import DONE, INCOMPLETE, leave, read_book, refuse, screen_of
from optlab.options import Input, Output


def check(source: Input, out: Output) -> None:
    """Say what was read: dialect, rows, and what was set aside and why.

    [bold]Examples[/bold]

      optlab check sample_positions/broken.csv

      optlab check sample_positions/us_book.csv --format json
    """
    screen = screen_of(out, source, text_in_pipe=True)
    book = read_book(source)
    screen.notices(*book.notices)
    refuse(screen, source, book)
    screen.check(book)
    raise typer.Exit(INCOMPLETE if book.problems else DONE)


def convert(source: Input, out: Output) -> None:
    """Write the canonical table of any input; reading that gives the same book.

    [bold]Examples[/bold]

      optlab convert sample_positions/us_book.csv > book.csv

      optlab convert sample_positions/xiaomi_top_trades.csv -o book.xlsx
    """
    screen = screen_of(out, source)
    book = read_book(source)
    screen.notices(*book.notices)
    refuse(screen, source, book)
    screen.convert(book)
    leave(screen, book)
