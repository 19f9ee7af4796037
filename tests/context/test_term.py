"""Volatility at the money, at the wings and at fixed distances, against the smile that made the prices."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from listed_chains import STRIKES, Smile, flat, forward, listed, rows_of, skewed, wing_strike
from optlab.context.open_interest import by_expiry
from optlab.context.surface import surface
from optlab.context.term import TERM_COLUMNS, at_tenor, at_the_money, called, shape, tenors, term

SMILE = skewed(0.3, -0.2, 0.4)


def read(**smiles: Smile) -> pd.DataFrame:
    """Read the term structure of smiles by days, d30 and d91, whose strikes hold the forward and both wings."""
    rows = []
    for name, smile in smiles.items():
        days = int(name.removeprefix("d"))
        exact = [wing_strike(smile, days, "put"), forward(days), wing_strike(smile, days, "call")]
        rows += rows_of(smile, days, sorted({*STRIKES, *exact}))
    found = surface(listed(*rows), "HSI")
    return term(found.series, found.smile, by_expiry(found.series))


def wings(smile: Smile, days: float) -> tuple[float, float]:
    """Return the volatility of the 25-delta call and put of a smile."""
    call, put = (math.log(wing_strike(smile, days, kind) / forward(days)) for kind in ("call", "put"))
    return smile(call), smile(put)


def test_a_known_smile_is_read_back() -> None:
    row = read(d30=SMILE).iloc[0]
    call, put = wings(SMILE, 30)
    assert row["forward"] == pytest.approx(forward(30), abs=1e-6)
    assert row["atm_vol"] == pytest.approx(0.3, abs=1e-6)
    assert row["call_vol"] == pytest.approx(call, abs=1e-6)
    assert row["put_vol"] == pytest.approx(put, abs=1e-6)
    assert row["risk_reversal"] == pytest.approx(call - put, abs=1e-6)
    assert row["butterfly"] == pytest.approx((call + put) / 2 - 0.3, abs=1e-6)
    assert row["days"] == pytest.approx(30)


def test_between_strikes_the_error_is_small() -> None:
    """Strikes 5% apart and a smile as bent as this: a tenth of a point."""
    found = surface(listed(*rows_of(SMILE, 30)), "HSI")
    row = term(found.series, found.smile, by_expiry(found.series)).iloc[0]
    call, put = wings(SMILE, 30)
    assert row[["atm_vol", "call_vol", "put_vol"]].tolist() == pytest.approx([0.3, call, put], abs=1e-3)


def test_a_flat_smile_has_neither_skew_nor_wings_nor_slope() -> None:
    table = read(d14=flat(0.3), d45=flat(0.3), d120=flat(0.3))
    months = tenors(table)
    assert table[["risk_reversal", "butterfly"]].abs().to_numpy().max() < 1e-9
    assert months["atm_vol"].tolist() == pytest.approx([0.3, 0.3], abs=1e-9)


def test_one_month_is_linear_in_total_variance() -> None:
    table = read(d20=flat(0.2), d40=flat(0.4))
    variance = (0.2**2 * 20 + 0.4**2 * 40) / 2
    assert at_tenor(table, "atm_vol", 30).value == pytest.approx(math.sqrt(variance / 30), abs=1e-9)
    assert at_tenor(table, "atm_vol", 30).source == "22OCT26 and 11NOV26"


def test_a_risk_reversal_is_linear_in_time() -> None:
    near, far = skewed(0.3, -0.1, 0.0), skewed(0.3, -0.3, 0.0)
    table = read(d20=near, d40=far)
    wanted = np.mean(
        [wings(smile, days)[0] - wings(smile, days)[1] for smile, days in ((near, 20), (far, 40))]
    )
    assert at_tenor(table, "risk_reversal", 30).value == pytest.approx(wanted, abs=1e-6)


def test_a_listed_tenor_is_taken_as_it_is() -> None:
    found = at_tenor(read(d30=flat(0.3), d91=flat(0.5)), "atm_vol", 30)
    assert [found.value, found.days] == pytest.approx([0.3, 30], abs=1e-9)
    assert (found.source, found.is_listed) == ("01NOV26", True)


@pytest.mark.parametrize(("days", "vol", "source"), [(7, 0.2, "22OCT26"), (90, 0.4, "11NOV26")])
def test_outside_the_listed_expiries_the_nearest_stands_for_a_tenor(
    days: float, vol: float, source: str
) -> None:
    found = at_tenor(read(d20=flat(0.2), d40=flat(0.4)), "atm_vol", days)
    assert found.value == pytest.approx(vol, abs=1e-9)
    assert (found.source, found.is_listed) == (source, False)


def test_an_expiry_without_the_number_is_passed_over() -> None:
    table = read(d20=flat(0.2), d30=flat(0.9), d40=flat(0.4))
    table.loc[1, "atm_vol"] = np.nan
    assert at_tenor(table, "atm_vol", 30).source == "22OCT26 and 11NOV26"
    assert math.isnan(at_tenor(table.iloc[[1]], "atm_vol", 30).value)


def test_the_wings_name_their_own_expiries() -> None:
    """Where only puts are listed there is volatility at the money, and no risk reversal."""
    rows = [*rows_of(SMILE, 20, kinds=["put"]), *rows_of(SMILE, 60)]
    found = surface(listed(*rows), "HSI")
    row = tenors(term(found.series, found.smile, by_expiry(found.series))).iloc[0]
    assert row["tenor_source"] == "22OCT26 and 01DEC26"
    assert (row["wing_source"], row["wing_days"]) == ("01DEC26 (nearest)", pytest.approx(60))


@pytest.mark.parametrize("kind", ["call", "put"])
def test_no_wing_is_read_from_options_in_the_money(kind: str) -> None:
    found = surface(listed(*rows_of(SMILE, 30, kinds=[kind])), "HSI")
    row = term(found.series, found.smile, by_expiry(found.series)).iloc[0]
    other = "put" if kind == "call" else "call"
    assert not math.isnan(row[f"{kind}_vol"])
    assert math.isnan(row[f"{other}_vol"])


def test_nothing_is_extrapolated_beyond_a_quarter_of_a_deviation() -> None:
    """With vol 40% over a quarter a deviation is 20%: the last strike may be 5% away."""
    vol, years = np.array([0.42, 0.4]), 0.25
    assert at_the_money(np.array([-0.2, -0.049]), vol, years) == 0.4
    assert math.isnan(at_the_money(np.array([-0.2, -0.051]), vol, years))
    assert at_the_money(np.array([-0.1, 0.1]), vol, years) == pytest.approx(0.41)


def test_an_expiry_without_volatilities_keeps_its_row() -> None:
    rows = [
        {"expiry": "2026-11-01", "strike": 100.0, "kind": "call", "open_interest": 5.0},
        *rows_of(SMILE, 60),
    ]
    found = surface(listed(*rows), "HSI")
    table = term(found.series, found.smile, by_expiry(found.series))
    assert tuple(table.columns) == TERM_COLUMNS
    assert table["atm_vol"].isna().tolist() == [True, False]
    assert table["open_interest_calls"].tolist()[0] == 5.0


@pytest.mark.parametrize(
    ("slope", "word"),
    [(0.0051, "contango"), (0.005, "flat"), (-0.005, "flat"), (-0.0051, "inverted"), (math.nan, "")],
)
def test_a_slope_has_a_word(slope: float, word: str) -> None:
    assert shape(slope) == word


def test_a_distance_far_from_its_tenor_has_its_days() -> None:
    assert [called("1m", days) for days in (30, 32, 34)] == ["1m", "1m", "34d"]
