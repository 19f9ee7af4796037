"""What a user should know of a valuation: what was assumed, what went unused, and what makes numbers doubtful."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optlab import strategy
from optlab.carry import dividends_ahead
from optlab.legs import OPTIONS
from optlab.market import EVERY, Market
from optlab.pricing import PRICED, Models
from optlab.pricing.dividends import present_value
from optlab.times import as_of_instants
from optlab.venues import is_currency_pair

LARGE = 0.2
"""Cash dividends of more than this part of spot are a slip of the decimal point more often than not."""


def notices(legs: pd.DataFrame, market: Market, models: Models, *, lost_rows: bool) -> tuple[str, ...]:
    """Return one sentence for each thing to know.

    Parameters
    ----------
    legs : DataFrame
        Priced legs with their strategies.
    market : Market
        The market they were seen in.
    models : Models
        How they are priced.
    lost_rows : bool
        Whether rows of the book's files were set aside.
    """
    paying = market.dividends["underlying"].unique()
    return (
        *_unused_words(legs, market),
        *_later_trades(legs, market),
        *_assumed(legs, "rate", "--rate 3%"),
        *_assumed(legs[~legs["underlying"].isin(paying)], "dividend_yield", "--dividend-yield 1%"),
        *_cash_dividends(legs, market, models),
        *_other_engine(legs, models),
        *_loose_trades(legs, lost_rows=lost_rows),
    )


def _unused_words(legs: pd.DataFrame, market: Market) -> list[str]:
    """Name what the user said of underlyings that are not in the book: a typing error, most likely."""
    held = {EVERY, *legs["underlying"]}
    said = market.dividends[market.dividends["source_file"] == ""]
    overrides = {**market.overrides, "dividend": dict.fromkeys(said["underlying"], 0.0)}
    return [
        f"{name.replace('_', ' ')} of {code} is used for no leg: none is on {code}"
        for name, numbers in overrides.items()
        for code in numbers
        if code not in held and not is_currency_pair(code)
    ] + _unused_dividends(legs, said, market)


def _unused_dividends(legs: pd.DataFrame, said: pd.DataFrame, market: Market) -> list[str]:
    """Name dividends that the user said of stocks in the book, and that fall between no leg and its expiry."""
    held = said[said["underlying"].isin(legs["underlying"])]
    expiring = legs[legs["expiry"].notna() & (legs["years"] >= 0)]
    last = expiring.groupby("underlying")["expiry"].max().dt.tz_localize(None).dt.normalize()
    is_past = held["ex_date"] <= pd.Timestamp(market.day) if market.as_of else held["ex_date"].isna()
    is_used = ~is_past & (held["ex_date"] <= pd.to_datetime(held["underlying"].map(last.to_dict())))
    why = is_past.map({True: "passed", False: "after every expiry"})
    return [
        f"dividend of {code} on {day:%Y-%m-%d} is used for no leg: it is {word}"
        for code, day, word in zip(
            held.loc[~is_used, "underlying"], held.loc[~is_used, "ex_date"], why[~is_used], strict=True
        )
    ]


def _later_trades(legs: pd.DataFrame, market: Market) -> list[str]:
    if market.as_of is None:
        return []
    count = int((legs["traded_at"] > as_of_instants(legs, market.as_of)).sum())
    are = "1 leg was" if count == 1 else f"{count} legs were"
    return [f"{are} traded after {market.as_of}, the time of the market"] if count else []


def _assumed(legs: pd.DataFrame, name: str, option: str) -> list[str]:
    is_option = legs["kind"].isin(OPTIONS) & legs["status"].isin(PRICED)
    without = sorted(set(legs.loc[is_option & (legs[f"{name}_source"] == "assumed_zero"), "underlying"]))
    if not without:
        return []
    label = name.replace("_", " ")
    return [f"no {label} for {', '.join(without)}: taken as 0; add it to the market, or say {option}"]


def _cash_dividends(legs: pd.DataFrame, market: Market, models: Models) -> list[str]:
    """Say whose cash dividends count, and how; where they are large, count twice, or are in the price already."""
    paid = legs[legs["dividend_model"] != ""]
    twice = sorted(set(paid.loc[paid["dividend_yield"] != 0, "underlying"]))
    large = sorted(set(_large(paid, market)))
    return [
        *([models.said_of(paid["underlying"])] if len(paid) else []),
        *([f"{', '.join(twice)}: cash dividends and a dividend yield, and both count"] if twice else []),
        *(
            [f"cash dividends of {', '.join(large)} are more than a fifth of spot: check their amounts"]
            if large
            else []
        ),
        *(_stale_spots(legs, market) if market.as_of and len(market.dividends) else []),
    ]


def _large(paid: pd.DataFrame, market: Market) -> Sequence[str]:
    """Return the underlyings whose dividends are large beside their spots."""
    if paid.empty:
        return []
    years, rate, dividend_yield = (paid[name].to_numpy(float) for name in ("years", "rate", "dividend_yield"))
    worth = present_value(dividends_ahead(paid, market), years, rate, dividend_yield)
    return paid.loc[np.asarray(worth > LARGE * paid["spot"].to_numpy(float)), "underlying"].tolist()


def _stale_spots(legs: pd.DataFrame, market: Market) -> list[str]:
    """Name underlyings whose quoted price is from before an ex-date that has passed since."""
    quoted = legs.loc[legs["spot_source"].isin(("underlying", "expiry")), "underlying"].unique()
    spots = market.quotes[market.quotes["spot"].notna() & market.quotes["underlying"].isin(quoted)]
    seen = spots.groupby("underlying")["as_of"].first()
    day = pd.to_datetime(market.dividends["underlying"].map(seen.to_dict()))
    ex_date = market.dividends["ex_date"]
    passed = market.dividends[(ex_date > day) & (ex_date <= pd.Timestamp(market.day))]
    return [
        f"the price of {code} is of {seen[code]:%Y-%m-%d}, before its ex-date {date:%Y-%m-%d}: "
        "the dividend is still in it; give a newer price"
        for code, date in zip(passed["underlying"], passed["ex_date"], strict=True)
    ]


def _other_engine(legs: pd.DataFrame, models: Models) -> list[str]:
    """Say which legs py_vollib was asked for in vain."""
    is_ours = legs["kind"].isin(OPTIONS) & ((legs["model"] == "american") | (legs["dividend_model"] != ""))
    count = int(is_ours.sum()) if models.engine == "vollib" else 0
    are = "1 leg is" if count == 1 else f"{count} legs are"
    own = "American or with cash dividends: optlab's own numbers, py_vollib has European options alone"
    return [f"{are} {own}"] if count else []


def _loose_trades(legs: pd.DataFrame, *, lost_rows: bool) -> list[str]:
    """Say what makes the reading of loose legs doubtful: contracts bought and sold, and rows that were lost."""
    loose = legs[(legs["reading"] != strategy.GIVEN) & (legs["strategy_id"] != "")]
    contract = ["account", "underlying", "kind", "strike", "expiry"]
    sides = (loose["quantity"] > 0).groupby([loose[name] for name in contract], dropna=False).nunique()
    both, lost = int((sides > 1).sum()), lost_rows and len(loose) > 0
    are = "1 contract is" if both == 1 else f"{both} contracts are"
    return [
        *([f"{are} both bought and sold: loose trades are not netted, each is read as held"] if both else []),
        *(["rows were set aside: a strategy of loose legs may lack one"] if lost else []),
    ]
