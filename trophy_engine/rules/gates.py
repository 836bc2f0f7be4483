"""Gates: the conditions under which a rule counts, besides what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS, Weekday
from trophy_engine.rules.conditions import END_NOT_BEFORE_START, Condition, check_conditions
from trophy_engine.rules.constraints import (
    ANY_OF_FILTER,
    KEY,
    LEVELS,
    LOCAL_DATE,
    STRETCH_OF_DAY,
    InstanceOf,
    Integer,
    Keys,
    Optional,
    SubsetOf,
    as_optional_date,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.mappings import rule_from_mapping
from trophy_engine.rules.references import TO_ACHIEVEMENT, TO_STREAK
from trophy_engine.values import Value

__all__ = ["Gate", "StreakLength"]


@attrs.frozen
class StreakLength(Value):
    """A length that the streak must have reached.

    Attributes:
        at_least: the number of periods, at least 1.
        key: the key of the streak; None for the primary one.
    """

    at_least: int = attrs.field(validator=Integer(min=1))
    key: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_STREAK)


def _as_gate_streak_length(value: Any) -> Any:
    return rule_from_mapping(StreakLength, value, "streak") if isinstance(value, Mapping) else value


@attrs.frozen(kw_only=True)
class Gate(Value):
    """Conditions on the user's local time and on the user, all of which must hold; without any it is always open.

    Attributes:
        weekdays: the weekdays of the local date, for example ``["saturday", "sunday"]``.
        between: two times of day: it is open from the first one on up to, not including, the second one. If it runs
            over midnight, its date is that on which it began.
        start: the first local date.
        end: the last local date; None for no end.
        user_attributes: the filter on users: only those with all of these attribute values pass; a list of values
            requires any of them.
        achievements: the achievements that the user must have completed, all of them.
        levels: by points system, the level that the user must have, or a higher one.
        streak: the length that a streak must have at least, for example ``{"at_least": 7}``.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (END_NOT_BEFORE_START,)
    weekdays: tuple[Weekday, ...] = attrs.field(default=(), converter=as_sequence, validator=SubsetOf(WEEKDAYS))
    between: tuple[str, str] | None = attrs.field(
        default=None, converter=as_sequence, validator=Optional(STRETCH_OF_DAY)
    )
    start: date | None = attrs.field(default=None, converter=as_optional_date, validator=Optional(LOCAL_DATE))
    end: date | None = attrs.field(default=None, converter=as_optional_date, validator=Optional(LOCAL_DATE))
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=ANY_OF_FILTER)
    achievements: tuple[str, ...] = attrs.field(
        default=(), converter=as_sequence, validator=Keys(), metadata=TO_ACHIEVEMENT
    )
    levels: Filter = attrs.field(factory=Filter, converter=as_filter, validator=LEVELS)
    streak: StreakLength | None = attrs.field(
        default=None, converter=_as_gate_streak_length, validator=Optional(InstanceOf((StreakLength,)))
    )

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    def __bool__(self) -> bool:
        """Return True if there is a condition."""
        return not self.has_only()

    def has_only(self, *names: str) -> bool:
        """Return True if no other field than these has a condition."""
        return self is ALWAYS or not any(
            getattr(self, field.name) for field in attrs.fields(Gate) if field.name not in names
        )


def as_gate(value: Any) -> Any:
    """Return a mapping as a gate, and any other value unchanged, for the validator."""
    return rule_from_mapping(Gate, value, "when") if isinstance(value, Mapping) else value


#: The gate of a rule without conditions.
ALWAYS: Final = Gate()
#: A gate.
GATE: Final = InstanceOf((Gate,))
