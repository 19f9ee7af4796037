"""Which way a book leans: the direction of each strategy, and the share of each direction.

The unit is the strategy, not the leg. Three rules stand side by side (`directions`), five weights (`weights`), and
every share comes with how sure it is (`intervals`) and how much of it is the choice (`stability`).
"""

from optlab.bias.choices import Choices
from optlab.bias.directions import DIRECTIONS, NEUTRAL_BAND, NOT_COUNTED, RULES
from optlab.bias.intervals import wilson
from optlab.bias.lean import SHARE_COLUMNS, STRATEGY_COLUMNS, Bias, bias
from optlab.bias.shares import SCOPES, percents, rounded
from optlab.bias.weights import WEIGHTS
from optlab.bias.words import headline, lean_word

__all__ = [
    "DIRECTIONS",
    "NEUTRAL_BAND",
    "NOT_COUNTED",
    "RULES",
    "SCOPES",
    "SHARE_COLUMNS",
    "STRATEGY_COLUMNS",
    "WEIGHTS",
    "Bias",
    "Choices",
    "bias",
    "headline",
    "lean_word",
    "percents",
    "rounded",
    "wilson",
]
