"""Settings for a search in a strategy, and rules for drawn histories."""

from hypothesis import HealthCheck, Phase, settings

from trophy_engine import (
    Achievement,
    Attribute,
    Freezes,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)

__all__ = ["ANY", "QUICK", "ROUGH", "RULES"]

QUICK = settings(max_examples=2000, database=None, derandomize=True, deadline=None, phases=tuple(Phase))
#: For searches in which any example suffices, however long.
ANY = settings(QUICK, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
ROUGH = settings(ANY, max_examples=200, report_multiple_bugs=False)
RULES = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("plan"), Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words", 10)], freezes=Freezes(1, 2, 3, 1))],
    achievements=[
        Achievement("ios", MetricTrigger("words", 30, {"device": "ios"}), when={"user_attributes": {"plan": "pro"}})
    ],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=5, threshold=10)])],
)
