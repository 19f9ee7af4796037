"""Scenarios as a page: heat maps that read without colour, the worst node, and who causes it."""

from __future__ import annotations

import datetime as dt
import itertools
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optlab.render import tables, terminal
from optlab.render.heat import heat_map
from optlab.render.views import VIEWS
from optlab.scenario import Axis, Scenario, Stress
from optlab.scenario.causes import told
from optlab.scenario.result import day_of
from optlab.scenario.shocks import GREEKS
from optlab.scenario.stress import nothing_moves
from optlab.strategy import contract

Floats = NDArray[np.float64]

WIDEST = 64
"""More characters than a column ever has."""

MOST_MAPS = 4
"""Of more groups, a table of each one's worst and best node is drawn instead of a map."""


EMPTY = "no legs to revalue\n"

LEG = ("strategy_id", "contract", "quantity", "currency")
"""What says which leg a row is."""


class Map(NamedTuple):
    """One heat map: a title, the heads of its columns, the labels of its rows, and profits (rows, columns)."""

    title: str
    heads: list[str]
    labels: list[str]
    profits: Floats
    at_rest: tuple[int, int] | None


def scenario_page(result: Scenario, *, width: int = 80, colour: bool = False) -> str:
    """Write a grid: a map for every group, day and rate, or a row per group; then the worst node.

    Parameters
    ----------
    result : Scenario
        As `optlab.scenario.scenario` returns it.
    width : int
        The window's width in characters.
    colour : bool
        Whether to set backgrounds by the size of the profit.

    Returns
    -------
    str
        The page. Rows are moves of spot, columns moves of volatility, or days where volatility does not move. The node
        without a move is in brackets. Columns that have no room stand in a block of their own below.
    """
    if result.groups.empty:
        return EMPTY
    if len(result.groups) > MOST_MAPS:
        head = f"Worst and best node of each, profit from the value on {result.day}{_missing(result.groups)}"
        parts = [
            f"{_paragraphs([head], width)}\n{terminal.draw(extremes(result), width=width, colour=colour)[0]}"
        ]
    else:
        parts = [_drawn(one, width, colour=colour) for one in maps(result)]
        parts += _greek_tables(result, width, colour=colour)
    return "\n".join([*parts, _paragraphs(worst_sentences(result.worst), width)])


def unseen(result: Scenario, *, wide: bool) -> list[str]:
    """Name the options that change nothing on the page: greeks of more groups than there are maps for, and --wide."""
    is_said = {"--greeks": bool(result.greeks) and len(result.groups) > MOST_MAPS, "--wide": wide}
    said = [name for name, is_one in is_said.items() if is_one]
    verb = "change" if len(said) > 1 else "changes"
    sentence = f"{' and '.join(said)} {verb} nothing on the screen: --format csv and -o FILE.csv have what is asked for"
    return [sentence] if said else []


# --- maps --------------------------------------------------------------------------------------------------


def maps(result: Scenario) -> Iterator[Map]:
    """Yield the maps of a grid, group by group."""
    axes = result.grid.axes
    by_days = len(axes.vol.sizes) == 1 and len(axes.days.sizes) > 1
    across, others = (axes.days, (axes.rate, axes.vol)) if by_days else (axes.vol, (axes.days, axes.rate))
    order = (0, 2, 3, 4, 1) if by_days else (0, 1, 2, 4, 3)
    profits = result.profits.transpose(order)
    heads = [day_of(text) if by_days else f"vol {text}" for text in across.texts]
    for group in range(len(result.groups)):
        labels = _labels(axes.spot, result.spots[group])
        for place in np.ndindex(*(len(axis.sizes) for axis in others)):
            sizes = [axis.sizes[index] for axis, index in zip(others, place, strict=True)]
            is_now = not any(sizes) and not np.isnan(result.worth[group])
            at_rest = _rest(axes.spot, across) if is_now else None
            title = _title(result, group, [*zip(others, place, strict=True)])
            yield Map(title, heads, labels, profits[(group, *place)], at_rest)


def _rest(spot: Axis, across: Axis) -> tuple[int, int] | None:
    """Return the row and column without a move, if there is one."""
    if 0.0 not in spot.sizes or 0.0 not in across.sizes:
        return None
    return spot.sizes.index(0.0), across.sizes.index(0.0)


def _labels(spot: Axis, prices: Floats) -> list[str]:
    """Write the moves of spot, and beside them the spot that they lead to."""
    moves = _even(spot.texts)
    if np.isnan(prices).any():
        return moves
    written = _even(tables.cells("spot", pd.Series(prices)))
    return [f"{move}  {price}" for move, price in zip(moves, written, strict=True)]


def _even(texts: Sequence[str]) -> list[str]:
    longest = max(map(len, texts))
    return [f"{text:>{longest}}" for text in texts]


def _title(result: Scenario, group: int, moves: Sequence[tuple[Axis, int]]) -> str:
    """Say whose profit it is, since when, for which day, rate and volatility, and how many legs are not in it."""
    is_today = any(axis.unit == "days" and not axis.sizes[index] for axis, index in moves)
    since = f"profit from the value {'now' if is_today else f'on {result.day}'}"
    said = [(axis, index) for axis, index in moves if axis.unit == "days" or axis.sizes[index]]
    return _headed(since, result, group, said)


def _headed(what: str, result: Scenario, group: int, moves: Sequence[tuple[Axis, int]]) -> str:
    """Say whose it is, what it is, in which currency, at which moves, and which legs are not in it."""
    row = result.groups.iloc[[group]]
    whose = " ".join(filter(None, (_cell(name, result.groups, group) for name in result.keys)))
    first = f"{whose}: {what}" if whose else f"{what[0].upper()}{what[1:]}"
    words = [_moved(axis, index, result.day) for axis, index in moves]
    return f"{', '.join([first, row['currency'].item(), *words])}{_missing(row)}"


def _missing(groups: pd.DataFrame) -> str:
    """Say how many legs have no value, after a semicolon; nothing if all have one."""
    missing, count = int(groups["unpriced"].sum()), int(groups["leg_count"].sum())
    if missing == count:
        return "; no leg has a value"
    verbs = "has no value and is" if missing == 1 else "have no value and are"
    return f"; {missing:,} of {count:,} legs {verbs} not in these numbers" if missing else ""


def _cell(name: str, groups: pd.DataFrame, place: int) -> str:
    return tables.cells(name, groups[name].iloc[[place]])[0]


def _moved(axis: Axis, index: int, today: dt.date) -> str:
    """Write one move; a day with its date, if it is a whole one."""
    if axis.unit == "days":
        days = axis.sizes[index]
        date = f" ({today + dt.timedelta(days=days)})" if days == int(days) else ""
        return f"{day_of(axis.texts[index])}{date}"
    return f"{'rate' if axis.unit == 'rate' else 'vol'} {axis.texts[index]}"


def _drawn(one: Map, width: int, *, colour: bool) -> str:
    title = textwrap.wrap(one.title, width)
    blocks = [_block(one, columns, width, colour=colour) for columns in _blocks(one, width)]
    return "\n".join([*title, *(line for block in blocks for line in ("", *block))]) + "\n"


def _blocks(one: Map, width: int) -> list[NDArray[np.int64]]:
    """Cut the columns into blocks that have room, as equal in size as can be."""
    count, first = len(one.heads), max(map(len, ["spot", *one.labels]))
    every = np.arange(count)
    head = _block(one, every, first + count * WIDEST, colour=False)[0]
    cell = (len(head) - first) // count
    room = max((width - first) // cell, 1)
    return np.array_split(every, -(-count // room))


def _block(one: Map, columns: NDArray[np.int64], width: int, *, colour: bool) -> list[str]:
    """Draw some columns with the decimals, the width and the shades that all have.

    A row of the largest amount sees to it, and is left out of the drawing.
    """
    known = one.profits[np.isfinite(one.profits)]
    largest = known[np.argmax(np.abs(known))] if known.size else np.nan
    values = np.vstack([one.profits[:, columns], np.full(len(columns), largest)])
    places = columns.tolist()
    mark = None
    if one.at_rest is not None and one.at_rest[1] in places:
        mark = (one.at_rest[0], places.index(one.at_rest[1]))
    heads = [f"{head:>{max(map(len, one.heads))}}" for head in one.heads]
    lines = heat_map(
        values,
        [*one.labels, ""],
        [heads[place] for place in places],
        width=width,
        colour=colour,
        corner="spot",
        mark=mark,
    )
    return lines[: len(one.labels) + 1]


def _greek_tables(result: Scenario, width: int, *, colour: bool) -> list[str]:
    """Draw what each group is worth along spot, with greeks, where volatility moves least."""
    if not result.greeks:
        return []
    axes = result.grid.axes
    vol = int(np.argmin(np.abs(axes.vol.sizes)))
    places = [*itertools.product(range(len(result.groups)), *map(range, axes.shape[:2]))]
    drawn = [_greek_table(result, (*place, vol), width, colour=colour) for place in places[:MOST_MAPS]]
    left = len(places) - len(drawn)
    return [*drawn, f"{left} more such tables: -o FILE.csv has every node\n"] if left else drawn


def _greek_table(result: Scenario, place: tuple[int, ...], width: int, *, colour: bool) -> str:
    axes, group = result.grid.axes, place[0]
    columns = {"spot": axes.spot.texts, "value": result.worth[group] + result.profits[place]}
    columns |= {name: result.greeks[name][place] for name in GREEKS}
    drawing, dropped = terminal.draw(pd.DataFrame(columns), width=width, colour=colour)
    head = _headed("value and greeks", result, group, [*zip(axes[:3], place[1:], strict=True)])
    left = f"no room for {', '.join(map(tables.label, dropped))}" if dropped else ""
    return f"{_paragraphs([head], width)}\n{drawing}{_paragraphs([left], width)}"


# --- the worst ---------------------------------------------------------------------------------------------


def extremes(result: Scenario) -> pd.DataFrame:
    """Return a row per group with its worst and its best node, those that lose most first."""
    axes = result.grid.axes
    rows = []
    for profits in result.profits:
        ends = (int(np.argmin(profits)), int(np.argmax(profits)))
        low, high = (tuple(int(i) for i in np.unravel_index(end, profits.shape)) for end in ends)
        rows.append(
            {
                "worst": profits[low],
                "at": "" if np.isnan(profits[low]) else axes.words(low),
                "best": profits[high],
                "best_at": "" if np.isnan(profits[high]) else axes.words(high),
            }
        )
    groups = result.groups.assign(contract=contract(result.groups)) if result.grid.each_leg else result.groups
    shown = [*(LEG if result.grid.each_leg else (*result.keys, "currency"))]
    shown += ["unpriced"] if groups["unpriced"].any() else []
    table = pd.concat([groups[shown], pd.DataFrame(rows)], axis=1)
    return table.sort_values("worst", kind="stable").reset_index(drop=True)


def worst_sentences(worst: pd.DataFrame) -> list[str]:
    """Say which node is the worst in each currency, what it costs, and which strategies cause it."""
    return [
        _sentence(f"Worst, {part['node'].iloc[0]}", part["book_profit"].iloc[0], currency, part)
        for currency, part in worst.groupby("currency")
    ]


def _sentence(what: str, profit: float, currency: object, causes: pd.DataFrame) -> str:
    written = tables.cells("profit", pd.Series([profit, *causes["profit"]], dtype=float))
    rows = [{str(name): cell for name, cell in row.items()} for row in causes.to_dict("records")]
    named = [f"{told(row)} {amount}" for row, amount in zip(rows, written[1:], strict=True) if amount]
    by = f": {', '.join(named)}" if named else ": no strategy loses"
    return f"{what}: {written[0]} {currency}{by}."


def _paragraphs(sentences: Sequence[str], width: int) -> str:
    return "".join(f"{line}\n" for sentence in sentences for line in textwrap.wrap(sentence, width))


# --- stress ------------------------------------------------------------------------------------------------


def stress_page(result: Stress, *, width: int = 80, colour: bool = False) -> str:
    """Write named scenarios: a row for each, then the worst in each currency and the strategies that cause it."""
    if result.totals.empty:
        return EMPTY
    whole = result.totals[result.totals["scenario"] == result.totals["scenario"].iloc[0]]
    codes = ", ".join(sorted(set(whole["currency"])))
    head = f"Profit from the value on {result.day}, {codes}{_missing(whole)}"
    keys = [name for name in result.table.columns if name not in VIEWS["stress"]]
    shown = tables.view("stress", result.table, by=("scenario", *keys))
    if len(set(result.table["currency"])) == 1:
        shown = shown.drop(columns="currency")
    drawing, _ = terminal.draw(shown, width=width, colour=colour)
    sentences = []
    for currency, name in sorted(result.worst.items()):
        total = result.totals.set_index(["scenario", "currency"])["profit"].loc[(name, currency)]
        is_own = (result.causes["scenario"] == name) & (result.causes["currency"] == currency)
        sentences.append(_sentence(f"Worst, {name}", float(total), currency, result.causes[is_own]))
    sentences += [f"{sentence}." for sentence in nothing_moves(result.unmoved)]
    return f"{_paragraphs([head], width)}\n{drawing}\n{_paragraphs(sentences, width)}"
