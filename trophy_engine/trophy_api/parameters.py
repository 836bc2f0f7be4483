"""Parameters: what the query of a request asks for, as values or refused."""

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

#: A whole number as a query has it, and no other of the spellings that ``int`` reads; no call needs a longer one.
_INTEGER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


def read_text(request: Request, name: str) -> str | None:
    """Return a parameter as it stands, None where it is left out; of several the last counts."""
    return dict(request.query).get(name)


def read_values(request: Request, name: str) -> list[str]:
    """Return the values of a parameter that comes again and again."""
    return [value for given, value in request.query if given == name]


def split_list(value: str) -> list[str]:
    """Return what a value holds with commas between."""
    return [part for part in value.split(",") if part]


def read_list(request: Request, name: str) -> list[str]:
    """Return the values of a parameter that comes again and again, or holds several with commas between."""
    return [part for value in read_values(request, name) for part in split_list(value)]


def read_flag(request: Request, name: str) -> bool:
    """Return whether a parameter is the word true; anything else is not."""
    return read_text(request, name) == "true"


def read_integer(
    request: Request, name: str, default: int, *, least: int | None = None, most: int | None = None
) -> int:
    """Read a whole number; one that is left out is not checked.

    Raises:
        Unprocessable: it is none, or out of bounds.
    """
    given = read_text(request, name)
    if given is None:
        return default
    value = int(given) if _INTEGER.fullmatch(given) else None
    if value is None or (least is not None and value < least) or (most is not None and value > most):
        raise Unprocessable(f"{name} must be a whole number{_describe_bounds(least, most)}, not {given!r}")
    return value


def _describe_bounds(least: int | None, most: int | None) -> str:
    """Describe the bounds, if any."""
    if least is None:
        return ""
    return f" of at least {least}" if most is None else f" from {least} to {most}"


def read_choice(request: Request, name: str, options: Sequence[W]) -> W:
    """Read a word that is one of several.

    Raises:
        Unprocessable: it is left out, or another.
    """
    given = read_text(request, name)
    for option in options:
        if option == given:
            return option
    raise Unprocessable(f"{name} must be one of {', '.join(options)}, not {given!r}")


def read_date(request: Request, name: str) -> date | None:
    """Read a date, None where it is left out.

    Raises:
        InvalidValue: it is none.
    """
    given = read_text(request, name)
    return None if given is None else parse_date(given, name)


def require_date(request: Request, name: str) -> date:
    """Read a date.

    Raises:
        InvalidValue: it is none.
        Unprocessable: it is left out.
    """
    given = read_date(request, name)
    if given is None:
        raise Unprocessable(f"{name} is required, a date such as 2025-04-02")
    return given


def read_attributes(request: Request, name: str = "userAttributes") -> dict[str, str]:
    """Read attributes written as ``plan:pro,city:London``, where ``%2C`` is a comma within a value.

    Raises:
        Unprocessable: one has no colon, or what is percent-encoded in a value is not UTF-8.
    """
    attributes = {}
    for pair in read_list(request, name):
        key, colon, value = pair.partition(":")
        if not (key and colon):
            raise Unprocessable(f"{name} must be written as key:value,key:value, %2C for a comma, not {pair!r}")
        try:
            attributes[key] = unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise Unprocessable(f"{name} must be percent-encoded as UTF-8, not {value!r}") from None
    return attributes
