"""Verbs that look things up and read no file."""

from __future__ import annotations

from typing import Annotated

import typer

from optlab.cli.run import screen_of
from optlab.options import Output


def columns(out: Output) -> None:
    """Print every column with its unit and meaning.

    [bold]Examples[/bold]

      optlab columns

      optlab columns --format csv > columns.csv
    """
    screen_of(out).columns()


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
    screen = screen_of(out, text_in_pipe=bool(name))
    if name:
        screen.structure(" ".join(name))
    else:
        screen.catalog(family, venue)
