"""The march over grids: against the closed form, in its order of accuracy, and step by step."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.pricing import black_scholes, finite_differences, mesh
from optlab.pricing.black_scholes import Array
from optlab.pricing.finite_differences import smoothing, values
from optlab.pricing.mesh import Options, mesh_of, taken


def european_options(seed: int, n: int) -> Options:
    """Options of a week to two years at a spot of 100, without dividends."""
    rng = np.random.default_rng(seed)
    nothing = np.zeros((n, 1))
    return Options(
        sign=rng.choice([-1.0, 1.0], n),
        spot=np.full(n, 100.0),
        strike=rng.uniform(70, 130, n),
        years=rng.uniform(7 / 365, 2, n),
        rate=rng.uniform(-0.01, 0.08, n),
        dividend_yield=rng.uniform(0, 0.04, n),
        vol=rng.uniform(0.1, 0.8, n),
        ex_years=nothing,
        amounts=nothing,
    )


def with_dividends() -> Options:
    """Three American options with two dividends each, one of them on the day of expiry."""
    column = np.ones(3)
    return Options(
        sign=np.array([1.0, -1.0, 1.0]),
        spot=100 * column,
        strike=np.array([95.0, 105.0, 80.0]),
        years=np.array([1.0, 0.5, 0.1]),
        rate=0.05 * column,
        dividend_yield=0.01 * column,
        vol=0.3 * column,
        ex_years=np.array([[0.9, 0.2, 0.0], [0.5, 0.001, 0.0], [0.06, 0.05, 0.0]]),
        amounts=np.array([[2.0, 2.0, 0.0], [1.0, 1.0, 0.0], [3.0, 0.5, 0.0]]),
    )


def at_spot(options: Options, *, is_american: bool = False) -> Array:
    nodes = mesh_of(options, is_american=is_american)
    U = values(options, nodes, is_escrowed=False, is_american=is_american)
    return np.asarray(U[np.arange(len(U)), nodes.middle])


def test_without_exercise_it_is_black_scholes() -> None:
    """Of 300 European options the largest error is below 0.0003, a third of it is usual."""
    options = european_options(seed=3, n=300)
    error = at_spot(options) - black_scholes.prices(*options[:7])
    assert np.abs(error).max() < 3e-4
    assert np.sqrt(np.mean(error**2)) < 1e-4


def test_fourth_order_in_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """With half the step of log-spot and many steps of time the error is at least ten times smaller."""
    options = european_options(seed=4, n=50)
    exact = black_scholes.prices(*options[:7])
    monkeypatch.setattr(mesh, "STEPS", 400)
    errors = []
    for nodes in (33, 65):
        monkeypatch.setattr(mesh, "NODES", nodes)
        errors.append(float(np.sqrt(np.mean((at_spot(options) - exact) ** 2))))
    assert errors[1] < errors[0] / 10


def test_a_call_less_a_put_is_a_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cash and the asset are held without error, at vols of up to 300% for four years in 96 steps too."""
    monkeypatch.setattr(mesh, "WIDE", {"nodes": (99.0,), "steps": (99.0,)})
    wide = european_options(seed=5, n=40)._replace(vol=np.linspace(0.1, 3, 40), years=np.full(40, 4.0))
    call, put = (at_spot(wide._replace(sign=np.full(40, sign))) for sign in (1.0, -1.0))
    S, K, T, r, q = wide[1:6]
    forward = S * np.exp(-q * T) - K * np.exp(-r * T)
    assert call.max() > 95
    np.testing.assert_allclose(call - put, forward, rtol=0, atol=2e-3)


def test_smoothing_keeps_the_moments() -> None:
    """The smoothed kink differs from the kink within three steps only, on both sides alike, and by 0 in sum."""
    x = np.linspace(-4, 4, 8001)
    added = smoothing(x)
    assert added.max() > 0.1
    np.testing.assert_allclose(added, added[::-1], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(added[np.abs(x) >= 3], 0)
    assert abs(float(np.trapezoid(added, x))) < 1e-6


def test_steps_end_on_each_options_own_dates() -> None:
    """The steps of each option add up to its years, and each of its ex-dates is the end of one of them."""
    options = with_dividends()
    clock = finite_differences._clock(options, mesh_of(options, is_american=True))
    assert (clock.lengths >= 0).all()
    np.testing.assert_allclose(clock.lengths.sum(axis=0), options.years, rtol=1e-13)
    np.testing.assert_allclose(clock.years[-1], 0, atol=0)
    for row in range(3):
        ends = clock.ends[:, row]
        assert ends[ends >= 0].tolist() == [0, 1]
        np.testing.assert_array_equal(clock.years[ends >= 0, row], options.ex_years[row, :2])


def test_an_option_does_not_see_its_neighbours() -> None:
    """Priced alone or with others an option has the same price."""
    options = with_dividends()
    together = at_spot(options, is_american=True)
    alone = [at_spot(taken(options, np.array([row])), is_american=True)[0] for row in range(3)]
    assert (together > 1).all()
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_cubics_are_interpolated_exactly() -> None:
    """A cubic is read without error between any two nodes, at the edges too."""

    def cubic(x: Array) -> Array:
        return 2 - x / 50 + (x / 100) ** 2 + (x / 70) ** 3

    nodes = mesh.NODES
    place = np.array([[0.0, 0.3, 57.9, nodes - 1.5, nodes - 1.0]])
    found = finite_differences._cubic(cubic(np.arange(nodes, dtype=float))[None], place)
    np.testing.assert_allclose(found, cubic(place), rtol=1e-13)


def test_a_kink_between_nodes_is_found() -> None:
    """For a parabola through zero the smoothing sits where its root is, not where its slope at a node points."""
    x = np.arange(40, dtype=float)[None]
    root = 20.37
    f = (x - root) + 0.05 * (x - root) ** 2
    found = finite_differences._smoothing_at_roots(f)[:, 15:26]
    np.testing.assert_allclose(found, smoothing(x - root)[:, 15:26], atol=1e-12)
