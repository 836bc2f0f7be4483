"""Results that are tables: they convert to Arrow, and libraries of frames read them directly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from trophy_engine.analysis.tables.columns import Column

__all__ = ["Tabular"]


class Tabular(ABC):
    """A result that is a table.

    It has the Arrow C stream interface, so that ``pyarrow.table(result)``, ``polars.DataFrame(result)``,
    ``pandas.DataFrame.from_arrow(result)`` and queries of DuckDB read it; this requires the extra ``parquet``.
    """

    __slots__ = ()

    @abstractmethod
    def table_columns(self) -> Sequence[Column]:
        """Return the columns of the table, each with the kind of its cells."""

    @abstractmethod
    def table_rows(self) -> Iterable[Sequence[Any]]:
        """Return the rows of the table, each with the cells in the order of the columns."""

    def to_arrow(self) -> Any:
        """Return the table as a ``pyarrow.Table``.

        Raises:
            InvalidValue: a number has too many digits for the type of its column.
            MissingExtra: pyarrow is not installed.
        """
        from trophy_engine.analysis.tables.arrow import arrow_table  # noqa: PLC0415  # pyarrow comes with an extra

        return arrow_table(self.table_columns(), self.table_rows())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as a stream of the Arrow C interface; its batches are made as they are read.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        from trophy_engine.analysis.tables.arrow import arrow_reader  # noqa: PLC0415  # pyarrow comes with an extra

        return arrow_reader(self.table_columns(), self.table_rows()).__arrow_c_stream__(requested_schema)
