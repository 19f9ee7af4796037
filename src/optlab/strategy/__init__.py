"""The strategies of a book: which legs a trader names together."""

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

__all__ = ["assign", "contract", "describe_legs", "lots", "net", "priceable", "split_groups", "unit_sizes"]
