"""Field names: messages of engine errors in the camelCase names of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.notation import show_value
from trophy_engine.trophy_api.structuring import to_camel_case


def translate_names(error: Exception) -> str:
    """Return the message of an error with its field names in camelCase and its values in the notation of JSON.

    >>> translate_names(InvalidValue("must be a date, not 'days_off'", "start_date"))
    "startDate must be a date, not 'days_off'"
    """
    if isinstance(error, InvalidValue):
        return str(error.rename_fields(to_camel_case).show_values(show_value))
    return str(error)


@contextmanager
def renaming_request_fields(**names: str) -> Iterator[None]:
    """Rename fields in each ``InvalidValue`` that the block raises; ``names`` maps old names to new ones.

    Raises:
        InvalidValue: the error of the block, with the new field names.
    """
    try:
        yield
    except InvalidValue as error:
        raise error.rename_fields(lambda name: names.get(name, name)) from None


@contextmanager
def prefixing_request_field(path: str) -> Iterator[None]:
    """Put a path before the field name in each ``InvalidValue`` that the block raises.

    Raises:
        InvalidValue: the error of the block, with the path before its field name.
    """
    try:
        yield
    except InvalidValue as error:
        raise error.prefix_field(path) from None
