"""Open the text of files: compressed or not, in the encoding of their byte-order mark or in UTF-8."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, TextIO, cast
from zipfile import BadZipFile, ZipFile

import attrs

from trophy_engine.analysis.event_logs.file_formats import STDIN
from trophy_engine.error_messages import file_error_reason, list_keys_in_message
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.representation import brief_repr

#: The errors of reading and decompressing a file.
READ_ERRORS: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, BadZipFile, NotImplementedError)

_GZIP: Final = b"\x1f\x8b"
_BZIP2: Final = b"BZh"
_XZ: Final = b"\xfd7zXZ\x00"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")  # with files, and without
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
#: Byte-order marks, the longest first, and the encodings that remove them.
_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_PEEKED: Final = 64


@attrs.define
class LogReading:
    """The state of reading a log, which is read once at a time.

    Attributes:
        file: the open file.
        last: the last known position in it.
        rows: the number of rows read so far.
        header: the names of the columns, of a format that has a header.
        left_out: the number of rows and values that were left out, by the attribute of ``Columns`` that does so.
    """

    __repr__ = brief_repr

    file: BinaryIO | None = None
    last: int = 0
    rows: int = 0
    header: Sequence[str] = ()
    left_out: Counter[str] = attrs.field(factory=Counter)

    def position(self) -> int:
        """Return the number of bytes read so far."""
        return self.last if self.file is None else self.file.tell()

    def start(self) -> None:
        """Forget the counts of an earlier reading."""
        self.rows = 0
        self.header = ()
        self.left_out.clear()

    def close(self) -> None:
        """Keep the position of the file and forget the file."""
        try:
            self.last = self.position()
        except (OSError, ValueError):
            self.last = 0
        self.file = None


def log_file_size(path: str) -> int | None:
    """Return the size of a regular file in bytes, or None for standard input, a pipe, or a file that does not exist."""
    try:
        status = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def read_log_bytes(path: str, reading: LogReading) -> bytes:
    """Return the content of a file or of standard input.

    Raises:
        TrophyError: the file cannot be read.
    """
    try:
        content = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise TrophyError(f"cannot read {path}: {file_error_reason(error)}") from error
    reading.last = len(content)
    return content


@contextmanager
def open_log_as_binary(path: str, reading: LogReading) -> Iterator[BinaryIO]:
    """Open a file or standard input, and decompress it if it is compressed."""
    with ExitStack() as stack:
        raw: BinaryIO = sys.stdin.buffer if path == STDIN else stack.enter_context(Path(path).open("rb"))
        reading.file = raw
        stack.callback(reading.close)
        yield stack.enter_context(_decompress_log(path, raw))


@contextmanager
def _decompress_log(path: str, raw: BinaryIO) -> Iterator[BinaryIO]:
    start = raw.peek(_PEEKED)[:_PEEKED] if isinstance(raw, io.BufferedReader) else b""
    if start.startswith(_GZIP):
        yield cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    elif start.startswith(_BZIP2):
        yield cast("BinaryIO", bz2.BZ2File(raw))
    elif start.startswith(_XZ):
        yield cast("BinaryIO", lzma.LZMAFile(raw))  # noqa: SIM115  # it does not close what it reads
    elif start.startswith(_ZSTANDARD):
        raise TrophyError(f"cannot read {path}: it is compressed with Zstandard; decompress it with zstd -d")
    elif start.startswith(_ZIP):
        with ZipFile(raw) as archive, _open_zip_member(path, archive) as member:
            yield cast("BinaryIO", member)
    else:
        yield raw


def _open_zip_member(path: str, archive: ZipFile) -> IO[bytes]:
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if len(names) != 1:
        listed = list_keys_in_message(names)
        raise TrophyError(f"cannot read {path}: it has {len(names)} files, and must have one: {listed}; extract it")
    try:
        return archive.open(names[0])
    except RuntimeError as error:  # encrypted
        raise TrophyError(f"cannot read {path}: {error}; extract it") from error


@contextmanager
def open_log_as_text(path: str, encoding: str | None, reading: LogReading) -> Iterator[TextIO]:
    """Open the text of a file or of standard input; line ends are kept.

    Raises:
        TrophyError: the file is compressed in a way that cannot be read.
    """
    with open_log_as_binary(path, reading) as binary:
        buffered: Any = binary if hasattr(binary, "peek") else io.BufferedReader(cast("io.RawIOBase", binary))
        start = buffered.peek(_PEEKED)[:_PEEKED]
        if encoding is None:
            encoding = next((name for mark, name in _BYTE_ORDER_MARKS if start.startswith(mark)), "utf-8")
        text = io.TextIOWrapper(buffered, encoding=encoding, newline="")
        try:
            yield text
        finally:
            if path == STDIN:
                text.detach()  # or the wrapper closes standard input when it is deleted


def describe_log_decoding_error(error: UnicodeError) -> str:
    """Return why a text cannot be decoded, and the remedy."""
    encoding = getattr(error, "encoding", "text").upper()
    if encoding == "UTF-8" and b"\0" in getattr(error, "object", b"")[:_PEEKED]:
        return "it is not UTF-8 text; set --encoding utf-16 or utf-16-le"
    return f"it is not {encoding} text; set --encoding, for example cp1252 (Windows), latin-1 or utf-16"


def describe_log_read_error(error: Exception) -> str:
    """Return why a file cannot be read."""
    if isinstance(error, UnicodeError):
        return describe_log_decoding_error(error)
    if isinstance(error, InvalidValue):
        return str(error)
    return file_error_reason(error)
