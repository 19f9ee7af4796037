"""The cheapest reading of a pool: strategies that cover every contract exactly once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optlab.strategy.candidates import Candidates, find_candidates, join
from optlab.strategy.exhaustive import read_exhaustively
from optlab.strategy.greedy import draw, take_greedily
from optlab.strategy.pool import Floats, Ints, Pool
from optlab.strategy.program import TOLERANCE, Rules, leaves_idle, relax, solve

EASY, EASY_LARGE = 400, 200
"""So many candidates that may come in several lots are solved at once; more, part by part. The second is for more
contracts than `SMALL`, where branches take longer."""

SMALL = 40

MOST = 1_500
"""So many candidates at all are solved at once."""

PART = 14
"""Contracts of a part that is read anew."""

NEARNESS = ((1.0, 1.0), (1.0, 0.1), (0.1, 1.0))
"""What strike and expiry count for in the nearness of two strategies, one try after another."""

PART_NODES = 10
"""Branches that the solver may look at for a part."""

ROUNDS = 24
"""The most parts that are read anew."""


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to make up a pool from strategies.

    Parameters
    ----------
    candidates : Candidates
        The strategies in it, in a fixed order.
    lots : ndarray of float
        How many lots of each.
    bound : float
        What no reading costs less than.
    """

    candidates: Candidates
    lots: Floats
    bound: float

    @property
    def cost(self) -> float:
        """The sum of what its strategies cost."""
        return float(self.candidates.cost.sum())

    @property
    def naked(self) -> float:
        """The calls and puts that no leg of their own strategy covers, in units of the underlying."""
        return float(self.candidates.naked @ self.lots)

    @property
    def gap(self) -> float:
        """How much less another reading could cost at most, as a fraction; 0 where this one is proven."""
        return max(self.cost - self.bound, 0.0) / max(self.cost, 1.0)

    @property
    def is_proven(self) -> bool:
        """Whether no other reading costs less."""
        return self.gap <= TOLERANCE


def cheapest(pool: Pool) -> Reading:
    """Return the cheapest reading of a pool; of large ones the best that was found, with its gap."""
    found = find_candidates(pool)
    parts = [_cheapest_part(pool, found.take(part)) for part in components(pool, found)]
    return Reading(
        join([part.candidates for part in parts]),
        np.concatenate([part.lots for part in parts]),
        sum(part.bound for part in parts),
    )


def _cheapest_part(pool: Pool, found: Candidates) -> Reading:
    if len(found) == 1:
        return Reading(found, found.most, float(found.cost.sum()))
    tried = read_exhaustively(pool, found)
    if tried is not None:
        return reading_of(found, tried, float(found.cost[tried > 0].sum()))
    if _is_easy(found):
        lots, bound = solve(pool, found, Rules())
        if not np.isnan(lots).any():
            return reading_of(found, lots, bound)
    relaxed = relax(pool, found)
    start = take_greedily(pool, found, np.nan_to_num(relaxed.lots / found.most))
    return reading_of(found, _improved(pool, found, start), relaxed.bound)


def _is_easy(found: Candidates) -> bool:
    """Say whether a pool is solved at once; what is not would take too long, and is read part by part."""
    contracts = len(np.unique(found.sources[found.sources >= 0]))
    return len(found) <= MOST and (~found.is_once).sum() <= (EASY if contracts <= SMALL else EASY_LARGE)


def reading_of(found: Candidates, lots: Floats, bound: float) -> Reading:
    """Make a reading of lots; an odd lot of shares goes with the whole lots where these stand alone too."""
    lots = lots.copy()
    for source in np.unique(found.sources[found.is_share, 0]):
        alone = np.flatnonzero(found.is_share & (found.sources[:, 0] == source) & (lots > 0))
        lots[alone[:1]] = lots[alone].sum()
        lots[alone[1:]] = 0.0
    chosen = lots > 0
    return Reading(found.take(chosen), lots[chosen], bound)


def components(pool: Pool, found: Candidates) -> list[Ints]:
    """Return the candidates by the parts of the pool that share no strategy, in the order of their first items."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - heavy

    items, candidates = _draws(pool, found)
    table = coo_array((np.ones(len(items)), (items, candidates)), shape=(pool.item_count, len(found)))
    _, labels = connected_components(table @ table.T, directed=False)
    label = np.zeros(len(found), dtype="int64")
    label[candidates] = labels[items]
    return [np.flatnonzero(label == number) for number in dict.fromkeys(labels.tolist())]


def _draws(pool: Pool, found: Candidates) -> tuple[Ints, Ints]:
    """Return which item each candidate may draw on, as two columns: items and candidates."""
    first = np.array([items[0] for items in pool.items])
    last = np.array([items[-1] for items in pool.items])
    numbers, places = np.nonzero(found.sources >= 0)
    sources = found.sources[numbers, places]
    width = last[sources] - first[sources] + 1
    offsets = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
    return np.repeat(first[sources], width) + offsets, np.repeat(numbers, width)


# --- large pools: part by part ------------------------------------------------------------------------------


def _improved(pool: Pool, found: Candidates, lots: Floats) -> Floats:
    """Take strategies that lie together out of a reading, read their contracts anew, and so on, the dearest first.

    It ends when no part can be read for less, or after so many parts; no clock has a say.
    """
    tried: set[tuple[int, ...]] = set()
    for _ in range(ROUNDS):
        part = _next_part(pool, found, lots, tried)
        if part is None:
            break
        tried.add(tuple(part.tolist()))
        lots = _read_anew(pool, found, lots, part)
    return lots


def _next_part(pool: Pool, found: Candidates, lots: Floats, tried: set[tuple[int, ...]]) -> Ints | None:
    """Return strategies that were not tried yet: the dearest one by legs, and those nearest in strike and expiry.

    There are so many of them as hold no more than `PART` contracts.
    """
    there = np.flatnonzero(lots > 0)
    legs = (found.sources[there] >= 0).sum(axis=1)
    places = np.array([_middle(pool, found, int(number)) for number in there])
    spread = np.maximum(np.ptp(places, axis=0), 1e-9)
    dearest = np.argsort(-found.cost[there] / legs, kind="stable")
    for nearness in NEARNESS:
        for seed in dearest:
            distance = np.abs(places - places[seed]) / spread @ np.array(nearness)
            order = np.argsort(distance, kind="stable")
            part = np.sort(there[order[np.cumsum(legs[order]) <= PART]])
            if tuple(part.tolist()) not in tried:
                return part
    return None


def _middle(pool: Pool, found: Candidates, number: int) -> Floats:
    sources = found.sources[number][found.sources[number] >= 0]
    options = sources[~pool.is_stock[sources]]
    if not len(options):
        return np.zeros(2)
    return np.array([pool.strike[options].mean(), pool.day[options].mean()])


def _read_anew(pool: Pool, found: Candidates, lots: Floats, part: Ints) -> Floats:
    kept = lots.copy()
    kept[part] = 0.0
    left = pool.quantity[: pool.item_count].copy()
    for number in np.flatnonzero(kept):
        draw(pool, found, int(number), kept[number], left)
    quantity = np.array([left[list(items)].sum() for items in pool.items])
    freed = replace(pool, quantity=quantity)
    most = _most(freed, found)
    usable = np.flatnonzero(most > TOLERANCE)
    few = replace(found.take(usable), most=most[usable])
    solution = solve(freed, few, Rules(), nodes=PART_NODES)
    if (
        np.isnan(solution.lots).any()
        or few.cost[solution.lots > 0].sum() >= found.cost[part].sum() - TOLERANCE
    ):
        return lots
    kept[usable] += solution.lots
    return lots if leaves_idle(pool, found, kept) else kept


def _most(pool: Pool, found: Candidates) -> Floats:
    """Return the most lots of each candidate that a pool allows."""
    is_leg = found.sources >= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        lots = np.where(is_leg, pool.quantity[found.sources] / found.counts, np.inf).min(axis=1)
    return np.where(found.is_share, lots, np.floor(lots + TOLERANCE))
