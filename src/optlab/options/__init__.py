"""The options that verbs share, in groups: a verb names a group as one parameter and gets all its options."""

from optlab.options.analyses import Lean, Nodes, Payoffs, Recognition, Shocks
from optlab.options.groups import with_options
from optlab.options.output import Output
from optlab.options.sources import Chain, Input, Quotes, Seen

__all__ = [
    "Chain",
    "Input",
    "Lean",
    "Nodes",
    "Output",
    "Payoffs",
    "Quotes",
    "Recognition",
    "Seen",
    "Shocks",
    "with_options",
]
