"""The market context of a chain as a page of plain text, readable without colour and in a pipe."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pandas as pd

from optlab.context import Context
from optlab.render import tables, terminal

MOST_STRIKES = 15
"""Strikes drawn: those with the largest open interest."""

BAR_CALLS, BAR_PUTS = "=", "#"
LONGEST_BAR = 30
NARROWEST_BAR = 5
INDENT = "  "


def context_page(context: Context, *, width: int = 80, colour: bool = False) -> str:
    """Write a chain's context: the sentence, the term structure, open interest by strike, the cone, the notices.

    Parameters
    ----------
    context : Context
        As `optlab.context.context` returns it.
    width : int
        The window's width in characters.
    colour : bool
        Whether to colour signs.

    Returns
    -------
    str
        The page. What is not known has no part on it.
    """
    parts = [
        "\n".join(textwrap.wrap(context.sentence, width)) + "\n",
        _table("Term structure", "term", context.term, width, colour=colour),
        _bars(context.strikes, width),
        _cone(context.cone, width, colour=colour),
        _notices(context.notices, width),
    ]
    return "\n".join(part for part in parts if part)


def context_tables(found: Mapping[str, Context]) -> dict[str, pd.DataFrame]:
    """Return the tables of several contexts by name, each with the underlying first and the sentence in the summary."""
    tables: dict[str, list[pd.DataFrame]] = {}
    for underlying, one in found.items():
        for name, table in one.tables().items():
            extra = {"sentence": one.sentence} if name == "summary" else {}
            own = table.drop(columns="underlying", errors="ignore").assign(**extra)
            own.insert(0, "underlying", underlying)
            tables.setdefault(name, []).append(own)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def _table(title: str, view: str, table: pd.DataFrame, width: int, *, colour: bool) -> str:
    shown = tables.view(view, table)
    drawing, left_out = terminal.draw(shown, width=width, colour=colour)
    more = f"not shown: {', '.join(map(tables.label, left_out))}" if left_out else ""
    lines = "".join(f"{line}\n" for line in textwrap.wrap(more, width))
    return f"{title}\n\n{drawing}{lines}"


def _cone(cone: pd.DataFrame, width: int, *, colour: bool) -> str:
    """Draw the realised volatilities that are known, and why the others are not."""
    known = cone[cone["realised"].notna()] if len(cone) else cone
    if known.empty:
        return ""
    drawn = _table("Realised volatility, and all earlier windows", "cone", known, width, colour=colour)
    missing = [
        f"{row['window']} days: {row['why_missing']}\n"
        for row in cone.to_dict("records")
        if row["why_missing"]
    ]
    return drawn + "".join(missing)


def _bars(strikes: pd.DataFrame, width: int) -> str:
    """Draw open interest by strike: calls to the left of the strike, puts to the right."""
    if strikes.empty or not strikes["open_interest"].max() > 0:
        return ""
    chosen = strikes.head(MOST_STRIKES).sort_values("strike", ascending=False)
    written = tables.texts(chosen[["strike", "open_interest_calls", "open_interest_puts"]])
    names, calls, puts = (_even(written[name]) for name in written)
    sides = [chosen[f"open_interest_{kind}"].fillna(0.0).tolist() for kind in ("calls", "puts")]
    largest = max(map(max, sides))
    room = (width - len(names[0]) - len(calls[0]) - len(puts[0]) - 6 - len(INDENT)) // 2
    longest = max(min(room, LONGEST_BAR), NARROWEST_BAR)
    left = [_bar(number, largest, longest, BAR_CALLS) for number in sides[0]]
    right = [_bar(number, largest, longest, BAR_PUTS) for number in sides[1]]
    rows = [
        f"{INDENT}{call}  {before:>{longest}} {name} {after:<{longest}}  {put}".rstrip()
        for call, before, name, after, put in zip(calls, left, names, right, puts, strict=True)
    ]
    head = (
        f"{INDENT}{'calls ' + BAR_CALLS:>{len(calls[0]) + 2 + longest}} {'':{len(names[0])}} {BAR_PUTS} puts"
    )
    more = len(strikes) - len(chosen)
    rest = [f"{INDENT}and {more} strike{'s' if more > 1 else ''} with less"] if more else []
    return "\n".join(["Open interest by strike, all expiries", "", head, *rows, *rest]) + "\n"


def _even(texts: list[str]) -> list[str]:
    """Set texts to the right in the width of the longest."""
    longest = max(map(len, texts))
    return [f"{text:>{longest}}" for text in texts]


def _bar(number: float, largest: float, longest: int, sign: str) -> str:
    """Draw a bar in proportion; what is more than nothing has at least one sign."""
    length = round(number / largest * longest) if number > 0 else 0
    return sign * max(length, int(number > 0))


def _notices(notices: tuple[str, ...], width: int) -> str:
    lines = [
        line
        for notice in notices
        for line in textwrap.wrap(notice, width, initial_indent="- ", subsequent_indent=INDENT)
    ]
    return "\n".join(["Assumed and left out", "", *lines]) + "\n" if lines else ""
