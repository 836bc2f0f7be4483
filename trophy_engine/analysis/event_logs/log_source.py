"""Log sources: whatever the rows of an event log can be read from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import attrs

from trophy_engine.analysis.event_logs.bundled_log import read_bundled_log
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.evaluation import DivisibleLog
from trophy_engine.analysis.event_logs.events import Row, Source
from trophy_engine.analysis.event_logs.git import read_history
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.analysis.event_logs.sources import Logs, read_log
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.paths import is_folder
from trophy_engine.rules import bundled
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.values import Value

__all__ = ["Frame", "LogSource", "check_log_columns", "rows_of_log_source"]


@runtime_checkable
class Frame(Protocol):
    """A table with the Arrow C stream interface, for example a pandas or polars frame or a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a PyCapsule with a stream of Arrow batches."""
        ...


#: The path of a log or of a git repository, the name of a bundled log, a frame, or rows: events or mappings of columns.
LogSource = str | PathLike[str] | Frame | Iterable[Row | Mapping[str, Any]]


def check_log_columns(columns: Columns | None, *rulesets: Ruleset) -> Columns:
    """Return the columns of a log, by default the usual ones; the only recorded metric of rules needs no column.

    Raises:
        InvalidValue: the columns name a metric that is derived under the rules.
        UnknownKey: they name a metric that none of the rulesets declares.
    """
    if columns is None:
        metrics = rulesets[0].recorded_metrics
        return Columns(metric=f"={metrics[0].key}") if len(metrics) == 1 else Columns()
    InstanceOf((Columns,)).check("columns", columns)
    recorded = {metric.key for ruleset in rulesets for metric in ruleset.recorded_metrics}
    for key in columns.constant_metrics():
        if key not in recorded:
            compile_ruleset(rulesets[0]).recorded_metric(key)
    return columns


def rows_of_log_source(source: LogSource, columns: Columns) -> Iterable[Row]:
    """Return the rows of a source; a folder is a git repository, whose commits are the events.

    The name of a bundled log is that log, unless there is a file or a folder of that name.

    Raises:
        InvalidValue: the source is neither a path nor a frame nor rows, or the format of a file is unknown.
        MissingExtra: a frame, or the format of a file, needs a library that is not installed.
        TrophyError: on iteration, if a file or a frame cannot be read or lacks a column.
    """
    InstanceOf((Columns,)).check("columns", columns)
    if isinstance(source, str | PathLike):
        path = str(fspath(source))
        if path in bundled.bundled_log_names() and not Path(path).exists():
            return read_bundled_log(path)
        return read_history(path) if is_folder(path) else read_log(path, columns)
    if isinstance(source, Frame) and not isinstance(source, type):
        from trophy_engine.analysis.event_logs.arrow_stream import FrameLog  # noqa: PLC0415  # pyarrow is an extra

        return FrameLog(source, columns)
    if not isinstance(source, Iterable) or isinstance(source, Mapping | bytes):
        fact = "must be the path of a log, a frame, or an iterable of its rows, not"
        remedy = "; a lazy frame is one after its collect()" if callable(getattr(source, "collect", None)) else ""
        raise InvalidValue((fact, GivenValue(source, after=remedy)), "log")
    return Logs(tuple(source.parts())) if isinstance(source, DivisibleLog) else _Rows(source, columns)


@attrs.frozen
class _Rows(Value):
    """Rows in memory, or from an iterator; the line of a source is the number of the row, from 1."""

    rows: Iterable[Row | Mapping[str, Any]]
    columns: Columns

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows."""
        parser = RowParser(self.columns, Counter())
        for number, row in enumerate(self.rows, start=1):
            if isinstance(row, Mapping):
                yield from parser.parse(row, Source("rows", number))
            else:
                yield row
