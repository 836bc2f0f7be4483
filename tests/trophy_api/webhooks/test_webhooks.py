"""Webhooks: each type that the platform sends, in its shape, once and in order."""

import re
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path
from threading import Thread

import attrs
import pytest
from contract import WEBHOOKS, faults_of_webhook
from openapi import documents, faults_of_body
from stories import at, play
from webhook_month import month_of_bodies

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Engine,
    InvalidValue,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    Notifications,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    SubscribersFailed,
)
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.trophy_api import WEBHOOK_TYPES, Webhooks
from trophy_engine.trophy_api.webhooks.bodies import BODIES

DOCUMENTS = documents()
XP = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=[Level("novice", 1), Level("expert", 10)])
RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("ten", MetricTrigger("words", 10)), Achievement("tour", ApiTrigger())],
    points=[XP],
    leaderboards=[Leaderboard("board", "metric", date(2025, 1, 1), metric="words")],
    notifications=Notifications(),
)


@pytest.fixture
def engine():
    return Engine(RULES)


def types(bodies):
    return [body["type"] for body in bodies]


def test_a_month_of_a_population_has_every_type_in_the_shape_of_the_contract():
    bodies = month_of_bodies()
    assert Counter(types(bodies)).keys() == WEBHOOKS.keys()
    assert {body["type"]: faults for body in bodies if (faults := faults_of_webhook(body))} == {}


@pytest.mark.skipif(not DOCUMENTS, reason="the platform's OpenAPI documents are not here")
def test_every_body_of_the_month_is_as_documented():
    document = DOCUMENTS["application"]
    assert WEBHOOKS.keys() == document["webhooks"].keys()
    faults = Counter((body["type"], fault) for body in month_of_bodies() for fault in faults_of_body(document, body))
    # The client has achievements by anniversary.
    assert {fault for _, fault in faults} <= {
        "achievement.trigger: enum: 'anniversary' is not one of ['metric', 'streak', 'api', 'ach"
    }


def test_the_table_has_the_effects_of_every_type():
    assert set(WEBHOOK_TYPES) == WEBHOOKS.keys()
    assert {kind.type: kind for kind in BODIES} == {name: EFFECTS[name] for name in WEBHOOK_TYPES}


def test_the_reference_lists_the_fields_of_every_type():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "trophy-api.md").read_text(encoding="utf-8")
    section = page.partition("\n## Webhooks\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `")]
    listed = {
        name: set(re.findall(r"`(\w+)`", fields)) - {"rankings"}
        for names, fields in rows
        for name in names.split("`")[1::2]
    }
    assert listed == {name: {field.split(":")[0] for field in shape.split()} for name, shape in WEBHOOKS.items()}


def test_the_types_without_notifications_are_those_the_reference_says():
    silent = Engine(attrs.evolve(RULES, notifications=None))
    bodies = []
    Webhooks(silent, bodies.append)
    play(silent, "04-02T10:00 words 10\n04-05T10:00 words 1")
    assert set(types(bodies)) == {"achievement.completed", "points.level_changed", "streak.started", "streak.lost"}


@pytest.mark.thorough
def test_the_month_is_the_same_in_every_process():
    script = (
        "import sys, json, hashlib; sys.path[:0] = ['tests/support']\n"
        "from webhook_month import month\nbodies = []\nmonth(bodies.append, users=2)\n"
        "print(hashlib.sha256(json.dumps(bodies).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_bodies_are_delivered_in_the_order_of_the_effects(engine):
    bodies = []
    Webhooks(engine, bodies.append)
    outcome = engine.record("words", user="ann", value=10, at=at("04-02T10:00"))
    delivered = [effect.type for effect in outcome.effects if effect.type in WEBHOOK_TYPES]
    assert (
        types(bodies)
        == delivered
        == [
            "streak.started",
            "achievement.completed",
            "points.level_changed",
            "points.changed",
            "leaderboard.rank_changed",
            "leaderboard.changed",
        ]
    )


def test_how_often_one_settles_never_changes_the_webhooks_of_users(engine):
    story = "04-02T10:00 words 5\n04-02T10:05 words 3\n04-03T10:00 words 1"
    received = {}
    for settlings in ((), ("04-02T10:10", "04-02T11:00", "04-04T01:00")):
        engine, bodies = Engine(RULES), received.setdefault(settlings, [])
        Webhooks(engine, bodies.append)
        instants = [*(line.split()[0] for line in story.splitlines()), *settlings]
        for instant in sorted(instants):
            lines = [line for line in story.splitlines() if line.startswith(instant)]
            play(engine, lines[0], "ann") if lines else engine.settle(at=at(instant))
        engine.settle(at=at("05-20T10:00"))
    first, second = (
        sorted(map(str, (body for body in bodies if body["type"] != "leaderboard.changed")))
        for bodies in received.values()
    )
    assert first == second


def test_only_the_chosen_types_are_delivered(engine):
    bodies = []
    Webhooks(engine, bodies.append, types=["streak.started", "streak.lost"])
    play(engine, "04-02T10:00 words 10\n04-05T10:00 words 1")
    assert types(bodies) == ["streak.started", "streak.lost", "streak.started"]


def test_awards_are_listed_once_when_only_later_changes_are_chosen(engine):
    Webhooks(engine, lambda body: None, types=["streak.started"])
    play(engine, "04-02T10:00 words 1\n04-02T10:01 words 2")
    engine.settle(at=at("04-02T11:00"))
    bodies = []
    Webhooks(engine, bodies.append, types=["points.changed"])
    play(engine, "04-02T12:00 words 4")
    assert [award["awarded"] for award in bodies[0]["points"]["awards"]] == [4]


def test_delivery_ends_with_the_block_and_with_close(engine):
    bodies = []
    with Webhooks(engine, bodies.append) as webhooks:
        engine.complete("tour", user="ann", at=at("04-02T10:00"))
    engine.complete("tour", user="ben", at=at("04-02T10:00"))
    webhooks.close()
    assert types(bodies) == ["achievement.completed"]


def test_an_exception_reaches_the_caller_of_the_command_after_it_is_committed(engine):
    arrived = []

    def deliver(body):
        arrived.append(body["type"])
        raise ConnectionError(body["type"])

    Webhooks(engine, deliver)
    with pytest.raises(SubscribersFailed) as failed:
        engine.record("words", user="ann", value=2, at=at("04-02T10:00"))
    assert [str(error) for error in failed.value.exceptions] == arrived
    assert len(arrived) == 5
    assert engine.user("ann", at=at("04-02T10:00")).metrics == {"words": 2}


def test_a_batch_delivers_at_its_end_and_a_failed_one_nothing(engine):
    bodies = []
    Webhooks(engine, bodies.append, types=["streak.started", "streak.extended"])
    with suppress(KeyError), engine.batch():
        play(engine, "04-02T10:00 words 1")
        raise KeyError
    assert bodies == []
    with engine.batch():
        play(engine, "04-02T10:00 words 1\n04-03T10:00 words 1\n04-04T10:00 words 1")
        assert bodies == []
    assert [body["streak"]["length"] for body in bodies] == [1, 2, 3]


def test_commands_of_several_threads_deliver_one_at_a_time(engine):
    inside, overlaps, bodies = [], [], []

    def deliver(body):
        overlaps.append(len(inside))
        inside.append(body)
        bodies.append(body["user"]["id"])
        inside.pop()

    Webhooks(engine, deliver, types=["achievement.completed"])
    threads = [
        Thread(target=lambda start=start: [engine.complete("tour", user=f"u{start + n}") for n in range(10)])
        for start in (0, 100, 200)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(bodies), set(overlaps)) == (
        sorted(f"u{start + n}" for start in (0, 100, 200) for n in range(10)),
        {0},
    )


def test_levels_changed_by_rules_and_backdated_achievements_are_not_announced(engine):
    bodies = []
    Webhooks(engine, bodies.append)
    play(engine, "04-02T10:00 words 5")
    bodies.clear()
    system = attrs.evolve(XP, levels=[Level("novice", 1), Level("adept", 3)])
    five = Achievement("five", MetricTrigger("words", 5))
    effects = engine.update(attrs.evolve(RULES, points=[system], achievements=[five]), at=at("04-02T11:00"))
    assert [effect.type for effect in effects][-2:] == ["points.level_changed", "achievement.backdated"]
    assert bodies == []


def test_effects_before_a_change_of_rules_are_announced_by_the_former_rules(engine):
    bodies = []
    Webhooks(engine, bodies.append)
    play(engine, "04-02T10:00 words 5\n04-02T10:01 words 6")
    bodies.clear()
    engine.update(Ruleset(metrics=[Metric("words")]), at=at("05-20T12:00"))
    assert faults_of_bodies(bodies) == []
    assert Counter(types(bodies)) == {
        "points.changed": 1,
        "emails.achievement_due": 1,
        "emails.streak_reminder_due": 1,
        "streak.lost": 1,
        "emails.reactivation_due": 5,
        "emails.recap_due": 1,
    }


def faults_of_bodies(bodies):
    return [fault for body in bodies for fault in faults_of_webhook(body)]


async def coroutine(_):
    """Never called."""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"deliver": 5}, "deliver must be a callable, not 5"),
        ({"deliver": coroutine}, "deliver is a coroutine function"),
        ({"types": "streak.lost"}, "types must be a list of types, for example ['streak.lost']"),
        ({"types": []}, "types must name at least one type"),
        ({"types": ["streak.lots"]}, "did you mean 'streak.lost'?"),
        ({"types": [5]}, "types 5 is not the type of a webhook"),
        ({"types": 5}, "types must be"),
        ({"engine": "rules.toml"}, "engine must be"),
    ],
)
def test_unusable_arguments_are_refused(engine, given, message):
    with pytest.raises(InvalidValue) as refused:
        Webhooks(**({"engine": engine, "deliver": print} | given))
    assert message in str(refused.value)


def test_the_month_delivers_while_it_happens():
    """Bodies show the user then, not at the end: the lengths of started streaks are 1."""
    started = [body["streak"]["length"] for body in month_of_bodies() if body["type"] == "streak.started"]
    assert set(started) == {1}
    lost = [body for body in month_of_bodies() if body["type"] == "streak.lost"]
    assert all(body["length"] > 0 for body in lost)
