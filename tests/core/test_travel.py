"""Travel: dates follow the local clock of the user, and no flight loses a streak."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from trophy_engine import (
    Engine,
    FreezeReturned,
    Freezes,
    Metric,
    Ruleset,
    Streak,
    StreakLossUndone,
    StreakLost,
    StreakMetric,
)
from trophy_engine.storage import SQLiteStorage

LONDON, NEW_YORK, BERLIN, TOKYO = "Europe/London", "America/New_York", "Europe/Berlin", "Asia/Tokyo"


def local(zone, month, day, hour=12, minute=0, year=2025):
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def traveller(zone, since, *, first_weekday="sunday", **streak):
    streak = Streak("habit", metrics=[StreakMetric("steps")], **streak)
    engine = Engine(Ruleset(metrics=[Metric("steps")], streaks=[streak], first_weekday=first_weekday))
    engine.identify("jo", time_zone=zone, at=since)
    return engine


def walk(engine, *instants):
    """Record an event at each instant; return the length of the streak after the last."""
    return [engine.record("steps", user="jo", at=at).streak.length for at in instants][-1]


def fly(engine, zone, at):
    """Change the zone of the user; return the effects on the streak."""
    effects = engine.identify("jo", time_zone=zone, at=at).effects
    return [effect for effect in effects if effect.type.startswith("streak.")]


def days_in(zone, days, hour=9):
    return [local(zone, 6, day, hour) for day in days]


# --- east: what a flight cuts short is protected until it is decided --------------------------------------------------


def test_a_day_shortened_on_friday_stays_protected_over_a_weekend_off():
    engine = traveller(NEW_YORK, local(NEW_YORK, 6, 2, 0), days_off=["saturday", "sunday"])
    walk(engine, *days_in(NEW_YORK, range(2, 6)))
    fly(engine, LONDON, local(NEW_YORK, 6, 6))
    assert engine.user("jo", at=local(LONDON, 6, 9, 8)).streak.length == 4
    assert fly(engine, BERLIN, local(BERLIN, 6, 9, 9)) == []
    assert engine.user("jo", at=local(BERLIN, 6, 9, 9)).streak.length == 4
    assert walk(engine, local(BERLIN, 6, 10)) == 5


def test_a_pause_between_two_flights_keeps_both_protected_days():
    engine = traveller(NEW_YORK, local(NEW_YORK, 6, 2, 0))
    walk(engine, *days_in(NEW_YORK, range(2, 6)))
    fly(engine, LONDON, local(NEW_YORK, 6, 6))
    engine.pause("jo", date(2025, 6, 7), date(2025, 6, 15), at=local(LONDON, 6, 7, 8))
    fly(engine, BERLIN, local(LONDON, 6, 16, 9))
    assert engine.user("jo", at=local(BERLIN, 6, 17, 9)).streak.length == 4
    assert walk(engine, local(BERLIN, 6, 17)) == 5


def test_five_days_an_hour_further_east_each_are_all_protected():
    engine = traveller("+00:00", local("UTC", 6, 1, 0))
    walk(engine, *days_in("UTC", [1, 2]))
    for hours, day in enumerate(range(3, 8), start=1):
        assert fly(engine, f"+{hours:02}:00", local("UTC", 6, day, 10)) == []
    streak = engine.user("jo", at=local("UTC", 6, 8, 10)).streak
    assert (streak.length, streak.expires) == (2, date(2025, 6, 8))
    assert walk(engine, local("UTC", 6, 8, 10)) == 3


def test_a_protected_day_is_no_longer_so_once_a_later_one_is_credited():
    engine = traveller(NEW_YORK, local(NEW_YORK, 6, 2, 0))
    walk(engine, *days_in(NEW_YORK, [2, 3]))
    fly(engine, LONDON, local(NEW_YORK, 6, 4))
    assert walk(engine, local(LONDON, 6, 5)) == 3
    assert engine.export_user("jo")["streaks"]["habit"]["protected_periods"] == []


# --- west: what the old midnight decided is undone --------------------------------------------------------------------


def test_the_first_event_after_landing_undoes_the_loss():
    engine = traveller(LONDON, local(LONDON, 6, 1, 0))
    walk(engine, *days_in(LONDON, range(1, 6)))
    landed = local(NEW_YORK, 6, 6, 21)
    lost, undone = fly(engine, NEW_YORK, landed)
    assert (type(lost), lost.length, lost.period_start) == (StreakLost, 5, date(2025, 6, 6))
    assert undone == StreakLossUndone("jo", landed, "habit", 5, date(2025, 6, 6))
    outcome = engine.record("steps", user="jo", at=landed)
    assert (outcome.streak.length, outcome.streak.started) == (6, date(2025, 6, 1))
    why = engine.explain("jo", streak=True, at=landed)
    assert [(period.first_day.day, period.kind) for period in why.periods] == [(n, "credited") for n in range(1, 7)]
    assert why.missed is None
    assert [row.length for row in engine.reports.streak_history("jo", periods=6, at=landed)] == [1, 2, 3, 4, 5, 6]


def test_a_freeze_spent_at_the_old_midnight_is_returned():
    engine = traveller(LONDON, local(LONDON, 6, 1, 0), freezes=Freezes(start_count=1, max_count=2))
    walk(engine, *days_in(LONDON, range(1, 6)))
    consumed, returned = fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    assert (consumed.freezes, consumed.length) == (0, 5)
    assert returned == FreezeReturned("jo", local(NEW_YORK, 6, 6, 21), "habit", 1, 5, date(2025, 6, 6))
    assert walk(engine, local(NEW_YORK, 6, 6, 22)) == 6
    player = engine.user("jo", at=local(NEW_YORK, 6, 6, 23))
    assert (player.freezes, player.freezes_used) == (1, 0)
    assert not any(row.used_freeze for row in engine.reports.streak_history("jo", at=local(NEW_YORK, 6, 6, 23)))


def test_a_freeze_is_not_returned_above_the_maximum():
    """A freeze was earned at the midnight that consumed one; without the flight it would have exceeded the maximum."""
    freezes = Freezes(start_count=1, max_count=1, auto_earn_interval=6, auto_earn_amount=1)
    engine = traveller(LONDON, local(LONDON, 6, 1, 0), freezes=freezes)
    walk(engine, *days_in(LONDON, range(1, 6)))
    consumed, earned, returned = fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    assert (consumed.freezes, earned.freezes, returned.freezes, returned.returned) == (0, 1, 1, 0)


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_reads_and_settling_in_between_change_nothing(looks):
    engine = traveller(LONDON, local(LONDON, 6, 1, 0))
    walk(engine, *days_in(LONDON, range(1, 6)))
    for minute in range(looks):
        engine.settle(at=local(LONDON, 6, 7, 0, minute))
        assert engine.user("jo", at=local(LONDON, 6, 7, 1)).streak.length == 0
    fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    assert walk(engine, local(NEW_YORK, 6, 6, 21)) == 6


def test_a_command_in_between_makes_the_loss_final():
    engine = traveller(LONDON, local(LONDON, 6, 1, 0))
    walk(engine, *days_in(LONDON, range(1, 6)))
    engine.identify("jo", name="Jo", at=local(LONDON, 6, 7, 0, 30))
    assert fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21)) == []
    assert walk(engine, local(NEW_YORK, 6, 6, 21)) == 1


def test_no_earlier_decision_is_undone():
    """The 5th was missed and frozen at home; only the miss of the 6th is undone by a clock that shows the 6th."""
    engine = traveller(LONDON, local(LONDON, 6, 1, 0), freezes=Freezes(start_count=1))
    walk(engine, *days_in(LONDON, range(1, 5)))
    frozen, lost, undone = fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    assert [frozen.period_start.day, lost.period_start.day, undone.period_start.day] == [5, 6, 6]
    assert walk(engine, local(NEW_YORK, 6, 6, 21)) == 5
    assert engine.user("jo", at=local(NEW_YORK, 6, 6, 22)).freezes_used == 1


def test_a_flight_over_the_date_line_undoes_both_midnights():
    """At 00:30 on the 8th in Kiritimati it is 22:30 on the 6th in the zone where dates change last."""
    engine = traveller("Pacific/Kiritimati", local("Pacific/Kiritimati", 6, 1, 0), freezes=Freezes(start_count=1))
    walk(engine, *days_in("Pacific/Kiritimati", range(1, 6)))
    landed = local("Etc/GMT+12", 6, 6, 22, 30)
    effects = fly(engine, "Etc/GMT+12", landed)
    assert [(effect.type, effect.period_start.day) for effect in effects] == [
        ("streak.freeze_consumed", 6),
        ("streak.lost", 7),
        ("streak.loss_undone", 7),
        ("streak.freeze_returned", 6),
    ]
    assert walk(engine, landed, local("Etc/GMT+12", 6, 7, 12)) == 7
    assert engine.user("jo", at=local("Etc/GMT+12", 6, 7, 12)).freezes == 1


def test_the_miss_is_decided_at_the_new_midnight():
    engine = traveller(LONDON, local(LONDON, 6, 1, 0))
    walk(engine, *days_in(LONDON, range(1, 6)))
    fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    [lost] = engine.settle(at=local(NEW_YORK, 6, 7, 0))
    assert (lost.at, lost.length) == (local(NEW_YORK, 6, 7, 0), 5)
    history = engine.reports.streak_history("jo", periods=3, at=local(NEW_YORK, 6, 7, 1))
    assert [row.length for row in history] == [5, 0, 0]


def test_an_undone_loss_leaves_no_lost_streak():
    """The streak before it can still be restored, and this one cannot."""
    engine = traveller(LONDON, local(LONDON, 5, 1, 0))
    walk(engine, *(local(LONDON, 5, day) for day in range(1, 9)))
    walk(engine, *days_in(LONDON, range(1, 6)))
    fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    restored = engine.restore_streak("jo", at=local(NEW_YORK, 6, 6, 22))
    assert restored.streak.length == 8


def test_a_date_credited_further_east_is_not_credited_again_after_a_restore():
    """The restored streak carries all dates since the loss, including the credited ones."""
    engine = traveller(LONDON, local(LONDON, 6, 2, 0))
    walk(engine, *days_in(LONDON, [2, 3, 4]))
    fly(engine, "+14:00", local(LONDON, 6, 5, 8))
    assert walk(engine, local("Etc/GMT-14", 6, 8, 1)) == 1
    fly(engine, LONDON, local("Etc/GMT-14", 6, 8, 2))
    restored = engine.restore_streak("jo", at=local(LONDON, 6, 7, 14))
    assert (restored.streak.length, restored.streak.expires) == (3, date(2025, 6, 9))
    assert walk(engine, local(LONDON, 6, 8)) == 3
    assert walk(engine, local(LONDON, 6, 9)) == 4


def test_a_week_that_the_clock_shows_again_was_not_missed():
    engine = traveller(LONDON, local(LONDON, 6, 1, 0), frequency="weekly", first_weekday="monday")
    walk(engine, local(LONDON, 6, 4))
    landed = local(NEW_YORK, 6, 15, 21)  # a Sunday; in London it is Monday already
    lost, undone = fly(engine, NEW_YORK, landed)
    assert (lost.period_start, undone.period_start) == (date(2025, 6, 9), date(2025, 6, 9))
    assert walk(engine, landed) == 2


def test_the_undoing_survives_the_process(tmp_path):
    engine = traveller(LONDON, local(LONDON, 6, 1, 0))
    walk(engine, *days_in(LONDON, range(1, 6)))
    saved = Engine(engine.ruleset, storage=SQLiteStorage(tmp_path / "save.db"))
    for entry in engine.log():
        match entry.command:
            case _ if entry.number == 1:
                saved.identify("jo", time_zone=LONDON, at=local(LONDON, 6, 1, 0))
            case _ if entry.number > 1:
                saved.record("steps", user="jo", at=local(LONDON, 6, entry.number - 1, 9))
    saved.settle(at=local(LONDON, 6, 7, 1))
    saved.close()
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as opened:
        fly(opened, NEW_YORK, local(NEW_YORK, 6, 6, 21))
        assert walk(opened, local(NEW_YORK, 6, 6, 21)) == 6


def test_other_rules_keep_a_loss_undoable_if_the_streak_is_unchanged():
    engine = traveller(LONDON, local(LONDON, 6, 1, 0))
    walk(engine, *days_in(LONDON, range(1, 6)))
    streak = engine.ruleset.primary_streak
    engine.update(Ruleset(metrics=[Metric("steps"), Metric("words")], streaks=[streak]), at=local(LONDON, 6, 7, 1))
    fly(engine, NEW_YORK, local(NEW_YORK, 6, 6, 21))
    assert walk(engine, local(NEW_YORK, 6, 6, 21)) == 6


# --- dates that are shown again ---------------------------------------------------------------------------------------


def test_a_day_off_that_is_shown_again_can_be_credited():
    engine = traveller(TOKYO, local(TOKYO, 6, 2, 0), days_off=["saturday"])
    walk(engine, *days_in(TOKYO, range(2, 7)))
    fly(engine, NEW_YORK, local(TOKYO, 6, 8, 8))  # Sunday morning; Saturday evening in New York
    assert walk(engine, local(NEW_YORK, 6, 7, 21)) == 6


def test_a_paused_day_that_is_shown_again_can_be_credited():
    engine = traveller(TOKYO, local(TOKYO, 6, 2, 0))
    walk(engine, *days_in(TOKYO, range(2, 7)))
    engine.pause("jo", date(2025, 6, 7), date(2025, 6, 7), at=local(TOKYO, 6, 6, 12))
    fly(engine, NEW_YORK, local(TOKYO, 6, 8, 8))
    assert walk(engine, local(NEW_YORK, 6, 7, 21)) == 6


def test_a_date_that_one_calendar_skipped_can_be_credited_in_another():
    """Apia skipped 30 December 2011; on the other side of the date line that date began a day later."""
    apia, pago = "Pacific/Apia", "Pacific/Pago_Pago"
    engine = traveller(apia, local(apia, 12, 28, year=2011))
    walk(engine, *(local(apia, 12, day, year=2011) for day in (28, 29)))
    fly(engine, pago, local(apia, 12, 31, 9, year=2011))
    assert walk(engine, local(pago, 12, 30, 12, year=2011), local(pago, 12, 31, 12, year=2011)) == 4


def test_a_date_that_the_new_calendar_skipped_was_not_missed():
    """The zone changes on the 31st in Apia, which skipped the 30th; at home the 30th was over."""
    engine = traveller("UTC", local("UTC", 12, 28, 0, year=2011))
    walk(engine, *(local("UTC", 12, day, year=2011) for day in (28, 29)))
    fly(engine, "Pacific/Apia", local("Pacific/Apia", 12, 31, 23, year=2011))
    assert walk(engine, local("Pacific/Apia", 12, 31, 23, year=2011)) == 3
