"""The catalogue for people: its tables, and a page that explains one structure."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable

import pandas as pd

from optlab.errors import PricingError
from optlab.render import payoff_picture
from optlab.strategy.catalog import OR, STRATEGIES, Structure, named_by_venues, venues
from optlab.strategy.examples import OPENED, SPOT, VOL, Example, day_text, example_of

HOW_COMMON = {1.0: "everyday", 1.6: "known", 3.0: "rare"}
INDENT = 2
LABEL_WIDTH = 12
LONGEST_NAME, LEGS_PER_LINE = 26, 2
BETWEEN = "; "
UNBROKEN = "\u00a0"


# --- tables ------------------------------------------------------------------------------------------------


def chosen(family: str | None = None) -> list[Structure]:
    """Return the structures of a family, or all: by family, the common ones first.

    Raises
    ------
    PricingError
        If there is no such family.
    """
    families = sorted({line.family for line in STRATEGIES.values()})
    wanted = None if family is None else family.strip().casefold()
    if wanted is not None and wanted not in families:
        raise PricingError(f"no family is called {family!r}. Fix: say one of {', '.join(families)}.")
    found = [line for line in STRATEGIES.values() if wanted in (None, line.family)]
    return sorted(found, key=lambda line: (line.family, line.rank))


def catalog_table(structures: Iterable[Structure]) -> pd.DataFrame:
    """Return a row per structure, as files have it."""
    rows = [
        {
            "name": line.name,
            "family": line.family,
            "rank": line.rank,
            "legs": line.legs,
            "direction": line.direction,
            "volatility": line.volatility,
            "aliases": BETWEEN.join(line.aliases),
            "mirror": line.mirror,
            "venue_names": BETWEEN.join(_venue_names(line)),
            "tags": BETWEEN.join(line.tags),
            "note": line.note,
            "group_only": line.is_group_only,
        }
        for line in structures
    ]
    return pd.DataFrame(rows)


def venue_table(venue: str, structures: Iterable[Structure]) -> pd.DataFrame:
    """Return a venue's own names, a row for each structure that one stands for.

    Raises
    ------
    PricingError
        If the catalogue knows no names of it.
    """
    wanted = venue.strip().casefold()
    if wanted not in venues():
        raise PricingError(f"no names of {venue!r} are known. Fix: say one of {', '.join(venues())}.")
    rows = [
        {
            "venue_name": name,
            "structure": line.name,
            "legs": line.legs,
            "direction": line.direction,
            "volatility": line.volatility,
            "family": line.family,
        }
        for line in structures
        for name in line.venue_names.get(wanted, "").split(OR)
        if name
    ]
    rows.sort(key=lambda row: row["venue_name"].casefold())
    return pd.DataFrame(
        rows, columns=["venue_name", "structure", "legs", "direction", "volatility", "family"]
    )


def meanings_table(wanted: str, structures: Iterable[Structure]) -> pd.DataFrame:
    """Return the structures that a name stands for, and at which venues each."""
    said_at = named_by_venues(wanted)
    table = catalog_table(structures)
    venues_of = [
        ", ".join(venue for venue, lines in said_at.items() if name in (line.name for line in lines))
        for name in table["name"]
    ]
    return table.assign(said_at=venues_of)


def drawn(table: pd.DataFrame) -> pd.DataFrame:
    """Break the names and legs of a table over lines, for a terminal."""
    broken = table.assign(legs=[_folded(legs) for legs in table["legs"]])
    names = [name for name in ("name", "structure", "mirror", "aliases") if name in table.columns]
    return broken.assign(**{name: [_lines(cell) for cell in table[name]] for name in names})


def _folded(legs: str) -> str:
    signed, bracket, conditions = legs.partition("[")
    words = signed.split()
    lines = [" ".join(words[start : start + LEGS_PER_LINE]) for start in range(0, len(words), LEGS_PER_LINE)]
    return "\n".join([*lines, *([f"[{conditions}"] if bracket else [])])


def _lines(cell: str) -> str:
    return "\n".join(textwrap.wrap(cell, LONGEST_NAME, break_on_hyphens=False))


def _venue_names(structure: Structure) -> list[str]:
    return [f"{venue}: {name}" for venue, name in structure.venue_names.items()]


# --- one structure -----------------------------------------------------------------------------------------


def record(structure: Structure) -> dict[str, object]:
    """Return all that is known of a structure as plain values, with an example and the points of its picture."""
    example = example_of(structure)
    spots, profits = payoff_picture.points(example)
    return {
        "name": structure.name,
        "family": structure.family,
        "rank": structure.rank,
        "common": HOW_COMMON[structure.rank],
        "legs": structure.legs,
        "conditions": conditions_in_words(structure.legs),
        "direction": structure.direction,
        "volatility": structure.volatility,
        "mirror": structure.mirror,
        "aliases": list(structure.aliases),
        "venue_names": dict(structure.venue_names),
        "elsewhere": _elsewhere(structure),
        "tags": list(structure.tags),
        "note": structure.note,
        "group_only": structure.is_group_only,
        "example": {
            "legs": str(example),
            "opened": OPENED.isoformat(),
            "spot": SPOT,
            "vol": VOL,
            "cost": round(example.cost, 6),
            "at": example.first_expiry.isoformat() if example.first_expiry else None,
            "points": [
                {"spot": round(float(spot), 6), "profit": round(float(profit), 6) + 0.0}
                for spot, profit in zip(spots, profits, strict=True)
            ],
        },
    }


def page(structure: Structure, width: int) -> str:
    """Explain a structure in words, with an example and a picture of its profit."""
    example = example_of(structure)
    found = "only as a package that the file gives, never by looking for it in a book"
    parts = {
        "legs": structure.legs.partition("[")[0].strip(),
        "conditions": BETWEEN.join(conditions_in_words(structure.legs)),
        "direction": structure.direction,
        "volatility": structure.volatility,
        "mirror": structure.mirror,
        "aliases": BETWEEN.join(structure.aliases),
        "venues": BETWEEN.join(_venue_names(structure)),
        "elsewhere": BETWEEN.join(_elsewhere(structure)),
        "found": found if structure.is_group_only else "",
        "tags": BETWEEN.join(structure.tags),
        "note": structure.note,
        "example": _unbroken(example),
    }
    lines = [f"{structure.name}: {structure.family}, {HOW_COMMON[structure.rank]}", ""]
    lines += [line for label, text in parts.items() if text for line in _part(label, text, width)]
    spots, profits = payoff_picture.points(example)
    picture = payoff_picture.draw(spots, profits, example.strikes)
    return "\n".join([*lines, "", *textwrap.wrap(_caption(example), width), "", *picture]) + "\n"


def _part(label: str, text: str, width: int) -> list[str]:
    start = f"{'':{INDENT}}{label:<{LABEL_WIDTH}}"
    lines = textwrap.wrap(
        text,
        max(width, len(start) + LONGEST_NAME),
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )
    return [line.replace(UNBROKEN, " ") for line in lines]


def _unbroken(example: Example) -> str:
    """Write an example so that no leg is broken over lines."""
    return " / ".join(str(leg).replace(" ", UNBROKEN) for leg in example.legs).replace(" /", f"{UNBROKEN}/")


def _caption(example: Example) -> str:
    cost = example.cost
    price = (
        f"for {cost:.2f}"
        if cost > 0.005
        else f"for a credit of {-cost:.2f}"
        if cost < -0.005
        else "for nothing"
    )
    when = f"on {day_text(example.first_expiry)}" if example.first_expiry else "at any time"
    return (
        f"Profit per unit {when} of what is opened on {day_text(OPENED)} with spot at {SPOT:g} {price} "
        f"(Black-Scholes, {VOL:.0%} volatility, no interest):"
    )


def _elsewhere(structure: Structure) -> list[str]:
    """Say which venues mean another structure by one of this one's names."""
    said = [
        (name, other.name, venue)
        for name in (structure.name, *structure.aliases)
        for venue, lines in named_by_venues(name).items()
        for other in lines
        if structure not in lines
    ]
    return [
        f"{name} at {' and '.join(venue for *_, venue in group)} is the {other}"
        for (name, other), group in itertools.groupby(sorted(said), key=lambda row: row[:2])
    ]


# --- conditions --------------------------------------------------------------------------------------------

GAP = re.compile(r"(?:(\d+)\*)?\(?K(\d+)-K(\d+)\)?")
REPEATED = re.compile(r"repeat T (\d+)\.\.(\d+)")
COMPARED = {"=": "equals", "!=": "differs from", ">": "is more than", "<": "is less than"}
GAPS_COMPARED = {"=": "equals", "!=": "differs from", ">": "is wider than", "<": "is narrower than"}
TIMES = {None: "", "2": "twice ", "3": "three times "}


def conditions_in_words(legs: str) -> list[str]:
    """Write the conditions of a template as sentences without full stops.

    >>> conditions_in_words("+1C(K1,T1) -1C(K2,T1) [K2-K1 = 2*(K3-K2); a+c = b]")
    ['the gap from K1 to K2 equals twice the gap from K2 to K3', 'a plus c equals b']
    """
    rules = legs.partition("[")[2].rstrip("] ").split(";")
    return [_in_words(rule.strip()) for rule in rules if rule.strip()]


def _in_words(rule: str) -> str:
    repeated = REPEATED.fullmatch(rule)
    if repeated:
        return f"the same legs at each of {repeated[1]} to {repeated[2]} expiries"
    left, operator, right = re.split(r"\s*(!=|=|<|>)\s*", rule)
    compared = GAPS_COMPARED if GAP.fullmatch(left) else COMPARED
    return f"{_side(left)} {compared[operator]} {_side(right)}"


def _side(text: str) -> str:
    gap = GAP.fullmatch(text)
    if gap:
        return f"{TIMES[gap[1]]}the gap from K{gap[3]} to K{gap[2]}"
    return text.replace("+", " plus ")
