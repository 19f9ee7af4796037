"""Run the command line in this process, as a user would type it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest import mock

from typer import rich_utils

from optlab import cli


class Run(NamedTuple):
    """What a run printed, and its exit status."""

    out: str
    err: str
    status: int


def optlab(line: str | list[str], stdin: str = "") -> Run:
    """Run ``optlab`` with these arguments; standard output is a pipe."""
    arguments = line.split() if isinstance(line, str) else line
    out, err = io.StringIO(), io.StringIO()
    plain = mock.patch.object(rich_utils, "FORCE_TERMINAL", None)  # as CI services would colour the help
    with plain, _standing_in(["optlab", *arguments], stdin), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as leaving:
            status = leaving.code
        else:
            status = 0
    return Run(out.getvalue(), err.getvalue(), int(status or 0))


@contextmanager
def _standing_in(argv: list[str], stdin: str) -> Iterator[None]:
    """Put other arguments and another standard input in place for a while."""
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = argv, io.TextIOWrapper(io.BytesIO(stdin.encode()))
    try:
        yield
    finally:
        sys.argv, sys.stdin = before
