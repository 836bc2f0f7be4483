"""Compiling achievements: sorted thresholds, and composites of prerequisites."""

from trophy_engine import Achievement, CompositeTrigger, Metric, MetricTrigger, Ruleset
from trophy_engine.core.compile import compile_plan


def test_thresholds_of_a_counter_are_sorted_in_any_order_of_the_rules():
    achievements = [Achievement(f"a{value}", MetricTrigger("words", value)) for value in (30, 10, 20)]
    plan = compile_plan(Ruleset([Metric("words")], achievements=achievements))
    assert [achievement.threshold for achievement in plan.metrics["words"].total.achievements] == [10, 20, 30]
    assert list(plan.achievements) == ["a30", "a10", "a20"]


def test_each_prerequisite_lists_its_composites():
    one, two = (Achievement(key, MetricTrigger("words", 1)) for key in ("one", "two"))
    plan = compile_plan(
        Ruleset([Metric("words")], achievements=[one, two, Achievement("all", CompositeTrigger(["one", "two"]))])
    )
    [composite] = plan.composites
    assert composite.key == "all"
    assert [plan.achievements[key].composites for key in ("one", "two", "all")] == [[composite], [composite], []]
