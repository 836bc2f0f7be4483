"""The router: which handler answers a call.

A template names the parts of a path, those in braces for the handler to be given:

>>> routes = [Route("GET", "users/{id}/streak", lambda engine, request, user: Response(200, user))]
>>> find(routes, "GET", ("users", "18", "streak"))[1]
('18',)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from trophy_engine.wire.errors import NotFound, WireError
from trophy_engine.wire.messages import Response

__all__ = ["Handler", "MethodNotAllowed", "Route", "find"]

#: What answers a call: it is given the engine, the request, and the named parts of the path in order.
Handler = Callable[..., Response]


class MethodNotAllowed(WireError):
    """A path that is there, but not for this method."""

    status = 405


class Route(NamedTuple):
    """One operation.

    Attributes:
        method: such as ``"GET"``.
        template: the path below the version, such as ``"users/{id}"``.
        handler: what answers.
    """

    method: str
    template: str
    handler: Handler


def find(routes: Iterable[Route], method: str, path: tuple[str, ...]) -> tuple[Handler, tuple[str, ...]]:
    """Find the handler of a call and the named parts of its path; of two templates that fit, the earlier counts.

    Raises:
        NotFound: there is no such path.
        MethodNotAllowed: there is, but not for this method.
    """
    allowed = []
    for route in routes:
        named = _match(route.template, path)
        if named is not None and route.method == method:
            return route.handler, named
        if named is not None:
            allowed.append(route.method)
    shown = "/" + "/".join(path)
    if allowed:
        raise MethodNotAllowed(f"{shown} is for {', '.join(allowed)}, not for {method}")
    raise NotFound(f"there is no {shown}")


def _match(template: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give the named parts of a path, or None where it is another."""
    parts = template.split("/")
    if len(parts) != len(path):
        return None
    pairs = list(zip(parts, path, strict=True))
    if all(part == found or part.startswith("{") for part, found in pairs):
        return tuple(found for part, found in pairs if part.startswith("{"))
    return None
