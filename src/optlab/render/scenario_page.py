"""Scenarios as a page: heat maps that read without colour, the worst node, and who causes it."""

from __future__ import annotations

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
from optlab.scenario.result import day_of
from optlab.scenario.shocks import GREEKS
from optlab.strategy import contract

Floats = NDArray[np.float64]

MOST_MAPS = 4
"""Of more groups, a table of each one's worst and best node is drawn instead of a map."""


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
        without a move is in brackets.
    """
    if len(result.groups) > MOST_MAPS:
        parts = [terminal.draw(extremes(result), width=width, colour=colour)[0]]
    else:
        parts = [_drawn(one, width, colour=colour) for one in maps(result)]
        parts += _greek_tables(result, width, colour=colour)
    return "\n".join([*parts, _paragraphs(worst_sentences(result.worst), width)])


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
            at_rest = _rest(axes.spot, across) if not any(sizes) else None
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
    """Say whose profit it is, in which currency, and which day, rate and volatility it is for."""
    row = result.groups.iloc[group]
    names = [_cell(name, result.groups, group) for name in result.keys]
    words = [_moved(axis, index) for axis, index in moves if axis.unit == "days" or axis.sizes[index]]
    whose = " ".join(filter(None, names)) or "profit"
    return f"{', '.join([whose, *words])}, {row['currency']} from the value now"


def _cell(name: str, groups: pd.DataFrame, place: int) -> str:
    return tables.cells(name, groups[name].iloc[[place]])[0]


def _moved(axis: Axis, index: int) -> str:
    if axis.unit == "days":
        return day_of(axis.texts[index])
    return f"{'rate' if axis.unit == 'rate' else 'vol'} {axis.texts[index]}"


def _drawn(one: Map, width: int, *, colour: bool) -> str:
    lines = heat_map(
        one.profits, one.labels, one.heads, width=width, colour=colour, corner="spot", mark=one.at_rest
    )
    return "\n".join([*textwrap.wrap(one.title, width), "", *lines]) + "\n"


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
    title = _title(result, group, [*zip(axes[:3], place[1:], strict=True)])
    left = f"no room for {', '.join(map(tables.label, dropped))}" if dropped else ""
    head = f"{title.removesuffix(' from the value now')}, value and greeks"
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
    shown = LEG if result.grid.each_leg else (*result.keys, "currency")
    table = pd.concat([groups[[*shown]], pd.DataFrame(rows)], axis=1)
    return table.sort_values("worst", kind="stable").reset_index(drop=True)


def worst_sentences(worst: pd.DataFrame) -> list[str]:
    """Say which node is the worst in each currency, what it costs, and which strategies cause it."""
    return [
        _sentence(f"Worst, {part['node'].iloc[0]}", part["book_profit"].iloc[0], currency, part)
        for currency, part in worst.groupby("currency")
    ]


def _sentence(what: str, profit: float, currency: object, causes: pd.DataFrame) -> str:
    written = tables.cells("profit", pd.concat([pd.Series([profit]), causes["profit"]]))
    named = [
        f"{' '.join(filter(None, (row['strategy_id'], row['strategy']))) or 'legs of no strategy'} {amount}"
        for row, amount in zip(causes.to_dict("records"), written[1:], strict=True)
        if amount
    ]
    by = f": {', '.join(named)}" if named else ": no strategy loses"
    return f"{what}: {written[0]} {currency}{by}."


def _paragraphs(sentences: Sequence[str], width: int) -> str:
    return "".join(f"{line}\n" for sentence in sentences for line in textwrap.wrap(sentence, width))


# --- stress ------------------------------------------------------------------------------------------------


def stress_page(result: Stress, *, width: int = 80, colour: bool = False) -> str:
    """Write named scenarios: a row for each, then the worst in each currency and the strategies that cause it."""
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
    return f"{drawing}\n{_paragraphs(sentences, width)}"
