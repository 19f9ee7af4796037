"""The progress bar keeps quiet until it is worth it."""

from __future__ import annotations

import sys
import time

import pytest

from optlab.render import progress as module
from optlab.render.progress import progress


def test_nothing_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(["reading", "pricing"], shown=False) as step:
        step()
        step()
    assert capsys.readouterr() == ("", "")


def test_a_quick_run_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar starts after two seconds, not before."""
    started = watch(monkeypatch)
    with progress(["reading"], shown=True) as step:
        step()
    assert started == []


def test_a_slow_run_draws_the_stage_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    started = watch(monkeypatch)
    monkeypatch.setattr(module, "DELAY", 0.01)
    with progress(["reading", "pricing"], shown=True) as step:
        step()
        step()
        deadline = time.monotonic() + 5
        while not started and time.monotonic() < deadline:
            time.sleep(0.01)
    assert started == ["pricing"]


def watch(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the stage at which the bar starts, and draw nothing."""
    from rich.progress import Progress

    started: list[str] = []
    monkeypatch.setattr(Progress, "start", lambda bar: started.append(bar.tasks[0].description))
    assert "rich.progress" in sys.modules
    return started
