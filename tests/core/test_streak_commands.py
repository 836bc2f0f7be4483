"""Streak commands: pauses, granted freezes, restoring and resetting."""

from datetime import date, timedelta

import pytest
from datetimes import utc
from word_days import active, rules

from trophy_engine import (
    Engine,
    FreezeLimitReached,
    Freezes,
    InvalidValue,
    Metric,
    NoStreakToReset,
    NoStreakToRestore,
    Ruleset,
    Streak,
    StreakMetric,
    StreakReset,
    UnknownKey,
    UnknownUser,
)


def kinds(effects):
    return [effect.type for effect in effects]


# --- pauses -----------------------------------------------------------------------------------------------------------


def test_a_pause_carries_its_days_and_activity_extends_the_streak():
    engine = Engine(rules(freezes=Freezes(2, 2)))
    assert active(engine, "2026-08-15", 5).streak.length == 5
    paused = engine.pause("jo", "2026-08-20", date(2026, 8, 27), at=utc("2026-08-19 13:00"))
    assert kinds(paused.effects) == ["streak.paused"]
    assert engine.user("jo", at=utc("2026-08-19 14:00")).streak.expires == date(2026, 8, 28)
    assert engine.record("words", user="jo", at=utc("2026-08-22 12:00")).streak.length == 6
    last = engine.record("words", user="jo", at=utc("2026-08-28 12:00"))
    assert (last.streak.length, last.streak.freezes) == (7, 2)


def test_a_pause_does_not_start_in_the_past_nor_end_before_it_starts():
    engine = Engine(rules())
    engine.identify("jo", time_zone="Asia/Tokyo", at=utc("2026-08-19 16:00"))  # it is the 20th there
    with pytest.raises(
        InvalidValue, match="must not start before today, 2026-08-20 for user 'jo', but starts on 2026-08-19"
    ):
        engine.pause("jo", "2026-08-19", "2026-08-27", at=utc("2026-08-19 16:00"))
    with pytest.raises(InvalidValue, match="2026-08-20 is before 2026-08-21"):
        engine.pause("jo", "2026-08-21", "2026-08-20", at=utc("2026-08-19 16:00"))
    with pytest.raises(InvalidValue, match="end must be a date, for example"):
        engine.pause("jo", "2026-08-21", "soon", at=utc("2026-08-19 16:00"))
    with pytest.raises(UnknownUser):
        engine.pause("mia", "2026-08-21", "2026-08-22", at=utc("2026-08-19 16:00"))
    assert engine.user("jo", at=utc("2026-08-19 16:00")).pauses == ()


def test_a_removed_pause_protects_only_the_days_before_its_removal():
    engine = Engine(rules())
    active(engine, "2026-08-19", 1)
    engine.pause("jo", "2026-08-20", "2026-08-27", at=utc("2026-08-19 13:00"))
    taken = engine.unpause("jo", 1, at=utc("2026-08-23 09:00"))
    assert kinds(taken.effects) == ["streak.unpaused"]
    player = engine.user("jo", at=utc("2026-08-23 10:00"))
    assert (player.streak.length, player.streak.expires) == (1, date(2026, 8, 23))
    [pause] = player.pauses
    assert (pause.number, pause.start, pause.end, pause.archived) == (1, date(2026, 8, 20), date(2026, 8, 22), True)
    assert engine.user("jo", at=utc("2026-08-24 00:00")).streak.length == 0
    with pytest.raises(InvalidValue, match="no pause 1 that can be taken back"):
        engine.unpause("jo", 1, at=utc("2026-08-24 00:00"))


def test_a_week_is_safe_if_a_pause_touches_it():
    engine = Engine(rules(frequency="weekly"))
    active(engine, "2026-08-19", 1)  # a Wednesday
    engine.pause("jo", "2026-08-29", "2026-08-30", at=utc("2026-08-19 13:00"))  # the Saturday and the Sunday after
    assert engine.user("jo", at=utc("2026-09-12 23:59")).streak.length == 1
    assert engine.user("jo", at=utc("2026-09-13 00:00")).streak.length == 0


def test_pauses_can_overlap_and_long_ones_take_no_time():
    engine = Engine(rules())
    active(engine, "2026-08-19", 1)
    engine.pause("jo", "2026-08-20", "2056-08-27", at=utc("2026-08-19 13:00"))
    engine.pause("jo", "2050-01-01", "2066-12-31", at=utc("2026-08-19 13:00"))
    assert engine.record("words", user="jo", at=utc("2067-01-01 12:00")).streak.length == 2


@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly"])
def test_an_endless_pause_ends_with_the_calendar(frequency):
    engine = Engine(rules(frequency=frequency))
    active(engine, "2026-08-15", 1)
    engine.pause("jo", "2026-08-16", "9999-12-31", at=utc("2026-08-15 13:00"))
    for other in ("weekly", "monthly", frequency):
        engine.update(rules(frequency=other), at=utc("2026-08-15 14:00"))
    shown = engine.user("jo", at=utc("2190-01-01 12:00")).streak
    assert (shown.length, shown.expires) == (1, None)


# --- granted freezes---------------------------------------------------------------------------------------------------


def test_freezes_are_granted_up_to_the_maximum():
    engine = Engine(rules(freezes=Freezes(2, 3)))
    active(engine, "2025-06-13", 1)
    granted = engine.grant_freeze("jo", at=utc("2025-06-13 13:00"))
    assert [(effect.type, effect.granted, effect.freezes) for effect in granted.effects] == [
        ("streak.freeze_granted", 1, 3)
    ]
    with pytest.raises(FreezeLimitReached, match="user 'jo' already has the maximum number of freezes, 3"):
        engine.grant_freeze("jo", at=utc("2025-06-13 13:00"))
    assert engine.user("jo", at=utc("2025-06-13 13:00")).freezes == 3
    with pytest.raises(UnknownUser):
        engine.grant_freeze("ghost", at=utc("2025-06-13 13:00"))


def test_streak_commands_require_a_streak_in_the_rules():
    engine = Engine(Ruleset(metrics=[Metric("words")]))
    engine.record("words", user="jo", at=utc("2025-06-13 13:00"))
    with pytest.raises(UnknownKey, match="unknown rule 'streak'"):
        engine.grant_freeze("jo", at=utc("2025-06-13 13:00"))


# --- restoring and resetting ------------------------------------------------------------------------------------------


def test_a_lost_streak_is_restored_and_continues_today():
    engine = Engine(rules(freezes=Freezes(4, 4)))
    active(engine, "2025-11-02", 1)
    lost = engine.settle(at=utc("2025-11-08 00:00"))
    assert kinds(lost) == ["streak.freeze_consumed"] * 4 + ["streak.lost"]
    assert lost[-1].length == 1
    restored = engine.restore_streak("jo", at=utc("2025-11-22 12:00"))
    assert (restored.streak.length, restored.streak.started, restored.streak.expires) == (
        1,
        date(2025, 11, 2),
        date(2025, 11, 23),
    )
    assert kinds(restored.effects) == ["streak.restored"]
    assert engine.record("words", user="jo", at=utc("2025-11-22 13:00")).streak.length == 2
    with pytest.raises(NoStreakToRestore, match="has no recently lost streak that is longer than the current one of 2"):
        engine.restore_streak("jo", at=utc("2025-11-22 14:00"))


def test_a_restored_streak_is_lost_again_when_the_next_day_is_missed():
    engine = Engine(rules())
    active(engine, "2025-11-02", 3)
    engine.restore_streak("jo", at=utc("2025-11-22 12:00"))
    assert engine.user("jo", at=utc("2025-11-23 23:59")).streak.length == 3
    assert engine.user("jo", at=utc("2025-11-24 00:00")).streak.length == 0


def test_a_streak_lost_more_than_ninety_days_ago_cannot_be_restored():
    engine = Engine(rules())
    active(engine, "2025-06-01", 5)  # to the 5th
    assert engine.user("jo", at=utc("2025-09-03 12:00")).streak.length == 0
    with pytest.raises(NoStreakToRestore):
        engine.restore_streak("jo", at=utc("2025-09-04 12:00"))
    active(engine, "2025-06-01", 5, user="mia")
    assert engine.restore_streak("mia", at=utc("2025-09-03 12:00")).streak.length == 5


@pytest.mark.parametrize(
    ("frequency", "lost", "until"),
    [("weekly", "2025-01-01", "2025-12-31"), ("monthly", "2025-01-01", "2026-12-31")],
)
def test_weekly_and_monthly_streaks_are_restored_from_further_back(frequency, lost, until):
    engine = Engine(rules(frequency=frequency))
    active(engine, lost, 1)
    engine.restore_streak("jo", at=utc(f"{until} 12:00"))
    assert engine.user("jo", at=utc(f"{until} 13:00")).streak.length == 1
    active(engine, lost, 1, user="mia")
    with pytest.raises(NoStreakToRestore):
        engine.restore_streak("mia", at=utc(f"{until} 12:00") + timedelta(days=7))


def test_restoring_completes_no_achievement_and_awards_no_points():
    engine = Engine(rules())
    active(engine, "2025-11-02", 3)
    assert kinds(engine.restore_streak("jo", at=utc("2025-11-10 12:00")).effects) == ["streak.lost", "streak.restored"]


def test_a_reset_ends_the_streak_and_later_events_start_the_next():
    engine = Engine(rules())
    assert active(engine, "2025-06-05", 9).streak.length == 9
    reset = engine.reset_streak("jo", at=utc("2025-06-13 12:30"))
    assert [(effect.type, effect.length) for effect in reset.effects] == [("streak.reset", 9), ("streak.lost", 9)]
    assert isinstance(reset.effects[0], StreakReset)
    assert reset.streak.length == 0
    with pytest.raises(NoStreakToReset, match="user 'jo' has no running streak to reset"):
        engine.reset_streak("jo", at=utc("2025-06-13 12:40"))
    again = engine.record("words", user="jo", at=utc("2025-06-13 13:00"))
    assert (again.streak.length, again.streak.started) == (1, date(2025, 6, 13))


def test_only_events_after_a_reset_count_for_its_day():
    engine = Engine(
        Ruleset(
            metrics=[Metric("words"), Metric("lessons")], streaks=[Streak("habit", metrics=[StreakMetric("words", 10)])]
        )
    )
    engine.record("words", user="jo", value=10, at=utc("2025-06-12 12:00"))
    engine.record("words", user="jo", value=7, at=utc("2025-06-13 12:00"))
    engine.reset_streak("jo", at=utc("2025-06-13 12:30"))
    assert engine.record("words", user="jo", value=5, at=utc("2025-06-13 13:00")).streak.length == 0
    assert engine.record("words", user="jo", value=5, at=utc("2025-06-13 14:00")).streak.length == 1


def test_without_a_lost_streak_restoring_is_refused():
    engine = Engine(rules())
    active(engine, "2025-06-10", 3)
    engine.prefer("jo", streak_enabled=False, at=utc("2025-06-20 13:00"))
    with pytest.raises(NoStreakToRestore):
        engine.restore_streak("jo", at=utc("2025-06-20 14:00"))


def test_a_streak_of_another_frequency_is_restored_from_the_history():
    engine = Engine(rules())
    active(engine, "2025-05-26", 14)  # Monday to Sunday, two weeks: three from Sunday to Saturday
    engine.update(rules(frequency="weekly"), at=utc("2025-06-30 12:00"))
    assert engine.user("jo", at=utc("2025-06-30 12:00")).streak.length == 0
    assert engine.restore_streak("jo", at=utc("2025-06-30 13:00")).streak.length == 3
    assert engine.record("words", user="jo", at=utc("2025-06-30 14:00")).streak.length == 4
