"""A market: quotes at one instant, on three levels, cash dividends, and what the user said on top of them.

A quote belongs to an underlying, to one expiry of it, or to one listed series, by which of the key columns
``expiry``, ``strike`` and ``kind`` are filled. Which quote a leg takes is decided in `optlab.join`. A cash dividend
belongs to the underlying.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from optlab.errors import MarketDataError
from optlab.payments import (
    DIVIDEND_KEYS,
    SaidDividends,
    dividend_table,
    first_dividends,
    listed_name,
    said_dividends,
)
from optlab.venues import is_currency_pair

QUOTE_KEYS = ("underlying", "root", "expiry", "strike", "kind")
QUOTE_NUMBERS = (
    "spot",
    "forward",
    "rate",
    "dividend_yield",
    "vol",
    "beta",
    "settlement_price",
    "bid",
    "ask",
    "iv",
    "volume",
    "open_interest",
    "open_interest_change",
)
QUOTE_COLUMNS = ("as_of", *QUOTE_KEYS, *QUOTE_NUMBERS, "currency", "source_file", "source_line")
"""``as_of`` and ``expiry`` are plain dates (``datetime64[us]``), ``strike`` NaN and ``kind`` empty where unused."""

OVERRIDABLE = ("spot", "vol", "rate", "dividend_yield", "settle")
EVERY = "*"
"""The key of an override that holds for every underlying."""

Overrides = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class Market:
    """Quotes at one instant.

    Parameters
    ----------
    quotes : DataFrame
        `QUOTE_COLUMNS`, a row per quote; see `quote_table`.
    as_of : date or aware datetime or None
        When the quotes hold. A bare date means each market's own close on that day. None: not known.
    overrides : mapping of mappings
        What the user said, ``{"spot": {"MIU": 24.24}, "rate": {"*": 0.03}}``; wins over everything else.
    notices : tuple of str
        What the reader of the quotes wants the user to know.
    dividends : DataFrame
        `DIVIDEND_COLUMNS`, a row per cash dividend, by underlying and ex-date; see `optlab.payments`.

    Examples
    --------
    >>> market = Market.of(spot={"MIU": 24.24}, vol={"MIU": 0.43}, rate=0.027, as_of="2026-10-02")
    >>> market.as_of.isoformat()
    '2026-10-02'
    """

    quotes: pd.DataFrame
    as_of: dt.date | None = None
    overrides: Overrides = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    dividends: pd.DataFrame = field(default_factory=lambda: dividend_table([]))

    @classmethod
    def of(
        cls,
        *,
        as_of: str | dt.date | None = None,
        spot: float | Mapping[str, float] | None = None,
        vol: float | Mapping[str, float] | None = None,
        rate: float | Mapping[str, float] | None = None,
        dividend_yield: float | Mapping[str, float] | None = None,
        dividends: SaidDividends | None = None,
    ) -> Market:
        """Make a market from numbers alone, one for all underlyings or one for each; dividends by underlying."""
        market = cls(quote_table([]), parse_as_of(as_of) if as_of is not None else None)
        market = market.override(spot=spot, vol=vol, rate=rate, dividend_yield=dividend_yield)
        return market.with_dividends(dividends or {})

    @classmethod
    def combine(cls, markets: Sequence[Market]) -> Market:
        """Lay several markets over each other: the first that has a quote, or a dividend of one day, wins."""
        if not markets:
            return cls(quote_table([]))
        dates = [market.as_of for market in markets if market.as_of is not None]
        merged: dict[str, dict[str, float]] = {}
        for market in reversed(markets):
            for name, values in market.overrides.items():
                merged.setdefault(name, {}).update(values)
        dividends, notices = first_dividends([market.dividends for market in markets])
        return cls(
            pd.concat([market.quotes for market in markets], ignore_index=True),
            dates[0] if dates else None,
            merged,
            (*(notice for market in markets for notice in market.notices), *notices),
            dividends,
        )

    def override(self, **values: float | Mapping[str, float] | None) -> Market:
        """Put the user's own numbers on top: ``spot vol rate dividend_yield settle``.

        A plain number holds for every underlying, a mapping for those it names. ``settle`` is the price
        at which contracts that expired on an earlier day were settled.

        Raises
        ------
        MarketDataError
            For a name that cannot be overridden, or a number that cannot be meant: a spot that is not positive,
            a volatility outside 0 to 500%, a rate or yield beyond 100%.
        """
        merged = {name: dict(mapping) for name, mapping in self.overrides.items()}
        for name, value in values.items():
            if name not in OVERRIDABLE:
                others = "dividends are added by with_dividends, the time by at"
                raise MarketDataError(
                    f"{name} can't be set. Fix: set one of {', '.join(OVERRIDABLE)}; {others}."
                )
            if value is not None:
                numbers = value if isinstance(value, Mapping) else {EVERY: value}
                said = {listed_name(code): float(number) for code, number in numbers.items()}
                _check_range(name, said)
                merged.setdefault(name, {}).update(said)
        return replace(self, overrides=merged)

    def with_dividends(self, dividends: SaidDividends) -> Market:
        """Add cash dividends, such as ``{"AAPL": [("2026-11-09", 0.27)]}``, in the underlying's own currency.

        They replace what the market has for the same underlying and ex-date.

        Raises
        ------
        MarketDataError
            For an amount that is not positive, what is no day, a pair of currencies, and two amounts of one day.
        """
        said = said_dividends(dividends)
        keys = list(DIVIDEND_KEYS)
        for code, day in said.loc[said.duplicated(keys), keys].to_numpy():
            raise MarketDataError(
                f"dividend {code} is said more than once for {day:%Y-%m-%d}. Fix: say the sum of that day."
            )
        replaced = pd.MultiIndex.from_frame(said[keys])
        kept = self.dividends[~pd.MultiIndex.from_frame(self.dividends[keys]).isin(replaced)]
        return replace(self, dividends=dividend_table(pd.concat([said, kept], ignore_index=True)))

    def cash_dividends(self, underlying: str, currency: str) -> pd.DataFrame:
        """Return the cash dividends of an underlying in a currency, converted at the market's exchange rate.

        Returns
        -------
        DataFrame
            ``ex_date amount``, a row per ex-date in their order, past ones among them: what one unit of the underlying
            is paid. A dividend without a currency, and one asked for without, is taken as it stands.

        Raises
        ------
        MarketDataError
            If no quoted pairs lead from a dividend's currency to the one asked for; see `fx_rate`.
        """
        own = self.dividends[self.dividends["underlying"] == listed_name(underlying.strip().upper())]
        codes = own["currency"].unique().tolist()
        try:
            rates = {code: self.fx_rate(code, currency) if code and currency else 1.0 for code in codes}
        except MarketDataError as error:
            raise MarketDataError(f"a dividend of {underlying} is in another currency: {error}") from None
        amount = own["amount"] * own["currency"].map(rates).astype("float64")
        return amount.groupby(own["ex_date"]).sum().rename("amount").reset_index()

    def at(self, as_of: str | dt.date) -> Market:
        """Return the same quotes seen at another time."""
        return replace(self, as_of=parse_as_of(as_of))

    @property
    def known_as_of(self) -> dt.date:
        """When the quotes hold, for what can't be done without.

        Raises
        ------
        MarketDataError
            If nobody said.
        """
        if self.as_of is None:
            raise MarketDataError(
                "the market has no date. Fix: say when it holds, such as --as-of 2026-10-02, "
                'or market.at("2026-10-02").'
            )
        return self.as_of

    @property
    def day(self) -> dt.date:
        """The day of `known_as_of`."""
        as_of = self.known_as_of
        return as_of.date() if isinstance(as_of, dt.datetime) else as_of

    @property
    def fx(self) -> dict[str, float]:
        """Exchange rates by pair: ``{"USDHKD": 7.8}`` is 7.8 HKD for one USD."""
        pairs = self.quotes[self.quotes["underlying"].map(is_currency_pair).astype(bool)]
        rates = pairs.dropna(subset=["spot"]).drop_duplicates("underlying")
        quoted = dict(zip(rates["underlying"], rates["spot"].astype(float), strict=True))
        said = self.overrides.get("spot", {})
        return quoted | {code: rate for code, rate in said.items() if is_currency_pair(code)}

    def fx_rate(self, source: str, target: str) -> float:
        """Return how much of the target currency one unit of the source currency is.

        Uses the pair, its inverse, or one step through a third currency.

        Raises
        ------
        MarketDataError
            If no quoted pairs connect the two; the message names the row to add.
        """
        if source == target:
            return 1.0
        rates = self.fx
        steps = {**{pair: 1.0 / rate for pair, rate in rates.items()}}
        steps = {pair[3:] + pair[:3]: rate for pair, rate in steps.items()} | rates
        if source + target in steps:
            return steps[source + target]
        for pair, rate in sorted(steps.items()):
            if pair[:3] == source and pair[3:] + target in steps:
                return rate * steps[pair[3:] + target]
        raise MarketDataError(
            f"no exchange rate from {source} to {target}. Fix: add the row underlying={source}{target}, "
            f"spot={target} per {source} to the market file."
        )


RANGES = {
    "spot": (0.0, math.inf, "is no price", "write one such as 24.24"),
    "settle": (0.0, math.inf, "is no price", "write one such as 24.24"),
    "vol": (0.0, 5.0, "is no volatility from 0 to 500%", "write 43% or 0.43"),
    "rate": (-1.0, 1.0, "is a rate beyond 100%", "write 3% or 0.03"),
    "dividend_yield": (-1.0, 1.0, "is a yield beyond 100%", "write 1% or 0.01"),
}
"""What each number may be, what to say when it is not, and the fix."""


def _check_range(name: str, said: Mapping[str, float]) -> None:
    low, high, complaint, fix = RANGES[name]
    for code, number in said.items():
        is_price_of_nothing = name in ("spot", "settle") and number == 0
        if not low <= number <= high or is_price_of_nothing or math.isinf(number):
            whose = "" if code == EVERY else f"{code}="
            raise MarketDataError(f"{name.replace('_', '-')} {whose}{number:g} {complaint}. Fix: {fix}.")


def quote_table(rows: Sequence[Mapping[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Build the table of quotes from rows that name only what they have.

    Dates are plain days; text that is missing is empty, numbers that are missing are NaN.
    """
    table = pd.DataFrame(rows).reindex(columns=list(QUOTE_COLUMNS))
    for name in ("as_of", "expiry"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    for name in (*QUOTE_NUMBERS, "strike"):
        table[name] = table[name].astype("float64")
    for name in ("underlying", "root", "kind", "currency", "source_file"):
        table[name] = table[name].astype("object").where(table[name].notna(), "").astype("str")
    table["root"] = table["root"].where(table["root"] != "", table["underlying"])
    table["source_line"] = table["source_line"].fillna(0).astype("int64")
    return table


def parse_as_of(when: str | dt.date) -> dt.date:
    """Read a time as the user writes it: a bare date, or a date and time with its zone.

    >>> parse_as_of("2026-10-02")
    datetime.date(2026, 10, 2)
    >>> parse_as_of("2026-10-02T10:30+08:00").isoformat()
    '2026-10-02T10:30:00+08:00'

    Raises
    ------
    MarketDataError
        If it is neither, or a time without a zone.
    """
    if isinstance(when, dt.datetime):
        moment: dt.date = when
    elif isinstance(when, dt.date):
        return when
    else:
        moment = _parse_text(when.strip())
    if isinstance(moment, dt.datetime) and moment.tzinfo is None:
        raise MarketDataError(
            f"as-of {when!s} has a time but no zone. Fix: write 2026-10-02 or 2026-10-02T15:30+08:00."
        )
    return moment


def _parse_text(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise MarketDataError(
            f"as-of {text!r} is not a date. Fix: write 2026-10-02 or 2026-10-02T15:30+08:00."
        ) from None
