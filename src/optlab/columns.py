"""Every published column: its type, unit and meaning, and the stage that adds it.

`columns.csv` is the one place that says what a column is; the docs page, `optlab columns`, the readers and the
writers all use it.
"""

from __future__ import annotations

import csv
import importlib.resources
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast

import pandas as pd

Type = Literal["text", "whole", "number", "time"]
Stage = Literal[
    "read",
    "name",
    "join",
    "price",
    "sum",
    "describe",
    "lean",
    "shares",
    "verify",
    "context",
    "payoff",
    "scenario",
]

DTYPES: dict[Type, Any] = {
    "text": "str",
    "whole": "int64",
    "number": "float64",
    "time": "datetime64[us, UTC]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds.

    Parameters
    ----------
    type : {"text", "whole", "number", "time"}
        How it is stored (`DTYPES`) and written.
    unit : str
        What one unit of the number is.
    meaning : str
        One sentence, with signs and edge cases.
    stage : str
        The stage that adds the column.
    """

    type: Type
    unit: str
    meaning: str
    stage: Stage


def _load() -> Mapping[str, Column]:
    text = importlib.resources.files("optlab").joinpath("columns.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            line["column"]: Column(
                cast("Type", line["type"]), line["unit"], line["meaning"], cast("Stage", line["stage"])
            )
            for line in csv.DictReader(text.splitlines())
        }
    )


COLUMNS: Mapping[str, Column] = _load()
"""Every published column by name, stage by stage, in the order in which tables have them."""

LEG_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.stage == "read")
"""The canonical columns that reading sets, in order."""


def typed(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> pd.DataFrame:
    """Make a table of rows with the published types of its columns, of none too.

    >>> typed([], ["scope", "n"]).dtypes.to_dict()
    {'scope': <StringDtype(na_value=nan)>, 'n': dtype('int64')}
    """
    table = pd.DataFrame(list(rows), columns=list(names))
    return table.astype({name: DTYPES[COLUMNS[name].type] for name in names})
