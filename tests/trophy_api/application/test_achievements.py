"""An application completes achievements and lists them."""

import pytest
from hosted import HostedClient
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    CompositeTrigger,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)

RULES = Ruleset(
    metrics=[Metric("words", name="Words")],
    attributes=[Attribute("plan"), Attribute("city")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[
        Achievement("finish-onboarding", ApiTrigger(), name="Finished", badge_url="https://x/y.png"),
        Achievement("ten", MetricTrigger("words", 10)),
        Achievement("week", StreakTrigger(7)),
        Achievement("both", CompositeTrigger(["finish-onboarding", "ten"])),
        Achievement("year", AnniversaryTrigger(1)),
        Achievement("pro-only", ApiTrigger(), when={"user_attributes": {"plan": "pro"}}),
        Achievement("secret", ApiTrigger(), name="The secret", hidden=True),
        Achievement("draft", ApiTrigger(), status="inactive"),
        Achievement("old", ApiTrigger(), status="locked"),
    ],
    points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("finish-onboarding", 10)])],
)


@pytest.fixture
def hosted():
    return HostedClient(RULES)


def test_completing_creates_the_user_and_awards_points(hosted):
    answer = hosted.api.achievements.complete("finish-onboarding", user={"id": "18", "name": "Jo"})
    assert hosted.status == 201
    assert answer.achievement.key == "finish-onboarding"
    assert hosted.body["achievement"]["achievedAt"] == "2025-04-02T10:00:00.000Z"
    xp = answer.points["xp"]
    assert (xp.total, xp.added, xp.awards[0].trigger.type) == (10, 10, "achievement")
    assert xp.awards[0].trigger.achievement_name == "Finished"
    assert hosted.api.users.get("18").name == "Jo"


def test_a_repeated_completion_is_refused_and_the_user_is_updated(hosted):
    hosted.api.achievements.complete("finish-onboarding", user={"id": "18"})
    with pytest.raises(UnprocessableEntityError):
        hosted.api.achievements.complete("finish-onboarding", user={"id": "18", "name": "Jo"})
    assert "already completed" in hosted.body["error"]
    assert hosted.api.users.points("18", "xp").total == 10
    assert hosted.api.users.get("18").name == "Jo"


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("nothing", "unknown api achievement 'nothing'"),
        ("ten", "no call completes the achievement 'ten', because it has a trigger of the type metric, not api"),
        ("draft", "no call completes the achievement 'draft', because it is inactive"),
    ],
)
def test_an_achievement_without_an_api_trigger_is_not_found(hosted, key, fact):
    with pytest.raises(NotFoundError):
        hosted.api.achievements.complete(key, user={"id": "18"})
    assert hosted.body["error"].startswith(fact)
    assert list(hosted.engine.users()) == []


@pytest.mark.parametrize("key", ["pro-only", "old"])
def test_an_achievement_for_other_users_is_refused(hosted, key):
    with pytest.raises(UnprocessableEntityError):
        hosted.api.achievements.complete(key, user={"id": "18", "attributes": {"plan": "free"}})
    assert hosted.api.users.get("18").attributes == {"plan": "free"}


def test_attributes_in_the_call_count_for_the_completion(hosted):
    hosted.api.achievements.complete("pro-only", user={"id": "18", "attributes": {"plan": "pro"}})
    assert hosted.status == 201


def test_an_invalid_user_is_refused(hosted):
    hosted.send("POST", "/achievements/finish-onboarding/complete", json={"user": {}})
    assert hosted.status == 422
    hosted.send("POST", "/achievements/finish-onboarding/complete", json={})
    assert hosted.status == 422


def test_the_list_has_active_achievements_with_their_rarity(hosted):
    for number in range(10):
        user = {"id": str(number)}
        hosted.api.metrics.event("words", user=user, value=1 if number < 2 else 10)
    listed = {one.name: one for one in hosted.api.achievements.all_()}
    assert list(listed) == ["Finished", "ten", "week", "both", "year", "pro-only"]
    assert (listed["ten"].completions, listed["ten"].rarity) == (8, 80)
    assert (listed["week"].completions, listed["week"].rarity) == (0, 0)


def test_each_kind_has_its_own_fields(hosted):
    hosted.api.achievements.all_()
    by_name = {one["name"]: one for one in hosted.body}
    common = {"id", "name", "trigger", "description", "badgeUrl", "userAttributes", "completions", "rarity"}
    assert {name: sorted(one.keys() - common) for name, one in by_name.items()} == {
        "Finished": ["key"],
        "ten": ["eventAttributes", "metricId", "metricName", "metricValue"],
        "week": ["streakLength"],
        "both": ["achievementIds"],
        "year": ["anniversaryYears"],
        "pro-only": ["key"],
    }
    assert by_name["both"]["achievementIds"] == [by_name["Finished"]["id"], by_name["ten"]["id"]]
    assert by_name["pro-only"]["userAttributes"] == [{"key": "plan", "value": "pro"}]


def test_the_list_can_be_filtered_by_user_attributes(hosted):
    def names(attributes):
        return {one.name for one in hosted.api.achievements.all_(user_attributes=attributes)}

    assert "pro-only" in names("city:London,plan:pro")
    assert "pro-only" not in names("plan:free")
    assert "pro-only" not in names("city:London")
    for wrong in ("pln:pro", "plan"):
        with pytest.raises(UnprocessableEntityError):
            names(wrong)


def test_a_user_sees_completed_or_all_achievements(hosted):
    hosted.api.achievements.complete("secret", user={"id": "18"})
    hosted.api.metrics.event("words", user={"id": "18"}, value=10)

    def seen(**query):
        return [
            (achievement.name, achievement.achieved_at is not None)
            for achievement in hosted.api.users.achievements("18", **query)
        ]

    assert seen() == [("ten", True), ("The secret", True)]
    assert seen(include_incomplete="yes") == seen()
    assert seen(include_incomplete="true") == [
        ("Finished", False),
        ("ten", True),
        ("week", False),
        ("both", False),
        ("year", False),
        ("pro-only", False),
        ("The secret", True),
    ]
    assert hosted.body[1]["rarity"] == 100
    with pytest.raises(NotFoundError):
        hosted.api.users.achievements("ghost")


def test_a_locked_achievement_is_shown_to_its_holders():
    def rules(status):
        return Ruleset(metrics=[Metric("words")], achievements=[Achievement("a", ApiTrigger(), status=status)])

    hosted = HostedClient(rules("active"))
    hosted.api.achievements.complete("a", user={"id": "holder"})
    hosted.api.users.create(id="other")
    hosted.engine.update(rules("locked"))
    assert hosted.api.achievements.all_() == []
    assert len(hosted.api.users.achievements("holder", include_incomplete="true")) == 1
    assert hosted.api.users.achievements("other", include_incomplete="true") == []
