"""In the application's API each tier is an achievement, and nothing is shown of what is hidden."""

import pytest
from hosted import HostedClient

from trophy_engine import Achievement, ApiTrigger, BalanceTrigger, Metric, MetricTrigger, PointsSystem, Ruleset, Tier
from trophy_engine.trophy_api.ids import achievement_id

TIERS = [Tier("bronze", 10), Tier("gold", 100, name="Gold")]
RULES = Ruleset(
    metrics=[Metric("words"), Metric("lap", aggregate="min")],
    achievements=[
        Achievement("writer", MetricTrigger("words"), "Writer", tiers=TIERS),
        Achievement("secret", MetricTrigger("words"), "Secret", tiers=[Tier("one", 20), Tier("two", 30)], hidden=True),
        Achievement("helped", ApiTrigger(), "Helped", repeatable=True),
        Achievement("fast", MetricTrigger("lap", at_most=60), "Fast"),
        Achievement("rich", BalanceTrigger("xp", 5), "Rich"),
    ],
    points=[PointsSystem("xp")],
)


@pytest.fixture
def hosted():
    return HostedClient(RULES)


def names(items):
    return [item["name"] for item in items]


def test_tiers_are_listed_and_hidden_achievements_are_not(hosted):
    hosted.api.achievements.all_()
    assert names(hosted.body) == ["Writer: bronze", "Gold", "Helped", "Fast", "Rich"]
    bronze, gold, _, fast, rich = hosted.body
    assert (bronze["id"], gold["metricValue"]) == (str(achievement_id("writer-bronze")), 100)
    assert "metricValue" not in fast
    assert rich["trigger"] == "points"


def test_an_event_answers_with_each_tier(hosted):
    hosted.api.metrics.event("words", user={"id": "18"}, value=100)
    assert names(hosted.body["achievements"]) == ["Writer: bronze", "Secret: one", "Secret: two", "Gold"]
    assert {item["achievedAt"] for item in hosted.body["achievements"]} == {"2025-04-02T10:00:00.000Z"}


def test_a_user_sees_the_tiers_of_a_hidden_achievement_from_the_first_on(hosted):
    def seen():
        hosted.api.users.achievements("18", include_incomplete="true")
        return names(hosted.body)

    hosted.api.metrics.event("words", user={"id": "18"}, value=19)
    assert seen() == ["Writer: bronze", "Gold", "Helped", "Fast", "Rich"]
    hosted.api.metrics.event("words", user={"id": "18"}, value=1)
    assert seen() == ["Writer: bronze", "Gold", "Secret: one", "Secret: two", "Helped", "Fast", "Rich"]
    hosted.api.users.single_metric("18", "words")
    assert names(hosted.body["achievements"]) == ["Writer: bronze", "Gold", "Secret: one", "Secret: two"]


def test_a_repeatable_achievement_is_completed_by_each_call(hosted):
    ids = set()
    for minute in range(3):
        hosted.at(f"2025-04-02 10:0{minute}").achievements.complete("helped", user={"id": "18"})
        assert hosted.status == 201
        ids.add(hosted.body["completionId"])
    assert len(ids) == 3
