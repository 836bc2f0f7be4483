"""Requests and responses, with only as much of HTTP as the API needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@attrs.frozen
class Request:
    """A call of the API.

    Attributes:
        method: such as ``"GET"``.
        path: the parts of the path below the version, such as ``("metrics", "words", "event")``.
        query: the parameters of the query, in order; a name may come again.
        headers: by names in lower case.
        body: the JSON of the body as Python values; None where there is none.
        at: when the call arrives.
        strict: whether unknown fields of the body are refused, or else ignored.
    """

    method: str
    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any
    at: datetime
    strict: bool = True


@attrs.frozen
class Response:
    """The answer to a call.

    Attributes:
        status: the status code of HTTP.
        body: JSON as Python values.
        headers: further headers of HTTP.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = _NO_HEADERS
