"""The exchange's own volatilities beside ours.

Source: HKEX, Stock Options Daily Market Report as at 2 October 2026, class MIU (Xiaomi), closing price 24.240:
every series of the excerpt that has a printed IV% and a settlement price at least 0.03 above what exercise pays, in
and out of the money, as expiry, strike, type, settlement price and IV%. The report prints whole percents, by all
signs cut off and not rounded, and says no interest rate; at 3% calls and puts agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import optlab as ol

SPOT, RATE = 24.24, 0.03
SERIES = """\
09OCT26 22 P 0.04 45
09OCT26 22.5 P 0.09 46
09OCT26 23 P 0.16 44
09OCT26 23.5 P 0.29 44
09OCT26 24 P 0.46 43
09OCT26 24.5 P 0.74 45
09OCT26 25 P 1.08 46
09OCT26 26 P 1.89 49
29OCT26 19 P 0.04 50
29OCT26 20 P 0.09 48
29OCT26 21 P 0.18 46
29OCT26 22 P 0.33 44
29OCT26 23 P 0.58 43
29OCT26 24 P 0.99 43
29OCT26 25 P 1.52 42
29OCT26 26 P 2.14 39
29OCT26 27 P 2.94 38
29OCT26 28 P 3.86 41
27NOV26 18 C 6.43 49
27NOV26 19 C 5.45 43
27NOV26 20 C 4.63 47
27NOV26 21 C 3.75 43
27NOV26 22 C 3.12 47
27NOV26 23 C 2.36 43
27NOV26 24 C 1.79 42
27NOV26 25 C 1.34 42
27NOV26 26 C 1 43
27NOV26 27 C 0.73 43
27NOV26 28 C 0.53 44
27NOV26 29 C 0.38 44
27NOV26 30 C 0.27 44
27NOV26 31 C 0.18 44
27NOV26 32 C 0.13 45
27NOV26 33 C 0.09 45
27NOV26 35 C 0.04 45
27NOV26 17.5 P 0.08 50
27NOV26 18 P 0.11 50
27NOV26 19 P 0.18 48
27NOV26 20 P 0.3 47
27NOV26 21 P 0.46 45
27NOV26 22 P 0.7 44
27NOV26 23 P 1.03 43
27NOV26 24 P 1.45 42
27NOV26 25 P 2.01 43
27NOV26 26 P 2.66 43
27NOV26 27 P 3.31 41
27NOV26 28 P 4.2 44
27NOV26 29 P 5.07 45
27NOV26 30 P 5.94 44
30DEC26 18 C 6.45 37
30DEC26 19 C 5.56 38
30DEC26 20 C 4.72 39
30DEC26 21 C 4.05 42
30DEC26 22 C 3.35 42
30DEC26 23 C 2.74 42
30DEC26 24 C 2.17 41
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
30DEC26 40 C 0.04 46
"""


def points(model: Any = "auto", rate: float = RATE) -> pd.DataFrame:  # noqa: ANN401
    """Return each series with our volatility less the printed one, in points."""
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
    market = ol.Market.of(as_of="2026-10-02", spot=SPOT, rate=rate, dividend_yield=0.0)
    valued = ol.Book.of(legs).price(market, model=model).legs
    side = np.where(valued["kind"] == "call", 1.0, -1.0)
    own = pd.DataFrame({"kind": valued["kind"], "inside": side * (SPOT - valued["strike"]) > 0})
    return own.assign(points=100 * valued["vol"] - table["printed"].astype(float))


def test_all_67_series_lie_within_the_truncation() -> None:
    """Between -0.2 and 1.2 points of the printed whole percent, about half a point in the middle."""
    found = points()
    assert len(found) == 67
    assert found["points"].between(-0.2, 1.2).all()
    assert found["points"].median() == pytest.approx(0.49, abs=0.01)


def test_puts_in_the_money_need_the_american_model() -> None:
    """As European ones five of the thirteen are off, by up to three points."""
    found, as_european = points(), points("european")
    is_put = found["inside"] & (found["kind"] == "put")
    assert found["points"][is_put].max() < 1.0
    assert (as_european["points"][is_put] > 1.2).sum() == 5
    assert as_european["points"].max() == pytest.approx(3.02, abs=0.01)
    calls = ~is_put & (found["kind"] == "call")
    assert (found["points"][calls] == as_european["points"][calls]).all()


def test_out_of_the_money_the_rate_hardly_matters() -> None:
    """At 2.7% the 40 of them lie within the same points."""
    found = points(rate=0.027)
    assert found["points"][~found["inside"]].between(-0.25, 1.2).sum() == 40
