"""From a path to text: bytes of a file or of standard input, unpacked and decoded."""

from __future__ import annotations

import codecs
import difflib
import gzip
import io
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from optlab.errors import ReadError

STANDARD_INPUT = "-"
LARGEST = 2 * 1024**3
"""Bytes, unpacked; more than any book needs and less than fills a computer."""

Source = str | os.PathLike[str]


class Text(NamedTuple):
    """Decoded text, and what the decoding had to assume."""

    text: str
    notices: tuple[str, ...]


_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = (
    (b"%PDF", "is a PDF document", "export the table as CSV or XLSX"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel file (.xls)", "save it as .xlsx or CSV"),
    (b"\x89PNG", "is a picture", "export the table as CSV"),
    (b"\xff\xd8\xff", "is a picture", "export the table as CSV"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")


def content(source: Source) -> tuple[str, bytes]:
    """Return a file's name as it was given and its bytes; gzip and one-file zip archives are unpacked.

    Raises
    ------
    ReadError
        If there is no such file, it cannot be opened, or it is empty or too large.
    """
    name = os.fspath(source)
    data = sys.stdin.buffer.read(LARGEST + 1) if name == STANDARD_INPUT else _from_disk(name)
    data = _unpack(name, data)
    if len(data) > LARGEST:
        raise ReadError(f"{name}: holds more than {LARGEST // 1024**3} GB. Fix: split it into smaller files.")
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise ReadError(f"{name}: is empty. Fix: export it again, with a header line and at least one row.")
    return name, data


def _from_disk(name: str) -> bytes:
    path = Path(name)
    try:
        if path.is_dir():
            raise ReadError(f"{name}: is a directory. Fix: name the files in it, such as {path / '*.csv'}.")
        if path.exists() and path.stat().st_size > LARGEST:
            raise ReadError(
                f"{name}: holds more than {LARGEST // 1024**3} GB. Fix: split it into smaller files."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"{name}: no such file. Fix: {_nearest(path)}.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"{name}: cannot be opened ({reason}). Fix: check the path and its rights.") from None


def _nearest(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())[:10_000]
    except OSError:
        return f"check the directory {path.parent}, it is not there"
    found = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean {path.with_name(found[0])}" if found else "check the path"


def _unpack(name: str, data: bytes) -> bytes:
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
                return unpacked.read(LARGEST + 1)
        if data[:4] == b"PK\x03\x04":
            return _unzip(name, data)
    except ReadError:
        raise
    except Exception as error:  # noqa: BLE001  (a damaged archive provokes whatever it likes)
        raise ReadError(f"{name}: cannot be unpacked ({error}). Fix: download or export it again.") from None
    return data


def _unzip(name: str, data: bytes) -> bytes:
    """Unpack an archive of one file; a workbook is an archive too, and stays as it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [entry for entry in archive.infolist() if not entry.is_dir()]
        if sum(entry.file_size for entry in members) > LARGEST:
            raise ReadError(f"{name}: unpacks to more than {LARGEST // 1024**3} GB. Fix: check the file.")
        if any(entry.filename.startswith("xl/") for entry in members):
            return data
        if len(members) == 1:
            return archive.read(members[0])
    raise ReadError(
        f"{name}: is an archive of {len(members)} files. Fix: unpack it and name the file you want."
    )


def decode(name: str, data: bytes) -> Text:
    """Turn bytes into text: UTF-8, UTF-16 by its mark or its zero bytes, else Windows-1252.

    Raises
    ------
    ReadError
        If the bytes are no text.
    """
    for mark, reason, fix in _NOT_TEXT:
        if data.startswith(mark):
            raise ReadError(f"{name}: {reason}. Fix: {fix}.")
    encoding = _encoding(data)
    notices: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = _decode_windows(name, data)
        notices = (f"{name}: is not UTF-8; it was read as Windows-1252 (Western European).",)
    sample = text[:100_000]
    if "\x00" in text or len(_CONTROL.findall(sample)) > len(sample) / 100:
        raise _no_text(name)
    return Text(text.removeprefix("\ufeff"), notices)


def _encoding(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:2000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return "utf-8"


def _decode_windows(name: str, data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise _no_text(name) from None


def _no_text(name: str) -> ReadError:
    return ReadError(f"{name}: is not text that optlab can read. Fix: save it as CSV with UTF-8 encoding.")
