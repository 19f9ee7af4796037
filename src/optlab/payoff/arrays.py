"""The columns of all legs as arrays, so that each position is a few slices of them.

Checked by tests/payoff/test_layout.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from optlab.payoff.position import Flags, Position, Skew, VolRule
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends
from optlab.pricing.models import Models, Option
from optlab.strategy import contract

PERCENT = 100.0
"""Several underlyings hang on one axis where every spot now is this."""

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LegArrays:
    """Legs as arrays, (legs,), in the order of their table.

    Parameters
    ----------
    sign, spot, strike, years, rate, dividend_yield, vol : ndarray
        Model inputs; sign 0 for what is no option.
    units, value, entry : ndarray
        Signed units and value in the positions' currency; what a future was bought at, else NaN.
    american, delivers, is_settled : bool ndarray
        Whose exercise counts, which end in delivery, and which were settled on an earlier day.
    ahead : Dividends
    underlying, expiry, contracts : sequences
        Names, moments of expiry, and what each leg is called.
    smiles : mapping
        The `Skew` of each underlying and expiry.
    models : Models
    """

    sign: Array
    spot: Array
    strike: Array
    years: Array
    rate: Array
    dividend_yield: Array
    vol: Array
    units: Array
    value: Array
    entry: Array
    american: Flags
    delivers: Flags
    is_settled: Flags
    ahead: Dividends
    underlying: npt.NDArray[np.object_]
    expiry: list[pd.Timestamp]
    contracts: list[str]
    smiles: Mapping[tuple[Hashable, ...], Skew]
    models: Models

    @classmethod
    def of(
        cls, legs: pd.DataFrame, ahead: Dividends, factor: Array, smiles: Mapping[tuple[Hashable, ...], Skew]
    ) -> LegArrays:
        """Take the columns of valued legs, with money times a factor."""
        kind = legs["kind"]

        def column(name: str) -> Array:
            return legs[name].to_numpy(dtype=np.float64)

        sign = np.where(kind == "call", 1.0, np.where(kind == "put", -1.0, 0.0))
        words = set(legs["dividend_model"]) - {""}
        return cls(
            sign=sign,
            spot=column("spot"),
            strike=column("strike"),
            years=column("years"),
            rate=column("rate"),
            dividend_yield=column("dividend_yield"),
            vol=column("vol"),
            units=column("quantity") * column("multiplier") * factor,
            value=column("value") * factor,
            entry=np.where(kind == "future", column("entry"), np.nan),
            american=(legs["model"] == "american").to_numpy(),
            delivers=(legs["style"] == "american").to_numpy(),
            is_settled=(legs["spot_source"] == "settle").to_numpy(),
            ahead=ahead,
            underlying=legs["underlying"].to_numpy(dtype=object),
            expiry=legs["expiry"].to_list(),
            contracts=contract(legs).to_list(),
            smiles=smiles,
            models=Models(dividend_model=words.pop()) if words else Models(),
        )

    def ends(self, place: int) -> bool:
        """Say whether a leg expires."""
        return bool(self.sign[place] != 0 or not np.isnan(self.entry[place]))

    def over(self, places: Indices) -> Flags:
        """Say which legs move no more: settled earlier, or expired now while later ones live."""
        years = self.years[places]
        return np.asarray(
            self.is_settled[places] | ((years <= 0) & (years != np.nanmax(years, initial=-1.0)))
        )

    def leaves_shares(self, places: Indices) -> Flags:
        """Say which options that expired now were delivered: in the money, and of the kind that delivers."""
        paid = self.sign[places] * (self.spot[places] - self.strike[places]) > 0
        return np.asarray(paid & self.delivers[places] & ~self.is_settled[places])

    def settled(self, paid: Indices, delivered: Indices) -> float:
        """Return what legs that are over were worth, or what was paid and received for delivered shares."""
        cash = -(self.units * self.sign)[delivered] * self.strike[delivered]
        return float(self.value[paid].sum() + cash.sum())

    def position(
        self,
        live: Indices,
        delivered: Indices,
        cost: float,
        settled: float,
        rule: VolRule,
        *,
        in_percent: bool,
        is_merged: bool,
    ) -> tuple[Position, list[str]]:
        """Make a position of living legs and delivered shares, and say what each leg is called.

        ``is_merged`` takes equal contracts together.
        """
        places = np.concatenate([live, delivered])
        is_share = np.arange(len(places)) >= len(live)
        unit = self.spot[places] / PERCENT if in_percent else np.ones(len(places))
        units = np.where(is_share, (self.units * self.sign)[places], self.units[places]) * unit
        names = self._names(live, in_percent=in_percent) + [
            f"shares of {self.contracts[p]}" for p in delivered
        ]
        if is_merged:
            first, codes = self._distinct(places, is_share)
            units = np.bincount(codes, weights=units, minlength=len(first))
            places, is_share, unit = places[first], is_share[first], unit[first]
            names = [names[place] for place in first]
        option = self._option(places, is_share, unit)
        vol = self.vol[places]
        return Position(
            units=units,
            option=option,
            vol=np.where((option.sign != 0) & np.isnan(vol), 0.0, vol),  # marked without time value
            entry=self.entry[places] / unit,
            spot=float(option.spot[0]),
            cost=float(cost),
            settled=settled,
            models=self.models,
            rule=rule,
            skews=tuple(self._skew(place, size) for place, size in zip(places, unit, strict=True)),
            delivers=self.delivers[places],
        ), names

    def _names(self, live: Indices, *, in_percent: bool) -> list[str]:
        return [
            f"{self.underlying[place]} {self.contracts[place]}" if in_percent else self.contracts[place]
            for place in live
        ]

    def _option(self, places: Indices, is_share: Flags, unit: Array) -> Option:
        ahead = Dividends(self.ahead.years[places], self.ahead.amounts[places] / unit[:, None])
        return Option(
            np.where(is_share, 0.0, self.sign[places]),
            self.spot[places] / unit,
            np.where(is_share, np.nan, self.strike[places] / unit),
            np.where(is_share, np.nan, self.years[places]),
            self.rate[places],
            self.dividend_yield[places],
            ahead,
            self.american[places],
        )

    def _skew(self, place: int, unit: float) -> Skew | None:
        found = self.smiles.get((str(self.underlying[place]), self.expiry[place]))
        return found if found is None or unit == 1.0 else found.scaled(1.0 / unit)

    def _distinct(self, places: Indices, is_share: Flags) -> tuple[Indices, Indices]:
        """Return the first of each distinct contract, and the contract of each leg."""
        codes = np.unique(self.underlying[places].astype(str), return_inverse=True)[1]
        numbers = (self.sign, self.strike, self.years, self.rate, self.dividend_yield, self.vol, self.entry)
        flags = (self.american[places], self.delivers[places], is_share)
        keys = np.column_stack(
            [codes, *flags, *(np.nan_to_num(column[places], nan=-7.0) for column in numbers)]
        )
        _, first, back = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return first[order], rank[back.ravel()]
