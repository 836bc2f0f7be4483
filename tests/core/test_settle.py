"""Settling: the commands that are accepted afterwards, and the day of a late event."""

from datetime import date, timedelta

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    ApiTrigger,
    EarlierThanSettled,
    Engine,
    Freezes,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
)
from trophy_engine.storage import MemoryStorage

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(max_count=9))],
    achievements=[Achievement("called", ApiTrigger())],
)


def test_a_late_event_is_accepted_if_nothing_was_due():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 1")
    before = engine.export_user("jo")
    assert engine.settle(at=at("04-02T13:00")) == ()
    assert engine.export_user("jo") == before
    assert engine.settled_until("jo") == at("04-02T10:00")
    assert engine.record("words", user="jo", at=at("04-02T12:59:58")).total == 2


def test_an_event_of_the_day_before_belongs_to_that_day():
    engine = Engine(RULES)
    engine.identify("jo", time_zone="America/New_York", at=at("04-02T10:00"))
    engine.settle(at=at("04-03T12:00-04:00"))
    [late, next_day] = play(engine, "04-02T23:59-04:00 words 1\n04-03T11:00-04:00 words 1")
    assert (late.streak.period_start, late.streak.length) == (date(2025, 4, 2), 1)
    assert (next_day.streak.period_start, next_day.streak.length) == (date(2025, 4, 3), 2)


def test_an_event_is_refused_only_before_the_last_effect():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 1")
    [lost] = engine.settle(at=at("04-09T10:00"))
    assert lost.at == at("04-04T00:00") == engine.settled_until("jo")
    with pytest.raises(
        EarlierThanSettled,
        match=r"the instant of the last command or effect of user 'jo'; send the commands of each user",
    ):
        engine.record("words", user="jo", at=at("04-03T23:00"))
    assert engine.record("words", user="jo", at=at("04-04T00:00")).streak.length == 1


def test_a_timed_deduction_at_zero_applies_after_a_late_event():
    triggers = [MetricPointsTrigger("words", 10), TimePointsTrigger(-3, "hours", 1)]
    engine = Engine(Ruleset(metrics=[Metric("words")], points=[PointsSystem("energy", triggers=triggers)]))
    engine.identify("jo", at=at("04-02T10:00"))
    assert engine.settle(at=at("04-02T14:30")) == ()
    play(engine, "04-02T12:30 words 1")
    assert [effect.at for effect in engine.settle(at=at("04-02T14:30"))] == [at("04-02T13:00"), at("04-02T14:00")]


def test_an_unwanted_message_does_not_refuse_late_events():
    engine = Engine(Ruleset(metrics=[Metric("words")], notifications=Notifications()))
    play(engine, "04-02T10:00 words 1")
    engine.prefer("jo", notifications={"reactivation": [], "recap": []}, at=at("04-02T10:00"))
    assert engine.settle(at=at("04-20T10:00")) == ()
    assert engine.settle(at=at("04-20T10:01")) == ()
    assert engine.record("words", user="jo", at=at("04-03T10:00")).total == 2


def test_a_log_with_events_after_a_later_settle_is_replayed():
    storage = MemoryStorage()
    storage.snapshot_every = 1
    engine = Engine(RULES, storage=storage)
    play(engine, "04-02T10:00 words 1")
    engine.settle(at=at("04-03T13:00"))
    play(engine, "04-02T23:00 words 1\n04-03T12:00 words 1")
    for again in (Engine.from_log(engine.log()), Engine(storage=storage)):
        assert again.export_user("jo") == engine.export_user("jo")
    assert engine.user("jo", at=at("04-02T23:30")).metrics["words"] == 2
    assert engine.explain("jo", streak=True, at=at("04-02T23:30")).length == 1


def test_commands_are_accepted_after_a_clock_steps_back():
    now = [at("04-02T10:00")]
    engine = Engine(RULES, clock=lambda: now[0])
    engine.record("words", user="jo")
    calls = (
        lambda: engine.record("words", user="jo"),
        lambda: engine.complete("called", user="jo"),
        lambda: engine.identify("jo", name="Jo"),
        lambda: engine.prefer("jo", streak_enabled=True),
        lambda: engine.grant_freeze("jo"),
        lambda: engine.pause("jo", "2025-04-20", "2025-04-21"),
        lambda: engine.unpause("jo", 1),
        lambda: engine.reset_streak("jo"),
        lambda: engine.restore_streak("jo"),
        lambda: engine.update(Ruleset(metrics=[Metric("words")])),
    )
    for call in calls:
        now[0] -= timedelta(milliseconds=5)
        call()
    engine.settle()
    assert engine.settled_until("jo") == at("04-02T10:00")
    assert engine.user("jo").metrics["words"] == 2


def test_users_are_visible_after_a_clock_steps_back():
    now = [at("04-02T10:00")]
    engine = Engine(RULES, clock=lambda: now[0])
    engine.complete("called", user="jo")
    now[0] -= timedelta(milliseconds=5)
    assert [player.id for player in engine.players()] == ["jo"]
    assert engine.reports.rarities()["called"].completions == 1
    assert list(engine.players(at=now[0])) == []
