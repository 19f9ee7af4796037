"""Tapes of a few prints, for tests: each print as it stands in a file, round-numbered quotes about its price."""

from __future__ import annotations

from typing import Any

import pandas as pd

from optlab.legs import canonical
from optlab.tape import Tape, read_tape
from optlab.tape.conditions import read_conditions
from optlab.tape.prints import Prints, arrange

NEAR, FAR = "2026-11-20", "2026-12-18"
DAY = "2026-10-02T"
Row = dict[str, Any]


def bought(kind: str, strike: float, size: float = 10, *, mid: float = 5.0, **more: Any) -> Row:  # noqa: ANN401
    """Print an option at its ask, 0.10 above its mid."""
    return _print(kind, strike, size, mid=mid, inside=-1.0, **more)


def sold(kind: str, strike: float, size: float = 10, *, mid: float = 5.0, **more: Any) -> Row:  # noqa: ANN401
    """Print an option at its bid, 0.10 below its mid."""
    return _print(kind, strike, size, mid=mid, inside=1.0, **more)


def priced(kind: str, strike: float, above: float, size: float = 10, *, mid: float = 5.0, **more: Any) -> Row:  # noqa: ANN401
    """Print an option so far above its mid, in half spreads of 0.10."""
    return _print(kind, strike, size, mid=mid, inside=-above, **more)


def _print(kind: str, strike: float, size: float, *, mid: float, inside: float, **more: Any) -> Row:  # noqa: ANN401
    row = {
        "underlying": "SPY",
        "kind": kind,
        "strike": float(strike),
        "expiry": NEAR,
        "quantity": float(size),
        "entry": mid - 0.1 * inside,
        "bid": mid - 0.1,
        "ask": mid + 0.1,
        "exchange": "C",
        "condition": "f",
        "traded_at": "14:30:00Z",
    }
    row |= more
    row["traded_at"] = f"{DAY}{row['traded_at']}" if row["traded_at"] else ""
    return row


def table_of(*rows: Row) -> pd.DataFrame:
    """Make a canonical table of prints."""
    table = pd.DataFrame(list(rows))
    return canonical(table.assign(traded_at=pd.to_datetime(table["traded_at"], format="ISO8601", utc=True)))


def prints_of(*rows: Row) -> Prints:
    """Arrange prints as the tape's stages take them."""
    legs = table_of(*rows)
    return arrange(legs, read_conditions(legs["condition"]))


def read(*rows: Row, within: float | str = "5ms") -> Tape:
    """Read a tape of these prints."""
    return read_tape(table_of(*rows), within=within)


def packages(tape: Tape) -> list[str]:
    """Write each group's signed contracts in one line, in order of the groups: ``+10 C660, -10 C670``."""
    legs = tape.legs.assign(text=[_text(leg) for leg in tape.legs.to_dict("records")])
    order = legs.sort_values(["strike", "kind", "expiry", "quantity"], kind="stable")
    texts = order.groupby("group")["text"].agg(", ".join)
    return [str(texts[group]) for group in sorted(texts.index, key=lambda name: int(name[1:]))]


def _text(leg: dict[Any, Any]) -> str:
    month = leg["expiry"].strftime("%b") if leg["expiry"].month != 11 else ""
    return f"{leg['quantity']:+g} {leg['kind'][0].upper()}{leg['strike']:g}{month}"
