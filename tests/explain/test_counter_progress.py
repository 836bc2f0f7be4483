"""The progress of achievements that time completes: it is that of the instant, not of the next command."""

from datetime import timedelta

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    BalanceTrigger,
    Engine,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
    TimePointsTrigger,
)

SOURCE = {"points": "xp"}
ACHIEVEMENTS = [
    Achievement("fifty", MetricTrigger("earned", 50)),
    Achievement("seventy", BalanceTrigger("xp", 70)),
    Achievement("three", StreakTrigger(3)),
    Achievement("seven", MetricTrigger("days", 7)),
    Achievement("ten-a-day", MetricTrigger("today", 10)),
    Achievement("words", MetricTrigger("words", 2)),
    Achievement("again", MetricTrigger("earned", 30), repeatable=True),
]
DAILY = TimePointsTrigger(interval=1, unit="days", points=10)


def rules(streak=None):
    return Ruleset(
        [
            Metric("words"),
            Metric("earned", source=SOURCE),
            Metric("days", source=SOURCE, aggregate="days"),
            Metric("today", source=SOURCE, window="day"),
        ],
        streaks=[streak or Streak("habit", "daily", [StreakMetric("earned")])],
        points=[PointsSystem("xp", triggers=[DAILY])],
        achievements=ACHIEVEMENTS,
    )


@pytest.fixture(scope="module")
def engine():
    """Return an engine in which a user comes back after a hundred days of daily awards."""
    engine = Engine(rules())
    engine.record("words", user="jo", at=at("04-01T12:00"))
    engine.record("words", user="jo", at=at("07-10T12:00"))
    return engine


@pytest.mark.parametrize(
    ("key", "completed", "text"),
    [
        ("fifty", "04-06", "earned went from 40 to 50, reaching the threshold of 50"),
        ("seventy", "04-08", "the points of 'xp' went from 60 to 70, reaching the threshold of 70"),
        ("three", "04-04", "the streak went from 2 to 3, reaching the threshold of 3"),
        ("seven", "04-08", "days with an event of days went from 6 to 7, reaching the threshold of 7"),
        (
            "ten-a-day",
            "04-02",
            "today in the day of Wednesday 2025-04-02 went from 0 to 10, reaching the threshold of 10",
        ),
        ("words", "07-10", "words went from 1 to 2, reaching the threshold of 2"),
        ("again", "04-04", "earned went from 20 to 30, reaching the threshold of 30"),
    ],
)
def test_what_time_completed_is_explained_as_of_then(engine, key, completed, text):
    explained = engine.explain("jo", achievement=key, at=at("07-11T12:00"))
    assert explained.achieved_at == at(f"{completed}T12:00")
    assert explained.text.splitlines()[1].strip() == text


def test_a_balance_that_falls_at_once_is_explained_by_the_award_that_reached_the_threshold():
    price = AchievementPointsTrigger("eight", -6)
    engine = Engine(
        Ruleset(
            [Metric("words")],
            points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 3), price])],
            achievements=[Achievement("eight", BalanceTrigger("xp", 8))],
        )
    )
    engine.record("words", user="jo", value=2, at=at("04-01T12:00"))
    engine.record("words", user="jo", at=at("04-02T12:00"))
    assert engine.user("jo", at=at("04-02T12:00")).points["xp"].total == 3
    progress = engine.explain("jo", achievement="eight", at=at("04-03T12:00")).progress
    assert (progress.before, progress.after, progress.target) == (6, 9, 8)


def test_the_latest_award_is_explained_by_the_award_that_reached_the_threshold():
    latest = Metric("latest", source=SOURCE, aggregate="last")
    engine = Engine(
        Ruleset(
            [Metric("words"), latest],
            points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 3), AchievementPointsTrigger("big", 1)])],
            achievements=[
                Achievement("big", MetricTrigger("latest", 6)),
                Achievement("small", MetricTrigger("latest", at_most=2)),
            ],
        )
    )
    engine.record("words", user="jo", at=at("04-01T12:00"))
    engine.record("words", user="jo", value=2, at=at("04-02T12:00"))
    assert engine.user("jo", at=at("04-02T12:00")).metrics["latest"] == 1
    big, small = (engine.explain("jo", achievement=key, at=at("04-03T12:00")).progress for key in ("big", "small"))
    assert (big.before, big.after, small.before, small.after) == (3, 6, 3, 1)


def test_a_streak_that_time_credited_and_ended_is_no_progress():
    streak = Streak("habit", "daily", [StreakMetric("words")])
    engine = Engine(
        Ruleset(
            [Metric("words", source=SOURCE)],
            streaks=[streak],
            points=[PointsSystem("xp", triggers=[TimePointsTrigger(interval=36, unit="hours", points=1)])],
            achievements=[Achievement("two", StreakTrigger(2)), Achievement("three", StreakTrigger(3))],
        )
    )
    engine.identify("jo", at=at("04-01T00:00"))  # awards on the 2nd, the 4th, the 5th and the 7th, and so on
    two, three = (engine.explain("jo", achievement=key, at=at("04-06T12:00")) for key in ("two", "three"))
    assert (two.achieved_at, two.progress.before, two.progress.after) == (at("04-05T12:00"), 1, 2)
    assert (three.progress.before, three.progress.after, three.progress.missing) == (2, 2, 1)
    assert engine.user("jo", at=at("04-07T06:00")).streak.length == 1  # the 6th was missed
    three = engine.explain("jo", achievement="three", at=at("04-07T06:00"))
    assert (three.progress.before, three.progress.after, three.progress.missing) == (1, 1, 2)


def test_years_pass_without_an_achievement_on_them():
    engine = Engine(Ruleset([Metric("words")], achievements=[Achievement("four", AnniversaryTrigger(4))]))
    engine.identify("jo", sign_up_date="2021-06-01", at=at("2021-06-01T12:00"))
    explained = engine.explain("jo", achievement="four", at=at("06-01T00:00") - timedelta(microseconds=1))
    assert (explained.progress.after, explained.progress.missing) == (3, 1)
    assert engine.user("jo", at=at("05-31T12:00")).achievements[0].progress.current == 3
    explained = engine.explain("jo", achievement="four", at=at("06-02T00:00"))
    assert (explained.progress.before, explained.progress.after) == (3, 4)


def test_a_total_below_0_that_rises_again_passes_the_multiple_0():
    engine = Engine(
        Ruleset([Metric("words")], achievements=[Achievement("again", MetricTrigger("words", 7.5), repeatable=True)])
    )
    engine.record("words", user="jo", value=-2, at=at("04-01T12:00"))
    engine.record("words", user="jo", value=5, at=at("04-02T12:00"))
    explained = engine.explain("jo", achievement="again", at=at("04-03T12:00"))
    assert (explained.times, explained.progress.missing) == (1, 0)
    assert explained.text.splitlines()[1].strip() == "words went from -2 to 3, reaching the threshold of 0"
