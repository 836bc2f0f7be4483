"""The httpx transport: the official clients work without a socket, and get the answers of the exchange."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from datetimes import utc
from trophy import AsyncTrophyApi, TrophyApi
from trophy.errors import NotFoundError, UnauthorizedError

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Effect,
    Engine,
    InvalidValue,
    Metric,
    Ruleset,
)
from trophy_engine.trophy_api import EngineTransport, Exchange, Failures

RULES = Ruleset(metrics=[Metric("words")], achievements=[Achievement("finish-onboarding", ApiTrigger())])
KEY = {"X-API-KEY": "any"}
BASE = "https://api.trophy.so/v1"


@pytest.fixture
def engine():
    return Engine(RULES, clock=lambda: utc("2025-04-02 10:00"))


def client_of(source, **settings):
    return TrophyApi(
        api_key="any", httpx_client=httpx.Client(transport=EngineTransport(source, **settings)), max_retries=0
    )


def test_an_application_works_without_a_socket(engine):
    client_of(engine).achievements.complete("finish-onboarding", user={"id": "18"})
    assert "finish-onboarding" in engine.user("18").completed


def test_one_transport_serves_both_clients_with_equal_answers(engine):
    transport = EngineTransport(engine)

    async def story():
        client = AsyncTrophyApi(api_key="any", httpx_client=httpx.AsyncClient(transport=transport))
        await client.achievements.complete("finish-onboarding", user={"id": "18"})
        with pytest.raises(NotFoundError):
            await client.achievements.complete("nothing", user={"id": "18"})
        return await client.users.get("18")

    someone = asyncio.run(story())
    assert someone == TrophyApi(api_key="any", httpx_client=httpx.Client(transport=transport)).users.get("18")


def test_a_task_that_holds_the_engine_can_use_the_client(engine):
    async def story():
        async with httpx.AsyncClient(transport=EngineTransport(engine), headers=KEY) as http:
            with engine.exclusive():
                return (await http.post(f"{BASE}/users", json={"id": "18"})).status_code

    assert asyncio.run(story()) == 201


def test_the_clock_of_a_transport_overrides_that_of_the_engine(engine):
    client = client_of(engine, clock=lambda: utc("2025-05-01 12:00"))
    assert client.users.create(id="18").created == utc("2025-05-01 12:00")


def test_users_are_served_after_a_clock_steps_back(engine):
    readings = [utc("2025-04-02 10:00"), *[utc("2025-04-02 09:59")] * 9]
    client = client_of(engine, clock=lambda: readings.pop(0))
    assert client.metrics.event("words", user={"id": "18"}, value=1).total == 1
    assert client.metrics.event("words", user={"id": "18"}, value=1).total == 2
    assert client.admin.metrics.batch_events(request=[{"key": "words", "user": {"id": "18"}, "value": 1}]).accepted == 1
    assert client.users.single_metric("18", "words").current == 3
    assert client.users.update("18", name="Ada").updated == utc("2025-04-02 10:00")
    client.achievements.complete("finish-onboarding", user={"id": "18"})
    assert client.users.achievements("18")[0].achieved_at == utc("2025-04-02 10:00")
    assert client.admin.metrics.create(request=[{"name": "Lessons", "key": "lessons"}]).issues == []
    assert client.users.create(id="19").created == utc("2025-04-02 09:59")


def test_a_call_without_a_key_is_refused(engine):
    client = TrophyApi(api_key="", httpx_client=httpx.Client(transport=EngineTransport(engine)))
    with pytest.raises(UnauthorizedError):
        client.users.get("18")


def test_unknown_fields_are_ignored_on_request(engine):
    for strict, status in ((True, 422), (False, 201)):
        http = httpx.Client(transport=EngineTransport(engine, strict=strict), headers=KEY)
        assert http.post(f"{BASE}/users", json={"id": "18", "color": "red"}).status_code == status


def test_the_host_of_the_address_chooses_the_api(engine):
    http = httpx.Client(transport=EngineTransport(engine), headers={**KEY, "Host": "localhost"})
    assert http.get("https://admin.trophy.so/v1/environments").status_code == 200
    assert http.get("https://api.trophy.so/v1/environments").status_code == 404


def test_an_exchange_takes_the_place_of_an_engine(engine):
    later = Exchange(engine, clock=lambda: utc("2025-05-01 12:00"))
    assert client_of(later).users.create(id="18").created == utc("2025-05-01 12:00")
    for settings in ({"clock": lambda: utc("2025-05-01 12:00")}, {"strict": False}):
        with pytest.raises(InvalidValue, match="belong to the exchange"):
            EngineTransport(later, **settings)
    for wrong in (None, "rules.toml", Engine):
        with pytest.raises(InvalidValue, match="must be an engine, or an exchange"):
            EngineTransport(wrong)


def test_the_answer_is_that_of_the_exchange(engine):
    http = httpx.Client(transport=EngineTransport(engine), headers=KEY)
    for path in ("/achievements", "/users/ghost", "/users/%C3%BC%2F%20"):
        answer = http.get(f"{BASE}{path}")
        status, headers, body = Exchange(engine)("GET", f"/v1{path}", [("X-API-KEY", "any")], b"")
        assert (answer.status_code, answer.headers.multi_items(), answer.content) == (status, list(headers), body)
    answer = http.head(f"{BASE}/achievements")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == http.get(f"{BASE}/achievements").headers["content-length"]


def test_a_failure_is_raised_and_not_returned_as_a_refusal(engine):
    def fail(_):
        raise RuntimeError("the subscriber's own fault")

    engine.subscribe(Effect, fail)
    http = httpx.Client(transport=EngineTransport(engine), headers=KEY)
    with pytest.raises(ExceptionGroup):
        http.post(f"{BASE}/users", json={"id": "18"})


def test_injected_failures_arrive_as_those_of_a_network(engine):
    failures = Failures(engine)
    http = httpx.Client(transport=EngineTransport(failures), headers=KEY)
    failures.inject(429, retry_after=2)
    failures.inject("timeout")
    failures.inject("lost")
    answer = http.post(f"{BASE}/users", json={"id": "18"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    with pytest.raises(httpx.ReadTimeout):
        http.post(f"{BASE}/users", json={"id": "18"})
    assert list(engine.users()) == []
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(f"{BASE}/users", json={"id": "18"})
    assert list(engine.users()) == ["18"]
    assert http.get(f"{BASE}/users/18").status_code == 200


def test_the_client_repeats_a_request_that_fails(engine):
    failures = Failures(engine)
    failures.inject(500, calls=2, retry_after=0)
    http = httpx.Client(transport=EngineTransport(failures))
    client = TrophyApi(api_key="any", httpx_client=http, max_retries=2)
    assert client.metrics.event("words", user={"id": "18"}, value=3, idempotency_key="once").total == 3
    assert failures.pending == ()


def test_an_event_with_a_lost_answer_counts_once_by_its_key(engine):
    failures = Failures(engine)
    client = client_of(failures)
    failures.inject("lost")
    with pytest.raises(httpx.RemoteProtocolError):
        client.metrics.event("words", user={"id": "18"}, value=3, idempotency_key="once")
    assert client.metrics.event("words", user={"id": "18"}, value=3, idempotency_key="once").total == 3
    client.metrics.event("words", user={"id": "18"}, value=3)
    assert engine.user("18").metrics == {"words": 6}
    assert engine.now() - utc("2025-04-02 10:00") == timedelta(0)
