import attrs
import pytest
from admin_client import AdminClient

from trophy_engine import (
    AchievementPointsTrigger,
    Attribute,
    BalanceTrigger,
    Gate,
    Level,
    LevelTrigger,
    Metric,
    PointsSystem,
    Ruleset,
    Tier,
)
from trophy_engine.rules.achievements import Achievement, ApiTrigger, CompositeTrigger, MetricTrigger
from trophy_engine.trophy_api.ids import achievement_id, attribute_id, level_id, metric_id, system_id

WORDS = str(metric_id("words"))
PLAN = {"attributeId": str(attribute_id("user", "plan")), "attributeValue": "pro"}
DEVICE = {"attributeId": str(attribute_id("event", "device")), "attributeValue": "phone"}
UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440999"


@pytest.fixture
def admin():
    return AdminClient(Ruleset(metrics=[Metric("words")], attributes=[Attribute("plan"), Attribute("device", "event")]))


def by_metric(admin, **more):
    return admin.create("achievements", name="Ten words", trigger="metric", metricId=WORDS, metricValue=10, **more)


def test_an_achievement_is_inactive_at_first_with_a_key_from_its_name(admin):
    made = by_metric(admin)
    assert made == {
        "id": str(achievement_id("ten-words")),
        "name": "Ten words",
        "description": None,
        "trigger": "metric",
        "status": "inactive",
        "badge": None,
        "userAttributes": [],
        "metricId": WORDS,
        "metricValue": 10,
        "eventAttributes": [],
    }
    assert admin.ruleset.achievements == (
        Achievement("ten-words", MetricTrigger("words", 10), "Ten words", status="inactive"),
    )


def test_every_trigger_has_its_own_fields_and_no_others(admin):
    common = {"id", "name", "description", "trigger", "status", "badge", "userAttributes"}
    streak = admin.create("achievements", name="Week", trigger="streak", streakLength=7)
    api = admin.create("achievements", name="Done", trigger="api", key="done", status="active")
    both = admin.create("achievements", name="Both", trigger="achievement", achievementIds=[streak["id"], api["id"]])
    year = admin.create("achievements", name="Year", trigger="anniversary", anniversaryYears=1)
    assert {name: streak[name] for name in streak.keys() - common} == {"streakLength": 7}
    assert {name: api[name] for name in api.keys() - common} == {"key": "done"}
    assert {name: both[name] for name in both.keys() - common} == {"achievementIds": [streak["id"], api["id"]]}
    assert {name: year[name] for name in year.keys() - common} == {"anniversaryYears": 1}


def test_filters_and_badges_are_read_and_shown(admin):
    badge = {"url": "https://example.com/b.png"}
    made = by_metric(admin, userAttributes=[PLAN], eventAttributes=[DEVICE], badge=badge, description="Go on")
    assert (made["userAttributes"], made["eventAttributes"], made["badge"]) == ([PLAN], [DEVICE], badge)
    rule = admin.ruleset.achievements[0]
    assert (rule.badge_url, rule.when.user_attributes, rule.trigger.event_attributes) == (
        "https://example.com/b.png",
        {"plan": "pro"},
        {"device": "phone"},
    )
    cleared = admin.update(
        "achievements", made, description=None, badge=None, userAttributes=None, eventAttributes=None
    )
    assert (cleared["description"], cleared["badge"]) == (None, None)
    assert (cleared["userAttributes"], cleared["eventAttributes"]) == ([], [])


def test_fields_of_the_trigger_are_required_and_those_of_others_refused(admin):
    def error_of(**item):
        return admin.create_error("achievements", name="A", **item)

    assert error_of(trigger="metric", metricId=WORDS) == ("metricValue is required for an achievement of type metric")
    assert error_of(trigger="api") == "key is required for an achievement of type api"
    assert (
        error_of(trigger="streak", streakLength=1, key="a") == "key is not permitted for an achievement of type streak"
    )
    assert error_of(trigger="streak", streakLength=1, eventAttributes=[]) == (
        "eventAttributes is not permitted for an achievement of type streak"
    )
    assert error_of(trigger="metric", metricId=WORDS, metricValue=0) == "metricValue must be above 0, not 0"
    assert error_of(trigger="streak", streakLength=0) == "streakLength must be at least 1, not 0"
    assert error_of(trigger="anniversary", anniversaryYears=0) == "anniversaryYears must be at least 1, not 0"
    assert error_of(trigger="streak", streakLength=1.5) == "streakLength must be a whole number"
    assert error_of(trigger="achievement", achievementIds=[]) == ("achievementIds must contain at least one key")
    assert error_of(trigger="level") == "trigger must be one of metric, streak, api, achievement, anniversary"
    assert error_of(trigger="api", key="a", status="done") == "status must be one of active, inactive, locked"
    assert admin.create_error("achievements", trigger="api", key="a") == "name must be a string"


def test_references_must_exist(admin):
    def error_of(**item):
        return admin.create_error("achievements", name="A", **item)

    assert error_of(trigger="metric", metricId=UNKNOWN_ID, metricValue=1) == "Metric not found by ID"
    assert error_of(trigger="achievement", achievementIds=[UNKNOWN_ID]) == "Achievement not found by ID"
    assert error_of(trigger="api", key="a", userAttributes=[DEVICE]) == "Attribute not found by ID"
    assert (
        error_of(trigger="metric", metricId=WORDS, metricValue=1, eventAttributes=[PLAN]) == "Attribute not found by ID"
    )
    assert error_of(trigger="metric", metricId="words", metricValue=1) == "metricId must be a valid UUID"
    twice = error_of(trigger="api", key="a", userAttributes=[PLAN, PLAN])
    assert twice == f"userAttributes must not contain {PLAN['attributeId']} twice"


def test_keys_are_unique_and_derived_keys_are_never_reused(admin):
    admin.create("achievements", name="Done", trigger="api", key="ten-words")
    assert admin.create_error("achievements", name="Done", trigger="api", key="ten-words") == (
        "Key already in use by another achievement"
    )
    second = by_metric(admin)
    assert second["id"] == str(achievement_id("ten-words-2"))
    admin.delete("achievements", second["id"])
    assert by_metric(admin)["id"] == str(achievement_id("ten-words-3"))
    assert by_metric(admin)["id"] == str(achievement_id("ten-words-4"))


def test_an_achievement_is_activated_locked_and_reactivated_but_never_inactive_again(admin):
    made = by_metric(admin)
    fault = admin.update_error("achievements", made, status="locked")
    assert fault == "status cannot change from inactive to locked"
    for status in ("inactive", "active", "active", "locked", "active"):
        assert admin.update("achievements", made, status=status)["status"] == status
    assert admin.update_error("achievements", made, status="inactive") == "status cannot change from active to inactive"


def test_an_achievement_can_be_created_with_any_status(admin):
    for status in ("active", "inactive", "locked"):
        assert by_metric(admin, status=status)["status"] == status


def test_only_given_fields_change(admin):
    made = by_metric(admin, eventAttributes=[DEVICE], description="Go on")
    assert admin.update("achievements", made, metricValue=12.5) == {**made, "metricValue": 12.5}


def test_an_empty_description_is_stored_as_none(admin):
    made = by_metric(admin, description="")
    assert made["description"] is None
    assert admin.update("achievements", made, description="Go on")["description"] == "Go on"
    assert admin.update("achievements", made, description="")["description"] is None


def test_a_change_of_the_trigger_requires_its_fields(admin):
    made = by_metric(admin, status="active")
    assert admin.update_error("achievements", made, trigger="streak") == (
        "streakLength is required for an achievement of type streak"
    )
    assert admin.update_error("achievements", made, streakLength=3) == (
        "streakLength is not permitted for an achievement of type metric"
    )
    changed = admin.update("achievements", made, trigger="streak", streakLength=3)
    assert (changed["trigger"], changed["streakLength"], "metricId" in changed) == ("streak", 3, False)
    assert changed["id"] == made["id"]


def test_the_key_of_an_inactive_achievement_and_its_references_can_change():
    admin = AdminClient(
        Ruleset(
            achievements=[
                Achievement("done", ApiTrigger(), status="inactive"),
                Achievement("both", CompositeTrigger(["done"])),
            ],
            points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("done", 5)])],
        )
    )
    done, both = admin.get("achievements")
    renamed = admin.update("achievements", done, key="finished")
    assert renamed == {**done, "id": str(achievement_id("finished")), "key": "finished"}
    assert admin.ruleset.achievements[1].trigger == CompositeTrigger(["finished"])
    assert admin.ruleset.points[0].triggers[0].achievement == "finished"
    admin.update("achievements", renamed, status="active")
    assert admin.update_error("achievements", renamed, key="again") == (
        "key can only be changed while the achievement is inactive"
    )
    assert admin.update_error("achievements", both, key="both") == (
        "key is not permitted for an achievement of type achievement"
    )


def test_contradictory_rules_are_an_issue_of_the_item_that_causes_them(admin):
    first = admin.create("achievements", name="First", trigger="api", key="first")
    second = admin.create("achievements", name="Second", trigger="achievement", achievementIds=[first["id"]])
    before = admin.ruleset
    answer = admin.patch(
        "achievements",
        {"id": first["id"], "trigger": "achievement", "achievementIds": [second["id"]]},
        {"id": second["id"], "name": "Renamed"},
    )
    (issue,) = answer["issues"]
    assert issue["id"] == first["id"]
    assert issue["message"].startswith("depends on itself: first -> second -> first")
    assert [item["name"] for item in answer["updated"]] == ["Renamed"]
    assert admin.ruleset.achievements[0] == before.achievements[0]


def test_deleting_an_achievement_deletes_its_rewards_and_dependents_and_locks_composites():
    admin = AdminClient(
        Ruleset(
            achievements=[
                Achievement("a", ApiTrigger()),
                Achievement("b", ApiTrigger()),
                Achievement("both", CompositeTrigger(["a", "b"])),
                Achievement("only", CompositeTrigger(["a"])),
            ],
            points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("a", 5), AchievementPointsTrigger("b", 5)])],
        )
    )
    answer = admin.delete("achievements", achievement_id("a"))
    assert answer == {"deleted": [{"id": str(achievement_id("a"))}], "issues": []}
    assert admin.ruleset.achievements == (
        Achievement("b", ApiTrigger()),
        Achievement("both", CompositeTrigger(["b"]), status="locked"),
    )
    assert [trigger.achievement for trigger in admin.ruleset.points[0].triggers] == ["b"]


def test_an_edit_keeps_the_conditions_that_the_api_does_not_show():
    several = {"plan": ["pro", "team"], "city": "Rome"}
    gate = Gate(weekdays=["sunday"], user_attributes=several)
    rules = Ruleset(
        attributes=[Attribute("plan"), Attribute("city")], achievements=[Achievement("a", ApiTrigger(), when=gate)]
    )
    admin = AdminClient(rules)
    [shown] = admin.get("achievements")
    city = {"attributeId": str(attribute_id("user", "city")), "attributeValue": "Rome"}
    assert shown["userAttributes"] == [city]
    admin.update("achievements", shown, userAttributes=[{**city, "attributeValue": "Bern"}])
    assert admin.ruleset.achievements[0].when == Gate(
        weekdays=["sunday"], user_attributes={"plan": ["pro", "team"], "city": "Bern"}
    )
    admin.update("achievements", shown, userAttributes=[])
    assert admin.ruleset.achievements[0].when == Gate(weekdays=["sunday"], user_attributes={"plan": ["pro", "team"]})


TIERED = Ruleset(
    metrics=[Metric("words"), Metric("lap", aggregate="min")],
    achievements=[
        Achievement(
            "writer",
            MetricTrigger("words"),
            "Writer",
            tiers=[Tier("bronze", 10), Tier("gold", 100, name="Gold", metadata={"colour": "gold"})],
            metadata={"group": 1},
        ),
        Achievement("fast", MetricTrigger("lap", at_most=60)),
        Achievement("fifty", MetricTrigger("words", 50), repeatable=True),
        Achievement("rich", BalanceTrigger("xp", 5), hidden=True),
        Achievement("some", CompositeTrigger(["fast", "fifty"], at_least=1)),
    ],
    points=[PointsSystem("xp", levels=[Level("top", 5)])],
)


def test_each_tier_is_an_achievement_of_its_own():
    admin = AdminClient(TIERED)
    shown = {item["name"]: item for item in admin.get("achievements")}
    assert list(shown) == ["Writer: bronze", "Gold", "fast", "fifty", "rich", "some"]
    assert shown["Gold"]["id"] == str(achievement_id("writer-gold"))
    assert (shown["Writer: bronze"]["metricValue"], shown["Gold"]["metricValue"]) == (10, 100)
    assert "metricValue" not in shown["fast"]
    assert shown["rich"]["trigger"] == "points"
    assert admin.get(f"achievements/{shown['Gold']['id']}") == shown["Gold"]


def test_an_edit_of_a_tier_keeps_what_it_cannot_say():
    admin = AdminClient(TIERED)
    _, gold = admin.get("achievements")[:2]
    changed = admin.update("achievements", gold, name="Golden", metricValue=200, status="locked")
    assert (changed["name"], changed["metricValue"], changed["status"]) == ("Golden", 200, "locked")
    rule = admin.ruleset.achievements[0]
    assert rule.tiers == (Tier("bronze", 10), Tier("gold", 200, name="Golden", metadata={"colour": "gold"}))
    assert (rule.name, rule.status, rule.metadata, rule.trigger) == (
        "Writer",
        "locked",
        {"group": 1},
        MetricTrigger("words"),
    )
    assert admin.update_error("achievements", gold, trigger="streak", streakLength=3) == (
        "trigger is that of all tiers of the achievement, metric, and cannot change"
    )
    assert "must be above 10" in admin.update_error("achievements", gold, metricValue=5)


def test_an_edit_keeps_what_the_platform_does_not_know():
    admin = AdminClient(TIERED)
    shown = {item["name"]: item for item in admin.get("achievements")}
    for name in ("fast", "fifty", "rich", "some"):
        admin.update("achievements", shown[name], description="New")
    before = {rule.key: rule for rule in TIERED.achievements}
    for rule in admin.ruleset.achievements[1:]:
        assert rule == attrs.evolve(before[rule.key], description="New")
    admin.update("achievements", shown["fast"], metricValue=70)
    assert admin.ruleset.achievements[1].trigger == MetricTrigger("lap", 70)


def test_kinds_that_the_platform_does_not_know_cannot_be_created():
    admin = AdminClient(TIERED)
    message = admin.create_error("achievements", name="Rich", trigger="points")
    assert "trigger must be one of" in message


def test_tiers_are_deleted_one_by_one_and_with_a_level_its_achievements():
    admin = AdminClient(TIERED)
    admin.delete("achievements", achievement_id("writer-gold"))
    assert [tier.key for tier in admin.ruleset.achievements[0].tiers] == ["bronze"]
    admin.delete("achievements", achievement_id("writer-bronze"))
    assert admin.ruleset.achievements[0].key == "fast"
    top = attrs.evolve(TIERED, achievements=[Achievement("top", LevelTrigger("xp", "top"))])
    admin = AdminClient(top)
    admin.delete(f"points/{system_id('xp')}/levels", level_id("xp", "top"))
    assert (admin.ruleset.achievements, admin.ruleset.points[0].levels) == ((), ())
