"""Compiling points: triggers that block, and triggers that one pass can queue twice."""

from typing import get_args

import pytest

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    CompletionsSource,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Tier,
)
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.compile.points import purpose_fields
from trophy_engine.rules.points import PointsTrigger


def test_only_a_blocking_deduction_makes_a_metric_block():
    pay = MetricPointsTrigger("words", 1)
    cost = MetricPointsTrigger("views", -1, block_if_out_of_points=True)
    plan = compile_plan(Ruleset([Metric("words"), Metric("views")], points=[PointsSystem("xp", triggers=[pay, cost])]))
    assert {key: metric.can_block for key, metric in plan.metrics.items()} == {"words": False, "views": True}


def test_references_filters_and_gates_decide_what_a_trigger_awards_points_for():
    fields = {field.name for kind in get_args(PointsTrigger) for field in purpose_fields(kind)}
    assert fields == {"when", "key", "metric", "event_attributes", "streak", "achievement"}


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
