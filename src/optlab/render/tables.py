"""Which tables a result has, and how a terminal writes them: the columns that say something, each cell as text."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from optlab.bias import Bias
from optlab.book import Book, Valuation
from optlab.columns import COLUMNS, LEG_COLUMNS
from optlab.context import Context
from optlab.errors import shorten
from optlab.payoff import Payoff
from optlab.render.csv_text import UNLIMITED
from optlab.render.styles import CENTS, STYLES, Style
from optlab.render.views import VIEWS
from optlab.scenario import Scenario, Stress
from optlab.strategy import contract

Result = (
    pd.DataFrame | Book | Valuation | Bias | Context | Scenario | Stress | Payoff | Mapping[str, pd.DataFrame]
)


def tables_of(result: Result) -> dict[str, pd.DataFrame]:
    """Return a result's tables by name, the main one first.

    >>> list(tables_of(pd.DataFrame({"a": [1]})))
    ['table']
    """
    if isinstance(result, Book):
        return {"legs": result.legs[list(LEG_COLUMNS)]}
    if isinstance(result, Valuation):
        return {"legs": in_order(result.legs)}
    if isinstance(result, (Bias, Payoff, Scenario, Stress)):
        return result.tables
    if isinstance(result, Context):
        return result.tables()
    if isinstance(result, Mapping):
        return dict(result)
    return {"table": result}


def in_order(legs: pd.DataFrame) -> pd.DataFrame:
    """Put a table of legs in the published order: leg, strategy, each quote followed by its source, results."""
    quotes = [name for name in ("spot", "rate", "dividend_yield", "vol") if f"{name}_source" in legs.columns]
    paired = [column for name in quotes for column in (name, f"{name}_source")]
    own = [name for name in LEG_COLUMNS if name not in quotes]
    names = [name for name in ("strategy_id", "strategy", "part", "reading") if name in legs.columns]
    first = [*own, *names, *paired]
    return legs[[*first, *(name for name in legs.columns if name not in first)]]


LONGEST = 28
UNCUT = (
    "about",
    "causes",
    "legs",
    "breakevens",
    "meaning",
    "file",
    "strategy",
    "name",
    "structure",
    "mirror",
    "aliases",
)
"""Text is cut at that length, but for these columns."""

PRICED_WORDS = {"ok": "ok"}
SHORT = {**PRICED_WORDS, "covered by account": "account", "cash-secured": "cash"}
"""Words that a terminal writes short."""


def view(name: str, table: pd.DataFrame, *, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """Choose and order a table's columns for a terminal; columns that say nothing are left out."""
    if {"kind", "strike", "expiry"} <= set(table.columns):
        table = table.assign(contract=contract(table))
    wanted = [column for column in (*by, *VIEWS[name]) if column in table.columns]
    shown = table[list(dict.fromkeys(wanted))]
    idle = [column for column in shown.columns if column not in by and _says_nothing(column, shown[column])]
    return shown.drop(columns=idle)


def _says_nothing(name: str, column: pd.Series) -> bool:
    if name in ("unpriced", "unclassified"):
        return bool((column == 0).all())
    if name == "exercise_premium":
        return bool((column.fillna(0.0) == 0).all())
    if name == "status":
        return set(column) <= set(PRICED_WORDS) or set(column) == {"no_spot"}
    if name in ("strategy", "group", "account", "tag", "venue_name", "cover", "day", "reversal"):
        return bool((column == "").all())
    return name in COLUMNS and len(column) > 0 and bool(column.isna().all())


def texts(table: pd.DataFrame) -> dict[str, list[str]]:
    """Write every cell of a table as text, one list per column."""
    return {str(name): cells(str(name), table[name]) for name in table.columns}


def cells(name: str, column: pd.Series) -> list[str]:
    """Write the cells of one column."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return list(column.dt.strftime("%Y-%m-%d").fillna(""))
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        shown = column.replace(SHORT) if name in ("status", "cover") else column.fillna("")
        return [value if name in UNCUT else shorten(str(value), LONGEST) for value in shown.map(str)]
    style = STYLES.get(name, Style(name))
    numbers = column.to_numpy(dtype=float) * (100.0 if style.percent else 1.0)
    digits = _digits(numbers, style.most) if style.digits is None else style.digits
    if pd.api.types.is_integer_dtype(column) and style.digits is None:
        digits = 0
    form = f"{{:{'+' if style.sign else ''},.{digits}f}}{'%' if style.percent else ''}"
    return [_number(number, form) for number in numbers]


def _number(number: float, form: str) -> str:
    if math.isnan(number):
        return ""
    return UNLIMITED if math.isinf(number) else _unsigned_zero(form.format(number))


def _digits(numbers: np.ndarray, most: int) -> int:
    """Decimals that show the largest number of a column with five significant digits; cents or none for money."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    largest = finite.max(initial=0.0)
    if largest < 10.0 ** -(most + 1) or (finite == np.round(finite)).all():
        return 0
    wanted = min(max(4 - math.floor(math.log10(largest)), 0), most)
    return wanted if most != CENTS else CENTS * (wanted > 0)


def _unsigned_zero(text: str) -> str:
    """Write a zero without a sign: -0.00 and +0 say nothing.

    >>> _unsigned_zero("+0.00"), _unsigned_zero("-1.00")
    ('0.00', '-1.00')
    """
    return text if text.strip("+-0.,%") else text.lstrip("+-")


def is_signed(name: str) -> bool:
    """Say whether a column is coloured by sign."""
    return name in STYLES and STYLES[name].sign


def label(name: str) -> str:
    """Return a column's heading."""
    return STYLES[name].label if name in STYLES else name.replace("_", " ")


def is_number(column: pd.Series) -> bool:
    """Say whether a column is written to the right."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def columns_table() -> pd.DataFrame:
    """Return every published column with its stage, type, unit and meaning."""
    rows = [
        {
            "column": name,
            "stage": column.stage,
            "type": column.type,
            "unit": column.unit,
            "meaning": column.meaning,
        }
        for name, column in COLUMNS.items()
    ]
    return pd.DataFrame(rows)
