"""The exchange: requests refused before any handler, and the API as a function."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from caller import Caller
from datetimes import utc

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Effect,
    Engine,
    InvalidValue,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.storage import MemoryStorage
from trophy_engine.trophy_api import Exchange
from trophy_engine.trophy_api.application import ROUTES as APPLICATION

RULES = Ruleset(metrics=[Metric("words")], achievements=[Achievement("finish-onboarding", ApiTrigger())])
KEY = ("X-API-KEY", "any")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine():
    return Engine(RULES, clock=lambda: utc("2025-04-02 10:00"))


@pytest.fixture
def caller(engine):
    return Caller(Exchange(engine))


def test_an_answer_is_a_status_headers_and_bytes(engine):
    status, headers, body = Exchange(engine)("GET", "/v1/achievements", [KEY], b"")
    assert status == 200
    assert headers == (("content-type", "application/json"), ("content-length", str(len(body))))
    assert [one["key"] for one in json.loads(body)] == ["finish-onboarding"]


def test_a_request_is_repeated_if_another_engine_writes_in_its_course():
    class Shared(MemoryStorage):
        interruptions = 0

        def append(self, *arguments):
            left, self.interruptions = self.interruptions, 0
            if left:
                other.record("words", user="jo", value=5, at=utc("2025-04-02 09:00"))
                self.interruptions = left - 1
            return super().append(*arguments)

    storage = Shared()
    engine = Engine(RULES, storage=storage, clock=lambda: utc("2025-04-02 10:00"))
    other = Engine(storage=storage)
    storage.interruptions = 3
    event = b'{"user": {"id": "jo"}, "value": 1}'
    status, _, body = Exchange(engine)("POST", "/v1/metrics/words/event", [KEY], event)
    assert (status, json.loads(body)["total"]) == (201, 16)


def test_all_users_are_shown_in_their_present_state_after_a_clock_steps_back():
    """Answers about all users are as of now or later."""
    rules = Ruleset(
        metrics=[Metric("words")],
        achievements=[Achievement("finish-onboarding", ApiTrigger())],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=[Level("bronze", 0)])],
        leaderboards=[Leaderboard("daily", "metric", start=date(2025, 4, 1), metric="words")],
    )
    engine = Engine(rules, clock=lambda: utc("2025-04-02 10:00"))
    engine.record("words", user="18", value=3)
    engine.complete("finish-onboarding", user="18")
    before = utc("2025-04-02 10:00") - timedelta(milliseconds=5)
    caller = Caller(Exchange(engine, clock=lambda: before))
    assert [row["value"] for row in caller.send("GET", "/leaderboards/daily").json()["rankings"]] == [3]
    assert [row["users"] for row in caller.send("GET", "/points/xp/level-summary").json()] == [1]
    assert sum(row["users"] for row in caller.send("GET", "/points/xp/summary").json()) == 1
    assert [one["completions"] for one in caller.send("GET", "/achievements").json()] == [1]
    assert engine.now() == utc("2025-04-02 10:00")


@pytest.mark.parametrize(("method", "template"), [route[:2] for route in APPLICATION])
def test_no_operation_works_without_a_key(caller, method, template):
    for headers in ((), (("X-API-KEY", ""),)):
        answer = caller.send(method, f"/{template}", headers=headers)
        assert (answer.status, list(answer.json())) == (401, ["error"])


def test_a_body_that_is_not_json_is_malformed(engine, caller):
    for content, fact in (
        (b"{", "as JSON: Expecting property name"),
        (b"\xff", "as JSON: it is not UTF-8 text"),
        (b"[" * 100_000, "its lists and objects are nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "a number has too many digits"),
        (b'{"id": "u", "name": "Ada", "id": "v"}', "the name 'id' occurs twice in one object"),
    ):
        answer = caller.send("POST", "/users", body=content)
        assert answer.status == 400
        assert answer.headers["content-type"] == "application/json"
        assert "the body cannot be parsed as JSON" in answer.json()["error"]
        assert fact in answer.json()["error"]
    assert list(engine.users()) == []


@pytest.mark.parametrize(
    ("length", "fact"),
    [
        ("3", "the body has 12 bytes, and the header Content-Length is '3'"),
        ("013", "is '013'"),
        ("-1", "must be a number of bytes, not '-1'"),
        ("٣", "must be a number of bytes"),
        ("12,12", "must be a number of bytes, not '12,12'"),
        ("9" * 5000, "the body has 12 bytes, and"),
        ("", "must be a number of bytes, not ''"),
    ],
)
def test_a_wrong_content_length_is_malformed(engine, caller, length, fact):
    answer = caller.send("POST", "/users", body=b'{"id": "18"}', headers=[KEY, ("Content-Length", length)])
    assert answer.status == 400
    assert fact in answer.json()["error"]
    assert list(engine.users()) == []


@pytest.mark.parametrize("length", ["12", "0012"])
def test_a_right_content_length_is_accepted(caller, length):
    answer = caller.send("POST", "/users", body=b'{"id": "18"}', headers=[KEY, ("content-length", length)])
    assert answer.status == 201
    assert caller.send("GET", "/users/18", headers=[KEY, ("content-length", "0")]).status == 200


def test_a_huge_body_is_refused_unread(caller):
    answer = caller.send("POST", "/users", body=b"[" * (16 * 1024 * 1024 + 1))
    assert answer.status == 413
    assert answer.json() == {"error": "the body has more than 16,777,216 bytes; send its items in several requests"}
    assert caller.send("POST", "/users", body=b'{"id": "18"}'.ljust(16 * 1024 * 1024)).status == 201


def test_an_unknown_path_and_a_wrong_method_are_refused(caller):
    for path in ("/nothing", "/users/18/nothing", "https://api.trophy.so/v2/users/18", "https://api.trophy.so", ""):
        answer = caller.send("GET", path)
        assert (answer.status, list(answer.json())) == (404, ["error"])
    assert Caller(Exchange(Engine())).send("OPTIONS", "http://localhost/*").status == 404
    answer = caller.send("DELETE", "/users/18")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, PUT, PATCH"
    assert answer.json() == {"error": "method DELETE is not allowed for /users/18; allowed: GET, HEAD, PUT, PATCH"}


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 405), ("TRACE", 405), ("get", 405), ("", 405)])
def test_other_methods_are_refused_with_those_that_are_allowed(caller, method, status):
    answer = caller.send(method, "/metrics/words/event")
    assert (answer.status, answer.headers["allow"]) == (status, "POST")


def test_head_is_get_without_a_body(caller):
    caller.send("POST", "/users", json={"id": "18"})
    for path in ("/users/18", "/users/ghost", "/nothing", "/metrics/words/event"):
        head, get = (caller.send(method, path) for method in ("HEAD", "GET"))
        assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_unknown_fields_are_refused_or_ignored_on_request(engine):
    strict, lax = (Caller(Exchange(engine, strict=strict)) for strict in (True, False))
    event = {"key": "words", "user": {"id": "18"}, "value": 1, "color": "red"}
    for method, path, body in (
        ("PUT", "/users/18", {"color": "red"}),
        ("POST", "/users", {"id": "19", "color": "red"}),
        ("PATCH", "/users/18", {"color": "red"}),
        ("PATCH", "/users/18/preferences", {"streak": {"color": "red"}}),
        ("PATCH", "/users/18/preferences", {"notifications": {"color": ["push"]}}),
        ("POST", "/metrics/words/event", {"user": {"id": "18", "color": "red"}, "value": 1}),
        ("POST", "/achievements/finish-onboarding/complete", {"user": {"id": "18"}, "color": "red"}),
        ("PATCH", "/admin/v1/settings", {"color": "red"}),
        ("PATCH", "/admin/v1/streaks/settings", {"freezes": None, "color": "red"}),
        ("POST", "/admin/v1/streaks/freezes", {"freezes": [{"userId": "18"}], "color": "red"}),
        ("POST", "/admin/v1/metrics/events", [event]),
    ):
        assert strict.send(method, path, json=body).status == 422
        assert lax.send(method, path, json=body).status in {200, 201, 202}
    answer = lax.send("POST", "/admin/v1/metrics", json=[{"name": "A", "key": "a", "color": "red"}])
    assert [item["key"] for item in answer.json()["created"]] == ["a"]
    edit = [{"id": answer.json()["created"][0]["id"], "color": "red"}]
    assert lax.send("PATCH", "/admin/v1/metrics", json=edit).json()["issues"] == []


def test_an_id_can_contain_any_character(caller):
    strange = "ü/ ?#%"
    assert caller.send("POST", "/users", json={"id": strange}).status == 201
    answer = caller.send("GET", "/users/%C3%BC%2F%20%3F%23%25")
    assert (answer.status, answer.json()["id"]) == (200, strange)
    assert caller.send("GET", "/users/ghost").status == 404


@pytest.mark.parametrize("name", ["%FF", "%ED%A0%80", "a%C3"])
def test_a_path_that_is_not_text_is_malformed(caller, name):
    """Replacement characters would make one user of different names."""
    for path in (f"/users/{name}", f"https://localhost/{name}/users"):
        answer = caller.send("PUT", path, json={})
        assert (answer.status, answer.json()["error"].partition(",")[0]) == (
            400,
            "the path must be percent-encoded UTF-8 text",
        )


def test_an_invalid_id_is_refused(caller):
    assert caller.send("GET", f"/users/{'x' * 256}").status == 422


def test_the_admin_api_is_recognized_by_host_or_path(caller):
    for path in ("https://admin.trophy.so/v1/environments", "https://localhost/admin/v1/environments"):
        assert caller.send("GET", path).status == 200
    assert caller.send("GET", "/admin/v1/environments").status == 200
    assert caller.send("GET", "/environments").status == 404
    assert caller.send("GET", "/environments", headers=[KEY, ("Host", "Admin.localhost:8000")]).status == 200
    for address in ("http://localhost/v1/environments", "http://admin.trophy.so@localhost/v1/environments"):
        assert caller.send("GET", address, headers=[KEY, ("Host", "admin.localhost")]).status == 404


def test_features_of_the_hosted_service_are_refused_with_501(caller):
    answer = caller.send("GET", "/admin/v1/tenants")
    assert (answer.status, list(answer.json())) == (501, ["error"])


def test_headers_that_occur_twice_are_joined(engine, caller):
    twice = [KEY, ("Idempotency-Key", "a"), ("idempotency-key", "b")]
    body = {"user": {"id": "18"}, "value": 1}
    assert caller.send("POST", "/metrics/words/event", json=body, headers=twice).status == 201
    assert engine.has_recorded("words", user="18", idempotency_key="a,b")


def test_headers_can_have_any_text(engine, caller):
    body = {"user": {"id": "18"}, "value": 1}
    headers = [KEY, ("Idempotency-Key", "ключ")]
    for status in (201, 202):
        assert caller.send("POST", "/metrics/words/event", json=body, headers=headers).status == status
    assert engine.user("18").metrics == {"words": 1}


def test_a_failure_is_raised_and_not_returned_as_a_refusal(engine, caller):
    def fail(_):
        raise RuntimeError("the subscriber's own fault")

    engine.subscribe(Effect, fail)
    with pytest.raises(ExceptionGroup):
        caller.send("POST", "/users", json={"id": "18"})


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        ((1, "/v1", [], b""), "method must be a str, not 1"),
        (("GET", b"/v1", [], b""), "target must be a str, not b'/v1'"),
        (("GET", "/v1", [], "{}"), "body must be a bytes, not '{}'"),
        (("GET", "/v1", [], None), "body must be a bytes, not None"),
        (("GET", "/v1", None, b""), "headers must be an Iterable, not None"),
        (("GET", "/v1", {"X-API-KEY": "any"}, b""), "headers must be pairs of texts, not 'X-API-KEY'"),
        (("GET", "/v1", [(b"x-api-key", b"any")], b""), "headers must be pairs of texts"),
        (("GET", "/v1", [3], b""), "headers must be pairs of texts, not 3"),
    ],
)
def test_arguments_of_a_wrong_type_are_refused(engine, arguments, fact):
    with pytest.raises(InvalidValue, match=fact):
        Exchange(engine)(*arguments)


@pytest.mark.parametrize(
    ("make", "fact"),
    [
        (lambda: Exchange("rules.toml"), "engine must be an Engine, not 'rules.toml'"),
        (lambda: Exchange(Engine(), clock=3), "clock must be a callable, not 3"),
        (lambda: Exchange(Engine(), strict="no"), "strict must be true or false, not 'no'"),
    ],
)
def test_an_exchange_needs_an_engine(make, fact):
    with pytest.raises(InvalidValue, match=fact):
        make()


def run_without(library, code):
    program = f"import sys; sys.modules[{library!r}] = None; {code}"
    return subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize(("library", "name"), [("cattrs", "Exchange"), ("httpx", "EngineTransport")])
def test_a_missing_library_is_reported_with_its_extra(library, name):
    done = run_without(library, f"from trophy_engine.trophy_api import {name}")
    assert "MissingExtra" in done.stderr
    assert "trophy-engine[trophy-api]" in done.stderr


def test_the_exchange_needs_no_http_library():
    code = (
        "from trophy_engine import Engine; from trophy_engine.trophy_api import Exchange, Failures, ManualClock; "
        "exchange = Failures(Exchange(Engine(clock=ManualClock()))); "
        "print(exchange('GET', '/v1/achievements', [('X-API-KEY', 'any')], b'')); "
        "print({'http.client', 'http.server', 'socket', 'asyncio'} & set(sys.modules))"
    )
    done = run_without("httpx", code)
    assert done.stdout.splitlines()[0].startswith("(200, ")
    assert done.stdout.splitlines()[1] == "set()", done.stderr
