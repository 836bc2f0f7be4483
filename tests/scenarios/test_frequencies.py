"""Habits that are not daily: every other day, every quarter, every two weeks, every month from a day on."""

from datetime import date, timedelta

import pytest
from stories import at, kinds, play

from trophy_engine import Engine, Freezes, Metric, NoStreakToRestore, Notifications, Ruleset, Streak, StreakMetric

OTHER_DAYS = {"every": 2, "unit": "day", "start": "2026-01-05"}


def engine_with(frequency, **settings):
    notifications = settings.pop("notifications", None)
    streak = Streak("habit", frequency, [StreakMetric("runs")], **settings)
    return Engine(Ruleset([Metric("runs")], streaks=[streak], notifications=notifications))


def run(engine, *days):
    """Record a run at noon of each day; return the lengths of the streak after them."""
    return [engine.record("runs", user="jo", at=at(f"{day}T12:00")).streak.length for day in days]


def period(engine, when):
    streak = engine.user("jo", at=at(when)).streak
    return streak.period_start.isoformat(), streak.period_end.isoformat(), streak.expires.isoformat()


def test_a_run_every_other_day():
    engine = engine_with(OTHER_DAYS)
    assert run(engine, "2026-01-05", "2026-01-08", "2026-01-10") == [1, 2, 3]
    assert period(engine, "2026-01-10T13:00") == ("2026-01-09", "2026-01-10", "2026-01-12")
    history = engine.reports.streak_history("jo", 3, at=at("2026-01-10T13:00"))
    assert [(row.period_start.day, row.period_end.day, row.length) for row in history] == [
        (5, 6, 1),
        (7, 8, 2),
        (9, 10, 3),
    ]
    [lost] = engine.settle(at=at("2026-01-13T00:00"))
    assert (lost.type, lost.length, lost.period_start, lost.at) == (
        "streak.lost",
        3,
        date(2026, 1, 11),
        at("2026-01-13T00:00"),
    )


def test_two_runs_in_one_period_count_once():
    engine = engine_with(OTHER_DAYS)
    assert run(engine, "2026-01-05", "2026-01-06", "2026-01-07") == [1, 1, 2]


def test_the_periods_go_on_before_the_start():
    engine = engine_with(OTHER_DAYS)
    assert run(engine, "2026-01-02", "2026-01-03", "2026-01-05") == [1, 2, 3]
    assert [row.period_start.day for row in engine.reports.streak_history("jo", 3, at=at("2026-01-05T13:00"))] == [
        1,
        3,
        5,
    ]


def test_a_checkup_every_quarter():
    engine = engine_with("quarterly")
    assert run(engine, "2026-03-31", "2026-04-01") == [1, 2]
    assert period(engine, "2026-04-01T13:00") == ("2026-04-01", "2026-06-30", "2026-09-30")
    assert run(engine, "2026-10-01") == [1]


def test_a_resolution_every_year():
    engine = engine_with("yearly", freezes=Freezes(start_count=1))
    assert run(engine, "2023-12-31", "2024-01-01", "2026-06-01") == [1, 2, 3]
    assert engine.user("jo", at=at("2026-06-01T13:00")).freezes == 0


def test_every_two_weeks_from_a_wednesday_whatever_the_first_weekday():
    engine = engine_with({"every": 2, "unit": "week", "start": "2026-01-07"})
    assert run(engine, "2026-01-07", "2026-01-20", "2026-01-21", "2026-02-17") == [1, 1, 2, 3]
    assert period(engine, "2026-02-17T13:00") == ("2026-02-04", "2026-02-17", "2026-03-03")


def test_a_month_from_the_last_day_of_january():
    engine = engine_with({"every": 1, "unit": "month", "start": "2026-01-31"})
    assert run(engine, "2026-01-31", "2026-02-28", "2026-03-30", "2026-03-31") == [1, 2, 2, 3]
    assert period(engine, "2026-03-31T13:00") == ("2026-03-31", "2026-04-29", "2026-05-30")


def test_an_interval_of_one_day_is_daily_when_the_user_travels():
    """On a flight east, the day that is cut short is not missed."""
    engine = engine_with({"every": 1, "unit": "day", "start": "2025-01-01"})
    engine.identify("jo", time_zone="America/New_York", at=at("06-09T16:00"))
    play(engine, "06-09T17:00 runs 1\n06-10T16:00 runs 1")
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("06-11T02:00"))
    [outcome] = play(engine, "06-11T16:00 runs 1")
    assert outcome.streak.length == 3


def test_a_flight_west_shows_the_last_day_of_the_period_again():
    engine = engine_with({"every": 2, "unit": "day", "start": "2025-06-04"})
    engine.identify("jo", time_zone="Europe/London", at=at("06-01T08:00"))
    play(engine, "06-03T12:00 runs 1\n06-05T12:00 runs 1")
    landed = at("06-08T01:00")  # 8 June in London, and still 7 June in New York
    assert [kind for kind, _ in kinds(engine.settle(at=landed))] == ["streak.lost"]
    undone = engine.identify("jo", time_zone="America/New_York", at=landed)
    assert [effect.type for effect in undone.effects if effect.type.startswith("streak.")] == ["streak.loss_undone"]
    assert engine.record("runs", user="jo", at=landed).streak.length == 3


@pytest.mark.parametrize(
    ("frequency", "lost_from", "until"),
    [
        (OTHER_DAYS, "2025-01-01", "2025-04-01"),  # 90 days after the last day before the missed ones
        ({"every": 2, "unit": "week", "start": "2024-12-30"}, "2025-01-06", "2025-12-28"),
        ({"every": 2, "unit": "month", "start": "2025-01-01"}, "2025-01-06", "2026-12-31"),
        ("quarterly", "2025-01-01", "2026-12-31"),
        ("yearly", "2024-01-01", "2026-12-31"),
    ],
)
def test_how_far_back_a_lost_streak_is_restored(frequency, lost_from, until):
    engine = engine_with(frequency)
    run(engine, lost_from)
    assert engine.restore_streak("jo", at=at(f"{until}T12:00")).streak.length == 1
    later = engine_with(frequency)
    run(later, lost_from)
    with pytest.raises(NoStreakToRestore):
        later.restore_streak("jo", at=at(f"{until}T12:00") + timedelta(days=14))


@pytest.mark.parametrize(
    ("frequency", "reminded"),
    [
        (OTHER_DAYS, "2026-01-08T20:00"),
        ({"every": 2, "unit": "week", "start": "2026-01-05"}, "2026-01-30T09:00"),
        ({"every": 2, "unit": "month", "start": "2026-01-01"}, "2026-04-25T09:00"),
        ("quarterly", "2026-06-25T09:00"),
        ("yearly", "2027-12-25T09:00"),
    ],
)
def test_a_reminder_comes_in_the_last_unit_of_the_period(frequency, reminded):
    engine = engine_with(frequency, notifications=Notifications())
    engine.identify("jo", time_zone="UTC", at=at("2026-01-05T08:00"))
    run(engine, "2026-01-05")
    effects = engine.settle(at=at("2028-01-01T00:00"))
    assert [effect.at for effect in effects if effect.type == "emails.streak_reminder_due"] == [at(reminded)]


def test_a_streak_of_other_periods_is_counted_from_the_history():
    engine = engine_with("daily")
    run(engine, *(f"2026-01-{day:02}" for day in range(5, 11)))
    other_days = Streak("habit", OTHER_DAYS, [StreakMetric("runs")])
    [effect] = engine.update(Ruleset([Metric("runs")], streaks=[other_days]), at=at("2026-01-10T13:00"))
    assert (effect.type, effect.before, effect.length) == ("streak.recounted", 6, 3)


def test_an_explanation_names_the_days_of_a_period():
    engine = engine_with(OTHER_DAYS)
    run(engine, "2026-01-05", "2026-01-07")
    text = str(engine.explain("jo", streak=True, at=at("2026-01-08T12:00")))
    assert "jo has a streak of 2 periods." in text
    assert "This period, Wednesday 2026-01-07 to Thursday 2026-01-08, is credited." in text


def test_a_custom_streak_has_the_periods_of_the_rules():
    engine = engine_with(OTHER_DAYS, customization_enabled=True)
    engine.identify("jo", at=at("2026-01-05T08:00"))
    engine.prefer("jo", metrics=[StreakMetric("runs", 2)], days_off=["sunday"], at=at("2026-01-05T08:00"))
    play(engine, "2026-01-05T12:00 runs 2\n2026-01-07T12:00 runs 1")
    [outcome] = play(engine, "2026-01-08T12:00 runs 1")
    assert outcome.streak.length == 2
