"""What every verb shares: its screen, its book and market, and how a run ends. The only clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from optlab.options import Chain, Input, Output, Quotes, Recognition, Seen

if TYPE_CHECKING:
    from optlab.book import Book, Valuation
    from optlab.market import Market
    from optlab.render.screen import Screen

DONE, FAILED, INCOMPLETE = 0, 1, 3
"""Exit statuses; 2 is typer's own for a call that makes no sense."""


def screen_of(
    out: Output,
    source: Input | Chain | None = None,
    quotes: Quotes | None = None,
    *,
    text_in_pipe: bool = False,
    beside: Sequence[str | None] = (),
) -> Screen:
    """Say where the run prints; a file that it reads, or one beside those, is never written over."""
    from optlab.render.csv_text import CsvStyle
    from optlab.render.screen import Screen

    read = [*(source.files if source else []), *((quotes and quotes.market) or []), *beside]
    inputs = [Path(name) for name in read if name]
    style = CsvStyle(out.excel, out.decimal_comma, out.raw)
    return Screen(
        out.format, out.output, out.width, style, quiet=out.quiet, text_in_pipe=text_in_pipe, inputs=inputs
    )


def read_book(source: Input) -> Book:
    """Read the position files."""
    from optlab.readers import read

    return read(source.files, date_order=source.date_order)


def value_book(
    screen: Screen,
    source: Input,
    quotes: Quotes,
    recognition: Recognition,
    *,
    is_priced: bool = True,
    prepare: Callable[[Book], Book] = lambda book: book,
) -> Valuation:
    """Read the book and its market, see one in the other, and refuse what is incomplete if asked to.

    Where prices are welcome but not needed, legs without one are no fault. ``prepare`` may change the book that was
    read, before it is priced.
    """
    with screen.progress("reading the book", "naming and pricing") as step:
        step()
        market = market_of(screen, quotes.market or [], quotes)
        book = prepare(read_book(source))
        screen.notices(*market.notices, *book.notices)
        step()
        valuation = book.price(
            market,
            model=quotes.model,
            dividend_model=quotes.dividend_model,
            engine=quotes.engine,
            groups=recognition.group,
        )
    screen.notices(*valuation.notices)
    refuse(screen, source, book, valuation if is_priced else None)
    return valuation


def market_of(screen: Screen, files: list[str], seen: Seen) -> Market:
    """Read the quotes, at the time, with the numbers and the dividends that the user says."""
    from optlab.market import Market, parse_as_of
    from optlab.readers import parse_overrides, read_market
    from optlab.readers.overrides import parse_dividends

    as_of = None if seen.as_of is None else parse_as_of(seen.as_of)
    market = read_market(files, as_of=as_of) if files else Market.of(as_of=as_of)
    if market.as_of is None:
        market = market.at(today())
        screen.notices(f"valued as of today, {today()}: neither the market nor --as-of says when")
    return market.override(**parse_overrides(seen.said)).with_dividends(parse_dividends(seen.dividend or []))


def today() -> dt.date:
    """Return today's date: the only look at a clock in optlab."""
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


def refuse(screen: Screen, source: Input, book: Book, valuation: Valuation | None = None) -> None:
    """With --strict, stop before any output if a row was set aside or a leg has no price."""
    if source.strict and _is_incomplete(book, valuation):
        screen.problems(book, valuation)
        screen.error(
            "nothing is printed, because of --strict. Fix: mend what is set aside, or leave --strict out"
        )
        raise typer.Exit(FAILED)


def leave(screen: Screen, book: Book, valuation: Valuation | None = None) -> NoReturn:
    """List what was set aside, and end with the exit status that says so."""
    screen.problems(book, valuation)
    raise typer.Exit(INCOMPLETE if _is_incomplete(book, valuation) else DONE)


def _is_incomplete(book: Book, valuation: Valuation | None) -> bool:
    return bool(book.problems) or (valuation is not None and len(valuation.unpriced) > 0)
