"""The volatilities by strike that a chain has, for whoever prices along them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from listed_chains import listed, rows_of, skewed
from optlab.context import smiles
from optlab.context.smiles import SMILE_COLUMNS
from optlab.market import Market

SMILE = skewed(0.3, -0.2, 0.4)


def test_each_living_expiry_has_its_smile() -> None:
    """The volatilities that the prices were made with, by strike from low to high."""
    market = listed(*rows_of(SMILE, 30), *rows_of(SMILE, 91))
    found = smiles(market, ["HSI", "HSI"])
    assert list(found.columns) == list(SMILE_COLUMNS)
    assert found["expiry"].nunique() == 2
    for _, part in found.groupby("expiry"):
        assert (np.diff(part["strike"]) > 0).all()
        assert part["vol"].min() == pytest.approx(min(part["vol"]))
        assert part["vol"].iloc[0] > part["vol"].iloc[len(part) // 2]


def test_an_underlying_without_a_chain_has_none() -> None:
    """Nor has one that the market does not know; the columns are there all the same."""
    found = smiles(Market.of(as_of="2026-10-02", spot=100.0), ["HSI", "ABC"])
    assert isinstance(found, pd.DataFrame)
    assert found.empty
    assert list(found.columns) == list(SMILE_COLUMNS)


def test_a_chain_that_is_over_has_none() -> None:
    """Its series have expired."""
    assert smiles(listed(*rows_of(SMILE, 30)).at("2028-01-03"), ["HSI"]).empty
