"""Gates: the conditions under which a rule counts, besides what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final

import attrs

from trophy_engine.representation import brief_repr
from trophy_engine.rules.conditions import END_NOT_BEFORE_START, Condition, check_conditions
from trophy_engine.rules.constraints import (
    ANY_OF_FILTER,
    LOCAL_DATE,
    InstanceOf,
    Optional,
    as_optional_date,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.mappings import from_mapping

__all__ = ["Gate"]


@attrs.frozen(kw_only=True)
class Gate:
    """Conditions on the user's local time and on the user, all of which must hold; without any it is always open.

    Attributes:
        start: the first local date.
        end: the last local date; None for no end.
        user_attributes: the filter on users: only those with all of these attribute values pass; a list of values
            requires any of them.
    """

    __repr__ = brief_repr

    conditions: ClassVar[tuple[Condition, ...]] = (END_NOT_BEFORE_START,)
    start: date | None = attrs.field(default=None, converter=as_optional_date, validator=Optional(LOCAL_DATE))
    end: date | None = attrs.field(default=None, converter=as_optional_date, validator=Optional(LOCAL_DATE))
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=ANY_OF_FILTER)

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)


def as_gate(value: Any) -> Any:
    """Return a mapping as a gate, and any other value unchanged, for the validator."""
    return from_mapping(Gate, value, "when") if isinstance(value, Mapping) else value


#: A gate.
GATE: Final = InstanceOf((Gate,))
