"""Tapes of which the truth is known: packages of the catalogue printed leg by leg among single orders.

Every package is bought at the ask of its composite market less an improvement, which is spread over its legs at random
and rounded to the cent, as an exchange does. Times are in whole milliseconds, so that all that came in one of them
came at one time; three packages in ten share millisecond, exchange, underlying and kind of code with another one. One
package in ten is filled in two parts, and in one of twenty one leg is. Half the single orders came with a package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from optlab.legs import canonical
from optlab.pricing.black_scholes import prices
from optlab.strategy.catalog import STRATEGIES
from optlab.strategy.match import conditions_hold
from optlab.strategy.templates import Template
from optlab.tape import Tape

NAMES = {
    "bull call spread": 8.0,
    "bear call spread": 8.0,
    "bull put spread": 8.0,
    "bear put spread": 8.0,
    "iron condor": 6.0,
    "reverse iron condor": 2.0,
    "iron butterfly": 2.0,
    "reverse iron butterfly": 1.0,
    "long straddle": 3.0,
    "short straddle": 3.0,
    "long strangle": 4.0,
    "short strangle": 4.0,
    "long call calendar": 4.0,
    "short call calendar": 2.0,
    "long put calendar": 3.0,
    "short put calendar": 2.0,
    "bull call diagonal": 3.0,
    "bear call diagonal": 2.0,
    "bull put diagonal": 2.0,
    "bear put diagonal": 2.0,
    "bullish risk reversal": 3.0,
    "bearish risk reversal": 3.0,
    "synthetic long stock": 1.0,
    "synthetic short stock": 1.0,
    "long call butterfly": 3.0,
    "short call butterfly": 1.0,
    "long put butterfly": 3.0,
    "short put butterfly": 1.0,
    "call ratio spread 1x2": 1.5,
    "put ratio spread 1x2": 1.5,
    "call backspread 2x1": 1.0,
    "put backspread 2x1": 1.0,
    "long call condor": 1.0,
    "long put condor": 1.0,
    "call broken wing butterfly": 1.0,
    "put broken wing butterfly": 1.0,
    "jade lizard": 0.5,
    "bull call ladder": 0.5,
    "bear put ladder": 0.5,
    "double calendar": 1.0,
    "double diagonal": 1.0,
    "long box": 0.5,
    "short box": 0.5,
}
"""How often each name is drawn, everyday ones far more often than others; without stock. Chosen, not measured."""

EVERY_NAME = {
    name: 1.0
    for name, structure in STRATEGIES.items()
    if not structure.is_group_only
    and len(structure.templates[0].legs) > 1
    and not structure.templates[0].letters
    and all(leg.kind != "S" for leg in structure.templates[0].legs)
}
"""Every line of the catalogue of two or more options, equally often: far more rare ones than trade."""

LOTS = np.array([1, 1, 1, 1, 2, 2, 3, 4, 5, 5, 6, 8, 10, 10, 12, 15, 20, 25, 50, 100])
DAYS = np.array([7, 14, 28, 49, 77, 140])
UNDERLYINGS = 40
EXCHANGES = np.array(list("ABCEHIMNPQTXZ"))
BOOK_CODES, CROSSED_CODES, SINGLE_CODES = (
    np.array(list("ffffghi")),
    np.array(list("jjlm")),
    np.array(list("abcdeIIIIS")),
)
OPEN = pd.Timestamp("2026-10-02T13:30:00Z")
DAY_MILLISECONDS = int(6.5 * 3_600_000)
SHARED, IN_TWO, LEG_IN_TWO = 0.3, 0.1, 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DrawnTape:
    """A tape as it is read, and for each of its prints the package it is of and which way it went."""

    legs: pd.DataFrame
    package: NDArray[np.int64]
    sign: NDArray[np.int64]


def draw_tape(
    packages: int,
    *,
    seed: int,
    is_coded: bool = True,
    improvement: float = 0.0,
    names: Mapping[str, float] = NAMES,
) -> DrawnTape:
    """Draw a tape of so many packages and as many single orders, in no order.

    Parameters
    ----------
    packages : int
        Packages, and single orders.
    seed : int
        The same seed draws the same tape, whatever the other arguments.
    is_coded : bool
        Whether the prints have condition codes.
    improvement : float
        How far inside the ask of its composite market a package is bought, in half spreads: 1 is the midpoint.
    names : mapping of str to float
        How often each name is drawn: `NAMES`, or `EVERY_NAME`.
    """
    rng = np.random.default_rng(seed)
    table = pd.concat([_packages(rng, packages, names), _single_orders(rng, packages)], ignore_index=True)
    table = _in_crowds(rng, table, packages)
    table = _filled(rng, _quoted(rng, table, improvement))
    table = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
    legs = pd.DataFrame(
        {
            "underlying": np.char.add("U", table["underlying"].to_numpy().astype("U4")),
            "kind": np.where(table["is_call"], "call", "put"),
            "strike": table["strike"],
            "expiry": OPEN.normalize() + pd.Timedelta(hours=20) + pd.to_timedelta(table["days"], unit="D"),
            "quantity": table["size"].astype(float),
            "entry": table["price"],
            "bid": table["bid"],
            "ask": table["ask"],
            "traded_at": OPEN + pd.to_timedelta(table["millisecond"], unit="ms"),
            "exchange": table["exchange"],
            "condition": table["code"] if is_coded else "",
        }
    )
    return DrawnTape(canonical(legs), table["package"].to_numpy(), table["sign"].to_numpy())


# --- what is traded -----------------------------------------------------------------------------------------


def _packages(rng: Generator, count: int, share: Mapping[str, float]) -> pd.DataFrame:
    """Draw packages, a row per leg: rank of strike and expiry on the chain, contracts, sign."""
    names = list(share)
    weights = np.array(list(share.values()))
    drawn = rng.choice(len(names), size=count, p=weights / weights.sum())
    parts = [
        _instances(rng, STRATEGIES[name].templates[0], np.flatnonzero(drawn == place))
        for place, name in enumerate(names)
    ]
    table = pd.concat(parts, ignore_index=True)
    lots = rng.choice(LOTS, size=count)
    is_crossed = rng.random(count) < 0.15
    code = np.where(is_crossed, rng.choice(CROSSED_CODES, count), rng.choice(BOOK_CODES, count))
    of = table["package"].to_numpy()
    return table.assign(size=table["ratio"] * lots[of], code=code[of], is_single=False)


def _instances(rng: Generator, template: Template, numbers: NDArray[np.int64]) -> pd.DataFrame:
    """Draw strikes and expiries for packages of one template."""
    steps = _strike_steps(rng, template, len(numbers))
    expiries = max(leg.expiry for leg in template.legs)
    days = np.sort(
        rng.permuted(np.tile(np.arange(len(DAYS)), (len(numbers), 1)), axis=1)[:, :expiries], axis=1
    )
    legs = [
        pd.DataFrame(
            {
                "package": numbers,
                "step": steps[:, leg.strike - 1],
                "days": DAYS[days[:, leg.expiry - 1]],
                "is_call": leg.kind == "C",
                "ratio": leg.number,
                "sign": leg.sign,
            }
        )
        for leg in template.legs
    ]
    return pd.concat(legs, ignore_index=True)


def _strike_steps(rng: Generator, template: Template, count: int) -> NDArray[np.int64]:
    """Draw the places of strikes on the chain, about the money, until the template's conditions hold."""
    strikes = max(leg.strike for leg in template.legs)
    found = np.zeros((count, strikes), dtype=np.int64)
    is_open = np.ones(count, dtype=bool)
    while is_open.any():
        gaps = rng.integers(1, 5, size=(int(is_open.sum()), max(strikes - 1, 0)))
        places = np.cumsum(np.column_stack([np.zeros(len(gaps), dtype=np.int64), gaps]), axis=1)
        places += (rng.normal(0, 3, len(gaps)).round() - places[:, -1] / 2).astype(np.int64)[:, None]
        found[is_open] = places
        is_open[is_open] = ~conditions_hold(template.conditions, 100.0 + places)
    return found


def _single_orders(rng: Generator, count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "package": count + np.arange(count),
            "step": rng.normal(0, 5, count).round().astype(np.int64),
            "days": rng.choice(DAYS, count),
            "is_call": rng.random(count) < 0.55,
            "ratio": 1,
            "sign": rng.choice([-1, 1], count),
            "size": rng.choice(LOTS, count),
            "code": rng.choice(SINGLE_CODES, count),
            "is_single": True,
        }
    )


def _in_crowds(rng: Generator, table: pd.DataFrame, packages: int) -> pd.DataFrame:
    """Give each package and order a millisecond, exchange and underlying: its own, or those of another package."""
    total = 2 * packages
    place = np.arange(total)
    is_shared = rng.random(total) < np.where(place < packages, SHARED, 0.5)
    host = np.where(is_shared, rng.integers(0, packages, total), place)
    host = np.where(is_shared & (host != host[host]), place, host)
    of = host[table["package"].to_numpy()]
    return table.assign(
        millisecond=rng.integers(0, DAY_MILLISECONDS, total)[of],
        exchange=rng.choice(EXCHANGES, total)[of],
        underlying=rng.integers(0, UNDERLYINGS, total)[of],
    )


# --- at which price -----------------------------------------------------------------------------------------


def _quoted(rng: Generator, table: pd.DataFrame, improvement: float) -> pd.DataFrame:
    """Add strikes, quotes and prices: one contract has one quote in one millisecond."""
    spot = np.linspace(40.0, 700.0, UNDERLYINGS)[table["underlying"]]
    grid = np.where(spot > 400, 5.0, np.where(spot > 100, 2.5, 1.0))
    strike = (np.round(spot / grid) + table["step"]) * grid
    years = table["days"] / 365.0
    sign = np.where(table["is_call"], 1.0, -1.0)
    arrays = [np.asarray(column, dtype=np.float64) for column in (sign, spot, strike, years)]
    rest = [np.full(len(table), level) for level in (0.0375, 0.01, 0.28)]
    model = prices(*arrays, *rest)
    contract = pd.DataFrame({"strike": strike, **table[["millisecond", "underlying", "days", "is_call"]]})
    number = contract.groupby(list(contract), sort=False).ngroup().to_numpy()
    width = rng.uniform(0.005, 0.04, number.max() + 1)[number]
    half = np.maximum(np.ceil(100 * (0.01 + width * model) / 2) / 100, 0.01)
    bid = np.maximum(np.round(model - half, 2), 0.0)
    ask = np.round(bid + 2 * half, 2)
    inside = _shares(rng, table, half, improvement)
    price = np.where(table["sign"] > 0, ask - inside, bid + inside)
    return table.assign(strike=strike, bid=bid, ask=ask, price=np.round(price, 2))


def _shares(rng: Generator, table: pd.DataFrame, half: Floats, improvement: float) -> Floats:
    """Spread each package's improvement over its legs at random, none beyond the other side of its own market."""
    of, ratio = table["package"].to_numpy(), table["ratio"].to_numpy(dtype=np.float64)
    wanted = improvement * np.bincount(of, weights=ratio * half)
    weight = rng.exponential(size=len(table)) * half
    share = wanted[of] * weight / np.bincount(of, weights=ratio * weight)[of]
    share = np.minimum(share, 2 * half)
    rest = wanted - np.bincount(of, weights=ratio * share)
    room = np.bincount(of, weights=ratio * (2 * half - share))
    return np.asarray(share + (2 * half - share) * (rest / np.maximum(room, 1e-12))[of])


def _filled(rng: Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Split some packages into two fills, and single legs of others."""
    of = table["package"].to_numpy()
    lots = (table["size"] // table["ratio"]).to_numpy()
    chance = rng.random(of.max() + 1)[of]
    is_leg = (chance >= IN_TWO) & (chance < IN_TWO + LEG_IN_TWO) & ~table.duplicated("package").to_numpy()
    is_split = ((chance < IN_TWO) | is_leg) & (lots > 1) & ~table["is_single"].to_numpy()
    part = np.maximum(1, np.floor(rng.random(of.max() + 1)[of] * lots)).astype(np.int64) * table["ratio"]
    part = np.minimum(part, table["size"] - table["ratio"])
    first = table.assign(size=table["size"].where(~is_split, part))
    second = table.assign(size=table["size"] - part)[is_split]
    return pd.concat([first, second], ignore_index=True)


# --- comparing ----------------------------------------------------------------------------------------------


class Recovery(NamedTuple):
    """What came back of a tape, as shares.

    Parameters
    ----------
    precision, recall : float
        Packages with all their prints and no other: of those found, and of those drawn.
    sign_precision, sign_recall : float
        Packages whose every leg has the right sign: of those signed, and of those drawn.
    signed_share : float
        Packages found that were signed.
    single_precision : float
        Single orders with the right sign, of those signed.
    """

    precision: float
    recall: float
    sign_precision: float
    sign_recall: float
    signed_share: float
    single_precision: float


def recovery(drawn: DrawnTape, tape: Tape) -> Recovery:
    """Compare a reading with what a tape was drawn from."""
    found = pd.factorize(tape.legs["group"])[0]
    truth = pd.factorize(drawn.package)[0]
    pairs = pd.DataFrame({"found": found, "truth": truth})
    is_whole = (pairs.groupby("found")["truth"].transform("nunique") == 1) & (
        pairs.groupby("truth")["found"].transform("nunique") == 1
    )
    is_package, is_drawn = (np.bincount(which)[which] > 1 for which in (found, truth))
    is_signed = (tape.legs["no_view"] == "").to_numpy()
    is_hit = pairs.assign(right=np.sign(tape.legs["quantity"]).to_numpy() == drawn.sign)
    is_right = is_hit.groupby("found")["right"].transform("all").to_numpy() & is_whole.to_numpy()

    def packages(which: NDArray[np.int64], holds: NDArray[np.bool_]) -> int:
        return len(np.unique(which[holds]))

    of_found = packages(found, is_package)
    of_drawn = packages(truth, is_drawn)
    exact = packages(found, is_package & is_whole.to_numpy())
    signed = packages(found, is_package & is_signed)
    right = packages(found, is_package & is_signed & is_right)
    singles = ~is_package & ~is_drawn & is_signed
    return Recovery(
        exact / of_found,
        exact / of_drawn,
        right / signed,
        right / of_drawn,
        signed / of_found,
        float((is_right & singles).sum() / singles.sum()),
    )
