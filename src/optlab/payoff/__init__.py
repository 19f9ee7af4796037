"""Profit against spot on any day: curves, breakevens, extremes, tails, probabilities, and what may be assigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from optlab.carry import dividends_ahead
from optlab.errors import PricingError
from optlab.market import Market
from optlab.payoff.assignment import assignments
from optlab.payoff.choices import LAWS, SCOPES, STORIES, Choices
from optlab.payoff.layout import lay_out
from optlab.payoff.profile import horizon
from optlab.payoff.results import Payoff, analyse
from optlab.payoff.shapes import shape

__all__ = ["LAWS", "SCOPES", "STORIES", "Choices", "Payoff", "breakevens", "payoff"]


def payoff(
    valued: pd.DataFrame,
    market: Market,
    choices: Choices,
    smiles: pd.DataFrame,
    step: Callable[[], None] = lambda: None,
) -> Payoff:
    """Analyse the payoff of each strategy, of each underlying, or of the book.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    market : Market
    choices : Choices
    smiles : DataFrame
        ``underlying expiry strike vol`` of the market's listed series; may be empty.
    step : callable
        Called before each position, for a progress bar.

    Raises
    ------
    PricingError
        If the strategy that was asked for is not there, or the day lies before the market's.
    """
    if choices.on is not None and choices.on < market.day:
        raise PricingError(
            f"the day {choices.on} lies before {market.day}, the day of the market. Fix: ask for a later one."
        )
    ahead = dividends_ahead(valued, market)
    each = []
    for laid in lay_out(valued, market, ahead, choices, smiles):
        step()
        each.append(analyse(laid, choices))
    if choices.strategy_id is not None and not each:
        raise PricingError(
            f"there is no strategy {choices.strategy_id!r}. Fix: optlab strategies lists their ids, such as "
            f"{next(iter(valued['strategy_id']), 'MIU-1')}."
        )
    named = (
        valued[valued["strategy_id"] == choices.strategy_id].index if choices.strategy_id else valued.index
    )
    notes = assignments(valued, ahead)
    kept = notes["strategy_id"].isin(valued.loc[named, "strategy_id"])
    return Payoff(tuple(each), choices, notes[kept].reset_index(drop=True), f"{market.day:%Y-%m-%d}")


def breakevens(valued: pd.DataFrame, market: Market) -> dict[Any, tuple[float, ...]]:
    """Return the breakevens of each strategy, by its id, at its first expiry; those without a price are not in it."""
    ahead = dividends_ahead(valued, market)
    each = lay_out(valued, market, ahead, Choices(), no_smiles())
    return {
        laid.key: shape(laid.position, horizon(laid.position)).breakevens
        for laid in each
        if laid.position is not None
    }


def no_smiles() -> pd.DataFrame:
    """Return a table of smiles without one."""
    return pd.DataFrame({"underlying": [], "expiry": [], "strike": [], "vol": []})
