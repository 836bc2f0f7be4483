"""The endpoints of a test server: what each reads or changes, and that the API is served beside them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from caller import Caller
from datetimes import utc
from gateways import GATEWAYS

from trophy_engine import Engine, InvalidValue, Metric, Ruleset, StorageClosed, Streak, StreakMetric
from trophy_engine.trophy_api import AnswerLost, Control, ManualClock, RequestTimedOut

RULES = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])
START = "2025-04-02T10:00:00Z"
EVENT = {"user": {"id": "18"}, "value": 1}


@pytest.fixture
def clock():
    return ManualClock(utc("2025-04-02 10:00"))


@pytest.fixture
def control(clock):
    return Control(Engine(RULES), clock, new_engine=lambda: Engine(RULES))


@pytest.fixture
def caller(control):
    return Caller(control)


def ask(caller, method, path, json=None, status=200):
    answer = caller.send(method, path, json=json)
    assert answer.status == status, answer.body
    return answer.json()


def test_the_server_describes_itself(caller):
    caller.send("POST", "/users", json={"id": "18"})
    assert ask(caller, "GET", "/_engine") == {
        "now": START,
        "tick": False,
        "users": 1,
        "failures": [],
        "canReset": True,
    }


def test_the_clock_is_read_set_and_stepped(caller, clock):
    assert ask(caller, "GET", "/_engine/clock") == {"now": START, "tick": False}
    later = {"now": "2025-05-01T12:00:00+02:00"}
    assert ask(caller, "PUT", "/_engine/clock", later) == {"now": "2025-05-01T10:00:00Z", "tick": False}
    step = {"days": 1, "hours": 2, "minutes": 3, "seconds": 0.5}
    assert ask(caller, "POST", "/_engine/clock/step", step)["now"] == "2025-05-02T12:03:00.500000Z"
    assert ask(caller, "POST", "/_engine/clock/step", {})["now"] == "2025-05-02T12:03:00.500000Z"
    assert ask(caller, "POST", "/_engine/clock/step", {"days": -1})["now"] == "2025-05-01T12:03:00.500000Z"
    assert clock() == utc("2025-05-01 12:03:00.5")
    assert ask(caller, "PUT", "/_engine/clock", {"now": START, "tick": True})["tick"] is True
    assert clock.ticks


def test_requests_arrive_at_the_instant_of_the_clock(caller):
    assert ask(caller, "POST", "/metrics/words/event", EVENT, 201)["currentStreak"]["length"] == 1
    ask(caller, "POST", "/_engine/clock/step", {"days": 1})
    assert ask(caller, "POST", "/metrics/words/event", EVENT, 201)["currentStreak"]["length"] == 2


def test_settling_counts_the_effects_of_time(caller):
    ask(caller, "POST", "/metrics/words/event", EVENT, 201)
    assert ask(caller, "POST", "/_engine/settle") == {"now": START, "tick": False, "effects": {}}
    ask(caller, "POST", "/_engine/clock/step", {"days": 9})
    assert ask(caller, "POST", "/_engine/settle") == {
        "now": "2025-04-11T10:00:00Z",
        "tick": False,
        "effects": {"streak.lost": 1},
    }


def test_a_reset_is_a_new_start(caller, control):
    former = control.engine
    ask(caller, "POST", "/users", {"id": "18"}, 201)
    ask(caller, "POST", "/admin/v1/metrics", [{"name": "Lessons", "key": "lessons"}], 201)
    ask(caller, "POST", "/_engine/failures", {"failure": 500, "calls": 9}, 201)
    ask(caller, "POST", "/_engine/clock/step", {"days": 9})
    assert ask(caller, "POST", "/_engine/reset") == {
        "now": START,
        "tick": False,
        "users": 0,
        "failures": [],
        "canReset": True,
    }
    assert control.engine is not former
    assert control.engine.ruleset == RULES
    with pytest.raises(StorageClosed):
        former.identify("18")
    assert ask(caller, "POST", "/users", {"id": "18"}, 201)["created"] == "2025-04-02T10:00:00.000Z"


def test_a_server_with_a_file_is_not_reset(clock):
    caller = Caller(Control(Engine(RULES), clock))
    ask(caller, "POST", "/users", {"id": "18"}, 201)
    assert "without --storage" in ask(caller, "POST", "/_engine/reset", status=409)["error"]
    described = ask(caller, "GET", "/_engine")
    assert (described["users"], described["canReset"]) == (1, False)


def test_failures_are_injected_into_the_api_alone(caller):
    pending = [{"failure": 429, "retryAfter": 3}, {"failure": 429, "retryAfter": 3}]
    assert ask(caller, "POST", "/_engine/failures", {"failure": 429, "calls": 2, "retryAfter": 3}, 201) == pending
    ask(caller, "POST", "/_engine/failures", {"failure": "timeout"}, 201)
    pending += [{"failure": "timeout"}, {"failure": "lost"}]
    assert ask(caller, "POST", "/_engine/failures", {"failure": "lost"}, 201) == pending
    assert ask(caller, "GET", "/_engine/failures") == pending
    for _ in range(2):
        answer = caller.send("POST", "/users", json={"id": "a"})
        assert (answer.status, answer.headers["retry-after"]) == (429, "3")
    with pytest.raises(RequestTimedOut):
        caller.send("POST", "/users", json={"id": "b"})
    with pytest.raises(AnswerLost):
        caller.send("POST", "/users", json={"id": "c"})
    for user, status in (("a", 404), ("b", 404), ("c", 200)):
        ask(caller, "GET", f"/users/{user}", status=status)
    ask(caller, "POST", "/_engine/failures", {"failure": 500, "calls": 99}, 201)
    assert ask(caller, "DELETE", "/_engine/failures") == []
    ask(caller, "POST", "/users", {"id": "d"}, 201)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "fact"),
    [
        ("GET", "/_engine/nothing", None, 404, "unknown path /_engine/nothing"),
        ("POST", "/_engine/clock", None, 405, "method POST is not allowed for /_engine/clock; allowed: GET, HEAD, PUT"),
        ("OPTIONS", "/_engine/reset", None, 405, "allowed: POST"),
        ("PUT", "/_engine/clock", None, 422, "must be an object"),
        ("PUT", "/_engine/clock", {}, 422, "now must be a string"),
        ("PUT", "/_engine/clock", {"now": "noon"}, 422, "now must be an ISO 8601 datetime"),
        (
            "PUT",
            "/_engine/clock",
            {"now": "2025-04-02T10:00"},
            422,
            "now must end in an offset from UTC, for example Z",
        ),
        ("PUT", "/_engine/clock", {"now": "2300-01-01T00:00Z"}, 422, "now must lie in the years 1900 to 2199"),
        ("PUT", "/_engine/clock", {"now": START, "tick": "no"}, 422, "tick must be true or false"),
        ("POST", "/_engine/clock/step", {"day": 1}, 422, "unknown field 'day'; did you mean 'days'?"),
        ("POST", "/_engine/clock/step", {"days": "1"}, 422, "days must be a number"),
        ("POST", "/_engine/clock/step", {"days": 1e9}, 422, "the step must lead to the years 1900 to 2199"),
        ("POST", "/_engine/clock/step", {"days": 1e14}, 422, "the step must"),
        ("POST", "/_engine/clock/step", {"days": -90_000}, 422, "the step must lie in the years 1900 to 2199"),
        ("POST", "/_engine/failures", {"failure": 200}, 422, "failure must be a status from 400 to 599"),
        ("POST", "/_engine/failures", {"failure": None}, 422, "failure must be a status from 400 to 599"),
        ("POST", "/_engine/failures", {}, 422, "failure"),
        ("POST", "/_engine/failures", {"failure": 500, "calls": 0}, 422, "calls must be at least 1"),
        ("POST", "/_engine/failures", {"failure": 500, "retryAfter": -1}, 422, "retryAfter must be at least 0"),
    ],
)
def test_a_wrong_request_is_refused_and_changes_nothing(caller, method, path, body, status, fact):
    before = ask(caller, "GET", "/_engine")
    assert fact in ask(caller, method, path, body, status)["error"]
    assert ask(caller, "GET", "/_engine") == before


def test_a_web_page_of_another_origin_cannot_use_the_endpoints(caller):
    """A browser sends a header such as X-API-KEY only after OPTIONS has allowed it."""
    assert caller.send("POST", "/_engine/reset", headers=[]).status == 401
    assert caller.send("OPTIONS", "/_engine/reset").status == 405


def test_malformed_requests_are_refused(caller):
    assert caller.send("PUT", "/_engine/clock", body=b"{").status == 400
    assert (
        caller.send("PUT", "/_engine/clock", body=b"{}", headers=[("X-API-KEY", "a"), ("Content-Length", "9")]).status
        == 400
    )
    assert caller.send("GET", "/_engine/%FF").status == caller.send("PUT", "/users/%FF", json={}).status == 400
    head, get = (caller.send(method, "/_engine/clock") for method in ("HEAD", "GET"))
    assert (head.status, head.headers, head.body) == (200, get.headers, b"")


@pytest.mark.parametrize("through", GATEWAYS)
def test_every_gateway_serves_the_endpoints(control, through):
    status, _, body = through(control, "POST", "/_engine/clock/step", [("X-API-KEY", "any")], b'{"days": 1}')
    assert (status, json.loads(body)["now"]) == (200, "2025-04-03T10:00:00Z")
    assert through(control, "POST", "/v1/users", [("X-API-KEY", "any")], b'{"id": "18"}')[0] == 201


def test_requests_of_many_threads_see_one_engine_each(caller):
    def work(number):
        path, body = ("/_engine/reset", None) if number % 10 == 9 else ("/users", {"id": f"{number}"})
        return caller.send("POST", path, json=body).status

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(work, range(100)))
    assert set(statuses) == {200, 201}
    assert ask(caller, "GET", "/_engine")["users"] < 90


@pytest.mark.parametrize(
    ("make", "fact"),
    [
        (lambda: Control(Engine(), lambda: utc("2025-04-02 10:00")), "clock must be a ManualClock"),
        (lambda: Control(None, ManualClock()), "engine must be an Engine"),
        (lambda: Control(Engine(), ManualClock(), new_engine=Engine()), "new_engine must be a callable"),
    ],
)
def test_a_control_needs_an_engine_and_a_clock(make, fact):
    with pytest.raises(InvalidValue, match=fact):
        make()
