"""The first solution of a pool, strategy by strategy."""

from __future__ import annotations

import numpy as np

from optlab.strategy.candidates import Candidates
from optlab.strategy.pool import Floats, Ints, Pool
from optlab.strategy.program import leaves_idle


def take_greedily(pool: Pool, found: Candidates, hint: Floats | None = None) -> Floats:
    """Return the lots of each candidate in a reading made by taking what saves most, then the next, and so on.

    A strategy saves what its legs cost by themselves, less its own cost. ``hint`` puts first what has more of it.
    Where that leaves short options naked beside stock, stock covers them before anything else.
    """
    order = _by_saving(found, np.zeros(len(found)) if hint is None else hint)
    lots = _taken_in_order(pool, found, order)
    if leaves_idle(pool, found, lots):
        lots = _taken_in_order(pool, found, np.concatenate([_stock_with_one(pool, found), order]))
    return lots


def _taken_in_order(pool: Pool, found: Candidates, order: Ints) -> Floats:
    left = pool.quantity[: pool.item_count].copy()
    lots = np.zeros(len(found))
    for number in order:
        taken = _possible(pool, found, int(number), left)
        draw(pool, found, int(number), taken, left)
        lots[number] += taken
    return lots


def _stock_with_one(pool: Pool, found: Candidates) -> Ints:
    """Return the covered calls and covered puts: stock and one short option that it covers."""
    is_leg = found.sources >= 0
    has_stock = (pool.is_stock[found.sources] & is_leg).any(axis=1)
    is_sold = ((pool.side[found.sources] < 0) & ~pool.is_stock[found.sources] & is_leg).any(axis=1)
    return np.flatnonzero((is_leg.sum(axis=1) == 2) & has_stock & is_sold & (found.naked == 0))


def _by_saving(found: Candidates, hint: Floats) -> Ints:
    """Return the candidates that save anything, those that save most first, single legs last."""
    is_leg = found.sources >= 0
    is_single = is_leg.sum(axis=1) == 1
    alone = np.zeros(found.sources.max(initial=0) + 2)
    alone[found.sources[is_single, 0]] = found.cost[is_single]
    saved = alone[found.sources].sum(axis=1, where=is_leg) - found.cost
    order: Ints = np.lexsort([-saved, -hint, is_single])
    return order[(saved > -1e-9)[order]]


def _legs(pool: Pool, found: Candidates, number: int) -> list[tuple[list[int], float]]:
    """Return what one lot of a candidate takes: the items of each leg, and how much of them together."""
    return [
        (list(pool.items[source]), float(count))
        for source, count in zip(found.sources[number], found.counts[number], strict=True)
        if source >= 0
    ]


def _possible(pool: Pool, found: Candidates, number: int, left: Floats) -> float:
    """Return the most lots of one candidate that what is left allows."""
    possible = min(left[items].sum() / count for items, count in _legs(pool, found, number))
    return float(possible if found.is_share[number] else np.floor(possible + 1e-9))


def draw(pool: Pool, found: Candidates, number: int, lots: float, left: Floats) -> None:
    """Take lots of one candidate out of what is left of each item, the first items first."""
    for items, count in _legs(pool, found, number):
        wanted = lots * count
        for item in items:
            given = min(wanted, left[item])
            left[item] -= given
            wanted -= given
