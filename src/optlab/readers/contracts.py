"""What contract a row is: from its symbol, its own columns, and the exchange's list of roots."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.readers.cells import (
    KIND_WORDS,
    NOTHING,
    SETTLEMENT_WORDS,
    STYLE_WORDS,
    CellError,
    clean,
    currency,
)
from optlab.readers.dates import DateOrder
from optlab.readers.distinct import map_distinct
from optlab.readers.rows import DAY, MISSING, Moments, Rows
from optlab.symbols import Symbol, SymbolError, parse_symbol
from optlab.venues import DEFAULT_MULTIPLIERS, find_root, is_currency

KIND_FIX = "write call, put, stock, future or cash"
CURRENCY_FIX = "write its code, such as HKD or USD"
_CONTRADICTION_FIX = "correct the one that is wrong, or leave this cell empty"
_TICKER = re.compile(r"\^?[A-Z]{1,6}\d?(?:[./_-][A-Z]{1,5})?|\d{1,6}(?:[. ][A-Z]{2})?")
_SUFFIX_CURRENCIES = {".HK": "HKD", " HK": "HKD"}


class Named(NamedTuple):
    """What the symbol cells name: an option's fields, or a ticker; nothing where there is no symbol."""

    is_option: np.ndarray
    ticker: np.ndarray
    root: np.ndarray
    kind: np.ndarray
    strike: np.ndarray
    day: np.ndarray
    symbol: np.ndarray
    """The option itself, for messages."""


def contracts(rows: Rows, order: DateOrder | None) -> pd.DataFrame:
    """Work out every row's contract.

    Returns
    -------
    DataFrame
        ``underlying root kind strike expiry settlement style multiplier currency strike_currency``; what cannot
        be worked out is blamed on its row.
    """
    named = _named(rows)
    moments = rows.expiries(order)
    strike = rows.numbers("strike")
    kind = _kind(rows, named, has_option_columns=~np.isnan(strike) | (moments.form != MISSING))
    is_unused = ~np.isin(kind, OPTIONS) & (strike == 0)
    strike = np.where(is_unused, np.nan, strike)
    _blame_contradictions(rows, named, kind, strike, moments)
    strike = np.where(np.isnan(strike), named.strike, strike)
    moments = _or_symbol(moments, named.day)
    table = pd.DataFrame({"kind": kind, "strike": strike})
    table["root"], table["underlying"] = _codes(rows, named, kind)
    _blame_symbols(rows, named, table, moments)
    _add_terms(rows, table)
    table["expiry"] = rows.instants("expiry", moments, table)
    return table


def _named(rows: Rows) -> Named:
    parsed = rows.parse("symbol", _symbol, "")
    symbols = [value if isinstance(value, Symbol) else None for value in parsed.distinct]

    def spread(read: Callable[[Symbol], Any], missing: object, dtype: Any) -> np.ndarray:  # noqa: ANN401
        return np.array([read(symbol) if symbol else missing for symbol in symbols], dtype=dtype)[
            parsed.codes
        ]

    tickers = ["" if isinstance(value, Symbol) else value for value in parsed.distinct]
    return Named(
        spread(lambda _: True, missing=False, dtype=bool),
        np.array(tickers, dtype=object)[parsed.codes],
        spread(lambda symbol: symbol.root, "", object),
        spread(lambda symbol: symbol.kind, "", object),
        spread(lambda symbol: symbol.strike, np.nan, float),
        spread(lambda symbol: symbol.expiry, "NaT", "datetime64[us]"),
        spread(lambda symbol: symbol, None, object),
    )


def _symbol(cell: str) -> Symbol | str:
    """Read a symbol cell: an option, or the cell as it is; what it means is decided with the row's columns."""
    text = clean(cell)
    if text.lower() in NOTHING:
        return ""
    try:
        return parse_symbol(text)
    except SymbolError as error:
        if error.reason != "is no contract symbol":
            raise CellError(error.reason, error.fix) from None
        return text


def is_ticker(text: str) -> bool:
    """Say whether a text can be a bare ticker or stock code, and no garbled contract."""
    return find_root(text.upper()) is not None or _TICKER.fullmatch(text.upper()) is not None


def _kind(rows: Rows, named: Named, *, has_option_columns: np.ndarray) -> np.ndarray:
    """Take the kind from its own column, the symbol, or a column of asset classes; a plain ticker is stock."""
    own = rows.words("kind", KIND_WORDS, "is no kind of leg", KIND_FIX)
    asset = _asset(rows, wanted=_is_open(own) & ~named.is_option)
    asset = np.where((asset == "cash") & ~_names_money(rows, named), "", asset)  # a cash account's stock
    own = np.where(_is_open(own) & np.isin(asset, OPTIONS), asset, own)
    kind = np.where(_is_open(own) & named.is_option, named.kind, own)
    kind = np.where(_is_open(kind) & (asset != ""), asset, kind)
    is_faulty = rows.is_blamed("kind", "asset", "symbol")
    column = _kind_column(rows)
    rows.blame((kind == "option") & ~is_faulty, column, "does not say call or put", "write call or put")
    unsaid = (kind == "") & ~is_faulty
    rows.blame(unsaid & has_option_columns, column, "is missing for an option", "write call or put")
    return np.where(unsaid & ~has_option_columns, "stock", kind)


def _names_money(rows: Rows, named: Named) -> np.ndarray:
    """Say which rows name a currency where others name what is held."""
    own = rows.text("underlying", lambda cell: clean(cell).upper())
    return map_distinct(np.where(own == "", named.ticker, own), lambda code: is_currency(code.upper()), bool)


def _is_open(kind: np.ndarray) -> np.ndarray:
    return np.asarray((kind == "") | (kind == "option"))


def _kind_column(rows: Rows) -> str:
    return "asset" if "asset" in rows.columns and "kind" not in rows.columns else "kind"


def _asset(rows: Rows, wanted: np.ndarray) -> np.ndarray:
    """Read the column of asset classes where it is wanted: elsewhere it may say what it likes (an order type)."""
    if "asset" not in rows.columns:
        return np.full(len(rows), "", dtype=object)
    before = set(rows.found)
    asset = rows.words("asset", KIND_WORDS, "is no kind of leg", KIND_FIX)
    for row, name in set(rows.found) - before:
        if not wanted[row]:
            del rows.found[row, name]
    return asset


def _or_symbol(moments: Moments, day: np.ndarray) -> Moments:
    is_open = moments.form == MISSING
    form = np.where(is_open & ~np.isnat(day), DAY, moments.form)
    return Moments(np.where(is_open, day, moments.clock), form)


def _blame_contradictions(
    rows: Rows, named: Named, kind: np.ndarray, strike: np.ndarray, moments: Moments
) -> None:
    """Blame a column that says something else than the row's symbol, and a stock with a strike or expiry."""
    other_strike = ~np.isnan(strike) & ~np.isclose(strike, named.strike, rtol=1e-9, atol=0)
    other_day = (moments.form != MISSING) & (moments.clock.astype("datetime64[D]") != named.day)
    other_kind = (kind != named.kind) & ~rows.is_blamed("kind", "asset")
    for column, differs in (
        (_kind_column(rows), other_kind),
        ("strike", other_strike),
        ("expiry", other_day),
    ):
        _blame_symbol(rows, named, column, named.is_option & differs)
    is_bare = np.isin(kind, ("stock", "cash"))
    has_terms = ~np.isnan(strike) | (moments.form != MISSING)
    column = _kind_column(rows)
    rows.blame(
        is_bare & has_terms & ~named.is_option,
        column,
        "contradicts the row's strike or expiry",
        "write call or put, or leave strike and expiry empty",
    )


def _codes(rows: Rows, named: Named, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return root and underlying of each row."""
    said = rows.text("underlying", _code)
    own_root = rows.text("root", _code)
    tickers = np.where(named.is_option, "", pd.Series(named.ticker).str.upper())
    root = _first(own_root, named.root, said, np.where(map_distinct(tickers, is_ticker, bool), tickers, ""))
    cash = rows.text("currency", lambda cell: clean(cell).upper())
    root = np.where((kind == "cash") & (root == ""), cash, root)
    root = np.where(np.isin(kind, OPTIONS), root, _first(said, root))
    listed = map_distinct(root, listed_underlying, object)
    root = map_distinct(root, listed_root, object)
    underlying = np.where(said == "", listed, map_distinct(said, listed_underlying, object))
    _blame_underlying(rows, named, said, listed, underlying)
    return root, underlying


def _code(cell: str) -> str:
    text = clean(cell).upper()
    return "" if text.lower() in NOTHING - {"na", "nan"} else text


def listed_underlying(code: str) -> str:
    """Return what a code is written on by the list of roots, else the code."""
    listed = find_root(code)
    return listed.underlying if listed else code


def listed_root(code: str) -> str:
    """Return the root that a code is an alias of by the list of roots, else the code."""
    listed = find_root(code)
    return listed.root if listed else code


def _blame_underlying(
    rows: Rows, named: Named, said: np.ndarray, listed: np.ndarray, underlying: np.ndarray
) -> None:
    """Blame an underlying that is not the symbol's; BRK.B is BRKB, and GREE1 is written on GREE."""
    differs = named.is_option & (said != "") & (listed != underlying)
    for row in np.flatnonzero(differs):
        one, other = (re.sub(r"[^A-Z0-9]", "", str(code)) for code in (listed[row], underlying[row]))
        differs[row] = one != other and re.sub(r"\d$", "", one) != other
    _blame_symbol(rows, named, "underlying", differs)


def _blame_symbol(rows: Rows, named: Named, column: str, differs: np.ndarray) -> None:
    for row in np.flatnonzero(differs).tolist():
        reason = f"contradicts the symbol {named.symbol[row]}"
        rows.found.setdefault((row, column), (reason, _CONTRADICTION_FIX))


def _blame_symbols(rows: Rows, named: Named, table: pd.DataFrame, moments: Moments) -> None:
    """Blame a symbol that nobody knows where the row needs it: the other columns do not say the contract."""
    is_option = table["kind"].isin(OPTIONS).to_numpy()
    is_complete = ~is_option | (~np.isnan(table["strike"].to_numpy(float)) & (moments.form != MISSING))
    is_known = (table["underlying"] != "").to_numpy() & is_complete
    is_unread = ~named.is_option & (named.ticker != "") & ~map_distinct(named.ticker, is_ticker, bool)
    for row in np.flatnonzero(is_unread & ~is_known).tolist():
        rows.found.setdefault(
            (row, "symbol"),
            ("is no contract symbol", "write it such as MIU 27NOV26 24 C or AAPL  260116C00150000"),
        )


def _add_terms(rows: Rows, table: pd.DataFrame) -> None:
    """Add what the file says, else the exchange's list, else what is usual: currency, style, settlement, size."""
    is_option = table["kind"].isin(OPTIONS).to_numpy()
    code = _currency(rows, table["root"].to_numpy(object), is_cash=(table["kind"] == "cash").to_numpy())
    table["is_dollar_assumed"] = (code == "") & ~rows.is_blamed()
    table["currency"] = np.where(code == "", "USD", code)
    styles = rows.words("style", STYLE_WORDS, "is no exercise style", "write american or european")
    settlements = rows.words("settlement", SETTLEMENT_WORDS, "is no settlement time", "write am or pm")
    for name, own, usual in (("style", styles, "american"), ("settlement", settlements, "pm")):
        known = _from_list(table["root"], name, usual)
        table[name] = np.where(own != "", own, np.where(is_option, known, ""))
    table["multiplier"] = _multiplier(rows, table)
    table["strike_currency"] = rows.text("strike_currency", currency, CURRENCY_FIX)


def _from_list(roots: pd.Series, name: str, missing: object) -> np.ndarray:
    return map_distinct(roots.to_numpy(object), lambda code: getattr(find_root(code), name, missing), object)


def _currency(rows: Rows, root: np.ndarray, *, is_cash: np.ndarray) -> np.ndarray:
    own = rows.text("currency", currency, CURRENCY_FIX)
    usual = map_distinct(root, usual_currency, object)
    code = np.where(own != "", own, np.where(is_cash, root, usual))
    is_number = map_distinct(root, str.isdigit, bool) & (code == "")
    rows.blame(is_number, "currency", "is missing, and the underlying is a code of digits", CURRENCY_FIX)
    return code


def usual_currency(root: str) -> str:
    """Return the currency of a root by the list or its market's suffix; empty where neither says."""
    listed = find_root(root)
    return listed.currency if listed else _SUFFIX_CURRENCIES.get(root[-3:], "")


def _multiplier(rows: Rows, table: pd.DataFrame) -> np.ndarray:
    """Take the contract size from the file, the list of roots, or what is usual in the currency."""
    own = rows.numbers("multiplier")
    is_unit = table["kind"].isin(("stock", "cash")).to_numpy()
    is_option = table["kind"].isin(OPTIONS).to_numpy()
    listed = _from_list(table["root"], "multiplier", np.nan).astype(float)
    usual = map_distinct(
        table["currency"].to_numpy(object), lambda code: DEFAULT_MULTIPLIERS.get(code, np.nan), float
    )
    is_adjusted = map_distinct(
        table["root"].to_numpy(object), lambda code: code[-1:].isdigit(), bool
    ) & np.isnan(listed)
    size = np.where(np.isnan(listed), np.where(is_adjusted, np.nan, usual), listed)
    size = np.where(is_unit, 1.0, np.where(is_option, size, np.nan))
    is_open = np.isnan(own) & np.isnan(size) & (table["kind"] != "").to_numpy()
    fix = "write the units per contract, such as 100"
    is_open &= ~rows.is_blamed("multiplier", "symbol", "kind", "asset", "currency")
    rows.blame(is_open & ~is_option, "multiplier", "is missing for a future", fix)
    rows.blame(is_open & is_adjusted, "multiplier", "is missing for an adjusted contract", fix)
    rows.blame(is_open, "multiplier", "is missing, and the list of roots does not have it", fix)
    return np.where(np.isnan(own), size, own)


def _first(*columns: np.ndarray) -> np.ndarray:
    """Take for each row the first text that is not empty."""
    found = columns[0]
    for column in columns[1:]:
        found = np.where(found != "", found, column)
    return found
