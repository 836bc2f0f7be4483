"""An exchange behind httpx, WSGI and ASGI, each turned back into an exchange by a small client of its own."""

import asyncio
import io
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

import httpx

from trophy_engine.trophy_api import ASGIApplication, EngineTransport, WSGIApplication

__all__ = ["GATEWAYS", "asgi_request", "environ_of", "scope_of", "wsgi_request"]


def encode(value):
    return value.encode("utf-8", "surrogateescape")


def through_httpx(source, method, target, headers, body):
    """Send a request through an ``httpx.Client``."""
    with httpx.Client(transport=EngineTransport(source)) as http:
        pairs = [(name.encode("ascii"), encode(value)) for name, value in headers]
        answer = http.send(httpx.Request(method, f"http://localhost{target}", headers=pairs, content=body))
    return answer.status_code, tuple(answer.headers.multi_items()), answer.content


def environ_of(method, target, headers, body, *, mount="", raw="RAW_URI"):
    """Return the environment of a request, as a server makes it; ``raw`` is its name for the target, or None."""
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": mount,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(body),
    }
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    if raw is not None:
        environ[raw] = mount + target
    for name, value in headers:
        text = encode(value).decode("latin-1")
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{text}" if key.startswith("HTTP_") and key in environ else text
    setup_testing_defaults(environ)
    return environ


def wsgi_request(app, environ):
    """Call a WSGI application as a server does, and return the answer."""
    started = []
    chunks = app(environ, lambda status, headers: started.append((status, headers)))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    [(status, headers)] = started
    return int(status[:3]), tuple(headers), body


def through_wsgi(source, method, target, headers, body):
    """Send a request to a WSGI application."""
    return wsgi_request(WSGIApplication(source), environ_of(method, target, headers, body))


def scope_of(method, target, headers, *, mount="", raw=True):
    """Return the scope of a request, as a server makes it."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": mount + unquote_to_bytes(path).decode("utf-8", "replace"),
        "query_string": query.encode("ascii"),
        "root_path": mount,
        "headers": [(name.lower().encode("ascii"), encode(value)) for name, value in headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8_000),
    }
    return {**scope, "raw_path": (mount + path).encode("ascii")} if raw else scope


async def asgi_request(app, scope, *chunks):
    """Call an ASGI application as a server does, with the chunks of the body, and return the answer."""
    parts = list(chunks) or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": index < len(parts) - 1} for index, part in enumerate(parts)
    ]
    sent = []

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return None
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    assert {message["type"] for message in bodies} == {"http.response.body"}
    headers = tuple((name.decode("ascii"), value.decode("ascii")) for name, value in start["headers"])
    return start["status"], headers, b"".join(message["body"] for message in bodies)


def through_asgi(source, method, target, headers, body):
    """Send a request to an ASGI application."""
    halves = body[: len(body) // 2], body[len(body) // 2 :]
    pairs = [*headers, ("Content-Length", str(len(body)))] if body else headers
    return asyncio.run(asgi_request(ASGIApplication(source), scope_of(method, target, pairs), *halves))


#: The ways to an exchange.
GATEWAYS = (through_httpx, through_wsgi, through_asgi)
