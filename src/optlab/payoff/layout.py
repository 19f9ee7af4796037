"""Valued legs laid out as positions: one for each strategy, for each underlying, or one for the whole book.

Legs on several underlyings hang on one axis: every spot in percent of what it is now, so that strikes, entries and
dividends are taken in percent too, and units in money. What is over already, or can't be priced, is set beside.

Checked by tests/payoff/test_layout.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optlab import aggregate
from optlab.legs import OPTIONS
from optlab.market import Market
from optlab.payoff.choices import Choices
from optlab.payoff.position import Position, Skew
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends
from optlab.pricing.models import Models, Option
from optlab.pricing.positions import MODEL_INPUTS, PRICED
from optlab.strategy import contract, describe_legs, lots
from optlab.times import SECONDS_PER_YEAR, as_of_instants

KEYS = {"strategy": "strategy_id", "underlying": "underlying", "book": "scope"}
"""The column that names what a payoff is of."""

BOOK = "book"
PERCENT = 100.0

STATUSES = {
    "ok": "analysed",
    "two_currencies": "money in several currencies: say in which to add it",
    "mixed_spots": "its legs have different spots of one underlying",
    "nothing_left": "every leg is over: its value moves no more",
}
"""Why a payoff has no numbers, beside the statuses of legs."""

ENTRY, MODEL_VALUE = "entry", "model"
ENTRY_SOURCES = {
    ENTRY: "what was paid or received",
    MODEL_VALUE: "the model's value now: what was paid for a leg is not known",
}
"""Where the entry cost comes from."""


@dataclass(frozen=True, eq=False)
class Laid:
    """One position with its names.

    Parameters
    ----------
    key : str
        The strategy's id, the underlying, or book.
    names : mapping
        ``strategy underlying currency lots legs`` as far as they are one.
    position : Position or None
        None where ``status`` says why not.
    status : str
    entry_source : str
        One of `ENTRY_SOURCES`.
    days : mapping of float to Timestamp
        The moment of each expiry, by its years from now.
    contracts : list of str
        What each leg is called.
    in_percent : bool
        Whether the axis is every spot in percent of now.
    on : float or None
        The years to the day that was asked for.
    """

    key: Any
    names: Mapping[str, Any]
    position: Position | None
    status: str
    entry_source: str
    days: Mapping[float, pd.Timestamp]
    contracts: list[str]
    in_percent: bool
    on: float | None


def lay_out(
    valued: pd.DataFrame,
    market: Market,
    ahead: Dividends,
    choices: Choices,
    smiles: pd.DataFrame,
) -> list[Laid]:
    """Lay out what is asked for, in order of appearance.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    market : Market
    ahead : Dividends
        The cash dividends ahead of each of these legs.
    choices : Choices
    smiles : DataFrame
        ``underlying expiry strike vol`` of listed series; legs on others make their own smiles.
    """
    key = KEYS[choices.by]
    chosen = (valued["strategy_id"] != "") & (valued["kind"] != "cash")
    if choices.strategy_id is not None:
        chosen &= valued["strategy_id"] == choices.strategy_id
    legs = valued[chosen]
    if legs.empty:
        return []
    ahead = Dividends(*(values[chosen.to_numpy()] for values in ahead))
    legs = legs.assign(**{key: BOOK} if choices.by == "book" else {})
    money = _costs(legs, market, key, choices.currency)
    names = _names(legs, key, choices.by)
    factor = _fx(legs, market, choices.currency)
    on = _years_to(legs, market, choices)
    columns = _Columns(legs, ahead, factor, contract(legs).to_list(), on, _smiles_of(legs, smiles))
    places = legs.groupby(key, sort=False).indices
    return [
        columns.laid(name, np.sort(where), names[name], money.get(name), choices)
        for name, where in places.items()
    ]


def _costs(
    legs: pd.DataFrame, market: Market, key: str, currency: str | None
) -> dict[Any, tuple[float, str, str]]:
    """Return cost, where it comes from and the currency of each key that is in one currency."""
    totals = aggregate.total(legs, market, by=[key], currency=currency).drop_duplicates(key, keep=False)
    is_paid = totals["cost"].notna()
    cost = totals["cost"].where(is_paid, totals["value"])
    source = is_paid.map({True: ENTRY, False: MODEL_VALUE})
    return dict(zip(totals[key], zip(cost, source, totals["currency"], strict=True), strict=True))


def _names(legs: pd.DataFrame, key: str, by: str) -> dict[Any, dict[str, Any]]:
    """Return what each position is called."""
    grouped = legs.groupby(key, sort=False)
    table = grouped.agg(underlying=("underlying", "first"), count=("underlying", "nunique"))
    table["underlying"] = table["underlying"].where(table["count"] == 1, "")
    table["strategy"], table["lots"], table["legs"] = "", np.nan, ""
    if by == "strategy":
        table["strategy"], table["lots"], table["legs"] = (
            grouped["strategy"].first(),
            lots(legs),
            describe_legs(legs),
        )
    rows = table.drop(columns="count").to_dict("index")
    return {name: {str(column): value for column, value in row.items()} for name, row in rows.items()}


def _fx(legs: pd.DataFrame, market: Market, currency: str | None) -> Array:
    if currency is None:
        return np.ones(len(legs))
    return aggregate.fx_factors(legs["currency"], market, currency.upper()).to_numpy(dtype=float)


def _years_to(legs: pd.DataFrame, market: Market, choices: Choices) -> Array | None:
    """Return the years from now to the close of the day that was asked for, where each leg trades."""
    if choices.on is None:
        return None
    now = as_of_instants(legs, market.known_as_of)
    seconds = (as_of_instants(legs, choices.on) - now).dt.total_seconds()
    return np.asarray(seconds / SECONDS_PER_YEAR, dtype=np.float64)


def _smiles_of(legs: pd.DataFrame, smiles: pd.DataFrame) -> dict[tuple[Hashable, ...], Skew]:
    """Return the smile of each underlying and expiry: of the chain's series, else of the legs themselves."""
    keys = ["underlying", "expiry", "strike"]
    own = legs.loc[legs["kind"].isin(OPTIONS) & (legs["years"] > 0), [*keys, "vol"]]
    listed = pd.MultiIndex.from_frame(smiles[keys[:2]])
    own = own[~pd.MultiIndex.from_frame(own[keys[:2]]).isin(listed)]
    every = pd.concat([smiles[[*keys, "vol"]], own]).dropna()
    mean = every.groupby(keys)["vol"].mean().reset_index()
    return {
        pair: Skew(part["strike"].to_numpy(float), part["vol"].to_numpy(float), is_listed=pair in listed)
        for pair, part in mean.groupby(keys[:2])
    }


class _Columns:
    """The columns of all legs as arrays, so that each position is a few slices."""

    def __init__(
        self,
        legs: pd.DataFrame,
        ahead: Dividends,
        factor: Array,
        contracts: list[str],
        on: Array | None,
        smiles: Mapping[tuple[Hashable, ...], Skew],
    ) -> None:
        kind = legs["kind"]
        self.sign = kind.map({"call": 1.0, "put": -1.0}).fillna(0.0).to_numpy(dtype=float)
        self.inputs = [legs[name].to_numpy(dtype=float) for name in MODEL_INPUTS]
        self.units = (legs["quantity"] * legs["multiplier"]).to_numpy(dtype=float) * factor
        self.value = legs["value"].to_numpy(dtype=float) * factor
        self.entry = legs["entry"].where(kind == "future").to_numpy(dtype=float)
        self.american = (legs["model"] == "american").to_numpy()
        self.delivers = (legs["style"] == "american").to_numpy()
        self.is_settled = (legs["spot_source"] == "settle").to_numpy()
        self.underlying = legs["underlying"].to_numpy(dtype=object)
        self.expiry = legs["expiry"].to_list()
        self.priced = legs["status"].isin(PRICED).to_numpy()
        self.status = legs["status"].to_numpy(dtype=object)
        words = set(legs["dividend_model"]) - {""}
        self.models = Models(dividend_model=words.pop()) if words else Models()
        self.ahead, self.contracts, self.on, self.smiles = ahead, contracts, on, smiles

    def laid(
        self,
        key: Any,  # noqa: ANN401 - as the table has it
        where: np.ndarray,
        names: dict[str, Any],
        money: tuple[float, str, str] | None,
        choices: Choices,
    ) -> Laid:
        """Lay out the legs in some places."""
        years = self.inputs[2][where]
        is_over = self.is_settled[where] | ((years <= 0) & (years != np.nanmax(years, initial=-1.0)))
        live = where[~is_over]
        status = self._status(where, live, money)
        cost, source, currency = money or (np.nan, "", "")
        in_percent = len(set(self.underlying[live])) > 1
        days = {float(self.inputs[2][place]): self.expiry[place] for place in live if self._expires(place)}
        on = None if self.on is None or not live.size else float(self.on[live[0]])
        names = {**names, "currency": currency}
        called = [self.contracts[place] for place in live]
        position = None
        if status == "ok":
            settled = float(self.value[where[is_over]].sum())
            position = self._position(live, cost, settled, choices, in_percent=in_percent)
        return Laid(key, names, position, status, source, days, called, in_percent, on)

    def _expires(self, place: int) -> bool:
        return bool(self.sign[place] != 0 or not np.isnan(self.entry[place]))

    def _status(self, where: np.ndarray, live: np.ndarray, money: tuple[float, str, str] | None) -> str:
        bad = where[~self.priced[where]]
        if bad.size:
            return str(self.status[bad[0]])
        if not live.size:
            return "nothing_left"
        if money is None:
            return "two_currencies"
        spots = {(self.underlying[place], self.inputs[0][place]) for place in live}
        return "ok" if len(spots) == len(set(self.underlying[live])) else "mixed_spots"

    def _position(
        self, live: np.ndarray, cost: float, settled: float, choices: Choices, *, in_percent: bool
    ) -> Position:
        spot, strike, years, rate, dividend_yield, vol = (column[live] for column in self.inputs)
        vol = np.where((self.sign[live] != 0) & np.isnan(vol), 0.0, vol)  # marked without time value
        unit = spot / PERCENT if in_percent else np.ones(len(live))
        ahead = Dividends(self.ahead.years[live], self.ahead.amounts[live] / unit[:, None])
        option = Option(
            self.sign[live],
            spot / unit,
            strike / unit,
            years,
            rate,
            dividend_yield,
            ahead,
            self.american[live],
        )
        smiles = {
            float(self.inputs[2][place]): self.smiles[key]
            for place in live
            if not in_percent and (key := (str(self.underlying[place]), self.expiry[place])) in self.smiles
        }
        return Position(
            units=self.units[live] * unit,
            option=option,
            vol=vol,
            entry=self.entry[live] / unit,
            spot=float(option.spot[0]),
            cost=float(cost),
            settled=settled,
            models=self.models,
            rule=choices.rule,
            smiles=smiles,
            delivers=self.delivers[live],
        )
