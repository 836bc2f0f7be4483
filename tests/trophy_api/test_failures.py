"""Injected failures: which requests fail, how, and what has happened then."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from caller import Caller

from trophy_engine import Engine, InvalidValue, Metric, Ruleset
from trophy_engine.trophy_api import AnswerLost, Failures, InjectedFailure, RequestTimedOut


@pytest.fixture
def engine():
    return Engine(Ruleset(metrics=[Metric("words")]))


@pytest.fixture
def failures(engine):
    return Failures(engine)


@pytest.fixture
def caller(failures):
    return Caller(failures)


def create(caller, user):
    return caller.send("POST", "/users", json={"id": user})


@pytest.mark.parametrize("status", [400, 429, 500, 503, 599])
def test_a_status_is_answered_and_nothing_happens(engine, failures, caller, status):
    failures.inject(status)
    answer = create(caller, "18")
    assert answer.status == status
    assert answer.json() == {"error": f"an injected failure: {status}"}
    assert answer.headers == {"content-type": "application/json", "content-length": str(len(answer.body))}
    assert list(engine.users()) == []
    assert create(caller, "18").status == 201


def test_a_status_without_a_body_for_head(failures, caller):
    failures.inject(500, calls=2)
    [head, get] = [caller.send(method, "/achievements") for method in ("HEAD", "GET")]
    assert (head.status, head.headers, head.body) == (500, get.headers, b"")


def test_failures_come_in_order_and_each_once(engine, failures, caller):
    failures.inject(429, calls=2, retry_after=5)
    failures.inject("timeout")
    failures.inject("lost")
    assert failures.pending == (
        InjectedFailure(429, 5),
        InjectedFailure(429, 5),
        InjectedFailure("timeout"),
        InjectedFailure("lost"),
    )
    assert [create(caller, f"{number}").headers.get("retry-after") for number in range(2)] == ["5", "5"]
    with pytest.raises(RequestTimedOut, match="not served") as timed_out:
        create(caller, "2")
    assert isinstance(timed_out.value, TimeoutError)
    with pytest.raises(AnswerLost, match="was served") as lost:
        create(caller, "3")
    assert isinstance(lost.value, ConnectionError)
    assert create(caller, "4").status == 201
    assert list(engine.users()) == ["3", "4"]
    assert failures.pending == ()


def test_pending_failures_can_be_cleared(failures, caller):
    failures.inject("timeout", calls=9)
    failures.clear()
    assert failures.pending == ()
    assert create(caller, "18").status == 201


def test_every_failure_happens_to_one_request_of_any_thread(failures, caller):
    failures.inject(500, calls=30)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda number: create(caller, f"{number}").status, range(50)))
    assert (statuses.count(500), statuses.count(201)) == (30, 20)


@pytest.mark.parametrize(
    ("failure", "settings", "fact"),
    [
        (200, {}, "failure must be a status from 400 to 599, 'timeout' or 'lost', not 200"),
        (600, {}, "not 600"),
        (True, {}, "not True"),
        ("Timeout", {}, "not 'Timeout'"),
        (None, {}, "not None"),
        ([], {}, "not \\[\\]"),
        (429, {"calls": 0}, "calls must be at least 1, not 0"),
        (429, {"calls": "2"}, "calls must be a whole number, not '2'"),
        (429, {"retry_after": -1}, "retry_after must be at least 0, not -1"),
    ],
)
def test_a_failure_that_cannot_be_injected_is_refused(failures, failure, settings, fact):
    with pytest.raises(InvalidValue, match=fact):
        failures.inject(failure, **settings)
    assert failures.pending == ()


def test_failures_need_an_exchange():
    with pytest.raises(InvalidValue, match="must be an engine, or an exchange"):
        Failures(None)
