"""Parquet and Arrow files as sources of events; requires the extra ``parquet``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import attrs

from trophy_engine.analysis.event_logs.arrow_batches import BATCH_ROWS, check_types, read_batch
from trophy_engine.analysis.event_logs.events import Columns, Row
from trophy_engine.analysis.event_logs.sources import ReadPosition, file_size
from trophy_engine.errors import MissingExtra, TrophyError, reason_of

try:
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet as pq
except ModuleNotFoundError as error:
    raise MissingExtra("reading Parquet and Arrow files", "parquet") from error

__all__ = ["ColumnarLog"]


@attrs.frozen
class ColumnarLog:
    """A log in a Parquet file or an Arrow IPC file; the line of a source is the number of the row, from 1.

    An instant is a timestamp with a time zone, or ISO 8601 text with an offset; a timestamp without a zone, a date, and
    text without an offset are local times in the row's time zone. A value is a number or decimal text.

    Attributes:
        path: the file.
        columns: the columns of the log.
        format: ``"parquet"`` or ``"arrow"``.
        groups: the row groups to read, for a part of a Parquet file; None for all.
        first: the number of the first row.
    """

    path: str
    columns: Columns
    format: Literal["parquet", "arrow"] = "parquet"
    groups: tuple[int, ...] | None = None
    first: int = 1
    reading: ReadPosition = attrs.field(factory=ReadPosition, init=False, eq=False, repr=False)

    def size(self) -> int | None:
        """Return the size of the file in bytes; of row groups, their share of it by rows."""
        size = file_size(self.path)
        if size is None or self.groups is None:
            return size
        metadata = self._open().metadata
        rows: int = sum(metadata.row_group(group).num_rows for group in self.groups)
        return size * rows // max(int(metadata.num_rows), 1)

    def position(self) -> int:
        """Return the number of bytes read so far, estimated from the rows."""
        return self.reading.position()

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            InvalidValue: a column is missing.
            TrophyError: the file, or its rest, cannot be read.
        """
        line = self.first
        try:
            for batch in self._batches():
                batch.validate(full=True)  # pyarrow does not check offsets; a damaged one would crash the process
                yield from read_batch(batch, self.columns, self.path, line)
                line += batch.num_rows
        except (OSError, UnicodeDecodeError, OverflowError, pa.ArrowException) as error:
            raise TrophyError(f"cannot read {self.path} from row {line} on: {reason_of(error)}") from error

    def parts(self) -> Sequence[Iterable[Row]]:
        """Return the row groups, each as a log; an Arrow file is a single part."""
        if self.format == "arrow" or self.groups is not None:
            return [self]
        metadata = self._open().metadata
        parts, first = [], 1
        for group in range(metadata.num_row_groups):
            parts.append(attrs.evolve(self, groups=(group,), first=first))
            first += metadata.row_group(group).num_rows
        return parts

    def _open(self) -> Any:
        try:
            return pq.ParquetFile(self.path)
        except (OSError, pa.ArrowException) as error:
            raise TrophyError(f"cannot read {self.path}: {reason_of(error)}") from error

    def _batches(self) -> Iterator[Any]:
        if self.format == "arrow":
            table = pyarrow.feather.read_table(self.path, memory_map=True)
            check_types(table.schema, self.columns, self.path)
            batches = table.select(list(self.columns.required_columns())).to_batches(BATCH_ROWS)
            yield from self._measure(batches, table.num_rows)
        else:
            file = self._open()
            check_types(file.schema_arrow, self.columns, self.path)
            names = list(self.columns.required_columns())
            groups = range(file.num_row_groups) if self.groups is None else self.groups
            rows = sum(file.metadata.row_group(group).num_rows for group in groups)
            yield from self._measure(file.iter_batches(BATCH_ROWS, row_groups=self.groups, columns=names), rows)

    def _measure(self, batches: Iterable[Any], total: int) -> Iterator[Any]:
        """Yield batches, and keep the position."""
        size, done = self.size() or 0, 0
        for batch in batches:
            yield batch
            done += batch.num_rows
            self.reading.last = size * done // max(total, 1)
