"""Parquet and Arrow files as sources of events; requires the extra ``parquet``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import attrs

from trophy_engine.analysis.event_logs.arrow_batches import BATCH_ROWS, check_arrow_types, read_batch
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.epochs import EpochUnit, find_epoch_unit, is_epoch
from trophy_engine.analysis.event_logs.events import Row, Source
from trophy_engine.analysis.event_logs.readers.files import LogReading, log_file_size
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.error_messages import file_error_reason
from trophy_engine.errors import MissingExtra, TrophyError
from trophy_engine.values import Value

try:
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet as pq
except ModuleNotFoundError as error:
    raise MissingExtra("reading Parquet and Arrow files", "parquet") from error

__all__ = ["ColumnarLog"]


@attrs.frozen
class ColumnarLog(Value):
    """A log in a Parquet file or an Arrow IPC file; the line of a source is the number of the row, from 1.

    An instant is a timestamp with a time zone, or ISO 8601 text with an offset; a timestamp without a zone, a date, and
    text without an offset are local times in the row's time zone. A value is a number or decimal text.

    Attributes:
        path: the file.
        columns: the columns of the log.
        format: ``"parquet"`` or ``"arrow"``.
        groups: the row groups to read, for a part of a Parquet file; None for all.
        first: the number of the first row.
        unit: the unit of instants that are numbers, if an earlier part has it; None to find it.
        on_note: called with what is found from the values, and with ``proposals``.
        proposals: options of the command line, by the column that each would use.
    """

    path: str
    columns: Columns
    format: Literal["parquet", "arrow"] = "parquet"
    groups: tuple[int, ...] | None = None
    first: int = 1
    unit: EpochUnit | None = attrs.field(default=None, kw_only=True)
    on_note: Callable[[str], object] | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)
    proposals: Mapping[str, str] = attrs.field(factory=dict, kw_only=True, eq=False, repr=False)
    reading: LogReading = attrs.field(factory=LogReading, init=False, eq=False, repr=False)

    def size(self) -> int | None:
        """Return the size of the file in bytes; of row groups, their share of it by rows."""
        size = log_file_size(self.path)
        if size is None or self.groups is None:
            return size
        metadata = self._open().metadata
        rows: int = sum(metadata.row_group(group).num_rows for group in self.groups)
        return size * rows // max(int(metadata.num_rows), 1)

    def position(self) -> int:
        """Return the number of bytes read so far, estimated from the rows."""
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
        line = self.first
        self.reading.start()
        parser = RowParser(self.columns, self.reading.left_out, self.on_note, self.unit)
        try:
            for batch in self._batches():
                batch.validate(full=True)  # pyarrow does not check offsets; a damaged one would crash the process
                yield from read_batch(batch, self.columns, self.path, line, parser)
                line += batch.num_rows
                self.reading.rows += batch.num_rows
        except (OSError, UnicodeDecodeError, OverflowError, pa.ArrowException) as error:
            raise TrophyError(f"cannot read {self.path} from row {line} on: {file_error_reason(error)}") from error

    def parts(self) -> Sequence[Iterable[Row]]:
        """Return the row groups, each as a log; an Arrow file is a single part."""
        if self.format == "arrow" or self.groups is not None:
            return [self]
        file = self._open()
        metadata = file.metadata
        self.columns.note_unused(self.path, file.schema_arrow.names, self.proposals, self.on_note)
        parts, first, unit = [], 1, self._find_unit()
        for group in range(metadata.num_row_groups):
            parts.append(attrs.evolve(self, groups=(group,), first=first, unit=unit, on_note=None))
            first += metadata.row_group(group).num_rows
        return parts

    def _find_unit(self) -> EpochUnit | None:
        """Return the unit of instants that are numbers, from the first of them, so that it is that of all parts."""
        columns, file = self.columns, self._open()
        if columns.at_unit or columns.at_format or columns.at not in file.schema_arrow.names:
            return None
        if pa.types.is_temporal(file.schema_arrow.field(columns.at).type):
            return None
        for batch in file.iter_batches(BATCH_ROWS, columns=[columns.at]):
            texts = [str(cell).strip() for cell in batch.column(0).to_pylist() if cell is not None]
            for text in filter(is_epoch, texts):
                unit = find_epoch_unit(Decimal(text))
                if unit is not None:
                    RowParser(columns, Counter(), self.on_note).note_unit(text, Source(self.path, 1))
                    return unit
            if texts and not pa.types.is_primitive(batch.column(0).type):
                return None  # texts of ISO 8601
        return None

    def _open(self) -> Any:
        try:
            return pq.ParquetFile(self.path)
        except (OSError, pa.ArrowException) as error:
            raise TrophyError(f"cannot read {self.path}: {file_error_reason(error)}") from error

    def _batches(self) -> Iterator[Any]:
        if self.format == "arrow":
            table = pyarrow.feather.read_table(self.path, memory_map=True)
            check_arrow_types(table.schema, self.columns, self.path)
            self.columns.note_unused(self.path, table.schema.names, self.proposals, self.on_note)
            batches = table.select(list(self.columns.required_columns())).to_batches(BATCH_ROWS)
            yield from self._measure(batches, table.num_rows)
        else:
            file = self._open()
            check_arrow_types(file.schema_arrow, self.columns, self.path)
            self.columns.note_unused(self.path, file.schema_arrow.names, self.proposals, self.on_note)
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


def read_first_columnar_rows(path: str, format_: Literal["parquet", "arrow"], count: int) -> list[dict[str, Any]]:
    """Return the first rows of a Parquet or Arrow file, as mappings of columns to values.

    Raises:
        TrophyError: the file cannot be read.
    """
    try:
        if format_ == "parquet":
            batch = next(pq.ParquetFile(path).iter_batches(count), None)
        else:
            batch = pyarrow.feather.read_table(path, memory_map=True).slice(0, count)
        if batch is None:
            return []
        batch.validate(full=True)
        return [dict(zip(batch.schema.names, row.values(), strict=True)) for row in batch.to_pylist()]
    except (OSError, ValueError, OverflowError, pa.ArrowException) as error:
        raise TrophyError(f"cannot read {path}: {file_error_reason(error)}") from error
