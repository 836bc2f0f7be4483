"""Compiling: a plan has the counters of its rules, each with the thresholds and steps on it in order."""

from datetime import date

import pytest

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    CompletionsSource,
    CompositeTrigger,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    Tier,
)
from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.core.compile import compile_plan

MINUTE = HOUR // 60


def board(key, **fields):
    return Leaderboard(key, "metric", date(2025, 1, 1), metric="words", **fields)


def test_thresholds_of_a_counter_are_sorted_in_any_order_of_the_rules():
    achievements = [Achievement(f"a{value}", MetricTrigger("words", value)) for value in (30, 10, 20)]
    plan = compile_plan(Ruleset([Metric("words")], achievements=achievements))
    assert [achievement.threshold for achievement in plan.metrics["words"].total.achievements] == [10, 20, 30]
    assert list(plan.achievements) == ["a30", "a10", "a20"]


def test_inactive_rules_are_in_the_plan_but_on_no_counter():
    rules = Ruleset(
        [Metric("words")],
        achievements=[Achievement("a", MetricTrigger("words", 10), status="inactive")],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, status="inactive")])],
        leaderboards=[board("shown", status="finished"), board("draft", status="inactive")],
    )
    plan = compile_plan(rules)
    total = plan.metrics["words"].total
    assert (list(plan.achievements), list(plan.boards)) == (["a"], ["shown"])
    assert (list(total.achievements), list(total.triggers), plan.metrics["words"].observers) == ([], [], [])


def test_each_prerequisite_lists_its_composites():
    one, two = (Achievement(key, MetricTrigger("words", 1)) for key in ("one", "two"))
    plan = compile_plan(
        Ruleset([Metric("words")], achievements=[one, two, Achievement("all", CompositeTrigger(["one", "two"]))])
    )
    [composite] = plan.composites
    assert composite.key == "all"
    assert [plan.achievements[key].composites for key in ("one", "two", "all")] == [[composite], [composite], []]


def test_a_metric_is_independent_if_no_streak_or_board_uses_it():
    metrics = [Metric("words"), Metric("views"), Metric("credited")]
    rules = Ruleset(
        metrics, streaks=[Streak("habit", metrics=[StreakMetric("credited")])], leaderboards=[board("words")]
    )
    plan = compile_plan(rules)
    assert {key: metric.alone for key, metric in plan.metrics.items()} == {
        "words": False,
        "views": True,
        "credited": False,
    }
    own = Ruleset(metrics, streaks=[Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)])
    assert not any(metric.alone for metric in compile_plan(own).metrics.values())


def test_only_a_blocking_deduction_makes_a_metric_block():
    pay = MetricPointsTrigger("words", 1)
    cost = MetricPointsTrigger("views", -1, block_if_out_of_points=True)
    plan = compile_plan(Ruleset([Metric("words"), Metric("views")], points=[PointsSystem("xp", triggers=[pay, cost])]))
    assert {key: metric.blocks for key, metric in plan.metrics.items()} == {"words": False, "views": True}


def test_the_hours_of_a_board_are_microseconds_of_the_day():
    plan = compile_plan(Ruleset([Metric("words")], leaderboards=[board("day"), board("late", start_time="09:30")]))
    day, late = plan.boards["day"], plan.boards["late"]
    assert (day.windowed, day.opens, day.closes) == (False, 0, DAY)
    assert (late.windowed, late.opens, late.closes) == (True, 9 * HOUR + 30 * MINUTE, DAY)


AT_TEN = MetricTrigger("words", 10)
TIERED = Achievement("a", MetricTrigger("words"), tiers=[Tier("bronze", 10), Tier("gold", 20)])


@pytest.mark.parametrize(
    ("achievement", "metrics", "joins"),
    [
        (Achievement("a", AT_TEN), [], False),
        (Achievement("a", AT_TEN, repeatable=True), [], True),
        (TIERED, [], True),
        (Achievement("a", AT_TEN), [Metric("completions", source=CompletionsSource(["a"]))], True),
    ],
)
def test_awards_are_joined_where_one_pass_can_queue_a_trigger_twice(achievement, metrics, joins):
    points = PointsSystem("xp", triggers=[AchievementPointsTrigger("a", 5), MetricPointsTrigger("words", 1)])
    plan = compile_plan(Ruleset([Metric("words"), *metrics], achievements=[achievement], points=[points]))
    assert plan.joins_awards is joins
    assert plan.has_further_passes is bool(metrics)
