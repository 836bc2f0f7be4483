"""Any request gets an answer, over the exchange, the endpoints of a test server, WSGI and ASGI."""

import asyncio
import io
import json

from gateways import asgi_request, wsgi_request
from hypothesis import given
from hypothesis import strategies as st
from odd_values import json_text, odd_json, odd_text

from trophy_engine import Engine, Metric, Ruleset
from trophy_engine.trophy_api import ASGIApplication, Control, ManualClock, WSGIApplication
from trophy_engine.trophy_api.exchange import Exchange

RULES = Ruleset(metrics=[Metric("words")])
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) | odd_text
ENDPOINTS = ["", "/", "/clock", "/clock/step", "/settle", "/reset", "/failures", "/clock/", "//clock"]
TARGETS = st.one_of(
    odd_text,
    odd_text.map(lambda text: f"/v1/{text}"),
    odd_text.map(lambda text: f"http://{text}/admin/v1/metrics"),
    st.sampled_from([f"/_engine{endpoint}" for endpoint in ENDPOINTS]),
    st.sampled_from(["*", "?", "://", "/v1/users/%", "/v1/users/%ff", "/v1/users?%=%&=", "//v1//users", "/admin"]),
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["X-API-KEY", "x-api-key", "Host", "Content-Length"]) | odd_text, odd_text), max_size=3
)
SETTINGS = [
    {"now": "2025-04-02T10:00:00Z", "tick": True},
    {"days": 1},
    {"failure": "lost", "calls": 2},
    {"failure": 500, "retryAfter": 1},
]
BODIES = (
    st.binary(max_size=8)
    | odd_json.map(json_text).map(str.encode)
    | st.sampled_from(SETTINGS).map(json.dumps).map(str.encode)
    | st.builds(
        lambda setting, value: json_text(dict.fromkeys(setting, value)).encode(), st.sampled_from(SETTINGS), odd_json
    )
)


def check(answer):
    """Check that an answer is one of the API, and not a fault of the engine."""
    status, headers, body = answer
    assert 200 <= status < 500 or status == 501 or b"an injected failure" in body
    assert dict(headers)["content-type"] == "application/json"
    assert body == b"" or json.loads(body) is not ...
    assert int(dict(headers)["content-length"]) == len(body) or body == b""


@given(METHODS, TARGETS, HEADERS, BODIES, st.booleans())
def test_every_request_is_answered_by_an_exchange(method, target, headers, body, with_key):
    pairs = [*headers, ("X-API-KEY", "any")] if with_key else headers
    check(Exchange(Engine(RULES))(method, target, pairs, body))
    check(Control(Engine(RULES), ManualClock(), new_engine=Engine)(method, target, pairs, body))


LATIN = odd_text.map(lambda text: text.encode("utf-8", "replace").decode("latin-1"))


@given(METHODS, LATIN, LATIN, LATIN, st.none() | LATIN, st.none() | LATIN, BODIES)
def test_every_environment_is_answered_by_wsgi(method, path, mount, query, raw, length, body):
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": mount,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_X_API_KEY": "any",
        "HTTP_IDEMPOTENCY_KEY": query,
        "wsgi.input": io.BytesIO(body),
        **({} if raw is None else {"REQUEST_URI": raw}),
        **({} if length is None else {"CONTENT_LENGTH": length}),
    }
    check(wsgi_request(WSGIApplication(Engine(RULES)), environ))


@given(METHODS, odd_text, odd_text, st.binary(max_size=9), st.none() | st.binary(max_size=9), BODIES)
def test_every_scope_is_answered_by_asgi(method, path, mount, query, raw, body):
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": mount,
        "query_string": query,
        "raw_path": raw,
        "headers": [(b"x-api-key", b"any"), (b"idempotency-key", query)],
    }
    check(asyncio.run(asgi_request(ASGIApplication(Engine(RULES)), scope, body)))
