"""Which model prices which option."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from optlab.errors import PricingError
from optlab.pricing import american, black_scholes, dividends, inversion
from optlab.pricing import implied as european
from optlab.pricing.dividends import Dividends
from optlab.pricing.models import METHODS, Models, Option, evaluate, implied, methods

INPUTS = (100.0, 110.0, 0.5, 0.05, 0.02)
VOL = np.full(4, 0.3)
SIGN = np.array([1.0, -1.0, 1.0, -1.0])
IS_AMERICAN = np.array([False, False, True, True])
PAID = Dividends(np.array([[0.2]]), np.array([[3.0]]))


def options(paid: Dividends | None = None) -> Option:
    """Make a European call and put and an American call and put."""
    inputs = [np.full(4, number) for number in INPUTS]
    ahead = (
        Dividends(*(np.repeat(values, 4, axis=0) for values in paid))
        if paid
        else Dividends(*np.zeros((2, 4, 0)))
    )
    return Option._make([SIGN, *inputs, ahead, IS_AMERICAN])


def test_without_dividends_european_options_are_black_scholes_and_american_ones_american() -> None:
    found = evaluate(options(), VOL, Models())
    theirs = black_scholes.evaluate(SIGN[:2], *INPUTS, 0.3)
    early = american.evaluate(SIGN[2:], *INPUTS, 0.3)
    for name in theirs._fields:
        assert getattr(found, name).tolist() == [*getattr(theirs, name), *getattr(early, name)]
    assert found.premium.tolist() == [0, 0, *early.premium]
    assert np.isnan(found.boundary).tolist() == [True, True, False, False]


@pytest.mark.parametrize("model", ["spot", "escrowed"])
def test_with_dividends_each_has_its_own_exercise(model: Any) -> None:  # noqa: ANN401
    found = evaluate(options(PAID), VOL, Models(dividend_model=model))
    wanted = dividends.evaluate(SIGN, *INPUTS, 0.3, PAID, model=model, american=IS_AMERICAN)
    np.testing.assert_allclose(np.stack(found), np.stack(wanted), rtol=1e-12)
    assert (found.price[2:] > found.price[:2]).all()


def test_a_dividend_after_the_expiry_changes_nothing() -> None:
    late = Dividends(np.array([[0.6]]), np.array([[3.0]]))
    np.testing.assert_array_equal(
        np.stack(evaluate(options(late), VOL, Models())), np.stack(evaluate(options(), VOL, Models()))
    )


def test_py_vollib_computes_european_options_without_dividends() -> None:
    """Its numbers differ in the last digits; without time it has none, and ours stand."""
    ours, theirs = (evaluate(options(), VOL, Models(engine=engine)) for engine in ("numpy", "vollib"))
    np.testing.assert_allclose(theirs.price, ours.price, rtol=1e-12)
    assert theirs.price[2:].tolist() == ours.price[2:].tolist()
    expired = options()._replace(years=np.zeros(4))
    assert evaluate(expired, VOL, Models(engine="vollib")).price.tolist() == [0, 10, 0, 10]


@pytest.mark.parametrize(
    ("paid", "model", "words"),
    [
        (None, "spot", ["formula", "formula", "boundary", "boundary"]),
        (PAID, "spot", ["grid"] * 4),
        (PAID, "escrowed", ["formula", "formula", "grid", "grid"]),
    ],
)
def test_the_method_is_said(paid: Dividends | None, model: Any, words: list[str]) -> None:  # noqa: ANN401
    found = methods(options(paid), VOL, Models(dividend_model=model))
    assert found.tolist() == words
    assert set(words) <= set(METHODS)


@pytest.mark.parametrize(
    ("rate", "dividend_yield", "words"),
    [
        (0.05, 0.0, ["formula", "boundary"]),
        (-0.01, 0.0, ["boundary", "formula"]),
        (-0.01, -0.02, ["formula", "grid"]),
    ],
)
def test_american_options_go_where_their_rates_lead(
    rate: float, dividend_yield: float, words: list[str]
) -> None:
    """Never exercised early, one boundary, or two."""
    asked = options()._replace(rate=np.full(4, rate), dividend_yield=np.full(4, dividend_yield))
    assert methods(asked, VOL, Models())[2:].tolist() == words


def test_volatilities_are_solved_by_the_model_that_prices() -> None:
    """Each comes back, and those of American options differ from the European ones of the same prices."""
    price = np.asarray(evaluate(options(), VOL, Models()).price)
    found = implied(price, options(), Models())
    assert found.vol == pytest.approx(VOL, abs=1e-9)
    assert found.vol[:2].tolist() == european.implied(price[:2], SIGN[:2], *INPUTS).vol.tolist()
    assert found.vol[2:].tolist() == inversion.implied(price[2:], SIGN[2:], *INPUTS).vol.tolist()
    assert european.implied(price[3:], SIGN[3:], *INPUTS).vol > 0.31  # a put that may be exercised early


@pytest.mark.parametrize("model", ["spot", "escrowed"])
def test_volatilities_with_dividends_come_back(model: Any) -> None:  # noqa: ANN401
    models = Models(dividend_model=model)
    price: npt.NDArray[np.float64] = evaluate(options(PAID), VOL, models).price
    found = implied(price, options(PAID), models)
    assert found.status.tolist() == ["ok"] * 4
    assert found.vol == pytest.approx(VOL, abs=2e-5)


@pytest.mark.parametrize("field", ["model", "dividend_model", "engine"])
def test_an_unknown_word_is_refused(field: str) -> None:
    with pytest.raises(PricingError, match=r"'best' is not known\. Fix: use one of "):
        Models(**{field: "best"})  # type: ignore[arg-type]
