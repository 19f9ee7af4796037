"""Packages made from the lines of the catalogue, with random numbers, strikes, dates, lots, multipliers and fills."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pandas as pd

from optlab.legs import canonical
from optlab.strategy import assign, net
from optlab.strategy.catalog import STRATEGIES, Structure
from optlab.strategy.match import name_packages
from optlab.strategy.templates import PARTIAL_STOCK, Shape, Template

KINDS = {"C": "call", "P": "put", "S": "stock"}
Row = dict[str, Any]

LITERALS: dict[Shape, list[Template]] = {}
"""Templates of fixed numbers by their shape: their names win over those of letters."""

for _structure in STRATEGIES.values():
    for _template in _structure.templates:
        if not _template.letters:
            LITERALS.setdefault(_template.shape(), []).append(_template)


def names_of(packages: Mapping[str, list[Row]]) -> dict[str, str]:
    """Name packages, each given as legs, as a file that groups them would have them named."""
    rows = [{"underlying": "XYZ", "group": name, **leg} for name, legs in packages.items() for leg in legs]
    legs = canonical(pd.DataFrame(rows))
    named = assign(legs)
    groups = dict(zip(named["strategy_id"], named["group"], strict=True))
    return {groups[str(name)]: text for name, text in name_packages(net(named)).items()}


def name_of(*legs: Row) -> str:
    """Name one package."""
    return names_of({"a": list(legs)})["a"]


def leg(quantity: float, kind: str, strike: float = math.nan, expiry: str = "", **more: object) -> Row:
    """Make a leg of XYZ; options are on 100 units."""
    size = 100.0 if kind in ("call", "put") else 1.0
    day = pd.Timestamp(expiry) if expiry else pd.NaT
    return {"quantity": quantity, "kind": kind, "strike": strike, "expiry": day, "multiplier": size, **more}


def every_template() -> Iterator[tuple[str, Structure, Template]]:
    """Yield each template of the catalogue with a name of its own: a line that repeats has several."""
    for structure in STRATEGIES.values():
        for number, template in enumerate(structure.templates):
            yield f"{structure.name} #{number}", structure, template


def random_package(template: Template, random: Random) -> list[Row]:
    """Make legs that a template describes; stock is shares, or a future with a multiplier of its own."""
    size = random.choice([1.0, 10.0, 100.0, 1000.0])
    lots = random.randint(1, 7)
    numbers, strikes = _choices(template, random, lots * size)
    days = sorted(random.sample(range(7, 900), max([1, *(leg.expiry for leg in template.legs)])))
    expiries = [pd.Timestamp("2026-10-02") + pd.Timedelta(days=day) for day in days]
    rows: list[Row] = []
    for shape in template.legs:
        count = shape.sign * shape.number * numbers.get(shape.letter, 1) * lots
        if shape.kind == "S":
            rows += _stock(round(count * size, 9), random)
            continue
        row = {"kind": KINDS[shape.kind], "strike": strikes[shape.strike - 1], "multiplier": size}
        rows += _fills({**row, "expiry": expiries[shape.expiry - 1]}, count, random)
    random.shuffle(rows)
    return rows


def _stock(units: float, random: Random) -> list[Row]:
    if random.random() < 0.25:
        size = random.choice([1.0, 2.0, 5.0, 50.0])
        future = {"kind": "future", "strike": math.nan, "expiry": pd.Timestamp("2026-12-17")}
        return _fills({**future, "multiplier": size}, units / size, random)
    stock = {"kind": "stock", "strike": math.nan, "expiry": pd.NaT, "multiplier": 1.0}
    return _fills(stock, units, random)


def _fills(row: Row, quantity: float, random: Random) -> list[Row]:
    """Split a leg into partial fills, now and then with one that was taken back."""
    chance = random.random()
    if chance < 0.7 or not float(quantity).is_integer():
        return [{**row, "quantity": quantity}]
    first = random.randint(1, 9) if chance < 0.85 else -random.randint(1, 9)
    parts = [first, quantity - first]
    return [{**row, "quantity": part} for part in parts if part]


def _choices(template: Template, random: Random, units: float) -> tuple[dict[str, float], list[float]]:
    """Choose numbers and strikes that meet the conditions, and those of no better known structure."""
    step = random.choice([0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 1000.0])
    while True:
        numbers, places = _numbers(template, random, units), _places(template, random)
        rivals = LITERALS.get(template.shape(**numbers), []) if template.letters else []
        if not any(_all_hold(rival, places) for rival in rivals):
            return numbers, [round(place * step, 9) for place in places.values()]


def _numbers(template: Template, random: Random, units: float) -> dict[str, float]:
    """Choose numbers without a common divisor for the letters."""
    if PARTIAL_STOCK in template.letters:
        return {PARTIAL_STOCK: _part_of_stock(template, random, units)}
    while template.letters:
        numbers = {letter: float(random.randint(1, 9)) for letter in sorted(template.letters)}
        is_reduced = math.gcd(*(int(number) for number in numbers.values())) == 1
        if is_reduced and _all_hold(template, numbers, on_strikes=False):
            return numbers
    return {}


def _part_of_stock(template: Template, random: Random, units: float) -> float:
    """Choose a part of a unit, a whole number of shares where that can be; a half has names of its own."""
    while True:
        part = random.choice([-1, 1]) * random.uniform(0.02, 0.98)
        part = round(part * units) / units if units >= 10 else round(part, 3)
        is_fit = 0 < abs(part) < 1 and abs(part) != 0.5
        if is_fit and _all_hold(template, {PARTIAL_STOCK: part}, on_strikes=False):
            return part


def _places(template: Template, random: Random) -> dict[str, float]:
    """Choose strikes in whole steps, by their names."""
    count = max(leg.strike for leg in template.legs)
    while True:
        gaps = [random.randint(1, 4) for _ in range(count - 1)]
        heights = itertools.accumulate(gaps, initial=random.randint(4, 4000))
        places = {
            f"K{number}": float(height) for number, height in zip(range(1, count + 1), heights, strict=False)
        }
        if _all_hold(template, places):
            return places


def _all_hold(template: Template, values: Mapping[str, float], *, on_strikes: bool = True) -> bool:
    """Compare as a reader of the catalogue would, in whole steps."""
    texts = [condition.text for condition in template.conditions if condition.is_on_strikes == on_strikes]
    return all(eval(re.sub(r"(?<!!)=", "==", text), {}, dict(values)) for text in texts)  # noqa: S307 - our own
