"""Books of which the truth is known: packages of the catalogue in one underlying, thrown together without groups.

Strikes lie on a grid of 2.5 round a spot of 100, neighbours one to four steps apart; expiries are 7 to 180 days
away; packages have one to ten lots. Two draws: ``desk`` takes names about as often as a desk trades them, ``uniform``
every line that may be looked for equally often. The tables are fixed here and do not follow the catalogue's ranks, so
that ranks can be tuned on what was drawn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from optlab.legs import canonical
from optlab.strategy.candidates import Candidates
from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.costs import WEIGHTS, cost
from optlab.strategy.match import LETTERS, conditions_hold, resolve
from optlab.strategy.pool import Floats, Pool
from optlab.strategy.templates import Shape, ShapeLeg, Template, TemplateLeg, uncovered

Draw = Literal["desk", "uniform"]

EVERYDAY = {
    "long call": 6.0,
    "long put": 5.0,
    "short put": 5.0,
    "short call": 2.0,
    "long stock": 1.0,
    "bull call spread": 7.0,
    "bull put spread": 7.0,
    "bear put spread": 5.5,
    "bear call spread": 5.5,
    "covered call": 7.0,
    "protective put": 3.0,
    "collar": 3.0,
    "short strangle": 4.0,
    "long strangle": 2.5,
    "long straddle": 2.0,
    "short straddle": 2.0,
    "iron condor": 5.0,
    "iron butterfly": 1.5,
    "long call calendar": 2.5,
    "long put calendar": 1.5,
    "bull call diagonal": 2.0,
    "bear put diagonal": 1.0,
    "bear call diagonal": 1.0,
    "bull put diagonal": 1.0,
    "bullish risk reversal": 2.0,
    "bearish risk reversal": 1.5,
    "long call butterfly": 1.5,
    "long put butterfly": 1.0,
    "call ratio spread 1x2": 1.0,
    "put ratio spread 1x2": 1.0,
}
"""Names that a desk trades every week, and how many of a hundred packages are each; the rest is shared as below."""

KNOWN_SHARE, RARE_SHARE = 7.5, 1.5
"""How many of a hundred packages are of the names below, and of all that no table here lists."""

KNOWN_NAMES = (
    "synthetic long stock; synthetic short stock; conversion; reverse conversion; long box; short box; "
    "long jelly roll; short jelly roll; bearish broken wing iron butterfly; bullish broken wing iron butterfly; "
    "call broken wing butterfly; debit call broken wing butterfly; put broken wing butterfly; "
    "debit put broken wing butterfly; reverse iron butterfly; short call butterfly; short put butterfly; "
    "call christmas tree butterfly; put christmas tree butterfly; double calendar; straddle calendar; "
    "ratio call calendar 2x1; ratio put calendar 2x1; bear seagull; bull seagull; big lizard; jade lizard; "
    "reverse big lizard; reverse jade lizard; call versus put spread; put versus call spread; "
    "bearish unbalanced iron condor; bullish unbalanced iron condor; reverse iron condor; inverted iron condor; "
    "long call condor; long put condor; short call condor; short put condor; call broken heart butterfly; "
    "put broken heart butterfly; double diagonal; diagonal iron butterfly; straddle-strangle double diagonal; "
    "bear call ladder; bear put ladder; bull call ladder; bull put ladder; 112 put ratio; call backspread 2x1; "
    "put backspread 2x1; call backspread 3x2; put backspread 3x2; call ratio spread 1x3; put ratio spread 1x3; "
    "call ratio spread 2x3; put ratio spread 2x3; double ratio spread; calendar collar; call spread collar; "
    "put spread collar; covered call spread; covered put; covered put spread; covered short straddle; "
    "covered short strangle; protective call; protective call spread; protective put spread; ratio call write; "
    "reverse collar; variable ratio write; short stock; long guts; short guts; strap; strip; short strap; short strip"
)
"""Names that a desk knows and trades now and then, each equally often."""

KNOWN = tuple(KNOWN_NAMES.split("; "))

DAYS = (7, 14, 30, 60, 90, 180)
LOTS = (1, 1, 1, 2, 3, 4, 5, 6, 8, 10)
START = pd.Timestamp("2026-10-02T20:00", tz="UTC")
DAY_ZERO = pd.Timestamp("2000-01-01")
DAY = "%Y-%m-%d"
MULTIPLIER = 100.0
KINDS = {"C": "call", "P": "put", "S": "stock"}

Leg = tuple[str, float, str, float]
"""Kind, strike (0 for stock), day of expiry (empty for stock), signed quantity: shares of stock."""

Package = frozenset[Leg]
"""The legs of one strategy."""


@dataclass(frozen=True, eq=False)
class Books:
    """Ungrouped books, an underlying each, and the packages that each was made of."""

    legs: pd.DataFrame
    truth: tuple[tuple[Package, ...], ...]


def shares(draw: Draw) -> Mapping[str, float]:
    """Return how often each name is drawn; the sum is one."""
    lines = [name for name, line in STRATEGIES.items() if not line.is_group_only and not _has_letters(name)]
    if draw == "uniform":
        return dict.fromkeys(lines, 1.0 / len(lines))
    rare = [name for name in lines if name not in EVERYDAY and name not in KNOWN]
    weights = (
        EVERYDAY
        | dict.fromkeys(KNOWN, KNOWN_SHARE / len(KNOWN))
        | dict.fromkeys(rare, RARE_SHARE / len(rare))
    )
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _has_letters(name: str) -> bool:
    return any(template.letters for template in STRATEGIES[name].templates)


def draw_books(draw: Draw, count: int, packages: int, *, is_timed: bool, seed: int) -> Books:
    """Draw books of so many packages each; with times, every package was traded at a time of its own."""
    share = shares(draw)
    rows: list[dict[str, Any]] = []
    truth = []
    for book in range(count):
        rng = np.random.default_rng([seed, packages, book])
        drawn = rng.choice(list(share), p=list(share.values()), size=packages)
        made = [instance(rng, STRATEGIES[name].templates[0]) for name in drawn]
        truth.append(tuple(_package(package) for package in made))
        loose = [
            {
                **leg,
                "underlying": f"B{book}",
                "traded_at": START - pd.Timedelta(hours=number + 1) if is_timed else pd.NaT,
            }
            for number, package in enumerate(made)
            for leg in package
        ]
        rows += [loose[place] for place in rng.permutation(len(loose))]
    return Books(canonical(pd.DataFrame(rows)), tuple(truth))


def instance(rng: Generator, template: Template) -> list[dict[str, Any]]:
    """Draw strikes, expiries and lots for a template."""
    strikes = _strikes(rng, template)
    expiries = max((leg.expiry for leg in template.legs), default=0)
    days = np.sort(rng.choice(DAYS, size=expiries, replace=False))
    lots = int(rng.choice(LOTS))
    return [_leg(leg, strikes, days, lots) for leg in template.legs]


def _strikes(rng: Generator, template: Template) -> NDArray[np.float64]:
    count = max((leg.strike for leg in template.legs), default=0)
    while True:
        steps = np.cumsum(np.append(0, rng.integers(1, 5, size=max(count - 1, 0))))
        low = 40 + int(np.round(rng.normal(0, 3) - steps[-1] / 2))
        strikes = 2.5 * (low + steps)
        if conditions_hold(template.conditions, strikes[None, :])[0]:
            return strikes


def _leg(
    leg: TemplateLeg, strikes: NDArray[np.float64], days: NDArray[np.int64], lots: int
) -> dict[str, Any]:
    quantity = float(leg.sign * leg.number * lots)
    if leg.kind == "S":
        return {
            "kind": "stock",
            "quantity": MULTIPLIER * quantity,
            "multiplier": 1.0,
            "strike": np.nan,
            "expiry": pd.NaT,
        }
    return {
        "kind": KINDS[leg.kind],
        "quantity": quantity,
        "multiplier": MULTIPLIER,
        "strike": strikes[leg.strike - 1],
        "expiry": START + pd.Timedelta(days=int(days[leg.expiry - 1])),
    }


def _package(rows: list[dict[str, Any]]) -> Package:
    return frozenset(
        (
            row["kind"],
            *((0.0, "") if row["kind"] == "stock" else (row["strike"], str(row["expiry"])[:10])),
            row["quantity"],
        )
        for row in rows
    )


# --- comparing ----------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """A strategy of a reading, and how many known times its options were traded at."""

    package: Package
    occasions: int


def packages_of(named: pd.DataFrame, column: str) -> dict[str, tuple[Found, ...]]:
    """Write down the strategies in the legs of each underlying; ``column`` says which strategy a leg is of."""
    table = pd.DataFrame(
        {
            "book": named["underlying"].astype("str"),
            "strategy": named[column].astype("str"),
            "kind": named["kind"].astype("str"),
            "strike": named["strike"].fillna(0.0),
            "day": named["expiry"].dt.strftime(DAY).fillna(""),
            "quantity": named["quantity"],
            "time": named["traded_at"].where(named["kind"] != "stock"),
        }
    )
    occasions = table.groupby(["book", "strategy"], sort=False)["time"].nunique()
    sums = (
        table.groupby(["book", "strategy", "kind", "strike", "day"], sort=False)["quantity"]
        .sum()
        .reset_index()
    )
    legs: dict[tuple[str, str], list[Leg]] = {}
    for book, strategy, *leg in sums.itertuples(index=False, name=None):
        legs.setdefault((book, strategy), []).append((leg[0], leg[1], leg[2], leg[3]))
    found: dict[str, tuple[Found, ...]] = {}
    for key, package in legs.items():
        found[key[0]] = (*found.get(key[0], ()), Found(frozenset(package), int(occasions[key])))
    return found


def packages_in(pool: Pool, candidates: Candidates, lots: Floats) -> tuple[Found, ...]:
    """Write down the strategies of a reading of a pool."""
    found = []
    for number in np.flatnonzero(lots > 0):
        used = zip(candidates.sources[number], candidates.counts[number], strict=True)
        legs = frozenset(
            _pool_leg(pool, source, count * lots[number]) for source, count in used if source >= 0
        )
        found.append(Found(legs, 0))
    return tuple(found)


def _pool_leg(pool: Pool, source: int, count: float) -> Leg:
    if pool.is_stock[source]:
        return ("stock", 0.0, "", float(pool.side[source] * count))
    day = (DAY_ZERO + pd.Timedelta(days=float(pool.day[source]))).strftime(DAY)
    quantity = float(pool.side[source] * count * pool.unit)
    return (KINDS[str(pool.kind[source])], float(pool.strike[source]), day, quantity)


def merged(packages: Iterable[Package]) -> Counter[Package]:
    """Count the lots of each structure, by one lot of it: no one can tell two packages of one structure apart."""
    lots: Counter[Package] = Counter()
    for package in packages:
        lot = _lot(package)
        lots[frozenset((kind, strike, day, quantity / lot) for kind, strike, day, quantity in package)] += lot
    return lots


def _lot(package: Package) -> int:
    """Return how many lots a package has: the common divisor of its contracts, of stock of its hundreds."""
    return math.gcd(*(_contracts(leg) for leg in package))


def _contracts(leg: Leg) -> int:
    return round(leg[3] / MULTIPLIER if leg[0] == "stock" else leg[3])


@dataclass(frozen=True)
class Recovery:
    """What came back of one book: the share of legs in their own package, and whether all of it did."""

    legs: float
    is_exact: bool
    is_exact_merged: bool


def recovery(truth: Iterable[Package], found: Iterable[Package]) -> Recovery:
    """Compare a reading with the packages that a book was made of; names are not compared, legs are."""
    truth, found = tuple(truth), tuple(found)
    common = Counter(truth) & Counter(found)
    back = sum(len(package) * count for package, count in common.items())
    return Recovery(
        legs=back / sum(len(package) for package in truth),
        is_exact=Counter(truth) == Counter(found),
        is_exact_merged=merged(truth) == merged(found),
    )


def package_cost(package: Package, occasions: int = 1) -> float:
    """Return what one strategy costs by the one declared sum, under the name that its legs have."""
    legs = sorted(package)
    strikes = sorted({strike for kind, strike, _, _ in legs if kind != "stock"})
    days = sorted({day for *_, day, _ in legs if day})
    shape = _shape(legs, strikes, days)
    at = np.array(strikes)[None, :]
    lines = resolve(shape)
    rank = next(line.rank for line, template in lines if conditions_hold(template.conditions, at)[0])
    ages = {day: float((pd.Timestamp(day) - DAY_ZERO).days) for day in days} | {"": np.nan}
    alone = 0.0 if strikes else WEIGHTS["stock_alone"]
    return alone + float(
        cost(
            np.array([rank]),
            np.array([float(sum(uncovered(shape)))]),
            np.array([[strike if day else np.nan for _, strike, day, _ in legs]]),
            np.array([[ages[day] for *_, day, _ in legs]]),
            np.array([float(occasions)]),
        )[0]
    )


def leaves_idle(packages: Iterable[Package]) -> bool:
    """Say whether naked calls stand beside long stock alone, or naked puts beside short stock: no reading does so."""
    calls = puts = 0.0
    sides = set()
    for package in packages:
        legs = sorted(package)
        strikes = sorted({strike for kind, strike, _, _ in legs if kind != "stock"})
        days = sorted({day for *_, day, _ in legs if day})
        naked = uncovered(_shape(legs, strikes, days))
        calls, puts = calls + naked[0], puts + naked[1]
        sides |= set() if strikes else {quantity > 0 for *_, quantity in legs}
    return bool((calls and True in sides) or (puts and False in sides))


def _shape(legs: list[Leg], strikes: list[float], days: list[str]) -> Shape:
    lot = _lot(frozenset(legs))
    return tuple(
        sorted(
            ShapeLeg(
                days.index(day) + 1 if day else 0,
                strikes.index(strike) + 1 if day else 0,
                LETTERS[kind],
                _contracts((kind, strike, day, quantity)) / lot,
            )
            for kind, strike, day, quantity in legs
        )
    )
