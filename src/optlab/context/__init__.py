"""The market context of a chain: its smile, its term structure, its open interest, and how rare today is."""

from optlab.context.chain import chain_underlyings, is_chain
from optlab.context.note import Context, context, contexts
from optlab.context.smiles import smiles

__all__ = ["Context", "chain_underlyings", "context", "contexts", "is_chain", "smiles"]
