"""The verb that names the strategies in a book."""

from __future__ import annotations

from typing import Annotated

import typer

from optlab.cli.run import leave, screen_of, value_book
from optlab.options import Input, Output, Quotes, Recognition


def strategies(
    source: Input,
    quotes: Quotes,
    recognition: Recognition,
    out: Output,
    venue: Annotated[str, typer.Option(metavar="NAME", help="Show a venue's own names too: hkex, cme.")] = "",
    cash: Annotated[
        list[str] | None, typer.Option(metavar="CUR=AMOUNT", help="Cash that secures short puts.")
    ] = None,
    expiring: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Only what has an option that expires in 7d or 2w.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ID", help="Why this strategy, and what else it could be.")
    ] = None,
) -> None:
    """Name the strategies in the book, with their legs, premium and cover.

    [bold]Examples[/bold]

      optlab strategies sample_positions/us_book.csv --group ignore --venue hkex

      optlab strategies sample_positions/us_book.csv --group ignore --explain SPY-2 --format table
    """
    from optlab.readers import parse_days, parse_overrides

    if explain and (venue or cash or expiring):
        raise typer.BadParameter("--explain stands alone: without --venue, --cash and --expiring")
    screen = screen_of(out, source, quotes)
    money = parse_overrides({"cash": cash or []}).get("cash", {})
    days = None if expiring is None else parse_days(expiring)
    valuation = value_book(screen, source, quotes, recognition, is_priced=False)
    if explain is None:
        screen.strategies(valuation, venue=venue, cash=money, expiring=days)
    else:
        screen.explain(valuation.explain(explain))
    leave(screen, valuation.book)
