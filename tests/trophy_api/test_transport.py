"""The transports: requests refused before any handler, and equal results of both."""

import asyncio
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

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
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.trophy_api import AsyncEngineTransport, EngineTransport
from trophy_engine.trophy_api.application import ROUTES as APPLICATION

RULES = Ruleset(metrics=[Metric("words")], achievements=[Achievement("finish-onboarding", ApiTrigger())])
KEY = {"X-API-KEY": "any"}


@pytest.fixture
def engine():
    return Engine(RULES, clock=lambda: utc("2025-04-02 10:00"))


@pytest.fixture
def http(engine):
    return httpx.Client(transport=EngineTransport(engine), base_url="https://api.trophy.so/v1", headers=KEY)


def test_an_application_works_without_a_socket(engine):
    client = TrophyApi(api_key="any", httpx_client=httpx.Client(transport=EngineTransport(engine)))
    client.achievements.complete("finish-onboarding", user={"id": "18"})
    assert "finish-onboarding" in engine.user("18").completed


def test_the_asynchronous_client_gets_equal_answers(engine):
    async def story():
        http = httpx.AsyncClient(transport=AsyncEngineTransport(engine))
        client = AsyncTrophyApi(api_key="any", httpx_client=http)
        await client.achievements.complete("finish-onboarding", user={"id": "18"})
        with pytest.raises(NotFoundError):
            await client.achievements.complete("nothing", user={"id": "18"})
        return await client.users.get("18")

    someone = asyncio.run(story())
    sync = TrophyApi(api_key="any", httpx_client=httpx.Client(transport=EngineTransport(engine)))
    assert someone == sync.users.get("18")


def test_the_clock_of_a_transport_overrides_that_of_the_engine(engine):
    transport = EngineTransport(engine, clock=lambda: utc("2025-05-01 12:00"))
    client = TrophyApi(api_key="any", httpx_client=httpx.Client(transport=transport))
    assert client.users.create(id="18").created == utc("2025-05-01 12:00")


def test_users_are_served_after_a_clock_steps_back(engine):
    readings = [utc("2025-04-02 10:00"), *[utc("2025-04-02 09:59")] * 9]
    http = httpx.Client(transport=EngineTransport(engine, clock=lambda: readings.pop(0)))
    client = TrophyApi(api_key="any", httpx_client=http, max_retries=0)
    assert client.metrics.event("words", user={"id": "18"}, value=1).total == 1
    assert client.metrics.event("words", user={"id": "18"}, value=1).total == 2
    assert client.admin.metrics.batch_events(request=[{"key": "words", "user": {"id": "18"}, "value": 1}]).accepted == 1
    assert client.users.single_metric("18", "words").current == 3
    assert client.users.update("18", name="Ada").updated == utc("2025-04-02 10:00")
    client.achievements.complete("finish-onboarding", user={"id": "18"})
    assert client.users.achievements("18")[0].achieved_at == utc("2025-04-02 10:00")
    assert client.admin.metrics.create(request=[{"name": "Lessons", "key": "lessons"}]).issues == []
    assert client.users.create(id="19").created == utc("2025-04-02 09:59")


def test_all_users_are_shown_in_their_present_state_after_a_clock_steps_back():
    """Answers about all users are as of now or later."""
    levels = [Level("bronze", 0)]
    rules = Ruleset(
        metrics=[Metric("words")],
        achievements=[Achievement("finish-onboarding", ApiTrigger())],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=levels)],
        leaderboards=[Leaderboard("daily", "metric", start=date(2025, 4, 1), metric="words")],
    )
    engine = Engine(rules, clock=lambda: utc("2025-04-02 10:00"))
    engine.record("words", user="18", value=3)
    engine.complete("finish-onboarding", user="18")
    before = utc("2025-04-02 10:00") - timedelta(milliseconds=5)
    http = httpx.Client(transport=EngineTransport(engine, clock=lambda: before))
    client = TrophyApi(api_key="any", httpx_client=http, max_retries=0)
    assert [row.value for row in client.leaderboards.get("daily").rankings] == [3]
    assert [row.users for row in client.points.level_summary("xp")] == [1]
    assert sum(row.users for row in client.points.summary("xp")) == 1
    assert [one["completions"] for one in http.get("https://api.trophy.so/v1/achievements", headers=KEY).json()] == [1]
    assert engine.now() == utc("2025-04-02 10:00")


def test_a_call_without_a_key_is_refused(engine, http):
    assert http.get("/leaderboards", headers={"X-API-KEY": ""}).status_code == 401
    client = TrophyApi(api_key="", httpx_client=httpx.Client(transport=EngineTransport(engine)))
    with pytest.raises(UnauthorizedError):
        client.users.get("18")


@pytest.mark.parametrize(("method", "template"), [route[:2] for route in APPLICATION])
def test_no_operation_works_without_a_key(engine, method, template):
    http = httpx.Client(transport=EngineTransport(engine))
    answer = http.request(method, f"https://api.trophy.so/v1/{template}")
    assert (answer.status_code, list(answer.json())) == (401, ["error"])


def test_a_body_that_is_not_json_is_malformed(engine, http):
    for content, fact in (
        (b"{", "as JSON: Expecting property name"),
        (b"\xff", "as JSON: it is not UTF-8 text"),
        (b"[" * 100_000, "its lists and objects are nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "a number has too many digits"),
        (b'{"id": "u", "name": "Ada", "id": "v"}', "the name 'id' occurs twice in one object"),
    ):
        answer = http.post("/users", content=content)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/json"
        assert "the body cannot be parsed as JSON" in answer.json()["error"]
        assert fact in answer.json()["error"]
    assert list(engine.users()) == []


def test_an_unknown_path_and_a_wrong_method_are_refused(http):
    assert http.get("/nothing").status_code == 404
    assert http.get("/users/18/nothing").status_code == 404
    assert http.get("https://api.trophy.so/v2/users/18").status_code == 404
    answer = http.delete("/users/18")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PUT, PATCH"
    assert answer.json() == {"error": "method DELETE is not allowed for /users/18; allowed: GET, PUT, PATCH"}


def test_unknown_fields_are_refused_or_ignored_on_request(engine):
    def send(method, url, body, *, strict):
        http = httpx.Client(transport=EngineTransport(engine, strict=strict), headers=KEY)
        return http.request(method, url, json=body).status_code

    event = {"key": "words", "user": {"id": "18"}, "value": 1, "color": "red"}
    for method, url, body in (
        ("PUT", "https://api.trophy.so/v1/users/18", {"color": "red"}),
        ("POST", "https://api.trophy.so/v1/users", {"id": "19", "color": "red"}),
        ("PATCH", "https://api.trophy.so/v1/users/18", {"color": "red"}),
        ("PATCH", "https://api.trophy.so/v1/users/18/preferences", {"streak": {"color": "red"}}),
        ("PATCH", "https://api.trophy.so/v1/users/18/preferences", {"notifications": {"color": ["push"]}}),
        ("POST", "https://api.trophy.so/v1/metrics/words/event", {"user": {"id": "18", "color": "red"}, "value": 1}),
        (
            "POST",
            "https://api.trophy.so/v1/achievements/finish-onboarding/complete",
            {"user": {"id": "18"}, "color": "red"},
        ),
        ("PATCH", "https://admin.trophy.so/v1/settings", {"color": "red"}),
        ("PATCH", "https://admin.trophy.so/v1/streaks/settings", {"freezes": None, "color": "red"}),
        ("POST", "https://admin.trophy.so/v1/streaks/freezes", {"freezes": [{"userId": "18"}], "color": "red"}),
        ("POST", "https://admin.trophy.so/v1/metrics/events", [event]),
    ):
        assert send(method, url, body, strict=True) == 422
        assert send(method, url, body, strict=False) in {200, 201, 202}
    http = httpx.Client(transport=EngineTransport(engine, strict=False), headers=KEY)
    answer = http.post("https://admin.trophy.so/v1/metrics", json=[{"name": "A", "key": "a", "color": "red"}])
    assert [item["key"] for item in answer.json()["created"]] == ["a"]
    answer = http.patch(
        "https://admin.trophy.so/v1/metrics", json=[{"id": answer.json()["created"][0]["id"], "color": "red"}]
    )
    assert answer.json()["issues"] == []


def test_an_id_can_contain_any_character(http):
    strange = "ü/ ?#%"
    assert http.post("/users", json={"id": strange}).status_code == 201
    answer = http.get("/users/%C3%BC%2F%20%3F%23%25")
    assert (answer.status_code, answer.json()["id"]) == (200, strange)
    assert http.get("/users/ghost").status_code == 404


def test_an_invalid_id_is_refused(http):
    assert http.get(f"/users/{'x' * 256}").status_code == 422


def test_a_failure_is_raised_and_not_returned_as_a_refusal(engine, http):
    def fail(_):
        raise RuntimeError("the subscriber's own fault")

    engine.subscribe(Effect, fail)
    with pytest.raises(ExceptionGroup):
        http.post("/users", json={"id": "18"})


@pytest.mark.parametrize("library", ["cattrs", "httpx"])
def test_a_missing_library_is_reported_with_its_extra(library):
    code = f"import sys; sys.modules[{library!r}] = None; import trophy_engine.trophy_api"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=root)
    assert "MissingExtra" in done.stderr
    assert "trophy-engine[trophy-api]" in done.stderr


def test_the_admin_api_is_recognized_by_host_or_path(http):
    for url in ("https://admin.trophy.so/v1/environments", "https://localhost/admin/v1/environments"):
        assert http.get(url).status_code == 200
    assert http.get("/environments").status_code == 404


def test_features_of_the_hosted_service_are_refused_with_501(http):
    answer = http.get("https://admin.trophy.so/v1/tenants")
    assert (answer.status_code, list(answer.json())) == (501, ["error"])
