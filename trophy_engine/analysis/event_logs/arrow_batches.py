"""Batches of Arrow as rows of a log: the one reader of Parquet files, Arrow files and frames; requires ``parquet``.

Repeated cells of a column (users, metrics, zones, attributes) are parsed once per batch, not once per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import Any, Final

from trophy_engine.analysis.event_logs.events import BadRow, Columns, Event, Row, Source
from trophy_engine.analysis.event_logs.local_times import LocalTime, parse_time, resolve_time
from trophy_engine.calendar.instants import FIRST, LAST
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue, MissingExtra
from trophy_engine.identifiers import check_user_id
from trophy_engine.numbers import Number, exact, exact_text

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ModuleNotFoundError as error:
    raise MissingExtra("reading Parquet files, Arrow files and frames", "parquet") from error

#: The maximal number of rows that are read at once.
BATCH_ROWS: Final = 65_536
#: The microseconds of each unit of timestamps that is not finer than them.
_MICROS: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
# The constructor of a named tuple is a slower way to the same call.
_new_event: Final = partial(tuple.__new__, Event)

#: The parsed cells of a column; an ``InvalidValue`` for each invalid cell.
Cells = Sequence[Any]


def check_types(schema: Any, columns: Columns, name: str) -> None:
    """Check that all columns exist and have types that cells can be read from.

    Raises:
        InvalidValue: a column is missing, stands twice, or has lists, structs or maps.
    """
    names = list(schema.names)
    columns.check(name, names)
    for column in columns.required_columns():
        if names.count(column) > 1:
            raise InvalidValue(f"{name} has {names.count(column)} columns {column!r}; rename all but one")
        type_ = _value_type(schema.field(column).type)
        if pa.types.is_nested(type_) or pa.types.is_duration(type_) or pa.types.is_interval(type_):
            raise InvalidValue(
                f"the column {column!r} of {name} has the type {type_}; it must have text, numbers, dates or timestamps"
            )


def _value_type(type_: Any) -> Any:
    """Return the type of the values of a column: that of a dictionary's values, or that an extension type stores."""
    while True:
        if pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
            type_ = type_.value_type
        elif isinstance(type_, pa.BaseExtensionType):
            type_ = type_.storage_type
        else:
            return type_


def read_batch(batch: Any, columns: Columns, name: str, first: int) -> Iterator[Row]:
    """Yield the rows of a batch.

    Args:
        batch: a ``pyarrow.RecordBatch`` with the columns.
        columns: the columns of the log.
        name: the file of the rows' sources.
        first: the number of the first row.
    """
    cells_of = {column: _decode(batch.column(column)) for column in columns.required_columns()}
    batch = pa.record_batch(list(cells_of.values()), list(cells_of)) if cells_of else batch
    zones = _parse_column(batch, columns.time_zone, lambda text: zone(text).name, missing=None)
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
        yield from map(_new_event, zip(*cells, repeat(name), lines, strict=False))
        return
    for row in zip(*cells, repeat(name), lines, strict=False):
        fault = next((cell for cell in row if isinstance(cell, InvalidValue)), None)
        yield _new_event(row) if fault is None else BadRow(Source(*row[-2:]), str(fault))


#: The types that become text, and the casts that make them so.
_CASTS_TO_TEXT: Final = (
    (pa.types.is_string_view, (pa.large_string(),)),
    (pa.types.is_null, (pa.large_string(),)),
    (pa.types.is_boolean, (pa.large_string(),)),
    (pa.types.is_binary, (pa.large_string(),)),
    (pa.types.is_large_binary, (pa.large_string(),)),
    (pa.types.is_binary_view, (pa.large_binary(), pa.large_string())),
    (pa.types.is_fixed_size_binary, (pa.binary(), pa.large_string())),
)


def _decode(column: Any) -> Any:
    """Return a column without dictionaries and other encodings; bytes and booleans become text.

    Raises:
        pyarrow.ArrowInvalid: bytes are not UTF-8.
    """
    type_ = column.type
    if isinstance(type_, pa.BaseExtensionType):
        is_uuid = type_.extension_name == "arrow.uuid"  # its bytes are not text
        return pa.array(map(_text_or_none, column.to_pylist()), pa.string()) if is_uuid else _decode(column.storage)
    if pa.types.is_dictionary(type_):
        values = _decode(column.dictionary)  # a dictionary of string views cannot be decoded itself
        return pa.DictionaryArray.from_arrays(column.indices, values).dictionary_decode()
    if pa.types.is_run_end_encoded(type_):
        return _decode(pc.run_end_decode(column))
    for type_ in next((casts for is_type, casts in _CASTS_TO_TEXT if is_type(column.type)), ()):
        column = column.cast(type_)
    return column


def _text_or_none(cell: Any) -> str | None:
    return None if cell is None else str(cell)


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
        times = [
            InvalidValue(f"the column {name!r} is empty") if micros is None else LocalTime(micros)
            for micros in _read_micros(batch.column(name))
        ]
    else:
        return _read_timestamps(batch.column(name), name)
    if any(isinstance(time, LocalTime) for time in times):
        times = [_resolve_cell(time, name, zone_name) for time, zone_name in zip(times, zones, strict=True)]
    return (_FaultyCells if any(isinstance(time, InvalidValue) for time in times) else list)(times)


def _read_micros(column: Any) -> list[int | None]:
    """Return a column of timestamps in microseconds; nanoseconds are rounded down."""
    unit, cells = column.type.unit, column.cast(pa.int64()).to_pylist()
    if unit == "us":
        return list(cells)
    if unit == "ns":
        return [None if cell is None else cell // 1_000 for cell in cells]
    factor = _MICROS[unit]
    return [None if cell is None else cell * factor for cell in cells]


def _resolve_cell(time: Any, name: str, zone_name: Any) -> int | InvalidValue:
    if isinstance(time, InvalidValue) or isinstance(zone_name, InvalidValue):
        return time if isinstance(time, InvalidValue) else zone_name
    try:
        return resolve_time(time, None if zone_name is None else zone(zone_name), name)
    except InvalidValue as error:
        return error


def _read_timestamps(column: Any, name: str) -> Cells:
    cells = _read_micros(column)
    known = [cell for cell in cells if cell is not None]
    if len(known) == len(cells) and (not known or FIRST <= min(known) <= max(known) < LAST):
        return cells
    return _FaultyCells(_check_instant(cell, name) for cell in cells)


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
    if pa.types.is_float64(column.type):
        encoded = pc.dictionary_encode(column, null_encoding="encode")
        parsed = [_parse_number(cell, name) for cell in encoded.dictionary.to_pylist()]
        cells = map(parsed.__getitem__, encoded.indices.to_pylist())
        return (_FaultyCells if any(isinstance(value, InvalidValue) for value in parsed) else list)(cells)
    if pa.types.is_floating(column.type):  # as text, a narrow float is the shortest decimal of its own width
        batch = pa.record_batch([column.cast(pa.float32()).cast(pa.string())], [name])
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
