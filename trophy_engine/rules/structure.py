"""Structure: rules from the plain tables, lists and values of a file, and back.

Reading goes field by field and collects every problem with its path; nothing is raised. What cannot be read is
``UNREADABLE``, or an ``Unreadable`` that still knows its key so that references to it are not called unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import attrs

from trophy_engine.calendar.instants import parse_date
from trophy_engine.errors import InvalidValue, nearest, short_repr
from trophy_engine.identifiers import is_writable
from trophy_engine.rules.constraints import Filter
from trophy_engine.rules.diagnostics import Problem, at_item

__all__ = ["UNREADABLE", "Unreadable", "kinds_of", "read", "read_fields", "write"]


@attrs.frozen
class Unreadable:
    """A part of a file that has problems, and its key where that can be told."""

    key: str | None = None


UNREADABLE: Final = Unreadable()
#: The type hints of fields that hold a date.
_DATES: Final = (date, date | None)


@cache
def _hints_of(cls: type) -> dict[str, Any]:
    """Resolve the type hints of a class once: resolving them takes longer than reading all of its fields."""
    return get_type_hints(cls)


@cache
def kinds_of(cls: type) -> dict[str, tuple[tuple[type, ...], bool]]:
    """Give the fields of a class that hold rules: which classes of them, and whether many."""
    found = {}
    for name, hint in _hints_of(cls).items():
        many = get_origin(hint) is tuple
        inner = get_args(hint)[0] if many else hint
        options = get_args(inner) if isinstance(inner, UnionType) else (inner,)
        kinds = tuple(kind for kind in options if isinstance(kind, type) and attrs.has(kind))
        if kinds:
            found[name] = (kinds, many)
    return found


def read(kinds: tuple[type, ...], raw: Any, path: str, problems: list[Problem]) -> Any:
    """Read one table as an instance of the class, or of the one of the classes that its ``type`` names."""
    if not isinstance(raw, Mapping):
        problems.append(Problem("error", path, f"must be a table of fields, not {short_repr(raw)}"))
        return UNREADABLE
    key = raw.get("key")
    unreadable = Unreadable(key if isinstance(key, str) else None)
    cls = kinds[0] if len(kinds) == 1 else _tagged(kinds, raw, path, problems)
    if cls is None:
        return unreadable
    known = len(problems)
    values = read_fields(cls, raw, path, problems)
    if len(problems) > known:
        return unreadable
    try:
        return cls(**values)
    except InvalidValue as error:
        problems.append(Problem("error", path, str(error)))
        return unreadable


def _tagged(kinds: tuple[type, ...], raw: Mapping[str, Any], path: str, problems: list[Problem]) -> type | None:
    by_type = {str(vars(kind)["type"]): kind for kind in kinds}
    tag = raw.get("type")
    if isinstance(tag, str) and tag in by_type:
        return by_type[tag]
    problems.append(
        Problem("error", f"{path}.type", f"must be one of {', '.join(map(repr, by_type))}, not {short_repr(tag)}")
        if "type" in raw
        else Problem("error", path, f"lacks 'type', one of {', '.join(map(repr, by_type))}")
    )
    return None


def read_fields(cls: type, raw: Mapping[str, Any], path: str, problems: list[Problem]) -> dict[str, Any]:
    """Read the fields of a table, each as far as it can be read."""
    fields = {field.name: field for field in attrs.fields(cls)}
    known = list(fields)
    if "type" in vars(cls) and "type" not in fields:
        known.append("type")
    for name in raw:
        if name not in known:
            near = nearest(str(name), known)
            hint = f"did you mean {near!r}?" if near else f"known: {', '.join(known)}"
            problems.append(Problem("error", _join(path, str(name)), f"is not a field here; {hint}"))
    values = {}
    for name, field in fields.items():
        if name in raw:
            values[name] = _read_field(cls, field, raw[name], _join(path, name), problems)
        elif field.default is attrs.NOTHING:
            problems.append(Problem("error", path, f"lacks {name!r}"))
    return values


def _read_field(cls: type, field: Any, raw: Any, path: str, problems: list[Problem]) -> Any:
    kinds, many = kinds_of(cls).get(field.name, ((), False))
    known = len(problems)
    if kinds and many and isinstance(raw, list):
        value: Any = tuple(read(kinds, item, at_item(path, place), problems) for place, item in enumerate(raw))
    elif kinds and not many:
        value = read(kinds, raw, path, problems)
    else:
        value = _as_date(raw) if _hints_of(cls)[field.name] in _DATES else raw
    if len(problems) > known:
        return value
    try:
        if field.converter is not None:
            value = field.converter(value)
        if field.validator is not None:
            field.validator(None, field, value)
    except InvalidValue as error:
        problems.append(Problem("error", path, str(error)))
    return value


def _as_date(raw: Any) -> Any:
    """Read a date as JSON writes it; leave anything else to the validator."""
    try:
        return parse_date(raw, "it") if isinstance(raw, str) else raw
    except InvalidValue:
        return raw


def _join(path: str, name: str) -> str:
    if not is_writable(name):
        name = short_repr(name)
    return f"{path}.{name}" if path else name


def write(rule: Any) -> dict[str, Any]:
    """Write a rule as a plain table: its type first, then its fields in order, defaults left out."""
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
        return write(value)
    if isinstance(value, tuple):
        return [_write_value(item) for item in value]
    return dict(value) if isinstance(value, Filter) else value
