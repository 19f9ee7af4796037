"""Files of which every row is needed: a fault in one refuses the whole, and says where the others are."""

from __future__ import annotations

from collections.abc import Sequence

from optlab.errors import Problem, ReadError

SHOWN = 5
"""How many faulty lines an error message lists, and how many numbers a notice."""


def refuse(problems: Sequence[Problem]) -> None:
    """Raise the first of several problems, with the lines of the others; nothing where there are none.

    Parameters
    ----------
    problems : sequence of Problem
        In any order.

    Raises
    ------
    ReadError
        If there is any.
    """
    if not problems:
        return
    first = sorted(problems, key=lambda problem: problem.line)
    lines = list(dict.fromkeys(problem.line for problem in first[1:]))
    shown = ", ".join(str(line) for line in lines[:SHOWN]) + (", ..." if len(lines) > SHOWN else "")
    count = f"{len(first) - 1} more problem{'s' if len(first) > 2 else ''}"
    where = f" ({count}, line{'s' if len(lines) > 1 else ''} {shown})"
    raise ReadError(f"{first[0]}{where if lines else ''}")
