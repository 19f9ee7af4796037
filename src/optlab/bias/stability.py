"""How much the answer depends on the choice of rule, weight and band."""

from __future__ import annotations

import pandas as pd

from optlab.bias.directions import DIRECTIONS, direction_of
from optlab.bias.shares import share, votes
from optlab.bias.weights import WEIGHTS
from optlab.columns import typed

STABILITY_COLUMNS = ["rule", "band", "weight", *DIRECTIONS, "n", "low", "high", "reason"]

NO_BAND = float("nan")


def stability(counted: pd.DataFrame, neutral: float) -> pd.DataFrame:
    """Return the shares of the whole book under every rule and weight, and with the band halved and doubled.

    Parameters
    ----------
    counted : DataFrame
        Strategies that carry a view, with their weights.
    neutral : float
        The neutral band that was chosen.

    Returns
    -------
    DataFrame
        `STABILITY_COLUMNS`, a row per rule, band and weight; the name rule has no band. ``reason`` says why
        shares are empty.
    """
    cast = votes(counted)
    bands = sorted({neutral / 2, neutral, min(2 * neutral, 1.0)})
    choices = [(rule, band) for rule in ("delta", "scenario") for band in bands] + [("name", NO_BAND)]
    rows = [
        {"rule": rule, "band": band, "weight": weight, **share(leaned, weight)}
        for rule, band in choices
        for leaned in [cast.assign(direction=direction_of(counted, rule, band))]
        for weight in WEIGHTS
    ]
    return typed(rows, STABILITY_COLUMNS)
