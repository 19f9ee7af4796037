"""optlab: what your option positions are, what they are worth, and which way they lean.

>>> import optlab as ol
>>> round(ol.price("call", spot=24.24, strike=24, years=56 / 365, rate=0.027, vol=0.43), 3)
1.791
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optlab.book import Book, Valuation
    from optlab.columns import COLUMNS
    from optlab.errors import MarketDataError, OptlabError, PricingError, Problem, ReadError
    from optlab.market import Market
    from optlab.pricing.vanilla import american, greeks, implied_vol, price
    from optlab.readers import read, read_market
    from optlab.render import write
    from optlab.strategy import STRATEGIES, recognize
    from optlab.symbols import parse_symbol

_HOMES = {
    "read": "readers",
    "read_market": "readers",
    "write": "render",
    "Book": "book",
    "Valuation": "book",
    "Market": "market",
    "Problem": "errors",
    "COLUMNS": "columns",
    "parse_symbol": "symbols",
    "STRATEGIES": "strategy",
    "recognize": "strategy",
    "price": "pricing.vanilla",
    "american": "pricing.vanilla",
    "greeks": "pricing.vanilla",
    "implied_vol": "pricing.vanilla",
    "OptlabError": "errors",
    "ReadError": "errors",
    "MarketDataError": "errors",
    "PricingError": "errors",
}
"""Where each public name lives; it is imported when it is first used, so that ``import optlab`` is instant."""

__all__ = [
    "COLUMNS",
    "STRATEGIES",
    "Book",
    "Market",
    "MarketDataError",
    "OptlabError",
    "PricingError",
    "Problem",
    "ReadError",
    "Valuation",
    "__version__",
    "american",
    "greeks",
    "implied_vol",
    "parse_symbol",
    "price",
    "read",
    "read_market",
    "recognize",
    "write",
]

__version__: str


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name == "__version__":
        return import_module("importlib.metadata").version("optlab")
    if name not in _HOMES:
        raise AttributeError(f"module 'optlab' has no attribute {name!r}")
    return getattr(import_module(f"optlab.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
