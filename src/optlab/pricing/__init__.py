"""Models, one a file, the one place that picks a model for each option, and positions."""

from optlab.pricing.models import METHODS, Engine, Models
from optlab.pricing.positions import (
    FIXES,
    PRICED,
    STATUSES,
    distinct_contracts,
    options_of,
    unit_numbers,
    value,
)

__all__ = [
    "FIXES",
    "METHODS",
    "PRICED",
    "STATUSES",
    "Engine",
    "Models",
    "distinct_contracts",
    "options_of",
    "unit_numbers",
    "value",
]
