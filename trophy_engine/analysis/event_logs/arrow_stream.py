"""Frames as sources of events: anything with the Arrow C stream interface; requires the extra ``parquet``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from trophy_engine.analysis.event_logs.arrow_batches import BATCH_ROWS, check_arrow_types, read_batch
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import Row
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.errors import InvalidValue, MissingExtra, TrophyError
from trophy_engine.values import Value

try:
    import pyarrow as pa
except ModuleNotFoundError as error:
    raise MissingExtra("reading frames", "parquet") from error

__all__ = ["FrameLog"]


@attrs.frozen
class FrameLog(Value):
    """A log in a frame or a stream; the file of a source is ``frame``, its line the number of the row, from 1.

    The frame is a pandas or polars frame, a PyArrow table or reader, a DuckDB relation, or anything else with
    ``__arrow_c_stream__``. Its cells are read like those of a Parquet file. It is read once per iteration, batch by
    batch; a reader can be iterated over only once, because it then is at its end.

    Attributes:
        frame: the frame.
        columns: the columns of the log.
    """

    frame: Any = attrs.field(repr=False)
    columns: Columns
    _left_out: Counter[str] = attrs.field(factory=Counter, init=False, eq=False, repr=False)

    def left_out(self) -> Mapping[str, int]:
        """Return the number of rows and values that were left out, by the attribute of ``Columns`` that does so."""
        return self._left_out

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            InvalidValue: a column is missing, stands twice, or has a type that is not read.
            TrophyError: the frame, or its rest, cannot be read.
        """
        line = 1
        self._left_out.clear()
        parser = RowParser(self.columns, self._left_out)
        try:
            for batch in self._batches():
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    part = batch.slice(start, BATCH_ROWS)
                    yield from read_batch(part, self.columns, "frame", line, parser)
                    line += part.num_rows
        except pa.ArrowException as error:
            raise TrophyError(f"cannot read the frame from row {line} on: {error}") from error

    def _batches(self) -> Iterator[Any]:
        rows = 0
        try:
            reader = _open_arrow_reader(self.frame)
            check_arrow_types(reader.schema, self.columns, "the frame")
            for batch in reader:
                batch.validate(full=True)  # pyarrow does not check offsets; damaged ones would crash the process
                yield batch
                rows += batch.num_rows
        except InvalidValue:
            raise
        except Exception as error:  # a frame raises the errors of its own library, which is not known here
            reason = ": ".join(map(str, error.args)) or type(error).__name__
            raise TrophyError(f"cannot read the frame from row {rows + 1} on: {reason}") from error


def _open_arrow_reader(frame: Any) -> Any:
    """Return a reader of a frame; those of PyArrow go without the C interface, by which it crashes on string views."""
    if isinstance(frame, pa.Table):
        return frame.to_reader()
    if isinstance(frame, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(frame.schema, [frame])
    return frame if isinstance(frame, pa.RecordBatchReader) else pa.RecordBatchReader.from_stream(frame)
