"""What `optlab verify` says under its table: who agrees with whom, and what nobody judged.

Checked by tests/render/test_verdict.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from optlab.pricing.verify import JUDGES, Verification

MOST_NAMED = 5
"""Options that are named one by one where they share a reason; more are counted."""


def verdict(verification: Verification) -> str:
    """Say on how many options each judge agrees, and how many nobody judged, in one line."""
    numbers, left = verification.numbers, verification.not_judged
    if numbers.empty:
        return "Nothing to compare: no option could be judged."
    judged = {judge: numbers[numbers["judge"] == judge] for judge in JUDGES}
    said = [_judgement(judge, own) for judge, own in judged.items() if len(own)]
    count = int((left["numbers"] == "all").sum())
    return " ".join([*said, *([f"{_options(count)} not judged."] if count else [])])


def _judgement(judge: str, numbers: pd.DataFrame) -> str:
    count = int((numbers["number"] == "price").sum())
    on = f"{count} option" if count == 1 else f"{count} options"
    wrong = int((~numbers["agrees"]).sum())
    if not wrong:
        return f"Agrees with {judge} on {on}."
    return f"DIFFERS from {judge} in {wrong} of {len(numbers)} numbers, on {on}."


def reservations(verification: Verification) -> Iterator[str]:
    """Yield a line for each option that is not judged, or not whole; one line for many with the same reason."""
    for (numbers, reason), rows in verification.not_judged.groupby(["numbers", "reason"], sort=False):
        words = f"not judged: {reason}" if numbers == "all" else f"{numbers} not judged: {reason}"
        if len(rows) > MOST_NAMED:
            yield f"{_options(len(rows))} {words}" if numbers == "all" else f"{len(rows)} options: {words}"
        else:
            yield from (f"{row.source_file}:{row.source_line}: {words}" for row in rows.itertuples())


def _options(count: int) -> str:
    return "1 option was" if count == 1 else f"{count} options were"
