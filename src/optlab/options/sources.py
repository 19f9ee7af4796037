"""The options that say what is read: files, and the quotes to see them with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import typer

EngineName = Literal["numpy", "vollib"]
DateOrder = Literal["mdy", "dmy"]
Model = Literal["auto", "european", "american"]
DividendModel = Literal["spot", "escrowed"]


@dataclass(frozen=True)
class Input:
    """Which files, and how to read them."""

    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Position files; - is standard input.", show_default=False),
    ]
    date_order: Annotated[
        DateOrder | None,
        typer.Option(metavar="mdy|dmy", help="How 03/04/2026 is meant: March or April.", show_default=False),
    ] = None
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail, before any output, if a row or a leg is set aside.")
    ] = False


@dataclass(frozen=True)
class Seen:
    """When quotes are seen, and what the user says on top of them."""

    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Value as of 2026-10-02 (each market's close) or 2026-10-02T15:30+08:00."
        ),
    ] = None
    spot: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]PRICE", help="Spot, of one underlying or of all.")
    ] = None
    rate: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]RATE", help="Interest rate: 0.03 or 3%.")
    ] = None
    dividend_yield: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]YIELD", help="Dividend yield: 0.01 or 1%.")
    ] = None
    dividend: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=AMOUNT@DATE", help="Cash dividend of one share, on its ex-date."),
    ] = None
    model: Annotated[
        Model, typer.Option("--model", help="Exercise as each leg's style says, or one for all.")
    ] = "auto"
    dividend_model: Annotated[
        DividendModel,
        typer.Option("--dividend-model", help="Cash dividends drop the spot, or come off it in advance."),
    ] = "spot"

    @property
    def said(self) -> dict[str, list[str]]:
        """What the user said on top of the market, by name, as it was typed."""
        names = ("spot", "vol", "rate", "dividend_yield", "settle")
        return {name: getattr(self, name, None) or [] for name in names}


@dataclass(frozen=True)
class Quotes(Seen):
    """The market of a book."""

    market: Annotated[
        list[str] | None,
        typer.Option(
            "--market",
            "-m",
            metavar="FILE",
            help="Market file, or HKEX daily report; of several the first wins.",
        ),
    ] = None
    vol: Annotated[list[str] | None, typer.Option(metavar="[NAME=]VOL", help="Volatility: 0.43 or 43%.")] = (
        None
    )
    settle: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PRICE", help="What contracts that expired on an earlier day settled at."),
    ] = None
    engine: Annotated[
        EngineName,
        typer.Option(help="optlab's own kernels, or py_vollib for European options without cash dividends."),
    ] = "numpy"


@dataclass(frozen=True)
class Chain:
    """The chain, and the past that it is compared with."""

    files: Annotated[
        list[str],
        typer.Argument(
            metavar="CHAIN",
            help="Market file, exchange report or chain; - is standard input.",
            show_default=False,
        ),
    ]
    date_order: Annotated[
        DateOrder | None,
        typer.Option(metavar="mdy|dmy", help="How 03/04/2026 is meant: March or April.", show_default=False),
    ] = None
    underlying: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this one, where there are several.")
    ] = None
    history: Annotated[
        str | None, typer.Option(metavar="FILE", help="Earlier volatilities: columns date and iv.")
    ] = None
    prices: Annotated[
        str | None, typer.Option(metavar="FILE", help="Earlier prices: columns date and close.")
    ] = None
