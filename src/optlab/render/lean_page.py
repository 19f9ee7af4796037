"""The page of a directional analysis: headline, bar, tables and sentences, readable without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from optlab.bias import DIRECTIONS, NOT_COUNTED, Bias, percents, rounded
from optlab.render import tables, terminal

Row = Mapping[Hashable, Any]

GLYPHS = {"bullish": "▲", "neutral": "░", "bearish": "▼", "unclassified": "?"}
"""What a bar is made of, from left to right."""

COLOURS = {"bullish": "\x1b[32m", "bearish": "\x1b[31m"}
PLAIN = "\x1b[0m"

MOST_STRATEGIES, MOST_DISAGREEMENTS, MOST_NAMES, MOST_SCOPES = 40, 8, 5, 20
"""How many are printed; the rest is counted, and is in the files that -o writes."""

VIEW_LABELS = {
    "volatility": "volatility",
    "premium": "premium",
    "nearest": "nearest expiry",
    "farthest": "farthest expiry",
}


def lean_page(
    bias: Bias, around: tuple[str, ...], sentences: tuple[str, ...], *, width: int, colour: bool
) -> tuple[str, list[str]]:
    """Write an analysis as text.

    Parameters
    ----------
    bias : Bias
        The analysis.
    around : tuple of str
        What stands under the headline: what the market's chain says, say.
    sentences : tuple of str
        What stands under the table of strategies: in which market they were leaned, say.
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
    for sentence in (bias.headline, *around):
        page.prose(sentence)
    shown = _largest(bias.shares)
    page.text(_bars(shown, width, colour=colour))
    if len(shown) > 1:
        page.table("shares", rounded(shown))
    page.text(_more(len(bias.shares) - len(shown), " with fewer strategies"))
    _strategies(page, bias, sentences)
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

    def prose(self, text: str, *, indent: str = "") -> None:
        """Add sentences, broken at the window's edge."""
        self.text(textwrap.fill(text, max(self.width, 40), subsequent_indent=indent) + "\n")

    def table(self, view: str, table: pd.DataFrame, heading: str = "") -> None:
        drawing, dropped = terminal.draw(tables.view(view, table), width=self.width, colour=self.colour)
        self.text(f"{heading}\n\n{drawing}" if heading else drawing)
        if view == "bias":
            self.dropped += dropped

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
    page.text(_more(len(table) - MOST_STRATEGIES) + "\n".join(sentences) + "\n")


def _what_they_are(page: _Page, bias: Bias) -> None:
    """Add the shares of families, names and views."""
    page.section("What they are", "families", _whole(rounded(bias.families)))
    names = _whole(bias.names.dropna(subset=["share"])).head(MOST_NAMES)
    lines = [
        f"{label}: {_shares_in_words(bias.views[bias.views['view'] == view])}"
        for view, label in VIEW_LABELS.items()
    ]
    if len(names):
        said = ", ".join(f"{100 * row['share']:.0f}% {row['strategy']}" for row in names.to_dict("records"))
        lines.insert(0, f"most frequent: {said}")
        page.text("\n".join(textwrap.fill(line, page.width, subsequent_indent="  ") for line in lines) + "\n")


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Round a column of shares to whole percents that add up to 100."""
    if table.empty or table["share"].isna().any():
        return table
    whole = percents(dict(enumerate(table["share"])))
    return table.assign(share=[value / 100.0 for value in whole.values()])


def _shares_in_words(rows: pd.DataFrame) -> str:
    known = rows.dropna(subset=["share"])
    whole = percents(dict(zip(known["value"], known["share"], strict=True))) if len(known) else {}
    return ", ".join(f"{share}% {value}" for value, share in whole.items())


def _stability(page: _Page, bias: Bias) -> None:
    """Add the bullish and bearish shares under every rule, band and weight."""
    known = bias.stability.dropna(subset=["bullish"])
    if known.empty:
        return
    weights = list(dict.fromkeys(bias.stability["weight"]))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for row in bias.stability.to_dict("records"):
        band = "" if np.isnan(row["band"]) else f"{row['band']:g}"
        whole = "" if np.isnan(row["bullish"]) else _two_shares(row)
        rows.setdefault((row["rule"], band), {})[row["weight"]] = whole
    table = pd.DataFrame(
        [
            {"rule": rule, "band": band, **{f"by {name}": cells[name] for name in weights}}
            for (rule, band), cells in rows.items()
        ]
    )
    drawing, _ = terminal.draw(table, width=page.width, colour=page.colour)
    page.text(f"Bullish / bearish share by rule, neutral band and weight, in percent\n\n{drawing}")
    page.prose(bias.range)


def _two_shares(row: Row) -> str:
    whole = percents({name: row[name] for name in DIRECTIONS})
    return f"{whole['bullish']} / {whole['bearish']}"


def _stand_outs(page: _Page, bias: Bias) -> None:
    """Add the largest trades, each a paragraph."""
    lines = [line for row in _ranked(bias.stand_outs) for line in _stand_out(row, page.width)]
    if lines:
        page.text("Stand out\n\n" + "\n".join(lines) + "\n")


def _ranked(table: pd.DataFrame) -> Iterator[Row]:
    """Yield each strategy once, with all it is among the largest by."""
    for _, rows in table.groupby("strategy_id", sort=False):
        by = ", ".join(f"no. {row.place} by {row.largest_by}" for row in rows.itertuples())
        yield {**rows.iloc[0].to_dict(), "by": by}


def _stand_out(row: Row, width: int) -> list[str]:
    """Write one trade: what it is, what it cost, and where it breaks even."""
    premium = float(row["premium"])
    percent = float(row["premium_percent"])
    facts = [
        f"{row['direction']}, delta cash {float(row['delta_cash']):+,.0f}",
        ""
        if np.isnan(premium)
        else f"{'paid' if premium > 0 else 'received'} {abs(premium):.4g} ({percent:+.1%} of spot)",
        f"breakeven {row['breakevens']}" if row["breakevens"] else "",
        f"cap {row['cap']}" if row["cap"] else "",
        f"floor {row['floor']}" if row["floor"] else "",
    ]
    head = f"{row['strategy_id']}: {float(row['lots']):,g} x {row['strategy']}, {row['legs']}: {row['by']}"
    body = "; ".join(fact for fact in facts if fact)
    return [
        textwrap.fill(head, width, subsequent_indent="    "),
        textwrap.fill(f"  {body}", width, subsequent_indent="    "),
    ]


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
    """Add the windows of trading days, and what changed."""
    if bias.trend.empty:
        return
    page.table("trend", rounded(bias.trend.tail(MOST_STRATEGIES)), "Over time")
    for row in bias.trend.groupby("scope", sort=False).tail(1).to_dict("records"):
        page.text(_change(row))


def _change(row: Row) -> str:
    """Say how the last window differs from the one before it."""
    if row["reason"]:
        return f"{row['scope']}: no change to speak of: {row['reason']}\n"
    turned = f"; {row['reversal']} trend reversal" if row["reversal"] else ""
    change, p_value = float(row["change"]), float(row["p_value"])
    return (
        f"{row['scope']}: bullish share {100 * change:+.0f} points against the window before "
        f"(n={row['n_before']}, Fisher p={p_value:.2f}){turned}\n"
    )


def reading_notes(bias: Bias, market: str) -> tuple[str, ...]:
    """Say in which market the strategies were leaned, and what the columns mean."""
    table = bias.strategies
    counted = (table["direction"] != NOT_COUNTED).sum()
    days = sorted(set(table["day"]) - {""})
    traded = f" Traded {days[0]} to {days[-1]}." if days else ""
    return (
        f"Leaned in the market of {market}; {counted} of {len(table)} strategies counted.{traded}",
        "ratio: the part of the expected move that net delta explains. lean: what is gained",
        "above the forward less what is gained below. vol: the volatility view.",
    )
