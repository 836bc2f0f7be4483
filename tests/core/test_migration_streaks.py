"""The rules of the streak change: what was credited, carried, lost and held by then stays as it was."""

from datetime import date

import pytest
from changing import active, change, daily, jo, length, rules
from stories import at, play

from trophy_engine import (
    Engine,
    Freezes,
    NoStreakToRestore,
    Streak,
    StreakMetric,
)


def test_a_condition_that_is_eased_counts_what_was_done_today():
    engine = Engine(rules(streak=daily(words=10)))
    play(engine, "04-01T10:00 words 6")
    change(engine, "04-01T11:00", streak=daily(words=7))
    assert length(engine, "04-01T12:00") == 0
    [outcome] = play(engine, "04-01T12:00 words 1")
    assert outcome.streak.length == 1
    change(engine, "04-01T13:00", streak=daily(words=100))
    assert length(engine, "04-01T14:00") == 1
    assert length(engine, "04-03T00:00") == 0


def test_a_calendar_that_is_shown_again_goes_on_from_where_it_was_left():
    engine = Engine(rules(streak=daily(freezes=Freezes(3))))
    active(engine, "03-30", 3)
    assert active(engine, "04-03", 5).streak.length == 8  # the 2nd was frozen
    weekly = Streak("weekly", [StreakMetric("words")])
    assert change(engine, "04-07T13:00", streak=weekly) == ["streak.recounted"]
    shown = jo(engine, "04-07T14:00").streak
    assert (shown.length, shown.started, shown.expires) == (2, date(2025, 3, 30), date(2025, 4, 19))
    assert active(engine, "04-08", 2).streak.length == 2
    assert change(engine, "04-10T10:00", streak=daily(freezes=Freezes(3))) == ["streak.recounted"]
    shown = jo(engine, "04-10T11:00").streak
    assert (shown.length, shown.started, shown.expires) == (10, date(2025, 3, 30), date(2025, 4, 10))
    history = engine.reports.streak_history("jo", 12, at=at("04-10T11:00"))
    assert [one.length for one in history] == [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 10]
    assert [one.period_start for one in history if one.used_freeze] == [date(2025, 4, 2)]


def test_by_a_calendar_that_is_not_shown_nothing_carries_a_streak():
    engine = Engine(rules(streak=daily(freezes=Freezes(3), days_off=["saturday", "sunday"])))
    active(engine, "04-02", 3)  # Wednesday to Friday
    weekly = Streak("weekly", [StreakMetric("words")])
    change(engine, "04-07T10:00", streak=weekly)
    shown = daily(freezes=Freezes(3), days_off=["saturday", "sunday"])
    change(engine, "04-07T10:00", streak=shown)
    assert (length(engine, "04-07T10:00"), jo(engine, "04-07T10:00").freezes) == (3, 3)
    active(engine, "04-07", 1)
    change(engine, "04-07T13:00", streak=weekly)
    assert change(engine, "04-09T10:00", streak=shown) == ["streak.recounted"]
    assert (length(engine, "04-09T10:00"), jo(engine, "04-09T10:00").freezes) == (0, 3)
    assert engine.restore_streak("jo", at=at("04-09T10:00")).streak.length == 4


def test_by_another_calendar_the_streaks_that_were_lost_are_others_too():
    engine = Engine(rules(streak=daily()))
    active(engine, "01-05", 14)  # two weeks
    active(engine, "02-02", 3)  # and a part of one
    change(engine, "02-17T10:00", streak=Streak("weekly", [StreakMetric("words")]))
    assert length(engine, "02-17T10:00") == 0
    assert engine.restore_streak("jo", at=at("02-17T11:00")).streak.length == 2
    assert engine.record("words", user="jo", at=at("02-17T12:00")).streak.length == 3


def test_what_was_before_a_reset_does_not_come_back_with_another_calendar():
    engine = Engine(rules(streak=daily()))
    active(engine, "04-06", 3)
    engine.reset_streak("jo", at=at("04-08T13:00"))
    assert change(engine, "04-08T14:00", streak=Streak("weekly", [StreakMetric("words")])) == []
    assert active(engine, "04-09", 1).streak.length == 1


def test_a_streak_that_was_removed_leaves_nothing_to_restore():
    engine = Engine(rules(streak=daily()))
    active(engine, "04-01", 3)
    change(engine, "04-10T10:00", streak=None)
    change(engine, "04-10T11:00", streak=daily())
    with pytest.raises(NoStreakToRestore):
        engine.restore_streak("jo", at=at("04-10T12:00"))


def test_days_off_that_are_over_stay_days_off():
    engine = Engine(rules(streak=daily(days_off=["saturday", "sunday"])))
    active(engine, "06-09", 5)  # Monday to Friday
    change(engine, "06-16T10:00", streak=daily())
    shown = jo(engine, "06-16T11:00").streak
    assert (shown.length, shown.expires) == (5, date(2025, 6, 16))
    assert active(engine, "06-16", 1).streak.length == 6


def test_a_day_off_that_is_not_over_is_none_any_more_and_a_new_one_protects_today():
    engine = Engine(rules(streak=daily(days_off=["saturday"])))
    active(engine, "06-13", 1)  # a Friday
    change(engine, "06-14T10:00", streak=daily())
    assert length(engine, "06-14T23:59") == 1
    assert length(engine, "06-15T00:00") == 0
    active(engine, "06-20", 1)
    change(engine, "06-21T10:00", streak=daily(days_off=["saturday"]))
    assert length(engine, "06-22T23:59") == 1


def test_freezes_come_from_the_day_on_which_they_were_enabled():
    engine = Engine(rules(streak=daily()))
    active(engine, "04-01", 3)
    change(engine, "04-03T13:00", streak=daily(freezes=Freezes(1, 2, 7, 1)))
    assert jo(engine, "04-03T14:00").freezes == 0
    active(engine, "04-04", 6)
    assert jo(engine, "04-09T23:59").freezes == 0
    assert jo(engine, "04-10T00:00").freezes == 1


def test_a_maximum_of_freezes_that_is_raised_does_not_bring_those_that_found_no_room():
    engine = Engine(rules(streak=daily(freezes=Freezes(1, 1, 7, 1))))
    active(engine, "04-01", 30)
    change(engine, "04-30T13:00", streak=daily(freezes=Freezes(1, 5, 7, 1)))
    active(engine, "05-01", 5)
    assert jo(engine, "05-05T23:59").freezes == 1
    assert jo(engine, "05-06T00:00").freezes == 2  # five weeks after the first of April


def test_a_maximum_of_freezes_that_is_lowered_takes_none_away():
    engine = Engine(rules(streak=daily(freezes=Freezes(4))))
    active(engine, "04-01", 1)
    change(engine, "04-01T13:00", streak=daily(freezes=Freezes(0, 1, 2, 1)))
    assert jo(engine, "04-02T23:59").freezes == 4
    assert jo(engine, "04-06T00:00").freezes == 0
    assert jo(engine, "04-06T00:00").streak.length == 1


def test_a_streak_of_ones_own_lasts_as_long_as_the_rules_allow_it():
    own = {"customization_enabled": True}
    engine = Engine(rules(streak=daily(**own)))
    active(engine, "06-13", 1)
    engine.prefer("jo", metrics=[StreakMetric("lessons")], days_off=["saturday"], at=at("06-13T13:00"))
    change(engine, "06-15T10:00", streak=daily())
    assert length(engine, "06-15T11:00") == 1  # Saturday was off
    assert [one.streak.length for one in play(engine, "06-15T12:00 lessons 1\n06-15T12:00 words 1")] == [1, 2]
    change(engine, "06-15T13:00", streak=daily(**own))
    assert [one.streak.length for one in play(engine, "06-16T12:00 words 1\n06-16T12:00 lessons 1")] == [2, 3]


def test_a_condition_that_a_user_adds_begins_at_nothing_in_the_present_day():
    streak = Streak(metrics=[StreakMetric("words")], customization_enabled=True)
    engine = Engine(rules(streak=streak))
    engine.identify("jo", at=at("04-01T09:00"))
    conditions = [StreakMetric("words", 2), StreakMetric("lessons", 1)]
    engine.prefer("jo", metrics=conditions, evaluation_mode="AND", at=at("04-01T10:00"))
    engine.record("words", user="jo", at=at("04-01T11:00"))
    engine.prefer("jo", metrics=conditions[:1], at=at("04-01T11:30"))
    engine.prefer("jo", metrics=conditions, at=at("04-01T11:40"))
    assert engine.record("words", user="jo", at=at("04-01T12:00")).streak.length == 0
    assert engine.record("lessons", user="jo", at=at("04-01T13:00")).streak.length == 1
