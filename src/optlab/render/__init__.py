"""Showing results: terminal, CSV, JSON, Parquet, XLSX."""

from optlab.render.files import write

__all__ = ["write"]
