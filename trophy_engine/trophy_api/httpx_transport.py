"""A transport for httpx, and so for the platform's Python client: an engine in the process answers the requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidValue
from trophy_engine.trophy_api.errors import AnswerLost, RequestTimedOut
from trophy_engine.trophy_api.exchange import Exchange, as_exchange
from trophy_engine.trophy_api.http import ExchangeFunction, decode_http_text


class EngineTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers the requests of an ``httpx.Client`` or an ``httpx.AsyncClient``, without a socket.

    A request is answered in the thread and the task that sends it, also by an ``AsyncClient``. So a task that holds the
    engine (``Engine.exclusive``) can use the client.

    Args:
        engine: the engine that answers, or an exchange.
        clock: a function that returns the instant at which a request arrives; by default the engine's clock.
        strict: whether unknown fields in request bodies are refused with 422; if False, they are ignored.

    Raises:
        InvalidValue: an argument is of a wrong kind, or an exchange comes with ``clock`` or ``strict``.
    """

    def __init__(
        self,
        engine: Engine | ExchangeFunction,
        *,
        clock: Callable[[], datetime] | None = None,
        strict: bool = True,
    ) -> None:
        if isinstance(engine, Engine):
            self._exchange: ExchangeFunction = Exchange(engine, clock=clock, strict=strict)
        elif clock is None and strict:
            self._exchange = as_exchange(engine)
        else:
            raise InvalidValue("clock and strict belong to the exchange: Exchange(engine, clock=..., strict=...)")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request of an ``httpx.Client``.

        Raises:
            httpx.ReadTimeout: an injected failure, a time-out.
            httpx.RemoteProtocolError: an injected failure, a lost answer.
        """
        request.read()
        return self._respond(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request of an ``httpx.AsyncClient``; raises as ``handle_request`` does."""
        await request.aread()
        return self._respond(request)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"
        headers = [(name.decode("ascii"), decode_http_text(value)) for name, value in request.headers.raw]
        try:
            status, answer_headers, body = self._exchange(request.method, target, headers, request.content)
        except RequestTimedOut as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except AnswerLost as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from error
        return httpx.Response(status, headers=list(answer_headers), content=body)
