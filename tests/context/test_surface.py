"""The forward of each expiry and the volatility of each series, from prices of a known smile."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import listed_chains
from listed_chains import AS_OF, RATE, SPOT, flat, forward, listed, rows_of, skewed
from optlab.context.surface import FORWARD_SOURCES, Surface, surface
from optlab.errors import MarketDataError
from optlab.pricing.vanilla import american

SMILE = skewed(0.3, -0.2, 0.4)


def read(*rows: dict[str, Any], **spot: Any) -> Surface:  # noqa: ANN401
    """Read the surface of a chain."""
    return surface(listed(*rows, **spot), "HSI")


def forwards(found: Surface) -> dict[str, Any]:
    """Return the forward and its source by expiry day."""
    first = found.series.groupby("day")[["forward", "forward_source"]].first()
    return {f"{day:%m-%d}": (row.forward, row.forward_source) for day, row in first.iterrows()}


def test_prices_of_a_smile_give_it_back() -> None:
    """Every strike has its own volatility again, whichever option it was solved from."""
    found = read(*rows_of(SMILE, 30), *rows_of(SMILE, 91))
    wanted = [SMILE(k) for k in found.smile["log_moneyness"]]
    assert np.abs(found.smile["vol"] - wanted).max() < 1e-6
    assert set(found.smile["vol_source"]) == {"series_settlement"}
    assert len(found.smile) == 34


def test_parity_finds_the_forward_without_rate_yield_or_spot() -> None:
    """A chain alone tells it, up to the discounting of a premium by a rate that nobody gave."""
    found = read(*rows_of(SMILE, 30), rate=None, dividend_yield=None, spot=None)
    value, source = forwards(found)["11-01"]
    assert source == "parity"
    assert value == pytest.approx(forward(30), rel=1e-4)
    assert "HSI: no spot is quoted; each expiry's forward stands for it" in found.notices


def test_parity_beats_a_yield_that_is_out_of_date() -> None:
    found = read(*rows_of(SMILE, 30), dividend_yield=0.08)
    assert forwards(found)["11-01"] == (pytest.approx(forward(30), abs=1e-9), "parity")
    assert np.abs(found.smile["vol"] - [SMILE(k) for k in found.smile["log_moneyness"]]).max() < 1e-6


def test_one_wrong_price_does_not_move_the_forward() -> None:
    rows = rows_of(SMILE, 30)
    rows[16]["settlement_price"] += 3.0  # the call at the money
    assert forwards(read(*rows))["11-01"][0] == pytest.approx(forward(30), abs=1e-9)


def test_a_forward_that_is_quoted_stands_before_parity() -> None:
    quoted = {"expiry": AS_OF.replace(month=11, day=1), "forward": 101.0}
    assert forwards(read(quoted, *rows_of(SMILE, 30)))["11-01"] == (pytest.approx(101.0), "quoted")


def test_without_pairs_rate_and_yield_decide() -> None:
    found = read(*rows_of(SMILE, 30, kinds=["put"]))
    assert forwards(found)["11-01"] == (pytest.approx(forward(30)), "rate and yield")
    assert found.notices[0] == "HSI: the forward of 01NOV26 is from spot, rate and yield"


def test_an_expiry_without_pairs_takes_the_carry_of_the_nearest_if_no_rate_is_known() -> None:
    rows = [*rows_of(SMILE, 30, kinds=["put"]), *rows_of(SMILE, 60), *rows_of(SMILE, 300)]
    found = read(*rows, rate=None, dividend_yield=None)
    assert forwards(found)["11-01"] == (pytest.approx(forward(30), rel=2e-4), "carry")
    assert "HSI: the forward of 01NOV26 is from the carry of the nearest expiry that has one" in found.notices


def test_without_rate_and_without_pairs_a_rate_of_zero_is_said() -> None:
    found = read(*rows_of(SMILE, 30, kinds=["put"]), rate=None, dividend_yield=None)
    assert forwards(found)["11-01"] == (pytest.approx(SPOT), "rate and yield")
    assert "HSI: no rate is quoted: taken as 0" in found.notices


def test_every_word_of_a_forward_s_source_is_explained() -> None:
    assert set(FORWARD_SOURCES) == {"quoted", "parity", "carry", "rate and yield"}


def test_the_smile_is_of_options_out_of_the_money() -> None:
    """Below the forward the put, above it the call, at the forward the mean of both."""
    at = forward(30)
    rows = rows_of(flat(0.3), 30, (90, at, 110))
    rows[2]["settlement_price"], rows[3]["settlement_price"] = (
        rows[2]["settlement_price"] + 0.01,
        rows[3]["settlement_price"] + 0.01,
    )
    rows[0]["settlement_price"] += 0.05
    found = read(*rows, {"expiry": rows[0]["expiry"], "forward": at}).smile
    assert found["kinds"].tolist() == ["put", "call and put", "call"]
    vega = at * math.exp(-RATE * 30 / 365) * math.sqrt(30 / 365 / (2 * math.pi))
    assert found["vol"].tolist() == pytest.approx([0.3, 0.3 + 0.01 / vega, 0.3], abs=1e-5)


def test_in_the_money_a_series_stands_in_where_the_other_is_not_listed() -> None:
    found = read(*rows_of(SMILE, 30, kinds=["put"])).smile
    assert found["is_inside"].tolist() == [strike > forward(30) for strike in found["strike"]]
    assert np.abs(found["vol"] - [SMILE(k) for k in found["log_moneyness"]]).max() < 1e-6


def test_series_without_a_volatility_are_counted_with_the_reason() -> None:
    rows = rows_of(SMILE, 30)
    rows[0]["settlement_price"] = 39.0  # a call of 60, below its lower bound
    rows[3]["settlement_price"] = 0.0
    rows[5]["settlement_price"] = None
    assert read(*rows).notices[0] == (
        "HSI: no volatility for 3 of 34 series: no price (2), "
        "the price given is below the option's lower bound (1)"
    )


def test_a_printed_volatility_serves_where_there_is_no_price() -> None:
    row = {"expiry": "2026-11-01", "strike": 95.0, "kind": "put", "iv": 0.41}
    found = read(row, *rows_of(SMILE, 30, (90, 100, 105))).smile
    assert found.loc[found["strike"] == 95, ["vol", "vol_source"]].to_numpy().tolist() == [
        [0.41, "series_iv"]
    ]


def test_the_underlying_s_own_vol_and_the_user_s_are_no_smile() -> None:
    """What is asked is what the series say, not what was said of them."""
    chain = listed(*rows_of(SMILE, 30), {"expiry": "2026-11-01", "strike": 50.0, "kind": "put"}, vol=0.9)
    found = surface(chain.override(vol=0.5), "HSI")
    assert 50.0 not in set(found.smile["strike"])
    assert found.smile["vol"].tolist() == pytest.approx([SMILE(k) for k in found.smile["log_moneyness"]])
    assert "HSI: the vol that was said is not used; the chain's own is what is asked" in found.notices


def test_a_spot_that_is_said_moves_the_forward_and_no_volatility() -> None:
    before = surface(listed(*rows_of(SMILE, 30)), "HSI")
    after = surface(listed(*rows_of(SMILE, 30)).override(spot=110), "HSI")
    assert forwards(after)["11-01"][0] == pytest.approx(1.1 * forward(30))
    both = before.series["vol"].to_numpy(), after.series["vol"].to_numpy()
    assert np.abs(both[0] - both[1]).max() < 1e-9


def test_without_any_price_of_the_underlying_nothing_can_be_said() -> None:
    with pytest.raises(MarketDataError) as caught:
        read(*rows_of(SMILE, 30, kinds=["put"]), spot=None)
    assert str(caught.value) == (
        "HSI has no price, and no strike has both a call and a put that would tell it. "
        "Fix: add its spot to the market, or say --spot HSI=PRICE."
    )


def test_the_order_of_rows_says_nothing() -> None:
    rows = rows_of(SMILE, 30)
    there, back = read(*rows).smile, read(*reversed(rows)).smile
    pd.testing.assert_frame_equal(there, back)


@pytest.mark.parametrize(("rate", "dividend_yield"), [(0.06, 0.0), (0.03, 0.05)])
def test_a_chain_of_american_options_is_read_without_their_early_exercise_premiums(
    monkeypatch: pytest.MonkeyPatch, rate: float, dividend_yield: float
) -> None:
    """Forward and volatilities are the ones the prices were made of, though no price of the yield is given."""
    monkeypatch.setattr(listed_chains, "RATE", rate)
    monkeypatch.setattr(listed_chains, "DIVIDEND_YIELD", dividend_yield)

    def worth(*option: Any) -> float:  # noqa: ANN401
        return float(american(*option).price)

    rows = rows_of(SMILE, 182, worth=worth)
    market = listed(*rows, underlying="MIU", rate=rate, dividend_yield=None)
    found = surface(market, "MIU")
    assert (found.series["model"] == "american").all()
    assert found.series["forward"].iloc[0] == pytest.approx(listed_chains.forward(182), rel=2e-5)
    assert np.abs(found.smile["vol"] - [SMILE(k) for k in found.smile["log_moneyness"]]).max() < 1e-4
