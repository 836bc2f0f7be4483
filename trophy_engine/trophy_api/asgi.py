"""The platform's API as an ASGI application, for any ASGI server and for mounting under another application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeAlias, TypeVar

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import CALLABLE, Optional
from trophy_engine.trophy_api.errors import AnswerLost, RequestTimedOut
from trophy_engine.trophy_api.exchange import MAX_BODY_BYTES, as_exchange
from trophy_engine.trophy_api.http import ExchangeFunction, decode_http_text
from trophy_engine.trophy_api.request_target import build_request_target, strip_mount_path

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

T = TypeVar("T")

#: The extension of a server that can close a connection without an answer: a function without arguments.
ABORT = "trophy_engine.abort"


class ASGIApplication:
    """Answers the requests of an ASGI server from an engine.

    The engine works in a thread of its own, so that the event loop is free meanwhile; requests are answered one at a
    time, in the order of their arrival. While a task holds the engine (``Engine.exclusive`` or ``Engine.batch``),
    requests wait; that task must not wait for one of them. The event loop is one of asyncio.

    An injected time-out leaves the request without an answer until the client closes the connection, and so does a lost
    answer, unless the server closes the connection by the extension ``trophy_engine.abort``.

    Args:
        engine: the engine or the exchange that answers.
        on_shutdown: a function that the server's shutdown calls, for example ``engine.close``. A server sends it to the
            outermost application, not to one that is mounted.

    Raises:
        InvalidValue: an argument is of a wrong kind.
    """

    def __init__(self, engine: Engine | ExchangeFunction, *, on_shutdown: Callable[[], object] | None = None) -> None:
        Optional(CALLABLE).check("on_shutdown", on_shutdown)
        self._exchange = as_exchange(engine)
        self._on_shutdown = on_shutdown
        # Not the loop's own executor: requests that wait for the engine would keep its few threads from other work.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="trophy-engine")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the server's start and shutdown.

        Raises:
            InvalidValue: the scope is not of a type of HTTP, a WebSocket or a lifespan.
            TrophyError: the engine failed.
        """
        match scope["type"]:
            case "http":
                await self._answer_http_request(scope, receive, send)
            case "lifespan":
                await self._follow_lifespan(receive, send)
            case "websocket":
                await send({"type": "websocket.close", "code": 1000, "reason": "the API has no WebSockets"})
            case type_:
                raise InvalidValue(f"must be of type http, lifespan or websocket, not {type_!r}", "scope")

    async def _answer_http_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _receive_request_body(receive)
        if body is None:
            return
        headers = [(decode_http_text(name), decode_http_text(value)) for name, value in scope["headers"]]
        try:
            status, answer_headers, content = await self._run_in_engine_thread(
                partial(self._exchange, scope["method"], _request_target_of_scope(scope), headers, body)
            )
        except RequestTimedOut:
            await _receive_until_disconnect(receive)
            return
        except AnswerLost:
            abort = (scope.get("extensions") or {}).get(ABORT)
            if abort is not None:
                abort()
            await _receive_until_disconnect(receive)
            return
        raw_headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in answer_headers]
        await send({"type": "http.response.start", "status": status, "headers": raw_headers})
        await send({"type": "http.response.body", "body": content})

    async def _run_in_engine_thread(self, call: Callable[[], T]) -> T:
        """Return the result of a call in the application's thread, which sees the task's context variables."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, copy_context().run, call)

    async def _follow_lifespan(self, receive: Receive, send: Send) -> None:
        """Reply to the events of a server's start and shutdown."""
        while True:
            match (await receive())["type"]:
                case "lifespan.startup":
                    await send({"type": "lifespan.startup.complete"})
                case "lifespan.shutdown":
                    if self._on_shutdown is not None:
                        await self._run_in_engine_thread(self._on_shutdown)
                    await send({"type": "lifespan.shutdown.complete"})
                    return


def _request_target_of_scope(scope: Mapping[str, Any]) -> str:
    mount = scope.get("root_path") or ""
    raw_path = scope.get("raw_path")
    return build_request_target(
        strip_mount_path(scope["path"], mount),
        decode_http_text(scope.get("query_string") or b""),
        mount=mount,
        raw_path=None if raw_path is None else raw_path.decode("latin-1"),
    )


async def _receive_request_body(receive: Receive) -> bytes | None:
    """Read the body, or as much of it as shows that it is too long; None if the client closed the connection."""
    chunks = []
    length = 0
    while length <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body") or b""
        chunks.append(chunk)
        length += len(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


async def _receive_until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
