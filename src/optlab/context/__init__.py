"""The market context of a chain: its smile, its term structure, its open interest, and how rare today is."""

from optlab.context.note import Context, context, contexts, is_chain

__all__ = ["Context", "context", "contexts", "is_chain"]
