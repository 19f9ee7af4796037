"""Reading: positions of any layout become a `Book`, quotes become a `Market`."""

from optlab.readers.books import read
from optlab.readers.markets import read_market
from optlab.readers.overrides import parse_days, parse_overrides

__all__ = ["parse_days", "parse_overrides", "read", "read_market"]
