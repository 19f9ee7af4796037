"""Verbs that say which way a book leans, and what stands around it."""

from __future__ import annotations

from typing import Annotated

import typer

from optlab.cli.run import leave, screen_of, value_book
from optlab.options import Input, Output, Quotes, Recognition


def bias(
    source: Input,
    quotes: Quotes,
    recognition: Recognition,
    out: Output,
    neutral: Annotated[float, typer.Option(metavar="BAND", help="Delta ratios inside it are neutral.")] = 0.2,
) -> None:
    """Say which way the book leans: the headline share, and the strategies behind it.

    [bold]Examples[/bold]

      optlab bias sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv

      optlab bias sample_positions/us_book.csv -m sample_positions/us_market.csv --neutral 0.1 --format json
    """
    screen = screen_of(out, source, quotes, text_in_pipe=True)
    valuation = value_book(screen, source, quotes, recognition)
    screen.bias(valuation.bias(neutral=neutral), valuation)
    leave(screen, valuation.book, valuation)
