"""What can be asked of a payoff, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from optlab.errors import PricingError
from optlab.payoff import Choices


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"by": "expiry"}, "by 'expiry' is not known. Fix: use strategy or underlying or book."),
        ({"after": "sold"}, "after 'sold' is not known. Fix: use closed or held."),
        ({"sticky": "delta"}, "sticky 'delta' is not known. Fix: use strike or moneyness."),
        ({"law": "normal"}, "law 'normal' is not known. Fix: use auto or lognormal or smile."),
        (
            {"vol_shift": 5.0},
            "vol shift 5 can't be meant. Fix: use one from -1 to 1, such as 0.05 for five points.",
        ),
        ({"drift": 30.0}, "drift 30 can't be meant. Fix: use one from -2 to 2, such as 0.03 for 3%."),
        ({"drift": float("nan")}, "drift nan can't be meant"),
        (
            {"by": "book", "strategy_id": "MIU-1"},
            "by book and a strategy can't be chosen together. Fix: leave one out",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any], message: str) -> None:
    """With the word and a fix."""
    with pytest.raises(PricingError) as refused:
        Choices(**asked)
    assert message in str(refused.value)


def test_the_rule_for_volatilities_is_said_in_words() -> None:
    """As it is printed."""
    assert Choices().rule.words == "each leg keeps its own volatility (sticky strike)"
    shifted = Choices(sticky="moneyness", vol_shift=-0.05).rule.words
    assert (
        shifted
        == "volatilities move along the smile with spot (sticky moneyness), -5 points, none below 1%, the law of spot as it is"
    )
