"""Thresholds of totals that are measured, and not counted, can have decimal places; arithmetic is exact."""

from decimal import Decimal

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    Engine,
    InvalidRules,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.points import serialize_trigger


def rules(threshold, aggregate="sum", value=None, points=1):
    metric = Metric("km", aggregate=aggregate)
    achievements = [] if value is None else [Achievement("far", MetricTrigger("km", value))]
    triggers = [MetricPointsTrigger("km", points, threshold)] if threshold else []
    return Ruleset([metric], achievements=achievements, points=[PointsSystem("xp", triggers=triggers)])


def test_points_for_every_two_and_a_half_kilometers():
    engine = Engine(rules(2.5))
    outcomes = play(
        engine,
        """
        2026-03-02T08:00 km 2.4
        2026-03-02T09:00 km 0.1
        2026-03-02T10:00 km 7.4
        2026-03-02T11:00 km 0.1
        2026-03-02T12:00 km -5
        2026-03-02T13:00 km 2.5
        """,
    )
    added = [outcome.points["xp"].added if outcome.points else 0 for outcome in outcomes]
    assert added == [0, 1, 2, 1, 0, 1]
    assert outcomes[2].explain().text.endswith("xp +2 = 3, for every 2.5 km: 2 × 1 = 2")


def test_ten_times_a_tenth_is_one():
    engine = Engine(rules(Decimal("0.1")))
    outcomes = play(engine, "\n".join(f"2026-03-02T08:{minute} km 0.1" for minute in range(10, 40)))
    assert [outcome.points["xp"].added for outcome in outcomes] == [1] * 30


def test_a_total_of_seventy_digits_is_divided_exactly():
    engine = Engine(rules(Decimal("0.000000000000003"), points=1))
    value = Decimal(f"{10**29}.000000000000002")
    outcome = engine.record("km", user="jo", value=value, at=at("2026-03-02T08:00"))
    assert outcome.points["xp"].total == (10**44 + 2) // 3


@pytest.mark.parametrize("aggregate", ["sum", "min", "max", "last"])
def test_an_achievement_at_a_decimal(aggregate):
    engine = Engine(rules(None, aggregate, value=0.5))
    first, second = play(engine, "2026-03-02T08:00 km 0.25\n2026-03-02T09:00 km 0.5")
    completed = [[view.key for view in outcome.achievements] for outcome in (first, second)]
    assert completed == [[], [] if aggregate == "min" else ["far"]]


@pytest.mark.parametrize(
    ("aggregate", "counts"), [("count", "events"), ("distinct", "different values"), ("days", "dates")]
)
@pytest.mark.parametrize(("threshold", "whole"), [(Decimal("2.5"), 3), (Decimal("0.5"), 1)])
def test_what_is_counted_has_whole_thresholds(aggregate, counts, threshold, whole):
    by = {"distinct_by": "track"} if aggregate == "distinct" else {}
    table = {
        "attributes": [{"key": "track", "type": "event"}],
        "metrics": [{"key": "runs", "aggregate": aggregate, **by}],
        "achievements": [{"key": "a", "trigger": {"type": "metric", "metric": "runs", "value": threshold}}],
        "points": [
            {"key": "xp", "triggers": [{"type": "metric", "metric": "runs", "points": 1, "threshold": threshold}]}
        ],
    }
    with pytest.raises(InvalidRules) as error:
        Ruleset.from_mapping(table)
    message = f"must be a whole number of at least 1, because 'runs' counts {counts}, not {threshold}; write {whole}"
    assert [(problem.path, problem.message) for problem in error.value.problems] == [
        ("achievements[0].trigger.value", message),
        ("points[0].triggers[0].threshold", message),
    ]


@pytest.mark.parametrize("threshold", [0, -1, Decimal("-0.5")])
def test_thresholds_are_above_0(threshold):
    for make in (lambda: MetricPointsTrigger("km", 1, threshold), lambda: MetricTrigger("km", threshold)):
        with pytest.raises(InvalidValue, match="must be above 0"):
            make()


def test_a_state_with_a_decimal_step_survives_a_change_of_rules():
    engine = Engine(rules(2.5))
    play(engine, "2026-03-02T08:00 km 2.4")
    engine.update(rules(2.5, value=4.75), at=at("2026-03-02T09:00"))
    [outcome] = play(engine, "2026-03-02T10:00 km 2.4")
    assert (outcome.points["xp"].added, [view.key for view in outcome.achievements]) == (1, ["far"])
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def test_the_platform_is_not_told_of_a_decimal_threshold():
    for threshold, shown in ((2.5, {}), (2, {"metricThreshold": 2})):
        engine = Engine(rules(threshold))
        trigger = serialize_trigger("xp", "metric-1", engine.ruleset.points[0].triggers[0], PastRules.of(engine))
        assert {name: value for name, value in trigger.items() if name == "metricThreshold"} == shown
