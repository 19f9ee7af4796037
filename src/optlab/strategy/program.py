"""The integer program of a pool: every contract in exactly one strategy, at the least total cost."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optlab.strategy.candidates import Candidates
from optlab.strategy.pool import Bools, Floats, Ints, Pool

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult
    from scipy.sparse import csr_array

NODES = 200
"""Branches that the solver may look at: a limit that does not depend on the clock."""

SECONDS = 30.0
"""The solver is stopped then, whatever it does: for machines far slower than the limit of branches is meant for."""

TOLERANCE = 1e-6

SOLVING = threading.Lock()


@dataclass(frozen=True, eq=False)
class Rules:
    """What a reading must keep to, beside covering every contract exactly once.

    Parameters
    ----------
    naked : float
        The most calls and puts that no leg of their own strategy covers, in units of the underlying.
    other_than : tuple of bool arrays
        Readings that it must differ from, by the candidates in them.
    """

    naked: float = np.inf
    other_than: tuple[Bools, ...] = ()


class Solution(NamedTuple):
    """The lots of each candidate, NaN where none were found, and what no reading costs less than."""

    lots: Floats
    bound: float


class Rows(NamedTuple):
    """Constraints: a matrix, and the bounds of its products."""

    matrix: csr_array
    low: Floats
    high: Floats


def solve(pool: Pool, found: Candidates, rules: Rules, *, nodes: int = NODES) -> Solution:
    """Return the cheapest reading by given candidates.

    Whether a strategy is there is decided in whole numbers; lots then come out whole by themselves, or the program
    is solved again with whole lots.
    """
    program = _Program(pool, found, rules)
    others = np.repeat([True, False, True], [len(program.y), len(program.z), 2])
    loose = np.append(found.is_once, others)
    result = program.run(loose, nodes)
    if result.x is None:
        return Solution(np.full(len(found), np.nan), -np.inf)
    if not program.is_whole(result.x):
        tight = np.append(~found.is_share, np.ones(len(others), dtype=bool))
        result = program.run(tight, nodes)
        if result.x is None:
            return Solution(np.full(len(found), np.nan), -np.inf)
    return Solution(program.lots(result.x), float(result.mip_dual_bound))


def relax(pool: Pool, found: Candidates) -> Solution:
    """Return the reading that parts of strategies would make, and its cost: no reading costs less."""
    program = _Program(pool, found, Rules())
    result = program.run(np.zeros(len(program.charges), dtype=bool))
    if result.x is None:
        return Solution(np.full(len(found), np.nan), -np.inf)
    return Solution(result.x[: len(found)], float(result.fun))


def idle_pairs(pool: Pool, found: Candidates) -> list[tuple[Floats, Bools]]:
    """Return, for calls and for puts, what each candidate leaves naked, and which are stock that could cover it.

    Shares count, and where all options have one size: then every whole lot can cover a contract. An odd lot can't.
    """
    is_shares = found.is_share & (found.cost > 0) & (pool.size[found.sources[:, 0]] == 1.0)
    if len(np.unique(pool.size[~pool.is_stock])) != 1:
        is_shares &= False
    side = pool.side[found.sources[:, 0]]
    return [(found.naked_calls, is_shares & (side > 0)), (found.naked_puts, is_shares & (side < 0))]


def leaves_idle(pool: Pool, found: Candidates, lots: Floats) -> bool:
    """Say whether a reading shows naked options beside stock that could cover them."""
    return any(units @ lots > 0 and (lots[idle] > 0).any() for units, idle in idle_pairs(pool, found))


class _Program:
    """The program of a pool.

    Its variables: x, the lots of each candidate; y, for those of which there can be several, whether it is there
    and so is charged; z, what a source of several items takes from each of them; and whether there are naked calls,
    and naked puts.
    """

    def __init__(self, pool: Pool, found: Candidates, rules: Rules) -> None:
        self.pool, self.found, self.rules = pool, found, rules
        self.several = np.flatnonzero(~found.is_once)
        used = set(found.sources.ravel().tolist())
        self.shares = [
            (source, item)
            for source, items in enumerate(pool.items)
            if len(items) > 1 and source in used
            for item in items
        ]
        counts = (len(found), len(self.several), len(self.shares))
        self.x, self.y, self.z = np.split(np.arange(sum(counts)), np.cumsum(counts)[:-1])
        single = np.where(found.is_once, found.cost, 0.0)
        self.charges = np.concatenate([single, found.cost[self.several], 0.0 * self.z, np.zeros(2)])
        self.most = np.concatenate([found.most, np.ones(counts[1]), np.full(counts[2], np.inf), np.ones(2)])
        self.naked = np.array([sum(counts), sum(counts) + 1])
        self.there = self.x.copy()
        self.there[self.several] = self.y

    def run(self, whole: Bools, nodes: int = NODES) -> OptimizeResult:
        """Solve it with these variables in whole numbers."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - heavy

        with _silence():
            return milp(
                self.charges,
                integrality=whole.astype("int64"),
                bounds=Bounds(0, self.most),
                constraints=[LinearConstraint(*rows) for rows in self._constraints()],
                options={"node_limit": nodes, "time_limit": SECONDS, "mip_rel_gap": 0.0, "presolve": False},
            )

    def is_whole(self, x: Floats) -> bool:
        """Say whether lots that should be whole are."""
        lots = x[: len(self.found)][~self.found.is_share]
        return bool((np.abs(lots - np.round(lots)) < TOLERANCE).all())

    def lots(self, x: Floats) -> Floats:
        """Return the lots of a solution, rounded where they are whole."""
        lots = x[: len(self.found)]
        lots = np.where(self.found.is_share, lots, np.round(lots))
        return np.where(lots > TOLERANCE, lots, 0.0)

    def _constraints(self) -> Sequence[Rows]:
        once = self._each_contract_once()
        return [
            once,
            *self._charged_when_there(),
            self._enough_there(once),
            *self._no_idle_stock(),
            *self._rules(),
        ]

    def _matrix(self, rows: Ints, columns: Ints, values: Floats, height: int) -> csr_array:
        from scipy.sparse import coo_array  # noqa: PLC0415 - heavy

        return coo_array((values, (rows, columns)), shape=(height, len(self.charges))).tocsr()

    def _each_contract_once(self) -> Rows:
        """Take from each item what it holds, and from a source of several what its items give to it."""
        pool, found = self.pool, self.found
        numbers, places = np.nonzero(found.sources >= 0)
        shares = np.array(self.shares, dtype="int64").reshape(-1, 2)
        rows = np.concatenate([found.sources[numbers, places], shares[:, 0], shares[:, 1]])
        columns = np.concatenate([self.x[numbers], self.z, self.z])
        values = np.concatenate([found.counts[numbers, places], -np.ones(len(shares)), np.ones(len(shares))])
        held = np.where([len(items) == 1 for items in pool.items], pool.quantity, 0.0)
        is_used = np.isin(np.arange(len(held)), rows)
        place = np.cumsum(is_used) - 1
        matrix = self._matrix(place[rows], columns, values, int(is_used.sum()))
        return Rows(matrix, held[is_used], held[is_used])

    def _charged_when_there(self) -> list[Rows]:
        rows = np.arange(len(self.several))
        if not len(rows):
            return []
        both = np.concatenate([rows, rows])
        columns = np.concatenate([self.x[self.several], self.y])
        values = np.concatenate([np.ones(len(rows)), -self.found.most[self.several]])
        matrix = self._matrix(both, columns, values, len(rows))
        return [Rows(matrix, np.full(len(rows), -np.inf), np.zeros(len(rows)))]

    def _enough_there(self, once: Rows) -> Rows:
        """Have enough strategies there to hold each contract, counted in every size that they come in.

        It follows from the rest, as what holds h of a contract counts ceil(h / m) of its ceil(q / m) parts of
        size m, but with it the relaxed program comes much nearer to the whole one (Chvatal and Gomory's rounding).
        """
        cells = once.matrix.tocoo()
        is_direct = cells.col < len(self.found)
        closed = np.setdiff1d(np.flatnonzero(once.low > 0), cells.row[~is_direct])
        rows: list[Ints] = []
        columns: list[Ints] = []
        values: list[Floats] = []
        low: list[float] = []
        for row in closed:
            mine = cells.row == row
            candidates = cells.col[mine]
            holds = np.minimum(cells.data[mine] * self.found.most[candidates], once.low[row])
            for size in np.unique(holds):
                rows.append(np.full(len(candidates), len(low)))
                columns.append(self.there[candidates])
                values.append(np.ceil(holds / size - TOLERANCE))
                low.append(np.ceil(once.low[row] / size - TOLERANCE))
        nothing = [np.zeros(0, dtype="int64")]
        matrix = self._matrix(
            np.concatenate(rows or nothing),
            np.concatenate(columns or nothing),
            np.concatenate(values or nothing).astype("float64"),
            len(low),
        )
        return Rows(matrix, np.array(low, dtype="float64"), np.full(len(low), np.inf))

    def _no_idle_stock(self) -> list[Rows]:
        """Have no naked call beside whole lots of long stock that stand alone, nor naked puts beside short stock."""
        found, limits = self.found, []
        for naked, (units, idle) in zip(self.naked, idle_pairs(self.pool, found), strict=True):
            some = np.flatnonzero(units)
            most = float(units @ found.most)
            limits.append(self._at_most(np.append(self.x[some], naked), np.append(units[some], -most), 0.0))
            limits += [
                self._at_most(np.array([self.there[place], naked]), np.ones(2), 1.0)
                for place in np.flatnonzero(idle)
            ]
        return limits

    def _rules(self) -> list[Rows]:
        found, rules = self.found, self.rules
        limits = []
        if np.isfinite(rules.naked):
            limits.append(self._at_most(self.x, found.naked, rules.naked + TOLERANCE))
        if rules.other_than and len(self.several):
            limits.append(self._there_when_charged())
        is_charged = found.cost > 0
        limits += [
            self._at_most(
                self.there, np.where(reading, 1.0, -1.0) * is_charged, (reading & is_charged).sum() - 1.0
            )
            for reading in rules.other_than
        ]
        return limits

    def _there_when_charged(self) -> Rows:
        """Have at least one lot of what is charged: else a reading could differ by what it pays for nothing."""
        rows = np.arange(len(self.several))
        columns = np.concatenate([self.x[self.several], self.y])
        values = np.concatenate([-np.ones(len(rows)), np.minimum(self.found.most[self.several], 1.0)])
        matrix = self._matrix(np.concatenate([rows, rows]), columns, values, len(rows))
        return Rows(matrix, np.full(len(rows), -np.inf), np.zeros(len(rows)))

    def _at_most(self, columns: Ints, values: Floats, limit: float) -> Rows:
        matrix = self._matrix(np.zeros(len(columns), dtype="int64"), columns, values, 1)
        return Rows(matrix, np.array([-np.inf]), np.array([limit]))


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep what the solver's own code prints off standard output, where data goes: it ignores ``disp``.

    One program at a time: of two threads, the second would take the first one's nowhere for standard output.
    """
    with SOLVING:
        try:
            kept = os.dup(1)
        except OSError:
            yield
            return
        yield from _redirected(kept)


def _redirected(kept: int) -> Iterator[None]:
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
