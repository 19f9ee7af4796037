"""The page of a directional analysis: headline, bar, tables and sentences, readable without colour."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from optlab.bias import NOT_COUNTED, Bias, percents, rounded
from optlab.bias.shares import WHOLE_BOOK
from optlab.bias.trend import last_windows
from optlab.bias.words import trend_sentence
from optlab.book import Valuation
from optlab.context import chain_underlyings, context, is_chain
from optlab.errors import MarketDataError
from optlab.render import tables, terminal

Row = Mapping[Hashable, Any]

MOST_CHAINS = 3
"""Underlyings whose chain has a line under the headline."""

GLYPHS = {"bullish": "▲", "neutral": "░", "bearish": "▼", "unclassified": "?"}
"""What a bar is made of, from left to right."""

COLOURS = {"bullish": "\x1b[32m", "bearish": "\x1b[31m"}
PLAIN = "\x1b[0m"

MOST_STRATEGIES, MOST_DISAGREEMENTS, MOST_NAMES, MOST_SCOPES, MOST_CHANGES = 40, 8, 5, 20, 4
"""How many are printed; the rest is counted, and is in the files that -o writes."""

WEIGHT_LABELS = {"delta": "delta cash"}
"""What a weight is called beside the rule of the same name."""

VIEW_LABELS = {
    "volatility": "volatility",
    "premium": "premium",
    "nearest": "nearest expiry",
    "farthest": "farthest expiry",
}


def lean_page(bias: Bias, valuation: Valuation, *, width: int, colour: bool) -> tuple[str, list[str]]:
    """Write an analysis as text.

    Parameters
    ----------
    bias : Bias
        The analysis.
    valuation : Valuation
        The book that was leaned, for the market around it.
    width : int
        The window's width in characters.
    colour : bool
        Whether to colour directions and signs.

    Returns
    -------
    tuple of str and list of str
        The page, and the headings of columns that had no room.
    """
    page = _Page(width, colour=colour)
    changes = [trend_sentence(row) for row in last_windows(bias.trend)][:MOST_CHANGES]
    for sentence in (bias.headline, *changes, *_chain_sentences(valuation)):
        page.prose(sentence)
    shown = _largest(bias.shares)
    page.text(_bars(shown, width, colour=colour))
    if len(shown) > 1:
        page.table("shares", rounded(shown))
    page.text(_more(len(bias.shares) - len(shown), " with fewer strategies"))
    _strategies(page, bias, _notes(bias, valuation))
    _what_they_are(page, bias)
    _stability(page, bias)
    _stand_outs(page, bias)
    _disagreements(page, bias)
    _trend(page, bias)
    page.section("The book as one position", "totals", bias.totals)
    if bias.left_out:
        page.text("Left out\n" + "\n".join(f"  {sentence}" for sentence in bias.left_out) + "\n")
    return "\n".join(page.parts), page.dropped


class _Page:
    """Parts of a page, and the columns that had no room on it."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self.colour = colour
        self.parts: list[str] = []
        self.dropped: list[str] = []

    def text(self, text: str) -> None:
        if text:
            self.parts.append(text)

    def prose(self, text: str) -> None:
        """Add sentences, broken at the window's edge."""
        self.text(textwrap.fill(text, max(self.width, 40)) + "\n")

    def table(self, view: str, table: pd.DataFrame, heading: str = "") -> None:
        drawing, dropped = terminal.draw(tables.view(view, table), width=self.width, colour=self.colour)
        self.text(f"{heading}\n\n{drawing}" if heading else drawing)
        self.dropped += [name for name in dropped if name not in self.dropped]

    def section(self, heading: str, view: str, table: pd.DataFrame) -> None:
        """Add a table under a heading, unless it is empty."""
        if len(table):
            self.table(view, table, heading)


def _largest(shares: pd.DataFrame) -> pd.DataFrame:
    """Keep of many scopes those with the most strategies, in their order, and the whole book."""
    kept = shares["n"].sort_values(ascending=False, kind="stable").index[:MOST_SCOPES]
    return shares.loc[sorted(kept)]


def _more(count: int, what: str = "") -> str:
    return f"... and {count:,} more{what}; -o FILE.csv has all.\n" if count > 0 else ""


def _bars(shares: pd.DataFrame, width: int, *, colour: bool) -> str:
    """Draw a stacked bar for each scope, and what its parts mean."""
    shown = shares.dropna(subset=["bullish"])
    if shown.empty:
        return ""
    label = max(len(str(scope)) for scope in shown["scope"])
    room = max(min(width, 80) - label - 2, 10)
    lines = [f"{row['scope']:<{label}}  {_bar(row, room, colour=colour)}" for row in shown.to_dict("records")]
    used = [name for name in GLYPHS if (shown[name] > 0).any() or name != "unclassified"]
    legend = "   ".join(f"{GLYPHS[name]} {name}" for name in used)
    return "\n".join([*lines, f"{'':<{label}}  {legend}"]) + "\n"


def _bar(row: Row, room: int, *, colour: bool) -> str:
    cells = percents({name: row[name] for name in GLYPHS}, room)
    parts = [(name, GLYPHS[name] * count) for name, count in cells.items()]
    return "".join(
        f"{COLOURS[name]}{text}{PLAIN}" if colour and name in COLOURS and text else text
        for name, text in parts
    )


def _strategies(page: _Page, bias: Bias, sentences: tuple[str, ...]) -> None:
    """Add the strategies, or the first of many, and how to read them."""
    table = bias.strategies
    page.table("bias", table.head(MOST_STRATEGIES))
    prose = "\n".join(textwrap.fill(sentence, max(page.width, 40)) for sentence in sentences)
    page.text(f"{_more(len(table) - MOST_STRATEGIES)}{prose}\n")


def _what_they_are(page: _Page, bias: Bias) -> None:
    """Add the shares of families, names and views."""
    page.section("What they are", "families", bias.families)
    names = bias.names.dropna(subset=["share"]).head(MOST_NAMES)
    lines = [
        f"{label}: {_shares_in_words(bias.views[bias.views['view'] == view])}"
        for view, label in VIEW_LABELS.items()
    ]
    if len(names):
        said = ", ".join(f"{100 * row['share']:.0f}% {row['strategy']}" for row in names.to_dict("records"))
        lines.insert(0, f"most frequent: {said}")
        page.text("\n".join(textwrap.fill(line, page.width, subsequent_indent="  ") for line in lines) + "\n")


def _shares_in_words(rows: pd.DataFrame) -> str:
    known = rows.dropna(subset=["share"])
    return ", ".join(
        f"{100 * share:.0f}% {answer}" for answer, share in zip(known["answer"], known["share"], strict=True)
    )


def _stability(page: _Page, bias: Bias) -> None:
    """Add the bullish and bearish shares under every rule, band and weight."""
    by_number = bias.stability[bias.stability["rule"] != "name"]
    if not bias.range or (by_number["unclassified"].fillna(1.0) == 1.0).all():
        return
    weights = list(dict.fromkeys(bias.stability["weight"]))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for row in bias.stability.to_dict("records"):
        band = "-" if np.isnan(row["band"]) else f"{row['band']:g}"
        whole = "" if np.isnan(row["bullish"]) else _two_shares(row)
        rows.setdefault((row["rule"], band), {})[row["weight"]] = whole
    table = pd.DataFrame(
        [
            {"rule": rule, "band": band, **{WEIGHT_LABELS.get(name, name): cells[name] for name in weights}}
            for (rule, band), cells in rows.items()
        ]
    )
    drawing, dropped = terminal.draw(table, width=page.width, colour=page.colour)
    page.dropped += dropped
    heading = "Bullish / bearish share in percent, by rule, neutral band and weight"
    page.text(f"{textwrap.fill(heading, page.width)}\n\n{drawing}")
    page.prose(bias.range)


def _two_shares(row: Row) -> str:
    return f"{100 * row['bullish']:.0f} / {100 * row['bearish']:.0f}"


def _stand_outs(page: _Page, bias: Bias) -> None:
    """Add the largest trades, each a paragraph."""
    lines = [line for row in _ranked(bias.stand_outs) for line in _stand_out(row, page.width)]
    if lines:
        page.text("Stand out\n\n" + "\n".join(lines) + "\n")


def _ranked(table: pd.DataFrame) -> Iterator[Row]:
    """Yield each strategy once, with all it is among the largest by."""
    for _, rows in table.groupby("strategy_id", sort=False):
        by = [
            f"{ORDINALS.get(place, f'no. {place}')} by {WEIGHT_LABELS.get(measure, measure)}"
            for place, measure in zip(rows["place"], rows["largest_by"], strict=True)
        ]
        yield {**rows.iloc[0].to_dict(), "by": ", ".join(by)}


ORDINALS = {1: "largest", 2: "second", 3: "third"}


def _stand_out(row: Row, width: int) -> list[str]:
    """Write one trade: what it is, what it cost, and where it breaks even."""
    facts = [
        row["direction"],
        "" if np.isnan(row["delta_cash"]) else f"delta cash {row['delta_cash']:+,.0f} {row['currency']}",
        _premium(row),
        f"breakeven {row['breakevens'].replace(' / ', ' and ')}" if row["breakevens"] else "",
        f"cap {row['cap']}" if row["cap"] else "",
        f"floor {row['floor']}" if row["floor"] else "",
    ]
    head = f"{row['strategy_id']}: {float(row['lots']):,g} x {row['strategy']}, {row['legs']}: {row['by']}"
    body = "; ".join(fact for fact in facts if fact)
    return [
        textwrap.fill(head, width, subsequent_indent="    "),
        textwrap.fill(f"  {body}", width, subsequent_indent="    "),
    ]


def _premium(row: Row) -> str:
    """Say what a strategy's options cost, or are worth where nobody said."""
    premium, percent = float(row["premium"]), float(row["premium_percent"])
    if np.isnan(premium):
        return ""
    is_guess = row["premium_source"] in ("model", "mark")
    verb = "worth" if is_guess else "paid" if premium > 0 else "received"
    amount = f"{abs(premium):.2f}" if abs(premium) >= 0.1 else f"{abs(premium):.3g}"
    words = (
        "for nothing"
        if premium == 0 and not is_guess
        else f"{verb} {'-' if is_guess and premium < 0 else ''}{amount}"
    )
    source = f" by the {row['premium_source']}" if is_guess else ""
    share = "" if np.isnan(percent) or premium == 0 else f" ({abs(percent):.1%} of spot)"
    return f"{words}{source}{share}"


def _disagreements(page: _Page, bias: Bias) -> None:
    """Add the strategies about which the rules disagree, each with the leg that makes the difference."""
    table = bias.disagreements
    if table.empty:
        return
    lines = []
    for row in table.head(MOST_DISAGREEMENTS).itertuples():
        said = f"delta {row.direction_delta}, scenario {row.direction_scenario}, name {row.direction_name}"
        head = f"{row.strategy_id}: {row.strategy}: {said}"
        lines += [
            textwrap.fill(head, page.width, subsequent_indent="    "),
            textwrap.fill(f"  {row.reason}", page.width, subsequent_indent="    "),
        ]
    more = _more(len(table) - MOST_DISAGREEMENTS)
    page.text("Where the rules disagree\n\n" + "\n".join(lines) + "\n" + more)


def _trend(page: _Page, bias: Bias) -> None:
    """Add the windows of trading days: those of the book, where it has several parts."""
    table = bias.trend
    whole = table[table["scope"] == WHOLE_BOOK]
    table = whole if len(whole) else table
    if len(table) > 1:
        page.table("trend", rounded(table.tail(MOST_STRATEGIES)), "Over time")


def _notes(bias: Bias, valuation: Valuation) -> tuple[str, ...]:
    """Say in which market the strategies were seen, and what the columns mean."""
    table = bias.strategies
    market = f"{valuation.market.as_of}{_own_quotes(valuation)}"
    counted = (table["direction"] != NOT_COUNTED).sum()
    days = sorted(set(table["day"]) - {""})
    traded = f" Traded {days[0]} to {days[-1]}." if days else ""
    band = dict(zip(bias.summary["item"], bias.summary["text"], strict=True))["neutral"]
    legend = (
        "ratio: how much of the expected move the net delta explains; above 1 it moves less than its delta suggests. "
        f"scen.: the scenario rule's number, what is gained above the forward less below. Neutral within +-{band}. "
        "vol: long or short volatility."
    )
    return (f"Seen in the market of {market}; {counted} of {len(table)} strategies counted.{traded}", legend)


def _own_quotes(valuation: Valuation) -> str:
    """Say how many legs are not seen in the market's numbers but in their own."""
    legs = valuation.legs
    counts = {
        "spot": int((legs["spot_source"] == "leg").sum()),
        "volatility": int(legs["vol_source"].str.startswith("leg_").sum()),
    }
    return "".join(
        f"; {count} {'leg by its' if count == 1 else 'legs by their'} own {name}"
        for name, count in counts.items()
        if count
    )


def _chain_sentences(valuation: Valuation) -> tuple[str, ...]:
    """Say what the market's chains show of the first underlyings that have one."""
    market = valuation.market
    held = sorted(set(valuation.legs["underlying"]) & set(chain_underlyings(market)))
    sentences = []
    for name in itertools.islice((name for name in held if is_chain(market, name)), MOST_CHAINS):
        with suppress(MarketDataError):  # a chain without a spot, or over by now, has nothing to say
            sentences.append(context(market, underlying=name, models=valuation.models).sentence)
    return tuple(sentences)
