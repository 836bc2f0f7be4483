"""Recounting: a streak of another frequency is counted from past events."""

from datetime import date

import attrs
from changing import active, change, daily, jo, length, rules
from stories import at, play

from trophy_engine import (
    Engine,
    Freezes,
    Streak,
    StreakMetric,
)


def test_a_frequency_that_returns_continues_its_streak():
    engine = Engine(rules(streaks=[daily(freezes=Freezes(3))]))
    active(engine, "03-30", 3)
    assert active(engine, "04-03", 5).streak.length == 8  # the 2nd was frozen
    weekly = Streak("habit", "weekly", [StreakMetric("words")])
    assert change(engine, "04-07T13:00", streaks=[weekly]) == ["streak.recounted"]
    shown = jo(engine, "04-07T14:00").streak
    assert (shown.length, shown.started, shown.expires) == (2, date(2025, 3, 30), date(2025, 4, 19))
    assert active(engine, "04-08", 2).streak.length == 2
    assert change(engine, "04-10T10:00", streaks=[daily(freezes=Freezes(3))]) == ["streak.recounted"]
    shown = jo(engine, "04-10T11:00").streak
    assert (shown.length, shown.started, shown.expires) == (10, date(2025, 3, 30), date(2025, 4, 10))
    history = engine.reports.streak_history("jo", 12, at=at("04-10T11:00"))
    assert [row.length for row in history] == [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 10]
    assert [row.period_start for row in history if row.used_freeze] == [date(2025, 4, 2)]


def test_freezes_and_days_off_do_not_carry_streaks_of_other_frequencies():
    engine = Engine(rules(streaks=[daily(freezes=Freezes(3), days_off=["saturday", "sunday"])]))
    active(engine, "04-02", 3)  # Wednesday to Friday
    weekly = Streak("habit", "weekly", [StreakMetric("words")])
    change(engine, "04-07T10:00", streaks=[weekly])
    shown = daily(freezes=Freezes(3), days_off=["saturday", "sunday"])
    change(engine, "04-07T10:00", streaks=[shown])
    assert (length(engine, "04-07T10:00"), jo(engine, "04-07T10:00").freezes) == (3, 3)
    active(engine, "04-07", 1)
    change(engine, "04-07T13:00", streaks=[weekly])
    assert change(engine, "04-09T10:00", streaks=[shown]) == ["streak.recounted"]
    assert (length(engine, "04-09T10:00"), jo(engine, "04-09T10:00").freezes) == (0, 3)
    assert engine.restore_streak("jo", at=at("04-09T10:00")).streak.length == 4


def test_another_frequency_has_its_own_lost_streaks():
    engine = Engine(rules(streaks=[daily()]))
    active(engine, "01-05", 14)  # two weeks
    active(engine, "02-02", 3)  # and a part of a week
    change(engine, "02-17T10:00", streaks=[Streak("habit", "weekly", [StreakMetric("words")])])
    assert length(engine, "02-17T10:00") == 0
    assert engine.restore_streak("jo", at=at("02-17T11:00")).streak.length == 2
    assert engine.record("words", user="jo", at=at("02-17T12:00")).streak.length == 3


def test_a_change_of_frequency_does_not_undo_a_reset():
    engine = Engine(rules(streaks=[daily()]))
    active(engine, "04-06", 3)
    engine.reset_streak("jo", at=at("04-08T13:00"))
    assert change(engine, "04-08T14:00", streaks=[Streak("habit", "weekly", [StreakMetric("words")])]) == []
    assert active(engine, "04-09", 1).streak.length == 1


def test_a_streak_of_two_conditions_is_recounted_by_both():
    streak = Streak("habit", metrics=[StreakMetric("words"), StreakMetric("lessons")], evaluation_mode="AND")
    engine = Engine(rules(streaks=[streak]))
    play(engine, "04-01T12:00 words 1\n04-08T12:00 words 1\n04-09T12:00 lessons 1")
    change(engine, "04-10T12:00", streaks=[attrs.evolve(streak, frequency="weekly")])
    assert length(engine, "04-10T12:00") == 1


def test_a_weekly_streak_is_counted_from_the_history_if_weeks_start_on_another_day():
    engine = Engine(rules(streaks=[Streak("habit", "weekly", [StreakMetric("words")])]))
    play(engine, "04-05T10:00 words 1\n04-06T10:00 words 1")  # Saturday and Sunday
    assert length(engine, "04-06T11:00") == 2
    assert change(engine, "04-06T12:00", first_weekday="monday") == ["streak.recounted"]
    assert jo(engine, "04-06T13:00").streak.period_start == date(2025, 3, 31)
    assert length(engine, "04-06T13:00") == 1


def test_a_daily_streak_stays_if_weeks_start_on_another_day():
    engine = Engine(rules(streaks=[daily()]))
    active(engine, "04-05", 2)
    assert change(engine, "04-06T12:00", first_weekday="monday") == []
