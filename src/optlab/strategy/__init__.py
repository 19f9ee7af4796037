"""The strategies of a book: which legs a trader names together."""

from optlab.strategy.packages import assign, contract, describe_legs, lots, split_groups

__all__ = ["assign", "contract", "describe_legs", "lots", "split_groups"]
