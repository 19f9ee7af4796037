"""The prints of a tape as arrays, in an order that does not depend on the order of the file's rows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optlab.strategy.match import LETTERS
from optlab.tape.conditions import CANCEL, Conditions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).min
"""The time of a print that has none, and the expiry of what does not expire."""

NO_GROUP = ("", "0")
"""What a file's column of package ids says of a print that belongs to none; exchanges write a zero."""

CONTRACT = ["root", "underlying", "kind", "strike", "expiry", "multiplier", "currency"]


@dataclass(frozen=True, eq=False)
class Prints:
    """Columns of prints, a value each; texts are numbered so that equal ones have equal numbers.

    Parameters
    ----------
    row : ndarray of int
        The place in the table.
    time : ndarray of int
        Microseconds, or `NEVER`.
    file, exchange, underlying, market : ndarray of int
        The file, the exchange, the underlying, and what all prints of one package share: these and the account.
    contract, expiry, strike, kind, unit : ndarray
        The contract's number, its expiry in microseconds, its strike, its letter C, P or S, and its multiplier.
    size : ndarray of float
        Contracts, positive.
    side : ndarray of int
        1 bought, -1 sold, where the file says so; else 0.
    price, bid, ask : ndarray of float
        What was paid, and the market's quotes then.
    condition : ndarray of str
        The class of the condition.
    code, group, trade : ndarray of int
        The condition's code, the file's package id and the trade's id; -1 where there is none.
    """

    row: Ints
    time: Ints
    file: Ints
    exchange: Ints
    underlying: Ints
    market: Ints
    contract: Ints
    expiry: Ints
    strike: Floats
    kind: np.ndarray
    unit: Floats
    size: Floats
    side: Ints
    price: Floats
    bid: Floats
    ask: Floats
    condition: np.ndarray
    code: Ints
    group: Ints
    trade: Ints

    def __len__(self) -> int:
        """Count the prints."""
        return len(self.row)

    def take(self, places: NDArray[np.generic]) -> Prints:
        """Return some of the prints, by places or a mask."""
        return replace(self, **{field.name: getattr(self, field.name)[places] for field in fields(self)})

    @property
    def is_option(self) -> Bools:
        """Which prints are options."""
        return np.asarray(self.kind != "S")


def arrange(legs: pd.DataFrame, conditions: Conditions) -> Prints:
    """Put a table of prints in order: by time, then by contract, size, price and what else tells them apart."""
    file, exchange = numbers(legs["source_file"]), numbers(legs["exchange"])
    is_grouped = ~legs["group"].isin(NO_GROUP)
    group = numbers(legs["source_file"], legs["account"], legs["group"])
    trade = numbers(legs["trade_id"])
    prints = Prints(
        row=np.arange(len(legs)),
        time=_microseconds(legs["traded_at"]),
        file=file,
        exchange=exchange,
        underlying=numbers(legs["underlying"]),
        market=numbers(legs["source_file"], legs["exchange"], legs["account"], legs["underlying"]),
        contract=numbers(*(legs[name] for name in CONTRACT)),
        expiry=_microseconds(legs["expiry"]),
        strike=legs["strike"].to_numpy(dtype=np.float64),
        kind=legs["kind"].map(LETTERS).fillna("S").to_numpy(dtype="U1"),
        unit=legs["multiplier"].to_numpy(dtype=np.float64),
        size=legs["quantity"].abs().to_numpy(dtype=np.float64),
        side=_stated_sides(legs, file, np.asarray(conditions.kind == CANCEL)),
        price=legs["entry"].to_numpy(dtype=np.float64),
        bid=legs["bid"].to_numpy(dtype=np.float64),
        ask=legs["ask"].to_numpy(dtype=np.float64),
        condition=conditions.kind,
        code=np.where(conditions.code == "", -1, numbers(pd.Series(conditions.code, dtype="str"))),
        group=np.where(is_grouped, group, -1),
        trade=np.where(legs["trade_id"] == "", -1, trade),
    )
    lines = legs["source_line"].to_numpy()
    keys = ("file", "trade", "code", "ask", "bid", "price", "size", "contract", "market", "time")
    return prints.take(np.lexsort((lines, *(getattr(prints, name) for name in keys))))


def numbers(*columns: pd.Series | np.ndarray) -> Ints:
    """Give a number to each distinct combination, in sorted order: the numbers do not depend on the order of the rows."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        more, distinct = pd.factorize(column, sort=True, use_na_sentinel=False)
        codes = np.unique(codes * (len(distinct) + 1) + more, return_inverse=True)[1]
    return codes.astype(np.int64)


def _microseconds(times: pd.Series) -> Ints:
    clock = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(clock), NEVER, clock.astype(np.int64))


LEAST_SOLD = 0.05
"""Sizes have signs where at least this part of a file's prints is negative; fewer are sold prints among unsigned ones."""


def _stated_sides(legs: pd.DataFrame, file: Ints, is_cancel: Bools) -> Ints:
    """Say which way a print goes where the file does: by its side, or by quantities that have signs."""
    quantity = legs["quantity"].to_numpy(dtype=np.float64)
    is_sided = (legs["side"] != "").to_numpy()
    is_sold = (quantity < 0) & ~is_sided & ~is_cancel
    sold, every = (np.bincount(file, weights=part, minlength=1) for part in (is_sold, ~is_sided & ~is_cancel))
    has_signs = (sold > 0) & (sold >= LEAST_SOLD * every)
    is_final = is_sided | has_signs[file] | is_sold
    return np.where(is_final, np.sign(quantity), 0.0).astype(np.int64)
