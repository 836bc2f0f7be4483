"""The events of a frame in one form for the shuffle: parsed where they are read, then brought together by user.

The parsed columns are those of a log again, so that the reader of batches reads them a second time after the shuffle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs
import pyarrow as pa

from trophy_engine.analysis.event_logs.arrow_batches import read_batch
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.analysis.spark.bad_rows import BadFrameRow, BadFrameRows
from trophy_engine.error_messages import list_keys_in_message
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.phrases import count_noun
from trophy_engine.values import Value

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_INSTANT: Final = pa.timestamp("us", "UTC")
#: What the names of columns of types begin with that hold no single cell.
_NESTED: Final = ("array", "map", "struct", "variant", "interval", "day", "year", "month")
#: The column that holds a user's state, or the bad rows of a part of the frame.
PAYLOAD: Final = "payload"


def check_event_frame(frame: DataFrame, columns: Columns, order: Sequence[str], name: str) -> None:
    """Check that a frame has the columns once each, with types that cells are read from.

    Raises:
        InvalidValue: a column is missing, stands twice, or has lists, structs or maps.
    """
    names = frame.columns
    columns.check(name, names)
    types = dict(frame.dtypes)
    for column in (*columns.required_columns(), *order):
        if column not in names:
            raise InvalidValue(
                f"must name columns of {name}, which has {list_keys_in_message(names)}; not {column!r}", "order"
            )
        if names.count(column) > 1:
            raise InvalidValue(f"{name} has {count_noun(names.count(column), 'column')} {column!r}; rename all but one")
        if types[column].startswith(_NESTED):
            fact = f"the column {column!r} of {name} has the type {types[column]}"
            raise InvalidValue(f"{fact}; it must have text, numbers, dates or timestamps")


@attrs.frozen
class ParseBatches(Value):
    """Parses the batches of a frame in a task.

    Attributes:
        columns: the columns of the frame.
        order: the columns that order the events of one instant.
    """

    columns: Columns
    order: tuple[str, ...] = ()

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield a batch of parsed events for each batch, and at the end one with the bad rows, if there are any."""
        bad_rows, schema = BadFrameRows(), None
        parser = RowParser(self.columns, Counter())
        for batch in batches:
            rows = list(read_batch(batch, self.columns, "", 0, parser))
            events = [row for row in rows if type(row) is Event]
            for row in rows if len(events) < len(rows) else ():
                if isinstance(row, BadRow):
                    bad_rows.add(BadFrameRow.of(self._cells(batch, row.source.line), row.reason))
            lines = pa.array([event.line for event in events], pa.int64())
            parsed = self._parsed(events, [batch.column(name).take(lines) for name in self.order])
            schema = parsed.schema
            yield parsed
        if bad_rows.count and schema is not None:
            yield pa.RecordBatch.from_pylist([{PAYLOAD: bad_rows.dump()}], schema=schema)

    def _cells(self, batch: Any, line: int) -> dict[str, Any]:
        names = dict.fromkeys((*self.columns.required_columns(), *self.order))
        return {name: batch.column(name)[line].as_py() for name in names}

    def _parsed(self, events: Sequence[Event], order: Sequence[Any]) -> Any:
        """Return events as a batch; ``order`` has the cells of the columns for the order."""
        cells: list[Sequence[Any]] = list(zip(*events, strict=True)) or [()] * len(Event._fields)
        at, users, metrics, values, zones, attributes, _, _, keys = cells
        arrays = {
            "user_id": pa.array(users, pa.string()),
            "at": pa.array(at, pa.int64()).cast(_INSTANT),
            **{f"order:{index}": column for index, column in enumerate(order)},
            "metric": pa.array(metrics, pa.string()),
            "value": pa.array(map(str, values), pa.string(), size=len(events)),
            "time_zone": pa.array(zones, pa.string()),
        }
        for key in self.columns.attributes:
            arrays[f"attribute:{key}"] = pa.array([dict(pairs).get(key) for pairs in attributes], pa.string())
        if self.columns.key is not None:
            arrays["key"] = pa.array(keys, pa.string())
        arrays[PAYLOAD] = pa.nulls(len(events), pa.string())
        return pa.record_batch(list(arrays.values()), list(arrays))

    def schema(self, types: dict[str, str]) -> str:
        """Return the columns of parsed events for Spark; ``types`` has the types of the columns for the order."""
        order = (f"`order:{index}` {types[name]}" for index, name in enumerate(self.order))
        attributes = (f"`attribute:{key}` string" for key in self.columns.attributes)
        head, tail = ("user_id string", "at timestamp"), ("metric string", "value string", "time_zone string")
        key = () if self.columns.key is None else ("key string",)
        return ", ".join((*head, *order, *tail, *attributes, *key, f"{PAYLOAD} string"))

    def parsed_columns(self) -> Columns:
        """Return the columns of parsed events, with which they are read again."""
        attributes = {key: f"attribute:{key}" for key in self.columns.attributes}
        key = None if self.columns.key is None else "key"
        return Columns("user_id", "at", "metric", "value", "time_zone", attributes, key=key)


def parse_frame_events(frame: DataFrame, parse: ParseBatches) -> DataFrame:
    """Return the events of a frame, parsed where they are."""
    from pyspark.sql import functions  # noqa: PLC0415  # pyspark comes with an extra

    types = dict(frame.dtypes)
    names = dict.fromkeys((*parse.columns.required_columns(), *parse.order))
    selected = frame.select(
        [functions.col(_quote_spark_column(name)) for name in names] or [functions.lit(1).alias("row")]
    )
    return selected.mapInArrow(parse, parse.schema(types))


def sort_frame_by_user(events: DataFrame, parse: ParseBatches, partitions: int | None) -> DataFrame:
    """Return parsed events with each user's in one partition: state, then events by instant, order, and row."""
    from pyspark.sql import functions  # noqa: PLC0415  # as above

    def ascending(name: str) -> Column:
        return functions.col(_quote_spark_column(name)).asc_nulls_first()

    names = ("user_id", "at", *(f"order:{index}" for index in range(len(parse.order))), "metric", "value", "time_zone")
    attributes = (
        functions.col(_quote_spark_column(f"attribute:{key}")).asc_nulls_last()
        for key in sorted(parse.columns.attributes)
    )
    by_user = functions.col("user_id")
    moved = events.repartition(by_user) if partitions is None else events.repartition(partitions, by_user)
    return moved.sortWithinPartitions(*map(ascending, names), *attributes)


def _quote_spark_column(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
