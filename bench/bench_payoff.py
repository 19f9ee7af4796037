"""How long the analysis of a payoff takes: one position after its prices are known, and whole books from their valuation.

A position's analysis is its shape (breakevens, extremes, tails), the law of spot, all chances, and the touches of its
breakevens and short strikes. The peer is OptionLab, run by the Python that the environment variable OPTLAB_PEER_PYTHON
names; without one it is left out. What it does in one call is comparable, not the same: greeks and chances on a grid of
spots, European legs only. What travels to other machines are the ratios.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import optlab as ol
from optlab.payoff.position import Position
from optlab.payoff.profile import profile, touches

ROUNDS, BOOK_ROUNDS = 60, 3
STRATEGIES = 1_000
SAMPLES = Path(__file__).parents[1] / "sample_positions"
PEER = "OPTLAB_PEER_PYTHON"

NOW, NEAR, FAR = dt.date(2026, 10, 2), dt.date(2026, 11, 27), dt.date(2026, 12, 30)
SPOT, VOL, RATE = 100.0, 0.30, 0.03
DIVIDEND = {"XYZ": [("2026-12-08", 0.8)]}
Leg = tuple[int, str, float, dt.date]  # quantity, kind, strike, expiry

CONDOR: list[Leg] = [
    (1, "put", 85, NEAR),
    (-1, "put", 90, NEAR),
    (-1, "call", 110, NEAR),
    (1, "call", 115, NEAR),
]
DIAGONAL: list[Leg] = [(1, "call", 95, FAR), (-1, "call", 105, NEAR)]
CALENDAR: list[Leg] = [(1, "call", 100, FAR), (-1, "call", 100, NEAR)]


class Case(NamedTuple):
    """A position to be analysed."""

    legs: list[Leg]
    style: str = "european"
    has_dividend: bool = False


CASES = {
    "one call": Case([(1, "call", 100, NEAR)]),
    "iron condor": Case(CONDOR),
    "diagonal, European": Case(DIAGONAL),
    "diagonal, American": Case(DIAGONAL, "american"),
    "calendar, European, cash dividend": Case(CALENDAR, "european", has_dividend=True),
    "calendar, American, cash dividend": Case(CALENDAR, "american", has_dividend=True),
}
PEER_CASES = {"iron condor": CONDOR, "diagonal, European": DIAGONAL}

PEER_PROGRAM = """
import datetime, json, statistics, sys, time
from optionlab import run_strategy
cases, rounds = json.load(sys.stdin)
times = {}
for name, (legs, market) in cases.items():
    for leg in legs:
        leg["expiration"] = datetime.date.fromisoformat(leg["expiration"])
    market = {key: datetime.date.fromisoformat(v) if "date" in key else v for key, v in market.items()}
    taken = []
    for _ in range(rounds + 3):
        start = time.perf_counter()
        found = run_strategy({**market, "strategy": legs})
        taken.append(time.perf_counter() - start)
    times[name] = 1e3 * statistics.median(taken[3:]), found.probability_of_profit
print(json.dumps(times))
"""


def main() -> None:
    """Print the time that positions and books take."""
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, one thread")
    positions()
    books()


def positions() -> None:
    """Print milliseconds per position, beside the peer's, and the probability of profit that both find."""
    own = {name: position_time(case) for name, case in CASES.items()}
    peer = peer_times()
    print(f"\n{f'ms per position, median of {ROUNDS}':36}{'optlab':>9}{'P(profit)':>11}", end="")
    print(f"{'peer':>9}{'P(profit)':>11}{'peer / optlab':>15}" if peer else "")
    for name, (ms, chance) in own.items():
        print(f"{name:36}{ms:9.2f}{chance:11.4f}", end="")
        other, other_chance = peer.get(name, (np.nan, np.nan))
        print(f"{other:9.2f}{other_chance:11.4f}{other / ms:15.1f}" if name in peer else "")


def books() -> None:
    """Print the seconds from a book's valuation to its summary."""
    print(f"\n{'a book from its valuation to its summary':46}{'seconds':>9}{'ms each':>9}")
    for name, book in (("the sample", sample()), ("repeated at other strikes", repeated(STRATEGIES))):
        seconds, count = book_time(book)
        print(f"{f'{name}, {count:,} strategies':46}{seconds:9.2f}{1e3 * seconds / count:9.2f}")


# --- positions ----------------------------------------------------------------------------------------------


def position_time(case: Case) -> tuple[float, float]:
    """Return the milliseconds that one analysis takes, and the probability of profit that it finds."""
    position = position_of(case)
    short = position.option.strike[position.units < 0]

    def analysed() -> float:
        fresh = replace(position)  # what it has solved stays with a position
        found = profile(fresh, law="lognormal")
        assert found.law is not None  # noqa: S101 - an option has a volatility
        assert found.chances is not None  # noqa: S101
        touches(np.append(short, found.shape.breakevens), found.law)
        return found.chances.probability_of_profit

    return median_ms(analysed), analysed()


def position_of(case: Case) -> Position:
    """Lay the legs out as the public way does."""
    table = pd.DataFrame(case.legs, columns=["quantity", "kind", "strike", "expiry"])
    table = table.assign(underlying="XYZ", currency="HKD", multiplier=100.0, style=case.style, group="a")
    market = ol.Market.of(
        as_of=NOW.isoformat(), spot=SPOT, vol=VOL, rate=RATE, dividends=DIVIDEND if case.has_dividend else {}
    )
    position = ol.Book.of(table).price(market).payoff(law="lognormal").each[0].laid.position
    assert position is not None  # noqa: S101 - it has all it needs
    return position


def median_ms(work: Callable[[], object]) -> float:
    """Return the median of many rounds in milliseconds, the first ones left out."""
    taken = []
    for _ in range(ROUNDS + 5):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1e3 * statistics.median(taken[5:])


# --- books --------------------------------------------------------------------------------------------------


def sample() -> ol.Valuation:
    """Price the sample book in its market."""
    return ol.read(str(SAMPLES / "xiaomi_top_trades.csv")).price(sample_market())


def sample_market() -> ol.Market:
    """Read the sample's market."""
    return ol.read_market(str(SAMPLES / "xiaomi_market.csv"))


def repeated(count: int) -> ol.Valuation:
    """Price so many strategies: the sample's again and again, each time with its strikes moved up by 0.05."""
    legs = ol.read(str(SAMPLES / "xiaomi_top_trades.csv")).legs
    groups = legs["group"].unique()
    copies = [
        legs.assign(strike=legs["strike"] + 0.05 * copy, group=legs["group"] + f"-{copy}")
        for copy in range(-(-count // len(groups)))
    ]
    table = pd.concat(copies, ignore_index=True)
    return ol.Book.of(table[table["group"].isin(table["group"].unique()[:count])]).price(sample_market())


def book_time(valuation: ol.Valuation) -> tuple[float, int]:
    """Return the seconds of the best round, and how many strategies were analysed."""
    best, count = np.inf, 0
    for _ in range(BOOK_ROUNDS):
        start = time.perf_counter()
        summary = valuation.payoff().summary
        best, count = min(best, time.perf_counter() - start), int((summary["status"] == "ok").sum())
    return best, count


# --- the peer -----------------------------------------------------------------------------------------------


def peer_times() -> dict[str, tuple[float, float]]:
    """Return the peer's milliseconds and probability of profit by case; none without its Python."""
    python = os.environ.get(PEER)
    if not python:
        print(f"(no peer: set {PEER} to a Python that has optionlab)")
        return {}
    cases = {name: (peer_legs(legs), peer_market()) for name, legs in PEER_CASES.items()}
    run = subprocess.run(
        [python, "-c", PEER_PROGRAM],
        input=json.dumps((cases, ROUNDS)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {name: tuple(numbers) for name, numbers in json.loads(run.stdout).items()}


def peer_legs(legs: list[Leg]) -> list[dict[str, object]]:
    """Write legs as the peer wants them, at the same fair prices."""
    return [
        {
            "type": kind,
            "strike": strike,
            "premium": ol.price(kind, SPOT, strike, (expiry - NOW).days / 365, RATE, VOL),
            "n": 100 * abs(quantity),
            "action": "buy" if quantity > 0 else "sell",
            "expiration": expiry.isoformat(),
        }
        for quantity, kind, strike, expiry in legs
    ]


def peer_market() -> dict[str, object]:
    """Write the market as the peer wants it: calendar days, and spots from half to one and a half in steps of 0.01."""
    return {
        "stock_price": SPOT,
        "volatility": VOL,
        "interest_rate": RATE,
        "min_stock": 0.5 * SPOT,
        "max_stock": 1.5 * SPOT,
        "start_date": NOW.isoformat(),
        "target_date": NEAR.isoformat(),
        "discard_nonbusiness_days": False,
    }


if __name__ == "__main__":
    main()
