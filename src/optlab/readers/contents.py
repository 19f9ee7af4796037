"""What kind of file is this: content -> raw table, whatever the format, decided by the content and not its name."""

from __future__ import annotations

from optlab.errors import ReadError
from optlab.readers.delimited import read_delimited
from optlab.readers.files import Source, Text, content, decode
from optlab.readers.structured import read_json, read_parquet, read_xlsx
from optlab.readers.tables import IsHeader, RawTable


class Content:
    """A file's bytes, decoded once when text is wanted."""

    def __init__(self, source: Source) -> None:
        self.file, self.data = content(source)
        self.is_binary = self.data[:4] in (b"PAR1", b"PK\x03\x04")
        self.text, self.notices = Text("", ()) if self.is_binary else decode(self.file, self.data)


def raw_table(found: Content, is_header: IsHeader) -> RawTable:
    """Split a file into header, cells and lines, in whichever format it is.

    Raises
    ------
    ReadError
        If the format is not one that optlab reads.
    """
    file = found.file
    if found.data[:4] == b"PAR1":
        return read_parquet(file, found.data)
    if found.is_binary:
        return read_xlsx(file, found.data, is_header)
    start = found.text.lstrip()[:1]
    if start == "<":
        raise ReadError(f"{file}: is XML or HTML, which optlab does not read here. Fix: export it as CSV.")
    if start in ("{", "["):
        return read_json(file, found.text)
    return read_delimited(file, found.text, is_header)
