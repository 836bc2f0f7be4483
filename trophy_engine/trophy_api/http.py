"""HTTP requests and responses, reduced to what the API needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from trophy_engine.values import Value

#: A status, headers with names in lower case, and a body.
Answer: TypeAlias = tuple[int, tuple[tuple[str, str], ...], bytes]
#: A function of a method, a target, headers and a body, such as an ``Exchange``.
ExchangeFunction: TypeAlias = Callable[[str, str, Iterable[tuple[str, str]], bytes], Answer]

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@attrs.frozen
class Request(Value):
    """A call of the API.

    Attributes:
        method: the HTTP method, for example ``"GET"``.
        path: the parts of the path below the version, for example ``("metrics", "words", "event")``.
        query: the parameters of the query, in order; names can repeat.
        headers: the headers, by names in lower case.
        body: the JSON of the body as Python values; None if the body is empty.
        at: when the call arrives.
        strict: whether unknown fields of the body are refused; if False, they are ignored.
    """

    method: str
    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any
    at: datetime
    strict: bool = True


@attrs.frozen
class Response(Value):
    """The response to a call.

    Attributes:
        status: the HTTP status code.
        body: the JSON as Python values.
        headers: HTTP headers besides the content type.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = _NO_HEADERS


def decode_http_text(value: bytes) -> str:
    """Return the text of bytes of a request line or a header: from UTF-8, or from Latin-1 if they are not UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
