"""Sources of events: CSV and JSON Lines, plain or gzipped, from a file or standard input; Parquet and Arrow."""

from __future__ import annotations

import csv
import gzip
import json
import os
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NoReturn, TextIO, get_args

import attrs

from trophy_engine.analysis.event_logs.evaluation import Divisible, SizedLog
from trophy_engine.analysis.event_logs.events import BadRow, Columns, Row, Source, read_event
from trophy_engine.errors import InvalidValue, TrophyError, reason_of, short_repr
from trophy_engine.rules.constraints import InstanceOf, OneOf, Optional
from trophy_engine.rules.files import check_path

__all__ = ["STDIN", "LogFormat", "Logs", "TextLog", "format_of", "read_log"]

#: The formats of event logs.
LogFormat = Literal["csv", "jsonl", "parquet", "arrow"]

#: The path that means standard input.
STDIN = "-"
_GZIP_MAGIC = b"\x1f\x8b"


_ENDINGS: Final[Mapping[str, LogFormat]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}


def format_of(path: str) -> LogFormat:
    """Return the format of a log by the ending of its name; standard input is CSV.

    Raises:
        InvalidValue: the ending is unknown.
    """
    path = check_path(path)
    log_format = "csv" if path == STDIN else _ENDINGS.get(Path(path.lower().removesuffix(".gz")).suffix)
    if log_format is None:
        formats = ", ".join(dict.fromkeys(_ENDINGS.values()))
        raise InvalidValue(
            f"unknown format of {short_repr(path)}: its name has no known ending; set --log-format to one of {formats}"
        )
    return log_format


def read_log(path: str, columns: Columns, format_: LogFormat | None = None) -> Iterable[Row]:
    """Return the rows of a log, good and bad, in the order of the file; iteration reads it.

    Raises:
        InvalidValue: the format is unknown, or an argument is invalid.
        MissingExtra: the format needs a library that is not installed.
        TrophyError: on iteration, if the file cannot be read or lacks a column.
    """
    path = check_path(path)
    InstanceOf((Columns,)).check("columns", columns)
    Optional(OneOf(get_args(LogFormat))).check("format_", format_)
    log_format = format_ or format_of(path)
    if log_format == "csv" or log_format == "jsonl":  # noqa: PLR1714  # mypy narrows by this alone
        return TextLog(path, columns, log_format)
    from trophy_engine.analysis.event_logs.parquet import ColumnarLog  # noqa: PLC0415  # pyarrow comes with an extra

    return ColumnarLog(path, columns, log_format)


@attrs.frozen
class Logs:
    """Several logs in sequence, as one log."""

    logs: tuple[Iterable[Row], ...]

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows of all logs."""
        return chain.from_iterable(self.logs)

    def size(self) -> int | None:
        """Return the size of all logs in bytes, or None if that of one is unknown."""
        sizes = [log.size() if isinstance(log, SizedLog) else None for log in self.logs]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def position(self) -> int:
        """Return the number of bytes read so far."""
        return sum(log.position() for log in self.logs if isinstance(log, SizedLog))

    def parts(self) -> Sequence[Iterable[Row]]:
        """Return the parts that different processes can read."""
        return [part for log in self.logs for part in (log.parts() if isinstance(log, Divisible) else [log])]


@attrs.define
class ReadPosition:
    """The position in the file that a log reads; a log is read once at a time."""

    file: BinaryIO | None = None
    last: int = 0

    def position(self) -> int:
        """Return the number of bytes read so far."""
        return self.last if self.file is None else self.file.tell()

    def close(self) -> None:
        """Keep the position of the file and forget the file."""
        try:
            self.last = self.position()
        except (OSError, ValueError):
            self.last = 0
        self.file = None


@attrs.frozen
class TextLog:
    """A log in CSV or JSON Lines."""

    path: str
    columns: Columns
    format: Literal["csv", "jsonl"]
    reading: ReadPosition = attrs.field(factory=ReadPosition, init=False, eq=False, repr=False)

    def size(self) -> int | None:
        """Return the size of the file in bytes, or None if it is not a regular file."""
        return file_size(self.path)

    def position(self) -> int:
        """Return the number of bytes read so far."""
        return self.reading.position()

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            InvalidValue: a column is missing.
            TrophyError: the file, or its rest, cannot be read.
        """
        line = 0
        try:
            with _open_text(self.path, self.reading) as text:
                rows = _read_csv(text, self.path, self.columns) if self.format == "csv" else _read_json(text)
                for line, row in rows:  # the message below uses the last line
                    yield _read_row(row, self.columns, Source(self.path, line))
        except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
            after = f" after line {line}" if line else ""
            raise TrophyError(f"cannot read {self.path}{after}: {reason_of(error)}") from error


def _read_row(row: Any, columns: Columns, source: Source) -> Row:
    if isinstance(row, InvalidValue):
        return BadRow(source, str(row))
    try:
        return read_event(row, columns, source)
    except InvalidValue as error:
        return BadRow(source, str(error))


@contextmanager
def _open_text(path: str, reading: ReadPosition) -> Iterator[TextIO]:
    raw: BinaryIO = sys.stdin.buffer if path == STDIN else Path(path).open("rb")  # noqa: SIM115  # closed below
    reading.file = raw
    try:
        zipped = raw.peek(2)[:2] == _GZIP_MAGIC if hasattr(raw, "peek") else path.endswith(".gz")
        binary = gzip.GzipFile(fileobj=raw) if zipped else raw
        yield TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    finally:
        reading.close()
        if path != STDIN:
            raw.close()


def file_size(path: str) -> int | None:
    """Return the size of a regular file in bytes, or None for standard input, a pipe, or a file that does not exist."""
    try:
        status = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _read_csv(text: TextIO, path: str, columns: Columns) -> Iterator[tuple[int, Mapping[str, Any]]]:
    delimiter = "\t" if path.lower().removesuffix(".gz").endswith(".tsv") else ","
    reader = csv.DictReader(text, delimiter=delimiter)
    columns.check(path, reader.fieldnames or ())
    for row in reader:
        yield reader.line_num, row


def _read_json(text: TextIO) -> Iterator[tuple[int, Mapping[str, Any] | InvalidValue]]:
    for line, text_line in enumerate(text, start=1):
        if not text_line.strip():
            continue
        try:
            row = json.loads(
                text_line,
                parse_float=str,
                parse_int=str,
                parse_constant=_refuse_constant,
                object_pairs_hook=_build_object,
            )
        except (ValueError, RecursionError) as error:
            yield line, InvalidValue(f"is not JSON: {error}")
            continue
        yield line, row if isinstance(row, dict) else InvalidValue("is not a JSON object")


def _refuse_constant(constant: str) -> NoReturn:
    raise InvalidValue(f"{constant} is not a JSON number")


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in values if names.count(name) > 1)
        raise InvalidValue(f"the name {short_repr(repeated)} occurs twice in one object")
    return values
