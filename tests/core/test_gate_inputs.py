"""Inputs of gates: gates of new metrics are asked of the past where rules that have them ask at once."""

import pytest
from stories import at

from trophy_engine import (
    Engine,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)

ON_STREAK = Metric("on-streak", source={"points": "xp"}, when={"streak": {"at_least": 1}})


def rules(*metrics, frequency="daily", condition="words"):
    return Ruleset(
        [Metric("words"), *metrics],
        streaks=[Streak("s", frequency, [StreakMetric(condition)])],
        points=[
            PointsSystem(
                "xp",
                triggers=[
                    TimePointsTrigger(1, "hours", 1),
                    UserCreationPointsTrigger(5),
                    MetricPointsTrigger("words", 10),
                ],
            )
        ],
    )


def tell(engine):
    engine.record("words", user="jo", at=at("2026-01-01T10:00"))
    engine.identify("jo", time_zone="Pacific/Auckland", at=at("2026-01-02T10:30"))
    engine.record("words", user="jo", at=at("2026-01-05T10:30"))
    return engine


@pytest.mark.parametrize("gate", [{"streak": {"at_least": 1}}, {"between": ["00:00", "12:00"]}])
def test_a_new_metric_has_the_total_of_one_that_was_always_there(gate):
    metric = Metric("some", source={"points": "xp"}, when=gate)
    old, new = tell(Engine(rules())), tell(Engine(rules(metric)))
    now = at("2026-01-05T10:30")
    old.update(rules(metric), at=now)
    assert old.user("jo", at=now).metrics["some"] == new.user("jo", at=now).metrics["some"] > 0


def test_awards_at_the_midnight_that_ends_a_streak_come_after_it():
    engine = Engine(rules(ON_STREAK))
    engine.record("words", user="jo", at=at("2026-01-01T10:00"))
    late = at("2026-01-03T12:00")
    # 13 awards on the first date, those of the second but not that of its last midnight, and the word's own
    assert engine.user("jo", at=late).metrics["on-streak"] == 13 + 24
    other = Engine(rules())
    other.record("words", user="jo", at=at("2026-01-01T10:00"))
    other.update(rules(ON_STREAK), at=late)
    assert other.user("jo", at=late).metrics["on-streak"] == 13 + 24


def test_a_streak_on_points_is_recounted_under_another_calendar():
    earned = Metric("earned", source={"points": "xp"})
    engine = Engine(rules(earned, condition="earned"))
    engine.identify("jo", at=at("2026-01-01T10:00"))
    assert engine.user("jo", at=at("2026-01-20T12:00")).streak.length == 20
    engine.update(rules(earned, condition="earned", frequency="weekly"), at=at("2026-01-20T12:00"))
    assert engine.user("jo", at=at("2026-01-20T12:00")).streak.length == 4
