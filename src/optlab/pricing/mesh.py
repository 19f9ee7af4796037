"""How finely an option is looked at: its nodes of log-spot, its steps of time, and the years that matter.

Almost all options get `NODES` nodes and `STEPS` steps. Both are doubled where measured errors ask for it:

- a wide distribution, sigma sqrt(T) above 2: steps, for the high curvature in time, and nodes;
- much to earn by exercise, (r + max(-q, 0)) T for a put: the value bends sharply at the boundary, which moves;
- a steep drift, |r - q| sqrt(T) / sigma above 2: the time value is a thin layer at the boundary.

None of them depends on spot, so that a ladder of spots has one grid. Where spot drifts away from the boundary and
no dividend brings it back, only the years until it is out of reach are marched.

Checked by tests/pricing/test_mesh.py, test_grid.py and test_dividends.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from optlab.pricing.black_scholes import Array

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Rows = TypeVar("Rows", "Options", "Mesh")

NODES = 192  # equal steps of log-spot
REACH = 5.0  # standard deviations at expiry, to either side of the middle
STEPS = 96  # of time, without dividends
STEPS_PER_DIVIDEND = 8
LEAST_VOL = 1e-4  # a smaller vol is taken as this one
SMALLEST = 1e-8  # times the strike: a spot below it is taken as it
FAR = 4.0  # standard deviations away from the boundary, from where spot does not come back (0.003% do)

# Beyond each of these numbers nodes or steps double once more.
WIDE = {"nodes": (3.0, 6.0), "steps": (2.0, 3.0, 4.5, 6.5)}  # sigma sqrt(T)
EARNED = {"nodes": (0.13, 0.5, 2.0), "steps": (0.13, 0.3, 0.6)}  # by exercise until expiry, per strike
STEEP = (2.0, 5.0, 10.0)  # drift of log-spot until expiry in standard deviations
BROAD = 1.2  # sigma sqrt(T) from which nodes are far enough apart for sharp bends to need more of them


class Options(NamedTuple):
    """What is priced, one row per option; dividends from the last to the first.

    Parameters
    ----------
    sign, spot, strike, years, rate, dividend_yield, vol : float64 array (options,)
        As `optlab.pricing.black_scholes.evaluate` has them, all finite; years and vol positive.
    ex_years, amounts : float64 array (options, dividends + 1)
        Time to each ex-date, falling along the row, and the cash amounts; zeros fill a row up, one at least.
    """

    sign: Array
    spot: Array
    strike: Array
    years: Array
    rate: Array
    dividend_yield: Array
    vol: Array
    ex_years: Array
    amounts: Array

    @property
    def log_drift(self) -> Array:
        """How fast the log of what diffuses drifts: r - q - sigma^2 / 2."""
        return np.asarray(self.rate - self.dividend_yield - 0.5 * self.vol**2)

    @property
    def present_value(self) -> Array:
        """What the dividends are worth today: D exp(-(r - q) t), summed."""
        carry = (self.rate - self.dividend_yield)[:, None]
        return (self.amounts * np.exp(-carry * self.ex_years)).sum(axis=1)


class Mesh(NamedTuple):
    """Where the nodes of each option lie; shared by an option and its bumped copies, so that noise cancels.

    Parameters
    ----------
    step : float64 array (options,)
        Of log-spot.
    middle : int array (options,)
        The node at today's spot.
    speed : float64 array (options,)
        Variance of log-spot per year in squared steps.
    years : float64 array (options,)
        That are marched: until expiry, or fewer where exercise can only be near.
    nodes, steps : int array (options,)
        How many, the same for all that are marched together.
    """

    step: Array
    middle: Integers
    speed: Array
    years: Array
    nodes: Integers
    steps: Integers


def taken(rows: Rows, where: npt.NDArray[np.generic]) -> Rows:
    """Take the options or meshes at these positions."""
    return type(rows)(*(column[where] for column in rows))


class Effort(NamedTuple):
    """How often an option's nodes and steps are doubled, int arrays (options,)."""

    nodes: Integers
    steps: Integers


def mesh_of(options: Options, *, is_american: bool) -> Mesh:
    """Lay nodes around spot: `REACH` standard deviations, more on the sides where paths spread further.

    All options get as many nodes and steps as the one of them that needs most.
    """
    effort = efforts(options, is_american=is_american)
    nodes, doubled = NODES << effort.nodes.max(), effort.steps.max()
    steps = (STEPS << doubled) + (STEPS_PER_DIVIDEND << doubled) * (options.amounts.shape[1] - 1)
    years = _years_that_matter(options) if is_american else options.years
    s = options.vol * np.sqrt(years)
    spot = np.maximum(options.spot, SMALLEST * options.strike)
    below = REACH * s / np.maximum(1 - options.present_value / spot, 0.5)
    above = REACH * s + s * s
    step = (below + above) / (nodes - 1)
    middle = np.rint(below / step).astype(np.int64)
    return Mesh(
        step,
        middle,
        options.vol**2 / step**2,
        years,
        np.full_like(middle, nodes),
        np.full_like(middle, steps),
    )


def efforts(options: Options, *, is_american: bool) -> Effort:
    """Say how hard options are: how often their nodes and their steps are doubled.

    Parameters
    ----------
    options : Options
        Their spots do not count.
    is_american : bool
        Whether they can be exercised early; if not, only a wide distribution makes them hard.

    Returns
    -------
    Effort
        0 for what is usual: up to two years, 8% and a vol between 10% and 80%.
    """
    years = _years_that_matter(options) if is_american else options.years
    s = options.vol * np.sqrt(years)
    nodes, steps = np.digitize(s, WIDE["nodes"]), np.digitize(s, WIDE["steps"])
    if is_american:
        own, other = _put_rates(options)
        earned = np.maximum(np.maximum(own, own - other), 0.0) * years
        steep = np.digitize(np.abs(own - other) * years / s, STEEP)
        bent = np.digitize(earned * np.maximum(1.0, s / BROAD), EARNED["nodes"])
        nodes = np.maximum(np.maximum(nodes, bent), steep)
        steps = np.maximum(np.maximum(steps, np.digitize(earned, EARNED["steps"])), steep)
    return Effort(nodes, steps)


def _years_that_matter(options: Options) -> Array:
    """Return the years until spot has drifted out of the boundary's reach, where it does; else all years.

    It must not pay to wait for interest on the strike, which a negative rate does.
    """
    own, other = _put_rates(options)
    drift = own - other - 0.5 * options.vol**2
    is_leaving = (own >= 0) & (drift > 0) & ~(options.amounts > 0).any(axis=1)
    reach = np.square(FAR * options.vol / np.where(is_leaving, drift, 1.0))
    return np.where(is_leaving, np.minimum(options.years, reach), options.years)


def _put_rates(options: Options) -> tuple[Array, Array]:
    """Return rate and yield of the put that mirrors each option."""
    is_call = options.sign > 0
    r, q = options.rate, options.dividend_yield
    return np.where(is_call, q, r), np.where(is_call, r, q)


def starting_point(options: Options, *, is_escrowed: bool) -> Array:
    """Say what diffuses from where: spot, or spot less its dividends; never less than `SMALLEST` strikes."""
    asset = options.spot - options.present_value if is_escrowed else options.spot
    return np.maximum(asset, SMALLEST * options.strike)


def last_first(ex_years: Array, amounts: Array, years: Array) -> tuple[Array, Array]:
    """Sort the dividends that count to the front, the last one first; zeros after them, one column at least.

    Those of one day become one: there is no exercise between them. Dates and cash are (options, dividends), and
    those count that are of cash and at 0 < date <= ``years``, the options' own years to expiry.
    """
    counts = (ex_years > 0) & (ex_years <= years[:, None]) & (amounts > 0) & np.isfinite(amounts)
    dates, cash = _sorted(*(np.where(counts, a, 0.0) for a in (ex_years, amounts)))
    for k in range(dates.shape[1] - 1, 0, -1):
        is_same = dates[:, k] == dates[:, k - 1]
        cash[is_same, k - 1] += cash[is_same, k]
        dates[is_same, k] = cash[is_same, k] = 0.0
    dates, cash = _sorted(dates, cash)
    most = int((cash > 0).sum(axis=1).max(initial=0))
    nothing = np.zeros((len(years), 1))
    return np.hstack([dates[:, :most], nothing]), np.hstack([cash[:, :most], nothing])


def _sorted(dates: Array, cash: Array) -> tuple[Array, Array]:
    order = np.argsort(-dates, axis=1, kind="stable")
    return np.take_along_axis(dates, order, axis=1), np.take_along_axis(cash, order, axis=1)


def alike(
    options: Options, is_live: Flags, is_american: Flags, is_escrowed: Flags, *, size: int
) -> Iterator[tuple[Integers, Options]]:
    """Yield options that can be marched together, with their rows; those that are not live are left out.

    They are of one style, model, number of dividends and size of grid, at most ``size`` at a time, fewer where they
    have more nodes. Those that drift up come first: a march in one direction is faster.
    """
    counts = (options.amounts > 0).sum(axis=1)
    for style in (False, True):
        rows = np.flatnonzero(is_live & (is_american == style))
        rows = rows[np.argsort(taken(options, rows).log_drift <= 0, kind="stable")]
        effort = efforts(taken(options, rows), is_american=style)
        kinds = np.column_stack([is_escrowed[rows], counts[rows], *effort])
        for kind in np.unique(kinds, axis=0):
            same, width = rows[(kinds == kind).all(axis=1)], int(kind[1]) + 1
            most = max(size >> int(kind[2]), 1)
            for start in range(0, len(same), most):
                part = taken(options, same[start : start + most])
                dates, cash = part.ex_years[:, :width], part.amounts[:, :width]
                yield same[start : start + most], part._replace(ex_years=dates, amounts=cash)
