"""Rulesets: every class of rule, with everything it refers to."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
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
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.calendar.frequencies import WEEKDAYS

__all__ = ["DEVICES", "METRICS", "PLANS", "rulesets"]

METRICS = ("words", "lessons")
PLANS = ("free", "pro")
DEVICES = ("ios", "web")

_points = st.integers(-5, 12).filter(bool)
_gains = st.integers(1, 12)
_for_users = st.sampled_from([{}, {}, {}, {"plan": "pro"}])
_for_events = st.sampled_from([{}, {}, {"device": "ios"}])
_texts = st.none() | st.text(min_size=1, max_size=8).filter(str.strip)


@st.composite
def streaks(draw):
    most = draw(st.integers(0, 3))
    interval = draw(st.none() | st.integers(1, 9))
    freezes = Freezes(draw(st.integers(0, most)), most, interval, interval and draw(st.integers(1, 2)))
    keys = draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=2, unique=True))
    return Streak(
        frequency=draw(st.sampled_from(["daily", "daily", "weekly", "monthly"])),
        metrics=[StreakMetric(key, draw(st.sampled_from([1, 3, Decimal("0.5")]))) for key in keys],
        evaluation_mode=draw(st.sampled_from(["AND", "OR"])),
        first_weekday=draw(st.sampled_from(WEEKDAYS)),
        freezes=draw(st.sampled_from([freezes, freezes, None])),
    )


@st.composite
def _triggers_of_achievements(draw, earlier):
    ways = [
        st.builds(MetricTrigger, st.sampled_from(METRICS), st.sampled_from([1, 2, 5, Decimal("7.5")]), _for_events),
        st.builds(StreakTrigger, st.integers(1, 5)),
        st.just(ApiTrigger()),
        st.builds(AnniversaryTrigger, st.integers(1, 3)),
    ]
    if earlier:
        some = st.lists(st.sampled_from(earlier), min_size=1, max_size=3, unique=True)
        ways.append(st.builds(CompositeTrigger, some))
    return draw(st.one_of(ways))


@st.composite
def _achievements(draw):
    made = []
    for number in range(draw(st.integers(0, 7))):
        trigger = draw(_triggers_of_achievements([one.key for one in made]))
        made.append(
            Achievement(
                f"a{number}",
                trigger,
                description=draw(_texts),
                hidden=draw(st.booleans()),
                user_attributes=draw(_for_users),
            )
        )
    return draw(st.permutations(made))


@st.composite
def _systems(draw, key, achievements):
    ways = [
        st.builds(
            MetricPointsTrigger,
            st.sampled_from(METRICS),
            _points,
            st.integers(1, 4),
            event_attributes=_for_events,
            user_attributes=_for_users,
            block_if_out_of_points=st.booleans(),
        ),
        st.builds(StreakPointsTrigger, _points, st.integers(1, 3), user_attributes=_for_users),
        st.builds(TimePointsTrigger, _points, st.just("hours"), st.sampled_from([7, 24, 100])),
        st.builds(TimePointsTrigger, _points, st.just("days"), st.integers(1, 9), user_attributes=_for_users),
        st.builds(UserCreationPointsTrigger, _gains),
    ]
    if achievements:
        ways.append(st.builds(AchievementPointsTrigger, st.sampled_from([one.key for one in achievements]), _points))
    levels = draw(st.lists(st.integers(0, 30), max_size=3, unique=True))
    boosts = st.builds(
        Boost,
        st.sampled_from(["happy hour", "weekend"]),
        st.sampled_from([2, Decimal("1.5"), Decimal("0.25"), Decimal("1.1")]),
        st.dates(date(2024, 1, 1), date(2024, 6, 1)),
        st.none() | st.dates(date(2024, 6, 1), date(2026, 1, 1)),
        st.sampled_from(["down", "up", "nearest"]),
        user_attributes=_for_users,
    )
    return PointsSystem(
        key,
        maximum=draw(st.none() | st.integers(1, 40)),
        triggers=draw(st.lists(st.one_of(ways), max_size=5)),
        levels=[Level(f"l{points}", points) for points in levels],
        boosts=draw(st.lists(boosts, max_size=2)),
    )


@st.composite
def rulesets(draw):
    """Choose a ruleset over two metrics, one user attribute (plan) and one event attribute (device)."""
    achievements = draw(_achievements())
    return Ruleset(
        metrics=[Metric(key) for key in METRICS],
        attributes=[Attribute("plan", name="Plan"), Attribute("device", "event")],
        streak=draw(st.none() | streaks()),
        achievements=achievements,
        points=[draw(_systems(key, achievements)) for key in draw(st.sampled_from([(), ("xp",), ("xp", "energy")]))],
    )
