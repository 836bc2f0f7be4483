"""Sources of events: CSV and JSON Lines, plain or gzipped, from a file or from standard input."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

from trophy_engine.errors import InvalidValue, TrophyError, nearest
from trophy_engine.replay.events import BadRow, Columns, Event, Source, read_event

__all__ = ["STDIN", "LogFormat", "format_of", "read_log"]

LogFormat = Literal["csv", "jsonl"]

#: The name that stands for standard input.
STDIN = "-"
_GZIP_MAGIC = b"\x1f\x8b"


def format_of(path: str) -> LogFormat:
    """Tell the format of a log by its name; standard input is CSV unless said otherwise.

    Raises:
        InvalidValue: the name tells neither CSV nor JSON Lines.
    """
    name = Path(path).name.lower().removesuffix(".gz")
    if path == STDIN or name.endswith((".csv", ".tsv")):
        return "csv"
    if name.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    raise InvalidValue(f"cannot tell the format of {path!r} by its name; say --format csv or --format jsonl")


def read_log(path: str, columns: Columns, format_: LogFormat | None = None) -> Iterator[Event | BadRow]:
    """Read the rows of a log, good and bad, in the order of the file.

    Raises:
        TrophyError: the file cannot be read, or lacks a column.
    """
    wanted = format_ or format_of(path)
    try:
        with _open(path) as text:
            rows = _csv_rows(text, path, columns) if wanted == "csv" else _json_rows(text)
            for line, row in rows:
                yield _read_row(row, columns, Source(path, line))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise TrophyError(f"cannot read {path}: {error}") from error


def _read_row(row: Any, columns: Columns, source: Source) -> Event | BadRow:
    if isinstance(row, InvalidValue):
        return BadRow(source, str(row))
    try:
        return read_event(row, columns, source)
    except InvalidValue as error:
        return BadRow(source, str(error))


@contextmanager
def _open(path: str) -> Iterator[TextIO]:
    raw: BinaryIO = sys.stdin.buffer if path == STDIN else Path(path).open("rb")  # noqa: SIM115  # closed below
    try:
        zipped = raw.peek(2)[:2] == _GZIP_MAGIC if hasattr(raw, "peek") else path.endswith(".gz")
        binary = gzip.GzipFile(fileobj=raw) if zipped else raw
        yield TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    finally:
        if path != STDIN:
            raw.close()


def _csv_rows(text: TextIO, path: str, columns: Columns) -> Iterator[tuple[int, Mapping[str, Any]]]:
    delimiter = "\t" if path.lower().removesuffix(".gz").endswith(".tsv") else ","
    reader = csv.DictReader(text, delimiter=delimiter)
    found = list(reader.fieldnames or ())
    for column in columns.named():
        if column not in found:
            near = nearest(column, found)
            hint = f" did you mean {near!r}?" if near else ""
            raise InvalidValue(f"{path} has no column {column!r};{hint} it has {', '.join(map(repr, found)) or 'none'}")
    for row in reader:
        yield reader.line_num, row


def _json_rows(text: TextIO) -> Iterator[tuple[int, Mapping[str, Any] | InvalidValue]]:
    for line, written in enumerate(text, start=1):
        if not written.strip():
            continue
        try:
            row = json.loads(written, parse_float=str)
        except (ValueError, RecursionError) as error:
            yield line, InvalidValue(f"is not JSON: {error}")
            continue
        yield line, row if isinstance(row, dict) else InvalidValue("is not a JSON object")
