"""Laws that hold for every American option, whatever the numbers.

Wide ranges: vol 1% to 300%, minutes to ten years, rates and yields from -5% to 15%, spot from a fifth of the strike to
five times it. Of puts with r = 0 > q, and calls with q = 0 > r, those are left out that drift by more than two standard
deviations until expiry, which go to the grid, or whose vol times the root of time is more than 50%.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optlab.pricing import black_scholes
from optlab.pricing.american import evaluate, exercise, prices
from optlab.pricing.black_scholes import Array
from optlab.pricing.exercise import DOUBLE, NEVER, SINGLE, American, put_rates, region

settings.register_profile("laws", derandomize=True, max_examples=60, deadline=None)
laws = settings(settings.get_profile("laws"))

Option = dict[str, float]
MINUTE = 1 / 525_600


def log_uniform(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw numbers whose logarithms are spread evenly."""
    return st.floats(math.log(low), math.log(high)).map(math.exp)


def basis_points(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw rates with four digits: zero comes up, a millionth of a percent does not."""
    return st.integers(round(low * 1e4), round(high * 1e4)).map(lambda points: points / 1e4)


def at_strike_100(o: Option) -> Option:
    return {"spot": 100 * o.pop("moneyness"), "strike": 100.0} | o


options = st.fixed_dictionaries(
    {
        "moneyness": log_uniform(0.2, 5),
        "years": log_uniform(5 * MINUTE, 10),
        "rate": basis_points(-0.05, 0.15),
        "dividend_yield": basis_points(-0.05, 0.15),
        "vol": log_uniform(0.01, 3),
    }
).map(at_strike_100)
signs = st.sampled_from([1.0, -1.0])


def kind_of(sign: float, o: Option) -> int:
    return int(region(np.array([sign]), np.array(o["rate"]), np.array(o["dividend_yield"])).item())


def carry(o: Option) -> float:
    """Return the carry until expiry in standard deviations."""
    return abs(o["rate"] - o["dividend_yield"]) * o["years"] ** 0.5 / o["vol"]


def is_solved(sign: float, o: Option) -> bool:
    """Say whether the option has one boundary, found, or none."""
    if earned(sign, o) == 0 and kind_of(sign, o) == SINGLE:
        return carry(o) < 2 and o["vol"] * o["years"] ** 0.5 < 0.5
    return kind_of(sign, o) != DOUBLE


def earned(sign: float, o: Option) -> float:
    """Return the rate that exercise earns: a put interest on its strike, a call the yield of its stock."""
    return o["dividend_yield"] if sign > 0 else o["rate"]


def largest(o: Option) -> float:
    return max(o["spot"], o["strike"])


def price(sign: float, o: Option, **changed: float | Array) -> Array:
    return prices(sign, **(o | changed))


def one(sign: float, o: Option, **changed: float | Array) -> American:
    return evaluate(sign, **(o | changed))


# --- bounds ------------------------------------------------------------------------------------------------


@laws
@given(signs, options)
def test_price_stays_within_its_bounds(sign: float, o: Option) -> None:
    """Never below the European price or what exercise pays; a call never above its stock, a put its strike.

    Where a rate is negative the stock or the strike is worth more later than now, by as much.
    """
    assume(is_solved(sign, o))
    found = price(sign, o).item()
    tiny = 1e-13 * largest(o)
    assert found >= float(black_scholes.prices(sign, **o)) - tiny
    assert found >= sign * (o["spot"] - o["strike"]) - tiny
    most = (o["spot"] if sign > 0 else o["strike"]) * math.exp(max(-earned(sign, o) * o["years"], 0.0))
    assert found <= most + tiny


@laws
@given(signs, options)
def test_premium_is_the_difference_to_the_european_price(sign: float, o: Option) -> None:
    assume(is_solved(sign, o))
    found = one(sign, o)
    european = black_scholes.prices(sign, **o)
    assert found.premium >= 0
    assert found.premium == pytest.approx(found.price - european, abs=1e-13 * largest(o))
    assert price(sign, o).item() == pytest.approx(found.price.item(), abs=1e-6 * largest(o))


@laws
@given(signs, options, st.floats(0, 0.05))
def test_what_is_never_exercised_is_european_to_the_bit(sign: float, o: Option, more: float) -> None:
    """A call with q <= 0 <= r, a put with r <= 0 <= q - r."""
    asset, cash = -abs(o["dividend_yield"]), abs(o["rate"])
    as_put = {"rate": asset, "dividend_yield": asset + more}
    o |= {"rate": cash, "dividend_yield": asset} if sign > 0 else as_put
    assert kind_of(sign, o) == NEVER
    found, european = one(sign, o), black_scholes.evaluate(sign, **o)
    assert tuple(found[:6]) == tuple(european)
    assert price(sign, o).item() == float(black_scholes.prices(sign, **o))
    assert (found.premium.item(), math.isnan(found.boundary.item())) == (0.0, True)


# --- symmetry and scale ------------------------------------------------------------------------------------


@laws
@given(options)
def test_a_call_is_the_put_seen_from_the_cash(o: Option) -> None:
    """Spot and strike swapped, rate and yield swapped: the same price (McDonald and Schroder 1998)."""
    assume(is_solved(1.0, o))
    mirrored = {
        "spot": o["strike"],
        "strike": o["spot"],
        "rate": o["dividend_yield"],
        "dividend_yield": o["rate"],
    }
    call, put = one(1, o), one(-1, o | mirrored)
    assert call.price == pytest.approx(put.price.item(), abs=1e-13 * largest(o))
    assert call.vega == pytest.approx(put.vega.item(), rel=1e-6, abs=1e-8)
    assert call.theta == pytest.approx(put.theta.item(), rel=1e-8, abs=1e-10 * largest(o))
    if kind_of(1.0, o) == SINGLE:
        assert call.boundary * put.boundary == pytest.approx(o["spot"] * o["strike"], rel=1e-12)


@laws
@given(signs, options, log_uniform(1e-3, 1e3))
def test_homogeneity(sign: float, o: Option, unit: float) -> None:
    """In another currency price and boundary change by the rate of exchange, and delta not at all."""
    assume(is_solved(sign, o))
    here, there = one(sign, o), one(sign, o, spot=o["spot"] * unit, strike=o["strike"] * unit)
    assert there.price == pytest.approx(here.price.item() * unit, rel=1e-10, abs=1e-13 * largest(o) * unit)
    assert there.delta == pytest.approx(here.delta.item(), rel=1e-10, abs=1e-10)
    assert there.boundary == pytest.approx(here.boundary.item() * unit, rel=1e-12, nan_ok=True)


# --- monotone and convex -----------------------------------------------------------------------------------

STEPS = np.linspace(1, 1.5, 25)


@laws
@given(signs, options, st.sampled_from(["spot", "strike", "vol", "years"]))
def test_price_is_monotone(sign: float, o: Option, name: str) -> None:
    """Calls rise with spot, puts with the strike, both with vol; and an American option never falls with time.

    Exact to rounding in spot, strike and vol. In time 1e-6 of the larger of spot and strike is allowed: every expiry
    has nodes of its own, and their interpolation differs by so much.
    """
    longest = o | {"years": 1.5 * o["years"]}
    assume(is_solved(sign, longest))
    values = o[name] * STEPS
    direction = {"spot": sign, "strike": -sign, "vol": 1.0, "years": 1.0}[name]
    noise = (1e-6 if name == "years" else 1e-13) * 1.5 * largest(o)
    assert (direction * np.diff(price(sign, o, **{name: values})) >= -noise).all()


@laws
@given(signs, options, st.sampled_from(["spot", "strike"]))
def test_price_is_convex(sign: float, o: Option, name: str) -> None:
    """A butterfly is never worth less than nothing, to rounding; around the boundary too."""
    assume(is_solved(sign, o))
    level = exercise(sign, 100.0, o["years"], o["rate"], o["dividend_yield"], o["vol"]).level.item()
    around = [100.0, o["spot"]] if math.isnan(level) else [100.0, o["spot"], level]
    width = min(1.5, o["vol"] * o["years"] ** 0.5)
    for center in around:
        values = center * (1 + width * np.linspace(-0.6, 0.6, 31))
        fixed = {"spot": "strike", "strike": "spot"}[name]
        path = price(sign, o, **{name: values, fixed: 100.0})
        assert (np.diff(path, 2) >= -1e-6 * width * center).all()


@laws
@given(signs, options)
def test_delta_is_a_share(sign: float, o: Option) -> None:
    """Between nothing and one unit, and gamma not negative."""
    assume(is_solved(sign, o) and kind_of(sign, o) == SINGLE)
    found = one(sign, o)
    assert -1e-9 <= sign * found.delta.item() <= 1 + 1e-4
    assert found.gamma >= -1e-9


# --- the boundary ------------------------------------------------------------------------------------------


@laws
@given(signs, options)
def test_smooth_pasting(sign: float, o: Option) -> None:
    """At the boundary the price meets what exercise pays, and delta 1 or -1, without a kink.

    A thousandth of a standard deviation on the side where one waits: value within 1e-5 of strike or boundary, delta
    within 2%, as far as gamma carries it there; it carries it farther where the drift is steep.
    """
    assume(is_solved(sign, o) and kind_of(sign, o) == SINGLE and carry(o) < 8)
    options_ = exercise(sign, 100.0, o["years"], o["rate"], o["dividend_yield"], o["vol"])
    level, width = options_.level.item(), 1e-3 * o["vol"] * o["years"] ** 0.5
    assert sign * (level - 100) > 0
    found = options_.evaluate(level * math.exp(-sign * width))
    spot = level * math.exp(-sign * width)
    assert found.price == pytest.approx(sign * (spot - 100), abs=1e-5 * max(level, 100))
    assert found.delta == pytest.approx(sign, abs=0.02)
    beyond = options_.evaluate(level * math.exp(sign * width))
    assert beyond.price == pytest.approx(sign * (level * math.exp(sign * width) - 100), abs=1e-12 * level)
    assert beyond.delta == sign


@laws
@given(signs, options)
def test_boundary_widens_with_time_between_its_start_and_the_perpetual_one(sign: float, o: Option) -> None:
    """From K min(1, r / q), of the put's rates, down to the put's that never expires; a call's the other way up."""
    assume(is_solved(sign, o | {"years": 2 * o["years"]}) and kind_of(sign, o) == SINGLE)
    years = o["years"] * np.array([0.25, 0.5, 1.0, 2.0])
    level = exercise(sign, 100.0, years, o["rate"], o["dividend_yield"], o["vol"]).level
    as_puts = -sign * np.log(level / 100)
    own, other = (
        x.item() for x in put_rates(np.array([sign]), np.array([o["rate"]]), np.array([o["dividend_yield"]]))
    )
    tilt = (own - other) / o["vol"] ** 2 - 0.5
    power = -tilt - math.sqrt(tilt**2 + 2 * own / o["vol"] ** 2)
    width = o["vol"] * (2 * o["years"]) ** 0.5
    assert (np.diff(as_puts) <= 5e-3 * width).all()
    assert (as_puts <= (math.log(own / other) if other > own else 0.0)).all()
    if own > 1e-3:
        assert (as_puts >= math.log(power / (power - 1)) - 5e-3 * width).all()


# --- greeks ------------------------------------------------------------------------------------------------


def is_smooth(sign: float, o: Option) -> bool:
    """Say whether bumps see no kink: 5% of a standard deviation from the boundary, and rates from 0 and each other."""
    if not is_solved(sign, o):
        return False
    r, q = o["rate"], o["dividend_yield"]
    if min(abs(r), abs(q), abs(r - q)) < 2e-3 or o["years"] < 0.003:
        return False
    level = exercise(sign, 100.0, o["years"], r, q, o["vol"]).level.item()
    room = sign * math.log(level / o["spot"]) / (o["vol"] * o["years"] ** 0.5)
    return not room < 0.05


def bumped(sign: float, o: Option, name: str, step: float, of: str = "price") -> float:
    """Central difference of fourth order of a number in one input."""
    moved = o[name] + step * np.array([-2, -1, 1, 2])
    weights = np.array([1, -8, 8, -1]) / (12 * step)
    values = price(sign, o, **{name: moved}) if of == "price" else getattr(one(sign, o, **{name: moved}), of)
    return float(weights @ values)


near = st.fixed_dictionaries(
    {
        "deviations": st.floats(-2, 2),
        "years": log_uniform(0.003, 10),
        "rate": basis_points(-0.05, 0.15),
        "dividend_yield": basis_points(-0.05, 0.15),
        "vol": log_uniform(0.03, 1.5),
    }
).map(
    lambda o: (
        {
            "spot": 100 * math.exp(min(1.0, o["vol"] * o["years"] ** 0.5) * o.pop("deviations")),
            "strike": 100.0,
        }
        | o
    )
)


@laws
@given(signs, near)
def test_delta_and_gamma_are_bumps(sign: float, o: Option) -> None:
    assume(is_smooth(sign, o))
    found, width = one(sign, o), o["vol"] * o["years"] ** 0.5
    step = o["spot"] * min(1e-3 * width, 1e-3)
    assert found.delta == pytest.approx(bumped(sign, o, "spot", step), abs=1e-4)
    gamma = bumped(sign, o, "spot", step, of="delta")
    assert found.gamma == pytest.approx(gamma, rel=1e-5, abs=1e-6 / (o["spot"] * width))


@laws
@given(signs, near)
def test_vega_theta_and_rho_are_bumps(sign: float, o: Option) -> None:
    """Within a ten-thousandth of what is usual at the money: S sqrt(T) of vega, S vol / sqrt(T) of theta.

    Of rho, K T, one hundredth: few steps of Newton's method leave the boundaries of days unsettled.
    """
    assume(is_smooth(sign, o))
    found, root = one(sign, o), o["years"] ** 0.5
    vega = bumped(sign, o, "vol", 1e-3 * o["vol"]) / 100
    assert found.vega == pytest.approx(vega, abs=1e-4 * largest(o) * root / 100)
    theta = -bumped(sign, o, "years", 1e-3 * o["years"]) / 365
    assert found.theta == pytest.approx(theta, abs=5e-4 * largest(o) * o["vol"] / root / 365)
    rho = bumped(sign, o, "rate", 1e-4) / 100
    share = 1e-2 if o["years"] < 0.1 else 1e-3
    assert found.rho == pytest.approx(rho, abs=share * largest(o) * o["years"] / 100)


@laws
@given(signs, options)
def test_theta_is_what_the_black_scholes_equation_leaves(sign: float, o: Option) -> None:
    """Where one waits; where exercise is optimal nothing is left."""
    assume(is_solved(sign, o))
    found = one(sign, o)
    if sign * (o["spot"] - found.boundary.item()) >= 0:
        assert found.theta == 0
        return
    r, q, S = o["rate"], o["dividend_yield"], o["spot"]
    left = r * found.price - (r - q) * S * found.delta - 0.5 * (o["vol"] * S) ** 2 * found.gamma
    assert found.theta * 365 == pytest.approx(left.item(), rel=1e-8, abs=1e-6 * largest(o))


# --- inputs ------------------------------------------------------------------------------------------------


@laws
@given(signs, options, st.sampled_from(["spot", "strike", "years", "rate", "dividend_yield", "vol"]))
def test_nan_in_is_nan_out(sign: float, o: Option, name: str) -> None:
    """Without a warning: warnings are errors in these tests."""
    assert np.isnan(np.array(one(sign, o, **{name: math.nan}))).all()
    assert np.isnan(price(sign, o, **{name: math.nan})).all()


@laws
@given(st.integers(0, 2**32))
def test_the_order_of_options_does_not_matter(seed: int) -> None:
    """A shuffled book gives the same prices, shuffled: 100 options of all regions, some without years or vol."""
    rng = np.random.default_rng(seed)
    n = 100
    columns: list[Array] = [rng.choice([-1.0, 1.0], n), *rng.uniform(50, 150, (2, n))]
    columns += [
        rng.choice([0.0, 0.1, 1.0], n),
        *rng.uniform(0, 0.08, (2, n)),
        rng.choice([0.0, np.nan, 0.3], n),
    ]
    order = rng.permutation(n)
    here, there = prices(*columns), prices(*(column[order] for column in columns))
    np.testing.assert_allclose(here[order], there, rtol=0, atol=1e-11)


@settings(laws, max_examples=8)
@given(
    log_uniform(0.5, 2),
    st.floats(-0.05, -0.005),
    st.floats(0.002, 0.05),
    log_uniform(0.05, 1),
    st.floats(0.05, 3),
)
def test_two_boundaries(moneyness: float, rate: float, less: float, vol: float, years: float) -> None:
    """A put with q < r < 0: not below European or intrinsic, and the mirrored call within 0.2% of the strike."""
    o = {"spot": 100 * moneyness, "strike": 100.0, "years": years, "rate": rate, "vol": vol}
    o["dividend_yield"] = rate - less
    assert kind_of(-1.0, o) == DOUBLE
    found = price(-1.0, o).item()
    assert found >= float(black_scholes.prices(-1.0, **o)) - 1e-9
    assert found >= 100 - o["spot"]
    mirrored = {"spot": 100.0, "strike": o["spot"], "rate": rate - less, "dividend_yield": rate}
    assert price(1.0, o | mirrored).item() == pytest.approx(found, abs=2e-3 * largest(o))
