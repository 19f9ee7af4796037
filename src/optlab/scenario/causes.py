"""Which strategies lose most in a state of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.market import Market
from optlab.pricing import Models
from optlab.pricing.black_scholes import Array
from optlab.scenario.holdings import Holdings, holdings
from optlab.scenario.shocks import Contracts, Shock, at_no_shock, prices

MOST = 3
"""Strategies that are named."""

CAUSES = ("strategy_id", "strategy", "profit", "unpriced")
"""What is said of each: its profit is that of the legs that have a value, the others are counted."""


NONE: Mapping[str, object] = {"strategy_id": "", "strategy": "", "profit": float("nan"), "unpriced": 0}
"""What stands where no strategy loses."""


class Seen(NamedTuple):
    """A valued book as it was revalued.

    Parameters
    ----------
    valued : DataFrame
        Its legs.
    market : Market
        The market they were valued in.
    models : Models
        How options are priced.
    currency : str or None
        What amounts are converted to.
    underlyings : tuple of str
        The underlyings by place.
    factors : ndarray, shape (underlyings, spots)
        What each is multiplied by along the axis of spot.
    """

    valued: pd.DataFrame
    market: Market
    models: Models
    currency: str | None
    underlyings: tuple[str, ...]
    factors: Array


def profits_in(held: Holdings, shocks: Sequence[Shock], models: Models) -> Array:
    """Return each group's profit in several states of one spot each; shape (groups, states)."""
    now = at_no_shock(len(held.underlyings))

    def kernel(contracts: Contracts) -> Array:
        found = [prices(contracts, shock, models)[:, 0] for shock in (now, *shocks)]
        return np.stack(found[1:], axis=1) - found[0][:, None]

    return held.add_up(kernel, (len(shocks),))


def _at(shock: Shock, own: np.ndarray) -> Shock:
    """Put a shock's underlyings in another order."""
    arrays = {name: getattr(shock, name)[own] for name in ("factors", "points", "relative", "rate")}
    return shock._replace(**arrays)


def causes(seen: Seen, shocks: Mapping[str, Shock]) -> dict[str, list[Mapping[str, object]]]:
    """Name the strategies that lose most, in the state of each currency.

    Parameters
    ----------
    seen : Seen
        The book.
    shocks : mapping of str to Shock
        By currency, each with one spot.

    Returns
    -------
    dict of list of dict
        `CAUSES` of up to three strategies, the greatest loss first; one without words if none loses.
    """
    held = holdings(seen.valued, seen.market, by=("strategy",), currency=seen.currency)
    own = pd.Index(seen.underlyings).get_indexer(pd.Index(held.underlyings))
    profits = profits_in(held, [_at(shock, own) for shock in shocks.values()], seen.models)
    codes = held.groups["currency"]
    return {
        currency: losers(held.groups, np.where(codes == currency, profits[:, place], np.nan)) or [NONE]
        for place, currency in enumerate(shocks)
    }


def losers(groups: pd.DataFrame, profit: Array) -> list[Mapping[str, object]]:
    """Return `CAUSES` of the strategies with the greatest losses; NaN is none."""
    table = groups[["strategy_id", "strategy", "unpriced"]].assign(profit=profit)[[*CAUSES]]
    lost = table[table["profit"] < 0].sort_values("profit", kind="stable").head(MOST)
    return [{str(name): cell for name, cell in row.items()} for row in lost.to_dict("records")]


def told(cause: Mapping[str, object]) -> str:
    """Name one of `causes` in a sentence, marked where its profit is not that of all its legs.

    >>> told({"strategy_id": "AAPL-1", "strategy": "covered call", "unpriced": 1})
    'AAPL-1 covered call (a leg is missing)'
    """
    words = [str(cause[name]) for name in ("strategy_id", "strategy") if cause[name]]
    count = int(str(cause["unpriced"]))
    missing = {0: "", 1: " (a leg is missing)"}.get(count, f" ({count} legs are missing)")
    return f"{' '.join(words) or 'legs of no strategy'}{missing}"
