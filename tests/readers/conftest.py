"""A file in a directory of its own, read by its bare name, so that messages can be compared whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from optlab.book import Book
from optlab.market import Market
from optlab.readers import read, read_market


@pytest.fixture
def read_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Book]:
    """Write text or bytes to book.csv (or another name) and read it."""
    monkeypatch.chdir(tmp_path)

    def _read(content: str | bytes, name: str = "book.csv", **options: str) -> Book:
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(name, **options)  # type: ignore[arg-type]

    return _read


@pytest.fixture
def read_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Market]:
    """Write text or bytes to market.csv (or another name) and read it as a market."""
    monkeypatch.chdir(tmp_path)

    def _read(content: str | bytes, name: str = "market.csv", **options: str) -> Market:
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_market(name, **options)  # type: ignore[arg-type]

    return _read
