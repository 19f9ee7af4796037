"""What each strategy of a valued book is exposed to: direction, volatility, money, and which leg makes it."""

from optlab.exposure.cash import with_cash
from optlab.exposure.contributions import contributions
from optlab.exposure.moves import LEGS, horizons, packages_of
from optlab.exposure.rows import exposures, numbered

__all__ = ["LEGS", "contributions", "exposures", "horizons", "numbered", "packages_of", "with_cash"]
