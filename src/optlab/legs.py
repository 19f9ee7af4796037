"""The canonical table of legs: how it is made from any table, and the rules that a leg keeps.

One long table, one row per leg, that only grows to the right; `optlab.columns` says what each column is.
Text is never missing (an empty string says "not given"), numbers are NaN and times NaT where not given.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.columns import COLUMNS, DTYPES, LEG_COLUMNS
from optlab.errors import ReadError
from optlab.venues import expiry_instant, find_root, venue_of

KINDS = ("call", "put", "stock", "future", "cash")
OPTIONS = ("call", "put")
STYLES = ("american", "european")


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
