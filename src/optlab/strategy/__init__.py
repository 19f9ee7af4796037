"""The strategies of a book: which legs a trader names together, and what he calls them."""

from optlab.strategy.catalog import STRATEGIES, Structure, venue_name, venues
from optlab.strategy.packages import (
    GIVEN,
    assign,
    contract,
    describe_legs,
    lots,
    net,
    priceable,
    sizes,
    split_groups,
    unit_sizes,
)
from optlab.strategy.recognize import OVER, Groups, recognize

__all__ = [
    "GIVEN",
    "OVER",
    "STRATEGIES",
    "Groups",
    "Structure",
    "assign",
    "contract",
    "describe_legs",
    "lots",
    "net",
    "priceable",
    "recognize",
    "sizes",
    "split_groups",
    "unit_sizes",
    "venue_name",
    "venues",
]
