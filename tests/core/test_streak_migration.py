"""The rules of the streak change: credited, carried and lost periods and freezes before the change are kept."""

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


def test_a_lowered_threshold_counts_the_events_of_today():
    engine = Engine(rules(streaks=[daily(words=10)]))
    play(engine, "04-01T10:00 words 6")
    change(engine, "04-01T11:00", streaks=[daily(words=7)])
    assert length(engine, "04-01T12:00") == 0
    [outcome] = play(engine, "04-01T12:00 words 1")
    assert outcome.streak.length == 1
    change(engine, "04-01T13:00", streaks=[daily(words=100)])
    assert length(engine, "04-01T14:00") == 1
    assert length(engine, "04-03T00:00") == 0


def test_a_removed_streak_cannot_be_restored():
    engine = Engine(rules(streaks=[daily()]))
    active(engine, "04-01", 3)
    change(engine, "04-10T10:00", streaks=[])
    change(engine, "04-10T11:00", streaks=[daily()])
    with pytest.raises(NoStreakToRestore):
        engine.restore_streak("jo", at=at("04-10T12:00"))


def test_past_days_off_stay_days_off():
    engine = Engine(rules(streaks=[daily(days_off=["saturday", "sunday"])]))
    active(engine, "06-09", 5)  # Monday to Friday
    change(engine, "06-16T10:00", streaks=[daily()])
    shown = jo(engine, "06-16T11:00").streak
    assert (shown.length, shown.expires) == (5, date(2025, 6, 16))
    assert active(engine, "06-16", 1).streak.length == 6


def test_a_removed_day_off_does_not_protect_today_and_a_new_one_does():
    engine = Engine(rules(streaks=[daily(days_off=["saturday"])]))
    active(engine, "06-13", 1)  # a Friday
    change(engine, "06-14T10:00", streaks=[daily()])
    assert length(engine, "06-14T23:59") == 1
    assert length(engine, "06-15T00:00") == 0
    active(engine, "06-20", 1)
    change(engine, "06-21T10:00", streaks=[daily(days_off=["saturday"])])
    assert length(engine, "06-22T23:59") == 1


def test_freezes_are_earned_from_the_day_on_which_they_were_enabled():
    engine = Engine(rules(streaks=[daily()]))
    active(engine, "04-01", 3)
    change(engine, "04-03T13:00", streaks=[daily(freezes=Freezes(1, 2, 7, 1))])
    assert jo(engine, "04-03T14:00").freezes == 0
    active(engine, "04-04", 6)
    assert jo(engine, "04-09T23:59").freezes == 0
    assert jo(engine, "04-10T00:00").freezes == 1


def test_a_raised_maximum_does_not_grant_the_freezes_above_the_former_one():
    engine = Engine(rules(streaks=[daily(freezes=Freezes(1, 1, 7, 1))]))
    active(engine, "04-01", 30)
    change(engine, "04-30T13:00", streaks=[daily(freezes=Freezes(1, 5, 7, 1))])
    active(engine, "05-01", 5)
    assert jo(engine, "05-05T23:59").freezes == 1
    assert jo(engine, "05-06T00:00").freezes == 2  # five weeks after the first of April


def test_a_lowered_maximum_keeps_the_freezes():
    engine = Engine(rules(streaks=[daily(freezes=Freezes(4))]))
    active(engine, "04-01", 1)
    change(engine, "04-01T13:00", streaks=[daily(freezes=Freezes(0, 1, 2, 1))])
    assert jo(engine, "04-02T23:59").freezes == 4
    assert jo(engine, "04-06T00:00").freezes == 0
    assert jo(engine, "04-06T00:00").streak.length == 1


def test_a_custom_streak_lasts_while_the_rules_allow_it():
    own = {"customization_enabled": True}
    engine = Engine(rules(streaks=[daily(**own)]))
    active(engine, "06-13", 1)
    engine.prefer("jo", metrics=[StreakMetric("lessons")], days_off=["saturday"], at=at("06-13T13:00"))
    change(engine, "06-15T10:00", streaks=[daily()])
    assert length(engine, "06-15T11:00") == 1  # Saturday was off
    assert [outcome.streak.length for outcome in play(engine, "06-15T12:00 lessons 1\n06-15T12:00 words 1")] == [1, 2]
    change(engine, "06-15T13:00", streaks=[daily(**own)])
    assert [outcome.streak.length for outcome in play(engine, "06-16T12:00 words 1\n06-16T12:00 lessons 1")] == [2, 3]


def test_an_added_condition_starts_at_zero_on_the_present_day():
    streak = Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)
    engine = Engine(rules(streaks=[streak]))
    engine.identify("jo", at=at("04-01T09:00"))
    conditions = [StreakMetric("words", 2), StreakMetric("lessons", 1)]
    engine.prefer("jo", metrics=conditions, evaluation_mode="AND", at=at("04-01T10:00"))
    engine.record("words", user="jo", at=at("04-01T11:00"))
    engine.prefer("jo", metrics=conditions[:1], at=at("04-01T11:30"))
    engine.prefer("jo", metrics=conditions, at=at("04-01T11:40"))
    assert engine.record("words", user="jo", at=at("04-01T12:00")).streak.length == 0
    assert engine.record("lessons", user="jo", at=at("04-01T13:00")).streak.length == 1
