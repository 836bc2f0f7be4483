"""Transports for httpx, and so for the platform's official client: an engine in the process answers the calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import httpx

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import TrophyError, short_repr
from trophy_engine.trophy_api.admin import ROUTES as ADMIN
from trophy_engine.trophy_api.application import ROUTES as APPLICATION
from trophy_engine.trophy_api.error_responses import error_response
from trophy_engine.trophy_api.errors import Malformed, NotFound, Unauthorized
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.router import find_handler

_VERSION = "v1"


class _Exchange:
    """Answers calls; both transports delegate to it."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] | None, *, strict: bool) -> None:
        self._engine = engine
        self._clock = engine.now if clock is None else clock
        self._strict = strict

    def respond(self, call: httpx.Request) -> httpx.Response:
        """Return the response to a call after its body has been read."""
        try:
            response = self._serve(call)
        except TrophyError as error:
            response = error_response(error)
        content = json.dumps(response.body, allow_nan=False, separators=(",", ":")).encode("ascii")
        headers = {"content-type": "application/json", **response.headers}
        return httpx.Response(response.status, content=content, headers=headers)

    def _serve(self, call: httpx.Request) -> Response:
        if not call.headers.get("X-API-KEY"):
            raise Unauthorized("the header X-API-KEY is missing; every value is accepted")
        admin, path = _parse_address(call.url)
        handler = find_handler(ADMIN if admin else APPLICATION, call.method, path)
        query = tuple(call.url.params.multi_items())
        headers = {name.lower(): value for name, value in call.headers.items()}
        body = _parse_body(call.content)
        with self._engine.exclusive():  # the clock is read under the lock, so that calls are served in order of time
            now = self._clock()
            with self._engine.exclusive(now=now):
                request = Request(call.method, path, query, headers, body, at=now, strict=self._strict)
                return handler(self._engine, request)


def _parse_address(url: httpx.URL) -> tuple[bool, tuple[str, ...]]:
    """Return whether a URL is of the admin API (by its host or first path part), and its path below the version."""
    parts = [unquote(part) for part in url.raw_path.split(b"?")[0].decode("ascii").strip("/").split("/")]
    admin = url.host.startswith("admin.")
    if parts[0] == "admin":
        admin, parts = True, parts[1:]
    if not parts or parts[0] != _VERSION:
        raise NotFound(f"unknown path {url.path}; paths begin with /{_VERSION}")
    return admin, tuple(parts[1:])


def _parse_body(content: bytes) -> Any:
    """Parse a JSON body; an empty one is None.

    Raises:
        Malformed: the body is not JSON, or Python cannot read it.
    """
    if not content:
        return None
    try:
        return json.loads(content, object_pairs_hook=_build_object)
    except json.JSONDecodeError as error:
        raise Malformed(f"the body cannot be parsed as JSON: {error}") from None
    except UnicodeDecodeError:
        raise Malformed("the body cannot be parsed as JSON: it is not UTF-8 text") from None
    except RecursionError:
        raise Malformed("the body cannot be parsed as JSON: its lists and objects are nested too deeply") from None
    except ValueError:  # Python refuses integers of more than 4,300 digits
        raise Malformed("the body cannot be parsed as JSON: a number has too many digits") from None


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of a JSON object as a dict.

    Raises:
        Malformed: a name occurs twice.
    """
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in values if names.count(name) > 1)
        raise Malformed(
            f"the body cannot be parsed as JSON: the name {short_repr(repeated)} occurs twice in one object"
        )
    return values


class EngineTransport(httpx.BaseTransport):
    """Answers the calls of an ``httpx.Client`` from an engine.

    Args:
        engine: the engine that answers. It serves one call at a time, from any thread.
        clock: returns the instant at which a call arrives; the engine's clock by default.
        strict: whether unknown fields in request bodies are refused with 422; if False, they are ignored.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] | None = None, strict: bool = True) -> None:
        self._exchange = _Exchange(engine, clock, strict=strict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a call."""
        request.read()
        return self._exchange.respond(request)


class AsyncEngineTransport(httpx.AsyncBaseTransport):
    """Answers the calls of an ``httpx.AsyncClient`` from an engine.

    Args:
        engine: the engine that answers. It serves one call at a time, from any thread.
        clock: returns the instant at which a call arrives; the engine's clock by default.
        strict: whether unknown fields in request bodies are refused with 422; if False, they are ignored.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] | None = None, strict: bool = True) -> None:
        self._exchange = _Exchange(engine, clock, strict=strict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a call."""
        await request.aread()
        return self._exchange.respond(request)
