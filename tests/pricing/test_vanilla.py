"""The array functions that users call: kinds, shapes, types and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from optlab.errors import OptlabError, PricingError
from optlab.pricing import black_scholes
from optlab.pricing.vanilla import greeks, implied_vol, price, sign_of

OPTION = {"spot": 100, "strike": 95, "years": 0.5, "rate": 0.10, "vol": 0.20, "dividend_yield": 0.05}


@pytest.mark.parametrize("kind", ["put", "Put", "PUT", "p", "P", np.str_("put")])
def test_a_put_in_any_spelling(kind: str) -> None:
    assert price(kind, **OPTION) == pytest.approx(2.4648, abs=5e-5)


def test_one_option_gives_plain_floats() -> None:
    """No array in, no array out: what prints and rounds like a number."""
    assert type(price("call", **OPTION)) is float
    assert {type(number) for number in greeks("call", **OPTION)} == {float}
    found = implied_vol(2.4648, "put", 100, 95, 0.5, 0.10, 0.05)
    assert type(found.vol) is float
    assert found.status == "ok"


@pytest.mark.parametrize(
    "values", [[100, 110], (100, 110), np.array([100, 110]), np.array([100, 110], dtype="int8")]
)
def test_lists_and_integers_are_numbers(values: npt.ArrayLike) -> None:
    """Integers are as good as floats, and one array among the inputs makes the result an array."""
    found = price("call", values, 100, 1, 0.05, 0.2)
    np.testing.assert_array_equal(found, [price("call", float(v), 100, 1, 0.05, 0.2) for v in (100, 110)])


def test_kinds_are_an_array_too() -> None:
    """Each option has its own kind; text, bytes and objects are read alike."""
    for dtype in ("U4", "S4", object):
        np.testing.assert_array_equal(
            sign_of(np.array(["call", "p", "PUT", "C"], dtype=dtype)), [1, -1, -1, 1]
        )
    assert sign_of([["call", "put"]]).shape == (1, 2)
    assert sign_of("call").shape == ()
    assert sign_of([]).shape == (0,)


def test_the_arguments_reach_the_kernel_in_their_own_order() -> None:
    """Users write vol before dividend_yield, kernels take it last."""
    kernel = black_scholes.evaluate(-1, 100, 95, 0.5, 0.10, 0.05, 0.20)
    assert greeks("put", 100, 95, 0.5, 0.10, 0.20, 0.05) == tuple(float(number) for number in kernel)
    assert price("put", 100, 95, 0.5, 0.10, 0.20, 0.05) == float(kernel.price)


def test_without_dividend_yield_there_is_none() -> None:
    assert price("call", 60, 65, 0.25, 0.08, 0.30) == price("call", 60, 65, 0.25, 0.08, 0.30, 0.0)


def test_implied_vol_inverts_price() -> None:
    """A table of strikes and vols comes back."""
    vols, strikes = np.array([0.1, 0.2, 0.8]), np.array([[80.0], [100.0], [125.0]])
    quoted = price("call", 100, strikes, 0.5, 0.03, vols, 0.01)
    found = implied_vol(quoted, "call", 100, strikes, 0.5, 0.03, 0.01)
    np.testing.assert_allclose(found.vol, np.broadcast_to(vols, (3, 3)), rtol=1e-7)
    assert (found.status == "ok").all()


@pytest.mark.parametrize(
    ("kind", "named"),
    [("straddle", "'straddle'"), (["call", "calls"], "'calls'"), (1, "1"), ([None], "None"), ("", "''")],
)
def test_what_is_no_kind_is_named(kind: npt.ArrayLike, named: str) -> None:
    with pytest.raises(
        PricingError, match=f"kind {named} is not an option. Fix: write call or put, or c or p"
    ):
        price(kind, **OPTION)


def test_shapes_that_do_not_fit_are_named() -> None:
    message = r"shapes do not fit: spot \(2,\), strike \(3,\). Fix: give arrays of one length, or numbers."
    with pytest.raises(PricingError, match=message):
        price("call", [1, 2], [1, 2, 3], 1, 0, 0.2)
    with pytest.raises(PricingError, match=r"shapes do not fit: price \(2,\), kind \(3,\)"):
        implied_vol([1, 2], ["c", "p", "c"], 100, 100, 1, 0)


@pytest.mark.parametrize(
    "call", [lambda v: price("call", v, 1, 1, 1, 1), lambda v: implied_vol(v, "call", 1, 1, 1, 1)]
)
def test_words_are_not_numbers(call: Callable[[object], Any]) -> None:
    """A bad argument is a PricingError, which is both an OptlabError and a ValueError."""
    with pytest.raises(PricingError, match=r"'dear' is not numbers. Fix: give a number"):
        call("dear")
    assert issubclass(PricingError, OptlabError)
    assert issubclass(PricingError, ValueError)


def test_nan_is_an_answer_and_not_an_error() -> None:
    """A missing spot leaves a hole, not an exception, and no warning."""
    found = greeks("call", [100, np.nan], 100, 1, 0.05, 0.2)
    assert np.isfinite(np.array(found)[:, 0]).all()
    assert np.isnan(np.array(found)[:, 1]).all()
    assert implied_vol(np.nan, "call", 100, 100, 1, 0.05).status == "not_a_number"
