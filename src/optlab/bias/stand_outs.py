"""The trades that stand out: the largest by delta, premium and contracts, with what they imply."""

from __future__ import annotations

import pandas as pd

from optlab.market import Market
from optlab.payoff import breakevens
from optlab.strategy import net

TOP = 3
MEASURES = {"delta": "by_delta", "premium": "by_premium", "contracts": "by_contracts"}
"""What a trade can be the largest by, and the weight that says so."""

STAND_OUT_COLUMNS = [
    *("largest_by", "place", "strategy_id", "strategy", "lots", "legs", "direction", "currency"),
    *("delta_cash", "contracts", "premium", "premium_percent", "premium_source"),
    *("breakevens", "cap", "floor", "traded_at"),
]


def stand_outs(counted: pd.DataFrame, legs: pd.DataFrame, market: Market, *, top: int = TOP) -> pd.DataFrame:
    """List the largest strategies by delta cash, by premium and by contracts.

    Parameters
    ----------
    counted : DataFrame
        Strategies that carry a view, indexed by ``strategy_id``, with their weights.
    legs : DataFrame
        Their legs with values.
    market : Market
        For exchange rates, where sizes in several currencies are compared.
    top : int
        How many by each measure.

    Returns
    -------
    DataFrame
        `STAND_OUT_COLUMNS`, the largest first within each measure. ``breakevens`` are spots at the nearest
        expiry, as text; ``cap`` is the lowest short call and ``floor`` the highest short put, as 27 27NOV26.
    """
    chosen = pd.concat(
        [_largest(counted, name, column, top) for name, column in MEASURES.items()], ignore_index=True
    )
    members = legs[legs["strategy_id"].isin(chosen["strategy_id"])]
    details = _limits(members).join(_breakevens(members, market))
    table = chosen.join(details, on="strategy_id")
    text = {
        name: table[name].astype("object").fillna("").astype("str") for name in ("breakevens", "cap", "floor")
    }
    return table.assign(**text)[STAND_OUT_COLUMNS]


def _largest(counted: pd.DataFrame, name: str, column: str, top: int) -> pd.DataFrame:
    """Return the largest by one measure; of money in currencies that no rate connects, the largest of each."""
    is_money = name != "contracts"
    if is_money and counted["to_one_currency"].isna().any():
        parts = [_ranked(part, name, part[column], top) for _, part in counted.groupby("currency", sort=True)]
        return pd.concat(parts, ignore_index=True)
    return _ranked(counted, name, counted[column] * (counted["to_one_currency"] if is_money else 1.0), top)


def _ranked(counted: pd.DataFrame, name: str, size: pd.Series, top: int) -> pd.DataFrame:
    size = size.where(size > 0).dropna()
    size = size[size >= size.nlargest(top).min()] if top else size.iloc[:0]
    ties = ["underlying", "legs", "group"]
    sized = counted.loc[size.index, ties].assign(size=-size)
    order = sized.sort_values(["size", *ties], kind="stable").index[:top]
    found = counted.loc[order].reset_index()
    return found.assign(largest_by=name, place=range(1, len(found) + 1))


def _limits(members: pd.DataFrame) -> pd.DataFrame:
    """Return where a strategy's short calls cap the price it hopes for, and its short puts hold it."""
    short = net(members)
    short = short[(short["units"] < 0) & short["strike"].notna()]
    calls = short[short["kind"] == "call"].sort_values(["strike", "expiry"], kind="stable")
    puts = short[short["kind"] == "put"].sort_values(
        ["strike", "expiry"], ascending=[False, True], kind="stable"
    )
    first = {
        name: table.drop_duplicates("strategy_id").set_index("strategy_id")
        for name, table in (("cap", calls), ("floor", puts))
    }
    everyone = pd.Index(members["strategy_id"].unique(), name="strategy_id")
    words = {
        name: (table["strike"].map("{:g}".format).astype("str") + " " + _day(table["expiry"])).reindex(
            everyone
        )
        for name, table in first.items()
    }
    return pd.DataFrame(words, index=everyone)


def _day(expiry: pd.Series) -> pd.Series:
    return expiry.dt.strftime("%d%b%y").astype("str").str.upper()


def _breakevens(members: pd.DataFrame, market: Market) -> pd.Series:
    """Write the breakevens of each strategy; what was paid is its value now where it is not known."""
    found = {
        name: " / ".join(f"{spot:.2f}" for spot in spots)
        for name, spots in breakevens(members, market).items()
    }
    return pd.Series(found, name="breakevens", dtype="object")
