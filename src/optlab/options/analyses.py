"""The options that say what is asked of a book: strategies, lean, payoff, moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer

from optlab.options.sources import Quotes

Groups = Literal["keep", "ignore"]
Rule = Literal["delta", "scenario", "name"]
Weight = Literal["count", "contracts", "premium", "delta", "vega"]
Scope = Literal["underlying", "family", "expiry", "account", "day"]
Rolls = Literal["exclude", "include"]
Side = Literal["buy", "sell"]
GridScope = Literal["underlying", "strategy", "expiry", "account"]
PayoffScope = Literal["strategy", "underlying", "book"]
After = Literal["closed", "held"]
Sticky = Literal["strike", "moneyness"]
Law = Literal["auto", "lognormal", "smile"]


@dataclass(frozen=True)
class Recognition:
    """How legs are put together to strategies."""

    group: Annotated[
        Groups, typer.Option(help="Trust the file's groups, or look for a better reading of all legs.")
    ] = "keep"


@dataclass(frozen=True)
class Lean:
    """How the lean is decided, what counts for how much, and what is shown."""

    rule: Annotated[
        Rule, typer.Option(help="By delta today, by where spot may end, or by the textbook's name.")
    ] = "delta"
    weight: Annotated[Weight, typer.Option(help="What each strategy counts for.")] = "count"
    neutral: Annotated[
        float, typer.Option(metavar="BAND", help="Numbers of the first two rules inside it are neutral.")
    ] = 0.2
    by: Annotated[Scope, typer.Option(help="What shares are taken by; day: with a trend.")] = "underlying"
    window: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS", help="Only the last trading days in the file, such as 5d, against as many before."
        ),
    ] = None
    rolls: Annotated[Rolls, typer.Option(help="Whether rolls and packages that only close count.")] = (
        "exclude"
    )
    side: Annotated[Side, typer.Option(help="As the file has it, or the other side of every trade.")] = "buy"
    top: Annotated[int, typer.Option(metavar="N", help="How many trades stand out by each size.")] = 3
    self_financing: Annotated[
        str, typer.Option(metavar="PERCENT", help="A premium below that part of spot is none.")
    ] = "0.1%"
    currency: Annotated[
        str | None, typer.Option(metavar="ISO", help="Add up money of several currencies in it.")
    ] = None
    beta_to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Add the book's delta in units of an index.")
    ] = None
    tape: Annotated[
        bool, typer.Option("--tape", help="The file is a tape of prints: group and sign them.")
    ] = False
    within: Annotated[
        str, typer.Option(metavar="TIME", help="How far apart prints of one package may be.")
    ] = "5ms"

    @property
    def choices(self) -> dict[str, Any]:
        """What `Valuation.bias` takes by the same name."""
        names = ("rule", "weight", "neutral", "by", "rolls", "top", "currency", "beta_to")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Payoffs:
    """What a payoff is of, on which day, and by which rules."""

    by: Annotated[
        PayoffScope, typer.Option(help="What one payoff is of; a book's spots move by the same percent.")
    ] = "strategy"
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="The day that numbers hold for.", show_default="the first expiry of each"
        ),
    ] = None
    after: Annotated[
        After,
        typer.Option(help="After the first expiry the rest is sold at model value, or held to the last."),
    ] = "closed"
    sticky: Annotated[
        Sticky, typer.Option(help="Volatilities stay with their strikes, or move along the smile with spot.")
    ] = "strike"
    vol_shift: Annotated[
        str | None,
        typer.Option(
            metavar="MOVE", help="Moves every volatility: +5 by five points, +10% by a tenth of itself."
        ),
    ] = None
    law: Annotated[
        Law, typer.Option(help="The law of spot; auto: the chain's smile where there is one, else lognormal.")
    ] = "auto"
    drift: Annotated[
        str | None,
        typer.Option(metavar="RATE", help="Growth of spot per year.", show_default="rate less yield"),
    ] = None
    currency: Annotated[
        str | None, typer.Option(metavar="ISO", help="Add up money of several currencies in it.")
    ] = None

    @property
    def choices(self) -> dict[str, Any]:
        """What `Valuation.payoff` takes by the same name."""
        return {name: getattr(self, name) for name in ("by", "after", "sticky", "law", "currency")}


@dataclass(frozen=True)
class Shocks(Quotes):
    """The market of a book; spot and volatility are moves, or quotes where they name an underlying."""

    spot: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MOVES",
            help="Moves of spot: -20%:20%:5%, or in standard deviations -2s:2s:1s; NAME=PRICE is a quote.",
            show_default="-20%:20%:5%",
        ),
    ] = None
    vol: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MOVES",
            help="Moves of volatility: -10,0,+10 points, or -20%,+20% of itself; NAME=VOL is a quote.",
            show_default="-10,0,+10",
        ),
    ] = None

    @property
    def said(self) -> dict[str, list[str]]:
        """What the user said on top of the market; moves are not among it."""
        said = super().said
        return said | {name: [text for text in said[name] if "=" in text] for name in ("spot", "vol")}

    @property
    def moves(self) -> dict[str, list[str]]:
        """The moves of spot and volatility, as they were typed."""
        said = {"spot": self.spot or [], "vol": self.vol or []}
        return {name: [text for text in texts if "=" not in text] for name, texts in said.items()}


@dataclass(frozen=True)
class Nodes:
    """The other axes of a grid, and what is shown of it."""

    days: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="Days from today: 0,7,30 or 0:30:5.", show_default="0"),
    ] = None
    rate_shift: Annotated[
        str | None,
        typer.Option(metavar="MOVES", help="Moves of the rate: -100bp,0,+100bp or -1%.", show_default="0"),
    ] = None
    vol_term: Annotated[
        bool, typer.Option("--vol-term", help="Moves of volatility are times sqrt(30 days / time left).")
    ] = False
    sigma_days: Annotated[
        float | None, typer.Option(metavar="N", help="Trading days of one deviation.", show_default="1")
    ] = None
    beta_to: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Spot moves are that index's; each stock's, times beta."),
    ] = None
    by: Annotated[GridScope | None, typer.Option(help="Keep profits apart by it.", show_default=False)] = None
    currency: Annotated[str | None, typer.Option(metavar="ISO", help="Convert every amount to it.")] = None
    greeks: Annotated[bool, typer.Option("--greeks", help="Delta, gamma, vega, theta, rho at each node.")] = (
        False
    )
    full: Annotated[bool, typer.Option("--full", help="A grid for every leg.")] = False
    wide: Annotated[bool, typer.Option("--wide", help="CSV with a column for every move of spot.")] = False
    stress: Annotated[
        bool, typer.Option("--stress", help="Named scenarios instead of a grid: 1987, 2008, 2020, ....")
    ] = False
    stress_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="Your own named scenarios, a TOML file.")
    ] = None
