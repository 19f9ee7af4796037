"""Which leg makes a strategy lean: each leg's part of the delta ratio and of the scenario lean."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.expectation import expected_moves
from optlab.exposure.moves import horizons, packages_of
from optlab.strategy import contract, lots, unit_sizes


def contributions(legs: pd.DataFrame) -> pd.DataFrame:
    """Split the delta, the delta ratio and the scenario lean of strategies by leg.

    All are sums over legs, the last two divided by the strategy's expected move, so that each leg has its part, and
    the parts add up.

    Parameters
    ----------
    legs : DataFrame
        Legs with their strategies and values; every strategy has a value and moves. Not empty.

    Returns
    -------
    DataFrame
        A row per leg that is alive: ``strategy_id``, ``leg`` and ``delta`` per lot (``+1 27NOV26 24C``, per unit of
        the underlying), ``by_delta``, ``by_scenario``.
    """
    lot_size = lots(legs) * unit_sizes(legs)
    parts = pd.concat([_of_length(part, length) for length, part in horizons(legs)], ignore_index=True)
    per_lot = parts["strategy_id"].map(lot_size).astype("float64")
    count = parts.pop("units") / per_lot
    return parts.assign(
        leg=count.map("{:+.4g} ".format).astype("str") + parts["leg"], delta=parts["delta"] / per_lot
    )


def _of_length(legs: pd.DataFrame, length: int) -> pd.DataFrame:
    packages = packages_of(legs, length)
    moved = expected_moves(packages)
    delta = legs["delta"].to_numpy(dtype=np.float64).reshape(-1, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_delta = delta * (moved.spot / moved.strategy)[:, None]
        by_scenario = moved.legs / moved.strategy[:, None]
    return pd.DataFrame(
        {
            "strategy_id": legs["strategy_id"].to_numpy(),
            "leg": contract(legs).to_numpy(),
            "units": packages.units.ravel(),
            "delta": delta.ravel(),
            "by_delta": by_delta.ravel(),
            "by_scenario": by_scenario.ravel(),
        }
    )
