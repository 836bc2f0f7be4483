"""The WSGI application: under the validator, over a real server, mounted, and what servers do differently."""

import io
import json
import threading
from http.client import HTTPConnection
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest
from gateways import environ_of, wsgi_request

from trophy_engine import Engine, InvalidValue, Metric, Ruleset
from trophy_engine.trophy_api import AnswerLost, Failures, RequestTimedOut, WSGIApplication

KEY = ("X-API-KEY", "any")
MAX = 16 * 1024 * 1024


@pytest.fixture
def engine():
    return Engine(Ruleset(metrics=[Metric("words")]))


@pytest.fixture
def app(engine):
    return WSGIApplication(engine)


def create(user):
    return json.dumps({"id": user}).encode()


@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD:wsgiref.validate.WSGIWarning")
@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/v1/users", create("18"), 201),
        ("POST", "/v1/users", b"{", 400),
        ("GET", "/v1/achievements?userAttributes=", b"", 200),
        ("HEAD", "/v1/achievements", b"", 200),
        ("OPTIONS", "/v1/achievements", b"", 405),
        ("BREW", "/v1/achievements", b"", 405),
        ("GET", "/", b"", 404),
        ("POST", "/v1/users", b" " * (MAX + 1), 413),
    ],
)
def test_the_validator_passes(app, method, target, body, status):
    environ = environ_of(method, target, [KEY], body)
    assert wsgi_request(validator(app), environ)[0] == status


@pytest.mark.parametrize("raw", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize("mount", ["", "/api", "/deep/api"])
def test_an_id_with_a_slash_survives(engine, app, raw, mount):
    engine.identify("a/b")
    environ = environ_of("GET", "/v1/users/a%2Fb", [KEY], b"", mount=mount, raw=raw)
    status, _, body = wsgi_request(app, environ)
    assert (status, json.loads(body)["id"]) == (200, "a/b")
    environ[raw] = f"http://localhost{environ[raw]}"
    assert wsgi_request(app, environ)[0] == 200


def test_a_server_may_leave_the_slash_encoded(engine, app):
    for user in ("a/b", "a%2Fb"):
        engine.identify(user)
    environ = environ_of("GET", "/v1/users/a%2Fb", [KEY], b"") | {"PATH_INFO": "/v1/users/a%2Fb"}
    assert json.loads(wsgi_request(app, environ)[2])["id"] == "a/b"
    environ = environ_of("GET", "/v1/users/a%252Fb", [KEY], b"") | {"PATH_INFO": "/v1/users/a%2Fb"}
    assert json.loads(wsgi_request(app, environ)[2])["id"] == "a%2Fb"


def test_without_the_target_as_it_came_a_slash_separates(engine, app):
    engine.identify("a/b")
    assert wsgi_request(app, environ_of("GET", "/v1/users/a%2Fb", [KEY], b"", raw=None))[0] == 404
    engine.identify("ü b")
    assert wsgi_request(app, environ_of("GET", "/v1/users/%C3%BC%20b", [KEY], b"", raw=None))[0] == 200


@pytest.mark.parametrize("raw", ["RAW_URI", None])
def test_a_path_that_is_not_utf_8_is_refused(app, raw):
    assert wsgi_request(app, environ_of("PUT", "/v1/users/%FF", [KEY], b"{}", raw=raw))[0] == 400


def test_a_path_that_a_middleware_rewrote_is_followed(engine, app):
    engine.identify("18")
    environ = environ_of("GET", "/old/users/18", [KEY], b"")
    environ["PATH_INFO"] = "/v1/users/18"
    assert wsgi_request(app, environ)[0] == 200


def test_a_chunked_body_is_read_where_the_server_marks_its_end(engine, app):
    environ = environ_of("POST", "/v1/users", [KEY, ("Transfer-Encoding", "chunked")], b"")
    environ["wsgi.input"], environ["wsgi.input_terminated"] = io.BytesIO(create("18")), True
    assert wsgi_request(app, environ)[0] == 201
    environ["wsgi.input"], environ["wsgi.input_terminated"] = io.BytesIO(create("19")), False
    status, _, body = wsgi_request(app, environ)
    assert (status, json.loads(body)) == (
        411,
        {"error": "the header Content-Length is missing; this server does not read chunked bodies"},
    )
    assert list(engine.users()) == ["18"]


class SlowInput(io.BytesIO):
    """A body that comes in small parts."""

    def read(self, size=-1):
        return super().read(min(size, 3))


def test_a_body_that_comes_in_parts_is_read_whole(app):
    environ = environ_of("POST", "/v1/users", [KEY], create("18"))
    environ["wsgi.input"] = SlowInput(create("18"))
    assert wsgi_request(app, environ)[0] == 201


@pytest.mark.parametrize(("length", "status"), [("1000", 400), ("x", 400), ("-1", 400), ("9" * 5000, 400), ("0", 400)])
def test_a_wrong_content_length_is_refused(engine, app, length, status):
    environ = {**environ_of("POST", "/v1/users", [KEY], create("18")), "CONTENT_LENGTH": length}
    answer = wsgi_request(app, environ)
    assert (answer[0], list(json.loads(answer[2]))) == (status if length != "0" else 422, ["error"])
    assert list(engine.users()) == []


def test_a_huge_body_is_not_read_to_its_end(app):
    environ = environ_of("POST", "/v1/users", [KEY], b" " * (MAX + 100))
    assert wsgi_request(app, environ)[0] == 413
    assert len(environ["wsgi.input"].read()) == 99


def test_headers_of_a_server_that_decodes_or_doubles_them(engine, app):
    body = json.dumps({"user": {"id": "18"}, "value": 1}).encode()
    environ = environ_of("POST", "/v1/metrics/words/event", [KEY, ("Idempotency-Key", "ü")], body)
    environ["HTTP_CONTENT_LENGTH"] = environ["CONTENT_LENGTH"]
    assert wsgi_request(app, environ)[0] == 201
    assert engine.has_recorded("words", user="18", idempotency_key="ü")
    environ["wsgi.input"], environ["HTTP_IDEMPOTENCY_KEY"] = io.BytesIO(body), "ключ"
    assert wsgi_request(app, environ)[0] == 201
    assert engine.has_recorded("words", user="18", idempotency_key="ключ")


def test_failures_of_the_network_are_raised_to_the_server(engine):
    failures = Failures(engine)
    app = WSGIApplication(failures)
    for failure, kind, users in (("timeout", RequestTimedOut, []), ("lost", AnswerLost, ["18"])):
        failures.inject(failure)
        with pytest.raises(kind):
            wsgi_request(app, environ_of("POST", "/v1/users", [KEY], create("18")))
        assert list(engine.users()) == users
    failures.inject(599)
    assert wsgi_request(app, environ_of("POST", "/v1/users", [KEY], create("19")))[0] == 599


def test_an_application_needs_an_engine():
    with pytest.raises(InvalidValue, match="must be an engine, or an exchange"):
        WSGIApplication("rules.toml")


class QuietHandler(WSGIRequestHandler):
    """A handler that does not log."""

    def log_message(self, *_):
        pass


@pytest.fixture
def connection(app):
    with make_server("127.0.0.1", 0, validator(app), handler_class=QuietHandler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        connection = HTTPConnection("127.0.0.1", server.server_port)
        yield connection
        connection.close()
        server.shutdown()


def test_a_real_server_answers(engine, connection):
    def send(method, path, body=None, **headers):
        connection.request(method, path, body, {"X-API-KEY": "any", **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    assert send("POST", "/v1/users", create("18"))[0] == 201
    status, headers, body = send("GET", "/v1/users/18")
    assert (status, json.loads(body)["id"]) == (200, "18")
    assert send("HEAD", "/v1/users/18")[1]["content-length"] == headers["content-length"] == str(len(body))
    assert send("OPTIONS", "/v1/users/18")[1]["allow"] == "GET, HEAD, PUT, PATCH"
    assert list(engine.users()) == ["18"]
