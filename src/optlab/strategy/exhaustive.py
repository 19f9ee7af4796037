"""The cheapest reading of a few contracts, by trying all: for these it takes less time than the solver's start."""

from __future__ import annotations

import math

import numpy as np

from optlab.strategy.candidates import Candidates
from optlab.strategy.pool import Floats, Pool

TRIES = 800
"""So many strategies are tried; a pool that needs more goes to the solver."""

SLACK = 1e-9


def read_exhaustively(pool: Pool, found: Candidates) -> Floats | None:
    """Return the lots of each candidate in the cheapest reading, or None where trying all would take too long.

    Pools with stock, or with a contract traded at several times, are left to the solver.
    """
    used = np.unique(found.sources[found.sources >= 0])
    if pool.is_stock[used].any() or (used >= pool.item_count).any():
        return None
    search = _Search(pool, found)
    search.go_on(search.first(), 0, 0.0)
    return None if search.tries > TRIES else search.best_lots


class _Search:
    """A walk over all readings: contract by contract, the strategies that hold it, the most lots first."""

    def __init__(self, pool: Pool, found: Candidates) -> None:
        self.legs = [
            [(int(source), int(count)) for source, count in zip(sources, counts, strict=True) if source >= 0]
            for sources, counts in zip(found.sources, found.counts, strict=True)
        ]
        self.cost = found.cost.tolist()
        self.holding: dict[int, list[int]] = {}
        for number, legs in enumerate(self.legs):
            for item, _ in legs:
                self.holding.setdefault(item, []).append(number)
        self.order = sorted(self.holding, key=lambda item: (len(self.holding[item]), item))
        self.share = {
            item: min(self.cost[number] / len(self.legs[number]) for number in numbers)
            for item, numbers in self.holding.items()
        }
        self.left = {item: int(pool.quantity[item]) for item in self.order}
        self.lots = np.zeros(len(found))
        self.best, self.best_lots, self.tries = math.inf, self.lots.copy(), 0

    def first(self) -> int:
        """Return the first contract that is left, -1 where none is."""
        return next((item for item in self.order if self.left[item]), -1)

    def go_on(self, item: int, start: int, spent: float) -> None:
        """Try all strategies that hold a contract, from a place in their list on; spend no more than the best did."""
        if item < 0:
            if spent < self.best - SLACK:
                self.best, self.best_lots = spent, self.lots.copy()
            return
        holding = self.holding[item]
        for place in range(start, len(holding)):
            number = holding[place]
            legs = self.legs[number]
            for lots in range(min(self.left[one] // count for one, count in legs), 0, -1):
                self.tries += 1
                if self.tries > TRIES:
                    return
                self._take(number, lots)
                charged = spent + self.cost[number]
                if charged + self._least_to_come() < self.best - SLACK:
                    if self.left[item]:
                        self.go_on(item, place + 1, charged)
                    else:
                        self.go_on(self.first(), 0, charged)
                self._take(number, -lots)

    def _take(self, number: int, lots: int) -> None:
        self.lots[number] += lots
        for item, count in self.legs[number]:
            self.left[item] -= count * lots

    def _least_to_come(self) -> float:
        """Return what the contracts that are left cost at least: each its share of the cheapest that holds it."""
        return sum(self.share[item] for item, left in self.left.items() if left)
