"""Trying all readings of a few contracts gives what the solver gives, or says that it would take too long."""

from __future__ import annotations

import numpy as np
import pytest

from loose_books import MIDDLE, book, call, pool_of, put, random_book, stock
from optlab.strategy import exhaustive
from optlab.strategy.candidates import find_candidates
from optlab.strategy.exhaustive import read_exhaustively
from optlab.strategy.program import Rules, solve


@pytest.mark.parametrize("seed", range(40))
def test_it_costs_what_the_solver_s_reading_costs(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhaustive, "TRIES", 20_000)
    pool = pool_of(random_book(seed))
    found = find_candidates(pool)
    lots = read_exhaustively(pool, found)
    if lots is None:
        return
    assert found.cost[lots > 0].sum() == pytest.approx(solve(pool, found, Rules()).bound, abs=1e-5)


def test_most_books_of_a_few_options_are_small_enough() -> None:
    pools = [
        pool_of(book(call(1, 100), call(-2, 105), put(1 + n, 90), put(-1, 95, MIDDLE))) for n in range(5)
    ]
    assert all(read_exhaustively(pool, find_candidates(pool)) is not None for pool in pools)


def test_every_contract_is_taken() -> None:
    pool = pool_of(book(call(3, 100), call(-5, 105), call(2, 110)))
    found = find_candidates(pool)
    lots = read_exhaustively(pool, found)
    assert lots is not None
    taken = np.zeros(pool.item_count)
    for number in np.flatnonzero(lots):
        taken[found.sources[number][found.sources[number] >= 0]] += (
            lots[number] * found.counts[number][found.sources[number] >= 0]
        )
    assert taken.tolist() == pool.quantity.tolist()


def test_what_it_can_t_do_it_leaves_to_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stock, a contract traded at two times, and more than it may try."""
    times = [{**call(1, 100), "traded_at": f"2026-10-01T15:0{minute}"} for minute in range(2)]
    for rows in ([stock(100), call(-1, 110)], times):
        pool = pool_of(book(*rows))
        assert read_exhaustively(pool, find_candidates(pool)) is None
    monkeypatch.setattr(exhaustive, "TRIES", 1)
    pool = pool_of(book(call(1, 100), call(-1, 105)))
    assert read_exhaustively(pool, find_candidates(pool)) is None
