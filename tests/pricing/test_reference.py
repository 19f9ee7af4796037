"""py_vollib behind its guards: the traps it is known for do not reach the caller."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from optlab.pricing import reference
from optlab.pricing.black_scholes import evaluate

SAMPLE = (-1, 100, 95, 0.5, 0.10, 0.05, 0.20)


def test_it_is_vollib_that_answers() -> None:
    """The number in Haug, from vollib itself."""
    from vollib.black_scholes_merton import black_scholes_merton

    direct = black_scholes_merton(flag="p", S=100, K=95, t=0.5, r=0.10, sigma=0.20, q=0.05)
    assert reference.evaluate(*SAMPLE).price == direct
    assert direct == pytest.approx(2.4648, abs=5e-5)


@pytest.mark.parametrize("sigma", [math.nan, math.inf, -0.2])
def test_a_vol_that_is_none_is_not_zero(sigma: float) -> None:
    """By itself vollib prices NaN, infinity and negative vols as if they were 0."""
    assert np.isnan(np.array(reference.evaluate(*SAMPLE[:-1], sigma))).all()


@pytest.mark.parametrize(("years", "sigma"), [(0.0, 0.2), (0.5, 0.0), (0.0, 0.0)])
def test_without_randomness_only_the_price_is_judged(years: float, sigma: float) -> None:
    """At T = 0 or vol = 0 vollib's price is right and its greeks are not."""
    option = (np.array([1, 1, -1, -1]), [90, 110, 90, 110], 100, years, 0.03, 0.01, sigma)
    theirs = reference.evaluate(*option)
    np.testing.assert_allclose(theirs.price, evaluate(*option).price, rtol=1e-14, atol=1e-14)
    assert np.isnan(np.array(theirs[1:])).all()
    assert not reference.judged(*option[1:]).any()


@pytest.mark.parametrize(
    ("position", "value"), [(1, 0.0), (1, -1.0), (2, 0.0), (3, -1.0), (0, 2.0), (4, math.nan)]
)
def test_what_it_can_not_judge_is_nan(position: int, value: float) -> None:
    """No exception comes out, and the neighbours keep their numbers."""
    option = np.tile(np.array(SAMPLE, dtype=float)[:, None], 2)
    option[position, 0] = value
    found = np.array(reference.evaluate(*option))
    assert np.isnan(found[:, 0]).all()
    assert np.isfinite(found[:, 1]).all()


def test_judged_says_which() -> None:
    """Only finite inputs with spot, strike, years and vol above zero."""
    years, vol = np.array([1.0, 0.0, 1.0, 1.0, 1.0]), np.array([0.2, 0.2, 0.0, math.nan, math.inf])
    np.testing.assert_array_equal(reference.judged(100, 100, years, 0, 0, vol), [True] + [False] * 4)


def test_it_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """By itself vollib writes a blank line to standard output where sigma sqrt(T) is 0."""
    reference.evaluate([1, -1] * 3, 100, 100, [0, 1, 0, 1, 1e-300, 1], 0, 0, [0.2, 0, 0, 0.2, 1e-200, 1e-320])
    reference.implied([0, 1, 2], 1, 100, 100, [0, 1, 1], 0, 0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ((2.4648, -1, 100, 95, 0.5, 0.10, 0.05), "ok"),
        ((9.0, 1, 100, 90, 1, 0, 0), "below_intrinsic"),
        ((100.0, 1, 100, 110, 1, 0, 0), "above_maximum"),
        ((0.0, 1, 100, 110, 1, 0, 0), "no_time_value"),
        ((5.0, 1, 100, 110, 0, 0, 0), "no_time_value"),
        ((math.nan, 1, 100, 110, 1, 0, 0), "not_a_number"),
        ((5.0, 1, math.nan, 110, 1, 0, 0), "not_a_number"),
        ((5.0, 1, 100, 0, 1, 0, 0), "not_a_number"),
    ],
)
def test_exceptions_become_statuses(quote: tuple[float, ...], status: str) -> None:
    found = reference.implied(*quote)
    assert found.status.item() == status
    assert math.isnan(found.vol.item()) == (status != "ok")


def test_importing_it_is_free_and_loads_no_numba() -> None:
    """It is loaded on the first call, without numba, and numba can be imported afterwards."""
    code = (
        "import sys, optlab.pricing.reference as r; assert not {'vollib', 'py_vollib'} & set(sys.modules);"
        "r.evaluate(1, 100, 100, 1, 0, 0, 0.2); assert 'vollib' in sys.modules;"
        "assert not {'numba', 'py_vollib'} & set(sys.modules), 'loaded or left hidden'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
