"""The strategies of a book: which legs a trader names together, and what he calls them."""

from optlab.strategy.catalog import STRATEGIES, Structure, venue_name, venues
from optlab.strategy.packages import (
    assign,
    contract,
    describe_legs,
    lots,
    net,
    priceable,
    split_groups,
    unit_sizes,
)
from optlab.strategy.recognize import GIVEN, Groups, recognize

__all__ = [
    "GIVEN",
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
    "split_groups",
    "unit_sizes",
    "venue_name",
    "venues",
]
