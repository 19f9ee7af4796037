"""The kernels against py_vollib, against 60-digit arithmetic, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optlab.pricing import black_scholes, reference
from optlab.pricing.black_scholes import LARGEST_D, Array, Greeks, evaluate, mills_ratio, prices

# sign, S, K, T, r, q, sigma | price, delta, gamma, vega, theta, rho in py_vollib's units, from mpmath 1.4.1 with
# 60 digits: the formulas of the module's docstring with mpmath's erfc, the inputs taken as the doubles they are.
# Twelve of the rows are far out of the money, where prices fall to 1e-115.
EXACT = (
    (
        (1, 100, 100, 0.00011415525114155251, 0, 0, 0.01),
        (
            0.0042624373874335504,
            0.50002131218693717,
            37.33895147839759,
            0.0042624373833787202,
            -0.051149248600544646,
            5.7075192672724066e-5,
        ),
    ),
    (
        (-1, 100, 100, 10, 0.05, 0.02, 5),
        (
            60.653065971263153,
            -9.3645205192604594e-16,
            4.766024388124703e-18,
            2.3830121940623515e-14,
            0.0083086391741440133,
            -6.0653065971263247,
        ),
    ),
    (
        (1, 100, 200, 0.25, 0.03, 0.01, 0.2),
        (
            5.817252588284903e-12,
            4.1918977320175623e-12,
            2.9226594559955707e-12,
            1.4613297279977854e-11,
            -1.6239484084534268e-12,
            1.0334313015336783e-12,
        ),
    ),
    (
        (-1, 100, 50, 0.25, 0.03, 0.01, 0.2),
        (
            1.4151856176802685e-12,
            -1.0192794453568758e-12,
            7.3066486399889275e-13,
            3.653324319994464e-12,
            -3.9466289956310796e-13,
            -2.5835782538341961e-13,
        ),
    ),
    (
        (1, 100, 260, 0.1, 0.02, 0, 0.2),
        (
            7.75953392684542e-52,
            1.8696481640223584e-51,
            4.4669584025503623e-51,
            8.9339168051007255e-51,
            -2.4578505692335988e-51,
            1.8618886300955131e-52,
        ),
    ),
    (
        (-1, 100, 33, 0.08, 0.02, 0.04, 0.18),
        (
            5.1712726437046887e-106,
            -2.2153875920233601e-105,
            9.4930678970602635e-105,
            1.3670017771766779e-104,
            -4.2254724163356764e-105,
            -1.7764470917336519e-106,
        ),
    ),
    (
        (1, 100, 100.2, 0.00011415525114155251, 0.05, 0, 0.01),
        (
            3.8186982245487504e-81,
            6.7026138330238619e-78,
            1.1731157494145253e-74,
            1.3391732299252572e-78,
            -1.6161894863843383e-77,
            7.6513420616913427e-82,
        ),
    ),
    (
        (-1, 100, 99.95, 0.00011415525114155251, 0, 0, 0.005),
        (
            2.1871169283220141e-24,
            -3.9174606491137034e-21,
            6.9417632182255101e-18,
            3.9621936177086244e-22,
            -2.3773161706251748e-21,
            -4.472012009455464e-25,
        ),
    ),
    (
        (1, 5000, 5005, 0.00011415525114155251, 0.01, 0.02, 0.0125),
        (
            2.9162683562360652e-15,
            3.3830916128834232e-14,
            3.8611942348373777e-13,
            1.3774237424505486e-13,
            -2.0615011617056168e-12,
            1.9309550727832753e-16,
        ),
    ),
    (
        (1, 24.24, 27, 0.15616438356164383, 0.027, 0, 0.43),
        (
            0.7187427761921657,
            0.29985746812423248,
            0.084393692959257643,
            0.033298576596082466,
            -0.013044495337767865,
            0.010228458309998248,
        ),
    ),
    (
        (-1, 1.5, 1.2, 0.04, 0.01, 0.02, 0.06),
        (
            2.8129071703340795e-80,
            -2.9164831341592978e-77,
            3.0171845707535651e-74,
            1.6292796682069251e-78,
            -3.3598127752034586e-79,
            -1.7510150433637123e-80,
        ),
    ),
    (
        (1, 1.5, 4.5, 0.2, 0.0, 0.05, 0.11),
        (
            5.2056734920954577e-115,
            1.5977870756206425e-112,
            4.8839422948665172e-110,
            2.4175514359589262e-113,
            -1.7886116214289037e-114,
            4.7829498798777368e-115,
        ),
    ),
    (
        (-1, 100, 400, 2, 0.04, 0.06, 0.3),
        (
            280.56205650424092,
            -0.88619559382962649,
            5.8473376848169268e-5,
            0.003508402610890156,
            0.025818570008023858,
            -7.3836323177440713,
        ),
    ),
    (
        (1, 100, 20, 0.5, 0.05, 0, 0.25),
        (
            80.493801759433347,
            1.0,
            2.7175326243831958e-21,
            3.3969157804789947e-20,
            -0.0026720819507625554,
            0.097530991202833267,
        ),
    ),
    (
        (-1, 100, 101, 0.02, -0.01, 0.03, 0.15),
        (
            1.4973316690973755,
            -0.68969841523653711,
            0.16618245000400059,
            0.049854735001200177,
            -0.058819979734485445,
            -0.014093434638550218,
        ),
    ),
    (
        (1, 100, 1000, 10, 0.02, 0.01, 1.5),
        (
            86.059002622506206,
            0.87928767893890052,
            0.00012342433076801159,
            0.18513649615201739,
            -0.0014976201304901556,
            0.18697652713838461,
        ),
    ),
    (
        (-1, 100, 5, 3, 0.0, 0.0, 0.4),
        (
            2.3743845760281948e-5,
            -1.5032354801020432e-6,
            1.0562867589239626e-7,
            1.2675441107087552e-5,
            -2.3151490606552607e-7,
            -5.222021813114588e-6,
        ),
    ),
    (
        (1, 60000, 250000, 0.05, 0.0, 0.0, 0.6),
        (
            1.5172809895970347e-23,
            2.0521397179288972e-26,
            2.7183090757859773e-29,
            2.9357738018488556e-23,
            -4.8259295372857896e-23,
            6.0805551043068402e-25,
        ),
    ),
    (
        (1, 100, 110, 0.01, 0.05, 0.0, 0.05),
        (
            4.8295266864046339e-82,
            1.8418990400384978e-80,
            7.0036333767778308e-79,
            3.5018166883889156e-80,
            -2.4237294589974746e-80,
            1.8414160873698574e-82,
        ),
    ),
    (
        (-1, 430, 405, 0.08333333333333333, 0.07, 0.05, 0.2),
        (
            1.7570599292329478,
            -0.13614577677063622,
            0.0087848021037166931,
            0.27071831816286943,
            -0.085458493984302895,
            -0.050249786617172098,
        ),
    ),
)


def hard_options(seed: int, n: int) -> tuple[Array, ...]:
    """Random options from 1 hour to 10 years, vol 1% to 500%, deep in and out of the money."""
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1.0, 1.0], n)
    spot = np.exp(rng.uniform(math.log(0.5), math.log(5000), n))
    years = np.exp(rng.uniform(math.log(1 / 8760), math.log(10), n))
    vol = np.exp(rng.uniform(math.log(0.01), math.log(5), n))
    near = rng.normal(0, 4, n) * vol * np.sqrt(years)
    log_moneyness = np.clip(np.where(rng.random(n) < 0.7, near, rng.uniform(-3, 3, n)), -3, 3)
    rate, dividend_yield = rng.uniform(-0.02, 0.10, n), rng.uniform(0, 0.08, n)
    return sign, spot, spot * np.exp(log_moneyness), years, rate, dividend_yield, vol


@pytest.fixture(scope="module")
def sampled() -> tuple[tuple[Array, ...], Greeks, Greeks]:
    options = hard_options(seed=20260102, n=3000)
    return options, evaluate(*options), reference.evaluate(*options)


@pytest.mark.parametrize("name", Greeks._fields)
def test_every_number_is_vollibs(name: str, sampled: tuple[tuple[Array, ...], Greeks, Greeks]) -> None:
    """3,000 easy and hard options differ from py_vollib by less than 1e-10 x max(1, spot / 100)."""
    options, ours, theirs = sampled
    scale = np.maximum(1.0, np.maximum(options[1], options[2]) / 100.0)
    assert np.isfinite(getattr(theirs, name)).all()
    assert (np.abs(getattr(ours, name) - getattr(theirs, name)) <= 1e-10 * scale).all()


@pytest.mark.parametrize("name", Greeks._fields)
def test_far_out_of_the_money_keeps_its_digits(
    name: str, sampled: tuple[tuple[Array, ...], Greeks, Greeks]
) -> None:
    """Out of the money the agreement with py_vollib is relative, down to prices of 1e-100."""
    (sign, S, K, T, r, q, _), ours, theirs = sampled
    is_out = (sign * (S * np.exp(-q * T) - K * np.exp(-r * T)) < 0) & (theirs.price > 1e-100)
    assert is_out.sum() > 1000
    assert theirs.price[is_out].min() < 1e-80
    x, y = getattr(ours, name)[is_out], getattr(theirs, name)[is_out]
    # Theta and rho may be sums that cancel, so their error is measured by their largest term.
    size = np.abs(y) if name != "theta" else np.maximum(np.abs(y), np.abs(theirs.price[is_out] / 365))
    assert (np.abs(x - y) <= 1e-9 * size).all()


@pytest.mark.parametrize(("option", "expected"), EXACT)
def test_sixty_digit_arithmetic(option: tuple[float, ...], expected: tuple[float, ...]) -> None:
    """Tails to 1e-115, an hour to expiry, vols of 500% and a rate below zero, to 1e-10 relative.

    An hour from expiry at a vol of 1% rounding of ln(S / K) alone is 1e-11 of such a price.
    """
    found = [float(number) for number in evaluate(*option)]
    assert found == pytest.approx(expected, rel=1e-10, abs=0)


def test_prices_are_the_prices_of_evaluate() -> None:
    """Both entry points run the same formula: the same bits, in every chunk and at every edge."""
    options = [column.copy() for column in hard_options(seed=5, n=2 * black_scholes.CHUNK + 17)]
    options[3][::100], options[6][::90], options[1][::80] = 0.0, 0.0, np.nan
    np.testing.assert_array_equal(prices(*options), evaluate(*options).price)


def test_at_expiry() -> None:
    """At T = 0 an option is worth its intrinsic value and has delta 1, 0 or, exactly at the strike, a half."""
    found = evaluate([1, 1, 1, -1, -1, -1], [110, 90, 100] * 2, 100, 0, 0.05, 0.02, 0.3)
    np.testing.assert_array_equal(found.price, [10, 0, 0, 0, 10, 0])
    np.testing.assert_array_equal(found.delta, [1, 0, 0.5, 0, -1, -0.5])
    for number in (found.gamma, found.vega, found.theta, found.rho):
        np.testing.assert_array_equal(number, np.zeros(6))
    assert not np.signbit(found.price).any()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("spot", [80.0, 100.0, 120.0])
def test_without_volatility_is_the_limit_of_small_volatility(sign: int, spot: float) -> None:
    """At vol = 0 the payoff of the forward is certain: each greek is that of a vol of 1e-6."""
    certain = evaluate(sign, [spot], 100, 2.0, 0.03, 0.05, 0.0)
    limit = evaluate(sign, [spot], 100, 2.0, 0.03, 0.05, 1e-6)
    np.testing.assert_allclose(np.ravel(certain), np.ravel(limit), rtol=1e-13, atol=1e-13)


def test_the_kink_without_volatility_is_half() -> None:
    """At vol = 0 with the forward exactly at the strike delta, theta and rho are half of the payoff's."""
    found = evaluate([1, -1], 100, 100, 1.0, 0.05, 0.05, 0.0)
    discount = math.exp(-0.05)
    np.testing.assert_array_equal(found.price, [0, 0])
    np.testing.assert_allclose(found.delta, [0.5 * discount, -0.5 * discount], rtol=1e-15)
    np.testing.assert_allclose(found.rho, [0.5 * discount, -0.5 * discount], rtol=1e-15)
    np.testing.assert_array_equal([found.gamma, found.vega, found.theta], np.zeros((3, 2)))


def test_a_worthless_asset() -> None:
    """At S = 0 a call is worth nothing and a put its discounted strike."""
    found = evaluate([1, -1], 0, 100, 2.0, 0.05, 0.01, 0.3)
    np.testing.assert_allclose(found.price, [0, 100 * math.exp(-0.1)], rtol=1e-15)
    np.testing.assert_allclose(found.delta, [0, -math.exp(-0.02)], rtol=1e-15)


@pytest.mark.parametrize("position", range(7))
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_stays_so(position: int, value: float) -> None:
    """NaN or infinity in any input is NaN in all six numbers of that element only."""
    option = np.tile(np.array([1.0, 100, 95, 0.5, 0.03, 0.01, 0.25])[:, None], 3)
    option[position, 1] = value
    found = np.array(evaluate(*option))
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[:, [0, 2]]).all()


@pytest.mark.parametrize(("position", "value"), [(1, -1.0), (2, 0.0), (2, -1.0), (3, -0.1), (6, -0.2)])
def test_what_is_no_option_is_nan(position: int, value: float) -> None:
    """A negative spot, years or vol and a strike that is not positive give NaN, without a warning."""
    option = [1.0, 100, 95, 0.5, 0.03, 0.01, 0.25]
    option[position] = value
    assert np.isnan(np.array(evaluate(*option))).all()


def test_shapes_broadcast() -> None:
    """A column of strikes against a row of spots is a table; nothing in, nothing out."""
    assert prices(1, np.array([90, 100, 110]), np.array([[95], [105]]), 1, 0, 0, 0.2).shape == (2, 3)
    assert evaluate(1, [], [], 1, 0, 0, 0.2).delta.shape == (0,)
    assert evaluate(1, 100, 100, 1, 0, 0, 0.2).theta.shape == ()


def test_mills_ratio_to_its_last_digits() -> None:
    """The hand-fitted ratio against mpmath's, 50 digits, and 1 / z where it is used no more."""
    z = np.array([0.0, 0.5, 1.0, 2.0, 5.0, 12.0, 25.0, 40.0, LARGEST_D])
    out = np.empty_like(z)
    mills_ratio(z, out, np.empty_like(z))
    exact = [
        1.2533141373155003,
        0.87636445645369235,
        0.65567954241879847,
        0.42136922928805447,
        0.19280810471531576,
        0.082766286501369177,
        0.039936304769535593,
        0.024984404205720571,
    ]
    np.testing.assert_allclose(out[:-1], exact, rtol=1e-15)
    np.testing.assert_allclose(out[-1], 1e-30, rtol=1e-8)
