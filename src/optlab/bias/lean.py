"""The directional analysis: from valued legs to the headline and every table behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields

import pandas as pd

from optlab.bias.choices import Choices
from optlab.bias.directions import NOT_COUNTED
from optlab.bias.disagreements import disagreements
from optlab.bias.judged import judged, named
from optlab.bias.shares import WHOLE_BOOK, parts_of, scopes, share, votes
from optlab.bias.stability import stability
from optlab.bias.stand_outs import stand_outs
from optlab.bias.totals import NEEDED as TOTALLED
from optlab.bias.totals import totals
from optlab.bias.trend import WINDOW, in_window, last_windows, trading_days, trend
from optlab.bias.weights import WEIGHTS, weight_column
from optlab.bias.words import NOTHING, extras, headline, stability_range, trend_sentence
from optlab.carry import dividends_ahead
from optlab.columns import typed
from optlab.errors import PricingError
from optlab.exposure import numbered, with_cash
from optlab.market import Market

AMOUNTS = ("style", "value", "cost", "profit", "rho")
"""What is looked at of each leg beside what exposures need: what the trades that stand out cost."""

SHARE_COLUMNS = [
    *("scope", "rule", "weight", "bullish", "bearish", "neutral", "unclassified"),
    *("n", "low", "high", "reason"),
]

STRATEGY_COLUMNS = [
    *("strategy_id", "strategy", "family", "group", "account", "underlying", "currency", "lots", "legs"),
    *("direction", "direction_delta", "direction_scenario", "direction_name"),
    *("delta_ratio", "scenario_lean", "delta_per_lot", "delta", "delta_cash"),
    *("volatility_view", "vega_ratio", "vega", "theta", "gamma_cash"),
    *("premium_view", "premium", "premium_percent", "premium_source", "premium_cash"),
    *("contracts", "expected_move", "horizon", "nearest", "farthest", "traded_at", "day", "status"),
    *("reason", "volatility_reason"),
]


@dataclass(frozen=True, eq=False)
class Bias:
    """The lean of a book: sentences, and plain tables; fractions are shares of 1.

    Parameters
    ----------
    headline : str
        One sentence for the whole book, or for its only underlying.
    shares : DataFrame
        ``scope rule weight bullish bearish neutral unclassified n low high reason``: fractions that add up to 1,
        the 95% interval of the bullish share, and why there is no share; a row per scope, and one for the whole
        book if it has several.
    strategies : DataFrame
        A row per strategy: its legs, its direction by each rule with the numbers, its volatility and premium
        views, sizes, and the reason.
    stability : DataFrame
        The shares of the whole book under every rule and weight, and with the band halved and doubled.
    disagreements : DataFrame
        The strategies about which the rules disagree, and the leg that makes the difference.
    trend : DataFrame
        The share over a window of trading days against the window before it; empty without a window.
    families, names : DataFrame
        How much of the book each strategy family and each strategy name is, and the directions in it.
    views : DataFrame
        ``view answer n share``: volatility, premium, nearest and farthest horizon.
    stand_outs : DataFrame
        The largest strategies by delta cash, premium and contracts.
    totals : DataFrame
        Net and gross delta cash, and the other greeks in money, per underlying and for the book.
    summary : DataFrame
        ``item text``: the sentences, and the choices they come from.
    left_out : tuple of str
        What is not in the shares, and why, in words.
    range : str
        Between which shares the bullish share lies, in a sentence.
    """

    headline: str
    shares: pd.DataFrame
    strategies: pd.DataFrame
    stability: pd.DataFrame
    disagreements: pd.DataFrame
    trend: pd.DataFrame
    families: pd.DataFrame
    names: pd.DataFrame
    views: pd.DataFrame
    stand_outs: pd.DataFrame
    totals: pd.DataFrame
    summary: pd.DataFrame
    left_out: tuple[str, ...] = ()
    range: str = ""

    def __str__(self) -> str:
        """Return the headline."""
        return self.headline

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name: the strategies first, then the sentences."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        tables = {name: table for name, table in named.items() if isinstance(table, pd.DataFrame)}
        first = {name: tables.pop(name) for name in ("strategies", "summary")}
        return {**first, **tables}


COUNTED = (
    *(
        "strategy",
        "family",
        "group",
        "account",
        "underlying",
        "currency",
        "lots",
        "legs",
        "status",
        "has_exposure",
    ),
    *("direction", "direction_delta", "direction_scenario", "direction_name", "delta_ratio", "scenario_lean"),
    *(
        "delta_per_lot",
        "delta_cash",
        "contracts",
        "premium",
        "premium_percent",
        "premium_source",
        "traded_at",
    ),
    *("volatility_view", "premium_view", "nearest", "farthest", "nearest_expiry", "day", "to_one_currency"),
    *(weight_column(name) for name in WEIGHTS),
)
"""What is looked at of the strategies that carry a view."""

NO_DAYS = (
    "no row says when it was traded, so there is no window and no day. Fix: add the column traded_at, or leave "
    "--window and --by day out."
)


def bias(
    valued: pd.DataFrame,
    market: Market,
    choices: Choices | None = None,
    *,
    broken: Collection[tuple[str, str, str]] = (),
) -> Bias:
    """Say which way each strategy leans, and the share of each direction.

    Parameters
    ----------
    valued : DataFrame
        Legs with their strategies and values, as `optlab.pricing.value` returns them.
    market : Market
        The market they were valued in: for exchange rates and betas.
    choices : Choices, optional
        How it is decided and counted.
    broken : collection of (file, account, group)
        Groups of which a row was set aside: what is left of them is not the strategy, and is unclassified.

    Raises
    ------
    PricingError
        If a window or days are asked for, and nobody gave the day of a trade.
    MarketDataError
        If the index of ``beta_to`` has no price, or no exchange rate leads to ``currency``.
    """
    chosen = choices or Choices()
    legs, ids = numbered(valued, AMOUNTS)
    legs = _with_cash(legs, market)
    every = judged(legs, market, chosen, broken)
    days = trading_days(every)
    is_timed = chosen.window is not None or chosen.by == "day"
    if is_timed and not days and len(every):
        raise PricingError(NO_DAYS)
    table = every if chosen.window is None else in_window(every, days, len(days) - 1, chosen.window)
    counted = table[list(COUNTED)][table["direction"] != NOT_COUNTED]
    steady = stability(counted, chosen.neutral)
    shares, sentence, parts = _shares(counted, chosen)
    moved = _trend(every, days if is_timed else [], chosen)
    spread, left_out = stability_range(steady), _left_out(every, table, chosen.weight)
    return Bias(
        headline=sentence,
        shares=shares,
        strategies=named(table.reset_index()[STRATEGY_COLUMNS], ids),
        stability=steady,
        disagreements=named(disagreements(counted, legs), ids),
        trend=moved,
        **parts,
        stand_outs=named(stand_outs(counted, legs, market, top=chosen.top), ids),
        totals=totals(
            table[list(TOTALLED)][~table["is_sideless"]],
            market,
            currency=chosen.currency,
            beta_to=chosen.beta_to,
        ),
        summary=_summary((sentence, spread, *left_out), moved, market, chosen),
        left_out=left_out,
        range=spread,
    )


def _with_cash(legs: pd.DataFrame, market: Market) -> pd.DataFrame:
    """Put the cash dividends beside the legs that are priced with any."""
    is_paid = "dividend_model" in legs and (legs["dividend_model"] != "").any()
    return with_cash(legs, dividends_ahead(legs, market)) if is_paid else legs


def _summary(
    sentences: tuple[str, ...], moved: pd.DataFrame, market: Market, chosen: Choices
) -> pd.DataFrame:
    """Write the sentences and what they come from in two columns, for those who read a spreadsheet."""
    head, spread, *left_out = sentences
    changes = [trend_sentence(row) for row in last_windows(moved)]
    said = {key: value for key, value in asdict(chosen).items() if value is not None}
    rows = [
        ("headline", head),
        ("range", spread),
        *(("trend", change) for change in changes),
        *(("left out", words) for words in left_out),
        ("as of", str(market.as_of)),
        *((name.replace("_", " "), str(value)) for name, value in said.items()),
    ]
    return pd.DataFrame(rows, columns=["item", "text"], dtype="str")


def _trend(every: pd.DataFrame, days: list[str], chosen: Choices) -> pd.DataFrame:
    counted = every[every["direction"] != NOT_COUNTED] if days else every.iloc[:0]
    return trend(
        votes(counted),
        days,
        window=chosen.window or WINDOW,
        weight=chosen.weight,
        every_day=chosen.by == "day",
    )


VIEWS = {
    "volatility": "volatility_view",
    "premium": "premium_view",
    "nearest": "nearest",
    "farthest": "farthest",
}
"""Each view, and the column that holds it."""


def _shares(counted: pd.DataFrame, choices: Choices) -> tuple[pd.DataFrame, str, dict[str, pd.DataFrame]]:
    """Return the shares per scope, the headline, and the shares of families, names and views."""
    weight, cast = choices.weight, votes(counted, choices.by)
    chosen = {"rule": choices.rule, "weight": weight}
    rows = [{"scope": scope, **chosen, **share(part, weight)} for scope, part in scopes(cast)]
    shares = typed(rows, SHARE_COLUMNS)
    views = [
        parts_of(cast, counted[column].rename("answer"), weight).assign(view=view)
        for view, column in VIEWS.items()
    ]
    parts = {
        "families": parts_of(cast, counted["family"], weight),
        "names": parts_of(cast, counted["strategy"], weight),
        "views": pd.concat(views, ignore_index=True)[["view", "answer", "n", "share"]],
    }
    if counted.empty:
        return shares, NOTHING, parts
    held = counted["underlying"].unique()
    scope = str(held[0]) if len(held) == 1 else WHOLE_BOOK
    whole = {"scope": scope, **chosen, **share(cast, weight)}
    return shares, headline(whole, extras(parts["families"], parts["views"])), parts


def _left_out(every: pd.DataFrame, table: pd.DataFrame, weight: str) -> tuple[str, ...]:
    """Say how many strategies are in no share, or weigh nothing in it, and why."""
    aside = table[table["direction"] == NOT_COUNTED]
    unclassified = table[table["direction"] == "unclassified"]
    undated = int((every["day"] == "").sum()) if len(every) > len(table) else 0
    older = len(every) - len(table) - undated
    amounts = table.loc[table["direction"] != NOT_COUNTED, weight_column(weight)]
    unknown, none = int(amounts.isna().sum()), int((amounts == 0).sum())
    return (
        *(
            f"{count} not counted: {reason}"
            for reason, count in aside.groupby("reason", sort=True).size().items()
        ),
        *(
            f"{count} unclassified: {reason}"
            for reason, count in unclassified.groupby("reason", sort=True).size().items()
        ),
        *([f"{older} traded before the window"] if older else []),
        *([f"{undated} without a date of trade"] if undated else []),
        *([f"{unknown} of unknown weight by {weight}: counted as 0"] if unknown else []),
        *([f"{none} of no weight by {weight}"] if none else []),
    )
