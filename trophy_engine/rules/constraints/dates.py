"""Constraints on dates, times of day and time zones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final, cast

import attrs

from trophy_engine.calendar.instants import has_form_of_date, nonexistent_date_fact, parse_date, parse_time_of_day
from trophy_engine.calendar.zones import similar_zone, zone
from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints.constraint import Constraint, ManyItems
from trophy_engine.rules.diagnostics import rule_item_path

#: The pattern of a time of day, in 24 hours.
TIME_PATTERN: Final = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
_DAY_START: Final = r"^(0\d|1[01]):[0-5]\d$"


class _LocalDateConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if isinstance(value, str) and has_form_of_date(value):
            raise InvalidValue(nonexistent_date_fact(value), name)
        if not isinstance(value, date) or isinstance(value, datetime):
            example = GivenValue(date(2025, 4, 2), after=",")
            raise InvalidValue(("must be a date, for example", example, "not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


class _TimeOfDayConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(TIME_PATTERN, value):
            examples = GivenValue("12:00"), "or", GivenValue("23:59:59", after=",")
            remedy = _time_of_day_remedy(TIME_PATTERN, value)
            raise InvalidValue(("must be a time of day, for example", *examples, "not", *remedy), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": TIME_PATTERN}


class _DayStartConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(_DAY_START, value):
            bounds = "must be a time of day from", GivenValue("00:00"), "to", GivenValue("11:59", after=",")
            raise InvalidValue((*bounds, "not", *_time_of_day_remedy(_DAY_START, value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": _DAY_START}


def _time_of_day_remedy(pattern: str, value: object) -> tuple[str | GivenValue, ...]:
    """Return a value that does not match the pattern of a time of day, and the text that is meant, for a message."""
    if isinstance(value, str) and re.fullmatch(r"24:00(:00)?", value):
        return GivenValue(value, after=";"), "midnight is", GivenValue("00:00")
    meant = f"0{value}" if isinstance(value, str) else _show_time_of_day(value) if isinstance(value, time) else ""
    if not re.fullmatch(pattern, meant):
        return (GivenValue(value),)
    return GivenValue(value, after=";"), "did you mean", GivenValue(meant, after="?")


def _show_time_of_day(value: time) -> str:
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


class _TimeZoneConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        try:
            zone(value)
        except InvalidValue:
            examples = GivenValue("Europe/London"), "or", GivenValue("+05:30", after=",")
            fact = "must be a time zone, for example", *examples, "not"
            near = similar_zone(value)
            if near is None:
                raise InvalidValue((*fact, GivenValue(value)), name) from None
            remedy = GivenValue(value, after=";"), "did you mean", GivenValue(near, after="?")
            raise InvalidValue((*fact, *remedy), name) from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@attrs.frozen(eq=False, repr=False)
class _StretchOfDayConstraint(ManyItems):
    """A pair of different times of day."""

    @property
    def item(self) -> Constraint:
        return TIME_OF_DAY

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004  # a beginning and an end
            example = GivenValue(["22:00", "04:00"], after=",")
            given = GivenValue(list(value) if isinstance(value, tuple) else value)
            yield "", InvalidValue(("must be a list of two times of day, for example", example, "not", given), name)
            return
        faults = [
            (rule_item_path("", index), error)
            for index, item in enumerate(value)
            for error in self._item_faults(name, item)
        ]
        yield from faults
        if not faults and parse_time_of_day(value[0]) == parse_time_of_day(value[1]):
            remedy = "change one of them, or remove it for the whole day"
            yield "", InvalidValue((f"has {value[0]} twice and is never open;", remedy), name)

    def _item_faults(self, name: str | FieldName, value: Any) -> Iterator[InvalidValue]:
        return (error for _, error in self.item.faults(name_field_in_message(name, "each of "), value))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": TIME_OF_DAY.schema(), "minItems": 2, "maxItems": 2}


#: A date without a time of day.
LOCAL_DATE: Final = _LocalDateConstraint()
#: A time of day, to the minute or to the second.
TIME_OF_DAY: Final = _TimeOfDayConstraint()
#: A time of day before noon, to the minute.
DAY_START: Final = _DayStartConstraint()
#: A time zone: an IANA name or an offset.
TIME_ZONE: Final = _TimeZoneConstraint()
#: Two times of day that bound a part of the day.
STRETCH_OF_DAY: Final = _StretchOfDayConstraint()


def as_date(value: date | str) -> date:
    """Return a text as in ``2025-04-02`` as a date, and any other value unchanged, for the validator."""
    return cast("date", as_optional_date(value))


def as_optional_date(value: date | str | None) -> date | None:
    """Return a text as in ``2025-04-02`` as a date, and any other value, such as None, unchanged, for the validator."""
    try:
        return parse_date(value, "it") if isinstance(value, str) else value
    except InvalidValue:
        return cast("date", value)
