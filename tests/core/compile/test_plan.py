"""Compiling a ruleset: every rule is in the plan."""

from trophy_engine import (
    Achievement,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.core.compile import compile_plan


def test_inactive_rules_are_in_the_plan_but_on_no_counter():
    rules = Ruleset(
        [Metric("words")],
        achievements=[Achievement("a", MetricTrigger("words", 10), status="inactive")],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, status="inactive")])],
        leaderboards=[
            Leaderboard("shown", "metric", "2025-01-01", metric="words", status="finished"),
            Leaderboard("draft", "metric", "2025-01-01", metric="words", status="inactive"),
        ],
    )
    plan = compile_plan(rules)
    total = plan.metrics["words"].total
    assert (list(plan.achievements), list(plan.boards)) == (["a"], ["shown"])
    assert (list(total.achievements), list(total.triggers), plan.metrics["words"].observers) == ([], [], [])
