"""An exchange: the platform's API as a function of a request, without an HTTP library; an engine computes the answer.

>>> from trophy_engine import Metric, Ruleset
>>> exchange = Exchange(Engine(Ruleset(metrics=[Metric("words")])))
>>> event = b'{"user": {"id": "18"}, "value": 12}'
>>> status, headers, body = exchange("POST", "/v1/metrics/words/event", [("X-API-KEY", "any")], event)
>>> status, headers[0]
(201, ('content-type', 'application/json'))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import GivenValue, short_repr
from trophy_engine.errors import InvalidValue, StorageConflict, TrophyError
from trophy_engine.rules.constraints import CALLABLE, FLAG, InstanceOf, Optional
from trophy_engine.trophy_api.admin import ROUTES as ADMIN
from trophy_engine.trophy_api.application import ROUTES as APPLICATION
from trophy_engine.trophy_api.error_responses import error_response
from trophy_engine.trophy_api.errors import Malformed, NotFound, TooLarge, Unauthorized
from trophy_engine.trophy_api.http import Answer, ExchangeFunction, Request, Response
from trophy_engine.trophy_api.router import find_handler

#: The greatest number of bytes of a body.
MAX_BODY_BYTES: Final = 16 * 1024 * 1024
_VERSION: Final = "v1"
#: How often a request is repeated because another engine on the same storage has written in between.
_MAX_CONFLICTS: Final = 20


class Exchange:
    """Answers requests to the platform's API from an engine.

    Requests are answered one at a time, from any thread. Another engine may write to the same storage: a request in
    whose course it does is repeated.

    Args:
        engine: the engine.
        clock: a function that returns the instant at which a request arrives; by default the engine's clock.
        strict: whether unknown fields in request bodies are refused with 422; if False, they are ignored.

    Raises:
        InvalidValue: an argument is of a wrong kind.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] | None = None, strict: bool = True) -> None:
        InstanceOf((Engine,)).check("engine", engine)
        Optional(CALLABLE).check("clock", clock)
        FLAG.check("strict", strict)
        self._engine = engine
        self._clock = engine.now if clock is None else clock
        self._strict = strict

    def __call__(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Return the status, the headers and the body of the answer to a request.

        A call of the admin API has a path that begins with ``/admin``, or a host that begins with ``admin.``. ``HEAD``
        is answered as ``GET``, without the body.

        Args:
            method: the HTTP method, in capitals.
            target: the path, percent-encoded, and the query; or a whole URL, whose host then replaces ``Host``.
            headers: the headers, in any case; values of a name that occurs several times are joined by a comma.
            body: the body, empty if there is none.

        Raises:
            InvalidValue: an argument is of a wrong kind.
            TrophyError: the engine failed, for example its storage or a subscriber.
        """
        InstanceOf((str,)).check("method", method)
        InstanceOf((str,)).check("target", target)
        InstanceOf((bytes,)).check("body", body)
        joined = join_headers(headers)
        try:
            response = self._respond("GET" if method == "HEAD" else method, target, joined, body)
        except TrophyError as error:
            response = error_response(error)
        return encode_response(response, with_body=method != "HEAD")

    def _respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Return the response to a request.

        Raises:
            TrophyError: the request is refused, or the engine failed.
        """
        check_api_key(headers)
        check_content_length(headers, body)
        host, path, query = split_request_target(target, headers)
        admin, parts = _parse_api_address(host, path)
        handler = find_handler(ADMIN if admin else APPLICATION, method, parts)
        content = parse_request_body(body)

        def handle() -> Response:
            with (
                self._engine.exclusive()
            ):  # the clock is read under the lock, so that calls are served in order of time
                now = self._clock()
                with self._engine.exclusive(now=now):
                    request = Request(method, parts, query, headers, content, at=now, strict=self._strict)
                    return handler(self._engine, request)

        for _ in range(_MAX_CONFLICTS):
            with suppress(StorageConflict):  # nothing has happened, and the engine has read what the other has written
                return handle()
        return handle()


def as_exchange(source: Engine | ExchangeFunction) -> ExchangeFunction:
    """Return an exchange: that of an engine, or the function itself.

    Raises:
        InvalidValue: the value is neither an engine nor a function.
    """
    if isinstance(source, Engine):
        return Exchange(source)
    if not callable(source) or isinstance(source, type):
        raise InvalidValue(("must be an engine, or an exchange such as Exchange(engine), not", GivenValue(source)))
    return source


def encode_response(response: Response, *, with_body: bool = True) -> Answer:
    """Return a response as a status, headers and bytes; without the body, the headers are those with it."""
    content = json.dumps(response.body, allow_nan=False, separators=(",", ":")).encode("ascii")
    headers = (("content-type", "application/json"), ("content-length", str(len(content))))
    return response.status, (*headers, *response.headers.items()), content if with_body else b""


def join_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by name in lower case; values of one name are joined by a comma.

    Raises:
        InvalidValue: the headers are not pairs of texts.
    """
    InstanceOf((Iterable,)).check("headers", headers)
    joined: dict[str, str] = {}
    for pair in headers:
        match pair:
            case (str(name), str(value)):
                name = name.lower()
                joined[name] = f"{joined[name]},{value}" if name in joined else value
            case _:
                raise InvalidValue(("must be pairs of texts, not", GivenValue(pair)), "headers")
    return joined


def check_api_key(headers: Mapping[str, str]) -> None:
    """Check that a request has an API key.

    Raises:
        Unauthorized: it has none.
    """
    if not headers.get("x-api-key"):
        raise Unauthorized("the header X-API-KEY is missing; every value is accepted")


def check_content_length(headers: Mapping[str, str], body: bytes) -> None:
    """Check the length of a body.

    Raises:
        TooLarge: the body is longer than ``MAX_BODY_BYTES``.
        Malformed: the header ``Content-Length`` is not a number, or not the length of the body.
    """
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"the body has more than {MAX_BODY_BYTES:,} bytes; send its items in several requests")
    declared = headers.get("content-length", str(len(body)))
    if not (declared.isascii() and declared.isdigit()):
        raise Malformed(f"the header Content-Length must be a number of bytes, not {short_repr(declared)}")
    if declared.lstrip("0") != str(len(body)).lstrip("0"):
        raise Malformed(f"the body has {len(body):,} bytes, and the header Content-Length is {short_repr(declared)}")


def split_request_target(target: str, headers: Mapping[str, str]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Return the host, the path (percent-encoded) and the parameters of the query of a request."""
    path, _, query = target.partition("?")
    host = headers.get("host", "")
    if not path.startswith("/") and "://" in path:
        authority, slash, path = path.partition("://")[2].partition("/")
        host, path = authority.rpartition("@")[2], slash + path
    return host.lower(), path, tuple(parse_qsl(query, keep_blank_values=True))


def _parse_api_address(host: str, path: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether an address is of the admin API (by its host or first path part), and its path below the version.

    Raises:
        NotFound: the path does not begin with the version.
    """
    parts = split_request_path(path)
    admin = host.startswith("admin.")
    if parts[0] == "admin":
        admin, parts = True, parts[1:]
    if not parts or parts[0] != _VERSION:
        raise NotFound(f"unknown path {unquote(path)}; paths begin with /{_VERSION}")
    return admin, parts[1:]


def split_request_path(path: str) -> tuple[str, ...]:
    """Return the parts of a percent-encoded path, decoded; at least one.

    Raises:
        Malformed: the decoded path is not UTF-8 text; with replacements, different identifiers would be one.
    """
    try:
        return tuple(unquote(part, errors="strict") for part in path.strip("/").split("/"))
    except UnicodeDecodeError:
        raise Malformed(f"the path must be percent-encoded UTF-8 text, not {short_repr(path)}") from None


def parse_request_body(content: bytes) -> Any:
    """Parse a JSON body; an empty one is None.

    Raises:
        Malformed: the body is not JSON, or Python cannot read it.
    """
    if not content:
        return None
    try:
        return json.loads(content, object_pairs_hook=_build_request_object)
    except json.JSONDecodeError as error:
        raise Malformed(f"the body cannot be parsed as JSON: {error}") from None
    except UnicodeDecodeError:
        raise Malformed("the body cannot be parsed as JSON: it is not UTF-8 text") from None
    except RecursionError:
        raise Malformed("the body cannot be parsed as JSON: its lists and objects are nested too deeply") from None
    except ValueError:  # Python refuses integers of more than 4,300 digits
        raise Malformed("the body cannot be parsed as JSON: a number has too many digits") from None


def _build_request_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
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
