"""What a deletion takes along: rules that would lose or change their meaning without the deleted one."""

import attrs
import pytest
from admin_client import AdminClient

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    BalanceTrigger,
    Boost,
    CompositeTrigger,
    Level,
    LevelTrigger,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Tier,
)
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.ids import achievement_id, system_id

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


def rules(gate):
    return Ruleset(
        metrics=[Metric("words"), Metric("some", source="words", when=gate)],
        achievements=[
            Achievement("first", ApiTrigger()),
            Achievement("second", ApiTrigger()),
            Achievement("gated", MetricTrigger("words", 1), when=gate),
            Achievement("on-some", MetricTrigger("some", 1)),
        ],
        points=[
            PointsSystem("gems", levels=[Level("one", 1)]),
            PointsSystem(
                "xp",
                triggers=[MetricPointsTrigger("words", 1, when=gate), MetricPointsTrigger("words", 2)],
                boosts=[Boost("gated", 2, when=gate), Boost("all", 3)],
            ),
        ],
    )


@pytest.mark.parametrize(
    ("gate", "resource", "id_"),
    [
        ({"achievements": ["second", "first"]}, "achievements", achievement_id("first")),
        ({"levels": {"gems": "one"}}, "points", system_id("gems")),
    ],
)
def test_rules_lose_no_condition_of_their_gates(gate, resource, id_):
    admin = AdminClient(rules(gate))
    admin.delete(resource, str(id_))
    left = admin.ruleset
    assert [metric.key for metric in left.metrics] == ["words"]
    assert {achievement.key for achievement in left.achievements} - {"first"} == {"second"}
    xp = left.points[-1]
    assert ([trigger.points for trigger in xp.triggers], [boost.name for boost in xp.boosts]) == ([2], ["all"])


def test_a_new_key_of_an_achievement_is_that_of_gates_too():
    gated = rules({"achievements": ["first"]})
    first, *others = gated.achievements
    admin = AdminClient(attrs.evolve(gated, achievements=[attrs.evolve(first, status="inactive"), *others]))
    admin.update("achievements", {"id": str(achievement_id("first"))}, key="start")
    left = admin.ruleset
    gates = (
        left.metrics[1].when,
        left.achievements[2].when,
        left.points[1].triggers[0].when,
        left.points[1].boosts[0].when,
    )
    assert {gate.achievements for gate in gates} == {("start",)}
