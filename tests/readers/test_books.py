"""Several files, the counts of each, and files that somebody has damaged."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from optlab.book import Book
from optlab.errors import OptlabError, ReadError
from optlab.readers import read, read_market

SAMPLE = (
    'symbol;underlying;type;strike;expiry;side;quantity;entry;iv;group\n'
    "MIU 27NOV26 24 C;;;;;buy;10;1,79;;A\n"
    ";SPXW;put;5.000,5;27.11.2026;sell;(3);0,70;44%;A\n"
    '"AAPL";;stock;;;;100;231,40;;"two\nlines"\n'
    ";MIU;call;24;2026-11-27 16:00;buy;1;1,00;;B\n"
)  # fmt: skip


def test_several_files_are_one_book_and_keep_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text("symbol,quantity\nAAPL,1\nAAPL,x\n", encoding="utf-8")
    Path("two.csv").write_text("symbol,quantity\nAAPL,2\nMSFT,0\n", encoding="utf-8")
    book = read(["one.csv", Path("two.csv")])
    assert book.legs[["source_file", "source_line"]].to_numpy().tolist() == [["one.csv", 2], ["two.csv", 2]]
    assert [(report.file, report.rows, report.imported) for report in book.files] == [
        ("one.csv", 2, 1),
        ("two.csv", 2, 1),
    ]
    assert [problem.file for problem in book.problems] == ["one.csv"]


def test_no_file_and_an_unknown_date_order_are_refused() -> None:
    with pytest.raises(ReadError, match="no file is named"):
        read([])
    with pytest.raises(ReadError, match="date order 'ymd' is not known"):
        read("book.csv", date_order="ymd")  # type: ignore[arg-type]


def test_the_undamaged_sample_is_read(read_text: Callable[..., Book]) -> None:
    book = read_text(SAMPLE)
    assert book.problems == ()
    assert book.legs["strike"].tolist()[:2] == [24.0, 5000.5]
    assert book.legs["quantity"].tolist() == [10.0, -3.0, 100.0, 1.0]


def test_damaged_files_never_end_in_a_traceback(tmp_path: Path) -> None:
    """Bytes are cut out, doubled, swapped and replaced: whatever comes out, it is legs, problems or a ReadError."""
    chance = random.Random(20261002)  # noqa: S311  (the same damage in every run)
    path = tmp_path / "book.csv"
    for _ in range(200):
        data = bytearray(SAMPLE.encode(chance.choice(["utf-8", "utf-16", "cp1252"])))
        for _ in range(chance.randint(1, 8)):
            place, length = chance.randrange(len(data)), chance.randint(1, 20)
            piece = bytes(data[place : place + length])
            insert = chance.choice(
                [b"", piece * 2, bytes([chance.randrange(256)]), b'"', b";", b"\n", b"\x00"]
            )
            data[place : place + length] = insert
            data = data or bytearray(b"x")
        path.write_bytes(data)
        _read_both(path)


def _read_both(path: Path) -> None:
    try:
        book = read(path)
    except OptlabError:
        pass
    else:
        report = book.files[0]
        lines = {problem.line for problem in report.problems}
        assert report.rows == report.imported + sum(report.ignored.values()) + len(lines)
    with contextlib.suppress(OptlabError):
        read_market(path)
