"""The command line: parse, call the library, show. No arithmetic, and the only clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from optlab.cli import knowing, leaning, naming, pricing, profiting, reading, risking
from optlab.cli.run import DONE, FAILED
from optlab.options import with_options

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


VERBS: dict[str, tuple[Callable[..., None], ...]] = {
    "Reading": (reading.check, reading.convert),
    "Naming": (naming.strategies,),
    "Pricing": (pricing.price, pricing.greeks, pricing.verify),
    "Leaning": (leaning.bias, leaning.context),
    "Moving": (profiting.payoff, risking.scenario),
    "Looking things up": (knowing.columns, knowing.catalog),
}
"""Every verb under its heading, in the order of the help."""

for _heading, _verbs in VERBS.items():
    for _verb in _verbs:
        app.command(rich_help_panel=_heading)(with_options(_verb))


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
