"""Constraints on the fields of rules: attrs validators and converters that name the fact and the remedy.

None of them looks at the instance, so that a rules file can be checked field by field and every fault be found at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import check_key
from trophy_engine.numbers import Number, exact

__all__ = [
    "Filter",
    "Validator",
    "as_filter",
    "as_number",
    "as_sequence",
    "between",
    "each_key",
    "filter_mapping",
    "flag",
    "key",
    "local_date",
    "number",
    "one_of",
    "optional",
    "sequence",
    "text",
    "whole",
]

Validator = Callable[[Any, Any, Any], None]


def key(_: Any, field: Any, value: object) -> None:
    """Demand a key."""
    check_key(value, field.name)


def each_key(_: Any, field: Any, value: Iterable[object]) -> None:
    """Demand at least one key, and none twice."""
    keys = [check_key(item, f"each of {field.name}") for item in value]
    if not keys:
        raise InvalidValue(f"{field.name} must name at least one")
    if len(set(keys)) < len(keys):
        raise InvalidValue(f"{field.name} must not name one twice: {', '.join(keys)}")


def text(_: Any, field: Any, value: object) -> None:
    """Demand a string with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(f"{field.name} must be text, not {value!r}")


def flag(_: Any, field: Any, value: object) -> None:
    """Demand true or false."""
    if not isinstance(value, bool):
        raise InvalidValue(f"{field.name} must be true or false, not {value!r}")


def local_date(_: Any, field: Any, value: object) -> None:
    """Demand a date without a time of day."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidValue(f"{field.name} must be a date such as 2026-02-14, not {value!r}")


def one_of(choices: Collection[str]) -> Validator:
    """Demand one of the words."""

    def validate(_: Any, field: Any, value: object) -> None:
        if value not in choices:
            raise InvalidValue(f"{field.name} must be one of {', '.join(map(repr, choices))}, not {value!r}")

    return validate


def whole(*, least: int | None = None, most: int | None = None, zero: bool = True) -> Validator:
    """Demand a whole number within inclusive bounds."""

    def validate(_: Any, field: Any, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidValue(f"{field.name} must be a whole number, not {value!r}")
        if least is not None and value < least:
            raise InvalidValue(f"{field.name} must be at least {least}, not {value}")
        if most is not None and value > most:
            raise InvalidValue(f"{field.name} must be at most {most}, not {value}")
        if not zero and value == 0:
            raise InvalidValue(f"{field.name} must not be 0")

    return validate


def number(*, above: Number | None = None, least: Number | None = None) -> Validator:
    """Demand an exact number above a bound, or no less than one."""

    def validate(_: Any, field: Any, value: object) -> None:
        found = exact(value, field.name)
        if above is not None and found <= above:
            raise InvalidValue(f"{field.name} must be above {above}, not {value}")
        if least is not None and found < least:
            raise InvalidValue(f"{field.name} must be at least {least}, not {value}")

    return validate


def between(low: Number, high: Number, *, apart_from: Number) -> Validator:
    """Demand an exact number strictly between two others and unlike a third."""

    def validate(_: Any, field: Any, value: object) -> None:
        if not low < exact(value, field.name) < high or value == apart_from:
            raise InvalidValue(f"{field.name} must lie between {low} and {high} and not be {apart_from}, not {value}")

    return validate


def optional(validator: Validator) -> Validator:
    """Demand what the validator demands, or None."""

    def validate(instance: Any, field: Any, value: object) -> None:
        if value is not None:
            validator(instance, field, value)

    return validate


def sequence(kind: type | tuple[type, ...]) -> Validator:
    """Demand a tuple of instances of the classes."""

    def validate(_: Any, field: Any, value: object) -> None:
        if not isinstance(value, tuple):
            raise InvalidValue(f"{field.name} must be a sequence, not {value!r}")
        for item in value:
            if not isinstance(item, kind):
                names = [one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,))]
                raise InvalidValue(f"each of {field.name} must be a {' or '.join(names)}, not {item!r}")

    return validate


def filter_mapping(_: Any, field: Any, value: object) -> None:
    """Demand attribute keys with string values."""
    if not isinstance(value, Mapping):
        raise InvalidValue(f"{field.name} must map attribute keys to strings, not {value!r}")
    for name, wanted in value.items():
        check_key(name, f"each key of {field.name}")
        if not isinstance(wanted, str):
            raise InvalidValue(f"{field.name}[{name!r}] must be a string, not {wanted!r}")


class Filter(Mapping[str, str]):
    """A hashable, read-only mapping from attribute keys to wanted values, in the order of its keys."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self._items = dict(sorted((items or {}).items(), key=lambda item: str(item[0])))

    def __getitem__(self, name: str) -> str:
        """Give the wanted value of an attribute."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Walk the attribute keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Count the attributes."""
        return len(self._items)

    def __hash__(self) -> int:
        """Hash the items."""
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        """Show it as a plain dict."""
        return repr(self._items)

    def mismatch(self, attributes: Mapping[str, str]) -> str | None:
        """Give the first attribute whose value is not the wanted one, or None where all match."""
        return next((name for name, wanted in self._items.items() if attributes.get(name) != wanted), None)


def as_filter(value: Any) -> Any:
    """Turn a mapping into a filter; leave anything else to the validator."""
    return Filter(value) if isinstance(value, Mapping) else value


def as_sequence(value: Any) -> Any:
    """Turn a list into a tuple; leave anything else to the validator."""
    return tuple(value) if isinstance(value, list) else value


def as_number(value: Any) -> Any:
    """Turn a float or a decimal into an exact number; leave anything else to the validator."""
    return exact(value) if isinstance(value, float | Decimal) else value
