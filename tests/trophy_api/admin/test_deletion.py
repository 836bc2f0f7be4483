"""What a deletion takes along: rules that would lose or change their meaning without the deleted one."""

import pytest

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    BalanceTrigger,
    CompositeTrigger,
    Level,
    LevelTrigger,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Tier,
)
from trophy_engine.trophy_api.admin.deletion import delete_cascade

TIERED = Achievement("words", MetricTrigger("words"), tiers=[Tier("bronze", 1), Tier("gold", 9)])
RULES = Ruleset(
    metrics=[Metric("words")],
    achievements=[
        TIERED,
        Achievement("golden", CompositeTrigger(["words-gold"])),
        Achievement("any", CompositeTrigger(["words"])),
        *(Achievement(key, ApiTrigger()) for key in "abc"),
        Achievement("some", CompositeTrigger(["a", "b", "c"], at_least=2)),
        Achievement("rich", BalanceTrigger("xp", 5)),
        Achievement("top", LevelTrigger("xp", "top")),
    ],
    points=[
        PointsSystem(
            "xp",
            triggers=[AchievementPointsTrigger("words", 1, key="any"), AchievementPointsTrigger("words-gold", 1)],
            levels=[Level("top", 5)],
        )
    ],
)


def keys(ruleset):
    return [achievement.key for achievement in ruleset.achievements]


def test_a_tier_goes_with_what_names_it():
    ruleset = delete_cascade(RULES, achievements={"words-gold"})
    assert keys(ruleset) == ["words", "any", "a", "b", "c", "some", "rich", "top"]
    assert ruleset.achievements[0].tiers == TIERED.tiers[:1]
    assert [trigger.achievement for trigger in ruleset.points[0].triggers] == ["words"]


def test_the_last_tier_takes_its_achievement_along():
    ruleset = delete_cascade(RULES, achievements={"words-gold", "words-bronze"})
    assert keys(ruleset) == ["a", "b", "c", "some", "rich", "top"]
    assert ruleset.points[0].triggers == ()


def test_an_achievement_takes_its_tiers_along():
    assert keys(delete_cascade(RULES, achievements={"words"})) == ["a", "b", "c", "some", "rich", "top"]


@pytest.mark.parametrize(
    ("gone", "left", "at_least", "status"),
    [({"a"}, ("b", "c"), 2, "active"), ({"a", "b"}, ("c",), None, "locked")],
)
def test_some_of_many_stays_open_while_there_are_enough(gone, left, at_least, status):
    rule = next(one for one in delete_cascade(RULES, achievements=gone).achievements if one.key == "some")
    assert (rule.trigger, rule.status) == (CompositeTrigger(left, at_least=at_least), status)


def test_a_points_system_takes_achievements_by_its_balance_and_levels_along():
    ruleset = delete_cascade(RULES, systems={"xp"})
    assert keys(ruleset) == ["words", "golden", "any", "a", "b", "c", "some"]
    assert ruleset.points == ()


def test_a_metric_takes_its_achievements_along():
    assert keys(delete_cascade(RULES, metrics={"words"})) == ["a", "b", "c", "some", "rich", "top"]
