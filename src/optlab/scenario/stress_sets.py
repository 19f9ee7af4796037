"""Named shocks as they are written in a TOML file, which is read here."""

from __future__ import annotations

import importlib.resources
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from optlab.errors import PricingError, ReadError
from optlab.payments import listed_name
from optlab.scenario.moves import FIXES, Axis, Name, parse_axis

SHIPPED = "stress.toml"
"""The set that comes with optlab."""

AXES: Mapping[str, Name] = {"spot": "spot", "vol": "vol", "rate": "rate", "days": "days"}
OWN = ("spot", "vol", "rate")
"""What can be said of single underlyings."""

KEYS = ("name", "about", *AXES, "vol_term", "sigma_days", "underlying")
"""What can be said of a scenario."""


class Moves(NamedTuple):
    """Moves of one scenario, each an axis with one move."""

    spot: Axis = Axis("percent", (0.0,))
    vol: Axis = Axis("points", (0.0,))
    rate: Axis = Axis("rate", (0.0,))


@dataclass(frozen=True)
class Named:
    """One scenario of a set.

    Parameters
    ----------
    name : str
        What it is called.
    about : str
        Where its figures are from.
    moves : Moves
        What every underlying does.
    own : mapping of str to Moves
        What single underlyings do instead; these are not times beta.
    days : float
        Calendar days that pass.
    vol_term : bool
        Whether moves of volatility are times sqrt(30 days / time left).
    sigma_days : float
        How many trading days a standard deviation of spot is for.
    """

    name: str
    about: str = ""
    moves: Moves = field(default_factory=Moves)
    own: Mapping[str, Moves] = field(default_factory=dict)
    days: float = 0.0
    vol_term: bool = False
    sigma_days: float = 1.0


StressSet = tuple[Named, ...]


def read_stress(path: str | Path | None = None) -> StressSet:
    """Read a set of scenarios from a TOML file; without one, the set that comes with optlab.

    Raises
    ------
    ReadError
        For a file that can't be read, one without a scenario, a word that is not known and a number that can't be
        meant. The message names the scenario and says how to write it.
    """
    try:
        if path is None:
            text = importlib.resources.files("optlab.scenario").joinpath(SHIPPED).read_text(encoding="utf-8")
        else:
            text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror}. Fix: name a TOML file of scenarios.") from error
    except UnicodeDecodeError as error:
        raise ReadError(f"{path}: is no text in UTF-8. Fix: save it as UTF-8.") from error
    return parse_stress(text, str(path or SHIPPED))


EXAMPLE = 'write [[scenario]] with name = "crash", spot = "-20%", vol = "+30"'


def parse_stress(text: str, file: str) -> StressSet:
    r"""Read a set of scenarios from TOML.

    >>> parse_stress('[[scenario]]\nname = "crash"\nspot = "-20%"', "my.toml")[0].moves.spot.sizes
    (-0.2,)
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ReadError(f"{file}: is no TOML: {error}. Fix: {EXAMPLE}.") from error
    entries = document.pop("scenario", [])
    if document:
        raise ReadError(f"{file}: {', '.join(document)} is not known. Fix: {EXAMPLE}.")
    if not isinstance(entries, list) or not entries or not all(isinstance(one, dict) for one in entries):
        raise ReadError(f"{file}: holds no scenario. Fix: {EXAMPLE}.")
    found = tuple(_named(entry, f"{file}: scenario {place}") for place, entry in enumerate(entries, 1))
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise ReadError(f"{file}: two scenarios are called {name!r}. Fix: give each a name of its own.")
    return found


def _named(entry: dict[str, Any], where: str) -> Named:
    """Read one scenario."""
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ReadError(f'{where}: has no name. Fix: write name = "crash".')
    where = f"{where} ({name})"
    _refuse_unknown(entry, KEYS, where)
    moves = _moves(entry, Moves(), where)
    own = _own(entry, moves, where)
    if not own and not set(entry) & set(AXES):
        raise ReadError(f"{where}: moves nothing. Fix: {EXAMPLE}.")
    return Named(
        name.strip(),
        _text(entry, "about", where),
        moves,
        own,
        _single(entry, "days", where).sizes[0] if "days" in entry else 0.0,
        _flag(entry, "vol_term", where),
        _count(entry, "sigma_days", where),
    )


def _own(entry: Mapping[str, Any], moves: Moves, where: str) -> dict[str, Moves]:
    """Read the tables of single underlyings, by their listed names."""
    tables = entry.get("underlying", {})
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        raise ReadError(
            f"{where}: underlying is no table. Fix: write [scenario.underlying.AAPL] and its moves."
        )
    found: dict[str, Moves] = {}
    for code, one in tables.items():
        here, name = f"{where}: underlying {code}", listed_name(code.strip().upper())
        _refuse_unknown(one, OWN, here)
        if not one:
            raise ReadError(f'{here}: has no move. Fix: write spot = "-20%", or remove the table.')
        if name in found:
            raise ReadError(f"{here}: is a second table for {name}. Fix: write all its moves in one.")
        found[name] = _moves(one, moves, here)
    return found


def _refuse_unknown(entry: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    unknown = [key for key in entry if key not in known]
    if unknown:
        raise ReadError(f"{where}: {', '.join(unknown)} is not known. Fix: use {', '.join(known)}.")


def _moves(entry: Mapping[str, Any], otherwise: Moves, where: str) -> Moves:
    """Read the moves that are said; the others are those of all underlyings."""
    return otherwise._replace(**{key: _single(entry, key, where) for key in OWN if key in entry})


def _single(entry: Mapping[str, Any], key: str, where: str) -> Axis:
    """Read one move."""
    value, name = entry[key], AXES[key]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ReadError(f"{where}: {key} is no move. Fix: {FIXES[name]}, in quotes.")
    if not isinstance(value, str) and value and name != "days":
        raise ReadError(f"{where}: {key} {value} has no unit. Fix: {FIXES[name]}, one of them, in quotes.")
    try:
        found = parse_axis(name, str(value), label=f"{where}: {key}")
    except PricingError as error:
        raise ReadError(str(error)) from error
    if len(found.sizes) != 1:
        raise ReadError(f"{where}: {key} {value!r} is more than one move. Fix: write one scenario for each.")
    return found


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise ReadError(f"{where}: {key} is no text. Fix: write it in quotes.")
    return value.strip()


def _flag(entry: Mapping[str, Any], key: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise ReadError(f"{where}: {key} {value!r} is neither. Fix: write {key} = true or false.")
    return value


def _count(entry: Mapping[str, Any], key: str, where: str) -> float:
    value = entry.get(key, 1)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ReadError(f"{where}: {key} {value!r} is no number of days. Fix: write {key} = 10.")
    return float(value)
