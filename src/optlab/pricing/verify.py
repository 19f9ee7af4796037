"""optlab's numbers beside those of py_vollib and QuantLib, per unit of underlying, and where they differ.

Who judges which option:

| option | judge |
| --- | --- |
| no cash dividend ahead, European, or American and never exercised early | py_vollib |
| American and exercised early, with or without cash dividends | QuantLib |
| European with cash dividends ahead | QuantLib |

That an American option is never exercised early is a theorem (Merton 1973), so the European price judges it, a
million times more narrowly than a second engine for American ones could. QuantLib is an extra, and without it its
options are not judged. Both are asked about each leg's own terms, but once for each contract: 1,000 legs in 60
contracts cost 60, which takes QuantLib 0.15 seconds each, 0.6 with escrowed dividends.

Checked by tests/pricing/test_verify.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from optlab.legs import OPTIONS
from optlab.pricing import quantlib, reference
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import Dividends
from optlab.pricing.exercise import American
from optlab.pricing.models import Models, Option, Words
from optlab.pricing.positions import GREEKS, PRICED, options_of, unit_numbers

NUMBERS = ("price", *GREEKS)

PY_VOLLIB, QUANTLIB = JUDGES = ("py_vollib", "QuantLib")


class Tolerance(NamedTuple):
    """How far apart two engines' numbers may be; all but the relative part for a spot and strike of 100.

    Parameters
    ----------
    relative : float
        Share of a greek; price has none.
    price, delta, gamma, vega, theta, rho : float
        What is allowed beside that. Price, vega, theta and rho grow with the larger of spot and strike, gamma
        shrinks with spot, and delta stays.
    """

    relative: float
    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float

    def of(self, option: Option, theirs: Array) -> Array:
        """Return what each number may be off, (6, options)."""
        money = np.maximum(option.spot, option.strike) / 100.0
        scales = np.stack([money, np.ones_like(money), 100.0 / option.spot, money, money, money])
        allowed = scales * np.array(self[1:])[:, None]
        allowed[1:] += self.relative * np.abs(theirs[1:])
        return allowed


TOLERANCE = 1e-10
"""The largest difference from py_vollib, x max(1, spot / 100)."""

TOLERANCES = {
    "formula": Tolerance(1e-3, 1e-5, 1e-5, 1e-6, 1e-5, 1e-5, 1e-5),
    "boundary": Tolerance(1e-3, 5e-4, 2e-4, 2e-5, 2e-4, 2e-5, 5e-4),
    "grid": Tolerance(1e-2, 5e-3, 1e-3, 5e-4, 1e-3, 5e-4, 4e-3),
}
"""The largest differences from QuantLib, by how optlab prices. QuantLib's grid is good to 0.001, at three years to 0.004."""

NEAR = 0.05
"""Standard deviations from the exercise boundary within which price and delta alone are judged."""

NOT_NEEDED = "expired, or no volatility: no model is needed"
NOT_INSTALLED = "QuantLib is not installed. Fix: pip install QuantLib"
TOO_CALM = "its volatility is too small beside the rates for QuantLib"
NO_ANSWER = "the other engine has no number"
AT_BOUNDARY = "near its exercise boundary, where gamma jumps"


@dataclass(frozen=True, eq=False)
class Verification:
    """Both engines' numbers for each leg.

    Parameters
    ----------
    numbers : DataFrame
        A row per leg and number: ``judge optlab reference difference tolerance agrees``, per unit.
    not_judged : DataFrame
        The legs that no judge has a word on, or not on every number: ``numbers``, "all" or their names, and the
        ``reason``.
    """

    numbers: pd.DataFrame
    not_judged: pd.DataFrame

    @property
    def agrees(self) -> bool:
        """Whether every number that could be compared lies within its tolerance."""
        return bool(self.numbers["agrees"].all())

    @property
    def summary(self) -> pd.DataFrame:
        """A row per judge and number: ``judge number legs largest_difference tolerance agrees``.

        The difference is the largest in terms of its tolerance, which stands beside it.
        """
        numbers = self.numbers.reset_index(drop=True)
        share = (numbers["difference"] / numbers["tolerance"]).fillna(np.inf)
        groups = [numbers["judge"], numbers["number"]]
        worst = numbers.loc[share.groupby(groups).idxmax(), ["judge", "number", "difference", "tolerance"]]
        counted = numbers.groupby(["judge", "number"]).agg(
            legs=("difference", "size"), agrees=("agrees", "all")
        )
        table = worst.rename(columns={"difference": "largest_difference"}).merge(
            counted.reset_index(), on=["judge", "number"]
        )
        table = table[["judge", "number", "legs", "largest_difference", "tolerance", "agrees"]]
        return table.sort_values(["judge", "number"], key=_rank).reset_index(drop=True)


def _rank(names: pd.Series) -> pd.Series:
    return names.map({name: place for place, name in enumerate((*JUDGES, *NUMBERS))})


def verify(
    valued: pd.DataFrame, ahead: Dividends | None = None, models: Models | None = None
) -> Verification:
    """Price every option again with optlab and another engine, and compare.

    Parameters
    ----------
    valued : DataFrame
        Legs with their numbers, as `optlab.pricing.positions.value` returns them.
    ahead : Dividends, optional
        The cash dividends ahead of each leg, as they were priced with; None: there are none.
    models : Models, optional
        How they were priced.

    Returns
    -------
    Verification
        Options that expired or have no price are not judged, nor those of QuantLib where it is not installed. Stock,
        futures and cash are no options. Within `NEAR` of its exercise boundary, an option's price and delta alone
        are judged: gamma jumps there, and bumps reach over the edge.
    """
    models = replace(models or Models(), engine="numpy")
    can_be = _can_be_judged(valued)
    options = valued[can_be]
    paid = None if ahead is None else Dividends(*(values[can_be.to_numpy()] for values in ahead))
    case, codes = _Case.of(options, paid, models)
    numbers = pd.concat(list(_compared(options, case, codes))).sort_index(kind="stable")
    numbers["difference"] = (numbers["optlab"] - numbers["reference"]).abs()
    numbers["agrees"] = numbers["difference"] <= numbers["tolerance"]
    return Verification(
        numbers.reset_index(drop=True),
        pd.concat([_left_out(valued, can_be), _unanswered(options, case, codes)]).sort_index(kind="stable"),
    )


def _can_be_judged(valued: pd.DataFrame) -> pd.Series:
    """Say which legs are options with a price that needs a model."""
    inputs = (valued[name] for name in ("spot", "strike", "years", "rate", "dividend_yield", "vol"))
    has_terms = reference.judged(*(column.to_numpy(dtype=float) for column in inputs))
    return valued["kind"].isin(OPTIONS) & valued["status"].isin(PRICED) & has_terms


@dataclass(frozen=True, eq=False)
class _Case:
    """Distinct contracts with our numbers and the judges', each array (6, contracts) or (contracts,)."""

    judge: Words
    ours: Array
    theirs: Array
    tolerance: Array
    reason: Words
    missing: Words

    @classmethod
    def of(cls, options: pd.DataFrame, paid: Dividends | None, models: Models) -> tuple[_Case, np.ndarray]:
        """Ask about each distinct contract once; returned with it, the contract of each option."""
        first, codes = _distinct(options_of(options, paid), options["vol"].to_numpy(dtype=float))
        one = options.iloc[first]
        own = None if paid is None else Dividends(*(values[first] for values in paid))
        option, vol = options_of(one, own), one["vol"].to_numpy(dtype=float)
        ours, words = unit_numbers(one, own, models)
        is_vollibs = (words == "formula") & ~option.has_cash
        judge = np.where(is_vollibs, PY_VOLLIB, QUANTLIB)
        theirs, reason = _asked(option, vol, is_vollibs, models)
        theirs[2:, _is_near(ours, option, vol) & ~is_vollibs] = np.nan
        tolerance = _tolerances(option, words, theirs)
        tolerance[:, is_vollibs] = TOLERANCE * np.maximum(1.0, option.spot[is_vollibs] / 100.0)
        missing = np.array([", ".join(np.array(NUMBERS)[np.isnan(row)]) for row in theirs.T], dtype=np.str_)
        return cls(judge, np.stack(ours[:6]), theirs, tolerance, reason, missing), codes


def _distinct(option: Option, vol: Array) -> tuple[np.ndarray, np.ndarray]:
    """Return one option of each contract, and the contract of each option."""
    is_ahead = option.dividends.counting(option.years)
    cash = [np.where(is_ahead, values, 0.0) for values in option.dividends]
    terms = np.column_stack([*option.inputs, vol, option.is_american, *cash])
    _, first, codes = np.unique(terms, axis=0, return_index=True, return_inverse=True)
    return first, codes


def _asked(option: Option, vol: Array, is_vollibs: np.ndarray, models: Models) -> tuple[Array, Words]:
    """Return the judges' numbers, (6, contracts), and why there are none."""
    theirs = np.full((6, vol.size), np.nan)
    theirs[:, is_vollibs] = reference.evaluate(*option.take(is_vollibs).inputs, vol[is_vollibs])
    can_be = quantlib.judged(*option.inputs[1:], vol)
    reason = np.where(is_vollibs | can_be, NO_ANSWER, TOO_CALM)
    if not quantlib.is_installed():
        reason = np.where(is_vollibs, NO_ANSWER, NOT_INSTALLED)
    elif (is_theirs := ~is_vollibs & can_be).any():
        own = option.take(is_theirs)
        theirs[:, is_theirs] = quantlib.evaluate(
            *own.inputs, vol[is_theirs], own.dividends, model=models.dividend_model, american=own.is_american
        )
    return theirs, reason.astype(np.str_)


def _is_near(ours: American, option: Option, vol: Array) -> np.ndarray:
    """Say which contracts have so little between spot and exercise boundary that bumps reach over it."""
    with np.errstate(all="ignore"):
        distance = np.abs(np.log(option.spot / ours.boundary))  # NaN where there is no boundary: not near
    return np.asarray(distance < NEAR * vol * np.sqrt(option.years))


def _tolerances(option: Option, words: Words, theirs: Array) -> Array:
    out = np.full(theirs.shape, np.nan)
    for word, tolerance in TOLERANCES.items():
        which = words == word
        out[:, which] = tolerance.of(option.take(which), theirs[:, which])
    return out


def _compared(options: pd.DataFrame, case: _Case, codes: np.ndarray) -> Iterator[pd.DataFrame]:
    """Yield each number of all options that the judges have it for."""
    where = options[["source_file", "source_line", "root", "kind", "strike", "expiry"]]
    for row, name in enumerate(NUMBERS):
        columns = {"optlab": case.ours, "reference": case.theirs, "tolerance": case.tolerance}
        table = where.assign(
            number=name, judge=case.judge[codes], **{key: a[row, codes] for key, a in columns.items()}
        )
        yield table[table["reference"].notna()]


def _left_out(valued: pd.DataFrame, can_be: pd.Series) -> pd.DataFrame:
    """Return the options that need no model, or have no price."""
    left = valued[~can_be & valued["kind"].isin(OPTIONS)]
    reasons = left["status"].where(~left["status"].isin(PRICED), NOT_NEEDED)
    return left[["source_file", "source_line", "underlying"]].assign(numbers="all", reason=reasons)


def _unanswered(options: pd.DataFrame, case: _Case, codes: np.ndarray) -> pd.DataFrame:
    """Return the options for which a judge has no number, or not all."""
    has_none, has_all = np.isnan(case.theirs).all(axis=0), case.missing == ""
    numbers = np.where(has_none, "all", case.missing)
    is_edge = ~has_none & np.isnan(case.theirs[2:]).all(axis=0)
    reason = np.where(is_edge, AT_BOUNDARY, case.reason)
    table = options[["source_file", "source_line", "underlying"]].assign(
        numbers=numbers[codes], reason=reason[codes]
    )
    return table[~has_all[codes]]
