"""Constraints on the fields of rules: each validates a value and describes itself as JSON Schema.

A constraint depends on the value alone, so a rules file is checked field by field and all faults are reported at once.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, Final, cast

import attrs

from trophy_engine.calendar.instants import does_not_exist, has_form_of_date, parse_date, parse_time_of_day
from trophy_engine.calendar.zones import similar_zone, zone
from trophy_engine.errors import FieldName, GivenValue, InvalidValue, name_field, one_of
from trophy_engine.identifiers import KEY_PATTERN, MAX_USER_ID, check_key, check_text, check_user_id
from trophy_engine.numbers import Number, as_json, exact
from trophy_engine.rules.diagnostics import field_path, item_path
from trophy_engine.rules.filters import Filter

#: The pattern of a time of day, in 24 hours.
TIME_PATTERN: Final = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"

_DAY_START: Final = r"^(0\d|1[01]):[0-5]\d$"

#: Text without NUL, and text without NUL that is not blank; a file cannot contain surrogates.
_ANY_TEXT: Final = r"^[^\u0000]*$"
_SOME_TEXT: Final = r"^[^\u0000]*\S[^\u0000]*$"

#: The limit of the magnitude of integers in rules, so that no sum of them reaches ``numbers.BEYOND``.
_MAGNITUDE: Final = 10**18


class Constraint(ABC):
    """A condition on the value of a field; an attrs validator.

    ``takes_text`` is True if a text can be in place of a table.
    """

    takes_text: ClassVar[bool] = False

    def __call__(self, _: Any, field: Any, value: Any) -> None:
        """Check the value of a field; attrs calls this."""
        self.check(field.name, value)

    @abstractmethod
    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value.

        Raises:
            InvalidValue: the value violates the constraint.
        """

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the path of the item at fault within the value; empty for the whole value."""
        try:
            self.check(name, value)
        except InvalidValue as error:
            yield "", error

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""


class _ManyItems(Constraint):
    """A constraint on a value with several items, each of which can violate the constraint on an item."""

    @property
    @abstractmethod
    def item(self) -> Constraint:
        """The constraint on an item."""

    def check(self, name: str | FieldName, value: Any) -> None:
        for _, error in self.faults(name, value):
            raise error

    @abstractmethod
    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]: ...


class _Key(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        check_key(value, name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": KEY_PATTERN}


@attrs.frozen(eq=False, repr=False)
class Keys(_ManyItems):
    """A tuple of different keys, at least ``min_length`` of them (0 or 1)."""

    min_length: int = 0

    @property
    def item(self) -> Constraint:
        """The constraint on an item."""
        return KEY

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the index of its key."""
        if not isinstance(value, tuple):
            yield "", InvalidValue(("must be a list of keys, not", *_not_a_list(value)), name)
        elif len(value) < self.min_length:
            yield "", InvalidValue("must contain at least one key", name)
        else:
            yield from _item_faults(self.item, name, value)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        min_items = {"minItems": self.min_length} if self.min_length else {}
        return {"type": "array", "items": KEY.schema(), **min_items, "uniqueItems": True}


@attrs.frozen(eq=False, repr=False)
class Text(Constraint):
    """A string of at most ``max_length`` characters, which is not blank unless ``allow_empty``."""

    max_length: int | None = None
    allow_empty: bool = False

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        check_text(value, name)
        if not (self.allow_empty or value.strip()):
            raise InvalidValue("must not be blank", name)
        if self.max_length is not None and len(value) > self.max_length:
            raise InvalidValue(f"must have at most {self.max_length} characters, not {len(value)}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        max_length = {} if self.max_length is None else {"maxLength": self.max_length}
        return {"type": "string", "pattern": _ANY_TEXT if self.allow_empty else _SOME_TEXT, **max_length}


class _Callable(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not callable(value):
            raise InvalidValue(("must be a callable, not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"not": {}}  # no file contains one


class _UserId(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        del name
        check_user_id(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_USER_ID, "pattern": _ANY_TEXT}


class _Flag(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not isinstance(value, bool):
            raise InvalidValue(("must be true or false, not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class _LocalDate(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if isinstance(value, str) and has_form_of_date(value):
            raise InvalidValue(does_not_exist(value), name)
        if not isinstance(value, date) or isinstance(value, datetime):
            example = GivenValue(date(2025, 4, 2), after=",")
            raise InvalidValue(("must be a date, for example", example, "not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


class _TimeOfDay(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(TIME_PATTERN, value):
            examples = GivenValue("12:00"), "or", GivenValue("23:59:59", after=",")
            raise InvalidValue(("must be a time of day, for example", *examples, "not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": TIME_PATTERN}


class _DayStart(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(_DAY_START, value):
            bounds = "must be a time of day from", GivenValue("00:00"), "to", GivenValue("11:59", after=",")
            meant = f"0{value}" if isinstance(value, str) else f"{value:%H:%M}" if isinstance(value, time) else ""
            if not re.fullmatch(_DAY_START, meant):
                raise InvalidValue((*bounds, "not", GivenValue(value)), name)
            remedy = "did you mean", GivenValue(meant, after="?")
            raise InvalidValue((*bounds, "not", GivenValue(value, after=";"), *remedy), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": _DAY_START}


class _TimeZone(Constraint):
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
class _AttributeFilter(_ManyItems):
    """A mapping from attribute keys to required values, or to several of which each will do."""

    many: bool = False

    @property
    def item(self) -> Constraint:
        return Text(allow_empty=True)

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if not isinstance(value, Filter):
            values = "strings or lists of strings" if self.many else "strings"
            yield "", InvalidValue((f"must map attribute keys to {values}, not", GivenValue(value)), name)
            return
        for key, required in value.items():
            for check, item, field in (
                (check_key, key, name_field(name, "each key of ")),
                (self._check_required, required, name_field(name, after=f".{key}")),
            ):
                try:
                    check(item, field)
                except InvalidValue as error:
                    yield field_path("", str(key)), error

    def _check_required(self, value: Any, field: FieldName) -> None:
        if not (self.many and isinstance(value, tuple)):
            check_text(value, field)
            return
        if not value:
            raise InvalidValue("must contain at least one value", field)
        for error in (error for _, error in _item_faults(self.item, field, value)):
            raise error

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": _ANY_TEXT}
        several = {"type": "array", "items": text, "minItems": 1, "uniqueItems": True}
        return {
            "type": "object",
            "propertyNames": KEY.schema(),
            "additionalProperties": {"anyOf": [text, several]} if self.many else text,
        }


@attrs.frozen(eq=False, repr=False)
class _StretchOfDay(_ManyItems):
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
        faults = [(item_path("", index), error) for index, item in enumerate(value) for error in self._item(name, item)]
        yield from faults
        if not faults and parse_time_of_day(value[0]) == parse_time_of_day(value[1]):
            remedy = "change one of them, or remove it for the whole day"
            yield "", InvalidValue((f"has {value[0]} twice and is never open;", remedy), name)

    def _item(self, name: str | FieldName, value: Any) -> Iterator[InvalidValue]:
        return (error for _, error in self.item.faults(name_field(name, "each of "), value))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": TIME_OF_DAY.schema(), "minItems": 2, "maxItems": 2}


@attrs.frozen(eq=False, repr=False)
class _Levels(_ManyItems):
    """A mapping from keys of points systems to keys of levels."""

    @property
    def item(self) -> Constraint:
        return KEY

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if not isinstance(value, Filter):
            example = GivenValue({"xp": "gold"}, after=",")
            fact = "must map keys of points systems to keys of levels, for example", example, "not", GivenValue(value)
            yield "", InvalidValue(fact, name)
            return
        for system, level in value.items():
            for key, field in (
                (system, name_field(name, "each key of ")),
                (level, name_field(name, after=f".{system}")),
            ):
                try:
                    check_key(key, field)
                except InvalidValue as error:
                    yield field_path("", str(system)), error

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": KEY.schema(), "additionalProperties": KEY.schema()}


#: A key by which rules refer to one another.
KEY: Final = _Key()
#: At least one key, all different.
KEYS: Final = Keys(min_length=1)
#: A string that is not blank.
TEXT: Final = Text()
#: A user's id.
USER_ID: Final = _UserId()
#: A callable; for arguments only, because no file contains one.
CALLABLE: Final = _Callable()
#: True or false.
FLAG: Final = _Flag()
#: A date without a time of day.
LOCAL_DATE: Final = _LocalDate()
#: A time of day, to the minute or to the second.
TIME_OF_DAY: Final = _TimeOfDay()
#: A time of day before noon, to the minute.
DAY_START: Final = _DayStart()
#: A time zone: an IANA name or an offset.
TIME_ZONE: Final = _TimeZone()
#: A mapping from attribute keys to required values.
FILTER: Final = _AttributeFilter()
#: The same, where a list of values requires any of them.
ANY_OF_FILTER: Final = _AttributeFilter(many=True)
#: Two times of day that bound a part of the day.
STRETCH_OF_DAY: Final = _StretchOfDay()
#: A mapping from points systems to levels.
LEVELS: Final = _Levels()


@attrs.frozen(eq=False, repr=False)
class OneOf(Constraint):
    """One of the given strings; ``remedies`` end the messages for some values that are frequent mistakes."""

    choices: tuple[str, ...]
    remedies: Mapping[str, tuple[str | FieldName | GivenValue, ...]] = attrs.field(factory=dict, hash=False)

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, str) or value not in self.choices:
            fact: tuple[str | FieldName | GivenValue, ...] = one_of(self.choices, value)
            if isinstance(value, str) and value in self.remedies:
                fact = (*fact[:-1], GivenValue(value, after=";"), *self.remedies[value])
            raise InvalidValue(fact, name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"enum": list(self.choices)}


@attrs.frozen(eq=False, repr=False)
class OneOfOrTable(Constraint):
    """One of the given strings, or an instance of a class of rules, which is a table in a file, as in the example."""

    takes_text: ClassVar[bool] = True
    choices: tuple[str, ...]
    kinds: tuple[type, ...]
    example: Mapping[str, object] = attrs.field(hash=False)

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if isinstance(value, self.kinds) or (isinstance(value, str) and value in self.choices):
            return
        *known, last = one_of(self.choices, value)
        if not (isinstance(last, GivenValue) and last.value is value):  # the nearest choice is the remedy
            raise InvalidValue((*known, last), name)
        remedy = "or write a table like", GivenValue(dict(self.example))
        raise InvalidValue((*known, GivenValue(value, after=";"), *remedy), name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema, by reference to the definitions of the classes."""
        tables = ({"$ref": f"#/$defs/{kind.__name__}"} for kind in self.kinds)
        return {"anyOf": [{"enum": list(self.choices)}, *tables]}


@attrs.frozen(eq=False, repr=False)
class SubsetOf(_ManyItems):
    """A tuple of different strings, each one of the choices."""

    choices: tuple[str, ...]

    @property
    def item(self) -> Constraint:
        """The constraint on an item."""
        return OneOf(self.choices)

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the index of its item."""
        if not isinstance(value, tuple):
            yield "", InvalidValue(("must be a list, not", *_not_a_list(value)), name)
        else:
            yield from _item_faults(self.item, name, value)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"type": "array", "items": {"enum": list(self.choices)}, "uniqueItems": True}


@attrs.frozen(eq=False, repr=False)
class Integer(Constraint):
    """An integer within inclusive bounds, with a magnitude below 10**18; not 0 if ``allow_zero`` is False."""

    min: int = 1 - _MAGNITUDE
    max: int = _MAGNITUDE - 1
    allow_zero: bool = True

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidValue(("must be a whole number, not", GivenValue(value)), name)
        if not -_MAGNITUDE < value < _MAGNITUDE:
            raise InvalidValue("must have at most 18 digits", name)
        if value < self.min:
            raise InvalidValue(f"must be at least {self.min}, not {value}", name)
        if value > self.max:
            raise InvalidValue(f"must be at most {self.max}, not {value}", name)
        if not self.allow_zero and value == 0:
            raise InvalidValue("must not be 0", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        schema = {"type": "integer", "minimum": self.min, "maximum": self.max}
        return schema if self.allow_zero else {**schema, "not": {"const": 0}}


@attrs.frozen(eq=False, repr=False)
class Numeric(Constraint):
    """An exact number of at most 15 digits, greater than ``above`` and at least ``min``."""

    above: int | None = None
    min: int | None = None

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        number = _exact_short(name, value)
        if self.above is not None and number <= self.above:
            raise InvalidValue(f"must be above {self.above}, not {value}", name)
        if self.min is not None and number < self.min:
            raise InvalidValue(f"must be at least {self.min}, not {value}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        bounds = {"exclusiveMinimum": self.above, "minimum": self.min}
        return {"type": "number", **{key: bound for key, bound in bounds.items() if bound is not None}}


@attrs.frozen(eq=False, repr=False)
class Between(Constraint):
    """An exact number of at most 15 digits, greater than ``low``, less than ``high`` and not ``apart_from``."""

    low: int
    high: int
    apart_from: int

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not self.low < _exact_short(name, value) < self.high or value == self.apart_from:
            bounds = f"above {self.low}, below {self.high}"
            raise InvalidValue(f"must be {bounds} and different from {self.apart_from}, not {value}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {
            "type": "number",
            "exclusiveMinimum": self.low,
            "exclusiveMaximum": self.high,
            "not": {"const": self.apart_from},
        }


@attrs.frozen(eq=False, repr=False)
class Optional(Constraint):
    """None, or a value that satisfies a constraint; in a rules file, None is a missing field."""

    constraint: Constraint

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if value is not None:
            self.constraint.check(name, value)

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the path of the item at fault within the value."""
        if value is not None:
            yield from self.constraint.faults(name, value)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return self.constraint.schema()


@attrs.frozen(eq=False, repr=False)
class InstanceOf(Constraint):
    """An instance of one of the classes or, with ``many``, a tuple of instances."""

    kinds: tuple[type, ...]
    many: bool = False

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if self.many and not isinstance(value, tuple):
            raise InvalidValue(("must be a list, not", GivenValue(value)), name)
        for item in value if self.many else (value,):
            if not isinstance(item, self.kinds):
                names = " or ".join(kind.__name__ for kind in self.kinds)
                article = "an" if names[0] in "AEIOU" else "a"
                field = name_field(name, "each of " if self.many else "")
                remedy = self._python_remedy(item)
                raise InvalidValue((f"must be {article} {names}, not", GivenValue(item, after=remedy)), field)

    def _python_remedy(self, value: object) -> str:
        """Return how an instance is made in Python if the class is one of rules; else an empty text."""
        kind, *others = self.kinds
        if others or not isinstance(value, str | int | float | Decimal) or not attrs.has(kind):
            return ""
        if not all(isinstance(field.validator, Constraint) for field in attrs.fields(kind)):  # a class of another room
            return ""
        from trophy_engine.rules.examples import example_fields  # noqa: PLC0415  # it imports this module

        arguments = ", ".join(f"{name}={argument!r}" for name, argument in example_fields(kind, value).items())
        return f"; write {kind.__name__}({arguments})"

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema, by reference to the definitions of the classes."""
        references = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in self.kinds]
        item = references[0] if len(references) == 1 else _schema_by_type(self.kinds)
        return {"type": "array", "items": item} if self.many else item


def _schema_by_type(kinds: tuple[type, ...]) -> dict[str, Any]:
    """Return the schema of a table with one of several types: its fields are those of its type alone."""
    types = [vars(kind)["type"] for kind in kinds]
    cases = [
        {
            "if": {"type": "object", "properties": {"type": {"const": type_}}, "required": ["type"]},
            "then": {"$ref": f"#/$defs/{kind.__name__}"},
        }
        for type_, kind in zip(types, kinds, strict=True)
    ]
    return {"type": "object", "properties": {"type": {"enum": types}}, "required": ["type"], "allOf": cases}


def as_sequence(value: Any) -> Any:
    """Return a list as a tuple, and any other value unchanged, for the validator."""
    return tuple(value) if isinstance(value, list) else value


def as_number(value: Any) -> Any:
    """Return a valid float or decimal as an exact number, and any other value unchanged, for the validator."""
    try:
        return exact(value) if isinstance(value, float | Decimal) else value
    except InvalidValue:
        return value


def as_date(value: date | str) -> date:
    """Return a text as in ``2025-04-02`` as a date, and any other value unchanged, for the validator."""
    return cast("date", as_optional_date(value))


def as_optional_date(value: date | str | None) -> date | None:
    """Return a text as in ``2025-04-02`` as a date, and any other value, such as None, unchanged, for the validator."""
    try:
        return parse_date(value, "it") if isinstance(value, str) else value
    except InvalidValue:
        return cast("date", value)


def _not_a_list(value: Any) -> tuple[str | GivenValue, ...]:
    return (
        (GivenValue(value, after=";"), "write", GivenValue([value])) if isinstance(value, str) else (GivenValue(value),)
    )


def _item_faults(
    constraint: Constraint, name: str | FieldName, values: tuple[Any, ...]
) -> Iterator[tuple[str, InvalidValue]]:
    """Yield the violations of a constraint on each item, and the items that are repeated."""
    seen: set[Any] = set()
    for index, value in enumerate(values):
        faults = list(constraint.faults(name_field(name, "each of "), value))
        yield from ((item_path(path, index), error) for path, error in faults)
        if not faults and value in seen:
            yield item_path("", index), InvalidValue(("must not contain", GivenValue(value), "twice"), name)
        elif not faults:
            seen.add(value)


def _exact_short(name: str | FieldName, value: Any) -> Number:
    number = exact(value, name)
    if isinstance(as_json(number), str):
        raise InvalidValue(("must have at most 15 digits, not", GivenValue(value)), name)
    return number
