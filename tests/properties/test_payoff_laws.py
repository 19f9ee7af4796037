"""Laws that every payoff obeys, and the same numbers found by brute force on dense grids of spots.

What is compared with is worked out leg by leg in `payoff_cases`.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import math

import numpy as np
import pandas as pd
import pytest

from optlab.book import Book
from optlab.payoff.profile import Profile
from payoff_cases import (
    NOW,
    SIGN,
    SIZE,
    SPOT,
    Array,
    Leg,
    Legs,
    Setting,
    catalogue,
    fair_cost,
    last_days,
    market_of,
    of_expiries,
    profile_of,
    profiles_of,
    profit,
    table_of,
    worth,
)

INF = math.inf

# --- the catalogue against a fine grid -------------------------------------------------------------------------


@functools.cache
def analysed(setting: Setting, after: str = "closed") -> dict[str, Profile]:
    """Analyse an example of every structure, in one book."""
    return profiles_of(catalogue(), setting, after=after)


def spots_for(legs: Legs, count: int) -> Array:
    """Return spots from zero to three times the largest strike, every strike among them."""
    strikes = [leg.strike for leg in legs if leg.kind in SIGN]
    return np.unique([*np.linspace(0.0, 3.0 * max(SPOT, *strikes), count), *strikes])


def sign_changes(S: Array, profits: Array) -> list[tuple[float, float]]:
    """Return the spots between which the profit changes sides; what only rounds is on neither."""
    side = np.where(np.abs(profits) < 1e-8, 0.0, np.sign(profits))
    places = np.flatnonzero(side)
    pairs = itertools.pairwise(places.tolist())
    return [(float(S[i]), float(S[j])) for i, j in pairs if side[i] != side[j]]


def far_slope(legs: Legs, setting: Setting) -> float:
    """Return how the profit of one lot of one unit grows far above every strike."""
    S = np.array([1e6, 2e6]) * SPOT
    low, high = worth(legs, S, last_days(legs)[0], setting) / SIZE
    slope = float((high - low) / (S[1] - S[0]))
    return slope if abs(slope) > 1e-7 else 0.0


def faults(legs: Legs, found: Profile, setting: Setting, count: int, slack: float) -> list[str]:
    """Say what a grid of spots contradicts; a curve's extreme may be better than the grid's by the slack."""
    day, shape = last_days(legs)[0], found.shape
    S = spots_for(legs, count)
    profits = profit(legs, S, day, setting)
    changes = sign_changes(S, profits)
    within = [spot for spot in shape.breakevens if spot <= S[-1]]
    wrong = []
    if any(not any(low <= spot <= high for spot in within) for low, high in changes):
        wrong.append(f"a change of sides in {changes} is not in {within}")
    if any(not any(low <= spot <= high for low, high in changes) for spot in within):
        wrong.append(f"in {within} is more than {changes}")
    if len(S) > 1 and abs(float(profit(legs, np.array([0.0]), day, setting)[0]) - shape.profits[0]) > 1e-6:
        wrong.append("at zero")
    for word, most, own in (("most", profits.max(), shape.highest), ("least", -profits.min(), shape.lowest)):
        reached = own.profit if word == "most" else -own.profit
        if math.isfinite(reached) and not -1e-6 <= reached - most <= slack:
            wrong.append(f"{word} {own} is not {most}")
        if math.isfinite(reached):
            there = float(profit(legs, np.array([own.low]), day, setting)[0])
            is_approached = own.high == INF and not shape.is_exact
            near = max(1.01e-4 * float(np.ptp(shape.profits)), 1e-5) if is_approached else 1e-5
            if abs(there - own.profit) > near:
                wrong.append(f"{word} {own}: it is {there} there")
    return wrong


SINGLE = {
    "european": Setting(),
    "american": Setting("american"),
    "european with a yield": Setting(dividend_yield=0.08),
}


@pytest.mark.parametrize("setting", SINGLE.values(), ids=list(SINGLE))
def test_one_expiry_is_exact(setting: Setting) -> None:
    """Every change of sides is a breakeven, and no spot of 6,000 pays more or less than the most and the least."""
    names = of_expiries(1)
    assert len(names) > 100
    found = {name: analysed(setting)[name] for name in names}
    assert all(one.shape.is_exact for one in found.values())
    wrong = {name: faults(catalogue()[name], found[name], setting, 6_001, 1e-6) for name in names}
    assert {name: what for name, what in wrong.items() if what} == {}


SEVERAL = {
    "european": (Setting(), 3_001),
    "european at 60%": (Setting(vol=0.6), 3_001),
    "european with a yield": (Setting(dividend_yield=0.08), 3_001),
    "american with a yield": (Setting("american", dividend_yield=0.02), 301),
}


@pytest.mark.parametrize(("setting", "count"), SEVERAL.values(), ids=list(SEVERAL))
def test_several_expiries_are_closed_at_the_first(setting: Setting, count: int) -> None:
    """No spot of the grid pays more or less; between its spots the extremes are better by little."""
    names = of_expiries(2, 3, 4, 5, 6, 7, 8)
    assert len(names) > 50
    slack = (
        20.0 if count < 1_000 else 0.5
    )  # a grid of 300 spots is 1.00 wide, and gamma times that squared is money
    found = {name: analysed(setting)[name] for name in names}
    wrong = {name: faults(catalogue()[name], found[name], setting, count, slack) for name in names}
    assert {name: what for name, what in wrong.items() if what} == {}


TAILS = {
    "european": Setting(),
    "european, yield of 0.6%": Setting(dividend_yield=0.006),
    "european, yield of 2%": Setting(dividend_yield=0.02),
    "american, yield of 2%": Setting("american", dividend_yield=0.02),
}


@pytest.mark.parametrize("setting", TAILS.values(), ids=list(TAILS))
def test_unlimited_is_what_the_slope_says(setting: Setting) -> None:
    """A slope far out makes a side unlimited, unless a yield below 1% alone bends what would be level."""
    wrong = {}
    for name, legs in catalogue().items():
        shape, slope = analysed(setting)[name].shape, far_slope(legs, setting)
        is_level = sum(leg.lots for leg in legs if leg.kind != "put") == 0
        is_models = is_level and slope != 0 and setting.dividend_yield < 0.01
        expected = (slope > 0 and not is_models, slope < 0 and not is_models)
        unlimited = (shape.highest.profit == INF, shape.lowest.profit == -INF)
        if unlimited != expected or is_models != (shape.right_tail == "model tail"):
            wrong[name] = f"{shape.right_tail} for a slope of {slope:.2e}"
        if shape.right_slope / SIZE != pytest.approx(slope, abs=1e-7):
            wrong[name] = f"slope {shape.right_slope / SIZE} is not {slope}"
    assert wrong == {}


# --- held to the last expiry -----------------------------------------------------------------------------------


def every_path(legs: Legs, highest: float, count: int, *, delivers: bool) -> tuple[float, float]:
    """Return the least and the most that legs can have paid at the last expiry, each expiry meeting any of the spots."""
    days = last_days(legs)
    strikes = [leg.strike for leg in legs if leg.kind in SIGN]
    beside = [strike + step for strike in strikes for step in (-1e-9, 1e-9)]
    S = np.unique([*np.linspace(0.0, 2.0 * max(strikes), count), *beside, highest])
    S = np.setdiff1d(S, strikes)  # at the strike itself nobody knows what is exercised
    axes = np.meshgrid(*[S] * len(days), indexing="ij", sparse=True)
    last, total = axes[-1], np.zeros([len(S)] * len(days))
    for leg in legs:
        units = SIZE * leg.lots
        if leg.kind == "stock":
            total = total + units * last
            continue
        met = axes[days.index(int(leg.days))]
        is_paid = SIGN[leg.kind] * (met - leg.strike) > 0
        at = last if delivers else met  # delivered shares are worth what they are at the end
        total = total + units * np.where(is_paid, SIGN[leg.kind] * (at - leg.strike), 0.0)
    return float(total.min()), float(total.max())


@pytest.mark.parametrize("style", ["european", "american"])
def test_held_meets_every_path(style: str) -> None:
    """The extremes are those of a dense search over the spots of every expiry, and unlimited if they grow with it."""
    setting, names = Setting(style), of_expiries(2, 3)
    assert {"long call calendar", "double diagonal", "call calendar butterfly"} < set(names)
    wrong = {}
    for name in names:
        legs, found = catalogue()[name], analysed(setting, "held")[name]
        cost = fair_cost(tuple(legs), setting)
        count = 401 if len(last_days(legs)) == 2 else 41
        near, far = (
            every_path(legs, 1e4 * factor, count, delivers=style == "american") for factor in (1.0, 2.0)
        )
        least = near[0] - cost if far[0] > near[0] - 1.0 else -INF
        most = near[1] - cost if far[1] < near[1] + 1.0 else INF
        assert found.lowest is not None
        assert found.highest is not None
        if (found.lowest.profit, found.highest.profit) != pytest.approx((least, most), abs=1e-4):
            wrong[name] = f"{found.lowest.profit} to {found.highest.profit}, not {least} to {most}"
    assert wrong == {}


def test_held_to_one_expiry_is_the_same_as_closed() -> None:
    for name in of_expiries(1):
        closed, held = (analysed(Setting("american"), after)[name] for after in ("closed", "held"))
        assert (held.highest, held.lowest) == (closed.shape.highest, closed.shape.lowest)


def test_a_future_that_ends_first_meets_its_own_spot() -> None:
    """A bought future is settled on the first day; the sold call that is left then has no limit."""
    future = table_of([Leg(1, "call", SPOT, 56)]).assign(kind="future", strike=math.nan, entry=SPOT)
    call = table_of([Leg(-1, "call", SPOT, 89)]).assign(entry=3.0)
    valuation = Book.of(pd.concat([future, call], ignore_index=True)).price(market_of())
    (one,) = valuation.payoff(after="held", law="lognormal").each
    assert one.profile is not None
    assert one.profile.lowest is not None
    assert one.profile.lowest.profit == -INF


# --- several expiries ------------------------------------------------------------------------------------------

CALENDAR = [Leg(1, "call", 100, 89), Leg(-1, "call", 100, 56)]
DIAGONAL = [Leg(1, "call", 95, 89), Leg(-1, "call", 105, 56)]


def test_a_long_calendars_best_is_at_the_strike() -> None:
    """Within 1e-6 of a search of ever finer grids."""
    found, low, high = profile_of(CALENDAR).shape.highest, 50.0, 150.0
    for _ in range(6):
        S = np.linspace(low, high, 2_001)
        profits = profit(CALENDAR, S, 56, Setting())
        best = int(profits.argmax())
        low, high = float(S[max(best - 1, 0)]), float(S[min(best + 1, 2_000)])
    assert found.profit == pytest.approx(profits.max(), abs=1e-6)
    assert found.low == pytest.approx(100.0, abs=1e-9)


def test_a_short_call_calendar_that_is_held_loses_without_limit() -> None:
    """Near the strike the bought call ends worthless, and the sold one has no limit."""
    short = [leg._replace(lots=-leg.lots) for leg in CALENDAR]
    for style in ("european", "american"):
        found = profile_of(short, Setting(style), after="held")
        assert found.lowest is not None
        assert found.lowest.profit == -INF
        assert profile_of(short, Setting(style)).shape.lowest.profit > -INF


def test_with_a_high_yield_a_european_calendar_loses_more_than_it_cost() -> None:
    """Far above the strike the later call is a forward less its dividends: the more spot rises, the less it is worth."""
    debit = fair_cost(tuple(CALENDAR), Setting(dividend_yield=0.08))
    shape = profile_of(CALENDAR, Setting(dividend_yield=0.08)).shape
    assert (shape.lowest.profit, shape.right_tail) == (-INF, "unlimited loss")
    assert profit(CALENDAR, np.array([1e4]), 56, Setting(dividend_yield=0.08))[0] < -debit
    american = profile_of(CALENDAR, Setting("american", dividend_yield=0.08)).shape
    assert american.lowest.profit >= -fair_cost(tuple(CALENDAR), Setting("american", 0.08))


@pytest.mark.parametrize("lots", [1, 2])
def test_a_low_yield_leaves_a_models_tail(lots: int) -> None:
    """It is the same for one calendar and for two of other strikes: the loss is that at three times spot."""
    legs = [*CALENDAR, *(Leg(leg.lots, "call", 90, leg.days) for leg in CALENDAR)][: 2 * lots]
    setting = Setting(dividend_yield=0.006)
    shape = profile_of(legs, setting).shape
    assert shape.right_tail == "model tail"
    expected = min(profit(legs, np.array([0.0, 3 * SPOT]), 56, setting))
    assert shape.lowest.profit == pytest.approx(expected)


@pytest.mark.parametrize("vol", [0.6, 1.2])
def test_a_level_tail_is_looked_at_to_its_end(vol: float) -> None:
    """A bear diagonal with a year to go loses most far above its strikes: how far that is, volatility says."""
    legs = [Leg(1, "call", 105, 421), Leg(-1, "call", 95, 56)]
    for side in (1, -1):
        turned = [leg._replace(lots=side * leg.lots) for leg in legs]
        limit = float(profit(turned, np.array([1e6]), 56, Setting(vol=vol))[0])
        shape = profile_of(turned, Setting(vol=vol)).shape
        found = shape.lowest if side > 0 else shape.highest
        assert found.profit == pytest.approx(limit, rel=1e-3)


def test_a_naked_call_is_unlimited_on_every_day() -> None:
    for on in (None, NOW, NOW + dt.timedelta(days=20)):
        found = profile_of([Leg(-1, "call", 100, 56)], on=on)
        assert (found.shape.lowest.profit, found.shape.right_tail) == (-INF, "unlimited loss")
        assert found.shape.is_exact == (on is None)
