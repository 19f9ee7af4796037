"""How far each underlying goes in a move of spot: by percent, by its own volatility, or by its beta to an index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optlab.aggregate import betas
from optlab.errors import MarketDataError
from optlab.legs import OPTIONS
from optlab.market import EVERY, Market
from optlab.pricing.black_scholes import Array
from optlab.scenario.moves import Axis

TRADING_DAYS = 252.0
"""In a year, for the size of a standard deviation."""

SHORTEST = 7.0 / 365.0
"""A volatility of spot is taken from options with at least a week left, if there are any."""


def factors(
    valued: pd.DataFrame,
    market: Market,
    underlyings: Sequence[str],
    axis: Axis,
    *,
    beta_to: str | None = None,
    sigma_days: float = 1.0,
) -> Array:
    """Return what each underlying's spot is multiplied by in each move.

    Parameters
    ----------
    valued : DataFrame
        Priced legs, for volatilities.
    market : Market
        For volatilities and betas.
    underlyings : sequence of str
        Whose.
    axis : Axis
        Moves in percent or in standard deviations.
    beta_to : str, optional
        The moves are that index's, and each underlying's is beta times its percentage, not below -100%.
    sigma_days : float
        One standard deviation is that of so many trading days.

    Returns
    -------
    ndarray, shape (underlyings, moves)
        Exactly 1 for a move of 0, and never negative. With x standard deviations S exp(x vol sqrt(days / 252)).

    Raises
    ------
    MarketDataError
        For an underlying or an index without a volatility, and an underlying without a beta, if there is a move.
    """
    sizes = np.array(axis.sizes)
    if not sizes.any() or not len(underlyings):
        return np.ones((len(underlyings), len(sizes)))
    if beta_to is not None:
        beta = _betas(market, underlyings, beta_to)
        percent = _percent(valued, market, [beta_to], axis, sigma_days)[0]
        return np.maximum(1.0 + beta[:, None] * percent, 0.0)
    return 1.0 + _percent(valued, market, underlyings, axis, sigma_days)


def refuse_unpriced_index(valued: pd.DataFrame, market: Market, beta_to: str | None) -> None:
    """Refuse an index that has no price in the market and is not held: its name is a slip of the pen, most likely.

    Raises
    ------
    MarketDataError
        As `optlab.aggregate.total` does.
    """
    if beta_to is None:
        return
    quoted = market.quotes.loc[market.quotes["spot"].notna(), "underlying"]
    held = valued.loc[valued["kind"] != "cash", "underlying"]
    if not {beta_to, EVERY} & {*quoted, *held, *market.overrides.get("spot", {})}:
        raise MarketDataError(
            f"no price of the index {beta_to}. Fix: add it to the market, or say --spot {beta_to}=PRICE."
        )


def _percent(
    valued: pd.DataFrame, market: Market, names: Sequence[str], axis: Axis, sigma_days: float
) -> Array:
    """Return each move as a fraction of spot, (names, moves)."""
    sizes = np.array(axis.sizes)
    if axis.unit != "sigmas":
        return np.broadcast_to(sizes, (len(names), len(sizes)))
    deviation = spot_vols(valued, market, names) * np.sqrt(sigma_days / TRADING_DAYS)
    return np.expm1(deviation[:, None] * sizes)


def _betas(market: Market, underlyings: Sequence[str], beta_to: str) -> Array:
    known = betas(market, beta_to)
    missing = sorted(set(underlyings) - set(known.index))
    if missing:
        raise MarketDataError(
            f"no beta of {', '.join(missing)} to {beta_to}. Fix: add it to the column beta of the market file, in the "
            "row of the underlying."
        )
    return known.reindex(list(underlyings)).to_numpy(dtype=float)


def spot_vols(valued: pd.DataFrame, market: Market, names: Sequence[str]) -> Array:
    """Return the volatility of each underlying: what is said, what is quoted for it, else its nearest option's.

    The nearest option is that of the nearest expiry at least a week away, else the nearest, and there the one with
    the strike nearest to spot.

    Raises
    ------
    MarketDataError
        For an underlying without any.
    """
    found = {name: _spot_vol(valued, market, name) for name in names}
    missing = sorted(name for name, vol in found.items() if not vol > 0)
    if missing:
        raise MarketDataError(
            f"no volatility of {', '.join(missing)} to measure standard deviations by. Fix: add it to the market, say "
            f"--vol {missing[0]}=30%, or move spot by percent."
        )
    return np.array(list(found.values()))


def _spot_vol(valued: pd.DataFrame, market: Market, name: str) -> float:
    said = market.overrides.get("vol", {})
    if name in said or EVERY in said:
        return float(said.get(name, said.get(EVERY, np.nan)))
    quotes = market.quotes
    is_whole = (quotes["underlying"] == name) & quotes["expiry"].isna() & quotes["strike"].isna()
    quoted = quotes.loc[is_whole, "vol"].dropna()
    if len(quoted):
        return float(quoted.iloc[0])
    is_own = (valued["underlying"] == name) & valued["kind"].isin(OPTIONS)
    legs = valued[is_own & (valued["vol"] > 0) & (valued["years"] > 0) & (valued["spot"] > 0)]
    if legs.empty:
        return float("nan")
    later = legs[legs["years"] >= SHORTEST]
    legs = later if len(later) else legs
    nearest = legs[legs["years"] == legs["years"].min()]
    return float(nearest["vol"].loc[(nearest["strike"] / nearest["spot"] - 1.0).abs().idxmin()])
