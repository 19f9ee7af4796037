"""The strategies of a valued book, a row for each: what it is, what was paid for it, and how it is covered."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optlab import aggregate
from optlab.errors import PricingError
from optlab.legs import OPTIONS
from optlab.market import Market
from optlab.strategy import STRATEGIES, describe_legs, lots, venue_name, venues
from optlab.strategy.coverage import coverage
from optlab.strategy.premiums import premiums
from optlab.strategy.tags import tags

STRATEGY_COLUMNS = (
    *("strategy_id", "strategy", "tag", "venue_name", "account", "underlying", "group", "lots", "legs"),
    *("premium", "premium_percent", "premium_source", "expiries", "days_nearest", "days", "value", "profit"),
    *(
        "currency",
        "textbook_direction",
        "textbook_volatility",
        "cover",
        "naked_calls",
        "naked_puts",
        "reading",
        "status",
    ),
)

NO_ENTRY, TWO_CURRENCIES = "no_entry", "two_currencies"
"""Why a strategy with a price for every leg has no profit, or no value."""

ROUNDING = 1e-9
"""A profit below this part of the value is none."""

UNKNOWN_VIEW = "depends"
"""The textbook view of a custom package, of a roll, and of options against a part of their stock."""


def strategies(
    valued: pd.DataFrame, market: Market, *, venue: str = "", cash: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Describe each strategy in one row.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    market : Market
        The market they were valued in.
    venue : str
        Whose name to show beside optlab's, such as hkex; see `optlab.strategy.venues`.
    cash : mapping of str to float, optional
        Cash by currency for cash-secured puts, beside the book's own cash legs.

    Returns
    -------
    DataFrame
        `STRATEGY_COLUMNS` in order of appearance. Premium is per lot and unit of underlying, positive paid,
        options only. ``status`` is ok, or why value and profit are missing:
        a leg's status, no_entry (what was paid is not known), two_currencies.

    Raises
    ------
    PricingError
        For a venue that is not known.
    """
    venue = venue.strip().casefold()
    if venue and venue not in venues():
        raise PricingError(f"venue {venue!r} is not known. Fix: use one of {', '.join(venues())}.")
    members = valued[valued["strategy_id"] != ""]
    grouped = members.groupby("strategy_id", sort=False)
    table = grouped.agg(
        **{
            name: (name, "first")
            for name in ("strategy", "account", "underlying", "group", "currency", "reading", "spot")
        }
    )
    table["lots"], table["legs"] = lots(members), describe_legs(members)
    table = table.join(premiums(members)).join(coverage(valued, cash=cash)).join(_dates(members))
    table["tag"] = tags(members, table)
    table = table.join(_views(table["strategy"], venue))
    table = table.join(_money(members, market))
    table["status"] = aggregate.why_unpriced(members).reindex(table.index).fillna("ok")
    is_ok = table["status"] == "ok"
    table["status"] = table["status"].mask(is_ok & table["value"].isna(), TWO_CURRENCIES)
    table["status"] = table["status"].mask(is_ok & table["value"].notna() & table["profit"].isna(), NO_ENTRY)
    return table.reset_index()[list(STRATEGY_COLUMNS)]


def _views(names: pd.Series, venue: str) -> pd.DataFrame:
    """Look up the textbook views and the venue's name of each distinct name once."""
    known = {name: STRATEGIES.get(name) for name in names.unique()}
    views = {
        name: (
            line.direction if line else UNKNOWN_VIEW,
            line.volatility if line else UNKNOWN_VIEW,
            venue_name(name, venue) if venue else "",
        )
        for name, line in known.items()
    }
    columns = ["textbook_direction", "textbook_volatility", "venue_name"]
    return pd.DataFrame([views[name] for name in names], columns=columns, index=names.index, dtype="str")


def _dates(members: pd.DataFrame) -> pd.DataFrame:
    """Return the expiries in words, and the days to the nearest and the farthest."""
    options = members[members["kind"].isin(OPTIONS)].sort_values("expiry", kind="stable")
    each = options.drop_duplicates(["strategy_id", "expiry"])
    written = each["expiry"].dt.strftime("%d%b%y").str.upper()
    words = pd.Series("", index=pd.Index(members["strategy_id"].unique(), name="strategy_id"), dtype="str")
    for _, place in written.groupby(each.groupby("strategy_id").cumcount()):
        ids = each.loc[place.index, "strategy_id"]
        words[ids] = (words[ids].to_numpy() + " " + place.to_numpy()).astype(object)
    days = options.groupby("strategy_id")["days"]
    alive = options["days"].where(options["days"] >= 0).groupby(options["strategy_id"]).min()
    nearest = alive.fillna(days.min())
    table = pd.DataFrame({"days_nearest": nearest, "days": days.max()}).reindex(words.index)
    return table.assign(expiries=words.str.strip())


def _money(members: pd.DataFrame, market: Market) -> pd.DataFrame:
    """Return the value and the profit of each strategy; one in two currencies has none."""
    totals = aggregate.total(members, market, by=["strategy_id"]).set_index("strategy_id")
    is_one = ~totals.index.duplicated(keep=False) & (totals["unpriced"] == 0)
    money = totals.loc[is_one, ["value", "profit"]]
    is_nothing = money["profit"].abs() <= ROUNDING * money["value"].abs()
    return money.assign(profit=money["profit"].mask(is_nothing, 0.0))
