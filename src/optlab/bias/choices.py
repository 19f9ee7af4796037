"""What an analysis is asked for: rule, weight, band and the rest, each checked once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from optlab.bias.directions import NEUTRAL_BAND, ROLLS, RULES
from optlab.bias.shares import SCOPES
from optlab.bias.stand_outs import TOP
from optlab.bias.views import SELF_FINANCING
from optlab.bias.weights import WEIGHTS
from optlab.errors import PricingError

MANY = 1_000_000

WORDS: dict[str, Collection[str]] = {"rule": RULES, "weight": WEIGHTS, "by": SCOPES, "rolls": ROLLS}
"""The words that each choice of a word knows."""


class Limit(NamedTuple):
    """What a number is called, the least and the most that it may be, and an example."""

    called: str
    least: float
    most: float
    example: float


LIMITS = {
    "neutral": Limit("a neutral band", 0.0, 1.0, 0.2),
    "self_financing": Limit("a self-financing premium", 0.0, 1.0, 0.001),
    "window": Limit("a window", 1, MANY, 5),
    "top": Limit("a top", 0, MANY, 3),
}


@dataclass(frozen=True)
class Choices:
    """How a lean is decided and counted, and what is shown.

    Parameters
    ----------
    rule : {"delta", "scenario", "name"}
        How a direction is decided.
    weight : {"count", "contracts", "premium", "delta", "vega"}
        What each strategy counts for in the shares: one, its contracts, or the size of its premium, delta cash or
        vega.
    neutral : float
        The neutral band: a delta ratio or scenario lean inside (-neutral, neutral) is neutral.
    by : {"underlying", "family", "expiry", "account", "day"}
        What the shares are taken by.
    window : int, optional
        Only what was traded on the last so many trading days in the file, with the trend against as many before.
    rolls : {"exclude", "include"}
        Whether rolls and packages that only close count.
    top : int
        How many strategies stand out by each measure.
    self_financing : float
        A premium of a smaller part of spot pays for itself.
    currency : str, optional
        The currency in which money of several is added.
    beta_to : str, optional
        An index: the totals say how much of it moves as the book does.

    Raises
    ------
    PricingError
        For an unknown word, or a number that cannot be meant.
    """

    rule: str = "delta"
    weight: str = "count"
    neutral: float = NEUTRAL_BAND
    by: str = "underlying"
    window: int | None = None
    rolls: str = "exclude"
    top: int = TOP
    self_financing: float = SELF_FINANCING
    currency: str | None = None
    beta_to: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for what, known in WORDS.items():
            word = getattr(self, what)
            if word not in known:
                raise PricingError(f"{what} {word!r} is not known. Fix: use {' or '.join(known)}.")
        for what, (called, least, most, example) in LIMITS.items():
            number = getattr(self, what)
            if number is not None and not isinstance(number, (int, float)):
                raise PricingError(f"{called} of {number!r} is no number. Fix: use one such as {example:g}.")
            if number is not None and not least <= number <= most:
                raise PricingError(
                    f"{called} of {number:g} can't be meant. Fix: use one from {least:g} to {most:,.10g}, such as "
                    f"{example:g}."
                )
