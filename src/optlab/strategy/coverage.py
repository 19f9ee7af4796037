"""Which short options are covered: by their own strategy, by the rest of the account, by cash, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.strategy.packages import net
from optlab.strategy.pool import Bools, Floats, Ints

ROUNDING = 1e-9

COVERED, BY_ACCOUNT, CASH_SECURED, NAKED = "covered", "covered by account", "cash-secured", "naked"

ROUNDING = 1e-9
"""What is left of this part of a short option is rounding, and covered."""


def coverage(named: pd.DataFrame, *, cash: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Say of each strategy whether its short options are covered.

    A short call is covered by a unit of long stock or a future, or by a long call of the same underlying that expires
    no earlier; a short put by a unit of short stock, or by such a long put; at any strike, and each unit covers
    once. Legs of the same strategy come first; what these leave over in the account covers what else it can, in
    order of appearance, so that no more is naked than the account leaves. What closes a position, and what expired on an
    earlier day, neither covers nor needs cover. Short puts that are left are cash-secured while there is
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
    everyone = named[named["strategy_id"] != ""]
    members = everyone[_is_held(everyone)]
    first = everyone.drop_duplicates("strategy_id").set_index("strategy_id")
    legs = _Legs(net(members), first)
    table = pd.DataFrame(index=first.index)
    inside = np.zeros(len(first))
    for kind, side in (("call", 1.0), ("put", -1.0)):
        own, left = legs.uncovered(kind, side)
        inside += own
        table[f"naked_{kind}s"] = left
    is_naked = (table["naked_calls"] > 0) | (table["naked_puts"] > 0)
    secured = _cash_secured(named, table, cash or {})
    table["cover"] = np.where(inside > 0, BY_ACCOUNT, COVERED)
    table["cover"] = (
        table["cover"].mask(is_naked, NAKED).mask(secured, CASH_SECURED).mask(~legs.has_short(), "")
    )
    return table.astype({"cover": "str"})


def _is_held(legs: pd.DataFrame) -> pd.Series:
    """Say which legs are a position: not what closes one, nor what expired on an earlier day."""
    is_over = (legs["years"] < 0) & legs["kind"].isin(OPTIONS) if "years" in legs else False
    is_held: pd.Series = (legs["effect"] != "close") & ~pd.Series(is_over, index=legs.index)
    return is_held


class _Legs:
    """The netted legs of a book as arrays, and the account and underlying that each strategy belongs to."""

    def __init__(self, legs: pd.DataFrame, first: pd.DataFrame) -> None:
        self.count = len(first)
        self.strategy = first.index.get_indexer(pd.Index(legs["strategy_id"]))
        accounts = pd.factorize(pd.MultiIndex.from_frame(first[["account", "underlying"]]))[0]
        self.account = accounts[self.strategy]
        self.kind = legs["kind"].to_numpy(dtype=object)
        self.is_option = legs["kind"].isin(OPTIONS).to_numpy()
        self.date = pd.factorize(legs["expiry"], sort=True)[0]
        self.units = legs["units"].to_numpy()

    def has_short(self) -> Bools:
        """Say which strategies hold a short option."""
        shorts = np.bincount(self.strategy, self.is_option & (self.units < 0), minlength=self.count)
        return shorts > 0

    def uncovered(self, kind: str, side: float) -> tuple[Floats, Floats]:
        """Return the short units of one kind that their own strategies leave uncovered, and that accounts leave.

        ``side`` is that of the stock that covers them: long for calls, short for puts.
        """
        own, left = np.zeros(self.count), np.zeros(self.count)
        is_mine = self.is_option & (self.kind == kind)
        is_stock = ~self.is_option & (side * self.units > 0)
        accounts = np.unique(self.account[is_mine & (self.units < 0)])
        rows = np.flatnonzero((is_mine | is_stock) & np.isin(self.account, accounts))
        rows = rows[np.argsort(self.account[rows], kind="stable")]
        borders = np.searchsorted(self.account[rows], accounts)
        for part in np.split(rows, borders[1:]):
            if len(part):
                stock = np.where(is_stock[part], np.abs(self.units[part]), 0.0)
                held = _Account(self.strategy[part], self.date[part], self.units[part], stock)
                own[held.strategies] = held.naked.sum(axis=1)
                left[held.strategies] = held.left().sum(axis=1)
        return own, left


class _Account:
    """The options of one kind, and the stock that covers them, of one account in one underlying.

    ``long``, ``short`` and ``naked`` have a row per strategy in order of appearance, a column per expiry.
    """

    def __init__(self, strategy: Ints, date: Ints, units: Floats, stock: Floats) -> None:
        is_option = stock == 0
        self.strategies, rows = np.unique(strategy, return_inverse=True)
        dates, days = np.unique(np.where(is_option, date, date[is_option][0]), return_inverse=True)
        self.long = np.zeros((len(self.strategies), len(dates)))
        self.short = np.zeros_like(self.long)
        np.add.at(self.long, (rows, days), np.where(is_option, np.maximum(units, 0.0), 0.0))
        np.add.at(self.short, (rows, days), np.where(is_option, np.maximum(-units, 0.0), 0.0))
        self.stock = np.bincount(rows, stock, minlength=len(self.strategies))
        self.naked = self._inside()

    def _inside(self) -> Floats:
        """Return what each strategy leaves uncovered, by expiry: the latest short options are covered first."""
        free = np.zeros(len(self.strategies))
        naked = np.zeros_like(self.short)
        for day in reversed(range(self.short.shape[1])):
            free = free + self.long[:, day]
            naked[:, day] = np.maximum(self.short[:, day] - free, 0.0)
            free = np.maximum(free - self.short[:, day], 0.0)
        stock = self.stock.copy()
        for day in reversed(range(self.short.shape[1])):
            taken = np.minimum(naked[:, day], stock)
            naked[:, day] -= taken
            stock -= taken
        return self._without_rounding(naked)

    def _without_rounding(self, naked: Floats) -> Floats:
        """Take what is left of a short quantity for nothing where it is but a rest of binary fractions."""
        return np.where(naked > ROUNDING * self.short, naked, 0.0)

    def left(self) -> Floats:
        """Return what the whole account leaves uncovered.

        The room of a date is what the long options that live beyond it, and the stock, can still cover; a short
        option needs the room of every date up to its own (Hall's condition). First come, first covered.
        """
        covered = self.short - self.naked
        room = np.cumsum((self.long - covered).sum(axis=0)[::-1])[::-1] + self.stock.sum()
        left = self.naked.copy()
        for strategy in np.flatnonzero(left.any(axis=1)):
            for day in reversed(range(left.shape[1])):
                taken = min(left[strategy, day], max(room[: day + 1].min(), 0.0))
                left[strategy, day] -= taken
                room[: day + 1] -= taken
        return self._without_rounding(left)


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
