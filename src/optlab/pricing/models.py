"""The one place that picks a model for each option: by its exercise, and by the cash dividends ahead of it.

| exercise | cash dividends | engine |
| --- | --- | --- |
| european | none | `black_scholes`, or py_vollib by `reference` |
| american | none | `american` |
| either | some | `dividends`: Black-Scholes without the dividends, or finite differences |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

from optlab.errors import PricingError
from optlab.pricing import american, black_scholes, dividends, inversion
from optlab.pricing import implied as european
from optlab.pricing.black_scholes import Array
from optlab.pricing.dividends import DividendModel, Dividends
from optlab.pricing.exercise import NEVER, American, has_boundary, region
from optlab.pricing.implied import Implied

Engine = Literal["numpy", "vollib"]
"""Who computes European options: optlab's own kernels, or py_vollib itself."""
Exercise = Literal["auto", "european", "american"]
"""Whose exercise counts: each leg's own style, or one for all."""

DIVIDEND_MODELS = {
    "spot": "the spot diffuses, and drops by each on its ex-date",
    "escrowed": "what diffuses is the spot less those still to come before the expiry",
}
"""What each word for ``dividend_model`` means."""

Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

METHODS = {
    "formula": "Black-Scholes, as European options are and American ones that are never exercised early",
    "boundary": "the exercise boundary, by spectral collocation, and the premium it brings",
    "grid": "finite differences: cash dividends, two exercise boundaries, or one that can't be solved for",
}
"""Every word that the ``method`` column can hold; empty for what is no option."""


@dataclass(frozen=True)
class Models:
    """How options are priced.

    Parameters
    ----------
    model : {"auto", "european", "american"}
        Exercise as each leg's style says, or one for all.
    dividend_model : {"spot", "escrowed"}
        Where cash dividends are ahead: the spot diffuses and drops at each ex-date, or what is left of it without
        them diffuses.
    engine : {"numpy", "vollib"}
        Who computes European options without cash dividends.

    Raises
    ------
    PricingError
        For a word that is not known.
    """

    model: Exercise = "auto"
    dividend_model: DividendModel = "spot"
    engine: Engine = "numpy"

    def said_of(self, underlyings: Iterable[str]) -> str:
        """Say how the cash dividends of underlyings are taken, and by which option."""
        word = self.dividend_model
        names = ", ".join(sorted(set(underlyings)))
        return f"cash dividends of {names}: {DIVIDEND_MODELS[word]} (--dividend-model {word})"

    def __post_init__(self) -> None:
        """Refuse words that are not known."""
        for field in fields(self):
            words = get_args(get_type_hints(type(self))[field.name])
            if getattr(self, field.name) not in words:
                name = field.name.replace("_", " ")
                raise PricingError(
                    f"{name} {getattr(self, field.name)!r} is not known. Fix: use one of {', '.join(words)}."
                )


LOWEST_VOL = 0.01
"""No volatility is moved below it, or below itself where it is lower."""


def floored(moved: Array, vol: Array) -> Array:
    """Hold volatilities that were moved from ``vol`` at the lowest that a move leads to."""
    return np.maximum(moved, np.minimum(vol, LOWEST_VOL))


class Option(NamedTuple):
    """Options, each array (options,): what they are, the cash dividends ahead, and whether they are American."""

    sign: Array
    spot: Array
    strike: Array
    years: Array
    rate: Array
    dividend_yield: Array
    dividends: Dividends
    is_american: Flags

    def take(self, which: Flags) -> Option:
        """Return some of them."""
        *numbers, paid, flags = self
        own = Dividends._make(values[which] for values in paid)
        return Option._make([*(values[which] for values in numbers), own, flags[which]])

    @property
    def inputs(self) -> tuple[Array, Array, Array, Array, Array, Array]:
        """What every model takes, but for the volatility."""
        return self.sign, self.spot, self.strike, self.years, self.rate, self.dividend_yield

    @property
    def has_cash(self) -> Flags:
        """Whether a cash dividend falls before the expiry."""
        return np.asarray(self.dividends.counting(self.years).any(axis=1))


def evaluate(option: Option, vol: Array, models: Models) -> American:
    """Price options with greeks, early-exercise premium and boundary, each by its model."""
    out = np.full((8, vol.size), np.nan)
    has_cash = option.has_cash
    plain, early = ~has_cash & ~option.is_american, ~has_cash & option.is_american
    if plain.any():
        out[:6, plain] = _european(option.take(plain), vol[plain], models.engine)
        out[6, plain] = 0.0
    if early.any():
        out[:, early] = american.evaluate(*option.take(early).inputs, vol[early])
    is_random = option.years * vol > 0
    if (has_cash & is_random).any():
        paid = option.take(has_cash & is_random)
        out[:, has_cash & is_random] = dividends.evaluate(
            *paid.inputs, vol[has_cash & is_random], paid.dividends,
            model=models.dividend_model, american=paid.is_american,
        )  # fmt: skip
    if (has_cash & ~is_random).any():
        fixed = option.take(has_cash & ~is_random)
        out[:, has_cash & ~is_random] = dividends.certain(fixed.inputs, fixed.dividends, fixed.is_american)
    return American(*out)


def _european(option: Option, vol: Array, engine: Engine) -> Array:
    """Price European options; py_vollib raises or gives NaN without time or volatility: those are always ours."""
    ours = black_scholes.evaluate(*option.inputs, vol)
    if engine == "numpy":
        return np.stack(ours)
    from optlab.pricing import reference  # noqa: PLC0415 - py_vollib is slow to import and rarely asked for

    theirs = reference.evaluate(*option.inputs, vol)
    return np.where(option.years * vol == 0, ours, theirs)


def implied(price: Array, option: Option, models: Models) -> Implied:
    """Find the volatilities at which options have these prices, each by its model."""
    vol, status = np.full(price.size, np.nan), np.full(price.size, "", dtype=np.object_)
    has_cash = option.has_cash
    plain, early = ~has_cash & ~option.is_american, ~has_cash & option.is_american
    for which, solve in ((plain, european.implied), (early, inversion.implied)):
        if which.any():
            vol[which], status[which] = solve(price[which], *option.take(which).inputs)
    if has_cash.any():
        paid = option.take(has_cash)
        vol[has_cash], status[has_cash] = inversion.implied_with_dividends(
            price[has_cash], *paid.inputs, paid.dividends,
            model=models.dividend_model, is_american=paid.is_american,
        )  # fmt: skip
    return Implied(vol, status)


def methods(option: Option, vol: Array, models: Models) -> Words:
    """Say how each option is priced, in the words of `METHODS`."""
    sign, _, _, years, rate, dividend_yield = option.inputs
    is_solved = has_boundary(sign, years, rate, dividend_yield, vol)
    is_random = years * vol > 0
    is_free = ~option.is_american | (region(sign, rate, dividend_yield) == NEVER) | ~is_random
    plain = np.where(is_free, "formula", np.where(is_solved, "boundary", "grid"))
    is_closed = ~option.is_american & (models.dividend_model == "escrowed")
    return np.where(option.has_cash & is_random, np.where(is_closed, "formula", "grid"), plain)
