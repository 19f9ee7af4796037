"""The exchange's own volatilities beside ours.

Source: HKEX, Stock Options Daily Market Report as at 2 October 2026, class MIU (Xiaomi), closing price 24.240:
every out-of-the-money series of the excerpt with a settlement price of 0.05 or more, as expiry, strike, type,
settlement price and IV%. The report prints whole percents, by all signs cut off and not rounded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import optlab as ol

SERIES = """\
27NOV26 25 C 1.34 42
27NOV26 26 C 1 43
27NOV26 27 C 0.73 43
27NOV26 28 C 0.53 44
27NOV26 29 C 0.38 44
27NOV26 30 C 0.27 44
27NOV26 31 C 0.18 44
27NOV26 32 C 0.13 45
27NOV26 33 C 0.09 45
30DEC26 25 C 1.72 41
30DEC26 26 C 1.39 42
30DEC26 27 C 1.1 42
30DEC26 28 C 0.87 43
30DEC26 29 C 0.67 43
30DEC26 30 C 0.52 43
30DEC26 31 C 0.4 43
30DEC26 32 C 0.3 43
30DEC26 33 C 0.23 43
30DEC26 35 C 0.13 44
09OCT26 22.5 P 0.09 46
09OCT26 23 P 0.16 44
09OCT26 23.5 P 0.29 44
09OCT26 24 P 0.46 43
29OCT26 20 P 0.09 48
29OCT26 21 P 0.18 46
29OCT26 22 P 0.33 44
29OCT26 23 P 0.58 43
29OCT26 24 P 0.99 43
27NOV26 17.5 P 0.08 50
27NOV26 18 P 0.11 50
27NOV26 19 P 0.18 48
27NOV26 20 P 0.3 47
27NOV26 21 P 0.46 45
27NOV26 22 P 0.7 44
27NOV26 23 P 1.03 43
27NOV26 24 P 1.45 42
"""


@pytest.fixture
def points() -> pd.Series:
    """Our volatility less the printed one, in points."""
    table = pd.DataFrame([line.split() for line in SERIES.splitlines()])
    table.columns = pd.Index(["expiry", "strike", "kind", "mark", "printed"])
    legs = pd.DataFrame(
        {
            "underlying": "MIU",
            "kind": table["kind"].map({"C": "call", "P": "put"}),
            "strike": table["strike"].astype(float),
            "expiry": pd.to_datetime(table["expiry"], format="%d%b%y"),
            "mark": table["mark"].astype(float),
            "quantity": 1,
        }
    )
    market = ol.Market.of(as_of="2026-10-02", spot=24.24, rate=0.027, dividend_yield=0.0)
    valued = ol.Book.of(legs).price(market).legs
    return 100 * valued["vol"] - table["printed"].astype(float)


def test_all_36_series_lie_within_the_truncation(points: pd.Series) -> None:
    """Between -0.2 and 1.2 points of the printed whole percent, about half a point in the middle."""
    assert len(points) == 36
    assert points.between(-0.2, 1.2).all()
    assert points.median() == pytest.approx(0.52, abs=0.01)


def test_midnight_instead_of_the_close_would_not_do(points: pd.Series) -> None:
    """Half a day less to expiry moves the near series out of the band: the close matters."""
    near = pd.Series(SERIES.split("\n")[:-1]).str.startswith("09OCT26")
    assert near.sum() >= 3
    years = 7 / 365
    shift = 45 * (np.sqrt(years / (years - 16 / 8760)) - 1)
    assert (points[near.to_numpy()] + shift).max() > 1.2
