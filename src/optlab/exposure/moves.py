"""What strategies can be expected to move by their horizon: legs laid out as arrays, and the integrals over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from optlab.expectation import Array, Flags, Packages, expected_moves
from optlab.exposure.cash import COLUMN, cash_of
from optlab.legs import OPTIONS

NO_EXPOSURE = 1e-4
"""A strategy that moves less than this x spot x its largest leg has no exposure: a box, a conversion."""

LEGS = (
    *("strategy_id", "kind", "strike", "expiry", "quantity", "multiplier"),
    *("years", "rate", "dividend_yield", "vol", "spot", "delta"),
    *("model", "forward", "dividend_model", COLUMN),
)
"""What a leg needs so that its strategy can be integrated; the last four only where they say something."""

NO_CASH = 1e-9
"""A yield this near a leg's own is its own: no cash is paid after the horizon, and the rest is rounding."""

STOCK_HORIZON = 30.0 / 365.0
EXPIRY_HORIZON = 1.0 / 365.0

MOVES = ("delta", "delta_ratio", "expected_move", "horizon", "has_exposure", "scenario_lean")


def moves(legs: pd.DataFrame) -> pd.DataFrame:
    """Integrate every strategy; those with the same number of legs at once.

    Parameters
    ----------
    legs : DataFrame
        Legs with their strategies and values; every strategy has a value.

    Returns
    -------
    DataFrame
        `MOVES` by ``strategy_id``: the delta of the legs that are alive, the part of the expected move that it
        explains, that move E|V - V(F)|, the horizon in days, whether there is any move to speak of, and
        the scenario lean in [-1, 1].
    """
    parts = [_moves_of_length(part, length) for length, part in horizons(legs)]
    return pd.concat(parts) if parts else pd.DataFrame(columns=list(MOVES), dtype="float64")


def horizons(legs: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield strategies by their number of living legs, each with its horizon in years, as `packages_of` needs them."""
    legs = _at_horizon(legs[[name for name in LEGS if name in legs.columns]])
    ids, kind = (pd.factorize(legs[name], sort=name == "kind")[0] for name in ("strategy_id", "kind"))
    keys = (legs["quantity"], kind, legs["strike"].fillna(np.inf), legs["years"].fillna(np.inf), ids)
    legs = legs.iloc[np.lexsort(keys)]
    count = legs.groupby("strategy_id")["kind"].transform("size")
    for length, part in legs.groupby(count):
        yield int(length), part


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


def packages_of(legs: pd.DataFrame, length: int) -> Packages:
    """Lay out strategies of one number of legs as arrays; needs what `horizons` yields.

    Legs without a ``model`` are European, those without a ``dividend_model`` pay no cash dividends. Where they pay
    some, American legs are priced with the days and amounts, if these are there; else by the yield alone.
    """

    def grid(name: str) -> Array:
        return legs[name].to_numpy(dtype=np.float64).reshape(-1, length)

    def says(name: str, *words: str) -> Flags:
        if name not in legs:
            return np.zeros((len(legs) // length, length), dtype=np.bool_)
        return legs[name].isin(words).to_numpy().reshape(-1, length)

    signs = legs["kind"].map({"call": 1.0, "put": -1.0}).fillna(0.0)
    sign = np.asarray(signs, dtype=np.float64).reshape(-1, length)
    spot, horizon = grid("spot")[:, 0], grid("horizon")[:, 0]
    rate, dividend_yield = grid("rate"), grid("dividend_yield")
    forward = spot * np.exp((rate[:, 0] - dividend_yield[:, 0]) * horizon)
    if (is_paid := says("dividend_model", "spot", "escrowed")).any():
        forward, dividend_yield = _with_cash(grid, is_paid, forward, horizon)
    vol = _horizon_vol(grid, sign, forward, horizon)
    units = grid("quantity") * grid("multiplier")
    inputs = grid("strike"), grid("years"), rate, dividend_yield, grid("vol"), spot, horizon, forward, vol
    flags = says("model", "american")
    if COLUMN not in legs:
        return Packages(units, sign, *inputs, flags)
    cash = cash_of(legs, length)
    return Packages(
        units, sign, *inputs, flags, *cash, grid("dividend_yield"), says("dividend_model", "escrowed")
    )


def _with_cash(
    grid: Callable[[str], Array], is_paid: Flags, forward: Array, horizon: Array
) -> tuple[Array, Array]:
    """Return the forwards at the horizon and the legs' yields from there on, where cash dividends are paid.

    The forward is that of a leg that expires at the horizon, and a later leg has the yield that leads from there
    to its own forward.
    """
    years, own = grid("years"), grid("forward")
    is_near = is_paid & (years == horizon[:, None])
    of_near = np.take_along_axis(own, is_near.argmax(axis=1)[:, None], axis=1)[:, 0]
    forward = np.where(is_near.any(axis=1), of_near, forward)
    is_later = is_paid & (years > horizon[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        implied = grid("rate") - np.log(own / forward[:, None]) / (years - horizon[:, None])
    own_yield = grid("dividend_yield")
    is_implied = is_later & ~(np.abs(implied - own_yield) <= NO_CASH)
    return forward, np.where(is_implied, implied, own_yield)


def _moves_of_length(legs: pd.DataFrame, length: int) -> pd.DataFrame:
    packages = packages_of(legs, length)
    moved = expected_moves(packages)
    delta = legs["delta"].to_numpy(dtype=np.float64).reshape(-1, length).sum(axis=1)
    floor = NO_EXPOSURE * np.abs(packages.units).max(axis=1)
    net = packages.units.sum(axis=1)
    # Without options V is linear, and the ratio is the sign of the position whatever the vol.
    is_linear = (packages.sign == 0).all(axis=1)
    has_exposure = np.where(is_linear, np.abs(net) >= floor, ~(moved.strategy < floor * packages.spot))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(is_linear, np.sign(net), delta * moved.spot / moved.strategy)
        lean = np.where(is_linear, np.sign(net), moved.lean / moved.strategy)
    return pd.DataFrame(
        {
            "delta": delta,
            "delta_ratio": np.where(has_exposure, ratio, 0.0),
            "expected_move": moved.strategy,
            "horizon": 365.0 * packages.horizon,
            "has_exposure": has_exposure.astype(bool),
            "scenario_lean": np.where(has_exposure, lean, 0.0),
        },
        index=pd.Index(legs["strategy_id"].to_numpy()[::length], name="strategy_id"),
    )


def _horizon_vol(grid: Callable[[str], Array], sign: Array, forward: Array, horizon: Array) -> Array:
    """Take the vol of the option leg nearest the forward at the horizon; without one, of the first leg."""
    years, vol = grid("years"), grid("vol")
    is_near = (sign != 0) & ((years <= horizon[:, None]) | (years == years.min(axis=1, keepdims=True)))
    distance = np.where(is_near & ~np.isnan(vol), np.abs(grid("strike") - forward[:, None]), np.inf)
    nearest: Array = np.take_along_axis(vol, distance.argmin(axis=1)[:, None], axis=1)[:, 0]
    return nearest
