"""Sources of events: files of every format, and several of them as one log."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Literal, assert_never

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.evaluation import DivisibleLog, FilteredLog, SizedLog
from trophy_engine.analysis.event_logs.events import BadRow, Row, Source
from trophy_engine.analysis.event_logs.file_formats import FileFormat, LogFormat
from trophy_engine.analysis.event_logs.readers.delimited import read_delimited
from trophy_engine.analysis.event_logs.readers.files import (
    READ_ERRORS,
    LogReading,
    describe_log_read_error,
    log_file_size,
    open_log_as_text,
)
from trophy_engine.analysis.event_logs.readers.json_document import read_json_document
from trophy_engine.analysis.event_logs.readers.json_lines import read_json_lines
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Optional
from trophy_engine.values import Value

__all__ = ["Logs", "RowLog", "read_log"]

if TYPE_CHECKING:
    from trophy_engine.analysis.event_logs.parquet import ColumnarLog

#: A row as a reader has it: its line and its cells by column, or its error.
RawRow = tuple[int, Mapping[str, Any] | InvalidValue]


def read_log(
    path: str,
    columns: Columns,
    format_: LogFormat | FileFormat | None = None,
    *,
    on_note: Callable[[str], object] | None = None,
    proposals: Mapping[str, str] | None = None,
) -> RowLog | ColumnarLog:
    """Return the rows of a log, good and bad, in the order of the file; iteration reads it.

    Args:
        path: the file; ``-`` is standard input.
        columns: the columns of the log.
        format_: the format of the file, by default that of the ending of its name.
        on_note: called with what is found from the values, for example the unit of instants that are numbers.
        proposals: options of the command line, by the column that each would use. A note proposes one if the log has
            the column and ``columns`` does not use it.

    Raises:
        InvalidValue: the format is unknown, or an argument is invalid.
        MissingExtra: the format needs a library that is not installed.
        TrophyError: on iteration, if the file cannot be read or lacks a column.
    """
    path = check_path(path)
    InstanceOf((Columns,)).check("columns", columns)
    Optional(CALLABLE).check("on_note", on_note)
    Optional(InstanceOf((Mapping,))).check("proposals", proposals)
    file_format = format_ if isinstance(format_, FileFormat) else FileFormat(format_)
    name = file_format.name_for(path)
    if name == "parquet" or name == "arrow":  # noqa: PLR1714  # mypy narrows by this alone
        from trophy_engine.analysis.event_logs import parquet  # noqa: PLC0415  # pyarrow comes with an extra

        return parquet.ColumnarLog(path, columns, name, on_note=on_note, proposals=proposals or {})
    if name == "excel":
        import trophy_engine.analysis.event_logs.readers.excel  # noqa: F401, PLC0415  # so that a missing extra is noticed now
    return RowLog(path, columns, name, file_format, on_note, proposals or {})


@attrs.frozen
class Logs(Value):
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

    def left_out(self) -> Mapping[str, int]:
        """Return the number of rows and values that were left out, by the attribute of ``Columns`` that does so."""
        counts: Counter[str] = Counter()
        for log in self.logs:
            counts.update(log.left_out() if isinstance(log, FilteredLog) else {})
        return counts

    def parts(self) -> Sequence[Iterable[Row]]:
        """Return the parts that different processes can read."""
        return [part for log in self.logs for part in (log.parts() if isinstance(log, DivisibleLog) else [log])]


@attrs.frozen
class RowLog(Value):
    """A log in a file that is read row by row: CSV, JSON, or a sheet of a workbook."""

    path: str
    columns: Columns
    format: Literal["csv", "jsonl", "json", "excel"]
    file_format: FileFormat = attrs.field(factory=FileFormat)
    on_note: Callable[[str], object] | None = attrs.field(default=None, eq=False, repr=False)
    proposals: Mapping[str, str] = attrs.field(factory=dict, eq=False, repr=False)
    reading: LogReading = attrs.field(factory=LogReading, init=False, eq=False, repr=False)

    def size(self) -> int | None:
        """Return the size of the file in bytes, or None if it is not a regular file."""
        return log_file_size(self.path)

    def position(self) -> int:
        """Return the number of bytes read so far."""
        return self.reading.position()

    def left_out(self) -> Mapping[str, int]:
        """Return the number of rows and values that were left out, by the attribute of ``Columns`` that does so."""
        return self.reading.left_out

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            InvalidValue: a column is missing.
            TrophyError: the file, or its rest, cannot be read, or its instants are numbers in different units.
        """
        self.reading.start()
        parse = RowParser(self.columns, self.reading.left_out, self.on_note).parse
        path = self.path
        rows = read_log_rows(path, self.format, self.file_format, self.columns, self.reading, self.on_note)
        first = tuple(islice(rows, 1))
        for _, row in first:
            names = self.reading.header or (row if isinstance(row, Mapping) else ())
            self.columns.note_unused(path, names, self.proposals, self.on_note)
        for line, row in chain(first, rows):
            self.reading.rows += 1
            if row.__class__ is dict:
                yield from parse(row, Source(path, line))
            else:
                yield BadRow(Source(path, line), str(row))


def read_log_rows(
    path: str,
    name: Literal["csv", "jsonl", "json", "excel"],
    file_format: FileFormat,
    columns: Columns | None,
    reading: LogReading,
    on_note: Callable[[str], object] | None = None,
) -> Generator[RawRow, None, None]:
    """Yield the lines and the rows of a file; with ``columns``, those in columns have the required ones alone.

    Raises:
        InvalidValue: a column is missing.
        TrophyError: the file, or its rest, cannot be read.
    """
    line = 0
    try:
        with nullcontext() if name == "excel" else open_log_as_text(path, file_format.encoding, reading) as text:
            # The line is for messages.
            for line, row in _read_rows_in_log_format(text, path, name, file_format, columns, reading, on_note):
                yield line, row
    except (*READ_ERRORS, UnicodeError, csv.Error) as error:
        after = f" after line {line}" if line else ""
        raise TrophyError(f"cannot read {path}{after}: {describe_log_read_error(error)}") from error


def _read_rows_in_log_format(
    text: Any,
    path: str,
    name: Literal["csv", "jsonl", "json", "excel"],
    file_format: FileFormat,
    columns: Columns | None,
    reading: LogReading,
    on_note: Callable[[str], object] | None,
) -> Iterator[RawRow]:
    match name:
        case "csv":
            return read_delimited(text, path, file_format.delimiter, columns, reading)
        case "jsonl":
            return read_json_lines(text)
        case "json":
            return read_json_document(text, path, file_format.records, on_note)
        case "excel":
            from trophy_engine.analysis.event_logs.readers.excel import read_excel  # noqa: PLC0415  # comes with an extra

            return read_excel(path, file_format.sheet, columns, reading)
        case _:
            assert_never(name)
