"""The same numbers from QuantLib, one option at a time: the second opinion where options are exercised early.

What it is asked for, and who computes it there:

| option | engine of QuantLib |
| --- | --- |
| American, no cash dividend ahead | `QdFpAmericanEngine`, its high precision scheme |
| the same with two exercise boundaries | `FdBlackScholesVanillaEngine` |
| cash dividends, European, escrowed | `AnalyticDividendEuropeanEngine` |
| cash dividends, any other | `FdBlackScholesVanillaEngine` with its cash dividend model |

QuantLib counts time in whole days. A price depends on the time only through rate x time, yield x time and vol^2 x
time, so every option is put on a clock of `DAYS` days, with its rates and vol per that clock's year: seconds of a
leg's time are kept, and an ex-date is moved by less than a hundred thousandth of the time to expiry.

References
----------
Andersen, L., Lake, M. and Offengenden, D. (2016). High-performance American option pricing. Journal of
Computational Finance 20(1), 39-87: what QdFpAmericanEngine follows.
Checked by tests/pricing/test_quantlib.py.
"""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.pricing import reference
from optlab.pricing.black_scholes import RHO_UNIT, THETA_UNIT, VEGA_UNIT, Array, Greeks
from optlab.pricing.dividends import DividendModel, Dividends
from optlab.pricing.reference import Bools

DAYS = 100_000
"""Days of the clock on which every option lives: QuantLib's calendar has 109,000."""

GRID = (400, 800)
"""Steps in time and in spot of QuantLib's finite differences."""

DELTA_BUMP, GAMMA_BUMP = 0.002, 0.02
"""Bumps of spot, in standard deviations until expiry: gamma needs a wide one, delta bends where exercise begins."""

VOL_BUMP, TIME_BUMP = 0.01, 0.005
"""Bumps of the vol and of the time, relative."""

RATE_BUMP, RATE_BUMP_WITH_CASH = 2e-4, 1e-3
"""Largest bumps of the rate: near zero it is half the rate, as early exercise begins or ends there.

With cash dividends the best day for exercise jumps from one ex-date to the next as the rate moves, and rho with it:
it is a rate of change over a tenth of a percent to either side, as optlab's own is.
"""

CALMEST = 100.0
"""Rates per vol^2 up to which QuantLib is asked: at five times that its collocation refuses or goes wrong."""

FAILURES = (RuntimeError,)
"""What QuantLib raises where it has no number."""


def is_installed() -> bool:
    """Say whether QuantLib can be imported."""
    try:
        return importlib.util.find_spec("QuantLib") is not None
    except ValueError:  # somebody put None into sys.modules
        return False


def judged(
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
) -> Bools:
    """Say which options QuantLib can judge: those py_vollib could, unless vol is tiny beside rate or yield.

    Examples
    --------
    >>> judged(100, 100, 1, 0.05, 0, [0.2, 0.01, float("nan")])
    array([ True, False, False])
    """
    r, q, sigma = (np.asarray(values, dtype=np.float64) for values in (rate, dividend_yield, vol))
    is_moving = np.maximum(np.abs(r), np.abs(q)) <= CALMEST * sigma**2
    return np.asarray(reference.judged(spot, strike, years, rate, dividend_yield, vol) & is_moving)


@dataclass(frozen=True)
class _Option:
    """One option, with the cash dividends that fall before it expires."""

    sign: float
    spot: float
    strike: float
    years: float
    rate: float
    dividend_yield: float
    vol: float
    ex_years: tuple[float, ...]
    amounts: tuple[float, ...]
    is_american: bool
    model: DividendModel

    @property
    def has_two_boundaries(self) -> bool:
        """Whether it is exercised between two boundaries: QuantLib's collocation refuses those."""
        own, other = (self.rate, self.dividend_yield)[:: 1 if self.sign < 0 else -1]
        return other < own < 0

    @property
    def turns_at_this_rate(self) -> bool:
        """Whether one exercise boundary becomes two at this very rate: no bump says what rho is there."""
        return self.sign < 0 and self.rate == 0 and not self.ex_years

    @property
    def rate_bump(self) -> float:
        """How far the rate is bumped, to either side."""
        most = RATE_BUMP_WITH_CASH if self.ex_years else RATE_BUMP
        return min(most, abs(self.rate) / 2 or most)

    def at(self, spot: float) -> _Option:
        """Return the option at another spot."""
        return replace(self, spot=spot)

    def after(self, years: float) -> _Option:
        """Return the option at the same spot when time has passed."""
        return replace(self, years=self.years - years, ex_years=tuple(date - years for date in self.ex_years))


def evaluate(
    sign: npt.ArrayLike,
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    years: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    vol: npt.ArrayLike,
    dividends: Dividends,
    *,
    model: DividendModel,
    american: npt.ArrayLike,
) -> Greeks:
    """Price options that are exercised early, or have cash dividends, with greeks by QuantLib, one by one.

    Arguments and units are those of `optlab.pricing.dividends.evaluate`; each is one array (options,). Delta and
    gamma are the engine's own where it has them; all others are differences of its prices, central but for theta,
    which looks ahead.

    Returns
    -------
    Greeks
        float64 arrays (options,); NaN where QuantLib refuses.

    Raises
    ------
    ImportError
        If QuantLib is not installed; see `is_installed`.

    Examples
    --------
    >>> none = Dividends(np.zeros((1, 0)), np.zeros((1, 0)))
    >>> evaluate([-1], [40], [40], [1.0], [0.06], [0.0], [0.20], none, model="spot", american=[True]).price.round(4)
    array([2.3196])
    """
    import QuantLib as ql  # noqa: N813, PLC0415 # its own documentation says ql; only who asks pays for it

    columns = np.broadcast_arrays(sign, spot, strike, years, rate, dividend_yield, vol, american)
    rows = zip(np.transpose(columns).tolist(), *dividends, strict=True)
    clock = _Clock(ql)
    with ql.SavedSettings():  # its date belongs to the whole process: put it back
        ql.Settings.instance().evaluationDate = clock.start
        found = [clock.numbers(_option(row, dates, cash, model)) for row, dates, cash in rows]
    return Greeks(*np.reshape(found, (-1, 6)).T)


def _option(row: list[float], dates: Array, cash: Array, model: DividendModel) -> _Option:
    sign, S, K, T, r, q, sigma, is_american = row
    counts = (dates > 0) & (dates <= T) & (cash > 0)
    ex_years, amounts = (tuple(values[counts].tolist()) for values in (dates, cash))
    return _Option(sign, S, K, T, r, q, sigma, ex_years, amounts, bool(is_american), model)


class _Clock:
    """QuantLib with a calendar on which every option expires on the same day."""

    def __init__(self, ql: Any) -> None:  # noqa: ANN401 - a module without types
        self.ql = ql
        self.start = ql.Date(1, 1, 1910)
        self.day_count = ql.Actual365Fixed()

    def numbers(self, option: _Option) -> tuple[float, ...]:
        """Return price, delta, gamma, vega, theta and rho; NaN where QuantLib refuses."""
        try:
            price, delta, gamma = self._with_delta(option)
        except FAILURES:
            return (math.nan,) * 6
        vol, rate = VOL_BUMP * option.vol, option.rate_bump
        vega = self._slope(replace(option, vol=option.vol + vol), replace(option, vol=option.vol - vol), vol)
        theta = self._theta(option, price)
        up, down = replace(option, rate=option.rate + rate), replace(option, rate=option.rate - rate)
        rho = math.nan if option.turns_at_this_rate else self._slope(up, down, rate)
        return price, delta, gamma, vega * VEGA_UNIT, theta * THETA_UNIT, rho * RHO_UNIT

    def _theta(self, option: _Option, price: float) -> float:
        """Return the change of price as time goes on: the day behind may be one of exercise, and bend it."""
        bump = min([TIME_BUMP * option.years, *(date / 4 for date in option.ex_years)])
        try:
            soon, later = (self._price(option.after(times * bump)) for times in (1, 2))
        except FAILURES:
            return math.nan
        return (4 * soon - 3 * price - later) / (2 * bump)

    def _slope(self, up: _Option, down: _Option, bump: float) -> float:
        try:
            return (self._price(up) - self._price(down)) / (2 * bump)
        except FAILURES:
            return math.nan

    def _with_delta(self, option: _Option) -> tuple[float, float, float]:
        """Return price, delta and gamma, by bumps of spot where the engine has no greeks."""
        priced = self._priced(option)
        price = float(priced.NPV())
        if option.ex_years or option.has_two_boundaries:
            return price, float(priced.delta()), float(priced.gamma())
        deviation = option.vol * math.sqrt(option.years) * option.spot
        bump = DELTA_BUMP * deviation
        delta = self._slope(option.at(option.spot + bump), option.at(option.spot - bump), bump)
        bump = GAMMA_BUMP * deviation
        up, down = (self._price(option.at(option.spot + one)) for one in (bump, -bump))
        return price, delta, (up - 2 * price + down) / bump**2

    def _price(self, option: _Option) -> float:
        return float(self._priced(option).NPV())

    def _priced(self, option: _Option) -> Any:  # noqa: ANN401
        """Return QuantLib's option with its engine."""
        ql, end = self.ql, self.start + DAYS
        kind = ql.Option.Call if option.sign > 0 else ql.Option.Put
        exercise = ql.AmericanExercise(self.start, end) if option.is_american else ql.EuropeanExercise(end)
        priced = ql.VanillaOption(ql.PlainVanillaPayoff(kind, option.strike), exercise)
        priced.setPricingEngine(self._engine(option))
        return priced

    def _engine(self, option: _Option) -> Any:  # noqa: ANN401
        ql, process = self.ql, self._process(option)
        if not option.ex_years and not option.has_two_boundaries:
            return ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme())
        days = [round(date / option.years * DAYS) for date in option.ex_years]
        paid = ql.DividendVector([self.start + min(max(day, 1), DAYS) for day in days], option.amounts)
        if option.model == "escrowed" and not option.is_american:
            return ql.AnalyticDividendEuropeanEngine(process, paid)
        engine = ql.FdBlackScholesVanillaEngine
        model = engine.Escrowed if option.model == "escrowed" else engine.Spot
        damping, has_local_vol, illegal_vol = 0, False, -1.0  # as QuantLib has them by default
        scheme = ql.FdmSchemeDesc.TrBDF2()  # its default rings for months after a dividend
        return engine(process, paid, *GRID, damping, scheme, has_local_vol, illegal_vol, model)

    def _process(self, option: _Option) -> Any:  # noqa: ANN401
        """Return the spot's process, its rates and vol per year of the clock."""
        ql, faster = self.ql, option.years / (DAYS / 365)
        flat = [
            ql.YieldTermStructureHandle(ql.FlatForward(self.start, rate * faster, self.day_count))
            for rate in (option.dividend_yield, option.rate)
        ]
        vol = option.vol * math.sqrt(faster)
        constant = ql.BlackConstantVol(self.start, ql.NullCalendar(), vol, self.day_count)
        spot = ql.QuoteHandle(ql.SimpleQuote(option.spot))
        return ql.BlackScholesMertonProcess(spot, *flat, ql.BlackVolTermStructureHandle(constant))
