"""What an analysis may be asked for, and what is refused with its fix."""

from __future__ import annotations

from typing import Any

import pytest

from books import NEAR, valued
from optlab.bias.choices import LIMITS, WORDS, Choices
from optlab.errors import PricingError


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"rule": "astrology"}, "rule 'astrology' is not known. Fix: use delta or scenario or name."),
        ({"by": "sector"}, "by 'sector' is not known. Fix: use underlying or family or expiry or account or day."),
        ({"rolls": "maybe"}, "rolls 'maybe' is not known. Fix: use exclude or include."),
        ({"window": 0}, "a window of 0 can't be meant. Fix: use one from 1 to 1,000,000, such as 5."),
        ({"self_financing": 2.0}, "a self-financing premium of 2 can't be meant. Fix: use one from 0 to 1"),
        ({"neutral": float("nan")}, "a neutral band of nan can't be meant."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_fix(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(PricingError) as caught:
        Choices(**choice)
    assert str(caught.value).startswith(message)


def test_every_word_that_is_known_is_taken() -> None:
    """One analysis of a spread for each word of each choice."""
    spread = valued((1, "call", 24, NEAR), (-1, "call", 27, NEAR), traded_at="2026-10-01T03:00:00Z")
    for what, words in WORDS.items():
        for word in words:
            assert len(spread.bias(**{what: word}).strategies) == 1


def test_the_examples_of_the_fixes_are_taken() -> None:
    for what, limit in LIMITS.items():
        choice: dict[str, Any] = {what: limit.example}
        assert getattr(Choices(**choice), what) == limit.example
