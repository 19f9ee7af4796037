"""A page that says why a strategy has its name, and what else it could be."""

from __future__ import annotations

import pandas as pd

from optlab.strategy.costs import WEIGHTS
from optlab.strategy.explain import Explanation
from optlab.strategy.match import CLOSED
from optlab.strategy.packages import GIVEN
from optlab.strategy.recognize import PROVEN, TOGETHER

HOW = {
    GIVEN: "the file puts these legs together; the name follows from the legs",
    TOGETHER: "these legs were traded at one time, and together they have a name",
    PROVEN: "of all readings of this account and underlying, the one it belongs to costs least: proven",
}

TERMS = {
    "rank": "how common the name is",
    "uncovered": "short options that no leg of it covers",
    "strikes": "distance of the strikes",
    "expiries": "distance of the expiries",
    "occasions": "traded at different times",
    "stock_alone": "stock that no option goes with",
}


def explanation_page(explanation: Explanation) -> str:
    """Write an explanation for people."""
    lines = [
        f"{explanation.strategy_id}: {explanation.strategy}",
        f"  legs      {explanation.legs or 'none: nets to nothing'}",
    ]
    lines += [f"  how       {_how(explanation.found)}", *_why(explanation)]
    if explanation.terms:
        terms = [f"{TERMS[name]} {value:.3f}" for name, value in explanation.terms.items() if value]
        lines.append(f"  cost      {sum(explanation.terms.values()):.3f}: {', '.join(terms)}")
    return "\n".join([*lines, "", *_readings(explanation.readings)]) + "\n"


def _how(found: str) -> str:
    return HOW.get(found, f"{found}: the best reading that was found in this account and underlying")


def _why(explanation: Explanation) -> list[str]:
    line = explanation.structure
    if line is None:
        return [f"  why       {_unlisted(explanation.strategy)}"]
    lines = [
        f"  why       {line.name} is {line.legs}",
        f"  textbook  {line.direction}, volatility {line.volatility}",
    ]
    if line.aliases:
        lines.append(f"  also      {', '.join(line.aliases)}")
    return [*lines, *([f"  note      {line.note}"] if line.note else [])]


def _unlisted(name: str) -> str:
    """Say why a name is no line of the catalogue."""
    said = {
        "roll": "some legs close a position and the others open one",
        "close": "every leg closes: the name is that of the position it ends",
        CLOSED: "the legs net to nothing",
    }
    versus = "options against less than a unit of stock per lot; the catalogue names the options"
    default = (
        versus
        if name.endswith("versus underlying")
        else "no line of the catalogue fits these legs as they are"
    )
    return said.get(name.partition(" ")[0], default)


def _readings(readings: pd.DataFrame) -> list[str]:
    if readings.empty:
        return []
    best = float(readings["cost"].iloc[0])
    lines = ["What these contracts and their neighbours could be, the cheapest first:"]
    for number, reading in readings.groupby("reading", sort=True):
        cost, naked = float(reading["cost"].iloc[0]), float(reading["naked"].sum())
        more = "" if number == 1 else f" (+{cost - best:.3f})"
        bare = f", {naked:g} units that their own strategy leaves uncovered" if naked else ""
        lines.append(f"  {number}. cost {cost:.3f}{more}{bare}")
        lines += [
            f"     {'=' if row.is_here else ' '} {row.lots:g} x {row.strategy}: {row.legs}"
            for row in reading.itertuples()
        ]
    weights = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in WEIGHTS.items())
    return [*lines, "", f"= stands in the present reading too. Weights: {weights}."]


def explanation_record(explanation: Explanation) -> pd.DataFrame:
    """Return the readings as a table, for files and programs."""
    return explanation.readings.assign(explains=explanation.strategy_id)
