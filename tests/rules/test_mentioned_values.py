"""The values in rules on which results depend."""

from decimal import Decimal

from trophy_engine import Achievement, Attribute, Metric, MetricPointsTrigger, MetricTrigger, PointsSystem, Ruleset
from trophy_engine.rules.mentioned_values import mentioned_numbers, mentioned_values

RULES = Ruleset(
    [
        Metric("laps"),
        Metric("pits"),
        Metric(
            "spa", source="laps", event_attributes={"track": ["spa", "monza"]}, event_value={"at_least": Decimal("0.5")}
        ),
    ],
    [Attribute("track", "event"), Attribute("plan")],
    achievements=[
        Achievement("a", MetricTrigger("spa", 5, {"track": "imola"}), when={"user_attributes": {"plan": "pro"}})
    ],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("laps", 1, 7), MetricPointsTrigger("pits", 1, 9)])],
)


def test_every_value_of_a_filter_is_mentioned():
    assert mentioned_values(RULES) == {"track": ("imola", "monza", "spa"), "plan": ("pro",)}


def test_numbers_of_derived_metrics_concern_the_recorded_one():
    assert mentioned_numbers(RULES, "laps") == (Decimal("0.5"), 5, 7)
    assert mentioned_numbers(RULES, "pits") == (9,)
