"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch of `make golden`."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def in_project(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in the project's own folder, as the README's examples do."""
    monkeypatch.chdir(ROOT)
    return ROOT
