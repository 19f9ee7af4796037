"""The grid: what a book gains at every node of spot, volatility, days and rate, by full revaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optlab.market import Market
from optlab.pricing import Models
from optlab.pricing.black_scholes import Array
from optlab.scenario.causes import Seen
from optlab.scenario.holdings import Holdings, holdings
from optlab.scenario.result import Grid, Scenario
from optlab.scenario.shocks import (
    GREEKS,
    Contracts,
    Shock,
    at_no_shock,
    greeks,
    is_held,
    is_settled,
    prices,
)
from optlab.scenario.underlyings import factors, refuse_unpriced_index


def scenario(valued: pd.DataFrame, market: Market, grid: Grid, models: Models) -> Scenario:
    """Revalue a book at every node of a grid.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them: the base that is moved.
    market : Market
        The market they were valued in, for dividends, betas and exchange rates.
    grid : Grid
        Which grid.
    models : Models
        How options are priced.

    Returns
    -------
    Scenario
        Legs without a value are in no number, and counted in ``unpriced``.

    Raises
    ------
    MarketDataError
        If an exchange rate, a beta, the index's price or a volatility for standard deviations is missing.
    PricingError
        For a column that can't be grouped by.
    """
    refuse_unpriced_index(valued, market, grid.beta_to)
    held = holdings(valued, market, by=grid.by, currency=grid.currency, each_leg=grid.each_leg)
    sized = factors(
        valued, market, held.underlyings, grid.axes.spot, beta_to=grid.beta_to, sigma_days=grid.sigma_days
    )
    moved, base = _revalued(held, grid, sized, models)
    profits = moved - base[:, None, None, None, None]
    is_empty = (held.groups["unpriced"] == held.groups["leg_count"]).to_numpy()
    profits[is_empty] = np.nan
    seen = Seen(valued, market, models, grid.currency, held.underlyings, sized)
    return Scenario(
        grid,
        held.groups,
        np.where(is_empty, np.nan, base + held.fixed),
        profits,
        _node_spots(held, sized),
        _greeks(held, grid, sized, models) if grid.greeks else {},
        (*_by_beta(grid), *notices(valued, held, list(grid.shocks(sized).values()))),
        seen,
    )


def _revalued(held: Holdings, grid: Grid, sized: Array, models: Models) -> tuple[Array, Array]:
    """Return what moves of each group at each node, and now: the same numbers where nothing is moved."""
    sizes = grid.axes.spot.sizes
    at_rest = sizes.index(0.0) if 0.0 in sizes else len(sizes)
    spots = sized if at_rest < len(sizes) else np.column_stack([sized, np.ones(len(sized))])
    planes = [shock._replace(factors=spots) for shock in grid.shocks(sized).values()]
    now = [place for place, shock in enumerate(planes) if _is_now(shock)]
    asked = len(planes)
    if not now:
        planes.append(at_no_shock(len(sized))._replace(factors=spots))

    def kernel(contracts: Contracts) -> Array:
        return np.stack([prices(contracts, shock, models) for shock in planes], axis=1)

    out = held.add_up(kernel, (len(planes), spots.shape[1]))
    base = out[:, now[0] if now else -1, at_rest]
    return out[:, :asked, : len(sizes)].reshape(len(out), *grid.axes.shape), base


def _is_now(shock: Shock) -> bool:
    return not (shock.days or shock.points.any() or shock.relative.any() or shock.rate.any())


def _greeks(held: Holdings, grid: Grid, sized: Array, models: Models) -> dict[str, Array]:
    """Return the greeks at every node, by name."""
    planes = list(grid.shocks(sized).values())

    def kernel(contracts: Contracts) -> Array:
        found = np.stack([greeks(contracts, shock, models) for shock in planes])
        return found.transpose(2, 1, 0, 3)

    out = held.add_up(kernel, (len(GREEKS), len(planes), sized.shape[1]))
    return {name: out[:, place].reshape(-1, *grid.axes.shape) for place, name in enumerate(GREEKS)}


def _node_spots(held: Holdings, sized: Array) -> Array:
    """Return the spots of each group at the moves of spot; NaN where its contracts have several."""
    spot = held.contracts.option.spot[held.pairs.contract]
    place = held.contracts.underlying[held.pairs.contract]
    table = pd.DataFrame({"group": held.pairs.group, "spot": spot, "place": place})
    ends = table.groupby("group").agg(["min", "max"])
    is_one = (ends["spot", "min"] == ends["spot", "max"]) & (ends["place", "min"] == ends["place", "max"])
    one = ends[is_one]
    out = np.full((len(held.groups), sized.shape[1]), np.nan)
    out[one.index.to_numpy()] = one["spot", "min"].to_numpy()[:, None] * sized[one["place", "min"].to_numpy()]
    return out


def _by_beta(grid: Grid) -> list[str]:
    index = grid.beta_to
    return (
        [f"moves of spot are those of {index}: each underlying moves by beta times as much"] if index else []
    )


def notices(valued: pd.DataFrame, held: Holdings, shocks: Sequence[Shock]) -> tuple[str, ...]:
    """Say what happens to legs on the way: those that are settled, held at the floor, or without a volatility."""
    days = max(shock.days for shock in shocks)
    settled = int(held.legs[is_settled(held.contracts, days)].sum())
    floored = np.zeros(len(held.legs), dtype=bool)
    for shock in shocks:
        floored |= is_held(held.contracts, shock)
    low = int(held.legs[floored].sum())
    moves_vol = any(shock.points.any() or shock.relative.any() for shock in shocks)
    bare = int((valued["status"] == "no_time_value").sum()) * moves_vol
    told = {
        f"{_legs(settled, 'expires', 'expire')} within {days:g} days: an option is then worth what exercise pays at the "
        "node's spot, a future that spot": settled,
        f"{_legs(low, 'is', 'are')} held at a volatility of 1%, or their own if lower, in the lowest moves": low,
        f"{_legs(bare, 'has', 'have')} a price without time value: the volatility is moved from 0": bare,
    }
    return tuple(sentence for sentence, count in told.items() if count)


def _legs(count: int, one: str, several: str) -> str:
    return f"1 leg {one}" if count == 1 else f"{count:,} legs {several}"
