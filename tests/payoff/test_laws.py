"""Laws of spot against QuantLib, scipy, a mixture with a known smile, simulated paths, and what every law obeys."""

from __future__ import annotations

import math

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 # its own documentation says ql
from scipy import stats

from optlab.errors import PricingError
from optlab.payoff.laws import Law, Lognormal, Smile, inverse
from optlab.pricing.black_scholes import Array, prices
from optlab.pricing.implied import implied

STRIKES = np.arange(60.0, 145.0, 5.0)
FORWARD = 101.0


def skewed(years: float = 0.25) -> Smile:
    """Make the law of an ordinary equity smile: a skew with a bend."""
    k = np.log(STRIKES / FORWARD)
    return Smile(100.0, years, FORWARD, STRIKES, 0.22 - 0.2 * k + 0.25 * k * k)


def contradictory() -> Smile:
    """Make the law of quotes of which one contradicts its neighbours and the curve through these is too bent."""
    return Smile(
        100.0, 0.25, FORWARD, [80, 90, 95, 100, 105, 110, 120], [0.29, 0.25, 0.29, 0.22, 0.24, 0.2, 0.2]
    )


def rounded() -> Smile:
    """Make the law of volatilities rounded to half a point: they agree as quotes, but not as a smooth curve."""
    vols = [0.475, 0.455, 0.445, 0.435, 0.425, 0.425, 0.435, 0.435, 0.445, 0.445, 0.445]
    return Smile(100.0, 56 / 365, FORWARD, FORWARD / 24.3406 * np.arange(20.0, 31.0), vols)


LAWS = [
    pytest.param(Lognormal(100.0, 0.25, 0.2, FORWARD), id="lognormal"),
    pytest.param(skewed(), id="smile"),
    pytest.param(contradictory(), id="contradictory"),
    pytest.param(rounded(), id="rounded"),
]


def black(K: Array, vol: Array | float, years: float = 0.25) -> Array:
    """Price undiscounted calls on the forward."""
    return prices(1.0, FORWARD, K, years, 0.0, 0.0, vol)


# what every law obeys


@pytest.mark.parametrize("law", LAWS)
def test_masses_of_intervals_add_up_to_one_and_means_to_the_forward(law: Law) -> None:
    borders = np.concatenate([[0.0], np.linspace(40, 220, 501), [np.inf]])
    mass, mean = law.cells(borders)
    assert mass.sum() == pytest.approx(1.0, abs=1e-14)
    assert mean.sum() == pytest.approx(FORWARD, rel=1e-14)
    assert mass == pytest.approx(law.mass(borders[:-1], borders[1:]), abs=1e-16)
    assert mean == pytest.approx(law.mean_between(borders[:-1], borders[1:]), abs=1e-14)
    inner = mass > 1e-12
    assert np.all(mean[inner] > borders[:-1][inner] * mass[inner] * (1 - 1e-9))
    assert np.all(mean[inner] < borders[1:][inner] * mass[inner] * (1 + 1e-9))


@pytest.mark.parametrize("law", LAWS)
def test_calls_are_the_area_above_the_cdf(law: Law) -> None:
    """E[(S - K)+] is the integral of P(S > x) from K: by Simpson's rule on a million points."""
    x = np.linspace(0.0, 1000.0, 2_000_001)
    above = 1.0 - law.cdf(x)
    area = np.concatenate(
        [[0.0], np.cumsum((above[:-2:2] + 4 * above[1::2] + above[2::2]) / 3 * (x[1] - x[0]))]
    )
    K = x[::2][[0, 120_000, 190_000, 202_000, 240_000]]
    expected = area[-1] - area[[0, 120_000, 190_000, 202_000, 240_000]]
    assert law.call(K) == pytest.approx(expected, abs=2e-6)
    assert area[-1] == pytest.approx(FORWARD, rel=1e-7)


@pytest.mark.parametrize("law", LAWS)
def test_the_cdf_rises_from_nothing_to_one_without_steps(law: Law) -> None:
    K = np.geomspace(1.0, 10_000.0, 200_001)
    cdf = law.cdf(K)
    assert np.diff(cdf).min() >= -1e-15
    assert np.diff(cdf).max() < 1e-3
    assert law.cdf([0.0, np.inf, -5.0]).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("law", LAWS)
def test_a_quantile_is_where_the_cdf_has_its_probability(law: Law) -> None:
    p = np.array([[1e-6, 0.01, 0.3], [0.5, 0.99, 1 - 1e-6]])
    assert law.cdf(law.quantile(p)) == pytest.approx(p, abs=1e-12)
    assert law.quantile([0.0, 1.0]).tolist() == [0.0, np.inf]
    assert np.isnan(law.quantile([-0.1, 1.1, np.nan])).all()


@pytest.mark.parametrize("law", LAWS)
def test_a_call_without_strike_is_the_forward_and_one_at_infinity_is_worthless(law: Law) -> None:
    assert float(law.call(0.0)) == pytest.approx(FORWARD, rel=1e-15)
    assert law.call([-5.0, np.inf]) == pytest.approx([FORWARD + 5.0, 0.0], rel=1e-15)


@pytest.mark.parametrize("law", LAWS)
def test_touching_is_never_less_likely_than_finishing_beyond(law: Law) -> None:
    below, above = np.linspace(30, 99.9, 300), np.linspace(100.1, 250, 300)
    assert np.all(law.touch(below) >= law.cdf(below))
    assert np.all(law.touch(above) >= 1.0 - law.cdf(above) - 1e-15)
    assert np.all(law.touch(np.concatenate([below, above])) <= 1.0)
    assert law.touch([100.0, 0.0]).tolist() == [1.0, 0.0]


# the lognormal law


def test_a_lognormal_equals_scipys_far_into_the_tails() -> None:
    law = Lognormal(spot=100.0, years=0.5, vol=0.3, forward=103.0)
    s = 0.3 * math.sqrt(0.5)
    known = stats.lognorm(s, scale=103.0 * math.exp(-s * s / 2))
    K = np.geomspace(5.0, 2000.0, 200)
    assert law.cdf(K) == pytest.approx(known.cdf(K), rel=1e-11, abs=0)
    assert law.mass(K, np.inf) == pytest.approx(known.sf(K), rel=1e-11, abs=0)
    assert law.quantile([0.001, 0.05, 0.5, 0.95]) == pytest.approx(
        known.ppf([0.001, 0.05, 0.5, 0.95]), rel=1e-13
    )
    ends = [(0.0, 90.0), (90.0, 110.0), (110.0, np.inf)]
    expected = [known.expect(lambda x: x, lb=a, ub=b) for a, b in ends]
    assert law.mean_between(*np.array(ends).T) == pytest.approx(expected, rel=1e-9)


def touch_by_quantlib(spot: float, level: float, days: int, vol: float, drift: float) -> float:
    """Price, without interest, one unit of cash that is paid at the end if the level was touched."""
    today = ql.Date(2, 10, 2026)
    ql.Settings.instance().evaluationDate = today
    clock = ql.Actual365Fixed()
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, clock))
    growth = ql.YieldTermStructureHandle(ql.FlatForward(today, -drift, clock))
    vols = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, clock))
    process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(spot)), growth, flat, vols)
    pays_at_the_end = True
    kind = ql.Option.Call if level > spot else ql.Option.Put
    touch = ql.VanillaOption(
        ql.CashOrNothingPayoff(kind, level, 1.0), ql.AmericanExercise(today, today + days, pays_at_the_end)
    )
    touch.setPricingEngine(ql.AnalyticDigitalAmericanEngine(process))
    return float(touch.NPV())


@pytest.mark.parametrize("drift", [-0.3, 0.0, 0.05])
def test_touch_equals_quantlibs_one_touch(drift: float) -> None:
    law = Lognormal(spot=100.0, years=90 / 365, vol=0.25, forward=101.0)
    levels = [60.0, 90.0, 99.0, 101.0, 115.0, 160.0]
    expected = [touch_by_quantlib(100.0, level, 90, 0.25, drift) for level in levels]
    assert law.touch(levels, drift) == pytest.approx(expected, rel=1e-10)
    own = Lognormal(spot=100.0, years=90 / 365, vol=0.25, forward=100.0 * math.exp(drift * 90 / 365))
    assert own.touch(levels) == pytest.approx(expected, rel=1e-10)


def test_touch_equals_simulated_paths() -> None:
    """The end of each path is drawn, then its highest point given the end: x/2 + sqrt(x^2 - 2 s^2 ln u)/2."""
    rng = np.random.default_rng(7)
    law = Lognormal(spot=100.0, years=0.25, vol=0.2, forward=101.0)
    s = 0.1
    end = math.log(1.01) - s * s / 2 + s * rng.standard_normal(1_000_000)
    highest = 0.5 * (end + np.sqrt(end * end - 2 * s * s * np.log(rng.random(len(end)))))
    for level in (101.0, 108.0, 120.0):
        p = float(law.touch(level))
        assert np.mean(highest >= math.log(level / 100)) == pytest.approx(
            p, abs=3 * math.sqrt(p * (1 - p) / 1e6)
        )


def test_touch_does_not_overflow_where_there_is_hardly_any_volatility() -> None:
    law = Lognormal(spot=100.0, years=1.0, vol=1e-4, forward=105.0)
    assert law.touch([90.0, 99.9, 104.0, 106.0]) == pytest.approx([0.0, 0.0, 1.0, 0.0], abs=1e-12)


@pytest.mark.parametrize(
    "law",
    [
        Lognormal(100.0, 0.0, 0.2, FORWARD),
        Lognormal(100.0, 1.0, 0.0, FORWARD),
        Smile(100.0, 0.0, FORWARD, [90, 110], [0.2, 0.2]),
        Smile(100.0, 1.0, FORWARD, [90, 110], [0.0, 0.0]),
    ],
)
def test_without_time_or_volatility_all_mass_is_at_the_forward(law: Law) -> None:
    assert law.is_certain
    assert law.cdf([0.0, 100.9, FORWARD, 102.0]).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert law.call([90.0, FORWARD, 110.0]).tolist() == [11.0, 0.0, 0.0]
    assert law.mass([0, 100, 101, 102], [100, 101, 102, np.inf]).tolist() == [0.0, 1.0, 0.0, 0.0]
    assert law.mean_between([0, 100, 101], [100, 101, np.inf]).tolist() == [0.0, FORWARD, 0.0]
    assert law.quantile([0.05, 0.5, 0.95]).tolist() == [FORWARD] * 3
    assert law.touch([99.0, 100.0, 100.5, 102.0]).tolist() == [0.0, 1.0, 1.0, 0.0]


def test_numbers_and_arrays_of_any_shape_are_answered_in_their_shape() -> None:
    for law in (Lognormal(100.0, 0.25, 0.2, FORWARD), skewed(), contradictory()):
        K = np.array([[90.0, 100.0], [110.0, 120.0]])
        for function in (law.cdf, law.call, law.touch):
            assert function(K).shape == (2, 2)
            assert function(K)[1, 0] == pytest.approx(float(function(110.0)), rel=1e-15)


# the smile's law


def test_a_flat_smile_is_the_lognormal_law() -> None:
    smile = Smile(100.0, 0.25, FORWARD, STRIKES, np.full(len(STRIKES), 0.2))
    lognormal = Lognormal(100.0, 0.25, 0.2, FORWARD)
    K = np.geomspace(20, 500, 1000)
    assert not smile.is_repaired
    assert smile.cdf(K) == pytest.approx(lognormal.cdf(K), abs=1e-13)
    assert smile.call(K) == pytest.approx(lognormal.call(K), abs=1e-12)
    assert smile.mean_between(K[:-1], K[1:]) == pytest.approx(
        lognormal.mean_between(K[:-1], K[1:]), abs=1e-12
    )
    assert smile.touch(K) == pytest.approx(lognormal.touch(K), abs=1e-12)
    assert smile.quantile([0.05, 0.5, 0.95]) == pytest.approx(
        lognormal.quantile([0.05, 0.5, 0.95]), rel=1e-12
    )


def test_a_smile_that_rises_steeply_still_touches_what_it_finishes_beyond() -> None:
    """The volatility at the level alone would make the touch of 75 less likely than the finish below it."""
    smile = Smile(100.0, 1.059, 100.0, [72.0, 77.0, 130.0], [0.16, 0.20, 0.26])
    assert not smile.is_repaired
    assert float(smile.touch(75.0)) == float(smile.cdf(75.0))
    assert float(smile.touch(75.0, 0.0)) < 0.95 * float(smile.cdf(75.0))


def test_a_volatility_beyond_belief_still_has_a_law() -> None:
    smile = Smile(100.0, 4.0, FORWARD, [50.0, 100.0], [25.0, 30.0])
    assert float(smile.mass(0.0, np.inf)) == pytest.approx(1.0, abs=1e-15)
    assert float(smile.cdf(1.0)) > 0.999


def test_one_quote_is_a_flat_smile() -> None:
    smile, lognormal = Smile(100.0, 0.25, FORWARD, [95.0], [0.2]), Lognormal(100.0, 0.25, 0.2, FORWARD)
    K = np.array([50.0, 95.0, 150.0])
    assert smile.cdf(K) == pytest.approx(lognormal.cdf(K), abs=1e-14)


def test_calls_at_the_quotes_are_blacks() -> None:
    smile = skewed()
    assert not smile.is_repaired
    assert smile.call(STRIKES) == pytest.approx(black(STRIKES, np.asarray(smile.vols)), abs=1e-13)


def test_a_skew_makes_a_fall_likelier_than_its_own_volatility_says() -> None:
    """Breeden and Litzenberger: the slope of the calls, here by a difference of two of them."""
    smile = skewed()
    K = np.array([80.0, 95.0, 105.0, 120.0])
    by_difference = 1.0 + (smile.call(K + 1e-3) - smile.call(K - 1e-3)) / 2e-3
    assert smile.cdf(K) == pytest.approx(by_difference, abs=1e-8)
    own = [
        float(Lognormal(100.0, 0.25, vol, FORWARD).cdf(80.0)) for vol in np.asarray(smile.vols)[STRIKES == 80]
    ]
    assert own[0] - float(smile.cdf(80.0)) > 0.01


def test_the_law_of_a_mixture_is_found_from_its_quotes() -> None:
    """Calls of a mixture of two lognormals have known prices, volatilities and probabilities."""
    calm, wild = Lognormal(100.0, 0.25, 0.15, 103.0), Lognormal(100.0, 0.25, 0.35, 95.0)
    forward = 0.75 * 103.0 + 0.25 * 95.0
    strikes = np.arange(70.0, 141.0, 2.5)
    calls = 0.75 * calm.call(strikes) + 0.25 * wild.call(strikes)
    vols = implied(calls, 1.0, forward, strikes, 0.25, 0.0, 0.0)[0]
    smile = Smile(100.0, 0.25, forward, strikes, vols)
    K = np.linspace(72.0, 138.0, 500)
    assert not smile.is_repaired
    assert smile.cdf(K) == pytest.approx(0.75 * calm.cdf(K) + 0.25 * wild.cdf(K), abs=2e-4)
    assert smile.call(K) == pytest.approx(0.75 * calm.call(K) + 0.25 * wild.call(K), abs=2e-4)


def test_a_smile_with_arbitrage_is_repaired_and_says_so() -> None:
    """The quotes at 95 and 105 are dearer than the mean of their neighbours; without that at 100 neither is."""
    smile = contradictory()
    strikes, vols = np.asarray(smile.strikes, dtype=float), np.asarray(smile.vols)
    quoted = black(strikes, vols)
    assert quoted[2] > 0.5 * (quoted[1] + quoted[3])
    assert quoted[4] > 0.5 * (quoted[3] + quoted[5])
    assert smile.is_repaired
    assert smile.is_used.tolist() == [True, True, True, False, True, True, True]
    assert smile.used_share == pytest.approx(6 / 7)
    assert np.all((smile.call(strikes) <= quoted + 1e-12)[smile.is_used])
    assert smile.call(strikes)[2] <= (2.0 * quoted[1] + quoted[4]) / 3.0 + 1e-12


INDEX = np.arange(4000.0, 5600.0, 50.0)
INDEX_VOLS = 0.15 + 0.25 * np.maximum(0.0, (5000.0 - INDEX) / 5000.0)


def index_law(**vols: float) -> Smile:
    """Make the law of an index chain, 32 strikes from 4000, with other volatilities at some: v5000=0.02."""
    changed = [vols.get(f"v{strike:.0f}", vol) for strike, vol in zip(INDEX, INDEX_VOLS, strict=True)]
    return Smile(5000.0, 30 / 365, 5000.0, INDEX, changed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"v5000": 0.02},
        {"v5000": 0.10},
        {"v5000": 0.60},
        {"v4900": 0.05, "v4950": 0.05},
        {"v5000": 0.40, "v5050": 0.40},
        {"v4700": 0.02, "v5150": 0.50, "v4950": 0.05},
        {"v4000": 0.90},
        {"v5550": 0.60},
    ],
    ids=str,
)
def test_wrong_quotes_are_left_out_and_leave_the_law_as_it_was(wrong: dict[str, float]) -> None:
    """Too low or too high, alone or side by side, inside or at an end. At 5000 the smile has a kink, which is lost."""
    clean, law = index_law(), index_law(**wrong)
    K = np.linspace(4000.0, 5550.0, 1000)
    assert clean.used_share == 1.0
    assert [f"v{strike:.0f}" for strike in INDEX[~law.is_used]] == sorted(wrong)
    assert law.used_share == 1.0 - len(wrong) / 32
    assert law.cdf(K) == pytest.approx(clean.cdf(K), abs=0.015)
    assert float(law.mass(4800.0, 5200.0)) == pytest.approx(float(clean.mass(4800.0, 5200.0)), abs=0.01)
    assert law.cdf(4500.0) == pytest.approx(float(clean.cdf(4500.0)), rel=0.01)
    assert law.quantile([0.05, 0.5, 0.95]) == pytest.approx(clean.quantile([0.05, 0.5, 0.95]), rel=1e-3)
    assert law.touch(K) == pytest.approx(clean.touch(K), abs=0.01)
    assert law.call(INDEX[law.is_used]) == pytest.approx(clean.call(INDEX[law.is_used]), abs=1e-2)
    assert float(law.mean_between(0.0, np.inf)) == pytest.approx(5000.0, rel=1e-14)


@pytest.mark.parametrize("years", [0.1, 0.25])
def test_a_stale_low_and_a_wild_high_quote_of_a_level_smile_leave_it_level(years: float) -> None:
    strikes = np.arange(70.0, 131.0, 5.0)
    vols = np.where(strikes == 110.0, 0.01, np.where(strikes == 90.0, 3.0, 0.25))
    law, level = Smile(100.0, years, 100.0, strikes, vols), Lognormal(100.0, years, 0.25, 100.0)
    K = np.linspace(60.0, 150.0, 500)
    assert strikes[~law.is_used].tolist() == [90.0, 110.0]
    assert law.cdf(K) == pytest.approx(level.cdf(K), abs=1e-12)


def test_a_curve_that_bends_too_much_between_good_quotes_has_a_gap_without_mass() -> None:
    smile = rounded()
    start, end = smile.gaps.start, smile.gaps.end
    assert smile.is_used.all()
    assert smile.is_repaired
    assert len(start) == 2
    assert smile.mass(start, end) == pytest.approx([0.0, 0.0], abs=1e-13)
    assert smile.cdf(0.5 * (start + end)) == pytest.approx(smile.cdf(start), abs=1e-13)
    assert np.all(end - start > 1.0)
    assert smile.cdf(start - 1e-9) == pytest.approx(smile.cdf(start), abs=1e-8)
    assert smile.cdf(end + 1e-9) == pytest.approx(smile.cdf(end - 1e-9), abs=1e-8)
    quoted = black(np.asarray(smile.strikes), np.asarray(smile.vols), 56 / 365)
    less = quoted - smile.call(smile.strikes)
    assert less.min() > -1e-12
    assert 1e-4 < less.max() < 2e-3


@pytest.mark.parametrize(
    ("strikes", "vols", "words"),
    [
        ([90.0, 100.0], [0.2], "differ in number"),
        ([], [], "differ in number"),
        ([100.0, 90.0], [0.2, 0.2], "do not rise"),
        ([0.0, 90.0], [0.2, 0.2], "do not rise"),
        ([90.0, 100.0], [0.2, np.nan], "missing, zero or negative"),
        ([90.0, 100.0], [0.2, 0.0], "missing, zero or negative"),
    ],
)
def test_what_is_no_smile_is_refused(strikes: list[float], vols: list[float], words: str) -> None:
    with pytest.raises(PricingError, match=words):
        Smile(100.0, 0.25, FORWARD, strikes, vols)


# the inverse


def test_an_inverse_finds_a_root_and_the_place_of_a_jump() -> None:
    def rising(x: Array) -> Array:
        return np.where(x < 0.3, 0.2 * x**3, 0.5 + 0.1 * x)

    found = inverse(rising, np.array([0.001, 0.3, 0.55]), np.zeros(3), np.ones(3))
    assert found == pytest.approx([0.005 ** (1 / 3), 0.3, 0.5], abs=1e-6)
    assert found[[0, 2]] == pytest.approx([0.005 ** (1 / 3), 0.5], abs=1e-12)
