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
        list[str] | None,
        typer.Option(
            metavar="ID", help="Only this strategy, with a picture; may be said again.", show_default=False
        ),
    ] = None,
    underlying: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only legs on this underlying.", show_default=False)
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
        **_vol_moves(payoffs.vol_shift),
        "drift": None if payoffs.drift is None else parse_percent("drift", payoffs.drift),
    }
    screen = screen_of(out, source, quotes, text_in_pipe=True)
    valuation = value_book(screen, source, quotes, recognition)
    with screen.progress(*(f"analysing {name}" for name in valuation.legs["strategy_id"].unique())) as step:
        found = valuation.payoff(strategy, underlying=underlying, step=step, **choices)
    screen.payoff(found, valuation)
    leave(screen, valuation.book, valuation)


def _vol_moves(text: str | None) -> dict[str, float]:
    """Read one move of volatility as the scenarios do: points, or a part of itself."""
    from optlab.errors import PricingError
    from optlab.scenario import typed_axis

    if text is None:
        return {}
    moves = typed_axis("vol", [text], "--vol-shift")
    if len(moves.sizes) != 1:
        raise PricingError(f"--vol-shift {text!r} is several moves. Fix: write one such as +5 or +10%.")
    return {"vol_relative" if moves.unit == "relative" else "vol_shift": moves.sizes[0]}
