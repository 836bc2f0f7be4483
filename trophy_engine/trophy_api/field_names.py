"""Names of fields: errors of the engine with the names that the API uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trophy_engine.errors import InvalidValue
from trophy_engine.trophy_api.structuring import to_camel_case


def translate_names(error: Exception) -> str:
    """Return the message of an error with the names of fields in camelCase.

    >>> translate_names(InvalidValue("must be a date, not 'days_off'", "start_date"))
    "startDate must be a date, not 'days_off'"
    """
    return str(error.rename_fields(to_camel_case) if isinstance(error, InvalidValue) else error)


@contextmanager
def renaming_fields(**names: str) -> Iterator[None]:
    """Raise each ``InvalidValue`` of the block again with some fields under other names.

    Raises:
        InvalidValue: what is refused within, under the other names.
    """
    try:
        yield
    except InvalidValue as error:
        raise error.rename_fields(lambda name: names.get(name, name)) from None


@contextmanager
def prefixing_field(path: str) -> Iterator[None]:
    """Raise each ``InvalidValue`` of the block again with a path before the name of the field.

    Raises:
        InvalidValue: what is refused, with the path before the name of the field.
    """
    try:
        yield
    except InvalidValue as error:
        raise error.prefix_field(path) from None
