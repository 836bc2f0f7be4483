"""Compiling metrics: which of them move others, and which nothing follows."""

from trophy_engine import Leaderboard, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.core.compile import compile_plan


def test_a_metric_is_compound_if_it_moves_others_or_is_no_plain_sum():
    metrics = [
        Metric("words"),
        Metric("pages"),
        Metric("most", source="words", aggregate="max"),
        Metric("today", source="words", window="day"),
    ]
    plan = compile_plan(Ruleset(metrics))
    assert {key: (metric.is_plain, metric.is_compound) for key, metric in plan.metrics.items()} == {
        "words": (True, True),
        "pages": (True, False),
        "most": (False, True),
        "today": (False, True),
    }


def test_a_metric_is_independent_if_no_streak_or_board_uses_it():
    metrics = [Metric("words"), Metric("views"), Metric("credited")]
    rules = Ruleset(
        metrics,
        streaks=[Streak("habit", metrics=[StreakMetric("credited")])],
        leaderboards=[Leaderboard("best", "metric", "2025-01-01", metric="words")],
    )
    plan = compile_plan(rules)
    assert {key: metric.is_independent for key, metric in plan.metrics.items()} == {
        "words": False,
        "views": True,
        "credited": False,
    }
    own = Ruleset(metrics, streaks=[Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)])
    assert not any(metric.is_independent for metric in compile_plan(own).metrics.values())
