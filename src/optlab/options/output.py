"""The options that say where a result goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

Format = Literal["table", "csv", "json"]


@dataclass(frozen=True)
class Output:
    """Where a result goes, and how it is written."""

    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Write to .csv .json .parquet or .xlsx, a payoff to .png .svg or .pdf too, or into a folder.",
        ),
    ] = None
    format: Annotated[
        Format | None,
        typer.Option(
            help="How to print; by default a table, in a pipe CSV or the page as text.", show_default=False
        ),
    ] = None
    width: Annotated[
        int | None, typer.Option(metavar="N", min=20, help="Width of tables.", show_default="the window's")
    ] = None
    excel: Annotated[bool, typer.Option("--excel", help="CSV for Excel on Windows: BOM and CRLF.")] = False
    decimal_comma: Annotated[bool, typer.Option("--decimal-comma", help="CSV with 1,5 and semicolons.")] = (
        False
    )
    raw: Annotated[bool, typer.Option("--raw", help="CSV without the guard against formulas in text.")] = (
        False
    )
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on standard error but errors.")] = (
        False
    )
