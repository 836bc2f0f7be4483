"""Rules with a streak of days with words, and a user who records words on days in a row."""

from datetime import timedelta

from datetimes import utc

from trophy_engine import Metric, Ruleset, Streak, StreakMetric

__all__ = ["active", "rules"]


def rules(**streak):
    return Ruleset(
        metrics=[Metric("words"), Metric("lessons")],
        streaks=[Streak("habit", metrics=[StreakMetric("words")], **streak)],
    )


def active(engine, first, days, user="jo"):
    """Record an event at noon of every day from the first on."""
    for day in range(days):
        outcome = engine.record("words", user=user, at=utc(f"{first} 12:00") + timedelta(days=day))
    return outcome
