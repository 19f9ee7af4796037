"""How exact and how fast the Black-Scholes-Merton kernels are, beside py_vollib and numpy with scipy's ndtr.

Rounds of all engines are interleaved in one process, the best round of each counts, and what travels to other
machines are the ratios. py_vollib is a Python loop, so it is timed on a subsample of SUBSAMPLE options.
"""

from __future__ import annotations

import math
import platform
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from optlab.pricing import reference
from optlab.pricing.black_scholes import Array, Greeks, evaluate, prices
from optlab.pricing.implied import implied

HARD = 100_000
SIZES = (1_000, 100_000, 1_000_000)
SUBSAMPLE = 1_000
ROUNDS = 7
CHUNK = 8192

Options = tuple[Array, ...]


def main() -> None:
    """Print accuracy on hard options, then speed on a book of listed ones."""
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, one thread")
    accuracy()
    speed()


def hard_options(n: int, seed: int = 1) -> Options:
    """Sign, S, K, T, r, q, sigma: 1 hour to 10 years, 1% to 500%, spot 0.5 to 5,000, |ln S/K| to 3."""
    rng = np.random.default_rng(seed)
    years = np.exp(rng.uniform(math.log(1 / 8760), math.log(10), n))
    vol = np.exp(rng.uniform(math.log(0.01), math.log(5), n))
    spot = np.exp(rng.uniform(math.log(0.5), math.log(5000), n))
    near = rng.normal(0, 4, n) * vol * np.sqrt(years)
    strike = spot * np.exp(np.clip(np.where(rng.random(n) < 0.7, near, rng.uniform(-3, 3, n)), -3, 3))
    rates = rng.uniform(-0.02, 0.10, n), rng.uniform(0, 0.08, n)
    return rng.choice([-1.0, 1.0], n), spot, strike, years, *rates, vol


def listed_options(n: int, seed: int = 2) -> Options:
    """Return what an exchange lists: a week to 3 years, vol 10% to 80%, strikes within 30% of spot."""
    rng = np.random.default_rng(seed)
    spot = rng.uniform(10, 500, n)
    strike = spot * rng.uniform(0.7, 1.3, n)
    rates = rng.uniform(0, 0.06, n), rng.uniform(0, 0.03, n)
    return rng.choice([-1.0, 1.0], n), spot, strike, rng.uniform(0.02, 3, n), *rates, rng.uniform(0.1, 0.8, n)


def accuracy() -> None:
    """Print the largest differences from py_vollib, and the largest errors of implied vols."""
    options = hard_options(HARD)
    ours, theirs = evaluate(*options), reference.evaluate(*options)
    sign, S, K, T, r, q, vol = options
    F, X = S * np.exp(-q * T), K * np.exp(-r * T)
    is_out = sign * (F - X) <= 0
    print(f"\nDifference from py_vollib, {HARD:,} hard options: |difference| / max(1, spot/100, strike/100),")
    print("and |difference| / |number| out of the money where py_vollib's price is above 1e-8 and 1e-100")
    print(f"{'':8}{'absolute':>10}{'> 1e-8':>10}{'> 1e-100':>10}")
    scale = np.maximum(1.0, np.maximum(S, K) / 100)
    for name in Greeks._fields:
        x, y = getattr(ours, name), getattr(theirs, name)
        row = [np.max(np.abs(x - y) / scale)]
        for floor in (1e-8, 1e-100):
            chosen = is_out & (theirs.price > floor)
            row.append(np.max(np.abs(x[chosen] / y[chosen] - 1)))
        print(f"{name:8}" + "".join(f"{number:10.1e}" for number in row))

    found = implied(theirs.price, *options[:-1])
    is_solved = found.status == "ok"
    error = np.abs(found.vol - vol)
    # How far the vol moves with one unit in the last place of the largest of price, F and X.
    unit = np.spacing(np.maximum(theirs.price, np.where(is_out, 0.0, np.maximum(F, X))))
    with np.errstate(all="ignore"):
        resolved = unit / (theirs.vega * 100)
    print(f"\nImplied vol of py_vollib's prices of the same options: {dict(Counter(found.status.tolist()))}")
    print(
        f"error of all that are ok: median {np.median(error[is_solved]):.1e}, largest {error[is_solved].max():.1e}"
    )
    for limit in (1e-9, 1e-12):
        chosen = (resolved < limit) & (theirs.price > 1e-303)
        print(
            f"one ulp moves the vol by < {limit:.0e}:  {chosen.sum():,} options, {(chosen & is_solved).sum():,} ok, "
            f"largest error {np.nanmax(error[chosen]):.1e}"
        )


def speed() -> None:
    """Print nanoseconds per option of each engine, and how many times optlab's they are."""
    print(f"\nns per option, best of {ROUNDS} interleaved rounds; py_vollib's loop on {SUBSAMPLE:,} of them")
    print(
        f"{'options':>10}  {'task':18}{'optlab':>9}{'ndtr':>9}{'py_vollib':>11}{'ndtr / x':>9}{'vollib / x':>11}"
    )
    for n in SIZES:
        for task, (own, peer, loop) in times(listed_options(n), n).items():
            numbers = f"{own:9.1f}{peer:9.1f}{loop:11,.0f}{peer / own:9.2f}{loop / own:11.0f}"
            print(f"{n:10,}  {task:18}{numbers}".replace("nan", "  -"))


def times(options: Options, n: int) -> dict[str, list[float]]:
    """Time optlab, ndtr and py_vollib at each task; NaN where an engine has no such task."""
    quotes = (prices(*options), *options[:-1])
    few, few_quotes = ([column[:SUBSAMPLE] for column in columns] for columns in (options, quotes))
    greeks = best_of(
        (lambda: evaluate(*options), n),
        (lambda: ndtr_greeks(*options), n),
        (lambda: vollib_greeks(*few), SUBSAMPLE),
    )
    own, loop = best_of((lambda: implied(*quotes), n), (lambda: vollib_implied(*few_quotes), SUBSAMPLE))
    (price_only,) = best_of((lambda: prices(*options), n))
    return {
        "price and greeks": greeks,
        "implied vol": [own, math.nan, loop],
        "price only": [price_only, math.nan, math.nan],
    }


def best_of(*tasks: tuple[Callable[[], object], int]) -> list[float]:
    """Time each task once per round and return the best of each, in ns per option."""
    best = [math.inf] * len(tasks)
    for _ in range(ROUNDS):
        for i, (task, n) in enumerate(tasks):
            start = time.perf_counter()
            task()
            best[i] = min(best[i], (time.perf_counter() - start) / n * 1e9)
    return best


def ndtr_greeks(sign: Array, S: Array, K: Array, T: Array, r: Array, q: Array, sigma: Array) -> Array:
    """Price and greeks as one writes them with numpy and scipy, in chunks that fit the cache, without guards."""
    out = np.empty((6, S.size))
    for start in range(0, S.size, CHUNK):
        part = slice(start, start + CHUNK)
        columns = (column[part] for column in (sign, S, K, T, r, q, sigma))
        out[:, part] = _ndtr_chunk(*columns)
    return out


def _ndtr_chunk(
    sign: Array, S: Array, K: Array, T: Array, r: Array, q: Array, sigma: Array
) -> tuple[Array, ...]:
    root = np.sqrt(T)
    s = sigma * root
    F, X = S * np.exp(-q * T), K * np.exp(-r * T)
    d1 = (np.log(S / K) + (r - q) * T) / s + 0.5 * s
    e1, e2 = sign * F * ndtr(sign * d1), sign * X * ndtr(sign * (d1 - s))
    density = F * np.exp(-0.5 * d1 * d1) * 0.3989422804014327
    theta = (q * e1 - r * e2 - density * sigma / (2 * root)) / 365
    return e1 - e2, e1 / S, density / (S * S * s), density * root * 0.01, theta, T * e2 * 0.01


def vollib_greeks(*options: Array) -> list[tuple[float, ...]]:
    """Loop over py_vollib's price and five analytical greeks, with plain floats and no guards."""
    vollib = reference.load()
    functions = (vollib.price, *vollib.greeks)
    rows = zip(*(column.tolist() for column in options), strict=True)
    return [
        tuple(f(flag="c" if sign > 0 else "p", S=S, K=K, t=T, r=r, sigma=sigma, q=q) for f in functions)
        for sign, S, K, T, r, q, sigma in rows
    ]


def vollib_implied(*quotes: Array) -> list[float]:
    """Loop over py_vollib's implied volatility."""
    solve = reference.load().implied
    rows = zip(*(column.tolist() for column in quotes), strict=True)
    found = []
    for price, sign, S, K, T, r, q in rows:
        try:
            found.append(solve(price=price, S=S, K=K, t=T, r=r, q=q, flag="c" if sign > 0 else "p"))
        except (reference.load().below_intrinsic, ZeroDivisionError, ValueError):
            found.append(math.nan)
    return found


if __name__ == "__main__":
    main()
