"""Tables as plain records, for JSON."""

from __future__ import annotations

import math

import pandas as pd

from optlab.render.csv_text import UNLIMITED


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return a table's rows as plain values: times as ISO text, missing ones None, infinite ones in a word."""
    plain = table.assign(
        **{
            str(name): table[name].dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.removesuffix(".000000") + "Z"
            for name in table.columns
            if pd.api.types.is_datetime64_any_dtype(table[name])
        }
    )
    return [{str(name): _plain(cell) for name, cell in row.items()} for row in plain.to_dict("records")]


def _plain(cell: object) -> object:
    if isinstance(cell, float) and not math.isfinite(cell):
        return None if math.isnan(cell) else UNLIMITED
    return None if cell is pd.NaT else cell
