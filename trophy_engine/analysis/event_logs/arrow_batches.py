"""Batches of Arrow as rows of a log: the one reader of Parquet files, Arrow files and frames; requires ``parquet``.

Repeated cells of a column (users, metrics, zones, attributes) are parsed once per batch, not once per row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import compress, repeat
from typing import Any, Final, NamedTuple

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event, Row, Source
from trophy_engine.analysis.event_logs.local_times import LocalTime, resolve_local_time
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.calendar.instants import FIRST, LAST
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue, MissingExtra
from trophy_engine.identifiers import check_user_id
from trophy_engine.numbers import Number, exact, parse_exact_number

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


def check_arrow_types(schema: Any, columns: Columns, name: str) -> None:
    """Check that all columns exist and have types that cells can be read from.

    Raises:
        InvalidValue: a column is missing, stands twice, or has lists, structs or maps.
    """
    names = list(schema.names)
    columns.check(name, names)
    for column in columns.required_columns():
        type_ = _unwrap_arrow_type(schema.field(column).type)
        if pa.types.is_nested(type_) or pa.types.is_duration(type_) or pa.types.is_interval(type_):
            raise InvalidValue(
                f"the column {column!r} of {name} has the type {type_}; it must have text, numbers, dates or timestamps"
            )


def _unwrap_arrow_type(type_: Any) -> Any:
    """Return the type of the values of a column: that of a dictionary's values, or that an extension type stores."""
    while True:
        if pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
            type_ = type_.value_type
        elif isinstance(type_, pa.BaseExtensionType):
            type_ = type_.storage_type
        else:
            return type_


def read_batch(batch: Any, columns: Columns, name: str, first: int, parser: RowParser | None = None) -> Iterator[Row]:
    """Yield the rows of a batch.

    Args:
        batch: a ``pyarrow.RecordBatch`` with the columns.
        columns: the columns of the log.
        name: the file of the rows' sources.
        first: the number of the first row.
        parser: the parser of the log's rows, which remembers the unit of its instants; None for a new one.

    Raises:
        TrophyError: the instants of the log are numbers in different units.
    """
    parser = RowParser(columns, Counter()) if parser is None else parser
    cells_of = {column: _decode_arrow_column(batch.column(column)) for column in columns.required_columns()}
    batch = pa.record_batch(list(cells_of.values()), list(cells_of)) if cells_of else batch
    lines: Sequence[int] = range(first, first + batch.num_rows)
    if columns.where:
        batch, lines = _filter_batch_rows(batch, lines, parser)
    zones = _parse_batch_column(batch, columns.time_zone, lambda text: zone(text).name, missing=None)
    cells: list[Cells] = [
        _parse_instant_column(batch, zones, parser, Source(name, first)),
        _parse_batch_column(batch, columns.user, check_user_id),
        *_parse_metric_columns(batch, parser),
        zones,
        _read_attribute_columns(batch, columns),
    ]
    keys = _parse_batch_column(batch, columns.key, _parse_text_cell, missing="")
    if columns.values:
        yield from _unpivot_metric_columns(cells, list(columns.values), name, lines, keys, parser.left_out)
    elif any(isinstance(column, _FaultyCells) for column in cells):
        yield from _read_rows_with_faulty_cells(cells, name, lines, keys, parser)
    else:
        yield from map(_new_event, zip(*cells, repeat(name), lines, keys, strict=False))


def _parse_metric_columns(batch: Any, parser: RowParser) -> list[Cells]:
    """Return the cells of the metric and of the value; in a log with several metrics, of each value."""
    columns = parser.columns
    if columns.values:
        return [_parse_value_column(batch, column, parser) for column in columns.values.values()]
    metric_map = columns.metric_map
    if metric_map is None:
        metrics = _parse_batch_column(batch, columns.metric, _parse_text_cell)
    else:
        unknown = LeftOut("metric_map")
        metrics = _parse_batch_column(
            batch, columns.metric, lambda text: metric_map.get(text, unknown), missing=unknown
        )
    return [metrics, _parse_value_column(batch, columns.value, parser)]


def _filter_batch_rows(batch: Any, lines: Sequence[int], parser: RowParser) -> tuple[Any, Sequence[int]]:
    """Return the rows that have the texts of ``where``, and their numbers."""
    kept = [True] * batch.num_rows
    for column, texts in parser.columns.where.items():
        cells = _parse_batch_column(batch, column, _parse_text_cell, missing="")
        kept = [keep and cell in texts for keep, cell in zip(kept, cells, strict=True)]
    parser.left_out["where"] += kept.count(False)
    return batch.filter(pa.array(kept, pa.bool_())), list(compress(lines, kept))


def _read_rows_with_faulty_cells(
    cells: Sequence[Cells], name: str, lines: Sequence[int], keys: Cells, parser: RowParser
) -> Iterator[Row]:
    """Yield the rows of cells of which some are invalid or left out."""
    for row in zip(*cells, repeat(name), lines, keys, strict=False):
        metric = row[_METRIC]
        odd = metric if isinstance(metric, LeftOut) else next((cell for cell in row if isinstance(cell, _ODD)), None)
        if odd is None:
            yield _new_event(row)
        elif isinstance(odd, LeftOut):
            parser.left_out[odd.by] += 1
        else:
            yield BadRow(Source(name, row[_LINE]), str(odd))


def _unpivot_metric_columns(
    cells: Sequence[Cells], metrics: Sequence[str], name: str, lines: Sequence[int], keys: Cells, left_out: Counter[str]
) -> Iterator[Row]:
    """Yield an event for each metric of a row that has a value."""
    for at, user, *values, time_zone, attributes, line, key in zip(*cells, lines, keys, strict=True):
        present = [(metric, value) for metric, value in zip(metrics, values, strict=True) if value is not None]
        left_out["value_map"] += sum(isinstance(value, LeftOut) for _, value in present)
        present = [(metric, value) for metric, value in present if not isinstance(value, LeftOut)]
        if not present:
            continue
        parts = (at, user, *(value for _, value in present), time_zone, attributes)
        fault = next((part for part in parts if isinstance(part, InvalidValue)), None)
        if fault is not None:
            yield BadRow(Source(name, line), str(fault))
            continue
        for metric, value in present:
            yield _new_event((at, user, metric, value, time_zone, attributes, name, line, key))


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


def _decode_arrow_column(column: Any) -> Any:
    """Return a column without dictionaries and other encodings; bytes and booleans become text.

    Raises:
        pyarrow.ArrowInvalid: bytes are not UTF-8.
    """
    type_ = column.type
    if isinstance(type_, pa.BaseExtensionType):
        is_uuid = type_.extension_name == "arrow.uuid"  # its bytes are not text
        return (
            pa.array(map(_uuid_cell_text, column.to_pylist()), pa.string())
            if is_uuid
            else _decode_arrow_column(column.storage)
        )
    if pa.types.is_dictionary(type_):
        values = _decode_arrow_column(column.dictionary)  # a dictionary of string views cannot be decoded itself
        return pa.DictionaryArray.from_arrays(column.indices, values).dictionary_decode()
    if pa.types.is_run_end_encoded(type_):
        return _decode_arrow_column(pc.run_end_decode(column))
    for type_ in next((casts for is_type, casts in _CASTS_TO_TEXT if is_type(column.type)), ()):
        column = column.cast(type_)
    return column


def _uuid_cell_text(cell: Any) -> str | None:
    return None if cell is None else str(cell)


class LeftOut(NamedTuple):
    """A cell that leaves its row out, by an attribute of ``Columns``."""

    by: str


_ODD: Final = (InvalidValue, LeftOut)
#: The places of the metric and of the line in the cells of a row.
_METRIC, _LINE = 2, 7


class _FaultyCells(list[Any]):
    """Cells of which at least one is invalid or left out."""


def _mark_faulty_cells(cells: Sequence[Any], parsed: Sequence[Any]) -> Cells:
    """Return cells, marked if one of the parsed texts is invalid or left out."""
    return _FaultyCells(cells) if any(isinstance(cell, _ODD) for cell in parsed) else cells


def _parse_text_cell(text: str) -> str:
    return text


def _parse_batch_column(batch: Any, name: str | None, read: Callable[[str], Any], missing: Any = ...) -> Cells:
    """Return the parsed cells of a column that is text or converts to text; ``missing`` replaces an empty cell."""
    if name is None:
        return [missing] * batch.num_rows
    if name.startswith("="):
        return [read(name[1:])] * batch.num_rows
    encoded = pc.dictionary_encode(batch.column(name), null_encoding="encode")
    parsed = [_parse_batch_cell(cell, name, read, missing) for cell in encoded.dictionary.to_pylist()]
    cells = map(parsed.__getitem__, encoded.indices.to_pylist())
    return _mark_faulty_cells(list(cells), parsed)


def _parse_batch_cell(cell: Any, name: str, read: Callable[[str], Any], missing: Any) -> Any:
    text = "" if cell is None else str(cell).strip()
    if not text:
        return InvalidValue(f"the column {name!r} is empty") if missing is ... else missing
    try:
        return read(text)
    except InvalidValue as error:
        return error


def _parse_instant_column(batch: Any, zones: Cells, parser: RowParser, source: Source) -> Cells:
    """Return the parsed cells of the column of instants; local times are in the zones of their rows."""
    name = parser.columns.at
    if name.startswith("=") or not pa.types.is_timestamp(batch.column(name).type):
        times = _parse_batch_column(batch, name, lambda text: parser.parse_time(text, source))
    elif batch.column(name).type.tz is None:
        times = [
            InvalidValue(f"the column {name!r} is empty") if micros is None else LocalTime(micros)
            for micros in _timestamp_column_to_micros(batch.column(name))
        ]
    else:
        return _read_timestamp_column(batch.column(name), name)
    if any(isinstance(time, LocalTime) for time in times):
        times = [_resolve_local_time_cell(time, name, zone_name) for time, zone_name in zip(times, zones, strict=True)]
    return _mark_faulty_cells(times, times)


def _timestamp_column_to_micros(column: Any) -> list[int | None]:
    """Return a column of timestamps in microseconds; nanoseconds are rounded down."""
    unit, cells = column.type.unit, column.cast(pa.int64()).to_pylist()
    if unit == "us":
        return list(cells)
    if unit == "ns":
        return [None if cell is None else cell // 1_000 for cell in cells]
    factor = _MICROS[unit]
    return [None if cell is None else cell * factor for cell in cells]


def _resolve_local_time_cell(time: Any, name: str, zone_name: Any) -> int | InvalidValue:
    if isinstance(time, InvalidValue) or isinstance(zone_name, InvalidValue):
        return time if isinstance(time, InvalidValue) else zone_name
    try:
        return resolve_local_time(time, None if zone_name is None else zone(zone_name), name)
    except InvalidValue as error:
        return error


def _read_timestamp_column(column: Any, name: str) -> Cells:
    cells = _timestamp_column_to_micros(column)
    known = [cell for cell in cells if cell is not None]
    if len(known) == len(cells) and (not known or FIRST <= min(known) <= max(known) < LAST):
        return cells
    return _FaultyCells(_check_timestamp_cell(cell, name) for cell in cells)


def _check_timestamp_cell(cell: int | None, name: str) -> int | InvalidValue:
    if cell is None:
        return InvalidValue(f"the column {name!r} is empty")
    if FIRST <= cell < LAST:
        return cell
    return InvalidValue("must lie in the years 1900 to 2199", name)


def _parse_value_column(batch: Any, name: str, parser: RowParser) -> Cells:
    """Return the numbers of a column; in a log with several metrics, None for an empty cell."""
    if name.startswith("="):
        return [parse_exact_number(name[1:])] * batch.num_rows
    columns = parser.columns
    column = batch.column(name)
    is_plain = columns.value_map is None and not column.null_count
    if is_plain and pa.types.is_integer(column.type):
        return list(column.to_pylist())
    if is_plain and pa.types.is_float64(column.type):
        encoded = pc.dictionary_encode(column)
        parsed = [_parse_float_cell(cell, name) for cell in encoded.dictionary.to_pylist()]
        return _mark_faulty_cells([parsed[index] for index in encoded.indices.to_pylist()], parsed)
    if pa.types.is_floating(column.type):  # as text, a narrow float is the shortest decimal of its own width
        type_ = pa.float64() if pa.types.is_float64(column.type) else pa.float32()
        batch = pa.record_batch([column.cast(type_).cast(pa.string())], [name])
    missing: Any = None if columns.values else ...
    if columns.default_value is not None:
        missing = _parse_batch_cell(
            columns.default_value, name, lambda text: _parse_value_cell(text, name, parser), missing
        )
    return _parse_batch_column(batch, name, lambda text: _parse_value_cell(text, name, parser), missing)


def _parse_value_cell(text: str, name: str, parser: RowParser) -> Any:
    value = parser.parse_value(text, name)
    return LeftOut("value_map") if value is None else value


def _parse_float_cell(cell: float, name: str) -> Number | InvalidValue:
    try:
        return exact(cell, name)
    except InvalidValue as error:
        return error


def _read_attribute_columns(batch: Any, columns: Columns) -> Cells:
    """Return the attributes of each row; equal attributes are one object."""
    keys = sorted(columns.attributes)
    if not keys:
        return [()] * batch.num_rows
    cells = [_parse_batch_column(batch, columns.attributes[key], _parse_text_cell, missing="") for key in keys]
    known: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
    attributes = []
    for row in zip(*cells, strict=True):
        pairs = known.get(row)
        if pairs is None:
            pairs = known[row] = tuple((key, value) for key, value in zip(keys, row, strict=True) if value)
        attributes.append(pairs)
    return attributes
