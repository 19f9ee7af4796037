"""The dialects of plain tables: `generic`, any file with recognisable columns, and `canonical`, our own exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab import legs as leg_table
from optlab.columns import COLUMNS, DTYPES, LEG_COLUMNS
from optlab.errors import Problem, ReadError
from optlab.readers.cells import EFFECT_WORDS, SIDE_WORDS, CellError
from optlab.readers.columns import (
    LEG_ALIASES,
    POSITION_NEEDS,
    match_columns,
    missing_columns,
    normalized,
    of_dividends,
)
from optlab.readers.contracts import contracts
from optlab.readers.dates import DATE_FIX, DateOrder, iso, moment, proven_order, time_of_day
from optlab.readers.distinct import map_distinct
from optlab.readers.net_prices import FIX as NET_PRICE_FIX
from optlab.readers.net_prices import disagreements
from optlab.readers.rows import FIXES, Moments, Rows
from optlab.readers.sides import sign_quantities
from optlab.readers.tables import RawTable
from optlab.readers.timestamps import read_timestamps

ZERO_QUANTITY = "zero quantity"
TOTAL = "total"
TOTAL_WORDS = ("total", "totals", "subtotal", "sub-total", "grand total", "sum", "account total")
MOST_NAMED = 8
DISCRIMINATOR = "datadiscriminator"
"""The column that tells the kinds of rows in Interactive Brokers' activity statement."""


class Parsed(NamedTuple):
    """What became of a table's rows."""

    legs: pd.DataFrame
    problems: tuple[Problem, ...]
    ignored: Mapping[str, int]
    notices: tuple[str, ...]
    broken_groups: tuple[tuple[str, str], ...] = ()


def parse_generic(table: RawTable, order: DateOrder | None) -> Parsed:
    """Turn rows of any plain layout into legs.

    A row says its contract in columns of its own, in one symbol, or in both if they agree. What it leaves out
    comes from the exchange's list of roots, else it is American, settled at the close and in dollars. For the
    signs of quantities see `optlab.readers.sides`.

    Raises
    ------
    ReadError
        If the header lacks a column that every leg needs, two columns mean the same, or the rows of one trade
        are several.
    """
    _refuse_statement(table)
    missing = of_dividends(table.file, table.header) or missing_columns(
        table.file, table.header, LEG_ALIASES, POSITION_NEEDS
    )
    if missing:
        raise missing
    columns = match_columns(table.file, table.header, LEG_ALIASES)
    rows = Rows(table, columns)
    legs = _legs(rows, order)
    return finish(rows, legs, _notices(table, columns.ignored))


def _refuse_statement(table: RawTable) -> None:
    """Refuse Interactive Brokers' activity statement: its ClosedLot and SubTotal rows repeat what Order rows say."""
    if DISCRIMINATOR in map(normalized, table.header):
        raise ReadError(
            f"{table.file}: is an Interactive Brokers activity statement, which counts a trade in several rows. "
            "Fix: keep only the Order rows of the Trades section, without the column DataDiscriminator."
        )


def _legs(rows: Rows, order: DateOrder | None) -> pd.DataFrame:
    """Set every canonical column; what cannot be read is blamed on its row and left empty."""
    legs = contracts(rows, order)
    sides = rows.words("side", SIDE_WORDS, "is neither buy nor sell", "write buy or sell")
    effects = rows.words("effect", EFFECT_WORDS, "is neither open nor close", "write open or close")
    legs["side"] = map_distinct(sides, lambda said: said.partition(" ")[0], object)
    implied = map_distinct(sides, lambda said: said.partition(" ")[2], object)
    legs["effect"] = np.where(effects != "", effects, implied)
    for name in LEG_COLUMNS:
        if name.startswith("source_"):
            continue
        if name not in legs and COLUMNS[name].type == "text":
            legs[name] = rows.text(name)
        elif name not in legs and COLUMNS[name].type == "number":
            legs[name] = rows.numbers(name)
    name, moments = _traded_at(rows, order)
    legs["traded_at"] = rows.instants(name, moments, legs.assign(settlement="pm"))
    is_missing = legs["quantity"].isna().to_numpy() & ~rows.is_blamed("quantity")
    rows.blame(is_missing, "quantity", "is missing", FIXES["quantity"])
    signed = sign_quantities(legs)
    fix = "write sell, or a positive quantity"
    rows.blame(signed.is_contradiction, "quantity", "is negative on a row that buys", fix)
    return legs.assign(quantity=signed.quantity, net_price=signed.net_price)


def _traded_at(rows: Rows, order: DateOrder | None) -> tuple[str, Moments]:
    """Return the column that says when a row was traded; a time of day of its own is joined to the date."""
    if "traded_time" not in rows.columns:
        return "traded_at", rows.moments("traded_at", order)
    if "traded_at" not in rows.columns:
        return "traded_time", rows.moments("traded_time", order)
    days = pd.Series(rows.iso("traded_at", order), dtype="str")
    if read_timestamps(rows.raw("traded_time")).is_read.all():
        return "traded_at", rows.moments("traded_time", None)
    known = order or proven_order(rows.raw("traded_time").unique().tolist())
    times = pd.Series(rows.text("traded_time", lambda cell: _time(cell, known)), dtype="str")
    is_whole = times.str.match(r"\d{4}-")
    is_clock = (times != "") & ~is_whole
    is_undated = (is_clock & (days == "")).to_numpy() & ~rows.is_blamed("traded_at")
    rows.blame(is_undated, "traded_at", "is missing beside a time of day", DATE_FIX)
    days = days.mask(is_clock & (days.str.len() == len("2026-10-02")), days + " " + times)
    return "traded_at", rows.moments("traded_at", None, days.mask(is_whole, times))


def _time(cell: str, order: DateOrder | None) -> str:
    """Read a cell of the time column: a time of day, or a date and time that needs no other column."""
    try:
        return time_of_day(cell)
    except CellError as fault:
        try:
            return iso(moment(cell, order))
        except CellError:
            raise fault from None


def _notices(table: RawTable, ignored: Sequence[str]) -> tuple[str, ...]:
    notices = list(table.notices)
    if not table.rows:
        notices.append(f"{table.file}: has a header and no rows.")
    if ignored:
        notices.append(f"{table.file}: columns that are not used: {', '.join(ignored)}.")
    return tuple(notices)


def finish(rows: Rows, legs: pd.DataFrame, notices: tuple[str, ...]) -> Parsed:
    """Check the rows against the rules of the canonical table, and set those at fault aside, whole."""
    if "source_file" not in legs:
        legs = legs.assign(source_file=rows.table.file, source_line=rows.table.lines)
    table = pd.DataFrame({name: legs[name].astype(DTYPES[COLUMNS[name].type]) for name in LEG_COLUMNS})
    _blame_faults(rows, table)
    for row, reason in disagreements(table[~rows.is_blamed()]).items():
        rows.found.setdefault((int(str(row)), "net_price"), (str(reason), NET_PRICE_FIX))
    is_total = _is_total(table)
    is_zero = (table["quantity"] == 0).to_numpy() & ~is_total
    is_kept = ~rows.is_blamed() & ~is_zero & ~is_total
    classes = {ZERO_QUANTITY: int(is_zero.sum()), TOTAL: int(is_total.sum())}
    ignored = {**rows.table.ignored, **{name: count for name, count in classes.items() if count}}
    problems = tuple(sorted([*rows.table.problems, *rows.problems(excused=is_zero | is_total)], key=_by_line))
    notices = (*notices, *_assumptions(rows.table.file, legs[is_kept]))
    broken = _broken_groups(table, is_kept | is_zero | is_total)
    if broken:
        names = ", ".join(dict.fromkeys(group for _, group in broken))
        notices = (*notices, f"{rows.table.file}: groups that lost a row to a problem: {names}.")
        # What is left of a package was not traded at its price.
        keys = zip(table["account"], table["group"], strict=True)
        table["net_price"] = table["net_price"].mask(np.array([key in set(broken) for key in keys]))
    return Parsed(table[is_kept].reset_index(drop=True), problems, ignored, notices, tuple(broken))


def _is_total(table: pd.DataFrame) -> np.ndarray:
    """Say which rows are a spreadsheet's own sums: the word stands where a contract would."""
    words = table["symbol"].where(table["symbol"] != "", table["underlying"]).str.strip(" :").str.casefold()
    return np.asarray(words.isin(TOTAL_WORDS) & table["strike"].isna())


def _assumptions(file: str, legs: pd.DataFrame) -> list[str]:
    """Name what was taken to be in dollars, for want of a word in the file or in the list of roots."""
    if "is_dollar_assumed" not in legs or not legs["is_dollar_assumed"].any():
        return []
    names = sorted(set(legs.loc[legs["is_dollar_assumed"], "underlying"]))
    shown = ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
    return [f"{file}: no currency is given for {shown}: taken as USD, and options as 100 units a contract."]


def _by_line(problem: Problem) -> int:
    return problem.line


def _broken_groups(table: pd.DataFrame, is_whole: np.ndarray) -> list[tuple[str, str]]:
    """List the groups, each with its account, that lost a row and of which others are left."""
    if is_whole.all():
        return []
    keys = pd.Series(
        list(zip(table["account"].map(str), table["group"].map(str), strict=True)), dtype="object"
    )
    lost = keys[~is_whole & (table["group"] != "").to_numpy()].unique().tolist()
    left = set(keys[is_whole])
    return [key for key in lost if key in left]


def _blame_faults(rows: Rows, table: pd.DataFrame) -> None:
    """Add the rules that the rows break; a cell that could not be read is not called missing as well."""
    unnamed, unknown_close = rows.is_blamed("symbol", "kind", "asset"), rows.is_blamed("currency")
    for fault in leg_table.faults(table):
        if unnamed[fault.row] and fault.column in ("kind", "underlying", "strike", "expiry", "multiplier"):
            continue
        if fault.column == "expiry" and unknown_close[fault.row]:
            continue
        column = fault.column
        if column == "underlying" and "underlying" not in rows.columns and "symbol" in rows.columns:
            column = "symbol"
        rows.found.setdefault((fault.row, column), (fault.reason, fault.fix))
