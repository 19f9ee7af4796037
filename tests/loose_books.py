"""Books without groups, for the tests of recognition: rows as a trader writes them, and random ones."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pandas as pd

from optlab.legs import canonical
from optlab.strategy.pool import Pool, PoolLegs
from packages_of_shapes import Row, leg

NEAR, MIDDLE, FAR = "2026-11-27", "2026-12-30", "2027-01-28"
STRIKES = (90.0, 95.0, 100.0, 105.0, 110.0, 120.0)


def call(quantity: float, strike: float, expiry: str = NEAR, **more: object) -> Row:
    """Make calls on 100 units."""
    return leg(quantity, "call", strike, expiry) | more


def put(quantity: float, strike: float, expiry: str = NEAR, **more: object) -> Row:
    """Make puts on 100 units."""
    return leg(quantity, "put", strike, expiry) | more


def stock(quantity: float, **more: object) -> Row:
    """Make shares."""
    return leg(quantity, "stock") | more


def future(quantity: float, size: float, expiry: str = FAR) -> Row:
    """Make futures on so many units."""
    return leg(quantity, "future", expiry=expiry) | {"multiplier": size}


def book(*rows: Row) -> pd.DataFrame:
    """Make the canonical table of rows in XYZ."""
    return canonical(pd.DataFrame([{"underlying": "XYZ", **row} for row in rows]))


def pool_of(legs: pd.DataFrame) -> Pool:
    """Gather a whole book of one underlying into a pool."""
    return PoolLegs.of(legs).pool(np.arange(len(legs)))


def random_book(seed: int, *, largest: int = 8, contracts: int = 14) -> pd.DataFrame:
    """Draw up to ``largest`` distinct contracts: calls, puts and stock, one to four of each, all loose.

    One to three expiries, now and then two sizes of contracts, a future for stock, times of trade, and a contract
    bought at two times; at most so many option contracts together.
    """
    random = Random(seed)  # noqa: S311 - drawn, not guarded
    expiries = (NEAR, MIDDLE, FAR)[: random.choice([1, 1, 2, 2, 3])]
    times = random.choice([(), (), ("2026-10-01T15:00", "2026-10-02T15:00")])
    sizes = random.choice([(100.0,), (100.0,), (100.0,), (100.0, 10.0)])
    rows: list[Row] = [] if random.random() < 0.6 else [_held(random)]
    left = contracts
    wanted = random.randint(3, largest)
    while len(rows) < wanted and left > 0:
        count = min(random.choice([1, 1, 1, 2, 2, 3, 4]), left)
        row = leg(count * random.choice([-1, 1]), random.choice(["call", "put"]), random.choice(STRIKES))
        row |= {"expiry": pd.Timestamp(random.choice(expiries)), "multiplier": random.choice(sizes)}
        rows += _traded(row, times, random)
        left -= count
    random.shuffle(rows)
    return book(*rows)


def _held(random: Random) -> Row:
    if random.random() < 0.3:
        return future(random.choice([-1, 1]) * random.randint(1, 4), 50.0)
    return stock(random.choice([-1, 1]) * random.choice([50, 100, 100, 150, 200, 300]))


def _traded(row: Row, times: tuple[str, ...], random: Random) -> list[Row]:
    """Date a row, or spread it over two times."""
    if not times:
        return [row]
    count = abs(row["quantity"])
    if count > 1 and random.random() < 0.4:
        parts = [math.copysign(1, row["quantity"]), math.copysign(count - 1, row["quantity"])]
        return [{**row, "quantity": part, "traded_at": time} for part, time in zip(parts, times, strict=True)]
    return [{**row, "traded_at": random.choice([*times, None])}]
