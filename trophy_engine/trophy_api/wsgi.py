"""The platform's API as a WSGI application, for any WSGI server and for mounting under another application."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.error_responses import error_response
from trophy_engine.trophy_api.errors import LengthRequired
from trophy_engine.trophy_api.exchange import MAX_BODY_BYTES, as_exchange, encode_response
from trophy_engine.trophy_api.http import Answer, ExchangeFunction, decode_http_text
from trophy_engine.trophy_api.request_target import build_request_target

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

#: Where servers put the target as it came: gunicorn and Werkzeug; uWSGI, mod_wsgi, Werkzeug, Waitress and Cheroot.
_RAW_TARGETS: Final = ("RAW_URI", "REQUEST_URI")
#: Headers without the prefix ``HTTP_``.
_UNPREFIXED: Final = ("CONTENT_TYPE", "CONTENT_LENGTH")
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}
#: The longest Content-Length that is read as a number; longer ones are refused by the exchange.
_MAX_DIGITS: Final = 18


class WSGIApplication:
    """Answers the requests of a WSGI server from an engine.

    The server's threads may call it at the same time; requests are answered one at a time. An injected time-out or a
    lost answer is raised to the server, because WSGI cannot leave a request without an answer.

    Args:
        engine: the engine or the exchange that answers.

    Raises:
        InvalidValue: ``engine`` is neither.
    """

    def __init__(self, engine: Engine | ExchangeFunction) -> None:
        self._exchange = as_exchange(engine)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer a request.

        Raises:
            TrophyError: the engine failed, or an injected failure is a time-out or a lost answer.
        """
        status, headers, body = self._respond(environ)
        start_response(f"{status} {_REASONS.get(status, 'Unknown')}", list(headers))
        return [body]

    def _respond(self, environ: WSGIEnvironment) -> Answer:
        method = environ["REQUEST_METHOD"]
        try:
            body = _read_body_of_environ(environ)
        except LengthRequired as error:
            return encode_response(error_response(error), with_body=method != "HEAD")
        return self._exchange(method, _request_target_of_environ(environ), list(_headers_of_environ(environ)), body)


def _request_target_of_environ(environ: WSGIEnvironment) -> str:
    raw_targets = [environ[name] for name in _RAW_TARGETS if environ.get(name)]
    return build_request_target(
        _decode_environ_text(environ.get("PATH_INFO", ""), errors="surrogateescape"),
        _decode_environ_text(environ.get("QUERY_STRING", "")),
        mount=_decode_environ_text(environ.get("SCRIPT_NAME", ""), errors="surrogateescape"),
        raw_path=_path_of_request_target(raw_targets[0]) if raw_targets else None,
    )


def _path_of_request_target(target: str) -> str:
    """Return the path of a target, which may be a whole URL."""
    path = target.partition("?")[0]
    return path if path.startswith("/") else "/" + path.partition("://")[2].partition("/")[2]


def _headers_of_environ(environ: WSGIEnvironment) -> Iterator[tuple[str, str]]:
    """Yield the headers of a request."""
    for name, value in environ.items():
        header = name.removeprefix("HTTP_")
        if (header in _UNPREFIXED and name == header and value) or (header not in _UNPREFIXED and name != header):
            yield header.replace("_", "-"), _decode_environ_text(value)


def _decode_environ_text(text: str, errors: str | None = None) -> str:
    """Return a text of the environment, which has a character for each byte."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:  # of a server that decodes by itself
        return text
    return decode_http_text(raw) if errors is None else raw.decode(errors=errors)


def _read_body_of_environ(environ: WSGIEnvironment) -> bytes:
    """Read the body, or as much of it as shows that it is too long.

    Raises:
        LengthRequired: the body has no length, and the server does not mark its end.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        rest = int(length) if len(length) <= _MAX_DIGITS else MAX_BODY_BYTES + 1
    elif environ.get("wsgi.input_terminated"):
        rest = MAX_BODY_BYTES + 1
    elif environ.get("HTTP_TRANSFER_ENCODING"):
        raise LengthRequired("the header Content-Length is missing; this server does not read chunked bodies")
    else:
        return b""
    rest = min(rest, MAX_BODY_BYTES + 1)
    chunks = []
    while rest > 0:
        chunk = environ["wsgi.input"].read(rest)
        if not chunk:
            break
        chunks.append(chunk)
        rest -= len(chunk)
    return b"".join(chunks)
