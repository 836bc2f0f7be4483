"""The tables that an evaluation on a cluster gives, as rows of one frame: a column names the table of the row.

A pass over the events can give one frame only. Its columns are structs, one for each table, and null in the rows of
other tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import pyarrow as pa

from trophy_engine.analysis.tables.arrow import arrow_reader, arrow_schema
from trophy_engine.analysis.tables.columns import NUMBER_DIGITS, NUMBER_PLACES, RANKING_COLUMNS, Column, Kind

#: The column with the name of a row's table.
TABLE: Final = "table"
#: The number of rows of a batch.
_BATCH_ROWS: Final = 10_000

_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "bigint",
    "number": f"decimal({NUMBER_DIGITS},{NUMBER_PLACES})",
    "float": "double",
    "date": "date",
    "instant": "timestamp",
    "texts": "array<string>",
    "rule": "string",
}
_TYPES["rankings"] = f"array<struct<{','.join(f'{column.name}:{_TYPES[column.kind]}' for column in RANKING_COLUMNS)}>>"
#: The Spark type of each kind of column.
SPARK_TYPES: Final[Mapping[Kind, str]] = _TYPES
#: The columns of a table by its name; None for a table of bytes.
Tables = Mapping[str, Sequence[Column] | None]


def spark_schema(tables: Tables) -> str:
    """Return the columns of a frame of several tables."""
    return ", ".join((f"{TABLE} string", *(f"{name} {_spark_table_type(columns)}" for name, columns in tables.items())))


def _spark_table_type(columns: Sequence[Column] | None) -> str:
    if columns is None:
        return "binary"
    return f"struct<{','.join(f'`{column.name}`:{SPARK_TYPES[column.kind]}' for column in columns)}>"


@attrs.define
class FrameRowBuffer:
    """Collects the rows of several tables and returns them as batches of one frame.

    Attributes:
        tables: the columns of each table.
    """

    tables: Tables
    _rows: dict[str, list[Any]] = attrs.field(factory=dict)
    _schema: Any = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make the schema of the batches."""
        types = {
            name: pa.binary() if columns is None else pa.struct(list(arrow_schema(columns)))
            for name, columns in self.tables.items()
        }
        self._schema = pa.schema([(TABLE, pa.string()), *types.items()])

    def add(self, table: str, row: Any) -> None:
        """Add a row: cells, or the bytes of a table of bytes."""
        self._rows.setdefault(table, []).append(row)

    def take_full(self) -> Iterator[Any]:
        """Yield the batches of the tables that have enough rows for one, and forget these rows."""
        for table, rows in self._rows.items():
            if len(rows) >= _BATCH_ROWS:
                yield from self._batches(table, rows)
                rows.clear()

    def take_all(self) -> Iterator[Any]:
        """Yield the batches of all rows, and forget the rows."""
        for table, rows in self._rows.items():
            if rows:
                yield from self._batches(table, rows)
        self._rows.clear()

    def _batches(self, table: str, rows: Sequence[Any]) -> Iterator[Any]:
        columns = self.tables[table]
        if columns is None:
            yield self._batch(table, pa.array(rows, pa.binary()))
            return
        for batch in arrow_reader(columns, rows):
            yield self._batch(table, pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema)))

    def _batch(self, table: str, cells: Any) -> Any:
        size = len(cells)
        arrays = [pa.repeat(table, size)]
        arrays += [cells if field.name == table else pa.nulls(size, field.type) for field in list(self._schema)[1:]]
        return pa.record_batch(arrays, schema=self._schema)
