"""Events of a log and the rows that are none, both as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any, NamedTuple

import attrs

from trophy_engine.analysis.replay.local_times import parse_time, read_in
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue, nearest, short_repr
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.numbers import Number, exact_text
from trophy_engine.rules.constraints import FILTER, TEXT, Optional
from trophy_engine.rules.filters import as_filter

__all__ = ["BadRow", "Columns", "Event", "Row", "Source", "read_event"]


class Source(NamedTuple):
    """Where a row stands: the name of the file, and the line (or the commit, in a git history)."""

    file: str
    line: int


class Event(NamedTuple):
    """An event of a log; ``time_zone`` is None where the row does not say, ``file`` and ``line`` are its source."""

    at: int
    user_id: str
    metric: str
    value: Number
    time_zone: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    file: str = ""
    line: int = 0

    @property
    def source(self) -> Source:
        """Where the event's row stands."""
        return Source(self.file, self.line)


@attrs.frozen(order=True)
class BadRow:
    """A row that could not be evaluated, and why; bad rows are ordered by file and line.

    ``refused`` tells that the rules know what the row names but do not allow it, as for want of points.
    """

    source: Source
    reason: str
    refused: bool = False

    def __str__(self) -> str:
        """Give file, line and reason."""
        return f"{self.source.file}:{self.source.line}: {self.reason}"


#: A row of a log, good or bad.
Row = Event | BadRow


@attrs.frozen
class Columns:
    """Which column of a log means what; ``=TEXT`` stands for the text itself in every row.

    Attributes:
        user: who.
        at: when, ISO 8601; what has no offset is a local time, or a date, in the row's time zone.
        metric: which metric.
        value: how much; exact.
        time_zone: where, an IANA name or ``±HH:MM``; None where the log does not say, and has no local times.
        attributes: the event's attributes, from key to column.
    """

    user: str = attrs.field(default="user_id", validator=TEXT)
    at: str = attrs.field(default="at", validator=TEXT)
    metric: str = attrs.field(default="metric", validator=TEXT)
    value: str = attrs.field(default="=1", validator=TEXT)
    time_zone: str | None = attrs.field(default=None, validator=Optional(TEXT))
    attributes: Mapping[str, str] = attrs.field(factory=dict, converter=as_filter, validator=FILTER)

    def __attrs_post_init__(self) -> None:
        """Check what is the same in every row, so that it is refused once and not for each row.

        Raises:
            InvalidValue: the text for the time zone names none.
        """
        if self.time_zone is not None and self.time_zone.startswith("="):
            zone(self.time_zone[1:])

    def named(self) -> tuple[str, ...]:
        """Give the columns that a log must have."""
        named = (self.user, self.at, self.metric, self.value, self.time_zone, *self.attributes.values())
        return tuple(dict.fromkeys(column for column in named if column is not None and not column.startswith("=")))

    def check(self, path: str, found: Sequence[str]) -> None:
        """Check that a log has the columns that it must have.

        Raises:
            InvalidValue: it lacks one.
        """
        for column in self.named():
            if column not in found:
                near = nearest(column, list(found))
                hint = f" did you mean {near!r}?" if near else ""
                has = ", ".join(map(repr, found)) or "none"
                raise InvalidValue(f"{path} has no column {column!r};{hint} it has {has}")


def read_event(row: Mapping[str, Any], columns: Columns, source: Source) -> Event:
    """Read the event of a row.

    Raises:
        InvalidValue: a column is missing, or does not hold what it must.
    """
    time_zone = None if columns.time_zone is None else _cell(row, columns.time_zone, required=False)
    home = zone(time_zone) if time_zone else None
    return Event(
        at=read_in(parse_time(_cell(row, columns.at), columns.at), home, columns.at),
        user_id=check_user_id(_cell(row, columns.user)),
        metric=intern(_cell(row, columns.metric)),
        value=exact_text(_cell(row, columns.value), columns.value),
        time_zone=None if home is None else home.name,
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
    found = row.get(column)
    if isinstance(found, list | dict | bool):  # JSON has these, and a column of CSV never
        raise InvalidValue(f"the column {column!r} must hold text or a number, not {short_repr(found)}")
    text = "" if found is None else str(found).strip()
    if required and not text:
        raise InvalidValue(f"the column {column!r} is empty")
    return text
