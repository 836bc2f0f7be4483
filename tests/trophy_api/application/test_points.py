"""An application shows points: the systems, and the balances of users."""

from datetime import date

import pytest
from hosted import HostedClient
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    Level,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)


def rules(per_word=1):
    return Ruleset(
        metrics=[Metric("words", name="Words")],
        attributes=[Attribute("plan"), Attribute("device", "event")],
        streaks=[Streak("habit", metrics=[StreakMetric("words")])],
        achievements=[Achievement("done", ApiTrigger(), name="Done")],
        points=[
            PointsSystem(
                "xp",
                name="Experience",
                triggers=[
                    MetricPointsTrigger("words", per_word, key="word", event_attributes={"device": "ios"}),
                    StreakPointsTrigger(50, 7, key="week"),
                    AchievementPointsTrigger("done", 10, key="done", when={"user_attributes": {"plan": "pro"}}),
                    TimePointsTrigger(1, "hours", 2, key="tick"),
                    UserCreationPointsTrigger(3, key="welcome", status="inactive"),
                ],
                levels=[Level("gold", 300), Level("bronze", 100), Level("silver", 200)],
                boosts=[
                    Boost("Valentine", 2, when={"start": date(2025, 2, 14), "end": date(2025, 2, 14)}),
                    Boost(
                        "For pros",
                        1.5,
                        rounding="up",
                        when={"start": date(2025, 1, 1), "user_attributes": {"plan": "pro"}},
                    ),
                    Boost("For one", 3, when={"start": date(2025, 1, 1)}, user_id="18"),
                ],
            ),
            PointsSystem("flat", triggers=[MetricPointsTrigger("words", 1)]),
        ],
    )


@pytest.fixture
def hosted():
    return HostedClient(rules(), "2025-02-01 10:00")


def test_a_system_is_described_by_its_active_triggers(hosted):
    hosted.api.points.system("xp")
    assert (hosted.body["name"], hosted.body["maxPoints"]) == ("Experience", None)
    word, week, done, tick = hosted.body["triggers"]
    common = {"id", "type", "points", "status", "userAttributes", "created", "updated"}
    assert {one["type"]: {name: one[name] for name in sorted(one.keys() - common)} for one in (word, week, tick)} == {
        "metric": {
            "eventAttribute": {"key": "device", "value": "ios"},
            "eventAttributes": [{"key": "device", "value": "ios"}],
            "metricId": word["metricId"],
            "metricName": "Words",
            "metricThreshold": 1,
        },
        "streak": {"streakLengthThreshold": 7},
        "time": {"timeInterval": 2, "timeUnit": "hour"},
    }
    assert done["achievementName"] == "Done"
    assert done["userAttributes"] == [{"key": "plan", "value": "pro"}]


def test_a_trigger_has_the_instants_of_its_creation_and_last_change(hosted):
    hosted.api.points.system("xp")
    identifier = hosted.body["triggers"][0]["id"]
    hosted.at("2025-02-02 10:00")
    hosted.engine.update(rules(per_word=2))
    hosted.at("2025-02-03 10:00").points.system("xp")
    word, week = hosted.body["triggers"][:2]
    assert (word["id"], word["points"]) == (identifier, 2)
    assert (word["created"], word["updated"]) == ("1970-01-01T00:00:00.000Z", "2025-02-02T10:00:00.000Z")
    assert week["updated"] == "1970-01-01T00:00:00.000Z"


def test_levels_are_in_order_and_have_a_description_even_if_empty(hosted):
    assert [(level.key, level.points) for level in hosted.api.points.levels("xp")] == [
        ("bronze", 100),
        ("silver", 200),
        ("gold", 300),
    ]
    assert hosted.body[0]["description"] == ""
    assert hosted.api.points.levels("flat") == []


def test_global_boosts_follow_the_first_and_the_last_zone_on_earth(hosted):
    def listed(at, **query):
        return {boost.name: boost.status for boost in hosted.at(at).points.boosts("xp", **query)}

    assert listed("2025-02-13 09:59") == {"Valentine": "scheduled", "For pros": "active"}
    assert listed("2025-02-13 10:00")["Valentine"] == "active"
    assert listed("2025-02-15 12:59")["Valentine"] == "active"
    assert listed("2025-02-15 13:00") == {"For pros": "active"}
    assert listed("2025-02-15 13:00", include_finished=True) == {"Valentine": "finished", "For pros": "active"}
    assert (hosted.body[1]["multiplier"], hosted.body[1]["rounding"], hosted.body[1]["end"]) == (1.5, "up", None)


def test_boosts_of_a_user_are_those_of_the_local_day(hosted):
    hosted.api.users.create(id="18", tz="Pacific/Auckland", attributes={"plan": "free"})
    hosted.api.users.create(id="pro", attributes={"plan": "pro"})

    def names(user):
        return [one.name for one in hosted.at("2025-02-13 12:00").users.points_boosts(user, "xp")]

    assert names("18") == ["Valentine", "For one"]
    assert names("pro") == ["For pros"]
    for user, key in (("ghost", "xp"), ("18", "gold")):
        with pytest.raises(NotFoundError):
            hosted.api.users.points_boosts(user, key)


def test_a_manual_award_has_a_trigger_of_its_own(hosted):
    hosted.engine.award("flat", 25, user="a", reason="won the quiz")
    hosted.engine.award("flat", -10, user="a")
    payment, award = hosted.api.users.points("a", "flat").awards
    assert (award.awarded, award.total, award.trigger.type, award.trigger.points) == (25, 25, "manual", 25)
    assert (payment.awarded, payment.total, payment.trigger.type) == (-10, 15, "manual")
    shown = hosted.body["awards"][1]["trigger"]
    assert (shown["reason"], shown["status"], shown["userAttributes"]) == ("won the quiz", "active", [])
    assert shown["created"] == shown["updated"] == "2025-02-01T10:00:00.000Z"
    assert payment.trigger.id != award.trigger.id


def test_a_user_has_a_total_a_level_and_the_last_awards(hosted):
    hosted.api.users.create(id="a")
    hosted.api.users.points("a", "flat")
    assert (hosted.body["total"], hosted.body["level"], hosted.body["awards"]) == (0, None, [])
    for number in range(12):
        hosted.api.metrics.event("words", user={"id": "a"}, value=number + 1)
    answer = hosted.api.users.points("a", "flat")
    assert (answer.total, len(answer.awards), answer.awards[0].awarded) == (78, 10, 12)
    assert len(hosted.api.users.points("a", "flat", awards=2).awards) == 2
    for wrong in (0, 101):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.users.points("a", "flat", awards=wrong)
    for user, key in (("ghost", "xp"), ("a", "gold")):
        with pytest.raises(NotFoundError):
            hosted.api.users.points(user, key)


def test_an_award_has_its_trigger_of_the_time_and_its_boosts(hosted):
    hosted.at("2025-02-14 10:00").metrics.event("words", user={"id": "a"}, value=3, attributes={"device": "ios"})
    hosted.at("2025-02-14 11:00")
    hosted.engine.update(rules(per_word=2))
    hosted.at("2025-02-15 10:00").users.points("a", "xp", awards=100)
    (award,) = [award for award in hosted.body["awards"] if award["trigger"]["type"] == "metric"]
    assert (award["awarded"], award["trigger"]["points"]) == (6, 1)
    assert award["trigger"]["updated"] == "1970-01-01T00:00:00.000Z"
    assert [(boost["name"], boost["status"]) for boost in award["boosts"]] == [("Valentine", "finished")]


def test_users_are_spread_over_eleven_ranges(hosted):
    for user, words in (("a", 0), ("b", 0), ("c", 5), ("d", 95), ("e", 230)):
        plan = {"plan": "pro"} if words < 10 else {}
        hosted.api.metrics.event("words", user={"id": user, "attributes": plan}, value=words)
    hosted.api.points.summary("flat")
    assert len(hosted.body) == 11
    assert [tuple(row.values()) for row in hosted.body if row["users"]] == [(0, 0, 2), (1, 100, 2), (201, 300, 1)]
    hosted.api.points.summary("flat", user_attributes="plan:pro")
    assert [tuple(row.values()) for row in hosted.body if row["users"]] == [(0, 0, 2), (5, 5, 1)]
    for wrong in ("pln:pro", "plan"):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.points.summary("flat", user_attributes=wrong)


def test_users_are_counted_by_level(hosted):
    for user, words in (("a", 100), ("b", 199), ("c", 300), ("d", 1)):
        hosted.api.metrics.event("words", user={"id": user}, value=words, attributes={"device": "ios"})
    assert [(one.level.key, one.users) for one in hosted.api.points.level_summary("xp")] == [
        ("bronze", 2),
        ("silver", 0),
        ("gold", 1),
    ]
    with pytest.raises(UnprocessableEntityError):
        hosted.api.points.level_summary("flat")


def test_a_missing_system_is_not_found(hosted):
    points = hosted.api.points
    for ask in (points.system, points.levels, points.boosts, points.summary, points.level_summary):
        with pytest.raises(NotFoundError):
            ask("gold")
