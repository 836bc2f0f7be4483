"""Calls from several threads: each is served as a whole, and instants never decrease in order of service."""

import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from datetimes import utc

from trophy_engine import (
    Attribute,
    Engine,
    Freezes,
    Metric,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.trophy_api import EngineTransport

THREADS, CALLS = 8, 20
RULES = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("plan", "user")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(0, 100))],
    points=[PointsSystem("xp")],
)


class Clock:
    """A clock that never shows the same instant twice, and yields to other threads after each read."""

    def __init__(self):
        self.ticks = itertools.count()

    def __call__(self):
        at = utc("2025-04-02 10:00") + timedelta(milliseconds=next(self.ticks))
        time.sleep(0.0005)
        return at


@pytest.fixture(autouse=True)
def often():
    """Switch between threads as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def engine():
    return Engine(RULES, clock=Clock())


def in_threads(engine, call, calls=CALLS):
    """Make a number of calls from each thread, and return the answers; ``call`` takes client, thread and number."""

    def work(thread):
        http = httpx.Client(transport=EngineTransport(engine), headers={"X-API-KEY": "any"})
        return [call(http, thread, number) for number in range(calls)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [answer for answers in pool.map(work, range(THREADS)) for answer in answers]


def admin(path):
    return f"https://admin.trophy.so/v1/{path}"


def application(path):
    return f"https://api.trophy.so/v1/{path}"


def test_every_metric_that_is_created_is_in_force(engine):
    def create(http, thread, number):
        return http.post(admin("metrics"), json=[{"name": "M", "key": f"m-{thread}-{number}"}])

    assert {answer.status_code for answer in in_threads(engine, create)} == {201}
    assert {metric.key for metric in engine.ruleset.metrics} == {"words"} | {
        f"m-{thread}-{number}" for thread in range(THREADS) for number in range(CALLS)
    }


def test_concurrent_edits_of_different_rules_are_all_kept(engine):
    http = httpx.Client(transport=EngineTransport(engine), headers={"X-API-KEY": "any"})
    system = http.get(admin("points")).json()[0]["id"]

    def edit(http, thread, number):
        key = f"r-{thread}-{number}"
        match thread % 4:
            case 0:
                boost = {"name": key, "start": "2025-04-02", "multiplier": 2}
                return http.post(admin(f"points/{system}/boosts"), json=[boost])
            case 1:
                level = {"name": key, "key": key, "points": 100 * thread + number}
                return http.post(admin(f"points/{system}/levels"), json=[level])
            case 2:
                return http.post(admin("leaderboards"), json=[{"name": key, "key": key, "rankBy": "streak"}])
            case _:
                setting = {"daysOff": [0]} if number % 2 else {"evaluationMode": "OR"}
                return http.patch(admin("streaks/settings"), json=setting)

    assert {answer.status_code for answer in in_threads(engine, edit, calls=4)} == {200, 201}
    xp = engine.ruleset.points[0]
    for made in (xp.boosts, xp.levels, engine.ruleset.leaderboards):
        assert len(made) == THREADS // 4 * 4
    assert (engine.ruleset.primary_streak.days_off, engine.ruleset.primary_streak.evaluation_mode) == (
        ("sunday",),
        "OR",
    )


def test_no_concurrent_event_is_refused_as_late(engine):
    def record(http, thread, number):
        user = {"id": "18", "attributes": {"plan": f"{thread}"}}
        return http.post(application("metrics/words/event"), json={"user": user, "value": 1})

    answers = in_threads(engine, record)
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["total"] for answer in answers) == list(range(1, THREADS * CALLS + 1))


def test_a_user_is_created_once(engine):
    def create(http, thread, number):
        return http.post(application("users"), json={"id": f"user-{number}"})

    statuses = [answer.status_code for answer in in_threads(engine, create)]
    assert (statuses.count(201), statuses.count(422)) == (CALLS, (THREADS - 1) * CALLS)


def test_reads_and_streak_commands_among_writes_are_served(engine):
    engine.identify("18")

    def mix(http, thread, number):
        match thread % 4:
            case 0:
                return http.post(admin("streaks/freezes"), json={"freezes": [{"userId": "18"}]})
            case 1:
                return http.get(application("users/18/streak"))
            case 2:
                return http.patch(application("users/18"), json={"name": f"{thread}-{number}"})
            case _:
                event = {"key": "words", "user": {"id": "18"}, "value": 1}
                return http.post(admin("metrics/events"), json=[event, event])

    answers = in_threads(engine, mix)
    assert {answer.status_code for answer in answers} == {200, 201, 202}
    assert (engine.user("18").streak.freezes, engine.user("18").metrics["words"]) == (2 * CALLS, 4 * CALLS)
