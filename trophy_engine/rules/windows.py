"""Windows: over which stretch of a user's time a metric counts.

A window is the name of a unit of the calendar, or a table, which its fields tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.conditions import END_NOT_BEFORE_START, Condition, check_conditions
from trophy_engine.rules.constraints import (
    KEY,
    LOCAL_DATE,
    Integer,
    OneOf,
    OneOfOrTable,
    Optional,
    as_date,
    as_optional_date,
)
from trophy_engine.rules.mappings import rule_from_named_mapping
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.references import TO_METRIC
from trophy_engine.values import Value

__all__ = [
    "CalendarUnit",
    "DateWindow",
    "ResetWindow",
    "RollingWindow",
    "RunWindow",
    "SessionWindow",
    "Window",
]

CalendarUnit = Literal["day", "week", "month", "year"]
RollingUnit = Literal["day", "hour", "minute"]
TimeUnit = Literal["hour", "minute"]

_UNITS: Final[tuple[CalendarUnit, ...]] = get_args(CalendarUnit)
_MOST_UNITS: Final = 1000
#: The number of events that a rolling window of hours or minutes keeps; with more of them, the oldest leave early.
MAX_EVENTS: Final = 1_000
#: The longest rolling window of each unit: 366 days, and seven days in hours and minutes.
_LONGEST: Final[Mapping[RollingUnit, int]] = {"day": 366, "hour": 7 * 24, "minute": 7 * 24 * 60}


@attrs.frozen
class RunWindow(Value):
    """Runs of so many units from a local date on; before it nothing counts.

    Attributes:
        every: the number of units in a run, at most 1,000.
        unit: ``"day"``, ``"week"`` (seven days, whatever the first weekday is), ``"month"`` or ``"year"``.
        start: the first local date of the first run.
    """

    named_by: ClassVar[str] = "every"
    every: int = attrs.field(validator=Integer(min=1, max=_MOST_UNITS))
    unit: CalendarUnit = attrs.field(validator=OneOf(_UNITS))
    start: date = attrs.field(converter=as_date, validator=LOCAL_DATE)

    def __str__(self) -> str:
        """Return the window in words."""
        return f"each {count_noun(self.every, self.unit)} from {self.start} on"


def _check_longest_window(last: int, unit: RollingUnit) -> None:
    if last > _LONGEST[unit]:
        raise InvalidValue(f"must be at most {count_noun(_LONGEST[unit], unit)}, not {last}", "last")


@attrs.frozen
class RollingWindow(Value):
    """The latest stretch of time.

    Of days, it is the local date and the dates before it. Of hours or minutes, it is the time up to an instant, and
    the newest 1,000 events are kept.

    Attributes:
        last: the number of units, at most 366 days or seven days of hours or minutes.
        unit: ``"day"``, ``"hour"`` or ``"minute"``.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (Condition(("last", "unit"), _check_longest_window),)
    named_by: ClassVar[str] = "last"
    last: int = attrs.field(validator=Integer(min=1))
    unit: RollingUnit = attrs.field(validator=OneOf(get_args(RollingUnit)))

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    def __str__(self) -> str:
        """Return the window in words."""
        return f"the last {self.unit if self.last == 1 else count_noun(self.last, self.unit)}"


@attrs.frozen
class SessionWindow(Value):
    """The events since the first one after a longer gap without any; when the gap has passed, the session is over.

    Attributes:
        session_gap: the number of units that a gap in a session has at most.
        unit: ``"hour"`` or ``"minute"``.
    """

    named_by: ClassVar[str] = "session_gap"
    session_gap: int = attrs.field(validator=Integer(min=1, max=_MOST_UNITS))
    unit: TimeUnit = attrs.field(validator=OneOf(get_args(TimeUnit)))

    def __str__(self) -> str:
        """Return the window in words."""
        return f"a session without a gap of more than {count_noun(self.session_gap, self.unit)}"


@attrs.frozen
class ResetWindow(Value):
    """The time since the last event of another recorded metric, whatever its value.

    Attributes:
        reset_by: the key of the other metric.
    """

    named_by: ClassVar[str] = "reset_by"
    reset_by: str = attrs.field(validator=KEY, metadata=TO_METRIC)

    def __str__(self) -> str:
        """Return the window in words."""
        return f"the time since the last event of {self.reset_by}"


@attrs.frozen
class DateWindow(Value):
    """Local dates, the first and the last included.

    Attributes:
        start: the first date.
        end: the last date; None for no end.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (END_NOT_BEFORE_START,)
    named_by: ClassVar[str] = "start"
    start: date = attrs.field(converter=as_date, validator=LOCAL_DATE)
    end: date | None = attrs.field(default=None, converter=as_optional_date, validator=Optional(LOCAL_DATE))

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    def __str__(self) -> str:
        """Return the window in words."""
        return f"{self.start} to {self.end}" if self.end is not None else f"the time from {self.start} on"


WindowTable = RunWindow | RollingWindow | SessionWindow | ResetWindow | DateWindow
Window = CalendarUnit | RunWindow | RollingWindow | SessionWindow | ResetWindow | DateWindow

#: The classes of windows; a table is of the first whose ``named_by`` is one of its fields.
_CLASSES: Final[tuple[type[WindowTable], ...]] = get_args(WindowTable)


def as_window(value: Any) -> Any:
    """Return a mapping as a window, and any other value unchanged, for the validator.

    Raises:
        InvalidValue: the mapping is none of the windows.
    """
    return rule_from_named_mapping(_CLASSES, value, "window")


#: A unit of the calendar, or a window as a table.
WINDOW: Final = Optional(OneOfOrTable(_UNITS, _CLASSES, {"last": 7, "unit": "day"}))
