"""Open interest and volume of a chain: by expiry, by strike, in all."""

from __future__ import annotations

import pandas as pd

INTEREST_COLUMNS = (
    *("open_interest_calls", "open_interest_puts", "put_call_ratio", "volume_calls", "volume_puts"),
)
STRIKE_COLUMNS = (
    *("underlying", "strike", "open_interest", "open_interest_calls", "open_interest_puts"),
    *("put_call_ratio", "open_interest_change", "volume_calls", "volume_puts"),
)


def by_expiry(series: pd.DataFrame) -> pd.DataFrame:
    """Sum open interest and volume of calls and of puts per expiry; empty where nobody gave any.

    Returns
    -------
    DataFrame
        `INTEREST_COLUMNS`, indexed by ``expiry``. ``put_call_ratio`` is puts over calls of open interest.
    """
    return _sums(series, "expiry")[list(INTEREST_COLUMNS)]


def by_strike(series: pd.DataFrame) -> pd.DataFrame:
    """Sum open interest and volume per strike over all expiries, the largest open interest first.

    Returns
    -------
    DataFrame
        `STRIKE_COLUMNS`; strikes without any open interest given are not in it.
    """
    sums = _sums(series, "strike").dropna(subset=["open_interest"]).reset_index()
    sums = sums.assign(underlying=series["underlying"].iloc[0])
    sums["underlying"] = sums["underlying"].astype("str")
    ordered = sums.sort_values(["open_interest", "strike"], ascending=[False, True], kind="stable")
    return ordered[list(STRIKE_COLUMNS)].reset_index(drop=True)


def _sums(series: pd.DataFrame, key: str) -> pd.DataFrame:
    columns = {
        f"{name}_{kind}s": series[f"series_{name}"].where(series["kind"] == kind)
        for name in ("open_interest", "volume")
        for kind in ("call", "put")
    }
    both = {name: series[f"series_{name}"] for name in ("open_interest", "open_interest_change")}
    sums = pd.DataFrame({**columns, **both}).groupby(series[key]).sum(min_count=1)
    calls = sums["open_interest_calls"]
    return sums.assign(put_call_ratio=sums["open_interest_puts"] / calls.where(calls > 0))
