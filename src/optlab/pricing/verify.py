"""optlab's numbers beside py_vollib's, per unit of underlying, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.pricing.models import Models
from optlab.pricing.positions import GREEKS, MODEL_INPUTS, PRICED, unit_numbers

TOLERANCE = 1e-10
"""The largest difference allowed, x max(1, spot / 100)."""

NUMBERS = ("price", *GREEKS)


@dataclass(frozen=True, eq=False)
class Verification:
    """Both engines' numbers for each leg.

    Parameters
    ----------
    numbers : DataFrame
        A row per leg and number: ``optlab vollib difference tolerance agrees``, per unit.
    not_judged : DataFrame
        The legs that py_vollib has no word on, with the reason.
    """

    numbers: pd.DataFrame
    not_judged: pd.DataFrame

    @property
    def agrees(self) -> bool:
        """Whether every number that could be compared lies within its tolerance."""
        return bool(self.numbers["agrees"].all())

    @property
    def summary(self) -> pd.DataFrame:
        """The largest difference per number: ``number legs largest_difference tolerance agrees``."""
        grouped = self.numbers.groupby("number", sort=False)
        table = grouped.agg(
            legs=("difference", "size"),
            largest_difference=("difference", "max"),
            tolerance=("tolerance", "max"),
            agrees=("agrees", "all"),
        )
        return table.reset_index()


def verify(valued: pd.DataFrame) -> Verification:
    """Price every option again with both engines and compare.

    Options that expired or have no price are not judged: py_vollib raises or gives NaN there. Stock, futures
    and cash are no options. The oracle is ``vollib.black_scholes_merton`` with its analytical greeks.
    """
    is_judged = _is_judged(valued)
    options = valued[is_judged]
    engines = (Models(engine=engine) for engine in ("numpy", "vollib"))
    ours, theirs = (unit_numbers(options, models=models)[0] for models in engines)
    tolerance = TOLERANCE * np.maximum(1.0, options["spot"].to_numpy() / 100.0)
    where = options[["source_file", "source_line", "root", "kind", "strike", "expiry"]]
    parts = [
        where.assign(
            number=name, optlab=getattr(ours, name), vollib=getattr(theirs, name), tolerance=tolerance
        )
        for name in NUMBERS
    ]
    numbers = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    numbers["difference"] = (numbers["optlab"] - numbers["vollib"]).abs()
    numbers["agrees"] = numbers["difference"] <= numbers["tolerance"]
    left = valued[~is_judged & valued["kind"].isin(OPTIONS)]
    reasons = left["status"].where(
        ~left["status"].isin(PRICED), "expired, or no volatility: no model is needed"
    )
    return Verification(numbers, left[["source_file", "source_line", "underlying"]].assign(reason=reasons))


def _is_judged(valued: pd.DataFrame) -> pd.Series:
    is_option = (valued["model"] == "european") & valued["status"].isin(PRICED)
    inputs = valued[list(MODEL_INPUTS)].to_numpy(dtype=float)
    is_finite: pd.Series = pd.Series(np.isfinite(inputs).all(axis=1), index=valued.index)
    return is_option & is_finite & (valued["years"] > 0) & (valued["vol"] > 0)
