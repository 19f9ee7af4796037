"""Valued legs laid out as positions: one for each strategy, for each underlying, or one for the whole book.

Legs on several underlyings hang on one axis: every spot in percent of what it is now, so that strikes, entries and
dividends are taken in percent too, and units in money. What is over already, or can't be priced, is set beside.

Checked by tests/payoff/test_layout.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from optlab import aggregate
from optlab.legs import OPTIONS
from optlab.market import Market
from optlab.payoff.arrays import Indices, LegArrays
from optlab.payoff.choices import Choices
from optlab.payoff.position import Flags, Position, Skew
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends
from optlab.pricing.positions import PRICED
from optlab.strategy import describe_legs, lots
from optlab.times import SECONDS_PER_YEAR, as_of_instants

KEYS = {"strategy": "strategy_id", "underlying": "underlying", "book": "scope"}
"""The column that names what a payoff is of."""

BOOK = "book"

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
    missing : list of str
        The legs without a value: why a strategy is not analysed, or what is left out of all others.
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
    missing: list[str]


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
    if choices.wanted:
        chosen &= valued["strategy_id"].astype("str").str.upper().isin(choices.wanted)
    if choices.underlying is not None:
        chosen &= valued["underlying"] == choices.underlying.upper()
    legs = valued[chosen]
    if legs.empty:
        return []
    ahead = Dividends(*(values[chosen.to_numpy()] for values in ahead))
    legs = legs.assign(**{key: BOOK} if choices.by == "book" else {})
    money = _costs(legs, market, key, choices.currency)
    names = _names(legs, key, choices.by)
    factor = _fx(legs, market, choices.currency)
    on = _years_to(legs, market, choices)
    arrays = LegArrays.of(legs, ahead, factor, _smiles_of(valued, smiles))
    priced, status = legs["status"].isin(PRICED).to_numpy(), legs["status"].to_numpy(dtype=object)
    laid = []
    for name, where in legs.groupby(key, sort=False).indices.items():
        places = np.sort(where)
        bad = places[~priced[places]]
        if bad.size and choices.by != "strategy":
            places = places[priced[places]]  # the rest goes on without them
        rest = _Part(arrays, places, arrays.over(places), bad, [str(status[place]) for place in bad])
        laid.append(_laid(name, names[name], money.get(name), rest, on, choices))
    return laid


class _Part(NamedTuple):
    """The legs of one position: which, which of them are over, and which have no value, with why."""

    arrays: LegArrays
    places: Indices
    is_over: Flags
    bad: Indices
    reasons: list[str]


def _laid(
    key: Any,  # noqa: ANN401 - as the table has it
    names: dict[str, Any],
    money: tuple[float, str, str] | None,
    part: _Part,
    on: Array | None,
    choices: Choices,
) -> Laid:
    """Lay out the legs of one position."""
    arrays, live = part.arrays, part.places[~part.is_over]
    over = part.places[part.is_over]
    delivered = over[arrays.leaves_shares(over)] if choices.after == "held" else over[:0]
    cost, source, currency = money or (np.nan, "", "")
    in_percent = len(set(arrays.underlying[live])) > 1
    status = _status(part, live, money, choices)
    position = contracts = None
    if status == "ok":
        settled = arrays.settled(np.setdiff1d(over, delivered), delivered)
        position, contracts = arrays.position(
            live,
            delivered,
            cost,
            settled,
            choices.rule,
            in_percent=in_percent,
            is_merged=choices.by != "strategy",
        )
    return Laid(
        key=key,
        names={**names, "currency": currency},
        position=position,
        status=status,
        entry_source=source,
        days={float(arrays.years[place]): arrays.expiry[place] for place in live if arrays.ends(place)},
        contracts=contracts or [],
        in_percent=in_percent,
        on=None if on is None or not live.size else float(on[live[0]]),
        missing=[arrays.contracts[place] for place in part.bad],
    )


def _status(part: _Part, live: Indices, money: tuple[float, str, str] | None, choices: Choices) -> str:
    """Say whether the legs of one position can be analysed, or why not."""
    if part.reasons and (choices.by == "strategy" or not part.places.size):
        return part.reasons[0]
    if not live.size:
        return "nothing_left"
    if money is None:
        return "two_currencies"
    spots, names = part.arrays.spot[live], part.arrays.underlying[live]
    if np.isnan(spots).any():
        return "no_spot"
    return "ok" if len({*zip(names, spots, strict=True)}) == len(set(names)) else "mixed_spots"


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
