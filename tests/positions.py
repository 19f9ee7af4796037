"""Small positions for tests: legs of (units, kind, strike, years) on a spot of 100."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.payoff.position import Position
from optlab.pricing.dividends import Dividends
from optlab.pricing.models import Option

SPOT, VOL, RATE, QUARTER, HALF = 100.0, 0.30, 0.03, 0.25, 0.5

SIGNS = {"call": 1.0, "put": -1.0, "stock": 0.0, "future": 0.0}


def position(*legs: tuple[Any, ...], cost: float = 0.0, **changed: Any) -> Position:  # noqa: ANN401 - any field
    """Lay out legs: (units, kind, strike, years), (units, "stock"), or (units, "future", entry, years).

    ``spot vol rate dividend_yield american dividends`` are one for all, ``smiles`` are by years; others are the position's own fields.
    """
    full = [(*leg, *(np.nan, np.nan)[len(leg) - 2 :]) for leg in legs]
    units, kinds, strikes, years = zip(*full, strict=True)
    count = len(legs)

    def row(values: Any) -> np.ndarray:  # noqa: ANN401 - numbers
        return np.broadcast_to(np.asarray(values, dtype=np.float64), count).copy()

    is_future = np.array([kind == "future" for kind in kinds])
    spot = changed.pop("spot", SPOT)
    paid = changed.pop("dividends", ())
    dates, cash = zip(*paid, strict=True) if paid else ((), ())
    ahead = Dividends(*(np.tile(np.array(column, dtype=np.float64), (count, 1)) for column in (dates, cash)))
    option = Option(
        row([SIGNS[kind] for kind in kinds]),
        row(spot),
        np.where(is_future, np.nan, row(strikes)),
        row(years),
        row(changed.pop("rate", RATE)),
        row(changed.pop("dividend_yield", 0.0)),
        ahead,
        np.broadcast_to(changed.pop("american", False), count),
    )
    smiles = changed.pop("smiles", {})
    skews = tuple(smiles.get(value) for value in option.years.tolist())
    vol, entry = row(changed.pop("vol", VOL)), np.where(is_future, row(strikes), np.nan)
    return Position(row(units), option, vol, entry, spot, cost, skews=skews, **changed)
