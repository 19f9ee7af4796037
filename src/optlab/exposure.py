"""One row per strategy: its legs, greeks and horizon, and what it can be expected to move."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from optlab.aggregate import why_unpriced
from optlab.expectation import Array, Packages, expected_moves
from optlab.legs import OPTIONS
from optlab.strategy import describe_legs, lots, unit_sizes

NO_EXPOSURE = 1e-4
"""A strategy that moves less than this x spot x its largest leg has no exposure: a box, a conversion."""

STOCK_HORIZON = 30.0 / 365.0
EXPIRY_HORIZON = 1.0 / 365.0

MIXED_SPOTS = "legs have different spots"
MOVES = ("delta", "delta_ratio", "expected_move", "horizon", "has_exposure", "lean")


def exposures(valued: pd.DataFrame) -> pd.DataFrame:
    """Gather the legs of each strategy into one row.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.

    Returns
    -------
    DataFrame
        Indexed by ``strategy_id`` in order of appearance. ``status`` is ok, or the first reason why the strategy
        can't be judged; then the numbers are NaN. ``delta`` is that of the legs that are still alive:
        a near leg that expired today moves no more while a later one lives.
    """
    legs = valued[valued["strategy_id"] != ""]
    grouped = legs.groupby("strategy_id", sort=False)
    table = grouped.agg(
        source_file=("source_file", "first"),
        strategy=("strategy", "first"),
        group=("group", "first"),
        reading=("reading", "first"),
        underlying=("underlying", "first"),
        traded_at=("traded_at", "min"),
        spot=("spot", "first"),
        vega=("vega", "sum"),
    )
    table["status"] = _strategy_status(legs)
    table["settled"] = (legs["spot_source"] == "settle").groupby(legs["strategy_id"], sort=False).all()
    for effect in ("open", "close"):
        table[f"{effect}s"] = (legs["effect"] == effect).groupby(legs["strategy_id"], sort=False).any()
    table["lots"] = lots(legs)
    table["legs"] = describe_legs(legs)
    is_ok = table["status"] == "ok"
    table["vega"] = table["vega"].where(is_ok)
    table = table.join(_moves(legs[legs["strategy_id"].map(is_ok).astype(bool)]))
    table["delta_per_lot"] = table["delta"] / (table["lots"] * unit_sizes(legs))
    table["delta_cash"] = table["delta"] * table["spot"]
    table["status"] = table["status"].mask(is_ok & table["delta_ratio"].isna(), "no_vol")
    return table


def _strategy_status(legs: pd.DataFrame) -> pd.Series:
    own = legs["spot"].where(legs["spot_source"] != "settle")
    spots = own.groupby(legs["strategy_id"], sort=False)
    is_mixed = spots.min() != spots.max()
    reasons = why_unpriced(legs).reindex(is_mixed.index)
    return reasons.fillna((is_mixed & spots.count().gt(0)).map({True: MIXED_SPOTS, False: "ok"}))


def _moves(legs: pd.DataFrame) -> pd.DataFrame:
    """Integrate every strategy; those with the same number of legs at once."""
    by = ["strategy_id", "years", "strike", "kind", "quantity"]
    legs = _at_horizon(legs).sort_values(by, kind="stable", na_position="last")
    count = legs.groupby("strategy_id")["kind"].transform("size")
    parts = [_moves_of_length(part, int(length)) for length, part in legs.groupby(count)]
    return pd.concat(parts) if parts else pd.DataFrame(columns=list(MOVES), dtype="float64")


def _at_horizon(legs: pd.DataFrame) -> pd.DataFrame:
    """Add each strategy's horizon in years, and drop the legs that are over before it begins."""
    is_option = legs["kind"].isin(OPTIONS)
    is_live = is_option & (legs["years"] > 0)
    nearest = legs["years"].where(is_live).groupby(legs["strategy_id"]).transform("min")
    has_options = is_option.groupby(legs["strategy_id"]).transform("any")
    horizon = nearest.fillna(has_options.map({True: EXPIRY_HORIZON, False: STOCK_HORIZON}))
    # A near leg that expired today is settled: with a later leg alive it moves no more.
    is_over = is_option & ~is_live & nearest.notna()
    return legs.assign(horizon=horizon)[~is_over]


def _moves_of_length(legs: pd.DataFrame, length: int) -> pd.DataFrame:
    def grid(name: str) -> Array:
        return legs[name].to_numpy(dtype=np.float64).reshape(-1, length)

    signs = legs["kind"].map({"call": 1.0, "put": -1.0}).fillna(0.0)
    sign = np.asarray(signs, dtype=np.float64).reshape(-1, length)
    units = grid("quantity") * grid("multiplier")
    spot, horizon = grid("spot")[:, 0], grid("horizon")[:, 0]
    carry = grid("rate")[:, 0] - grid("dividend_yield")[:, 0]
    forward = spot * np.exp(carry * horizon)
    vol = _horizon_vol(grid, sign, forward, horizon)
    packages = Packages(
        units,
        sign,
        grid("strike"),
        grid("years"),
        grid("rate"),
        grid("dividend_yield"),
        grid("vol"),
        spot,
        horizon,
        forward,
        vol,
    )
    moves = expected_moves(packages)
    delta = grid("delta").sum(axis=1)
    floor = NO_EXPOSURE * np.abs(units).max(axis=1)
    net = units.sum(axis=1)
    # Without options V is linear, and the ratio is the sign of the position whatever the vol.
    is_linear = (sign == 0).all(axis=1)
    has_exposure = np.where(is_linear, np.abs(net) >= floor, ~(moves.strategy < floor * spot))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(is_linear, np.sign(net), delta * moves.spot / moves.strategy)
        lean = np.where(is_linear, np.sign(net), moves.lean / moves.strategy)
    return pd.DataFrame(
        {
            "delta": delta,
            "delta_ratio": np.where(has_exposure, ratio, 0.0),
            "expected_move": moves.strategy,
            "horizon": 365.0 * horizon,
            "has_exposure": has_exposure.astype(bool),
            "lean": np.where(has_exposure, lean, 0.0),
        },
        index=pd.Index(legs["strategy_id"].to_numpy()[::length], name="strategy_id"),
    )


def _horizon_vol(grid: Callable[[str], Array], sign: Array, forward: Array, horizon: Array) -> Array:
    """Take the vol of the option leg nearest the forward at the horizon; without one, of the first leg."""
    years, vol = grid("years"), grid("vol")
    is_near = (sign != 0) & ((years <= horizon[:, None]) | (years == years.min(axis=1, keepdims=True)))
    distance = np.where(is_near, np.abs(grid("strike") - forward[:, None]), np.inf)
    nearest: Array = np.take_along_axis(vol, distance.argmin(axis=1)[:, None], axis=1)[:, 0]
    return nearest
