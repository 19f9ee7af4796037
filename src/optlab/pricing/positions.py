"""Every leg priced by its model, and its numbers scaled to the position."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.pricing.dividends import Dividends
from optlab.pricing.exercise import American
from optlab.pricing.models import Models, Option, Words, evaluate, methods

GREEKS = ("delta", "gamma", "vega", "theta", "rho")
EXERCISE = ("method", "exercise_premium", "exercise_boundary")
MODEL_INPUTS = ("spot", "strike", "years", "rate", "dividend_yield", "vol")

STATUSES = {
    "ok": "priced",
    "expired": "expired: worth its intrinsic value",
    "at_strike_expiry": "expires now exactly at the strike: delta 0.5 for a call, -0.5 for a put",
    "expired_earlier": "expired on an earlier day: not valued",
    "no_spot": "no price of the underlying",
    "no_vol": "no volatility from any source",
    "no_entry": "a future without an entry price: its value is the gain since then",
    "below_intrinsic": "no volatility: the price given is below the option's lower bound",
    "above_maximum": "no volatility: the price given is above the option's upper bound",
    "no_time_value": "no volatility: the price given has no time value, and is worth itself without any",
    "no_forward": "cash dividends before the expiry are worth more than the spot",
    "not_supported": "no model for this leg",
}
"""Every word the ``status`` column can hold."""

PRICED = ("ok", "no_time_value", "expired", "at_strike_expiry")
"""The statuses of legs that have a value."""

FIXES = {
    "no_spot": "add the underlying to the market, or say --spot {underlying}=PRICE",
    "no_vol": "add its vol to the market, or say --vol {underlying}=0.30",
    "no_entry": "give what it was bought or sold at in the column entry",
    "expired_earlier": "say --settle {underlying}=PRICE, or remove it",
    "below_intrinsic": "check the mark against spot and rate, or give the leg a volatility in the column iv",
    "above_maximum": "check the mark against spot and rate, or give the leg a volatility in the column iv",
    "no_forward": "check ex_date and amount of {underlying}'s dividends",
    "not_supported": "remove it",
}
"""What the user can do about each status that has no value."""


MANY = 1000
"""Of more American legs and legs with cash dividends, contracts that come several times are priced once."""


def value(
    legs: pd.DataFrame, ahead: Dividends | None = None, *, models: Models | None = None
) -> pd.DataFrame:
    """Add price, value and greeks, in position units, and what follows from them.

    Parameters
    ----------
    legs : DataFrame
        Legs with their quotes, as `optlab.join.quotes` returns them.
    ahead : Dividends, optional
        The cash dividends ahead of each leg; None: there are none.
    models : Models, optional
        How options are priced.

    Returns
    -------
    DataFrame
        The same rows with ``price value delta gamma vega theta rho status method exercise_premium
        exercise_boundary days moneyness intrinsic extrinsic cost profit profit_percent``. ``price``, ``intrinsic``,
        ``extrinsic`` and ``exercise_premium`` are per unit of underlying; value and greeks are times quantity and
        multiplier, so a short leg has the other sign. A leg that can't be priced has NaN and a ``status`` that
        says why.
    """
    status = _status(legs)
    unit = _unit_numbers(legs, status, ahead, models or Models())
    size = legs["quantity"] * legs["multiplier"]
    valued = legs.assign(price=unit["price"], value=_worth(legs, unit["price"]) * size)
    for name in GREEKS:
        valued[name] = unit[name] * size
    valued["status"] = status
    for name in EXERCISE:
        valued[name] = unit[name]
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
        ((is_option | (legs["kind"] == "future")) & (legs["forward"] <= 0), "no_forward"),
        (is_option & legs["vol"].isna(), solve_failure),
    ]
    status = pd.Series("ok", index=legs.index, dtype="object")
    for holds, word in reversed(rules):
        status = status.mask(holds, word)
    return status.astype("str")


def _unit_numbers(
    legs: pd.DataFrame, status: pd.Series, ahead: Dividends | None, models: Models
) -> pd.DataFrame:
    """Price and greeks per unit of underlying; NaN where the status gives no value."""
    unit = pd.DataFrame(np.nan, index=legs.index, columns=["price", *GREEKS, *EXERCISE[1:]])
    unit.insert(0, "method", "")
    is_priced = status.isin(PRICED)
    is_option = is_priced & legs["kind"].isin(OPTIONS)
    if is_option.any():
        numbers, words = unit_numbers(legs[is_option], _of(ahead, is_option), models)
        unit.loc[is_option, unit.columns[1:]] = np.column_stack(numbers)
        unit.loc[is_option, "method"] = words
    for kind, price, delta in (
        ("stock", legs["spot"], 1.0),
        ("future", _future_price(legs), 1.0),
        ("cash", pd.Series(1.0, index=legs.index), 0.0),
    ):
        is_kind = is_priced & (legs["kind"] == kind)
        unit.loc[is_kind, list(GREEKS)] = [delta, 0.0, 0.0, 0.0, 0.0]
        unit.loc[is_kind, "price"] = price[is_kind]
    is_settled = legs["spot_source"] == "settle"  # on an earlier day: it moves no more
    unit.loc[is_settled, list(GREEKS)] = 0.0
    return unit.astype({"method": "str"})


def unit_numbers(
    options: pd.DataFrame, ahead: Dividends | None = None, models: Models | None = None
) -> tuple[American, Words]:
    """Price options per unit of underlying from their columns ``kind spot strike years rate ... model``.

    Returns
    -------
    tuple of American and str array
        The numbers, a row per option, and by what method each was priced.
    """
    models = models or Models()
    distinct = distinct_contracts(options, ["vol"])
    if distinct is None:
        return _numbers(options, ahead, models)
    first, codes = distinct
    numbers, words = _numbers(options.iloc[first], _of(ahead, first), models)
    return American(*(column[codes] for column in numbers)), words[codes]


def distinct_contracts(options: pd.DataFrame, also: list[str]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the first row of each distinct contract, and the contract of each row; None if it is not worth it.

    Contracts are distinct by underlying, terms, quotes and what else is named. It is worth it for many American legs
    and many with cash dividends, which a tape has over and over again.
    """
    if ((options["model"] == "american") | (options["dividend_model"] != "")).sum() <= MANY:
        return None
    names = ["underlying", "root", "currency", "kind", "model", *MODEL_INPUTS[:-1], *also]
    codes = options.groupby(names, sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(codes, return_index=True)
    return first, codes


def _numbers(options: pd.DataFrame, ahead: Dividends | None, models: Models) -> tuple[American, Words]:
    option = options_of(options, ahead)
    vol = options["vol"].to_numpy(dtype=float)
    is_needless = (option.years == 0) | np.isnan(vol)  # at expiry, and without time value
    vol = np.where(is_needless, 0.0, vol)
    return evaluate(option, vol, models), methods(option, vol, models)


def options_of(legs: pd.DataFrame, ahead: Dividends | None = None) -> Option:
    """Lay out legs that are options as arrays; needs ``kind spot strike years rate dividend_yield model``."""
    sign = np.where(legs["kind"] == "call", 1.0, -1.0)
    inputs = [legs[name].to_numpy(dtype=float) for name in MODEL_INPUTS[:-1]]
    none = Dividends(*np.zeros((2, len(legs), 0)))
    is_american = (legs["model"] == "american").to_numpy()
    return Option._make([sign, *inputs, none if ahead is None else ahead, is_american])


def _of(ahead: Dividends | None, which: pd.Series | np.ndarray) -> Dividends | None:
    return None if ahead is None else Dividends(*(values[np.asarray(which)] for values in ahead))


def _future_price(legs: pd.DataFrame) -> pd.Series:
    """Return a future's price: its mark, else the forward; once it is over, spot."""
    return legs["forward"].where(legs["years"] == 0).fillna(legs["mark"]).fillna(legs["forward"])


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
