"""Files and standard input: encodings, archives, and one-line errors for what is no table."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from optlab.book import Book
from optlab.errors import ReadError
from optlab.readers import files, read

TEXT = "symbol,quantity,account\nMIU 27NOV26 24 C,1,Zürich €\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_every_encoding_gives_the_same_text(encoding: str, read_text: Callable[..., Book]) -> None:
    book = read_text(TEXT.encode(encoding))
    assert book.legs["account"].tolist() == ["Zürich €"]
    assert book.problems == ()


def test_windows_text_is_read_with_a_notice(read_text: Callable[..., Book]) -> None:
    book = read_text(TEXT.encode("cp1252"))
    assert book.notices == ("book.csv: is not UTF-8; it was read as Windows-1252 (Western European).",)


def test_gzip_is_unpacked_whatever_the_name(read_text: Callable[..., Book]) -> None:
    assert len(read_text(gzip.compress(TEXT.encode()), name="book.csv").legs) == 1


def test_an_archive_of_one_file_is_unpacked(read_text: Callable[..., Book]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("book.csv", TEXT)
    assert len(read_text(packed.getvalue(), name="book.zip").legs) == 1


def test_an_archive_of_several_files_asks_which(read_text: Callable[..., Book]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.writestr("b.csv", TEXT)
    with pytest.raises(ReadError, match=r"book\.zip: is an archive of 2 files\. Fix: unpack it"):
        read_text(packed.getvalue(), name="book.zip")


def test_a_minus_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    book = read("-")
    assert book.legs["source_file"].tolist() == ["-"]
    assert book.files[0].file == "-"


def test_a_missing_file_names_its_nearest_neighbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("positions.csv").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        read("postions.csv")
    assert str(caught.value) == "postions.csv: no such file. Fix: did you mean positions.csv."
    with pytest.raises(ReadError, match=r"^zzz: no such file\. Fix: check the path\.$"):
        read("zzz")
    with pytest.raises(ReadError, match=r"Fix: check the directory nowhere, it is not there\.$"):
        read("nowhere/book.csv")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is a directory"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(content: bytes, read_text: Callable[..., Book]) -> None:
    with pytest.raises(ReadError, match=r"^book\.csv: is empty\. Fix: export it again"):
        read_text(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "is an old Excel file"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (bytes(range(256)) * 4, "is not text that optlab can read"),
        (b"quantity\x00\x00\x01\x02\x03" * 5, "is not text that optlab can read"),
        (b"\x1f\x8bbroken", "cannot be unpacked"),
        (b"PK\x03\x04broken", "cannot be unpacked"),
        (b"PAR1broken", "is not a readable Parquet file"),
        (b"<html><body>Login</body></html>", "is XML or HTML"),
    ],
)
def test_what_is_no_table_says_what_it_is(
    content: bytes, reason: str, read_text: Callable[..., Book]
) -> None:
    with pytest.raises(ReadError, match=f"^book.csv: {reason}"):
        read_text(content)


def test_a_file_that_is_too_large_is_refused(
    read_text: Callable[..., Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 20)
    with pytest.raises(ReadError, match="holds more than"):
        read_text(TEXT)
    with pytest.raises(ReadError, match="holds more than"):
        read_text(gzip.compress(b"1" * 50))
