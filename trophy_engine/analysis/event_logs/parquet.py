"""Parquet and Arrow files as sources of events; requires the extra ``parquet``.

Columns are read in batches. Repeated cells of a column (users, metrics, zones, attributes) are parsed once per batch,
not once per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import Any, Final, Literal

import attrs

from trophy_engine.analysis.event_logs.events import BadRow, Columns, Event, Row, Source
from trophy_engine.analysis.event_logs.local_times import LocalTime, parse_time, resolve_time
from trophy_engine.analysis.event_logs.sources import ReadPosition, file_size
from trophy_engine.calendar.instants import FIRST, LAST
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue, MissingExtra, TrophyError, reason_of
from trophy_engine.identifiers import check_user_id
from trophy_engine.numbers import Number, exact, exact_text

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.feather
    import pyarrow.parquet as pq
except ModuleNotFoundError as error:
    raise MissingExtra("reading Parquet and Arrow files", "parquet") from error

__all__ = ["ColumnarLog"]

_BATCH: Final = 65_536
_INSTANT: Final = pa.timestamp("us", "UTC")
_LOCAL: Final = pa.timestamp("us")
# The constructor of a named tuple is a slower way to the same call.
_new_event: Final = partial(tuple.__new__, Event)

#: The parsed cells of a column; an ``InvalidValue`` for each invalid cell.
Cells = Sequence[Any]


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
                yield from _read_batch(batch, self.columns, self.path, line)
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
            self.columns.check(self.path, table.column_names)
            batches = table.select(list(self.columns.required_columns())).to_batches(_BATCH)
            yield from self._measure(batches, table.num_rows)
        else:
            file = self._open()
            self.columns.check(self.path, file.schema_arrow.names)
            names = list(self.columns.required_columns())
            groups = range(file.num_row_groups) if self.groups is None else self.groups
            rows = sum(file.metadata.row_group(group).num_rows for group in groups)
            yield from self._measure(file.iter_batches(_BATCH, row_groups=self.groups, columns=names), rows)

    def _measure(self, batches: Iterable[Any], total: int) -> Iterator[Any]:
        """Yield batches, and keep the position."""
        size, done = self.size() or 0, 0
        for batch in batches:
            yield batch
            done += batch.num_rows
            self.reading.last = size * done // max(total, 1)


def _read_batch(batch: Any, columns: Columns, path: str, first: int) -> Iterator[Row]:
    """Yield the rows of a batch."""
    zones = _parse_column(batch, columns.time_zone, lambda name: zone(name).name, missing=None)
    cells: list[Cells] = [
        _parse_instants(batch, columns.at, zones),
        _parse_column(batch, columns.user, check_user_id),
        _parse_column(batch, columns.metric, _text),
        _parse_values(batch, columns.value),
        zones,
        _read_attributes(batch, columns),
    ]
    lines = range(first, first + batch.num_rows)
    if not any(isinstance(column, _FaultyCells) for column in cells):
        yield from map(_new_event, zip(*cells, repeat(path), lines, strict=False))
        return
    for row in zip(*cells, repeat(path), lines, strict=False):
        fault = next((cell for cell in row if isinstance(cell, InvalidValue)), None)
        yield _new_event(row) if fault is None else BadRow(Source(*row[-2:]), str(fault))


class _FaultyCells(list[Any]):
    """Cells of which at least one is an ``InvalidValue``."""


def _text(text: str) -> str:
    return text


def _parse_column(batch: Any, name: str | None, read: Callable[[str], Any], missing: Any = ...) -> Cells:
    """Return the parsed cells of a column that is text or converts to text; ``missing`` replaces an empty cell."""
    if name is None:
        return [missing] * batch.num_rows
    if name.startswith("="):
        return [read(name[1:])] * batch.num_rows
    encoded = pc.dictionary_encode(batch.column(name), null_encoding="encode")
    parsed = [_parse_cell(cell, name, read, missing) for cell in encoded.dictionary.to_pylist()]
    cells = map(parsed.__getitem__, encoded.indices.to_pylist())
    return (_FaultyCells if any(isinstance(cell, InvalidValue) for cell in parsed) else list)(cells)


def _parse_cell(cell: Any, name: str, read: Callable[[str], Any], missing: Any) -> Any:
    text = "" if cell is None else str(cell).strip()
    if not text:
        return InvalidValue(f"the column {name!r} is empty") if missing is ... else missing
    try:
        return read(text)
    except InvalidValue as error:
        return error


def _parse_instants(batch: Any, name: str, zones: Cells) -> Cells:
    """Return the parsed cells of the column of instants; local times are in the zones of their rows."""
    if name.startswith("=") or not pa.types.is_timestamp(batch.column(name).type):
        times = _parse_column(batch, name, lambda text: parse_time(text, name))
    elif batch.column(name).type.tz is None:
        local = pc.cast(batch.column(name), _LOCAL, safe=False).cast(pa.int64()).to_pylist()
        times = [
            InvalidValue(f"the column {name!r} is empty") if micros is None else LocalTime(micros) for micros in local
        ]
    else:
        return _read_timestamps(batch.column(name), name)
    if any(isinstance(time, LocalTime) for time in times):
        times = [_resolve_cell(time, name, zone_name) for time, zone_name in zip(times, zones, strict=True)]
    return (_FaultyCells if any(isinstance(time, InvalidValue) for time in times) else list)(times)


def _resolve_cell(time: Any, name: str, zone_name: Any) -> int | InvalidValue:
    if isinstance(time, InvalidValue) or isinstance(zone_name, InvalidValue):
        return time if isinstance(time, InvalidValue) else zone_name
    try:
        return resolve_time(time, None if zone_name is None else zone(zone_name), name)
    except InvalidValue as error:
        return error


def _read_timestamps(column: Any, name: str) -> Cells:
    cells = pc.cast(column, _INSTANT, safe=False).cast(pa.int64())
    bounds = pc.min_max(cells).as_py()
    if not column.null_count and (not len(column) or FIRST <= bounds["min"] <= bounds["max"] < LAST):
        return list(cells.to_pylist())
    return _FaultyCells(_check_instant(cell, name) for cell in cells.to_pylist())


def _check_instant(cell: int | None, name: str) -> int | InvalidValue:
    if cell is None:
        return InvalidValue(f"the column {name!r} is empty")
    if FIRST <= cell < LAST:
        return cell
    return InvalidValue("must lie in the years 1900 to 2199", name)


def _parse_values(batch: Any, name: str) -> Cells:
    if name.startswith("="):
        return [exact_text(name[1:])] * batch.num_rows
    column = batch.column(name)
    if pa.types.is_integer(column.type) and not column.null_count:
        return list(column.to_pylist())
    if pa.types.is_floating(column.type):
        encoded = pc.dictionary_encode(column, null_encoding="encode")
        parsed = [_parse_number(cell, name) for cell in encoded.dictionary.to_pylist()]
        cells = map(parsed.__getitem__, encoded.indices.to_pylist())
        return (_FaultyCells if any(isinstance(value, InvalidValue) for value in parsed) else list)(cells)
    return _parse_column(batch, name, lambda text: exact_text(text, name))


def _parse_number(cell: float | None, name: str) -> Number | InvalidValue:
    if cell is None:
        return InvalidValue(f"the column {name!r} is empty")
    try:
        return exact(cell, name)
    except InvalidValue as error:
        return error


def _read_attributes(batch: Any, columns: Columns) -> Cells:
    """Return the attributes of each row; equal attributes are one object."""
    keys = sorted(columns.attributes)
    if not keys:
        return [()] * batch.num_rows
    cells = [_parse_column(batch, columns.attributes[key], _text, missing="") for key in keys]
    known: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
    attributes = []
    for row in zip(*cells, strict=True):
        pairs = known.get(row)
        if pairs is None:
            pairs = known[row] = tuple((key, value) for key, value in zip(keys, row, strict=True) if value)
        attributes.append(pairs)
    return attributes
