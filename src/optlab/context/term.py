"""Numbers per expiry and at fixed distances: at-the-money volatility, risk reversal, butterfly, slope."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.pricing.black_scholes import Array

WING = 0.25
"""The spot delta at which the smile's wings are read."""

NEAR_MONEY = 0.25
"""So near the forward, in standard deviations to expiry, the last strike may stand for it, and options in the money
are as good as those out of it."""

DAYS_PER_YEAR = 365.0
TENORS = {"1m": 30.0, "3m": 90.0}
NEAR_ENOUGH = 0.1
"""An expiry whose days are that near to a tenor's may have its name."""

FLAT = 0.005
"""A slope of half a volatility point either way is none."""

TERM_COLUMNS = (
    *("underlying", "expiry", "days", "forward", "forward_source", "atm_vol", "risk_reversal", "butterfly"),
    *("call_vol", "put_vol", "open_interest_calls", "open_interest_puts", "put_call_ratio"),
    *("volume_calls", "volume_puts", "series"),
)
TENOR_COLUMNS = (
    *("tenor", "days", "atm_vol", "tenor_source", "wing_days", "risk_reversal", "butterfly", "wing_source"),
)
NEAREST = "(nearest)"


class Tenor(NamedTuple):
    """A number at a fixed distance from today.

    Parameters
    ----------
    value : float
        NaN where no expiry has it.
    days : float
        The distance that the number is of: the tenor's, or the nearest expiry's.
    source : str
        The expiries it is from, in words.
    is_listed : bool
        Whether the tenor lies within the listed expiries; if not, the nearest stands for it.
    """

    value: float
    days: float
    source: str
    is_listed: bool


def term(series: pd.DataFrame, smile: pd.DataFrame, interest: pd.DataFrame) -> pd.DataFrame:
    """Give each expiry its forward, volatility at the money and at both wings, and its open interest.

    Parameters
    ----------
    series, smile : DataFrame
        As in `optlab.context.surface.Surface`.
    interest : DataFrame
        Open interest and volume by ``expiry``.

    Returns
    -------
    DataFrame
        `TERM_COLUMNS`, a row per expiry. NaN where the smile does not reach: nothing is extrapolated, but the
        strike at the end of a smile stands for a forward up to a quarter of a standard deviation beyond it.
    """
    grouped = series.groupby("expiry", sort=True)
    table = grouped[["underlying", "years", "forward", "forward_source"]].first()
    table["series"] = grouped.size()
    table["days"] = table.pop("years") * DAYS_PER_YEAR
    curves = dict(iter(smile.groupby("expiry")))
    read = {expiry: _read(curves[expiry]) if expiry in curves else _NOTHING for expiry in table.index}
    vols = pd.DataFrame.from_dict(read, orient="index", columns=["atm_vol", "call_vol", "put_vol"])
    table = table.join(vols).join(interest)
    table["risk_reversal"] = table["call_vol"] - table["put_vol"]
    table["butterfly"] = (table["call_vol"] + table["put_vol"]) / 2 - table["atm_vol"]
    return table.reset_index(names="expiry")[list(TERM_COLUMNS)]


_NOTHING = (math.nan, math.nan, math.nan)


def _read(curve: pd.DataFrame) -> tuple[float, float, float]:
    """Read one smile at the money and at its wings."""
    years = float(curve["years"].iloc[0])
    middle = at_the_money(curve["log_moneyness"].to_numpy(), curve["vol"].to_numpy(), years)
    # Deep in the money a tick of the price, or of the forward, is points of volatility: no wing is read there.
    deviations = curve["log_moneyness"].abs() / (curve["vol"] * math.sqrt(years))
    sound = curve[~curve["is_inside"] | (deviations <= NEAR_MONEY)]
    delta, vol = sound["call_delta"].to_numpy(), sound["vol"].to_numpy()
    discount = np.exp(-sound["dividend_yield"].to_numpy() * years)
    call, put = _crossings(delta - WING, vol), _crossings(delta - discount + WING, vol)
    return middle, call[0] if call else math.nan, put[-1] if put else math.nan


def at_the_money(log_moneyness: Array, vol: Array, years: float) -> float:
    """Interpolate a smile at the forward, linear in log-moneyness.

    Parameters
    ----------
    log_moneyness : float64 array
        ln(K / F), ascending.
    vol : float64 array
        One per strike.
    years : float
        To expiry.

    Returns
    -------
    float
        NaN if all strikes lie on one side of the forward, the nearest more than `NEAR_MONEY` standard deviations away.
    """
    if log_moneyness[0] <= 0 <= log_moneyness[-1]:
        return float(np.interp(0.0, log_moneyness, vol))
    nearest = int(np.argmin(np.abs(log_moneyness)))
    reach = NEAR_MONEY * float(vol[nearest]) * math.sqrt(years)
    return float(vol[nearest]) if abs(log_moneyness[nearest]) <= reach else math.nan


def _crossings(gap: Array, vol: Array) -> list[float]:
    """Return the vols where delta less the wanted one passes zero, linear in delta, by rising strike.

    A noisy smile may pass it more than once; the crossing nearest the forward is what the callers take.
    """
    places = np.flatnonzero(gap[:-1] * gap[1:] <= 0)
    weight = [gap[i] / (gap[i] - gap[i + 1]) if gap[i] != gap[i + 1] else 0.0 for i in places]
    return [float(vol[i] + share * (vol[i + 1] - vol[i])) for i, share in zip(places, weight, strict=True)]


def at_tenor(table: pd.DataFrame, name: str, days: float) -> Tenor:
    """Interpolate a column of the term structure at a fixed number of days.

    A volatility is linear in total variance (vol^2 x time) between the two neighbouring expiries, a difference of
    volatilities linear in time. Outside the listed expiries the nearest stands for it.

    Parameters
    ----------
    table : DataFrame
        `TERM_COLUMNS`, by expiry.
    name : {"atm_vol", "risk_reversal", "butterfly"}
        What to interpolate; expiries without it are passed over.
    days : float
        The distance.
    """
    known = table[table[name].notna()]
    if known.empty:
        return Tenor(math.nan, math.nan, "", is_listed=False)
    at, values = known["days"].to_numpy(dtype=float), known[name].to_numpy(dtype=float)
    words = [f"{expiry:%d%b%y}".upper() for expiry in known["expiry"]]
    if not at[0] <= days <= at[-1]:
        nearest = int(np.argmin(np.abs(at - days)))
        return Tenor(float(values[nearest]), float(at[nearest]), words[nearest], is_listed=False)
    after = int(np.searchsorted(at, days))
    if at[after] == days:
        return Tenor(float(values[after]), days, words[after], is_listed=True)
    if name == "atm_vol":
        value = math.sqrt(float(np.interp(days, at, values**2 * at)) / days)
    else:
        value = float(np.interp(days, at, values))
    return Tenor(value, days, f"{words[after - 1]} and {words[after]}", is_listed=True)


def tenors(table: pd.DataFrame) -> pd.DataFrame:
    """Return the volatility, risk reversal and butterfly at one and at three months.

    Returns
    -------
    DataFrame
        `TENOR_COLUMNS`, a row per tenor. ``days`` and ``tenor_source`` belong to the volatility, ``wing_days`` and
        ``wing_source`` to the risk reversal and the butterfly; a source that ends in `NEAREST` is one expiry that
        stands for a tenor beyond the listed ones.
    """
    rows = []
    for tenor, days in TENORS.items():
        middle = at_tenor(table, "atm_vol", days)
        wings = at_tenor(table, "risk_reversal", days)
        butterfly = at_tenor(table, "butterfly", days).value
        own = [tenor, middle.days, middle.value, _words(middle)]
        rows.append([*own, wings.days, wings.value, butterfly, _words(wings)])
    return pd.DataFrame(rows, columns=list(TENOR_COLUMNS))


def _words(found: Tenor) -> str:
    return found.source if found.is_listed or not found.source else f"{found.source} {NEAREST}"


def called(tenor: str, days: float) -> str:
    """Name a distance by its tenor where it is near enough, else by its days.

    >>> called("3m", 89.0), called("3m", 45.2)
    ('3m', '45d')
    """
    return tenor if abs(days / TENORS[tenor] - 1) <= NEAR_ENOUGH else f"{days:.0f}d"


def shape(slope: float) -> str:
    """Name a slope, three months less one: contango, inverted or flat; empty where it is not known.

    >>> shape(0.009), shape(-0.02), shape(0.001)
    ('contango', 'inverted', 'flat')
    """
    if math.isnan(slope):
        return ""
    return "flat" if abs(slope) <= FLAT else "contango" if slope > 0 else "inverted"
