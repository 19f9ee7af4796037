"""Marching many options back from expiry on grids of log-spot, all with one solve per step.

Between ex-dates the log of spot less its drift, z = ln X - (r - q - sigma^2 / 2) t, is a Brownian motion without
drift, and the discounted value U = exp(-r t) V solves the heat equation in z:

    dU/dtau = sigma^2 / 2 d2U/dz2 + multiplier,   U >= discounted exercise value,   multiplier >= 0.

- Space: Numerov's compact fourth-order stencil on equal steps of z. The payoff's kink, and the one that exercise
  before an ex-date makes, are smoothed by the kernel of Kreiss, Thomee and Widlund, which keeps the fourth order.
- Where nobody exercises V = a + b X, and the scheme is exact for it: the diffusion is fitted so that exp(z) grows as
  it should in every step, however long.
- Time: Crank-Nicolson steps that end exactly on each option's own ex-dates and grow away from them; exercise by
  operator splitting (Ikonen and Toivanen), with the multiplier expected where the drift leads it. The few first
  steps after a kink, which the smoothing needs, are taken without the obstacle.
- The matrix of an option is the same in every row, so its Cholesky factors are two numbers. Its first row is chosen
  so that the error against the deterministic value decays off the grid as in the interior. The options of one call
  are blocks of one tridiagonal system: a single LAPACK call solves a step of all of them.
- Off the grid an option is a + b X: the better of holding and exercising when nothing is left to chance.

References
----------
Crandall, S. H. (1955). An optimum implicit recurrence formula for the heat conduction equation. Quarterly of
Applied Mathematics 13, 318-320: the stencil.
Kreiss, H. O., Thomee, V. and Widlund, O. (1970). Smoothing of initial data and rates of convergence for parabolic
difference equations. Communications on Pure and Applied Mathematics 23, 241-259: the kernel of order four.
Ikonen, S. and Toivanen, J. (2004). Operator splitting methods for American option pricing. Applied Mathematics
Letters 17, 809-814: the multiplier.
Checked by tests/pricing/test_finite_differences.py, test_grid.py and test_dividends.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Array
from optlab.pricing.mesh import Integers, Mesh, Options, starting_point

FEWEST_STEPS = 6  # between two dates
GRADING = 1.15  # steps end at (j / m)^grading of the way back from one date to the next
SMOOTHED = 0.5  # variance after a kink, in squared steps of log-spot, until which there is no obstacle
NARROWEST = 0.25  # less variance than this until today, in the same unit, and a kink is not smoothed
NO_OBSTACLE = -1e300


def values(options: Options, mesh: Mesh, *, is_escrowed: bool, is_american: bool) -> Array:
    """Price the options at every node today.

    Parameters
    ----------
    options : Options
        With one number of counting dividends; a row's result does not depend on the other rows.
    mesh : Mesh
        From `mesh_of`, of these or of slightly different options.
    is_escrowed : bool
        Whether the diffusing X is spot less the present value of dividends; if not, it is spot, which drops.
    is_american : bool
        Whether all of them can be exercised at any time; if not, none.

    Returns
    -------
    float64 array (options, nodes)
        At X = X0 exp(step (i - middle)).
    """
    march = _March(options, mesh, is_escrowed=is_escrowed, is_american=is_american)
    for j in range(march.clock.years.shape[0]):
        march.step(j)
        rows = np.flatnonzero(march.clock.ends[j] >= 0)
        if rows.size:
            march.pass_date(j, rows)
    return march.U


# --- time --------------------------------------------------------------------------------------------------


class _Clock(NamedTuple):
    """The steps of time, each array (steps, options): where a step ends, its length, and what lies there."""

    years: Array
    lengths: Array
    ends: Integers  # the dividend on whose ex-date the step ends, -1 where on none
    has_obstacle: npt.NDArray[np.bool_]


def _clock(options: Options, mesh: Mesh) -> _Clock:
    """Share the steps out between the dates, by the time between them to the power 3/4, and let them grow backward."""
    ex_years = options.ex_years
    counts = (options.amounts > 0).sum(axis=1)
    starts = np.hstack([mesh.years[:, None], ex_years[:, :-1]])
    steps = _steps_between(starts - ex_years, counts, int(mesh.steps.max()))
    cumulated = np.cumsum(steps, axis=1)
    j = np.arange(cumulated[0, -1])
    interval = (j[:, None, None] >= cumulated).sum(axis=2)
    row = np.arange(len(counts))
    of_interval = steps[row, interval]
    first = cumulated[row, interval] - of_interval
    done = ((j[:, None] - first) / of_interval) ** GRADING
    done_after = ((j[:, None] - first + 1) / of_interval) ** GRADING
    start, end = starts[row, interval], ex_years[row, interval]
    lengths = (start - end) * (done_after - done)
    is_last = done_after == 1
    years = np.where(is_last, end, start - (start - end) * done_after)
    age = mesh.speed * (start - end) * done_after
    has_obstacle = (age >= SMOOTHED) | (j[:, None] - first >= FEWEST_STEPS - 1)
    ends = np.where(is_last & (options.amounts[row, interval] > 0), interval, -1)
    return _Clock(years, lengths, ends, has_obstacle)


def _steps_between(intervals: Array, counts: Integers, total: int) -> Integers:
    is_one = np.arange(intervals.shape[1]) <= counts[:, None]
    weight = np.where(is_one, intervals, 0.0) ** 0.75
    weight /= weight.sum(axis=1, keepdims=True)
    spare = (total - FEWEST_STEPS * (counts + 1))[:, None]
    steps = np.where(is_one, FEWEST_STEPS, 0) + np.floor(spare * weight).astype(np.int64)
    steps[np.arange(len(counts)), weight.argmax(axis=1)] += total - steps.sum(axis=1)
    return steps


# --- kinks -------------------------------------------------------------------------------------------------


def smoothing(x: Array) -> Array:
    """Return what smoothing adds to max(x, 0) at a distance of x steps from its kink; 0 from three steps on."""
    out = np.zeros_like(x)
    is_near = np.abs(x) < 3
    near = np.abs(x[is_near])
    out[is_near] = (8 * _spline_ramp(near) - _spline_ramp(near - 1) - _spline_ramp(near + 1)) / 6 - near
    return out


def _smoothing_at_roots(f: Array) -> Array:
    """Return what smoothing adds to max(f, 0), given f at the nodes: each looks for a root of its own parabola."""
    slope = np.gradient(f, axis=1)
    bend = np.zeros_like(f)
    bend[:, 1:-1] = f[:, 2:] - 2 * f[:, 1:-1] + f[:, :-2]
    square = np.maximum(slope * slope, 1e-6 * np.abs(f * bend) + np.finfo(float).tiny)
    at_root = np.sqrt(np.maximum(1 - 2 * f * bend / square, 0.0))  # slope at the root, in terms of that here
    slope = np.abs(slope)
    near = 2 * np.abs(f) < 3 * slope * (1 + at_root)
    distance = np.full_like(f, 3.0)
    distance[near] = 2 * np.abs(f[near]) / (slope[near] * (1 + at_root[near]))
    return slope * at_root * smoothing(distance)


def _spline_ramp(x: Array) -> Array:
    """Return max(x, 0) convolved with the cubic B-spline."""
    terms = (c * np.maximum(x + 2 - k, 0) ** 5 for k, c in enumerate((1, -4, 6, -4, 1)))
    return np.asarray(sum(terms)) / 120


# --- the march ---------------------------------------------------------------------------------------------


class _March:
    """The state of one march: the discounted values `U`, the multiplier, and the lines beyond the edges."""

    def __init__(self, options: Options, mesh: Mesh, *, is_escrowed: bool, is_american: bool) -> None:
        self.options, self.mesh = options, mesh
        self.is_escrowed, self.is_american = is_escrowed, is_american
        self.clock = _clock(options, mesh)
        self.nodes = int(mesh.nodes.max())
        r, q = options.rate, options.dividend_yield
        self.drift = options.log_drift
        self.growth = np.exp(self.drift * self.clock.years)
        self.discount = np.exp(-r * self.clock.years)
        self.hold_cash = np.exp(-r * self.clock.lengths)
        self.hold_asset = np.exp(-q * self.clock.lengths)
        self.later = self._later_dividends()
        self._factor()
        self._expect()
        self.middles = self._middles()
        self.lowest = np.empty(len(r))
        self.X = np.empty((len(r), self.nodes + 2))  # without drift; a node beyond either edge
        self._lay(np.arange(len(r)), self.middles[:, 0])
        self._pay_off()

    def _later_dividends(self) -> Array:
        """Value at the end of each step the dividends after it, as the escrowed model adds them to X."""
        later = np.zeros_like(self.clock.years)
        if self.is_escrowed:
            carry = self.options.rate - self.options.dividend_yield
            for date, amount in zip(self.options.ex_years.T, self.options.amounts.T, strict=True):
                ahead = date - self.clock.years
                later += np.where(ahead > 0, amount * np.exp(-carry * np.maximum(ahead, 0)), 0.0)
        return later

    def _factor(self) -> None:
        """Find for each step L of the matrix c L L' and what multiplies the old values, per c."""
        growth = 0.25 * self.options.vol**2 * self.clock.lengths
        bend = 2 * np.sinh(0.5 * self.mesh.step) ** 2  # half the second difference of exp(z)
        diffusion = np.tanh(growth) * (1 + bend / 6) / (2 * bend)
        off, diagonal = 1 / 12 - diffusion, 10 / 12 + 2 * diffusion
        pivot = 0.5 * (diagonal + np.sqrt(diagonal**2 - 4 * off**2))
        self.below = off / pivot
        self.old_beside = (1 / 12 + diffusion) / pivot
        self.old_here = (10 / 12 - 2 * diffusion) / pivot
        self.per_pivot = 1 / pivot
        self.ones = np.ones(self.below.shape[1] * self.nodes)
        self.coupling = np.zeros((self.below.shape[1], self.nodes))  # nothing couples an option to the next

    def _expect(self) -> None:
        """Find for each step how much of an old multiplier is expected at the same node and at those beside it.

        The boundary hardly moves in spot, so that it moves by the drift where there is none, a node a step at most.
        The multiplier is kept times the length of its step.
        """
        lengths = self.clock.lengths
        ratio = np.zeros_like(lengths)
        np.divide(lengths[1:], lengths[:-1], out=ratio[1:], where=lengths[:-1] > 0)
        shift = np.clip(self.drift * lengths / self.mesh.step, -1.0, 1.0)
        self.stay = ratio * (1 - np.abs(shift))
        self.up, self.down = ratio * np.maximum([shift, -shift], 0.0)

    def _middles(self) -> Array:
        """Return the log of the middle of the grid, without drift, after each ex-date and, last, from today on."""
        middles = np.empty_like(self.options.ex_years)
        middles[:, -1] = np.log(starting_point(self.options, is_escrowed=self.is_escrowed))
        for k in range(middles.shape[1] - 1, 0, -1):
            date, amount = self.options.ex_years[:, k - 1], self.options.amounts[:, k - 1]
            moved = self.drift * date
            spot = np.exp(middles[:, k] + moved)
            dropped = np.log(np.maximum(spot - amount, 0.05 * spot)) - moved
            middles[:, k - 1] = middles[:, k] if self.is_escrowed else dropped
        return middles

    def _lay(self, rows: Integers, middles: Array) -> None:
        """Lay the nodes of some options around new middles."""
        step, middle = self.mesh.step[rows], self.mesh.middle[rows]
        self.lowest[rows] = middles - middle * step
        nodes = np.arange(-1, self.nodes + 1) * step[:, None]
        nodes += self.lowest[rows, None]
        self.X[rows] = np.exp(nodes)

    def _pay_off(self) -> None:
        """Start from the smoothed payoff, and from lines of it beyond the edges."""
        sign, K, T = self.options.sign[:, None], self.options.strike[:, None], self.mesh.years[:, None]
        growth = np.exp(self.drift[:, None] * T)
        X = self.X * growth
        step = self.mesh.step[:, None]
        distance = (np.log(self.X) + self.drift[:, None] * T - np.log(K)) / step
        V = np.maximum(sign * (X - K), 0.0) + K * step * smoothing(distance)
        V *= np.exp(-self.options.rate[:, None] * T)
        self.U, self.beyond = V[:, 1:-1].copy(), V[:, -1]  # the old value just beyond the highest node
        self.multiplier = np.zeros_like(self.U)
        self.right, self.scratch, self.moved = (np.empty_like(self.U) for _ in range(3))
        is_in = sign * (X[:, [0, -1]] - K) > 0
        self.a = np.where(is_in, -sign * K, 0.0)  # V = a + b X below the lowest and above the highest node
        self.b = np.where(is_in, sign, 0.0)

    def _exercise_edges(self, rows: Integers | slice, X: Array, cash: Array) -> None:
        """Take beyond the edges what exercise pays, sign (X + cash), where it is more than holding."""
        sign = self.options.sign[rows, None]
        a, b = self.a[rows], self.b[rows]
        is_better = a + b * X < sign * (X + cash[:, None])
        self.a[rows] = np.where(is_better, sign * cash[:, None], a)
        self.b[rows] = np.where(is_better, sign, b)

    def step(self, j: int) -> None:
        """Go one step back in time."""
        from scipy.linalg import lapack  # noqa: PLC0415 - an eighth of a second that most books do not pay for

        self._carry_edges(j)
        right = self._right_side(j)
        self.coupling[:, :-1] = self.below[j][:, None]
        solved, _ = lapack.dpttrs(self.ones, self.coupling.ravel()[:-1], right.ravel(), overwrite_b=1)
        solved = solved.reshape(right.shape)
        if self.is_american:
            self._exercise(j, solved)
        else:
            self.U, self.right = solved, self.U

    def _carry_edges(self, j: int) -> None:
        """Take the lines beyond the edges one step back."""
        self.a *= self.hold_cash[j][:, None]
        self.b *= self.hold_asset[j][:, None]
        if self.is_american:
            cash = self.later[j] - self.options.strike
            held = np.where(self.clock.has_obstacle[j], cash, NO_OBSTACLE * self.options.sign)
            self._exercise_edges(slice(None), self.X[:, [0, -1]] * self.growth[j][:, None], held)

    def _right_side(self, j: int) -> Array:
        """Return what the step is solved for: old values, the multiplier expected, and values beyond the edges."""
        U, beside, discount, growth = self.U, self.old_beside[j], self.discount[j], self.growth[j]
        right = np.multiply(self.old_here[j][:, None], U, out=self.right)
        sides = np.multiply(beside[:, None], U, out=self.scratch)
        right[:, 1:] += sides[:, :-1]
        right[:, :-1] += sides[:, 1:]
        right[:, -1] += beside * self.beyond
        if self.is_american:
            self._move_multiplier(j)
            right += np.multiply(self.per_pivot[j][:, None], self.multiplier, out=self.scratch)
        low = discount[:, None] * (self.a[:, :1] + self.b[:, :1] * self.X[:, 1:3] * growth[:, None])
        self.beyond = discount * (self.a[:, 1] + self.b[:, 1] * self.X[:, -1] * growth)
        right[:, 0] = low[:, 0] + self.below[j] * low[:, 1]
        right[:, -1] -= self.below[j] * self.beyond
        return right

    def _move_multiplier(self, j: int) -> None:
        """Expect the multiplier of the last step where the boundary will be."""
        old, new = self.multiplier, self.moved
        np.multiply(self.stay[j][:, None], old, out=new)
        if self.up[j].any():
            new[:, 1:] += np.multiply(self.up[j][:, None], old, out=self.scratch)[:, :-1]
        if self.down[j].any():
            new[:, :-1] += np.multiply(self.down[j][:, None], old, out=self.scratch)[:, 1:]
        self.multiplier, self.moved = new, old

    def _exercise(self, j: int, solved: Array) -> None:
        """Correct the multiplier by what the obstacle demands."""
        scale = self.discount[j] * self.options.sign
        cash = scale * (self.later[j] - self.options.strike)
        free = np.subtract(solved, self.multiplier, out=solved)
        obstacle = np.multiply((scale * self.growth[j])[:, None], self.X[:, 1:-1], out=self.scratch)
        obstacle += np.where(self.clock.has_obstacle[j], cash, NO_OBSTACLE)[:, None]
        np.maximum(free, obstacle, out=self.U)
        np.subtract(self.U, free, out=self.multiplier)
        self.right = free

    def pass_date(self, j: int, rows: Integers) -> None:
        """Go to the moment before an ex-date: spot is higher by the dividend, and exercise still gets it."""
        k = self.clock.ends[j, rows]
        amount = self.options.amounts[rows, k]
        if not self.is_escrowed:
            self._drop(j, rows, k, amount)
        if self.is_american:
            held = amount + self.later[j, rows] if self.is_escrowed else np.zeros(len(rows))
            self._exercise_before(j, rows, held - self.options.strike[rows])
        discount, growth = self.discount[j, rows], self.growth[j, rows]
        X = self.X[rows, -1] * growth
        self.beyond[rows] = discount * (self.a[rows, 1] + self.b[rows, 1] * X)

    def _drop(self, j: int, rows: Integers, k: Integers, amount: Array) -> None:
        """Read the values at spot less the dividend, by cubics between nodes and from the lines beyond them."""
        lowest, edges = self.lowest[rows], self.X[rows][:, [0, -1]] * self.growth[j, rows, None]
        self._lay(rows, self.middles[rows, k + 1])
        after = np.maximum(self.X[rows, 1:-1] * self.growth[j, rows, None] - amount[:, None], 0.0)
        origin = lowest + self.drift[rows] * self.clock.years[j, rows]
        log_after = np.log(np.maximum(after, np.finfo(float).tiny))
        place = (log_after - origin[:, None]) / self.mesh.step[rows, None]
        side = (place > 0.5 * self.nodes).astype(np.int64)
        line = np.take_along_axis(self.a[rows], side, 1) + np.take_along_axis(self.b[rows], side, 1) * after
        is_on = (place >= 0) & (place <= self.nodes - 1)
        between = _cubic(self.U[rows], np.clip(place, 0, self.nodes - 1))
        self.U[rows] = np.where(is_on, between, self.discount[j, rows, None] * line)
        self.a[rows] -= self.b[rows] * np.minimum(amount[:, None], edges)

    def _exercise_before(self, j: int, rows: Integers, cash: Array) -> None:
        discount, growth = self.discount[j, rows, None], self.growth[j, rows, None]
        paid = discount * self.options.sign[rows, None] * (self.X[rows, 1:-1] * growth + cash[:, None])
        more = self.U[rows] - paid
        is_wide = self.mesh.speed[rows] * self.clock.years[j, rows] > NARROWEST
        self.U[rows] = paid + np.maximum(more, 0.0) + is_wide[:, None] * _smoothing_at_roots(more)
        self.multiplier[rows] = 0.0
        self._exercise_edges(rows, self.X[rows][:, [0, -1]] * growth, cash)


def _cubic(U: Array, place: Array) -> Array:
    """Interpolate each row at these places, in steps from its first node, by the cubic through four nodes."""
    nodes = U.shape[1]
    i = np.clip(np.floor(place).astype(np.int64) - 1, 0, nodes - 4)
    y = place - i - 1
    flat, at = U.ravel(), i + np.arange(len(U))[:, None] * nodes
    low, high = y * (y - 1), (y + 1) * (y - 2)
    outer = (y + 1) * flat[at + 3] - (y - 2) * flat[at]
    inner = (y - 1) * flat[at + 1] - y * flat[at + 2]
    return low * outer / 6 + high * inner / 2
