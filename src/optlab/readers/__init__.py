"""Reading: positions of any layout become a `Book`, quotes become a `Market`."""

from optlab.readers.books import read
from optlab.readers.histories import read_history
from optlab.readers.markets import read_market
from optlab.readers.overrides import parse_day, parse_days, parse_overrides, parse_percent, parse_window

__all__ = [
    "parse_day",
    "parse_days",
    "parse_overrides",
    "parse_percent",
    "parse_window",
    "read",
    "read_history",
    "read_market",
]
