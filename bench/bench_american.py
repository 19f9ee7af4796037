"""How exact and how fast American options are beside QuantLib: one by one, on ladders, implied vols, dividends.

Rounds of all engines are interleaved in one process, the best round of each counts, and what travels to other
machines are the ratios. QuantLib runs from Python as one would keep it: one process on shared quotes, one engine, and
per option the quotes set, a new VanillaOption and its NPV; dates, payoffs and exercises are made before the clock runs.
"""

from __future__ import annotations

import math
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import QuantLib as ql  # noqa: N813 # its own documentation says ql

from optlab.pricing import american, dividends, inversion
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import DividendModel, Dividends
from optlab.pricing.exercise import certain

SIZES = (1, 100, 10_000)
ROUNDS = {1: 100, 20: 3, 100: 15, 1_000: 2, 10_000: 5}
FEW = 100  # options on which QuantLib's slower engines are timed
CHECKED = 200  # options whose errors are taken
SPOTS = 100
TIME_VALUE = 0.05
"""Least price, above what exercise pays without volatility, of the options whose vol is looked for."""
VOL_ACCURACY = 1e-8

GRID_SIZES = (1, 20, 100, 1_000)
GRID_FEW = 20  # options on which finite differences are timed and checked
COARSE, FINE = (400, 400), (1_200, 2_000)

NONE = math.nan
Task = Callable[[], Any]
Engine = Any  # QuantLib has no types
Contract = tuple[Any, Any]  # its payoff and exercise
Columns = tuple[Array, Array, Array, Array, Array, Array, Array]


class Options(NamedTuple):
    """American options, one array each; days to expiry instead of years, as QuantLib counts dates."""

    sign: Array
    spot: Array
    strike: Array
    days: npt.NDArray[np.int_]
    rate: Array
    dividend_yield: Array
    vol: Array

    @property
    def columns(self) -> Columns:
        """The arguments of optlab's prices."""
        sign, S, K, days, r, q, sigma = self
        return sign, S, K, days / 365, r, q, sigma

    def first(self, n: int) -> Options:
        """Return the first of them."""
        return Options._make(column[:n] for column in self)


class Market(NamedTuple):
    """QuantLib's process and the quotes below it: spot, rate, dividend yield and vol."""

    quotes: tuple[Any, ...]
    process: Any


def main() -> None:
    """Print prices, ladders, implied vols and cash dividends."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "any number of")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, QuantLib {ql.__version__}, ", end="")
    print(f"{platform.machine()}, BLAS threads: {threads}")
    ql.Settings.instance().evaluationDate = ql.Date(2, 1, 2025)
    price_table()
    ladder_table()
    implied_table()
    dividend_table()


def drawn(n: int, *, most_vol: float = 1.5, least_days: int = 7, seed: int = 3) -> Options:
    """Draw calls and puts: spot 90 to 110, strike 80 to 120, up to 2 years, r -1% to 8%, q 0 to 8%, vol from 5%."""
    rng = np.random.default_rng(seed)
    return Options(
        rng.choice([-1.0, 1.0], n),
        rng.uniform(90, 110, n),
        rng.uniform(80, 120, n),
        rng.integers(least_days, 731, n),
        rng.uniform(-0.01, 0.08, n),
        rng.uniform(0, 0.08, n),
        rng.uniform(0.05, most_vol, n),
    )


# --- one by one ---------------------------------------------------------------------------------------------


def price_table() -> None:
    """Print prices and greeks of options that all differ, with the errors of the prices."""
    options, market, engine = drawn(SIZES[-1]), new_market(), ql.QdFpAmericanEngine
    fast, accurate, exact = (
        quantlib(options, market, engine(market.process, scheme()))
        for scheme in (engine.fastScheme, engine.accurateScheme, engine.highPrecisionScheme)
    )
    times = []
    for n in SIZES:
        columns = options.first(n).columns
        own = partial(american.prices, *columns), partial(american.evaluate, *columns)
        slow = [partial(accurate, n)] if n == FEW else []
        times.append([*best_of(n, *own, partial(fast, n), *slow), NONE][:4])
    truth, checked = exact(CHECKED), options.first(CHECKED).columns
    found = american.prices(*checked), american.evaluate(*checked).price, fast(CHECKED), accurate(CHECKED)
    names = "optlab prices", "optlab evaluate", "QuantLib QdFp fast", "QuantLib QdFp accurate"
    heading(
        f"American options; errors of {CHECKED} prices against QuantLib's QdFp high precision", SIZES, "fast"
    )
    for i, name in enumerate(names):
        show(name, [row[i] for row in times], [row[2] / row[i] for row in times], errors(found[i], truth))


def errors(found: Array, truth: Array) -> tuple[float, float]:
    """Return the largest error and the root of the mean square."""
    gap = np.abs(found - truth)
    return float(gap.max()), float(np.sqrt(np.mean(np.square(gap))))


# --- ladders ------------------------------------------------------------------------------------------------


def ladder_table() -> None:
    """Print what a spot costs where each contract is priced at many."""
    market = new_market()
    engine = ql.QdFpAmericanEngine(market.process, ql.QdFpAmericanEngine.fastScheme())
    times = [ladder_times(drawn(n, seed=4), market, engine) for n in (1, FEW)]
    names = "solve", "solve with slopes", "prices", "evaluate", "solve and prices", "solve and evaluate"
    print(
        f"\nLadders of {SPOTS} spots; µs per spot, then how many times that the peer takes (fast / x; its option is kept)"
    )
    print(f"{'':26}{'1 contract':>11}{f'{FEW}':>11}{'/x 1':>10}{f'/x {FEW}':>10}")
    for i, name in enumerate((*names, "QuantLib QdFp fast")):
        show(name, [row[i] for row in times], [row[-1] / row[i] for row in times])


def ladder_times(options: Options, market: Market, engine: Engine) -> list[float]:
    """Time the boundaries alone, known boundaries, both together, and QuantLib; per spot."""
    sign, _, *contract = options.columns
    spots = np.linspace(80, 120, SPOTS)
    column = spots[:, None]
    solved = american.exercise(sign, *contract)
    plain = american.exercise(sign, *contract, with_slopes=False)
    return best_of(
        len(sign) * SPOTS,
        lambda: american.exercise(sign, *contract, with_slopes=False),
        lambda: american.exercise(sign, *contract),
        lambda: plain.prices(column),
        lambda: solved.evaluate(column),
        lambda: american.prices(sign, column, *contract),
        lambda: american.evaluate(sign, column, *contract),
        quantlib_ladder(options, market, engine, spots),
    )


def quantlib_ladder(options: Options, market: Market, engine: Engine, spots: Array) -> Task:
    """Prepare QuantLib's ladders: per contract one option, per spot one quote."""
    rows, contracts, places = quotes_of(options), contracts_of(options), spots.tolist()
    spot = market.quotes[0]

    def run() -> Array:
        found = []
        for row, contract in zip(rows, contracts, strict=True):
            set_quotes(market, row)
            option = new_option(engine, contract)
            for place in places:
                spot.setValue(place)
                found.append(option.NPV())
        return np.array(found)

    return run


# --- implied vol --------------------------------------------------------------------------------------------


def implied_table() -> None:
    """Print implied vols of optlab's prices, and errors from QuantLib's high-precision ones."""
    options, market = with_time_value(drawn(2 * SIZES[-1], seed=5)).first(SIZES[-1]), new_market()
    engine = ql.QdFpAmericanEngine
    fast, exact = (engine(market.process, of()) for of in (engine.fastScheme, engine.highPrecisionScheme))
    quotes, few = american.prices(*options.columns), options.first(FEW)
    times = []
    for n in SIZES:
        chosen, price = options.first(n), quotes[:n]
        peer = [quantlib_implied(chosen, market, fast, price)] if n <= FEW else []
        own = partial(inversion.implied, price, *chosen.columns[:-1])
        times.append([*best_of(n, own, *peer), NONE][:2])
    truth = quantlib(few, market, exact)(FEW)
    found = inversion.implied(truth, *few.columns[:-1]).vol, quantlib_implied(few, market, fast, truth)()
    status = Counter(inversion.implied(quotes, *options.columns[:-1]).status.tolist())
    heading(f"Implied vol of optlab's prices, {dict(status)}", SIZES, "Brent")
    for i, name in enumerate(("optlab implied", "QuantLib fast and Brent")):
        show(name, [row[i] for row in times], [row[1] / row[i] for row in times], errors(found[i], few.vol))
    print(
        f"Errors are of {FEW} vols from QuantLib's high-precision prices; Brent stops at {VOL_ACCURACY:.0e}. QuantLib's"
    )
    print(
        "VanillaOption.impliedVolatility takes no engine: American options go on a grid of its own, not timed here."
    )


def with_time_value(options: Options) -> Options:
    """Keep the options whose price tells their vol."""
    columns = options.columns
    is_told = american.prices(*columns) > certain(*columns[:-1]).price + TIME_VALUE
    return Options._make(column[is_told] for column in options)


def quantlib_implied(options: Options, market: Market, engine: Engine, prices: Array) -> Task:
    """Prepare QuantLib's Brent solver, from Python, on its prices."""
    rows, contracts, quotes = quotes_of(options), contracts_of(options), prices.tolist()
    vol = market.quotes[-1]

    def run() -> Array:
        found = []
        for row, contract, quote in zip(rows, contracts, quotes, strict=True):
            set_quotes(market, row)
            option = new_option(engine, contract)

            def miss(x: float, option: ql.VanillaOption = option, quote: float = quote) -> float:
                vol.setValue(x)
                return float(option.NPV() - quote)

            found.append(ql.Brent().solve(miss, VOL_ACCURACY, 0.3, 0.02, 5.0))
        return np.array(found)

    return run


# --- cash dividends -----------------------------------------------------------------------------------------


def dividend_table() -> None:
    """Print prices and greeks with one and with four dividends, spot and escrowed, and the errors of the prices."""
    fine, coarse = ("FD {} x {}".format(*size) for size in (FINE, COARSE))
    title = f"American options with cash dividends, vol to 80%; errors of {GRID_FEW} prices against QuantLib's {fine}"
    heading(title, GRID_SIZES, coarse)
    for count in (1, 4):
        dividend_rows(count, "spot")
        dividend_rows(count, "escrowed")
    print(
        f"QuantLib's grid is timed at {GRID_FEW} options, one at a time; that number is compared at all sizes."
    )


def dividend_rows(count: int, model: DividendModel) -> None:
    """Print prices, numbers with greeks, and QuantLib's grid."""
    options = drawn(GRID_SIZES[-1], most_vol=0.8, least_days=30, seed=6)
    days = np.round(options.days[:, None] * (np.arange(count) + 0.5) / count)
    cash = np.random.default_rng(7).uniform(0.2, 2.0, days.shape)
    few = options.first(GRID_FEW)
    coarse, fine = (quantlib_grid(few, days, cash, model, size) for size in (COARSE, FINE))

    def tasks_of(n: int) -> list[Task]:
        columns, paid = options.first(n).columns, Dividends(days[:n] / 365, cash[:n])
        calls = dividends.prices, dividends.evaluate
        return [partial(call, *columns, paid, model=model, american=True) for call in calls]

    times = []
    for n in GRID_SIZES:
        peer = [coarse] if n == GRID_FEW else []
        times.append([*best_of(n, *tasks_of(n), *peer), NONE][:3])
    theirs, truth = times[GRID_SIZES.index(GRID_FEW)][2], fine()
    prices, numbers = (task() for task in tasks_of(GRID_FEW))
    names = f"{count} {model}, prices", f"{count} {model}, evaluate", "QuantLib FD {} x {}".format(*COARSE)
    for i, (name, found) in enumerate(zip(names, (prices, numbers.price, coarse()), strict=True)):
        show(name, [row[i] for row in times], [theirs / row[i] for row in times], errors(found, truth))


def quantlib_grid(
    options: Options, days: Array, cash: Array, model: DividendModel, size: tuple[int, int]
) -> Task:
    """Prepare QuantLib's finite differences: an engine per option, since it holds the dividends."""
    market, rows, contracts = new_market(), quotes_of(options), contracts_of(options)
    engine = ql.FdBlackScholesVanillaEngine
    kind = engine.Spot if model == "spot" else engine.Escrowed
    scheme, today = ql.FdmSchemeDesc.Douglas(), ql.Settings.instance().evaluationDate
    engines = [
        engine(
            market.process,
            [ql.FixedDividend(amount, today + int(day)) for day, amount in zip(*paid, strict=True)],
            *(*size, 0, scheme, False, -1.0, kind),
        )
        for paid in zip(days[: len(rows)].tolist(), cash[: len(rows)].tolist(), strict=True)
    ]

    def run() -> Array:
        return np.array([npv(market, *one) for one in zip(engines, rows, contracts, strict=True)])

    return run


# --- QuantLib -----------------------------------------------------------------------------------------------


def new_market() -> Market:
    """Make a Black-Scholes-Merton process on quotes."""
    quotes = tuple(ql.SimpleQuote(number) for number in (100.0, 0.0, 0.0, 0.2))
    spot, rate, dividend_yield, vol = (ql.QuoteHandle(quote) for quote in quotes)
    today, count = ql.Settings.instance().evaluationDate, ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        spot,
        ql.YieldTermStructureHandle(ql.FlatForward(today, dividend_yield, count)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, count)),
    )
    return Market(quotes, process)


def quotes_of(options: Options) -> list[tuple[float, ...]]:
    """Return what is quoted for each option: spot, rate, dividend yield and vol."""
    _, spot, _, _, rate, dividend_yield, vol = (column.tolist() for column in options)
    return list(zip(spot, rate, dividend_yield, vol, strict=True))


def contracts_of(options: Options) -> list[Contract]:
    """Make each option's payoff and exercise."""
    today = ql.Settings.instance().evaluationDate
    kinds = [ql.Option.Call if sign > 0 else ql.Option.Put for sign in options.sign]
    payoffs = map(ql.PlainVanillaPayoff, kinds, options.strike.tolist())
    exercises = (ql.AmericanExercise(today, today + days) for days in options.days.tolist())
    return list(zip(payoffs, exercises, strict=True))


def set_quotes(market: Market, row: tuple[float, ...]) -> None:
    """Quote an option's market."""
    for quote, number in zip(market.quotes, row, strict=True):
        quote.setValue(number)


def npv(market: Market, engine: Engine, row: tuple[float, ...], contract: Contract) -> float:
    """Price one option."""
    set_quotes(market, row)
    return float(new_option(engine, contract).NPV())


def new_option(engine: Engine, contract: Contract) -> ql.VanillaOption:
    """Make an option that an engine prices."""
    option = ql.VanillaOption(*contract)
    option.setPricingEngine(engine)
    return option


def quantlib(options: Options, market: Market, engine: Engine) -> Callable[[int], Array]:
    """Prepare QuantLib's prices of the first n options."""
    rows, contracts = quotes_of(options), contracts_of(options)

    def run(n: int) -> Array:
        return np.array([npv(market, engine, *one) for one in zip(rows[:n], contracts[:n], strict=True)])

    return run


# --- clock and print ----------------------------------------------------------------------------------------


def best_of(n: int, *tasks: Task) -> list[float]:
    """Time each task once per round and return the best of each, in µs per option."""
    best = [math.inf] * len(tasks)
    for _ in range(ROUNDS[n]):
        for i, task in enumerate(tasks):
            start = time.perf_counter()
            task()
            best[i] = min(best[i], (time.perf_counter() - start) / n * 1e6)
    return best


def heading(title: str, sizes: Sequence[int], peer: str) -> None:
    """Print what a table is about, and its columns."""
    print(f"\n{title}")
    print(f"µs per option, then how many times that the peer takes ({peer} / x); best round of several")
    columns = "".join(f"{n:11,}" for n in sizes) + "".join(f"{f'/x {n:,}':>10}" for n in sizes)
    print(f"{'':26}{columns}{'largest':>9}{'rms':>9}")


def show(name: str, micros: Sequence[float], ratios: Sequence[float], off: Sequence[float] = ()) -> None:
    """Print a line: µs, how many times that the peer takes, and largest and rms error; - for NaN."""
    line = f"{name:26}" + "".join(f"{number:11,.2f}" for number in micros)
    line += "".join(f"{number:10.2f}" for number in ratios) + "".join(f"{number:9.1e}" for number in off)
    print(line.replace("nan", "  -"), flush=True)


if __name__ == "__main__":
    main()
