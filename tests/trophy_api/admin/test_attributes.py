from admin_client import AdminClient

from trophy_engine import Attribute, Boost, Metric, MetricPointsTrigger, PointsSystem, Ruleset
from trophy_engine.rules.achievements import Achievement, ApiTrigger, MetricTrigger
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.trophy_api.ids import attribute_id


def test_a_key_is_unique_among_the_attributes_of_its_type():
    admin = AdminClient()
    user = admin.create("attributes", name="Plan", key="plan", type="user")
    event = admin.create("attributes", name="Plan", key="plan", type="event")
    assert user == {"id": str(attribute_id("user", "plan")), "name": "Plan", "key": "plan", "type": "user"}
    assert event["id"] != user["id"]
    message = admin.create_error("attributes", name="Plan", key="plan", type="user")
    assert message == "Key already in use by another attribute of this type"


def test_an_invalid_attribute_is_reported():
    admin = AdminClient()
    assert admin.create_error("attributes", key="plan", type="user") == "Name not a string"
    assert admin.create_error("attributes", name="Plan", key="plan", type="both") == "type must be one of user, event"
    assert admin.create_error("attributes", name="Plan", type="user") == "key must be a string"
    assert admin.create_error("attributes", name=" ", key="plan", type="user") == "name must not be blank"


def test_only_the_name_can_be_changed():
    admin = AdminClient()
    plan = admin.create("attributes", name="Plan", key="plan", type="user")
    assert admin.update("attributes", plan, name="Subscription")["name"] == "Subscription"
    assert admin.update_error("attributes", plan, type="event") == "unknown field 'type'; known: 'id', 'name'"
    assert admin.update_error("attributes", {"id": str(attribute_id("user", "x"))}, name="x") == (
        "Attribute not found by ID"
    )


def test_rules_filtered_by_an_attribute_are_deleted_with_it():
    today = AdminClient().at.date()
    admin = AdminClient(
        Ruleset(
            metrics=[Metric("words")],
            attributes=[Attribute("plan"), Attribute("device", "event"), Attribute("city")],
            achievements=[
                Achievement("all", ApiTrigger()),
                Achievement("pro", ApiTrigger(), when={"user_attributes": {"plan": "pro"}}),
                Achievement("phone", MetricTrigger("words", 1, {"device": "phone"})),
            ],
            points=[
                PointsSystem(
                    "xp",
                    triggers=[
                        MetricPointsTrigger("words", 1, event_attributes={"device": "phone"}),
                        MetricPointsTrigger("words", 2, when={"user_attributes": {"plan": "pro"}}),
                        MetricPointsTrigger("words", 3),
                    ],
                    boosts=[
                        Boost("Pro", 2, when={"start": today, "user_attributes": {"plan": "pro"}}),
                        Boost("All", 2, when={"start": today}),
                    ],
                )
            ],
            leaderboards=[
                Leaderboard("cities", "metric", start=today, metric="words", breakdown_attributes=["city"]),
                Leaderboard("all", "metric", start=today, metric="words"),
            ],
        )
    )
    admin.delete("attributes", attribute_id("user", "plan"))
    assert [achievement.key for achievement in admin.ruleset.achievements] == ["all", "phone"]
    assert [trigger.points for trigger in admin.ruleset.points[0].triggers] == [1, 3]
    assert [boost.key for boost in admin.ruleset.points[0].boosts] == ["boost-2"]
    admin.delete("attributes", attribute_id("event", "device"), attribute_id("user", "city"))
    assert [achievement.key for achievement in admin.ruleset.achievements] == ["all"]
    assert [trigger.key for trigger in admin.ruleset.points[0].triggers] == ["metric-3"]
    assert [board.key for board in admin.ruleset.leaderboards] == ["all"]
    assert admin.ruleset.attributes == ()
