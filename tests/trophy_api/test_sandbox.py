"""A sandbox: an engine behind the platform's API, with a clock, failures and a record of what happens."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from datetimes import utc
from trophy.core.api_error import ApiError

from trophy_engine import (
    Achievement,
    ApiTrigger,
    InvalidValue,
    Metric,
    Notifications,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
)
from trophy_engine.trophy_api import EngineTransport, ManualClock, Sandbox

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("tour", ApiTrigger())],
    notifications=Notifications(),
)


@pytest.fixture
def sandbox():
    with Sandbox(RULES, ManualClock(utc("2025-04-02 10:00"))) as sandbox:
        yield sandbox


def test_the_client_is_answered_and_what_happens_is_recorded(sandbox):
    event = sandbox.client.metrics.event("words", user={"id": "18"}, value=3)
    assert event.current_streak.length == 1
    assert sandbox.engine.user("18").metrics == {"words": 3}
    assert [effect.type for effect in sandbox.effects] == ["user.created", "metric.changed", "streak.started"]
    assert [body["type"] for body in sandbox.webhooks] == ["streak.started"]


def test_time_stands_still_until_it_is_advanced(sandbox):
    sandbox.client.metrics.event("words", user={"id": "18"}, value=3)
    assert sandbox.clock() == utc("2025-04-02 10:00")
    effects = sandbox.advance(days=1, hours=14)
    assert sandbox.clock() == utc("2025-04-04 00:00")
    assert [type(effect) for effect in effects][-1] is StreakLost
    assert sandbox.effects[-len(effects) :] == list(effects)
    assert sandbox.client.users.streak("18").length == 0
    assert sandbox.webhooks[-1]["length"] == 1
    assert sandbox.advance(timedelta(days=1), hours=2) == ()
    assert sandbox.clock() == utc("2025-04-05 02:00")
    with pytest.raises(InvalidValue, match="by must be a timedelta, or numbers of days"):
        sandbox.advance(3)


def test_a_failure_reaches_the_app_once(sandbox):
    sandbox.fail_next()
    sandbox.fail_next(429, retry_after=7)
    with pytest.raises(ApiError) as failed:
        sandbox.client.users.get("18")
    assert failed.value.status_code == 500
    with pytest.raises(ApiError) as failed:
        sandbox.client.users.get("18")
    assert (failed.value.status_code, failed.value.headers["retry-after"]) == (429, "7")
    assert sandbox.client.users.create(id="18").id == "18"
    with pytest.raises(InvalidValue):
        sandbox.fail_next("sometimes")


def test_the_network_can_fail_before_and_after_the_work(sandbox):
    sandbox.fail_next("timeout")
    with pytest.raises(httpx.ReadTimeout):
        sandbox.client.metrics.event("words", user={"id": "18"}, value=3)
    assert sandbox.effects == []
    sandbox.fail_next("lost")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.client.metrics.event("words", user={"id": "18"}, value=3)
    assert sandbox.engine.user("18").metrics == {"words": 3}


def test_the_client_for_asyncio_has_the_same_engine_and_failures(sandbox):
    async def act():
        await sandbox.async_client.achievements.complete("tour", user={"id": "18"})
        sandbox.fail_next(503)
        with pytest.raises(ApiError):
            await sandbox.async_client.users.get("18")

    asyncio.run(act())
    assert sandbox.client.users.get("18").id == "18"
    assert sandbox.webhooks[0]["type"] == "achievement.completed"


def test_an_app_can_build_its_own_client(sandbox):
    assert isinstance(sandbox.transport, EngineTransport)
    with httpx.Client(transport=sandbox.transport, headers={"X-API-KEY": "any"}) as http:
        assert http.get("https://api.trophy.so/v1/achievements").json()[0]["key"] == "tour"
        assert sandbox.respond(http.build_request("GET", "https://api.trophy.so/v1/users/18")).status_code == 404


def test_it_reads_rules_and_takes_the_instant_of_the_system_by_default(tmp_path):
    RULES.save(tmp_path / "rules.toml")
    with Sandbox(tmp_path / "rules.toml") as sandbox:
        assert sandbox.engine.ruleset == RULES
        assert abs((datetime.now(UTC) - sandbox.clock()).total_seconds()) < 60
    sandbox.close()


WITHOUT = """
import sys
sys.modules["{library}"] = None
from trophy_engine import MissingExtra
from trophy_engine.trophy_api import Sandbox
with Sandbox({{"metrics": [{{"key": "words"}}]}}) as sandbox:
    sandbox.engine.record("words", user="18")
    assert [effect.type for effect in sandbox.effects] == ["user.created", "metric.changed"]
    for name in ("webhooks", "transport", "client", "async_client"):
        try:
            getattr(sandbox, name)
        except MissingExtra as error:
            print(name, error.extra)
"""


@pytest.mark.parametrize(
    ("library", "refused"),
    [
        ("cattrs", {"webhooks": "trophy-api", "transport": "trophy-api", "client": "trophy-api"}),
        ("httpx", {"transport": "trophy-api", "client": "trophy-api"}),
        ("trophy", {"client": "testing"}),
    ],
)
def test_what_needs_a_library_says_so_and_the_rest_works(library, refused):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(library=library)], check=True, capture_output=True, text=True
    )
    expected = {**refused, "async_client": refused["client"]}
    assert dict(line.split() for line in done.stdout.splitlines()) == expected
