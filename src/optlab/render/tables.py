"""Which tables a result has, which columns a terminal shows first, and how each number is written. Once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optlab.bias import Bias
from optlab.book import Book, Valuation
from optlab.columns import COLUMNS, LEG_COLUMNS
from optlab.context import Context
from optlab.errors import shorten
from optlab.payoff import Payoff
from optlab.render.csv_text import UNLIMITED
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


@dataclass(frozen=True, slots=True)
class Style:
    """How a column is written on a terminal.

    Parameters
    ----------
    label : str
        The heading.
    digits : int or None
        Decimals; None lets the largest number in the column decide, for five significant digits.
    most : int
        The most decimals that None may choose.
    sign : bool
        Write a plus sign too, and colour by sign.
    percent : bool
        A fraction, written as a percentage.
    """

    label: str
    digits: int | None = None
    sign: bool = False
    percent: bool = False
    most: int = 4


CENTS = 2

STYLES: dict[str, Style] = {
    "quantity": Style("qty", 0, sign=True),
    "lots": Style("lots"),
    "strike": Style("strike"),
    "vol": Style("vol", 1, percent=True),
    "value": Style("value", sign=True, most=CENTS),
    "cost": Style("cost", sign=True, most=CENTS),
    "profit": Style("profit", sign=True, most=CENTS),
    "profit_percent": Style("profit %", 1, sign=True),
    "delta": Style("delta", sign=True),
    "gamma": Style("gamma", sign=True),
    "vega": Style("vega", sign=True, most=CENTS),
    "theta": Style("theta", sign=True, most=CENTS),
    "rho": Style("rho", sign=True, most=CENTS),
    "delta_cash": Style("delta cash", 0, sign=True),
    "gamma_cash": Style("gamma cash", 0, sign=True),
    "beta_delta": Style("beta delta", 1, sign=True),
    "delta_ratio": Style("ratio", 2, sign=True),
    "scenario_lean": Style("scen.", 2, sign=True),
    "vega_ratio": Style("vega ratio", 2, sign=True),
    "volatility_view": Style("vol"),
    "gross_delta_cash": Style("gross", 0),
    "net_to_gross": Style("net/gross", 2, sign=True),
    "share": Style("share", 0, percent=True),
    "change": Style("change", 0, sign=True, percent=True),
    "p_value": Style("p", 2),
    "nearest": Style("horizon"),
    "first_day": Style("from"),
    "delta_per_lot": Style("delta/lot", 3, sign=True),
    "premium": Style("premium", sign=True),
    "premium_percent": Style("prem %", 1, sign=True, percent=True),
    "days_nearest": Style("days", 0),
    "textbook_direction": Style("textbook"),
    "moneyness": Style("moneyness", 1, sign=True, percent=True),
    "exercise_premium": Style("early", 3),
    "exercise_boundary": Style("exercise at", 2),
    "days": Style("days", 0),
    "leg_count": Style("legs", 0),
    "rank": Style("rank", 1),
    "venue_name": Style("venue's name"),
    "low": Style("95% low", 0, percent=True),
    "high": Style("95% high", 0, percent=True),
    **{name: Style(name, 0, percent=True) for name in ("bullish", "bearish", "neutral", "unclassified")},
    "strategy_id": Style("id"),
    "underlying": Style("underlying"),
    "atm_vol": Style("ATM vol", 1, percent=True),
    "call_vol": Style("25d call", 1, percent=True),
    "put_vol": Style("25d put", 1, percent=True),
    "risk_reversal": Style("25d RR", 1, sign=True, percent=True),
    "butterfly": Style("25d fly", 1, sign=True, percent=True),
    "open_interest": Style("OI", 0),
    "open_interest_calls": Style("OI calls", 0),
    "open_interest_puts": Style("OI puts", 0),
    "open_interest_change": Style("OI change", 0, sign=True),
    "put_call_ratio": Style("put/call", 2),
    "volume_calls": Style("calls traded", 0),
    "volume_puts": Style("puts traded", 0),
    "wing_days": Style("25d days", 0),
    "tenor_source": Style("from"),
    "wing_source": Style("25d from"),
    "call_delta": Style("call delta", 2),
    "log_moneyness": Style("ln(K/F)", 3, sign=True),
    "realised": Style("realised", 1, percent=True),
    "minimum": Style("lowest", 1, percent=True),
    "lower_quartile": Style("25%", 1, percent=True),
    "median": Style("median", 1, percent=True),
    "upper_quartile": Style("75%", 1, percent=True),
    "maximum": Style("highest", 1, percent=True),
    "iv_less_realised": Style("IV less it", 1, sign=True, percent=True),
    "one_month_vol": Style("1m IV", 1, percent=True),
    "three_month_vol": Style("3m IV", 1, percent=True),
    "slope": Style("slope", 1, sign=True, percent=True),
    "percentile": Style("percentile", 0, percent=True),
    "iv_rank": Style("IV rank", 0, percent=True),
    "history_days": Style("days known", 0),
    "why_missing": Style("why not"),
    **{name: Style(name, sign=True, most=CENTS) for name in ("worst", "best")},
    "horizon_day": Style("by"),
    "entry_cost": Style("cost", sign=True, most=CENTS),
    "max_profit": Style("max profit", sign=True, most=CENTS),
    "max_loss": Style("max loss", sign=True, most=CENTS),
    "probability_of_profit": Style("P(profit)", 0, percent=True),
    "expected_profit": Style("expected", sign=True, most=CENTS),
    "expected_shortfall": Style("worst 5%", sign=True, most=CENTS),
    "percentile_5": Style("5%", sign=True, most=CENTS),
    "percentile_50": Style("50%", sign=True, most=CENTS),
    "percentile_95": Style("95%", sign=True, most=CENTS),
    "exactness": Style("exact"),
    "level": Style("level", 2),
    "level_of": Style("of"),
    "probability_of_touch": Style("P(touch)", 1, percent=True),
    "probability_beyond": Style("P(beyond)", 1, percent=True),
}

VIEWS: dict[str, tuple[str, ...]] = {
    "price": (
        *("underlying", "contract", "quantity", "status", "price", "vol", "value", "delta", "vega", "theta"),
        *(
            "profit",
            "gamma",
            "rho",
            "days",
            "extrinsic",
            "moneyness",
            "exercise_premium",
            "exercise_boundary",
        ),
    ),
    "greeks": (
        *(
            "currency",
            "unpriced",
            "value",
            "profit",
            "delta_cash",
            "beta_delta",
            "gamma_cash",
            "vega",
            "theta",
        ),
        *("rho", "leg_count", "delta", "cost", "gamma"),
    ),
    "bias": (
        *("strategy_id", "strategy", "lots", "direction", "delta_ratio", "scenario_lean", "volatility_view"),
        *("legs", "delta_per_lot", "delta_cash", "premium_percent", "nearest", "day", "group"),
    ),
    "families": ("family", "n", "share", "bullish", "bearish", "neutral", "unclassified"),
    "totals": (
        *(
            "scope",
            "currency",
            "delta_cash",
            "gross_delta_cash",
            "net_to_gross",
            "vega",
            "theta",
            "gamma_cash",
        ),
        "beta_delta",
    ),
    "trend": (
        *(
            "scope",
            "first_day",
            "day",
            "bullish",
            "bearish",
            "neutral",
            "unclassified",
            "n",
            "change",
            "p_value",
        ),
        *("reversal", "low", "high"),
    ),
    "strategies": (
        *("strategy_id", "strategy", "legs", "lots", "cover", "premium_percent", "profit", "days_nearest"),
        *("account", "status", "textbook_direction", "tag", "reading", "premium", "expiries", "group"),
    ),
    "explain": ("reading", "cost", "strategy", "lots", "legs", "naked"),
    "shares": ("scope", "bullish", "bearish", "neutral", "unclassified", "n", "low", "high"),
    "verify": ("judge", "number", "legs", "largest_difference", "tolerance", "agrees"),
    "check": ("file", "problems", "rows", "imported", "ignored", "dialect"),
    "columns": ("column", "unit", "meaning", "stage", "type"),
    "catalog": ("name", "legs", "direction", "volatility", "rank", "family", "mirror", "aliases"),
    "meanings": ("name", "legs", "direction", "said_at", "volatility", "family"),
    "venue": ("venue_name", "structure", "legs", "direction", "volatility", "family"),
    "context": (
        *(
            "underlying",
            "spot",
            "one_month_vol",
            "percentile",
            "risk_reversal",
            "butterfly",
            "slope",
            "shape",
        ),
        *("put_call_ratio", "realised", "iv_less_realised", "three_month_vol", "iv_rank", "history_days"),
    ),
    "term": (
        *("expiry", "days", "forward", "atm_vol", "risk_reversal", "butterfly", "open_interest_calls"),
        *("open_interest_puts", "put_call_ratio", "call_vol", "put_vol", "volume_calls", "volume_puts"),
    ),
    "tenors": ("tenor", "days", "atm_vol", "tenor_source", "risk_reversal", "butterfly", "wing_source"),
    "cone": (
        *("window", "realised", "minimum", "lower_quartile", "median", "upper_quartile", "maximum"),
        *("iv_less_realised", "windows"),
    ),
    "payoff": (
        *("strategy", "breakevens", "max_profit", "max_loss", "probability_of_profit", "horizon_day"),
        *("entry_cost", "expected_profit", "exactness", "expected_shortfall", "right_tail", "status"),
        *("percentile_5", "percentile_50", "percentile_95", "law", "currency"),
    ),
    "touched": ("level", "level_of", "probability_of_touch", "probability_beyond"),
    "stress": ("scenario", "currency", "profit", "unpriced", "about", "causes"),
    "convert": ("underlying", "contract", "quantity", "multiplier", "currency", "entry", "group", "account"),
}
"""The columns a terminal shows for each verb, the most wanted first: what does not fit is left out from the end."""


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
