"""Which column of a file is which: the names that people give to columns, and the matching of a header.

Case, spaces, punctuation and units in brackets do not matter: ``Strike Price ($)`` is ``strike_price``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optlab.columns import COLUMNS, LEG_COLUMNS
from optlab.errors import ReadError

Aliases = Mapping[str, tuple[str, ...]]

LEG_ALIASES: Aliases = {
    "account": ("account_number", "account_id", "account_name", "acct", "portfolio"),
    "group": (
        "order_id", "order", "order_number", "order_no", "order_ref", "order_reference", "package", "package_id", "combo", "combo_id", "spread_id", "group_id",
        "match_id", "combo_trade_id", "combo_group_id", "block_trade_id",
    ),
    "side": ("action", "buy_sell", "bs", "direction", "transaction", "transaction_type", "long_short"),
    "underlying": (
        "ticker", "underlying_symbol", "underlying_ticker", "stock", "stock_code", "underlier", "und",
    ),
    "root": ("root_symbol", "option_root", "class", "hkats", "hkats_code"),
    "kind": ("right", "cp", "call_put", "put_call", "pc", "option_type", "opt_type", "option_right"),
    "asset": ("type", "asset_class", "asset_type", "security_type", "sec_type", "instrument_type", "asset_category"),
    "strike": ("strike_price", "exercise_price", "k"),
    "expiry": (
        "exp", "expiration", "expiration_date", "expiry_date", "exp_date", "maturity", "maturity_date", "expires",
    ),
    "settlement": ("settlement_time", "am_pm"),
    "style": ("exercise_style", "exercise", "option_style"),
    "quantity": (
        "qty", "contracts", "position", "amount", "size", "units", "number_of_contracts", "net_position", "lots", "no_of_contracts", "num_contracts",
        "trade_size",
    ),
    "multiplier": ("contract_size", "contract_multiplier", "lot_size", "shares_per_contract", "mult"),
    "currency": ("ccy", "curr", "price_currency", "currency_code"),
    "strike_currency": (),
    "entry": (
        "price", "trade_price", "entry_price", "premium", "avg_price", "average_price", "cost_basis_per_unit",
        "fill_price", "open_price", "cost_price", "average_cost", "avg_cost", "purchase_price", "paid", "price_paid",
        "average_cost_basis", "avg_cost_basis", "cost_per_share", "unit_cost",
    ),
    "net_price": ("package_price", "net_premium", "combo_price", "spread_price"),
    "mark": ("last", "mark_price", "current_price", "market_price", "last_price", "close", "closing_price"),
    "bid": ("bid_price", "best_bid"),
    "ask": ("ask_price", "best_ask", "offer"),
    "iv": ("implied_vol", "implied_volatility", "imp_vol", "volatility", "vol", "sigma"),
    "traded_at": (
        "date", "trade_date", "datetime", "timestamp", "traded", "executed_at", "execution_date", "quote_datetime",
        "sip_timestamp",
    ),
    "traded_time": ("time", "trade_time", "exec_time", "execution_time"),
    "effect": ("open_close", "position_effect", "oc", "pos_effect"),
    "trade_id": ("trade_no", "deal_no", "execution_id", "exec_id", "fill_id", "transaction_id"),
    "exchange": ("venue", "market", "listing_exchange", "exchange_id"),
    "condition": ("conditions", "trade_condition", "trade_condition_id", "sale_condition", "condition_code"),
    "symbol": ("contract", "osi", "option_symbol", "instrument", "occ_symbol", "contract_symbol", "osi_symbol"),
    "broker_strategy": ("strategy", "strategy_name", "spread_type"),
    "spot": ("underlying_price", "spot_price", "underlying_last", "stock_price"),
    "rate": ("interest_rate", "risk_free_rate", "r"),
    "dividend_yield": ("div_yield", "dividend_rate"),
}  # fmt: skip
"""Canonical column -> the other names it goes by. Two of them serve another: ``asset`` gives the kind where no
column says call or put, ``traded_time`` the time of day of ``traded_at``."""

MARKET_ALIASES: Aliases = {
    "as_of": ("date", "quote_date", "as_of_date", "quote_datetime", "timestamp"),
    "underlying": ("ticker", "underlying_symbol", "symbol", "stock", "code", "stock_code"),
    "root": LEG_ALIASES["root"],
    "expiry": LEG_ALIASES["expiry"],
    "strike": LEG_ALIASES["strike"],
    "kind": (*LEG_ALIASES["kind"], "type"),
    "spot": ("price", "last", "close", "closing_price", "underlying_price", "spot_price"),
    "forward": ("forward_price", "fwd"),
    "rate": LEG_ALIASES["rate"],
    "dividend_yield": LEG_ALIASES["dividend_yield"],
    "vol": ("volatility", "sigma", "atm_vol", "atm_iv"),
    "beta": (),
    "settlement_price": ("settlement", "settle", "settle_price"),
    "bid": LEG_ALIASES["bid"],
    "ask": LEG_ALIASES["ask"],
    "iv": ("implied_vol", "implied_volatility", "imp_vol"),
    "volume": ("traded_volume",),
    "open_interest": ("oi",),
    "open_interest_change": ("oi_change", "change_in_oi"),
    "currency": LEG_ALIASES["currency"],
    "ex_date": ("ex_dividend_date", "ex_div_date", "ex_dividend"),
    "amount": ("dividend", "dividend_amount", "cash_dividend", "cash_amount", "div_amount"),
    "source_file": (),
    "source_line": (),
}

POSITION_NEEDS = (("quantity",), ("symbol", "underlying", "root"))
MARKET_NEEDS = (
    ("underlying",),
    (
        "spot", "forward", "rate", "dividend_yield", "vol", "beta", "settlement_price", "bid", "ask", "iv",
        "ex_date",
    ),
)  # fmt: skip
"""What a header must have: one name of each group."""


def normalized(name: str) -> str:
    """Reduce a column's name to its letters and digits.

    >>> normalized("Strike Price ($)"), normalized("AVG_PRICE")
    ('strikeprice', 'avgprice')
    """
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", name)
    return re.sub(r"[^a-z0-9]", "", bare.casefold())


def says_percent(name: str) -> bool:
    """Say whether a column's name announces numbers in percent: ``IV %``, ``vol_pct``."""
    return bool(re.search(r"%|pct|percent", name.casefold()))


PRICES = (
    "strike", "entry", "net_price", "mark", "bid", "ask", "spot", "forward", "settlement_price", "amount",
)  # fmt: skip
CENTS = re.compile(r"[(\[][^)\]]*(\bcents?\b|¢|\bpence\b|\bgbx\b)[^)\]]*[)\]]", re.IGNORECASE)
"""Columns of prices, and the units in brackets that are a hundredth of what they should be in."""


def _lookup(aliases: Aliases) -> dict[str, str]:
    return {normalized(alias): name for name, others in aliases.items() for alias in others}


@dataclass(frozen=True)
class ColumnMap:
    """Where each canonical column stands in a file, and how the file spells it."""

    header: tuple[str, ...]
    positions: Mapping[str, int]

    def __contains__(self, name: str) -> bool:
        """Say whether the file has the column."""
        return name in self.positions

    def spelled(self, name: str) -> str:
        """Return a column's name as the file has it, or the canonical one."""
        return self.header[self.positions[name]] if name in self.positions else name

    @property
    def ignored(self) -> tuple[str, ...]:
        """The named columns of the file that are no canonical column."""
        used = set(self.positions.values())
        return tuple(name for place, name in enumerate(self.header) if place not in used and name.strip())


def find_columns(header: Sequence[str], aliases: Aliases) -> dict[str, list[int]]:
    """List, for each canonical column, the places of the header that mean it; its own name hides aliases."""
    own = {normalized(name): name for name in aliases}
    others = _lookup(aliases)
    exact: dict[str, list[int]] = {}
    alias: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        key = _key(name, own, others)
        if key in own:
            exact.setdefault(own[key], []).append(place)
        elif key in others:
            alias.setdefault(others[key], []).append(place)
    return alias | exact


def _key(name: str, own: Mapping[str, str], others: Mapping[str, str]) -> str:
    """Reduce a name; a percent word at its end is a unit, not part of the name."""
    key = normalized(name)
    if key in own or key in others:
        return key
    return re.sub(r"(pct|percent|percentage)$", "", key)


def match_columns(file: str, header: Sequence[str], aliases: Aliases) -> ColumnMap:
    """Match a file's header.

    Raises
    ------
    ReadError
        If two of its columns mean the same, or one has its prices in cents.
    """
    found = find_columns(header, aliases)
    for name, places in found.items():
        if name in PRICES and any(CENTS.search(header[place]) for place in places):
            raise ReadError(
                f"{file}: the column {header[places[0]]!r} is in cents. Fix: divide it by 100, and name it {name}."
            )
        if len(places) > 1:
            twice = " and ".join(repr(header[place]) for place in places)
            raise ReadError(
                f"{file}: the columns {twice} both mean {name}. Fix: rename the one that you mean to {name}."
            )
    return ColumnMap(tuple(header), {name: places[0] for name, places in found.items()})


def match_canonical(header: Sequence[str]) -> ColumnMap:
    """Match the header of an export of our own: exact names of leg columns, and where their numbers came from."""
    known = {*LEG_COLUMNS, *(f"{name}_source" for name in ("spot", "rate", "dividend_yield"))}
    return ColumnMap(
        tuple(header), {name.strip(): place for place, name in enumerate(header) if name.strip() in known}
    )


def later_columns(names: Sequence[str]) -> list[str]:
    """Return the names that no stage of optlab writes."""
    return [name for name in names if name.strip() not in COLUMNS]


def is_canonical(header: Sequence[str]) -> bool:
    """Say whether a header is that of a file which optlab wrote."""
    return {"source_file", "source_line", "kind", "quantity"} <= {name.strip() for name in header}


def has_needs(header: Sequence[str], aliases: Aliases, needs: Sequence[tuple[str, ...]]) -> bool:
    """Say whether a line is a header: it names one column of each group that is needed."""
    found = find_columns(header, aliases)
    return all(any(name in found for name in group) for group in needs)


def of_dividends(file: str, header: Sequence[str]) -> ReadError | None:
    """Say that a file is a list of cash dividends, which would pass for positions: its amounts for shares."""
    if "ex_date" not in find_columns(header, MARKET_ALIASES):
        return None
    return ReadError(
        f"{file}: has ex-dates: these are dividends, no positions. Fix: give it as a market, with -m."
    )


def missing_columns(
    file: str, header: Sequence[str], aliases: Aliases, needs: Sequence[tuple[str, ...]]
) -> ReadError | None:
    """Say which needed columns a header lacks, what it has, and the names that come nearest."""
    found = find_columns(header, aliases)
    lacking = [group for group in needs if not any(name in found for name in group)]
    if not lacking:
        return None
    wanted = " and ".join(" or ".join(group) for group in lacking)
    accepted = [name for group in lacking for own in group for name in (own, *aliases[own])]
    near = {
        name: guess
        for name in header
        if not find_columns([name], aliases)
        for guess in difflib.get_close_matches(
            name.strip().casefold().replace(" ", "_"), accepted, n=1, cutoff=0.8
        )
    }
    hints = [f"rename {name!r} to {guess}" for name, guess in near.items()]
    fix = " or ".join(hints[:3]) or f"add a column {' and '.join(group[0] for group in lacking)}"
    shown = ", ".join(name.strip() for name in header[:20] if name.strip()) or "none"
    return ReadError(f"{file}: there is no column for {wanted}; the columns are {shown}. Fix: {fix}.")
