"""Endless cycles: which rules make one another fire without end, and which only seem to."""

import pytest

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    InvalidRules,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    TimePointsTrigger,
)

GOLD = Metric("gold-earned", source={"points": "gold"})
XP = Metric("xp-earned", source={"points": "xp"})


def rules(xp=(), gold=(), **others):
    return Ruleset(
        [Metric("words"), XP, GOLD],
        points=[PointsSystem("xp", triggers=xp), PointsSystem("gold", triggers=gold)],
        **others,
    )


def test_a_cycle_through_two_points_systems_is_named_at_each_trigger():
    with pytest.raises(InvalidRules) as raised:
        rules(xp=[MetricPointsTrigger("gold-earned", 1)], gold=[MetricPointsTrigger("xp-earned", 1, 100)])
    cycle = "metric 'gold-earned' -> points 'xp' -> metric 'xp-earned' -> points 'gold' -> metric 'gold-earned'"
    other = "metric 'xp-earned' -> points 'gold' -> metric 'gold-earned' -> points 'xp' -> metric 'xp-earned'"
    assert [problem.path for problem in raised.value.problems] == ["points[0].triggers[0]", "points[1].triggers[0]"]
    assert [problem.message for problem in raised.value.problems] == [
        f"would fire without end: {cycle}; break the cycle",
        f"would fire without end: {other}; break the cycle",
    ]


@pytest.mark.parametrize(
    "trigger",
    [
        MetricPointsTrigger("xp-earned", -1),
        MetricPointsTrigger("xp-earned", 1, status="inactive"),
        TimePointsTrigger(1),
        StreakPointsTrigger(1),
        AchievementPointsTrigger("once", 1),
        MetricPointsTrigger("gold-earned", 1),
    ],
    ids=lambda trigger: f"{trigger.type} {trigger.points} {trigger.status}",
)
def test_what_comes_to_an_end_by_itself_is_accepted(trigger):
    once = Achievement("once", MetricTrigger("xp-earned", 1))
    assert rules(xp=[trigger], achievements=[once], streaks=[Streak("habit", "daily", [StreakMetric("xp-earned", 1)])])


def test_a_repeatable_badge_that_counts_badges_is_refused():
    badges = Metric("badges", source={"completions": "*"})
    again = Achievement("again", MetricTrigger("badges", 2), repeatable=True)
    with pytest.raises(InvalidRules) as raised:
        Ruleset([Metric("words"), badges], achievements=[again])
    assert [(problem.path, problem.message) for problem in raised.value.problems] == [
        (
            "achievements[0].repeatable",
            "would fire without end: metric 'badges' -> achievement 'again' -> metric 'badges'; break the cycle",
        )
    ]
    Ruleset([Metric("words"), badges], achievements=[Achievement("once", MetricTrigger("badges", 2))])


def test_a_repeatable_badge_on_points_that_pays_points_is_refused_as_a_trigger_is():
    badge = Achievement("ten-xp", MetricTrigger("xp-earned", 10), repeatable=True)
    with pytest.raises(InvalidRules) as raised:
        rules(xp=[AchievementPointsTrigger("ten-xp", 10)], achievements=[badge])
    cycle = "metric 'xp-earned' -> achievement 'ten-xp' -> points 'xp' -> metric 'xp-earned'"
    assert f"would fire without end: {cycle}" in str(raised.value)
