"""Market data for each leg: the first source that has a number wins, and its name stays beside it.

The order, from the user's word to the broadest quote:

* volatility: command line, the leg's own iv, its mark and its mid solved, the listed series' settlement and
  mid solved, the series' printed iv, the expiry's vol, the underlying's vol;
* spot, rate and dividend yield: command line, the leg, the expiry, the underlying. A forward quoted for the
  expiry gives the dividend yield that leads from spot to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.carry import dividends_ahead, forwards, spots_below, yields_between
from optlab.legs import OPTIONS
from optlab.market import EVERY, Market
from optlab.pricing import Models, distinct_contracts, options_of
from optlab.pricing.dividends import Dividends
from optlab.pricing.implied import Implied
from optlab.pricing.models import implied
from optlab.times import local_days, years_at, years_to_expiry

SOURCES = {
    "command_line": "said on the command line, or set by Market.override",
    "leg": "the leg's own column",
    "leg_iv": "the leg's own iv",
    "leg_mark": "solved from the leg's mark",
    "leg_mid": "solved from the middle of the leg's bid and ask",
    "series_settlement": "solved from the listed series' settlement price",
    "series_mid": "solved from the middle of the listed series' bid and ask",
    "series_iv": "printed by the exchange or vendor for the listed series",
    "expiry": "the market's quote for the expiry",
    "expiry_forward": "from the forward quoted for the expiry",
    "underlying": "the market's quote for the underlying",
    "settle": "the settlement price the user gave for contracts that expired earlier",
    "assumed_zero": "not given anywhere: zero",
    "other_currency": "quoted, but in another currency than the leg's: not used",
}
"""Every word that a ``_source`` column can hold; empty where there is nothing."""


class Candidate(NamedTuple):
    """Numbers for every leg from one source; NaN where it has none."""

    source: str
    values: pd.Series


def quotes(
    legs: pd.DataFrame, market: Market, ahead: Dividends | None = None, *, models: Models | None = None
) -> pd.DataFrame:
    """Add spot, rate, dividend_yield, vol and years, each quote followed by where it came from.

    Parameters
    ----------
    legs : DataFrame
        The canonical table.
    market : Market
        Must know its ``as_of``.
    ahead : Dividends, optional
        The market's cash dividends beside each leg, if they are laid out already; see `optlab.carry`.
    models : Models, optional
        How options are priced: volatilities are solved by the same.

    Returns
    -------
    DataFrame
        The same rows with ``spot spot_source rate rate_source dividend_yield dividend_yield_source forward model
        dividend_model vol vol_source years``. NaN where no source has a number; then ``vol_source`` may hold why solving the
        leg's mark failed, and ``spot_source`` that the quote is in another currency.

    Raises
    ------
    MarketDataError
        If the market has no ``as_of``.
    """
    levels = _levels(legs, market)
    models = models or Models()
    ahead = dividends_ahead(legs, market) if ahead is None else ahead
    joined = legs.assign(own_spot=legs["spot"])
    joined["years"] = years_to_expiry(legs, market)
    _settle(joined, market)
    rate, rate_source = first_hit(
        legs.index,
        [
            said(legs, market, "rate"),
            Candidate("leg", legs["rate"]),
            Candidate("expiry", levels.expiry["rate"]),
            Candidate("underlying", levels.underlying["rate"]),
            Candidate("assumed_zero", pd.Series(0.0, index=legs.index)),
        ],
    )
    spot, spot_source = _spot(joined, market, levels, rate, ahead)
    dividend_yield, dividend_source = _dividend_yield(joined, market, levels, rate, spot, ahead)
    joined = joined.assign(
        spot=spot,
        spot_source=spot_source,
        rate=rate,
        rate_source=rate_source,
        dividend_yield=dividend_yield,
        dividend_yield_source=dividend_source,
    )
    joined["forward"] = forwards(joined, ahead)
    joined["model"] = _model(joined, models)
    joined["dividend_model"] = _dividend_model(joined, ahead, models)
    joined["vol"], joined["vol_source"] = _vol(joined, market, levels, ahead, models)
    return joined.drop(columns="own_spot")


def _model(joined: pd.DataFrame, models: Models) -> pd.Series:
    """Say whose exercise each option has: its own style's, or one for all."""
    words = joined["style"] if models.model == "auto" else pd.Series(models.model, index=joined.index)
    return words.where(joined["kind"].isin(OPTIONS), "").astype("str")


def _dividend_model(joined: pd.DataFrame, ahead: Dividends, models: Models) -> pd.Series:
    """Say how cash dividends are taken, where any falls before the expiry."""
    is_paid = ahead.counting(joined["years"].to_numpy(dtype=float)).any(axis=1)
    return pd.Series(np.where(is_paid, models.dividend_model, ""), index=joined.index, dtype="str")


@dataclass(frozen=True, eq=False)
class _Beside:
    """Quotes laid beside the legs: a column is spread over them when it is asked for."""

    quotes: pd.DataFrame
    place: np.ndarray
    """The row of each leg's quote, -1 where it has none."""
    index: pd.Index

    def __getitem__(self, name: str) -> pd.Series:
        """Return a column of the quotes, indexed like the legs; missing where a leg has no quote."""
        return pd.Series(self.quotes[name].array.take(self.place, allow_fill=True), index=self.index)


class _Levels(NamedTuple):
    """The market's quotes laid beside the legs, level by level."""

    underlying: _Beside
    expiry: _Beside
    series: _Beside


def _levels(legs: pd.DataFrame, market: Market) -> _Levels:
    table = market.quotes
    has_expiry, has_strike = table["expiry"].notna(), table["strike"].notna()
    keys = legs[["underlying", "root", "strike", "kind"]].assign(expiry=local_days(legs, legs["expiry"]))
    return _Levels(
        _beside(keys, table[~has_expiry & ~has_strike], ["underlying"]),
        _beside(keys, table[has_expiry & ~has_strike], ["underlying", "expiry"]),
        _beside(keys, table[has_expiry & has_strike], ["root", "expiry", "strike", "kind"]),
    )


def _beside(keys: pd.DataFrame, table: pd.DataFrame, on: list[str]) -> _Beside:
    """Lay the first number of each quote beside the legs, so that a later market fills what an earlier lacks."""
    others = [name for name in keys.columns if name not in on]
    table = table.drop(columns=others).assign(currency=table["currency"].mask(table["currency"] == ""))
    first = table.groupby(on, as_index=False).first()
    place = np.full(len(keys), -1)
    if len(first):
        found = keys[on].merge(first[on].assign(place=range(len(first))), how="left", on=on)["place"]
        place = found.fillna(-1).to_numpy(dtype="int64")
    return _Beside(first, place, keys.index)


def first_hit(index: pd.Index, candidates: Sequence[Candidate]) -> tuple[pd.Series, pd.Series]:
    """Take, for each leg, the first source that has a number; returns the numbers and the sources' names."""
    values = np.full(len(index), np.nan)
    sources = np.full(len(index), "", dtype=object)
    for source, column in candidates:
        numbers = column.to_numpy(dtype=float)
        is_hit = np.isnan(values) & ~np.isnan(numbers)
        values[is_hit] = numbers[is_hit]
        sources[is_hit] = source
    return pd.Series(values, index=index), pd.Series(sources, index=index, dtype="str")


def said(legs: pd.DataFrame, market: Market, name: str, source: str = "command_line") -> Candidate:
    """Return what the user said of each leg's underlying, by its name or for every one."""
    numbers = market.overrides.get(name, {})
    for_all = numbers.get(EVERY, np.nan)
    if set(numbers) <= {EVERY}:
        return Candidate(source, pd.Series(for_all, index=legs.index, dtype="float64"))
    return Candidate(source, legs["underlying"].map(numbers).astype("float64").fillna(for_all))


def _settle(joined: pd.DataFrame, market: Market) -> None:
    """Let contracts that expired earlier settle at the price the user gave."""
    price = said(joined, market, "settle")[1]
    is_settled = (joined["years"] < 0) & price.notna()
    joined["years"] = joined["years"].mask(is_settled, 0.0)
    joined["settle"] = price.where(is_settled)


def _spot(
    joined: pd.DataFrame, market: Market, levels: _Levels, rate: pd.Series, ahead: Dividends
) -> tuple[pd.Series, pd.Series]:
    settle = joined.pop("settle")
    quoted_yield = levels.expiry["dividend_yield"].fillna(levels.underlying["dividend_yield"]).fillna(0.0)
    carried = joined.assign(rate=rate, dividend_yield=quoted_yield)
    from_forward = spots_below(levels.expiry["forward"], carried, ahead)
    quoted = [
        Candidate("expiry", levels.expiry["spot"]),
        Candidate("underlying", levels.underlying["spot"]),
        Candidate("expiry_forward", from_forward),
    ]
    currency = levels.underlying["currency"].fillna("")
    is_foreign = (currency != "") & (joined["currency"] != "") & (currency != joined["currency"])
    usable = [Candidate(source, values.mask(is_foreign)) for source, values in quoted]
    own = [Candidate("settle", settle), said(joined, market, "spot"), Candidate("leg", joined["spot"])]
    spot, source = first_hit(joined.index, [*own, *usable])
    return spot, source.mask(is_foreign & spot.isna(), "other_currency")


def _dividend_yield(
    joined: pd.DataFrame,
    market: Market,
    levels: _Levels,
    rate: pd.Series,
    spot: pd.Series,
    ahead: Dividends,
) -> tuple[pd.Series, pd.Series]:
    # The forward belongs to the market's own spot: a spot said on the command line moves both.
    quoted_spot = levels.expiry["spot"].fillna(levels.underlying["spot"]).fillna(spot)
    years = years_at(joined, market, levels.expiry["as_of"])
    seen_then = _seen_at(ahead, joined["years"], years)
    from_forward = yields_between(
        quoted_spot, levels.expiry["forward"], years.where(years > 0), rate, seen_then
    )
    return first_hit(
        joined.index,
        [
            said(joined, market, "dividend_yield"),
            Candidate("leg", joined["dividend_yield"]),
            Candidate("expiry_forward", from_forward),
            Candidate("expiry", levels.expiry["dividend_yield"]),
            Candidate("underlying", levels.underlying["dividend_yield"]),
            Candidate("assumed_zero", pd.Series(0.0, index=joined.index)),
        ],
    )


def _vol(
    joined: pd.DataFrame, market: Market, levels: _Levels, ahead: Dividends, models: Models
) -> tuple[pd.Series, pd.Series]:
    is_option = joined["kind"].isin(OPTIONS)
    has_vol = is_option | joined["kind"].isin(("stock", "future"))
    series = levels.series
    direct = [said(joined, market, "vol"), Candidate("leg_iv", _positive(joined["iv"]))]
    broad = [
        Candidate("series_iv", _positive(series["iv"])),
        Candidate("expiry", levels.expiry["vol"]),
        Candidate("underlying", levels.underlying["vol"]),
    ]
    known, _ = first_hit(joined.index, direct)
    solver = _Solver(joined, ahead, models)
    solved, failures = solver.solve(_prices(joined, market, levels), is_option & known.isna())
    candidates = [Candidate(source, values.where(has_vol)) for source, values in [*direct, *solved, *broad]]
    vol, source = first_hit(joined.index, candidates)
    return vol, source.mask(vol.isna() & is_option, failures)


def _positive(column: pd.Series) -> pd.Series:
    """Take a volatility of zero for none: that is how vendors print what they don't have."""
    return column.where(column > 0)


class Quoted(NamedTuple):
    """Prices to solve, with the spot and the time to expiry at which they were made."""

    source: str
    prices: pd.Series
    spot: pd.Series
    years: pd.Series


def _prices(joined: pd.DataFrame, market: Market, levels: _Levels) -> list[Quoted]:
    """Gather the prices a volatility can be solved from, in order.

    A price belongs to the spot and the day of its own quote: a spot or a later as_of said on the command line
    moves what the leg is worth, not the volatility that the market's price implies. A leg's own mark belongs to
    the leg's own spot, else to the market's.
    """
    series = levels.series
    of_market = levels.expiry["spot"].fillna(levels.underlying["spot"])
    of_market = of_market.mask(joined["spot_source"] == "other_currency")
    at_mark = joined["own_spot"].fillna(of_market).fillna(joined["spot"])
    at_series = of_market.fillna(joined["own_spot"]).fillna(joined["spot"])
    is_of_market = joined["own_spot"].isna() & of_market.notna()
    mark_years = years_at(joined, market, levels.underlying["as_of"].where(is_of_market))
    series_years = years_at(joined, market, series["as_of"])
    # A spot of another day says nothing of this price: better the next source than a wrong volatility.
    is_other_day = (series["as_of"] != levels.underlying["as_of"]) & series["as_of"].notna()
    is_other_day &= levels.underlying["as_of"].notna()
    return [
        Quoted("leg_mark", joined["mark"], at_mark, mark_years),
        Quoted("leg_mid", _middle(joined).mask(_is_of_another_day(joined, market)), at_mark, mark_years),
        Quoted("series_settlement", series["settlement_price"].mask(is_other_day), at_series, series_years),
        Quoted("series_mid", _middle(series).mask(is_other_day), at_series, series_years),
    ]


def _is_of_another_day(joined: pd.DataFrame, market: Market) -> pd.Series:
    """Say which rows are trades of an earlier day: their bid and ask are of that moment, and its spot is not known."""
    if joined["traded_at"].isna().all():
        return pd.Series(data=False, index=joined.index)
    return local_days(joined, joined["traded_at"]) < pd.Timestamp(market.day)


def _middle(table: pd.DataFrame | _Beside) -> pd.Series:
    """Return the middle of bid and ask; a bid of zero is no bid."""
    bid, ask = table["bid"], table["ask"]
    return ((bid + ask) / 2).where((bid > 0) & (ask >= bid))


@dataclass(frozen=True, eq=False)
class _Solver:
    """Volatilities from prices, by the model that prices the legs."""

    joined: pd.DataFrame
    ahead: Dividends
    models: Models

    def solve(self, quoted: Sequence[Quoted], wanted: pd.Series) -> tuple[list[Candidate], pd.Series]:
        """Solve each source's prices where nothing before it had a vol; also why the first failed."""
        wanted = wanted & (self.joined["years"] > 0)
        failures = pd.Series("", index=self.joined.index, dtype="str")
        solved: list[Candidate] = []
        for source, prices, spot, years in quoted:
            vols = pd.Series(np.nan, index=self.joined.index)
            is_open = wanted & prices.notna() & spot.notna()
            if is_open.any():
                answer = self._implied(is_open, prices, spot, years)
                vols[is_open] = answer.vol
                at = vols.index[is_open]
                missed = at[(answer.status != "ok") & (failures[at] == "").to_numpy()]
                failures[missed] = pd.Series(answer.status, index=at, dtype="str")[missed]
            wanted = wanted & vols.isna()
            solved.append(Candidate(source, vols))
        return solved, failures

    def _implied(self, which: pd.Series, prices: pd.Series, spot: pd.Series, years: pd.Series) -> Implied:
        legs = self.joined.assign(spot=spot, years=years, solved_price=prices)[which]
        seen_then = _seen_at(self.ahead, self.joined["years"], years)
        ahead = Dividends(*(values[which.to_numpy()] for values in seen_then))
        distinct = distinct_contracts(legs, ["solved_price"])
        if distinct is None:
            return implied(legs["solved_price"].to_numpy(dtype=float), options_of(legs, ahead), self.models)
        first, codes = distinct
        own = legs.iloc[first]
        option = options_of(own, Dividends(*(values[first] for values in ahead)))
        found = implied(own["solved_price"].to_numpy(dtype=float), option, self.models)
        return Implied(found.vol[codes], found.status[codes])


def _seen_at(ahead: Dividends, years: pd.Series, quoted_years: pd.Series) -> Dividends:
    """Return the dividends as they lay ahead when a quote was made."""
    if not ahead.years.shape[1]:
        return ahead
    return ahead._replace(years=ahead.years + (quoted_years - years).to_numpy(dtype=float)[:, None])
