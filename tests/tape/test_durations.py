"""Durations as they are written."""

from __future__ import annotations

import re

import pytest

from optlab.errors import PricingError
from optlab.tape.durations import microseconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [("5ms", 5_000), ("500us", 500), ("1s", 1_000_000), ("0ms", 0), ("0.5 s", 500_000), (".5ms", 500), (0.005, 5_000), (0, 0)],
)  # fmt: skip
def test_a_duration_in_microseconds(written: float | str, expected: int) -> None:
    assert microseconds(written) == expected


@pytest.mark.parametrize("written", ["5", "ms", "-5ms", "5 parsecs", "", -1.0, float("nan"), float("inf")])
def test_what_is_no_duration_says_how_to_write_one(written: float | str) -> None:
    message = f"{written!r} is no duration. Fix: write one such as 5ms, 500us or 1s."
    with pytest.raises(PricingError, match=re.escape(message)):
        microseconds(written)
