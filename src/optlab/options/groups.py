"""How a verb gets the options of its groups: each parameter that is a group becomes those options."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from typer.models import OptionInfo

from optlab.options.analyses import Lean, Nodes, Payoffs, Recognition, Shocks
from optlab.options.output import Output
from optlab.options.sources import Chain, Input, Quotes, Seen

PANELS = {
    Input: "Input",
    Chain: "Input",
    Seen: "Market",
    Quotes: "Market",
    Shocks: "Market",
    Nodes: "Scenarios",
    Recognition: "Strategies",
    Lean: "Lean",
    Payoffs: "Payoff",
    Output: "Output",
}
"""The groups, and the heading each has in a verb's help."""


def with_options(verb: Callable[..., None]) -> Callable[..., None]:
    """Turn each parameter that is a group of options into those options, for typer to see.

    Options of all groups stand before the verb's own, as a group's required argument has to come first.
    """
    hints = get_type_hints(verb, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if hint in PANELS}
    own = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(verb).parameters.items()
        if name not in groups
    ]
    shared = [parameter for group in groups.values() for parameter in _parameters(group)]

    @functools.wraps(verb)
    def expanded(**values: Any) -> None:  # noqa: ANN401 - whatever the options hold
        made = {
            name: group(**{field.name: values.pop(field.name) for field in dataclasses.fields(group)})
            for name, group in groups.items()
        }
        verb(**made, **values)

    parameters = [*shared, *own]
    required_first = sorted(parameters, key=lambda parameter: parameter.default is not parameter.empty)
    expanded.__signature__ = inspect.Signature(required_first)  # type: ignore[attr-defined]
    expanded.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return expanded


def _parameters(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for hint in hints.values():
        option = hint.__metadata__[0]
        if isinstance(option, OptionInfo):
            option.rich_help_panel = PANELS[group]
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(group)
    ]
