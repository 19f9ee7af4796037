"""Reading: positions of any layout become a `Book`, quotes become a `Market`."""

from optlab.read.books import read
from optlab.read.markets import read_market
from optlab.read.overrides import parse_overrides

__all__ = ["parse_overrides", "read", "read_market"]
