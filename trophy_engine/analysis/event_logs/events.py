"""Events and bad rows of a log."""

from __future__ import annotations

from typing import NamedTuple

import attrs

from trophy_engine.numbers import Number
from trophy_engine.representation import brief_repr

__all__ = ["BadRow", "Event", "Row", "Source"]


class Source(NamedTuple):
    """The source of a row: the name of the file, and the line (or the number of the commit in a git history)."""

    file: str
    line: int

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class Event(NamedTuple):
    """An event of a log.

    ``time_zone`` is None if the row has none; ``file`` and ``line`` are its source. ``key`` is the idempotency key, or
    empty.
    """

    at: int
    user_id: str
    metric: str
    value: Number
    time_zone: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    file: str = ""
    line: int = 0
    key: str = ""

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
