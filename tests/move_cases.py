"""Packages to be leaned in tests, and their moves by integration instead of formulas."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from optlab.expectation import Array, Packages

SPOT, RATE, YIELD = 24.24, 0.027, 0.01

Leg = tuple[float, float, float, float, float]

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(10)


def packages(*legs: Leg, horizon: float, vol: float) -> Packages:
    """Make one strategy of legs (units, sign, strike, years, vol)."""
    units, sign, strike, years, vols = (
        np.array([column], dtype=np.float64) for column in zip(*legs, strict=True)
    )
    return Packages(
        units=units,
        sign=sign,
        strike=strike,
        years=years,
        rate=np.full_like(units, RATE),
        dividend_yield=np.full_like(units, YIELD),
        vol=vols,
        spot=np.array([SPOT]),
        horizon=np.array([horizon]),
        forward=np.array([SPOT * np.exp((RATE - YIELD) * horizon)]),
        horizon_vol=np.array([vol]),
    )


def together(*parts: Packages) -> Packages:
    """Put strategies with the same number of legs under each other."""
    return Packages(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def random_packages(count: int, legs: int, later: int, seed: int) -> Packages:
    """Draw strategies a day to five years from the horizon, vol 1% to 400%, some stock, strikes within 3 deviations.

    The last ``later`` legs are options that expire an hour to two years after the horizon.
    """
    rng = np.random.default_rng(seed)
    shape = (count, legs)
    horizon = np.exp(rng.uniform(np.log(1 / 365), np.log(5), count))
    vol = np.exp(rng.uniform(np.log(0.01), np.log(4), count))
    rate, dividend_yield = rng.uniform(-0.01, 0.08, shape), rng.uniform(0.0, 0.05, shape)
    spot = rng.uniform(1, 500, count)
    forward = spot * np.exp((rate[:, 0] - dividend_yield[:, 0]) * horizon)
    deviation = (vol * np.sqrt(horizon))[:, None]
    strike = forward[:, None] * np.exp(deviation * rng.uniform(-3, 3, shape) * rng.choice([0, 0.1, 1], shape))
    years = np.tile(horizon[:, None], legs)
    sign = rng.choice([-1.0, 1.0, 0.0], shape, p=[0.47, 0.47, 0.06])
    last = slice(legs - later, None)
    sign[:, last] = rng.choice([-1.0, 1.0], (count, later))
    years[:, last] += np.exp(rng.uniform(np.log(1 / 8760), np.log(2), (count, later)))
    units = rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], shape)
    vols = vol[:, None] * rng.uniform(0.7, 1.4, shape)
    return Packages(units, sign, strike, years, rate, dividend_yield, vols, spot, horizon, forward, vol)


def sizes(package: Packages) -> Array:
    """Return what errors are measured by: what the legs' units of spot, or of the strike if larger, are worth."""
    price = np.fmax(
        np.fmax(package.spot, package.forward)[:, None], np.where(package.sign == 0, 0, package.strike)
    )
    return (np.abs(package.units) * price).sum(axis=1)


def integrated(package: Packages, row: int, panels: int = 3000) -> tuple[float, float, float]:
    """Integrate one strategy's E|V - V(F)|, E|S - F| and lean: fine panels, split at kinks and every zero."""
    one = Packages(**{name: values[row : row + 1] for name, values in vars(package).items()})
    deviation, F = float(one.horizon_vol[0] * np.sqrt(one.horizon[0])), float(one.forward[0])
    at_forward = one.worth(one.forward[:, None])

    def spot(z: Array) -> Array:
        return F * np.exp(deviation * z - 0.5 * deviation**2)

    def gain(z: Array) -> Array:
        return (one.worth(spot(z)[None, :]) - at_forward)[0]

    reach = 12.0 + deviation
    later = (one.sign[0] != 0) & (one.years[0] > one.horizon[0])
    with np.errstate(invalid="ignore"):
        kinks = np.log(one.strike[0] / F) / deviation + 0.5 * deviation
    widths = (
        np.where(later, one.vol[0] * np.sqrt(np.maximum(one.years[0] - one.horizon[0], 0)), 0.0) / deviation
    )
    around = [kink + width * np.linspace(-12, 12, 400) for kink, width in zip(kinks, widths, strict=True)]
    grid = [np.linspace(-12.0, reach, panels), kinks, [0.5 * deviation], *around]
    borders = np.unique(np.concatenate(grid))
    borders = borders[(borders >= -12.0) & (borders <= reach)]
    at = gain(borders)
    crossed = np.flatnonzero(at[:-1] * at[1:] < 0)
    zeros = [
        brentq(lambda z: gain(np.array([z]))[0], borders[i], borders[i + 1], xtol=1e-14, rtol=1e-14)
        for i in crossed
    ]
    borders = np.unique(np.concatenate([borders, zeros]))
    half = 0.5 * np.diff(borders)[:, None]
    z = (0.5 * (borders[:-1] + borders[1:])[:, None] + half * POINTS).ravel()
    weight = (half * WEIGHTS).ravel() * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    side, here = np.where(z > 0.5 * deviation, 1.0, -1.0), gain(z)
    return (
        float(weight @ np.abs(here)),
        float(weight @ np.abs(spot(z) - F)),
        float(weight @ (here * side)),
    )
