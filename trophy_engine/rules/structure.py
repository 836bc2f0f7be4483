"""Structure: the classes in the fields of rules, and rules as the plain tables, lists and values of a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter, is_
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from trophy_engine.rules.tables import Table

#: The classes of the values that are read from text.
_PLAIN: Final = frozenset({str, int, bool, Decimal, date, NoneType})
#: From a subclass of one of them.
_CONVERTERS: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (str, str.__str__),
    (int, int.__index__),
    (Decimal, Decimal),
    (datetime, lambda instant: instant),  # in Python a date, too; a row of a log can have one
    (date, lambda day: date(day.year, day.month, day.day)),
)
_EMPTY: Final = ()
_PACKAGE: Final = f"{__package__}."


@cache
def type_hints_of_rule(cls: type) -> dict[str, Any]:
    """Return the type hints of a class, cached because resolving them takes longer than reading its fields."""
    return get_type_hints(cls)


@cache
def rule_classes_of(cls: type) -> dict[str, tuple[tuple[type, ...], bool]]:
    """Return, for the fields of a class that contain rules, the classes of the rules, and True for several rules."""
    fields = {}
    for name, hint in type_hints_of_rule(cls).items():
        many = get_origin(hint) is tuple
        inner = get_args(hint)[0] if many else hint
        options = get_args(inner) if isinstance(inner, UnionType) or get_origin(inner) is Union else (inner,)
        classes = tuple(option for option in options if isinstance(option, type) and attrs.has(option))
        if classes:
            fields[name] = (classes, many)
    return fields


def write_rule(rule: Any) -> dict[str, Any]:
    """Return a rule as a plain table: its type first, then its fields in order, without those at their default."""
    table = {"type": type(rule).type} if "type" in vars(type(rule)) and isinstance(type(rule).type, str) else {}
    for field in attrs.fields(type(rule)):
        value = getattr(rule, field.name)
        if value != default_of_rule_field(rule, field):
            table[field.name] = _write_rule_value(value)
    return table


def default_of_rule_field(rule: Any, field: Any) -> Any:
    """Return the default of a field of a rule; it can depend on the fields before it."""
    default = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # the stubs call the class a function
        return default.factory(rule) if default.takes_self else default.factory()
    return default


def _write_rule_value(value: Any) -> Any:
    if attrs.has(type(value)):
        return write_rule(value)
    if isinstance(value, tuple):
        return [_write_rule_value(item) for item in value]
    if isinstance(value, Table):
        return {name: _write_rule_value(required) for name, required in value.items()}
    return value


def as_plain_value(value: Any) -> Any:
    """Return a value, or a rule with such values in its fields, of the classes of the values that are read from text.

    An application can name keys by an enum of strings, which has other text in an f-string and in a table than the
    string that it is equal to.

    >>> from enum import Enum
    >>> class Keys(str, Enum):
    ...     WORDS = "words"
    >>> Keys.WORDS == "words", f"{Keys.WORDS}", f"{as_plain_value(Keys.WORDS)}"
    (True, 'Keys.WORDS', 'words')
    """
    cls = value.__class__
    if cls in _PLAIN:
        return value
    if cls is tuple:
        items = [item if item.__class__ in _PLAIN else as_plain_value(item) for item in value]
        return value if all(map(is_, items, value)) else tuple(items)
    if Table in cls.__mro__:
        return cls({as_plain_value(key): as_plain_value(item) for key, item in value.items()}) if value else value
    names, fields_of = _fields_of_rule_class(cls)
    if not names:
        return next((convert(value) for kind, convert in _CONVERTERS if kind in cls.__mro__), value)
    fields = fields_of(value)
    plain = [field if field.__class__ in _PLAIN or field is _EMPTY else as_plain_value(field) for field in fields]
    if all(map(is_, plain, fields)):
        return value
    return attrs.evolve(value, **dict(zip(names, plain, strict=True)))


def is_plain_value(value: Any) -> bool:
    """Return True if rules are of the classes of this package with plain values, as those that are read from text.

    Text does not keep subclasses of them, such as an enum of strings, which has other text in an f-string.
    """
    cls: Any = type(value)
    if cls in _PLAIN:
        return True
    if cls is tuple:
        return all(map(is_plain_value, value))
    if not cls.__module__.startswith(_PACKAGE):
        return False
    if isinstance(value, Table):
        return all(map(is_plain_value, value)) and all(map(is_plain_value, value.values()))
    return all(map(is_plain_value, _fields_of_rule_class(cls)[1](value)))


@cache
def _fields_of_rule_class(cls: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Return the names of the fields of a class, none for another value, and a function from an instance to them."""
    names = tuple(field.name for field in attrs.fields(cls)) if attrs.has(cls) else ()
    return names, attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)
