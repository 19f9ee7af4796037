"""A payoff as a page of plain text: what it costs, where it breaks even, what it can make and lose, and how likely."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd

from optlab.payoff.analysed import Analysed
from optlab.payoff.results import MODEL, Payoff
from optlab.render import tables, terminal
from optlab.render.csv_text import UNLIMITED
from optlab.render.heat import heat_map
from optlab.render.payoff_chart import Marks, chart

NOT_ANALYSED = "not analysed"

LEVEL = 1e-9
"""A curve that changes by less than this part of itself is level."""


def payoff_page(payoff: Payoff, *, width: int = 80, colour: bool = False) -> tuple[str, list[str]]:
    """Write a payoff's page: of one position everything with a picture, of several a row each.

    Returns
    -------
    tuple of str and list of str
        The page, and the columns that had no room.
    """
    dropped: list[str] = []
    if not payoff.each:
        return "no legs to analyse\n", dropped
    if len(payoff.each) == 1:
        body = _of_one(payoff, payoff.each[0], width, colour=colour)
    else:
        body, dropped = _of_many(payoff, width, colour=colour)
    parts = [body, _assignments(payoff, width), _notes(payoff, width), _rules(payoff, width)]
    return "\n".join(part for part in parts if part), dropped


def headline(payoff: Payoff, one: Analysed) -> str:
    """Say a position's payoff in a sentence."""
    row = row_of(payoff, one)
    named = " ".join(part for part in (one.laid.key, str(row["strategy"])) if part)
    if one.profile is None:
        return f"{named}: {NOT_ANALYSED}, {row['status'].replace('_', ' ')}"
    axis = " of every spot now" if one.laid.in_percent else ""
    percent = "%" if one.laid.in_percent else ""
    facts = [
        f"{cost_words(row)}",
        f"{_breakeven_words(row, percent)} on {row['horizon_day']}{axis}",
        f"max profit {extreme_words(row, 'max_profit')}",
        f"max loss {extreme_words(row, 'max_loss')}",
    ]
    if not math.isnan(row["probability_of_profit"]):
        facts.append(f"{row['probability_of_profit']:.0%} chance of a profit")
    return f"{named}: " + "; ".join(facts)


def row_of(payoff: Payoff, one: Analysed) -> dict[str, Any]:
    """Return the summary row of a position."""
    place = payoff.each.index(one)
    return {str(name): value for name, value in payoff.summary.iloc[place].to_dict().items()}


def cost_words(row: dict[str, Any]) -> str:
    """Say what a position cost, or is worth where that is not known."""
    cost = float(row["entry_cost"])
    word = {"entry": ("paid", "received"), "model": ("worth", "worth")}[str(row["entry_source"])][cost < 0]
    return f"{word} {money(cost if word == 'worth' else abs(cost))} {row['currency']}"


def _breakeven_words(row: dict[str, Any], percent: str = "") -> str:
    spots = _short(str(row["breakevens"]), percent)
    if not spots:
        return "no breakeven"
    return f"breakeven{'s' if '/' in spots else ''} {spots}"


def _short(breakevens: str, percent: str = "") -> str:
    """Write breakevens with the decimals of a price."""
    spots = [float(spot) for spot in breakevens.split(" / ") if spot]
    return " / ".join(f"{spot:.{2 if spot >= 1 else 4}f}{percent}" for spot in spots)


def extreme_words(row: dict[str, Any], name: str) -> str:
    """Write an extreme with where it is reached: +237 up to 390, -163 from 394 on, +3,510 at 104."""
    number, low, high = (float(row[column]) for column in (name, f"{name}_from", f"{name}_to"))
    if math.isinf(number):
        return UNLIMITED
    if math.isnan(number):
        return "not looked for: too many paths"
    if name == "max_loss" and number >= 0:
        return f"none: at least {money(number, sign=True)}"
    is_approached = row.get("exactness") == MODEL and row.get("after") == "closed" and low < high
    if is_approached and not (low == 0 and math.isinf(high)):
        where = "towards zero" if low == 0 else "towards high spots"
    elif low == 0 and math.isinf(high):
        where = "at any spot"
    elif low == high:
        where = f"at {_spot(low)}"
    elif math.isinf(high):
        where = f"from {_spot(low)} on"
    else:
        where = f"up to {_spot(high)}" if low == 0 else f"from {_spot(low)} to {_spot(high)}"
    return f"{money(number, sign=True)} {where}"


def _spot(spot: float) -> str:
    """Write a spot with the decimals of a price, if it has any."""
    return f"{round(spot, 2 if spot >= 1 else 4):.10g}"


def money(amount: float, *, sign: bool = False) -> str:
    """Write an amount: cents only where it is small."""
    digits = 2 if abs(amount) < 1000 and not float(amount).is_integer() else 0
    return f"{amount:{'+' if sign else ''},.{digits}f}"


# --- one position ------------------------------------------------------------------------------------------


def _of_one(payoff: Payoff, one: Analysed, width: int, *, colour: bool) -> str:
    parts = ["\n".join(textwrap.wrap(headline(payoff, one), width)) + "\n"]
    if one.profile is None:
        return parts[0]
    legs = str(row_of(payoff, one)["legs"])
    if legs:
        parts[0] += "\n".join(textwrap.wrap(legs, width)) + "\n"
    parts += [
        _picture(payoff, one, width, colour=colour),
        _chances(payoff, one, width),
        _touched(payoff, width, colour=colour),
        _dates(payoff, one, width, colour=colour),
    ]
    return "\n".join(part for part in parts if part)


def curves_of(payoff: Payoff, one: Analysed) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return the curves of a picture, the one of the horizon first and today's last."""
    table = payoff.curves
    own = table[table[payoff.key] == one.laid.key]
    row = row_of(payoff, one)
    named = {
        str(name): (part["spot"].to_numpy(float), _level(part["profit"].to_numpy(float)))
        for name, part in own.groupby("curve", sort=False)
    }
    first = str(row["horizon_day"])
    order = [*([first] if first in named else []), *(name for name in reversed(named) if name != first)]
    return [(name, *named[name]) for name in order]


def _level(profits: np.ndarray) -> np.ndarray:
    """Make a curve that only rounding bends the straight line that it is."""
    is_level = np.ptp(profits) <= LEVEL * np.abs(profits).max(initial=0.0)
    return np.full_like(profits, profits.mean()) if is_level else profits


def _picture(payoff: Payoff, one: Analysed, width: int, *, colour: bool) -> str:
    position, found = one.laid.position, one.profile
    if position is None or found is None:
        return ""
    digits = 2 if one.laid.in_percent else 6
    strikes = tuple(position.option.strike[position.is_option].round(digits))
    marks = Marks(strikes, found.shape.breakevens, position.spot)
    lines = chart(curves_of(payoff, one), marks=marks, width=width, colour=colour)
    return "\n".join(lines) + "\n"


def _chances(payoff: Payoff, one: Analysed, width: int) -> str:
    """Say the probabilities in three lines; nothing where there is no law."""
    row = row_of(payoff, one)
    if not row["law"]:
        why = "spots of several underlyings have no law in common" if one.laid.in_percent else "no volatility"
        return f"No probabilities: {why}.\n"
    law = f"{row['law']}, volatility {row['law_vol']:.1%}"
    lines = [
        (
            f"By {row['horizon_day']} ({law}): profit {row['probability_of_profit']:.1%} of the time, loss "
            f"{row['probability_of_loss']:.1%}. Expected {_signed(row['expected_profit'])}: "
            f"{_signed(row['expected_profit_if_profit'])} where there is a profit, "
            f"{_signed(row['expected_loss_if_loss'])} where there is a loss."
        ),
        "Percentiles of the profit: "
        + ", ".join(f"{place}% {_signed(row[f'percentile_{place}'])}" for place in (5, 25, 50, 75, 95))
        + f"; the worst 5% lose {_signed(row['expected_shortfall'])} on average.",
    ]
    return "".join(f"{line}\n" for text in lines for line in textwrap.wrap(text, width))


def _signed(amount: float) -> str:
    number = float(amount)
    return "none" if math.isnan(number) else money(number, sign=True)


def _touched(payoff: Payoff, width: int, *, colour: bool) -> str:
    table = payoff.touched
    if table.empty:
        return ""
    drawing, _ = terminal.draw(tables.view("touched", table), width=width, colour=colour)
    head = textwrap.wrap("How likely spot is to meet these on the way, and to end beyond them", width)
    return "\n".join([*head, "", drawing])


def _dates(payoff: Payoff, one: Analysed, width: int, *, colour: bool) -> str:
    """Draw the table of spots and dates, high spots above."""
    position = one.laid.position
    if position is None:
        return ""
    table = payoff.dates[payoff.dates[payoff.key] == one.laid.key]
    wide = table.pivot_table(index="spot", columns="curve_day", values="profit", sort=False).sort_index(
        ascending=False
    )
    days = [f" {pd.Timestamp(day[:10]):%d%b%y}{'*' * (len(day) > 10)}".upper() for day in wide.columns]
    spots = [f"{spot:.6g}" for spot in wide.index]
    now = (int(np.argmin(np.abs(wide.index.to_numpy() - position.spot))), 0)
    lines = heat_map(wide.to_numpy(), spots, days, width=width, colour=colour, corner="spot", mark=now)
    return "Profit by spot and day (in brackets: now)\n\n" + "\n".join(lines) + "\n"


# --- several -----------------------------------------------------------------------------------------------


def _of_many(payoff: Payoff, width: int, *, colour: bool) -> tuple[str, list[str]]:
    has_several = len(set(payoff.summary["currency"]) - {""}) > 1
    summary = payoff.summary.assign(breakevens=payoff.summary["breakevens"].map(_short))
    shown = tables.view("payoff", summary, by=(payoff.key, *(["currency"] if has_several else [])))
    return terminal.draw(shown, width=width, colour=colour)


def _assignments(payoff: Payoff, width: int) -> str:
    lines = [
        f"{row['strategy_id']} {row['contract']} ({row['quantity']:+g}): {row['why']}"
        for row in payoff.assignments.to_dict("records")
    ]
    if not lines:
        return ""
    wrapped = [
        part
        for line in lines
        for part in textwrap.wrap(line, width, initial_indent="- ", subsequent_indent="  ")
    ]
    return "\n".join(["May be assigned soon", "", *wrapped]) + "\n"


def _notes(payoff: Payoff, width: int) -> str:
    lines = [
        line
        for note in payoff.notes
        for line in textwrap.wrap(note, width, initial_indent="- ", subsequent_indent="  ")
    ]
    return "\n".join([*lines, ""])


def _rules(payoff: Payoff, width: int) -> str:
    """Say the rules, and what is the model's."""
    summary = payoff.summary
    words = [*payoff.rules]
    if (summary["exactness"] == "model").any():
        words.append(
            "options that are left are priced by their model: these breakevens and extremes depend on it"
        )
    if payoff.choices.after == "held":
        words.append(
            "max profit and loss are those of holding to the last expiry, over every spot that each expiry may meet; "
            "a later curve is the path on which all meet the same"
        )
    if (summary["entry_source"] == "model").any():
        words.append("profit is measured from the model's value now where what was paid is not known")
    if (summary["right_tail"] == "model tail").any():
        words.append(
            "model tail: only a dividend yield bends it; looked at up to three times spot, not unlimited"
        )
    if any(
        one.profile is not None and one.profile.law is not None and one.profile.law.is_repaired
        for one in payoff.each
    ):
        words.append("prices of the chain contradict each other: its smile was mended where they do")
    text = "Rules: " + "; ".join(words) + "."
    return "\n".join(textwrap.wrap(text, width)) + "\n"
