"""Messages: the mail of users, its local time of day, and the users who get none."""

from datetime import date, timedelta

import pytest
from notified import effects_of_kind, instants, rules
from stories import at, kinds, play

from trophy_engine import (
    Achievement,
    AchievementDue,
    AchievementPointsTrigger,
    ApiTrigger,
    Engine,
    Experimentation,
    Freezes,
    Notifications,
    PointsChanged,
    PointsSystem,
    ReactivationDue,
    RecapDue,
    Streak,
    StreakMetric,
    StreakReminderDue,
    TimePointsTrigger,
)

# --- recaps and reactivation ------------------------------------------------------------------------------------------


def test_an_idle_user_gets_five_reactivation_messages():
    engine = Engine(rules())
    engine.identify("jo", time_zone="UTC", at=at("03-01T08:00"))
    play(engine, "03-01T10:00 words 3")
    effects = effects_of_kind(engine.settle(at=at("2035-03-01T00:00")), ReactivationDue)
    assert [
        (f"{effect.at:%m-%dT%H:%M}", effect.message_number, effect.days_since_last_active) for effect in effects
    ] == [
        ("03-04T09:00", 1, 3),
        ("03-06T09:00", 2, 5),
        ("03-08T09:00", 3, 7),
        ("03-15T09:00", 4, 14),
        ("03-31T09:00", 5, 30),
    ]


def test_an_award_comes_before_a_message_at_the_same_instant():
    daily = PointsSystem("xp", triggers=[TimePointsTrigger(1, "days")])
    engine = Engine(rules(points=[daily], notifications=Notifications(throttle_minutes=0)))
    engine.identify("jo", time_zone="UTC", at=at("03-01T09:00"))
    play(engine, "03-01T09:00 words 3")
    effects = [effect.type for effect in engine.settle(at=at("03-04T09:00")) if effect.at == at("03-04T09:00")]
    assert effects == ["points.awarded", "points.changed", "emails.reactivation_due"]


def test_activity_restarts_the_reactivation_messages():
    engine = Engine(rules())
    engine.identify("jo", time_zone="UTC", at=at("03-01T08:00"))
    outcomes = play(engine, "03-01T10:00 words 3\n03-05T10:00 words 3")
    effects = [*outcomes[1].effects, *engine.settle(at=at("03-09T00:00"))]
    assert [(effect.at, effect.message_number) for effect in effects_of_kind(effects, ReactivationDue)] == [
        (at("03-04T09:00"), 1),
        (at("03-08T09:00"), 1),
    ]


def test_a_completed_achievement_is_activity_too():
    engine = Engine(rules(achievements=[Achievement("done", ApiTrigger())]))
    engine.identify("jo", time_zone="UTC", at=at("03-01T08:00"))
    play(engine, "03-01T10:00 words 3")
    outcome = engine.complete("done", user="jo", at=at("03-03T10:00"))
    effects = [*outcome.effects, *engine.settle(at=at("03-10T00:00"))]
    assert instants(effects, ReactivationDue) == ["2025-03-06T09:00", "2025-03-08T09:00"]
    assert instants(effects, RecapDue) == ["2025-03-02T09:00", "2025-03-09T09:00"]


@pytest.mark.parametrize(
    ("notifications", "when", "dates"),
    [
        (Notifications(), ["2025-04-06T08:00"], [(date(2025, 3, 30), date(2025, 4, 5))]),
        (Notifications("monthly"), ["2025-05-01T08:00"], [(date(2025, 4, 1), date(2025, 4, 30))]),
    ],
)
def test_a_recap_is_due_on_the_morning_after_a_period_in_which_the_user_was_active(notifications, when, dates):
    engine = Engine(rules(notifications=notifications))
    engine.identify("jo", time_zone="Europe/London", at=at("04-02T10:00"))
    play(engine, "04-02T11:00 words 3\n04-03T11:00 words 3")
    effects = engine.settle(at=at("2030-01-01T00:00"))
    assert instants(effects, RecapDue) == when
    assert [(effect.period_start, effect.period_end) for effect in effects_of_kind(effects, RecapDue)] == dates


def test_weeks_of_recaps_start_on_the_first_weekday_of_the_rules():
    engine = Engine(rules(streaks=[Streak("habit", "weekly", [StreakMetric("words", 1)])], first_weekday="monday"))
    engine.identify("jo", time_zone="UTC", at=at("04-02T10:00"))
    play(engine, "04-02T11:00 words 3")
    (recap,) = effects_of_kind(engine.settle(at=at("04-08T00:00")), RecapDue)
    assert (recap.at, recap.period_start) == (at("04-07T09:00"), date(2025, 3, 31))


def test_mail_to_users_without_a_time_zone_uses_us_eastern():
    engine = Engine(rules())
    play(engine, "04-02T11:00 words 3")
    engine.identify("utc", time_zone="UTC", at=at("04-02T11:00"))
    engine.record("words", user="utc", at=at("04-02T11:00"))
    effects = effects_of_kind(engine.settle(at=at("04-07T00:00")), RecapDue)
    assert {effect.user_id: effect.at for effect in effects} == {"jo": at("04-06T13:00"), "utc": at("04-06T09:00")}
    assert [engine.user(user, at=at("04-07T00:00")).has_time_zone for user in ("jo", "utc")] == [False, True]


def test_a_recap_can_be_due_on_the_utc_day_of_the_activity():
    """02:00 UTC on Sunday is Saturday evening in US Eastern time, the end of a week."""
    engine = Engine(rules())
    play(engine, "04-06T02:00 words 3")
    assert instants(engine.settle(at=at("04-06T12:59")), RecapDue) == []
    assert instants(engine.settle(at=at("04-06T14:00")), RecapDue) == ["2025-04-06T13:00"]


# --- streak reminders -------------------------------------------------------------------------------------------------


def test_a_reminder_comes_four_hours_before_the_day_ends_while_it_is_not_credited():
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])]))
    engine.identify("jo", time_zone="Europe/London", at=at("04-02T10:00"))
    outcomes = play(engine, "04-02T11:00 words 3\n04-03T20:00 words 3")
    effects = [*outcomes[1].effects, *engine.settle(at=at("04-10T00:00"))]
    assert [
        (effect.at, effect.length, effect.period_start) for effect in effects_of_kind(effects, StreakReminderDue)
    ] == [
        (at("04-03T19:00"), 1, date(2025, 4, 3)),
        (at("04-04T19:00"), 2, date(2025, 4, 4)),
    ]
    assert kinds(effects)[-1] == ("emails.reactivation_due", at("04-08T08:00"))


def test_no_reminder_is_sent_for_a_credited_or_protected_day():
    streak = Streak("habit", metrics=[StreakMetric("words", 1)], days_off=["friday"])
    engine = Engine(rules(streaks=[streak]))
    engine.identify("jo", time_zone="UTC", at=at("04-02T10:00"))
    outcomes = play(engine, "04-02T11:00 words 3\n04-03T19:59 words 3")
    effects = [*outcomes[1].effects, *engine.settle(at=at("04-05T19:59"))]
    assert effects_of_kind(effects, StreakReminderDue) == []
    assert instants(engine.settle(at=at("04-05T20:00")), StreakReminderDue) == ["2025-04-05T20:00"]


@pytest.mark.parametrize(
    ("last_credit", "when"),
    [
        ("2025-03-08T15:00", "2025-03-10T00:00"),  # the day of 23 hours ends at 04:00 UTC
        ("2025-11-01T15:00", "2025-11-03T01:00"),  # the day of 25 hours at 05:00 UTC
    ],
)
def test_a_reminder_follows_changes_of_the_clock(last_credit, when):
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])]))
    engine.identify("jo", time_zone="America/New_York", at=at(last_credit))
    engine.record("words", user="jo", at=at(last_credit))
    effects = engine.settle(at=at(last_credit) + timedelta(days=5))
    assert instants(effects, StreakReminderDue) == [when]


def test_a_reminder_is_sent_for_days_that_a_freeze_would_carry():
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words", 1)], freezes=Freezes(2, 2))]))
    engine.identify("jo", time_zone="UTC", at=at("04-02T10:00"))
    play(engine, "04-02T11:00 words 3")
    effects = engine.settle(at=at("2035-04-02T00:00"))
    assert instants(effects, StreakReminderDue) == ["2025-04-03T20:00", "2025-04-04T20:00", "2025-04-05T20:00"]


@pytest.mark.parametrize(("frequency", "when"), [("weekly", "2025-04-11T08:00"), ("monthly", "2025-05-25T08:00")])
def test_reminders_for_weeks_and_months_are_sent_on_friday_and_on_the_25th(frequency, when):
    engine = Engine(rules(streaks=[Streak("habit", frequency, [StreakMetric("words", 1)])]))
    engine.identify("jo", time_zone="Europe/London", at=at("04-02T10:00"))
    play(engine, "04-02T11:00 words 3")
    assert instants(engine.settle(at=at("2026-01-01T00:00")), StreakReminderDue) == [when]


def test_a_disabled_streak_has_no_reminders():
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])]))
    play(engine, "04-02T11:00 words 3")
    engine.prefer("jo", streak_enabled=False, at=at("04-02T12:00"))
    effects = engine.settle(at=at("04-10T00:00"))
    assert [kind for kind, _ in kinds(effects) if "streak" in kind] == []


# --- achievements -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("completed", "when"),
    [
        ("04-02T10:00", "2025-04-02T16:00"),
        ("04-02T16:00", "2025-04-02T16:00"),
        ("04-02T19:30", "2025-04-02T19:30"),
        ("04-02T20:00", "2025-04-02T20:00"),
        ("04-02T20:01", "2025-04-03T16:00"),
        ("04-02T23:30", "2025-04-03T16:00"),
    ],
)
def test_mail_about_an_achievement_comes_in_the_late_afternoon(completed, when):
    engine = Engine(rules(achievements=[Achievement("done", ApiTrigger())]))
    engine.identify("jo", time_zone="Europe/London", at=at("04-02T08:00"))
    outcome = engine.complete("done", user="jo", at=at(completed))
    effects = [*outcome.effects, *engine.settle(at=at("04-05T00:00"))]
    assert instants(effects, AchievementDue) == [when]
    (due,) = effects_of_kind(effects, AchievementDue)
    assert due.completion_id == outcome.achievements[0].completion_id


def test_pending_mail_is_sent_in_the_afternoon_of_the_same_day():
    engine = Engine(rules(achievements=[Achievement("done", ApiTrigger())]))
    engine.identify("jo", time_zone="Europe/London", at=at("04-02T08:00"))
    play(engine, "04-02T09:00 words 1\n04-02T09:30 words 1")  # so that only the mail is new
    engine.complete("done", user="jo", at=at("04-02T10:00"))
    assert instants(engine.settle(at=at("04-02T17:00")), AchievementDue) == ["2025-04-02T16:00"]


# --- recipients -------------------------------------------------------------------------------------------------------


def everything(**given):
    """Return rules with which every kind of mail is due."""
    return rules(
        streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])],
        achievements=[Achievement("done", ApiTrigger())],
        points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("done", 5)])],
        **given,
    )


def mails(engine):
    """Return the kinds of mail that are due."""
    engine.record("words", user="jo", at=at("04-02T11:00"))
    outcome = engine.complete("done", user="jo", at=at("04-02T11:00"))
    effects = [*outcome.effects, *engine.settle(at=at("04-08T00:00"))]
    assert effects_of_kind(effects, PointsChanged)
    return {effect.type for effect in effects if effect.type.startswith("emails.")}


def test_users_in_the_control_group_get_no_mail():
    assert len(mails(Engine(everything(experimentation=Experimentation(0))))) == 4
    assert mails(Engine(everything(experimentation=Experimentation(100)))) == set()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("achievement_completed", "emails.achievement_due"),
        ("recap", "emails.recap_due"),
        ("reactivation", "emails.reactivation_due"),
        ("streak_reminder", "emails.streak_reminder_due"),
    ],
)
def test_a_message_without_a_channel_is_not_due(message, kind):
    engine = Engine(everything())
    engine.identify("jo", at=at("04-02T10:00"))
    engine.prefer("jo", notifications={message: []}, at=at("04-02T10:00"))
    every = {f"emails.{name}_due" for name in ("achievement", "recap", "reactivation", "streak_reminder")}
    assert mails(engine) == every - {kind}
    engine.prefer("jo", notifications={message: ["push"]}, at=at("04-08T10:00"))
    assert engine.user("jo", at=at("04-08T10:00")).notification_preferences[message] == ("push",)
