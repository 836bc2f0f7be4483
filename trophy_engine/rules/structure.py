"""Structure: conversion between rules and the plain tables, lists and values of a file.

A table becomes an instance of its class, and the constructor validates the fields; only if that fails, each field is
validated separately, so that every problem is found, with its path. Nothing is raised. An unreadable part becomes
``UNREADABLE``, or an ``Unreadable`` with its key, so that references to it are not reported as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import attrs

from trophy_engine.calendar.instants import parse_date
from trophy_engine.errors import InvalidValue, cut, nearest, short_repr
from trophy_engine.identifiers import is_writable
from trophy_engine.rules.diagnostics import Problem, item_path
from trophy_engine.rules.filters import Filter


@attrs.frozen
class Unreadable:
    """A part of a file with problems, and its key if that could be read."""

    key: str | None = None


UNREADABLE: Final = Unreadable()
#: The type hints of fields with a date.
_DATES: Final = (date, date | None)


@cache
def _hints_of(cls: type) -> dict[str, Any]:
    """Return the type hints of a class, cached because resolving them takes longer than reading its fields."""
    return get_type_hints(cls)


@cache
def rule_classes_of(cls: type) -> dict[str, tuple[tuple[type, ...], bool]]:
    """Return, for the fields of a class that contain rules, the classes of the rules, and True for several rules."""
    fields = {}
    for name, hint in _hints_of(cls).items():
        many = get_origin(hint) is tuple
        inner = get_args(hint)[0] if many else hint
        options = get_args(inner) if isinstance(inner, UnionType) else (inner,)
        classes = tuple(option for option in options if isinstance(option, type) and attrs.has(option))
        if classes:
            fields[name] = (classes, many)
    return fields


def read_rule(classes: tuple[type, ...], raw: Any, path: str, problems: list[Problem]) -> Any:
    """Read one table as an instance of the class, or of the class with its ``type``; problems are appended."""
    if not isinstance(raw, Mapping):
        problems.append(Problem("error", path, f"must be a table of fields, not {show_value(raw)}"))
        return UNREADABLE
    key = raw.get("key")
    unreadable = Unreadable(key if isinstance(key, str) else None)
    cls = classes[0] if len(classes) == 1 else _tagged_class(classes, raw, path, problems)
    if cls is None:
        return unreadable
    values, unread = read_fields(cls, raw, path)
    try:
        if not unread:
            return cls(**values)
    except InvalidValue as error:
        problems += validate_fields(cls, values, unread, path) or [
            Problem("error", path, str(error.show_values(show_value)))
        ]
    else:
        problems += validate_fields(cls, values, unread, path)
    return unreadable


def _tagged_class(classes: tuple[type, ...], raw: Mapping[str, Any], path: str, problems: list[Problem]) -> type | None:
    by_type = {str(vars(cls)["type"]): cls for cls in classes}
    tag = raw.get("type")
    if isinstance(tag, str) and tag in by_type:
        return by_type[tag]
    problems.append(
        Problem("error", f"{path}.type", f"type must be one of {', '.join(map(repr, by_type))}, not {show_value(tag)}")
        if "type" in raw
        else Problem("error", path, f"the field 'type' is missing; it must be one of {', '.join(map(repr, by_type))}")
    )
    return None


def read_fields(cls: type, raw: Mapping[str, Any], path: str) -> tuple[dict[str, Any], dict[str, list[Problem]]]:
    """Return the fields of a table, not validated, and the problems of unreadable or missing fields, by name."""
    fields = {field.name: field for field in attrs.fields(cls)}
    known = list(fields)
    if "type" in vars(cls) and "type" not in fields:
        known.append("type")
    values: dict[str, Any] = {}
    unread: dict[str, list[Problem]] = {}
    for name in raw:
        if name not in known:
            near = nearest(str(name), known)
            hint = f"did you mean {near!r}?" if near else f"known: {', '.join(map(repr, known))}"
            unread[name] = [Problem("error", _join(path, str(name)), f"unknown field {short_repr(name)}; {hint}")]
    for name, field in fields.items():
        if name in raw:
            problems: list[Problem] = []
            values[name] = _read_value(cls, name, raw[name], _join(path, name), problems)
            if problems:
                unread[name] = problems
        elif field.default is attrs.NOTHING:
            unread[name] = [Problem("error", path, f"the field {name!r} is missing")]
    return values, unread


def validate_fields(
    cls: type, values: Mapping[str, Any], unread: Mapping[str, list[Problem]], path: str
) -> list[Problem]:
    """List the problems of a table: those of unreadable fields, and those that validation finds."""
    fields = {field.name: field for field in attrs.fields(cls)}
    problems = [problem for name, field_problems in unread.items() if name not in fields for problem in field_problems]
    for name, field in fields.items():
        if name in unread:
            problems += unread[name]
        elif name in values:
            try:
                value = values[name] if field.converter is None else field.converter(values[name])
                if field.validator is not None:
                    field.validator(None, field, value)
            except InvalidValue as error:
                problems.append(Problem("error", _join(path, name), str(error.show_values(show_value))))
    return problems


def _read_value(cls: type, name: str, raw: Any, path: str, problems: list[Problem]) -> Any:
    classes, many = rule_classes_of(cls).get(name, ((), False))
    if classes and many and isinstance(raw, list):
        return tuple(read_rule(classes, item, item_path(path, index), problems) for index, item in enumerate(raw))
    if classes and not many:
        return read_rule(classes, raw, path, problems)
    return _as_date(raw) if _hints_of(cls)[name] in _DATES else raw


def _as_date(raw: Any) -> Any:
    """Return a text as in ``2025-04-02`` as a date, and any other value unchanged, for the validator."""
    try:
        return parse_date(raw, "it") if isinstance(raw, str) else raw
    except InvalidValue:
        return raw


def show_value(value: object) -> str:
    """Return a value of a file for a message, in the notation of TOML and JSON.

    >>> show_value([True, None, Decimal("1.5"), date(2025, 4, 2), {"key": "words"}])
    "[true, null, 1.5, 2025-04-02, {'key': 'words'}]"
    """
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case Decimal():
            return str(value)
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return cut(f"[{', '.join(map(show_value, value))}]")
        case Mapping():
            return cut(f"{{{', '.join(f'{key!r}: {show_value(item)}' for key, item in value.items())}}}")
        case _:
            return short_repr(value)


def _join(path: str, name: str) -> str:
    if not is_writable(name):
        name = short_repr(name)
    return f"{path}.{name}" if path else name


def write_rule(rule: Any) -> dict[str, Any]:
    """Return a rule as a plain table: its type first, then its fields in order, without those at their default."""
    table = {"type": type(rule).type} if "type" in vars(type(rule)) and isinstance(type(rule).type, str) else {}
    for field in attrs.fields(type(rule)):
        value = getattr(rule, field.name)
        if value != _default(rule, field):
            table[field.name] = _write_value(value)
    return table


def _default(rule: Any, field: Any) -> Any:
    default = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # the stubs call the class a function
        return default.factory(rule) if default.takes_self else default.factory()
    return default


def _write_value(value: Any) -> Any:
    if attrs.has(type(value)):
        return write_rule(value)
    if isinstance(value, tuple):
        return [_write_value(item) for item in value]
    return dict(value) if isinstance(value, Filter) else value
