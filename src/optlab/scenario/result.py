"""What a grid is, and what comes out of it: profits by group and node, as tables long and wide, and the worst node."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.errors import PricingError
from optlab.pricing.black_scholes import Array
from optlab.scenario.causes import CAUSES, Seen, causes
from optlab.scenario.moves import Axis, Unit, axis
from optlab.scenario.shocks import Shock

COLUMNS: Mapping[Unit, str] = {
    "percent": "spot_move",
    "sigmas": "spot_sigmas",
    "points": "vol_move",
    "relative": "vol_relative",
    "rate": "rate_move",
    "days": "days_ahead",
}
"""The column that holds each kind of move."""

Moves = str | Sequence[float] | Axis


class Axes(NamedTuple):
    """The moves of one grid."""

    days: Axis
    rate: Axis
    vol: Axis
    spot: Axis

    @property
    def shape(self) -> tuple[int, ...]:
        """How many moves there are along each."""
        return tuple(len(one.sizes) for one in self)

    @staticmethod
    def nodes(some: Sequence[Axis]) -> dict[str, Array]:
        """Return the moves of every node of some axes by their columns, the last axis moving fastest."""
        moves = np.meshgrid(*(np.array(one.sizes) for one in some), indexing="ij")
        return {COLUMNS[one.unit]: sizes.ravel() for one, sizes in zip(some, moves, strict=True)}

    def node(self, place: Sequence[int]) -> dict[str, float]:
        """Return the moves of one node by their columns."""
        return {COLUMNS[one.unit]: one.sizes[index] for one, index in zip(self, place, strict=True)}

    def words(self, place: Sequence[int]) -> str:
        """Name one node; what does not move on the whole grid is left out.

        >>> one = Axis("days", (0.0,)), Axis("rate", (0.0,)), Axis("points", (-0.1, 0.0)), Axis("percent", (-0.2, 0.0))
        >>> Axes(*one).words((0, 0, 0, 0))
        'spot -20%, vol -10'
        """
        named = zip(("days", "rate", "vol", "spot"), self, place, strict=True)
        told = [(name, one.texts[index]) for name, one, index in named if any(one.sizes)]
        written = [day_of(text) if name == "days" else f"{name} {text}" for name, text in told]
        return ", ".join(reversed(written)) or "now"


def day_of(text: str) -> str:
    """Write days as a sentence has them.

    >>> day_of("0d"), day_of("1d"), day_of("7d")
    ('today', 'in 1 day', 'in 7 days')
    """
    return {"0d": "today", "1d": "in 1 day"}.get(text, f"in {text.removesuffix('d')} days")


@dataclass(frozen=True)
class Grid:
    """Which grid is wanted.

    Parameters
    ----------
    axes : Axes
        Its moves.
    by : tuple of str
        What profits are kept apart by: ``underlying``, ``strategy``, ``expiry``, ``account``, or any column that says
        what a leg is. Currencies always are.
    currency : str, optional
        Convert every amount to it, at today's rate.
    beta_to : str, optional
        The moves of spot are that index's.
    sigma_days : float
        How many trading days a standard deviation of spot is for.
    vol_term : bool
        Whether moves of volatility are times sqrt(30 days / time left).
    greeks : bool
        Whether to compute greeks at each node too.
    each_leg : bool
        Whether every leg has a grid of its own.
    """

    axes: Axes
    by: tuple[str, ...] = ()
    currency: str | None = None
    beta_to: str | None = None
    sigma_days: float = 1.0
    vol_term: bool = False
    greeks: bool = False
    each_leg: bool = False

    @classmethod
    def of(
        cls,
        spot: Moves = "-20%:20%:5%",
        vol: Moves = "-10,0,+10",
        days: Moves = "0",
        rate: Moves = "0",
        *,
        by: str | Sequence[str] = (),
        relative_vol: bool = False,
        sigmas: bool = False,
        vol_term: bool = False,
        sigma_days: float = 1.0,
        currency: str | None = None,
        beta_to: str | None = None,
        greeks: bool = False,
        full: bool = False,
    ) -> Grid:
        """Make a grid of what a user says.

        Parameters
        ----------
        spot, vol, days, rate : str or sequence of float
            The moves along each axis: text as on the command line, or numbers: fractions of spot, absolute
            volatilities (0.05 is five points), calendar days, rates.
        by : str or sequence of str
            What profits are kept apart by.
        relative_vol : bool
            Take numbers of ``vol`` as fractions of each volatility.
        sigmas : bool
            Take numbers of ``spot`` as standard deviations.
        full : bool
            A grid for every leg.
        vol_term, sigma_days, currency, beta_to, greeks
            As for `Grid`.

        Raises
        ------
        PricingError
            For what is no axis, ``full`` with ``by``, and a number of days that is not positive.
        """
        if full and by:
            raise PricingError("full and by exclude each other: a leg is in one group. Fix: leave one out.")
        if not 0 < sigma_days < np.inf:
            raise PricingError(
                f"sigma days {sigma_days:g} is no number of trading days. Fix: write 1, or 10 for two weeks."
            )
        axes = Axes(
            axis("days", days),
            axis("rate", rate),
            axis("vol", vol, unit="relative" if relative_vol else None),
            axis("spot", spot, unit="sigmas" if sigmas else None),
        )
        keys = (by,) if isinstance(by, str) else tuple(by)
        index = beta_to.strip().upper() if beta_to else None
        return cls(axes, keys, currency, index, sigma_days, vol_term, greeks, full)

    def shocks(self, sized: Array) -> dict[tuple[int, int, int], Shock]:
        """Return the shock of each day, rate and volatility, with all spots; ``sized`` as `factors` returns it."""
        axes = self.axes
        every = np.ones(len(sized))
        is_relative = axes.vol.unit == "relative"
        return {
            (day, rate, vol): Shock(
                axes.days.sizes[day],
                sized,
                every * (0.0 if is_relative else axes.vol.sizes[vol]),
                every * (axes.vol.sizes[vol] if is_relative else 0.0),
                every * axes.rate.sizes[rate],
                self.vol_term,
            )
            for day, rate, vol in np.ndindex(*axes.shape[:3])
        }


@dataclass(frozen=True, eq=False)
class Scenario:
    """Profit on a grid, measured from the value now.

    Parameters
    ----------
    grid : Grid
        What was asked for.
    groups : DataFrame
        A row per group: its keys, ``currency``, ``leg_count`` and ``unpriced``.
    worth : ndarray, shape (groups,)
        What each is worth now.
    profits : ndarray, shape (groups, days, rates, vols, spots)
        Exactly 0 at the node without a move; NaN for a group without any leg that has a value.
    spots : ndarray, shape (groups, spots)
        Spot at each node; NaN where a group lies over several.
    greeks : mapping of str to ndarray
        As `profits`; empty if they were not asked for.
    notices : tuple of str
        What to know of it.
    seen : Seen
        The book it was computed from.
    """

    grid: Grid
    groups: pd.DataFrame
    worth: Array
    profits: Array
    spots: Array
    greeks: Mapping[str, Array]
    notices: tuple[str, ...]
    seen: Seen = field(repr=False)

    @property
    def keys(self) -> list[str]:
        """The columns that say which group a row is, without the currency."""
        counts = ("leg_count", "unpriced", "currency")
        return [str(name) for name in self.groups.columns if name not in counts]

    @property
    def day(self) -> dt.date:
        """The day that profits are measured from."""
        return self.seen.market.day

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name, the long one first."""
        return {"grid": self.long, "wide": self.wide, "worst": self.worst}

    @property
    def long(self) -> pd.DataFrame:
        """A row per group and node, spot moving fastest."""
        axes = self.grid.axes
        count = int(np.prod(axes.shape))
        table = self._repeated(count)
        for name, sizes in axes.nodes(axes).items():
            table[name] = np.tile(sizes, len(self.groups))
        repeats = count // max(len(axes.spot.sizes), 1)
        table["node_spot"] = np.tile(self.spots, (1, repeats)).ravel()
        profit = self.profits.reshape(len(self.groups), count)
        table["value"] = (profit + self.worth[:, None]).ravel()
        table["profit"] = profit.ravel()
        for name, numbers in self.greeks.items():
            table[name] = numbers.ravel()
        table["unpriced"] = np.repeat(self.groups["unpriced"].to_numpy(dtype="int64"), count)
        return table

    @property
    def wide(self) -> pd.DataFrame:
        """Profits with a column for every move of spot."""
        axes = self.grid.axes
        *others, spots = axes.shape
        rows = int(np.prod(others))
        table = self._repeated(rows)
        for name, sizes in axes.nodes(axes[:3]).items():
            table[name] = np.tile(sizes, len(self.groups))
        table["unpriced"] = np.repeat(self.groups["unpriced"].to_numpy(dtype="int64"), rows)
        profits = pd.DataFrame(self.profits.reshape(len(table), spots), columns=list(axes.spot.texts))
        return pd.concat([table, profits], axis=1)

    def _repeated(self, count: int) -> pd.DataFrame:
        keys = self.groups[[*self.keys, "currency"]]
        return keys.take(np.repeat(np.arange(len(keys)), count)).reset_index(drop=True)

    @cached_property
    def worst(self) -> pd.DataFrame:
        """The worst node of the book in each currency, and up to three strategies that lose most in it.

        Returns
        -------
        DataFrame
            ``currency node``, the node's moves, ``book_profit``, then ``strategy_id strategy profit unpriced``, a
            row per strategy; one row with empty words where no strategy loses.
        """
        found = {
            currency: [int(index) for index in np.unravel_index(int(np.argmin(total)), total.shape)]
            for currency, total in self.totals.items()
        }
        shocks = {currency: self._shock(place) for currency, place in found.items()}
        lost = causes(self.seen, shocks)
        rows = [
            {
                "currency": currency,
                "node": self.grid.axes.words(place),
                **self.grid.axes.node(place),
                "book_profit": float(self.totals[currency][tuple(place)]),
                **cause,
            }
            for currency, place in found.items()
            for cause in lost[currency]
        ]
        names = ["currency", "node", *(COLUMNS[one.unit] for one in self.grid.axes), "book_profit", *CAUSES]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def totals(self) -> dict[str, Array]:
        """The whole book's profits by currency, (days, rates, vols, spots)."""
        codes = np.where(np.isnan(self.worth), "", self.groups["currency"].to_numpy(dtype=object))
        return {str(code): self.profits[codes == code].sum(axis=0) for code in sorted({*codes} - {""})}

    def _shock(self, place: Sequence[int]) -> Shock:
        """Return the shock of one node."""
        day, rate, vol, spot = place
        one = self.seen.factors[:, [spot]]
        return self.grid.shocks(one)[(day, rate, vol)]
