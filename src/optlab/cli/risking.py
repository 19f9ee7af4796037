"""Verbs that move the market under a book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optlab.cli.run import leave, screen_of, value_book
from optlab.options import Input, Nodes, Output, Recognition, Shocks

if TYPE_CHECKING:
    from optlab.scenario import Axis


def scenario(source: Input, shocks: Shocks, nodes: Nodes, recognition: Recognition, out: Output) -> None:
    """Show what the book gains if spot, volatility, rates and days move: on a grid, or in named shocks.

    [bold]Examples[/bold]

      optlab scenario sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv --days 0,14

      optlab scenario sample_positions/us_book.csv -m sample_positions/us_market.csv --currency USD --stress
    """
    from optlab.render.scenario_page import unseen
    from optlab.scenario import read_stress

    is_stress = nodes.stress or nodes.stress_file is not None
    axes = _axes(shocks, nodes)
    if is_stress:
        _refuse_axes(axes, nodes)
    scenarios = read_stress(nodes.stress_file) if is_stress else None
    screen = screen_of(out, source, shocks, beside=(nodes.stress_file,))
    valuation = value_book(screen, source, shocks, recognition)
    shared: dict[str, Any] = {"currency": nodes.currency, "beta_to": nodes.beta_to, "by": nodes.by or ()}
    with screen.progress("revaluing") as step:
        step()
        if scenarios is None:
            result = valuation.scenario(
                **axes,
                **shared,
                vol_term=nodes.vol_term,
                sigma_days=1.0 if nodes.sigma_days is None else nodes.sigma_days,
                greeks=nodes.greeks,
                full=nodes.full,
            )
        else:
            stressed = valuation.stress(scenarios, **shared)
    if scenarios is None:
        if screen.output is None and screen.shape == "table":
            screen.notices(*unseen(result, wide=nodes.wide))
        screen.scenario(result, wide=nodes.wide)
    else:
        screen.stress(stressed)
    leave(screen, valuation.book, valuation)


def _axes(shocks: Shocks, nodes: Nodes) -> dict[str, Axis]:
    """Read the axes that are said."""
    from optlab.scenario import parse_axis, typed_axis

    said = shocks.moves
    axes = {
        "spot": typed_axis("spot", said["spot"], "--spot") if said["spot"] else None,
        "vol": typed_axis("vol", said["vol"], "--vol") if said["vol"] else None,
        "days": parse_axis("days", nodes.days, label="--days") if nodes.days is not None else None,
        "rate": parse_axis("rate", nodes.rate_shift, label="--rate-shift")
        if nodes.rate_shift is not None
        else None,
    }
    return {name: axis for name, axis in axes.items() if axis is not None}


def _refuse_axes(axes: dict[str, Axis], nodes: Nodes) -> None:
    """Named scenarios have their own moves, and rows instead of a grid."""
    from optlab.errors import PricingError

    flags = {"vol-term": nodes.vol_term, "sigma-days": nodes.sigma_days is not None}
    flags |= {"greeks": nodes.greeks, "full": nodes.full, "wide": nodes.wide}
    names = [{"rate": "rate-shift"}.get(name, name) for name in axes]
    said = [*names, *(name for name, is_said in flags.items() if is_said)]
    if said:
        options = ", ".join(f"--{name}" for name in said)
        raise PricingError(f"named scenarios have moves of their own. Fix: leave out {options}, or --stress.")
