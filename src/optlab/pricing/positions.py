"""The one place that picks a model for each leg and scales its numbers to the position."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from optlab.errors import PricingError
from optlab.legs import OPTIONS
from optlab.pricing.black_scholes import Greeks, evaluate

Engine = Literal["numpy", "vollib"]
"""Who computes: optlab's own kernels, or py_vollib itself."""

GREEKS = ("delta", "gamma", "vega", "theta", "rho")
MODEL_INPUTS = ("spot", "strike", "years", "rate", "dividend_yield", "vol")

STATUSES = {
    "ok": "priced",
    "european_approximation": "priced as European; exercise is American",
    "expired": "expired: worth its intrinsic value",
    "at_strike_expiry": "expires now exactly at the strike: delta 0.5 for a call, -0.5 for a put",
    "expired_earlier": "expired on an earlier day: not valued",
    "no_spot": "no price of the underlying",
    "no_vol": "no volatility from any source",
    "no_entry": "a future without an entry price: its value is the gain since then",
    "below_intrinsic": "no volatility: the price given is below the option's lower bound",
    "above_maximum": "no volatility: the price given is above the option's upper bound",
    "no_time_value": "no volatility: the price given is intrinsic value alone",
    "not_supported": "no model for this leg",
}
"""Every word the ``status`` column can hold."""

PRICED = ("ok", "european_approximation", "expired", "at_strike_expiry")
"""The statuses of legs that have a value."""

FIXES = {
    "no_spot": "add the underlying to the market, or say --spot {underlying}=PRICE",
    "no_vol": "add its vol to the market, or say --vol {underlying}=0.30",
    "no_entry": "give what it was bought or sold at in the column entry",
    "expired_earlier": "say --settle {underlying}=PRICE, or remove it",
    "below_intrinsic": "check the mark against spot and rate, or say --vol {underlying}=0.30",
    "above_maximum": "check the mark against spot and rate, or say --vol {underlying}=0.30",
    "no_time_value": "say --vol {underlying}=0.30",
    "not_supported": "remove it",
}
"""What the user can do about each status that has no value."""


def value(legs: pd.DataFrame, *, engine: Engine = "numpy") -> pd.DataFrame:
    """Add price, value and greeks, in position units, and what follows from them.

    Parameters
    ----------
    legs : DataFrame
        Legs with their quotes, as `optlab.join.quotes` returns them.
    engine : {"numpy", "vollib"}
        optlab's kernels, or py_vollib leg by leg.

    Returns
    -------
    DataFrame
        The same rows with ``price value delta gamma vega theta rho status days moneyness intrinsic
        extrinsic cost profit profit_percent``. ``price``, ``intrinsic`` and ``extrinsic`` are per unit of
        underlying; value and greeks are times quantity and multiplier, so a short leg has the other sign.
        A leg that can't be priced has NaN and a ``status`` that says why.
    """
    status = _status(legs)
    unit = _unit_numbers(legs, status, engine)
    size = legs["quantity"] * legs["multiplier"]
    valued = legs.assign(price=unit["price"], value=_worth(legs, unit["price"]) * size)
    for name in GREEKS:
        valued[name] = unit[name] * size
    valued["status"] = status
    return _describe(valued)


def _status(legs: pd.DataFrame) -> pd.Series:
    """Say for each leg how it is priced, or why it is not; the first rule that holds decides."""
    is_option = legs["kind"].isin(OPTIONS)
    needs_spot = is_option | (legs["kind"] == "stock")
    is_past = legs["years"] == 0
    solve_failure = legs["vol_source"].where(legs["vol_source"].isin(STATUSES), "no_vol")
    rules: list[tuple[pd.Series, pd.Series | str]] = [
        (~legs["kind"].isin((*OPTIONS, "stock", "future", "cash")), "not_supported"),
        (legs["years"] < 0, "expired_earlier"),
        (needs_spot & legs["spot"].isna(), "no_spot"),
        ((legs["kind"] == "future") & _future_price(legs).isna(), "no_spot"),
        ((legs["kind"] == "future") & legs["entry"].isna(), "no_entry"),
        (is_option & is_past & (legs["spot"] == legs["strike"]), "at_strike_expiry"),
        ((is_option | (legs["kind"] == "future")) & is_past, "expired"),
        (is_option & legs["vol"].isna(), solve_failure),
        (is_option & (legs["style"] == "american"), "european_approximation"),
    ]
    status = pd.Series("ok", index=legs.index, dtype="object")
    for holds, word in reversed(rules):
        status = status.mask(holds, word)
    return status.astype("str")


def _unit_numbers(legs: pd.DataFrame, status: pd.Series, engine: Engine) -> pd.DataFrame:
    """Price and greeks per unit of underlying; NaN where the status gives no value."""
    unit = pd.DataFrame(np.nan, index=legs.index, columns=["price", *GREEKS])
    is_priced = status.isin(PRICED)
    is_option = is_priced & legs["kind"].isin(OPTIONS)
    if is_option.any():
        numbers = unit_greeks(legs[is_option], engine)
        unit.loc[is_option] = np.column_stack([getattr(numbers, name) for name in unit.columns])
    for kind, price, delta in (
        ("stock", legs["spot"], 1.0),
        ("future", _future_price(legs), 1.0),
        ("cash", pd.Series(1.0, index=legs.index), 0.0),
    ):
        is_kind = is_priced & (legs["kind"] == kind)
        unit.loc[is_kind] = [np.nan, delta, 0.0, 0.0, 0.0, 0.0]
        unit.loc[is_kind, "price"] = price[is_kind]
    is_settled = legs["spot_source"] == "settle"  # on an earlier day: it moves no more
    unit.loc[is_settled, list(GREEKS)] = 0.0
    return unit


def unit_greeks(options: pd.DataFrame, engine: Engine = "numpy") -> Greeks:
    """Price options per unit of underlying from their columns ``kind spot strike years rate ...``.

    Where time or volatility is zero py_vollib raises or gives NaN: those legs are intrinsic value and always
    optlab's own.

    Raises
    ------
    PricingError
        For an engine that is not known.
    """
    sign = np.where(options["kind"] == "call", 1.0, -1.0)
    columns = [options[name].to_numpy(dtype=float) for name in MODEL_INPUTS]
    columns[-1] = np.where(columns[2] == 0, 0.0, columns[-1])  # at expiry no vol is needed
    ours = evaluate(sign, *columns)
    if engine == "numpy":
        return ours
    if engine != "vollib":
        raise PricingError(f"engine {engine!r} is not known. Fix: use numpy or vollib.")
    from optlab.pricing import reference  # noqa: PLC0415 - py_vollib is slow to import and rarely asked for

    is_certain = columns[2] * columns[-1] == 0
    theirs = reference.evaluate(sign, *columns)
    return Greeks(*(np.where(is_certain, own, other) for own, other in zip(ours, theirs, strict=True)))


def _future_price(legs: pd.DataFrame) -> pd.Series:
    """Return a future's price: its mark, else the forward; once it is over, spot."""
    years = legs["years"].fillna(0.0)
    forward = legs["spot"] * np.exp((legs["rate"] - legs["dividend_yield"]) * years)
    return forward.where(legs["years"] == 0).fillna(legs["mark"]).fillna(forward)


def _worth(legs: pd.DataFrame, price: pd.Series) -> pd.Series:
    """Return what one unit is worth to its holder: a future is worth its gain since entry."""
    return price - legs["entry"].where(legs["kind"] == "future", 0.0)


def _describe(valued: pd.DataFrame) -> pd.DataFrame:
    """Add what a trader reads beside the price: days, moneyness, intrinsic, extrinsic, cost, profit."""
    is_option = valued["kind"].isin(OPTIONS)
    is_priced = valued["status"].isin(PRICED)
    sign = np.where(valued["kind"] == "put", -1.0, 1.0)
    paid = (valued["spot"] - valued["strike"]) * sign
    exercise = paid.clip(lower=0.0)
    intrinsic = exercise.where(is_option & is_priced)
    is_future, is_cash = valued["kind"] == "future", valued["kind"] == "cash"
    cost = (valued["quantity"] * valued["multiplier"] * valued["entry"]).mask(is_future, 0.0)
    cost = cost.mask(is_cash, valued["value"])
    profit = valued["value"] - cost
    return valued.assign(
        days=valued["years"] * 365.0,
        moneyness=(valued["spot"] / valued["strike"] - 1.0).where(is_option),
        intrinsic=intrinsic,
        extrinsic=valued["price"] - intrinsic,
        cost=cost,
        profit=profit,
        profit_percent=(100.0 * profit / cost.abs()).where(cost != 0),
    )
