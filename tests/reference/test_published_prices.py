"""Prices and greeks printed in textbooks, to the digits printed."""

from __future__ import annotations

import pytest

from optlab.pricing.vanilla import greeks, implied_vol, price

# Haug: E. G. Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., McGraw-Hill 2007.
# Hull: J. C. Hull, Options, Futures, and Other Derivatives, 9th ed., Pearson 2014; "(vollib)" marks examples and
# pages of an earlier edition, as vollib's own tests quote them.
# Written from memory and confirmed by recomputing; a page is given only where vollib quotes it. Chapters and
# sections are not verified against the books.
# kind, S, K, T, r, q, sigma | price, half a unit of the last digit printed, source
PRICES = [
    (
        "call",
        60,
        65,
        0.25,
        0.08,
        0,
        0.30,
        2.1334,
        5e-5,
        "Haug, section 1.1.1, stock call",
    ),
    ("put", 100, 95, 0.5, 0.10, 0.05, 0.20, 2.4648, 5e-5, "Haug, p. 4, index put with dividend yield 5%"),
    ("call", 19, 19, 0.75, 0.10, 0.10, 0.28, 1.7011, 5e-5, "Haug, section 1.1.3, futures, Black-76 as q = r"),
    ("put", 19, 19, 0.75, 0.10, 0.10, 0.28, 1.7011, 5e-5, "Haug, section 1.1.3, futures, Black-76 as q = r"),
    (
        "call",
        1.56,
        1.60,
        0.5,
        0.06,
        0.08,
        0.12,
        0.0291,
        5e-5,
        "Haug, section 1.1.5, currency, q = foreign rate",
    ),
    ("call", 42, 40, 0.5, 0.10, 0, 0.20, 4.76, 5e-3, "Hull, example 15.6, stock"),
    ("put", 42, 40, 0.5, 0.10, 0, 0.20, 0.81, 5e-3, "Hull, example 15.6, stock"),
    ("call", 930, 900, 2 / 12, 0.08, 0.03, 0.20, 51.83, 5e-3, "Hull, example 17.1, S&P 500 index"),
    ("call", 1.6, 1.6, 0.3333, 0.08, 0.11, 0.20, 0.0639, 5e-5, "Hull, example 17.2, currency at 20%"),
    ("call", 1.6, 1.6, 0.3333, 0.08, 0.11, 0.10, 0.0285, 5e-5, "Hull, example 17.2, currency at 10%"),
    ("call", 21, 20, 0.25, 0.10, 0, 0.20, 1.76, 5e-3, "Hull, section 15.11, trial at 20%"),
    ("call", 21, 20, 0.25, 0.10, 0, 0.30, 2.10, 5e-3, "Hull, section 15.11, trial at 30%"),
]

# greek, factor to the book's unit (per 1.00 of vol or rate, per year), then as above
GREEKS = [
    ("delta", 1, "call", 105, 100, 0.5, 0.10, 0.10, 0.36, 0.5946, 5e-5, "Haug, chapter 2, futures"),
    ("delta", 1, "put", 105, 100, 0.5, 0.10, 0.10, 0.36, -0.3566, 5e-5, "Haug, chapter 2, futures"),
    ("gamma", 1, "call", 55, 60, 0.75, 0.10, 0, 0.30, 0.0278, 5e-5, "Haug, chapter 2, stock"),
    ("vega", 100, "call", 55, 60, 0.75, 0.105, 0.0355, 0.30, 18.5027, 5e-5, "Haug, chapter 2, index"),
    ("theta", 365, "put", 430, 405, 1 / 12, 0.07, 0.05, 0.20, -31.1924, 5e-5, "Haug, chapter 2, index"),
    ("rho", 100, "call", 72, 75, 1, 0.09, 0, 0.19, 38.7325, 5e-5, "Haug, chapter 2, stock"),
    (
        "delta",
        1,
        "call",
        49,
        50,
        20 / 52,
        0.05,
        0,
        0.20,
        0.522,
        5e-4,
        "Hull, example 17.1, p. 355 (vollib)",
    ),
    ("gamma", 1, "call", 49, 50, 20 / 52, 0.05, 0, 0.20, 0.066, 5e-4, "Hull, example 17.4, p. 364 (vollib)"),
    ("vega", 100, "call", 49, 50, 20 / 52, 0.05, 0, 0.20, 12.1, 5e-2, "Hull, example 17.6, p. 367 (vollib)"),
    (
        "theta",
        365,
        "call",
        49,
        50,
        20 / 52,
        0.05,
        0,
        0.20,
        -4.31,
        5e-3,
        "Hull, example 17.2, p. 359 (vollib)",
    ),
    ("rho", 100, "call", 49, 50, 20 / 52, 0.05, 0, 0.20, 8.91, 5e-3, "Hull, example 17.7, p. 368 (vollib)"),
]


@pytest.mark.parametrize(
    ("kind", "S", "K", "T", "r", "q", "sigma", "printed", "half_a_digit", "source"), PRICES
)
def test_prices(
    kind: str,
    S: float,
    K: float,
    T: float,
    r: float,
    q: float,
    sigma: float,
    printed: float,
    half_a_digit: float,
    source: str,
) -> None:
    assert price(kind, S, K, T, r, sigma, q) == pytest.approx(printed, abs=half_a_digit), source


@pytest.mark.parametrize(
    ("greek", "factor", "kind", "S", "K", "T", "r", "q", "sigma", "printed", "half_a_digit", "source"), GREEKS
)
def test_greeks(
    greek: str,
    factor: float,
    kind: str,
    S: float,
    K: float,
    T: float,
    r: float,
    q: float,
    sigma: float,
    printed: float,
    half_a_digit: float,
    source: str,
) -> None:
    """The books quote theta per year, vega and rho per 1.00."""
    found = getattr(greeks(kind, S, K, T, r, sigma, q), greek) * factor
    assert found == pytest.approx(printed, abs=half_a_digit), source


def test_implied_vols() -> None:
    """Hull, section 15.11: a price of 1.875 implies 23.5%; example 17.2: a currency call at 4.3 cents 14.1%."""
    assert implied_vol(1.875, "call", 21, 20, 0.25, 0.10).vol == pytest.approx(0.235, abs=5e-4)
    assert implied_vol(0.043, "call", 1.6, 1.6, 0.3333, 0.08, 0.11).vol == pytest.approx(0.141, abs=5e-4)
