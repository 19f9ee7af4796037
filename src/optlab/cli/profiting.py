"""The verb that says what is gained and lost by spot."""

from __future__ import annotations

from typing import Annotated

import typer

from optlab.cli.run import leave, screen_of, value_book
from optlab.options import Input, Output, Payoffs, Quotes, Recognition


def payoff(
    source: Input,
    quotes: Quotes,
    recognition: Recognition,
    payoffs: Payoffs,
    out: Output,
    strategy: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only this strategy, with a picture.", show_default=False),
    ] = None,
) -> None:
    """Say what is gained and lost by spot: breakevens, extremes, probabilities, and a picture of one.

    [bold]Examples[/bold]

      optlab payoff sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv

      optlab payoff sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv --strategy MIU-1 -o payoff.png
    """
    from optlab.readers import parse_day, parse_percent

    choices = {
        **payoffs.choices,
        "on": None if payoffs.on is None else parse_day("on", payoffs.on),
        "vol_shift": parse_percent("vol-shift", payoffs.vol_shift),
        "drift": None if payoffs.drift is None else parse_percent("drift", payoffs.drift),
    }
    screen = screen_of(out, source, quotes, text_in_pipe=True)
    valuation = value_book(screen, source, quotes, recognition)
    with screen.progress(*(f"analysing {name}" for name in valuation.legs["strategy_id"].unique())) as step:
        found = valuation.payoff(strategy, step=step, **choices)
    screen.payoff(found, valuation)
    leave(screen, valuation.book, valuation)
