"""Structuring: JSON as frozen items, field by field, and what to say where it does not fit.

An item tells a field that is left out, ``UNSET``, from one that is null. Fields go by their names in camelCase:

>>> @item
... class NewMetric:
...     name: str
...     unit_type: str | None | Unset = UNSET
>>> structure({"name": "Words", "unitType": None}, NewMetric)
NewMetric(name='Words', unit_type=None)
>>> structure({"unitType": "number"}, NewMetric)
Traceback (most recent call last):
    ...
trophy_engine.errors.InvalidValue: name must be a string
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin
from uuid import UUID

import attrs
from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError, IterableValidationError
from cattrs.gen import make_mapping_structure_fn

from trophy_engine.calendar.instants import parse_date
from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidValue, nearest
from trophy_engine.identifiers import is_writable
from trophy_engine.numbers import Number, exact

T = TypeVar("T")

#: An identifier as it is shown, in letters of either case, and no other of the spellings that ``UUID`` reads.
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def to_camel_case(name: str) -> str:
    """Spell a name in camelCase, as the API does.

    >>> to_camel_case("max_points")
    'maxPoints'
    """
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _alias_in_camel_case(_: type, fields: list[Any]) -> list[Any]:
    return [field.evolve(alias=to_camel_case(field.name)) for field in fields]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def item(cls: type[T]) -> type[T]:
    """Make an item of a class: frozen, its fields by name only, in camelCase as in the API."""
    return attrs.frozen(kw_only=True, field_transformer=_alias_in_camel_case)(cls)


def given_fields(item: Any) -> dict[str, Any]:
    """Return the fields of an item that are not left out, by their names in Python."""
    values = ((field.name, getattr(item, field.name)) for field in attrs.fields(type(item)))
    return {name: value for name, value in values if value is not UNSET}


def structure(raw: object, kind: type[T], what: str = "the request body", *, strict: bool = True) -> T:
    """Read JSON as an item.

    Args:
        raw: the JSON as Python values.
        kind: the class of the item.
        what: what messages call the JSON as a whole.
        strict: whether unknown fields are refused, or else ignored.

    Raises:
        InvalidValue: it does not fit; the message has a clause for each field that does not, as the request spells it.
    """
    try:
        return (_STRICT if strict else _LENIENT).structure(raw, kind)
    except InvalidValue as error:
        raise InvalidValue(f"{what} {error}") from None
    except (ClassValidationError, IterableValidationError) as error:
        raise InvalidValue("; ".join(dict.fromkeys(_error_clauses(error, "")))) from None


def _error_clauses(error: BaseException, path: str) -> Iterator[str]:
    """Walk what is wrong, each as a clause that begins with the path of the field."""
    if isinstance(error, ClassValidationError):
        field_errors, others = error.group_exceptions()
        for inner, note in field_errors:
            field = attrs.fields_dict(error.cl)[note.name]
            cause = _error_of_missing(note.type) if isinstance(inner, KeyError) else inner
            fault = field.metadata.get("fault")
            yield from (fault,) if fault else _error_clauses(cause, _join(path, str(field.alias)))
        for inner in others:
            yield from _error_clauses(inner, path)
    elif isinstance(error, IterableValidationError):
        for inner, item_note in error.group_exceptions()[0]:
            yield from _error_clauses(inner, f"{path}[{item_note.index!r}]")
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [field.alias for field in attrs.fields(error.cl)]
        for name in sorted(error.extra_fields):
            suggestion = nearest(name, known)
            yield f"{_join(path, name)} is not a field here" + (f"; did you mean {suggestion!r}?" if suggestion else "")
    elif isinstance(error, InvalidValue):
        yield f"{path} {error}"
    else:
        raise error


def _error_of_missing(kind: Any) -> BaseException:
    """Return what is wrong with a field that is not there: what would be wrong with one that is of no kind at all."""
    try:
        _STRICT.structure(UNSET, kind)
    except (ClassValidationError, IterableValidationError, InvalidValue) as error:
        return error
    return InvalidValue("is required")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _instance_hook(kind: type | tuple[type, ...], what: str) -> Callable[[Any, Any], Any]:
    """Make a hook that takes the values of a kind as they are; True and False are no numbers."""

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise InvalidValue(f"must be {what}")
        return value

    return hook


def _text(value: Any, _: Any) -> str:
    text: str = _instance_hook(str, "a string")(value, _)
    if not is_writable(text):
        raise InvalidValue("must be text that UTF-8 can write")
    return text


def _integer(value: Any, _: Any) -> int:
    """Take a whole number; JSON has one kind of number, so 5.0 is one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    whole: int = _instance_hook(int, "a whole number")(value, _)
    return whole


def _number(value: Any, _: Any) -> Number:
    _instance_hook((int, float), "a number")(value, _)
    try:
        return exact(value)
    except InvalidValue:
        raise InvalidValue("must be a finite number within ±10**30 of at most 30 decimal places") from None


def _date(value: Any, _: Any) -> date:
    try:
        return parse_date(_instance_hook(str, "a string")(value, _), "it")
    except InvalidValue:
        raise InvalidValue("must be a date such as 2026-02-14") from None


def _uuid(value: Any, _: Any) -> UUID:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise InvalidValue("must be a valid UUID")
    return UUID(value)


def _literal(value: Any, kind: Any) -> Any:
    words = get_args(kind)
    if not isinstance(value, str) or value not in words:
        raise InvalidValue(f"must be one of {', '.join(words)}")
    return value


def _is_optional(kind: Any) -> bool:
    return get_origin(kind) in {Union, UnionType} and kind != Number


def _optional(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Make the hook of a field that may be left out or null."""
    options = get_args(kind)
    rest: Any = Union[tuple(option for option in options if option not in {Unset, type(None)})]  # noqa: UP007
    null = type(None) in options

    def hook(value: Any, _: Any) -> Any:
        return None if value is None and null else converter.structure(value, rest)

    return hook


def _tuple(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Make the hook of a list."""
    many: Any = list[get_args(kind)[0]]  # type: ignore[misc]  # known at run time
    check = _instance_hook(list, "a list")
    return lambda value, _: tuple(converter.structure(check(value, _), many))


def _converter(*, strict: bool) -> Converter:
    converter = Converter(forbid_extra_keys=strict, use_alias=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(bool, _instance_hook(bool, "true or false"))
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook(UUID, _uuid)
    converter.register_structure_hook_func(_is(Literal), _literal)
    converter.register_structure_hook_factory(_is_optional, lambda kind: _optional(kind, converter))
    converter.register_structure_hook_func(lambda kind: kind == Number, _number)
    converter.register_structure_hook_factory(
        attrs.has, lambda kind: _object_hook(converter.gen_structure_attrs_fromdict(kind))
    )
    converter.register_structure_hook_factory(
        _is(dict), lambda kind: _object_hook(make_mapping_structure_fn(kind, converter))
    )
    converter.register_structure_hook_factory(_is(tuple), lambda kind: _tuple(kind, converter))
    return converter


def _is(origin: Any) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is origin


def _object_hook(hook: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Wrap a hook so that it refuses everything but objects."""
    check = _instance_hook(dict, "an object")
    return lambda value, wanted: hook(check(value, wanted), wanted)


_STRICT: Final = _converter(strict=True)
_LENIENT: Final = _converter(strict=False)
