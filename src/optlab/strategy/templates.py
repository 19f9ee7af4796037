"""The template language of the catalogue: signed legs in strike and expiry order, and conditions between them.

``+1C(K1,T1) -2C(K2,T1) +1C(K3,T1) [K2-K1 = K3-K2]`` buys one call, sells two at a higher strike and buys one
higher still, all of one expiry, the gaps between the strikes equal. ``S`` is one multiplier of the underlying,
letters are positive whole numbers (d, of stock, any number), and ``[repeat T 3..8]`` repeats the legs over more expiries.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PARTIAL_STOCK = "d"
"""The letter of an amount of stock that is no whole unit."""


class ShapeLeg(NamedTuple):
    """One contract of a package: the rank of its expiry and strike, from 1, its letter C, P or S, and its count.

    Stock has rank 0. ``count`` is signed; only that of stock may be a fraction.
    """

    expiry: int
    strike: int
    kind: str
    count: float  # type: ignore[assignment] # tuple.count is of no use here


Shape = tuple[ShapeLeg, ...]
"""A package without its prices, dates and lots: what templates are compared with. Sorted."""


@dataclass(frozen=True, slots=True)
class TemplateLeg:
    """One leg of a template: sign, number or letter of contracts, C P or S, number of its strike and expiry."""

    sign: int
    number: int
    letter: str
    kind: str
    strike: int
    expiry: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of two sums of strikes or of letters, such as ``K3-K2 > K2-K1``.

    Parameters
    ----------
    weights : mapping of str to float
        Left side minus right side, by symbol; the empty symbol is the constant.
    operator : {"<", ">", "=", "!="}
        How that difference compares with zero.
    text : str
        As it stands in the catalogue.
    """

    weights: Mapping[str, float]
    operator: str
    text: str

    @property
    def is_on_strikes(self) -> bool:
        """Whether it compares strikes; else it compares numbers of contracts."""
        return any(symbol.startswith("K") for symbol in self.weights)

    def holds(self, values: Mapping[str, NDArray[np.float64] | float]) -> NDArray[np.bool_]:
        """Say where it is true; prices are equal when a millionth of a cent or a billionth of them apart."""
        terms = [weight * values[symbol] if symbol else weight for symbol, weight in self.weights.items()]
        difference = np.asarray(sum(terms), dtype=np.float64)
        size = np.asarray(sum(np.abs(term) for term in terms), dtype=np.float64)
        is_zero = np.abs(difference) <= np.maximum(1e-8, EQUAL_PRICES * size)
        answers = {
            "=": is_zero,
            "!=": ~is_zero,
            ">": ~is_zero & (difference > 0),
            "<": ~is_zero & (difference < 0),
        }
        return answers[self.operator]


EQUAL_PRICES = 1e-9


@dataclass(frozen=True, slots=True)
class Template:
    """The legs of a structure, and what must hold between them."""

    legs: tuple[TemplateLeg, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def letters(self) -> frozenset[str]:
        """The letters that stand for numbers of contracts."""
        return frozenset(leg.letter for leg in self.legs if leg.letter)

    def shape(self, **numbers: float) -> Shape:
        """Return the package that it describes, with numbers for its letters."""
        legs = [
            ShapeLeg(leg.expiry, leg.strike, leg.kind, leg.sign * leg.number * numbers.get(leg.letter, 1))
            for leg in self.legs
        ]
        return tuple(sorted(legs))

    def flipped(self) -> Template:
        """Return the other side of the trade: every leg with the opposite sign."""
        legs = tuple(
            TemplateLeg(-leg.sign, leg.number, leg.letter, leg.kind, leg.strike, leg.expiry)
            for leg in self.legs
        )
        return Template(legs, self.conditions)


LEG = re.compile(r"([+-])(\d*)([a-d]?)([CPS])(?:\(K(\d+),T(\d+)\))?")
REPEAT = re.compile(r"repeat T (\d+)\.\.(\d+)")


def parse_legs(text: str) -> tuple[Template, ...]:
    """Read one cell of the catalogue: the template it holds, or with ``repeat`` one for each number of expiries.

    Raises
    ------
    ValueError
        If the cell does not follow the language.

    >>> parse_legs("-1C(K1,T1) +1C(K1,T2)")[0].shape()
    (ShapeLeg(expiry=1, strike=1, kind='C', count=-1), ShapeLeg(expiry=2, strike=1, kind='C', count=1))
    """
    legs_text, _, bracket = text.partition("[")
    legs = tuple(_parse_leg(word) for word in legs_text.split())
    rules = [rule.strip() for rule in bracket.rstrip("] ").split(";") if rule.strip()]
    repeats = [found for rule in rules if (found := REPEAT.fullmatch(rule))]
    conditions = tuple(_parse_condition(rule) for rule in rules if not REPEAT.fullmatch(rule))
    if not repeats:
        return (Template(legs, conditions),)
    first, last = (int(number) for number in repeats[0].groups())
    near = tuple(leg for leg in legs if leg.expiry == 1)
    return tuple(Template(_repeated(near, count), conditions) for count in range(first, last + 1))


def _repeated(near: tuple[TemplateLeg, ...], count: int) -> tuple[TemplateLeg, ...]:
    return tuple(
        TemplateLeg(leg.sign, leg.number, leg.letter, leg.kind, leg.strike, expiry)
        for expiry in range(1, count + 1)
        for leg in near
    )


def _parse_leg(word: str) -> TemplateLeg:
    found = LEG.fullmatch(word)
    if found is None:
        raise ValueError(f"{word!r} is no leg of a template")
    sign, number, letter, kind, strike, expiry = found.groups()
    return TemplateLeg(
        1 if sign == "+" else -1, int(number or 1), letter or "", kind, int(strike or 0), int(expiry or 0)
    )


def _parse_condition(text: str) -> Condition:
    found = re.fullmatch(r"(.+?)\s*(!=|=|<|>)\s*(.+)", text)
    if found is None:
        raise ValueError(f"{text!r} is no condition of a template")
    left, operator, right = found.groups()
    weights = _linear(ast.parse(left, mode="eval").body)
    for symbol, weight in _linear(ast.parse(right, mode="eval").body).items():
        weights[symbol] = weights.get(symbol, 0.0) - weight
    return Condition(weights, operator, text)


def _linear(node: ast.expr) -> dict[str, float]:
    """Return the weight of each symbol in a sum; the constant stands under the empty symbol."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return {"": float(number)}
        case ast.Name(id=symbol):
            return {symbol: 1.0}
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return {symbol: -weight for symbol, weight in _linear(inner).items()}
        case ast.BinOp(left=ast.Constant(value=int() | float() as factor), op=ast.Mult(), right=inner):
            return {symbol: factor * weight for symbol, weight in _linear(inner).items()}
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operation, right=right):
            sign = 1.0 if isinstance(operation, ast.Add) else -1.0
            sums = _linear(left)
            for symbol, weight in _linear(right).items():
                sums[symbol] = sums.get(symbol, 0.0) + sign * weight
            return sums
    raise ValueError(f"{ast.unparse(node)!r} is no sum of strikes or letters")


def uncovered(shape: Shape) -> tuple[float, float]:
    """Return how many calls and puts of a package are sold uncovered.

    A short call is covered by a unit of long stock or a long call that expires no earlier, a short put by a unit
    of short stock or such a long put, at any strike; each covers once. It is the most, over every date, by which
    the sold contracts that live beyond it outnumber the bought ones, less the stock.
    """
    stock = sum(leg.count for leg in shape if leg.kind == "S")
    return _naked(shape, "C", max(stock, 0.0)), _naked(shape, "P", max(-stock, 0.0))


def _naked(shape: Shape, kind: str, cover: float) -> float:
    legs = [leg for leg in shape if leg.kind == kind]
    most = max(
        (-sum(leg.count for leg in legs if leg.expiry >= date) for date in {leg.expiry for leg in legs}),
        default=0,
    )
    return max(most - cover, 0)
