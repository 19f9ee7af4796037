"""Scenarios: a book revalued on a grid of spot, volatility, days and rate, and in named shocks."""

from optlab.scenario.grid import scenario
from optlab.scenario.moves import Axis, axis, parse_axis, typed_axis
from optlab.scenario.result import Axes, Grid, Moves, Scenario
from optlab.scenario.stress import Stress, stress
from optlab.scenario.stress_sets import StressSet, read_stress

__all__ = [
    "Axes",
    "Axis",
    "Grid",
    "Moves",
    "Scenario",
    "Stress",
    "StressSet",
    "axis",
    "parse_axis",
    "read_stress",
    "scenario",
    "stress",
    "typed_axis",
]
