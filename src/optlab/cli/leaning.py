"""Verbs that say which way a book leans, and what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optlab.cli.run import leave, market_of, screen_of, value_book
from optlab.options import Chain, Input, Lean, Output, Quotes, Recognition, Seen

if TYPE_CHECKING:
    from optlab.book import Book


def bias(source: Input, quotes: Quotes, recognition: Recognition, lean: Lean, out: Output) -> None:
    """Say which way the book leans: the headline share, and everything behind it.

    [bold]Examples[/bold]

      optlab bias sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv

      optlab bias sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv --window 2d -o lean.xlsx
    """
    from optlab.readers import parse_percent, parse_window

    choices = {
        **lean.choices,
        "window": None if lean.window is None else parse_window(lean.window),
        "self_financing": parse_percent("self-financing", lean.self_financing),
    }
    screen = screen_of(out, source, quotes, text_in_pipe=True)
    valuation = value_book(screen, source, quotes, recognition, prepare=lambda book: _prepared(book, lean))
    with screen.progress("leaning") as step:
        step()
        leaned = valuation.bias(**choices)
    screen.bias(leaned, valuation, beta_to=lean.beta_to)
    leave(screen, valuation.book, valuation)


def _prepared(book: Book, lean: Lean) -> Book:
    """Put the prints of a tape together, and take the side that is asked for."""
    book = book.tape(within=lean.within) if lean.tape else book.noted_if_tape()
    return book.turned() if lean.side == "sell" else book


def context(chain: Chain, seen: Seen, out: Output) -> None:
    """Say what a chain's volatilities and open interest look like, and how rare that is.

    [bold]Examples[/bold]

      optlab context sample_positions/xiaomi_chain.csv --rate 2.7%

      optlab context sample_positions/xiaomi_chain.csv --history sample_positions/xiaomi_history.csv -o context.xlsx
    """
    from optlab.context import contexts
    from optlab.pricing import Models
    from optlab.readers import read_history

    screen = screen_of(out, chain, text_in_pipe=True, beside=(chain.history, chain.prices))
    market = market_of(screen, chain.files, seen)
    screen.notices(*market.notices)
    history, prices = (
        read_history(name, date_order=chain.date_order) if name else None
        for name in (chain.history, chain.prices)
    )
    models = Models(seen.model, seen.dividend_model)
    found = contexts(market, underlying=chain.underlying or "", history=history, prices=prices, models=models)
    screen.contexts(found)
