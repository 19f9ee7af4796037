"""What to know of single positions: those without numbers, rolls, and where another day or law was taken than asked for.

Checked by tests/payoff/test_notes.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optlab.payoff.analysed import Analysed
from optlab.payoff.choices import Choices
from optlab.payoff.layout import STATUSES as OWN_STATUSES
from optlab.pricing import STATUSES

ROLL = "roll"
"""How the names of rolls begin."""

MOST_NAMED = 5


def notes(each: Sequence[Analysed], choices: Choices) -> tuple[str, ...]:
    """Return a sentence for each thing to know, with the positions that it holds for."""
    done = [one for one in each if one.profile is not None]
    return (
        *_without_numbers(each),
        *_left_out(done),
        *_said(
            _stuck(done, choices), "{}: no smile of two strikes for a later expiry, whose volatilities stay"
        ),
        *_said(
            _rolls(done),
            "{}: a roll closes what was opened before, and this is the payoff of these trades alone",
        ),
        *_said(_seen_earlier(done), f"{{}}: over before {choices.on}, seen at the first expiry"),
        *_said(_endless(done, choices), "{}: never expires, seen in 30 days; --on says another day"),
        *_said(
            _without_smile(done, choices),
            "{}: no smile of a chain for that day, or one that contradicts itself, so the law is lognormal",
        ),
    )


def _said(names: Iterator[str], sentence: str) -> list[str]:
    found = list(names)
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return [sentence.format(", ".join(found[:MOST_NAMED]) + more)] if found else []


def _without_numbers(each: Sequence[Analysed]) -> Iterator[str]:
    """Say for each status which positions have it, and what it means."""
    words = {**STATUSES, **OWN_STATUSES}
    statuses = dict.fromkeys(one.laid.status for one in each if one.profile is None)
    for status in statuses:
        names = (str(one.laid.key) for one in each if one.laid.status == status)
        legs = [leg for one in each if one.laid.status == status for leg in one.laid.missing]
        which = f" ({', '.join(legs[:MOST_NAMED])})" if legs else ""
        yield from _said(names, f"{{}}: not analysed, {words[status]}{which}")


def _left_out(done: Sequence[Analysed]) -> Iterator[str]:
    """Name the legs without a value that the rest of an underlying or book is analysed without."""
    for one in done:
        if one.laid.missing:
            yield from _said(iter(one.laid.missing), f"{one.laid.key}: without what has no value: {{}}")


def _rolls(done: Sequence[Analysed]) -> Iterator[str]:
    return (str(one.laid.key) for one in done if str(one.laid.names["strategy"]).startswith(ROLL))


def _seen_earlier(done: Sequence[Analysed]) -> Iterator[str]:
    for one in done:
        if one.laid.on is not None and one.profile is not None and one.profile.years < one.laid.on:
            yield str(one.laid.key)


def _endless(done: Sequence[Analysed], choices: Choices) -> Iterator[str]:
    for one in done:
        if choices.on is None and one.laid.position is not None and not one.laid.position.expiries:
            yield str(one.laid.key)


def _stuck(done: Sequence[Analysed], choices: Choices) -> Iterator[str]:
    """Name those whose later legs have no smile to move along."""
    for one in done:
        position, found = one.laid.position, one.profile
        if choices.sticky != "moneyness" or position is None or found is None:
            continue
        later = np.flatnonzero(position.is_option & (position.option.years > found.years))
        skews = [position.skew(int(place)) for place in later]
        if any(skew is None or len(skew.strikes) < 2 for skew in skews):
            yield str(one.laid.key)


def _without_smile(done: Sequence[Analysed], choices: Choices) -> Iterator[str]:
    for one in done:
        law = one.profile.law if one.profile is not None else None
        if choices.law == "smile" and law is not None and law.word != "smile":
            yield str(one.laid.key)
