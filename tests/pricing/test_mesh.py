"""How many nodes and steps options get, and which of their years are marched."""

from __future__ import annotations

import numpy as np
import pytest

from optlab.pricing import grid, mesh
from optlab.pricing.black_scholes import Array
from optlab.pricing.mesh import Options, efforts, mesh_of


def options(*rows: tuple[float, ...], dividend: float = 0.0) -> Options:
    """Lay out rows of sign, strike, years, rate, yield and vol at a spot of 100, with a dividend at half of the years."""
    sign, K, T, r, q, sigma = np.array(rows, dtype=float).T
    nothing = np.zeros(len(T))
    columns = [T / 2, nothing], [nothing + dividend, nothing]
    ex_years, amounts = (np.stack(pair if dividend else pair[1:], axis=1) for pair in columns)
    return Options(sign, np.full(len(T), 100.0), K, T, r, q, sigma, ex_years, amounts)


def doublings(*rows: tuple[float, ...], is_american: bool = True) -> list[tuple[int, int]]:
    """Return for each row how often its nodes and its steps are doubled."""
    found = efforts(options(*rows), is_american=is_american)
    return list(zip(found.nodes.tolist(), found.steps.tolist(), strict=True))


def test_usual_options_get_no_more() -> None:
    """From a week to two years, with vols of 10% to 80% and rates up to 6%, nothing is doubled."""
    rng = np.random.default_rng(6)
    n = 2000
    columns = (
        rng.choice([-1.0, 1.0], n),
        rng.uniform(70, 130, n),
        rng.uniform(7 / 365, 2, n),
        rng.uniform(0, 0.06, n),
        rng.uniform(0, 0.04, n),
        rng.uniform(0.1, 0.8, n),
    )
    effort = efforts(options(*zip(*columns, strict=True)), is_american=True)
    assert len(effort.nodes) == n
    assert effort.nodes.max() == effort.steps.max() == 0


def test_hard_options_get_more() -> None:
    """A wide distribution, much to earn by exercise and a steep drift ask for more of both; a short life does not."""
    wide, much, steep, short = (
        (1, 100, 8, 0.01, 0.0, 2.5),
        (-1, 100, 9, 0.1, 0.1, 0.3),
        (-1, 100, 8, 0.001, 0.02, 0.01),
        (-1, 100, 1 / 365, 0.1, 0.02, 0.3),
    )
    assert doublings(wide, much, steep, short) == [(2, 4), (2, 3), (2, 2), (0, 0)]
    assert doublings(wide, much, steep, short, is_american=False) == [(2, 4), (0, 0), (0, 0), (0, 0)]


def test_effort_is_that_of_the_mirrored_option() -> None:
    """A call needs what the put with rate and yield in each other's place needs."""
    calls = [(1, 100, T, r, q, 0.2) for T in (0.5, 3, 10) for r in (-0.02, 0.03) for q in (0.0, 0.04, 0.12)]
    puts = [(-1, K, T, q, r, sigma) for _, K, T, r, q, sigma in calls]
    assert doublings(*calls) == doublings(*puts)
    assert len(set(doublings(*calls))) > 2


def test_a_march_has_the_size_of_its_hardest_option() -> None:
    """Nodes and steps are one number for all options of a mesh; each dividend adds its steps."""
    easy, hard = (-1, 100, 1, 0.03, 0.0, 0.3), (-1, 100, 9, 0.1, 0.1, 0.3)
    both = mesh_of(options(easy, hard), is_american=True)
    assert both.nodes.tolist() == [4 * mesh.NODES] * 2
    assert both.steps.tolist() == [8 * mesh.STEPS] * 2
    one = mesh_of(options(easy, dividend=1.0), is_american=True)
    assert one.steps.tolist() == [mesh.STEPS + mesh.STEPS_PER_DIVIDEND]


def test_which_years_are_marched() -> None:
    """A put whose spot drifts away has fewer years; not with dividends, a negative rate, or as a European option."""
    away, waits = (-1, 100, 9, 0.1, 0.0, 0.03), (-1, 100, 9, -0.01, -0.1, 0.03)
    found = mesh_of(options(away, waits), is_american=True).years
    drift = 0.1 - 0.03**2 / 2
    assert found[0] == pytest.approx((mesh.FAR * 0.03 / drift) ** 2)
    assert found[1] == 9
    assert mesh_of(options(away, dividend=1.0), is_american=True).years.tolist() == [9]
    assert mesh_of(options(away), is_american=False).years.tolist() == [9]


def test_the_years_left_out_are_worth_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all its years and many steps an option with a steep drift has the same price."""

    def price() -> Array:
        return grid.prices(-1, [100, 100.3], 100, 2, 0.07, 0.0, 0.02)

    short = price()
    monkeypatch.setattr(mesh, "FAR", 100.0)
    monkeypatch.setattr(mesh, "STEPS", 384)
    np.testing.assert_allclose(short, price(), rtol=0, atol=5e-4)
    assert (short > 0.01).all()
