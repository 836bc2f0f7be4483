import pytest
from admin_client import AdminClient

from trophy_engine import (
    Attribute,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.achievements import Achievement, ApiTrigger
from trophy_engine.trophy_api.ids import achievement_id, attribute_id, metric_id, system_id, trigger_id

TRIGGERS = f"points/{system_id('xp')}/triggers"
WORDS = str(metric_id("words"))
DONE = str(achievement_id("done"))
PLAN = {"attributeId": str(attribute_id("user", "plan")), "attributeValue": "pro"}
DEVICE = {"attributeId": str(attribute_id("event", "device")), "attributeValue": "phone"}


@pytest.fixture
def admin():
    return AdminClient(
        Ruleset(
            metrics=[Metric("words")],
            attributes=[Attribute("plan"), Attribute("device", "event")],
            achievements=[Achievement("done", ApiTrigger())],
            points=[PointsSystem("xp")],
        )
    )


def test_a_trigger_shows_the_fields_of_its_type_only(admin):
    common = {"userAttributes": [], "status": "inactive", "blockIfOutOfPoints": False}
    made = [
        admin.create(TRIGGERS, type="metric", points=10, metricId=WORDS, metricThreshold=5),
        admin.create(TRIGGERS, type="achievement", points=20, achievementId=DONE),
        admin.create(TRIGGERS, type="streak", points=-3, streakLength=7),
        admin.create(TRIGGERS, type="time", points=1, timeUnit="hours", timeInterval=2),
        admin.create(TRIGGERS, type="user_creation", points=25, status="active"),
    ]
    ids = [str(trigger_id("xp", f"trigger-{number}")) for number in range(1, 6)]
    assert made == [
        {
            **common,
            "id": ids[0],
            "type": "metric",
            "points": 10,
            "metricId": WORDS,
            "metricThreshold": 5,
            "eventAttributes": [],
        },
        {**common, "id": ids[1], "type": "achievement", "points": 20, "achievementId": DONE},
        {**common, "id": ids[2], "type": "streak", "points": -3, "streakLength": 7},
        {**common, "id": ids[3], "type": "time", "points": 1, "timeUnit": "hours", "timeInterval": 2},
        {**common, "id": ids[4], "type": "user_creation", "points": 25, "status": "active"},
    ]
    assert admin.get(TRIGGERS) == made
    assert admin.ruleset.points[0].triggers[3] == TimePointsTrigger(1, "hours", 2, status="inactive", key="trigger-4")


def test_an_invalid_trigger_is_reported(admin):
    def error_of(**item):
        return admin.create_error(TRIGGERS, **{"points": 1, **item})

    assert error_of(type="metric", metricId=WORDS) == "metricThreshold is required for a trigger of type metric"
    assert error_of(type="time", timeUnit="days") == "timeInterval is required for a trigger of type time"
    assert (
        error_of(type="streak", streakLength=1, metricId=WORDS)
        == "metricId is not permitted for a trigger of type streak"
    )
    assert error_of(type="user_creation", points=0) == "points must not be 0"
    assert error_of(type="metric", metricId=WORDS, metricThreshold=0) == "metricThreshold must be above 0, not 0"
    assert error_of(type="time", timeUnit="hour", timeInterval=1) == "timeUnit must be one of hours, days"
    assert error_of(type="achievement", achievementId=WORDS) == "Achievement not found by ID"
    assert error_of(type="user_creation", status="archived") == "status must be one of active, inactive"
    assert error_of(type="streak", streakLength=1, blockIfOutOfPoints=True) == (
        "blockIfOutOfPoints blocks metric events, so it cannot be true for type streak"
    )
    assert error_of() == "type must be one of metric, achievement, streak, time, user_creation"


def test_only_given_fields_change(admin):
    made = admin.create(
        TRIGGERS,
        type="metric",
        points=-10,
        metricId=WORDS,
        metricThreshold=5,
        userAttributes=[PLAN],
        eventAttributes=[DEVICE],
        blockIfOutOfPoints=True,
        status="active",
    )
    assert made["blockIfOutOfPoints"] is True
    assert admin.update(TRIGGERS, made, points=-5) == {**made, "points": -5}
    cleared = admin.update(TRIGGERS, made, userAttributes=None, eventAttributes=None, blockIfOutOfPoints=False)
    assert (cleared["userAttributes"], cleared["eventAttributes"]) == ([], [])
    assert cleared["blockIfOutOfPoints"] is False
    assert admin.update_error(TRIGGERS, made, streakLength=3) == (
        "streakLength is not permitted for a trigger of type metric"
    )


def test_the_type_changes_while_inactive_only(admin):
    made = admin.create(TRIGGERS, type="streak", points=10, streakLength=7, userAttributes=[PLAN], status="active")
    change = {"type": "time", "timeUnit": "days", "timeInterval": 3}
    assert admin.update_error(TRIGGERS, made, **change) == "type can only be changed while the trigger is inactive"
    admin.update(TRIGGERS, made, status="inactive")
    assert admin.update_error(TRIGGERS, made, type="time") == "timeUnit is required for a trigger of type time"
    changed = admin.update(TRIGGERS, made, **change)
    assert changed == {
        "id": made["id"],
        "type": "time",
        "points": 10,
        "status": "inactive",
        "userAttributes": [PLAN],
        "timeUnit": "days",
        "timeInterval": 3,
        "blockIfOutOfPoints": False,
    }


def test_an_edit_keeps_the_limit_of_a_trigger():
    limit = {"points": 50, "window": "day"}
    trigger = MetricPointsTrigger("words", 10, limit=limit, status="inactive")
    admin = AdminClient(Ruleset(metrics=[Metric("words")], points=[PointsSystem("xp", triggers=[trigger])]))
    [shown] = admin.get(TRIGGERS)
    assert "limit" not in shown
    admin.update(TRIGGERS, shown, points=20)
    admin.update(TRIGGERS, shown, type="streak", streakLength=7)
    assert admin.ruleset.points[0].triggers == (
        StreakPointsTrigger(20, 7, limit=limit, status="inactive", key="metric-1"),
    )
    assert admin.update_error(TRIGGERS, shown, points=-5) == (
        "limit is for triggers that award points; remove it, or make points positive"
    )


def test_triggers_keep_their_ids_after_deletions_and_ids_are_never_reused():
    triggers = [MetricPointsTrigger("words", 1), StreakPointsTrigger(2), UserCreationPointsTrigger(3)]
    admin = AdminClient(Ruleset(metrics=[Metric("words")], points=[PointsSystem("xp", triggers=triggers)]))
    first, second, third = admin.get(TRIGGERS)
    assert second["id"] == str(trigger_id("xp", "streak-2"))
    new = admin.create(TRIGGERS, type="user_creation", points=4)
    admin.delete(TRIGGERS, first["id"], new["id"])
    assert admin.get(TRIGGERS) == [second, third]
    newer = admin.create(TRIGGERS, type="user_creation", points=5)
    assert newer["id"] not in {one["id"] for one in (first, second, third, new)}
    issue = admin.delete(TRIGGERS, first["id"])["issues"][0]
    assert issue["message"] == "Points trigger not found by ID"
