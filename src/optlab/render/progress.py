"""A progress bar for work that takes longer than two seconds, on a terminal only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

DELAY = 2.0
"""Seconds of silence before the bar appears."""


Step = Callable[[], None]
"""Says that the next stage begins."""


@contextmanager
def progress(stages: Sequence[str], *, shown: bool) -> Iterator[Step]:
    """Give a function to call as each stage begins; the bar appears on standard error after two seconds.

    Nothing is imported and nothing is drawn where ``shown`` is false.
    """
    if not shown:
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a run that someone watches pays for it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    names = iter(stages)
    task = bar.add_task("", total=len(stages), completed=-1)
    timer = threading.Timer(DELAY, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: bar.update(task, description=next(names), advance=1)
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
