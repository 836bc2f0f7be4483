"""A history to explain: two weeks of user ann under rules of every kind."""

from datetime import date

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    StreakTrigger,
)

RULES = Ruleset(
    metrics=[Metric("words"), Metric("views")],
    attributes=[Attribute("plan"), Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words", 10)], freezes=Freezes(1))],
    achievements=[
        Achievement("hundred", MetricTrigger("words", 100)),
        Achievement("ios", MetricTrigger("words", 30, {"device": "ios"})),
        Achievement("pro", MetricTrigger("words", 20), when={"user_attributes": {"plan": "pro"}}),
        Achievement("onboarded", ApiTrigger()),
        Achievement("both", CompositeTrigger(["hundred", "onboarded"])),
        Achievement("three", StreakTrigger(3)),
        Achievement("veteran", AnniversaryTrigger(2)),
    ],
    points=[
        PointsSystem(
            "xp",
            maximum=60,
            triggers=[
                MetricPointsTrigger("words", points=5, threshold=10),
                MetricPointsTrigger("views", points=-50),
                StreakPointsTrigger(3, when={"user_attributes": {"plan": "pro"}}),
            ],
            boosts=[
                Boost("weekend", 1.25, when={"start": date(2025, 4, 5), "end": date(2025, 4, 6)}),
                Boost("spring", 1.1, rounding="up", when={"start": date(2025, 4, 1)}),
            ],
            levels=[Level("reader", 20)],
        )
    ],
)


@pytest.fixture
def engine():
    engine = Engine(RULES, clock=lambda: at("04-07T12:00"))
    engine.identify("ann", time_zone="Europe/Berlin", attributes={"plan": "free"}, at=at("04-01T08:00"))
    return engine


@pytest.fixture
def story(engine):
    for when, metric, value, attributes in (
        ("04-01T22:30", "words", 25, {"device": "ios"}),
        ("04-04T10:00", "words", 15, {}),
        ("04-05T10:00", "words", 75, {}),
        ("04-05T11:00", "views", 2, {}),
        ("04-06T11:00", "words", 4, {}),
    ):
        engine.record(metric, user="ann", value=value, at=at(when), attributes=attributes)
    return engine
