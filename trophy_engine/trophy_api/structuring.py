"""Structuring: converts JSON to frozen items, field by field, and describes each field that does not fit.

A missing field is ``UNSET``; a null field is None. JSON names are the camelCase form of the Python names:

>>> @item
... class NewMetric:
...     name: str
...     unit_type: str | None | Unset = UNSET
>>> structure_request_json({"name": "Words", "unitType": None}, NewMetric)
NewMetric(name='Words', unit_type=None)
>>> structure_request_json({"unitType": "number"}, NewMetric)
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
from trophy_engine.error_messages import nearest_known_key, unknown_key_message
from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import is_writable
from trophy_engine.numbers import Number, exact

T = TypeVar("T")

#: A UUID in its usual form, in either case; ``UUID`` reads other spellings too.
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def to_camel_case(name: str) -> str:
    """Convert a name to camelCase.

    >>> to_camel_case("max_points")
    'maxPoints'
    """
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _alias_in_camel_case(_: type, fields: list[Any]) -> list[Any]:
    return [field.evolve(alias=to_camel_case(field.name)) for field in fields]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def item(cls: type[T]) -> type[T]:
    """Turn a class into an item: a frozen attrs class with keyword-only arguments in camelCase."""
    return attrs.frozen(kw_only=True, field_transformer=_alias_in_camel_case)(cls)


def given_item_fields(item: Any) -> dict[str, Any]:
    """Return the fields of an item that are set, by their Python names."""
    values = ((field.name, getattr(item, field.name)) for field in attrs.fields(type(item)))
    return {name: value for name, value in values if value is not UNSET}


def structure_request_json(raw: object, kind: type[T], name: str = "the request body", *, strict: bool = True) -> T:
    """Convert JSON to an item.

    Args:
        raw: the JSON as Python values.
        kind: the class of the item.
        name: the name of the whole JSON in messages.
        strict: whether unknown fields are refused; if False, they are ignored.

    Raises:
        InvalidValue: the JSON does not fit; the message has a clause for each faulty field, named as in the request.
    """
    try:
        return (_STRICT if strict else _LENIENT).structure(raw, kind)
    except InvalidValue as error:
        raise InvalidValue(f"{name} {error}") from None
    except (ClassValidationError, IterableValidationError) as error:
        raise InvalidValue("; ".join(dict.fromkeys(_structuring_error_clauses(error, "")))) from None


def _structuring_error_clauses(error: BaseException, path: str) -> Iterator[str]:
    """Yield a clause for each fault; a clause begins with the path of the field."""
    if isinstance(error, ClassValidationError):
        field_errors, others = error.group_exceptions()
        for inner, note in field_errors:
            field = attrs.fields_dict(error.cl)[note.name]
            cause = _missing_request_field_error(note.type) if isinstance(inner, KeyError) else inner
            fault = field.metadata.get("fault")
            yield from (
                (fault,)
                if fault
                else _structuring_error_clauses(cause, _join_request_field_path(path, str(field.alias)))
            )
        for inner in others:
            yield from _structuring_error_clauses(inner, path)
    elif isinstance(error, IterableValidationError):
        for inner, item_note in error.group_exceptions()[0]:
            yield from _structuring_error_clauses(inner, f"{path}[{item_note.index!r}]")
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [field.alias for field in attrs.fields(error.cl)]
        for name in sorted(error.extra_fields):
            yield unknown_key_message(
                "field", _join_request_field_path(path, name), nearest_known_key(name, known), known
            )
    elif isinstance(error, InvalidValue):
        yield f"{path} {error}"
    else:
        raise error


def _missing_request_field_error(kind: Any) -> BaseException:
    """Return the error for a missing field: the error that a value of no valid type would raise."""
    try:
        _STRICT.structure(UNSET, kind)
    except (ClassValidationError, IterableValidationError, InvalidValue) as error:
        return error
    return InvalidValue("is required")


def _join_request_field_path(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _request_instance_hook(kind: type | tuple[type, ...], description: str) -> Callable[[Any, Any], Any]:
    """Return a hook that accepts values of a type unchanged; True and False are not numbers."""

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise InvalidValue(f"must be {description}")
        return value

    return hook


def _text_from_request(value: Any, _: Any) -> str:
    text: str = _request_instance_hook(str, "a string")(value, _)
    if not is_writable(text):
        raise InvalidValue("must be text that UTF-8 can write")
    return text


def _integer_from_request(value: Any, _: Any) -> int:
    """Return an integer; JSON has only one number type, so 5.0 is accepted."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    integer: int = _request_instance_hook(int, "a whole number")(value, _)
    return integer


def _number_from_request(value: Any, _: Any) -> Number:
    _request_instance_hook((int, float), "a number")(value, _)
    try:
        return exact(value)
    except InvalidValue as error:
        raise InvalidValue(error.fact) from None


def _date_from_request(value: Any, _: Any) -> date:
    try:
        return parse_date(_request_instance_hook(str, "a string")(value, _), "it")
    except InvalidValue:
        raise InvalidValue("must be a date, for example 2025-04-02") from None


def _uuid_from_request(value: Any, _: Any) -> UUID:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise InvalidValue("must be a valid UUID")
    return UUID(value)


def _literal_from_request(value: Any, kind: Any) -> Any:
    options = get_args(kind)
    if not isinstance(value, str) or value not in options:
        raise InvalidValue(f"must be one of {', '.join(options)}")
    return value


def _is_optional_request_type(kind: Any) -> bool:
    return get_origin(kind) in {Union, UnionType} and kind != Number


def _request_optional_hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Return the hook of a field that can be missing or null."""
    options = get_args(kind)
    rest: Any = Union[tuple(option for option in options if option not in {Unset, type(None)})]  # noqa: UP007
    null = type(None) in options

    def hook(value: Any, _: Any) -> Any:
        return None if value is None and null else converter.structure(value, rest)

    return hook


def _request_tuple_hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Return the hook of a list field."""
    list_type: Any = list[get_args(kind)[0]]  # type: ignore[misc]  # known at run time
    check = _request_instance_hook(list, "a list")
    return lambda value, _: tuple(converter.structure(check(value, _), list_type))


def _build_request_converter(*, strict: bool) -> Converter:
    converter = Converter(forbid_extra_keys=strict, use_alias=True)
    converter.register_structure_hook(str, _text_from_request)
    converter.register_structure_hook(int, _integer_from_request)
    converter.register_structure_hook(bool, _request_instance_hook(bool, "true or false"))
    converter.register_structure_hook(date, _date_from_request)
    converter.register_structure_hook(UUID, _uuid_from_request)
    converter.register_structure_hook_func(_matches_request_type(Literal), _literal_from_request)
    converter.register_structure_hook_factory(
        _is_optional_request_type, lambda kind: _request_optional_hook(kind, converter)
    )
    converter.register_structure_hook_func(lambda kind: kind == Number, _number_from_request)
    converter.register_structure_hook_factory(
        attrs.has, lambda kind: _request_object_hook(converter.gen_structure_attrs_fromdict(kind))
    )
    converter.register_structure_hook_factory(
        _matches_request_type(dict), lambda kind: _request_object_hook(make_mapping_structure_fn(kind, converter))
    )
    converter.register_structure_hook_factory(
        _matches_request_type(tuple), lambda kind: _request_tuple_hook(kind, converter)
    )
    return converter


def _matches_request_type(origin: Any) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is origin


def _request_object_hook(hook: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Wrap a hook so that it refuses values that are not objects."""
    check = _request_instance_hook(dict, "an object")
    return lambda value, kind: hook(check(value, kind), kind)


_STRICT: Final = _build_request_converter(strict=True)
_LENIENT: Final = _build_request_converter(strict=False)
