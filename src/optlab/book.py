"""Book and Valuation: what most users hold. Their methods are one call each into the modules below."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from optlab import aggregate, join, pricing, strategy
from optlab import bias as lean
from optlab import legs as leg_table
from optlab import payoff as profits
from optlab import strategies as strategy_table
from optlab.carry import dividends_ahead
from optlab.columns import COLUMNS
from optlab.context import smiles
from optlab.errors import MarketDataError, Problem, ReadError
from optlab.market import Market
from optlab.notices import notices
from optlab.pricing import Engine, Models
from optlab.pricing.dividends import DividendModel
from optlab.pricing.models import Exercise
from optlab.pricing.verify import Verification, verify
from optlab.scenario import Grid, Moves, Scenario, Stress, StressSet, read_stress
from optlab.scenario import scenario as revalued
from optlab.scenario import stress as stressed
from optlab.strategy import Groups
from optlab.strategy.explain import Explanation, explain
from optlab.times import expired_earlier


@dataclass(frozen=True)
class FileReport:
    """What became of one file's rows: rows = imported + ignored + those with problems.

    Parameters
    ----------
    file : str
        The file as it was named.
    dialect : str
        The dialect that read it: ``generic``, ``canonical``, ....
    rows : int
        Data rows in the file.
    imported : int
        Rows that became legs.
    ignored : mapping of str to int
        Rows that are no legs, by class.
    problems : tuple of Problem
        Rows that were set aside; a row with several faults has several.
    broken_groups : tuple of (account, group)
        Groups that lost a row to a problem, and of which others are left.
    """

    file: str
    dialect: str
    rows: int
    imported: int
    ignored: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    broken_groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Book:
    """All legs of one run, positions or trades.

    Parameters
    ----------
    legs : DataFrame
        The canonical table, `optlab.columns.LEG_COLUMNS`; a plain DataFrame.
    files : tuple of FileReport
        Where the legs came from.
    notices : tuple of str
        What the reader assumed, for the user to know.
    """

    legs: pd.DataFrame
    files: tuple[FileReport, ...] = ()
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: pd.DataFrame) -> Book:
        """Make a book from a table of your own, or from rows; see `optlab.legs.canonical` for what is filled in.

        It takes the columns ``underlying kind strike expiry quantity`` and more; contract symbols are read from
        files only, by `optlab.read`.

        Raises
        ------
        ReadError
            If a row breaks a rule of the canonical table; the message names the first.
        """
        legs = leg_table.canonical(_legs_alone(pd.DataFrame(table)))
        broken = leg_table.faults(legs)
        if broken:
            first = broken[0]
            raise ReadError(f"row {first.row}: {first.column} {first.reason}. Fix: {first.fix}.")
        return cls(legs)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every row that was set aside, in file and line order."""
        return tuple(problem for report in self.files for problem in report.problems)

    def tape(self, *, within: str | float = "5ms") -> Book:
        """Read the book as a tape of single prints: packages put together and signed; see `optlab.tape.read_tape`."""
        from optlab.tape import read_tape  # noqa: PLC0415 - most books are no tapes

        read = read_tape(self.legs, within=within)
        return replace(self, legs=read.legs, notices=(*self.notices, *read.sentences))

    def noted_if_tape(self) -> Book:
        """Return the same book, with a notice if it looks like a tape of prints that was not read as one."""
        legs = self.legs
        is_coded = (legs["condition"] != "").mean() > 0.5 if len(legs) else False
        is_sided = bool(
            (legs["side"] != "").any() or (legs["quantity"] < 0).any() or (legs["group"] != "").any()
        )
        if not is_coded or is_sided:
            return self
        notice = "this looks like a tape of single prints, all taken as bought: say --tape, or Book.tape()"
        return replace(self, notices=(*self.notices, notice))

    def turned(self) -> Book:
        """Return the other side of every trade: all legs and net prices with their signs flipped."""
        flipped = {name: -self.legs[name] for name in ("quantity", "net_price")}
        return replace(self, legs=self.legs.assign(**flipped))

    def price(
        self,
        market: Market | None = None,
        *,
        model: Exercise = "auto",
        dividend_model: DividendModel = "spot",
        engine: Engine = "numpy",
        groups: Groups = "keep",
    ) -> Valuation:
        """See the book in a market: strategies, quotes, prices and greeks.

        Parameters
        ----------
        market : Market, optional
            Where there is none, the legs' own quotes have to do, and their trade dates are not used as
            ``as_of``: `Market.of(as_of=...)` says when.
        model : {"auto", "european", "american"}
            Exercise as each leg's style says, or one for all.
        dividend_model : {"spot", "escrowed"}
            Where cash dividends are ahead: the spot drops at each ex-date, or they come off it in advance.
        engine : {"numpy", "vollib"}
            Who computes European options: optlab's kernels or py_vollib.
        groups : {"keep", "ignore"}
            Trust the file's groups, or look for a better reading of all legs.

        Raises
        ------
        MarketDataError
            If the market has no ``as_of``.
        PricingError
            For an unknown word in ``model``, ``dividend_model``, ``engine`` or ``groups``.
        """
        market = Market.of() if market is None else market
        if not isinstance(market, Market):
            raise MarketDataError(
                f"{market!r} is no Market. Fix: optlab.read_market(path), or Market.of(spot=...)."
            )
        named = strategy.recognize(self._seen_at(market), groups=groups).drop(columns=strategy.OVER)
        models = Models(model, dividend_model, engine)
        ahead = dividends_ahead(named, market)
        quoted = join.quotes(named, market, ahead, models=models)
        return Valuation(pricing.value(quoted, ahead, models=models), market, self, models)

    def _seen_at(self, market: Market) -> pd.DataFrame:
        """Say which legs are over before the day they are seen, so that they are put together with no living ones."""
        if market.as_of is None:
            return self.legs.assign(**{strategy.OVER: False})
        is_over = expired_earlier(self.legs, market.as_of) & self.legs["kind"].isin(leg_table.OPTIONS)
        return self.legs.assign(**{strategy.OVER: is_over})


@dataclass(frozen=True, eq=False)
class Valuation:
    """A book seen in one market.

    Parameters
    ----------
    legs : DataFrame
        The canonical table with what each stage added, in the order of `optlab.COLUMNS`.
    market : Market
        The market it was seen in.
    book : Book
        Where it came from.
    models : Models
        How its options are priced.
    """

    legs: pd.DataFrame
    market: Market
    book: Book
    models: Models = field(default_factory=Models)

    @property
    def unpriced(self) -> pd.DataFrame:
        """The legs that have no value, with their status and the fix."""
        bad = self.legs[~self.legs["status"].isin(pricing.PRICED) & (self.legs["part"] == 1)]
        fixes = [_fix(leg) for leg in bad.to_dict("records")]
        return bad[["source_file", "source_line", "underlying", "status"]].assign(fix=fixes)

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know of the way here: what was taken as zero, groups over several underlyings, later trades."""
        split = strategy.split_groups(self.book.legs)
        return (
            *notices(self.legs, self.market, self.models, lost_rows=bool(self.book.problems)),
            *(f"group {group} lies over several underlyings: one strategy for each" for group in split),
        )

    def missing_betas(self, beta_to: str) -> tuple[str, ...]:
        """Name the underlyings that have no beta to an index."""
        held = self.legs.loc[self.legs["kind"] != "cash", "underlying"]
        return tuple(sorted(set(held) - set(aggregate.betas(self.market, beta_to).index)))

    def verify(self) -> Verification:
        """Compare every option's numbers with py_vollib's or QuantLib's; see `optlab.pricing.verify`."""
        return verify(self.legs, dividends_ahead(self.legs, self.market), self.models)

    def greeks(
        self, by: str | Sequence[str] = (), *, currency: str | None = None, beta_to: str | None = None
    ) -> pd.DataFrame:
        """Total value, cost, profit and greeks by any columns; see `optlab.aggregate.total`."""
        columns = [by] if isinstance(by, str) else list(by)
        return aggregate.total(self.legs, self.market, by=columns, currency=currency, beta_to=beta_to)

    def strategies(self, *, venue: str = "", cash: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Describe each strategy in one row; see `optlab.strategies.strategies`."""
        return strategy_table.strategies(self.legs, self.market, venue=venue, cash=cash)

    def explain(self, strategy_id: str) -> Explanation:
        """Say why a strategy has its name, and what else it could be; see `optlab.strategy.explain.explain`."""
        is_over = (self.legs["years"] < 0) & self.legs["kind"].isin(leg_table.OPTIONS)
        return explain(self.legs.assign(**{strategy.OVER: is_over}), strategy_id)

    def payoff(
        self,
        strategy_id: str | Sequence[str] | None = None,
        *,
        step: Callable[[], None] = lambda: None,
        **choices: Any,  # noqa: ANN401
    ) -> profits.Payoff:
        """Say what is gained and lost by spot: breakevens, extremes, probabilities, curves.

        Parameters
        ----------
        strategy_id : str or sequence of str, optional
            Only these strategies.
        step : callable
            Called before each position, for a progress bar.
        **choices
            ``underlying by on after sticky vol_shift vol_relative law drift currency``, as `optlab.payoff.Choices` has them.
        """
        chosen = profits.Choices(strategy_id=strategy_id, **choices)
        listed = smiles(self.market, self.legs["underlying"] if chosen.needs_smiles else (), self.models)
        return profits.payoff(self.legs, self.market, chosen, listed, step)

    def bias(self, **choices: Any) -> lean.Bias:  # noqa: ANN401 - as `Choices` has them
        """Say which way the book leans.

        Parameters
        ----------
        **choices
            ``rule weight neutral by window rolls top self_financing currency beta_to``, as `optlab.bias.Choices`
            has them.
        """
        broken = {(report.file, *key) for report in self.book.files for key in report.broken_groups}
        return lean.bias(self.legs, self.market, lean.Choices(**choices), broken=broken)

    def scenario(self, spot: Moves = "-20%:20%:5%", vol: Moves = "-10,0,+10", **choices: Any) -> Scenario:  # noqa: ANN401
        """Revalue the book on a grid of spot, volatility, days and rate.

        Parameters
        ----------
        spot, vol : str or sequence of float
            Moves of spot, as text (``"-20%:20%:5%"``, ``"-2s:2s:1s"``) or fractions; of volatility, as text
            (``"-10,0,+10"``) or absolute (0.05 is five points).
        **choices
            ``days rate by relative_vol sigmas vol_term sigma_days currency beta_to greeks full``, as
            `optlab.scenario.Grid.of` has them.
        """
        return revalued(self.legs, self.market, Grid.of(spot, vol, **choices), self.models)

    def stress(
        self,
        scenarios: str | Path | StressSet | None = None,
        *,
        by: str | Sequence[str] = (),
        currency: str | None = None,
        beta_to: str | None = None,
    ) -> Stress:
        """Revalue the book in named scenarios: a TOML file's, or those that come with optlab.

        Parameters
        ----------
        scenarios : str, Path or tuple of scenarios, optional
            The file, or what `optlab.scenario.read_stress` returns.
        by, currency, beta_to
            As for `scenario`.
        """
        chosen = scenarios if isinstance(scenarios, tuple) else read_stress(scenarios)
        keys = [by] if isinstance(by, str) else list(by)
        return stressed(
            self.legs, self.market, self.models, chosen, by=keys, currency=currency, beta_to=beta_to
        )


def _fix(leg: Mapping[Hashable, Any]) -> str:
    """Say what can be done about a leg without a value."""
    if leg["spot_source"] == "other_currency":
        return f"quote it in {leg['currency']}, or say --spot {leg['underlying']}=PRICE"
    return pricing.FIXES[leg["status"]].format(underlying=leg["underlying"])


def _legs_alone(table: pd.DataFrame) -> pd.DataFrame:
    """Take off what later stages added, so that a valuation's legs make a book again."""
    own = {
        name: table[name].where(table[f"{name}_source"] == "leg")
        for name in ("spot", "rate", "dividend_yield")
        if name in table.columns and f"{name}_source" in table.columns
    }
    later = [name for name in table.columns if name in COLUMNS and COLUMNS[name].stage != "read"]
    return table.assign(**own).drop(columns=later)
