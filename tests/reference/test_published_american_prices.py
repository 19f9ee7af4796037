"""American option prices printed in the literature, each within what its own source claims.

No table was to be had in print while this was written. The rows of Longstaff and Schwartz and the benchmark of
Andersen, Lake and Offengenden stand the same in several public implementations; those of Ju and of Broadie and
Detemple are from memory, and each is confirmed to its printed accuracy by two solvers that know nothing of the
tables: the kernel's and QuantLib's collocation (one row of each panel here). Page numbers are those of the articles.
"""

from __future__ import annotations

import numpy as np
import pytest

from american_rows import Rows, quantlib_prices
from optlab.pricing.american import evaluate, prices

# Ju, N. (1998). Pricing an American option by approximating its early exercise boundary as a multipiece exponential
# function. Review of Financial Studies 11(3), 627-646: puts, S = 40, r = 0.0488, q = 0. The column "true", from a
# binomial tree of 10,000 steps, whose last digit can be off by one or two. The options are those of Geske and Johnson
# (1984), Journal of Finance 39(5), 1511-1524, table I.
# vol, K | at T = 0.0833, 0.3333, 0.5833
JU = (
    (0.2, 35, (0.0062, 0.2004, 0.4328)),
    (0.2, 40, (0.8522, 1.5798, 1.9904)),
    (0.2, 45, (5.0000, 5.0883, 5.2670)),
    (0.3, 35, (0.0774, 0.6975, 1.2198)),
    (0.3, 40, (1.3099, 2.4825, 3.1696)),
    (0.3, 45, (5.0597, 5.7056, 6.2436)),
    (0.4, 35, (0.2466, 1.3460, 2.1549)),
    (0.4, 40, (1.7681, 3.3874, 4.3526)),
    (0.4, 45, (5.2868, 6.5099, 7.3830)),
)
OF_A_TREE = (
    2.5e-4  # half of the last digit, and what a tree of 10,000 or 15,000 steps is off on a strike of 100
)

# Broadie, M. and Detemple, J. (1996). American option valuation: new bounds, approximations, and a comparison of
# existing methods. Review of Financial Studies 9(4), 1211-1250, table 1: calls, K = 100, T = 0.5, the column "true",
# from a binomial tree of 15,000 steps.
# r, q, vol | at S = 80, 90, 100, 110, 120
BROADIE_DETEMPLE = (
    (0.03, 0.07, 0.2, (0.2194, 1.3864, 4.7825, 11.0978, 20.0004)),
    (0.03, 0.07, 0.4, (2.6889, 5.7223, 10.2385, 16.1812, 23.3598)),
    (0.00, 0.07, 0.3, (1.0373, 3.1233, 7.0354, 12.9552, 20.7173)),
    (0.07, 0.03, 0.3, (1.6644, 4.4947, 9.2504, 15.7977, 23.7061)),
)

# Longstaff, F. A. and Schwartz, E. S. (2001). Valuing American options by simulation: a simple least-squares approach.
# Review of Financial Studies 14(1), 113-147, table 1: puts, K = 40, r = 0.06, q = 0, by finite differences.
# S | at (vol, T) = (0.2, 1), (0.2, 2), (0.4, 1), (0.4, 2)
LONGSTAFF_SCHWARTZ = (
    (36, (4.478, 4.840, 7.101, 8.508)),
    (38, (3.250, 3.745, 6.148, 7.670)),
    (40, (2.314, 2.885, 5.312, 6.920)),
    (42, (1.617, 2.212, 4.582, 6.248)),
    (44, (1.110, 1.690, 3.948, 5.647)),
)


@pytest.mark.parametrize(("vol", "strike", "printed"), JU)
def test_ju_puts(vol: float, strike: float, printed: tuple[float, ...]) -> None:
    found = prices(-1, 40, strike, np.array([0.0833, 0.3333, 0.5833]), 0.0488, 0, vol)
    np.testing.assert_allclose(found, printed, rtol=0, atol=OF_A_TREE)


@pytest.mark.parametrize(("rate", "dividend_yield", "vol", "printed"), BROADIE_DETEMPLE)
def test_broadie_detemple_calls(
    rate: float, dividend_yield: float, vol: float, printed: tuple[float, ...]
) -> None:
    found = prices(1, np.array([80, 90, 100, 110, 120]), 100, 0.5, rate, dividend_yield, vol)
    np.testing.assert_allclose(found, printed, rtol=0, atol=OF_A_TREE)


@pytest.mark.parametrize(("spot", "printed"), LONGSTAFF_SCHWARTZ)
def test_longstaff_schwartz_puts(spot: float, printed: tuple[float, ...]) -> None:
    """Theirs can be exercised 50 times a year only: worth up to a cent less, and never more, than at any time."""
    more = prices(-1, spot, 40, [1, 2, 1, 2], 0.06, 0, [0.2, 0.2, 0.4, 0.4]) - printed
    assert (more > -5e-4).all()
    assert (more < 0.01).all()


def test_andersen_lake_offengenden_premium() -> None:
    """Table 2 of Journal of Computational Finance 20(1), 39-87 (2016): an early-exercise premium to 12 digits.

    The kernel has it to 1.6e-6: eight nodes are between the table's fourth and fifth row.
    """
    put, call = (evaluate(sign, 100, 100, 1, 0.05, 0.05, 0.25).premium.item() for sign in (-1, 1))
    assert put == pytest.approx(0.106952702747, abs=3e-6)
    assert call == pytest.approx(put, rel=1e-12)  # r = q and S = K: the call is the put


def test_quantlib_confirms_the_rows_from_memory() -> None:
    """One row of each panel, at the nearest whole days: QuantLib has what is printed, within a day's theta."""
    ju = [(-1, 40, K, 0.3333 * 365, 0.0488, 0, vol, row[1]) for vol, K, row in JU]
    calls = [(1, 100, 100, 182.5, r, q, vol, row[2]) for r, q, vol, row in BROADIE_DETEMPLE]
    *inputs, printed = np.array(ju + calls).T
    exact = Rows(*inputs)
    whole = exact._replace(days=exact.days.round())
    of_the_day = prices(*whole.kernel) - prices(*exact.kernel)
    np.testing.assert_allclose(quantlib_prices(whole), printed + of_the_day, rtol=0, atol=OF_A_TREE)
