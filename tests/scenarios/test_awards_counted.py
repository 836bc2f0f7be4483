"""Points and completions that are counted: what was ever earned, collections of badges, rules that feed themselves."""

import attrs
import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    Engine,
    Freezes,
    InvalidRules,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)

NOON = at("06-01T12:00")
EARNED = Metric("earned", source={"points": "xp"})


def test_what_was_earned_does_not_fall_with_the_balance():
    shop = PointsSystem(
        "xp",
        triggers=[MetricPointsTrigger("lessons", 1), MetricPointsTrigger("hints", -1)],
        levels=[Level("silver", 10)],
    )
    rich = Achievement("rich", MetricTrigger("earned", 15))
    engine = Engine(Ruleset([Metric("lessons"), Metric("hints"), EARNED], achievements=[rich], points=[shop]))

    def state():
        player = engine.user("jo", at=NOON)
        level = player.points["xp"].level
        return player.metrics["earned"], player.points["xp"].total, level and level.key, tuple(player.completed)

    engine.record("lessons", value=10, user="jo", at=NOON)
    assert state() == (10, 10, "silver", ())
    outcome = engine.record("hints", value=7, user="jo", at=NOON)
    assert state() == (10, 3, None, ())
    assert dict(outcome.metrics) == {"hints": 7}
    outcome = engine.record("lessons", value=5, user="jo", at=NOON)
    assert state() == (15, 8, None, ("rich",))
    assert dict(outcome.metrics) == {"lessons": 15, "earned": 15}
    assert "earned went from 10 to 15, reaching the threshold of 15" in outcome.explain().text


def test_a_badge_for_collecting_badges_comes_in_the_same_command():
    engine = Engine(
        Ruleset(
            [Metric("words"), Metric("badges", source={"completions": ["w10", "call"]}, aggregate="count")],
            achievements=[
                Achievement("collector", MetricTrigger("badges", 2)),
                Achievement("w10", MetricTrigger("words", 10)),
                Achievement("call", ApiTrigger()),
            ],
            points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("collector", 50)])],
        )
    )
    assert engine.complete("call", user="jo", at=NOON).metrics == {"badges": 1}
    outcome = engine.record("words", value=12, user="jo", at=NOON)
    assert [one.key for one in outcome.achievements] == ["w10", "collector"]
    assert outcome.points["xp"].total == 50
    assert engine.user("jo", at=NOON).metrics["badges"] == 2


def test_points_of_a_quiet_night_count_on_their_own_dates():
    allowance = PointsSystem("coins", triggers=[TimePointsTrigger(5, "days", 1)])
    total = Metric("total", source={"points": "coins"})
    rules = Ruleset(
        [Metric("words"), Metric("today", source={"points": "coins"}, window="day"), total],
        achievements=[Achievement("saver", MetricTrigger("total", 15))],
        points=[allowance],
        leaderboards=[Leaderboard("savers", "metric", "2025-06-02", metric="total", run_unit="day", run_interval=2)],
        streaks=[Streak("habit", "daily", [StreakMetric("total", 5)])],
    )
    engine = Engine(rules)
    engine.identify("jo", at=NOON)
    after = at("06-05T09:00")
    player = engine.user("jo", at=after)
    assert (player.metrics["total"], player.metrics["today"], player.streak.length) == (15, 0, 3)
    assert player.completed["saver"] == at("06-04T12:00")
    engine.settle(at=after)
    runs = {day: engine.leaderboard("savers", at=after, run=day).rankings for day in ("2025-06-02", "2025-06-04")}
    assert [[row.value for row in rows] for rows in runs.values()] == [[10], [5]]


def test_rules_that_feed_themselves_are_refused_with_the_cycle():
    for_earned = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1), MetricPointsTrigger("earned", 10, 10)])
    with pytest.raises(InvalidRules) as raised:
        Ruleset([Metric("words"), EARNED], points=[for_earned])
    assert str(raised.value) == (
        "error: points[0] 'xp'.triggers[1]: would fire without end: metric 'earned' -> points 'xp' -> metric 'earned'; "
        "break the cycle"
    )


def test_a_badge_for_each_ten_earned_must_not_pay_ten():
    rich = Achievement("rich", MetricTrigger("earned", 10), repeatable=True)
    triggers = [MetricPointsTrigger("words", 1), AchievementPointsTrigger("rich", 10)]
    with pytest.raises(InvalidRules) as raised:
        Ruleset([Metric("words"), EARNED], achievements=[rich], points=[PointsSystem("xp", triggers=triggers)])
    cycle = "metric 'earned' -> achievement 'rich' -> points 'xp' -> metric 'earned'"
    assert f"would fire without end: {cycle}; break the cycle" in str(raised.value)
    once = attrs.evolve(rich, repeatable=False)
    engine = Engine(
        Ruleset([Metric("words"), EARNED], achievements=[once], points=[PointsSystem("xp", triggers=triggers)])
    )
    assert engine.record("words", value=10, user="jo", at=NOON).points["xp"].total == 20


def test_an_award_that_cannot_be_refused_blocks_nothing():
    fee = PointsSystem("energy", triggers=[MetricPointsTrigger("earned", -1, block_if_out_of_points=True)])
    xp = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])
    with pytest.raises(InvalidRules, match="block_if_out_of_points: the points of 'xp' cannot be refused; remove it"):
        Ruleset([Metric("words"), EARNED], points=[xp, fee])


def test_what_was_earned_before_the_metric_was_declared_counts():
    before = Ruleset([Metric("words")], points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2)])])
    engine = Engine(before)
    engine.record("words", value=20, user="jo", at=NOON)
    after = Ruleset(
        [Metric("words"), EARNED, Metric("badges", source={"completions": "*"})],
        points=before.points,
        achievements=[
            Achievement("ten", MetricTrigger("words", 10)),
            Achievement("rich", MetricTrigger("earned", 40)),
            Achievement("collector", MetricTrigger("badges", 2)),
        ],
    )
    engine.update(after, at=at("06-02T12:00"))
    player = engine.user("jo", at=at("06-02T12:00"))
    assert (player.metrics["earned"], player.metrics["badges"]) == (40, 3)
    assert set(player.completed) == {"ten", "rich", "collector"}
    again = Engine.from_log(engine.log()).user("jo", at=at("06-02T12:00"))
    assert (again.metrics, again.completed) == (player.metrics, player.completed)


def saver(key="saver", **fields):
    return Streak(key, metrics=[StreakMetric("earned")], **fields)


@pytest.mark.parametrize("streaks", [[saver()], [saver(), saver("second", freezes=Freezes(1))]])
def test_points_for_signing_up_credit_the_first_day_of_a_streak(streaks):
    gift = PointsSystem("xp", triggers=[UserCreationPointsTrigger(5), MetricPointsTrigger("lessons", 1)])
    engine = Engine(Ruleset([Metric("lessons"), EARNED], streaks=streaks, points=[gift]))
    engine.identify("jo", at=NOON)
    assert engine.user("jo", at=NOON).streak.length == 1
    engine.record("lessons", user="jo", at=at("06-02T12:00"))
    assert engine.user("jo", at=at("06-02T12:00")).streak.length == 2
    lengths = [streak.length for streak in engine.user("jo", at=at("06-04T12:00")).streaks.values()]
    assert lengths == [0, 2][: len(streaks)]  # the second has a freeze


def test_a_badge_held_by_new_rules_credits_a_streak_of_badges():
    words, badges = Metric("words"), Metric("badges", source={"completions": "*"})
    streak = Streak("badges", metrics=[StreakMetric("badges")])
    engine = Engine(Ruleset([words, badges], streaks=[streak]))
    engine.record("words", value=10, user="jo", at=NOON)
    ten = Achievement("ten", MetricTrigger("words", 10))
    engine.update(Ruleset([words, badges], streaks=[streak], achievements=[ten]), at=NOON)
    assert engine.user("jo", at=NOON).streak.length == 1
    assert engine.user("jo", at=at("06-03T00:00")).streak.length == 0
