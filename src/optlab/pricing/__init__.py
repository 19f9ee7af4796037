"""Models, one a file, and the one place that picks a model for each leg."""

from optlab.pricing.positions import FIXES, PRICED, STATUSES, Engine, unit_greeks, value

__all__ = ["FIXES", "PRICED", "STATUSES", "Engine", "unit_greeks", "value"]
