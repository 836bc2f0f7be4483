"""One pass over a frame of PySpark: parse, bring together by user, evaluate; the result is one frame of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.spark.events import (
    PAYLOAD,
    ParseBatches,
    check_event_frame,
    parse_frame_events,
    sort_frame_by_user,
)
from trophy_engine.analysis.spark.tables import TABLE, Tables, spark_schema
from trophy_engine.calendar.instants import FIRST, from_micros, to_micros
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue, MissingExtra
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import InstanceOf, Integer, Optional, as_sequence

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: Evaluates the sorted batches of a partition; it is pickled and sent to the processes of the cluster.
Task = Callable[[Iterable[Any]], Iterator[Any]]
#: Returns the task for the columns of the parsed events and the instant to settle users to, in microseconds.
MakeTask = Callable[[Columns, int], Task]


def _as_order_columns(value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else as_sequence(value)
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        raise InvalidValue(f"must be the name of a column or a list of names, not {short_repr(value)}", "order")
    return names


@attrs.frozen(eq=False)
class FrameOfTables:
    """The result of a pass: several tables in one frame.

    Attributes:
        frame: the frame.
        until: the instant to which users are settled; None for a frame without events.
    """

    frame: DataFrame
    until: datetime | None

    def table(self, name: str) -> DataFrame:
        """Return one of the tables."""
        return self.frame.where(self.frame[TABLE] == name).select(f"{name}.*")

    def parts(self, name: str) -> Iterator[bytes]:
        """Yield the cells of a table of bytes, one after the other."""
        rows = self.frame.where(self.frame[TABLE] == name).select(name)
        return (bytes(row[name]) for row in rows.toLocalIterator())


@attrs.frozen(eq=False)
class EventFrame:
    """A frame of events, and how a pass reads it; see ``replay_frame`` for the fields."""

    frame: DataFrame = attrs.field(repr=False)
    columns: Columns = attrs.field(validator=InstanceOf((Columns,)))
    order: tuple[str, ...] = attrs.field(converter=_as_order_columns)
    until: datetime | None
    states: DataFrame | None = attrs.field(repr=False)
    partitions: int | None = attrs.field(validator=Optional(Integer(min=1, max=1_000_000)))
    folder: str | None

    def __attrs_post_init__(self) -> None:
        """Check the frames.

        Raises:
            InvalidValue: one is not a frame of PySpark, lacks a column, or has one of a type that is not read.
            MissingExtra: PySpark is not installed.
        """
        check_is_spark_frame(self.frame, "frame")
        check_event_frame(self.frame, self.columns, self.order, "the frame")
        if self.states is not None:
            check_is_spark_frame(self.states, "states")
            if not {"user_id", "state"} <= set(self.states.columns):
                raise InvalidValue("must be the states of another replay, with the columns user_id and state", "states")
        if self.folder is not None:
            check_path(self.folder, "folder")

    def evaluate(self, make_task: MakeTask, tables: Tables) -> FrameOfTables:
        """Return the tables that a task gives of all users."""
        from pyspark import StorageLevel  # noqa: PLC0415  # pyspark comes with an extra
        from pyspark.sql import functions  # noqa: PLC0415  # as above

        parse = ParseBatches(self.columns, self.order)
        events = parse_frame_events(self.frame, parse)
        until = self._last(events) if self.until is None else to_micros(self.until, "until")
        if until is not None:
            at = functions.col("at")  # bad rows have none
            events = events.where(at.isNull() | (functions.unix_micros(at) <= until))
        if self.states is not None:
            known = self.states.where("user_id is not null").select("user_id", functions.col("state").alias(PAYLOAD))
            events = events.unionByName(known, allowMissingColumns=True)
        task = make_task(parse.parsed_columns(), FIRST if until is None else until)
        schema = spark_schema(tables)
        evaluated = sort_frame_by_user(events, parse, self.partitions).mapInArrow(task, schema)
        if self.folder is None:
            evaluated = evaluated.persist(StorageLevel.DISK_ONLY)
        else:
            evaluated.write.partitionBy(TABLE).parquet(self.folder)
            evaluated = self.frame.sparkSession.read.schema(schema).parquet(self.folder)
        return FrameOfTables(evaluated, None if until is None else from_micros(until))

    def _last(self, events: DataFrame) -> int | None:
        """Return the instant of the last event, or None."""
        from pyspark.sql import functions  # noqa: PLC0415  # as above

        [row] = events.agg(functions.unix_micros(functions.max("at")).alias("last")).collect()
        last: int | None = row["last"]
        return last


def check_is_spark_frame(value: object, name: str) -> None:
    """Check that an argument is a frame of PySpark.

    Raises:
        InvalidValue: it is not.
        MissingExtra: PySpark is not installed.
    """
    try:
        from pyspark.sql import DataFrame  # noqa: PLC0415  # as above
    except ModuleNotFoundError as error:
        raise MissingExtra("evaluating frames of PySpark", "spark") from error
    if not isinstance(value, DataFrame):
        raise InvalidValue(f"must be a DataFrame of PySpark, not {short_repr(value)}", name)
