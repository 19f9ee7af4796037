"""Verbs that price: legs, totals, and the comparison with py_vollib."""

from __future__ import annotations

from typing import Annotated

import typer

from optlab.cli.run import FAILED, leave, screen_of, value_book
from optlab.options import Input, Output, Quotes, Recognition


def price(source: Input, quotes: Quotes, recognition: Recognition, out: Output) -> None:
    """Price every leg: value, greeks, implied vol, profit and status.

    [bold]Examples[/bold]

      optlab price sample_positions/one_leg.csv --spot 24.24 --vol 43% --rate 2.7% --as-of 2026-10-02

      optlab price sample_positions/us_book.csv -m sample_positions/us_market.csv -o legs.csv --excel
    """
    screen = screen_of(out, source, quotes)
    valuation = value_book(screen, source, quotes, recognition)
    screen.price(valuation)
    leave(screen, valuation.book, valuation)


def greeks(
    source: Input,
    quotes: Quotes,
    recognition: Recognition,
    out: Output,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLS",
            help="Columns to total by, such as expiry,kind; any that says what a leg is.",
            show_default="underlying",
        ),
    ] = None,
    currency: Annotated[str | None, typer.Option(metavar="ISO", help="Convert every amount to it.")] = None,
    beta_to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Add the delta in units of an index.")
    ] = None,
) -> None:
    """Total value, profit and greeks by any columns, never over two currencies.

    [bold]Examples[/bold]

      optlab greeks sample_positions/us_book.csv -m sample_positions/us_market.csv --currency USD --beta-to SPY

      optlab greeks sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv --by expiry,kind
    """
    screen = screen_of(out, source, quotes)
    valuation = value_book(screen, source, quotes, recognition)
    screen.greeks(valuation, by or ["underlying"], currency=currency, beta_to=beta_to)
    leave(screen, valuation.book, valuation)


def verify(source: Input, quotes: Quotes, recognition: Recognition, out: Output) -> None:
    """Compare every number with py_vollib's or QuantLib's; exit status 1 if one differs.

    QuantLib judges early exercise and cash dividends, where it is installed: 0.2 to 0.6 seconds a contract.

    [bold]Examples[/bold]

      optlab verify sample_positions/us_book.csv -m sample_positions/us_market.csv

      optlab verify sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv -o numbers.csv
    """
    screen = screen_of(out, source, quotes, text_in_pipe=True)
    valuation = value_book(screen, source, quotes, recognition)
    with screen.progress("comparing") as step:
        step()
        verification = valuation.verify()
    screen.verify(verification)
    if not verification.agrees or (source.strict and len(verification.not_judged)):
        raise typer.Exit(FAILED)
    leave(screen, valuation.book, valuation)
