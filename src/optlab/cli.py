"""The command line: parse, call the library, show. No arithmetic, and the only clock."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from optlab.options import Input, Output, Quotes, Recognition, with_options

if TYPE_CHECKING:
    from optlab.book import Book, Valuation
    from optlab.market import Market
    from optlab.render.screen import Screen

DONE, FAILED, INCOMPLETE = 0, 1, 3
"""Exit statuses; 2 is typer's own for a call that makes no sense."""

READING, NAMING, PRICING = "Reading", "Naming", "Pricing"
LEANING, KNOWING = "Leaning", "Looking things up"

app = typer.Typer(
    name="optlab",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What your option positions are, what they are worth, and which way they lean.",
    epilog="Each verb has its own help with examples: optlab bias --help. Exit status: 0 done, 1 an error you can "
    "mend, 2 a call that makes no sense, 3 done but rows or legs were set aside.",
)


def _version(wanted: bool) -> None:
    if wanted:
        import optlab as package

        typer.echo(f"optlab {package.__version__}")
        raise typer.Exit


@app.callback()
def optlab(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Declare what holds for every verb."""


@app.command(rich_help_panel=READING)
@with_options
def check(source: Input, out: Output) -> None:
    """Say what was read: dialect, rows, and what was set aside and why.

    [bold]Examples[/bold]

      optlab check sample_positions/broken.csv

      optlab check sample_positions/us_book.csv --format json
    """
    screen = _screen(out, source, text_in_pipe=True)
    book = _read(source)
    screen.notices(*book.notices)
    _refuse(screen, source, book)
    screen.check(book)
    raise typer.Exit(INCOMPLETE if book.problems else DONE)


@app.command(rich_help_panel=READING)
@with_options
def convert(source: Input, out: Output) -> None:
    """Write the canonical table of any input; reading that gives the same book.

    [bold]Examples[/bold]

      optlab convert sample_positions/us_book.csv > book.csv

      optlab convert sample_positions/xiaomi_top_trades.csv -o book.xlsx
    """
    screen = _screen(out, source)
    book = _read(source)
    screen.notices(*book.notices)
    _refuse(screen, source, book)
    screen.convert(book)
    _leave(screen, book)


@app.command(rich_help_panel=NAMING)
@with_options
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
    screen = _screen(out, source, quotes)
    money = parse_overrides({"cash": cash or []}).get("cash", {})
    days = None if expiring is None else parse_days(expiring)
    valuation = _value(screen, source, quotes, recognition, is_priced=False)
    if explain is None:
        screen.strategies(valuation, venue=venue, cash=money, expiring=days)
    else:
        screen.explain(valuation.explain(explain))
    _leave(screen, valuation.book)


@app.command(rich_help_panel=PRICING)
@with_options
def price(source: Input, quotes: Quotes, recognition: Recognition, out: Output) -> None:
    """Price every leg: value, greeks, implied vol, profit and status.

    [bold]Examples[/bold]

      optlab price sample_positions/one_leg.csv --spot 24.24 --vol 43% --rate 2.7% --as-of 2026-10-02

      optlab price sample_positions/us_book.csv -m sample_positions/us_market.csv -o legs.csv --excel
    """
    screen = _screen(out, source, quotes)
    valuation = _value(screen, source, quotes, recognition)
    screen.price(valuation)
    _leave(screen, valuation.book, valuation)


@app.command(rich_help_panel=PRICING)
@with_options
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
    screen = _screen(out, source, quotes)
    valuation = _value(screen, source, quotes, recognition)
    screen.greeks(valuation, by or ["underlying"], currency=currency, beta_to=beta_to)
    _leave(screen, valuation.book, valuation)


@app.command(rich_help_panel=PRICING)
@with_options
def verify(source: Input, quotes: Quotes, recognition: Recognition, out: Output) -> None:
    """Compare every number with py_vollib's; exit status 1 if one differs.

    [bold]Examples[/bold]

      optlab verify sample_positions/us_book.csv -m sample_positions/us_market.csv

      optlab verify sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv -o numbers.csv
    """
    screen = _screen(out, source, quotes, text_in_pipe=True)
    valuation = _value(screen, source, quotes, recognition)
    verification = valuation.verify()
    screen.verify(verification)
    if not verification.agrees:
        raise typer.Exit(FAILED)
    _leave(screen, valuation.book, valuation)


@app.command(rich_help_panel=LEANING)
@with_options
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
    screen = _screen(out, source, quotes, text_in_pipe=True)
    valuation = _value(screen, source, quotes, recognition)
    screen.bias(valuation.bias(neutral=neutral), valuation)
    _leave(screen, valuation.book, valuation)


@app.command(rich_help_panel=KNOWING)
@with_options
def columns(out: Output) -> None:
    """Print every column with its unit and meaning.

    [bold]Examples[/bold]

      optlab columns

      optlab columns --format csv > columns.csv
    """
    _screen(out).columns()


@app.command(rich_help_panel=KNOWING)
@with_options
def catalog(
    out: Output,
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME", help="Explain this one: any of its names, in any case.", show_default=False
        ),
    ] = None,
    family: Annotated[str | None, typer.Option(metavar="NAME", help="Only this family.")] = None,
    venue: Annotated[str | None, typer.Option(metavar="NAME", help="A venue's own names: hkex, cme.")] = None,
) -> None:
    """List the named structures, or explain one with a picture of its profit.

    [bold]Examples[/bold]

      optlab catalog iron condor

      optlab catalog --family butterfly
    """
    if name and (family or venue):
        raise typer.BadParameter("say a name, or --family and --venue, not both")
    screen = _screen(out, text_in_pipe=bool(name))
    if name:
        screen.structure(" ".join(name))
    else:
        screen.catalog(family, venue)


# --- what every verb shares --------------------------------------------------------------------------------


def _screen(
    out: Output, source: Input | None = None, quotes: Quotes | None = None, *, text_in_pipe: bool = False
) -> Screen:
    """Say where the run prints; a file that it reads is never written over."""
    from optlab.render.csv_text import CsvStyle
    from optlab.render.screen import Screen

    inputs = [Path(name) for name in [*(source.files if source else []), *((quotes and quotes.market) or [])]]
    style = CsvStyle(out.excel, out.decimal_comma, out.raw)
    return Screen(
        out.format, out.output, out.width, style, quiet=out.quiet, text_in_pipe=text_in_pipe, inputs=inputs
    )


def _read(source: Input) -> Book:
    from optlab.readers import read

    return read(source.files, date_order=source.date_order)


def _value(
    screen: Screen, source: Input, quotes: Quotes, recognition: Recognition, *, is_priced: bool = True
) -> Valuation:
    """Read the book and its market, see one in the other, and refuse what is incomplete if asked to.

    Where prices are welcome but not needed, legs without one are no fault.
    """
    with screen.progress("reading the book", "naming and pricing") as step:
        step()
        market = _market(screen, quotes)
        book = _read(source)
        screen.notices(*market.notices, *book.notices)
        step()
        valuation = book.price(market, engine=quotes.engine, groups=recognition.group)
    screen.notices(*valuation.notices)
    _refuse(screen, source, book, valuation if is_priced else None)
    return valuation


def _market(screen: Screen, quotes: Quotes) -> Market:
    from optlab.market import Market, parse_as_of
    from optlab.readers import parse_overrides, read_market

    as_of = None if quotes.as_of is None else parse_as_of(quotes.as_of)
    market = read_market(quotes.market, as_of=as_of) if quotes.market else Market.of(as_of=as_of)
    if market.as_of is None:
        market = market.at(today())
        screen.notices(f"valued as of today, {today()}: neither the market nor --as-of says when")
    return market.override(**parse_overrides(quotes.said))


def today() -> dt.date:
    """Return today's date: the only look at a clock in optlab."""
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


def _refuse(screen: Screen, source: Input, book: Book, valuation: Valuation | None = None) -> None:
    """With --strict, stop before any output if a row was set aside or a leg has no price."""
    if source.strict and _is_incomplete(book, valuation):
        screen.problems(book, valuation)
        screen.error(
            "nothing is printed, because of --strict. Fix: mend what is set aside, or leave --strict out"
        )
        raise typer.Exit(FAILED)


def _leave(screen: Screen, book: Book, valuation: Valuation | None = None) -> NoReturn:
    """List what was set aside, and end with the exit status that says so."""
    screen.problems(book, valuation)
    raise typer.Exit(INCOMPLETE if _is_incomplete(book, valuation) else DONE)


def _is_incomplete(book: Book, valuation: Valuation | None) -> bool:
    return bool(book.problems) or (valuation is not None and len(valuation.unpriced) > 0)


def main() -> None:
    """Run the command line; a user's mistake is one line on standard error, never a traceback."""
    from optlab.errors import OptlabError

    try:
        app(prog_name="optlab")
    except OptlabError as error:
        typer.echo(f"optlab: {error}", err=True)
        sys.exit(FAILED)
    except UnicodeError as error:
        typer.echo(
            f"optlab: some text is no Unicode ({error.reason if hasattr(error, 'reason') else error}). "
            "Fix: save the file as UTF-8, under a plain name.",
            err=True,
        )
        sys.exit(FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    except OSError as error:
        typer.echo(
            f"optlab: {error.strerror or error}. Fix: make room, or write elsewhere with -o PATH.", err=True
        )
        sys.exit(FAILED)
