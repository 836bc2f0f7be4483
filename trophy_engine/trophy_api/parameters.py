"""Query parameters: read from a request and converted, or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, TypeVar
from urllib.parse import unquote

from trophy_engine.calendar.instants import parse_date
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.http import Request

W = TypeVar("W", bound=str)

#: An integer in plain decimal digits, up to 18 of them; ``int`` reads other spellings too.
_INTEGER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


def read_text_parameter(request: Request, name: str) -> str | None:
    """Return the text of a parameter, the last one if it repeats; None if it is missing."""
    return dict(request.query).get(name)


def read_repeated_parameter(request: Request, name: str) -> list[str]:
    """Return all values of a parameter that can repeat."""
    return [value for parameter, value in request.query if parameter == name]


def split_parameter_list(value: str) -> list[str]:
    """Return the non-empty parts of a comma-separated value."""
    return [part for part in value.split(",") if part]


def read_list_parameter(request: Request, name: str) -> list[str]:
    """Return all values of a parameter that can repeat; each can be a comma-separated list."""
    return [part for value in read_repeated_parameter(request, name) for part in split_parameter_list(value)]


def read_flag_parameter(request: Request, name: str) -> bool:
    """Return whether a parameter is exactly ``true``."""
    return read_text_parameter(request, name) == "true"


def read_integer_parameter(
    request: Request, name: str, default: int, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Return a parameter as an integer; a missing one is the default, which is not checked against the bounds.

    Raises:
        Unprocessable: it is not an integer, or is out of bounds.
    """
    text = read_text_parameter(request, name)
    if text is None:
        return default
    value = int(text) if _INTEGER.fullmatch(text) else None
    if value is None or (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise Unprocessable(
            f"{name} must be a whole number{_describe_parameter_bounds(minimum, maximum)}, not {text!r}"
        )
    return value


def _describe_parameter_bounds(minimum: int | None, maximum: int | None) -> str:
    """Return the bounds as words for a message, empty if there are none."""
    if minimum is None:
        return ""
    return f" of at least {minimum}" if maximum is None else f" from {minimum} to {maximum}"


def read_choice_parameter(request: Request, name: str, options: Sequence[W]) -> W:
    """Return a parameter that must be one of several options.

    Raises:
        Unprocessable: it is missing or is not an option.
    """
    text = read_text_parameter(request, name)
    for option in options:
        if option == text:
            return option
    raise Unprocessable(f"{name} must be one of {', '.join(options)}, not {text!r}")


def read_date_parameter(request: Request, name: str) -> date | None:
    """Return a parameter as a date, None if it is missing.

    Raises:
        InvalidValue: it is not a date.
    """
    text = read_text_parameter(request, name)
    return None if text is None else parse_date(text, name)


def require_date_parameter(request: Request, name: str) -> date:
    """Return a required parameter as a date.

    Raises:
        InvalidValue: it is not a date.
        Unprocessable: it is missing.
    """
    day = read_date_parameter(request, name)
    if day is None:
        raise Unprocessable(f"{name} is required: a date, for example 2025-04-02")
    return day


def read_attributes_parameter(request: Request, name: str = "userAttributes") -> dict[str, str]:
    """Return the attributes of a parameter like ``plan:pro,city:London``; ``%2C`` is a comma within a value.

    Raises:
        Unprocessable: a pair has no colon, or a percent-encoded value is not UTF-8.
    """
    attributes = {}
    for pair in read_list_parameter(request, name):
        key, colon, value = pair.partition(":")
        if not (key and colon):
            raise Unprocessable(f"{name} must have the form key:value,key:value, with %2C for a comma, not {pair!r}")
        try:
            attributes[key] = unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise Unprocessable(f"{name} must be percent-encoded as UTF-8, not {value!r}") from None
    return attributes
