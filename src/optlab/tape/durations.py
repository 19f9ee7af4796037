"""Durations as a trader writes them: 5ms, 500us, 1s."""

from __future__ import annotations

import math
import re

from optlab.errors import PricingError

_MICROSECONDS = {"us": 1.0, "µs": 1.0, "ms": 1e3, "s": 1e6}
_FORM = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(us|µs|ms|s)\s*")


def microseconds(duration: float | str) -> int:
    """Read a duration in whole microseconds.

    Parameters
    ----------
    duration : float or str
        A text such as ``5ms``, ``500us`` or ``1s``, or a number of seconds.

    Raises
    ------
    PricingError
        If it is no duration, or negative.

    Examples
    --------
    >>> microseconds("5ms"), microseconds("500us"), microseconds(0.25)
    (5000, 500, 250000)
    """
    if isinstance(duration, str):
        match = _FORM.fullmatch(duration)
        amount = float(match[1]) * _MICROSECONDS[match[2]] if match else math.nan
    else:
        amount = float(duration) * _MICROSECONDS["s"]
    if not 0 <= amount < math.inf:
        raise PricingError(f"{duration!r} is no duration. Fix: write one such as 5ms, 500us or 1s.")
    return round(amount)
