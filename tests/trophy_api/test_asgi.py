"""The ASGI application: its protocol, mounting, and what servers do differently."""

import asyncio
import json
import threading
from contextvars import ContextVar
from urllib.parse import quote

import pytest
from datetimes import utc
from gateways import asgi_request, scope_of

from trophy_engine import Effect, Engine, InvalidValue, Metric, Ruleset, StorageClosed, Streak, StreakMetric
from trophy_engine.trophy_api import ASGIApplication, Failures

KEY = ("X-API-KEY", "any")
RULES = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])
MAX = 16 * 1024 * 1024


def make_engine():
    return Engine(RULES, clock=lambda: utc("2025-04-02 10:00"))


@pytest.fixture
def engine():
    return make_engine()


@pytest.fixture
def app(engine):
    return ASGIApplication(engine)


def create(user):
    return json.dumps({"id": user}).encode()


def send(app, method, target, *chunks, headers=(KEY,), **settings):
    return asyncio.run(asgi_request(app, scope_of(method, target, headers, **settings), *chunks))


def test_a_body_comes_in_any_number_of_chunks(engine, app):
    for user, chunks in (
        ("a", [create("a")]),
        ("b", [*(bytes([byte]) for byte in create("b"))]),
        ("c", [b"", create("c")]),
    ):
        assert send(app, "POST", "/v1/users", *chunks)[0] == 201
        assert engine.user(user).id == user


def test_a_request_without_a_body(app):
    assert send(app, "POST", "/v1/users")[0] == 422
    assert send(app, "GET", "/v1/achievements")[0] == 200


def test_a_client_that_leaves_before_the_end_of_its_body_changes_nothing(engine, app):
    messages = [{"type": "http.request", "body": create("18"), "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return messages.pop(0)

    async def refuse(message):
        raise AssertionError(message)

    asyncio.run(app(scope_of("POST", "/v1/users", [KEY]), receive, refuse))
    assert list(engine.users()) == []


def test_a_huge_body_is_not_read_to_its_end(app):
    taken = []

    async def receive():
        taken.append(1)
        return {"type": "http.request", "body": b" " * 1024 * 1024, "more_body": True}

    async def story():
        sent = []

        async def send_message(message):
            sent.append(message)

        await app(scope_of("POST", "/v1/users", [KEY]), receive, send_message)
        return sent[0]["status"]

    assert asyncio.run(story()) == 413
    assert len(taken) == 17


@pytest.mark.parametrize("mount", ["", "/api", "/deep/api", "/v1", "/ü"])
def test_an_id_with_a_slash_survives_under_any_mount(engine, app, mount):
    engine.identify("a/b")
    scope = scope_of("GET", "/v1/users/a%2Fb", [KEY])
    from_root = {**scope, "path": f"{mount}/v1/users/a/b", "raw_path": f"{quote(mount)}/v1/users/a%2Fb".encode()}
    below = {**scope, "root_path": mount}
    mixed = {**from_root, "root_path": mount, "path": "/v1/users/a/b"}  # as of Starlette before 0.33
    scopes = [{**from_root, "root_path": mount}]
    scopes += [below, mixed] if mount != "/v1" else []  # their paths look as if they were from the root
    for one in scopes:
        status, _, body = asyncio.run(asgi_request(app, one))
        assert (status, json.loads(body)["id"]) == (200, "a/b")


def test_without_the_path_as_it_came_a_slash_separates(engine, app):
    for user in ("a/b", "ü b"):
        engine.identify(user)
    assert send(app, "GET", "/v1/users/a%2Fb", raw=False)[0] == 404
    assert send(app, "GET", "/v1/users/%C3%BC%20b", raw=False)[0] == 200
    scope = {**scope_of("GET", "/v1/users/%C3%BC%20b", [KEY]), "raw_path": None, "root_path": None}
    assert asyncio.run(asgi_request(app, scope))[0] == 200


def test_headers_that_are_not_ascii(engine, app):
    body = json.dumps({"user": {"id": "18"}, "value": 1}).encode()
    scope = scope_of("POST", "/v1/metrics/words/event", [KEY])
    for raw, key in (("ключ".encode(), "ключ"), (b"\xfc", "ü")):
        headers = [*scope["headers"], (b"idempotency-key", raw)]
        assert asyncio.run(asgi_request(app, {**scope, "headers": headers}, body))[0] == 201
        assert engine.has_recorded("words", user="18", idempotency_key=key)


def test_the_lifespan_closes_what_it_is_given(engine):
    def follow(app):
        messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent = []

        async def receive():
            return messages.pop(0)

        async def send_message(message):
            sent.append(message["type"])

        asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send_message))
        return sent

    complete = ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert follow(ASGIApplication(engine)) == complete
    engine.identify("17")
    assert follow(ASGIApplication(engine, on_shutdown=engine.close)) == complete
    with pytest.raises(StorageClosed):
        engine.identify("18")


def test_other_scopes_are_closed_or_refused(app):
    sent = []

    async def send_message(message):
        sent.append(message)

    asyncio.run(app({"type": "websocket", "path": "/v1/users"}, None, send_message))
    assert [message["type"] for message in sent] == ["websocket.close"]
    with pytest.raises(InvalidValue, match="must be of type http, lifespan or websocket, not 'mail'"):
        asyncio.run(app({"type": "mail"}, None, None))


def test_the_loop_is_free_while_the_engine_works(engine, app):
    started, may_end = threading.Event(), threading.Event()
    variable = ContextVar("variable", default="unset")
    seen = []

    def wait(_):
        seen.append((variable.get(), threading.current_thread() is threading.main_thread()))
        started.set()
        assert may_end.wait(10)

    engine.subscribe(Effect, wait)

    async def story():
        variable.set("of the task")
        request = asyncio.create_task(asgi_request(app, scope_of("POST", "/v1/users", [KEY]), create("18")))
        while not started.is_set():  # noqa: ASYNC110  # an event of threads
            await asyncio.sleep(0.001)
        may_end.set()
        return await request

    assert asyncio.run(story())[0] == 201
    assert seen == [("of the task", False)]


def test_requests_wait_for_a_task_that_holds_the_engine(engine, app):
    async def story():
        with engine.exclusive():
            request = asyncio.create_task(asgi_request(app, scope_of("POST", "/v1/users", [KEY]), create("18")))
            await asyncio.sleep(0.02)
            users = list(engine.users())
        return users, (await request)[0]

    assert asyncio.run(story()) == ([], 201)


def test_concurrent_requests_are_answered_in_order(engine, app):
    async def story():
        requests = [
            asgi_request(app, scope_of("POST", "/v1/users", [KEY]), create(f"{number}")) for number in range(50)
        ]
        return await asyncio.gather(*requests)

    assert {answer[0] for answer in asyncio.run(story())} == {201}
    assert list(engine.users()) == [f"{number}" for number in range(50)]


def test_failures_of_the_network_leave_a_request_without_an_answer(engine):
    failures = Failures(engine)
    app = ASGIApplication(failures)
    aborted = []
    failures.inject("timeout")
    failures.inject("lost", calls=2)
    assert send(app, "POST", "/v1/users", create("a")) is None
    assert send(app, "POST", "/v1/users", create("b")) is None
    scope = scope_of("POST", "/v1/users", [KEY]) | {"extensions": {"trophy_engine.abort": lambda: aborted.append(1)}}
    assert asyncio.run(asgi_request(app, scope, create("c"))) is None
    assert (list(engine.users()), aborted) == (["b", "c"], [1])


def test_a_failure_of_the_engine_is_raised_to_the_server(engine, app):
    def fail(_):
        raise RuntimeError("the subscriber's own fault")

    engine.subscribe(Effect, fail)
    with pytest.raises(ExceptionGroup):
        send(app, "POST", "/v1/users", create("18"))


def test_an_application_needs_an_engine(engine):
    with pytest.raises(InvalidValue, match="must be an engine, or an exchange"):
        ASGIApplication("rules.toml")
    with pytest.raises(InvalidValue, match="on_shutdown must be a callable"):
        ASGIApplication(engine, on_shutdown=3)
