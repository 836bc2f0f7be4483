"""Messages while rules change: newly enabled messages are not sent late, and pending ones are kept."""

from datetime import date

import pytest
from notified import effects_of_kind, rules, xp
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementDue,
    ApiTrigger,
    Engine,
    Notifications,
    PointsChanged,
    RecapDue,
)


@pytest.mark.parametrize("begun", ["03-07T00:00", "03-06T09:00"])  # the second is the instant of a message
def test_newly_enabled_notifications_send_nothing_late(begun):
    engine = Engine(rules(notifications=None))
    engine.identify("jo", time_zone="UTC", at=at("03-01T08:00"))
    play(engine, "03-01T10:00 words 3")
    assert engine.update(rules(), at=at(begun)) == ()
    effects = engine.settle(at=at("03-10T00:00"))
    assert [(effect.type, effect.at, effect.days_since_last_active) for effect in effects] == [
        ("emails.reactivation_due", at("03-08T09:00"), 7)
    ]


def test_newly_enabled_notifications_count_idle_days_from_the_first_day_of_the_user():
    engine = Engine(rules(notifications=None))
    engine.identify("jo", time_zone="UTC", at=at("03-01T08:00"))
    assert engine.update(rules(), at=at("03-07T00:00")) == ()
    effects = engine.settle(at=at("03-10T00:00"))
    assert [(effect.type, effect.at) for effect in effects] == [("emails.reactivation_due", at("03-08T09:00"))]


def test_notifications_can_be_enabled_on_the_last_day_of_the_calendar():
    """The mornings after 30 idle days are after the last day of a zone."""
    engine = Engine(rules(notifications=None))
    engine.identify("jo", time_zone="+05:30", at=at("2199-12-30T08:00"))
    assert engine.update(rules(), at=at("2199-12-31T00:00")) == ()
    assert engine.settle(at=at("2199-12-31T12:00")) == ()


def test_mail_about_an_achievement_waits_through_a_change_of_rules():
    done = Achievement("done", ApiTrigger())
    engine = Engine(rules(achievements=[done]))
    engine.identify("jo", time_zone="UTC", at=at("04-02T08:00"))
    engine.complete("done", user="jo", at=at("04-02T09:00"))
    engine.update(rules(achievements=[done, Achievement("more", ApiTrigger())]), at=at("04-02T10:00"))
    assert len(effects_of_kind(engine.settle(at=at("04-02T23:00")), AchievementDue)) == 1


def test_mail_about_a_removed_achievement_is_not_sent():
    engine = Engine(rules(achievements=[Achievement("done", ApiTrigger())]))
    engine.identify("jo", time_zone="UTC", at=at("04-02T08:00"))
    engine.complete("done", user="jo", at=at("04-02T09:00"))
    engine.update(rules(), at=at("04-02T10:00"))
    assert effects_of_kind(engine.settle(at=at("04-02T23:00")), AchievementDue) == []


def test_the_week_of_a_recap_begins_on_the_first_weekday_of_the_rules():
    engine = Engine(rules(first_weekday="wednesday"))
    engine.identify("jo", time_zone="UTC", at=at("04-03T08:00"))
    play(engine, "04-03T10:00 words 1")
    [recap] = effects_of_kind(engine.settle(at=at("04-12T00:00")), RecapDue)
    assert (recap.period_start, recap.period_end) == (date(2025, 4, 2), date(2025, 4, 8))


@pytest.mark.parametrize("minutes", [0, 5])
def test_changes_of_a_balance_that_wait_are_announced_once_after_the_rules_combine_fewer(minutes):
    engine = Engine(rules(points=[xp()]))
    play(engine, "04-02T12:00 words 10\n04-02T12:05 words 20")
    engine.update(rules(points=[xp()], notifications=Notifications(throttle_minutes=minutes)), at=at("04-02T12:06"))
    changes = effects_of_kind(engine.settle(at=at("04-02T12:30")), PointsChanged)
    assert [(one.at, one.total, one.added) for one in changes] == [(at("04-02T12:15"), 30, 20)]
    [outcome] = play(engine, "04-02T12:31 words 1")
    assert [(one.total, one.added) for one in effects_of_kind(outcome.effects, PointsChanged)] == [(31, 1)]
