"""What was read of each file, as tables and as one document."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from optlab.book import Book, FileReport

PROBLEM_COLUMNS = ["file", "line", "column", "value", "reason", "fix"]


def check_document(book: Book) -> dict[str, object]:
    """Return each file's count of rows, and every problem."""
    return {
        "files": [_file_record(report) for report in book.files],
        "problems": [asdict(problem) for problem in book.problems],
    }


def check_table(book: Book) -> pd.DataFrame:
    """Return a row per file; without folders where the names alone tell the files apart."""
    table = pd.DataFrame([_file_row(report) for report in book.files])
    names = table["file"].map(lambda file: Path(file).name)
    return table if names.duplicated().any() else table.assign(file=names)


def problem_table(book: Book) -> pd.DataFrame:
    """Return a row per fault of a row that was set aside."""
    return pd.DataFrame([asdict(problem) for problem in book.problems], columns=PROBLEM_COLUMNS)


def _file_record(report: FileReport) -> dict[str, object]:
    record = asdict(report)
    del record["broken_groups"]
    return {**record, "ignored": dict(sorted(report.ignored.items()))}


def _file_row(report: FileReport) -> dict[str, object]:
    set_aside = {problem.line for problem in report.problems}
    return {
        "file": report.file,
        "dialect": report.dialect,
        "rows": report.rows,
        "imported": report.imported,
        "ignored": ", ".join(f"{count} {name}" for name, count in sorted(report.ignored.items())) or "0",
        "problems": len(set_aside),
    }
