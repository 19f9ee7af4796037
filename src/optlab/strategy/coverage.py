"""Which short options are covered: by their own strategy, by the rest of the account, by cash, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.strategy.packages import net
from optlab.strategy.pool import Floats

COVERED, BY_ACCOUNT, CASH_SECURED, NAKED = "covered", "covered by account", "cash-secured", "naked"

ROUNDING = 1e-9
"""What is left of this part of a short option is rounding, and covered."""


def coverage(named: pd.DataFrame, *, cash: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Say of each strategy whether its short options are covered.

    A short call is covered by a unit of long stock or a future, or by a long call of the same underlying that expires
    no earlier; a short put by a unit of short stock, or by such a long put; at any strike, and each unit covers
    once. Legs of the same strategy come first; what these leave over in the account covers what else it can, so
    that no more is naked than the account leaves. Short puts that are left are cash-secured while there is
    cash for their strikes.

    Parameters
    ----------
    named : DataFrame
        Legs with their ``strategy_id``.
    cash : mapping of str to float, optional
        Cash by currency that every account may use, beside the cash legs of its own.

    Returns
    -------
    DataFrame
        Indexed by ``strategy_id`` in order of appearance: ``cover``, one of covered, covered by account,
        cash-secured, naked, or empty where nothing is sold short; ``naked_calls`` and ``naked_puts`` in units
        of the underlying.
    """
    members = named[named["strategy_id"] != ""]
    first = members.drop_duplicates("strategy_id").set_index("strategy_id")
    legs = net(members)
    legs["account"] = list(
        zip(
            legs["strategy_id"].map(first["account"]),
            legs["strategy_id"].map(first["underlying"]),
            strict=True,
        )
    )
    is_short = legs["kind"].isin(OPTIONS) & (legs["units"] < 0)
    table = pd.DataFrame(index=first.index)
    inside = pd.Series(0.0, index=first.index)
    for kind, side in (("call", 1), ("put", -1)):
        own, left = _uncovered(legs, kind, side)
        inside = inside.add(own, fill_value=0.0)
        table[f"naked_{kind}s"] = left.reindex(table.index).fillna(0.0)
    has_short = pd.Series(table.index.isin(legs.loc[is_short, "strategy_id"]), table.index)
    is_naked = (table["naked_calls"] > 0) | (table["naked_puts"] > 0)
    secured = _cash_secured(named, table, cash or {})
    table["cover"] = np.select(
        [~has_short, secured, is_naked, inside.reindex(table.index) > 0],
        ["", CASH_SECURED, NAKED, BY_ACCOUNT],
        COVERED,
    )
    return table


def _uncovered(legs: pd.DataFrame, kind: str, side: int) -> tuple[pd.Series, pd.Series]:
    """Return the short units of one kind that their own strategies leave uncovered, and that their accounts do."""
    is_stock = ~legs["kind"].isin(OPTIONS)
    stock = (side * legs["units"]).where(is_stock, 0.0).clip(lower=0.0)
    options = legs[legs["kind"] == kind]
    short = options[options["units"] < 0]
    own = pd.Series(0.0, index=pd.Index([], name="strategy_id"))
    left = own.copy()
    if short.empty:
        return own, left
    accounts = set(short["account"])
    for _, part in legs[legs["account"].isin(accounts) & ((legs["kind"] == kind) | (stock > 0))].groupby(
        "account", sort=False
    ):
        account = _Account(part, kind, stock[part.index])
        own, left = pd.concat([own, account.own()]), pd.concat([left, account.left()])
    return own, left


class _Account:
    """The options of one kind, and the stock that covers them, of one account in one underlying."""

    def __init__(self, legs: pd.DataFrame, kind: str, stock: pd.Series) -> None:
        options = legs[legs["kind"] == kind]
        self.stock = stock.groupby(legs["strategy_id"]).sum()
        self.dates = np.sort(options["expiry"].unique())
        days = np.searchsorted(self.dates, options["expiry"].to_numpy())
        self.ids, codes = np.unique(options["strategy_id"], return_inverse=True)
        shape = (len(self.ids), len(self.dates))
        self.long, self.short = np.zeros(shape), np.zeros(shape)
        units = options["units"].to_numpy()
        np.add.at(self.long, (codes, days), np.maximum(units, 0.0))
        np.add.at(self.short, (codes, days), np.maximum(-units, 0.0))
        order = pd.Series(range(len(legs)), index=legs["strategy_id"]).groupby(level=0).min()
        self.order = order.reindex(self.ids).to_numpy()
        self.naked = self._inside()

    def _inside(self) -> Floats:
        """Return what each strategy leaves uncovered, by expiry: the latest short options are covered first."""
        free = np.zeros(len(self.ids))
        naked = np.zeros_like(self.short)
        for day in range(len(self.dates) - 1, -1, -1):
            free += self.long[:, day]
            naked[:, day] = np.maximum(self.short[:, day] - free, 0.0)
            free = np.maximum(free - self.short[:, day], 0.0)
        stock = self.stock.reindex(self.ids).fillna(0.0).to_numpy()
        for day in range(len(self.dates) - 1, -1, -1):
            taken = np.minimum(naked[:, day], stock)
            naked[:, day] -= taken
            stock = stock - taken
        return np.where(naked > ROUNDING * self.short, naked, 0.0)

    def own(self) -> pd.Series:
        return pd.Series(self.naked.sum(axis=1), index=self.ids)

    def left(self) -> pd.Series:
        """Return what the whole account leaves uncovered of each strategy.

        Room before a date is what the long options that live beyond it and the stock can still cover; a short
        option uses the room of every date up to its own (Hall's condition).
        """
        covered = self.short - self.naked
        room = np.cumsum((self.long - covered).sum(axis=0)[::-1])[::-1] + self.stock.sum()
        left = self.naked.copy()
        for strategy in np.argsort(self.order, kind="stable"):
            for day in range(len(self.dates) - 1, -1, -1):
                taken = min(left[strategy, day], max(room[: day + 1].min(), 0.0))
                left[strategy, day] -= taken
                room[: day + 1] -= taken
        left = np.where(left > ROUNDING * self.short, left, 0.0)
        return pd.Series(left.sum(axis=1), index=self.ids)


def _cash_secured(legs: pd.DataFrame, table: pd.DataFrame, said: Mapping[str, float]) -> pd.Series:
    """Say which strategies leave nothing naked but puts whose strikes there is cash for, in order of appearance."""
    secured = pd.Series(data=False, index=table.index)
    wanting = table.index[(table["naked_puts"] > 0) & (table["naked_calls"] == 0)]
    purses = _purses(legs)
    common = dict(said)
    sold = legs[(legs["kind"] == "put") & (legs["quantity"] < 0) & legs["strategy_id"].isin(wanting)]
    strikes = sold.groupby("strategy_id", sort=False).agg(
        strike=("strike", "max"), account=("account", "first"), currency=("currency", "first")
    )
    for strategy, strike, account, currency in strikes.itertuples():
        needed = float(strike) * float(table.loc[strategy, "naked_puts"])
        own = max(purses.get((account, currency), 0.0), 0.0)
        if needed <= own + common.get(currency, 0.0):
            purses[account, currency] = own - min(needed, own)
            common[currency] = common.get(currency, 0.0) - (needed - min(needed, own))
            secured[strategy] = True
    return secured


def _purses(legs: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the cash of each account and currency."""
    cash = legs[legs["kind"] == "cash"]
    purses: dict[tuple[str, str], float] = {}
    for account, currency, amount in zip(
        cash["account"], cash["currency"], cash["quantity"] * cash["multiplier"], strict=True
    ):
        purses[account, currency] = purses.get((account, currency), 0.0) + amount
    return purses
