"""A tape of single prints becomes packages that are signed: `read_tape`."""

from optlab.tape.tape import NO_VIEW, Tape, read_tape

__all__ = ["NO_VIEW", "Tape", "read_tape"]
