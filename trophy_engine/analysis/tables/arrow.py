"""Tables as Arrow and Parquet; requires the extra ``parquet``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import attrs

from trophy_engine.analysis.tables.columns import (
    NUMBER_DIGITS,
    NUMBER_PLACES,
    RANKING_COLUMNS,
    Column,
    Kind,
    cell_fits_typed_column,
)
from trophy_engine.analysis.tables.text import rule_cell_as_json
from trophy_engine.error_messages import FieldName, short_repr
from trophy_engine.errors import InvalidValue, MissingExtra

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ModuleNotFoundError as error:
    raise MissingExtra("tables in Arrow and Parquet", "parquet") from error

__all__ = ["arrow_reader", "arrow_schema", "arrow_table", "write_parquet"]

_BATCH_ROWS: Final = 65_536

_TYPES: dict[Kind, Any] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.decimal128(NUMBER_DIGITS, NUMBER_PLACES),
    "float": pa.float64(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", "UTC"),
    "texts": pa.list_(pa.string()),
    "rule": pa.string(),
}
_TYPES["rankings"] = pa.list_(pa.struct([(column.name, _TYPES[column.kind]) for column in RANKING_COLUMNS]))
#: The Arrow type of each kind of column.
ARROW_TYPES: Final[Mapping[Kind, Any]] = _TYPES


def arrow_schema(columns: Iterable[Column]) -> Any:
    """Return the ``pyarrow.Schema`` of a table."""
    return pa.schema([(column.name, ARROW_TYPES[column.kind]) for column in columns])


def arrow_reader(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Any:
    """Return a ``pyarrow.RecordBatchReader`` over the rows of a table, which makes its batches as they are read.

    Raises:
        InvalidValue: on reading, if a number has too many digits for the type of its column.
    """
    return pa.RecordBatchReader.from_batches(arrow_schema(columns), _table_as_arrow_batches(columns, rows))


def arrow_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Any:
    """Return the ``pyarrow.Table`` of a table.

    Raises:
        InvalidValue: a number has too many digits for the type of its column.
    """
    return pa.Table.from_batches(_table_as_arrow_batches(columns, rows), arrow_schema(columns))


def write_parquet(columns: Sequence[Column], rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write a table as Parquet, with row groups of 65,536 rows; the same rows result in the same bytes.

    Raises:
        InvalidValue: a number has too many digits for the type of its column.
    """
    with pq.ParquetWriter(path, arrow_schema(columns), compression="zstd") as writer:
        for batch in _table_as_arrow_batches(columns, rows):
            writer.write_batch(batch)


def _table_as_arrow_batches(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[Any]:
    schema, remaining = arrow_schema(columns), iter(rows)
    while batch := list(islice(remaining, _BATCH_ROWS)):
        try:
            arrays = [
                _column_as_arrow_array(column.kind, [row[index] for row in batch])
                for index, column in enumerate(columns)
            ]
        except (pa.ArrowInvalid, OverflowError):
            _raise_for_arrow_misfits(columns, batch)
            raise
        yield pa.record_batch(arrays, schema=schema)


def _column_as_arrow_array(kind: Kind, cells: list[Any]) -> Any:
    if kind == "rule":
        cells = [None if cell is None else rule_cell_as_json(cell) for cell in cells]
    elif kind == "rankings":
        cells = [None if cell is None else [attrs.asdict(row) for row in cell] for cell in cells]
    return pa.array(cells, ARROW_TYPES[kind])


def _raise_for_arrow_misfits(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Raise an error for the first number that does not fit its column, if there is one.

    Raises:
        InvalidValue: there is one; the message has the column, the number and the user.
    """
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            if not cell_fits_typed_column(column.kind, cell):
                users = (text for named, text in zip(columns, row, strict=True) if named.name == "user_id")
                of_user = "".join(f" of the user {short_repr(user)}" for user in users)
                raise InvalidValue(
                    f"has the number {short_repr(cell)}{of_user}, which is too long for Arrow and Parquet: integers "
                    f"have 64 bits, other numbers {NUMBER_DIGITS - NUMBER_PLACES} digits before and {NUMBER_PLACES} "
                    "after the point; write CSV and JSON Lines, which hold every number",
                    FieldName(column.name, before="the column "),
                )
