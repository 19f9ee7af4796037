"""Profit against spot on any day: curves, breakevens, extremes, tails, probabilities, and what may be assigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from optlab.carry import dividends_ahead
from optlab.errors import MarketDataError, PricingError
from optlab.market import Market
from optlab.payoff.analysed import analyse
from optlab.payoff.assignment import assignments
from optlab.payoff.choices import LAWS, SCOPES, STORIES, Choices
from optlab.payoff.layout import lay_out
from optlab.payoff.profile import horizon
from optlab.payoff.results import Payoff
from optlab.payoff.shapes import shape
from optlab.pricing.dividends import Dividends

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
    MarketDataError
        If money of several currencies is to be added, and nobody says in which.
    PricingError
        If the strategy that was asked for is not there, or the day lies before the market's.
    """
    if choices.on is not None and choices.on < market.day:
        raise PricingError(
            f"the day {choices.on} lies before {market.day}, the day of the market. Fix: ask for a later one."
        )
    _refuse_what_is_not_there(valued, choices)
    ahead = dividends_ahead(valued, market)
    each = []
    for laid in lay_out(valued, market, ahead, choices, smiles):
        if laid.status == "two_currencies" and choices.by != "strategy":
            held = sorted(set(valued["currency"]))
            raise MarketDataError(
                f"money in {' and '.join(held)} can't be added. Fix: say in which to add it, such as --currency {held[-1]}."
            )
        step()
        each.append(analyse(laid, choices))
    return Payoff(tuple(each), choices, _own_assignments(valued, ahead, choices), f"{market.day:%Y-%m-%d}")


def _refuse_what_is_not_there(valued: pd.DataFrame, choices: Choices) -> None:
    """Say which ids and underlyings that are asked for the book does not have."""
    ids = {str(name).upper() for name in valued["strategy_id"]}
    missing = [name for name in choices.wanted if name not in ids]
    if missing:
        raise PricingError(
            f"there is no strategy {missing[0]!r}. Fix: optlab strategies lists their ids, such as "
            f"{next(iter(valued['strategy_id']), 'MIU-1')}."
        )
    if choices.underlying is not None and choices.underlying.upper() not in set(valued["underlying"]):
        held = ", ".join(sorted(set(valued["underlying"]))[:5])
        raise PricingError(f"there is nothing on {choices.underlying}. Fix: name one of {held}.")


def _own_assignments(valued: pd.DataFrame, ahead: Dividends, choices: Choices) -> pd.DataFrame:
    """Return the notes on the legs that are asked for."""
    notes = assignments(valued, ahead)
    is_own = pd.Series(data=True, index=notes.index)
    if choices.wanted:
        is_own &= notes["strategy_id"].str.upper().isin(choices.wanted)
    if choices.underlying is not None:
        is_own &= notes["underlying"] == choices.underlying.upper()
    return notes[is_own].reset_index(drop=True)


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
