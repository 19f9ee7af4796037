"""Payoffs of small Xiaomi books for tests, in the market of 2 October 2026 in round numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from books import FAR, NEAR, market, xiaomi
from optlab.book import Book
from optlab.payoff import Payoff

SPREAD = xiaomi(
    (1, "call", 25, NEAR), (-1, "call", 28, NEAR), group="spread", multiplier=1000, entry=[1.34, 0.53]
)
DIAGONAL = xiaomi((-1, "call", 27, NEAR), (1, "call", 24, FAR), group="diagonal", multiplier=1000)
PAID_DIAGONAL = DIAGONAL.assign(entry=[0.73, 2.17])
NAKED = xiaomi((-1, "call", 20, "2026-10-08"), group="naked", multiplier=1000, entry=4.5)
BOTH = pd.concat([SPREAD, PAID_DIAGONAL], ignore_index=True)


def payoff(table: pd.DataFrame = BOTH, strategy_id: str | None = None, **choices: Any) -> Payoff:  # noqa: ANN401
    """Analyse a table of legs."""
    return Book.of(table).price(market()).payoff(strategy_id, **choices)
