"""Every strategy of a book, judged: its exposures, views and weights, and its direction by each rule."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from optlab.bias.choices import Choices
from optlab.bias.directions import (
    LOST_A_LEG,
    NOT_COUNTED,
    RULES,
    direction_of,
    is_sideless,
    no_view,
    reason_of,
)
from optlab.bias.views import add_views, volatility_reason
from optlab.bias.weights import add_weights
from optlab.exposure import exposures
from optlab.market import Market
from optlab.strategy import GIVEN
from optlab.times import as_of_instants, local_days

DAY = 86_400.0


def named(table: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """Put the strategies' names back in the place of their numbers."""
    return table.assign(strategy_id=ids.take(table["strategy_id"].to_numpy(dtype="int64")))


def judged(
    legs: pd.DataFrame, market: Market, chosen: Choices, broken: Collection[tuple[str, str, str]]
) -> pd.DataFrame:
    """Return a row per strategy with everything that is said of it.

    Parameters
    ----------
    legs : DataFrame
        What `optlab.exposure.numbered` returns.
    market : Market
        For the time of valuation and exchange rates.
    chosen : Choices
        The rule, the band, and what carries a view.
    broken : collection of (file, account, group)
        Groups of which a row was set aside.
    """
    return _decided(_described(legs, market, chosen, broken), chosen)


def _described(
    legs: pd.DataFrame, market: Market, chosen: Choices, broken: Collection[tuple[str, str, str]]
) -> pd.DataFrame:
    """Say of each strategy everything but its direction: exposures, views, weights and the day of the trade."""
    table = _without_broken(exposures(legs), broken)
    as_of = as_of_instants(table, market.known_as_of)
    for name in ("nearest", "farthest"):
        table[f"days_{name}"] = (table[f"{name}_expiry"] - as_of).dt.total_seconds() / DAY
    table["day"] = local_days(table, table["traded_at"]).dt.strftime("%Y-%m-%d").astype("str").fillna("")
    table = add_views(table, self_financing=chosen.self_financing)
    return add_weights(table, market, currency=chosen.currency)


def _without_broken(table: pd.DataFrame, broken: Collection[tuple[str, str, str]]) -> pd.DataFrame:
    if not broken:
        return table
    keys = zip(table["source_file"], table["account"], table["group"], strict=True)
    is_broken = pd.Series([key in broken for key in keys], index=table.index, dtype=bool)
    is_broken &= table["reading"] == GIVEN
    numbers = {name: table[name].mask(is_broken) for name in ("delta_ratio", "scenario_lean", "vega_ratio")}
    return table.assign(status=table["status"].mask(is_broken, LOST_A_LEG), **numbers)


def _decided(table: pd.DataFrame, chosen: Choices) -> pd.DataFrame:
    """Add the direction by every rule, and that of the chosen one where the strategy carries a view."""
    rule, neutral = chosen.rule, chosen.neutral
    directions = {f"direction_{name}": direction_of(table, name, neutral).astype("str") for name in RULES}
    apart = no_view(table, chosen.rolls)
    return table.assign(
        **directions,
        direction=directions[f"direction_{rule}"].mask(apart != "", NOT_COUNTED),
        reason=reason_of(table, rule, neutral).mask(apart != "", apart),
        volatility_reason=volatility_reason(table),
        is_sideless=is_sideless(table),
    )
