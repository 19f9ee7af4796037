"""Laws that hold for every European option, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optlab.pricing.black_scholes import Array, evaluate, prices
from optlab.pricing.implied import implied

settings.register_profile("laws", derandomize=True, max_examples=60, deadline=None)
laws = settings(settings.get_profile("laws"))

Option = dict[str, float]
options = st.fixed_dictionaries(
    {
        "spot": st.floats(1, 1000),
        "strike": st.floats(1, 1000),
        "years": st.floats(0.003, 10),
        "rate": st.floats(-0.05, 0.15),
        "dividend_yield": st.floats(0, 0.10),
        "vol": st.floats(0.01, 3),
    }
)
signs = st.sampled_from([1.0, -1.0])


def bounds(sign: float, o: Option) -> tuple[float, float]:
    """Give the prices that no model may leave: intrinsic value of the forward, and the asset or strike itself."""
    F = o["spot"] * np.exp(-o["dividend_yield"] * o["years"])
    X = o["strike"] * np.exp(-o["rate"] * o["years"])
    return max(0.0, sign * (F - X)), F if sign > 0 else X


@laws
@given(options)
def test_put_call_parity(o: Option) -> None:
    """A call less a put is a forward, and so for every greek: gamma and vega are the same for both."""
    call, put = evaluate(1, **o), evaluate(-1, **o)
    F, X = bounds(1, o)[1], bounds(-1, o)[1]
    largest = max(F, X)
    assert call.price - put.price == pytest.approx(F - X, abs=1e-14 * largest)
    assert call.delta - put.delta == pytest.approx(F / o["spot"], abs=1e-14)
    assert call.rho - put.rho == pytest.approx(X * o["years"] / 100, rel=1e-13)
    carry = (o["dividend_yield"] * F - o["rate"] * X) / 365
    assert call.theta - put.theta == pytest.approx(carry, rel=1e-10, abs=1e-13 * largest)
    assert (call.gamma, call.vega) == (put.gamma, put.vega)


@laws
@given(signs, options)
def test_price_stays_within_its_bounds(sign: float, o: Option) -> None:
    low, high = bounds(sign, o)
    price = float(prices(sign, **o))
    assert low * (1 - 1e-13) <= price <= high * (1 + 1e-13)


@laws
@given(signs, options, st.sampled_from(["spot", "strike", "vol"]))
def test_price_is_monotone(sign: float, o: Option, name: str) -> None:
    """Calls rise with spot and fall with strike, puts the other way round, and both rise with vol."""
    values = o[name] * np.linspace(1, 1.5, 50)
    direction = {"spot": sign, "strike": -sign, "vol": 1.0}[name]
    path = prices(sign, **(o | {name: values}))
    assert (direction * np.diff(path) >= -1e-13 * max(values.max(), o["spot"], o["strike"])).all()


@laws
@given(signs, options, st.floats(1e-3, 1e3))
def test_homogeneity(sign: float, o: Option, unit: float) -> None:
    """In another currency the price changes by the rate of exchange, and delta not at all."""
    one = evaluate(sign, **o)
    other = evaluate(sign, **(o | {"spot": o["spot"] * unit, "strike": o["strike"] * unit}))
    assert other.price == pytest.approx(one.price * unit, rel=1e-9, abs=1e-13 * unit * o["spot"])
    assert other.delta == pytest.approx(one.delta, rel=1e-9, abs=1e-13)
    assert other.gamma * unit == pytest.approx(one.gamma, rel=1e-9, abs=1e-13)


BUMPS = {
    "delta": ("spot", 1e-4, 1.0),
    "vega": ("vol", 1e-4, 0.01),
    "rho": ("rate", 1e-4, 0.01),
    "theta": ("years", 1e-4, -1 / 365),
}


def bumped(sign: float, o: Option, name: str, step: float, *, of: str = "price") -> float:
    """Central difference of fourth order of a number in one input."""
    moved = np.array([o[name] + k * step for k in (-2, -1, 1, 2)])
    weights = np.array([1, -8, 8, -1]) / (12 * step)
    return float(weights @ getattr(evaluate(sign, **(o | {name: moved})), of))


smooth = options.filter(lambda o: o["vol"] * o["years"] ** 0.5 > 0.05 and o["vol"] > 0.05)


@laws
@given(signs, smooth, st.sampled_from(sorted(BUMPS)))
def test_greek_is_the_bump_of_the_price(sign: float, o: Option, greek: str) -> None:
    """Each greek is the slope of the price in its input, in its unit."""
    name, relative, unit = BUMPS[greek]
    step = relative * (o[name] if name != "rate" else 1.0)
    slope = bumped(sign, o, name, step) * unit
    noise = 1e-15 * max(o["spot"], o["strike"]) / step * abs(unit)
    assert getattr(evaluate(sign, **o), greek) == pytest.approx(slope, rel=1e-6, abs=20 * noise)


@laws
@given(signs, smooth)
def test_gamma_is_the_bump_of_delta(sign: float, o: Option) -> None:
    step = 1e-4 * o["spot"]
    slope = bumped(sign, o, "spot", step, of="delta")
    assert evaluate(sign, **o).gamma == pytest.approx(slope, rel=1e-6, abs=1e-14 / step)


@laws
@given(st.integers(0, 2**32))
def test_the_order_of_options_does_not_matter(seed: int) -> None:
    """Every option is priced and solved for itself: a shuffled book gives the same bits, shuffled."""
    rng = np.random.default_rng(seed)
    n = 200
    columns: list[Array] = [rng.choice([-1.0, 1.0], n), *rng.uniform(50, 150, (2, n)), rng.uniform(0, 2, n)]
    columns += [*rng.uniform(-0.01, 0.08, (2, n)), rng.choice([0.0, np.nan, 0.2, 0.5], n)]
    order = rng.permutation(n)
    one, other = evaluate(*columns), evaluate(*(column[order] for column in columns))
    np.testing.assert_array_equal(np.array(one)[:, order], np.array(other))
    quotes = [one.price, *columns[:-1]]
    solved, shuffled = implied(*quotes), implied(*(column[order] for column in quotes))
    np.testing.assert_array_equal(solved.vol[order], shuffled.vol)
    np.testing.assert_array_equal(solved.status[order], shuffled.status)


@laws
@given(signs, options)
def test_implied_vol_reprices(sign: float, o: Option) -> None:
    """Where there is an implied vol it gives back the price, whatever vol the price was made with."""
    contract = {name: value for name, value in o.items() if name != "vol"}
    price = prices(sign, **o)
    found = implied(price, sign, **contract)
    if found.status == "ok":
        largest = max(o["spot"], o["strike"])
        again = prices(sign, **contract, vol=found.vol)
        assert again == pytest.approx(float(price), rel=1e-10, abs=1e-14 * largest)
