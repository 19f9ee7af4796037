"""The canonical table: every column with its type, unit and meaning, and the rules that a leg keeps.

One long table, one row per leg, that only grows to the right. `COLUMNS` is the one place that says
what a column is; the docs page, `optlab columns`, the readers and the writers all use it.
Text is never missing (an empty string says "not given"), numbers are NaN and times NaT where not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from optlab.errors import ReadError
from optlab.venues import expiry_instant, find_root, venue_of

KINDS = ("call", "put", "stock", "future", "cash")
OPTIONS = ("call", "put")
STYLES = ("american", "european")

Type = Literal["text", "whole", "number", "time"]
Stage = Literal["read", "name", "join", "price", "sum", "describe", "lean", "shares", "verify"]

DTYPES: dict[Type, Any] = {
    "text": "str",
    "whole": "int64",
    "number": "float64",
    "time": "datetime64[us, UTC]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds.

    Parameters
    ----------
    type : {"text", "whole", "number", "time"}
        How it is stored (`DTYPES`) and written.
    unit : str
        What one unit of the number is.
    meaning : str
        One sentence, with signs and edge cases.
    stage : {"read", "name", "join", "price", "sum", "lean", "shares", "verify"}
        The stage that adds the column.
    """

    type: Type
    unit: str
    meaning: str
    stage: Stage = "read"


COLUMNS: dict[str, Column] = {
    "source_file": Column("text", "", "the file as it was named on the command line; - is standard input"),
    "source_line": Column("whole", "line", "the line in that file, counted from 1"),
    "account": Column("text", "", "the account that holds the leg"),
    "group": Column("text", "", "an order or package id; legs of one group are one strategy"),
    "side": Column("text", "", "buy or sell as the file says it; quantities already have their final sign"),
    "underlying": Column("text", "", "what the contract is written on: MIU, SPX, AAPL"),
    "root": Column("text", "", "the contract's own class or root: MIU, SPXW, AAPL"),
    "kind": Column("text", "", "call, put, stock, future or cash"),
    "strike": Column("number", "price", "the strike; empty for stock, futures and cash"),
    "expiry": Column(
        "time", "UTC", "the instant of expiry; a bare date means the market's close on that day"
    ),
    "settlement": Column("text", "", "am or pm, where the exchange settles on the open or the close"),
    "style": Column("text", "", "american or european exercise"),
    "quantity": Column("number", "contracts", "signed: positive long, negative short; shares for stock"),
    "multiplier": Column("number", "units per contract", "units of the underlying per contract; 1 for stock"),
    "currency": Column("text", "", "the currency of prices and values, as an ISO code"),
    "strike_currency": Column("text", "", "the strike's currency where it is another"),
    "entry": Column("number", "price", "what was paid or received, per unit of underlying, positive"),
    "net_price": Column("number", "price", "the package's net price per lot and unit, positive paid"),
    "mark": Column("number", "price", "the market's price now"),
    "bid": Column("number", "price", "the market's bid now"),
    "ask": Column("number", "price", "the market's ask now"),
    "iv": Column("number", "fraction", "the leg's own implied volatility: 0.25 is 25%"),
    "traded_at": Column("time", "UTC", "when it was traded, if the row is a trade"),
    "effect": Column("text", "", "open, close or empty"),
    "trade_id": Column("text", "", "the trade's own id"),
    "exchange": Column("text", "", "where it was traded"),
    "condition": Column("text", "", "the exchange's condition code of the trade"),
    "symbol": Column("text", "", "the contract symbol as the file has it"),
    "broker_strategy": Column("text", "", "the strategy's name as the file has it"),
    "spot": Column("number", "price", "the underlying's price used for the leg"),
    "rate": Column("number", "fraction per year", "the continuously compounded interest rate: 0.03 is 3%"),
    "dividend_yield": Column("number", "fraction per year", "the continuously compounded dividend yield"),
    "strategy_id": Column("text", "", "the strategy the leg belongs to: underlying and a number", "name"),
    "strategy": Column("text", "", "the strategy's name, from its legs; custom where they have none", "name"),
    "part": Column("whole", "", "1, 2, ... where one row was split over strategies; else 1", "name"),
    "reading": Column(
        "text", "", "how the strategy was found: group, traded together, proven, or not proven (gap)", "name"
    ),
    "spot_source": Column("text", "", "where spot came from, or why there is none", "join"),
    "rate_source": Column("text", "", "where rate came from", "join"),
    "dividend_yield_source": Column("text", "", "where dividend_yield came from", "join"),
    "vol": Column("number", "fraction per year", "the volatility used: 0.25 is 25%", "join"),
    "vol_source": Column("text", "", "where vol came from, or why there is none", "join"),
    "years": Column(
        "number",
        "years",
        "from as_of to expiry, seconds / 31,536,000; 0 expired today, negative earlier",
        "join",
    ),
    "price": Column("number", "price", "the model's price per unit of underlying", "price"),
    "value": Column("number", "currency", "price x quantity x multiplier; negative for a short leg", "price"),
    "delta": Column("number", "units", "change of value per 1.00 of spot", "price"),
    "gamma": Column("number", "units per 1.00", "change of delta per 1.00 of spot", "price"),
    "vega": Column(
        "number", "currency per vol point", "change of value per volatility point (0.01)", "price"
    ),
    "theta": Column("number", "currency per day", "change of value per calendar day", "price"),
    "rho": Column("number", "currency per 1%", "change of value per 1% (0.01) of rate", "price"),
    "status": Column("text", "", "ok, or why the numbers are approximate or missing", "price"),
    "days": Column("number", "days", "calendar days to expiry, with fractions", "price"),
    "moneyness": Column("number", "fraction", "spot / strike - 1: positive means spot above strike", "price"),
    "intrinsic": Column("number", "price", "what exercise now would pay, per unit of underlying", "price"),
    "extrinsic": Column("number", "price", "price - intrinsic; the time value", "price"),
    "cost": Column("number", "currency", "quantity x multiplier x entry; positive paid", "price"),
    "profit": Column("number", "currency", "value - cost; empty where the entry is missing", "price"),
    "profit_percent": Column("number", "percent", "profit / |cost| x 100; empty where cost is zero", "price"),
    "leg_count": Column("whole", "legs", "the number of legs in the total", "sum"),
    "unpriced": Column("whole", "legs", "legs without a price, not in the total", "sum"),
    "no_entry": Column("whole", "legs", "legs without an entry: why cost and profit are empty", "sum"),
    "delta_cash": Column("number", "currency", "delta x spot", "sum"),
    "gamma_cash": Column(
        "number", "currency per 1%", "gamma x spot^2 / 100: change of delta cash per 1%", "sum"
    ),
    "beta_delta": Column(
        "number", "index units", "sum of beta x delta cash / index spot; empty with a missing beta", "sum"
    ),
    "tag": Column("text", "", "what dates, cash or prices add to the name, such as zero cost", "describe"),
    "venue_name": Column(
        "text", "", "what the chosen venue calls it; sold ... for the other side", "describe"
    ),
    "premium": Column(
        "number", "price", "the options' net premium per lot and unit; positive paid", "describe"
    ),
    "premium_percent": Column("number", "fraction", "premium / spot", "describe"),
    "premium_source": Column(
        "text", "", "where the premium is from: net_price, entry, mark or model", "describe"
    ),
    "expiries": Column("text", "", "the expiries as 27NOV26 30DEC26", "describe"),
    "days_nearest": Column("number", "days", "calendar days to the nearest expiry", "describe"),
    "direction_name": Column("text", "", "the textbook direction of the name", "describe"),
    "volatility_name": Column("text", "", "the textbook volatility view of the name", "describe"),
    "cover": Column(
        "text",
        "",
        "covered, covered by account, cash-secured, naked; empty: nothing is short",
        "describe",
    ),
    "naked_calls": Column("number", "units", "short calls that nothing in the account covers", "describe"),
    "naked_puts": Column(
        "number", "units", "short puts that no option and no short stock covers", "describe"
    ),
    "legs": Column("text", "", "the legs as +1 27NOV26 24C / -1 30DEC26 27C", "lean"),
    "direction": Column("text", "", "bullish, bearish, neutral or unclassified by the chosen rule", "lean"),
    "direction_delta": Column("text", "", "direction by the delta rule", "lean"),
    "delta_ratio": Column("number", "fraction", "net delta's share of the strategy's expected move", "lean"),
    "delta_per_lot": Column("number", "fraction", "delta / (lots x multiplier)", "lean"),
    "lots": Column("number", "lots", "how many times the package was traded", "lean"),
    "expected_move": Column(
        "number", "currency", "mean absolute change of value at the nearest expiry", "lean"
    ),
    "horizon": Column("number", "days", "calendar days to the nearest expiry; 30 for stock alone", "lean"),
    "reason": Column("text", "", "why the direction is what it is", "lean"),
    "scope": Column("text", "", "an underlying, or book for all", "shares"),
    "rule": Column("text", "", "how a direction is decided", "shares"),
    "weight": Column("text", "", "what each strategy counts for", "shares"),
    "bullish": Column(
        "number", "fraction", "the share that is bullish; the four shares add up to 1", "shares"
    ),
    "bearish": Column("number", "fraction", "the share that is bearish", "shares"),
    "neutral": Column("number", "fraction", "the share that is neutral", "shares"),
    "unclassified": Column("number", "fraction", "the share of strategies without a value", "shares"),
    "n": Column("whole", "strategies", "how many strategies are counted", "shares"),
    "low": Column("number", "fraction", "the lower end of the bullish share's 95% interval", "shares"),
    "high": Column("number", "fraction", "the upper end of the bullish share's 95% interval", "shares"),
    "number": Column("text", "", "price, delta, gamma, vega, theta or rho, per unit", "verify"),
    "optlab": Column("number", "as the number", "the number by optlab's own kernels", "verify"),
    "vollib": Column("number", "as the number", "the number by py_vollib", "verify"),
    "difference": Column("number", "as the number", "how far apart the two are", "verify"),
    "tolerance": Column("number", "as the number", "how far apart they may be", "verify"),
    "agrees": Column("text", "", "True where the difference lies within the tolerance", "verify"),
}

LEG_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.stage == "read")
"""The canonical columns that reading sets, in order."""


def _form(column: pd.Series) -> str | None:
    """Text is ISO, each cell in its own form; what is a time already needs no form."""
    return None if pd.api.types.is_datetime64_any_dtype(column) else "ISO8601"


class Fault(NamedTuple):
    """One rule that one row breaks: the row's place, the column, why, and the fix."""

    row: int
    column: str
    reason: str
    fix: str


def canonical(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table of legs every canonical column, in order and with its type.

    Parameters
    ----------
    table : DataFrame
        At least ``underlying kind quantity``, and ``strike expiry`` for options. A column that is not
        there is filled: text with the empty string, numbers with NaN, ``source_line`` with 1, 2, ...;
        currency, style, settlement and multiplier as the list of roots says, else USD, american, pm and 100
        (1 for what is no option). An expiry without a time of day, or at 00:00 without a zone or in
        UTC, is a bare date: the market's close on that day.
        Columns that are not canonical are refused.

    Returns
    -------
    DataFrame
        `LEG_COLUMNS`, with a fresh index.

    Raises
    ------
    ReadError
        For an unknown column or a value of the wrong type.
    """
    unknown = [str(name) for name in table.columns if name not in LEG_COLUMNS]
    if unknown:
        raise ReadError(
            f"columns {', '.join(unknown)} are not leg columns. Fix: drop them; see optlab.COLUMNS."
        )
    table = table.reset_index(drop=True)
    columns = {name: _typed(table, name) for name in LEG_COLUMNS}
    legs = pd.DataFrame(columns, columns=list(LEG_COLUMNS))
    legs["root"] = legs["root"].where(legs["root"] != "", legs["underlying"])
    legs = _fill_from_roots(legs)
    is_bare = (legs["expiry"] == legs["expiry"].dt.normalize()).to_numpy(copy=True)
    if is_bare.any():
        codes, distinct = pd.factorize(table.loc[is_bare, "expiry"])
        is_bare[is_bare] = np.array([_is_midnight(cell) for cell in distinct])[codes]
        legs.loc[is_bare, "expiry"] = expiry_instants(legs[is_bare])
    return legs


def _is_midnight(cell: object) -> bool:
    """Say whether a time is 00:00 on its own clock: 20:00-04:00 is midnight in UTC only, and is meant."""
    own = pd.Timestamp(str(cell))
    return own == own.normalize()


def _fill_from_roots(legs: pd.DataFrame) -> pd.DataFrame:
    """Fill what the list of roots knows; elsewhere dollars, American, 100 units."""
    is_option = legs["kind"].isin(OPTIONS)
    codes, distinct = pd.factorize(legs["root"])
    listed = [find_root(code) for code in distinct]
    for name, default in (("currency", "USD"), ("style", "american"), ("settlement", "pm")):
        known = np.array([getattr(root, name, default) for root in listed], dtype=object)[codes]
        is_open = (legs[name] == "") & (is_option | (name == "currency"))
        legs[name] = legs[name].mask(is_open, known).astype("str")
    sizes = np.array([getattr(root, "multiplier", 100.0) for root in listed])[codes]
    legs["multiplier"] = legs["multiplier"].fillna(pd.Series(np.where(is_option, sizes, 1.0), legs.index))
    return legs


def expiry_instants(legs: pd.DataFrame) -> pd.Series:
    """Turn the day in ``expiry`` into the instant of expiry: the market's close, or its open for am.

    Needs ``expiry root currency settlement``; the time of day that is there is dropped.
    """
    days = legs["expiry"].dt.tz_localize(None).dt.normalize()
    keys = [days, legs["root"], legs["currency"], legs["settlement"]]
    codes, distinct = pd.factorize(pd.MultiIndex.from_arrays(keys))
    instants = [
        expiry_instant(day.date(), venue_of(root, currency), settlement)
        for day, root, currency, settlement in distinct
    ]
    column = pd.to_datetime(pd.Series(instants, dtype="object"), utc=True).astype(DTYPES["time"])
    return column.take(codes).set_axis(legs.index)


def _typed(table: pd.DataFrame, name: str) -> pd.Series:
    kind = COLUMNS[name].type
    rows = len(table)
    if name not in table.columns:
        filler = {"text": "", "whole": np.arange(1, rows + 1), "number": np.nan, "time": pd.NaT}[kind]
        return pd.Series(filler, index=range(rows), dtype=DTYPES[kind])
    try:
        if kind == "text":
            return table[name].astype("str").fillna("")
        if kind == "time":
            times: pd.Series = pd.to_datetime(table[name], utc=True, format=_form(table[name]))
            return times.astype(DTYPES[kind])
        values: pd.Series = table[name].astype(DTYPES[kind])
    except (TypeError, ValueError) as error:
        raise ReadError(
            f"column {name} should hold {kind} values: {str(error).partition('. ')[0]}. Fix: convert it first."
        ) from error
    return values


def faults(legs: pd.DataFrame) -> list[Fault]:
    """List every rule that a row of the canonical table breaks, in row order.

    The rules: a known kind, an underlying, a finite quantity, a positive multiplier, for options a positive
    strike, an expiry and a known style; prices are not negative; volatilities lie in 0..500%.
    """
    is_option = legs["kind"].isin(OPTIONS)
    rules = [
        (~legs["kind"].isin(KINDS), "kind", "is no kind of leg", f"write one of {', '.join(KINDS)}"),
        (
            legs["underlying"] == "",
            "underlying",
            "names no underlying",
            "write its ticker, such as MIU or AAPL",
        ),
        (
            ~np.isfinite(legs["quantity"]),
            "quantity",
            "is not a number of contracts",
            "write a signed number, such as 2 or -2",
        ),
        (legs["multiplier"].isna(), "multiplier", "is missing", "write the units per contract, such as 100"),
        (
            legs["multiplier"] <= 0,
            "multiplier",
            "is not positive",
            "write the units per contract, such as 100",
        ),
        (
            is_option & legs["strike"].isna(),
            "strike",
            "is missing for an option",
            "write a price such as 105",
        ),
        (is_option & (legs["strike"] <= 0), "strike", "is not positive", "write a price such as 105"),
        (
            is_option & legs["expiry"].isna(),
            "expiry",
            "is missing for an option",
            "write a date such as 2026-11-27",
        ),
        (
            is_option & ~legs["style"].isin(STYLES),
            "style",
            "is no exercise style",
            "write american or european",
        ),
        *_price_rules(legs),
        *_fraction_rules(legs),
    ]
    found = [
        Fault(int(row), column, reason, fix)
        for broken, column, reason, fix in rules
        for row in np.flatnonzero(np.asarray(broken, dtype=bool))
    ]
    return sorted(found, key=lambda fault: fault.row)


_Rule = tuple["pd.Series[bool]", str, str, str]


def _price_rules(legs: pd.DataFrame) -> list[_Rule]:
    fix = "write the price per unit of underlying as a positive number; the sign belongs to quantity"
    positive = ("entry", "mark", "bid", "ask")
    rules = [(legs[name] < 0, name, "is negative", fix) for name in positive]
    return [*rules, (legs["spot"] <= 0, "spot", "is not positive", "write the underlying's price")]


def _fraction_rules(legs: pd.DataFrame) -> list[_Rule]:
    percent = "write it as a fraction or with a percent sign, such as 0.43 or 43%"
    return [
        (legs["iv"] < 0, "iv", "is a negative volatility", percent),
        (legs["iv"] > 5, "iv", "is a volatility above 500%", percent),
        (legs["rate"].abs() > 1, "rate", "is a rate above 100%", percent),
        (legs["dividend_yield"].abs() > 1, "dividend_yield", "is a yield above 100%", percent),
    ]
