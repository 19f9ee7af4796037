"""A payoff for programs and for pictures: one record for each position, and what a drawing of it needs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.payoff.analysed import Analysed
from optlab.payoff.results import Payoff
from optlab.render.payoff_page import cost_words, curves_of, extreme_words, headline, row_of
from optlab.render.payoff_panel import Drawing
from optlab.render.records import records

MARKED = ("touched", "dates", "curves")
"""The tables that stand inside a position's record, with the column of its name left out."""


NEARBY = 1.04
"""The ends of a neighbourhood are so many times farther and nearer."""


def payoff_records(payoff: Payoff) -> list[dict[str, Any]]:
    """Return a record for each position: its row, breakevens as a list, and its parts of the other tables."""
    rows = records(payoff.summary)
    own = {name: _by_key(payoff, name) for name in MARKED}
    notes = records(payoff.assignments)
    for row, one in zip(rows, payoff.each, strict=True):
        shape = one.profile.shape if one.profile is not None else None
        row["breakevens"] = list(shape.breakevens) if shape is not None else []
        for name, parts in own.items():
            row[name] = parts.get(one.laid.key, [])
        mine = "strategy_id" if payoff.key == "strategy_id" else "underlying"
        row["assignments"] = [note for note in notes if payoff.key == "scope" or note[mine] == one.laid.key]
    return rows


def _by_key(payoff: Payoff, name: str) -> dict[str, list[dict[str, object]]]:
    table = payoff.tables[name]
    return {
        str(key): records(part.drop(columns=payoff.key))
        for key, part in table.groupby(payoff.key, sort=False)
    }


def drawings(payoff: Payoff) -> list[Drawing]:
    """Return a drawing of each position that could be analysed."""
    return [_drawing(payoff, one) for one in payoff.each if one.profile is not None]


def _drawing(payoff: Payoff, one: Analysed) -> Drawing:
    position, found, row = one.laid.position, one.profile, row_of(payoff, one)
    if position is None or found is None:
        raise ValueError("only what is analysed can be drawn")
    curves = curves_of(payoff, one)
    spots = np.unique(np.concatenate([spots for _, spots, _ in curves]))
    contracts = zip(position.option.strike, one.laid.contracts, position.units, strict=True)
    return Drawing(
        title=headline(payoff, one).partition(":")[0],
        subtitle=tuple(text for text in (str(row["legs"]), cost_words(row)) if text),
        currency=str(row["currency"]),
        spots=spots,
        curves=tuple((name, np.interp(spots, own, profits)) for name, own, profits in curves),
        strikes=tuple(
            (float(strike), f"{'short' if units < 0 else 'long'} {name}")
            for strike, name, units in contracts
            if math.isfinite(strike)
        ),
        breakevens=found.shape.breakevens,
        spot=position.spot,
        density=_density(one, spots),
        probability_of_profit=float(row["probability_of_profit"]),
        max_profit=extreme_words(row, "max_profit"),
        max_loss=extreme_words(row, "max_loss"),
        axis="every spot in percent of now" if one.laid.in_percent else "spot",
        caption=". ".join(f"{rule[0].upper()}{rule[1:]}" for rule in payoff.rules) + ".",
    )


def _density(one: Analysed, spots: np.ndarray) -> np.ndarray | None:
    """Return the probability of each spot's neighbourhood, by its width; None where spot has no law.

    Prices in whole ticks make a smile's density bumpy: neighbourhoods of 8% show what it says.
    """
    law = one.profile.law if one.profile is not None else None
    if law is None or law.is_certain:
        return None
    low, high = spots / NEARBY, spots * NEARBY
    return np.asarray((law.cdf(high) - law.cdf(low)) / np.maximum(high - low, 1e-300))
