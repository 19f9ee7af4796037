"""American options that tests share: drawn cases, QuantLib's prices and greeks, and those that are kept in files.

QuantLib solves the same free boundary with its own implementation; its high-precision scheme takes 20 ms an option.
So 2,000 prices are kept in ``tests/pricing/american_prices.csv``, and greeks of 40 options, central bumps of such
prices, in ``tests/pricing/american_greeks.csv``. Both are written by

    python tests/american_rows.py

with QuantLib 1.44, `QdFpAmericanEngine` with `highPrecisionScheme`, Actual365Fixed, flat continuously compounded
curves, and the options of ``drawn(2000, SEED)`` and ``held(40, SEED)``. QuantLib knows whole days only, so options
here have days.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import QuantLib as ql  # noqa: N813 # its own documentation says ql

from optlab.pricing.american import exercise
from optlab.pricing.black_scholes import Array

FOLDER = Path(__file__).parent / "pricing"
SEED = 20160301
MADE_BY = f"QuantLib 1.44 QdFpAmericanEngine highPrecisionScheme, Actual365Fixed; tests/american_rows.py, seed {SEED}"
INPUTS = "kind,spot,strike,days,rate,yield,vol"
GREEKS = ("delta", "gamma", "vega", "theta", "rho")


class Rows(NamedTuple):
    """American options, one array per input of the kernels; whole days in the place of years."""

    sign: Array
    spot: Array
    strike: Array
    days: Array
    rate: Array
    dividend_yield: Array
    vol: Array

    @property
    def kernel(self) -> tuple[Array, ...]:
        """What `optlab.pricing.american.prices` takes, in its order."""
        return self._replace(days=self.days / 365)

    def take(self, which: npt.NDArray[np.intp]) -> Rows:
        """Return some of the options."""
        return Rows(*(values[which] for values in self))


def drawn(n: int, seed: int) -> Rows:
    """Draw calls and puts with spot near 100, 7 days to 2 years, r -1..8%, q 0..8%, vol 5..150%.

    Inputs have the digits that the file keeps, so that a row read is the row drawn.
    """
    rng = np.random.default_rng(seed)
    return Rows(
        rng.choice([-1.0, 1.0], n),
        rng.uniform(90, 110, n).round(2),
        rng.uniform(80, 120, n).round(1),
        rng.integers(7, 731, n).astype(np.float64),
        rng.uniform(-0.01, 0.08, n).round(4),
        rng.uniform(0, 0.08, n).round(4),
        rng.uniform(0.05, 1.5, n).round(4),
    )


def quantlib_prices(rows: Rows) -> Array:
    """Price options by QuantLib's spectral collocation, high precision."""
    priced = _engine()
    return np.array([priced(*(float(number) for number in row)) for row in zip(*rows, strict=True)])


def _engine() -> Callable[..., float]:
    """Return a function of one option's inputs, over one engine whose quotes are set anew for each."""
    today = ql.Date(2, 10, 2026)
    ql.Settings.instance().evaluationDate = today
    day_count = ql.Actual365Fixed()
    quotes = [ql.SimpleQuote(number) for number in (100.0, 0.01, 0.01, 0.2)]
    spot, rate, dividend_yield, vol = (ql.QuoteHandle(quote) for quote in quotes)
    process = ql.BlackScholesMertonProcess(
        spot,
        ql.YieldTermStructureHandle(ql.FlatForward(today, dividend_yield, day_count)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, rate, day_count)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, day_count)),
    )
    engine = ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme())

    def priced(sign: float, S: float, K: float, days: float, r: float, q: float, sigma: float) -> float:
        for quote, number in zip(quotes, (S, r, q, sigma), strict=True):
            quote.setValue(number)
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if sign > 0 else ql.Option.Put, K)
        option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + int(days)))
        option.setPricingEngine(engine)
        return float(option.NPV())

    return priced


def held(n: int, seed: int) -> Rows:
    """Draw options whose greeks bumps can find: 1% from the boundary, no kink of a rate near, and 60 days or more."""
    rows = drawn(10 * n, seed)
    level = exercise(rows.sign, *rows.kernel[2:]).level
    room = rows.sign * np.log(level / rows.spot)
    is_held = ~(room < 0.01) & (rows.days > 60) & (rows.vol > 0.1)
    rates = np.stack([rows.rate, rows.dividend_yield, rows.rate - rows.dividend_yield])
    return rows.take(np.flatnonzero(is_held & (np.abs(rates) > 2e-3).all(axis=0))[:n])


def quantlib_greeks(rows: Rows) -> Array:
    """Return delta, gamma, vega, theta and rho in the kernels' units, (5, options), by bumps of QuantLib's prices.

    Spot moves by a fiftieth of a standard deviation, vol and rate by a thousandth, time by a day.
    """
    step = 0.02 * rows.spot * rows.vol * np.sqrt(rows.days / 365)
    here = quantlib_prices(rows)
    up, down = _bumped(rows, "spot", step)
    more_vol, less_vol = _bumped(rows, "vol", 1e-3)
    later, sooner = _bumped(rows, "days", 1.0)
    more_rate, less_rate = _bumped(rows, "rate", 1e-3)
    return np.stack(
        [
            (up - down) / (2 * step),
            (up - 2 * here + down) / step**2,
            0.01 * (more_vol - less_vol) / 2e-3,
            (sooner - later) / 2,
            0.01 * (more_rate - less_rate) / 2e-3,
        ]
    )


def _bumped(rows: Rows, name: str, step: Array | float) -> tuple[Array, Array]:
    """Return QuantLib's prices with more and with less of an input."""
    up, down = (rows._replace(**{name: getattr(rows, name) + side * step}) for side in (1, -1))
    return quantlib_prices(up), quantlib_prices(down)


def kept(name: str) -> tuple[Rows, Array]:
    """Read a file's options, and its numbers: (numbers, options)."""
    signs = {"call": 1.0, "put": -1.0}
    table = np.loadtxt(
        FOLDER / name, delimiter=",", skiprows=2, converters={0: signs.__getitem__}, encoding="utf-8"
    ).T
    return Rows(*table[:7]), table[7:]


def keep(folder: Path = FOLDER, *, priced: int = 2000, bumped: int = 40) -> None:
    """Write both files anew."""
    rows = drawn(priced, SEED)
    _write(folder / "american_prices.csv", ("price",), rows, quantlib_prices(rows)[None], digits=7)
    rows = held(bumped, SEED)
    _write(folder / "american_greeks.csv", GREEKS, rows, quantlib_greeks(rows), digits=8)


def _write(path: Path, names: tuple[str, ...], rows: Rows, numbers: Array, *, digits: int) -> None:
    lines = [MADE_BY, ",".join([INPUTS, *names])]
    for (sign, *inputs), results in zip(zip(*rows, strict=True), numbers.T, strict=True):
        cells = [f"{number:g}" for number in inputs] + [f"{number:.{digits}f}" for number in results]
        lines.append(",".join(["call" if sign > 0 else "put", *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    keep()
