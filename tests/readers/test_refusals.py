"""A fault in one row refuses a file of quotes, and names the lines of the others."""

from __future__ import annotations

import pytest

from optlab.errors import Problem, ReadError
from optlab.readers.refusals import refuse


def faults(*lines: int) -> list[Problem]:
    """Make a fault for each line."""
    return [Problem("m.csv", line, "spot", "x", "is not a number", "write 5") for line in lines]


@pytest.mark.parametrize(
    ("lines", "more"),
    [
        ((3,), ""),
        ((4, 3), " (1 more problem, line 4)"),
        ((3, 4, 5), " (2 more problems, lines 4, 5)"),
        ((3, 4, 4), " (2 more problems, line 4)"),
        ((3, 4, 5, 6, 7, 8, 9), " (6 more problems, lines 4, 5, 6, 7, 8, ...)"),
    ],
)
def test_the_first_is_told_and_the_others_are_counted(lines: tuple[int, ...], more: str) -> None:
    with pytest.raises(ReadError) as caught:
        refuse(faults(*lines))
    assert str(caught.value) == f"m.csv:3: spot: 'x' is not a number. Fix: write 5.{more}"


def test_without_faults_nothing_is_refused() -> None:
    refuse([])
