"""Small books for tests: rows that say only what matters."""

from __future__ import annotations

from typing import Any

import pandas as pd

from optlab.book import Book, Valuation
from optlab.market import Market

AS_OF = "2026-10-02"
NEAR, FAR = "2026-11-27", "2026-12-30"


def xiaomi(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:  # noqa: ANN401 - any column
    """Make Xiaomi legs of (quantity, kind, strike, expiry) or (quantity, kind)."""
    table = pd.DataFrame(
        [(*row, *(None,) * (4 - len(row))) for row in rows], columns=["quantity", "kind", "strike", "expiry"]
    )
    return table.assign(underlying="MIU", currency="HKD", **columns)


def market(**values: Any) -> Market:  # noqa: ANN401 - Market.of's own arguments
    """Make the market of 2 October 2026 in round numbers."""
    return Market.of(**{"as_of": AS_OF, "spot": 24.24, "vol": 0.43, "rate": 0.027, **values})


def valued(*rows: tuple[Any, ...], **columns: Any) -> Valuation:  # noqa: ANN401 - any column
    """Price Xiaomi legs in that market."""
    return Book.of(xiaomi(*rows, **columns)).price(market())
