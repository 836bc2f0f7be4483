"""Passes: in which order what follows is evaluated, and that nothing of it is paid by a change of rules."""

from stories import at

from trophy_engine import (
    Achievement,
    AchievementCompleted,
    AchievementPointsTrigger,
    Engine,
    Metric,
    MetricChanged,
    MetricPointsTrigger,
    MetricTrigger,
    PointsAwarded,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    StreakStarted,
    StreakTrigger,
)

METRICS = [Metric("words"), Metric("earned", source={"points": "xp"}), Metric("badges", source={"completions": "*"})]
#: In the reverse of the order in which they follow from an event.
ACHIEVEMENTS = [
    Achievement("collector", MetricTrigger("badges", 3)),
    Achievement("first-day", StreakTrigger(1)),
    Achievement("rich", MetricTrigger("earned", 10)),
    Achievement("writer", MetricTrigger("words", 5)),
]


def rules(achievements=ACHIEVEMENTS):
    triggers = [AchievementPointsTrigger("rich", 7), MetricPointsTrigger("words", 10, 5), StreakPointsTrigger(1)]
    return Ruleset(
        METRICS,
        streaks=[Streak("habit", "daily", [StreakMetric("earned", 10)])],
        achievements=achievements,
        points=[
            PointsSystem("xp", triggers=triggers),
            PointsSystem("gold", triggers=[MetricPointsTrigger("badges", 2)]),
        ],
    )


def describe(effect):
    match effect:
        case MetricChanged():
            return f"{effect.metric} {effect.after}"
        case AchievementCompleted():
            return effect.achievement
        case PointsAwarded():
            return f"{effect.system} {effect.awarded:+}"
        case StreakStarted():
            return "streak"


def test_each_pass_counts_what_the_pass_before_awarded_and_completed():
    engine = Engine(rules())
    engine.identify("jo", at=at("06-01T11:00"))
    outcome = engine.record("words", value=5, user="jo", at=at("06-01T12:00"))
    assert list(map(describe, outcome.effects)) == [
        *("words 5", "writer", "xp +10"),
        *("badges 1", "earned 10", "streak", "rich", "first-day", "xp +7", "xp +1", "gold +2"),
        *("badges 2", "badges 3", "earned 17", "earned 18", "collector", "gold +4"),
        *("badges 4", "gold +2"),
    ]


def test_the_order_of_declaration_decides_nothing():
    def completed(achievements):
        engine = Engine(rules(achievements))
        engine.record("words", value=5, user="jo", at=at("06-01T12:00"))
        player = engine.user("jo", at=at("06-01T12:00"))
        return dict(player.completed), dict(player.metrics), player.points["gold"].total

    assert completed(ACHIEVEMENTS) == completed(ACHIEVEMENTS[::-1])


def test_what_follows_from_new_rules_is_completed_in_silence_and_unpaid():
    engine = Engine(Ruleset(METRICS[:1], points=[PointsSystem("xp")]))
    engine.record("words", value=5, user="jo", at=at("06-01T12:00"))
    effects = engine.update(rules(), at=at("06-02T12:00"))
    assert [effect.achievement for effect in effects if effect.type == "achievement.backdated"] == ["writer"]
    player = engine.user("jo", at=at("06-02T12:00"))
    assert player.metrics["badges"] == 1
    assert {key: view.total for key, view in player.points.items()} == {"xp": 0, "gold": 0}
