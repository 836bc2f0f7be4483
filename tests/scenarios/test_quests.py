"""Quests and challenges: totals of a day, a season, a session, the last hours, or a life."""

from datetime import UTC, datetime

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    Engine,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)

LESSONS = Metric("lessons")
TODAY = Metric("lessons-today", source="lessons", window="day")


def engine_of(*metrics, **parts):
    return Engine(Ruleset(metrics, **parts))


def totals(engine, key, story):
    return [engine.user("jo", at=outcome.at).metrics[key] for outcome in play(engine, story)]


def bounds(engine, key, when):
    window = engine.user("jo", at=at(when)).windows[key]
    return window and tuple(side and side.isoformat()[:16] for side in window)


def test_lessons_of_a_local_day():
    three = Achievement("three-a-day", trigger=MetricTrigger("lessons-today", 3))
    engine = engine_of(LESSONS, TODAY, achievements=[three])
    engine.identify("jo", time_zone="Pacific/Auckland", at=at("2026-01-01T00:00"))
    outcomes = play(
        engine,
        """
        2026-01-05T23:00+13:00 lessons 1
        2026-01-05T23:30+13:00 lessons 1
        2026-01-05T23:59+13:00 lessons 1
        2026-01-06T00:01+13:00 lessons 1
        """,
    )
    assert [outcome.metrics["lessons-today"] for outcome in outcomes] == [1, 2, 3, 1]
    assert [[view.key for view in outcome.achievements] for outcome in outcomes] == [[], [], ["three-a-day"], []]
    play(engine, "2026-01-06T12:00+13:00 lessons 5")
    assert list(engine.user("jo", at=at("2026-01-06T00:00")).completed) == ["three-a-day"]
    assert bounds(engine, "lessons-today", "2026-01-06T00:00") == ("2026-01-05T11:00", "2026-01-06T11:00")


def test_a_day_without_a_lesson_is_nothing_again():
    engine = engine_of(
        LESSONS, TODAY, achievements=[Achievement("four-a-day", trigger=MetricTrigger("lessons-today", 4))]
    )
    play(engine, "2026-01-05T12:00 lessons 3")
    progress = [
        engine.user("jo", at=at(when)).next_achievements(1)[0].progress
        for when in ("2026-01-05T23:59", "2026-01-06T00:00")
    ]
    assert [(one.current, one.target, one.fraction) for one in progress] == [(3, 4, 0.75), (0, 4, 0)]
    assert engine.user("jo", at=at("2026-01-06T00:00")).metrics == {"lessons": 3, "lessons-today": 0}


def test_points_for_every_two_lessons_of_a_day():
    points = PointsSystem("xp", triggers=[MetricPointsTrigger(points=5, metric="lessons-today", threshold=2)])
    engine = engine_of(LESSONS, TODAY, points=[points])
    outcomes = play(engine, "2026-01-05T12:00 lessons 3\n2026-01-06T12:00 lessons 3")
    assert [outcome.points["xp"].added for outcome in outcomes] == [5, 5]


def test_kills_without_dying():
    streak_of_kills = Metric("kills-without-dying", source="kills", window={"reset_by": "deaths"})
    five = Achievement("untouchable", trigger=MetricTrigger("kills-without-dying", 5))
    engine = engine_of(Metric("kills"), Metric("deaths"), streak_of_kills, achievements=[five])
    assert totals(
        engine,
        "kills-without-dying",
        """
        2026-01-05T12:00 kills 4
        2026-01-05T12:01 deaths 0
        2026-01-05T12:02 kills 5
        """,
    ) == [4, 0, 5]
    assert engine.user("jo", at=at("2026-01-05T12:02")).completed == {"untouchable": at("2026-01-05T12:02")}
    assert bounds(engine, "kills-without-dying", "2026-01-05T12:00") == (None, None)
    assert bounds(engine, "kills-without-dying", "2026-01-05T13:00") == ("2026-01-05T12:01", None)


def test_the_last_24_hours():
    recent = Metric("recent", source="lessons", aggregate="count", window={"last": 24, "unit": "hour"})
    engine = engine_of(LESSONS, recent)
    story = "2026-01-05T10:00 lessons 1\n2026-01-05T20:00 lessons 1\n2026-01-06T10:00 lessons 1"
    assert totals(engine, "recent", story) == [1, 2, 2]
    assert engine.user("jo", at=at("2026-01-06T20:00")).metrics["recent"] == 1
    first, after = engine.user("jo", at=at("2026-01-06T10:00")).windows["recent"]
    assert (first, after) == (
        datetime(2026, 1, 5, 10, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 1, 6, 10, 0, 0, 1, tzinfo=UTC),
    )


def test_a_session_ends_with_a_gap():
    session = Metric("session", source="lessons", window={"session_gap": 30, "unit": "minute"})
    engine = engine_of(LESSONS, session)
    story = "2026-01-05T10:00 lessons 1\n2026-01-05T10:30 lessons 1\n2026-01-05T11:01 lessons 1"
    assert totals(engine, "session", story) == [1, 2, 1]
    assert bounds(engine, "session", "2026-01-05T11:31") == ("2026-01-05T11:01", "2026-01-05T11:31")
    assert engine.user("jo", at=at("2026-01-05T11:31")).metrics["session"] == 1
    assert bounds(engine, "session", "2026-01-05T11:32") is None
    assert engine.user("jo", at=at("2026-01-05T11:32")).metrics["session"] == 0


def test_a_season_ends_with_its_last_local_date():
    season = Metric("season", source="lessons", window={"start": "2026-06-01", "end": "2026-06-30"})
    engine = engine_of(LESSONS, season)
    engine.identify("jo", time_zone="America/Los_Angeles", at=at("2026-01-01T00:00"))
    first, second = play(engine, "2026-07-01T06:59 lessons 1\n2026-07-01T07:00 lessons 1")
    assert (first.metrics, second.metrics) == ({"lessons": 1, "season": 1}, {"lessons": 2})
    assert bounds(engine, "season", "2026-07-01T06:59:30") == ("2026-06-01T07:00", "2026-07-01T07:00")
    assert bounds(engine, "season", "2026-07-01T07:00") is None
    assert engine.user("jo", at=at("2026-07-01T07:00")).metrics["season"] == 0


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("day", ("2026-03-28T23:00", "2026-03-29T22:00")),
        ("week", ("2026-03-28T23:00", "2026-04-04T22:00")),
        ("month", ("2026-02-28T23:00", "2026-03-31T22:00")),
        ("year", ("2025-12-31T23:00", "2026-12-31T23:00")),
        ({"every": 28, "unit": "day", "start": "2026-03-29"}, ("2026-03-28T23:00", "2026-04-25T22:00")),
        ({"start": "2026-03-29"}, ("2026-03-28T23:00", None)),
        ({"start": "2026-03-30"}, None),
        ({"last": 2, "unit": "day"}, ("2026-03-27T23:00", "2026-03-29T22:00")),
    ],
)
def test_bounds_of_windows_on_the_day_of_a_clock_change(window, expected):
    """On 29 March 2026 the clocks of Berlin go from 02:00 to 03:00."""
    engine = engine_of(LESSONS, Metric("windowed", source="lessons", window=window))
    engine.identify("jo", time_zone="Europe/Berlin", at=at("2026-01-01T00:00"))
    assert bounds(engine, "windowed", "2026-03-29T12:00") == expected
    assert engine.user("jo", at=at("2026-03-29T12:00")).windows["lessons"] is None


def test_a_date_that_is_shown_again_finds_its_total_again():
    engine = engine_of(LESSONS, TODAY)
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("2026-01-01T00:00"))
    play(engine, "2026-01-05T09:00+09:00 lessons 2\n2026-01-06T09:00+09:00 lessons 1")
    engine.identify("jo", time_zone="America/New_York", at=at("2026-01-06T01:00"))
    player = engine.user("jo", at=at("2026-01-06T02:00"))
    assert player.metrics["lessons-today"] == 2
    assert bounds(engine, "lessons-today", "2026-01-06T02:00") == ("2026-01-05T05:00", "2026-01-06T05:00")
