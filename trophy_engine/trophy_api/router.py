"""The router: finds the handler of a call.

>>> routes = [("GET", "users/{id}/streak", lambda engine, request: Response(200, []))]
>>> find_handler(routes, "GET", ("users", "18", "streak")) is routes[0][2]
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.errors import HttpError, NotFound
from trophy_engine.trophy_api.http import Request, Response

#: A function that answers a call.
Handler = Callable[[Engine, Request], Response]
#: An HTTP method, a path template below the version, and a handler. A part in braces matches any text.
Route = tuple[str, str, Handler]


class MethodNotAllowed(HttpError):
    """A path that exists, but not for this method; ``allowed`` lists the methods that it accepts."""

    status = 405

    def __init__(self, path: str, method: str, allowed: Iterable[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__(f"method {method} is not allowed for {path}; allowed: {', '.join(self.allowed)}")


def find_handler(routes: Iterable[Route], method: str, path: tuple[str, ...]) -> Handler:
    """Return the handler of a call; if several templates match, the first.

    Raises:
        NotFound: no template matches the path.
        MethodNotAllowed: a template matches, but not for this method.
    """
    matches = [(allowed, handler) for allowed, template, handler in routes if _matches_path_template(template, path)]
    for allowed, handler in matches:
        if allowed == method:
            return handler
    full_path = "/" + "/".join(path)
    if matches:
        raise MethodNotAllowed(full_path, method, _list_allowed_methods(name for name, _ in matches))
    raise NotFound(f"unknown path {full_path}")


def _list_allowed_methods(methods: Iterable[str]) -> Iterator[str]:
    """Yield methods, and ``HEAD`` after ``GET``: what can be read can be read without its body."""
    for method in methods:
        yield from ("GET", "HEAD") if method == "GET" else (method,)


def _matches_path_template(template: str, path: tuple[str, ...]) -> bool:
    parts = template.split("/")
    return len(parts) == len(path) and all(
        template_part == part or template_part.startswith("{") for template_part, part in zip(parts, path, strict=True)
    )
