import pytest
from admin_client import AdminClient, issue

from trophy_engine import Level, Metric, MetricPointsTrigger, PointsSystem, Ruleset
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.ids import level_id, metric_id, system_id, trigger_id

UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440999"


def test_a_system_is_created_and_shown():
    admin = AdminClient()
    assert admin.create("points", name="XP", key="xp") == {
        "id": str(system_id("xp")),
        "name": "XP",
        "key": "xp",
        "description": "",
        "status": "active",
        "badge": None,
        "maxPoints": None,
    }
    assert admin.ruleset.points == (PointsSystem("xp", "XP"),)
    assert admin.create_error("points", name="XP", key="xp") == "Key already in use by another points system"
    assert admin.create_error("points", key="xp") == "name must be a string"
    assert admin.create_error("points", name="E", key="e", maxPoints=0) == "maxPoints must be at least 1, not 0"


def test_a_system_is_created_with_the_given_parts():
    admin = AdminClient(Ruleset(metrics=[Metric("words")]))
    made = admin.create(
        "points",
        name="XP",
        key="xp",
        levels=[{"name": "Bronze", "key": "bronze", "points": 100}],
        triggers=[{"type": "metric", "points": 5, "metricId": str(metric_id("words")), "metricThreshold": 10}],
        boosts=[],
    )
    assert made["levels"] == [
        {
            "id": str(level_id("xp", "bronze")),
            "name": "Bronze",
            "key": "bronze",
            "points": 100,
            "description": "",
            "badge": None,
        }
    ]
    assert (made["boosts"], made["triggers"][0]["id"]) == ([], str(trigger_id("xp", "trigger-1")))
    shown = admin.get(f"points/{made['id']}")
    assert shown == {name: made[name] for name in made if name not in {"levels", "boosts", "triggers"}}
    assert admin.get(f"points/{made['id']}/triggers") == made["triggers"]


def test_a_system_with_an_invalid_part_is_not_created():
    admin = AdminClient()
    level = {"name": "Bronze", "key": "bronze", "points": 100}
    message = admin.create_error("points", name="XP", key="xp", levels=[level, {**level, "points": "many"}])
    assert message == "levels[1].points must be a whole number"
    message = admin.create_error("points", name="XP", key="xp", levels=[level, {**level, "points": 200}])
    assert message == "levels[1]: Key already in use by another level"
    assert admin.ruleset == Ruleset()


def test_an_invalid_part_is_reported_with_its_path():
    admin = AdminClient(Ruleset(metrics=[Metric("words")]))

    def error_of(**parts):
        return admin.create_error("points", name="XP", key="xp", **parts)

    trigger = {"type": "metric", "points": 1, "metricId": str(metric_id("words")), "metricThreshold": 0}
    assert error_of(triggers=[trigger]) == "triggers[0].metricThreshold must be above 0, not 0"
    assert error_of(triggers=[{**trigger, "metricId": UNKNOWN_ID}]) == "triggers[0]: Metric not found by ID"
    level = {"name": "Bronze", "key": "bronze", "points": 1}
    assert (
        error_of(levels=[level, {**level, "key": "silver", "points": -1}])
        == "levels[1].points must be at least 0, not -1"
    )
    assert error_of(levels=[{**level, "badge": {"url": " "}}]) == "levels[0].badge.url must not be blank"
    boost = {"name": "Twice", "start": "2025-06-01", "multiplier": 1}
    assert error_of(boosts=[boost]).startswith("boosts[0].multiplier must be above 0, below 100")
    assert error_of(badge={"url": " "}) == "badge.url must not be blank"


def test_null_clears_optional_fields_of_a_system():
    admin = AdminClient()
    made = admin.create("points", name="XP", key="xp", maxPoints=10, badge={"url": "b"}, description="Go on")
    assert admin.update("points", made, maxPoints=20) == {**made, "maxPoints": 20}
    assert admin.update("points", made, maxPoints=None, badge=None, description="") == {
        **made,
        "maxPoints": None,
        "badge": None,
        "description": "",
    }
    assert admin.update_error("points", made, name=None) == "name must be a string"
    assert admin.update_error("points", made, key="other") == (
        "unknown field 'key'; known: 'id', 'name', 'description', 'badge', 'maxPoints'"
    )
    assert admin.update_error("points", {"id": UNKNOWN_ID}, name="x") == "Points system not found by ID"


def test_a_system_keeps_its_parts_when_updated_and_is_deleted_with_its_boards():
    today = AdminClient().at.date()
    system = PointsSystem("xp", levels=[Level("a", 1)], triggers=[MetricPointsTrigger("words", 1)])
    admin = AdminClient(
        Ruleset(
            metrics=[Metric("words")],
            points=[system],
            leaderboards=[Leaderboard("top", "points", start=today, points="xp")],
        )
    )
    made = admin.get("points")[0]
    admin.update("points", made, name="Experience")
    assert admin.ruleset.points[0].triggers == system.triggers
    assert admin.delete("points", made["id"])["issues"] == []
    assert admin.ruleset == Ruleset(metrics=[Metric("words")])


@pytest.mark.parametrize("parts", ["levels", "boosts", "triggers"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_missing_system_has_no_parts(parts, method):
    with pytest.raises(NotFound, match="Points system not found by ID"):
        AdminClient().call(method, f"points/{UNKNOWN_ID}/{parts}", [{}])
    with pytest.raises(Unprocessable, match="systemId must be a valid UUID"):
        AdminClient().call(method, f"points/xp/{parts}", [{}])


def test_levels_have_unique_keys_and_thresholds():
    admin = AdminClient(Ruleset(points=[PointsSystem("xp"), PointsSystem("energy")]))
    levels = f"points/{system_id('xp')}/levels"
    bronze = admin.create(levels, name="Bronze", key="bronze", points=0, badge={"url": "b"})
    assert bronze["badge"] == {"url": "b"}
    assert admin.create_error(levels, name="B", key="bronze", points=5) == "Key already in use by another level"
    assert admin.create_error(levels, name="B", key="b", points=-1) == "points must be at least 0, not -1"
    assert admin.create_error(levels, name="B", key="b", points=0) == (
        "levels 'bronze' and 'b' have the same threshold, 0; change one"
    )
    admin.create(f"points/{system_id('energy')}/levels", name="Bronze", key="bronze", points=0)
    assert admin.update(levels, bronze, points=50, badge=None) == {**bronze, "points": 50, "badge": None}
    assert admin.delete(levels, bronze["id"], UNKNOWN_ID) == {
        "deleted": [{"id": bronze["id"]}],
        "issues": [issue("Level not found by ID", id=UNKNOWN_ID)],
    }
    with pytest.raises(NotFound, match="Level not found by ID"):
        admin.get(f"{levels}/{bronze['id']}")
