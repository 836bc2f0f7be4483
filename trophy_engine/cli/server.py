"""The server of ``trophy-engine serve``: an engine behind uvicorn, with a log of its requests."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import attrs
import typer
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from trophy_engine.calendar.instants import parse_datetime, to_micros
from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import GivenValue, file_error_reason
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.asgi import ABORT, ASGIApplication, Receive, Scope, Send
from trophy_engine.trophy_api.clock import ManualClock
from trophy_engine.trophy_api.control import Control
from trophy_engine.trophy_api.errors import AnswerLost, RequestTimedOut
from trophy_engine.trophy_api.exchange import encode_response
from trophy_engine.trophy_api.http import Answer, ExchangeFunction, Response
from trophy_engine.trophy_api.webhooks.poster import WebhookPoster
from trophy_engine.trophy_api.webhooks.webhooks import Webhooks
from trophy_engine.values import Value

#: How long connections stay open without a request, in seconds: longer than clients keep them, so that no request
#: meets a connection that is being closed.
_KEEP_ALIVE: Final = 75
#: How long a stop waits for requests in progress, in seconds.
_STOP: Final = 3
#: Connections that wait to be accepted.
_BACKLOG: Final = 2048
_REFUSED: Final = 400
_MAX_LOGGED: Final = 300


def _parse_now_option(now: str | None) -> datetime | None:
    """Return the instant of the option ``--now``.

    Raises:
        InvalidValue: it is not ISO 8601 with an offset.
    """
    if now is None:
        return None
    at = parse_datetime(now, "--now")
    if at.utcoffset() is None:
        raise InvalidValue(
            ("must end in an offset from UTC, for example 2025-04-02T10:00:00Z, not", GivenValue(now)), "--now"
        )
    to_micros(at, "--now")
    return at


@attrs.frozen
class Settings(Value):
    """What the options of ``trophy-engine serve`` ask for.

    Attributes:
        ruleset: the rules; None for those of the storage.
        storage: the save file; None for memory.
        host: the address to listen at.
        port: the port; 0 for a free one.
        now: the instant at which the clock stands; None for the system's clock.
        strict: whether unknown fields of requests are refused.
        quiet: whether requests are not logged.
    """

    ruleset: Ruleset | None
    storage: Path | None
    host: str
    port: int
    now: datetime | None = attrs.field(converter=_parse_now_option)
    strict: bool = True
    quiet: bool = False


def run_server(settings: Settings, poster: WebhookPoster | None = None) -> None:
    """Serve requests until a signal stops the server, then close the storage.

    Args:
        settings: the options.
        poster: posts the webhooks, which are waited for at the end for as long as requests are; None for none.

    Raises:
        TrophyError: the address is not free, or the storage cannot be opened.
    """
    clock = ManualClock(settings.now, tick=settings.now is None)

    def open_engine() -> Engine:
        engine = Engine(settings.ruleset, storage=settings.storage, clock=clock)
        if poster is not None:
            Webhooks(engine, poster)
        return engine

    with open_server_socket(settings.host, settings.port) as listener:
        if settings.storage is not None:
            write_server_log(f"opening {settings.storage}")
        control = Control(
            open_engine(), clock, new_engine=open_engine if settings.storage is None else None, strict=settings.strict
        )
        try:
            _print_server_urls(settings, control.engine, listener)
            _run_uvicorn(ServerRequestLog(control, quiet=settings.quiet), listener)
        finally:
            control.engine.close()
            if poster is not None:
                poster.close(_STOP)
            write_server_log("stopped" if settings.storage is None else f"stopped; {settings.storage} is closed")


def open_server_socket(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections.

    Its protocol is TCP and not 0: otherwise asyncio would leave Nagle's algorithm on, and every answer would wait 40 ms
    for the client's system.

    Raises:
        TrophyError: the address does not exist or is in use.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, type_, protocol, _, address = found[0]
        with ExitStack() as opened:
            listener = opened.enter_context(socket.socket(family, type_, protocol))
            if os.name == "posix":  # elsewhere it would let two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
            opened.pop_all()
            return listener
    except (OSError, UnicodeError) as error:
        fact = error.strerror if isinstance(error, socket.gaierror) else file_error_reason(error)
        raise TrophyError(f"cannot listen at {host}:{port}: {fact}; choose others with --host and --port") from None


def _print_server_urls(settings: Settings, engine: Engine, listener: socket.socket) -> None:
    """Print the URL to standard output, and what is served to standard error."""
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if settings.storage is not None:
        write_server_log(f"{settings.storage}: {sum(1 for _ in engine.users()):,} users")
    if engine.migration_effects:
        write_server_log(
            f"the rules are not the last ones of {settings.storage}: {len(engine.migration_effects):,} effects on users"
        )
    if not ip_address(host).is_loopback:
        write_server_log("other machines may reach this server, and it accepts any key")
    write_server_log(f"application API {url}/v1, admin API {url}/admin/v1, control {url}/_engine; stop with Ctrl-C")
    typer.echo(url)


def _run_uvicorn(exchange: ExchangeFunction, listener: socket.socket) -> None:
    config = uvicorn.Config(
        ASGIApplication(exchange),
        http=_UvicornProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_STOP,
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):  # uvicorn raises a signal again when it has stopped
        signal.signal(number, server.handle_exit)
    server.run(sockets=[listener])


class _UvicornProtocol(H11Protocol):
    """A connection that an application can close without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        app: Callable[..., Any] = self.app

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**(scope.get("extensions") or {}), ABORT: transport.abort}
            await app({**scope, "extensions": extensions}, receive, send)

        self.app = call


@attrs.frozen
class ServerRequestLog(Value):
    """An exchange that logs the requests of another one, and answers with 500 if the engine fails.

    Attributes:
        exchange: the other exchange.
        quiet: whether only failures of the engine are logged.
    """

    exchange: ExchangeFunction
    quiet: bool = attrs.field(default=False, kw_only=True)

    def __call__(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Return the answer to a request.

        Raises:
            RequestTimedOut: an injected time-out.
            AnswerLost: an injected lost answer.
        """
        started = time.perf_counter()
        failed = False
        try:
            answer = self.exchange(method, target, headers, body)
        except (RequestTimedOut, AnswerLost) as failure:
            self._log_request(f"{method} {target} {failure}")
            raise
        except TrophyError as error:
            failed = True
            answer = encode_response(Response(500, {"error": str(error)}), with_body=method != "HEAD")
        status, _, content = answer
        milliseconds = (time.perf_counter() - started) * 1000
        refusal = f" {content.decode('ascii')[:_MAX_LOGGED]}" if status >= _REFUSED else ""
        self._log_request(f"{method} {target} {status} {milliseconds:.0f} ms{refusal}", failed=failed)
        return answer

    def _log_request(self, line: str, *, failed: bool = False) -> None:
        if failed or not self.quiet:
            write_server_log(line)


def write_server_log(line: str) -> None:
    """Write a line to the log, with the time."""
    typer.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)
