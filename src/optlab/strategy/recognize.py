"""The strategies of a whole book: given groups are named, loose legs are read at the least cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from optlab.columns import LEG_COLUMNS
from optlab.errors import PricingError
from optlab.legs import canonical, expiry_instants
from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.cover import Reading, cheapest
from optlab.strategy.match import CLOSED, name_packages
from optlab.strategy.packages import GIVEN, GROUP_KEYS, net, number
from optlab.strategy.pool import FINEST, Bools, Floats, Ints, Pool, PoolLegs
from optlab.strategy.rolls import name_rolls

Groups = Literal["keep", "ignore"]

POOL_KEYS = ["account", "underlying", "currency", "strike_currency"]
"""Legs that may belong to one strategy; prices in two currencies can't be compared."""

TOGETHER, PROVEN = "traded together", "proven"
"""How a strategy was found that the file does not group: as its legs were traded, or as the cheapest reading."""

OVER = "is_over"
"""A column that says which legs expired before the day they are looked at."""

IN_PARTS = "not proven (read in parts)"


def recognize(legs: pd.DataFrame, *, groups: Groups = "keep") -> pd.DataFrame:
    """Name the strategies in a table of legs.

    Legs of one group are one strategy, named by its netted legs. Loose legs are read per account and underlying:
    what was traded at one time and has a name is one strategy; of the rest, every contract goes into exactly
    one strategy, so that the sum of what these cost is the least (see docs/methods/recognition.md). A row may be
    split over several strategies.

    Parameters
    ----------
    legs : DataFrame
        The canonical table, or what `optlab.legs.canonical` makes one of.
    groups : {"keep", "ignore"}
        Trust the file's groups, or look for a better reading of all legs.

    Returns
    -------
    DataFrame
        The legs, a split row once for each part, with ``strategy_id strategy part reading``: the underlying and
        a number in order of appearance, the name, 1, 2, ... of a split row, and how the strategy was found.
        Cash belongs to no strategy.

    Raises
    ------
    PricingError
        For another word than keep or ignore.
    ReadError
        If a column that is needed is missing or of the wrong type.

    References
    ----------
    The cover by integer programming is checked in tests/strategy/test_cover.py against all exact covers.
    """
    if groups not in get_args(Groups):
        raise PricingError(f"groups {groups!r} is not known. Fix: use keep or ignore.")
    if not set(LEG_COLUMNS) <= set(legs.columns):
        legs = canonical(legs)
    return name_parts(legs, _parts(legs, is_kept=groups == "keep"))


def name_parts(legs: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Add the strategies to legs, a split row once for each part."""
    is_unsplit = np.array_equal(parts.row, np.arange(len(legs)))
    named = (legs if is_unsplit else legs.iloc[parts.row]).reset_index(drop=True)
    named["quantity"] = parts.quantity
    named["strategy_id"] = number(named, parts.strategy)
    named["strategy"] = _names(named, parts.strategy)
    named["part"] = _part_numbers(parts.row)
    named["reading"] = parts.reading
    return named


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of rows: the row, the number of its strategy or -1, its quantity, and how it was read."""

    row: Ints
    strategy: Ints
    quantity: Floats
    reading: np.ndarray


def _parts(legs: pd.DataFrame, *, is_kept: bool) -> Parts:
    is_leg = (legs["kind"] != "cash").to_numpy()
    is_given = is_leg & (legs["group"] != "").to_numpy() & is_kept
    quantity = legs["quantity"].to_numpy(dtype=np.float64)
    reading = np.where(is_given, GIVEN, "").astype(object)
    strategy = np.full(len(legs), -1, dtype="int64")
    strategy[is_given] = pd.factorize(pd.MultiIndex.from_frame(legs.loc[is_given, GROUP_KEYS]))[0]
    count = int(strategy.max(initial=-1)) + 1
    is_loose = is_leg & ~is_given
    together = _traded_together(legs, is_loose)
    is_together = together >= 0
    strategy[is_together] = together[is_together] + count
    reading[is_together] = TOGETHER
    count = int(strategy.max(initial=-1)) + 1
    whole = np.flatnonzero(~is_loose | is_together)
    pieces = [Parts(whole, strategy[whole], quantity[whole], reading[whole])]
    for piece in _read_pools(legs, is_loose & ~is_together):
        pieces.append(Parts(piece.row, piece.strategy + count, piece.quantity, piece.reading))
        count += int(piece.strategy.max(initial=-1)) + 1
    return _in_row_order(pieces)


def _in_row_order(pieces: list[Parts]) -> Parts:
    row = np.concatenate([piece.row for piece in pieces])
    order = np.argsort(row, kind="stable")
    return Parts(
        row[order],
        np.concatenate([piece.strategy for piece in pieces])[order],
        np.concatenate([piece.quantity for piece in pieces])[order],
        np.concatenate([piece.reading for piece in pieces])[order],
    )


def _names(named: pd.DataFrame, strategy: Ints) -> pd.Series:
    """Return the name of each leg's strategy; strategies are told apart by their numbers, -1 is none."""
    members = named[["kind", "strike", "expiry", "quantity", "multiplier", "effect"]]
    members = members.assign(strategy_id=strategy)[strategy >= 0]
    names = np.full(int(strategy.max(initial=-1)) + 2, CLOSED, dtype=object)
    for found in (name_packages(net(members)), name_rolls(members)):
        names[found.index] = found
    names[-1] = ""
    return pd.Series(names[strategy], index=named.index, dtype="str")


def _part_numbers(row: Ints) -> Ints:
    """Return the number of each part of its row, from 1."""
    return pd.Series(row).groupby(row).cumcount().to_numpy().astype(np.int64) + 1


# --- loose legs ---------------------------------------------------------------------------------------------


def _traded_together(legs: pd.DataFrame, is_loose: Bools) -> Ints:
    """Return a number for what was traded at one time and has a name that may be looked for, else -1."""
    numbers = np.full(len(legs), -1, dtype="int64")
    is_timed = is_loose & legs["traded_at"].notna().to_numpy() & (legs["quantity"] != 0).to_numpy()
    is_timed[is_timed] = ~_is_bare_date(legs[is_timed])
    timed = legs[is_timed]
    occasion = pd.factorize(pd.MultiIndex.from_frame(timed[[*POOL_KEYS, "traded_at"]]))[0]
    netted = net(timed.assign(strategy_id=occasion))
    names = name_packages(netted[netted.groupby("strategy_id")["kind"].transform("size") > 1])
    known = names[[_is_package(name) for name in names]]
    numbers[np.flatnonzero(is_timed)] = np.where(np.isin(occasion, known.index), occasion, -1)
    return numbers


def _is_bare_date(timed: pd.DataFrame) -> np.ndarray:
    """Say which times of trade are but a day, which is the market's close: what else was traded then says nothing."""
    closes = expiry_instants(timed.assign(expiry=timed["traded_at"], settlement="pm"))
    return (closes == timed["traded_at"]).to_numpy()


def _is_package(name: str) -> bool:
    """Say whether what was traded at one time is one strategy by its name: all bought or all sold may be several."""
    line = STRATEGIES.get(name)
    if line is None:
        return False
    return not line.is_group_only or len({leg.sign for leg in line.templates[0].legs}) == 2


def pool_keys(legs: pd.DataFrame) -> pd.DataFrame:
    """Return what legs have in common that may belong to one strategy.

    What closes a position goes with its like, and so does what is over, where that is said.
    """
    return legs[POOL_KEYS].assign(closes=legs["effect"] == "close", is_over=legs.get(OVER, default=False))


def _read_pools(legs: pd.DataFrame, is_loose: Bools) -> list[Parts]:
    """Read the loose legs of each account and underlying; a leg of zero stands by itself."""
    rows = np.flatnonzero(is_loose)
    if not len(rows):
        return []
    codes = pd.factorize(pd.MultiIndex.from_frame(pool_keys(legs[is_loose])))[0]
    columns = PoolLegs.of(legs)
    is_nothing = np.abs(columns.quantity[rows]) < 1.0 / FINEST
    sizes = np.bincount(codes[~is_nothing], minlength=codes.max() + 1)
    is_single = is_nothing | (sizes[codes] == 1)
    single = rows[is_single]
    pieces = [
        Parts(
            single,
            np.arange(len(single)),
            columns.quantity[single],
            np.full(len(single), PROVEN, dtype=object),
        )
    ]
    left = np.abs(columns.quantity)
    order = np.argsort(codes[~is_single], kind="stable")
    several = rows[~is_single][order]
    for pool_rows in np.split(several, np.flatnonzero(np.diff(codes[~is_single][order])) + 1):
        if len(pool_rows):
            pool = columns.pool(pool_rows)
            parts = columns.parts(pool)
            for part in parts:
                piece = share_out(part, cheapest(part), columns.quantity, left, is_part=len(parts) > 1)
                pieces.append(piece)
    return pieces


def share_out(
    pool: Pool, reading: Reading, quantity: Floats, left: Floats, *, is_part: bool = False
) -> Parts:
    """Give each strategy of a reading its contracts out of what is left of the rows, in order."""
    parts: list[tuple[int, int, float]] = []
    chosen = reading.candidates
    for strategy, lots in enumerate(reading.lots):
        for source, count in zip(chosen.sources[strategy], chosen.counts[strategy], strict=True):
            if source >= 0:
                wanted = (
                    count * lots / pool.size[source] if pool.kind[source] == "S" else count * lots * pool.unit
                )
                parts += [(row, strategy, taken) for row, taken in _draw(pool, int(source), wanted, left)]
    parts += _rest(pool, quantity, left, len(reading.lots))
    row, strategies, taken = (np.array(column) for column in zip(*parts, strict=True))
    word = IN_PARTS if is_part else _proof(reading)
    return Parts(row, strategies, taken * np.sign(quantity[row]), np.full(len(row), word, dtype=object))


def _rest(pool: Pool, quantity: Floats, left: Floats, strategy: int) -> list[tuple[int, int, float]]:
    """Give what no strategy took a strategy of its own, row by row: nothing is lost."""
    rows = np.concatenate(pool.rows)
    over = rows[left[rows] > ROUNDING * np.abs(quantity[rows])]
    return [(int(row), strategy + place, float(left[row])) for place, row in enumerate(over)]


def _proof(reading: Reading) -> str:
    if reading.is_proven:
        return PROVEN
    return f"not proven (gap {reading.gap:.0%})" if np.isfinite(reading.gap) else "not proven (no bound)"


def _draw(pool: Pool, source: int, wanted: float, left: Floats) -> list[tuple[int, float]]:
    """Take contracts of a source out of its rows, in order; a rest of rounding stays with the last."""
    drawn = []
    for item in pool.items[source]:
        for row in pool.rows[item]:
            taken = min(wanted, left[row])
            if left[row] - taken <= ROUNDING * left[row]:
                taken = left[row]
            if taken > ROUNDING * max(wanted, 1.0):
                drawn.append((int(row), float(taken)))
                left[row] -= taken
                wanted -= taken
    return drawn


ROUNDING = 1e-9
"""What is left of this part of a quantity is rounding."""
