"""Events and bad rows of a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any, NamedTuple

import attrs

from trophy_engine.analysis.event_logs.local_times import parse_time, resolve_time
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue, nearest
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.numbers import Number, exact_text
from trophy_engine.representation import brief_repr
from trophy_engine.rules.constraints import FILTER, TEXT, Optional
from trophy_engine.rules.filters import as_filter
from trophy_engine.rules.reading import show_value

__all__ = ["BadRow", "Columns", "Event", "Row", "Source", "read_event"]


class Source(NamedTuple):
    """The source of a row: the name of the file, and the line (or the number of the commit in a git history)."""

    file: str
    line: int

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class Event(NamedTuple):
    """An event of a log; ``time_zone`` is None if the row has none; ``file`` and ``line`` are its source."""

    at: int
    user_id: str
    metric: str
    value: Number
    time_zone: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    file: str = ""
    line: int = 0

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)

    @property
    def source(self) -> Source:
        """The source of the event's row."""
        return Source(self.file, self.line)


@attrs.frozen(order=True)
class BadRow:
    """A row that could not be evaluated, and the reason; bad rows are ordered by file and line.

    ``refused`` is True if the row is valid but the rules refuse it, for example for lack of points.
    """

    __repr__ = brief_repr

    source: Source
    reason: str
    refused: bool = False

    def __str__(self) -> str:
        """Return the file, the line and the reason."""
        return f"{self.source.file}:{self.source.line}: {self.reason}"


#: A row of a log, good or bad.
Row = Event | BadRow


@attrs.frozen
class Columns:
    """The columns of a log; ``=TEXT`` is the constant TEXT for all rows instead of a column.

    Attributes:
        user: the user id.
        at: the instant in ISO 8601; text without an offset is a local time in the row's time zone, a date its start.
        metric: the key of the metric.
        value: the value, an exact number.
        time_zone: an IANA name or ``±HH:MM``; None if the log has no time zones, and therefore no local times.
        attributes: the columns of event attributes, by key.
    """

    __repr__ = brief_repr

    user: str = attrs.field(default="user_id", validator=TEXT)
    at: str = attrs.field(default="at", validator=TEXT)
    metric: str = attrs.field(default="metric", validator=TEXT)
    value: str = attrs.field(default="=1", validator=TEXT)
    time_zone: str | None = attrs.field(default=None, validator=Optional(TEXT))
    attributes: Mapping[str, str] = attrs.field(factory=dict, converter=as_filter, validator=FILTER)

    def __attrs_post_init__(self) -> None:
        """Check a constant time zone once instead of in each row.

        Raises:
            InvalidValue: the constant is not a time zone.
        """
        if self.time_zone is not None and self.time_zone.startswith("="):
            zone(self.time_zone[1:])

    def required_columns(self) -> tuple[str, ...]:
        """Return the columns that a log must have."""
        columns = (self.user, self.at, self.metric, self.value, self.time_zone, *self.attributes.values())
        return tuple(dict.fromkeys(column for column in columns if column is not None and not column.startswith("=")))

    def check(self, path: str, names: Sequence[str]) -> None:
        """Check that a log has all required columns.

        Raises:
            InvalidValue: a column is missing.
        """
        for column in self.required_columns():
            if column not in names:
                suggestion = nearest(column, list(names))
                hint = f" did you mean {suggestion!r}?" if suggestion else ""
                listed = ", ".join(map(repr, names)) or "none"
                raise InvalidValue(f"{path} has no column {column!r};{hint} it has {listed}")


def read_event(row: Mapping[str, Any], columns: Columns, source: Source) -> Event:
    """Return the event of a row.

    Raises:
        InvalidValue: a column is missing or has an invalid value.
    """
    time_zone = None if columns.time_zone is None else _cell(row, columns.time_zone, required=False)
    zone_ = zone(time_zone) if time_zone else None
    return Event(
        at=resolve_time(parse_time(_cell(row, columns.at), columns.at), zone_, columns.at),
        user_id=check_user_id(_cell(row, columns.user)),
        metric=intern(_cell(row, columns.metric)),
        value=exact_text(_cell(row, columns.value), columns.value),
        time_zone=None if zone_ is None else zone_.name,
        attributes=tuple(
            (key, value)
            for key, column in sorted(columns.attributes.items())
            if (value := check_text(_cell(row, column, required=False), column))
        ),
        file=source.file,
        line=source.line,
    )


def _cell(row: Mapping[str, Any], column: str, *, required: bool = True) -> str:
    if column.startswith("="):
        return column[1:]
    value = row.get(column)
    if isinstance(value, list | dict | bool):  # possible in JSON, not in CSV
        raise InvalidValue(f"the column {column!r} must be text or a number, not {show_value(value)}")
    text = "" if value is None else str(value).strip()
    if required and not text:
        raise InvalidValue(f"the column {column!r} is empty")
    return text
