"""What strategies are worth at their horizon."""

from __future__ import annotations

import numpy as np
import pytest

from move_cases import RATE, YIELD, packages
from optlab.pricing.black_scholes import prices


def test_worth_adds_stock_payoffs_and_prices() -> None:
    """Stock counts as spot, a near leg as its payoff, a later one as its price with the time it has left."""
    mixed = packages(
        *((2, 0, np.nan, np.nan, np.nan), (-1, -1, 25, 0.1, 0.4), (3, 1, 24, 0.3, 0.5)), horizon=0.1, vol=0.4
    )
    S = np.array([[20.0, 24.0, 30.0]])
    later = prices(1.0, S, 24.0, 0.2, RATE, YIELD, 0.5)
    assert mixed.worth(S) == pytest.approx(2 * S - np.maximum(25 - S, 0) + 3 * later, rel=1e-14)
