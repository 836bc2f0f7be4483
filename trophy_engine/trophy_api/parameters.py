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

__all__ = ["attributes", "choice", "day", "flag", "required_day", "several", "split", "text", "values", "whole"]

W = TypeVar("W", bound=str)

#: A whole number as a query has it, and no other of the spellings that ``int`` reads; no call needs a longer one.
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)


def text(request: Request, name: str) -> str | None:
    """Give a parameter as it stands, None where it is left out; of several the last counts."""
    return dict(request.query).get(name)


def values(request: Request, name: str) -> list[str]:
    """Give the values of a parameter that comes again and again."""
    return [value for given, value in request.query if given == name]


def split(value: str) -> list[str]:
    """Give what a value holds with commas between."""
    return [one for one in value.split(",") if one]


def several(request: Request, name: str) -> list[str]:
    """Give the values of a parameter that comes again and again, or holds several with commas between."""
    return [one for value in values(request, name) for one in split(value)]


def flag(request: Request, name: str) -> bool:
    """Tell whether a parameter is the word true; anything else is not."""
    return text(request, name) == "true"


def whole(request: Request, name: str, default: int, *, least: int | None = None, most: int | None = None) -> int:
    """Read a whole number; one that is left out is not checked.

    Raises:
        Unprocessable: it is none, or out of bounds.
    """
    given = text(request, name)
    if given is None:
        return default
    value = int(given) if _WHOLE.fullmatch(given) else None
    if value is None or (least is not None and value < least) or (most is not None and value > most):
        raise Unprocessable(f"{name} must be a whole number{_within(least, most)}, not {given!r}")
    return value


def _within(least: int | None, most: int | None) -> str:
    """Say between which bounds, if any."""
    if least is None:
        return ""
    return f" of at least {least}" if most is None else f" from {least} to {most}"


def choice(request: Request, name: str, options: Sequence[W]) -> W:
    """Read a word that is one of several.

    Raises:
        Unprocessable: it is left out, or another.
    """
    given = text(request, name)
    for option in options:
        if option == given:
            return option
    raise Unprocessable(f"{name} must be one of {', '.join(options)}, not {given!r}")


def day(request: Request, name: str) -> date | None:
    """Read a date, None where it is left out.

    Raises:
        InvalidValue: it is none.
    """
    given = text(request, name)
    return None if given is None else parse_date(given, name)


def required_day(request: Request, name: str) -> date:
    """Read a date.

    Raises:
        InvalidValue: it is none.
        Unprocessable: it is left out.
    """
    given = day(request, name)
    if given is None:
        raise Unprocessable(f"{name} is required, a date such as 2025-04-02")
    return given


def attributes(request: Request, name: str = "userAttributes") -> dict[str, str]:
    """Read attributes written as ``plan:pro,city:London``, where ``%2C`` is a comma within a value.

    Raises:
        Unprocessable: one has no colon, or what is percent-encoded in a value is not UTF-8.
    """
    found = {}
    for pair in several(request, name):
        key, colon, value = pair.partition(":")
        if not (key and colon):
            raise Unprocessable(f"{name} must be written as key:value,key:value, %2C for a comma, not {pair!r}")
        try:
            found[key] = unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise Unprocessable(f"{name} must be percent-encoded as UTF-8, not {value!r}") from None
    return found
