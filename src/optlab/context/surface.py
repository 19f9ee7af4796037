"""From listed prices to a smile: the forward of each expiry, the volatility of each series, one per strike.

`optlab.join` decides which volatility a series has, as it does for every leg. This module only tells it the
forward first: put-call parity gives it where an expiry has a call and a put at one strike, because a forward
that is off by half a percent moves a risk reversal by points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from optlab import join
from optlab.carry import dividends_ahead
from optlab.context.chain import listed_legs
from optlab.errors import MarketDataError
from optlab.market import EVERY, Market, quote_table
from optlab.pricing import STATUSES, Models, unit_numbers
from optlab.pricing.black_scholes import evaluate

SOLVED = ("series_settlement", "series_mid", "series_iv")
"""Volatilities that are a series' own; the broader ones say nothing of a smile."""

PAIRS = 5
"""Strikes nearest the money whose parity forwards are asked; their median counts."""

PASSES, SETTLED = 4, 1e-5
"""Forwards of American options are found so often at most, each time with better premiums, until they move by less."""

AT_FORWARD = 1e-9
"""So near, in log-moneyness, a strike is at the forward."""

QUOTED, PARITY, CARRY, RATES = "quoted", "parity", "carry", "rate and yield"
FORWARD_SOURCES = {
    QUOTED: "the market's own quote for the expiry",
    PARITY: "put-call parity: the median over the five strikes nearest the money",
    CARRY: "the carry of the nearest expiry with a forward: no strike has both a call and a put",
    RATES: "spot, rate and dividend yield of the market",
}
"""Every word that ``forward_source`` can hold."""


@dataclass(frozen=True, eq=False)
class Surface:
    """What the listed series of one underlying say.

    Parameters
    ----------
    series : DataFrame
        A row per living series: the leg, its quotes as `optlab.join.quotes` adds them, ``day``, ``forward``,
        ``forward_source``, ``log_moneyness`` and the numbers it is listed with, ``series_...``.
    smile : DataFrame
        A row per expiry and strike that has a volatility: ``expiry strike kinds log_moneyness vol vol_source
        call_delta``, whether it is of the option in the money (``is_inside``), and what it was solved with.
    notices : tuple of str
        What was left out or assumed.
    """

    series: pd.DataFrame
    smile: pd.DataFrame
    notices: tuple[str, ...]


def surface(market: Market, underlying: str, models: Models | None = None) -> Surface:
    """Read the smile of every expiry from an underlying's listed series.

    Parameters
    ----------
    market : Market
        With series, and ``as_of``.
    underlying : str
        One that has series.
    models : Models, optional
        How options are priced.

    Raises
    ------
    MarketDataError
        If every series has expired, or there is no price of the underlying and no forward either.
    """
    legs, notices = listed_legs(market, underlying)
    bare = _without_broad_vols(market, underlying)
    models = models or Models()
    found = _settled_forwards(_near_the_money(legs), bare, models)
    joined = join.quotes(legs, _with_forwards(bare, found, legs), models=models)
    if joined["spot"].isna().all():
        raise MarketDataError(
            f"{underlying} has no price, and no strike has both a call and a put that would tell it. "
            f"Fix: add its spot to the market, or say --spot {underlying}=PRICE."
        )
    joined["dividend_yield"] = _whole_yield(joined)
    source = joined["day"].map(found["source"]).fillna(RATES)
    joined["forward_source"] = source.where(joined["dividend_yield_source"] == "expiry_forward", RATES)
    joined["log_moneyness"] = np.log(joined["strike"] / joined["forward"])
    notices += [*_without_vol(joined, underlying), *_assumed(joined, market, underlying)]
    if (joined["dividend_model"] != "").any():
        notices.append(models.said_of([underlying]))
    return Surface(joined, smile(joined), tuple(notices))


def _near_the_money(legs: pd.DataFrame) -> pd.DataFrame:
    """Take the series that may tell a forward: the strikes where call and put cost most nearly the same."""
    keys = ["day", "expiry", "root", "strike"]
    sides = legs.assign(listed=prices(legs)).pivot_table(
        index=keys, columns="kind", values="listed", aggfunc="first"
    )
    if not {"call", "put"} <= set(sides.columns):
        return legs
    gap = (sides["call"] - sides["put"]).abs().dropna().sort_values(kind="stable")
    near = gap.groupby(level="day").head(2 * PAIRS).index
    others = ~legs["day"].isin(near.get_level_values("day"))
    return legs[pd.MultiIndex.from_frame(legs[keys]).isin(near) | others]


def _settled_forwards(legs: pd.DataFrame, bare: Market, models: Models) -> pd.DataFrame:
    """Find the forwards again and again, each time with the early-exercise premiums that go with the last ones."""
    joined = join.quotes(legs, bare, models=models)
    found = forwards(joined, bare)
    for _ in range(PASSES - 1 if (joined["model"] == "american").any() else 0):
        before = found["forward"]
        joined = join.quotes(legs, _with_forwards(bare, found, legs), models=models)
        found = forwards(joined, bare)
        if not ((found["forward"] / before - 1.0).abs() > SETTLED).any():
            break
    return found


def forwards(joined: pd.DataFrame, market: Market) -> pd.DataFrame:
    """Find the forward of each expiry day from the options themselves, where they tell it.

    Parameters
    ----------
    joined : DataFrame
        Living series with rate, spot and years.
    market : Market
        For forwards that are quoted.

    Returns
    -------
    DataFrame
        By ``day``: ``forward``, NaN where rate and dividend yield decide, and ``source``.
    """
    first = joined.groupby("day")[["spot", "rate", "years", "rate_source"]].first()
    quoted = market.quotes.dropna(subset=["forward"]).groupby("expiry")["forward"].first()
    found = pd.DataFrame({"forward": quoted.reindex(first.index), "source": QUOTED})
    by_parity = _parity(joined, market).reindex(first.index)
    found["source"] = found["source"].where(found["forward"].notna(), PARITY)
    found["forward"] = found["forward"].fillna(by_parity)
    is_open = found["forward"].isna() & (first["rate_source"] == "assumed_zero") & first["spot"].notna()
    carry = np.log(found["forward"] / first["spot"]) / first["years"]
    if is_open.any() and carry.notna().any():
        known = carry.dropna()
        for day in found.index[is_open]:
            nearest = int(np.argmin(np.abs((known.index - day).days)))
            growth = np.exp(float(known.iloc[nearest]) * first.loc[day, "years"])
            found.loc[day, ["forward", "source"]] = [first.loc[day, "spot"] * growth, CARRY]
    return found


def _whole_yield(joined: pd.DataFrame) -> pd.Series:
    """Return the yield that leads to the forward, cash dividends and all: what is left to do needs no more."""
    whole = joined["rate"] - np.log(joined["forward"] / joined["spot"]) / joined["years"]
    return joined["dividend_yield"].where(joined["dividend_model"] == "", whole)


def _parity(joined: pd.DataFrame, market: Market) -> pd.Series:
    """Return K + (C - P) exp(rT) by day, the median over the strikes nearest the money."""
    growth = np.exp(joined["rate"] * joined["years"])
    priced = joined.assign(grown=_european(joined, market) * growth).dropna(subset=["grown"])
    keys = ["day", "expiry", "root", "strike"]
    sides = {kind: priced[priced["kind"] == kind].set_index(keys)["grown"] for kind in ("call", "put")}
    pairs = pd.DataFrame(sides).dropna().reset_index()
    pairs["gap"] = (pairs["call"] - pairs["put"]).abs()
    pairs["forward"] = pairs["strike"] + pairs["call"] - pairs["put"]
    nearest = pairs.sort_values(["day", "gap", "strike"], kind="stable").groupby("day").head(PAIRS)
    return nearest.groupby("day")["forward"].median()


def _european(joined: pd.DataFrame, market: Market) -> pd.Series:
    """Return each series' price; of American ones, where it has a volatility, without the early-exercise premium."""
    listed = prices(joined)
    is_open = (joined["model"] == "american") & joined["vol"].notna() & listed.notna()
    if not is_open.any():
        return listed
    series = joined[is_open]
    numbers, _ = unit_numbers(series, dividends_ahead(series, market))
    return listed.sub(pd.Series(numbers.premium, index=joined.index[is_open]), fill_value=0.0)


def prices(series: pd.DataFrame) -> pd.Series:
    """Return each series' price, the settlement or the middle of bid and ask; NaN where there is none."""
    bid, ask = series["series_bid"], series["series_ask"]
    middle = ((bid + ask) / 2).where((bid > 0) & (ask >= bid))
    settled = series["series_settlement_price"]
    return settled.where(settled > 0).fillna(middle)


def _without_broad_vols(market: Market, underlying: str) -> Market:
    """Take away what would hide a series' own volatility: those of the expiry, the underlying and the user."""
    quotes = market.quotes[market.quotes["underlying"] == underlying].assign(vol=np.nan)
    overrides = {name: numbers for name, numbers in market.overrides.items() if name != "vol"}
    return replace(market, quotes=quotes, overrides=overrides)


def _with_forwards(market: Market, found: pd.DataFrame, legs: pd.DataFrame) -> Market:
    """Add the forwards as quotes; one that the market has stands before them."""
    told = found[["forward"]].dropna().join(legs.groupby("day")[["quoted_on", "underlying"]].first())
    if told.empty:
        return market
    rows = told.reset_index(names="expiry").rename(columns={"quoted_on": "as_of"})
    return replace(market, quotes=pd.concat([market.quotes, quote_table(rows)], ignore_index=True))


def smile(series: pd.DataFrame) -> pd.DataFrame:
    """Take one volatility per expiry and strike: of the option out of the money, at the forward of both.

    Where the option out of the money has none, the one in the money stands for it: by parity it is the same.

    Parameters
    ----------
    series : DataFrame
        Joined series with ``forward`` and ``log_moneyness``.

    Returns
    -------
    DataFrame
        As in `Surface`.
    """
    usable = series[series["vol"].notna() & series["vol_source"].isin(SOLVED)].copy()
    side = np.where(usable["kind"] == "call", 1.0, -1.0)
    usable["is_inside"] = side * usable["log_moneyness"] < -AT_FORWARD
    at = ["expiry", "strike"]
    usable = usable[usable["is_inside"] == usable.groupby(at)["is_inside"].transform("min")]
    usable = usable.sort_values([*at, "kind", "root"], kind="stable")
    grouped = usable.groupby(at, as_index=False)
    first = ["underlying", "log_moneyness", "vol_source", "is_inside", "forward", "years"]
    table = grouped[[*first, "spot", "rate", "dividend_yield"]].first()
    table["vol"] = grouped["vol"].mean()["vol"]
    table["kinds"] = grouped["kind"].agg(lambda kinds: " and ".join(dict.fromkeys(kinds)))["kind"]
    inputs = (table[name].to_numpy(dtype=float) for name in ("spot", "strike", "years", "rate"))
    numbers = (table[name].to_numpy(dtype=float) for name in ("dividend_yield", "vol"))
    table["call_delta"] = evaluate(1.0, *inputs, *numbers).delta
    return table


def _without_vol(joined: pd.DataFrame, underlying: str) -> list[str]:
    """Say how many series have no volatility, and why."""
    bare = joined[~joined["vol_source"].isin(SOLVED)]
    if bare.empty:
        return []
    words = bare["vol_source"].map(_why).where(prices(bare).notna(), "no price")
    reasons = ", ".join(f"{word} ({count})" for word, count in sorted(words.value_counts().items()))
    return [f"{underlying}: no volatility for {len(bare)} of {len(joined)} series: {reasons}"]


def _why(word: str) -> str:
    if word in STATUSES:
        return STATUSES[word].removeprefix("no volatility: ")
    return "no price of the underlying on the same day"


def _assumed(joined: pd.DataFrame, market: Market, underlying: str) -> list[str]:
    """Say what the surface rests on that the chain does not say."""
    found = [_of_forwards(joined, underlying, source) for source in (CARRY, RATES)]
    if (joined["spot_source"] == "expiry_forward").any():
        found.append(f"{underlying}: no spot is quoted; each expiry's forward stands for it")
    if (joined["rate_source"] == "assumed_zero").any():
        found.append(f"{underlying}: no rate is quoted: taken as 0")
    if joined["multiplier"].min() < joined["multiplier"].max():
        found.append(f"{underlying}: contracts of several sizes; open interest counts each as one")
    if _says_vol(market.overrides.get("vol", {}), underlying):
        found.append(f"{underlying}: the vol that was said is not used; the chain's own is what is asked")
    return [notice for notice in found if notice]


def _of_forwards(joined: pd.DataFrame, underlying: str, source: str) -> str:
    rows = joined[joined["forward_source"] == source]
    if rows.empty:
        return ""
    days = ", ".join(f"{day:%d%b%y}".upper() for day in sorted(set(rows["day"])))
    why = "the carry of the nearest expiry that has one" if source == CARRY else "spot, rate and yield"
    return f"{underlying}: the forward of {days} is from {why}"


def _says_vol(said: Mapping[str, float], underlying: str) -> bool:
    return underlying in said or EVERY in said
