"""The words under the table of verify: a sentence for each judge, and counts instead of long lists."""

from __future__ import annotations

import pandas as pd

from optlab.pricing.verify import NUMBERS, PY_VOLLIB, QUANTLIB, Verification
from optlab.render.verdict import reservations, verdict

COLUMNS = ["source_file", "source_line", "underlying", "numbers", "reason"]


def seen(judged: dict[str, int], wrong: int = 0, left: list[tuple[str, str]] | None = None) -> Verification:
    """Make a verification of so many options per judge, the first numbers of all wrong."""
    rows = [(judge, name) for judge, count in judged.items() for _ in range(count) for name in NUMBERS]
    numbers = pd.DataFrame(rows, columns=["judge", "number"]).assign(agrees=True)
    numbers.loc[numbers.index < wrong, "agrees"] = False
    table = [("book.csv", line, "MIU", *words) for line, words in enumerate(left or [], start=2)]
    return Verification(numbers, pd.DataFrame(table, columns=COLUMNS))


def test_each_judge_has_a_sentence() -> None:
    found = verdict(seen({QUANTLIB: 1, PY_VOLLIB: 27}))
    assert found == "Agrees with py_vollib on 27 options. Agrees with QuantLib on 1 option."


def test_a_difference_is_loud() -> None:
    found = verdict(seen({QUANTLIB: 2, PY_VOLLIB: 1}, wrong=3))
    assert (
        found == "Agrees with py_vollib on 1 option. DIFFERS from QuantLib in 3 of 12 numbers, on 2 options."
    )


def test_what_nobody_judged_is_counted() -> None:
    """An option judged in part is judged."""
    left = [("all", "no price"), ("all", "expired"), ("gamma", "near its boundary")]
    found = verdict(seen({PY_VOLLIB: 1}, left=left))
    assert found == "Agrees with py_vollib on 1 option. 2 options were not judged."
    assert verdict(seen({PY_VOLLIB: 1}, left=left[2:])) == "Agrees with py_vollib on 1 option."


def test_nothing_to_compare() -> None:
    assert verdict(seen({}, left=[("all", "x")])) == "Nothing to compare: no option could be judged."


def test_few_are_named_and_many_are_counted() -> None:
    left = (
        [("all", "expired")] * 2 + [("all", "no QuantLib. Fix: get it")] * 6 + [("gamma", "at an edge")] * 7
    )
    assert list(reservations(seen({}, left=left))) == [
        "book.csv:2: not judged: expired",
        "book.csv:3: not judged: expired",
        "6 options were not judged: no QuantLib. Fix: get it",
        "7 options: gamma not judged: at an edge",
    ]
