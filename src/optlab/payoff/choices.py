"""What a payoff is asked for: of what, on which day, and by which rules, each checked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from optlab.errors import PricingError
from optlab.payoff.position import STICKY, VolRule

SCOPES = {
    "strategy": "each strategy for itself",
    "underlying": "all legs on one underlying",
    "book": "all legs; on several underlyings, every spot moves by the same percent",
}
"""What ``by`` can be."""

STORIES = {
    "closed": "all is closed at the first expiry: what is left is sold at model value",
    "held": "what is left after the first expiry is held to the last; expired options are settled or delivered",
}
"""What becomes of later legs after the first expiry."""

LAWS = {
    "auto": "the chain's smile where there is one, else lognormal",
    "lognormal": "lognormal with one volatility",
    "smile": "as the prices of the chain imply it, by its smile",
}
"""What spot may be at the date, with which probability."""


LIMITS = (
    ("vol_shift", 1.0, "0.05 for five points"),
    ("vol_relative", 1.0, "0.1 for a tenth"),
    ("drift", 2.0, "0.03 for 3%"),
)
"""The numbers, the most that each may be to either side, and an example."""


@dataclass(frozen=True)
class Choices:
    """What a payoff is of, and by which rules.

    Parameters
    ----------
    by : {"strategy", "underlying", "book"}
        What one payoff is of.
    strategy_id : str or sequence of str, optional
        Only these strategies, by their ids in any case.
    underlying : str, optional
        Only legs on this underlying.
    on : date, optional
        The day that breakevens, extremes and probabilities hold for; None: the first expiry. Not later than that.
    after : {"closed", "held"}
        What becomes of later legs after the first expiry.
    sticky : {"strike", "moneyness"}
        Whether volatilities stay with their strikes or move along with spot.
    vol_shift : float
        Added to every volatility of options that are priced; 0.05 is five points.
    vol_relative : float
        Every such volatility moves by this part of itself.
    law : {"auto", "lognormal", "smile"}
        The law of spot.
    drift : float, optional
        How spot is expected to grow, per year and continuously; None: as its forward does, by rate less yield.
    currency : str, optional
        The currency in which money of several is added.

    Raises
    ------
    PricingError
        For an unknown word, or a number that cannot be meant.
    """

    by: str = "strategy"
    strategy_id: str | Sequence[str] | None = None
    underlying: str | None = None
    on: dt.date | None = None
    after: str = "closed"
    sticky: str = "strike"
    vol_shift: float = 0.0
    vol_relative: float = 0.0
    law: str = "auto"
    drift: float | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        known = {"by": SCOPES, "after": STORIES, "sticky": STICKY, "law": LAWS}
        for what, words in known.items():
            word = getattr(self, what)
            if word not in words:
                raise PricingError(f"{what} {word!r} is not known. Fix: use {' or '.join(words)}.")
        for what, most, example in LIMITS:
            number = getattr(self, what)
            if number is not None and not -most <= number <= most:
                raise PricingError(
                    f"{what.replace('_', ' ')} {number:g} can't be meant. Fix: use one from {-most:g} to {most:g}, "
                    f"such as {example}."
                )
        if self.wanted and self.by != "strategy":
            raise PricingError(
                f"by {self.by} and a strategy can't be chosen together. Fix: leave one out; an underlying can be chosen "
                "with both."
            )

    @property
    def wanted(self) -> tuple[str, ...]:
        """The ids of the strategies that are asked for, in capitals; none for all."""
        ids = (self.strategy_id,) if isinstance(self.strategy_id, str) else self.strategy_id or ()
        return tuple(name.upper() for name in ids)

    @property
    def needs_smiles(self) -> bool:
        """Whether the chain's volatilities are looked at."""
        return self.law != "lognormal" or self.sticky == "moneyness"

    @property
    def rule(self) -> VolRule:
        """What volatilities do."""
        return VolRule(self.sticky, self.vol_shift, self.vol_relative)
