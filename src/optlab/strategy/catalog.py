"""The catalogue of named structures: `catalog.csv`, read once, and the other side of every line in it."""

from __future__ import annotations

import csv
import difflib
import functools
import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from optlab.errors import PricingError
from optlab.strategy.templates import Template, parse_legs

RARE = 3.0
"""The rank of a structure that is only known as the other side of a line of the catalogue."""

FLIPPED = {"bullish": "bearish", "bearish": "bullish", "long": "short", "short": "long"}

GROUP_ONLY = "group-only"
SOLD = "sold "
"""Before a venue's name for the other side of a structure."""

OR = " or "
"""Between the names that one venue has for one structure."""

OF_VENUE = re.compile(r"([a-z]+):(.+)")
"""An alias that holds at one venue: ``hkex:Call Spread``; a 2:1 overwrite is none."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A named option structure: one line of the catalogue, or the other side of one.

    Parameters
    ----------
    name : str
        The name that optlab uses.
    family : str
        vertical, calendar, diagonal, butterfly, ....
    rank : float
        How common it is: 1.0 everyday, 1.6 known, 3.0 rare.
    legs : str
        Signed legs in the template language of `optlab.strategy.templates`.
    templates : tuple of Template
        The same, parsed; several where the legs repeat over a varying number of expiries.
    direction : str
        The textbook direction: bullish, bearish, neutral or depends.
    volatility : str
        The textbook volatility view: long, short, neutral or depends.
    mirror : str
        The structure with every sign flipped.
    aliases : tuple of str
        Other names that mean these legs everywhere.
    venue_names : mapping of str to str
        What exchanges and vendors call it, by venue.
    tags : tuple of str
        What dates, cash or prices may add to the name, ``name: condition``.
    note : str
        Where sources contradict each other.
    is_group_only : bool
        It names a package that was given, and is never looked for in a book.
    """

    name: str
    family: str
    rank: float
    legs: str
    templates: tuple[Template, ...]
    direction: str
    volatility: str
    mirror: str
    aliases: tuple[str, ...] = ()
    venue_names: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    note: str = ""
    is_group_only: bool = False


def _parse_line(line: Mapping[str, str]) -> Structure:
    names = [name.strip() for name in line["aliases"].split(";") if name.strip()]
    tags = [tag.strip() for tag in line["tags"].split(";") if tag.strip()]
    by_venue: dict[str, list[str]] = {}
    for venue, name in (found.groups() for name in names if (found := OF_VENUE.fullmatch(name))):
        by_venue.setdefault(venue, []).append(name)
    return Structure(
        name=line["name"],
        family=line["family"],
        rank=float(line["rank"]),
        legs=line["legs"],
        templates=parse_legs(line["legs"]),
        direction=line["direction"],
        volatility=line["volatility"],
        mirror=line["mirror"],
        aliases=tuple(name for name in names if not OF_VENUE.fullmatch(name)),
        venue_names=MappingProxyType({venue: OR.join(names) for venue, names in by_venue.items()}),
        tags=tuple(tag for tag in tags if tag != GROUP_ONLY),
        note=line["note"],
        is_group_only=GROUP_ONLY in tags,
    )


def _mirrored(structure: Structure) -> Structure:
    """Return the other side of a line that has no line of its own."""
    return Structure(
        name=structure.mirror,
        family=structure.family,
        rank=RARE,
        legs=_flip(structure.legs),
        templates=tuple(template.flipped() for template in structure.templates),
        direction=FLIPPED.get(structure.direction, structure.direction),
        volatility=FLIPPED.get(structure.volatility, structure.volatility),
        mirror=structure.name,
        is_group_only=structure.is_group_only,
    )


def _flip(legs: str) -> str:
    """Flip the signs of the legs, and leave the conditions as they are."""
    signed, bracket, conditions = legs.partition("[")
    return signed.translate(str.maketrans("+-", "-+")) + bracket + conditions


def _load() -> Mapping[str, Structure]:
    text = importlib.resources.files("optlab.strategy").joinpath("catalog.csv").read_text(encoding="utf-8")
    listed = {line["name"]: _parse_line(line) for line in csv.DictReader(text.splitlines())}
    derived = {line.mirror: _mirrored(line) for line in listed.values() if line.mirror not in listed}
    return MappingProxyType({**listed, **derived})


STRATEGIES: Mapping[str, Structure] = _load()
"""Every named structure by name: the lines of the catalogue, then the other sides that have no line of their own."""


@functools.cache
def venues() -> tuple[str, ...]:
    """Name the venues and vendors whose own names the catalogue knows."""
    return tuple(sorted({venue for line in STRATEGIES.values() for venue in line.venue_names}))


def venue_name(name: str, venue: str) -> str:
    """Return what a venue calls a structure; the other side of one that it lists is ``sold ...``, else empty.

    >>> venue_name("bull call spread", "hkex"), venue_name("bear call spread", "hkex")
    ('Call Spread', 'sold Call Spread')
    """
    line = STRATEGIES.get(name)
    if line is None:
        return ""
    other = STRATEGIES[line.mirror].venue_names.get(venue, "")
    return line.venue_names.get(venue, f"{SOLD}{other}" if other else "")


def find_structure(wanted: str) -> Structure:
    """Find a structure by its name, an alias or a venue's name, whatever the case.

    Raises
    ------
    PricingError
        If no structure has that name; the message names the nearest.
    """
    return find_structures(wanted)[0]


def find_structures(wanted: str) -> list[Structure]:
    """Find every structure that a name stands for: a venue's name can cover several.

    optlab's own names come first, then aliases, then the names of venues, which can be said with the venue:
    ``hkex:Put Diagonal``, then what may be said beside a name, such as ``poor man's covered call`` or ``pmcc``, then
    families. Only the first of these that knows the name is asked. ``sold Call Spread`` is
    the other side of a call spread.

    Raises
    ------
    PricingError
        If no structure has that name; the message names the nearest.

    >>> [line.name for line in find_structures("short-call-vertical")]
    ['bear call spread']
    """
    words = _plain(wanted)
    for names_of in (_own_name, _aliases, _venue_names, _tag_names, _family):
        found = [line for line in STRATEGIES.values() if words in names_of(line)]
        if found:
            return found
    if words.startswith(SOLD):
        return [STRATEGIES[line.mirror] for line in find_structures(words.removeprefix(SOLD))]
    known = {_plain(name): name for line in STRATEGIES.values() for name in (line.name, *line.aliases)}
    near = [known[name] for name in difflib.get_close_matches(words, known, n=3, cutoff=0.5)]
    hint = f"did you mean {' or '.join(near)}?" if near else "optlab catalog lists them all."
    raise PricingError(f"no structure is called {wanted!r}. Fix: {hint}")


def named_by_venues(wanted: str) -> dict[str, tuple[Structure, ...]]:
    """Say which structures each venue means by a name; empty where no venue has it.

    >>> {venue: [line.name for line in lines] for venue, lines in named_by_venues("Long Combination").items()}
    {'oic': ['long strangle'], 'optionsplaybook': ['synthetic long stock']}
    """
    words = _plain(wanted)
    found: dict[str, tuple[Structure, ...]] = {}
    for line in STRATEGIES.values():
        for venue, name in line.venue_names.items():
            if words in (_plain(one) for one in name.split(OR)):
                found[venue] = (*found.get(venue, ()), line)
    return dict(sorted(found.items()))


def _own_name(line: Structure) -> list[str]:
    return [_plain(line.name)]


def _aliases(line: Structure) -> list[str]:
    return [_plain(name) for name in line.aliases]


def _venue_names(line: Structure) -> list[str]:
    said = [(venue, one) for venue, name in line.venue_names.items() for one in name.split(OR)]
    return [_plain(name) for venue, one in said for name in (one, f"{venue}:{one}")]


def _tag_names(line: Structure) -> list[str]:
    """Return what may be said beside a name: a tag's name, and its synonyms in brackets."""
    heads = [tag.partition(":")[0] for tag in line.tags]
    words = [word for head in heads for word in re.split(r"[(),]", head)]
    return [_plain(word) for word in words if word.strip()]


def _family(line: Structure) -> list[str]:
    """Return a structure's family, also in the plural and as the spread that traders say."""
    family = _plain(line.family)
    return [family, f"{family}s", f"{family} spread", f"{family} spreads"]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
