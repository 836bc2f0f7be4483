"""A deleted rule takes with it what depends on it, in every streak."""

from trophy_engine import (
    Achievement,
    AchievementFreezeReward,
    ApiTrigger,
    CompositeTrigger,
    Freezes,
    Metric,
    Ruleset,
    Streak,
    StreakFreezeReward,
    StreakMetric,
    StreakTrigger,
)
from trophy_engine.trophy_api.admin.deletion import delete_cascade

WEEK = StreakFreezeReward(7)
RULES = Ruleset(
    [Metric("words"), Metric("gym")],
    streaks=[
        Streak("writing", metrics=[StreakMetric("words"), StreakMetric("gym")], freezes=Freezes(1)),
        Streak(
            "gym",
            metrics=[StreakMetric("gym")],
            freezes=Freezes(0, 3, rewards=[WEEK, AchievementFreezeReward("helper"), AchievementFreezeReward("both")]),
        ),
    ],
    achievements=[
        Achievement("helper", ApiTrigger()),
        Achievement("both", CompositeTrigger(["helper"])),
        Achievement("athlete", StreakTrigger(3, "gym")),
    ],
)


def test_freezes_for_a_deleted_achievement_and_for_what_depended_on_it_go():
    left = delete_cascade(RULES, achievements={"helper"})
    assert [one.key for one in left.achievements] == ["athlete"]
    assert left.streaks[1].freezes == Freezes(0, 3, rewards=[WEEK])
    assert left.streaks[0] == RULES.streaks[0]


def test_every_streak_loses_its_conditions_on_a_deleted_metric():
    left = delete_cascade(RULES, metrics={"gym"})
    assert [[condition.key for condition in one.metrics] for one in left.streaks] == [["words"], []]
    assert left.achievements == RULES.achievements
