"""The workload of the benchmarks: a year of a study app, the same events on every run."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import NamedTuple

from trophy_engine import (
    Achievement,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)
from trophy_engine.analysis.event_logs.events import BadRow
from trophy_engine.analysis.event_logs.events import Event as LogEvent
from trophy_engine.analysis.event_logs.partition import EventsByUser
from trophy_engine.calendar.instants import DAY, HOUR, to_micros
from trophy_engine.calendar.zones import zone

ZONES = (
    "Africa/Casablanca",
    "Africa/Lagos",
    "America/Argentina/Buenos_Aires",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Apia",
    "Pacific/Auckland",
    "UTC",
)
METRICS = ("words", "lessons", "minutes")
WORD_THRESHOLDS = (1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
LESSON_THRESHOLDS = (1, 3, 5, 10, 20, 30, 40, 50, 75, 100)
MINUTE_THRESHOLDS = (10, 60, 300, 600, 1500)
STREAK_THRESHOLDS = (2, 3, 5, 7, 14)
LEVELS = (0, 50, 100, 250, 500, 1000)

_EVENTS_A_SESSION = 15
_FIRST_DAY = to_micros(datetime(2025, 1, 1, tzinfo=UTC))


class Event(NamedTuple):
    """An event: instant in microseconds, user, metric, value."""

    at: int
    user: str
    metric: str
    value: int


def ruleset(extra_achievements: int = 0) -> Ruleset:
    """Return rules: 3 metrics, 30 achievements, a daily streak with freezes, points with levels."""
    thresholds = [
        *(("words", threshold) for threshold in WORD_THRESHOLDS),
        *(("lessons", threshold) for threshold in LESSON_THRESHOLDS),
        *(("minutes", threshold) for threshold in MINUTE_THRESHOLDS),
    ]
    achievements = [
        Achievement(f"{metric}-{threshold}", MetricTrigger(metric, threshold)) for metric, threshold in thresholds
    ]
    achievements += [Achievement(f"streak-{length}", StreakTrigger(length)) for length in STREAK_THRESHOLDS]
    achievements += [
        Achievement(f"further-{n}", MetricTrigger("words", 1_000_000 + n)) for n in range(extra_achievements)
    ]
    return Ruleset(
        metrics=[Metric(key) for key in METRICS],
        streaks=[
            Streak(
                "daily",
                metrics=[StreakMetric("lessons", 1)],
                freezes=Freezes(start_count=1, max_count=3, auto_earn_interval=7, auto_earn_amount=1),
            )
        ],
        achievements=achievements,
        points=[
            PointsSystem(
                "xp",
                triggers=[
                    MetricPointsTrigger("words", points=5, threshold=50),
                    MetricPointsTrigger("lessons", points=10),
                ],
                levels=[Level(f"level-{n}", points) for n, points in enumerate(LEVELS)],
            )
        ],
    )


def homes(users: int) -> dict[str, str]:
    """Return a time zone for each user."""
    return {f"user-{n}": ZONES[n % len(ZONES)] for n in range(users)}


def events(users: int, each: int, days: int) -> list[Event]:
    """Return the events of the users, ``each`` for one user, in sessions on streaky days, in order of time."""
    made = []
    for n, (user, home) in enumerate(homes(users).items()):
        chance = random.Random(n)  # noqa: S311  # a workload, not a secret
        habit = chance.gauss(20, 3) * HOUR
        east = zone(home).offset(_FIRST_DAY)
        day = chance.randrange(days // 2)
        left = each
        while left:
            at = _FIRST_DAY + day * DAY + int(habit + chance.gauss(0, 1) * HOUR) - east
            size = min(left, chance.randint(1, _EVENTS_A_SESSION))
            for place in range(size):
                metric = "words" if place % 2 else "minutes" if place else "lessons"
                value = chance.randint(1, 30) if place else 1
                made.append(Event(at, user, metric, value))
                at += chance.randint(1, 300) * 1_000_000
            left -= size
            day += 1 if chance.random() < 0.7 else chance.randint(2, 12)  # noqa: PLR2004  # a habit with streaks
    made.sort()
    return made


def group_by_user(log: list[Event], where: dict[str, str]) -> EventsByUser:
    """Return the events of each user as in a replay, each with the time zone of its user."""
    events_by_user: EventsByUser = {}
    for at, user, metric, value in log:
        events_by_user.setdefault(user, []).append(LogEvent(at, user, metric, value, where[user]))
    return events_by_user


def fail_on(bad_row: BadRow) -> None:
    """Raise an error, because the rules refuse no event."""
    raise AssertionError(bad_row)
